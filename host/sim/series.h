/* Series: numbers that are plotted over time. They have a name and the value that they were given last. */
#ifndef ORR_SIM_SERIES_H
#define ORR_SIM_SERIES_H

#include "orrery.h"

typedef struct orr__series {
    char *name;
    double value; /* NaN: none now */
} orr__series;

typedef struct orr__series_list {
    orr__series *items; /* series s is items[s - 1] */
    uint32_t count, capacity;
} orr__series_list;

void orr__series_fini(orr_world *world);

#endif
