/* After a run: changed rows, lattices, set patches; at the end of the stage failures. */
#ifndef ORR_SIM_SETTLE_H
#define ORR_SIM_SETTLE_H

#include "orrery.h"

struct orr__system;

struct orr__schedule_stage;

/* A system has been begun and, if it was ready, has run: consumes the changes that it has seen, marks what it changed,
 * swaps its lattice, applies its sets; or, when it failed, drops what it recorded. Any thread, one call at a time; while
 * other systems run nothing that they may see is touched. */
void orr__settle(orr_world *world, struct orr__system *system);

/* system->run is one with latency that is due and done: counts its time. */
void orr__settle_arrived(struct orr__system *system);

/* The end of the stage: says what failed, in the order of the stage, as each on_error wants it. */
void orr__settle_reports(orr_world *world, struct orr__schedule_stage *stage);

/* Commits the rows that a run over a snapshot changed, unless it failed. `moved`: see orr__snapshot_commit. */
void orr__settle_commit(orr_world *world, struct orr__system *system, bool moved);

/* A run fails when its patches are applied: drops what is left of them, and says so. */
void orr__settle_failure(orr_world *world, struct orr__system *system);

#endif
