#include "script/role.h"

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
    "reads", "writes", "after", "before", "stages", "resources", "lattices", "reductions",
};
static const char *const text_keys[ORR__TEXT_COUNT] = { "name", "stage", "lattice", "job", NULL };
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
    for (uint32_t i = 0; i < count; i++) host->roles[id - 1].parts[i] = parts[i].hash;
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

void orr__role_fini(orr_host *host)
{
    orr__array_free(&host->world->alloc, &host->roles, &host->role_capacity, sizeof *host->roles);
    host->role_count = 0;
}
