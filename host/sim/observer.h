/* An observer of the tick: told when a system is settled, when what it did some ticks ago arrives, and when a stage is
 * over, for comparisons of two runs.
 *
 * Calls come one at a time. When `settled` comes, other systems may be running: it looks at nothing but what the
 * system that it is told of may write, and at what that system has recorded. `arrived` and `staged` come when nothing runs, and may look
 * at everything. Neither changes anything. */
#ifndef ORR_SIM_OBSERVER_H
#define ORR_SIM_OBSERVER_H

#include "orrery.h"

struct orr__system;

typedef struct orr__observer {
    void (*settled)(struct orr__observer *observer, orr_world *world, struct orr__system *system);
    /* of a system with latency: system->run is the run that was due, and still has what it recorded */
    void (*arrived)(struct orr__observer *observer, orr_world *world, struct orr__system *system);
    void (*staged)(struct orr__observer *observer, orr_world *world, uint32_t stage); /* index in the schedule */
} orr__observer;

#endif
