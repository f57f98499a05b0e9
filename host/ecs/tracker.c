#include "ecs/tracker.h"

#include "base/array.h"
#include "base/bitset.h"
#include "base/error.h"
#include "ecs/chunk.h"
#include "ecs/world.h"

#include <string.h>

enum { LOG_FIRST = 64 };

// ---- trackers that there are ----------------------------------------------------------------------------------------

orr__tracker *orr__tracker_at(const orr_world *world, orr_tracker tracker)
{
    const uint32_t index = (tracker & ORR__TRACKERS_MAX) - 1;
    if (index >= world->tracker_count) return NULL;
    orr__tracker *found = world->trackers[index];
    return found->used && found->handle == tracker ? found : NULL;
}

static orr__tracker *need(const orr_world *world, orr_tracker tracker, const char *call)
{
    orr__tracker *found = orr__tracker_at(world, tracker);
    if (!found) {
        orr__fail(ORR_E_ARGUMENT, tracker ? "%s: tracker %u does not exist (any more)" : "%s: no tracker (%u)", call,
                  (unsigned)tracker);
    }
    return found;
}

// An unused entry: an old one under a new handle, or a new one.
static orr__tracker *entry(orr_world *world)
{
    for (uint32_t i = 0; i < world->tracker_count; i++) {
        if (!world->trackers[i]->used) return world->trackers[i];
    }
    if (world->tracker_count >= ORR__TRACKERS_MAX) {
        orr__fail(ORR_E_LIMIT, "more than %d trackers", ORR__TRACKERS_MAX);
        return NULL;
    }
    if (orr__array_reserve(&world->alloc, &world->trackers, &world->tracker_capacity, world->tracker_count + 1,
                           sizeof *world->trackers)) {
        return NULL;
    }
    orr__tracker *tracker = orr__alloc_zero(&world->alloc, sizeof *tracker, 0);
    if (!tracker) return NULL;
    world->trackers[world->tracker_count++] = tracker;
    tracker->handle = world->tracker_count;
    return tracker;
}

static void unlist(orr_world *world, orr_tracker tracker, orr_component component)
{
    orr__component *of = orr__component_at(world, component);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < of->tracker_count; i++) {
        if (of->trackers[i] != tracker) of->trackers[kept++] = of->trackers[i];
    }
    of->tracker_count = kept;
}

static void retire(orr_world *world, orr__tracker *tracker)
{
    for (uint32_t t = 0; t < world->table_count; t++) orr__table_untrack(world, world->tables[t], tracker->handle);
    for (uint32_t i = 0; i < tracker->component_count; i++) unlist(world, tracker->handle, tracker->components[i]);
    if (tracker->components) {
        orr__alloc_free(&world->alloc, tracker->components,
                        ((size_t)tracker->component_count + 1) * sizeof *tracker->components);
    }
    if (tracker->log) orr__alloc_free(&world->alloc, tracker->log, tracker->log_capacity * sizeof *tracker->log);
    *tracker = (orr__tracker){ .handle = tracker->handle + ((uint32_t)1 << ORR__TRACKER_INDEX_BITS) };
}

// Lists the tracker in its components and gives every table that has them its terms.
static int32_t attach(orr_world *world, orr__tracker *tracker, bool all)
{
    for (uint32_t i = 0; i < tracker->component_count; i++) {
        orr__component *of = orr__component_at(world, tracker->components[i]);
        const int32_t code = orr__array_reserve(&world->alloc, &of->trackers, &of->tracker_capacity,
                                                of->tracker_count + 1, sizeof *of->trackers);
        if (code) return code;
        of->trackers[of->tracker_count++] = tracker->handle;
    }
    for (uint32_t t = 0; t < world->table_count; t++) {
        orr__table *table = world->tables[t];
        for (uint32_t i = 0; i < tracker->component_count; i++) {
            if (orr__table_component(table, tracker->components[i]) == ORR__NO_COLUMN) continue;
            const int32_t code = orr__table_track(world, table, tracker->handle, tracker->components[i], all);
            if (code) return code;
        }
    }
    return ORR_OK;
}

orr_tracker orr__tracker_create(orr_world *world, const orr_component *components, bool logs, bool all)
{
    const uint32_t listed = orr__component_list_count(components);
    if (!listed) orr__fail(ORR_E_ARGUMENT, "a tracker needs at least one component");
    if (!listed || orr__component_list_check(world, components, "tracker")) return 0;
    const size_t bytes = ((size_t)listed + 1) * sizeof *components;
    orr_component *sorted = orr__alloc_new(&world->alloc, bytes, 0);
    if (!sorted) return 0;
    const uint32_t count = orr__component_list_sort(components, sorted);
    if (count < listed) {
        orr__alloc_free(&world->alloc, sorted, bytes);
        orr__fail(ORR_E_ARGUMENT, "tracker: a component is listed twice");
        return 0;
    }
    orr__tracker *tracker = entry(world);
    if (!tracker) {
        orr__alloc_free(&world->alloc, sorted, bytes);
        return 0;
    }
    tracker->used = true;
    tracker->logs = logs;
    tracker->components = sorted;
    tracker->component_count = count;
    if (attach(world, tracker, all)) {
        retire(world, tracker);
        return 0;
    }
    return tracker->handle;
}

// `components` NULL: tables are about to gain or lose terms.
static int32_t may(const orr_world *world, const orr_component *components, const char *call)
{
    const int32_t code = orr__world_mine(world, call);
    if (code || !world->locked || !world->may_track) return code;
    return world->may_track(world, components, call);
}

orr_tracker orr_tracker_create(orr_world *world, const orr_component *components)
{
    if (may(world, NULL, "orr_tracker_create")) return 0;
    return orr__tracker_create(world, components, true, true);
}

void orr_tracker_destroy(orr_world *world, orr_tracker tracker)
{
    orr__tracker *found = need(world, tracker, "orr_tracker_destroy");
    if (found && !may(world, NULL, "orr_tracker_destroy")) retire(world, found);
}

void orr__tracker_fini(orr_world *world)
{
    for (uint32_t i = 0; i < world->tracker_count; i++) {
        if (world->trackers[i]->used) retire(world, world->trackers[i]);
        orr__alloc_free(&world->alloc, world->trackers[i], sizeof *world->trackers[i]);
    }
    orr__array_free(&world->alloc, &world->trackers, &world->tracker_capacity, sizeof *world->trackers);
    world->tracker_count = 0;
}

// ---- bits -----------------------------------------------------------------------------------------------------------

void orr__tracker_mark(orr_world *world, struct orr__table *table, struct orr__chunk *chunk, orr_component component,
                       uint32_t begin, uint32_t end, orr_tracker except)
{
    (void)world;
    if (!table->term_count || begin >= end) return;
    const uint32_t at = orr__table_component(table, component);
    for (uint32_t i = 0; i < table->term_count; i++) {
        if (table->terms[i].component_at != at || table->terms[i].tracker == except) continue;
        orr__bits_set_range(chunk->tracked[i], begin, end);
        orr__bits_set_range(&chunk->tracked_summary[i], begin >> 6, ((end - 1) >> 6) + 1);
    }
}

void orr__tracker_absorb(orr_world *world, struct orr__table *table, struct orr__chunk *chunk, orr_component component,
                         orr_tracker except)
{
    (void)world;
    const uint32_t at = orr__table_component(table, component);
    if (at == ORR__NO_COLUMN) return;
    uint64_t *changed = chunk->changed[at];
    for (uint32_t w = 0; w < chunk->capacity / 64; w++) {
        if (!changed[w]) continue;
        for (uint32_t i = 0; i < table->term_count; i++) {
            if (table->terms[i].component_at != at || table->terms[i].tracker == except) continue;
            chunk->tracked[i][w] |= changed[w];
            chunk->tracked_summary[i] |= (uint64_t)1 << w;
        }
        changed[w] = 0;
    }
}

// Union over the terms of a tracker, of one component or (component_at == ORR__NO_COLUMN) of all.
static uint64_t gather(orr_tracker tracker, const orr__table *table, const orr__chunk *chunk, uint32_t component_at,
                       uint64_t *words)
{
    const uint32_t count = chunk->capacity / 64;
    uint64_t summary = 0;
    for (uint32_t i = 0; i < table->term_count; i++) {
        if (table->terms[i].tracker != tracker || !chunk->tracked_summary[i]) continue;
        if (component_at != ORR__NO_COLUMN && table->terms[i].component_at != component_at) continue;
        if (summary)
            orr__bits_or(words, chunk->tracked[i], count);
        else
            memcpy(words, chunk->tracked[i], count * sizeof *words);
        summary |= chunk->tracked_summary[i];
    }
    return summary;
}

uint64_t orr__tracker_words(const orr_world *world, orr_tracker tracker, const struct orr__table *table,
                            const struct orr__chunk *chunk, uint64_t *words)
{
    (void)world;
    return gather(tracker, table, chunk, ORR__NO_COLUMN, words);
}

void orr__tracker_consume(orr_world *world, orr_tracker tracker, struct orr__table *table, struct orr__chunk *chunk,
                          const uint64_t *words)
{
    (void)world;
    for (uint32_t i = 0; i < table->term_count; i++) {
        if (table->terms[i].tracker != tracker) continue;
        for (uint64_t left = chunk->tracked_summary[i]; left; left &= left - 1) {
            const uint32_t w = (uint32_t)__builtin_ctzll(left);
            chunk->tracked[i][w] &= ~words[w];
            if (!chunk->tracked[i][w]) chunk->tracked_summary[i] &= ~((uint64_t)1 << w);
        }
    }
}

void orr__tracker_restore(orr_world *world, orr_tracker tracker, const struct orr__table *table,
                          struct orr__chunk *chunk, uint32_t row)
{
    (void)world;
    for (uint32_t i = 0; i < table->term_count; i++) {
        if (table->terms[i].tracker != tracker) continue;
        chunk->tracked[i][row / 64] |= (uint64_t)1 << row % 64;
        chunk->tracked_summary[i] |= (uint64_t)1 << row / 64;
    }
}

// ---- arrivals -------------------------------------------------------------------------------------------------------

static void note(orr_world *world, orr__tracker *tracker, orr_component component, orr_entity entity, int32_t came)
{
    if (tracker->log_count == tracker->log_capacity) {
        const uint64_t capacity = tracker->log_capacity ? tracker->log_capacity * 2 : LOG_FIRST;
        orr_arrival *log = tracker->lost
                               ? NULL
                               : orr__alloc_resize(&world->alloc, tracker->log, tracker->log_capacity * sizeof *log,
                                                   capacity * sizeof *log, 0);
        if (!log) {
            tracker->lost = true;
            return;
        }
        tracker->log = log;
        tracker->log_capacity = capacity;
    }
    tracker->log[tracker->log_count++] = (orr_arrival){ entity, component, came };
}

static void note_all(orr_world *world, orr_component component, orr_entity entity, int32_t came)
{
    const orr__component *of = orr__component_at(world, component);
    for (uint32_t i = 0; i < of->tracker_count; i++) {
        orr__tracker *tracker = orr__tracker_at(world, of->trackers[i]);
        if (tracker->logs) note(world, tracker, component, entity, came);
    }
}

void orr__tracker_came(orr_world *world, orr_component component, orr_entity entity)
{
    note_all(world, component, entity, 1);
}

void orr__tracker_went(orr_world *world, orr_component component, orr_entity entity)
{
    note_all(world, component, entity, 0);
}

void orr__tracker_log_rows(orr_world *world, const struct orr__table *table, const orr_entity *entities, uint64_t count,
                           int32_t came)
{
    for (uint32_t i = 0; i < table->term_count; i++) {
        const orr_tracker handle = table->terms[i].tracker;
        if (i && table->terms[i - 1].tracker == handle) continue; // the terms of a tracker stand together
        orr__tracker *tracker = orr__tracker_at(world, handle);
        if (!tracker->logs) continue;
        for (uint64_t e = 0; e < count; e++) {
            for (uint32_t t = i; t < table->term_count && table->terms[t].tracker == handle; t++) {
                note(world, tracker, table->components[table->terms[t].component_at], entities[e], came);
            }
        }
    }
}

const orr_arrival *orr_tracker_log(const orr_world *world, orr_tracker tracker, uint64_t *count)
{
    static const orr_arrival none;
    if (count) *count = 0;
    const orr__tracker *found = need(world, tracker, "orr_tracker_log");
    if (!found) return NULL;
    if (found->lost) {
        orr__fail(ORR_E_MEMORY, "tracker %u: arrivals were lost for want of memory; read everything anew",
                  (unsigned)tracker);
        return NULL;
    }
    if (count) *count = found->log_count;
    return found->log ? found->log : &none;
}

// ---- readers --------------------------------------------------------------------------------------------------------

// Whether a tracker can be asked about a component; 0: about all of its own.
static bool can_tell(const orr_world *world, orr_tracker tracker, orr_component component)
{
    const orr__tracker *found = need(world, tracker, "orr_tracker_begin");
    if (!found || may(world, found->components, "orr_tracker_begin")) return false;
    if (!component) return true;
    if (orr__component_check(world, component, "orr_tracker_begin")) return false;
    for (uint32_t i = 0; i < found->component_count; i++) {
        if (found->components[i] == component) return true;
    }
    orr__fail(ORR_E_ARGUMENT, "orr_tracker_begin: the tracker does not watch component '%s'",
              orr_component_name(world, component));
    return false;
}

orr_changes orr_tracker_begin(orr_world *world, orr_tracker tracker, orr_component component)
{
    orr_changes changes;
    memset(&changes, 0, sizeof changes);
    changes.world = world;
    changes.tracker = tracker;
    changes.component = component;
    changes.at.world = world;
    changes.at.version = world->version;
    if (!can_tell(world, tracker, component)) changes.at.error = orr__error_code();
    return changes;
}

static bool next_in_table(orr_changes *changes, const orr__table *table)
{
    const uint32_t at = changes->component ? orr__table_component(table, changes->component) : ORR__NO_COLUMN;
    if (!table->term_count || (changes->component && at == ORR__NO_COLUMN)) return false;
    while (changes->at.chunk_at < table->chunk_count) {
        orr__chunk *chunk = table->chunks[changes->at.chunk_at++];
        if (!gather(changes->tracker, table, chunk, at, changes->buffer)) continue;
        changes->begin = 0;
        changes->end = chunk->count;
        changes->words = changes->buffer;
        changes->entity = chunk->entity;
        changes->at.end = chunk->count;
        changes->at.chunk = chunk;
        return true;
    }
    return false;
}

bool orr_changes_next(orr_changes *changes)
{
    const orr_world *world = changes->world;
    if (changes->at.error) return false;
    if (changes->at.version != world->version || !orr__tracker_at(world, changes->tracker)) {
        changes->at.error = orr__fail(ORR_E_STALE, "the world changed its structure while changes were read");
        return false;
    }
    for (; changes->at.table_at < world->table_count; changes->at.table_at++, changes->at.chunk_at = 0) {
        changes->at.table = world->tables[changes->at.table_at];
        if (next_in_table(changes, changes->at.table)) return true;
    }
    changes->begin = changes->end = 0;
    return false;
}

uint32_t orr_changes_row(const orr_changes *changes, uint32_t from)
{
    if (from >= changes->end) return changes->end;
    const uint32_t row = orr__bits_next(changes->words, orr__bits_words(changes->end), from);
    return row < changes->end ? row : changes->end;
}

uint64_t orr_tracker_count(orr_world *world, orr_tracker tracker)
{
    uint64_t count = 0;
    orr_changes changes = orr_tracker_begin(world, tracker, 0);
    while (orr_changes_next(&changes)) count += orr__bits_count(changes.words, orr__bits_words(changes.end));
    return count;
}

void orr_tracker_clear(orr_world *world, orr_tracker tracker)
{
    orr__tracker *found = need(world, tracker, "orr_tracker_clear");
    if (!found || may(world, found->components, "orr_tracker_clear")) return;
    found->log_count = 0;
    found->lost = false;
    for (uint32_t t = 0; t < world->table_count; t++) {
        const orr__table *table = world->tables[t];
        for (uint32_t i = 0; i < table->term_count; i++) {
            if (table->terms[i].tracker != tracker) continue;
            for (uint32_t c = 0; c < table->chunk_count; c++) {
                orr__chunk *chunk = table->chunks[c];
                if (!chunk->tracked_summary[i]) continue;
                memset(chunk->tracked[i], 0, chunk->capacity / 8);
                chunk->tracked_summary[i] = 0;
            }
        }
    }
}
