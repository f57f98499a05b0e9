/* Gathers: contiguous copies of fields over all rows of a system's query, frozen when the system starts. */
#ifndef ORR_SIM_GATHER_H
#define ORR_SIM_GATHER_H

#include "orrery.h"

struct orr__query;

typedef struct orr__gathered {
    orr_field field;
    orr_gather out; /* what jobs see; the address never changes */
    size_t bytes;   /* room in out.data */
} orr__gathered;

typedef struct orr__gathers {
    orr__gathered **items;
    uint32_t count, capacity;
    orr_entity *entity; /* one list of handles for all of them */
    size_t entity_bytes;
} orr__gathers;

/* The same field again gives the same copy. NULL with ORR_E_MEMORY. */
orr__gathered *orr__gathers_add(orr_world *world, orr__gathers *gathers, orr_field field);
orr__gathered *orr__gathers_find(const orr__gathers *gathers, orr_field field);
/* Copies all rows of the query, in the order of the data. All or nothing. */
int32_t orr__gathers_fill(orr_world *world, orr__gathers *gathers, const struct orr__query *query);
/* What a copy is made of, for those who have memory of their own: how many rows, the bytes of one field of them, and
 * the copy. A field of component 0 stands for the handles. */
uint64_t orr__gathers_rows(const orr_world *world, const struct orr__query *query);
size_t orr__gathers_bytes(uint64_t rows, size_t item_bytes);
void orr__gathers_copy(const orr_world *world, const struct orr__query *query, orr_field field, void *to);
void orr__gathers_fini(orr_world *world, orr__gathers *gathers);

#endif
