/* Reductions: sums, minima and maxima that systems contribute to (ctx:sum and the like).
 *
 * Each range accumulates in a list of its own; at the end of the stage the lists are merged in the order of the data,
 * so the result is the same for any number of threads, and published: readable from the next stage on, until it is
 * published again. */
#ifndef ORR_SIM_REDUCTION_H
#define ORR_SIM_REDUCTION_H

#include "base/arena.h"
#include "orrery.h"

typedef struct orr__reduction {
    char *name;
    uint32_t kind;               /* ORR_SUM, ORR_MIN, ORR_MAX */
    bool published;              /* `value` may be read */
    bool merged;                 /* `next` has contributions of this stage */
    double value, next;
} orr__reduction;

typedef struct orr__reductions {
    orr__reduction *items;       /* in order of their first merge */
    uint32_t count, capacity;
} orr__reductions;

typedef struct orr__partial {
    struct orr__partial *next;
    const char *name;            /* a copy in the arena */
    uint64_t key;                /* hash of the name */
    uint32_t kind;
    double value;
} orr__partial;

/* What one range contributed. All zero: nothing. The memory is the arena's that is given to each call. */
typedef struct orr__partials {
    orr__partial *first, *last;
} orr__partials;

/* Any thread, one at a time for each list. The same name with another kind is ORR_E_ARGUMENT. */
int32_t orr__partials_add(orr__partials *partials, orr__arena *arena, uint32_t kind, const char *name, double value);

/* The thread that steps. Merges a list; lists come in (system, range) order. */
int32_t orr__reductions_merge(orr_world *world, const orr__partials *partials);
/* End of the stage: what was merged becomes the value. */
void orr__reductions_publish(orr_world *world);
void orr__reductions_fini(orr_world *world);

#endif
