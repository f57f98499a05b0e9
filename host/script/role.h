/* A script declares the same in every role. What the main machine declared is kept in short; what a worker's machine
 * declares is held against it. */
#ifndef ORR_SCRIPT_ROLE_H
#define ORR_SCRIPT_ROLE_H

#include "orrery.h"
#include "script/seam.h"

/* What can differ between two declarations of a system: lists, names, texts, numbers, then what jobs are bound to. */
enum { ORR__ROLE_PARTS = 64, ORR__ROLE_LABEL = 512 };

typedef struct orr__role {
    uint64_t parts[ORR__ROLE_PARTS];
} orr__role;

/* One declaration, of whatever kind. */
typedef struct orr__declared {
    char *label; /* "prefab 'Mote'" */
    uint64_t label_hash, hash;
} orr__declared;

/* On the main machine, after the system `id` was made from the machine's draft. */
int32_t orr__role_keep(orr__machine *m, orr_system id);
/* On a worker: the number of the system that the draft describes, ORR_E_SCRIPT when there is none or it was declared
 * otherwise. */
int32_t orr__role_system(orr__machine *m);
/* On a worker: `id` was found, or else: ORR_E_SCRIPT with "KIND 'name' ...". */
int32_t orr__role_found(uint32_t id, const char *kind, const char *name);

/* Anything that is declared, from the machine's draft and what is said besides it (`numbers`, `text`; may be none): kept
 * on the main machine, and compared on a worker's while it loads the script. `name` may be NULL. */
int32_t orr__role_declare(orr__machine *m, const char *kind, const char *name, const double *numbers, uint32_t count,
                          const char *text);
/* The script was loaded by the main machine: what it declared until now is what workers declare. */
void orr__role_loaded(orr_host *host);
/* On a worker that has loaded the script: ORR_E_SCRIPT when it left something out. */
int32_t orr__role_complete(const orr__machine *m);

/* What a worker's machine remembers. */
void orr__role_forget(orr__machine *m);
void orr__role_fini(orr_host *host);

#endif
