/* Lattices: dense two-dimensional grids of fields, double-buffered. Cell (x, y) has index y * width + x. */
#ifndef ORR_ECS_LATTICE_H
#define ORR_ECS_LATTICE_H

#include "ecs/component.h"
#include "orrery.h"

typedef struct orr__lattice {
    char *name;
    uint32_t width, height, wraps;
    orr__field *fields;          /* in order of name */
    uint32_t field_count;
    void **front, **back;        /* [field_count], 64-byte aligned, padded */
} orr__lattice;

orr__lattice *orr__lattice_at(const orr_world *world, orr_lattice lattice);
/* Index of a field or UINT32_MAX. */
uint32_t orr__lattice_field(const orr__lattice *lattice, const char *name);
/* Before a system that steps the lattice: back becomes a copy of front. After it: they change places. */
void orr__lattice_prepare(orr__lattice *lattice);
void orr__lattice_swap(orr__lattice *lattice);
void orr__lattice_fini(orr_world *world);

#endif
