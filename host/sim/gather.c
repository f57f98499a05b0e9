#include "sim/gather.h"

#include "base/array.h"
#include "base/error.h"
#include "ecs/world.h"

#include <string.h>

static size_t padded(size_t bytes)
{
    return ((bytes + 63u) & ~(size_t)63u) + 64u;
}

orr__gathered *orr__gathers_find(const orr__gathers *gathers, orr_field field)
{
    for (uint32_t i = 0; i < gathers->count; i++) {
        const orr_field *of = &gathers->items[i]->field;
        if (of->component == field.component && of->index == field.index) return gathers->items[i];
    }
    return NULL;
}

orr__gathered *orr__gathers_add(orr_world *world, orr__gathers *gathers, orr_field field)
{
    orr__gathered *gathered = orr__gathers_find(gathers, field);
    if (gathered) return gathered;
    if (orr__array_reserve(&world->alloc, &gathers->items, &gathers->capacity, gathers->count + 1,
                           sizeof *gathers->items) != ORR_OK)
        return NULL;
    gathered = orr__alloc_zero(&world->alloc, sizeof *gathered, 0);
    if (!gathered) return NULL;
    gathered->field = field;
    gathers->items[gathers->count++] = gathered;
    return gathered;
}

/* Room for `bytes` in a block whose old content is not needed. */
static int32_t room(orr_world *world, void **block, size_t *have, size_t bytes)
{
    if (*have >= bytes) return ORR_OK;
    const size_t grown = bytes + bytes / 2;
    void *fresh = orr__alloc_new(&world->alloc, grown, 64);
    if (!fresh) return ORR_E_MEMORY;
    orr__alloc_free(&world->alloc, *block, *have);
    *block = fresh;
    *have = grown;
    return ORR_OK;
}

uint64_t orr__gathers_rows(const orr_world *world, const orr__query *query)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < query->table_count; i++) count += world->tables[query->tables[i]]->row_count;
    return count;
}

size_t orr__gathers_bytes(uint64_t rows, size_t item_bytes)
{
    return padded((size_t)rows * item_bytes);
}

static int32_t make_room(orr_world *world, orr__gathers *gathers, uint64_t count)
{
    void *block = gathers->entity;
    int32_t code = room(world, &block, &gathers->entity_bytes, padded((size_t)count * sizeof(orr_entity)));
    gathers->entity = block;
    for (uint32_t i = 0; code == ORR_OK && i < gathers->count; i++) {
        orr__gathered *gathered = gathers->items[i];
        memcpy(&block, &gathered->out.data, sizeof block);
        code = room(world, &block, &gathered->bytes, padded((size_t)count * gathered->field.bytes));
        gathered->out.data = block;
    }
    return code;
}

/* The copy's memory is the system's own; only jobs see it as constant. */
static void *own(const void *data)
{
    void *pointer;
    memcpy(&pointer, &data, sizeof pointer);
    return pointer;
}

void orr__gathers_copy(const orr_world *world, const orr__query *query, orr_field field, void *to)
{
    uint64_t at = 0;
    for (uint32_t i = 0; i < query->table_count; i++) {
        const orr__table *table = world->tables[query->tables[i]];
        for (uint32_t c = 0; c < table->chunk_count; c++) {
            const orr__chunk *chunk = table->chunks[c];
            if (chunk->count == 0) continue;
            const size_t bytes = field.component ? field.bytes : sizeof(orr_entity);
            const void *from = field.component ? orr__chunk_column(table, chunk, field) : chunk->entity;
            memcpy((char *)to + at * bytes, from, chunk->count * bytes);
            at += chunk->count;
        }
    }
    /* a defined value past the end, for vectors that read over it */
    memset((char *)to + at * (field.component ? field.bytes : sizeof(orr_entity)), 0, 64);
}

int32_t orr__gathers_fill(orr_world *world, orr__gathers *gathers, const orr__query *query)
{
    const uint64_t count = orr__gathers_rows(world, query);
    const int32_t code = make_room(world, gathers, count);
    if (code != ORR_OK)
        return orr__fail_more("copying %u fields of %llu rows", gathers->count, (unsigned long long)count);
    orr__gathers_copy(world, query, (orr_field){ 0 }, gathers->entity);
    for (uint32_t k = 0; k < gathers->count; k++) {
        orr__gathered *gathered = gathers->items[k];
        orr__gathers_copy(world, query, gathered->field, own(gathered->out.data));
        gathered->out.entity = gathers->entity;
        gathered->out.count = count;
    }
    return ORR_OK;
}

void orr__gathers_fini(orr_world *world, orr__gathers *gathers)
{
    for (uint32_t i = 0; i < gathers->count; i++) {
        orr__alloc_free(&world->alloc, own(gathers->items[i]->out.data), gathers->items[i]->bytes);
        orr__alloc_free(&world->alloc, gathers->items[i], sizeof *gathers->items[i]);
    }
    orr__array_free(&world->alloc, &gathers->items, &gathers->capacity, sizeof *gathers->items);
    orr__alloc_free(&world->alloc, gathers->entity, gathers->entity_bytes);
    memset(gathers, 0, sizeof *gathers);
}
