#include "sim/series.h"

#include "base/array.h"
#include "base/error.h"
#include "sim/fields.h"
#include "sim/sim.h"

#include <math.h>
#include <string.h>

static const char *name_of(const orr_world *world, uint32_t index)
{
    return world->sim->series.items[index].name;
}

orr_series orr_series_create(orr_world *world, const char *name)
{
    orr__series_list *all = &world->sim->series;
    if (orr__world_mine(world, "orr_series_create")) return 0;
    if (!name || !*name) {
        orr__fail(ORR_E_ARGUMENT, "orr_series_create: no name given");
        return 0;
    }
    const uint32_t known = orr__name_find(world, name, all->count, name_of);
    if (known) {
        all->items[known - 1].hidden.now = false;
        return known;
    }
    if (orr__array_reserve(&world->alloc, &all->items, &all->capacity, all->count + 1, sizeof *all->items) != ORR_OK)
        return 0;
    char *copy = orr__alloc_string(&world->alloc, name);
    if (!copy) return 0;
    all->items[all->count++] = (orr__series){ .name = copy, .value = NAN, .hidden = { .scripted = world->scripted } };
    return all->count;
}

int32_t orr_series_put(orr_world *world, orr_series series, double value)
{
    if (series == 0 || series > world->sim->series.count)
        return orr__fail(ORR_E_ARGUMENT, "series %u does not exist", (unsigned)series);
    world->sim->series.items[series - 1].value = value;
    return ORR_OK;
}

uint32_t orr_series_count(const orr_world *world)
{
    return world->sim->series.count;
}

const char *orr_series_get(const orr_world *world, orr_series series, double *value)
{
    if (series == 0 || series > world->sim->series.count) {
        orr__fail(ORR_E_ARGUMENT, "series %u does not exist", (unsigned)series);
        return NULL;
    }
    const orr__series *of = &world->sim->series.items[series - 1];
    if (value) *value = of->value;
    return of->name;
}

void orr__series_drop(orr_world *world, uint32_t count)
{
    orr__series_list *all = &world->sim->series;
    while (all->count > count) orr__alloc_string_free(&world->alloc, all->items[--all->count].name);
}

void orr__series_fini(orr_world *world)
{
    orr__series_list *all = &world->sim->series;
    for (uint32_t i = 0; i < all->count; i++) orr__alloc_string_free(&world->alloc, all->items[i].name);
    orr__array_free(&world->alloc, &all->items, &all->capacity, sizeof *all->items);
}
