// Rows: how they move from table to table.

#include "base/bitset.h"
#include "ecs/chunk.h"
#include "ecs/entity.h"
#include "ecs/row.h"
#include "ecs/world.h"

typedef struct move {
    const orr__table *from;
    orr__table *to;
    orr__stretch *stretches;     // of `from`, in the order in which their rows come to `to`; none crosses its chunks
    uint32_t stretch_count;
    uint32_t count;              // rows of them
    uint32_t first;              // row in `to` of the first
} move;

// Calls below work on rows of one chunk of `to`: those of the stretches become rows begin .. begin + count of it.
typedef struct piece {
    const move *of;
    orr__chunk *chunk;
    const orr__stretch *stretches;
    uint32_t stretch_count;
    uint32_t count, begin;
} piece;

static void copy_column(const piece *p, uint32_t source, uint32_t column, uint32_t bytes)
{
    void *into = p->chunk->columns[column];
    for (uint32_t s = 0, at = p->begin; s < p->stretch_count; s++) {
        const orr__stretch *rows = &p->stretches[s];
        const void *from = p->of->from->chunks[rows->row >> 12]->columns[source];
        const uint32_t row = rows->row & (ORR__CHUNK_ROWS - 1), many = orr__stretch_rows(rows->count);
        if (many == 1) orr__value_copy(into, at, from, row, bytes);
        else orr__values_copy(into, at, 1, from, row, rows->count < 0 ? -1 : 1, many, bytes);
        at += many;
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
    if (p->count > p->of->from->chunk_count * 32 && !any_changed(p->of->from, from_at)) return;
    for (uint32_t s = 0, at = p->begin; s < p->stretch_count; s++) {
        const orr__stretch *rows = &p->stretches[s];
        const uint64_t *words = p->of->from->chunks[rows->row >> 12]->changed[from_at];
        const uint32_t row = rows->row & (ORR__CHUNK_ROWS - 1), step = rows->count < 0 ? UINT32_MAX : 1;
        for (uint32_t i = 0; i < orr__stretch_rows(rows->count); i++, at++) {
            if (orr__bits_get(words, row + step * i)) orr__bits_set(p->chunk->changed[to_at], at);
        }
    }
}

static void copy_term(const piece *p, uint32_t from_term, uint32_t to_term)
{
    for (uint32_t s = 0, at = p->begin; s < p->stretch_count; s++) {
        const orr__stretch *rows = &p->stretches[s];
        const uint64_t *words = p->of->from->chunks[rows->row >> 12]->tracked[from_term];
        const uint32_t row = rows->row & (ORR__CHUNK_ROWS - 1), step = rows->count < 0 ? UINT32_MAX : 1;
        for (uint32_t i = 0; i < orr__stretch_rows(rows->count); i++, at++) {
            if (orr__bits_get(words, row + step * i)) orr__term_set(p->chunk, to_term, at);
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
    for (uint32_t done = 0, s = 0; done < m->count;) {
        const uint32_t row = m->first + done;
        piece p = { .of = m, .chunk = to->chunks[row >> 12], .stretches = m->stretches + s,
                    .count = orr__chunk_span(row, m->count - done), .begin = row & (ORR__CHUNK_ROWS - 1) };
        for (uint32_t rows = 0; rows < p.count; p.stretch_count++) {
            rows += orr__stretch_rows(p.stretches[p.stretch_count].count);
        }
        p.chunk->count = p.begin + p.count;
        move_columns(world, &p);
        move_terms(&p);
        log_moved(world, m->from, to, p.chunk->entity + p.begin, p.count);
        done += p.count;
        s += p.stretch_count;
    }
}

// Handles of a stretch go over, and their slots know it; returns how many rows it has.
static uint32_t lift(orr_world *world, move *m, const orr_entity *entities, uint32_t count, uint32_t row)
{
    const uint32_t at = m->first + m->count, index = m->to->index, r = row & (ORR__CHUNK_ROWS - 1);
    const orr__chunk *from = m->from->chunks[row >> 12];
    const int32_t stretch = orr__stretch_count(from, r, entities, orr__chunk_span(at, count));
    const uint32_t many = orr__stretch_rows(stretch);
    memset(from->entity + (stretch < 0 ? r - (many - 1) : r), 0, many * sizeof *entities);
    memcpy(m->to->chunks[at >> 12]->entity + (at & (ORR__CHUNK_ROWS - 1)), entities, many * sizeof *entities);
    for (uint32_t i = 0; i < many; i++) {
        orr__slot *slot = orr__slot_at(&world->entities, (uint32_t)(entities[i] >> ORR__GENERATION_BITS));
        slot->table = index;
        slot->row = at + i;
    }
    m->stretches[m->stretch_count++] = (orr__stretch){ row, stretch };
    m->count += many;
    return many;
}

uint32_t orr__table_move_many(orr_world *world, orr__table *from, const orr_entity *entities, uint32_t count,
                              orr__table *to, orr__stretch *stretches)
{
    move m = { .from = from, .to = to, .stretches = stretches, .first = (uint32_t)to->row_count };
    for (uint32_t i = 0; i < count;) {
        const orr__slot *slot = orr__slot_alive(&world->entities, entities[i]);
        const bool moves = slot && slot->table == from->index;
        i += moves ? lift(world, &m, entities + i, count - i, slot->row) : 1;
    }
    if (!m.count) return 0;
    move_rows(world, &m);
    orr__table_close(world, from, stretches, m.stretch_count, m.count);
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
    orr__row_copy(s->to, s->to_row, s->from, s->from_row, columns, bytes);
    for (uint32_t i = 0; i < components; i++) {
        orr__bit_copy(s->to_changed[i], s->to_row, s->from_changed[i], s->from_row);
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
            orr__value_copy(s.to[i], s.to_row, &field->value, 0, longer->column_bytes[i]);
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
        orr__stretch one = { source, 1 };
        const move m = { .from = from, .to = to, .stretches = &one, .stretch_count = 1, .count = 1, .first = at };
        const piece p = { .of = &m, .chunk = chunk, .stretches = &one, .stretch_count = 1, .count = 1, .begin = begin };
        if (!moved) move_columns(world, &p);
        move_terms(&p);
        log_moved(world, from, to, &entity, 1);
    }
    orr__table_remove(world, from, row);
    return at;
}
