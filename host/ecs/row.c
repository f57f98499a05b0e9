// Rows: how they come into tables and leave them. Between tables: move.c.

#include "ecs/row.h"

#include "base/bitset.h"
#include "ecs/chunk.h"
#include "ecs/entity.h"
#include "ecs/world.h"

// ---- appending ------------------------------------------------------------------------------------------------------

// Rows first to first + count exist now: chunk counts, and bits for every tracker.
static void rows_came(orr_world *world, orr__table *table, uint64_t first, uint64_t count)
{
    table->row_count += count;
    world->version++;
    for (uint64_t row = first; row < first + count;) {
        const uint32_t span = orr__chunk_span(row, first + count - row), begin = row & (ORR__CHUNK_ROWS - 1);
        orr__chunk *chunk = orr__table_chunk(table, row);
        orr__chunk_extend(table, chunk, begin + span);
        for (uint32_t t = 0; t < table->term_count; t++) {
            orr__bits_set_range(chunk->tracked[t], begin, begin + span);
            orr__bits_set_range(&chunk->tracked_summary[t], begin >> 6, ((begin + span - 1) >> 6) + 1);
        }
        if (table->term_count) orr__tracker_log_rows(world, table, chunk->entity + begin, span, 1);
        row += span;
    }
}

uint64_t orr__table_append(orr_world *world, orr__table *table, const orr_entity *entities, uint64_t count)
{
    const uint64_t first = table->row_count;
    if (!count) return first;
    for (uint64_t done = 0; done < count;) {
        const uint64_t row = first + done;
        const uint32_t span = orr__chunk_span(row, count - done), begin = row & (ORR__CHUNK_ROWS - 1);
        memcpy(orr__table_chunk(table, row)->entity + begin, entities + done, span * sizeof *entities);
        for (uint32_t i = 0; i < span; i++) {
            orr__entity_place(world, entities[done + i], table->index, (uint32_t)row + i);
        }
        done += span;
    }
    rows_came(world, table, first, count);
    return first;
}

// The short way of orr__table_spawn, for one.
static inline uint64_t spawn_one(orr_world *world, orr__table *table, orr_entity *handle)
{
    const uint64_t row = table->row_count++;
    const uint32_t at = row & (ORR__CHUNK_ROWS - 1);
    orr__chunk *chunk = orr__table_chunk(table, row);
    uint32_t index;
    orr__slot *slot = orr__slot_take(&world->entities, &index);
    const uint32_t generation = slot->stamp & ORR__GENERATION_MAX;
    slot->stamp = orr__slot_stamp(generation, ORR__SLOT_ALIVE);
    slot->table = table->index;
    slot->row = (uint32_t)row;
    world->entities.alive++;
    chunk->entity[at] = orr__entity_make(index, generation);
    if (handle) *handle = chunk->entity[at];
    orr__chunk_extend(table, chunk, at + 1);
    world->version++;
    for (uint32_t t = 0; t < table->term_count; t++) orr__term_set(chunk, t, at);
    if (table->term_count) orr__tracker_log_rows(world, table, chunk->entity + at, 1, 1);
    return row;
}

uint64_t orr__table_spawn(orr_world *world, orr__table *table, uint64_t count, orr_entity *handles)
{
    const uint64_t first = table->row_count;
    if (count == 1) return spawn_one(world, table, handles);
    if (!count) return first;
    for (uint64_t done = 0; done < count;) {
        const uint64_t row = first + done;
        const uint32_t span = orr__chunk_span(row, count - done);
        orr_entity *entity = orr__table_chunk(table, row)->entity + (row & (ORR__CHUNK_ROWS - 1));
        orr__entity_spawn_rows(world, table->index, (uint32_t)row, span, entity);
        if (handles) memcpy(handles + done, entity, span * sizeof *handles);
        done += span;
    }
    rows_came(world, table, first, count);
    return first;
}

// ---- removal --------------------------------------------------------------------------------------------------------

#define COPY_TURNED(type)                                                                                              \
    do {                                                                                                               \
        type *restrict into = (type *)to + low;                                                                        \
        const type *restrict out = (const type *)from + high;                                                          \
        for (ptrdiff_t i = 0; i < (ptrdiff_t)count; i++) into[i] = out[-i];                                            \
    } while (0)

void orr__values_copy(void *to, uint32_t to_row, int32_t to_step, const void *from, uint32_t from_row,
                      int32_t from_step, uint32_t count, uint32_t bytes)
{
    const size_t low = to_step < 0 ? to_row - (count - 1) : to_row;
    if (to_step == from_step) {
        const size_t out = from_step < 0 ? from_row - (count - 1) : from_row;
        memcpy((char *)to + low * bytes, (const char *)from + out * bytes, (size_t)count * bytes);
        return;
    }
    const size_t high = from_step < 0 ? from_row : from_row + (count - 1);
    switch (bytes) {
    case 1: COPY_TURNED(uint8_t); break;
    case 2: COPY_TURNED(uint16_t); break;
    case 4: COPY_TURNED(uint32_t); break;
    default: COPY_TURNED(uint64_t); break;
    }
}

void orr__terms_copy(const orr__table *table, orr__chunk *to, uint32_t h, const orr__chunk *from, uint32_t t)
{
    for (uint32_t i = 0; i < table->term_count; i++) {
        if (orr__bits_get(from->tracked[i], t))
            orr__term_set(to, i, h);
        else
            orr__term_clear(to, i, h);
    }
}

// Row `tail` of the same table takes the place of row `hole`.
static inline void fill_hole(orr_world *world, orr__table *table, uint32_t hole, uint32_t tail)
{
    const uint32_t h = hole & (ORR__CHUNK_ROWS - 1), t = tail & (ORR__CHUNK_ROWS - 1);
    const orr__chunk *from = table->chunks[tail >> 12];
    orr__chunk *to = table->chunks[hole >> 12];
    const orr_entity entity = from->entity[t];
    to->entity[h] = entity;
    orr__slot_at(&world->entities, (uint32_t)(entity >> ORR__GENERATION_BITS))->row = hole;
    orr__row_copy(to->columns, h, from->columns, t, table->column_count, table->all_four ? NULL : table->column_bytes);
    if (table->term_count) orr__terms_copy(table, to, h, from, t);
}

// Tracker bits of rows tail, tail - 1, ... to rows hole, hole + step, ... of their chunks.
static void fill_bits(const orr__table *table, orr__chunk *to, uint32_t hole, int32_t step, const orr__chunk *from,
                      uint32_t tail, uint32_t count)
{
    for (uint32_t i = 0; table->term_count && i < count; i++) {
        orr__terms_copy(table, to, hole + (uint32_t)step * i, from, tail - i);
    }
}

// The same for `count` holes, a step (1 or -1) after each other in one chunk, by rows tail, tail - 1, ... of one chunk.
static void fill_block(orr_world *world, orr__table *table, uint32_t hole, int32_t step, uint32_t tail, uint32_t count)
{
    const uint32_t h = hole & (ORR__CHUNK_ROWS - 1), t = tail & (ORR__CHUNK_ROWS - 1);
    const orr__chunk *from = table->chunks[tail >> 12];
    orr__chunk *to = table->chunks[hole >> 12];
    for (uint32_t i = 0; i < count; i++) {
        const orr_entity entity = from->entity[t - i];
        to->entity[h + (uint32_t)step * i] = entity;
        orr__slot_at(&world->entities, (uint32_t)(entity >> ORR__GENERATION_BITS))->row = hole + (uint32_t)step * i;
    }
    for (uint32_t i = 0; i < table->column_count; i++) {
        orr__values_copy(to->columns[i], h, step, from->columns[i], t, -1, count, table->column_bytes[i]);
    }
    fill_bits(table, to, h, step, from, t, count);
}

void orr__chunk_cut(const orr__table *table, orr__chunk *chunk, uint32_t begin)
{
    const uint32_t end = chunk->count, word = begin >> 6;
    chunk->count = begin;
    for (uint32_t i = 0; i < table->term_count; i++) {
        if (!chunk->tracked_summary[i]) continue;
        orr__bits_clear_range(chunk->tracked[i], begin, end);
        uint64_t *summary = &chunk->tracked_summary[i];
        orr__bits_clear_range(summary, word + (chunk->tracked[i][word] != 0), chunk->capacity / 64);
    }
}

static void cut_rows(orr_world *world, orr__table *table, uint64_t count)
{
    while (table->row_count > count) {
        const uint64_t last = table->row_count - 1, start = last & ~(uint64_t)(ORR__CHUNK_ROWS - 1);
        const uint64_t begin = start > count ? start : count;
        orr__chunk_cut(table, orr__table_chunk(table, last), (uint32_t)(begin - start));
        table->row_count = begin;
    }
    world->version++;
    orr__table_settle(world, table);
}

// The last row that is still an entity's: removed rows have handle 0.
static uint32_t last_alive(const orr__table *table, uint32_t row)
{
    while (!table->chunks[row >> 12]->entity[row & (ORR__CHUNK_ROWS - 1)]) row--;
    return row;
}

// Fills the holes of a stretch, as far as they are below `left`, with what is last before *tail, which moves down.
static void fill_stretch(orr_world *world, orr__table *table, orr__stretch holes, uint32_t left, uint32_t *tail)
{
    const int32_t step = holes.count < 0 ? -1 : 1;
    uint32_t hole = holes.row, count = orr__stretch_rows(holes.count);
    if (step > 0) {
        const uint32_t below = left > hole ? left - hole : 0;
        count = count < below ? count : below;
    } else if (hole >= left) {
        const uint32_t above = hole - left + 1;
        count = count > above ? count - above : 0;
        hole -= above;
    }
    while (count) {
        const uint32_t last = last_alive(table, *tail - 1), at = last & (ORR__CHUNK_ROWS - 1);
        const orr_entity *entity = table->chunks[last >> 12]->entity;
        uint32_t many = 1;
        while (many < count && many <= at && entity[at - many]) many++;
        if (many == 1)
            fill_hole(world, table, hole, last);
        else
            fill_block(world, table, hole, step, last, many);
        hole += (uint32_t)step * many;
        count -= many;
        *tail = last - (many - 1);
    }
}

void orr__table_close(orr_world *world, orr__table *table, const orr__stretch *stretches, uint32_t count,
                      uint32_t removed)
{
    const uint32_t left = (uint32_t)table->row_count - removed;
    uint32_t tail = (uint32_t)table->row_count;
    for (uint32_t i = 0; i < count; i++) fill_stretch(world, table, stretches[i], left, &tail);
    cut_rows(world, table, left);
}

void orr__table_remove(orr_world *world, orr__table *table, uint64_t row)
{
    const uint32_t last = (uint32_t)table->row_count - 1;
    if ((uint32_t)row != last) fill_hole(world, table, (uint32_t)row, last);
    orr__table_cut_last(world, table, last);
}

// The handles of those that are the table's become 0; returns how many they are. One that is named twice counts once.
static uint32_t strike(orr_world *world, orr__table *table, const orr_entity *entities, uint32_t count)
{
    uint32_t struck = 0;
    for (uint32_t i = 0, many; i < count; i += many) {
        const orr__slot *slot = orr__slot_alive(&world->entities, entities[i]);
        many = 1;
        if (!slot || slot->table != table->index) continue;
        const orr__chunk *chunk = table->chunks[slot->row >> 12];
        const uint32_t row = slot->row & (ORR__CHUNK_ROWS - 1);
        if (!chunk->entity[row]) continue;
        const int32_t stretch = orr__stretch_count(chunk, row, entities + i, count - i);
        many = orr__stretch_rows(stretch);
        memset(chunk->entity + (stretch < 0 ? row - (many - 1) : row), 0, many * sizeof *chunk->entity);
        struck += many;
    }
    return struck;
}

void orr__table_destroy(orr_world *world, orr__table *table, const orr_entity *entities, uint32_t count)
{
    orr__entities *all = &world->entities;
    const uint32_t left = (uint32_t)table->row_count - strike(world, table, entities, count);
    uint32_t tail = (uint32_t)table->row_count;
    orr__stretch holes = { 0, 0 };
    for (uint32_t i = 0; i < count; i++) {
        orr__slot *slot = orr__slot_alive(all, entities[i]);
        if (!slot || slot->table != table->index) continue;
        const uint32_t row = slot->row;
        if (table->term_count) orr__tracker_log_rows(world, table, &entities[i], 1, 0);
        orr__slot_release(all, slot, (uint32_t)(entities[i] >> ORR__GENERATION_BITS));
        if (row >= left) continue;
        if (holes.count > 0 && row == holes.row + (uint32_t)holes.count && row & (ORR__CHUNK_ROWS - 1)) {
            holes.count++;
        } else if (holes.count < 2 && holes.count && row == holes.row - orr__stretch_rows(holes.count) &&
                   ~row & (ORR__CHUNK_ROWS - 1)) {
            holes.count = holes.count > 0 ? -2 : holes.count - 1;
        } else {
            fill_stretch(world, table, holes, left, &tail);
            holes = (orr__stretch){ row, 1 };
        }
    }
    fill_stretch(world, table, holes, left, &tail);
    cut_rows(world, table, left);
}
