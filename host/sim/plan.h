/* Plans: the ranges of a system, with everything a job is given for each, made before it runs. */
#ifndef ORR_SIM_PLAN_H
#define ORR_SIM_PLAN_H

#include "orrery.h"

struct orr__system;

/* Cuts the rows (or lattice bands) of a system into ranges. Kept from tick to tick until the structure of the world
 * changes; a system with `changed` gets new ones each time, only those with a row that qualifies. */
int32_t orr__plan_make(orr_world *world, struct orr__system *system);

/* The run of a `changed` system succeeded: the rows that its first `visited` ranges showed are seen. */
void orr__plan_consume(orr_world *world, struct orr__system *system, uint32_t visited);

/* A run with latency, whose changes were consumed at its dispatch, has failed: they are pending again, in the rows whose
 * entities still live and have one of the components. */
void orr__plan_restore(orr_world *world, const struct orr__system *system);

#endif
