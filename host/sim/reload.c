#include "sim/reload.h"

#include "base/array.h"
#include "base/error.h"
#include "sim/bind.h"
#include "sim/refit.h"
#include "sim/sim.h"

#include <string.h>

struct orr__reload {
    orr__schedule schedule;
    orr__hooks_aside hooks;
    orr__scene *scene;
    uint32_t *places; /* [systems.aside_count] of the embedder's systems: stage, place */
    uint32_t systems, params, resources, events, grids, series, mailboxes; /* how many there were */
    double dt;
    bool input_wanted;
};

/* ---- lists of what has a name ---- */

/* `what`: orr__hidden_begin, or that everything is as it was then. */
static void hide_all(orr_world *world, void (*what)(orr__hidden *hidden))
{
    orr__sim *sim = world->sim;
    for (uint32_t i = 0; i < sim->params.count; i++) what(&sim->params.items[i].hidden);
    for (uint32_t i = 0; i < sim->resources.count; i++) what(&sim->resources.items[i].hidden);
    for (uint32_t i = 0; i < sim->events.count; i++) what(&sim->events.items[i].hidden);
    for (uint32_t i = 0; i < sim->neighbours.count; i++) what(&sim->neighbours.items[i]->hidden);
    for (uint32_t i = 0; i < sim->series.count; i++) what(&sim->series.items[i].hidden);
    for (uint32_t i = 0; i < sim->mailboxes.count; i++) what(&sim->mailboxes.items[i]->hidden);
}

static void show_again(orr__hidden *hidden)
{
    hidden->now = hidden->before;
}

static void count_all(const orr__sim *sim, orr__reload *r)
{
    r->systems = sim->systems.count;
    r->params = sim->params.count;
    r->resources = sim->resources.count;
    r->events = sim->events.count;
    r->grids = sim->neighbours.count;
    r->series = sim->series.count;
    r->mailboxes = sim->mailboxes.count;
}

/* ---- begin ---- */

/* The embedder's systems stay where they are; where they were in the schedule is remembered. */
static int32_t put_systems_aside(orr_world *world, orr__reload *r)
{
    orr__systems *systems = &world->sim->systems;
    const uint32_t count = systems->count;
    if (!count) return ORR_OK;
    systems->aside = orr__alloc_zero(&world->alloc, count * sizeof *systems->aside, 0);
    r->places = orr__alloc_zero(&world->alloc, 2 * count * sizeof *r->places, 0);
    if (!systems->aside || !r->places) return ORR_E_MEMORY;
    systems->aside_count = count;
    for (uint32_t i = 0; i < count; i++) {
        orr__system *system = systems->items[i];
        if (!system) continue;
        r->places[2 * i] = system->stage;
        r->places[2 * i + 1] = system->place;
        if (!system->scripted) continue;
        systems->aside[i] = system;
        systems->items[i] = NULL;
    }
    return ORR_OK;
}

static void free_aside(orr_world *world, orr__reload *r)
{
    orr__systems *systems = &world->sim->systems;
    if (systems->aside) orr__alloc_free(&world->alloc, systems->aside, r->systems * sizeof *systems->aside);
    if (r->places) orr__alloc_free(&world->alloc, r->places, 2 * r->systems * sizeof *r->places);
    systems->aside = NULL;
    systems->aside_count = 0;
    world->sim->reload = NULL;
    orr__alloc_free(&world->alloc, r, sizeof *r);
}

int32_t orr__reload_begin(orr_world *world)
{
    orr__sim *sim = world->sim;
    orr__world_still(world);
    orr__late_complete(world);
    orr__reload *r = orr__alloc_zero(&world->alloc, sizeof *r, 0);
    if (!r) return ORR_E_MEMORY;
    count_all(sim, r);
    r->schedule = sim->schedule;
    sim->schedule = (orr__schedule){ 0 };
    int32_t code = orr__schedule_init(world);
    if (code == ORR_OK) code = orr__edition_begin(world);
    if (code == ORR_OK && put_systems_aside(world, r) != ORR_OK) {
        orr__edition_undo(world);
        code = ORR_E_MEMORY;
    }
    if (code != ORR_OK) {
        orr__schedule_fini(world);
        sim->schedule = r->schedule;
        free_aside(world, r);
        return code;
    }
    hide_all(world, orr__hidden_begin);
    orr__hooks_take(world, &r->hooks);
    r->scene = orr__scene_take(world);
    r->dt = sim->dt;
    r->input_wanted = sim->gestures.wanted;
    sim->gestures.wanted = false;
    sim->reload = r;
    return ORR_OK;
}

/* ---- complete ---- */

static int32_t join(orr_world *world, orr__system *system, const orr__reload *r)
{
    const uint32_t stage = orr__schedule_find(world, r->schedule.stages[system->stage].name);
    if (stage == UINT32_MAX) return orr__fail_more("system '%s', which is not the script's", system->name);
    system->stage = stage;
    system->render = world->sim->schedule.stages[stage].render;
    return orr__schedule_add(world, system);
}

static bool uses(const orr_world *world, const orr__access *access)
{
    for (const orr__undo *undo = world->edition->undo; undo; undo = undo->next) {
        if (undo->moved && undo->kind == access->kind && undo->id == access->id) return true;
    }
    return false;
}

/* What the embedder declared knows fields by their places, and jobs have pointers: it cannot follow. */
static int32_t check_foreign(const orr_world *world, const orr__system *system)
{
    for (uint32_t i = 0; i < system->access.count; i++) {
        if (!uses(world, &system->access.items[i])) continue;
        char name[160];
        orr__access_name(world, &system->access.items[i], name, sizeof name);
        return orr__fail(ORR_E_EXISTS, "%s is declared otherwise, but system '%s', which is not the script's, uses it",
                         name, system->name);
    }
    return ORR_OK;
}

static int32_t check_grid(const orr_world *world, const orr__near_grid *grid)
{
    for (uint32_t i = 0; i < grid->read_count; i++) {
        if (!uses(world, &(orr__access){ .kind = ORR__ACCESS_COMPONENT, .id = grid->reads[i] })) continue;
        return orr__fail(
            ORR_E_EXISTS,
            "component '%s' is declared otherwise, but neighbours '%s', which are not the script's, use it",
            orr_component_name(world, grid->reads[i]), grid->name);
    }
    return ORR_OK;
}

int32_t orr__reload_complete(orr_world *world)
{
    const orr__reload *r = world->sim->reload;
    const orr__systems *systems = &world->sim->systems;
    int32_t code = ORR_OK;
    for (uint32_t i = 0; i < r->systems && code == ORR_OK; i++) {
        orr__system *system = systems->items[i];
        if (!system || system->scripted) continue;
        code = check_foreign(world, system);
        if (code == ORR_OK) code = join(world, system, r);
    }
    for (uint32_t i = 0; i < world->sim->neighbours.count && code == ORR_OK; i++) {
        if (!world->sim->neighbours.items[i]->hidden.scripted)
            code = check_grid(world, world->sim->neighbours.items[i]);
    }
    if (code == ORR_OK) code = orr__hooks_add_foreign(world, &r->hooks);
    return code == ORR_OK ? orr__schedule_build(world) : code;
}

/* ---- keep ---- */

static bool same_components(const orr_component *a, const orr_component *b)
{
    while (*a && *a == *b) a++, b++;
    return *a == *b;
}

static bool same_access(const orr__access_list *a, const orr__access_list *b)
{
    bool same = a->count == b->count;
    for (uint32_t i = 0; same && i < a->count; i++)
        same = a->items[i].id == b->items[i].id && a->items[i].kind == b->items[i].kind &&
               a->items[i].mode == b->items[i].mode;
    return same;
}

/* Rows or events have another shape: what was recorded or copied before does not fit any more. */
static bool anything_moved(const orr_world *world)
{
    bool moved = false;
    for (const orr__undo *undo = world->edition->undo; undo && !moved; undo = undo->next)
        moved = undo->moved && (undo->kind == ORR__ACCESS_COMPONENT || undo->kind == UINT32_MAX);
    return moved;
}

/* The system goes on where the one of its name was. */
static void take_over(orr_world *world, orr__system *old, orr__system *system, bool moved)
{
    const orr__tracker *before = old->tracker ? orr__tracker_at(world, old->tracker) : NULL;
    const orr__tracker *after = system->tracker ? orr__tracker_at(world, system->tracker) : NULL;
    if (before && after && same_components(before->components, after->components)) {
        const orr_tracker other = old->tracker;
        old->tracker = system->tracker;
        system->tracker = other;
    }
    const bool same_text = old->text_hash == system->text_hash;
    if (old->declared_enabled == system->declared_enabled && (same_text || !old->broken)) {
        system->enabled = old->enabled;
        system->wanted_enabled = old->wanted_enabled;
        system->broken = old->broken;
    }
    system->runs = old->runs;
    system->rows = old->rows;
    system->time_ns = old->time_ns;
    system->ns_a_row = old->ns_a_row;
    for (uint32_t k = 0; k < system->access.count && !moved; k++) moved = uses(world, &system->access.items[k]);
    if (!moved && system->latency && system->stage == old->stage && system->snapshot == old->snapshot &&
        same_access(&old->access, &system->access))
        orr__late_hand_over(old, system);
}

static void keep_systems(orr_world *world, orr__reload_counts *counts)
{
    const orr__systems *systems = &world->sim->systems;
    const bool moved = anything_moved(world);
    for (uint32_t i = 0; i < systems->count; i++) {
        orr__system *old = i < systems->aside_count ? systems->aside[i] : NULL, *system = systems->items[i];
        if (system && system->scripted && !old) counts->added++;
        if (!old) continue;
        if (system) {
            counts->changed += old->text_hash != system->text_hash;
            take_over(world, old, system, moved);
        } else {
            counts->removed++;
        }
        const uint32_t waiting = orr__late_drop(world, old);
        counts->dropped_runs += waiting;
        if (waiting)
            orr__sim_log(world, 1, "system '%s': %u runs that were in flight are dropped: %s", old->name, waiting,
                         system ? "it is another one now" : "it is gone");
        orr__system_destroy(world, old);
    }
}

static void tell_notes(const orr_world *world)
{
    for (const orr__edition_note *note = world->edition->notes; note; note = note->next)
        orr__sim_log(world, note->level, "%s", note->text);
}

void orr__reload_keep(orr_world *world, orr__reload_counts *counts)
{
    orr__reload *r = world->sim->reload;
    *counts = (orr__reload_counts){ 0 };
    tell_notes(world);
    keep_systems(world, counts);
    orr__hooks_keep(world, &r->hooks);
    orr__schedule_release(world, &r->schedule);
    orr__scene_drop(world, r->scene);
    if (world->edition->undo) orr__mailboxes_refit(world);
    orr__isolates_forget(world);
    orr__near_touch(world, 0);
    orr__edition_keep(world);
    free_aside(world, r);
}

/* ---- undo ---- */

static void drop_systems(orr_world *world, const orr__reload *r)
{
    orr__systems *systems = &world->sim->systems;
    for (uint32_t i = systems->count; i-- > 0;) {
        orr__system *system = systems->items[i];
        if (system && (system->scripted || i >= r->systems)) {
            orr__system_destroy(world, system);
            systems->items[i] = NULL;
        }
    }
    systems->count = r->systems;
    for (uint32_t i = 0; i < r->systems; i++) {
        if (systems->aside[i]) systems->items[i] = systems->aside[i];
        orr__system *system = systems->items[i];
        if (!system || system->scripted) continue;
        system->stage = r->places[2 * i];
        system->place = r->places[2 * i + 1];
        system->render = r->schedule.stages[system->stage].render;
    }
}

void orr__reload_undo(orr_world *world)
{
    orr__sim *sim = world->sim;
    orr__reload *r = sim->reload;
    drop_systems(world, r);
    orr__schedule_fini(world);
    sim->schedule = r->schedule;
    orr__scene_give(world, r->scene);
    orr__mailboxes_drop(world, r->mailboxes);
    orr__hooks_drop_new(world);
    orr__edition_undo(world);
    orr__hooks_restore(world, &r->hooks);
    orr__series_drop(world, r->series);
    orr__near_drop(world, r->grids);
    orr__events_drop(world, r->events);
    orr__resources_drop(world, r->resources);
    orr__params_drop(world, r->params);
    hide_all(world, show_again);
    sim->dt = r->dt;
    sim->gestures.wanted = r->input_wanted;
    for (uint32_t i = 0; i < r->systems; i++) {
        const orr__system *system = sim->systems.items[i];
        if (system && system->binding) orr__binding_resolve(world, system->binding);
    }
    free_aside(world, r);
}
