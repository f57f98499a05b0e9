/* What native jobs call, by name: the table behind the inline functions of orrery_job.h. */
#include "base/error.h"
#include "base/math.h"
#include "base/random.h"
#include "sim/bind.h"
#include "sim/sim.h"

#include <string.h>

static int32_t call_fail(orr_range *range, const char *text)
{
    (void)range;
    return orr__fail(ORR_E_JOB, "%s", text ? text : "failed");
}

static int32_t render(const orr_range *range)
{
    return orr__fail(ORR_E_ACCESS, "system '%s': systems of the stage 'render' record nothing",
                     range->run->system->name);
}

static orr__recording *recording(orr_range *range)
{
    if (!range->run->system->render) return orr__range_recording(range);
    render(range);
    return NULL;
}

static int32_t call_reduce(orr_range *range, uint32_t kind, const char *name, double value)
{
    orr__recording *into = recording(range);
    return into ? orr__partials_add(&into->partials, &into->arena, kind, name, value) : orr__error_code();
}

static int32_t call_emit(orr_range *range, const char *event, const double *values, uint32_t count)
{
    orr__recording *into = recording(range);
    if (!into) return orr__error_code();
    return orr__emitted_add_named(&into->emitted, &into->arena, range->run->world, event, values, count);
}

static int32_t not_known(const char *what, const char *name)
{
    return orr__fail(ORR_E_NOT_FOUND, "there is no %s '%s'", what, name ? name : "(null)");
}

/* The list for spawn, destroy, add, remove; NULL with the reason. */
static orr__patches *structural(orr_range *range)
{
    if (range->run->tick.substeps > 1) {
        orr__fail(ORR_E_ACCESS, "a system with substeps records no spawn, destroy, add or remove");
        return NULL;
    }
    orr__recording *into = recording(range);
    return into ? &into->patches : NULL;
}

static int32_t call_spawn(orr_range *range, const char *prefab, uint32_t count, int64_t *provisional)
{
    const orr_prefab found = prefab ? orr_prefab_find(range->run->world, prefab) : 0;
    if (!found) return not_known("prefab", prefab);
    if (provisional) *provisional = 0;
    if (count == 0) return ORR_OK;
    orr__patches *patches = structural(range);
    if (!patches) return orr__error_code();
    orr__stage *stage;
    const int32_t code = orr__patches_spawn(patches, found, count, &stage);
    if (code == ORR_OK && provisional) *provisional = stage->provisional;
    return code;
}

static int32_t call_destroy(orr_range *range, int64_t entity)
{
    orr__patches *patches = structural(range);
    return patches ? orr__patches_destroy(patches, entity) : orr__error_code();
}

static int32_t call_add(orr_range *range, int64_t entity, const char *component)
{
    const orr_component found = component ? orr_component_find(range->run->world, component) : 0;
    if (!found) return not_known("component", component);
    orr__patches *patches = structural(range);
    return patches ? orr__patches_add(patches, entity, found) : orr__error_code();
}

static int32_t call_remove(orr_range *range, int64_t entity, const char *component)
{
    const orr_component found = component ? orr_component_find(range->run->world, component) : 0;
    if (!found) return not_known("component", component);
    orr__patches *patches = structural(range);
    return patches ? orr__patches_remove(patches, entity, found) : orr__error_code();
}

static int32_t call_set(orr_range *range, int64_t entity, const char *field, double value)
{
    const orr_field found = field ? orr_field_find(range->run->world, field) : (orr_field){ 0 };
    if (found.component == 0) return not_known("field", field);
    orr_value converted;
    const int32_t code = orr__value_from_double(found.type, value, field, &converted);
    if (code != ORR_OK) return code;
    orr__recording *into = recording(range);
    return into ? orr__patches_set(&into->patches, entity, found, converted) : orr__error_code();
}

/* Ranges of ORR_WHOLE are chunks, in the order of tables and of chunks in each. */
static int32_t call_find(orr_range *range, uint64_t entity, uint32_t *chunk, uint32_t *row)
{
    const orr_run *run = range->run;
    const orr_world *world = run->world;
    if (!run->system->binding || !(run->system->binding->job->flags & ORR_WHOLE))
        return orr__fail(ORR_E_ARGUMENT, "orr_job_find is for jobs that are called with ORR_WHOLE");
    const orr__slot *slot = orr__entity_slot(world, entity);
    if (!slot) return orr__fail(ORR_E_DEAD, "entity %llu is dead", (unsigned long long)entity);
    const uint32_t chunk_at = slot->row / ORR__CHUNK_ROWS;
    uint32_t low = 0, high = run->range_count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        const orr_range *at = &run->ranges[middle];
        const bool before = at->table->index < slot->table || (at->table->index == slot->table && at->place < chunk_at);
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == run->range_count || run->ranges[low].table->index != slot->table || run->ranges[low].place != chunk_at)
        return orr__fail(ORR_E_DEAD, "entity %llu is not among the rows of this job", (unsigned long long)entity);
    *chunk = low;
    *row = slot->row % ORR__CHUNK_ROWS;
    return ORR_OK;
}

static void call_span(orr_range *range, const char *name)
{
    orr__trace_span(range->run->world, range->worker, range->run->tick.tick, name);
}

const orr_calls orr__job_calls = {
    .normal = orr__random_normal,
    .sin = orr__sin,
    .cos = orr__cos,
    .exp = orr__exp,
    .log = orr__log,
    .pow = orr__pow,
    .atan2 = orr__atan2,
    .fail = call_fail,
    .reduce = call_reduce,
    .emit = call_emit,
    .spawn = call_spawn,
    .destroy = call_destroy,
    .add = call_add,
    .remove = call_remove,
    .set = call_set,
    .find = call_find,
    .span = call_span,
};
