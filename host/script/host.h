/* A host: a world, the script, and the machines that run it. */
#ifndef ORR_SCRIPT_HOST_H
#define ORR_SCRIPT_HOST_H

#include "orrery.h"
#include "script/chunk.h"
#include "script/machine.h"
#include "script/once.h"
#include "script/role.h"
#include "script/variant.h"
#include "script/watch.h"

struct orr__hook_bound;
struct orr__worker;

struct orr_host {
    orr_world *world;
    orr__machine *main;          /* NULL: not made yet */
    struct orr__worker *workers; /* [worker_count], one for each thread of the pool; NULL: no system needs one */
    uint32_t worker_count;
    _Atomic int32_t cut; /* 1: what is counted in any machine (guard.lua) ends soon */
    bool needs_worker;
    bool unchecked, guard, jit;
    uint64_t guard_budget;
    uint64_t lua_bytes;
    double dt;  /* of the description; 0: the script may choose */
    char *name; /* of the script, for messages and for what it requires */
    char *text;
    bool from_text;    /* the embedder gave it: `name` may be no file */
    size_t text_bytes; /* without the closing zero */
    uint64_t test_ticks;
    char **test_set; /* "name=value" of orrery.test */
    uint32_t test_set_count, test_set_capacity;
    orr__variant variant; /* system NULL: none */
    orr__role *roles;     /* [role_count] of the main machine's systems */
    uint32_t role_count, role_capacity;
    orr__declared *declared; /* [declared_count] all that the main machine declared, in order */
    uint32_t declared_count, declared_capacity;
    uint32_t script_declared; /* of these when the script was loaded */
    struct orr__hook_bound *hooks;
    uint32_t hook_count;
    bool again;         /* the text is being loaded for another time: the world lives */
    orr__chunks chunks; /* the Lua half */
    orr__files files;   /* that the text is made of */
    orr__watch watch;
    orr__once told;       /* of this text */
    uint64_t outer_ticks; /* after which outer locals could be compared */
};

void orr__host_test(orr_host *host, uint64_t ticks);
int32_t orr__host_test_set(orr_host *host, const char *text);
void orr__host_timestep(orr_host *host, double dt);
int32_t orr__host_load_jobs(orr_host *host, const char *path);

/* Another main machine; the text is not run yet. NULL with the error set. */
orr__machine *orr__host_machine(orr_host *host);
void orr__host_machine_drop(orr_host *host, orr__machine *machine);

/* The text of the script's file, or of `text`; ORR_E_MEMORY, ORR_E_FILE. */
int32_t orr__host_read(orr_host *host, const char *text, char **out, size_t *bytes);
/* What `orrery.test` said. */
void orr__host_test_forget(orr_host *host);

/* What `orrery.test { set = ... }` says, as "name=value"; NULL after the last. */
const char *orr__host_test_setting(const orr_host *host, uint32_t index);

/* Runs before tests: sets a param from "name=value". */
int32_t orr__host_set(orr_host *host, const char *text);

#endif
