/* Input: what somebody does with mouse and keys, as part of the run. It is queued at any time, becomes visible at the
 * next tick boundary in order of arrival, and is visible in that one tick: the same input at the same ticks gives the
 * same run. */
#ifndef ORR_SIM_GESTURE_H
#define ORR_SIM_GESTURE_H

#include "orrery.h"

typedef struct orr__gestures {
    orr_input *queue, *items; /* items: of the present tick */
    uint32_t queue_count, queue_capacity, count, capacity;
    bool wanted;          /* a script looks at it */
    orr_input_sink *sink; /* NULL: nobody keeps them */
    void *sink_context;
} orr__gestures;

/* Tick boundary: what was queued is the tick's input. Cannot fail. */
void orr__gestures_apply(orr_world *world);
void orr__gestures_fini(orr_world *world);

#endif
