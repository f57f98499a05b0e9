/* The end of a stage: what its systems recorded is applied, in (system, range, sequence) order. */
#ifndef ORR_SIM_SYNC_H
#define ORR_SIM_SYNC_H

#include "orrery.h"
#include "sim/range.h"

struct orr__schedule_stage;

/* Patches, events and reductions of the systems that ran in this stage; then hooks; then reductions are published. */
void orr__sync_stage(orr_world *world, struct orr__schedule_stage *stage);

/* The same for one list of recordings of hooks (events and reductions included), in order; they are given back. */
int32_t orr__sync_list(orr_world *world, orr__recording *first);

#endif
