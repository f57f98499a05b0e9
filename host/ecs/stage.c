#include "ecs/stage.h"

#include "base/arena.h"
#include "base/error.h"
#include "ecs/chunk.h"
#include "ecs/world.h"

#include <string.h>

enum { LINE = 64, FEW = 8, ARENA_STAGE_BYTES = 4096 };

/* ---- stages ------------------------------------------------------------------------------------------------------ */

/* The loops are plain so that compilers make wide stores of them. */
static void fill(void *column, size_t first, size_t count, uint32_t bytes, orr_value value)
{
    switch (bytes) {
    case 1: memset((uint8_t *)column + first, value.u8, count); break;
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

/* Wide columns for wide stages; those of a row or two stand close together. */
static size_t column_bytes(uint32_t count, uint32_t bytes)
{
    const size_t unit = count < FEW ? 16 : LINE;
    return ((size_t)count * bytes + unit - 1) / unit * unit;
}

orr__stage *orr__stage_create_in(orr_world *world, orr_prefab prefab, uint32_t count, struct orr__arena *arena)
{
    const orr__prefab *from = orr__prefab_at(world, prefab);
    if (!from) {
        return NULL;
    }
    const orr__table *table = from->table;
    const size_t unit = count < FEW ? 16 : LINE;
    const size_t head = (sizeof(orr__stage) + table->column_count * sizeof(void *) + unit - 1) / unit * unit;
    size_t bytes = head;
    for (uint32_t i = 0; i < table->column_count; i++) {
        bytes += column_bytes(count, table->column_bytes[i]);
    }
    const bool in_arena = arena && bytes <= ARENA_STAGE_BYTES;
    char *block = in_arena ? orr__arena_new(arena, bytes, unit) : orr__alloc_new(&world->alloc, bytes, unit);
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
        at += column_bytes(count, table->column_bytes[i]);
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
    const orr__table *table = orr__prefab_at(world, stage->prefab)->table;
    const uint32_t at = orr__table_component(table, field.component);
    return at == ORR__NO_COLUMN ? NULL : stage->columns[table->first_column[at] + field.index];
}

/* ---- spawning ---------------------------------------------------------------------------------------------------- */

/* Tells the hooks of the table's components, chunk by chunk. */
static int32_t tell(orr_world *world, const orr__table *table, uint64_t first, uint64_t count)
{
    int32_t result = ORR_OK;
    for (uint32_t i = 0; i < table->component_count; i++) {
        const orr_component component = table->components[i];
        if (!(world->components[component - 1].hooked & (1u << ORR_HOOK_ADD))) {
            continue;
        }
        for (uint64_t row = first; row < first + count;) {
            const uint32_t some = orr__chunk_span(row, first + count - row);
            const orr_entity *entities = orr__table_chunk(table, row)->entity + (row & (ORR__CHUNK_ROWS - 1));
            const int32_t told = world->gained(world, entities, some, component);
            result = result != ORR_OK ? result : told;
            row += some;
        }
    }
    return result;
}

static inline orr__table *table_of(orr_world *world, orr__prefab *prefab)
{
    return prefab->home ? prefab->home : orr__prefab_table(world, prefab);
}

/* One row: nothing that is made for many. */
static inline void fill_row(const orr__table *table, uint64_t row, const orr_value *values)
{
    const orr__chunk *chunk = orr__table_chunk(table, row);
    const size_t at = row & (ORR__CHUNK_ROWS - 1);
    const uint32_t count = table->column_count;
    if (table->all_four) {
        for (uint32_t i = 0; i < count; i++) {
            ((uint32_t *)chunk->columns[i])[at] = values[i].u32;
        }
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        void *column = chunk->columns[i];
        switch (table->column_bytes[i]) {
        case 4: ((uint32_t *)column)[at] = values[i].u32; break;
        case 8: ((uint64_t *)column)[at] = values[i].u64; break;
        case 1: ((uint8_t *)column)[at] = values[i].u8; break;
        default: ((uint16_t *)column)[at] = values[i].u16; break;
        }
    }
}

/* Rows from `first` on get the stage's columns, or the prefab's values. */
static void fill_rows(const orr__table *table, uint64_t first, uint32_t count, const orr_value *values,
                      void *const *columns)
{
    for (uint32_t done = 0; done < count;) {
        const uint64_t row = first + done;
        const uint32_t at = (uint32_t)row & (ORR__CHUNK_ROWS - 1), some = orr__chunk_span(row, count - done);
        const orr__chunk *chunk = orr__table_chunk(table, row);
        for (uint32_t i = 0; i < table->column_count; i++) {
            const uint32_t bytes = table->column_bytes[i];
            if (columns) {
                memcpy((char *)chunk->columns[i] + (size_t)at * bytes, (char *)columns[i] + (size_t)done * bytes,
                       (size_t)some * bytes);
            } else {
                fill(chunk->columns[i], at, some, bytes, values[i]);
            }
        }
        done += some;
    }
}

static int32_t spawn(orr_world *world, orr__prefab *prefab, uint32_t count, void *const *columns,
                     const orr_entity *reserved, orr_entity *handles)
{
    orr__table *table = table_of(world, prefab);
    int32_t result = !table ? orr__error_code() : reserved ? ORR_OK : orr__entity_room(world, count);
    if (result == ORR_OK) {
        result = orr__table_room(world, table, count);
    }
    if (result != ORR_OK) {
        return orr__fail_more("spawning %u", (unsigned)count);
    }
    const uint64_t first =
        reserved ? orr__table_append(world, table, reserved, count) : orr__table_spawn(world, table, count, handles);
    fill_rows(table, first, count, prefab->values, columns);
    if (reserved && handles) {
        memcpy(handles, reserved, count * sizeof *handles);
    }
    return world->gained ? tell(world, table, first, count) : ORR_OK;
}

int32_t orr__stage_spawn(orr_world *world, const orr__stage *stage, const orr_entity *reserved, orr_entity *handles)
{
    if (stage->count == 0) {
        return ORR_OK;
    }
    return spawn(world, world->prefabs[stage->prefab - 1], stage->count, stage->columns, reserved, handles);
}

/* One entity with the prefab's values: the same, without what only many need. */
static inline int32_t spawn_one(orr_world *world, orr__prefab *prefab, orr_entity *handle)
{
    orr__table *table = table_of(world, prefab);
    const orr__entities *all = &world->entities;
    int32_t result = !table ? orr__error_code() : all->free_count ? ORR_OK : orr__entity_room(world, 1);
    if (result == ORR_OK && table->row_count == table->row_capacity) {
        result = orr__table_room(world, table, 1);
    }
    if (result != ORR_OK) {
        return orr__fail_more("spawning 1");
    }
    const uint64_t row = orr__table_spawn(world, table, 1, handle);
    fill_row(table, row, prefab->values);
    return world->gained ? tell(world, table, row, 1) : ORR_OK;
}

int32_t orr_entity_spawn(orr_world *world, orr_prefab prefab, uint32_t count, orr_entity *handles)
{
    if (orr__world_is_foreign(world)) {
        return orr__world_refuse("orr_entity_spawn");
    }
    if (world->locked) {
        return orr__world_unlocked_c(world, "spawn");
    }
    const bool late = atomic_load_explicit(&world->late, memory_order_relaxed);
    const bool known = !late && prefab - 1 < world->prefab_count;
    orr__prefab *from = known ? world->prefabs[prefab - 1] : orr__prefab_at(world, prefab);
    if (!from) return ORR_E_NOT_FOUND;
    if (count == 1) {
        return orr__world_settle(world, spawn_one(world, from, handles));
    }
    return count == 0 ? ORR_OK : orr__world_settle(world, spawn(world, from, count, NULL, NULL, handles));
}
