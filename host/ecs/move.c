// Rows: how they move from table to table.

#include "base/bitset.h"
#include "ecs/chunk.h"
#include "ecs/entity.h"
#include "ecs/row.h"
#include "ecs/world.h"

typedef struct move {
    const orr__table *from;
    orr__table *to;
    orr__stretch *stretches; // of `from`, in the order in which their rows come to `to`; none crosses its chunks
    uint32_t stretch_count;
    uint32_t count; // rows of them
    uint32_t first; // row in `to` of the first
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
        if (many == 1)
            orr__value_copy(into, at, from, row, bytes);
        else
            orr__values_copy(into, at, 1, from, row, rows->count < 0 ? -1 : 1, many, bytes);
        at += many;
    }
}

static void default_column(const piece *p, uint32_t column, const orr__field *field)
{
    for (uint32_t i = 0; i < p->count; i++) {
        orr__value_store(p->chunk->columns[column], p->begin + i, field->type, field->value);
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
            if (came)
                orr__tracker_came(world, component, entities[i]);
            else
                orr__tracker_went(world, component, entities[i]);
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
        piece p = { .of = m,
                    .chunk = to->chunks[row >> 12],
                    .stretches = m->stretches + s,
                    .count = orr__chunk_span(row, m->count - done),
                    .begin = row & (ORR__CHUNK_ROWS - 1) };
        for (uint32_t rows = 0; rows < p.count; p.stretch_count++) {
            rows += orr__stretch_rows(p.stretches[p.stretch_count].count);
        }
        orr__chunk_extend(to, p.chunk, p.begin + p.count);
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

// What trackers keep of a row that moves. Apart: its structures would cost the others their registers.
__attribute__((noinline)) static void move_tracked(orr_world *world, const orr__table *from, uint32_t source,
                                                   orr__table *to, uint32_t at)
{
    orr__stretch one = { source, 1 };
    const move m = { .from = from, .to = to, .stretches = &one, .stretch_count = 1, .count = 1, .first = at };
    const piece p = { .of = &m,
                      .chunk = to->chunks[at >> 12],
                      .stretches = &one,
                      .stretch_count = 1,
                      .count = 1,
                      .begin = at & (ORR__CHUNK_ROWS - 1) };
    move_terms(&p);
    log_moved(world, from, to, p.chunk->entity + p.begin, 1);
}

__attribute__((noinline)) static void set_defaults(const orr_world *world, const orr__table *table,
                                                   void *const *columns, uint32_t row, orr_component component)
{
    const orr__component *of = &world->components[component - 1];
    for (uint32_t i = 0; i < of->field_count; i++) {
        const uint32_t column = table->placed[component].first + i;
        orr__value_copy(columns[column], row, &of->fields[i].value, 0, of->fields[i].bytes);
    }
}

// A row of one chunk.
typedef struct at_row {
    void *const *columns;
    uint32_t row;
} at_row;

// `count` columns of a row that goes from `hole` to `into`, and of the last row of its table, which takes its place
// (or is the same).
static void pass_mixed(at_row into, at_row hole, at_row last, uint32_t count, const uint8_t *bytes)
{
    for (uint32_t i = 0; i < count; i++) {
        orr__value_copy(into.columns[i], into.row, hole.columns[i], hole.row, bytes[i]);
        orr__value_copy(hole.columns[i], hole.row, last.columns[i], last.row, bytes[i]);
    }
}

// The same when all have 4 bytes.
static inline void pass_fours(at_row into, at_row hole, at_row last, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t *from = (uint32_t *)hole.columns[i] + hole.row;
        ((uint32_t *)into.columns[i])[into.row] = *from;
        *from = ((const uint32_t *)last.columns[i])[last.row];
    }
}

// The same for tables that may differ by columns of `component`: what stands before it keeps its column, what stands
// behind it moves, what only `to` has gets defaults.
__attribute__((noinline)) static void pass_shifted(const orr_world *world, const orr__table *from, uint32_t row,
                                                   const orr__table *to, orr_component component)
{
    const uint32_t at = (uint32_t)to->row_count, end = (uint32_t)from->row_count - 1;
    void *const *out = from->chunks[row >> 12]->columns, *const *tail = from->chunks[end >> 12]->columns;
    at_row into = { to->chunks[at >> 12]->columns, at & (ORR__CHUNK_ROWS - 1) };
    at_row hole = { out, row & (ORR__CHUNK_ROWS - 1) }, last = { tail, end & (ORR__CHUNK_ROWS - 1) };
    const bool adds = to->component_count > from->component_count;
    const orr__table *longer = adds ? to : from;
    const orr__placed placed = longer->placed[component];
    const uint32_t first = placed.first, width = longer->first_column[placed.at + 1] - first;
    const uint32_t behind = adds ? first : first + width;
    if (adds) set_defaults(world, to, into.columns, into.row, component);
    pass_mixed(into, hole, last, first, from->column_bytes);
    if (!adds) orr__row_copy(out + first, hole.row, tail + first, last.row, width, from->column_bytes + first);
    into.columns += adds ? first + width : first;
    hole.columns += behind;
    last.columns += behind;
    pass_mixed(into, hole, last, from->column_count - behind, from->column_bytes + behind);
}

uint64_t orr__table_move(orr_world *world, orr__table *from, orr__slot *slot, orr__table *to, orr_component component)
{
    const uint32_t row = slot->row, at = (uint32_t)to->row_count, last = (uint32_t)from->row_count - 1;
    orr__chunk *into = to->chunks[at >> 12], *out = from->chunks[row >> 12], *tail = from->chunks[last >> 12];
    const uint32_t r = at & (ORR__CHUNK_ROWS - 1), h = row & (ORR__CHUNK_ROWS - 1), t = last & (ORR__CHUNK_ROWS - 1);
    const orr_entity entity = out->entity[h], moved = tail->entity[t];
    const at_row hole = { out->columns, h };
    if (to->column_count == from->column_count && from->all_four)
        pass_fours((at_row){ into->columns, r }, hole, (at_row){ tail->columns, t }, from->column_count);
    else
        pass_shifted(world, from, row, to, component);
    into->entity[r] = entity;
    orr__chunk_extend(to, into, r + 1);
    to->row_count = (uint64_t)at + 1;
    if (from->term_count | to->term_count) move_tracked(world, from, row, to, at);
    out->entity[h] = moved;
    orr__slot_at(&world->entities, (uint32_t)(moved >> ORR__GENERATION_BITS))->row = row;
    slot->table = to->index; // after that of the last row, which may be the same
    slot->row = at;
    if (from->term_count && row != last) orr__terms_copy(from, out, h, tail, t);
    orr__table_cut_last(world, from, last);
    return at;
}
