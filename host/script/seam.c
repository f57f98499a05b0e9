#include "script/seam.h"

#include <math.h>
#include <stddef.h>

#include "base/error.h"
#include "base/math.h"
#include "ecs/world.h"
#include "script/bind.h"
#include "script/draft.h"
#include "script/frame.h"
#include "script/handle.h"
#include "script/host.h"
#include "script/loop.h"
#include "script/machine.h"
#include "script/mailbox.h"
#include "script/recorded.h"
#include "script/scene.h"
#include "script/structure.h"
#include "sim/inputs.h"
#include "sim/sim.h"

/* ---- small things ---- */

static const char *error_text(orr__machine *m)
{
    (void)m;
    return orr_last_error();
}

static int64_t *wide(orr__machine *m)
{
    return &m->wide;
}

static void log_text(orr__machine *m, int32_t level, const char *text)
{
    if (m->worker && !m->loaded && level == 0) return; /* the main machine has said it already */
    orr__sim_log(m->world, level, "%s", text);
}

static void warn_once(orr__machine *m, const char *of, const char *text)
{
    if (orr__once_first(&m->host->told, of)) orr__sim_log(m->world, 1, "%s", text);
}

/* ---- declarations that are no drafts ---- */

static int32_t system_enable(orr__machine *m, uint32_t system, int32_t enabled)
{
    return orr_system_enable(m->world, system, enabled != 0);
}

static int32_t job_load(orr__machine *m, const char *path)
{
    return m->worker ? ORR_OK : orr__host_load_jobs(m->host, path);
}

static int32_t job_exists(orr__machine *m, const char *name)
{
    return orr__job_find(m->world, name) ? 1 : 0;
}

static void test_ticks(orr__machine *m, double ticks)
{
    if (!m->worker) orr__host_test(m->host, (uint64_t)ticks);
}

static int32_t test_set(orr__machine *m, const char *text)
{
    return m->worker ? ORR_OK : orr__host_test_set(m->host, text);
}

static void timestep(orr__machine *m, double dt)
{
    if (!m->worker) orr__host_timestep(m->host, dt);
}

/* ---- the run ---- */

static int32_t run_may(orr__machine *m, uint32_t component, int32_t write)
{
    return m->run ? orr__run_may(m->run, component, write != 0) : ORR_OK;
}

static double tick_number(orr__machine *m, uint32_t which)
{
    const orr_tick *tick = m->run ? orr_run_tick(m->run) : NULL;
    switch (which) {
    case 0: return tick ? (double)tick->tick : (double)orr_world_tick(m->world);
    case 1: return tick ? tick->time : orr_world_time(m->world);
    case 2: return tick ? tick->dt : orr_world_dt(m->world);
    default: return (double)orr_world_seed(m->world);
    }
}

static double random_number(orr__machine *m)
{
    if (!m->run) return (double)NAN;
    return orr_random_uniform(m->run->tick.stream, 0, m->random_at++);
}

static int32_t reduce(orr__machine *m, uint32_t kind, const char *name, double value)
{
    return m->run ? orr_run_reduce(m->run, kind, name, value) : orr__recorded_nowhere("sum");
}

static int32_t reduction(orr__machine *m, const char *name, double *value)
{
    const orr__inputs *in = orr__inputs_of(m->run);
    const int32_t status =
        in ? orr__reductions_value(&in->reductions, name, value) : orr_reduction_get(m->world, name, value);
    if (status == ORR_OK) *value = orr__handle_plain(*value);
    return status;
}

static void span(orr__machine *m, const char *name)
{
    if (m->run) orr_run_span(m->run, name);
}

/* Those that the run may see: of the world, or as they were when it was dispatched; NULL: declared since. */
static const orr__event *events_of(const orr__machine *m, uint32_t event)
{
    const orr__inputs *in = orr__inputs_of(m->run);
    if (!in) return orr__event_at(m->world, event);
    return event <= in->event_count ? &in->events[event - 1] : NULL;
}

static double event_count(orr__machine *m, uint32_t event)
{
    const orr__event *of = events_of(m, event);
    return of ? (double)of->count : 0;
}

static int32_t event_get(orr__machine *m, uint32_t event, double index, double *values)
{
    const orr__event *of = events_of(m, event);
    for (uint32_t i = 0; of && i < of->field_count; i++) {
        orr_value value = { 0 };
        const int32_t status = orr__event_value(of, (uint64_t)index, i, &value);
        if (status != ORR_OK) return status;
        values[i] = orr__handle_number(m, of->fields[i].type, value);
    }
    return ORR_OK;
}

static double hook_entity(orr__machine *m, uint32_t index)
{
    return index < m->hook_count ? (double)m->hook_entities[index] : 0;
}

/* ---- the world ---- */

static double count(orr__machine *m, uint32_t query)
{
    return (double)orr_query_count(m->world, query);
}

static int32_t spawn(orr__machine *m, uint32_t prefab, double number, double *handles)
{
    uint32_t many = 0;
    int32_t status = orr__recorded_count(number, &many);
    if (status == ORR_OK) status = orr__structure_spawn(m, prefab, many, handles);
    return status;
}

static int32_t spawn_with(orr__machine *m, uint32_t prefab, double *handle)
{
    m->spawned++; /* as a spawn with a fill */
    return orr__structure_spawn_with(m, prefab, handle);
}

static int32_t destroy(orr__machine *m, double entity)
{
    orr_entity handle = 0;
    const int32_t status = orr__handle_real(entity, &handle);
    return status == ORR_OK ? orr__structure_destroy(m, handle) : status;
}

static int32_t add(orr__machine *m, double entity, uint32_t component)
{
    orr_entity handle = 0;
    const int32_t status = orr__handle_real(entity, &handle);
    return status == ORR_OK ? orr__structure_add(m, handle, component) : status;
}

static int32_t remove_component(orr__machine *m, double entity, uint32_t component)
{
    orr_entity handle = 0;
    const int32_t status = orr__handle_real(entity, &handle);
    return status == ORR_OK ? orr__structure_remove(m, handle, component) : status;
}

static int32_t stage_begin(orr__machine *m, uint32_t prefab, double number, orr__loop *loop)
{
    uint32_t many = 0;
    int32_t status = orr__recorded_count(number, &many);
    if (status == ORR_OK) status = orr__structure_may(m, "spawn");
    if (status != ORR_OK) return status;
    orr__stage *stage = orr__stage_create(m->world, prefab, many);
    if (!stage) return orr__error_code();
    orr__loop_open_stage(m, loop, stage, true);
    return ORR_OK;
}

static double param_get(orr__machine *m, uint32_t param)
{
    const orr__inputs *in = orr__inputs_of(m->run);
    const orr__param *of = &m->world->sim->params.items[param - 1];
    if (!in) return of->value;
    return param <= in->param_count ? in->params[param - 1] : of->initial; /* declared meanwhile */
}

static int32_t param_set(orr__machine *m, uint32_t param, double value)
{
    return orr_param_set(m->world, param, value);
}

/* Systems are held to the resources that they declare. */
static int32_t may_resource(orr__machine *m, uint32_t resource, int32_t write)
{
    const orr__system *system = m->run ? m->run->system : NULL;
    if (!system || system->exclusive) return ORR_OK;
    const uint32_t mode = orr__access_mode(&system->access, ORR__ACCESS_RESOURCE, resource);
    if (mode & (write ? ORR_WRITE : ORR_READ | ORR_WRITE)) return ORR_OK;
    return orr__fail(ORR_E_ACCESS, "system '%s': resource '%s' is %s without being declared: add it to `%s`",
                     system->name, orr__resource_at(m->world, resource)->name, write ? "written" : "read",
                     write ? "writes" : "reads");
}

static int32_t resource_get(orr__machine *m, uint32_t resource, const char *field, double *value)
{
    int32_t status = may_resource(m, resource, 0);
    orr_value found = { 0 };
    const orr__resource *own = orr__inputs_resource(m->run, resource);
    if (status == ORR_OK)
        status = own ? orr__resource_value(own, field, &found) : orr_resource_get(m->world, resource, field, &found);
    if (status != ORR_OK) return status;
    const orr__resource *of = orr__resource_at(m->world, resource);
    *value = orr__handle_number(m, of->fields[orr__resource_field(of, field)].type, found);
    return ORR_OK;
}

static int32_t resource_set(orr__machine *m, uint32_t resource, const char *field, double value)
{
    const int32_t status = may_resource(m, resource, 1);
    if (status != ORR_OK) return status;
    const orr__resource *of = orr__resource_at(m->world, resource);
    const uint32_t at = orr__resource_field(of, field);
    orr_value converted = { 0 };
    if (at == UINT32_MAX) return orr__fail(ORR_E_NOT_FOUND, "resource '%s' has no field '%s'", of->name, field);
    const int32_t fits = orr__value_from_double(of->fields[at].type, value, field, &converted);
    if (fits != ORR_OK) return fits;
    const orr__resource *own = orr__inputs_resource(m->run, resource);
    return own ? orr__resource_change(own, field, converted) : orr_resource_set(m->world, resource, field, converted);
}

static const char *resource_text(orr__machine *m, uint32_t resource)
{
    if (may_resource(m, resource, 0) != ORR_OK) return NULL;
    const orr__resource *own = orr__inputs_resource(m->run, resource);
    return own && own->text ? own->text : orr_resource_text(m->world, resource);
}

static int32_t resource_set_text(orr__machine *m, uint32_t resource, const char *text)
{
    const int32_t status = may_resource(m, resource, 1);
    if (status != ORR_OK) return status;
    orr__resource *own = orr__inputs_resource(m->run, resource);
    return own ? orr__inputs_set_text(m->run, own, text) : orr_resource_set_text(m->world, resource, text);
}

/* ---- the table ---- */

#define WHOLE(type)                                                                                                    \
    {                                                                                                                  \
#type, NULL, (uint32_t)sizeof(type)                                                                            \
    }
#define FIELD(type, field)                                                                                             \
    {                                                                                                                  \
#type, #field, (uint32_t)offsetof(type, field)                                                                 \
    }
static const orr__layout layout[] = {
    WHOLE(orr__seam),
    FIELD(orr__seam, draft_begin),
    FIELD(orr__seam, loop_create),
    FIELD(orr__seam, atan2),
    WHOLE(orr__bounds),
    FIELD(orr__bounds, last),
    WHOLE(orr__group),
    FIELD(orr__group, own),
    FIELD(orr__group, mode),
    FIELD(orr__group, columns),
    WHOLE(orr__loop),
    FIELD(orr__loop, kind),
    FIELD(orr__loop, entity),
    FIELD(orr__loop, provisional),
    FIELD(orr__loop, substep),
    FIELD(orr__loop, groups),
    WHOLE(orr__spans),
    FIELD(orr__spans, firsts),
    FIELD(orr__spans, lasts),
    WHOLE(orr__near_view),
    FIELD(orr__near_view, entity),
    FIELD(orr__near_view, columns),
    FIELD(orr__near_view, size),
    WHOLE(orr_rows),
    FIELD(orr_rows, slots),
    FIELD(orr_rows, changed_summary),
    FIELD(orr_rows, range),
    WHOLE(orr_tick),
    FIELD(orr_tick, dt),
    FIELD(orr_tick, stream),
    FIELD(orr_tick, params),
    FIELD(orr_tick, calls),
    WHOLE(orr_calls),
    FIELD(orr_calls, fail),
    FIELD(orr_calls, find),
    FIELD(orr_calls, span),
    WHOLE(orr_gather),
    FIELD(orr_gather, entity),
    FIELD(orr_gather, count),
    WHOLE(orr_neighbours),
    FIELD(orr_neighbours, wraps),
    FIELD(orr_neighbours, radius),
    FIELD(orr_neighbours, size),
    FIELD(orr_neighbours, starts),
    FIELD(orr_neighbours, position_f64),
    FIELD(orr_neighbours, carry),
    WHOLE(orr_lattice_slot),
    FIELD(orr_lattice_slot, width),
    FIELD(orr_lattice_slot, wraps),
};

const orr__seam orr__seam_table = {
    .bytes = (uint32_t)sizeof(orr__seam),
    .layout_count = (uint32_t)(sizeof layout / sizeof layout[0]),
    .layout = layout,
    .error_text = error_text,
    .wide = wide,
    .type_name = orr_type_name,
    .log = log_text,
    .warn_once = warn_once,
    .draft_begin = orr__draft_begin,
    .draft_field = orr__draft_field,
    .draft_list = orr__draft_list_add,
    .draft_name = orr__draft_name,
    .draft_text = orr__draft_text,
    .draft_number = orr__draft_number,
    .draft_bind = orr__draft_bind,
    .draft_param = orr__draft_param,
    .draft_gather = orr__draft_gather,
    .draft_value = orr__draft_value,
    .component_create = orr__draft_component,
    .prefab_create = orr__draft_prefab,
    .query_create = orr__draft_query,
    .param_create = orr__draft_param_create,
    .resource_create = orr__draft_resource,
    .event_create = orr__draft_event,
    .lattice_create = orr__draft_lattice,
    .neighbours_create = orr__draft_neighbours,
    .system_create = orr__draft_system,
    .system_enable = system_enable,
    .hook_create = orr__draft_hook,
    .stages_set = orr__draft_stages,
    .declare = orr__draft_declare,
    .job_load = job_load,
    .job_exists = job_exists,
    .test_ticks = test_ticks,
    .test_set = test_set,
    .timestep = timestep,
    .loop_create = orr__loop_create,
    .loop_group = orr__loop_group,
    .loop_touch = orr__loop_touch,
    .loop_close = orr__loop_close,
    .run_next = orr__loop_run_next,
    .each_begin = orr__loop_each_begin,
    .each_next = orr__loop_each_next,
    .next_changed = orr__loop_next_changed,
    .mark = orr__loop_mark,
    .uniform = orr__loop_uniform,
    .normal = orr__loop_normal,
    .random = random_number,
    .run_may = run_may,
    .near_create = orr__near_view_create,
    .near_open = orr__near_view_open,
    .gather_open = orr__near_view_gather,
    .near_spans = orr__near_view_spans,
    .tick_number = tick_number,
    .patch_spawn = orr__recorded_spawn,
    .patch_spawn_with = orr__recorded_spawn_with,
    .patch_destroy = orr__recorded_destroy,
    .patch_add = orr__recorded_add,
    .patch_remove = orr__recorded_remove,
    .patch_set = orr__recorded_set,
    .provisional = orr__recorded_provisional,
    .emit = orr__recorded_emit,
    .reduce = reduce,
    .reduction = reduction,
    .span = span,
    .event_count = event_count,
    .event_get = event_get,
    .box_create = orr__box_create,
    .box_take = orr__box_take,
    .box_open = orr__box_open,
    .scene_colour = orr__scene_colour,
    .scene_map = orr__scene_map,
    .scene_layer = orr__scene_layer,
    .scene_amount = orr__scene_amount,
    .scene_text = orr__scene_text,
    .scene_number = orr__scene_number,
    .scene_set = orr__scene_set,
    .watched = orr__frame_watched,
    .paint = orr__frame_paint,
    .series_create = orr__frame_series,
    .series_put = orr__frame_put,
    .input_stage = orr__frame_input_stage,
    .input_get = orr__frame_input,
    .input_key = orr__frame_key,
    .hook_entity = hook_entity,
    .is_alive = orr__handle_is_alive,
    .has = orr__handle_has,
    .get = orr__handle_get,
    .get_number = orr__handle_get_number,
    .set = orr__handle_set,
    .count = count,
    .spawn = spawn,
    .values_begin = orr__recorded_values_begin,
    .values_add = orr__recorded_values_add,
    .spawn_with = spawn_with,
    .destroy = destroy,
    .add = add,
    .remove = remove_component,
    .stage_begin = stage_begin,
    .param_get = param_get,
    .param_set = param_set,
    .resource_may = may_resource,
    .resource_get = resource_get,
    .resource_set = resource_set,
    .resource_text = resource_text,
    .resource_set_text = resource_set_text,
    .sin = orr__sin,
    .cos = orr__cos,
    .exp = orr__exp,
    .log_e = orr__log,
    .pow = orr__pow,
    .atan2 = orr__atan2,
};
