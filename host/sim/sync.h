/* The end of a stage: what its systems recorded is applied, in (system, range, sequence) order. */
#ifndef ORR_SIM_SYNC_H
#define ORR_SIM_SYNC_H

#include "orrery.h"
#include "sim/range.h"

struct orr__schedule_stage;
struct orr__system;

/* Patches, events and reductions of the systems that ran in this stage; then hooks; then reductions are published. */
void orr__sync_stage(orr_world *world, struct orr__schedule_stage *stage);

/* The same for one list of recordings of hooks (events and reductions included), in order; they are given back. */
int32_t orr__sync_list(orr_world *world, orr__recording *first);

/* The run of a system with latency that is due: resolves, commits and applies all that it did, or reports its failure. */
void orr__sync_late(orr_world *world, struct orr__system *system);

#endif
