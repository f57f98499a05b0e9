#include "script/recorded.h"

#include <float.h>
#include <math.h>

#include "base/error.h"
#include "ecs/world.h"
#include "script/draft.h"
#include "script/handle.h"
#include "script/loop.h"
#include "script/machine.h"
#include "script/structure.h"
#include "sim/sim.h"

int32_t orr__recorded_nowhere(const char *call)
{
    return orr__fail(ORR_E_ARGUMENT, "ctx:%s works only while its system runs", call);
}

int32_t orr__recorded_count(double count, uint32_t *out)
{
    if (!(count >= 1 && count <= 2147483647.0) || floor(count) != count) {
        return orr__fail(ORR_E_RANGE, "%.17g entities cannot be spawned: a whole number from 1 is needed", count);
    }
    *out = (uint32_t)count;
    return ORR_OK;
}

/* The stage of what is recorded to be spawned. */
static int32_t record_spawn(orr__machine *m, uint32_t prefab, double count, orr__stage **stage)
{
    uint32_t many = 0;
    const int32_t status = orr__recorded_count(count, &many);
    if (status != ORR_OK) return status;
    if (!m->run) return orr__recorded_nowhere("spawn");
    if (m->run->tick.substeps > 1) {
        return orr__fail(ORR_E_ACCESS, "a system with substeps records no spawn, destroy, add or remove");
    }
    orr__patches *patches = orr__run_patches(m->run);
    return patches ? orr__patches_spawn(patches, prefab, many, stage) : orr__error_code();
}

int32_t orr__recorded_spawn(orr__machine *m, uint32_t prefab, double count, orr__loop *loop, double *provisional)
{
    orr__stage *stage = NULL;
    const int32_t status = record_spawn(m, prefab, count, &stage);
    if (status != ORR_OK) return status;
    *provisional = (double)stage->provisional;
    if (loop) orr__loop_open_stage(m, loop, stage, false);
    return ORR_OK;
}

int32_t orr__recorded_spawn_with(orr__machine *m, uint32_t prefab, double count, double *provisional)
{
    orr__stage *stage = NULL;
    const int32_t status = record_spawn(m, prefab, count, &stage);
    if (status != ORR_OK) return status;
    *provisional = (double)stage->provisional;
    orr__structure_fill(m, stage);
    orr__run_spawn_key(m->run); /* it counts among the spawns with a fill, which have random numbers */
    return ORR_OK;
}

int32_t orr__recorded_destroy(orr__machine *m, double entity)
{
    int64_t handle = 0;
    if (!m->run) return orr__recorded_nowhere("destroy");
    const int32_t status = orr__handle_of(entity, &handle);
    return status == ORR_OK ? orr_patch_destroy(m->run, handle) : status;
}

int32_t orr__recorded_add(orr__machine *m, double entity, uint32_t component)
{
    int64_t handle = 0;
    if (!m->run) return orr__recorded_nowhere("add");
    const int32_t status = orr__handle_of(entity, &handle);
    return status == ORR_OK ? orr_patch_add(m->run, handle, component) : status;
}

int32_t orr__recorded_remove(orr__machine *m, double entity, uint32_t component)
{
    int64_t handle = 0;
    if (!m->run) return orr__recorded_nowhere("remove");
    const int32_t status = orr__handle_of(entity, &handle);
    return status == ORR_OK ? orr_patch_remove(m->run, handle, component) : status;
}

/* A set like the one before, of a real number; false: nothing is recorded. */
static inline bool quick_set(orr_run *run, double entity, uint32_t component, uint32_t field, double value)
{
    orr__recording *into = run->current->recording;
    const uint32_t type = into ? into->patches.set_known.type : ORR_TYPE_NONE;
    if (!(entity > 0 && entity < 0x1p52) || (double)(int64_t)entity != entity) return false;
    if (type == ORR_TYPE_F64)
        return orr__patches_quick_set(&into->patches, (int64_t)entity, component, field, (orr_value){ .f64 = value });
    if (type != ORR_TYPE_F32 || !(fabs(value) <= (double)FLT_MAX)) return false;
    orr_value given = { .u64 = 0 };
    given.f32 = (float)value;
    return orr__patches_quick_set(&into->patches, (int64_t)entity, component, field, given);
}

int32_t orr__recorded_set(orr__machine *m, double entity, uint32_t component, uint32_t field, double value)
{
    if (m->run && quick_set(m->run, entity, component, field, value)) return ORR_OK;
    int64_t handle = 0;
    orr_value converted = { 0 };
    if (!m->run) return orr__recorded_nowhere("set");
    const orr_field of = orr__draft_field_of(m->world, component, field);
    int32_t status = orr__handle_of(entity, &handle);
    if (status == ORR_OK) status = orr__handle_value(m, of, value, &converted);
    return status == ORR_OK ? orr_patch_set(m->run, handle, of, converted) : status;
}

/* A provisional handle that is stored in a column: the run must have given it out. */
static int32_t provisional(orr__machine *m, double entity)
{
    if (!m->run) return orr__fail(ORR_E_DEAD, "entity %.17g is provisional, and nothing is recorded here", entity);
    const orr__patches *patches = orr__run_patches(m->run);
    if (!patches) return orr__error_code();
    return -entity <= (double)patches->provisional_count ? ORR_OK : orr__patches_unknown(patches, (uint64_t)-entity);
}

void orr__recorded_values_begin(orr__machine *m)
{
    m->value_count = 0;
}

int32_t orr__recorded_values_add(orr__machine *m, double entity, uint32_t component, uint32_t field, double value)
{
    int32_t status = ORR_OK;
    (void)entity;
    if (m->value_count == ORR__MACHINE_VALUES)
        return orr__fail(ORR_E_LIMIT, "a set has more values than there is room");
    orr_prefab_value *item = &m->values[m->value_count];
    item->field = orr__draft_field_of(m->world, component, field);
    if (item->field.type == ORR_TYPE_ENTITY && value < 0) status = provisional(m, value);
    if (status == ORR_OK) status = orr__handle_value(m, item->field, value, &item->value);
    if (status == ORR_OK) m->value_count++;
    return status;
}

static bool is_filling(const orr__machine *m)
{
    for (const orr__loop_state *loop = m->loops; loop; loop = loop->next) {
        if (loop->seen.kind == ORR__LOOP_STAGE && loop->seen.open) return true;
    }
    return false;
}

int32_t orr__recorded_provisional(orr__machine *m, double entity)
{
    const int32_t status = provisional(m, entity);
    if (status != ORR_OK || m->run->current->chunk || is_filling(m)) return status;
    return orr__fail(ORR_E_DEAD, "entity %.17g is provisional: outside of its own rows a system stores it with ctx:set",
                     entity);
}

int32_t orr__recorded_emit(orr__machine *m, uint32_t event, const double *values)
{
    orr_value converted[ORR__FIELDS_MAX];
    if (!m->run) return orr__recorded_nowhere("emit");
    const orr__event *of = orr__event_at(m->world, event);
    for (uint32_t i = 0; i < of->field_count; i++) {
        const uint32_t type = of->fields[i].type;
        if (type == ORR_TYPE_ENTITY && values[i] < 0) {
            int64_t handle = 0;
            int32_t known = orr__handle_of(values[i], &handle);
            if (known == ORR_OK) known = provisional(m, values[i]);
            if (known != ORR_OK) return orr__fail_more("event '%s'", of->name);
            converted[i].entity = ORR__PROVISIONAL | (uint64_t)-values[i];
            continue;
        }
        const int32_t status = orr__value_from_double(type, values[i], of->fields[i].name, &converted[i]);
        if (status != ORR_OK) return orr__fail_more("event '%s'", of->name);
    }
    return orr_run_emit(m->run, event, converted);
}
