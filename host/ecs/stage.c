#include "ecs/stage.h"

#include "base/arena.h"
#include "base/error.h"
#include "ecs/world.h"

#include <string.h>

enum { LINE = 64, ARENA_STAGE_BYTES = 4096 };

/* ---- stages ------------------------------------------------------------------------------------------------------ */

/* The loops are plain so that compilers make wide stores of them. */
static void fill(void *column, size_t first, size_t count, uint32_t bytes, orr_value value)
{
    switch (bytes) {
    case 1:
        memset((uint8_t *)column + first, value.u8, count);
        break;
    case 2: {
        uint16_t *at = (uint16_t *)column + first;
        for (size_t i = 0; i < count; i++) {
            at[i] = value.u16;
        }
        break;
    }
    case 4: {
        uint32_t *at = (uint32_t *)column + first;
        for (size_t i = 0; i < count; i++) {
            at[i] = value.u32;
        }
        break;
    }
    default: {
        uint64_t *at = (uint64_t *)column + first;
        for (size_t i = 0; i < count; i++) {
            at[i] = value.u64;
        }
        break;
    }
    }
}

static size_t lines(size_t bytes)
{
    return (bytes + LINE - 1) / LINE * LINE;
}

orr__stage *orr__stage_create_in(orr_world *world, orr_prefab prefab, uint32_t count, struct orr__arena *arena)
{
    const orr__prefab *from = orr__prefab_at(world, prefab);
    if (!from) {
        return NULL;
    }
    const orr__table *table = from->table;
    const size_t head = lines(sizeof(orr__stage) + table->column_count * sizeof(void *));
    size_t bytes = head;
    for (uint32_t i = 0; i < table->column_count; i++) {
        bytes += lines((size_t)count * table->column_bytes[i]) + LINE;
    }
    const bool in_arena = arena && bytes <= ARENA_STAGE_BYTES;
    char *block = in_arena ? orr__arena_new(arena, bytes, LINE) : orr__alloc_new(&world->alloc, bytes, LINE);
    if (!block) {
        orr__fail_more("%u rows to spawn", (unsigned)count);
        return NULL;
    }
    orr__stage *stage = (orr__stage *)(void *)block;
    *stage = (orr__stage){
        .prefab = prefab,
        .count = count,
        .bytes = in_arena ? 0 : bytes,
        .columns = (void **)(void *)(block + sizeof(orr__stage)),
    };
    char *at = block + head;
    for (uint32_t i = 0; i < table->column_count; i++) {
        stage->columns[i] = at;
        at += lines((size_t)count * table->column_bytes[i]) + LINE;
        fill(stage->columns[i], 0, count, table->column_bytes[i], from->values[i]);
    }
    return stage;
}

orr__stage *orr__stage_create(orr_world *world, orr_prefab prefab, uint32_t count)
{
    return orr__stage_create_in(world, prefab, count, NULL);
}

void orr__stage_destroy(orr_world *world, orr__stage *stage)
{
    if (stage && stage->bytes) {
        orr__alloc_free(&world->alloc, stage, stage->bytes);
    }
}

void *orr__stage_column(const orr_world *world, const orr__stage *stage, orr_field field)
{
    const orr__table *table = world->prefabs[stage->prefab - 1]->table;
    const uint32_t at = orr__table_component(table, field.component);
    return at == ORR__NO_COLUMN ? NULL : stage->columns[table->first_column[at] + field.index];
}
