#include "sim/reduction.h"

#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"
#include "sim/fields.h"
#include "sim/sim.h"

#include <math.h>
#include <string.h>

static const char *const kind_names[] = { "sum", "min", "max" };

static double combine(uint32_t kind, double so_far, double value)
{
    if (kind == ORR_SUM) return so_far + value;
    if (isnan(so_far) || isnan(value)) return NAN;
    const bool better = kind == ORR_MIN ? value < so_far : value > so_far;
    return better ? value : so_far;
}

/* ---- partials of a range ----------------------------------------------------------------------------------------- */

static int32_t other_kind(const char *name, uint32_t was, uint32_t now)
{
    return orr__fail(ORR_E_ARGUMENT, "reduction '%s' is a %s; it cannot be a %s too", name, kind_names[was],
                     kind_names[now]);
}

static int32_t append(orr__partials *partials, orr__arena *arena, uint64_t key, uint32_t kind, const char *name,
                      double value)
{
    if (!*name) return orr__fail(ORR_E_ARGUMENT, "a reduction without a name");
    if (orr__schedule_check_name("a reduction", name) != ORR_OK) return ORR_E_ARGUMENT;
    const size_t bytes = strlen(name) + 1;
    orr__partial *partial = orr__arena_new(arena, sizeof *partial + bytes, 0);
    if (!partial) return orr__fail_more("reduction '%s'", name);
    char *copy = (char *)(partial + 1);
    memcpy(copy, name, bytes);
    *partial = (orr__partial){ .name = copy, .key = key, .kind = kind, .value = value };
    if (partials->last)
        partials->last->next = partial;
    else
        partials->first = partial;
    partials->last = partial;
    partials->recent = partial;
    return ORR_OK;
}

int32_t orr__partials_add(orr__partials *partials, orr__arena *arena, uint32_t kind, const char *name, double value)
{
    if (!name) return orr__fail(ORR_E_ARGUMENT, "a reduction without a name");
    if (kind > ORR_MAX) return orr__fail(ORR_E_ARGUMENT, "reduction '%s': %u is no kind", name, (unsigned)kind);
    orr__partial *at = partials->recent;
    if (!at || strcmp(at->name, name) != 0) {
        const uint64_t key = orr__hash_text(name);
        for (at = partials->first; at && (at->key != key || strcmp(at->name, name) != 0);) at = at->next;
        if (!at) return append(partials, arena, key, kind, name, value);
        partials->recent = at;
    }
    if (at->kind != kind) return other_kind(name, at->kind, kind);
    at->value = combine(kind, at->value, value);
    return ORR_OK;
}

/* ---- merging ----------------------------------------------------------------------------------------------------- */

/* Where the name stands or belongs. */
static uint32_t place_of(const orr__reductions *all, const char *name, bool *there)
{
    uint32_t low = 0, high = all->count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const int order = strcmp(all->items[middle].name, name);
        if (order == 0) {
            *there = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *there = false;
    return low;
}

static orr__reduction *need_item(orr_world *world, const orr__partial *partial)
{
    orr__reductions *all = &world->sim->reductions;
    bool there;
    const uint32_t place = place_of(all, partial->name, &there);
    if (there) return &all->items[place];
    orr__reduction fresh = { .kind = partial->kind, .name = orr__alloc_string(&world->alloc, partial->name) };
    if (!fresh.name || orr__array_reserve(&world->alloc, &all->items, &all->capacity, all->count + 1, sizeof fresh)) {
        orr__alloc_string_free(&world->alloc, fresh.name);
        return NULL;
    }
    memmove(all->items + place + 1, all->items + place, (all->count - place) * sizeof fresh);
    all->items[place] = fresh;
    all->count++;
    return &all->items[place];
}

static int32_t feed(orr_world *world, orr__reduction *item)
{
    const orr_system feeder = world->sim->reductions.feeder;
    if (!item->merged) item->feeder_count = 0;
    for (uint32_t i = 0; i < item->feeder_count; i++) {
        if (item->feeders[i] == feeder) return ORR_OK;
    }
    const int32_t code = orr__array_reserve(&world->alloc, &item->feeders, &item->feeder_capacity,
                                            item->feeder_count + 1, sizeof feeder);
    if (!code) item->feeders[item->feeder_count++] = feeder;
    return code;
}

int32_t orr__reductions_merge(orr_world *world, const orr__partials *partials)
{
    for (const orr__partial *at = partials->first; at; at = at->next) {
        orr__reduction *item = need_item(world, at);
        if (!item) return orr__fail_more("reduction '%s'", at->name);
        if (item->kind != at->kind && (item->published || item->merged)) {
            return other_kind(at->name, item->kind, at->kind);
        }
        if (feed(world, item)) return orr__fail_more("reduction '%s'", at->name);
        item->next = item->merged ? combine(at->kind, item->next, at->value) : at->value;
        item->kind = at->kind;
        item->merged = true;
    }
    return ORR_OK;
}

/* Whether one of those who fed it last ran in this stage. */
static bool was_due(const orr_world *world, const orr__reduction *item, uint32_t stage)
{
    for (uint32_t i = 0; i < item->feeder_count; i++) {
        const orr__system *feeder = orr__system_at(world, item->feeders[i]);
        if (feeder && feeder->stage == stage && feeder->run.active) return true;
    }
    return false;
}

void orr__reductions_publish(orr_world *world, uint32_t stage)
{
    orr__reductions *all = &world->sim->reductions;
    for (uint32_t i = 0; i < all->count; i++) {
        orr__reduction *item = &all->items[i];
        if (item->merged) {
            item->value = item->next;
            item->published = true;
            item->merged = false;
        } else if (item->published && was_due(world, item, stage)) {
            item->published = false;
        }
    }
}

void orr__reductions_fini(orr_world *world)
{
    orr__reductions *all = &world->sim->reductions;
    for (uint32_t i = 0; i < all->count; i++) {
        orr__reduction *item = &all->items[i];
        orr__alloc_string_free(&world->alloc, item->name);
        orr__array_free(&world->alloc, &item->feeders, &item->feeder_capacity, sizeof *item->feeders);
    }
    orr__array_free(&world->alloc, &all->items, &all->capacity, sizeof *all->items);
    memset(all, 0, sizeof *all);
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static const char *name_of(const orr_world *world, uint32_t index)
{
    return world->sim->reductions.items[index].name;
}

int32_t orr__reductions_value(const orr__reductions *all, const char *name, double *out)
{
    bool there = false;
    const uint32_t place = name ? place_of(all, name, &there) : 0;
    if (!there || !all->items[place].published)
        return orr__fail(ORR_E_NOT_FOUND, "reduction '%.80s' has no value now", name ? name : "");
    *out = all->items[place].value;
    return ORR_OK;
}

int32_t orr_reduction_get(const orr_world *world, const char *name, double *out)
{
    const orr__reductions *all = &world->sim->reductions;
    bool there = false;
    if (name) (void)place_of(all, name, &there);
    if (there) return orr__reductions_value(all, name, out);
    (void)orr__name_need(world, name, "reduction", all->count, name_of);
    return orr__error_code();
}
