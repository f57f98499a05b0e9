/* Params: numbers that people may turn while a simulation runs. Constant within a tick: what is set is queued and
 * takes effect at the next tick boundary, in order of arrival. */
#ifndef ORR_SIM_PARAM_H
#define ORR_SIM_PARAM_H

#include <stdatomic.h>

#include "ecs/edition.h"
#include "orrery.h"

typedef struct orr__param {
    char *name, *help;     /* help may be NULL */
    double value;          /* in this tick */
    double initial;        /* as declared */
    double min, max, step; /* min == max: no limit */
    orr__hidden hidden;
} orr__param;

typedef struct orr__param_change {
    orr_param param;
    double value;
} orr__param_change;

typedef struct orr__params {
    orr__param *items; /* param p is items[p - 1] */
    uint32_t count, capacity;
    orr__param_change *queue; /* in order of arrival */
    uint32_t queue_count, queue_capacity;
    atomic_flag moves; /* items move or are declared anew: who sets params from another thread looks at them too */
} orr__params;

/* Whether orr_param_set would take the value; the same errors. Any thread. */
int32_t orr__param_check(const orr_world *world, orr_param param, double value);

/* What it will be in the next tick. */
double orr__param_next(const orr_world *world, orr_param param);

/* At the boundary between two ticks: what was queued becomes the value. Cannot fail. */
void orr__params_apply(orr_world *world);
/* For editions: see sim/reload.h. */
void orr__params_drop(orr_world *world, uint32_t count);
void orr__params_fini(orr_world *world);

#endif
