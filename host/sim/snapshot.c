#include "sim/snapshot.h"

#include "base/bitset.h"
#include "ecs/row.h"
#include "ecs/world.h"
#include "sim/sim.h"

#include <string.h>

enum { ALIGNMENT = 64, PADDING = 64, CHUNK_WORDS = ORR__CHUNK_ROWS / 64 };

static size_t aligned(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

/* ---- freezing ---- */

/* Calls for every component that the system declares and the table has. */
typedef void part_function(void *context, const orr__table *table, uint32_t at, uint32_t mode);

static void each_part(const orr__system *system, const orr__table *table, part_function *function, void *context)
{
    for (uint32_t i = 0; i < system->access.count; i++) {
        const orr__access *access = &system->access.items[i];
        if (access->kind != ORR__ACCESS_COMPONENT) break; /* the lowest kind */
        if (!(access->mode & (ORR_READ | ORR_WRITE | ORR_MARK))) continue;
        const uint32_t at = orr__table_component(table, access->id);
        if (at != ORR__NO_COLUMN) function(context, table, at, access->mode);
    }
}

typedef struct copy {
    const orr__chunk *from;
    orr__chunk *to; /* NULL: only measure */
    char *at;       /* room for columns */
    uint64_t *words;
    size_t bytes, word_count; /* of both */
    bool late;                /* what is only read is copied, too */
} copy;

static void add_part(void *context, const orr__table *table, uint32_t at, uint32_t mode)
{
    copy *c = context;
    const bool written = mode & (ORR_WRITE | ORR_MARK);
    for (uint32_t i = table->first_column[at]; i < table->first_column[at + 1]; i++) {
        const size_t size = (size_t)c->from->count * table->column_bytes[i];
        if (!written && !c->late) {
            if (c->to) c->to->columns[i] = c->from->columns[i];
            continue;
        }
        const size_t room = aligned(size + PADDING);
        c->bytes += room;
        if (!c->to) continue;
        c->to->columns[i] = c->at;
        memcpy(c->at, c->from->columns[i], size);
        memset(c->at + size, 0, room - size);
        c->at += room;
    }
    if (!written) return;
    const size_t words = c->from->capacity / 64;
    c->word_count += words;
    if (!c->to) return;
    c->to->changed[at] = c->words;
    c->words += words;
}

/* Heads and changed words of all chunks stand close together, for a commit looks at these first. */
static orr__chunk *new_head(orr_run *run, const orr__table *table, const orr__chunk *chunk, copy *c)
{
    const size_t pointers = (size_t)table->column_count + table->component_count;
    const size_t head = aligned(sizeof(orr__chunk) + pointers * sizeof(void *));
    const size_t bytes = head + c->word_count * sizeof(uint64_t);
    orr__chunk *to = orr__arena_new(&run->arena, bytes, ALIGNMENT);
    if (!to) return NULL;
    memset(to, 0, bytes);
    to->count = chunk->count;
    to->capacity = chunk->capacity;
    to->bytes = bytes;
    to->changed = (uint64_t **)(to->columns + table->column_count);
    c->words = (uint64_t *)(void *)((char *)to + head);
    return to;
}

orr__chunk *orr__snapshot_freeze(orr__system *system, const orr__table *table, const orr__chunk *chunk)
{
    orr_run *run = &system->run;
    copy c = { .from = chunk, .late = system->latency > 0 };
    each_part(system, table, add_part, &c);
    const size_t handles = c.late ? aligned(chunk->count * sizeof(orr_entity) + PADDING) : 0;
    orr__chunk *to = new_head(run, table, chunk, &c);
    if (!to) return NULL;
    c.at = orr__arena_new(&run->frozen, handles + c.bytes, ALIGNMENT);
    if (!c.at) return NULL;
    to->entity = chunk->entity;
    if (c.late) {
        to->entity = (orr_entity *)(void *)c.at;
        memcpy(to->entity, chunk->entity, chunk->count * sizeof(orr_entity));
        c.at += handles;
    }
    c.to = to;
    each_part(system, table, add_part, &c);
    return to;
}

/* ---- committing ---- */

/* One component of the rows of one range. */
typedef struct part {
    orr_world *world;
    orr_tracker except; /* the system's own */
    orr_component component;
    orr__table *table; /* where the rows were */
    const orr__chunk *frozen;
    orr__chunk *chunk; /* the chunk in the same place now; NULL: there is none */
    uint32_t at;       /* of the component in the table */
    uint64_t wrote;    /* columns to copy of rows that are where they were: the others are as they were, too */
    bool marked;       /* changed words were handed out */
    bool tracked;
} part;

static void tell(const part *p, orr__table *table, orr__chunk *chunk, uint32_t begin, uint32_t end)
{
    if (p->tracked) orr__tracker_mark(p->world, table, chunk, p->component, begin, end, p->except);
}

/* Rows that are where they were. */
static void copy_rows(const part *p, uint32_t begin, uint32_t end)
{
    for (uint32_t i = p->table->first_column[p->at]; i < p->table->first_column[p->at + 1]; i++) {
        const size_t bytes = p->table->column_bytes[i];
        if (!(p->wrote & orr__range_wrote(i))) continue;
        memcpy((char *)p->chunk->columns[i] + begin * bytes, (const char *)p->frozen->columns[i] + begin * bytes,
               (end - begin) * bytes);
    }
    tell(p, p->table, p->chunk, begin, end);
}

/* One row, wherever its entity is now; 1 when it is dropped. */
static uint64_t copy_row(const part *p, uint32_t row)
{
    const orr_entity entity = p->frozen->entity[row];
    if (p->chunk && row < p->chunk->count && p->chunk->entity[row] == entity) {
        copy_rows(p, row, row + 1);
        return 0;
    }
    const orr__slot *slot = orr__slot_alive(&p->world->entities, entity);
    orr__table *table = slot ? p->world->tables[slot->table] : NULL;
    const uint32_t at = table ? orr__table_component(table, p->component) : ORR__NO_COLUMN;
    if (at == ORR__NO_COLUMN) return 1;
    orr__chunk *chunk = table->chunks[slot->row / ORR__CHUNK_ROWS];
    const uint32_t to = slot->row % ORR__CHUNK_ROWS, from = p->table->first_column[p->at];
    const uint32_t first = table->first_column[at], end = table->first_column[at + 1];
    for (uint32_t i = first; i < end; i++) {
        orr__value_copy(chunk->columns[i], to, p->frozen->columns[from + (i - first)], row, table->column_bytes[i]);
    }
    tell(p, table, chunk, to, to + 1);
    return 0;
}

static uint64_t copy_run(const part *p, uint32_t begin, uint32_t end, bool moved)
{
    if (!moved) {
        copy_rows(p, begin, end);
        return 0;
    }
    uint64_t dropped = 0;
    for (uint32_t row = begin; row < end; row++) dropped += copy_row(p, row);
    return dropped;
}

static bool any_marked(const uint64_t *words, uint32_t begin, uint32_t end)
{
    uint64_t any = 0;
    for (uint32_t w = begin; w < end; w++) any |= words[w];
    return any != 0;
}

/* Numbers of the rows that are marked, from row 0 of the chunk on; returns how many. */
static uint32_t list_rows(const uint64_t *words, uint32_t begin, uint32_t end, uint16_t *rows)
{
    uint32_t count = 0;
    for (uint32_t w = begin / 64; w < (end + 63) / 64; w++) {
        uint64_t word = words[w];
        if (word == 0) continue;
        if (w == end / 64) word &= ((uint64_t)1 << end % 64) - 1;
        for (; word; word &= word - 1) rows[count++] = (uint16_t)(w * 64 + (uint32_t)__builtin_ctzll(word));
    }
    return count;
}

/* Rows that stand far apart are some 100 ns away each: all that are to be copied are asked for before the first is. */
static void fetch_listed(const char *to, const char *from, uint32_t bytes, const uint16_t *rows, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        __builtin_prefetch(from + (size_t)rows[k] * bytes, 0);
        __builtin_prefetch(to + (size_t)rows[k] * bytes, 1);
    }
}

static inline __attribute__((always_inline)) void copy_listed(void *to, const void *from, uint32_t bytes,
                                                              const uint16_t *rows, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) orr__value_copy(to, rows[k], from, rows[k], bytes);
}

/* Rows that are where they were. */
static void copy_columns(const part *p, const uint64_t *words, uint32_t begin, uint32_t end)
{
    enum { SPARSE = 512 }; /* more in a chunk stand so close that the processor finds them by itself */
    uint16_t rows[ORR__CHUNK_ROWS];
    const uint32_t count = list_rows(words, begin, end, rows);
    const uint32_t first = p->table->first_column[p->at], last = p->table->first_column[p->at + 1];
    for (uint32_t i = first; i < last && count < SPARSE; i++) {
        if (p->wrote & orr__range_wrote(i))
            fetch_listed(p->chunk->columns[i], p->frozen->columns[i], p->table->column_bytes[i], rows, count);
    }
    for (uint32_t i = first; i < last; i++) {
        void *to = p->chunk->columns[i];
        const void *from = p->frozen->columns[i];
        if (!(p->wrote & orr__range_wrote(i))) continue;
        switch (p->table->column_bytes[i]) {
        case 1: copy_listed(to, from, 1, rows, count); break;
        case 2: copy_listed(to, from, 2, rows, count); break;
        case 4: copy_listed(to, from, 4, rows, count); break;
        default: copy_listed(to, from, 8, rows, count); break;
        }
    }
}

/* Runs of set bits among rows begin to end, which are whole words but for the last. */
static uint64_t copy_marked(const part *p, const uint64_t *words, uint32_t begin, uint32_t end, bool moved)
{
    uint64_t dropped = 0;
    const uint32_t first_word = begin / 64, end_word = (end + 63) / 64;
    if (!p->marked || !any_marked(words, first_word, end_word)) return 0;
    if (!moved) copy_columns(p, words, begin, end);
    for (uint32_t w = first_word; w < end_word && (moved || p->tracked); w++) {
        for (uint64_t word = words[w]; word;) {
            const uint32_t first = (uint32_t)__builtin_ctzll(word);
            const uint64_t rest = ~(word >> first); /* shifted-in zeros are ones here: a run ends with the word */
            const uint32_t many = rest ? (uint32_t)__builtin_ctzll(rest) : 64;
            const uint32_t row = w * 64 + first;
            if (moved)
                dropped += copy_run(p, row, row + many, true);
            else
                tell(p, p->table, p->chunk, row, row + many);
            if (first + many >= 64) break;
            word &= ~(uint64_t)0 << (first + many);
        }
    }
    return dropped;
}

static uint64_t commit_range(part *p, const orr__system *system, const orr_range *range, bool moved)
{
    uint64_t dropped = 0;
    const orr_rows *rows = &range->rows;
    p->table = range->table;
    p->frozen = range->chunk;
    p->chunk = range->place < range->table->chunk_count ? range->table->chunks[range->place] : NULL;
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (const orr_component *c = pass ? system->marks : system->writes; *c; c++) {
            p->component = *c;
            p->at = orr__table_component(range->table, *c);
            if (p->at == ORR__NO_COLUMN) continue;
            p->tracked = orr__component_at(p->world, *c)->tracker_count > 0;
            dropped += pass ? copy_marked(p, p->frozen->changed[p->at], rows->begin, rows->end, moved)
                            : copy_run(p, rows->begin, rows->end, moved);
        }
    }
    return dropped;
}

/* Pointers that were handed out for one range are good for all of its chunk. Where others may have written meanwhile,
 * a commit overwrites that in all columns. */
static void join_ranges(part *p, const orr_run *run, uint32_t first, uint32_t visited, bool moved)
{
    p->wrote = moved ? UINT64_MAX : 0;
    p->marked = false;
    for (uint32_t i = first; i < visited && run->ranges[i].chunk == run->ranges[first].chunk; i++) {
        p->wrote |= run->ranges[i].wrote;
        p->marked = p->marked || run->ranges[i].marked;
    }
}

/* Heads and changed words of chunks to come. */
static void fetch_head(const orr__system *system, const orr_run *run, uint32_t at, uint32_t visited)
{
    enum { WORDS_AHEAD = 4, HEAD_AHEAD = 8 };
    if (at + HEAD_AHEAD < visited) __builtin_prefetch(run->ranges[at + HEAD_AHEAD].chunk);
    if (at + WORDS_AHEAD >= visited || !run->ranges[at + WORDS_AHEAD].marked) return;
    const orr_range *range = &run->ranges[at + WORDS_AHEAD];
    for (const orr_component *c = system->marks; *c && range->chunk; c++) {
        const uint32_t column = orr__table_component(range->table, *c);
        if (column == ORR__NO_COLUMN) continue;
        const char *words = (const char *)range->chunk->changed[column];
        for (uint32_t line = 0; line < ORR__CHUNK_ROWS / 8; line += 64) __builtin_prefetch(words + line);
    }
}

uint64_t orr__snapshot_commit(orr_world *world, const orr__system *system, const orr_run *run, uint32_t visited,
                              bool moved)
{
    uint64_t dropped = 0;
    part p = { .world = world, .except = system->tracker };
    const orr__chunk *last = NULL;
    for (uint32_t i = 0; i < visited; i++) {
        const orr_range *range = &run->ranges[i];
        if (!range->chunk) continue;
        if (range->chunk != last) join_ranges(&p, run, i, visited, moved);
        last = range->chunk;
        fetch_head(system, run, i, visited);
        dropped += commit_range(&p, system, range, moved);
    }
    return dropped;
}
