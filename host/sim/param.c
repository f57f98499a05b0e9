#include "sim/param.h"

#include "base/array.h"
#include "base/error.h"
#include "base/os.h"
#include "sim/fields.h"
#include "sim/sim.h"

#include <math.h>
#include <string.h>

static const char *name_of(const orr_world *world, uint32_t index)
{
    return world->sim->params.items[index].name;
}

static const char *shown_name_of(const orr_world *world, uint32_t index)
{
    const orr__param *param = &world->sim->params.items[index];
    return param->hidden.now ? "" : param->name;
}

static orr__param *at(const orr_world *world, orr_param param)
{
    orr__params *all = &world->sim->params;
    return param - 1 < all->count ? &all->items[param - 1] : NULL;
}

static orr__param *need(const orr_world *world, orr_param param, const char *call)
{
    orr__param *found = at(world, param);
    if (!found) {
        orr__fail(ORR_E_ARGUMENT, "%s: param %u does not exist (there are %u)", call, (unsigned)param,
                  (unsigned)world->sim->params.count);
    }
    return found;
}

static void lock(const orr_world *world)
{
    while (atomic_flag_test_and_set_explicit(&world->sim->params.moves, memory_order_acquire)) orr__thread_yield();
}

static void unlock(const orr_world *world)
{
    atomic_flag_clear_explicit(&world->sim->params.moves, memory_order_release);
}

static int32_t check_value(const char *name, double value, double min, double max)
{
    if (isnan(value)) return orr__fail(ORR_E_RANGE, "param '%s': NaN is not a value", name);
    if (min == max || (value >= min && value <= max)) return ORR_OK;
    return orr__fail(ORR_E_RANGE, "param '%s': %.9g is outside %.9g to %.9g", name, value, min, max);
}

static int32_t check(const orr_param_desc *desc)
{
    if (!desc) return orr__fail(ORR_E_ARGUMENT, "orr_param_create: no description");
    if (orr__name_check(desc->name, "param")) return orr__error_code();
    if (isnan(desc->min) || isnan(desc->max) || desc->min > desc->max) {
        return orr__fail(ORR_E_RANGE, "param '%s': min %.9g is not below max %.9g", desc->name, desc->min, desc->max);
    }
    if (!(desc->step >= 0 && isfinite(desc->step))) {
        return orr__fail(ORR_E_RANGE, "param '%s': step is %.9g; it must be 0 or more", desc->name, desc->step);
    }
    return check_value(desc->name, desc->value, desc->min, desc->max);
}

/* The help text is no part of what a param is. */
static bool same(const orr__param *param, const orr_param_desc *desc)
{
    return param->initial == desc->value && param->min == desc->min && param->max == desc->max &&
           param->step == desc->step;
}

static void release(orr_world *world, orr__param *param)
{
    orr__alloc_string_free(&world->alloc, param->name);
    orr__alloc_string_free(&world->alloc, param->help);
}

static int32_t insert(orr_world *world, const orr_param_desc *desc)
{
    orr__params *all = &world->sim->params;
    orr__param param = {
        .value = desc->value, .initial = desc->value, .min = desc->min, .max = desc->max, .step = desc->step
    };
    param.hidden.scripted = world->scripted;
    param.name = orr__alloc_string(&world->alloc, desc->name);
    if (param.name && desc->help) param.help = orr__alloc_string(&world->alloc, desc->help);
    bool fine = param.name && (!desc->help || param.help);
    lock(world);
    fine = fine && orr__array_reserve(&world->alloc, &all->items, &all->capacity, all->count + 1, sizeof param) == 0;
    if (fine) all->items[all->count++] = param;
    unlock(world);
    if (fine) return ORR_OK;
    release(world, &param);
    return ORR_E_MEMORY;
}

/* ---- declared anew while a script is loaded again ---- */

typedef struct redefined {
    orr__undo undo;
    orr_param id;
    orr__param old;
} redefined;

static void revert(orr_world *world, orr__undo *undo)
{
    const redefined *r = (const redefined *)(void *)undo;
    orr__param *now = at(world, r->id);
    orr__alloc_string_free(&world->alloc, now->help);
    lock(world);
    *now = r->old;
    unlock(world);
}

static void forget(orr_world *world, orr__undo *undo)
{
    orr__alloc_string_free(&world->alloc, ((redefined *)(void *)undo)->old.help);
}

/* What somebody has set stays, as far as the range allows it. */
static double value_of(const orr__param *old, const orr_param_desc *desc)
{
    const double value = old->value == old->initial ? desc->value : old->value;
    if (desc->min == desc->max) return value;
    return fmin(fmax(value, desc->min), desc->max);
}

static int32_t redefine(orr_world *world, orr_param id, const orr_param_desc *desc)
{
    redefined *r = orr__undo_new(world, sizeof *r);
    char *help = r && desc->help ? orr__alloc_string(&world->alloc, desc->help) : NULL;
    if (!r || (desc->help && !help)) {
        orr__undo_free(world, r ? &r->undo : NULL);
        return orr__fail_more("param '%s'", desc->name);
    }
    orr__param *param = at(world, id);
    r->undo.revert = revert;
    r->undo.forget = forget;
    r->undo.kind = UINT32_MAX;
    r->id = id;
    r->old = *param;
    lock(world);
    param->help = help;
    param->value = value_of(&r->old, desc);
    param->initial = desc->value;
    param->min = desc->min;
    param->max = desc->max;
    param->step = desc->step;
    param->hidden.now = false;
    unlock(world);
    orr__undo_push(world, &r->undo);
    if (param->value != r->old.value)
        orr__edition_note_add(world, 0, "param '%s' is %.9g instead of %.9g", param->name, param->value, r->old.value);
    return ORR_OK;
}

static bool same_help(const orr__param *param, const orr_param_desc *desc)
{
    return !param->help == !desc->help && (!desc->help || strcmp(param->help, desc->help) == 0);
}

orr_param orr_param_create(orr_world *world, const orr_param_desc *desc)
{
    if (check(desc)) return 0;
    orr__params *all = &world->sim->params;
    const orr_param before = orr__name_find(world, desc->name, all->count, name_of);
    if (before) {
        orr__param *old = at(world, before);
        const bool anew = world->edition && world->scripted && old->hidden.scripted && !world->locked;
        if (anew && !(same(old, desc) && same_help(old, desc))) return redefine(world, before, desc) ? 0 : before;
        if (same(old, desc)) {
            old->hidden.now = false;
            return before;
        }
        orr__fail(ORR_E_EXISTS,
                  "param '%s' exists already with default %.9g, min %.9g, max %.9g, step %.9g; it cannot "
                  "be declared again with %.9g, %.9g, %.9g, %.9g",
                  desc->name, old->initial, old->min, old->max, old->step, desc->value, desc->min, desc->max,
                  desc->step);
        return 0;
    }
    if (orr__world_mine(world, "orr_param_create")) return 0;
    if (world->locked) {
        orr__fail(ORR_E_LOCKED, "param '%s' cannot be created while systems run", desc->name);
        return 0;
    }
    orr__world_still(world);
    if (insert(world, desc)) {
        orr__fail_more("param '%s'", desc->name);
        return 0;
    }
    return all->count;
}

orr_param orr_param_find(const orr_world *world, const char *name)
{
    return orr__name_need(world, name, "param", world->sim->params.count, shown_name_of);
}

uint32_t orr_param_count(const orr_world *world)
{
    return world->sim->params.count;
}

int32_t orr_param_describe(const orr_world *world, orr_param param, orr_param_desc *out)
{
    const orr__param *found = need(world, param, "orr_param_describe");
    if (!found) return ORR_E_ARGUMENT;
    *out = (orr_param_desc){ .name = found->name,
                             .value = found->initial,
                             .min = found->min,
                             .max = found->max,
                             .step = found->step,
                             .help = found->help };
    return ORR_OK;
}

double orr_param_get(const orr_world *world, orr_param param)
{
    const orr__param *found = need(world, param, "orr_param_get");
    return found ? found->value : 0;
}

int32_t orr__param_check(const orr_world *world, orr_param param, double value)
{
    lock(world);
    const orr__param *found = need(world, param, "orr_param_set");
    const int32_t code = found ? check_value(found->name, value, found->min, found->max) : ORR_E_ARGUMENT;
    unlock(world);
    return code;
}

int32_t orr_param_set(orr_world *world, orr_param param, double value)
{
    if (orr__world_is_foreign(world)) return orr__free_set_param(world, param, value);
    int32_t code = orr__access_not_drawing(world, "sets no params");
    if (!code) code = orr__param_check(world, param, value);
    if (code) return code;
    orr__params *all = &world->sim->params;
    code =
        orr__array_reserve(&world->alloc, &all->queue, &all->queue_capacity, all->queue_count + 1, sizeof *all->queue);
    if (code) return orr__fail_more("param '%s'", at(world, param)->name);
    all->queue[all->queue_count++] = (orr__param_change){ param, value };
    return ORR_OK;
}

/* A range may have changed since it was checked. */
static double within(const orr__param *param, double value)
{
    return param->min == param->max ? value : fmin(fmax(value, param->min), param->max);
}

double orr__param_next(const orr_world *world, orr_param param)
{
    const orr__params *all = &world->sim->params;
    for (uint32_t i = all->queue_count; i > 0; i--) {
        if (all->queue[i - 1].param == param) return all->queue[i - 1].value;
    }
    return orr_param_get(world, param);
}

void orr__params_apply(orr_world *world)
{
    orr__params *all = &world->sim->params;
    for (uint32_t i = 0; i < all->queue_count; i++) {
        orr__param *param = &all->items[all->queue[i].param - 1];
        param->value = within(param, all->queue[i].value);
    }
    all->queue_count = 0;
}

void orr__params_drop(orr_world *world, uint32_t count)
{
    orr__params *all = &world->sim->params;
    lock(world);
    while (all->count > count) release(world, &all->items[--all->count]);
    unlock(world);
}

void orr__params_fini(orr_world *world)
{
    orr__params *all = &world->sim->params;
    for (uint32_t i = 0; i < all->count; i++) release(world, &all->items[i]);
    orr__array_free(&world->alloc, &all->items, &all->capacity, sizeof *all->items);
    orr__array_free(&world->alloc, &all->queue, &all->queue_capacity, sizeof *all->queue);
    memset(all, 0, sizeof *all);
}
