#include "sim/bind.h"

#include "base/error.h"
#include "sim/sim.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { NAME_BYTES = 256 };

/* What is being bound, for the functions below. */
typedef struct binder {
    orr_world *world;
    orr__system *system;
    const orr_system_desc *desc;
    const orr_job_desc *job;
    const orr_slot_desc *slot;
    char part[NAME_BYTES];  /* of the slot's name, or what `bind` says instead */
    char field[NAME_BYTES]; /* "" : none */
} binder;

/* ---- names ---- */

static int32_t split(binder *b, const char *name)
{
    const char *dot = strchr(name, '.');
    const size_t part = dot ? (size_t)(dot - name) : strlen(name);
    if (part >= NAME_BYTES || strlen(name) >= NAME_BYTES)
        return orr__fail(ORR_E_ARGUMENT, "the name '%.40s...' is too long", name);
    memcpy(b->part, name, part);
    b->part[part] = 0;
    snprintf(b->field, sizeof b->field, "%s", dot ? dot + 1 : "");
    return ORR_OK;
}

static const char *bound_to(const binder *b, const char *name)
{
    for (uint32_t i = 0; i < b->desc->bind_count; i++) {
        if (b->desc->bind[i].slot && b->desc->bind[i].target && strcmp(b->desc->bind[i].slot, name) == 0)
            return b->desc->bind[i].target;
    }
    return NULL;
}

/* Part and field that the slot stands for: its own name, or what `bind` puts in place of the whole or of the part. */
static int32_t target_of(binder *b)
{
    int32_t code = split(b, b->slot->name);
    if (code != ORR_OK) return code;
    const char *whole = bound_to(b, b->slot->name);
    if (whole && strchr(whole, '.')) return split(b, whole);
    const char *part = whole ? whole : bound_to(b, b->part);
    if (!part) return ORR_OK;
    if (strchr(part, '.'))
        return orr__fail(ORR_E_ARGUMENT, "bind: '%s' stands for several slots and cannot be the field '%s'", b->part,
                         part);
    if (strlen(part) >= NAME_BYTES) return orr__fail(ORR_E_ARGUMENT, "the name '%.40s...' is too long", part);
    snprintf(b->part, sizeof b->part, "%s", part);
    return ORR_OK;
}

/* The index whose name is `name`, or else the only one that is when case is ignored. */
static uint32_t pick(const char *name, const char *(*name_at)(const void *of, uint32_t index), const void *of,
                     uint32_t count)
{
    uint32_t found = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        const char *candidate = name_at(of, i);
        if (strcmp(candidate, name) == 0) return i;
        if (strcasecmp(candidate, name) == 0) found = found == UINT32_MAX ? i : UINT32_MAX - 1;
    }
    return found >= UINT32_MAX - 1 ? UINT32_MAX : found;
}

static const char *component_name(const void *of, uint32_t index)
{
    return orr_component_name(of, index + 1);
}

static const char *field_name(const void *of, uint32_t index)
{
    return ((const orr__field *)of)[index].name;
}

static const char *lattice_name(const void *of, uint32_t index)
{
    const orr__lattice *lattice = ((const orr_world *)of)->lattices[index];
    return lattice->hidden.now ? "" : lattice->name;
}

static const char *grid_name(const void *of, uint32_t index)
{
    const orr__near_grid *grid = ((const orr_world *)of)->sim->neighbours.items[index];
    return grid->hidden.now ? "" : grid->name;
}

static const char *resource_name(const void *of, uint32_t index)
{
    const orr__resource *resource = &((const orr_world *)of)->sim->resources.items[index];
    return resource->hidden.now ? "" : resource->name;
}

static const char *param_name(const void *of, uint32_t index)
{
    return ((const orr_job_desc *)of)->params[index].name;
}

/* "there is no component 'Positoin' (did you mean 'Position'?)" */
static int32_t missing(const char *what, const char *name, const char *(*name_at)(const void *of, uint32_t index),
                       const void *of, uint32_t count)
{
    const char *best = NULL;
    for (uint32_t i = 0; i < count && !best; i++) {
        const char *candidate = name_at(of, i);
        best = orr__nearest(name, &candidate, 1);
    }
    if (best) return orr__fail(ORR_E_NOT_FOUND, "there is no %s '%s' (did you mean '%s'?)", what, name, best);
    return orr__fail(ORR_E_NOT_FOUND, "there is no %s '%s'", what, name);
}

/* A whole slot, or the part before its dot, that no slot of the job is called. */
static int32_t no_slot(const orr_job_desc *job, const char *name)
{
    for (uint32_t k = 0; k < job->slot_count; k++) {
        char part[NAME_BYTES];
        snprintf(part, sizeof part, "%s", job->slots[k].name);
        if (!strchr(name, '.')) part[strcspn(part, ".")] = '\0';
        const char *candidate = part;
        if (orr__nearest(name, &candidate, 1)) {
            return orr__fail(ORR_E_NOT_FOUND, "bind: job '%s' has no slot '%s' (did you mean '%s'?)", job->name, name,
                             part);
        }
    }
    return orr__fail(ORR_E_NOT_FOUND, "bind: job '%s' has no slot '%s'", job->name, name);
}

static int32_t find(const binder *b, const char *what, const char *(*name_at)(const void *of, uint32_t index),
                    uint32_t count, uint32_t *index)
{
    *index = pick(b->part, name_at, b->world, count);
    return *index == UINT32_MAX ? missing(what, b->part, name_at, b->world, count) : ORR_OK;
}

static int32_t find_field(const binder *b, const orr__field *fields, uint32_t count, const char *of, uint32_t *index)
{
    if (!b->field[0] && count == 1) {
        *index = 0;
        return ORR_OK;
    }
    if (!b->field[0]) return orr__fail(ORR_E_ARGUMENT, "names no field of %s: bind it to one", of);
    *index = pick(b->field, field_name, fields, count);
    if (*index != UINT32_MAX) return ORR_OK;
    char what[NAME_BYTES + 16];
    snprintf(what, sizeof what, "field of %s", of);
    return missing(what, b->field, field_name, fields, count);
}

static int32_t check_type(const binder *b, const orr__field *field, const char *of)
{
    if (field->type == b->slot->type) return ORR_OK;
    return orr__fail(ORR_E_TYPE, "is %s, but '%s.%s' is %s", orr_type_name(b->slot->type), of, field->name,
                     orr_type_name(field->type));
}

/* ---- slots by kind ---- */

static int32_t bind_field(binder *b, orr__bound_slot *bound, orr_component *rows)
{
    uint32_t index;
    int32_t code = find(b, "component", component_name, b->world->component_count, &index);
    if (code != ORR_OK) return code;
    const orr__component *component = orr__component_at(b->world, index + 1);
    uint32_t at;
    code = find_field(b, component->fields, component->field_count, component->name, &at);
    if (code == ORR_OK) code = check_type(b, &component->fields[at], component->name);
    if (code != ORR_OK) return code;
    bound->field = (orr_field){ .component = index + 1,
                                .index = (uint16_t)at,
                                .type = component->fields[at].type,
                                .bytes = component->fields[at].bytes };
    if (!(b->slot->access & ORR_OPTIONAL)) {
        while (*rows) rows++;
        *rows = index + 1;
    }
    const uint32_t mode = b->slot->access & (uint32_t)(ORR_READ | ORR_WRITE | ORR_MARK);
    code = orr__access_add(b->world, &b->system->access, ORR__ACCESS_COMPONENT, index + 1, mode);
    if (code != ORR_OK || b->slot->kind == ORR_SLOT_ROW) return code;
    orr__gathered *gathered = orr__gathers_add(b->world, &b->system->gathers, bound->field);
    if (!gathered) return orr__error_code();
    bound->pointer = &gathered->out;
    return ORR_OK;
}

static int32_t bind_neighbours(binder *b, orr__bound_slot *bound)
{
    const char *whole = bound_to(b, b->slot->name);
    if (strlen(whole ? whole : b->slot->name) >= NAME_BYTES) return orr__fail(ORR_E_ARGUMENT, "has too long a name");
    snprintf(b->part, sizeof b->part, "%s", whole ? whole : b->slot->name);
    uint32_t index;
    const int32_t code = find(b, "neighbours", grid_name, b->world->sim->neighbours.count, &index);
    if (code != ORR_OK) return code;
    bound->id = index + 1;
    bound->pointer = &orr__near_at(b->world, index + 1)->out;
    return orr__access_add(b->world, &b->system->access, ORR__ACCESS_NEIGHBOURS, bound->id, ORR_READ);
}

static int32_t bind_lattice(binder *b, orr__bound_slot *bound)
{
    uint32_t index, at;
    int32_t code = find(b, "lattice", lattice_name, b->world->lattice_count, &index);
    if (code != ORR_OK) return code;
    const orr__lattice *lattice = orr__lattice_at(b->world, index + 1);
    code = find_field(b, lattice->fields, lattice->field_count, lattice->name, &at);
    if (code == ORR_OK) code = check_type(b, &lattice->fields[at], lattice->name);
    if (code != ORR_OK) return code;
    bound->id = index + 1;
    bound->index = at;
    const bool write = b->slot->access & ORR_WRITE;
    code = orr__access_add(b->world, &b->system->access, ORR__ACCESS_LATTICE, bound->id,
                           write ? ORR_READ | ORR_WRITE : ORR_READ);
    if (code == ORR_OK) code = orr__cells_add(b->world, &b->system->cells, bound->id, write);
    if (code == ORR_OK) bound->pointer = &orr__cells_find(&b->system->cells, bound->id, at)->out;
    return code;
}

static int32_t bind_resource(binder *b, orr__bound_slot *bound)
{
    uint32_t index, at;
    int32_t code = find(b, "resource", resource_name, b->world->sim->resources.count, &index);
    if (code != ORR_OK) return code;
    const orr__resource *resource = orr__resource_at(b->world, index + 1);
    if (resource->field_count == 0) return orr__fail(ORR_E_TYPE, "resource '%s' is a string", resource->name);
    code = find_field(b, resource->fields, resource->field_count, resource->name, &at);
    if (code == ORR_OK) code = check_type(b, &resource->fields[at], resource->name);
    if (code != ORR_OK) return code;
    bound->id = index + 1;
    bound->index = at;
    bound->pointer = &resource->values[at];
    const bool write = b->slot->access & ORR_WRITE;
    b->system->serial |= write;
    return orr__access_add(b->world, &b->system->access, ORR__ACCESS_RESOURCE, bound->id,
                           write ? ORR_READ | ORR_WRITE : ORR_READ);
}

static int32_t bind_slot(binder *b, orr__bound_slot *bound, orr_component *rows)
{
    bound->desc = b->slot;
    int32_t code = b->slot->kind == ORR_SLOT_NEIGHBOURS ? ORR_OK : target_of(b);
    if (code == ORR_OK) {
        switch (b->slot->kind) {
        case ORR_SLOT_NEIGHBOURS: code = bind_neighbours(b, bound); break;
        case ORR_SLOT_LATTICE: code = bind_lattice(b, bound); break;
        case ORR_SLOT_RESOURCE: code = bind_resource(b, bound); break;
        default: code = bind_field(b, bound, rows); break;
        }
    }
    return code == ORR_OK ? code : orr__fail_more("slot '%s' of job '%s'", b->slot->name, b->job->name);
}

/* Entries of `bind` that stand for no slot are mistakes. */
static int32_t check_binds(const binder *b)
{
    for (uint32_t i = 0; i < b->desc->bind_count; i++) {
        const char *name = b->desc->bind[i].slot;
        if (!name || !b->desc->bind[i].target) return orr__fail(ORR_E_ARGUMENT, "bind: an entry without a name");
        const size_t length = strlen(name);
        bool used = false;
        for (uint32_t k = 0; k < b->job->slot_count && !used; k++) {
            const char *slot = b->job->slots[k].name;
            used = strcmp(slot, name) == 0 || (strncmp(slot, name, length) == 0 && slot[length] == '.');
        }
        if (!used) return no_slot(b->job, name);
    }
    return ORR_OK;
}

/* A job without row slots that writes a lattice runs over bands of it. In place, all ranges would share it. */
static int32_t settle_lattice(binder *b, const orr_component *rows)
{
    orr__system *system = b->system;
    if (system->lattice) return orr__cells_add(b->world, &system->cells, system->lattice, true);
    const bool over_rows = rows[0] || b->desc->has_query || b->desc->query.all || b->desc->query.any ||
                           b->desc->query.none || b->desc->query.changed;
    for (uint32_t i = 0; i < b->job->slot_count; i++) {
        const orr__bound_slot *bound = &system->binding->slots[i];
        if (bound->desc->kind != ORR_SLOT_LATTICE) continue;
        const bool write = bound->desc->access & ORR_WRITE;
        if (over_rows || (b->job->flags & ORR_WHOLE)) {
            system->serial |= write;
        } else if (write && !system->lattice) {
            system->lattice = bound->id;
        } else if (write && system->lattice != bound->id) {
            return orr__fail(ORR_E_JOB, "job '%s' writes two lattices: a run goes over the bands of one", b->job->name);
        }
    }
    return ORR_OK;
}

/* ---- params ---- */

static int32_t check_range(const orr_job_param *param, double value)
{
    if (value == value && (param->min == param->max || (value >= param->min && value <= param->max))) return ORR_OK;
    return orr__fail(ORR_E_RANGE, "param '%s' is %g, outside %g to %g", param->name, value, param->min, param->max);
}

static int32_t bind_param(binder *b, orr__bound_param *bound, const orr_job_param *param)
{
    bound->desc = param;
    bound->value = param->value;
    bound->by_name = true;
    for (uint32_t i = 0; i < b->desc->param_count; i++) {
        const orr_job_value *given = &b->desc->params[i];
        if (strcmp(given->name, param->name) != 0) continue;
        if (given->param > orr_param_count(b->world))
            return orr__fail(ORR_E_ARGUMENT, "param '%s' is tied to no param of this world", param->name);
        bound->by_name = false;
        bound->param = given->param;
        bound->value = given->value;
        return given->param ? ORR_OK : check_range(param, given->value);
    }
    return ORR_OK;
}

static int32_t bind_params(binder *b)
{
    for (uint32_t i = 0; i < b->desc->param_count; i++) {
        const char *name = b->desc->params[i].name;
        bool used = false;
        for (uint32_t k = 0; name && k < b->job->param_count && !used; k++) {
            used = strcmp(b->job->params[k].name, name) == 0;
        }
        if (!used) {
            char what[NAME_BYTES];
            snprintf(what, sizeof what, "param of job '%s' called", b->job->name);
            return missing(what, name ? name : "", param_name, b->job, b->job->param_count);
        }
    }
    int32_t code = ORR_OK;
    for (uint32_t i = 0; code == ORR_OK && i < b->job->param_count; i++)
        code = bind_param(b, &b->system->binding->params[i], &b->job->params[i]);
    return code;
}

void orr__binding_resolve(orr_world *world, orr__binding *binding)
{
    for (uint32_t i = 0; i < binding->job->param_count; i++) {
        orr__bound_param *bound = &binding->params[i];
        if (bound->by_name) bound->param = orr_param_find(world, bound->desc->name);
    }
}

int32_t orr__binding_params(const orr_world *world, orr__binding *binding)
{
    for (uint32_t i = 0; i < binding->job->param_count; i++) {
        const orr__bound_param *bound = &binding->params[i];
        const orr_job_param *desc = bound->desc;
        const double value = bound->param ? orr_param_get(world, bound->param) : bound->value;
        int32_t code = bound->param ? check_range(desc, value) : ORR_OK;
        if (code != ORR_OK) return code;
        orr_value converted;
        if (desc->type == ORR_TYPE_BOOL)
            converted.boolean = value != 0;
        else
            code = orr__value_from_double(desc->type, value, desc->name, &converted);
        if (code != ORR_OK) return code;
        memcpy((char *)binding->params_struct + desc->offset, &converted, orr_type_bytes(desc->type));
    }
    return ORR_OK;
}

/* ---- bindings ---- */

static int32_t make(orr_world *world, orr__system *system, const orr_job_desc *job)
{
    orr__alloc *alloc = &world->alloc;
    orr__binding *binding = orr__alloc_zero(alloc, sizeof *binding, 0);
    if (!binding) return ORR_E_MEMORY;
    system->binding = binding;
    binding->job = job;
    binding->run = job->choose ? job->choose() : job->run;
    if (job->slot_count) binding->slots = orr__alloc_zero(alloc, job->slot_count * sizeof *binding->slots, 0);
    if (job->param_count) binding->params = orr__alloc_zero(alloc, job->param_count * sizeof *binding->params, 0);
    if (job->params_bytes) binding->params_struct = orr__alloc_zero(alloc, job->params_bytes, 64);
    if (job->state_bytes) binding->state = orr__alloc_zero(alloc, job->state_bytes, 64);
    const bool all = (!job->slot_count || binding->slots) && (!job->param_count || binding->params) &&
                     (!job->params_bytes || binding->params_struct) && (!job->state_bytes || binding->state);
    return all ? ORR_OK : ORR_E_MEMORY;
}

void orr__binding_destroy(orr_world *world, orr__binding *binding)
{
    if (!binding) return;
    orr__alloc *alloc = &world->alloc;
    const orr_job_desc *job = binding->job;
    orr__alloc_free(alloc, binding->slots, job->slot_count * sizeof *binding->slots);
    orr__alloc_free(alloc, binding->params, job->param_count * sizeof *binding->params);
    orr__alloc_free(alloc, binding->params_struct, job->params_bytes);
    orr__alloc_free(alloc, binding->state, job->state_bytes);
    orr__alloc_free(alloc, binding, sizeof *binding);
}

int32_t orr__bind(orr_world *world, orr__system *system, const orr_job_desc *job, const orr_system_desc *desc,
                  orr_component *row_components)
{
    int32_t code = make(world, system, job);
    if (code != ORR_OK) return code;
    binder b = { .world = world, .system = system, .desc = desc, .job = job };
    code = check_binds(&b);
    for (uint32_t i = 0; code == ORR_OK && i < job->slot_count; i++) {
        b.slot = &job->slots[i];
        code = bind_slot(&b, &system->binding->slots[i], row_components);
    }
    if (code == ORR_OK) code = settle_lattice(&b, row_components);
    return code == ORR_OK ? bind_params(&b) : code;
}
