/* Lattices: dense two-dimensional grids of fields, double-buffered. Cell (x, y) has index y * width + x. */
#ifndef ORR_ECS_LATTICE_H
#define ORR_ECS_LATTICE_H

#include "ecs/component.h"
#include "ecs/edition.h"
#include "orrery.h"

enum { ORR__CELLS_MAX = 1 << 28 }; /* width * height */

typedef struct orr__lattice {
    char *name;
    uint32_t width, height, wraps;
    orr__field *fields; /* in order of name; offsets are not used */
    uint32_t field_count;
    orr__hidden hidden;
    void **front, **back; /* [field_count], 64-byte aligned, zeros up to 64 bytes and more past the last cell */
} orr__lattice;

/* NULL when there is none of that number (no error is set). The pointer lives as long as the world. */
orr__lattice *orr__lattice_at(const orr_world *world, orr_lattice lattice);
/* Index of a field or UINT32_MAX. */
uint32_t orr__lattice_field(const orr__lattice *lattice, const char *name);
/* Bytes of one buffer of a field, padding included; a multiple of 64. */
size_t orr__lattice_bytes(const orr__lattice *lattice, uint32_t field);
/* Before a system that steps the lattice: back becomes a copy of front. After it: they change places. */
void orr__lattice_prepare(orr__lattice *lattice);
void orr__lattice_swap(orr__lattice *lattice);
/* Those above `count` go. */
void orr__lattice_drop(orr_world *world, uint32_t count);
void orr__lattice_fini(orr_world *world);

#endif
