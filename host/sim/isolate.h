/* Systems with `isolation = "process"`: each range is run by a helper program, one for each thread that runs tasks. It
 * is started when it is first needed and then kept. See sim/helper.h for what the two share. */
#ifndef ORR_SIM_ISOLATE_H
#define ORR_SIM_ISOLATE_H

#include "orrery.h"

struct orr__system;
struct orr__helper;

enum { ORR__ISOLATE_TRIES = 3, ORR__ISOLATE_TIMEOUT_MS = 1000 };

typedef struct orr__isolates {
    struct orr__helper *helpers; /* [count]; NULL: nobody asked yet */
    uint32_t count;
    char *program;
} orr__isolates;

/* When a system is declared: whether its job can be isolated, and whether the program is there. */
int32_t orr__isolate_check(orr_world *world, struct orr__system *system);

/* Runs a range in the helper of this worker. What the system writes is copied to the range's columns and marks on
 * success only. ORR_E_JOB when it crashed, or took too long, each of three times. */
int32_t orr__isolate_run(orr_range *range, uint32_t worker);

/* Systems are others now: helpers are told again which job is whose. */
void orr__isolates_forget(orr_world *world);

/* Ends all helpers. */
void orr__isolates_fini(orr_world *world);

#endif
