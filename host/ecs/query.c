#include "ecs/query.h"

#include "base/array.h"
#include "base/error.h"
#include "base/os.h"
#include "ecs/chunk.h"
#include "ecs/world.h"

#include <string.h>

enum { LISTS = 5 };
static const char *const list_names[LISTS] = { "query: all", "query: any", "query: none", "query: changed",
                                               "query: optional" };

// ---- matching -------------------------------------------------------------------------------------------------------

static bool has_any(const orr__table *table, const orr_component *list)
{
    for (; *list; list++) {
        if (orr__table_component(table, *list) != ORR__NO_COLUMN) return true;
    }
    return false;
}

bool orr__query_matches(const orr__query *query, const struct orr__table *table)
{
    for (const orr_component *all = query->all; *all; all++) {
        if (orr__table_component(table, *all) == ORR__NO_COLUMN) return false;
    }
    return (!*query->any || has_any(table, query->any)) && !has_any(table, query->none) &&
           (!*query->changed || has_any(table, query->changed));
}

int32_t orr__query_table_added(orr_world *world, struct orr__table *table)
{
    for (uint32_t i = 0; i < world->query_count; i++) { // all the room first
        orr__query *query = world->queries[i];
        if (!orr__query_matches(query, table)) continue;
        const int32_t code = orr__array_reserve(&world->alloc, &query->tables, &query->table_capacity,
                                                query->table_count + 1, sizeof *query->tables);
        if (code) return code;
    }
    for (uint32_t i = 0; i < world->query_count; i++) {
        orr__query *query = world->queries[i];
        if (orr__query_matches(query, table)) query->tables[query->table_count++] = table->index;
    }
    return ORR_OK;
}

// ---- creation -------------------------------------------------------------------------------------------------------

static void destroy(orr_world *world, orr__query *query)
{
    orr__array_free(&world->alloc, &query->tables, &query->table_capacity, sizeof *query->tables);
    if (query->lists) orr__alloc_free(&world->alloc, query->lists, query->list_words * sizeof *query->lists);
    orr__alloc_free(&world->alloc, query, sizeof *query);
}

static orr__query *create(orr_world *world, const orr_component *const lists[LISTS])
{
    orr__query *query = orr__alloc_zero(&world->alloc, sizeof *query, 0);
    if (!query) return NULL;
    for (uint32_t i = 0; i < LISTS; i++) query->list_words += orr__component_list_count(lists[i]) + 1;
    query->lists = orr__alloc_zero(&world->alloc, query->list_words * sizeof *query->lists, 0);
    if (!query->lists) {
        destroy(world, query);
        return NULL;
    }
    orr_component **const into[LISTS] = { &query->all, &query->any, &query->none, &query->changed, &query->optional };
    orr_component *at = query->lists;
    for (uint32_t i = 0; i < LISTS; i++) {
        *into[i] = at;
        at += orr__component_list_sort(lists[i], at) + 1;
    }
    return query;
}

static bool same_lists(const orr__query *a, const orr__query *b)
{
    const orr_component *one[LISTS] = { a->all, a->any, a->none, a->changed, a->optional };
    const orr_component *two[LISTS] = { b->all, b->any, b->none, b->changed, b->optional };
    for (uint32_t i = 0; i < LISTS; i++) {
        while (*one[i] && *one[i] == *two[i]) one[i]++, two[i]++;
        if (*one[i] || *two[i]) return false;
    }
    return true;
}

static int32_t check(const orr_world *world, const orr_component *const lists[LISTS])
{
    for (uint32_t i = 0; i < LISTS; i++) {
        const int32_t code = orr__component_list_check(world, lists[i], list_names[i]);
        if (code) return code;
    }
    for (const orr_component *none = lists[2]; none && *none; none++) {
        for (const orr_component *all = lists[0]; all && *all; all++) {
            if (*all != *none) continue;
            return orr__fail(ORR_E_ARGUMENT, "query: component '%s' is listed in `all` and in `none`",
                             orr_component_name(world, *all));
        }
    }
    return ORR_OK;
}

static int32_t match_tables(orr_world *world, orr__query *query)
{
    for (uint32_t t = 0; t < world->table_count; t++) {
        if (!orr__query_matches(query, world->tables[t])) continue;
        const int32_t code = orr__array_reserve(&world->alloc, &query->tables, &query->table_capacity,
                                                query->table_count + 1, sizeof *query->tables);
        if (code) return code;
        query->tables[query->table_count++] = t;
    }
    return ORR_OK;
}

// Queries stay where they are, but their list moves when it grows: while systems run one of them may make a new query,
// and the list is looked at on all threads.
static void lock(const orr_world *world)
{
    atomic_flag *flag = (atomic_flag *)(uintptr_t)&world->queries_lock;
    while (orr__world_is_shared(world) && atomic_flag_test_and_set_explicit(flag, memory_order_acquire))
        orr__thread_yield();
}

static void unlock(const orr_world *world)
{
    atomic_flag *flag = (atomic_flag *)(uintptr_t)&world->queries_lock;
    if (orr__world_is_shared(world)) atomic_flag_clear_explicit(flag, memory_order_release);
}

// Takes over the query: gives the same one that there is, or adds it.
static orr_query find_or_add(orr_world *world, orr__query *query)
{
    for (uint32_t i = 0; i < world->query_count; i++) {
        if (!same_lists(world->queries[i], query)) continue;
        destroy(world, query);
        return i + 1;
    }
    if (match_tables(world, query) || orr__array_reserve(&world->alloc, &world->queries, &world->query_capacity,
                                                         world->query_count + 1, sizeof *world->queries)) {
        destroy(world, query);
        return 0;
    }
    world->queries[world->query_count++] = query;
    return world->query_count;
}

orr_query orr_query_create(orr_world *world, const orr_query_desc *desc)
{
    static const orr_query_desc everything;
    if (!desc) desc = &everything;
    const orr_component *const lists[LISTS] = { desc->all, desc->any, desc->none, desc->changed, desc->optional };
    if (check(world, lists)) return 0;
    orr__query *query = create(world, lists);
    if (!query) return 0;
    lock(world);
    const orr_query made = find_or_add(world, query);
    unlock(world);
    return made;
}

void orr__query_drop(orr_world *world, uint32_t count)
{
    while (world->query_count > count) destroy(world, world->queries[--world->query_count]);
}

void orr__query_drop_tables(orr_world *world, uint32_t count)
{
    for (uint32_t i = 0; i < world->query_count; i++) {
        orr__query *query = world->queries[i]; // in order of creation
        while (query->table_count && query->tables[query->table_count - 1] >= count) query->table_count--;
    }
}

void orr__query_fini(orr_world *world)
{
    for (uint32_t i = 0; i < world->query_count; i++) destroy(world, world->queries[i]);
    orr__array_free(&world->alloc, &world->queries, &world->query_capacity, sizeof *world->queries);
    world->query_count = 0;
}

// ---- reading --------------------------------------------------------------------------------------------------------

orr__query *orr__query_at(const orr_world *world, orr_query query)
{
    lock(world);
    orr__query *found = query - 1 < world->query_count ? world->queries[query - 1] : NULL;
    unlock(world);
    return found;
}

static const orr__query *need(const orr_world *world, orr_query query, const char *call)
{
    const orr__query *found = orr__query_at(world, query);
    if (!found) {
        orr__fail(ORR_E_ARGUMENT, query ? "%s: query %u does not exist" : "%s: no query (%u)", call, (unsigned)query);
    }
    return found;
}

uint64_t orr_query_count(const orr_world *world, orr_query query)
{
    const orr__query *found = need(world, query, "orr_query_count");
    uint64_t count = 0;
    for (uint32_t i = 0; found && i < found->table_count; i++) count += world->tables[found->tables[i]]->row_count;
    return count;
}

orr_cursor orr_query_begin(orr_world *world, orr_query query)
{
    orr_cursor cursor = { .world = world, .query = query, .version = world->version };
    if (!need(world, query, "orr_query_begin")) cursor.error = ORR_E_ARGUMENT;
    return cursor;
}

bool orr_cursor_next(orr_cursor *cursor)
{
    const orr_world *world = cursor->world;
    if (cursor->error) return false;
    cursor->begin = cursor->end = 0;
    if (cursor->version != world->version) {
        cursor->error = orr__fail(ORR_E_STALE, "the world changed its structure while a query was read");
        return false;
    }
    const orr__query *query = orr__query_at(world, cursor->query);
    for (; cursor->table_at < query->table_count; cursor->table_at++, cursor->chunk_at = 0) {
        orr__table *table = world->tables[query->tables[cursor->table_at]];
        if (cursor->chunk_at >= table->chunk_count || !table->chunks[cursor->chunk_at]->count) continue;
        cursor->table = table;
        cursor->chunk = table->chunks[cursor->chunk_at];
        cursor->end = table->chunks[cursor->chunk_at++]->count;
        return true;
    }
    cursor->table = cursor->chunk = NULL;
    return false;
}

// Between a successful orr_cursor_next and the next structural change there is a chunk; else its memory may be gone.
static int32_t cursor_check(const orr_cursor *cursor, const char *call)
{
    if (cursor->version != cursor->world->version) {
        return orr__fail(ORR_E_STALE, "%s: the world changed its structure while a query was read", call);
    }
    return cursor->chunk ? ORR_OK : orr__fail(ORR_E_ARGUMENT, "%s: the cursor is at no chunk", call);
}

const orr_entity *orr_cursor_entities(const orr_cursor *cursor)
{
    if (cursor_check(cursor, "orr_cursor_entities")) return NULL;
    return ((const orr__chunk *)cursor->chunk)->entity;
}

static void *column(const orr_cursor *cursor, orr_field field, bool write, const char *call)
{
    if (cursor_check(cursor, call) || orr__field_check(cursor->world, field, call)) return NULL;
    if (cursor->world->locked && !orr__world_may(cursor->world, field.component, write)) return NULL;
    void *found = orr__chunk_column(cursor->table, cursor->chunk, field);
    if (!found) {
        orr__fail(ORR_E_NOT_FOUND, "%s: these entities have no component '%s'", call,
                  orr_component_name(cursor->world, field.component));
    }
    return found;
}

const void *orr_cursor_read(const orr_cursor *cursor, orr_field field)
{
    return column(cursor, field, false, "orr_cursor_read");
}

void *orr_cursor_write(orr_cursor *cursor, orr_field field)
{
    void *found = column(cursor, field, true, "orr_cursor_write");
    if (found) {
        orr__tracker_mark(cursor->world, cursor->table, cursor->chunk, field.component, cursor->begin, cursor->end, 0);
    }
    return found;
}

// ---- whole columns --------------------------------------------------------------------------------------------------

// Every row has the field, and whoever asks may touch it.
static int32_t check_columns(const orr_world *world, const orr__query *query, orr_field field, bool write,
                             const char *call)
{
    const int32_t code = orr__field_check(world, field, call);
    if (!code && world->locked && !orr__world_may(world, field.component, write)) return orr__error_code();
    for (uint32_t i = 0; !code && i < query->table_count; i++) {
        const orr__table *table = world->tables[query->tables[i]];
        if (!table->row_count || orr__table_component(table, field.component) != ORR__NO_COLUMN) continue;
        return orr__fail(ORR_E_NOT_FOUND, "%s: %llu of the entities have no component '%s'; list it in `all`", call,
                         (unsigned long long)table->row_count, orr_component_name(world, field.component));
    }
    return code;
}

int32_t orr_query_copy(orr_world *world, orr_query query, orr_field field, void *out, uint64_t capacity,
                       uint64_t *count)
{
    const char *call = "orr_query_copy";
    if (count) *count = 0;
    const orr__query *found = need(world, query, call);
    if (!found) return ORR_E_ARGUMENT;
    const int32_t code = check_columns(world, found, field, false, call);
    if (code) return code;
    const uint64_t rows = orr_query_count(world, query);
    if (count) *count = rows;
    if (rows > capacity) {
        return orr__fail(ORR_E_RANGE, "%s: %llu rows match and there is room for %llu", call, (unsigned long long)rows,
                         (unsigned long long)capacity);
    }
    if (!out && rows) return orr__fail(ORR_E_ARGUMENT, "%s: no array given", call);
    const size_t bytes = orr_type_bytes(field.type);
    char *at = out;
    for (orr_cursor cursor = orr_query_begin(world, query); orr_cursor_next(&cursor); at += cursor.end * bytes) {
        memcpy(at, orr__chunk_column(cursor.table, cursor.chunk, field), cursor.end * bytes);
    }
    return ORR_OK;
}

int32_t orr_query_fill(orr_world *world, orr_query query, orr_field field, const void *in, uint64_t count)
{
    const char *call = "orr_query_fill";
    const orr__query *found = need(world, query, call);
    if (!found) return ORR_E_ARGUMENT;
    const int32_t code = check_columns(world, found, field, true, call);
    if (code) return code;
    const uint64_t rows = orr_query_count(world, query);
    if (rows != count) {
        return orr__fail(ORR_E_RANGE, "%s: %llu rows match and %llu values are given", call, (unsigned long long)rows,
                         (unsigned long long)count);
    }
    if (!in && rows) return orr__fail(ORR_E_ARGUMENT, "%s: no array given", call);
    const size_t bytes = orr_type_bytes(field.type);
    const char *at = in;
    for (orr_cursor cursor = orr_query_begin(world, query); orr_cursor_next(&cursor); at += cursor.end * bytes) {
        uint8_t *into = orr_cursor_write(&cursor, field);
        memcpy(into, at, cursor.end * bytes);
        for (uint32_t i = 0; field.type == ORR_TYPE_BOOL && i < cursor.end; i++) into[i] = into[i] != 0;
    }
    return ORR_OK;
}

int32_t orr_query_copy_entities(orr_world *world, orr_query query, orr_entity *out, uint64_t capacity, uint64_t *count)
{
    if (count) *count = 0;
    if (!need(world, query, "orr_query_copy_entities")) return ORR_E_ARGUMENT;
    const uint64_t rows = orr_query_count(world, query);
    if (count) *count = rows;
    if (rows > capacity) {
        return orr__fail(ORR_E_RANGE, "orr_query_copy_entities: %llu rows match and there is room for %llu",
                         (unsigned long long)rows, (unsigned long long)capacity);
    }
    if (!out && rows) return orr__fail(ORR_E_ARGUMENT, "orr_query_copy_entities: no array given");
    for (orr_cursor cursor = orr_query_begin(world, query); orr_cursor_next(&cursor); out += cursor.end) {
        memcpy(out, orr_cursor_entities(&cursor), cursor.end * sizeof *out);
    }
    return ORR_OK;
}
