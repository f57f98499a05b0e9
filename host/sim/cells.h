/* Cells: the fields of lattices as a system sees them, for its slots and for orr_run_lattice. */
#ifndef ORR_SIM_CELLS_H
#define ORR_SIM_CELLS_H

#include "orrery.h"

typedef struct orr__cells_view {
    orr_lattice lattice;
    uint32_t field;
    bool write;
    orr_lattice_slot out; /* the address never changes */
} orr__cells_view;

typedef struct orr__cells {
    orr__cells_view **items;
    uint32_t count, capacity;
} orr__cells;

/* All fields of a lattice; again with `write` adds the right to write. */
int32_t orr__cells_add(orr_world *world, orr__cells *cells, orr_lattice lattice, bool write);
orr__cells_view *orr__cells_find(const orr__cells *cells, orr_lattice lattice, uint32_t field);
/* Before a run: the buffers of this tick. The lattice `banded` (0: none) is read in front and written in back, which
 * starts as a copy; others are written in place. */
void orr__cells_prepare(orr_world *world, orr__cells *cells, orr_lattice banded);
void orr__cells_fini(orr_world *world, orr__cells *cells);

#endif
