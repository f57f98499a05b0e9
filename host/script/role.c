#include "script/role.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"
#include "ecs/world.h"
#include "script/host.h"
#include "sim/sim.h"

/* What scripts call the parts, in the order of the draft's lists, names, texts and numbers. */
static const char *const list_keys[ORR__LIST_COUNT] = {
    "all", "any", "none", "changed", "optional", "reads", "writes", "marks",
};
static const char *const name_keys[ORR__NAMES_COUNT] = {
    "reads", "writes", "after", "before", "stages", "resources", "lattices", "reductions", "values",
};
static const char *const text_keys[ORR__TEXT_COUNT] = { "name", "stage", "lattice", "job", NULL, "run", NULL };
static const char *const number_keys[ORR__NUMBER_COUNT] = {
    [ORR__NUMBER_EVERY] = "every",
    [ORR__NUMBER_DISABLED] = "enabled",
    [ORR__NUMBER_WHEN] = "enabled",
    [ORR__NUMBER_WHEN_VALUE] = "enabled",
    [ORR__NUMBER_SKIP_IF_EMPTY] = "skip_if_empty",
    [ORR__NUMBER_ON] = "on",
    [ORR__NUMBER_ON_ERROR] = "on_error",
    [ORR__NUMBER_SUBSTEPS] = "substeps",
    [ORR__NUMBER_HAS_QUERY] = "all",
    [ORR__NUMBER_EXCLUSIVE] = "reads",
    [ORR__NUMBER_EXTRA] = "extra",
    [ORR__NUMBER_TWIN] = "twin",
    [ORR__NUMBER_SNAPSHOT] = "data",
    [ORR__NUMBER_LATENCY] = "latency",
    [ORR__NUMBER_ISOLATION] = "isolation",
    [ORR__NUMBER_TIMEOUT_MS] = "timeout_ms",
};

typedef struct keyed {
    uint64_t hash;
    const char *key;
} keyed;

_Static_assert(ORR__LIST_COUNT + ORR__NAMES_COUNT + ORR__TEXT_COUNT + ORR__NUMBER_COUNT + 3 <= ORR__ROLE_PARTS,
               "room for all parts");

static uint64_t hash_names(const orr__draft_names *names)
{
    uint64_t hash = names->count;
    for (uint32_t i = 0; i < names->count; i++) hash = orr__hash_bytes(names->items[i], strlen(names->items[i]), hash);
    return hash;
}

static uint64_t hash_binds(const orr__draft *d)
{
    uint64_t hash = d->bind_count;
    for (uint32_t i = 0; i < d->bind_count; i++) {
        hash = orr__hash_bytes(d->binds[i].slot, strlen(d->binds[i].slot), hash);
        hash = orr__hash_bytes(d->binds[i].target, strlen(d->binds[i].target), hash);
    }
    return hash;
}

static uint64_t hash_params(const orr__draft *d)
{
    uint64_t hash = d->param_count;
    for (uint32_t i = 0; i < d->param_count; i++) {
        hash = orr__hash_bytes(d->params[i].name, strlen(d->params[i].name), hash + d->params[i].param);
        hash = orr__hash_bytes(&d->params[i].value, sizeof d->params[i].value, hash);
    }
    return hash;
}

/* The parts of a draft; `key` is NULL where nothing is to be compared. */
static uint32_t take_apart(const orr__draft *d, keyed *parts)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < ORR__LIST_COUNT; i++) {
        const orr__draft_list *list = &d->lists[i];
        parts[n++] = (keyed){ list->count ? orr__hash_bytes(list->items, list->count * sizeof *list->items, 1) : 0,
                              list_keys[i] };
    }
    for (uint32_t i = 0; i < ORR__NAMES_COUNT; i++) parts[n++] = (keyed){ hash_names(&d->names[i]), name_keys[i] };
    for (uint32_t i = 0; i < ORR__TEXT_COUNT; i++)
        parts[n++] = (keyed){ d->texts[i] ? orr__hash_text(d->texts[i]) : 0, text_keys[i] };
    for (uint32_t i = 0; i < ORR__NUMBER_COUNT; i++)
        parts[n++] = (keyed){ orr__hash_bytes(&d->numbers[i], sizeof d->numbers[i], 1), number_keys[i] };
    parts[n++] = (keyed){ hash_binds(d), "bind" };
    parts[n++] = (keyed){ hash_params(d), "params" };
    parts[n] = (keyed){ d->gather_count, "gather" };
    for (uint32_t i = 0; i < d->gather_count; i++)
        parts[n].hash = 31 * parts[n].hash + ((uint64_t)d->gathers[i].component << 16) + d->gathers[i].index;
    return n + 1;
}

int32_t orr__role_keep(orr__machine *m, orr_system id)
{
    orr_host *host = m->host;
    keyed parts[ORR__ROLE_PARTS];
    const int32_t status =
        orr__array_reserve(&m->world->alloc, &host->roles, &host->role_capacity, id, sizeof *host->roles);
    if (status != ORR_OK) return status;
    if (host->role_count < id) {
        memset(host->roles + host->role_count, 0, (id - host->role_count) * sizeof *host->roles);
        host->role_count = id;
    }
    const uint32_t count = take_apart(&m->draft, parts);
    uint64_t said = 1; /* but for where it stands */
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t text = i - ORR__LIST_COUNT - ORR__NAMES_COUNT;
        host->roles[id - 1].parts[i] = parts[i].hash;
        if (text != ORR__TEXT_SOURCE && text != ORR__TEXT_RUN)
            said = orr__hash_bytes(&parts[i].hash, sizeof said, said);
    }
    orr__system_at(m->world, id)->text_hash = said;
    return ORR_OK;
}

int32_t orr__role_found(uint32_t id, const char *kind, const char *name)
{
    if (id) return (int32_t)id;
    return orr__fail(ORR_E_SCRIPT,
                     "%s '%s' is declared only when the script is loaded for a worker: it must declare the same in "
                     "every role",
                     kind, name);
}

int32_t orr__role_system(orr__machine *m)
{
    const orr_host *host = m->host;
    const char *name = m->draft.texts[ORR__TEXT_NAME];
    const orr_system id = orr_system_find(m->world, name);
    const int32_t found = orr__role_found(id, "system", name);
    if (found < 0 || id > host->role_count) return found;
    keyed parts[ORR__ROLE_PARTS];
    const uint32_t count = take_apart(&m->draft, parts);
    for (uint32_t i = 0; i < count; i++) {
        if (!parts[i].key || parts[i].hash == host->roles[id - 1].parts[i]) continue;
        return orr__fail(ORR_E_SCRIPT,
                         "system '%s': `%s` says something else when the script is loaded for a worker: it must "
                         "declare the same in every role",
                         name, parts[i].key);
    }
    return found;
}

/* ---- everything, by its label ---- */

static uint64_t hash_draft(const orr__draft *d)
{
    keyed parts[ORR__ROLE_PARTS];
    uint64_t hash = d->field_count;
    for (uint32_t i = 0; i < d->field_count; i++) {
        const orr_field_desc *field = &d->fields[i];
        hash = orr__hash_bytes(field->name, strlen(field->name), hash + field->type);
        hash = orr__hash_bytes(&field->value, orr_type_bytes(field->type), hash);
    }
    for (uint32_t i = 0; i < d->value_count; i++) {
        const orr_prefab_value *item = &d->values[i];
        const uint32_t which[2] = { item->field.component, item->field.index };
        hash = orr__hash_bytes(which, sizeof which, hash);
        hash = orr__hash_bytes(&item->value, item->field.bytes, hash);
    }
    const uint32_t count = take_apart(d, parts);
    for (uint32_t i = 0; i < count; i++) {
        if (i != ORR__LIST_COUNT + ORR__NAMES_COUNT + ORR__TEXT_SOURCE)
            hash = orr__hash_bytes(&parts[i].hash, sizeof parts[i].hash, hash);
    }
    return hash;
}

static int32_t keep_declared(orr__machine *m, const char *label, const orr__declared *said)
{
    orr_host *host = m->host;
    orr__alloc *alloc = &m->world->alloc;
    const int32_t status = orr__array_reserve(alloc, &host->declared, &host->declared_capacity,
                                              host->declared_count + 1, sizeof *host->declared);
    if (status != ORR_OK) return status;
    orr__declared *item = &host->declared[host->declared_count];
    *item = *said;
    item->label = orr__alloc_string(alloc, label);
    if (!item->label) return ORR_E_MEMORY;
    host->declared_count++;
    return ORR_OK;
}

/* Workers say the same in the same order: the search begins behind what was found last. */
static int32_t compare_declared(orr__machine *m, const char *label, const orr__declared *said)
{
    const orr_host *host = m->host;
    const uint32_t count = host->declared_count;
    const int32_t status =
        orr__array_reserve(&m->world->alloc, &m->declared, &m->declared_capacity, count, sizeof *m->declared);
    if (status != ORR_OK) return status;
    if (m->declared_count < count) memset(m->declared + m->declared_count, 0, count - m->declared_count);
    m->declared_count = count;
    bool seen = false;
    for (uint32_t k = 0; k < count; k++) {
        const uint32_t i = (m->declared_next + k) % count;
        const orr__declared *item = &host->declared[i];
        if (item->label_hash != said->label_hash || strcmp(item->label, label) != 0) continue;
        seen = true;
        if (m->declared[i]) continue;
        if (item->hash != said->hash)
            return orr__fail(ORR_E_SCRIPT,
                             "%s says something else when the script is loaded for a worker: it must declare the same "
                             "in every role",
                             label);
        m->declared[i] = 1;
        m->declared_next = i + 1;
        return ORR_OK;
    }
    return orr__fail(ORR_E_SCRIPT,
                     "%s is declared %s when the script is loaded for a worker: it must declare the same in every role",
                     label, seen ? "more often" : "only");
}

int32_t orr__role_declare(orr__machine *m, const char *kind, const char *name, const double *numbers, uint32_t count,
                          const char *text)
{
    if (m->run || (m->worker && m->loaded)) return ORR_OK; /* not by the script while it loads */
    char label[ORR__ROLE_LABEL];
    if (name)
        snprintf(label, sizeof label, "%s '%s'", kind, name);
    else
        snprintf(label, sizeof label, "%s", kind);
    orr__declared said = { .label_hash = orr__hash_text(label), .hash = hash_draft(&m->draft) };
    if (count) said.hash = orr__hash_bytes(numbers, count * sizeof *numbers, said.hash);
    if (text) said.hash = orr__hash_bytes(text, strlen(text), said.hash);
    return m->worker ? compare_declared(m, label, &said) : keep_declared(m, label, &said);
}

void orr__role_loaded(orr_host *host)
{
    host->script_declared = host->declared_count;
}

int32_t orr__role_complete(const orr__machine *m)
{
    const orr_host *host = m->host;
    for (uint32_t i = 0; i < host->script_declared; i++) {
        if (i < m->declared_count && m->declared[i]) continue;
        return orr__fail(ORR_E_SCRIPT,
                         "%s is not declared when the script is loaded for a worker: it must declare the same in every "
                         "role",
                         host->declared[i].label);
    }
    return ORR_OK;
}

void orr__role_forget(orr__machine *m)
{
    orr__array_free(&m->world->alloc, &m->declared, &m->declared_capacity, sizeof *m->declared);
    m->declared_count = m->declared_next = 0;
}

void orr__role_fini(orr_host *host)
{
    orr__alloc *alloc = &host->world->alloc;
    for (uint32_t i = 0; i < host->declared_count; i++) orr__alloc_string_free(alloc, host->declared[i].label);
    orr__array_free(alloc, &host->declared, &host->declared_capacity, sizeof *host->declared);
    host->declared_count = 0;
    orr__array_free(&host->world->alloc, &host->roles, &host->role_capacity, sizeof *host->roles);
    host->role_count = 0;
}
