#include "script/draft.h"

#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "ecs/world.h"
#include "script/bind.h"
#include "script/machine.h"
#include "script/role.h"
#include "sim/sim.h"

void orr__draft_init(orr__draft *draft, orr_world *world)
{
    memset(draft, 0, sizeof *draft);
    orr__arena_init(&draft->arena, &world->alloc, 0);
}

void orr__draft_fini(orr__draft *draft, orr_world *world)
{
    orr__alloc *alloc = &world->alloc;
    orr__array_free(alloc, &draft->fields, &draft->field_capacity, sizeof *draft->fields);
    for (uint32_t i = 0; i < ORR__LIST_COUNT; i++) {
        orr__array_free(alloc, &draft->lists[i].items, &draft->lists[i].capacity, sizeof(uint32_t));
    }
    for (uint32_t i = 0; i < ORR__NAMES_COUNT; i++) {
        orr__array_free(alloc, &draft->names[i].items, &draft->names[i].capacity, sizeof(char *));
    }
    orr__array_free(alloc, &draft->binds, &draft->bind_capacity, sizeof *draft->binds);
    orr__array_free(alloc, &draft->params, &draft->param_capacity, sizeof *draft->params);
    orr__array_free(alloc, &draft->gathers, &draft->gather_capacity, sizeof *draft->gathers);
    orr__array_free(alloc, &draft->values, &draft->value_capacity, sizeof *draft->values);
    orr__arena_fini(&draft->arena);
}

void orr__draft_begin(orr__machine *m)
{
    orr__draft *d = &m->draft;
    orr__arena_reset(&d->arena);
    d->field_count = d->bind_count = d->param_count = d->gather_count = d->value_count = 0;
    for (uint32_t i = 0; i < ORR__LIST_COUNT; i++) d->lists[i].count = 0;
    for (uint32_t i = 0; i < ORR__NAMES_COUNT; i++) d->names[i].count = 0;
    memset(d->texts, 0, sizeof d->texts);
    memset(d->numbers, 0, sizeof d->numbers);
}

/* A copy that lives until the next draft. */
static const char *keep(orr__draft *d, const char *text)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = orr__arena_new(&d->arena, bytes, 1);
    return copy ? memcpy(copy, text, bytes) : NULL;
}

orr_field orr__draft_field_of(const orr_world *world, uint32_t component, uint32_t index)
{
    orr_field_desc desc;
    if (orr_component_field(world, component, index, &desc) != ORR_OK) return (orr_field){ 0 };
    return (orr_field){ .component = component,
                        .index = (uint16_t)index,
                        .type = (uint8_t)desc.type,
                        .bytes = (uint8_t)orr_type_bytes(desc.type) };
}

/* ---- collecting ---- */

int32_t orr__draft_field(orr__machine *m, const char *name, uint32_t type, double value)
{
    orr__draft *d = &m->draft;
    orr_field_desc field = { .type = type };
    int32_t status = orr__value_from_double(type, value, name, &field.value);
    if (status != ORR_OK) return status;
    status = orr__array_reserve(&m->world->alloc, &d->fields, &d->field_capacity, d->field_count + 1, sizeof field);
    if (status != ORR_OK) return status;
    field.name = keep(d, name);
    if (!field.name) return ORR_E_MEMORY;
    d->fields[d->field_count++] = field;
    return ORR_OK;
}

/* Lists stay closed by a 0 behind their count. */
static int32_t append(orr__machine *m, orr__draft_list *list, uint32_t number)
{
    const int32_t status =
        orr__array_reserve(&m->world->alloc, &list->items, &list->capacity, list->count + 2, sizeof number);
    if (status != ORR_OK) return status;
    list->items[list->count++] = number;
    list->items[list->count] = 0;
    return ORR_OK;
}

int32_t orr__draft_list_add(orr__machine *m, uint32_t list, uint32_t component)
{
    return append(m, &m->draft.lists[list], component);
}

int32_t orr__draft_name(orr__machine *m, uint32_t list, const char *name)
{
    orr__draft_names *names = &m->draft.names[list];
    const int32_t status =
        orr__array_reserve(&m->world->alloc, &names->items, &names->capacity, names->count + 2, sizeof name);
    if (status != ORR_OK) return status;
    const char *copy = keep(&m->draft, name);
    if (!copy) return ORR_E_MEMORY;
    names->items[names->count++] = copy;
    names->items[names->count] = NULL;
    return ORR_OK;
}

int32_t orr__draft_text(orr__machine *m, uint32_t key, const char *text)
{
    m->draft.texts[key] = keep(&m->draft, text);
    return m->draft.texts[key] ? ORR_OK : ORR_E_MEMORY;
}

int32_t orr__draft_number(orr__machine *m, uint32_t key, double value)
{
    m->draft.numbers[key] = value;
    return ORR_OK;
}

int32_t orr__draft_bind(orr__machine *m, const char *slot, const char *target)
{
    orr__draft *d = &m->draft;
    const int32_t status =
        orr__array_reserve(&m->world->alloc, &d->binds, &d->bind_capacity, d->bind_count + 1, sizeof *d->binds);
    if (status != ORR_OK) return status;
    const orr_bind bind = { keep(d, slot), keep(d, target) };
    if (!bind.slot || !bind.target) return ORR_E_MEMORY;
    d->binds[d->bind_count++] = bind;
    return ORR_OK;
}

int32_t orr__draft_param(orr__machine *m, const char *name, uint32_t param, double value)
{
    orr__draft *d = &m->draft;
    const int32_t status =
        orr__array_reserve(&m->world->alloc, &d->params, &d->param_capacity, d->param_count + 1, sizeof *d->params);
    if (status != ORR_OK) return status;
    const orr_job_value job_value = { .name = keep(d, name), .param = param, .value = value };
    if (!job_value.name) return ORR_E_MEMORY;
    d->params[d->param_count++] = job_value;
    return ORR_OK;
}

int32_t orr__draft_gather(orr__machine *m, uint32_t component, uint32_t field)
{
    orr__draft *d = &m->draft;
    const int32_t status =
        orr__array_reserve(&m->world->alloc, &d->gathers, &d->gather_capacity, d->gather_count + 2, sizeof *d->gathers);
    if (status != ORR_OK) return status;
    d->gathers[d->gather_count++] = orr__draft_field_of(m->world, component, field);
    d->gathers[d->gather_count] = (orr_field){ 0 };
    return ORR_OK;
}

int32_t orr__draft_value(orr__machine *m, uint32_t component, uint32_t field, double value)
{
    orr__draft *d = &m->draft;
    orr_field_desc desc;
    orr_prefab_value item = { .field = orr__draft_field_of(m->world, component, field) };
    int32_t status = orr_component_field(m->world, component, field, &desc);
    if (status == ORR_OK) status = orr__value_from_double(desc.type, value, desc.name, &item.value);
    if (status != ORR_OK) return status;
    status = orr__array_reserve(&m->world->alloc, &d->values, &d->value_capacity, d->value_count + 1, sizeof item);
    if (status != ORR_OK) return status;
    d->values[d->value_count++] = item;
    return ORR_OK;
}

/* ---- handing over ---- */

static int32_t created(uint32_t id)
{
    return id ? (int32_t)id : orr__error_code();
}

/* On the main machine after it was made; on a worker in the place of making it. */
static int32_t declared(orr__machine *m, int32_t id, const char *kind, const char *name)
{
    const int32_t status = id > 0 ? orr__role_declare(m, kind, name, NULL, 0, NULL) : id;
    return status < 0 ? status : id;
}

int32_t orr__draft_component(orr__machine *m, const char *name)
{
    const orr__draft *d = &m->draft;
    if (m->worker) {
        const int32_t found = orr__role_found(orr_component_find(m->world, name), "component", name);
        if (found < 0) return found;
    }
    const orr_component_desc desc = { .name = name, .fields = d->fields, .field_count = d->field_count };
    return declared(m, created(orr_component_create(m->world, &desc)), "component", name);
}

static int32_t prefab_declared(orr__machine *m, int32_t id, const char *name, uint32_t parent)
{
    const double from = parent;
    const int32_t status = id > 0 ? orr__role_declare(m, "prefab", name, &from, 1, NULL) : id;
    return status < 0 ? status : id;
}

int32_t orr__draft_prefab(orr__machine *m, const char *name, uint32_t parent)
{
    const orr__draft *d = &m->draft;
    static const uint32_t nothing[1] = { 0 };
    if (m->worker && name) {
        const int32_t found = orr__role_found(orr_prefab_find(m->world, name), "prefab", name);
        return prefab_declared(m, found, name, parent);
    }
    const orr__draft_list *all = &d->lists[ORR__LIST_ALL];
    const orr_prefab_desc desc = { .name = name,
                                   .parent = parent,
                                   .components = all->count ? all->items : nothing,
                                   .values = d->values,
                                   .value_count = d->value_count };
    /* A set that is written where it is spawned becomes a prefab when it is first met, perhaps in a system. */
    const int32_t id = created(orr__prefab_create(m->world, &desc));
    return name ? prefab_declared(m, id, name, parent) : id;
}

static const uint32_t *list_of(const orr__draft *d, uint32_t list)
{
    return d->lists[list].count ? d->lists[list].items : NULL;
}

static orr_query_desc query_of(const orr__draft *d)
{
    return (orr_query_desc){ .all = list_of(d, ORR__LIST_ALL),
                             .any = list_of(d, ORR__LIST_ANY),
                             .none = list_of(d, ORR__LIST_NONE),
                             .changed = list_of(d, ORR__LIST_CHANGED),
                             .optional = list_of(d, ORR__LIST_OPTIONAL) };
}

int32_t orr__draft_query(orr__machine *m)
{
    const orr_query_desc desc = query_of(&m->draft);
    return created(orr_query_create(m->world, &desc));
}

int32_t orr__draft_param_create(orr__machine *m, const char *name, double value, double min, double max, double step,
                                const char *help)
{
    const orr_param_desc desc = { .name = name, .value = value, .min = min, .max = max, .step = step, .help = help };
    const double numbers[4] = { value, min, max, step };
    const int32_t id = m->worker ? orr__role_found(orr_param_find(m->world, name), "param", name)
                                 : created(orr_param_create(m->world, &desc));
    const int32_t status = id > 0 ? orr__role_declare(m, "param", name, numbers, 4, help) : id;
    return status < 0 ? status : id;
}

int32_t orr__draft_resource(orr__machine *m, const char *name, const char *text)
{
    const orr__draft *d = &m->draft;
    const orr_resource_desc desc = { .name = name, .fields = d->fields, .field_count = d->field_count, .text = text };
    const int32_t id = m->worker ? orr__role_found(orr_resource_find(m->world, name), "resource", name)
                                 : created(orr_resource_create(m->world, &desc));
    const int32_t status = id > 0 ? orr__role_declare(m, "resource", name, NULL, 0, text) : id;
    return status < 0 ? status : id;
}

int32_t orr__draft_event(orr__machine *m, const char *name)
{
    if (m->worker) return declared(m, orr__role_found(orr_event_find(m->world, name), "event", name), "event", name);
    const orr__draft *d = &m->draft;
    const orr_event_desc desc = { .name = name, .fields = d->fields, .field_count = d->field_count };
    return declared(m, created(orr_event_create(m->world, &desc)), "event", name);
}

int32_t orr__draft_lattice(orr__machine *m, const char *name, uint32_t width, uint32_t height, uint32_t wraps)
{
    const orr__draft *d = &m->draft;
    const orr_lattice_desc desc = { .name = name,
                                    .width = width,
                                    .height = height,
                                    .wrap_x = wraps & 1,
                                    .wrap_y = (wraps >> 1) & 1,
                                    .fields = d->fields,
                                    .field_count = d->field_count };
    const double numbers[3] = { width, height, wraps };
    const int32_t id = m->worker ? orr__role_found(orr_lattice_find(m->world, name), "lattice", name)
                                 : created(orr_lattice_create(m->world, &desc));
    const int32_t status = id > 0 ? orr__role_declare(m, "lattice", name, numbers, 3, NULL) : id;
    return status < 0 ? status : id;
}

int32_t orr__draft_neighbours(orr__machine *m, const char *name)
{
    if (m->worker)
        return declared(m, orr__role_found(orr_neighbours_find(m->world, name), "neighbours", name), "neighbours",
                        name);
    const orr__draft *d = &m->draft;
    const double *n = d->numbers;
    orr_neighbours_desc desc = { .name = name,
                                 .query = query_of(d),
                                 .radius = n[ORR__NUMBER_RADIUS],
                                 .radius_param = (orr_param)n[ORR__NUMBER_RADIUS_PARAM],
                                 .wraps = (uint32_t)n[ORR__NUMBER_WRAPS] };
    const uint32_t dimensions = (uint32_t)n[ORR__NUMBER_DIMENSIONS];
    for (uint32_t a = 0; a < dimensions && a < d->gather_count; a++) {
        desc.position[a] = d->gathers[a];
        desc.min[a] = n[ORR__NUMBER_MIN_X + a];
        desc.max[a] = n[ORR__NUMBER_MAX_X + a];
    }
    if (d->gather_count > dimensions) {
        desc.carry = d->gathers + dimensions;
        desc.carry_count = d->gather_count - dimensions;
    }
    return declared(m, created(orr_neighbours_create(m->world, &desc)), "neighbours", name);
}

int32_t orr__draft_stages(orr__machine *m)
{
    static const char *const nothing[1] = { NULL };
    const orr__draft_names *names = &m->draft.names[ORR__NAMES_STAGES];
    const int32_t status = m->worker ? ORR_OK : orr_stages_set(m->world, names->count ? names->items : nothing);
    return status == ORR_OK ? orr__role_declare(m, "orrery.stages", NULL, NULL, 0, NULL) : status;
}

static const char *const *names_of(const orr__draft *d, uint32_t list)
{
    return d->names[list].count ? d->names[list].items : NULL;
}

int32_t orr__draft_system(orr__machine *m)
{
    const orr__draft *d = &m->draft;
    const double *n = d->numbers;
    if (m->worker) return declared(m, orr__role_system(m), "system", d->texts[ORR__TEXT_NAME]);
    orr_system_desc desc = {
        .name = d->texts[ORR__TEXT_NAME],
        .stage = d->texts[ORR__TEXT_STAGE],
        .query = query_of(d),
        .has_query = n[ORR__NUMBER_HAS_QUERY] != 0,
        .reads = list_of(d, ORR__LIST_READS),
        .writes = list_of(d, ORR__LIST_WRITES),
        .marks = list_of(d, ORR__LIST_MARKS),
        .resource_reads = names_of(d, ORR__NAMES_READS),
        .resource_writes = names_of(d, ORR__NAMES_WRITES),
        .gathers = d->gather_count ? d->gathers : NULL,
        .lattice = d->texts[ORR__TEXT_LATTICE],
        .after = names_of(d, ORR__NAMES_AFTER),
        .before = names_of(d, ORR__NAMES_BEFORE),
        .exclusive = n[ORR__NUMBER_EXCLUSIVE] != 0,
        .every = (uint32_t)n[ORR__NUMBER_EVERY],
        .disabled = n[ORR__NUMBER_DISABLED] != 0,
        .when = (orr_param)n[ORR__NUMBER_WHEN],
        .when_value = n[ORR__NUMBER_WHEN_VALUE],
        .skip_if_empty = n[ORR__NUMBER_SKIP_IF_EMPTY] != 0,
        .on = (uint32_t)n[ORR__NUMBER_ON],
        .on_error = (uint32_t)n[ORR__NUMBER_ON_ERROR],
        .substeps = (uint32_t)n[ORR__NUMBER_SUBSTEPS],
        .snapshot = n[ORR__NUMBER_SNAPSHOT] != 0,
        .latency = (uint32_t)n[ORR__NUMBER_LATENCY],
        .job = d->texts[ORR__TEXT_JOB],
        .bind = d->binds,
        .bind_count = d->bind_count,
        .params = d->params,
        .param_count = d->param_count,
        .isolation = (uint32_t)n[ORR__NUMBER_ISOLATION],
        .timeout_ms = (uint32_t)n[ORR__NUMBER_TIMEOUT_MS],
        .source = d->texts[ORR__TEXT_SOURCE],
    };
    return declared(m, orr__bind_system(m, &desc), "system", desc.name);
}

int32_t orr__draft_hook(orr__machine *m, uint32_t kind, uint32_t component)
{
    static const char *const labels[] = { "the hook on add of", "the hook on remove of", "the hook on change of" };
    const int32_t id = m->worker ? ORR_OK : orr__bind_hook(m, kind, component);
    if (id < 0) return id;
    const int32_t status = orr__role_declare(m, labels[kind], orr_component_name(m->world, component), NULL, 0, NULL);
    return status < 0 ? status : id;
}

int32_t orr__draft_declare(orr__machine *m, const char *kind, const char *name)
{
    return orr__role_declare(m, kind, name, NULL, 0, NULL);
}
