/* Chunks of a table: their memory. See table.h for the layout. */
#ifndef ORR_ECS_CHUNK_H
#define ORR_ECS_CHUNK_H

#include "ecs/table.h"
#include "orrery.h"

/* An empty chunk of `capacity` rows with room for the table's terms; NULL: ORR_E_MEMORY. */
orr__chunk *orr__chunk_create(orr_world *world, const orr__table *table, uint32_t capacity);
void orr__chunk_destroy(orr_world *world, const orr__table *table, orr__chunk *chunk);

/* Whole chunks that are destroyed are kept, up to 32 MiB (a million rows of four f32), for the next that are created; this gives them back. */
enum { ORR__SPARE_BYTES = 32 << 20 };
void orr__chunk_free_spares(orr_world *world);

/* Rows up to `end` exist now; their values are the caller's. Those that nobody has ever written, up to the end of the
 * line of 16 rows, become 0: jobs work on whole lines, and what an allocator left there may be numbers that take the
 * processor long. */
void orr__chunk_new_lines(const orr__table *table, orr__chunk *chunk, uint32_t end);
static inline void orr__chunk_extend(const orr__table *table, orr__chunk *chunk, uint32_t end)
{
    chunk->count = end;
    if (end > chunk->reached) orr__chunk_new_lines(table, chunk, end);
}

/* Bytes of one chunk's tracker words; 0 without terms. */
size_t orr__chunk_tracked_bytes(uint32_t term_capacity, uint32_t capacity);

/* Gives back empty chunks at the end until `keep` chunks are left (or the last one holds rows). */
void orr__table_shrink(orr_world *world, orr__table *table, uint32_t keep);

/* The same until only what the rows need is left, and one more while the last chunk with rows is more than half full:
 * spawning and destroying around a boundary allocates nothing. The first chunk stays. */
void orr__table_settle_chunks(orr_world *world, orr__table *table);
static inline void orr__table_settle(orr_world *world, orr__table *table)
{
    if (table->chunk_count > 1 && table->row_capacity - table->row_count >= ORR__CHUNK_ROWS) {
        orr__table_settle_chunks(world, table);
    }
}

/* How many of `count` rows from `row` on are in row's chunk. */
static inline uint32_t orr__chunk_span(uint64_t row, uint64_t count)
{
    const uint32_t left = ORR__CHUNK_ROWS - (uint32_t)(row & (ORR__CHUNK_ROWS - 1));
    return count < left ? (uint32_t)count : left;
}

static inline orr__chunk *orr__table_chunk(const orr__table *table, uint64_t row)
{
    return table->chunks[row >> 12];
}

/* Bits of a term: the summary stays exact. */
static inline void orr__term_set(orr__chunk *chunk, uint32_t term, uint32_t row)
{
    chunk->tracked[term][row >> 6] |= (uint64_t)1 << (row & 63u);
    chunk->tracked_summary[term] |= (uint64_t)1 << (row >> 6);
}

static inline void orr__term_clear(orr__chunk *chunk, uint32_t term, uint32_t row)
{
    const uint64_t word = chunk->tracked[term][row >> 6] &= ~((uint64_t)1 << (row & 63u));
    if (!word) chunk->tracked_summary[term] &= ~((uint64_t)1 << (row >> 6));
}

#endif
