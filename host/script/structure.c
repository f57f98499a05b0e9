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
    const int32_t status = orr_entity_spawn(changing(m), prefab, count, (orr_entity *)(void *)handles);
    to_numbers(handles, status == ORR_OK ? count : 0);
    return changed(m, status);
}

int32_t orr__structure_destroy(orr__machine *m, orr_entity entity)
{
    const int32_t status = orr_entity_destroy(changing(m), &entity, 1);
    return changed(m, status);
}

int32_t orr__structure_add(orr__machine *m, orr_entity entity, uint32_t component)
{
    const int32_t status = orr_entity_add(changing(m), &entity, 1, component);
    return changed(m, status);
}

int32_t orr__structure_remove(orr__machine *m, orr_entity entity, uint32_t component)
{
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
