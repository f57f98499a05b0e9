/* Dispatch: runs one batch of systems, which do not conflict, and settles what follows before the next batch. */
#ifndef ORR_SIM_DISPATCH_H
#define ORR_SIM_DISPATCH_H

#include "orrery.h"

struct orr__system;

/* Ranges begin to end of a run, for one worker. */
typedef struct orr__task {
    orr_run *run;
    uint32_t begin, end;
} orr__task;

typedef struct orr__dispatch {
    orr__task *tasks;
    uint32_t task_count, task_capacity;
    bool alone; /* not worth sharing, or nobody to share with */
} orr__dispatch;

/* Native jobs go to the pool as one flat list of tasks; meanwhile this thread runs the functions, then helps. A task is
 * a span of ranges worth some microseconds: how they are grouped and who takes them changes no result.
 * Failures of systems are settled by their on_error (a stop is noted by orr__sim_failed). */
void orr__dispatch_batch(orr_world *world, struct orr__system **systems, uint32_t count);

/* The present tick for a system or hook. */
void orr__dispatch_tick(const orr_world *world, uint64_t name_hash, uint32_t substeps, orr_tick *out);

void orr__dispatch_fini(orr_world *world);

#endif
