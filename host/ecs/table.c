#include "ecs/table.h"

#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"
#include "ecs/chunk.h"
#include "ecs/world.h"

#include <string.h>

enum { SHORT_LIST = 64 };

// ---- the table of a list --------------------------------------------------------------------------------------------

static uint64_t signature(const orr_component *sorted, uint32_t count, uint64_t attempt)
{
    const uint64_t hash = orr__hash_bytes(sorted, count * sizeof *sorted, attempt);
    return hash ? hash : 1;
}

// The table, or NULL and in *key the signature under which it is to be entered.
static orr__table *find(const orr_world *world, const orr_component *sorted, uint32_t count, uint64_t *key)
{
    for (uint64_t attempt = 0;; attempt++) { // a second attempt only for lists of equal hash
        *key = signature(sorted, count, attempt);
        const uint32_t at = orr__map_find(&world->table_signatures, *key);
        if (at == ORR__MAP_NONE) return NULL;
        orr__table *table = world->tables[at];
        if (table->component_count == count && memcmp(table->components, sorted, count * sizeof *sorted) == 0) {
            return table;
        }
    }
}

orr__table *orr__table_find(const orr_world *world, const orr_component *sorted, uint32_t count)
{
    uint64_t key;
    return find(world, sorted, count, &key);
}

static uint32_t column_count(const orr_world *world, const orr_component *sorted, uint32_t count)
{
    uint32_t columns = 0;
    for (uint32_t i = 0; i < count; i++) columns += orr__component_at(world, sorted[i])->field_count;
    return columns;
}

static void set_columns(const orr_world *world, orr__table *table)
{
    uint32_t column = 0;
    table->all_four = true;
    for (uint32_t i = 0; i < table->component_count; i++) {
        const orr__component *component = orr__component_at(world, table->components[i]);
        table->placed[table->components[i]] = (orr__placed){
            .at = (uint16_t)i,
            .first = (uint16_t)column,
            .end = (uint16_t)(column + component->field_count),
            .bytes = component->field_count ? component->fields[0].bytes : 0,
        };
        table->first_column[i] = (uint16_t)column;
        for (uint32_t f = 0; f < component->field_count; f++) {
            if (component->fields[f].bytes != component->fields[0].bytes) table->placed[table->components[i]].bytes = 0;
            table->column_bytes[column] = component->fields[f].bytes;
            table->all_four &= component->fields[f].bytes == 4;
            table->column_types[column++] = component->fields[f].type;
        }
        table->row_bytes += component->row_bytes;
    }
    table->first_column[table->component_count] = (uint16_t)column;
}

// A table and its fixed arrays, which stand behind it.
static orr__table *create(orr_world *world, const orr_component *sorted, uint32_t count)
{
    const uint32_t columns = column_count(world, sorted, count), highest = count ? sorted[count - 1] : 0;
    if (columns >= ORR__NO_COLUMN) {
        orr__fail(ORR_E_LIMIT, "%u fields in one entity; at most %d are allowed", (unsigned)columns,
                  ORR__NO_COLUMN - 1);
        return NULL;
    }
    const size_t bytes = sizeof(orr__table) + ((size_t)highest + 1) * sizeof(orr__placed) +
                         count * (sizeof(orr_component) + sizeof(uint16_t)) + sizeof(uint16_t) + columns * (size_t)2;
    orr__table *table = orr__alloc_zero(&world->alloc, bytes, 0);
    if (!table) return NULL;
    table->index = world->table_count;
    table->bytes = bytes;
    table->component_count = count;
    table->column_count = columns;
    table->highest = highest;
    table->components = (orr_component *)(table->placed + highest + 1);
    table->first_column = (uint16_t *)(table->components + count);
    table->column_bytes = (uint8_t *)(table->first_column + count + 1);
    table->column_types = table->column_bytes + columns;
    if (count) memcpy(table->components, sorted, count * sizeof *sorted);
    memset(table->placed, 0xFF, ((size_t)highest + 1) * sizeof *table->placed);
    set_columns(world, table);
    return table;
}

orr__table *orr__table_apart(orr_world *world, const orr_component *sorted, uint32_t count)
{
    orr__table *table = create(world, sorted, count);
    if (table) table->index = ORR__TABLE_APART;
    return table;
}

void orr__table_release(orr_world *world, orr__table *table)
{
    for (uint32_t i = 0; i < table->chunk_count; i++) orr__chunk_destroy(world, table, table->chunks[i]);
    orr__array_free(&world->alloc, &table->chunks, &table->chunk_capacity, sizeof *table->chunks);
    orr__array_free(&world->alloc, &table->edges, &table->edge_capacity, sizeof *table->edges);
    if (table->terms) orr__alloc_free(&world->alloc, table->terms, table->term_capacity * sizeof *table->terms);
    orr__alloc_free(&world->alloc, table, table->bytes);
}

// Terms of all trackers that there are, in order of their handles.
static int32_t add_terms(orr_world *world, orr__table *table)
{
    orr_tracker last = 0;
    for (;;) {
        orr_tracker next = 0;
        for (uint32_t i = 0; i < table->component_count; i++) {
            const orr__component *component = orr__component_at(world, table->components[i]);
            for (uint32_t t = 0; t < component->tracker_count; t++) {
                const orr_tracker tracker = component->trackers[t];
                if (tracker > last && (!next || tracker < next)) next = tracker;
            }
        }
        if (!next) return ORR_OK;
        const orr__tracker *tracker = orr__tracker_at(world, next);
        for (uint32_t c = 0; tracker && c < tracker->component_count; c++) {
            if (orr__table_component(table, tracker->components[c]) == ORR__NO_COLUMN) continue;
            const int32_t code = orr__table_track(world, table, next, tracker->components[c], true);
            if (code) return code;
        }
        last = next;
    }
}

orr__table *orr__table_of(orr_world *world, const orr_component *sorted, uint32_t count)
{
    uint64_t key;
    orr__table *table = find(world, sorted, count, &key);
    if (table) return table;
    if (world->table_count >= UINT32_MAX - 1) {
        orr__fail(ORR_E_LIMIT, "more tables than can be counted");
        return NULL;
    }
    if (orr__array_reserve(&world->alloc, &world->tables, &world->table_capacity, world->table_count + 1,
                           sizeof *world->tables) ||
        orr__map_reserve(&world->alloc, &world->table_signatures, world->table_count + 1)) {
        return NULL;
    }
    table = create(world, sorted, count);
    if (!table) return NULL;
    if (add_terms(world, table) || orr__query_table_added(world, table)) {
        orr__table_release(world, table);
        return NULL;
    }
    (void)orr__map_put(&world->alloc, &world->table_signatures, key, table->index); // has room
    world->tables[world->table_count++] = table;
    return table;
}

// ---- edges ----------------------------------------------------------------------------------------------------------

static uint32_t edge_at(const orr__table *table, orr_component component)
{
    uint32_t low = 0, high = table->edge_count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (table->edges[middle].component < component)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static orr__edge *edge_find(const orr__table *table, orr_component component)
{
    const uint32_t at = edge_at(table, component);
    return at < table->edge_count && table->edges[at].component == component ? &table->edges[at] : NULL;
}

static orr__edge *edge_need(orr_world *world, orr__table *table, orr_component component)
{
    orr__edge *edge = edge_find(table, component);
    if (edge) return edge;
    if (orr__array_reserve(&world->alloc, &table->edges, &table->edge_capacity, table->edge_count + 1,
                           sizeof *table->edges)) {
        return NULL;
    }
    edge = &table->edges[edge_at(table, component)];
    memmove(edge + 1, edge, (size_t)(table->edges + table->edge_count - edge) * sizeof *edge);
    table->edge_count++;
    *edge = (orr__edge){ component, 0, 0 };
    return edge;
}

// The list with `component` put in or left out.
static uint32_t changed_list(const orr__table *table, orr_component component, bool with, orr_component *list)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < table->component_count; i++) {
        if (with && table->components[i] > component && (count == 0 || list[count - 1] < component)) {
            list[count++] = component;
        }
        if (table->components[i] != component) list[count++] = table->components[i];
    }
    if (with && (count == 0 || list[count - 1] < component)) list[count++] = component;
    return count;
}

static orr__table *neighbour(orr_world *world, orr__table *table, orr_component component, bool with)
{
    if (!edge_need(world, table, component)) return NULL;
    orr_component few[SHORT_LIST], *list = few;
    const size_t bytes = ((size_t)table->component_count + 1) * sizeof *list;
    if (table->component_count >= SHORT_LIST) list = orr__alloc_new(&world->alloc, bytes, 0);
    if (!list) return NULL;
    orr__table *to = orr__table_of(world, list, changed_list(table, component, with, list));
    if (list != few) orr__alloc_free(&world->alloc, list, bytes);
    orr__edge *edge = edge_find(table, component);
    if (to && with) edge->add = to->index + 1;
    if (to && !with) edge->remove = to->index + 1;
    return to;
}

orr__table *orr__table_with(orr_world *world, orr__table *table, orr_component component)
{
    if (orr__table_component(table, component) != ORR__NO_COLUMN) return table;
    const orr__edge *edge = edge_find(table, component);
    if (edge) table->edge_recent = (uint32_t)(edge - table->edges);
    return edge && edge->add ? world->tables[edge->add - 1] : neighbour(world, table, component, true);
}

orr__table *orr__table_without(orr_world *world, orr__table *table, orr_component component)
{
    if (orr__table_component(table, component) == ORR__NO_COLUMN) return table;
    const orr__edge *edge = edge_find(table, component);
    if (edge) table->edge_recent = (uint32_t)(edge - table->edges);
    return edge && edge->remove ? world->tables[edge->remove - 1] : neighbour(world, table, component, false);
}

static void forget_edges(orr__table *table, uint32_t count)
{
    for (uint32_t i = 0; i < table->edge_count; i++) {
        if (table->edges[i].add > count) table->edges[i].add = 0;
        if (table->edges[i].remove > count) table->edges[i].remove = 0;
    }
}

void orr__table_drop(orr_world *world, uint32_t count)
{
    if (world->table_count == count) return;
    orr__query_drop_tables(world, count);
    for (uint32_t t = 0; t < count; t++) forget_edges(world->tables[t], count);
    while (world->table_count > count) {
        orr__table *last = world->tables[world->table_count - 1];
        ORR__ASSERT(last->row_count == 0);
        uint64_t key;
        if (find(world, last->components, last->component_count, &key)) orr__map_remove(&world->table_signatures, key);
        world->table_count--;
        orr__table_release(world, last);
    }
}

void orr__table_fini(orr_world *world)
{
    for (uint32_t i = 0; i < world->table_count; i++) orr__table_release(world, world->tables[i]);
    orr__chunk_free_spares(world);
    orr__array_free(&world->alloc, &world->tables, &world->table_capacity, sizeof *world->tables);
    orr__map_fini(&world->alloc, &world->table_signatures);
    world->table_count = 0;
}
