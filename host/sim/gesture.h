/* Input: what somebody does with mouse, keys and panel, as part of the run. What mouse and keys do is queued at any time
 * and is visible in one tick, the next. What is done by hand (params, fields, switches, lines of the console) is done
 * between two ticks, when it arrives. The same input before the same ticks gives the same run. */
#ifndef ORR_SIM_GESTURE_H
#define ORR_SIM_GESTURE_H

#include "orrery.h"

typedef struct orr__gestures {
    orr_input *queue, *items; /* items: of the present tick */
    uint32_t queue_count, queue_capacity, count, capacity;
    bool wanted;          /* a script looks at it */
    orr_input_sink *sink; /* NULL: nobody keeps them */
    void *sink_context;
    int32_t (*console)(void *context, const char *text); /* runs a line of the console; NULL: nobody can */
    void *console_context;
} orr__gestures;

/* Tick boundary: what was queued is the tick's input. Cannot fail. */
void orr__gestures_apply(orr_world *world);
void orr__gestures_fini(orr_world *world);

#endif
