#include "sim/sync.h"

#include "base/error.h"
#include "sim/bind.h"
#include "sim/inputs.h"
#include "sim/settle.h"
#include "sim/sim.h"

#include <string.h>

/* Calls `visit` for every range of the stage's runs that recorded something, in order; systems that failed have none.
 * A failure makes the system fail, and its other ranges are passed over. */
typedef int32_t visitor(orr_world *world, orr__system *system, orr_range *range);

static visitor apply;

static void each_range_of(orr_world *world, orr__system *system, visitor *visit)
{
    orr__trace *trace = &world->sim->trace;
    orr_run *run = &system->run;
    if (!run->active || !atomic_load_explicit(&run->recorded, memory_order_relaxed)) return;
    const uint64_t since = visit == apply ? orr__trace_now(trace) : 0;
    int32_t code = ORR_OK;
    for (uint32_t i = 0; i <= run->range_count && code == ORR_OK; i++) {
        orr_range *range = i < run->range_count ? &run->ranges[i] : &run->outside;
        if (!range->recording) continue;
        code = visit(world, system, range);
        if (code != ORR_OK) orr__run_failed(run, range, code);
    }
    orr__trace_did(trace, ORR_TRACE_APPLY, system->id, world->sim->tick, since);
    if (code != ORR_OK) orr__settle_failure(world, system);
}

static void each_range(orr_world *world, orr__schedule_stage *stage, visitor *visit)
{
    for (uint32_t s = 0; s < stage->system_count; s++) each_range_of(world, stage->order[s], visit);
}

static int32_t reserve(orr_world *world, orr__system *system, orr_range *range)
{
    (void)world;
    (void)system;
    return orr__patches_reserve(&range->recording->patches);
}

/* Provisional handles of `patches` in entity fields that the range wrote in place. */
static int32_t resolve_columns(orr_world *world, const orr__system *system, const orr_component *components,
                               const orr__patches *patches, const orr_range *range)
{
    int32_t result = ORR_OK;
    for (; *components; components++) {
        const orr__component *component = orr__component_at(world, *components);
        if (!component->has_entities) continue;
        for (uint32_t i = 0; i < component->field_count; i++) {
            if (component->fields[i].type != ORR_TYPE_ENTITY) continue;
            const orr_field field = { .component = *components, .index = (uint16_t)i };
            uint64_t *column = orr__chunk_column(range->table, range->origin, field);
            if (!column) continue;
            const int32_t code =
                orr__patches_resolve_owned(patches, system->id, column, range->rows.begin, range->rows.end);
            if (result == ORR_OK) result = code;
        }
    }
    return result;
}

static int32_t resolve_rows(orr_world *world, const orr__system *system, const orr__patches *patches,
                            const orr_range *range)
{
    if (!range->chunk) return ORR_OK;
    const int32_t written = resolve_columns(world, system, system->writes, patches, range);
    const int32_t marked = resolve_columns(world, system, system->marks, patches, range);
    return written == ORR_OK ? marked : written;
}

static int32_t resolve(orr_world *world, orr__system *system, orr_range *range)
{
    const orr__patches *patches = &range->recording->patches;
    int32_t code = orr__patches_resolve(&range->recording->patches);
    if (patches->provisional_count == 0) return code;
    const bool whole = system->binding && (system->binding->job->flags & ORR_WHOLE);
    const uint32_t first = whole ? 0 : range->index, end = whole ? system->run.range_count : first + 1;
    for (uint32_t i = first; i < end && i < system->run.range_count; i++) {
        const int32_t resolved = resolve_rows(world, system, patches, &system->run.ranges[i]);
        if (code == ORR_OK) code = resolved;
    }
    return code;
}

/* After resolve: a system that spawned may have put handles into rows of other ranges, where they mean nothing. */
static void find_strays(orr_world *world, orr__system *system)
{
    const orr__patches nothing = { .world = world };
    orr_run *run = &system->run;
    if (!run->active || !orr__run_has_spawned(run)) return;
    int32_t code = ORR_OK;
    for (uint32_t i = 0; i < run->range_count && code == ORR_OK; i++) {
        code = resolve_rows(world, system, &nothing, &run->ranges[i]);
        if (code != ORR_OK) orr__run_failed(run, &run->ranges[i], code);
    }
    if (code != ORR_OK) orr__settle_failure(world, system);
}

static int32_t publish(orr_world *world, orr__system *system, orr_range *range)
{
    world->sim->reductions.feeder = system->id;
    int32_t code = orr__reductions_merge(world, &range->recording->partials);
    world->sim->reductions.feeder = 0;
    if (code == ORR_OK) code = orr__events_publish(world, &range->recording->emitted, &range->recording->patches);
    return code;
}

static int32_t apply(orr_world *world, orr__system *system, orr_range *range)
{
    (void)world;
    (void)system;
    return range->recording->patches.count ? orr__patches_apply(&range->recording->patches) : ORR_OK;
}

static int32_t give_back(orr_world *world, orr__system *system, orr_range *range)
{
    (void)world;
    (void)system;
    orr__range_drop(range);
    return ORR_OK;
}

static bool recorded(const orr__schedule_stage *stage)
{
    for (uint32_t i = 0; i < stage->system_count; i++) {
        const orr_run *run = &stage->systems[i]->run;
        if (run->active && atomic_load_explicit(&run->recorded, memory_order_relaxed)) return true;
    }
    return false;
}

void orr__sync_stage(orr_world *world, orr__schedule_stage *stage)
{
    /* drawing changes nothing, and hooks that were still to come belong to the next tick: how often a state is drawn
     * must not tell */
    if (stage->render) return;
    const bool any = recorded(stage);
    if (any) {
        each_range(world, stage, reserve);
        each_range(world, stage, resolve);
        for (uint32_t i = 0; i < stage->system_count; i++) find_strays(world, stage->order[i]);
    }
    orr__late_arrive(world, stage); /* it moves rows: what stands in them is resolved by now */
    if (any) {
        each_range(world, stage, publish);
        each_range(world, stage, apply);
        each_range(world, stage, give_back);
        orr__near_touch(world, 0);
    }
    const int32_t code = orr__hooks_run(world, true);
    if (code != ORR_OK) orr__sim_failed(world, code);
    orr__reductions_publish(world, (uint32_t)(stage - world->sim->schedule.stages));
}

static void commit_inputs(orr_world *world, orr__system *system)
{
    orr_run *run = &system->run;
    if (run->failure.code != ORR_OK) return;
    const int32_t code = orr__inputs_commit(world, system, run);
    if (code == ORR_OK) return;
    orr__run_failed(run, &run->outside, code);
    orr__settle_failure(world, system);
}

void orr__sync_late(orr_world *world, orr__system *system)
{
    const orr_run *run = &system->run;
    if (run->failure.code != ORR_OK) {
        orr__settle_failure(world, system);
    } else {
        each_range_of(world, system, reserve);
        each_range_of(world, system, resolve);
        find_strays(world, system);
        commit_inputs(world, system);
        orr__settle_commit(world, system, true);
        each_range_of(world, system, publish);
        each_range_of(world, system, apply);
    }
    if (world->sim->observer) world->sim->observer->arrived(world->sim->observer, world, system);
    each_range_of(world, system, give_back);
    orr__near_touch(world, 0);
}

static int32_t apply_recording(orr_world *world, orr__recording *recording)
{
    int32_t code = orr__patches_reserve(&recording->patches);
    if (code == ORR_OK) code = orr__patches_resolve(&recording->patches);
    if (code == ORR_OK) code = orr__reductions_merge(world, &recording->partials);
    if (code == ORR_OK) code = orr__events_publish(world, &recording->emitted, &recording->patches);
    if (code == ORR_OK && recording->patches.count) code = orr__patches_apply(&recording->patches);
    return code;
}

int32_t orr__sync_list(orr_world *world, orr__recording *first)
{
    int32_t result = ORR_OK;
    while (first) {
        orr__recording *recording = first;
        first = recording->next;
        if (result == ORR_OK) result = apply_recording(world, recording);
        orr__recording_give(world, recording);
    }
    return result;
}
