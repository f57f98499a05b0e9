/* Tables and chunks: where the data is.
 *
 * A table holds all entities with exactly the same components, its rows in chunks of up to 4,096. The first chunk
 * grows from 64 rows by doubling. A chunk is one allocation:
 *
 *   orr__chunk | column pointers | handles | column | column | ... | changed words | tracker words
 *                                  ^ each 64-byte aligned, padded by 64 bytes past the capacity
 *
 * Row r of a table is chunk r >> 12, row r & 4095; all chunks but the last are full. Removal swaps in the table's last
 * row; changed and tracker bits move with their rows. */
#ifndef ORR_ECS_TABLE_H
#define ORR_ECS_TABLE_H

#include "orrery.h"

enum { ORR__CHUNK_ROWS = 4096, ORR__CHUNK_FIRST = 64, ORR__RANGE_ROWS = 512, ORR__NO_COLUMN = 0xFFFF };

typedef struct orr__chunk {
    uint32_t count, capacity;
    size_t bytes;                /* of the allocation */
    orr_entity *entity;
    void **columns;              /* [table->column_count] */
    uint64_t **changed;          /* [table->component_count] words marked since the last sync; capacity/64 words */
    uint64_t **tracked;          /* [table->term_count] words of (tracker, component) */
    uint64_t *tracked_summary;   /* [table->term_count] bit w: tracked word w is not 0 */
} orr__chunk;

/* One (tracker, component) pair that this table keeps bits for. */
typedef struct orr__term {
    orr_tracker tracker;
    uint16_t component_at;       /* index in table->components */
} orr__term;

typedef struct orr__edge {       /* the table reached by adding or removing a component */
    orr_component component;
    uint32_t add, remove;        /* table index + 1; 0: not known yet */
} orr__edge;

typedef struct orr__table {
    uint32_t index;
    orr_component *components;   /* sorted */
    uint32_t component_count;
    uint16_t *first_column;      /* [component_count] */
    uint16_t *component_at;      /* [highest component + 1]: index in components, or ORR__NO_COLUMN */
    uint32_t highest;
    uint8_t *column_bytes, *column_types;  /* [column_count] */
    uint32_t column_count;
    orr__chunk **chunks;
    uint32_t chunk_count, chunk_capacity;
    uint64_t row_count;
    orr__term *terms;            /* in order of tracker creation */
    uint32_t term_count, term_capacity;
    orr__edge *edges;
    uint32_t edge_count, edge_capacity;
} orr__table;

static inline uint32_t orr__table_component(const orr__table *table, orr_component component)
{
    return component <= table->highest ? table->component_at[component] : ORR__NO_COLUMN;
}

/* Column of a field, or NULL when the table lacks the component. */
static inline void *orr__chunk_column(const orr__table *table, const orr__chunk *chunk, orr_field field)
{
    const uint32_t at = orr__table_component(table, field.component);
    return at == ORR__NO_COLUMN ? NULL : chunk->columns[table->first_column[at] + field.index];
}

/* The table of a sorted list of components; created when there is none. NULL: ORR_E_MEMORY or ORR_E_LIMIT. */
orr__table *orr__table_of(orr_world *world, const orr_component *sorted, uint32_t count);
orr__table *orr__table_with(orr_world *world, orr__table *table, orr_component component);
orr__table *orr__table_without(orr_world *world, orr__table *table, orr_component component);

/* Room for `count` more rows, all or nothing; then orr__table_append cannot fail. */
int32_t orr__table_room(orr_world *world, orr__table *table, uint64_t count);
/* Appends `count` rows whose fields are not set yet, marked changed everywhere; returns the first row. */
uint64_t orr__table_append(orr_world *world, orr__table *table, const orr_entity *entities, uint64_t count);
/* Swaps in the last row; the moved entity's slot is updated. Handles of removed rows are the caller's business. */
void orr__table_remove(orr_world *world, orr__table *table, uint64_t row);
/* Moves a row to another table: shared fields and bits are kept, new ones get defaults and are marked. Room must be
 * there. Returns the row in `to`. */
uint64_t orr__table_move(orr_world *world, orr__table *from, uint64_t row, orr__table *to);
/* Gives back chunks that are empty (but the first). */
void orr__table_trim(orr_world *world, orr__table *table);
/* Adds bits for a new tracker term to all chunks of the table (all set when `all`); all or nothing. */
int32_t orr__table_track(orr_world *world, orr__table *table, orr_tracker tracker, orr_component component, bool all);
void orr__table_untrack(orr_world *world, orr__table *table, orr_tracker tracker);
void orr__table_fini(orr_world *world);

#endif
