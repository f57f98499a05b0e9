// Checks of the whole world: what must hold between any two calls. For tests and fuzzers; O(everything).

#include "base/bitset.h"
#include "base/error.h"
#include "ecs/chunk.h"
#include "ecs/world.h"

#include <string.h>

// Ends the checking function with what is broken; the texts name the place.
#define CHECK(condition, ...)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) return orr__fail(ORR_E_ARGUMENT, "broken world: " __VA_ARGS__);                              \
    } while (0)

// ---- components and trackers ----------------------------------------------------------------------------------------

static int32_t check_component(const orr_world *world, orr_component number)
{
    const orr__component *component = &world->components[number - 1];
    const char *name = component->name;
    uint32_t end = 0, row_bytes = 0;
    CHECK(orr_component_find(world, name) == number, "component '%s' is not found by its name", name);
    for (uint32_t i = 0; i < component->field_count; i++) {
        const orr__field *field = &component->fields[i];
        CHECK(i == 0 || strcmp(field[-1].name, field->name) < 0, "fields of '%s' are not in order", name);
        CHECK(field->bytes == orr_type_bytes(field->type) && field->bytes, "type of '%s.%s'", name, field->name);
        CHECK(field->offset >= end && field->offset % field->bytes == 0, "offset of '%s.%s'", name, field->name);
        end = field->offset + field->bytes;
        row_bytes += field->bytes;
    }
    CHECK(component->record_bytes >= end && component->row_bytes == row_bytes, "bytes of '%s'", name);
    for (uint32_t i = 0; i < component->tracker_count; i++) {
        const orr__tracker *tracker = orr__tracker_at(world, component->trackers[i]);
        CHECK(tracker, "component '%s' lists tracker %u, which does not exist", name, (unsigned)component->trackers[i]);
        uint32_t at = 0;
        while (at < tracker->component_count && tracker->components[at] != number) at++;
        CHECK(at < tracker->component_count, "tracker %u does not track '%s'", (unsigned)tracker->handle, name);
    }
    return ORR_OK;
}

static int32_t check_tracker(const orr_world *world, uint32_t index)
{
    const orr__tracker *tracker = world->trackers[index];
    CHECK((tracker->handle & ORR__TRACKERS_MAX) == index + 1, "handle of tracker %u", (unsigned)index + 1);
    if (!tracker->used) return ORR_OK;
    CHECK(tracker->log_count <= tracker->log_capacity, "log of tracker %u", (unsigned)tracker->handle);
    for (uint32_t i = 0; i < tracker->component_count; i++) {
        const orr__component *component = orr__component_at(world, tracker->components[i]);
        CHECK(component, "tracker %u tracks a component that does not exist", (unsigned)tracker->handle);
        CHECK(i == 0 || tracker->components[i - 1] < tracker->components[i], "components of tracker %u",
              (unsigned)tracker->handle);
        uint32_t times = 0;
        for (uint32_t t = 0; t < component->tracker_count; t++) times += component->trackers[t] == tracker->handle;
        CHECK(times == 1, "component '%s' lists tracker %u %u times", component->name, (unsigned)tracker->handle,
              (unsigned)times);
    }
    return ORR_OK;
}

// ---- entities -------------------------------------------------------------------------------------------------------

static int32_t check_slot(const orr_world *world, uint32_t index, uint64_t states[4])
{
    const orr__slot *slot = orr__slot_at(&world->entities, index);
    const unsigned i = index;
    states[slot->state]++;
    CHECK(slot->generation >= 1, "generation of slot %u", i);
    CHECK(slot->state != ORR__SLOT_RETIRED || slot->generation == ORR__GENERATION_MAX, "slot %u retired early", i);
    if (slot->state != ORR__SLOT_ALIVE) return ORR_OK;
    CHECK(slot->table < world->table_count, "slot %u is in no table", i);
    const orr__table *table = world->tables[slot->table];
    CHECK(slot->row < table->row_count, "slot %u: table %u has no row %u", i, (unsigned)slot->table,
          (unsigned)slot->row);
    const orr_entity entity = table->chunks[slot->row >> 12]->entity[slot->row & (ORR__CHUNK_ROWS - 1)];
    CHECK(entity == orr__entity_make(index, slot->generation), "slot %u: its row holds entity %llu", i,
          (unsigned long long)entity);
    return ORR_OK;
}

static int32_t check_entities(const orr_world *world)
{
    const orr__entities *all = &world->entities;
    uint64_t states[4] = { 0 };
    CHECK(all->slot_count <= (uint64_t)all->page_count * ORR__SLOT_PAGE, "more slots than pages");
    for (uint32_t i = 0; i < all->slot_count; i++) {
        const int32_t code = check_slot(world, i, states);
        if (code) return code;
    }
    CHECK(states[ORR__SLOT_ALIVE] == all->alive, "alive is %llu, slots say %llu", (unsigned long long)all->alive,
          (unsigned long long)states[ORR__SLOT_ALIVE]);
    CHECK(states[ORR__SLOT_FREE] == all->free_count, "count of free slots");
    CHECK(states[ORR__SLOT_RETIRED] == all->retired_count, "count of retired slots");
    uint32_t free_count = 0;
    for (uint32_t at = all->free_head; at != UINT32_MAX; at = orr__slot_at(all, at)->row) {
        CHECK(at < all->slot_count && orr__slot_at(all, at)->state == ORR__SLOT_FREE, "free list at slot %u",
              (unsigned)at);
        CHECK(++free_count <= all->free_count, "free list is longer than its count, or a circle");
    }
    CHECK(free_count == all->free_count, "free list is shorter than its count");
    return ORR_OK;
}

// ---- tables ---------------------------------------------------------------------------------------------------------

static int32_t check_signature(const orr_world *world, const orr__table *table)
{
    const unsigned index = table->index;
    uint32_t column = 0, row_bytes = 0, listed = 0;
    for (uint32_t i = 0; i < table->component_count; i++) {
        const orr__component *component = orr__component_at(world, table->components[i]);
        CHECK(component, "table %u has a component that does not exist", index);
        CHECK(i == 0 || table->components[i - 1] < table->components[i], "components of table %u", index);
        CHECK(orr__table_component(table, table->components[i]) == i, "places of table %u", index);
        CHECK(table->first_column[i] == column && table->placed[table->components[i]].first == column,
              "first_column of table %u", index);
        for (uint32_t f = 0; f < component->field_count; f++, column++) {
            CHECK(table->column_types[column] == component->fields[f].type &&
                      table->column_bytes[column] == component->fields[f].bytes,
                  "columns of table %u", index);
            row_bytes += table->column_bytes[column];
        }
        const orr__placed *placed = &table->placed[table->components[i]];
        CHECK(placed->end == column, "places of table %u", index);
        for (uint32_t f = placed->first; f < column; f++) {
            CHECK(!placed->bytes || placed->bytes == table->column_bytes[f], "places of table %u", index);
        }
    }
    CHECK(column == table->column_count && row_bytes == table->row_bytes, "bytes of table %u", index);
    CHECK(table->first_column[table->component_count] == column, "first_column of table %u", index);
    for (uint32_t c = 0; c <= table->highest; c++) {
        const orr__placed *placed = &table->placed[c];
        listed += placed->at != ORR__NO_COLUMN;
        CHECK(placed->at != ORR__NO_COLUMN || (placed->first == ORR__NO_COLUMN && placed->end == ORR__NO_COLUMN),
              "places of table %u", index);
    }
    CHECK(listed == table->component_count, "places of table %u", index);
    CHECK(orr__table_find(world, table->components, table->component_count) == table,
          "table %u is not found by its components", index);
    return ORR_OK;
}

static int32_t check_edges(const orr_world *world, const orr__table *table)
{
    CHECK(table->edge_recent < table->edge_count || !table->edge_recent, "recent edge of table %u",
          (unsigned)table->index);
    for (uint32_t i = 0; i < table->edge_count; i++) {
        const orr__edge *edge = &table->edges[i];
        const bool has = orr__table_component(table, edge->component) != ORR__NO_COLUMN;
        CHECK(i == 0 || edge[-1].component < edge->component, "order of edges of table %u", (unsigned)table->index);
        CHECK(!(has && edge->add) && !(!has && edge->remove), "an edge of table %u leads nowhere",
              (unsigned)table->index);
        const uint32_t to = edge->add ? edge->add : edge->remove;
        if (!to) continue;
        CHECK(to <= world->table_count, "an edge of table %u leads to no table", (unsigned)table->index);
        const orr__table *other = world->tables[to - 1];
        const bool other_has = orr__table_component(other, edge->component) != ORR__NO_COLUMN;
        const uint32_t longer = has ? table->component_count : other->component_count;
        const uint32_t shorter = has ? other->component_count : table->component_count;
        CHECK(other_has != has && longer == shorter + 1, "an edge of table %u is wrong", (unsigned)table->index);
        for (uint32_t c = 0; c < table->component_count; c++) {
            CHECK(table->components[c] == edge->component ||
                      orr__table_component(other, table->components[c]) != ORR__NO_COLUMN,
                  "an edge of table %u is wrong", (unsigned)table->index);
        }
    }
    return ORR_OK;
}

static int32_t check_terms(const orr_world *world, const orr__table *table)
{
    uint32_t expected = 0;
    for (uint32_t i = 0; i < table->component_count; i++) {
        expected += orr__component_at(world, table->components[i])->tracker_count;
    }
    CHECK(table->term_count == expected, "table %u has %u tracker terms instead of %u", (unsigned)table->index,
          (unsigned)table->term_count, (unsigned)expected);
    CHECK(table->term_count <= table->term_capacity, "terms of table %u", (unsigned)table->index);
    for (uint32_t i = 0; i < table->term_count; i++) {
        const orr__term *term = &table->terms[i];
        const orr__tracker *tracker = orr__tracker_at(world, term->tracker);
        CHECK(tracker && term->component_at < table->component_count, "term %u of table %u", (unsigned)i,
              (unsigned)table->index);
        uint32_t at = 0;
        while (at < tracker->component_count && tracker->components[at] != table->components[term->component_at]) at++;
        CHECK(at < tracker->component_count, "term %u of table %u is not its tracker's", (unsigned)i,
              (unsigned)table->index);
        for (uint32_t j = 0; j < i; j++) {
            CHECK(table->terms[j].tracker != term->tracker || table->terms[j].component_at != term->component_at,
                  "table %u has a term twice", (unsigned)table->index);
        }
    }
    return ORR_OK;
}

// ---- chunks ---------------------------------------------------------------------------------------------------------

static bool clear_beyond(const uint64_t *words, uint32_t count, uint32_t capacity)
{
    return orr__bits_next(words, capacity / 64, count) == ORR__BITS_NONE;
}

static int32_t check_words(const orr__table *table, const orr__chunk *chunk)
{
    for (uint32_t i = 0; i < table->component_count; i++) {
        CHECK(!orr__bits_any(chunk->changed[i], chunk->capacity / 64), "table %u: changed bits that no tracker took",
              (unsigned)table->index);
    }
    for (uint32_t i = 0; i < table->term_count; i++) {
        CHECK(clear_beyond(chunk->tracked[i], chunk->count, chunk->capacity),
              "table %u: tracker bits beyond the last row", (unsigned)table->index);
        uint64_t summary = 0;
        for (uint32_t w = 0; w < chunk->capacity / 64; w++) summary |= (uint64_t)(chunk->tracked[i][w] != 0) << w;
        CHECK(summary == chunk->tracked_summary[i], "table %u: summary of tracker bits", (unsigned)table->index);
    }
    return ORR_OK;
}

static bool is_inside(const orr__chunk *chunk, const void *part, size_t bytes)
{
    const uintptr_t begin = (uintptr_t)chunk, at = (uintptr_t)part;
    return at >= begin + sizeof *chunk && at + bytes <= begin + chunk->bytes;
}

static int32_t check_layout(const orr__table *table, const orr__chunk *chunk)
{
    const unsigned index = table->index;
    const size_t rows = chunk->capacity;
    CHECK((uintptr_t)chunk->entity % 64 == 0 && is_inside(chunk, chunk->entity, rows * 8 + 64), "handles of table %u",
          index);
    for (uint32_t i = 0; i < table->column_count; i++) {
        const size_t bytes = rows * table->column_bytes[i] + 64;
        CHECK((uintptr_t)chunk->columns[i] % 64 == 0 && is_inside(chunk, chunk->columns[i], bytes),
              "column %u of table %u", (unsigned)i, index);
        const char *before = i ? (char *)chunk->columns[i - 1] + rows * table->column_bytes[i - 1] + 64
                               : (char *)(chunk->entity + rows) + 64;
        CHECK((uintptr_t)chunk->columns[i] >= (uintptr_t)before, "columns of table %u overlap", index);
    }
    for (uint32_t i = 0; i < table->component_count; i++) {
        CHECK(is_inside(chunk, chunk->changed[i], rows / 8), "changed words of table %u", index);
    }
    return ORR_OK;
}

static int32_t check_handles(const orr_world *world, const orr__table *table, uint32_t at)
{
    const orr__chunk *chunk = table->chunks[at];
    for (uint32_t r = 0; r < chunk->count; r++) {
        const orr__slot *slot = orr__slot_alive(&world->entities, chunk->entity[r]);
        CHECK(slot && slot->table == table->index && slot->row == at * ORR__CHUNK_ROWS + r,
              "table %u row %u holds entity %llu, whose slot is elsewhere", (unsigned)table->index,
              (unsigned)(at * ORR__CHUNK_ROWS + r), (unsigned long long)chunk->entity[r]);
    }
    return ORR_OK;
}

static int32_t check_chunks(const orr_world *world, const orr__table *table)
{
    const unsigned index = table->index;
    uint64_t rows = 0, capacity = 0;
    for (uint32_t i = 0; i < table->chunk_count; i++) {
        const orr__chunk *chunk = table->chunks[i];
        const uint64_t left = table->row_count - rows;
        const bool whole = chunk->capacity == ORR__CHUNK_ROWS;
        CHECK(whole || (table->chunk_count == 1 && chunk->capacity >= ORR__CHUNK_FIRST &&
                        chunk->capacity < ORR__CHUNK_ROWS && (chunk->capacity & (chunk->capacity - 1)) == 0),
              "capacity %u of chunk %u of table %u", (unsigned)chunk->capacity, (unsigned)i, index);
        CHECK(chunk->count == (left < chunk->capacity ? left : chunk->capacity), "chunk %u of table %u has %u rows",
              (unsigned)i, index, (unsigned)chunk->count);
        rows += chunk->count;
        capacity += chunk->capacity;
        int32_t code = check_layout(table, chunk);
        if (!code) code = check_words(table, chunk);
        if (!code) code = check_handles(world, table, i);
        if (code) return code;
    }
    CHECK(rows == table->row_count && capacity == table->row_capacity, "rows of table %u", index);
    return ORR_OK;
}

static int32_t check_table(const orr_world *world, uint32_t index)
{
    const orr__table *table = world->tables[index];
    CHECK(table->index == index && table->pending == 0, "table %u", (unsigned)index);
    int32_t code = check_signature(world, table);
    if (!code) code = check_edges(world, table);
    if (!code) code = check_terms(world, table);
    return code ? code : check_chunks(world, table);
}

static int32_t check_query(const orr_world *world, uint32_t index)
{
    const orr__query *query = world->queries[index];
    uint32_t at = 0;
    for (uint32_t t = 0; t < world->table_count; t++) {
        if (!orr__query_matches(query, world->tables[t])) continue;
        CHECK(at < query->table_count && query->tables[at] == t, "query %u does not list table %u", (unsigned)index + 1,
              (unsigned)t);
        at++;
    }
    CHECK(at == query->table_count, "query %u lists tables that do not match", (unsigned)index + 1);
    return ORR_OK;
}

int32_t orr__world_validate(const orr_world *world)
{
    int32_t code = ORR_OK;
    uint64_t rows = 0;
    CHECK(world->table_count >= 1 && world->tables[0]->component_count == 0, "the first table is not the empty one");
    for (uint32_t i = 0; !code && i < world->component_count; i++) code = check_component(world, i + 1);
    for (uint32_t i = 0; !code && i < world->tracker_count; i++) code = check_tracker(world, i);
    for (uint32_t i = 0; !code && i < world->table_count; i++) code = check_table(world, i);
    for (uint32_t i = 0; !code && i < world->query_count; i++) code = check_query(world, i);
    if (!code) code = check_entities(world);
    if (code) return code;
    for (uint32_t i = 0; i < world->table_count; i++) rows += world->tables[i]->row_count;
    CHECK(rows == world->entities.alive, "%llu entities are alive and tables have %llu rows",
          (unsigned long long)world->entities.alive, (unsigned long long)rows);
    return ORR_OK;
}
