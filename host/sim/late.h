/* Late runs: what a system with latency did waits here until it is due.
 *
 *   tick t       the system runs on a snapshot, like any other; when it is settled its run is parked
 *   tick t + N   at the end of the same stage the run comes back and is applied: commits, sets, structural patches,
 *                reductions, events, and its failure, if any
 *
 * At most N are parked. They are no part of the state hash, and are dropped with their world. */
#ifndef ORR_SIM_LATE_H
#define ORR_SIM_LATE_H

#include "orrery.h"

struct orr__system;
struct orr__schedule_stage;
struct orr__late_run;

typedef struct orr__late {
    struct orr__late_run **items; /* some are not in use */
    uint32_t count, capacity;
} orr__late;

/* The run of a system that has just been settled is due in system->latency ticks; the system gets another one. Fails
 * the run when there is no memory. */
void orr__late_park(orr_world *world, struct orr__system *system);
/* Applies what is due at the end of a stage, in the order of its systems, before what was recorded in this tick. */
void orr__late_arrive(orr_world *world, struct orr__schedule_stage *stage);
void orr__late_fini(orr_world *world, struct orr__system *system);

#endif
