#include "sim/cells.h"

#include "base/array.h"
#include "ecs/world.h"

#include <string.h>

orr__cells_view *orr__cells_find(const orr__cells *cells, orr_lattice lattice, uint32_t field)
{
    for (uint32_t i = 0; i < cells->count; i++) {
        if (cells->items[i]->lattice == lattice && cells->items[i]->field == field) return cells->items[i];
    }
    return NULL;
}

int32_t orr__cells_add(orr_world *world, orr__cells *cells, orr_lattice lattice, bool write)
{
    const orr__lattice *of = orr__lattice_at(world, lattice);
    for (uint32_t field = 0; field < of->field_count; field++) {
        orr__cells_view *view = orr__cells_find(cells, lattice, field);
        if (!view) {
            if (orr__array_reserve(&world->alloc, &cells->items, &cells->capacity, cells->count + 1,
                                   sizeof *cells->items) != ORR_OK)
                return ORR_E_MEMORY;
            view = orr__alloc_zero(&world->alloc, sizeof *view, 0);
            if (!view) return ORR_E_MEMORY;
            view->lattice = lattice;
            view->field = field;
            view->out.width = of->width;
            view->out.height = of->height;
            view->out.wraps = of->wraps;
            cells->items[cells->count++] = view;
        }
        view->write |= write;
    }
    return ORR_OK;
}

void orr__cells_prepare(orr_world *world, orr__cells *cells, orr_lattice banded)
{
    if (banded) orr__lattice_prepare(orr__lattice_at(world, banded));
    for (uint32_t i = 0; i < cells->count; i++) {
        orr__cells_view *view = cells->items[i];
        const orr__lattice *lattice = orr__lattice_at(world, view->lattice);
        view->out.read = lattice->front[view->field];
        view->out.write = !view->write              ? NULL
                          : view->lattice == banded ? lattice->back[view->field]
                                                    : lattice->front[view->field];
    }
}

void orr__cells_fini(orr_world *world, orr__cells *cells)
{
    for (uint32_t i = 0; i < cells->count; i++) {
        orr__alloc_free(&world->alloc, cells->items[i], sizeof *cells->items[i]);
    }
    orr__array_free(&world->alloc, &cells->items, &cells->capacity, sizeof *cells->items);
    cells->count = 0;
}
