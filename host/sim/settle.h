/* After a batch: failures, changed rows, lattices, set patches. Everything in the order of declaration. */
#ifndef ORR_SIM_SETTLE_H
#define ORR_SIM_SETTLE_H

#include "orrery.h"

struct orr__system;

void orr__settle_batch(orr_world *world, struct orr__system **systems, uint32_t count);

/* A run failed: drops what it recorded, says so as its on_error wants it. Also later, when its patches are applied. */
void orr__settle_failure(orr_world *world, struct orr__system *system);

#endif
