/* Dispatch: runs the systems of a stage, each as soon as those it depends on are settled. */
#ifndef ORR_SIM_DISPATCH_H
#define ORR_SIM_DISPATCH_H

#include "orrery.h"
#include "sim/task.h"

#include <stdatomic.h>

struct orr__system;
struct orr__schedule_stage;

/* See dispatch.c. */
typedef struct orr__dispatch {
    orr__tasks tasks;
    struct orr__schedule_stage *stage;
    _Atomic(struct orr__system *) finished; /* have run, to be settled; the last one first */
    _Atomic uint32_t busy;                  /* somebody moves the stage on: what follows is theirs */
    uint32_t ready_at, ready_end;           /* in stage->ready: all they need is settled */
    uint32_t group_at, group_end;           /* in stage->group: begun; to be shared or run, together */
    double group_ns;
    uint32_t unsettled;
    uint32_t worker;       /* the thread that holds `busy`; of it and for it */
    _Atomic uint32_t over; /* everything is settled */
    uint32_t main_at;      /* in stage->mains: how far the thread that steps is */
} orr__dispatch;

/* Runs and settles all systems of a stage; reports failures, in the order of the stage, as their on_error wants it (a
 * stop is noted by orr__sim_failed). What was recorded, but for sets, waits for orr__sync_stage. */
void orr__dispatch_stage(orr_world *world, struct orr__schedule_stage *stage);

/* The present tick for a system or hook. */
void orr__dispatch_tick(const orr_world *world, uint64_t name_hash, uint32_t substeps, orr_tick *out);

/* For the timeline: whoever moves the stage on did this since `begin_ns`; 0: nothing. */
void orr__dispatch_did(orr_world *world, uint32_t kind, uint32_t name, uint64_t begin_ns);

void orr__dispatch_fini(orr_world *world);

#endif
