/* Tables and chunks: where the data is.
 *
 * A table holds all entities with exactly the same components, its rows in chunks of up to 4,096. The first chunk
 * grows from 64 rows by doubling. A chunk is one allocation:
 *
 *   orr__chunk | column and word pointers | handles | column | column | ... | changed words
 *                                          ^ each 64-byte aligned, padded by 64 bytes past the capacity
 *
 * Jobs read and write whole lines of 16 rows (orr_rows_padded_end): values past the last row mean nothing and nobody
 * looks at them. They are never what an allocator left there, which may be numbers that take the processor long (see
 * `reached`).
 *
 * Tracker words are a block of their own beside each chunk, so that columns do not move when a tracker comes or goes:
 *
 *   word pointers | summaries | words of term 0 | words of term 1 | ... up to the table's term_capacity
 *
 * Row r of a table is chunk r >> 12, row r & 4095; chunks before the last row's are full, one after it may wait empty.
 * Removal swaps in the table's last row; tracker bits move with their rows. Changed words are for the time between two
 * structural changes: they are clear whenever rows come, move or go, because what a system marked is absorbed by the
 * trackers when it is done, before anything that it recorded is applied. */
#ifndef ORR_ECS_TABLE_H
#define ORR_ECS_TABLE_H

#include "orrery.h"

enum { ORR__CHUNK_ROWS = 4096, ORR__CHUNK_FIRST = 64, ORR__RANGE_ROWS = 512, ORR__NO_COLUMN = 0xFFFF };

#define ORR__TABLE_APART UINT32_MAX

typedef struct orr__chunk {
    uint32_t count, capacity;
    size_t bytes;     /* of the allocation */
    bool paged;       /* the allocation is from orr__alloc_pages */
    uint32_t reached; /* rows whose columns hold numbers: a multiple of 16; those from there on hold rubbish */
    union {
        orr_entity *entity;
        struct orr__chunk *next_spare; /* of those without a table */
    };
    uint64_t **changed;        /* [table->component_count] words marked since the last sync; capacity/64 words */
    uint64_t **tracked;        /* [table->term_count] words of (tracker, component) */
    uint64_t *tracked_summary; /* [table->term_count] bit w: tracked word w is not 0 (exact) */
    void *columns[];           /* [table->column_count]; here and not pointed to: one load less by handle */
} orr__chunk;

/* One (tracker, component) pair that this table keeps bits for. */
typedef struct orr__term {
    orr_tracker tracker;
    uint16_t component_at; /* index in table->components */
} orr__term;

typedef struct orr__edge { /* the table reached by adding or removing a component; sorted by component */
    orr_component component;
    uint32_t add, remove; /* table index + 1; 0: not known yet */
} orr__edge;

typedef struct orr__placed { /* where a component is in a table */
    uint16_t at;             /* index in components and first_column; ORR__NO_COLUMN: the table lacks it */
    uint16_t first, end;     /* its columns; both ORR__NO_COLUMN when the table lacks it */
    uint16_t bytes;          /* of each of its fields if that is one number; 0: see column_bytes */
} orr__placed;

typedef struct orr__table {
    orr__chunk **chunks; /* the last may be empty */
    uint64_t row_count, row_capacity;
    uint8_t *column_bytes, *column_types; /* [column_count] */
    uint16_t *first_column;               /* [component_count + 1]: the last is column_count */
    uint32_t highest;                     /* component */
    uint32_t index;
    uint32_t term_count, term_capacity;
    orr__term *terms;          /* in order of tracker creation */
    orr_component *components; /* sorted */
    uint32_t component_count;
    uint32_t column_count;
    uint32_t row_bytes; /* sum of column_bytes */
    bool all_four;      /* every column has 4 bytes: loops over columns need not ask */
    uint32_t chunk_count, chunk_capacity;
    uint64_t pending; /* rows that a bulk change is about to move here; 0 between calls */
    orr__edge *edges;
    uint32_t edge_count, edge_capacity, edge_recent;
    size_t bytes;         /* of the table with the arrays below and those of one element a component or column,
                                    one allocation; chunks, terms, edges apart */
    orr__placed placed[]; /* [highest + 1]; here and not pointed to: one load less by handle */
} orr__table;

static inline uint32_t orr__table_component(const orr__table *table, orr_component component)
{
    return component <= table->highest ? table->placed[component].at : ORR__NO_COLUMN;
}

/* Column of a field, or NULL when the table lacks the component. */
static inline void *orr__chunk_column(const orr__table *table, const orr__chunk *chunk, orr_field field)
{
    if (orr__table_component(table, field.component) == ORR__NO_COLUMN) return NULL;
    return chunk->columns[table->placed[field.component].first + field.index];
}

/* The table of a sorted list of components; created when there is none. NULL: ORR_E_MEMORY or ORR_E_LIMIT. */
orr__table *orr__table_of(orr_world *world, const orr_component *sorted, uint32_t count);
/* One that no list of the world holds: it has columns but no rows, and index ORR__TABLE_APART. Its memory is table->bytes
 * in one piece, and the caller's. Any thread. */
orr__table *orr__table_apart(orr_world *world, const orr_component *sorted, uint32_t count);
/* Only if there is one; NULL without an error. */
orr__table *orr__table_find(const orr_world *world, const orr_component *sorted, uint32_t count);
orr__table *orr__table_with(orr_world *world, orr__table *table, orr_component component);
orr__table *orr__table_without(orr_world *world, orr__table *table, orr_component component);
/* The edge that was asked for last, if it is the component's; NULL. One by one it nearly always is. */
static inline const orr__edge *orr__table_recent(const orr__table *table, orr_component component)
{
    if (!table->edge_count) return NULL;
    const orr__edge *edge = &table->edges[table->edge_recent];
    return edge->component == component ? edge : NULL;
}

/* Room for `count` more rows, all or nothing; then appending that many cannot fail. The promise ends with the next
 * removal of rows from this table. */
int32_t orr__table_room(orr_world *world, orr__table *table, uint64_t count);
/* Appends `count` rows of reserved entities, whose fields are not set yet, changed for every tracker and logged as
 * arrived; returns the first row. Room must be there. */
uint64_t orr__table_append(orr_world *world, orr__table *table, const orr_entity *entities, uint64_t count);
/* The same with new entities, in one pass: needs orr__entity_room too. `handles` (may be NULL) gets them. */
uint64_t orr__table_spawn(orr_world *world, orr__table *table, uint64_t count, orr_entity *handles);
/* Swaps in the last row; the moved entity's slot is updated. Handles of removed rows are the caller's business. */
void orr__table_remove(orr_world *world, orr__table *table, uint64_t row);
/* Releases and removes `count` entities, all of this table; repeated and dead ones are skipped. */
void orr__table_destroy(orr_world *world, orr__table *table, const orr_entity *entities, uint32_t count);
/* Moves the row of a live slot to the table that has one component more or less: shared fields and bits are kept, new
 * ones get defaults and are marked. Room must be there. Returns the row in `to`. */
struct orr__slot;
uint64_t orr__table_move(orr_world *world, orr__table *from, struct orr__slot *slot, orr__table *to,
                         orr_component component);
/* The same for many entities of `from`, to any table; repeated, dead and other ones are skipped. They become rows of
 * `to` in the order given; returns how many. `scratch` has room for `count`. */
struct orr__stretch;
uint32_t orr__table_move_many(orr_world *world, orr__table *from, const orr_entity *entities, uint32_t count,
                              orr__table *to, struct orr__stretch *scratch);
/* Gives back all chunks that are empty. Removal by itself keeps the first, and one empty chunk after the last row. */
void orr__table_trim(orr_world *world, orr__table *table);
/* Adds bits for a new tracker term to all chunks of the table (all set when `all`); all or nothing. */
int32_t orr__table_track(orr_world *world, orr__table *table, orr_tracker tracker, orr_component component, bool all);
/* Drops all terms of a tracker. */
void orr__table_untrack(orr_world *world, orr__table *table, orr_tracker tracker);
/* For editions: tables above `count` go, which have no rows; and one that is no table of the world any more, with its
 * chunks. */
void orr__table_drop(orr_world *world, uint32_t count);
void orr__table_release(orr_world *world, orr__table *table);
void orr__table_fini(orr_world *world);

#endif
