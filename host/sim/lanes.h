/* Lanes: what the threads did in the last ticks, for people who look at a world that runs. A trace of its own, which is on
 * as long as somebody looks and no other trace is. */
#ifndef ORR_SIM_LANES_H
#define ORR_SIM_LANES_H

#include "orrery.h"

enum { ORR__LANES_RECORDS = 1024, ORR__LANES_TICKS = 3 };

typedef struct orr__lanes {
    orr_trace_record *items; /* [ORR__LANES_RECORDS]; NULL: never on */
    uint32_t count;
    bool on;
} orr__lanes;

/* On the thread of the world, between ticks. ORR_E_EXISTS when somebody else traces. */
int32_t orr__lanes_watch(orr_world *world, bool on);
void orr__lanes_fini(orr_world *world);

#endif
