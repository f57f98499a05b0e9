/* orr_patch_*, orr_run_emit, orr_run_reduce: what a run records, kept by the range that it is in. */
#include "base/error.h"
#include "sim/sim.h"

/* The first record of a range. Systems of the render stage record nothing: whether a state is drawn must not change
 * what follows. */
static orr__recording *new_recording(orr_run *run)
{
    if (run->system && run->system->render) {
        orr__fail(ORR_E_ACCESS, "system '%s': systems of the stage 'render' record nothing", run->system->name);
        return NULL;
    }
    if (run->current == &run->outside && run->of != run) {
        orr__fail(ORR_E_ACCESS, "system '%s' runs on workers: it records while it is at a range", run->system->name);
        return NULL;
    }
    return orr__range_recording(run->current);
}

static inline orr__recording *recording(orr_run *run)
{
    orr__recording *present = run->current->recording;
    return present ? present : new_recording(run);
}

orr__patches *orr__run_patches(orr_run *run)
{
    orr__recording *into = recording(run);
    return into ? &into->patches : NULL;
}

int32_t orr_patch_spawn(orr_run *run, orr_prefab prefab, uint32_t count, int64_t *provisional)
{
    if (!orr__prefab_at(run->world, prefab)) return orr__fail(ORR_E_ARGUMENT, "not a prefab of this world");
    if (run->tick.substeps > 1)
        return orr__fail(ORR_E_ACCESS, "a system with substeps records no spawn, destroy, add or remove");
    if (provisional) *provisional = 0;
    if (count == 0) return ORR_OK;
    orr__patches *patches = orr__run_patches(run);
    if (!patches) return orr__error_code();
    orr__stage *stage;
    const int32_t code = orr__patches_spawn(patches, prefab, count, &stage);
    if (code == ORR_OK && provisional) *provisional = stage->provisional;
    return code;
}

static orr__patches *refuse(const orr_run *run, orr_component component)
{
    if (component > run->world->component_count)
        orr__fail(ORR_E_ARGUMENT, "not a component of this world");
    else
        orr__fail(ORR_E_ACCESS, "a system with substeps records no spawn, destroy, add or remove");
    return NULL;
}

/* The checks that add, remove and destroy share; NULL: the thread's error. */
static orr__patches *structural(orr_run *run, orr_component component)
{
    if (component > run->world->component_count || run->tick.substeps > 1) return refuse(run, component);
    orr__recording *into = recording(run);
    return into ? &into->patches : NULL;
}

/* The same and the record, when nothing is unusual; false: nothing is recorded. */
static inline bool quick(orr_run *run, uint32_t kind, int64_t entity, orr_component component)
{
    orr__recording *into = run->current->recording;
    if (component > run->world->component_count || run->tick.substeps > 1 || !into) return false;
    return orr__patches_quick(&into->patches, kind, entity, component);
}

int32_t orr_patch_destroy(orr_run *run, int64_t entity)
{
    if (quick(run, ORR__PATCH_DESTROY, entity, 0)) return ORR_OK;
    orr__patches *patches = structural(run, 0);
    return patches ? orr__patches_destroy(patches, entity) : orr__error_code();
}

int32_t orr_patch_add(orr_run *run, int64_t entity, orr_component component)
{
    if (component == 0) return orr__fail(ORR_E_ARGUMENT, "not a component of this world");
    if (quick(run, ORR__PATCH_ADD, entity, component)) return ORR_OK;
    orr__patches *patches = structural(run, component);
    return patches ? orr__patches_add(patches, entity, component) : orr__error_code();
}

int32_t orr_patch_remove(orr_run *run, int64_t entity, orr_component component)
{
    if (component == 0) return orr__fail(ORR_E_ARGUMENT, "not a component of this world");
    if (quick(run, ORR__PATCH_REMOVE, entity, component)) return ORR_OK;
    orr__patches *patches = structural(run, component);
    return patches ? orr__patches_remove(patches, entity, component) : orr__error_code();
}

/* Sets are applied as soon as the system is done, beside systems that it does not conflict with, so what they write must
 * be declared. Those for what the run itself spawns or gives a component wait for the end of the stage. */
static bool may_always_set(const orr_run *run, orr_component component)
{
    if (!run->system || run->system->exclusive) return true;
    return orr__access_mode(&run->system->access, ORR__ACCESS_COMPONENT, component) & (ORR_WRITE | ORR_MARK);
}

static int32_t may_set(const orr_run *run, const orr__patches *patches, int64_t entity, orr_component component)
{
    if (entity < 0 || may_always_set(run, component)) return ORR_OK;
    return orr__patches_adds(patches, entity, component) ? ORR_OK : orr__run_may(run, component, true);
}

static int32_t patch_set(orr_run *run, int64_t entity, orr_field field, orr_value value)
{
    const orr_world *world = run->world;
    if (field.component == 0 || field.component > world->component_count ||
        field.index >= orr__component_at(world, field.component)->field_count)
        return orr__fail(ORR_E_ARGUMENT, "not a field of this world");
    orr__patches *patches = orr__run_patches(run);
    if (!patches) return orr__error_code();
    int32_t code = may_set(run, patches, entity, field.component);
    if (code == ORR_OK) code = orr__patches_set(patches, entity, field, value);
    if (code == ORR_OK && field.type != ORR_TYPE_ENTITY && may_always_set(run, field.component))
        patches->set_known = field;
    return code;
}

int32_t orr_patch_set(orr_run *run, int64_t entity, orr_field field, orr_value value)
{
    orr__recording *into = run->current->recording;
    if (into && into->patches.set_known.type == field.type &&
        orr__patches_quick_set(&into->patches, entity, field.component, field.index, value))
        return ORR_OK;
    return patch_set(run, entity, field, value);
}

int32_t orr_run_emit(orr_run *run, orr_event event, const orr_value *values)
{
    orr__recording *into = recording(run);
    return into ? orr__emitted_add(&into->emitted, &into->arena, run->world, event, values) : orr__error_code();
}

int32_t orr_run_reduce(orr_run *run, uint32_t kind, const char *name, double value)
{
    orr__recording *into = recording(run);
    return into ? orr__partials_add(&into->partials, &into->arena, kind, name, value) : orr__error_code();
}
