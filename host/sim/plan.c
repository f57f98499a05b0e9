#include "sim/plan.h"

#include "base/array.h"
#include "base/bitset.h"
#include "base/error.h"
#include "sim/bind.h"
#include "sim/inputs.h"
#include "sim/sim.h"
#include "sim/snapshot.h"

#include <string.h>

/* Slot pointers and mark words of one chunk, shared by its ranges. */
typedef struct chunk_slots {
    void **slots;
    uint64_t **marks;
    uint64_t wrote; /* as in orr_range */
} chunk_slots;

static int32_t fill_slots(orr__system *system, const orr__table *table, const orr__chunk *chunk, chunk_slots *out)
{
    memset(out, 0, sizeof *out);
    const orr__binding *binding = system->binding;
    if (!binding || binding->job->slot_count == 0) return ORR_OK;
    const uint32_t count = binding->job->slot_count;
    out->slots = orr__arena_new(&system->run.arena, count * sizeof *out->slots, 0);
    out->marks = out->slots ? orr__arena_new(&system->run.arena, count * sizeof *out->marks, 0) : NULL;
    if (!out->marks) return ORR_E_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        const orr__bound_slot *bound = &binding->slots[i];
        out->slots[i] = system->run.inputs ? orr__inputs_slot(system, bound) : bound->pointer;
        out->marks[i] = NULL;
        if (bound->desc->kind != ORR_SLOT_ROW) continue;
        const uint32_t at = table ? orr__table_component(table, bound->field.component) : ORR__NO_COLUMN;
        if (at == ORR__NO_COLUMN) continue;
        const uint32_t column = table->first_column[at] + bound->field.index;
        out->slots[i] = chunk->columns[column];
        if (bound->desc->access & (ORR_WRITE | ORR_MARK)) out->wrote |= orr__range_wrote(column);
        if (bound->desc->access & ORR_MARK) out->marks[i] = chunk->changed[at];
    }
    return ORR_OK;
}

static int32_t new_range(orr_run *run, orr_range **out)
{
    const int32_t code = orr__array_reserve(&run->world->alloc, &run->ranges, &run->range_capacity,
                                            run->range_count + 1, sizeof *run->ranges);
    if (code != ORR_OK) return code;
    orr_range *range = &run->ranges[run->range_count];
    memset(range, 0, sizeof *range);
    range->run = run;
    range->index = run->range_count++;
    *out = range;
    return ORR_OK;
}

/* Summary of the words of rows begin to end, in the place of the whole chunk's. */
static uint64_t summary_of(const uint64_t *words, uint32_t begin, uint32_t end)
{
    uint64_t summary = 0;
    for (uint32_t w = begin / 64; w < (end + 63) / 64; w++) summary |= (uint64_t)(words[w] != 0) << w;
    return summary;
}

typedef struct planner {
    orr_world *world;
    orr__system *system;
    uint32_t rows_a_range;
    uint64_t base; /* rows of the query before the present chunk */
} planner;

static int32_t plan_chunk(planner *p, orr__table *table, uint32_t place)
{
    orr_run *run = &p->system->run;
    orr__chunk *const origin = table->chunks[place], *chunk = origin;
    const bool whole = p->system->binding && (p->system->binding->job->flags & ORR_WHOLE);
    uint64_t *words = NULL;
    if (p->system->tracker) {
        words = orr__arena_new(&run->arena, ORR__CHUNK_ROWS / 8, 64);
        if (!words) return ORR_E_MEMORY;
        if (orr__tracker_words(p->world, p->system->tracker, table, chunk, words) == 0 && !whole) return ORR_OK;
    }
    if (p->system->snapshot) chunk = orr__snapshot_freeze(p->system, table, chunk);
    if (!chunk) return ORR_E_MEMORY;
    chunk_slots slots;
    int32_t code = fill_slots(p->system, table, chunk, &slots);
    const uint32_t step = whole ? ORR__CHUNK_ROWS : p->rows_a_range;
    for (uint32_t begin = 0; code == ORR_OK && begin < chunk->count; begin += step) {
        const uint32_t end = chunk->count - begin < step ? chunk->count : begin + step;
        const uint64_t summary = words ? summary_of(words, begin, end) : 0;
        if (words && !summary && !whole) continue;
        orr_range *range;
        code = new_range(run, &range);
        if (code != ORR_OK) break;
        range->table = table;
        range->chunk = chunk;
        range->origin = origin;
        range->place = place;
        range->wrote = slots.wrote;
        range->marked = slots.marks != NULL;
        range->rows = (orr_rows){ .begin = begin,
                                  .end = end,
                                  .chunk_count = 1,
                                  .slots = slots.slots,
                                  .slot_count = p->system->binding ? p->system->binding->job->slot_count : 0,
                                  .marks = slots.marks,
                                  .changed = words,
                                  .changed_summary = summary,
                                  .entity = chunk->entity,
                                  .gather_base = p->base };
        run->rows += end - begin;
    }
    return code;
}

static int32_t plan_rows(orr_world *world, orr__system *system)
{
    const orr__query *query = orr__query_at(world, system->query);
    uint64_t rows = 0;
    for (uint32_t i = 0; i < query->table_count; i++) rows += world->tables[query->tables[i]]->row_count;
    planner p = { .world = world, .system = system, .rows_a_range = orr__range_rows(rows) };
    for (uint32_t i = 0; i < query->table_count; i++) {
        orr__table *table = world->tables[query->tables[i]];
        for (uint32_t c = 0; c < table->chunk_count; c++) {
            if (table->chunks[c]->count == 0) continue;
            const int32_t code = plan_chunk(&p, table, c);
            if (code != ORR_OK) return code;
            p.base += table->chunks[c]->count;
        }
    }
    return ORR_OK;
}

/* About 4,096 cells a band, and at most 64 bands. */
static int32_t plan_bands(orr_world *world, orr__system *system)
{
    const orr__lattice *lattice = orr__lattice_at(world, system->lattice);
    chunk_slots slots;
    int32_t code = fill_slots(system, NULL, NULL, &slots);
    uint32_t lines = (ORR__CHUNK_ROWS + lattice->width - 1) / lattice->width;
    if (lines < (lattice->height + 63) / 64) lines = (lattice->height + 63) / 64;
    for (uint32_t begin = 0; code == ORR_OK && begin < lattice->height; begin += lines) {
        orr_range *range;
        code = new_range(&system->run, &range);
        if (code != ORR_OK) break;
        const uint32_t end = lattice->height - begin < lines ? lattice->height : begin + lines;
        range->rows = (orr_rows){ .begin = begin,
                                  .end = end,
                                  .chunk_count = 1,
                                  .slots = slots.slots,
                                  .slot_count = system->binding ? system->binding->job->slot_count : 0,
                                  .marks = slots.marks };
        system->run.rows += (uint64_t)(end - begin) * lattice->width;
    }
    return code;
}

/* A job without rows is called once, with none. */
static int32_t plan_once(orr__system *system)
{
    chunk_slots slots;
    const int32_t code = fill_slots(system, NULL, NULL, &slots);
    if (code != ORR_OK) return code;
    orr_range *outside = &system->run.outside;
    outside->rows = (orr_rows){ .slots = slots.slots,
                                .marks = slots.marks,
                                .range = outside,
                                .slot_count = system->binding ? system->binding->job->slot_count : 0 };
    return ORR_OK;
}

/* ORR_WHOLE sees its chunks as one array, and records as one range. */
static int32_t plan_whole(orr__system *system)
{
    orr_run *run = &system->run;
    if (run->range_count == 0) return plan_once(system);
    const int32_t code =
        orr__array_reserve(&run->world->alloc, &run->whole, &run->whole_capacity, run->range_count, sizeof *run->whole);
    if (code != ORR_OK) return code;
    for (uint32_t i = 0; i < run->range_count; i++) {
        run->whole[i] = run->ranges[i].rows;
        run->whole[i].chunk_count = run->range_count;
        run->whole[i].range = &run->ranges[0];
    }
    return ORR_OK;
}

static int32_t make(orr_world *world, orr__system *system)
{
    orr_run *run = &system->run;
    int32_t code;
    if (system->has_rows)
        code = plan_rows(world, system);
    else if (system->lattice)
        code = plan_bands(world, system);
    else
        return plan_once(system);
    if (code != ORR_OK) return code;
    for (uint32_t i = 0; i < run->range_count; i++) run->ranges[i].rows.range = &run->ranges[i];
    return system->binding && (system->binding->job->flags & ORR_WHOLE) ? plan_whole(system) : ORR_OK;
}

int32_t orr__plan_make(orr_world *world, orr__system *system)
{
    orr_run *run = &system->run;
    if (run->version == world->version && !system->tracker && !system->snapshot) return ORR_OK;
    orr__inputs_release(run);
    orr__arena_reset(&run->arena);
    orr__arena_reset(&run->frozen);
    run->version = UINT64_MAX;
    run->range_count = 0;
    run->rows = 0;
    int32_t code = system->latency ? orr__inputs_begin(world, system) : ORR_OK;
    if (code == ORR_OK) code = make(world, system);
    if (code != ORR_OK) {
        run->range_count = 0;
        run->rows = 0;
        return code;
    }
    run->version = world->version;
    return ORR_OK;
}

void orr__plan_consume(orr_world *world, orr__system *system, uint32_t visited)
{
    orr_run *run = &system->run;
    for (uint32_t i = 0; i < visited; i++) {
        orr_range *range = &run->ranges[i];
        uint64_t words[ORR__CHUNK_ROWS / 64] = { 0 };
        orr__bits_set_range(words, range->rows.begin, range->rows.end);
        for (uint32_t w = 0; w < ORR__CHUNK_ROWS / 64; w++) {
            /* words of the range alone: the tracker gave capacity / 64 of them */
            words[w] = words[w] ? words[w] & range->rows.changed[w] : 0;
        }
        orr__tracker_consume(world, system->tracker, range->table, range->origin, words);
    }
}

/* Rows of a run that failed, as far as they are still there. */
static void restore_row(orr_world *world, const orr__system *system, orr_entity entity)
{
    const orr__slot *slot = orr__slot_alive(&world->entities, entity);
    if (!slot) return;
    const orr__table *table = world->tables[slot->table];
    const uint32_t row = slot->row % ORR__CHUNK_ROWS;
    orr__tracker_restore(world, system->tracker, table, table->chunks[slot->row / ORR__CHUNK_ROWS], row);
}

void orr__plan_restore(orr_world *world, const orr__system *system)
{
    const orr_run *run = &system->run;
    for (uint32_t i = 0; i < run->range_count; i++) {
        const orr_rows *rows = &run->ranges[i].rows;
        for (uint32_t row = orr_next_changed(rows, rows->begin); row < rows->end; row = orr_next_changed(rows, row + 1))
            restore_row(world, system, rows->entity[row]);
    }
}
