/* Neighbours: entities sorted by cell of a grid, so that jobs and scripts find what is near without touching other
 * rows. This unit owns the memory; the native job `neighbours` fills it. */
#ifndef ORR_SIM_NEIGHBOURS_H
#define ORR_SIM_NEIGHBOURS_H

#include "ecs/edition.h"
#include "orrery.h"

typedef struct orr__near_grid {
    char *name;
    orr_query query;
    orr_component *reads; /* components that a build reads: position's and the carried ones; ends with 0 */
    uint32_t read_count;
    orr_neighbours out; /* what jobs see; the address never changes */
    orr_neighbours_build build;
    orr_field position[3];
    orr_field carry[16];
    uint8_t carry_types[16];
    double radius;
    orr_param radius_param;
    bool stale;                      /* to be built before it is read */
    uint32_t readers;                /* systems that run and read it */
    uint64_t version;                /* world->version when it was built */
    struct orr__near_memory *memory; /* neighbours.c's own: what `out` points into */
    struct orr__near_memory *spares; /* that were held while it was built anew */
    orr__hidden hidden;
} orr__near_grid;

typedef struct orr__near_set {
    orr__near_grid **items; /* index n is items[n - 1] */
    uint32_t count, capacity;
} orr__near_set;

/* NULL unless 1 .. count. */
orr__near_grid *orr__near_at(const orr_world *world, orr_near_index index);
/* Builds it if it is stale, or the world's structure or the radius have changed since. While no
 * system that reads it runs. When it fails what was built before is gone or as it was; it stays stale. */
int32_t orr__near_refresh(orr_world *world, orr_near_index index);
/* Values of this component were written: grids that read it become stale. 0: all grids (a new tick). */
void orr__near_touch(orr_world *world, orr_component component);
/* What was built stays as it is, however often the grid is built anew, until it is let go: once for each. */
struct orr__near_memory *orr__near_hold(orr__near_grid *grid);
void orr__near_let_go(orr__near_grid *grid, struct orr__near_memory *memory);
/* For editions: see sim/reload.h. */
void orr__near_drop(orr_world *world, uint32_t count);
void orr__near_fini(orr_world *world);

#endif
