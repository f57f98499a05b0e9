/* What a fuzz run holds, memory that fails, and the comparison of the world with its model. */
#ifndef TESTS_FUZZ_STATE_H
#define TESTS_FUZZ_STATE_H

#include "base/error.h"
#include "ecs/patch.h"
#include "ecs/world.h"
#include "fuzz_model.h"
#include "orrery.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { QUERIES = 12, HANDLES = 6000, OPS = 5000, EDITS = 64, RESERVED = 1024, LISTS = 2 };

typedef struct query_masks {
    uint32_t all, any, none;
} query_masks;

typedef struct edit {
    uint32_t row, field;
    uint64_t value;
} edit;

/* A recorded patch, as the model keeps it. Values with bit 63 in entity fields are provisional. */
typedef struct op {
    uint32_t kind, component, field, prefab, count, first, edit_first, edit_count;
    int64_t entity;
    uint64_t value;
    bool done;
} op;

typedef struct list {
    orr__patches patches;
    op ops[OPS];
    edit edits[EDITS];
    uint64_t reserved[RESERVED];
    uint32_t op_count, edit_count, provisional_count;
    bool is_reserved;
} list;

typedef struct fuzz {
    orr_world *world;
    model *m;
    orr_component components[COMPONENTS];
    orr_field fields[FIELDS];
    orr_query queries[QUERIES];
    query_masks masks[QUERIES];
    orr_tracker trackers[TRACKERS];
    orr_prefab prefabs[PREFABS];
    list lists[LISTS];
    uint64_t handles[HANDLES], random, seed, step;
    uint32_t expected[1 << 16], expected_count;
    const char *what;
    uint64_t live_blocks;
    int64_t allocations_left; /* before one fails; negative: none will */
    bool fail_all, failed, memory;
} fuzz;

_Noreturn static void differ(const fuzz *f, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "fuzz_world: seed %" PRIu64 ", step %" PRIu64 " (%s): ", f->seed, f->step, f->what);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n  last error: %s\n", orr_last_error());
    va_end(arguments);
    exit(1);
}

#define SAME(f, a, b, what_)                                                                                           \
    do {                                                                                                               \
        const uint64_t a_ = (uint64_t)(a), b_ = (uint64_t)(b);                                                         \
        if (a_ != b_) {                                                                                                \
            differ(f, "%s: %" PRIu64 ", expected %" PRIu64, what_, a_, b_);                                            \
        }                                                                                                              \
    } while (0)

/* splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014 */
static uint64_t bits(fuzz *f)
{
    uint64_t z = f->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static uint32_t below(fuzz *f, uint32_t limit)
{
    return (uint32_t)((bits(f) >> 32) * limit >> 32);
}

static bool one_in(fuzz *f, uint32_t n)
{
    return below(f, n) == 0;
}

/* ---- memory that fails when told to ------------------------------------------------------------------------------ */

static void *allocate(void *context, size_t bytes, size_t alignment)
{
    fuzz *f = context;
    if (f->allocations_left == 0) {
        f->failed = true;
        f->allocations_left = f->fail_all ? 0 : -1;
        return NULL;
    }
    f->allocations_left -= f->allocations_left > 0;
    f->live_blocks++;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void release(void *context, void *pointer, size_t bytes)
{
    (void)bytes;
    ((fuzz *)context)->live_blocks -= pointer != NULL;
    free(pointer);
}

static void arm(fuzz *f)
{
    f->failed = false;
    if (f->memory && one_in(f, 3)) {
        f->allocations_left = below(f, 8);
        f->fail_all = one_in(f, 2);
    }
}

static void disarm(fuzz *f)
{
    f->allocations_left = -1;
}

/* Whether a call failed for want of memory, as it may; any other failure is a difference. */
static bool out_of_memory(const fuzz *f, int32_t code)
{
    if (code != ORR_OK && !(code == ORR_E_MEMORY && f->failed)) {
        differ(f, "failed with %s", orr_error_name(code));
    }
    return code != ORR_OK;
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

static bool matches(const query_masks *q, uint32_t mask)
{
    return (mask & q->all) == q->all && !(mask & q->none) && (!q->any || mask & q->any);
}

/* Indices that match, in the order of the data. */
static void expect(fuzz *f, const query_masks *q)
{
    f->expected_count = 0;
    for (uint32_t t = 0; t < f->m->table_count; t++) {
        const model_table *table = &f->m->tables[f->m->order[t]];
        for (uint32_t r = 0; matches(q, f->m->order[t]) && r < table->count; r++) {
            f->expected[f->expected_count++] = table->rows[r];
        }
    }
}

static uint64_t load(const void *column, uint32_t row, uint32_t bytes)
{
    uint64_t value = 0;
    memcpy(&value, (const char *)column + (size_t)row * bytes, bytes);
    return value;
}

static void compare_row(const fuzz *f, const void *const *columns, uint32_t row, uint32_t index)
{
    const model_entity *entity = &f->m->entities[index];
    for (uint32_t i = 0; i < FIELDS; i++) {
        SAME(f, columns[i] != NULL, (entity->mask >> model_fields[i].component) & 1, "column exists");
        if (columns[i]) {
            SAME(f, load(columns[i], row, model_fields[i].bytes), entity->values[i], model_fields[i].name);
        }
    }
}

static void compare_query(fuzz *f, uint32_t q)
{
    expect(f, &f->masks[q]);
    SAME(f, orr_query_count(f->world, f->queries[q]), f->expected_count, "rows of a query");
    uint32_t n = 0;
    orr_cursor at = orr_query_begin(f->world, f->queries[q]);
    while (orr_cursor_next(&at)) {
        const orr_entity *entities = orr_cursor_entities(&at);
        const void *columns[FIELDS];
        for (uint32_t i = 0; q == 0 && i < FIELDS; i++) {
            columns[i] = orr_cursor_read(&at, f->fields[i]); /* once a chunk: a refusal costs its message */
        }
        for (uint32_t row = at.begin; row < at.end; row++, n++) {
            if (n >= f->expected_count) {
                differ(f, "a query visits more rows than there are");
            }
            SAME(f, entities[row], model_handle(f->m, f->expected[n]), "entity of a row");
            if (q == 0) {
                compare_row(f, columns, row, f->expected[n]);
            }
        }
    }
    SAME(f, at.error, ORR_OK, "error of a cursor");
    SAME(f, n, f->expected_count, "rows visited");
}

/* components: those asked for, 0 .. COMPONENTS - 1; COMPONENTS: any. */
static void compare_changes(fuzz *f, uint32_t t, uint32_t component)
{
    const query_masks everything = { 0, 0, 0 };
    const uint32_t mask = component == COMPONENTS ? UINT32_MAX : 1u << component;
    expect(f, &everything);
    uint32_t n = 0, changed = 0;
    orr_changes at =
        orr_tracker_begin(f->world, f->trackers[t], component == COMPONENTS ? 0 : f->components[component]);
    while (orr_changes_next(&at)) {
        for (uint32_t row = orr_changes_row(&at, at.begin); row < at.end; row = orr_changes_row(&at, row + 1)) {
            while (n < f->expected_count && !(f->m->entities[f->expected[n]].dirty[t] & mask)) {
                n++;
            }
            if (n == f->expected_count) {
                differ(f, "tracker %u: %" PRIu64 " is not expected to have changed", t, at.entity[row]);
            }
            SAME(f, at.entity[row], model_handle(f->m, f->expected[n]), "changed entity");
            n++;
            changed++;
        }
    }
    for (; n < f->expected_count; n++) {
        if (f->m->entities[f->expected[n]].dirty[t] & mask) {
            differ(f, "tracker %u: a change of %" PRIu64 " is missing", t, model_handle(f->m, f->expected[n]));
        }
    }
    if (component == COMPONENTS) {
        SAME(f, orr_tracker_count(f->world, f->trackers[t]), changed, "rows of a tracker");
    }
}

static int by_entity(const void *a, const void *b)
{
    const model_arrival *x = a, *y = b;
    if (x->entity != y->entity) {
        return x->entity < y->entity ? -1 : 1;
    }
    if (x->component != y->component) {
        return x->component < y->component ? -1 : 1;
    }
    return x->order < y->order ? -1 : 1;
}

/* Logs agree for each entity and component; the order between these is the library's. */
static void compare_log(fuzz *f, uint32_t t)
{
    uint64_t count = 0;
    const orr_arrival *log = orr_tracker_log(f->world, f->trackers[t], &count);
    model_tracker *tracker = &f->m->trackers[t];
    SAME(f, count, tracker->log_count, "entries of a tracker's log");
    model_arrival *real = malloc((count + 1) * sizeof *real), *mine = malloc((count + 1) * sizeof *mine);
    if (!real || !mine) {
        abort();
    }
    for (uint32_t i = 0; i < count; i++) {
        real[i] = (model_arrival){ log[i].entity, log[i].component - 1, (uint32_t)log[i].came, i };
        mine[i] = tracker->log[i];
    }
    qsort(real, count, sizeof *real, by_entity);
    qsort(mine, count, sizeof *mine, by_entity);
    for (uint32_t i = 0; i < count; i++) {
        SAME(f, real[i].entity, mine[i].entity, "entity of a log");
        SAME(f, real[i].component, mine[i].component, "component of a log");
        SAME(f, real[i].came, mine[i].came, "arrival of a log");
    }
    free(real);
    free(mine);
}

static void compare(fuzz *f)
{
    if (orr__world_validate(f->world) != ORR_OK) {
        differ(f, "the world is not valid");
    }
    SAME(f, orr_world_entity_count(f->world), f->m->alive, "entities alive");
    SAME(f, f->world->dropped, f->m->dropped, "patches dropped");
    for (uint32_t q = 0; q < QUERIES; q++) {
        compare_query(f, q);
    }
    for (uint32_t t = 0; t < TRACKERS; t++) {
        if (f->m->trackers[t].used) {
            compare_changes(f, t, COMPONENTS);
            for (uint32_t c = 0; c < COMPONENTS; c++) {
                if (f->m->trackers[t].mask & 1u << c) {
                    compare_changes(f, t, c);
                }
            }
            if (!f->memory) {
                compare_log(f, t);
            }
        }
    }
}

/* ---- after a failure --------------------------------------------------------------------------------------------- */

static uint32_t mask_of(const orr__table *table)
{
    uint32_t mask = 0;
    for (uint32_t i = 0; i < table->component_count; i++) {
        mask |= 1u << (table->components[i] - 1);
    }
    return mask;
}

/* A call that failed may leave tables behind that it made, empty. */
static void adopt_tables(fuzz *f)
{
    for (uint32_t i = 0; i < f->world->table_count; i++) {
        const uint32_t mask = mask_of(f->world->tables[i]);
        if (i < f->m->table_count) {
            SAME(f, mask, f->m->order[i], "order of tables");
        } else {
            SAME(f, f->world->tables[i]->row_count, 0, "rows of a new table");
            model_table_exists(f->m, mask);
        }
    }
}

static void adopt_row(fuzz *f, const orr__table *table, uint32_t mask, uint64_t row)
{
    const orr__chunk *chunk = table->chunks[row / ORR__CHUNK_ROWS];
    const uint32_t at = (uint32_t)(row % ORR__CHUNK_ROWS), index = (uint32_t)(chunk->entity[at] >> 20);
    f->m->entities[index].alive = true;
    memset(f->m->entities[index].dirty, 0, sizeof f->m->entities[index].dirty);
    model_enter(f->m, index, mask);
    for (uint32_t i = 0; i < FIELDS; i++) {
        const void *column = orr__chunk_column(table, chunk, f->fields[i]);
        f->m->entities[index].values[i] = column ? load(column, at, model_fields[i].bytes) : 0;
    }
}

static void adopt_changes(fuzz *f, uint32_t t)
{
    for (uint32_t c = 0; c < COMPONENTS; c++) {
        if (!f->m->trackers[t].used || !(f->m->trackers[t].mask & 1u << c)) {
            continue;
        }
        orr_changes at = orr_tracker_begin(f->world, f->trackers[t], f->components[c]);
        while (orr_changes_next(&at)) {
            for (uint32_t row = orr_changes_row(&at, at.begin); row < at.end; row = orr_changes_row(&at, row + 1)) {
                f->m->entities[at.entity[row] >> 20].dirty[t] |= 1u << c;
            }
        }
    }
}

/* What is left after a list of patches failed in the middle is not predicted: the world must be valid, and the model
 * goes on from it. */
static void adopt(fuzz *f)
{
    model *m = f->m;
    if (orr__world_validate(f->world) != ORR_OK) {
        differ(f, "the world is not valid after a failure");
    }
    for (uint32_t i = 0; i < TABLES; i++) {
        m->tables[i].exists = false;
        m->tables[i].count = 0;
    }
    m->table_count = m->free_count = 0;
    const orr__entities *entities = &f->world->entities;
    m->entities = model_grow(m->entities, &m->entity_capacity, entities->slot_count, sizeof *m->entities);
    m->entity_count = entities->slot_count;
    for (uint32_t i = 0; i < m->entity_count; i++) {
        m->entities[i] = (model_entity){ .generation = orr__entity_slot_at(f->world, i)->generation };
    }
    m->free = model_grow(m->free, &m->free_capacity, entities->free_count, sizeof *m->free);
    m->free_count = entities->free_count;
    uint32_t slot = entities->free_head;
    for (uint32_t i = m->free_count; i-- > 0; slot = orr__entity_slot_at(f->world, slot)->row) {
        m->free[i] = slot;
    }
    for (uint32_t i = 0; i < f->world->table_count; i++) {
        const orr__table *table = f->world->tables[i];
        model_table_exists(m, mask_of(table));
        for (uint64_t row = 0; row < table->row_count; row++) {
            adopt_row(f, table, mask_of(table), row);
        }
    }
    m->alive = orr_world_entity_count(f->world);
    m->dropped = f->world->dropped;
    for (uint32_t t = 0; t < TRACKERS; t++) {
        adopt_changes(f, t);
    }
}

/* ---- random things ----------------------------------------------------------------------------------------------- */

static uint64_t any_handle(fuzz *f)
{
    return f->m->entity_count ? model_handle(f->m, below(f, f->m->entity_count)) : 1;
}

/* Alive if there is any. */
static uint64_t live_handle(fuzz *f)
{
    for (uint32_t tries = 0; tries < 64; tries++) {
        const uint64_t handle = any_handle(f);
        if (model_find(f->m, handle)) {
            return handle;
        }
    }
    return any_handle(f);
}

static uint64_t random_value(fuzz *f, uint32_t field)
{
    const uint32_t bytes = model_fields[field].bytes;
    if (strcmp(model_fields[field].type, "bool") == 0) {
        return below(f, 2);
    }
    if (strcmp(model_fields[field].type, "entity") == 0) {
        return any_handle(f);
    }
    return bytes == 8 ? bits(f) : bits(f) & ((UINT64_C(1) << bytes * 8) - 1);
}

static orr_value as_value(uint64_t raw)
{
    orr_value value;
    memcpy(&value, &raw, sizeof value);
    return value;
}

static const orr_component *list_of(const fuzz *f, uint32_t mask, orr_component *out)
{
    uint32_t count = 0;
    for (uint32_t c = COMPONENTS; c-- > 0;) {
        if (mask & 1u << c) {
            out[count++] = f->components[c];
        }
    }
    out[count] = 0;
    return out;
}

/* Handles of random entities, or of the rows of one table from some row on, which is what systems record. */
static uint32_t random_handles(fuzz *f, uint32_t most, bool dead_too)
{
    uint32_t count = 0;
    const model_table *table = &f->m->tables[f->m->order[below(f, f->m->table_count)]];
    if (one_in(f, 2) && table->count > 0) {
        const uint32_t step = 1 + below(f, 2) * below(f, 3);
        for (uint32_t r = one_in(f, 2) ? 0 : below(f, table->count); r < table->count && count < most; r += step) {
            f->handles[count++] = model_handle(f->m, table->rows[r]);
        }
        return count;
    }
    for (const uint32_t wanted = below(f, most < 12 ? most : 12); count < wanted;) {
        const uint64_t handle = dead_too ? any_handle(f) : live_handle(f);
        if (!dead_too && !model_find(f->m, handle)) {
            break;
        }
        f->handles[count++] = handle;
    }
    return count;
}

#endif
