#include "sim/system.h"

#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"
#include "sim/bind.h"
#include "sim/isolate.h"
#include "sim/sim.h"

#include <stdio.h>
#include <string.h>

orr__system *orr__system_at(const orr_world *world, orr_system system)
{
    const orr__systems *systems = &world->sim->systems;
    return system == 0 || system > systems->count ? NULL : systems->items[system - 1];
}

/* What its context is, is released by the caller. */
static void destroy(orr_world *world, orr__system *system)
{
    orr__alloc *alloc = &world->alloc;
    if (system->tracker) orr_tracker_destroy(world, system->tracker);
    orr__binding_destroy(world, system->binding);
    orr__late_fini(world, system);
    orr__run_fini(&system->run);
    orr__gathers_fini(world, &system->gathers);
    orr__cells_fini(world, &system->cells);
    orr__access_fini(world, &system->access);
    for (uint32_t i = 0; i < system->order_count; i++) orr__alloc_string_free(alloc, system->orders[i].name);
    orr__array_free(alloc, &system->orders, &system->order_capacity, sizeof *system->orders);
    orr__alloc_free(alloc, system->lists, system->list_words * sizeof *system->lists);
    orr__alloc_string_free(alloc, system->name);
    orr__alloc_string_free(alloc, system->source);
    orr__alloc_string_free(alloc, system->failure);
    orr__alloc_free(alloc, system, sizeof *system);
}

void orr__system_keep_failure(orr_world *world, orr__system *system)
{
    char text[ORR__ERROR_BYTES];
    const int32_t code = orr__error_code();
    snprintf(text, sizeof text, "%s", orr__error_text());
    orr__alloc_string_free(&world->alloc, system->failure);
    system->failure = orr__alloc_string(&world->alloc, text);
    if (!system->failure) orr__fail(code, "%s", text);
}

void orr__system_destroy(orr_world *world, orr__system *system)
{
    if (system->release) system->release(system->context);
    destroy(world, system);
}

orr_system orr__system_number(const orr_world *world, const char *name)
{
    const orr__systems *systems = &world->sim->systems;
    for (uint32_t i = 0; name && i < systems->aside_count; i++) {
        if (systems->aside[i] && !systems->items[i] && strcmp(systems->aside[i]->name, name) == 0) return i + 1;
    }
    return systems->count + 1;
}

void orr__systems_fini(orr_world *world)
{
    orr__systems *systems = &world->sim->systems;
    for (uint32_t i = systems->count; i-- > 0;) {
        if (systems->items[i]) orr__system_destroy(world, systems->items[i]);
    }
    orr__array_free(&world->alloc, &systems->items, &systems->capacity, sizeof *systems->items);
    systems->count = 0;
}

/* ---- checks of the description ---- */

static int32_t check_plain(const orr_world *world, const orr_system_desc *desc)
{
    if (orr__schedule_check_name("a system", desc ? desc->name : NULL) != ORR_OK) return ORR_E_ARGUMENT;
    const orr_system other = orr_system_find(world, desc->name);
    if (other) {
        const char *source = orr__system_at(world, other)->source;
        return orr__fail(ORR_E_EXISTS, "the name is taken by another system%s%s", source ? ", declared at " : "",
                         source ? source : "");
    }
    if (!desc->run == !desc->job) return orr__fail(ORR_E_ARGUMENT, "needs either `run` or `job`");
    if (desc->on > ORR_ON_WORKERS)
        return orr__fail(ORR_E_ARGUMENT, "on is %u: not ORR_ON_MAIN or ORR_ON_WORKERS", desc->on);
    if (desc->on_error > ORR_ON_ERROR_DISABLE)
        return orr__fail(ORR_E_ARGUMENT, "on_error is %u: not stop, skip or disable", desc->on_error);
    if (desc->exclusive && (desc->on == ORR_ON_WORKERS || desc->job))
        return orr__fail(ORR_E_ARGUMENT, "an exclusive system runs on the main thread");
    if (desc->substeps > 1000000) return orr__fail(ORR_E_RANGE, "substeps is %u: at most 1000000", desc->substeps);
    if (desc->when > orr_param_count(world)) return orr__fail(ORR_E_ARGUMENT, "`when` is not a param of this world");
    if (desc->bind_count && !desc->job) return orr__fail(ORR_E_ARGUMENT, "`bind` is for jobs");
    if (desc->isolation > ORR_ISOLATION_PROCESS)
        return orr__fail(ORR_E_ARGUMENT, "isolation is %u: not ORR_ISOLATION_NONE or ORR_ISOLATION_PROCESS",
                         desc->isolation);
    if (desc->isolation && !desc->job) return orr__fail(ORR_E_ARGUMENT, "`isolation` is for jobs");
    if (desc->timeout_ms && !desc->isolation)
        return orr__fail(ORR_E_ARGUMENT, "`timeout_ms` is for isolation = \"process\"");
    if (desc->param_count && !desc->job) return orr__fail(ORR_E_ARGUMENT, "`params` is for jobs");
    if (desc->lattice &&
        (desc->has_query || desc->query.all || desc->query.any || desc->query.none || desc->query.changed))
        return orr__fail(ORR_E_ARGUMENT, "runs over the rows of a query or the bands of a lattice, not both");
    return ORR_OK;
}

static int32_t add_components(orr_world *world, orr__system *system, const orr_component *list, uint32_t mode,
                              const char *what)
{
    for (; list && *list; list++) {
        if (*list > world->component_count)
            return orr__fail(ORR_E_ARGUMENT, "`%s` has %u, which is not a component of this world", what, *list);
        const int32_t code = orr__access_add(world, &system->access, ORR__ACCESS_COMPONENT, *list, mode);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

static int32_t add_resources(orr_world *world, orr__system *system, const char *const *names, uint32_t mode)
{
    for (; names && *names; names++) {
        uint32_t kind, id;
        int32_t code = orr__access_find(world, *names, &kind, &id);
        if (code != ORR_OK) return code;
        if (kind == ORR__ACCESS_NEIGHBOURS && (mode & ORR_WRITE))
            return orr__fail(ORR_E_ACCESS, "neighbours '%s' cannot be written", *names);
        code = orr__access_add(world, &system->access, kind, id, mode);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

/* What a system that reads a grid of neighbours must wait for: those who write what the grid is built from. */
static int32_t add_builds(orr_world *world, orr__system *system)
{
    for (uint32_t i = 0; i < system->access.count; i++) {
        if (system->access.items[i].kind != ORR__ACCESS_NEIGHBOURS) continue;
        const orr__near_grid *grid = orr__near_at(world, system->access.items[i].id);
        for (uint32_t k = 0; k < grid->read_count; k++) {
            /* components sort before grids: an insertion moves entry i up by at most one */
            const uint32_t before = system->access.count;
            const int32_t code =
                orr__access_add(world, &system->access, ORR__ACCESS_COMPONENT, grid->reads[k], ORR__ACCESS_BUILD);
            if (code != ORR_OK) return code;
            i += system->access.count - before;
        }
    }
    return ORR_OK;
}

static int32_t add_access(orr_world *world, orr__system *system, const orr_system_desc *desc)
{
    for (const orr_component *mark = desc->marks; mark && *mark; mark++) {
        for (const orr_component *write = desc->writes; write && *write; write++) {
            if (*mark == *write && *mark <= world->component_count)
                return orr__fail(ORR_E_ARGUMENT, "component '%s' is in `writes` and in `marks`: choose one",
                                 orr_component_name(world, *mark));
        }
    }
    int32_t code = add_components(world, system, desc->reads, ORR_READ, "reads");
    if (code == ORR_OK) code = add_components(world, system, desc->writes, ORR_READ | ORR_WRITE, "writes");
    if (code == ORR_OK) code = add_components(world, system, desc->marks, ORR_READ | ORR_WRITE | ORR_MARK, "marks");
    if (code == ORR_OK) code = add_components(world, system, desc->query.changed, ORR_READ, "changed");
    if (code == ORR_OK) code = add_resources(world, system, desc->resource_reads, ORR_READ);
    if (code == ORR_OK) code = add_resources(world, system, desc->resource_writes, ORR_READ | ORR_WRITE);
    return code;
}

static int32_t add_gathers(orr_world *world, orr__system *system, const orr_field *fields)
{
    for (; fields && fields->component; fields++) {
        if (fields->component > world->component_count ||
            fields->index >= orr__component_at(world, fields->component)->field_count)
            return orr__fail(ORR_E_ARGUMENT, "`gathers` has a field that is not of this world");
        if (!orr__gathers_add(world, &system->gathers, *fields)) return orr__error_code();
        const int32_t code =
            orr__access_add(world, &system->access, ORR__ACCESS_COMPONENT, fields->component, ORR_READ);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

static int32_t add_lattice(orr_world *world, orr__system *system, const char *name)
{
    system->lattice = orr_lattice_find(world, name);
    if (!system->lattice) {
        uint32_t kind, id;
        const int32_t code = orr__access_find(world, name, &kind, &id);
        return code == ORR_OK ? orr__fail(ORR_E_TYPE, "`lattice`: '%s' is no lattice", name) : code;
    }
    return orr__access_add(world, &system->access, ORR__ACCESS_LATTICE, system->lattice, ORR_READ | ORR_WRITE);
}

static int32_t add_cells(orr_world *world, orr__system *system)
{
    for (uint32_t i = 0; i < system->access.count; i++) {
        const orr__access *access = &system->access.items[i];
        if (access->kind != ORR__ACCESS_LATTICE) continue;
        const int32_t code = orr__cells_add(world, &system->cells, access->id, access->mode & ORR_WRITE);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

/* ---- what follows from the declaration ---- */

/* The declared query, and in `all` what row and gather slots need besides. */
static int32_t make_query(orr_world *world, orr__system *system, const orr_system_desc *desc,
                          const orr_component *extra, uint32_t extra_count)
{
    uint32_t declared = 0;
    while (desc->query.all && desc->query.all[declared]) declared++;
    const uint32_t room = declared + extra_count + system->gathers.count + 1;
    orr_component *all = orr__alloc_new(&world->alloc, room * sizeof *all, 0);
    if (!all) return ORR_E_MEMORY;
    uint32_t count = 0;
    for (uint32_t i = 0; i < declared; i++) all[count++] = desc->query.all[i];
    for (uint32_t i = 0; i < extra_count; i++) all[count++] = extra[i];
    for (uint32_t i = 0; i < system->gathers.count; i++) all[count++] = system->gathers.items[i]->field.component;
    all[count] = 0;
    orr_query_desc query = desc->query;
    query.all = all;
    system->query = orr_query_create(world, &query);
    orr__alloc_free(&world->alloc, all, room * sizeof *all);
    if (!system->query) return orr__error_code();
    system->has_rows = !system->lattice;
    if (!query.changed || !query.changed[0]) return ORR_OK;
    if (system->lattice) return orr__fail(ORR_E_ARGUMENT, "a system over a lattice has no `changed`");
    system->tracker = orr__tracker_create(world, query.changed, false, true);
    return system->tracker ? ORR_OK : orr__error_code();
}

static bool any(const orr_component *list)
{
    return list && *list;
}

static int32_t derive_query(orr_world *world, orr__system *system, const orr_system_desc *desc,
                            const orr_component *extra)
{
    uint32_t extra_count = 0;
    while (extra && extra[extra_count]) extra_count++;
    const orr_query_desc *query = &desc->query;
    if (desc->has_query || any(query->all) || any(query->any) || any(query->none) || any(query->changed) ||
        any(query->optional) || extra_count || system->gathers.count)
        return make_query(world, system, desc, extra, extra_count);
    return ORR_OK;
}

/* The components that the tick marks after a run, in two lists that end with 0. */
static int32_t derive_lists(orr_world *world, orr__system *system)
{
    const orr__access_list *access = &system->access;
    system->list_words = access->count + 2;
    system->lists = orr__alloc_zero(&world->alloc, system->list_words * sizeof *system->lists, 0);
    if (!system->lists) return ORR_E_MEMORY;
    uint32_t count = 0;
    for (uint32_t pass = 0; pass < 2; pass++) {
        *(pass ? &system->marks : &system->writes) = system->lists + count;
        for (uint32_t i = 0; i < access->count; i++) {
            const orr__access *at = &access->items[i];
            if (at->kind != ORR__ACCESS_COMPONENT || !(at->mode & ORR_WRITE)) continue;
            if (!(at->mode & ORR_MARK) == !pass) system->lists[count++] = at->id;
        }
        count++;
    }
    return ORR_OK;
}

static int32_t add_orders(orr_world *world, orr__system *system, const char *const *names, bool before)
{
    for (; names && *names; names++) {
        if (strcmp(*names, system->name) == 0)
            return orr__fail(ORR_E_CYCLE, "`%s` names the system itself", before ? "before" : "after");
        const int32_t code = orr__array_reserve(&world->alloc, &system->orders, &system->order_capacity,
                                                system->order_count + 1, sizeof *system->orders);
        if (code != ORR_OK) return code;
        char *copy = orr__alloc_string(&world->alloc, *names);
        if (!copy) return ORR_E_MEMORY;
        system->orders[system->order_count++] = (orr__order){ .name = copy, .before = before };
    }
    return ORR_OK;
}

/* Snapshots are of rows, for what runs on workers. */
static int32_t check_snapshot(const orr_world *world, const orr__system *system)
{
    if (system->latency && !system->snapshot)
        return orr__fail(ORR_E_ARGUMENT, "`latency` is for snapshots (data = \"snapshot\")");
    if (!system->snapshot) return ORR_OK;
    if (system->latency && world->sim->schedule.stages[system->stage].once)
        return orr__fail(ORR_E_ARGUMENT, "the stage '%s' runs once: nothing there comes later",
                         world->sim->schedule.stages[system->stage].name);
    if (!system->pooled && !system->binding)
        return orr__fail(ORR_E_ARGUMENT, "a snapshot is for jobs and for systems on workers");
    if (!system->has_rows) return orr__fail(ORR_E_ARGUMENT, "a snapshot is of rows: the system has none");
    if (system->binding && (system->binding->job->flags & ORR_WHOLE))
        return orr__fail(ORR_E_ARGUMENT, "job '%s' reaches all rows by handle: it has no snapshot",
                         system->binding->job->name);
    if (system->render) return orr__fail(ORR_E_ARGUMENT, "a system of the stage 'render' has no snapshot");
    return ORR_OK;
}

/* What only the whole of the declaration shows. */
static int32_t check_whole(orr_world *world, orr__system *system)
{
    int32_t code = check_snapshot(world, system);
    if (code == ORR_OK) code = orr__isolate_check(world, system);
    if (code != ORR_OK) return code;
    for (uint32_t i = 0; i < system->access.count; i++) {
        const orr__access *access = &system->access.items[i];
        if (system->render && (access->mode & ORR_WRITE))
            return orr__fail(ORR_E_ACCESS, "a system of the stage 'render' writes nothing");
        if (system->substeps > 1 && access->kind == ORR__ACCESS_NEIGHBOURS)
            return orr__fail(ORR_E_ARGUMENT, "a system with substeps uses no neighbours");
    }
    if (system->substeps > 1 && system->gathers.count)
        return orr__fail(ORR_E_ARGUMENT, "a system with substeps uses no gather");
    if (system->substeps > 1 && system->lattice)
        return orr__fail(ORR_E_ARGUMENT, "a system over a lattice has no substeps");
    if (system->substeps > 1 && !system->has_rows)
        return orr__fail(ORR_E_ARGUMENT, "a system without rows has no substeps");
    return ORR_OK;
}

static int32_t fill_bound(orr_world *world, orr__system *system, const orr_system_desc *desc)
{
    if (!desc->job) return derive_query(world, system, desc, NULL);
    const orr_job_desc *job = orr__job_find(world, desc->job);
    if (!job) return orr__error_code();
    orr_component *extra = orr__alloc_zero(&world->alloc, (job->slot_count + 1) * sizeof *extra, 0);
    if (!extra) return ORR_E_MEMORY;
    int32_t code = orr__bind(world, system, job, desc, extra);
    if (code == ORR_OK) code = derive_query(world, system, desc, extra);
    orr__alloc_free(&world->alloc, extra, (job->slot_count + 1) * sizeof *extra);
    return code;
}

static void fill_plain(orr__system *system, const orr_system_desc *desc)
{
    system->every = desc->every ? desc->every : 1;
    system->substeps = desc->substeps ? desc->substeps : 1;
    system->on = desc->on;
    system->on_error = desc->on_error;
    system->snapshot = desc->snapshot;
    system->latency = desc->latency;
    system->isolated = desc->isolation == ORR_ISOLATION_PROCESS;
    system->timeout_ms = desc->timeout_ms ? desc->timeout_ms : ORR__ISOLATE_TIMEOUT_MS;
    system->skip_if_empty = desc->skip_if_empty;
    system->enabled = system->wanted_enabled = system->declared_enabled = !desc->disabled;
    system->when = desc->when;
    system->when_value = desc->when_value;
    system->function = desc->run;
    system->context = desc->context;
    system->release = desc->release;
    system->name_hash = orr__hash_text(system->name);
    system->run.system = system;
    system->run.no_world = desc->on == ORR_ON_WORKERS;
    system->pooled = desc->on == ORR_ON_WORKERS && desc->run;
}

static int32_t fill(orr_world *world, orr__system *system, const orr_system_desc *desc)
{
    system->name = orr__alloc_string(&world->alloc, desc->name);
    if (!system->name) return ORR_E_MEMORY;
    if (desc->source) {
        system->source = orr__alloc_string(&world->alloc, desc->source);
        if (!system->source) return ORR_E_MEMORY;
    }
    fill_plain(system, desc);
    system->stage = orr__schedule_find(world, desc->stage ? desc->stage : "update");
    if (system->stage == UINT32_MAX) return orr__error_code();
    system->render = world->sim->schedule.stages[system->stage].render;
    int32_t code = add_access(world, system, desc);
    if (code == ORR_OK && desc->lattice) code = add_lattice(world, system, desc->lattice);
    if (code == ORR_OK) code = add_gathers(world, system, desc->gathers);
    if (code == ORR_OK) code = fill_bound(world, system, desc);
    if (code == ORR_OK) code = add_cells(world, system);
    if (code != ORR_OK) return code;
    const bool declares = system->access.count || system->has_rows || system->lattice;
    system->exclusive = desc->exclusive || (!declares && !desc->job && desc->on == ORR_ON_MAIN);
    code = add_builds(world, system);
    if (code == ORR_OK) code = add_orders(world, system, desc->after, false);
    if (code == ORR_OK) code = add_orders(world, system, desc->before, true);
    if (code == ORR_OK) code = derive_lists(world, system);
    for (uint32_t i = 0; system->pooled && i < system->access.count; i++) {
        const orr__access *access = &system->access.items[i];
        const bool shared = access->kind != ORR__ACCESS_COMPONENT && (access->mode & ORR_WRITE);
        if (shared && !(access->kind == ORR__ACCESS_LATTICE && access->id == system->lattice)) system->serial = true;
    }
    return code == ORR_OK ? check_whole(world, system) : code;
}

orr_system orr_system_create(orr_world *world, const orr_system_desc *desc)
{
    orr__systems *systems = &world->sim->systems;
    if (orr__world_mine(world, "orr_system_create")) return 0;
    if (world->locked) {
        orr__fail(ORR_E_LOCKED, "systems are declared outside of systems");
        return 0;
    }
    if (check_plain(world, desc) != ORR_OK) goto said;
    orr__world_still(world);
    if (orr__array_reserve(&world->alloc, &systems->items, &systems->capacity, systems->count + 1,
                           sizeof *systems->items) != ORR_OK)
        goto said;
    orr__system *system = orr__alloc_zero(&world->alloc, sizeof *system, 64);
    if (!system) goto said;
    orr__run_init(&system->run, world);
    if (fill(world, system, desc) != ORR_OK || orr__schedule_add(world, system) != ORR_OK) {
        orr__fail_more("system '%s'", desc->name);
        destroy(world, system);
        return 0;
    }
    system->id = orr__system_number(world, desc->name);
    system->scripted = world->scripted;
    systems->items[system->id - 1] = system;
    if (system->id > systems->count) systems->count = system->id;
    return system->id;
said:
    if (desc && desc->name && *desc->name) orr__fail_more("system '%s'", desc->name);
    return 0;
}

void orr__system_replace(orr_world *world, orr_system system, orr_system_function *function, void *context,
                         void (*release)(void *context))
{
    orr__system *of = orr__system_at(world, system);
    orr__binding_destroy(world, of->binding);
    of->binding = NULL;
    of->function = function;
    of->context = context;
    of->release = release;
}

orr_system orr_system_find(const orr_world *world, const char *name)
{
    const orr__systems *systems = &world->sim->systems;
    const uint64_t hash = name ? orr__hash_text(name) : 0;
    for (uint32_t i = 0; name && i < systems->count; i++) {
        if (systems->items[i] && systems->items[i]->name_hash == hash && strcmp(systems->items[i]->name, name) == 0)
            return i + 1;
    }
    return 0;
}

int32_t orr_system_enable(orr_world *world, orr_system system, bool enabled)
{
    orr__system *of = orr__system_at(world, system);
    if (!of) return orr__fail(ORR_E_ARGUMENT, "not a system of this world");
    const int32_t code = orr__access_not_drawing(world, "switches no systems");
    if (code != ORR_OK) return code;
    of->wanted_enabled = enabled;
    of->broken = false;
    return code;
}

void orr__systems_apply_enabled(orr_world *world)
{
    orr__systems *systems = &world->sim->systems;
    for (uint32_t i = 0; i < systems->count; i++) {
        if (systems->items[i]) systems->items[i]->enabled = systems->items[i]->wanted_enabled;
    }
}

uint32_t orr_system_count(const orr_world *world)
{
    return world->sim->systems.count;
}

int32_t orr_system_describe(const orr_world *world, orr_system system, orr_system_stats *out)
{
    const orr__system *of = orr__system_at(world, system);
    if (!of) return orr__fail(ORR_E_ARGUMENT, "not a system of this world");
    *out = (orr_system_stats){ .name = of->name,
                               .stage = world->sim->schedule.stages[of->stage].name,
                               .runs = of->runs,
                               .rows = of->rows,
                               .time_ns = of->time_ns,
                               .enabled = of->enabled,
                               .failures = of->failures,
                               .failure = of->failure };
    return ORR_OK;
}
