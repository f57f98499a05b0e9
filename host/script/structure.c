#include "script/structure.h"

#include <string.h>

#include "base/error.h"
#include "ecs/world.h"
#include "script/loop.h"
#include "script/machine.h"
#include "sim/sim.h"

/* Handles and numbers have the same size: converted in place. */
static void to_numbers(double *handles, uint32_t count)
{
    for (uint32_t i = 0; handles && i < count; i++) {
        orr_entity entity = 0;
        memcpy(&entity, &handles[i], sizeof entity);
        handles[i] = (double)entity;
    }
}

/* A system on workers may run while nothing is locked, on a thread that is not to look whether it is. */
static int32_t refuse(const orr__machine *m, const char *call)
{
    if (!m->worker || !m->run || !m->run->system) return ORR_OK;
    return orr__fail(ORR_E_LOCKED, "world:%s cannot be called while system '%s' runs; record it with ctx:%s", call,
                     m->run->system->name, call);
}

int32_t orr__structure_may(const orr__machine *m, const char *call)
{
    const int32_t status = refuse(m, call);
    return status == ORR_OK ? orr__world_unlocked(m->world, call) : status;
}

/* What every change begins with: add hooks follow the call itself, and must see no views of what was. */
static orr_world *changing(orr__machine *m)
{
    orr__loop_structure_changed(m);
    return m->world;
}

/* What every change ends with: loops see no rows any more; outside of ticks, add hooks and what they record follow. */
static int32_t changed(orr__machine *m, int32_t status)
{
    orr__loop_structure_changed(m);
    const orr__sim *sim = m->world->sim;
    if (status != ORR_OK || sim->stepping || sim->hooks.count == 0 || m->world->locked) return status;
    return orr__hooks_run(m->world, false);
}

int32_t orr__structure_spawn(orr__machine *m, uint32_t prefab, uint32_t count, double *handles)
{
    if (refuse(m, "spawn") != ORR_OK) return ORR_E_LOCKED;
    const int32_t status = orr_entity_spawn(changing(m), prefab, count, (orr_entity *)(void *)handles);
    to_numbers(handles, status == ORR_OK ? count : 0);
    return changed(m, status);
}

void orr__structure_fill(const orr__machine *m, const orr__stage *stage)
{
    for (uint32_t i = 0; i < m->value_count; i++) {
        void *column = orr__stage_column(m->world, stage, m->values[i].field);
        for (uint32_t row = 0; column && row < stage->count; row++) {
            orr__value_store(column, row, m->values[i].field.type, m->values[i].value);
        }
    }
}

/* Hooks of tools must find the values: they are put into a stage first. */
static int32_t spawn_staged(orr__machine *m, uint32_t prefab, double *handle)
{
    orr_world *world = changing(m);
    int32_t status = orr__structure_may(m, "spawn");
    orr__stage *stage = status == ORR_OK ? orr__stage_create(world, prefab, 1) : NULL;
    if (!stage) return orr__error_code();
    orr__structure_fill(m, stage);
    status = orr__stage_spawn(world, stage, NULL, (orr_entity *)(void *)handle);
    orr__stage_destroy(world, stage);
    to_numbers(handle, status == ORR_OK ? 1 : 0);
    return changed(m, status);
}

int32_t orr__structure_spawn_with(orr__machine *m, uint32_t prefab, double *handle)
{
    const orr_world *world = m->world;
    if (world->sim->hooks.count) return spawn_staged(m, prefab, handle);
    const int32_t status = orr__structure_spawn(m, prefab, 1, handle);
    if (status != ORR_OK) return status;
    const orr__slot *slot = orr__slot_alive(&world->entities, (orr_entity)*handle);
    const orr__table *table = world->tables[slot->table];
    const orr__chunk *chunk = table->chunks[slot->row / ORR__CHUNK_ROWS];
    for (uint32_t i = 0; i < m->value_count; i++) {
        const orr_field field = m->values[i].field;
        void *column = orr__chunk_column(table, chunk, field);
        if (column) orr__value_store(column, slot->row % ORR__CHUNK_ROWS, field.type, m->values[i].value);
    }
    return ORR_OK;
}

int32_t orr__structure_destroy(orr__machine *m, orr_entity entity)
{
    if (refuse(m, "destroy") != ORR_OK) return ORR_E_LOCKED;
    const int32_t status = orr_entity_destroy(changing(m), &entity, 1);
    return changed(m, status);
}

int32_t orr__structure_add(orr__machine *m, orr_entity entity, uint32_t component)
{
    if (refuse(m, "add") != ORR_OK) return ORR_E_LOCKED;
    const int32_t status = orr_entity_add(changing(m), &entity, 1, component);
    return changed(m, status);
}

int32_t orr__structure_remove(orr__machine *m, orr_entity entity, uint32_t component)
{
    if (refuse(m, "remove") != ORR_OK) return ORR_E_LOCKED;
    const int32_t status = orr_entity_remove(changing(m), &entity, 1, component);
    return changed(m, status);
}

int32_t orr__structure_commit(orr__machine *m, const orr__loop *loop, uint32_t count, double *handles)
{
    orr__stage *stage = orr__loop_take_stage(m, loop);
    if (!stage) return orr__fail(ORR_E_ARGUMENT, "nothing is being spawned");
    int32_t status = orr__world_unlocked(m->world, "spawn");
    if (status == ORR_OK && stage->count != count) status = orr__fail(ORR_E_ARGUMENT, "the spawn has changed its size");
    if (status == ORR_OK) status = orr__stage_spawn(m->world, stage, NULL, (orr_entity *)(void *)handles);
    orr__stage_destroy(m->world, stage);
    to_numbers(handles, status == ORR_OK ? count : 0);
    return changed(m, status);
}
