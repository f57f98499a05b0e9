/* Series: numbers that are plotted over time. They have a name and the value that they were given last. */
#ifndef ORR_SIM_SERIES_H
#define ORR_SIM_SERIES_H

#include "ecs/edition.h"
#include "orrery.h"

typedef struct orr__series {
    char *name;
    double value; /* NaN: none now */
    orr__hidden hidden;
} orr__series;

typedef struct orr__series_list {
    orr__series *items; /* series s is items[s - 1] */
    uint32_t count, capacity;
} orr__series_list;

/* For editions: see sim/reload.h. */
void orr__series_drop(orr_world *world, uint32_t count);
void orr__series_fini(orr_world *world);

#endif
