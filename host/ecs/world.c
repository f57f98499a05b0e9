#include "ecs/world.h"

#include "base/error.h"

orr_world *orr__world_create(const orr_allocator *allocator)
{
    orr__alloc first;
    orr__alloc_init(&first, allocator);
    orr_world *world = orr__alloc_zero(&first, sizeof *world, 64);
    if (!world) return NULL;
    orr__alloc_init(&world->alloc, allocator);
    world->alloc.live_bytes = sizeof *world; // the world counts itself
    world->alloc.live_blocks = 1;
    atomic_flag_clear(&world->prefabs_lock);
    atomic_flag_clear(&world->queries_lock);
    orr__entity_init(world);
    if (!orr__table_of(world, NULL, 0)) {
        orr__world_destroy(world);
        return NULL;
    }
    return world;
}

void orr__world_destroy(orr_world *world)
{
    if (!world) return;
    orr__prefab_fini(world);
    orr__lattice_fini(world);
    orr__query_fini(world);
    orr__tracker_fini(world);
    orr__table_fini(world);
    orr__entity_fini(world);
    orr__component_fini(world);
    ORR__ASSERT(world->alloc.live_blocks == 1);
    orr__alloc last;
    orr__alloc_init(&last, &world->alloc.hooks);
    last.live_bytes = sizeof *world;
    last.live_blocks = 1;
    orr__alloc_free(&last, world, sizeof *world);
}

int32_t orr__world_refuse(const char *call)
{
    return orr__fail(ORR_E_LOCKED,
                     "%s: the world runs free on a thread of its own; stop it first (orr_world_stop), or hand the "
                     "call over (orr_world_post)",
                     call);
}

int32_t orr__world_unlocked(const orr_world *world, const char *call)
{
    if (!world->locked) return ORR_OK;
    return orr__fail(ORR_E_LOCKED, "world:%s cannot be called while system '%s' runs; record it with ctx:%s", call,
                     world->locked_by ? world->locked_by : "?", call);
}

int32_t orr__world_unlocked_c(const orr_world *world, const char *call)
{
    if (!world->locked) return ORR_OK;
    return orr__fail(ORR_E_LOCKED, "orr_entity_%s cannot be called while system '%s' runs; record it with orr_patch_%s",
                     call, world->locked_by ? world->locked_by : "?", call);
}

bool orr__world_may(const orr_world *world, orr_component component, bool write)
{
    return !world->may || world->may(world, component, write) == ORR_OK;
}

uint64_t orr_world_entity_count(const orr_world *world)
{
    return world->entities.alive;
}

uint64_t orr_world_dropped(const orr_world *world)
{
    return world->dropped;
}

orr_world_memory orr_world_memory_used(const orr_world *world)
{
    orr_world_memory used = { .total_bytes = world->alloc.live_bytes, .table_count = world->table_count };
    for (uint32_t t = 0; t < world->table_count; t++) {
        const orr__table *table = world->tables[t];
        used.chunk_count += table->chunk_count;
        used.field_bytes += table->row_count * table->row_bytes;
        for (uint32_t c = 0; c < table->chunk_count; c++) used.chunk_bytes += table->chunks[c]->bytes;
    }
    return used;
}
