#include "sim/inputs.h"

#include "base/error.h"
#include "sim/bind.h"
#include "sim/fields.h"
#include "sim/sim.h"

#include <string.h>

/* ---- memory ---- */

static void *copy_of(orr__arena *arena, const void *from, size_t bytes)
{
    void *to = orr__arena_new(arena, bytes, 64);
    if (to && bytes) memcpy(to, from, bytes);
    return to;
}

static void *zeros(orr__arena *arena, size_t bytes)
{
    void *to = orr__arena_new(arena, bytes, 64);
    return to ? memset(to, 0, bytes) : NULL;
}

/* ---- what there will be ---- */

static uint32_t count_kind(const orr__system *system, uint32_t kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < system->access.count; i++) count += system->access.items[i].kind == kind;
    return count;
}

/* Resources stand where a job's slots look for them, so their values are there from the beginning. */
static int32_t begin_resource(orr_world *world, orr__arena *arena, const orr__access *access, orr__input_resource *in)
{
    in->id = access->id;
    in->now = *orr__resource_at(world, access->id);
    const size_t bytes = in->now.field_count * sizeof *in->now.values;
    if (bytes) in->now.values = orr__arena_new(arena, bytes, 64);
    if (bytes && (access->mode & ORR_WRITE)) in->before = orr__arena_new(arena, bytes, 64);
    if (bytes && (!in->now.values || ((access->mode & ORR_WRITE) && !in->before))) return ORR_E_MEMORY;
    return ORR_OK;
}

int32_t orr__inputs_begin(orr_world *world, orr__system *system)
{
    orr_run *run = &system->run;
    orr__arena *arena = &run->arena;
    orr__inputs *in = zeros(arena, sizeof *in);
    if (!in) return ORR_E_MEMORY;
    const uint32_t grids = count_kind(system, ORR__ACCESS_NEIGHBOURS);
    const uint32_t resources = count_kind(system, ORR__ACCESS_RESOURCE);
    in->gathers = zeros(arena, system->gathers.count * sizeof *in->gathers);
    in->cells = zeros(arena, system->cells.count * sizeof *in->cells);
    in->grids = zeros(arena, grids * sizeof *in->grids);
    in->resources = zeros(arena, resources * sizeof *in->resources);
    if (!in->gathers || !in->cells || !in->grids || !in->resources) return ORR_E_MEMORY;
    for (uint32_t i = 0; i < system->access.count; i++) {
        const orr__access *access = &system->access.items[i];
        if (access->kind == ORR__ACCESS_NEIGHBOURS) in->grids[in->grid_count++].index = access->id;
        if (access->kind != ORR__ACCESS_RESOURCE) continue;
        const int32_t code = begin_resource(world, arena, access, &in->resources[in->resource_count]);
        if (code != ORR_OK) return code;
        in->resource_count++;
    }
    run->inputs = in;
    return ORR_OK;
}

static orr__input_grid *grid_of(const orr__inputs *in, orr_near_index index)
{
    for (uint32_t i = 0; i < in->grid_count; i++) {
        if (in->grids[i].index == index) return &in->grids[i];
    }
    return NULL;
}

static orr__input_resource *resource_of(const orr__inputs *in, orr_resource id)
{
    for (uint32_t i = 0; i < in->resource_count; i++) {
        if (in->resources[i].id == id) return &in->resources[i];
    }
    return NULL;
}

/* Where a gather or a view of cells stands among the system's. */
static uint32_t gather_at(const orr__gathers *gathers, const void *out)
{
    uint32_t i = 0;
    while (i < gathers->count && &gathers->items[i]->out != out) i++;
    ORR__ASSERT(i < gathers->count);
    return i;
}

static uint32_t cells_at(const orr__cells *cells, const void *out)
{
    uint32_t i = 0;
    while (i < cells->count && &cells->items[i]->out != out) i++;
    ORR__ASSERT(i < cells->count);
    return i;
}

void *orr__inputs_slot(const orr__system *system, const orr__bound_slot *bound)
{
    const orr__inputs *in = system->run.inputs;
    switch (bound->desc->kind) {
    case ORR_SLOT_GATHER: return &in->gathers[gather_at(&system->gathers, bound->pointer)];
    case ORR_SLOT_LATTICE: return &in->cells[cells_at(&system->cells, bound->pointer)].out;
    case ORR_SLOT_NEIGHBOURS: return &grid_of(in, bound->id)->out;
    case ORR_SLOT_RESOURCE: return &resource_of(in, bound->id)->now.values[bound->index];
    default: return NULL;
    }
}

/* ---- copying ---- */

static int32_t fill_gathers(orr_world *world, orr__system *system)
{
    const orr__gathers *gathers = &system->gathers;
    if (gathers->count == 0) return ORR_OK;
    orr__arena *arena = &system->run.frozen;
    const struct orr__query *query = orr__query_at(world, system->query);
    const uint64_t rows = orr__gathers_rows(world, query);
    orr_entity *entity = orr__arena_new(arena, orr__gathers_bytes(rows, sizeof(orr_entity)), 64);
    if (!entity) return ORR_E_MEMORY;
    orr__gathers_copy(world, query, (orr_field){ 0 }, entity);
    for (uint32_t i = 0; i < gathers->count; i++) {
        const orr_field field = gathers->items[i]->field;
        void *data = orr__arena_new(arena, orr__gathers_bytes(rows, field.bytes), 64);
        if (!data) return ORR_E_MEMORY;
        orr__gathers_copy(world, query, field, data);
        system->run.inputs->gathers[i] = (orr_gather){ .data = data, .entity = entity, .count = rows };
    }
    return ORR_OK;
}

static int32_t fill_cells(orr_world *world, orr__system *system)
{
    orr__arena *arena = &system->run.frozen;
    for (uint32_t i = 0; i < system->cells.count; i++) {
        const orr__cells_view *view = system->cells.items[i];
        const orr__lattice *lattice = orr__lattice_at(world, view->lattice);
        const void *from = lattice->front[view->field];
        const size_t bytes = orr__lattice_bytes(lattice, view->field);
        orr__input_cells *cells = &system->run.inputs->cells[i];
        void *now = copy_of(arena, from, bytes);
        if (!now) return ORR_E_MEMORY;
        cells->out = view->out;
        cells->out.read = now;
        cells->out.write = view->write ? now : NULL;
        if (view->write) cells->before = copy_of(arena, from, bytes);
        if (view->write && !cells->before) return ORR_E_MEMORY;
    }
    return ORR_OK;
}

static void fill_grids(orr_world *world, orr__inputs *in)
{
    for (uint32_t i = 0; i < in->grid_count; i++) {
        orr__near_grid *grid = orr__near_at(world, in->grids[i].index);
        orr__input_grid *to = &in->grids[i];
        to->grid = grid;
        to->out = grid->out;
        for (uint32_t k = 0; k < to->out.carry_count; k++) to->carry[k] = grid->out.carry[k];
        to->out.carry = to->carry;
        to->held = orr__near_hold(grid);
    }
}

static int32_t fill_resources(orr_world *world, orr__system *system)
{
    orr__inputs *in = system->run.inputs;
    for (uint32_t i = 0; i < in->resource_count; i++) {
        orr__input_resource *to = &in->resources[i];
        const orr__resource *from = orr__resource_at(world, to->id);
        const size_t bytes = from->field_count * sizeof *from->values;
        if (bytes) memcpy(to->now.values, from->values, bytes);
        if (bytes && to->before) memcpy(to->before, from->values, bytes);
        if (!from->text) continue;
        to->now.text = copy_of(&system->run.arena, from->text, strlen(from->text) + 1);
        if (!to->now.text) return ORR_E_MEMORY;
        to->text_before = to->now.text;
    }
    return ORR_OK;
}

static int32_t fill_events(orr_world *world, orr__system *system)
{
    orr__inputs *in = system->run.inputs;
    orr__arena *arena = &system->run.arena;
    const orr__events *all = &world->sim->events;
    in->events = copy_of(arena, all->items, all->count * sizeof *in->events);
    if (!in->events) return ORR_E_MEMORY;
    in->event_count = all->count;
    for (uint32_t i = 0; i < all->count; i++) {
        orr__event *event = &in->events[i];
        event->values =
            copy_of(arena, event->values, (size_t)event->count * event->field_count * sizeof *event->values);
        event->ticks = NULL;
        if (!event->values) return ORR_E_MEMORY;
    }
    return ORR_OK;
}

/* What scripts ask for by name; jobs have slots and params of their own. */
static int32_t fill_named(orr_world *world, orr__system *system)
{
    orr__inputs *in = system->run.inputs;
    orr__arena *arena = &system->run.arena;
    const orr__params *params = &world->sim->params;
    const orr__reductions *reductions = &world->sim->reductions;
    if (!system->pooled) return ORR_OK;
    in->params = orr__arena_new(arena, params->count * sizeof *in->params, 0);
    if (!in->params) return ORR_E_MEMORY;
    for (uint32_t i = 0; i < params->count; i++) in->params[i] = params->items[i].value;
    in->param_count = params->count;
    in->reductions.items = copy_of(arena, reductions->items, reductions->count * sizeof *reductions->items);
    if (!in->reductions.items) return ORR_E_MEMORY;
    in->reductions.count = reductions->count;
    return fill_events(world, system);
}

int32_t orr__inputs_fill(orr_world *world, orr__system *system)
{
    int32_t code = fill_gathers(world, system);
    if (code == ORR_OK) code = fill_cells(world, system);
    if (code == ORR_OK) code = fill_resources(world, system);
    if (code == ORR_OK) code = fill_named(world, system);
    if (code == ORR_OK) fill_grids(world, system->run.inputs);
    return code;
}

/* ---- arrival ---- */

/* Memory first: then nothing can fail. */
static int32_t make_texts(orr_world *world, orr__inputs *in)
{
    for (uint32_t i = 0; i < in->resource_count; i++) {
        orr__input_resource *from = &in->resources[i];
        if (!from->now.text || strcmp(from->now.text, from->text_before) == 0) continue;
        from->fresh = orr__alloc_string(&world->alloc, from->now.text);
        if (from->fresh) continue;
        while (i-- > 0) orr__alloc_string_free(&world->alloc, in->resources[i].fresh);
        return orr__fail_more("resource '%s'", from->now.name);
    }
    return ORR_OK;
}

static void commit_resource(orr_world *world, const orr__input_resource *from)
{
    orr__resource *to = orr__resource_at(world, from->id);
    for (uint32_t i = 0; from->before && i < to->field_count; i++) {
        const orr_value now = orr__value_clean(to->fields[i].type, from->now.values[i]);
        const orr_value before = orr__value_clean(to->fields[i].type, from->before[i]);
        if (now.u64 != before.u64) to->values[i] = now; /* clean: all its bytes are set */
    }
    if (!from->fresh) return;
    orr__alloc_string_free(&world->alloc, to->text);
    to->text = from->fresh;
}

static void commit_cells(orr_world *world, const orr__cells_view *view, const orr__input_cells *from)
{
    orr__lattice *lattice = orr__lattice_at(world, view->lattice);
    const size_t bytes = orr_type_bytes(lattice->fields[view->field].type);
    const size_t cells = (size_t)lattice->width * lattice->height, step = 4096 / bytes;
    const char *now = from->out.read, *before = from->before;
    char *to = lattice->front[view->field];
    for (size_t first = 0; first < cells; first += step) {
        const size_t end = cells - first < step ? cells : first + step;
        if (memcmp(now + first * bytes, before + first * bytes, (end - first) * bytes) == 0) continue;
        for (size_t i = first * bytes; i < end * bytes; i += bytes) {
            if (memcmp(now + i, before + i, bytes) != 0) memcpy(to + i, now + i, bytes);
        }
    }
}

int32_t orr__inputs_commit(orr_world *world, const orr__system *system, const orr_run *run)
{
    orr__inputs *in = run->inputs;
    if (!in || !run->ready) return ORR_OK;
    const int32_t code = make_texts(world, in);
    if (code != ORR_OK) return code;
    for (uint32_t i = 0; i < in->resource_count; i++) commit_resource(world, &in->resources[i]);
    for (uint32_t i = 0; i < system->cells.count; i++) {
        if (in->cells[i].before) commit_cells(world, system->cells.items[i], &in->cells[i]);
    }
    return ORR_OK;
}

void orr__inputs_release(orr_run *run)
{
    orr__inputs *in = run->inputs;
    run->inputs = NULL;
    for (uint32_t i = 0; in && i < in->grid_count; i++) {
        if (in->grids[i].held) orr__near_let_go(in->grids[i].grid, in->grids[i].held);
    }
}

/* ---- reading ---- */

const orr__inputs *orr__inputs_of(const orr_run *run)
{
    return run ? run->of->inputs : NULL;
}

const orr_gather *orr__inputs_gather(const orr_run *run, const orr__gathered *gathered)
{
    const orr__inputs *in = orr__inputs_of(run);
    return in ? &in->gathers[gather_at(&run->system->gathers, &gathered->out)] : &gathered->out;
}

const orr_neighbours *orr__inputs_neighbours(const orr_run *run, orr_near_index index, const orr_neighbours *world)
{
    const orr__inputs *in = orr__inputs_of(run);
    return in ? &grid_of(in, index)->out : world;
}

const orr_lattice_slot *orr__inputs_lattice(const orr_run *run, const orr__cells_view *view)
{
    const orr__inputs *in = orr__inputs_of(run);
    return in ? &in->cells[cells_at(&run->system->cells, &view->out)].out : &view->out;
}

orr__resource *orr__inputs_resource(const orr_run *run, orr_resource resource)
{
    const orr__inputs *in = orr__inputs_of(run);
    orr__input_resource *found = in ? resource_of(in, resource) : NULL;
    return found ? &found->now : NULL;
}

int32_t orr__inputs_set_text(orr_run *run, orr__resource *resource, const char *text)
{
    if (!resource->text) return orr__fail(ORR_E_TYPE, "resource '%s' is a record, not a string", resource->name);
    char *copy = copy_of(&run->of->arena, text, strlen(text) + 1);
    if (!copy) return orr__fail_more("resource '%s'", resource->name);
    resource->text = copy;
    return ORR_OK;
}
