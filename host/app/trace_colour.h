/* One colour a system, and fixed ones for the tick's own work. */
#ifndef ORR_APP_TRACE_COLOUR_H
#define ORR_APP_TRACE_COLOUR_H

#include "app/timeline.h"

typedef struct orr__trace_rank {
    uint64_t ns;
    uint32_t name;
    bool own;
} orr__trace_rank;

/* Systems and spans before the tick's own work, in each the longest first. */
void orr__trace_rank_sort(orr__trace_rank *ranks, uint32_t count);

/* Fills [name_count]; the texts are constant: "#rrggbb", or a pattern of the picture. ranks: room for [name_count]. */
void orr__trace_colours(const orr__timeline *timeline, orr__trace_rank *ranks, const char **colour_of);
/* Whether a category is the tick's own work. */
bool orr__trace_is_own(const char *kind);
/* The colour of letters on a colour. */
const char *orr__trace_ink(const char *colour);

#endif
