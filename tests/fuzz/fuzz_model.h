/* The world once more, as simply as it can be said: what fuzz_world.c compares the real one with.
 *
 * Entities are an array by index, tables are lists of these indices by set of components, changes are made one at a
 * time in the order given. One rule only looks at several at once: entities that follow each other in a call, or in a
 * run of like patches, and are in one table, leave it together. The others keep their rows, and the holes, in the
 * order named, are filled with what is last in the table. Nothing here includes or calls the library. */
#ifndef TESTS_FUZZ_MODEL_H
#define TESTS_FUZZ_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { COMPONENTS = 8, FIELDS = 11, TABLES = 1 << COMPONENTS, TRACKERS = 3, PREFABS = 4096 };

typedef struct model_field {
    uint32_t component; /* 0 .. COMPONENTS - 1 */
    uint32_t index;     /* in its component, by name */
    const char *name, *type;
    uint32_t bytes;
    uint64_t value; /* default, as stored */
} model_field;

/* A{y x} B{v} C D{n e} E{s d b} F G{z w} H{q} */
static const model_field model_fields[FIELDS] = {
    { 0, 0, "x", "f32", 4, 0x3FC00000 },
    { 0, 1, "y", "f32", 4, 0 },
    { 1, 0, "v", "i32", 4, 0xFFFFFFFE },
    { 3, 0, "e", "entity", 8, 0 },
    { 3, 1, "n", "u8", 1, 200 },
    { 4, 0, "b", "bool", 1, 1 },
    { 4, 1, "d", "f64", 8, 0x4004000000000000 },
    { 4, 2, "s", "i16", 2, 0x8000 },
    { 6, 0, "w", "u64", 8, UINT64_MAX },
    { 6, 1, "z", "u16", 2, 0xFFFF },
    { 7, 0, "q", "f32", 4, 0x80000000 },
};

typedef struct model_entity {
    uint32_t generation;
    bool alive;
    uint32_t mask, row, seen;
    uint64_t values[FIELDS];
    uint32_t dirty[TRACKERS]; /* by component */
} model_entity;

typedef struct model_table {
    bool exists;
    uint32_t *rows, count, capacity;
} model_table;

typedef struct model_prefab {
    uint32_t mask;
    uint64_t values[FIELDS];
} model_prefab;

typedef struct model_arrival {
    uint64_t entity;
    uint32_t component, came, order;
} model_arrival;

typedef struct model_tracker {
    bool used;
    uint32_t mask;
    model_arrival *log;
    uint32_t log_count, log_capacity;
} model_tracker;

typedef struct model {
    model_entity *entities;
    uint32_t entity_count, entity_capacity;
    uint32_t *free; /* a stack */
    uint32_t free_count, free_capacity;
    model_table tables[TABLES];
    uint32_t order[TABLES], table_count;
    model_prefab prefabs[PREFABS];
    uint32_t prefab_count;
    model_tracker trackers[TRACKERS];
    uint64_t alive, dropped;
} model;

static void *model_grow(void *items, uint32_t *capacity, uint32_t needed, size_t bytes)
{
    if (needed > *capacity) {
        *capacity = needed * 2 + 16;
        items = realloc(items, *capacity * bytes);
        if (!items) {
            abort();
        }
    }
    return items;
}

static void model_table_exists(model *m, uint32_t mask)
{
    if (!m->tables[mask].exists) {
        m->tables[mask].exists = true;
        m->order[m->table_count++] = mask;
    }
}

static model *model_create(void)
{
    model *m = calloc(1, sizeof *m);
    if (!m) {
        abort();
    }
    model_table_exists(m, 0);
    return m;
}

static void model_destroy(model *m)
{
    for (uint32_t i = 0; i < TABLES; i++) {
        free(m->tables[i].rows);
    }
    for (uint32_t i = 0; i < TRACKERS; i++) {
        free(m->trackers[i].log);
    }
    free(m->entities);
    free(m->free);
    free(m);
}

static uint64_t model_handle(const model *m, uint32_t index)
{
    return (uint64_t)index << 20 | m->entities[index].generation;
}

static model_entity *model_find(model *m, uint64_t handle)
{
    const uint64_t index = handle >> 20;
    if (handle == 0 || index >= m->entity_count) {
        return NULL;
    }
    model_entity *entity = &m->entities[index];
    return entity->alive && entity->generation == (handle & 0xFFFFF) ? entity : NULL;
}

static void model_note(model *m, uint32_t index, uint32_t mask, uint32_t came)
{
    for (uint32_t t = 0; t < TRACKERS; t++) {
        model_tracker *tracker = &m->trackers[t];
        for (uint32_t c = 0; tracker->used && c < COMPONENTS; c++) {
            if (tracker->mask & mask & 1u << c) {
                tracker->log =
                    model_grow(tracker->log, &tracker->log_capacity, tracker->log_count + 1, sizeof *tracker->log);
                tracker->log[tracker->log_count] =
                    (model_arrival){ model_handle(m, index), c, came, tracker->log_count };
                tracker->log_count++;
            }
        }
    }
}

static void model_enter(model *m, uint32_t index, uint32_t mask)
{
    model_table *table = &m->tables[mask];
    table->rows = model_grow(table->rows, &table->capacity, table->count + 1, sizeof *table->rows);
    m->entities[index].mask = mask;
    m->entities[index].row = table->count;
    table->rows[table->count++] = index;
}

/* Entities of one table, none twice, in the order named. */
static void model_leave(model *m, uint32_t mask, const uint32_t *indices, uint32_t count)
{
    model_table *table = &m->tables[mask];
    const uint32_t left = table->count - count;
    uint32_t tail = table->count;
    bool *gone = calloc(table->count + 1, sizeof *gone);
    uint32_t *holes = calloc(count + 1, sizeof *holes);
    if (!gone || !holes) {
        abort();
    }
    for (uint32_t i = 0; i < count; i++) {
        holes[i] = m->entities[indices[i]].row;
        gone[holes[i]] = true;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (holes[i] < left) {
            while (gone[--tail]) {}
            table->rows[holes[i]] = table->rows[tail];
            m->entities[table->rows[tail]].row = holes[i];
        }
    }
    table->count = left;
    free(gone);
    free(holes);
}

static void model_mark(model *m, uint32_t index, uint32_t mask)
{
    for (uint32_t t = 0; t < TRACKERS; t++) {
        if (m->trackers[t].used) {
            m->entities[index].dirty[t] |= m->trackers[t].mask & mask;
        }
    }
}

/* An index with its generation, not alive yet. */
static uint32_t model_reserve(model *m)
{
    if (m->free_count > 0) {
        return m->free[--m->free_count];
    }
    m->entities = model_grow(m->entities, &m->entity_capacity, m->entity_count + 1, sizeof *m->entities);
    m->entities[m->entity_count] = (model_entity){ .generation = 1 };
    return m->entity_count++;
}

static void model_place(model *m, uint32_t index, uint32_t mask, const uint64_t *values)
{
    model_entity *entity = &m->entities[index];
    entity->alive = true;
    m->alive++;
    memcpy(entity->values, values, sizeof entity->values);
    memset(entity->dirty, 0, sizeof entity->dirty);
    model_enter(m, index, mask);
    model_mark(m, index, mask);
    model_note(m, index, mask, 1);
}

/* The entities from `at` on that are alive and in one table, each once; *end is where they stop. */
static uint32_t model_group(model *m, const uint64_t *handles, uint32_t at, uint32_t count, uint32_t *indices,
                            uint32_t *end)
{
    const model_entity *first = model_find(m, handles[at]);
    uint32_t n = 0;
    *end = at + 1;
    if (!first) {
        return 0;
    }
    for (*end = at; *end < count; ++*end) {
        const model_entity *entity = model_find(m, handles[*end]);
        if (!entity || entity->mask != first->mask) {
            break;
        }
        const uint32_t index = (uint32_t)(handles[*end] >> 20);
        if (m->entities[index].seen != at + 1) {
            m->entities[index].seen = at + 1;
            indices[n++] = index;
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        m->entities[indices[i]].seen = 0;
    }
    return n;
}

static uint32_t model_kill(model *m, const uint64_t *handles, uint32_t count)
{
    uint32_t *indices = calloc(count + 1, sizeof *indices), killed = 0;
    if (!indices) {
        abort();
    }
    for (uint32_t at = 0, end; at < count; at = end) {
        const uint32_t n = model_group(m, handles, at, count, indices, &end);
        for (uint32_t i = 0; i < n; i++) {
            model_note(m, indices[i], m->entities[indices[i]].mask, 0);
        }
        if (n > 0) {
            model_leave(m, m->entities[indices[0]].mask, indices, n);
        }
        m->free = model_grow(m->free, &m->free_capacity, m->free_count + n, sizeof *m->free);
        for (uint32_t i = 0; i < n; i++) {
            m->entities[indices[i]].alive = false;
            m->entities[indices[i]].generation++;
            m->free[m->free_count++] = indices[i];
        }
        killed += n;
    }
    free(indices);
    m->alive -= killed;
    return killed;
}

static void model_defaults(uint64_t *values, uint32_t component)
{
    for (uint32_t f = 0; f < FIELDS; f++) {
        if (model_fields[f].component == component) {
            values[f] = model_fields[f].value;
        }
    }
}

static void model_move(model *m, uint32_t index, uint32_t component, bool adds)
{
    model_entity *entity = &m->entities[index];
    const uint32_t bit = 1u << component;
    if (!adds) {
        model_note(m, index, bit, 0);
    }
    model_enter(m, index, adds ? entity->mask | bit : entity->mask & ~bit);
    if (adds) {
        model_defaults(entity->values, component);
        model_mark(m, index, bit);
        model_note(m, index, bit, 1);
    }
    for (uint32_t t = 0; t < TRACKERS && !adds; t++) {
        entity->dirty[t] &= ~bit;
    }
}

/* Adds or removes a component; dead ones are skipped. */
static void model_change(model *m, const uint64_t *handles, uint32_t count, uint32_t component, bool adds)
{
    uint32_t *indices = calloc(count + 1, sizeof *indices);
    if (!indices) {
        abort();
    }
    for (uint32_t at = 0, end; at < count; at = end) {
        const uint32_t n = model_group(m, handles, at, count, indices, &end);
        const uint32_t from = n ? m->entities[indices[0]].mask : 0;
        const uint32_t to = adds ? from | 1u << component : from & ~(1u << component);
        if (n == 0 || from == to) {
            continue;
        }
        model_table_exists(m, to);
        model_leave(m, from, indices, n);
        for (uint32_t i = 0; i < n; i++) {
            model_move(m, indices[i], component, adds);
        }
    }
    free(indices);
}

/* False when it is dead or lacks the field. */
static bool model_set(model *m, uint64_t handle, uint32_t field, uint64_t value)
{
    model_entity *entity = model_find(m, handle);
    if (!entity || !(entity->mask & 1u << model_fields[field].component)) {
        return false;
    }
    entity->values[field] = value;
    model_mark(m, (uint32_t)(handle >> 20), 1u << model_fields[field].component);
    return true;
}

#endif
