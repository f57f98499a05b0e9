// Rows: how they come into tables, leave them and move between them.

#include "base/bitset.h"
#include "ecs/chunk.h"
#include "ecs/entity.h"
#include "ecs/table.h"
#include "ecs/world.h"

#include <string.h>

enum { RUN_LEAST = 8 };      // shorter runs of rows are copied value by value

// ---- appending ------------------------------------------------------------------------------------------------------

// Rows first to first + count exist now: chunk counts, and bits for every tracker.
static void rows_came(orr_world *world, orr__table *table, uint64_t first, uint64_t count)
{
    table->row_count += count;
    world->version++;
    for (uint64_t row = first; row < first + count;) {
        const uint32_t span = orr__chunk_span(row, first + count - row), begin = row & (ORR__CHUNK_ROWS - 1);
        orr__chunk *chunk = orr__table_chunk(table, row);
        chunk->count = begin + span;
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
    chunk->count = at + 1;
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

static inline void copy_value(void *to, uint32_t to_row, const void *from, uint32_t from_row, uint32_t bytes)
{
    char *into = to;
    const char *out = from;
    switch (bytes) {     // fixed sizes: one load and one store each
    case 1: into[to_row] = out[from_row]; break;
    case 2: memcpy(into + (size_t)to_row * 2, out + (size_t)from_row * 2, 2); break;
    case 4: memcpy(into + (size_t)to_row * 4, out + (size_t)from_row * 4, 4); break;
    default: memcpy(into + (size_t)to_row * 8, out + (size_t)from_row * 8, 8); break;
    }
}

// One row of `count` columns; `bytes` is NULL when all have 4.
static inline void copy_values(void *const *to, uint32_t to_row, void *const *from, uint32_t from_row, uint32_t count,
                               const uint8_t *bytes)
{
    if (bytes) {
        for (uint32_t i = 0; i < count; i++) copy_value(to[i], to_row, from[i], from_row, bytes[i]);
    } else {
        for (uint32_t i = 0; i < count; i++) copy_value(to[i], to_row, from[i], from_row, 4);
    }
}

static inline void copy_bit(uint64_t *to, uint32_t to_row, const uint64_t *from, uint32_t from_row)
{
    const uint64_t from_word = from[from_row >> 6], to_word = to[to_row >> 6];
    if (!(from_word | to_word)) return;       // nearly always: marks are absorbed before rows move
    const uint64_t bit = (from_word >> (from_row & 63u)) & 1u;
    to[to_row >> 6] = (to_word & ~((uint64_t)1 << (to_row & 63u))) | bit << (to_row & 63u);
}

// Row `tail` of the same table takes the place of row `hole`.
static void fill_hole(orr_world *world, orr__table *table, uint32_t hole, uint32_t tail)
{
    const uint32_t h = hole & (ORR__CHUNK_ROWS - 1), t = tail & (ORR__CHUNK_ROWS - 1);
    const orr__chunk *from = table->chunks[tail >> 12];
    orr__chunk *to = table->chunks[hole >> 12];
    const orr_entity entity = from->entity[t];
    to->entity[h] = entity;
    orr__slot_at(&world->entities, (uint32_t)(entity >> ORR__GENERATION_BITS))->row = hole;
    const uint32_t components = table->component_count;
    copy_values(to->columns, h, from->columns, t, table->column_count, table->all_four ? NULL : table->column_bytes);
    for (uint32_t i = 0; i < components; i++) copy_bit(to->changed[i], h, from->changed[i], t);
    for (uint32_t i = 0; i < table->term_count; i++) {
        if (orr__bits_get(from->tracked[i], t)) orr__term_set(to, i, h);
        else orr__term_clear(to, i, h);
    }
}

// Rows from `begin` on of a chunk are no more.
static void cut(const orr__table *table, orr__chunk *chunk, uint32_t begin)
{
    const uint32_t end = chunk->count, word = begin >> 6;
    const uint32_t components = table->component_count;
    chunk->count = begin;
    if (end - begin == 1) {
        for (uint32_t i = 0; i < components; i++) orr__bits_clear(chunk->changed[i], begin);
    } else {
        for (uint32_t i = 0; i < components; i++) orr__bits_clear_range(chunk->changed[i], begin, end);
    }
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
        cut(table, orr__table_chunk(table, last), (uint32_t)(begin - start));
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

// Removes rows whose handles are 0 already.
static void close_holes(orr_world *world, orr__table *table, const uint32_t *rows, uint32_t count)
{
    const uint32_t left = (uint32_t)table->row_count - count;
    uint32_t tail = (uint32_t)table->row_count;
    for (uint32_t i = 0; i < count; i++) {
        if (rows[i] >= left) continue;
        tail = last_alive(table, tail - 1);
        fill_hole(world, table, rows[i], tail);
    }
    cut_rows(world, table, left);
}

void orr__table_remove(orr_world *world, orr__table *table, uint64_t row)
{
    const uint32_t last = (uint32_t)table->row_count - 1, in_chunk = last & (ORR__CHUNK_ROWS - 1);
    orr__chunk *chunk = table->chunks[last >> 12];
    if ((uint32_t)row != last) fill_hole(world, table, (uint32_t)row, last);
    if (table->term_count) {
        cut(table, chunk, in_chunk);
    } else {
        const uint32_t components = table->component_count;
        for (uint32_t i = 0; i < components; i++) orr__bits_clear(chunk->changed[i], in_chunk);
        chunk->count = in_chunk;
    }
    table->row_count = last;
    world->version++;
    orr__table_settle(world, table);
}

void orr__table_destroy(orr_world *world, orr__table *table, const orr_entity *entities, uint32_t count)
{
    const orr__entities *all = &world->entities;
    uint32_t left = (uint32_t)table->row_count;
    for (uint32_t i = 0; i < count; i++) {
        const orr__slot *slot = orr__slot_alive(all, entities[i]);
        if (!slot || slot->table != table->index) continue;
        orr_entity *entity = &table->chunks[slot->row >> 12]->entity[slot->row & (ORR__CHUNK_ROWS - 1)];
        left -= *entity != 0;       // 0: the array names it twice
        *entity = 0;
    }
    uint32_t tail = (uint32_t)table->row_count;
    for (uint32_t i = 0; i < count; i++) {
        const orr__slot *slot = orr__slot_alive(all, entities[i]);
        if (!slot || slot->table != table->index) continue;
        const uint32_t row = slot->row;
        if (table->term_count) orr__tracker_log_rows(world, table, &entities[i], 1, 0);
        orr__entity_release(world, entities[i]);
        if (row >= left) continue;
        tail = last_alive(table, tail - 1);
        fill_hole(world, table, row, tail);
    }
    cut_rows(world, table, left);
}

// ---- moving between tables ------------------------------------------------------------------------------------------

typedef struct move {
    const orr__table *from;
    orr__table *to;
    const uint32_t *rows;        // in `from`
    uint32_t count;              // of them
    uint32_t first;              // row in `to` of rows[0]
} move;

// Calls below work on rows of one chunk of `to`: rows[0 .. count) become rows begin .. begin + count of it.
typedef struct piece {
    const move *of;
    orr__chunk *chunk;
    const uint32_t *rows;
    uint32_t count, begin;
} piece;

// How many of the rows from `at` on follow each other in one chunk of `from`.
static inline uint32_t run(const piece *p, uint32_t at)
{
    const uint32_t first = p->rows[at], left = ORR__CHUNK_ROWS - (first & (ORR__CHUNK_ROWS - 1));
    const uint32_t most = p->count - at < left ? p->count - at : left;
    uint32_t many = 1;
    while (many < most && p->rows[at + many] == first + many) many++;
    return many;
}

static void copy_column(const piece *p, uint32_t source, uint32_t column, uint32_t bytes)
{
    orr__chunk *const *chunks = p->of->from->chunks;
    void *into = p->chunk->columns[column];
    for (uint32_t i = 0, many; i < p->count; i += many) {
        const uint32_t row = p->rows[i] & (ORR__CHUNK_ROWS - 1);
        const char *from = chunks[p->rows[i] >> 12]->columns[source];
        many = run(p, i);
        if (many < RUN_LEAST) {
            many = 1;
            copy_value(into, p->begin + i, from, row, bytes);
        } else {
            memcpy((char *)into + (size_t)(p->begin + i) * bytes, from + (size_t)row * bytes, (size_t)many * bytes);
        }
    }
}

static void default_column(const piece *p, uint32_t column, const orr__field *field)
{
    for (uint32_t i = 0; i < p->count; i++) {
        orr__value_store(p->chunk->columns[column], p->begin + i, field->type, field->value);
    }
}

static bool any_changed(const orr__table *table, uint32_t component_at)
{
    for (uint32_t i = 0; i < table->chunk_count; i++) {
        const orr__chunk *chunk = table->chunks[i];
        if (orr__bits_any(chunk->changed[component_at], chunk->capacity / 64)) return true;
    }
    return false;
}

static void copy_changed(const piece *p, uint32_t from_at, uint32_t to_at)
{
    orr__chunk *const *chunks = p->of->from->chunks;
    if (p->count > p->of->from->chunk_count * 32 && !any_changed(p->of->from, from_at)) return;
    for (uint32_t i = 0; i < p->count; i++) {
        const uint32_t row = p->rows[i];
        if (orr__bits_get(chunks[row >> 12]->changed[from_at], row & (ORR__CHUNK_ROWS - 1))) {
            orr__bits_set(p->chunk->changed[to_at], p->begin + i);
        }
    }
}

static void copy_term(const piece *p, uint32_t from_term, uint32_t to_term)
{
    orr__chunk *const *chunks = p->of->from->chunks;
    for (uint32_t i = 0; i < p->count; i++) {
        const uint32_t row = p->rows[i];
        if (orr__bits_get(chunks[row >> 12]->tracked[from_term], row & (ORR__CHUNK_ROWS - 1))) {
            orr__term_set(p->chunk, to_term, p->begin + i);
        }
    }
}

static void move_terms(const piece *p)
{
    const orr__table *from = p->of->from, *to = p->of->to;
    for (uint32_t t = 0; t < to->term_count; t++) {
        const orr_component component = to->components[to->terms[t].component_at];
        const uint32_t at = orr__table_component(from, component);
        if (at == ORR__NO_COLUMN) {
            orr__bits_set_range(p->chunk->tracked[t], p->begin, p->begin + p->count);
            orr__bits_set_range(&p->chunk->tracked_summary[t], p->begin >> 6, ((p->begin + p->count - 1) >> 6) + 1);
            continue;
        }
        for (uint32_t f = 0; f < from->term_count; f++) {
            if (from->terms[f].tracker != to->terms[t].tracker || from->terms[f].component_at != at) continue;
            copy_term(p, f, t);
            break;
        }
    }
}

static void move_columns(const orr_world *world, const piece *p)
{
    const orr__table *from = p->of->from, *to = p->of->to;
    for (uint32_t c = 0; c < to->component_count; c++) {
        const uint32_t at = orr__table_component(from, to->components[c]);
        const uint32_t first = to->first_column[c], end = to->first_column[c + 1];
        if (at == ORR__NO_COLUMN) {
            const orr__component *component = orr__component_at(world, to->components[c]);
            for (uint32_t i = first; i < end; i++) default_column(p, i, &component->fields[i - first]);
            continue;
        }
        for (uint32_t i = first; i < end; i++) {
            copy_column(p, from->first_column[at] + i - first, i, to->column_bytes[i]);
        }
        copy_changed(p, at, c);
    }
}

// Logs components of `has` that `lacks` lacks, for rows of `to`.
static void log_difference(orr_world *world, const orr__table *has, const orr__table *lacks, const orr_entity *entities,
                           uint32_t count, int32_t came)
{
    for (uint32_t c = 0; c < has->component_count; c++) {
        const orr_component component = has->components[c];
        if (orr__table_component(lacks, component) != ORR__NO_COLUMN) continue;
        if (!orr__component_at(world, component)->tracker_count) continue;
        for (uint32_t i = 0; i < count; i++) {
            if (came) orr__tracker_came(world, component, entities[i]);
            else orr__tracker_went(world, component, entities[i]);
        }
    }
}

static void log_moved(orr_world *world, const orr__table *from, const orr__table *to, const orr_entity *entities,
                      uint32_t count)
{
    if (from->term_count) log_difference(world, from, to, entities, count, 0);
    if (to->term_count) log_difference(world, to, from, entities, count, 1);
}

// Columns, bits and log; the handles stand in `to` already.
static void move_rows(orr_world *world, const move *m)
{
    orr__table *to = m->to;
    to->row_count += m->count;
    for (uint32_t done = 0; done < m->count;) {
        const uint32_t row = m->first + done;
        piece p = { .of = m, .chunk = to->chunks[row >> 12], .rows = m->rows + done,
                    .count = orr__chunk_span(row, m->count - done), .begin = row & (ORR__CHUNK_ROWS - 1) };
        p.chunk->count = p.begin + p.count;
        move_columns(world, &p);
        move_terms(&p);
        log_moved(world, m->from, to, p.chunk->entity + p.begin, p.count);
        done += p.count;
    }
}

uint32_t orr__table_move_many(orr_world *world, orr__table *from, const orr_entity *entities, uint32_t count,
                              orr__table *to, uint32_t *rows)
{
    move m = { .from = from, .to = to, .rows = rows, .first = (uint32_t)to->row_count };
    for (uint32_t i = 0; i < count; i++) {
        orr__slot *slot = orr__slot_alive(&world->entities, entities[i]);
        if (!slot || slot->table != from->index) continue;
        const uint32_t row = slot->row, at = m.first + m.count;
        from->chunks[row >> 12]->entity[row & (ORR__CHUNK_ROWS - 1)] = 0;
        to->chunks[at >> 12]->entity[at & (ORR__CHUNK_ROWS - 1)] = entities[i];
        slot->table = to->index;
        slot->row = at;
        rows[m.count++] = row;
    }
    if (!m.count) return 0;
    move_rows(world, &m);
    close_holes(world, from, rows, m.count);
    return m.count;
}

// Whether `longer` has one component more than `shorter` and all of its; *at is its place.
static bool is_one_more(const orr__table *longer, const orr__table *shorter, uint32_t *at)
{
    const uint32_t count = shorter->component_count;
    const orr_component *more = longer->components, *less = shorter->components;
    if (longer->component_count != count + 1) return false;
    uint32_t i = 0;
    while (i < count && more[i] == less[i]) i++;
    *at = i;
    while (i < count && more[i + 1] == less[i]) i++;
    return i == count;
}

// One row between chunks: pointers to columns and changed words, and its row in each.
typedef struct step {
    void *const *to, *const *from;
    uint64_t *const *to_changed, *const *from_changed;
    uint32_t to_row, from_row;
} step;

static inline void step_over(const step *s, const uint8_t *bytes, uint32_t columns, uint32_t components)
{
    copy_values(s->to, s->to_row, s->from, s->from_row, columns, bytes);
    for (uint32_t i = 0; i < components; i++) {
        copy_bit(s->to_changed[i], s->to_row, s->from_changed[i], s->from_row);
    }
}

// One row to a neighbour, all that adding and removing does: what stands before the one component stays in place, what
// stands after it moves by its columns.
static bool move_to_neighbour(const orr_world *world, const orr__table *from, uint32_t row, const orr__table *to,
                              uint32_t to_row)
{
    uint32_t at;
    const bool adds = is_one_more(to, from, &at);
    if (!adds && !is_one_more(from, to, &at)) return false;
    const orr__table *longer = adds ? to : from;
    const orr__chunk *out = from->chunks[row >> 12], *into = to->chunks[to_row >> 12];
    const uint32_t first = longer->first_column[at], end = longer->first_column[at + 1];
    step s = { into->columns, out->columns, into->changed, out->changed, to_row & (ORR__CHUNK_ROWS - 1),
               row & (ORR__CHUNK_ROWS - 1) };
    const uint8_t *bytes = longer->all_four ? NULL : longer->column_bytes;
    step_over(&s, bytes, first, at);
    if (adds) {
        const orr__field *field = world->components[longer->components[at] - 1].fields;
        for (uint32_t i = first; i < end; i++, field++) {
            copy_value(s.to[i], s.to_row, &field->value, 0, longer->column_bytes[i]);
        }
    }
    s.to += adds ? end : first;
    s.from += adds ? first : end;
    s.to_changed += at + adds;
    s.from_changed += at + !adds;
    step_over(&s, bytes ? bytes + end : NULL, longer->column_count - end, longer->component_count - at - 1);
    return true;
}

uint64_t orr__table_move(orr_world *world, orr__table *from, uint64_t row, orr__table *to)
{
    const uint32_t source = (uint32_t)row, at = (uint32_t)to->row_count, begin = at & (ORR__CHUNK_ROWS - 1);
    const orr_entity entity = from->chunks[source >> 12]->entity[source & (ORR__CHUNK_ROWS - 1)];
    orr__chunk *chunk = to->chunks[at >> 12];
    orr__slot *slot = orr__slot_at(&world->entities, (uint32_t)(entity >> ORR__GENERATION_BITS));
    slot->table = to->index;
    slot->row = at;
    chunk->entity[begin] = entity;
    chunk->count = begin + 1;
    to->row_count++;
    const bool moved = move_to_neighbour(world, from, source, to, at);
    if (!moved || from->term_count | to->term_count) {
        const move m = { .from = from, .to = to, .rows = &source, .count = 1, .first = at };
        const piece p = { .of = &m, .chunk = chunk, .rows = &source, .count = 1, .begin = begin };
        if (!moved) move_columns(world, &p);
        move_terms(&p);
        log_moved(world, from, to, &entity, 1);
    }
    orr__table_remove(world, from, row);
    return at;
}
