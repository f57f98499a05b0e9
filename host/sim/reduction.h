/* Reductions: sums, minima and maxima that systems contribute to (ctx:sum and the like).
 *
 * Each range accumulates in a list of its own; at the end of the stage the lists are merged in the order of the data,
 * so the result is the same for any number of threads, and published: readable from the next stage on, until it is
 * published again.
 *
 * It becomes absent when one of the systems that fed it last runs again and nobody feeds it in that stage: what was
 * counted then is no answer to what was counted now. A system that does not run (disabled, `every`) leaves it as it
 * is. NaN is kept: once a NaN is given, sum, minimum and maximum are NaN. */
#ifndef ORR_SIM_REDUCTION_H
#define ORR_SIM_REDUCTION_H

#include "base/arena.h"
#include "orrery.h"

typedef struct orr__reduction {
    char *name;
    uint32_t kind;  /* ORR_SUM, ORR_MIN, ORR_MAX */
    bool published; /* `value` may be read */
    bool merged;    /* `next` has contributions of this stage */
    double value, next;
    orr_system *feeders; /* who fed it when it was published last */
    uint32_t feeder_count, feeder_capacity;
} orr__reduction;

typedef struct orr__reductions {
    orr__reduction *items; /* in order of name */
    uint32_t count, capacity;
    orr_system feeder; /* whose lists are merged now, set before orr__reductions_merge; 0: hooks */
} orr__reductions;

typedef struct orr__partial {
    struct orr__partial *next;
    const char *name; /* a copy in the arena */
    uint64_t key;     /* hash of the name */
    uint32_t kind;
    double value;
} orr__partial;

/* What one range contributed. All zero: nothing. The memory is the arena's that is given to each call. */
typedef struct orr__partials {
    orr__partial *first, *last;
    orr__partial *recent; /* added to last: nearly always the next one too */
} orr__partials;

/* Any thread, one at a time for each list. The same name with another kind is ORR_E_ARGUMENT. */
int32_t orr__partials_add(orr__partials *partials, orr__arena *arena, uint32_t kind, const char *name, double value);

/* The thread that steps. Merges a list; lists come in (system, range) order. ORR_E_ARGUMENT when the name is used with
 * another kind elsewhere; what stood before it in the list is merged then. */
int32_t orr__reductions_merge(orr_world *world, const orr__partials *partials);
/* End of a stage (its index): what was merged becomes the value; what was not merged although a system of this stage
 * that fed it last is `active` (orr_run) becomes absent. */
void orr__reductions_publish(orr_world *world, uint32_t stage);
/* orr_reduction_get in a list, which may be a copy. */
int32_t orr__reductions_value(const orr__reductions *all, const char *name, double *out);
void orr__reductions_fini(orr_world *world);

#endif
