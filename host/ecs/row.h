/* Rows: stretches of them, and copying their values. Shared by row.c (coming and leaving) and move.c (from table to
 * table). */
#ifndef ORR_ECS_ROW_H
#define ORR_ECS_ROW_H

#include <string.h>

#include "ecs/chunk.h"
#include "ecs/entity.h"
#include "ecs/table.h"
#include "ecs/world.h"
#include "orrery.h"

/* Rows of one chunk that follow each other: row, row + 1, ... (count > 0) or row, row - 1, ... (count < 0). Arrays of
 * entities mostly are a few long ones: found by comparing handles, which costs less than a look at each slot. */
typedef struct orr__stretch {
    uint32_t row; /* in the table */
    int32_t count;
} orr__stretch;

static inline uint32_t orr__stretch_rows(int32_t count)
{
    return count < 0 ? 0 - (uint32_t)count : (uint32_t)count;
}

/* The stretch at the beginning of an array whose first entity is in row `at` of the chunk; its count. */
static inline int32_t orr__stretch_count(const orr__chunk *chunk, uint32_t at, const orr_entity *entities,
                                         uint32_t count)
{
    const orr_entity *there = chunk->entity + at;
    const uint32_t up = count < chunk->count - at ? count : chunk->count - at, down = count < at + 1 ? count : at + 1;
    uint32_t many = 1;
    for (; many + 4 <= up; many += 4) { /* four at once: this is most of the work of finding stretches */
        const uint64_t *a = there + many, *b = entities + many;
        if ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3])) break;
    }
    while (many < up && there[many] == entities[many]) many++;
    if (many > 1) return (int32_t)many;
    while (many < down && *(there - many) == entities[many]) many++;
    return many > 1 ? -(int32_t)many : 1;
}

/* How many entities of an array, the first of them in `slot`, are a stretch of rows of its table: all of them live. */
static inline uint32_t orr__stretch_alike(const orr__table *table, const orr__slot *slot, const orr_entity *entities,
                                          uint32_t count)
{
    const orr__chunk *chunk = table->chunks[slot->row >> 12];
    return orr__stretch_rows(orr__stretch_count(chunk, slot->row & (ORR__CHUNK_ROWS - 1), entities, count));
}

static inline void orr__value_copy(void *to, size_t to_row, const void *from, size_t from_row, uint32_t bytes)
{
    char *into = to;
    const char *out = from;
    switch (bytes) { /* fixed sizes: one load and one store each */
    case 1: into[to_row] = out[from_row]; break;
    case 2: memcpy(into + to_row * 2, out + from_row * 2, 2); break;
    case 4: memcpy(into + to_row * 4, out + from_row * 4, 4); break;
    default: memcpy(into + to_row * 8, out + from_row * 8, 8); break;
    }
}

/* `count` values, each a step (1 or -1) after the other on both sides, which do not overlap. */
void orr__values_copy(void *to, uint32_t to_row, int32_t to_step, const void *from, uint32_t from_row,
                      int32_t from_step, uint32_t count, uint32_t bytes);

/* One row of `count` columns; `bytes` is NULL when all have 4. */
static inline void orr__row_copy(void *const *to, uint32_t to_row, void *const *from, uint32_t from_row, uint32_t count,
                                 const uint8_t *bytes)
{
    if (bytes) {
        for (uint32_t i = 0; i < count; i++) orr__value_copy(to[i], to_row, from[i], from_row, bytes[i]);
    } else {
        for (uint32_t i = 0; i < count; i++) orr__value_copy(to[i], to_row, from[i], from_row, 4);
    }
}

/* Tracker bits of row `t` of a chunk become those of row `h` of another of the same table. */
void orr__terms_copy(const orr__table *table, orr__chunk *to, uint32_t h, const orr__chunk *from, uint32_t t);
/* Rows from `begin` on of a chunk are no more. */
void orr__chunk_cut(const orr__table *table, orr__chunk *chunk, uint32_t begin);

/* The last row of a table is no more. */
static inline void orr__table_cut_last(orr_world *world, orr__table *table, uint32_t last)
{
    const uint32_t in_chunk = last & (ORR__CHUNK_ROWS - 1);
    orr__chunk *chunk = table->chunks[last >> 12];
    if (table->term_count)
        orr__chunk_cut(table, chunk, in_chunk);
    else
        chunk->count = in_chunk;
    table->row_count = last;
    world->version++;
    if (in_chunk == ORR__CHUNK_ROWS / 2) orr__table_settle(world, table); /* where it starts to give back */
}

/* Removes the rows of stretches in the order given, `removed` in all, whose handles are 0 already: rows that stay are
 * swapped in from the end. */
void orr__table_close(orr_world *world, orr__table *table, const orr__stretch *stretches, uint32_t count,
                      uint32_t removed);

#endif
