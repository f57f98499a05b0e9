/* Variants: a script in which one system runs in another mode than it says, for `orrery check`; and what the text of a
 * system has in it that may make results differ. Without Lua these fail like orr_host_open. */
#ifndef ORR_SCRIPT_VARIANT_H
#define ORR_SCRIPT_VARIANT_H

#include "orrery.h"

/* Modes of systems, bits. */
enum {
    ORR__MODE_MAIN = 1,     /* a function on the main thread */
    ORR__MODE_WORKERS = 2,  /* a function in the workers' machines, in place */
    ORR__MODE_JOB = 4,      /* the native job, in place */
    ORR__MODE_TWIN = 8,     /* the Lua function that a system with a job names as its `twin` */
    ORR__MODE_SNAPSHOT = 16 /* the job, or the function in the workers' machines, on a snapshot */
};

typedef struct orr__variant {
    const char *system; /* lives as long as the host; NULL: none, all as they say */
    uint32_t mode;      /* ORR__MODE_x */
} orr__variant;

/* "main", "workers", "job", "twin", "snapshot" */
const char *orr__mode_name(uint32_t mode);

/* orr_host_open with a variant, which may be NULL. */
orr_host *orr__host_open(const orr_host_desc *desc, const orr__variant *variant);

/* The mode that a system declares, and the others that it can run in with the same result: all that work on rows, but
 * for systems with latency, which only have the twin of their job. */
uint32_t orr__mode_declared(const orr_host *host, orr_system system);
uint32_t orr__modes_besides(const orr_host *host, orr_system system);

/* What is suspect in the functions of a system, a line each: "kind<tab>place<tab>text". Kinds: clock random unordered
 * address memory outer coroutine role power raw file beyond thread; and "store FIELD" for every line that stores to a
 * column of that name. Lives until the next call; "" when there is nothing. */
const char *orr__variant_why(orr_host *host, orr_system system);

#endif
