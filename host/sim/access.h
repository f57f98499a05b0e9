/* Access: what a system reads and writes, from which the order of systems follows and to which they are held. */
#ifndef ORR_SIM_ACCESS_H
#define ORR_SIM_ACCESS_H

#include "orrery.h"

enum { ORR__ACCESS_COMPONENT = 0, ORR__ACCESS_RESOURCE, ORR__ACCESS_LATTICE, ORR__ACCESS_NEIGHBOURS };

/* Modes besides ORR_READ, ORR_WRITE, ORR_MARK. */
enum {
    ORR__ACCESS_BUILD = 16 /* only read to build a neighbours grid that the system reads: orders, allows nothing */
};

typedef struct orr__access {
    uint32_t id; /* component, resource, lattice or grid */
    uint16_t kind, mode;
} orr__access;

typedef struct orr__access_list {
    orr__access *items; /* sorted by kind, then id */
    uint32_t count, capacity;
} orr__access_list;

/* Adds modes to what is there. */
int32_t orr__access_add(orr_world *world, orr__access_list *list, uint32_t kind, uint32_t id, uint32_t mode);
void orr__access_fini(orr_world *world, orr__access_list *list);
/* The modes; 0 when it is not there. */
uint32_t orr__access_mode(const orr__access_list *list, uint32_t kind, uint32_t id);
/* The first thing that both touch and one of them writes; NULL: they may run at the same time. *other (may be NULL)
 * gets the entry of b. */
const orr__access *orr__access_conflict(const orr__access_list *a, const orr__access_list *b,
                                        const orr__access **other);
/* "Position", "resource 'wind'", ... into `text`. */
void orr__access_name(const orr_world *world, const orr__access *access, char *text, size_t bytes);
/* "reads", "writes", "marks", "changed", "builds neighbours from". */
const char *orr__access_verb(uint32_t mode);
/* Finds a resource, lattice or neighbours grid by name: kind and id. ORR_E_NOT_FOUND names the nearest. */
int32_t orr__access_find(const orr_world *world, const char *name, uint32_t *kind, uint32_t *id);

/* Whether the main-thread system that runs now may touch something through ctx.world: ORR_OK when none runs, when it is
 * exclusive or declared it; else ORR_E_ACCESS with a text that says what to declare. Called by the public functions of
 * resources, lattices, events; components go through world->may. */
int32_t orr__access_may(const orr_world *world, uint32_t kind, uint32_t id, bool write);
/* The same as what world->may is. */
int32_t orr__access_may_component(const orr_world *world, orr_component component, bool write);
/* The same as what world->may_lattice is: the cells of a declared lattice may be reached, the type of the pointer does
 * not say what for. */
int32_t orr__access_may_lattice(const orr_world *world, orr_lattice lattice);
/* Resources, lattices and neighbours share their names, for systems declare them in the same lists: ORR_E_EXISTS when
 * one of another kind has this name. */
int32_t orr__access_may_name(const orr_world *world, uint32_t kind, const char *name);
int32_t orr__access_may_lattice_name(const orr_world *world, const char *name); /* world->may_name */
/* world->may_track: beside other systems a tracker is asked only about what the system reads, and no table is changed. */
int32_t orr__access_may_track(const orr_world *world, const orr_component *components, const char *call);
/* ORR_E_ACCESS when a system of the render stage is what runs: "... `what`". */
int32_t orr__access_not_drawing(const orr_world *world, const char *what);

#endif
