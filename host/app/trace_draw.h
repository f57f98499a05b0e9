/* A timeline as a picture: one lane a thread, one colour a system, ticks marked. */
#ifndef ORR_APP_TRACE_DRAW_H
#define ORR_APP_TRACE_DRAW_H

#include "app/text.h"
#include "app/timeline.h"
#include "app/trace_table.h"

/* What of it is drawn. */
typedef struct orr__trace_part {
    uint64_t begin_ns, end_ns;
    uint32_t width; /* pixels of the picture */
} orr__trace_part;

/* An SVG, also for dark pages. Every bar carries its name, time, rows, tick and thread as a title. */
int32_t orr__trace_draw(orr__text *svg, const orr__timeline *timeline, const orr__trace_part *part);

/* A page with the picture, tool tips and the table; it needs nothing but itself. */
int32_t orr__trace_page(orr__text *html, const orr__timeline *timeline, const orr__trace_table *table,
                        const orr__trace_part *part);

#endif
