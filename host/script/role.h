/* A script declares the same in every role. What the main machine declared is kept in short; what a worker's machine
 * declares is held against it. */
#ifndef ORR_SCRIPT_ROLE_H
#define ORR_SCRIPT_ROLE_H

#include "orrery.h"
#include "script/seam.h"

/* What can differ between two declarations of a system: lists, names, texts, numbers, then what jobs are bound to. */
enum { ORR__ROLE_PARTS = 64 };

typedef struct orr__role {
    uint64_t parts[ORR__ROLE_PARTS];
} orr__role;

/* On the main machine, after the system `id` was made from the machine's draft. */
int32_t orr__role_keep(orr__machine *m, orr_system id);
/* On a worker: the number of the system that the draft describes, ORR_E_SCRIPT when there is none or it was declared
 * otherwise. */
int32_t orr__role_system(orr__machine *m);
/* On a worker: `id` was found, or else: ORR_E_SCRIPT with "KIND 'name' ...". */
int32_t orr__role_found(uint32_t id, const char *kind, const char *name);

void orr__role_fini(orr_host *host);

#endif
