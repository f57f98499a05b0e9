/* The display list: what is drawn by hand into the next picture (orr_paint_*, orrery.on_frame). Filled while the render
 * stage runs, published with the state, drawn over its layers. */
#ifndef ORR_SIM_DISPLAY_H
#define ORR_SIM_DISPLAY_H

#include "orrery.h"

typedef struct orr__display {
    orr_stroke *items; /* `text` of an item is not used here */
    uint32_t *text_at; /* of each item, offset in texts + 1; 0: none */
    char *texts;
    uint32_t count, capacity, text_at_capacity, text_bytes, text_capacity;
} orr__display;

void orr__display_clear(orr_world *world);
void orr__display_fini(orr_world *world);

#endif
