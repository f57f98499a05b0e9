/* orr_patch_*, orr_run_emit, orr_run_reduce: what a run records, kept by the range that it is in. */
#include "base/error.h"
#include "sim/sim.h"

/* Systems of the render stage record nothing: whether a state is drawn must not change what follows. */
static orr__recording *recording(orr_run *run)
{
    if (run->system && run->system->render) {
        orr__fail(ORR_E_ACCESS, "system '%s': systems of the stage 'render' record nothing", run->system->name);
        return NULL;
    }
    return orr__range_recording(run->current);
}

orr__patches *orr__run_patches(orr_run *run)
{
    orr__recording *into = recording(run);
    return into ? &into->patches : NULL;
}

int32_t orr_patch_spawn(orr_run *run, orr_prefab prefab, uint32_t count, int64_t *provisional)
{
    if (prefab == 0 || prefab > run->world->prefab_count)
        return orr__fail(ORR_E_ARGUMENT, "not a prefab of this world");
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

/* The checks that add, remove and destroy share. */
static int32_t structural(orr_run *run, orr_component component, orr__patches **patches)
{
    if (component > run->world->component_count) return orr__fail(ORR_E_ARGUMENT, "not a component of this world");
    if (run->tick.substeps > 1)
        return orr__fail(ORR_E_ACCESS, "a system with substeps records no spawn, destroy, add or remove");
    *patches = orr__run_patches(run);
    return *patches ? ORR_OK : orr__error_code();
}

int32_t orr_patch_destroy(orr_run *run, int64_t entity)
{
    orr__patches *patches;
    const int32_t code = structural(run, 0, &patches);
    return code == ORR_OK ? orr__patches_destroy(patches, entity) : code;
}

int32_t orr_patch_add(orr_run *run, int64_t entity, orr_component component)
{
    orr__patches *patches;
    if (component == 0) return orr__fail(ORR_E_ARGUMENT, "not a component of this world");
    const int32_t code = structural(run, component, &patches);
    return code == ORR_OK ? orr__patches_add(patches, entity, component) : code;
}

int32_t orr_patch_remove(orr_run *run, int64_t entity, orr_component component)
{
    orr__patches *patches;
    if (component == 0) return orr__fail(ORR_E_ARGUMENT, "not a component of this world");
    const int32_t code = structural(run, component, &patches);
    return code == ORR_OK ? orr__patches_remove(patches, entity, component) : code;
}

int32_t orr_patch_set(orr_run *run, int64_t entity, orr_field field, orr_value value)
{
    const orr_world *world = run->world;
    if (field.component == 0 || field.component > world->component_count ||
        field.index >= orr__component_at(world, field.component)->field_count)
        return orr__fail(ORR_E_ARGUMENT, "not a field of this world");
    orr__patches *patches = orr__run_patches(run);
    return patches ? orr__patches_set(patches, entity, field, value) : orr__error_code();
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
