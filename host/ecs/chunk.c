#include "ecs/chunk.h"

#include "base/array.h"
#include "base/bitset.h"
#include "base/error.h"
#include "ecs/world.h"

#include <string.h>

enum { ALIGNMENT = 64, PADDING = 64, LINE_ROWS = 16 };

enum { PAGED_FROM = 8 }; // chunks of a table: small worlds take no regions of 2 MiB

static size_t aligned(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

static size_t words_bytes(uint32_t capacity)
{
    return capacity / 64 * sizeof(uint64_t);
}

// ---- one chunk ------------------------------------------------------------------------------------------------------

static size_t head_bytes(const orr__table *table)
{
    return aligned(sizeof(orr__chunk) + ((size_t)table->column_count + table->component_count) * sizeof(void *));
}

static size_t chunk_bytes(const orr__table *table, uint32_t capacity)
{
    size_t bytes = head_bytes(table) + aligned((size_t)capacity * sizeof(orr_entity) + PADDING);
    for (uint32_t i = 0; i < table->column_count; i++) {
        bytes += aligned((size_t)capacity * table->column_bytes[i] + PADDING);
    }
    return bytes + table->component_count * words_bytes(capacity);
}

size_t orr__chunk_tracked_bytes(uint32_t term_capacity, uint32_t capacity)
{
    return term_capacity * (sizeof(uint64_t *) + sizeof(uint64_t) + words_bytes(capacity));
}

// Tracker words for `term_capacity` terms, all clear.
static void **tracked_create(orr_world *world, uint32_t term_capacity, uint32_t capacity)
{
    void **block = orr__alloc_zero(&world->alloc, orr__chunk_tracked_bytes(term_capacity, capacity), ALIGNMENT);
    if (!block) return NULL;
    char *words = (char *)(block + term_capacity) + term_capacity * sizeof(uint64_t);
    for (uint32_t i = 0; i < term_capacity; i++) block[i] = words + i * words_bytes(capacity);
    return block;
}

static void tracked_set(orr__chunk *chunk, void **block, uint32_t term_capacity)
{
    chunk->tracked = (uint64_t **)block;
    chunk->tracked_summary = block ? (uint64_t *)(block + term_capacity) : NULL;
}

static void release(orr_world *world, orr__chunk *chunk)
{
    if (chunk->paged)
        orr__alloc_pages_free(&world->alloc, chunk, chunk->bytes);
    else
        orr__alloc_free(&world->alloc, chunk, chunk->bytes);
}

// Memory for a chunk; of its head only `paged` is set.
static orr__chunk *allocate(orr_world *world, const orr__table *table, size_t bytes)
{
    const bool paged = table->chunk_count >= PAGED_FROM;
    orr__chunk *chunk =
        paged ? orr__alloc_pages(&world->alloc, bytes) : orr__alloc_new(&world->alloc, bytes, ALIGNMENT);
    if (chunk) chunk->paged = paged;
    return chunk;
}

// Whole chunks that were emptied wait for the next table that needs one of their size: a heap would give their pages
// back to the system and fetch them again, which costs more than all else about spawning.
static orr__chunk *take_spare(orr_world *world, size_t bytes)
{
    for (orr__chunk **link = &world->spares; *link; link = &(*link)->next_spare) {
        orr__chunk *chunk = *link;
        if (chunk->bytes != bytes) continue;
        *link = chunk->next_spare;
        world->spare_bytes -= bytes;
        return chunk;
    }
    return NULL;
}

static bool keep_spare(orr_world *world, orr__chunk *chunk)
{
    if (chunk->capacity != ORR__CHUNK_ROWS || world->spare_bytes + chunk->bytes > ORR__SPARE_BYTES) return false;
    chunk->next_spare = world->spares;
    world->spares = chunk;
    world->spare_bytes += chunk->bytes;
    return true;
}

void orr__chunk_free_spares(orr_world *world)
{
    while (world->spares) {
        orr__chunk *chunk = world->spares;
        world->spares = chunk->next_spare;
        release(world, chunk);
    }
    world->spare_bytes = 0;
}

void orr__chunk_new_lines(const orr__table *table, orr__chunk *chunk, uint32_t end)
{
    const uint32_t next = (end + (LINE_ROWS - 1)) & ~(uint32_t)(LINE_ROWS - 1);
    for (uint32_t i = 0; i < table->column_count && end < next; i++) {
        const size_t bytes = table->column_bytes[i];
        memset((char *)chunk->columns[i] + end * bytes, 0, (next - end) * bytes);
    }
    chunk->reached = next;
}

orr__chunk *orr__chunk_create(orr_world *world, const orr__table *table, uint32_t capacity)
{
    const size_t bytes = chunk_bytes(table, capacity);
    orr__chunk *chunk = capacity == ORR__CHUNK_ROWS ? take_spare(world, bytes) : NULL;
    if (!chunk) chunk = allocate(world, table, bytes);
    if (!chunk && world->spares) { // of other sizes
        orr__chunk_free_spares(world);
        chunk = allocate(world, table, bytes);
    }
    if (!chunk) return NULL;
    const bool paged = chunk->paged;
    memset(chunk, 0, sizeof *chunk);
    chunk->paged = paged;
    chunk->capacity = capacity;
    chunk->bytes = bytes;
    chunk->changed = (uint64_t **)(chunk->columns + table->column_count);
    char *at = (char *)chunk + head_bytes(table);
    chunk->entity = (orr_entity *)at;
    at += aligned((size_t)capacity * sizeof(orr_entity) + PADDING);
    for (uint32_t i = 0; i < table->column_count; i++) {
        chunk->columns[i] = at;
        at += aligned((size_t)capacity * table->column_bytes[i] + PADDING);
    }
    memset(at, 0, table->component_count * words_bytes(capacity));
    for (uint32_t i = 0; i < table->component_count; i++) {
        chunk->changed[i] = (uint64_t *)at;
        at += words_bytes(capacity);
    }
    if (table->term_capacity) {
        void **block = tracked_create(world, table->term_capacity, capacity);
        if (!block) {
            release(world, chunk);
            return NULL;
        }
        tracked_set(chunk, block, table->term_capacity);
    }
    return chunk;
}

void orr__chunk_destroy(orr_world *world, const orr__table *table, orr__chunk *chunk)
{
    if (table->term_capacity) {
        orr__alloc_free(&world->alloc, chunk->tracked, orr__chunk_tracked_bytes(table->term_capacity, chunk->capacity));
    }
    if (!keep_spare(world, chunk)) release(world, chunk);
}

// ---- room -----------------------------------------------------------------------------------------------------------

static void copy_rows(const orr__table *table, const orr__chunk *from, orr__chunk *to)
{
    const uint32_t count = from->count, words = orr__bits_words(count);
    orr__chunk_extend(table, to, count);
    memcpy(to->entity, from->entity, count * sizeof *to->entity);
    for (uint32_t i = 0; i < table->column_count; i++) {
        memcpy(to->columns[i], from->columns[i], (size_t)count * table->column_bytes[i]);
    }
    for (uint32_t i = 0; i < table->term_count; i++) {
        memcpy(to->tracked[i], from->tracked[i], words * sizeof(uint64_t));
        to->tracked_summary[i] = from->tracked_summary[i];
    }
}

// The first chunk with room for `total` rows, a power of two between 64 and 4096.
static int32_t grow_first(orr_world *world, orr__table *table, uint64_t total)
{
    uint32_t capacity = ORR__CHUNK_FIRST;
    while (capacity < total && capacity < ORR__CHUNK_ROWS) capacity *= 2;
    orr__chunk *chunk = orr__chunk_create(world, table, capacity);
    if (!chunk) return ORR_E_MEMORY;
    if (table->chunk_count) {
        copy_rows(table, table->chunks[0], chunk);
        orr__chunk_destroy(world, table, table->chunks[0]);
    } else {
        table->chunk_count = 1;
    }
    table->chunks[0] = chunk;
    table->row_capacity = capacity;
    world->version++;
    return ORR_OK;
}

static int32_t add_chunks(orr_world *world, orr__table *table, uint32_t needed)
{
    const uint32_t before = table->chunk_count;
    while (table->chunk_count < needed) {
        orr__chunk *chunk = orr__chunk_create(world, table, ORR__CHUNK_ROWS);
        if (!chunk) {
            orr__table_shrink(world, table, before);
            return ORR_E_MEMORY;
        }
        table->chunks[table->chunk_count++] = chunk;
        table->row_capacity += ORR__CHUNK_ROWS;
    }
    return ORR_OK;
}

int32_t orr__table_room(orr_world *world, orr__table *table, uint64_t count)
{
    const uint64_t total = table->row_count + count;
    if (total <= table->row_capacity) return ORR_OK;
    if (count > UINT32_MAX || total > UINT32_MAX) {
        return orr__fail(ORR_E_LIMIT, "a table has room for %u entities, not for %llu", UINT32_MAX,
                         (unsigned long long)total);
    }
    const uint32_t needed = (uint32_t)((total + ORR__CHUNK_ROWS - 1) / ORR__CHUNK_ROWS);
    int32_t code =
        orr__array_reserve(&world->alloc, &table->chunks, &table->chunk_capacity, needed, sizeof *table->chunks);
    if (!code && table->row_capacity < ORR__CHUNK_ROWS) code = grow_first(world, table, total);
    return code ? code : add_chunks(world, table, needed);
}

void orr__table_shrink(orr_world *world, orr__table *table, uint32_t keep)
{
    while (table->chunk_count > keep && table->chunks[table->chunk_count - 1]->count == 0) {
        orr__chunk *chunk = table->chunks[--table->chunk_count];
        table->row_capacity -= chunk->capacity;
        orr__chunk_destroy(world, table, chunk);
    }
}

void orr__table_settle_chunks(orr_world *world, orr__table *table)
{
    const uint32_t used = (uint32_t)((table->row_count + ORR__CHUNK_ROWS - 1) / ORR__CHUNK_ROWS);
    if (table->chunk_count <= used + (used == 0)) return;
    const uint64_t in_last = used ? table->row_count - (uint64_t)(used - 1) * ORR__CHUNK_ROWS : ORR__CHUNK_ROWS;
    orr__table_shrink(world, table, used + (in_last > ORR__CHUNK_ROWS / 2));
}

void orr__table_trim(orr_world *world, orr__table *table)
{
    const uint32_t before = table->chunk_count;
    orr__table_shrink(world, table, 0);
    orr__chunk_free_spares(world);
    if (table->chunk_count != before) world->version++;
}

// ---- terms ----------------------------------------------------------------------------------------------------------

// Moves the words of the terms that there are into a larger block.
static void retrack(const orr__table *table, orr__chunk *chunk, void **block, uint32_t term_capacity)
{
    orr__chunk old = *chunk;
    tracked_set(chunk, block, term_capacity);
    for (uint32_t i = 0; i < table->term_count; i++) {
        memcpy(chunk->tracked[i], old.tracked[i], words_bytes(chunk->capacity));
        chunk->tracked_summary[i] = old.tracked_summary[i];
    }
}

// Room for twice as many terms in the table and in all its chunks, all or nothing.
static int32_t grow_terms(orr_world *world, orr__table *table)
{
    const uint32_t capacity = table->term_capacity ? table->term_capacity * 2 : 1, count = table->chunk_count;
    orr__term *terms = orr__alloc_new(&world->alloc, capacity * sizeof *terms, 0);
    void ***blocks = count ? orr__alloc_zero(&world->alloc, count * sizeof *blocks, 0) : NULL;
    bool fine = terms && (blocks || !count);
    for (uint32_t i = 0; fine && i < count; i++) {
        blocks[i] = tracked_create(world, capacity, table->chunks[i]->capacity);
        fine = blocks[i] != NULL;
    }
    for (uint32_t i = 0; blocks && i < count; i++) {
        orr__chunk *chunk = table->chunks[i];
        void *unused = fine ? (void *)chunk->tracked : (void *)blocks[i];
        const size_t bytes = orr__chunk_tracked_bytes(fine ? table->term_capacity : capacity, chunk->capacity);
        if (fine) retrack(table, chunk, blocks[i], capacity);
        if (unused) orr__alloc_free(&world->alloc, unused, bytes);
    }
    if (blocks) orr__alloc_free(&world->alloc, blocks, count * sizeof *blocks);
    if (!fine) {
        if (terms) orr__alloc_free(&world->alloc, terms, capacity * sizeof *terms);
        return ORR_E_MEMORY;
    }
    if (table->term_count) memcpy(terms, table->terms, table->term_count * sizeof *terms);
    if (table->terms) orr__alloc_free(&world->alloc, table->terms, table->term_capacity * sizeof *terms);
    table->terms = terms;
    table->term_capacity = capacity;
    return ORR_OK;
}

int32_t orr__table_track(orr_world *world, orr__table *table, orr_tracker tracker, orr_component component, bool all)
{
    if (table->term_count == table->term_capacity) {
        const int32_t code = grow_terms(world, table);
        if (code) return code;
    }
    const uint32_t at = table->term_count++;
    table->terms[at].tracker = tracker;
    table->terms[at].component_at = (uint16_t)orr__table_component(table, component);
    for (uint32_t i = 0; i < table->chunk_count; i++) {
        orr__chunk *chunk = table->chunks[i];
        memset(chunk->tracked[at], 0, words_bytes(chunk->capacity));
        chunk->tracked_summary[at] = 0;
        if (!all || !chunk->count) continue;
        orr__bits_set_range(chunk->tracked[at], 0, chunk->count);
        orr__bits_set_range(&chunk->tracked_summary[at], 0, orr__bits_words(chunk->count));
    }
    return ORR_OK;
}

// The words of a dropped term go to the end, where the next one finds them.
static void untrack(orr__table *table, uint32_t at)
{
    const uint32_t after = --table->term_count - at;
    memmove(table->terms + at, table->terms + at + 1, after * sizeof *table->terms);
    for (uint32_t i = 0; i < table->chunk_count; i++) {
        orr__chunk *chunk = table->chunks[i];
        uint64_t *words = chunk->tracked[at];
        memmove(chunk->tracked + at, chunk->tracked + at + 1, after * sizeof *chunk->tracked);
        memmove(chunk->tracked_summary + at, chunk->tracked_summary + at + 1, after * sizeof(uint64_t));
        chunk->tracked[table->term_count] = words;
    }
}

void orr__table_untrack(orr_world *world, orr__table *table, orr_tracker tracker)
{
    (void)world;
    for (uint32_t i = table->term_count; i-- > 0;) {
        if (table->terms[i].tracker == tracker) untrack(table, i);
    }
}
