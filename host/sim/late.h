/* Late: systems with latency. What they do is worked on while ticks go on, and applied N ticks later.
 *
 *   tick t       dispatch   the plan is made, all that the run may read is frozen (snapshot.h, inputs.h), params are
 *                           packed, the preface is called (`extra`), `changed` rows are consumed; the system counts as
 *                           settled, and those that wait for it go on
 *                park       the run is swapped for a free one of the system and posted to the pool's background
 *   t .. t + N   helpers    take its tasks whenever the tick, or the pause between two ticks, has nothing for them
 *   tick t + N   arrive     at the end of the same stage the thread that steps runs the tasks that nobody has begun, waits
 *                           for those that are worked on, and applies it: commits, sets, structural patches, reductions,
 *                           events, what it changed in resources and lattices; or its failure
 *
 * Results depend on the data alone: a run sees what was frozen, and what it does is kept until it is due. Without
 * helpers (no threads, an embedder's scheduler) all is done at t + N; nobody else can tell. Between ticks at most N runs
 * of a system are in flight. They are no part of the state hash; a world that is destroyed discards them.
 *
 * What background tasks touch, and why that is safe:
 *
 *   the run        is theirs: ranges, arenas, recordings. Nobody else looks at it until it is due.
 *   frozen copies  are theirs, too. What was built for neighbours is held: the world builds elsewhere.
 *   declarations   (components, prefabs, tables' columns, names, systems) do not change; a declaration between ticks
 *                  waits until nobody is at work (orr__late_still), which goes on with the next tick.
 *   prefabs        may be made by any thread, so their list has a lock, which is taken while world->late is not 0.
 *   a job's state  with begin, end or memory of its own, its runs are done one after the other, in their order.
 *   Lua machines   belong to their thread: see script/worker.h. */
#ifndef ORR_SIM_LATE_H
#define ORR_SIM_LATE_H

#include "orrery.h"

struct orr__system;
struct orr__schedule_stage;
struct orr__late_run;

typedef struct orr__late {
    struct orr__late_run **items; /* some are not in use */
    uint32_t count, capacity;
    struct orr__late_run *last; /* that was parked; NULL: none */
} orr__late;

/* A run of a system that is prepared, or has failed at that, is due in system->latency ticks; the system gets another
 * one. Fails the run when there is no memory, and nothing is consumed. The thread that moves the stage on. */
void orr__late_park(orr_world *world, struct orr__system *system);
/* Applies what is due at the end of a stage, in the order of its systems, before what was recorded in this tick. */
void orr__late_arrive(orr_world *world, struct orr__schedule_stage *stage);

/* The thread that steps, or between ticks: returns when nobody works in the background. Until the next tick nobody
 * begins to. */
void orr__late_still(orr_world *world);
/* A tick begins. */
void orr__late_resume(orr_world *world);
/* The same as still, for good: what is in flight is not wanted any more, and what is worked on is cut short. */
void orr__late_discard(orr_world *world);
/* For editions (sim/reload.h), between ticks. All that is in flight is worked on until it is done; it arrives when it is
 * due. */
void orr__late_complete(orr_world *world);
/* What is in flight of a system arrives for another one, which has the place of it and declares the same. */
void orr__late_hand_over(struct orr__system *from, struct orr__system *to);
/* It does not arrive; returns how many runs. */
uint32_t orr__late_drop(orr_world *world, struct orr__system *system);
void orr__late_fini(orr_world *world, struct orr__system *system);

#endif
