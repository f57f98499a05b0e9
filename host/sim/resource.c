#include "sim/resource.h"

#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"
#include "ecs/migrate.h"
#include "sim/access.h"
#include "sim/fields.h"
#include "sim/sim.h"

#include <string.h>

enum { DESCRIBED_BYTES = 512 };

static const char *name_of(const orr_world *world, uint32_t index)
{
    return world->sim->resources.items[index].name;
}

static const char *shown_name_of(const orr_world *world, uint32_t index)
{
    const orr__resource *resource = &world->sim->resources.items[index];
    return resource->hidden.now ? "" : resource->name;
}

orr__resource *orr__resource_at(const orr_world *world, orr_resource resource)
{
    orr__resources *all = &world->sim->resources;
    return resource - 1 < all->count ? &all->items[resource - 1] : NULL;
}

uint32_t orr__resource_field(const orr__resource *resource, const char *name)
{
    return orr__fields_find(resource->fields, resource->field_count, name);
}

uint32_t orr__resource_field_need(const orr__resource *resource, const char *name)
{
    if (resource->text) {
        orr__fail(ORR_E_TYPE, "resource '%s' is a string; it has no fields", resource->name);
        return UINT32_MAX;
    }
    if (!name) name = "value";
    const uint32_t found = orr__resource_field(resource, name);
    if (found != UINT32_MAX) return found;
    const char *names[ORR__FIELDS_MAX];
    for (uint32_t i = 0; i < resource->field_count; i++) names[i] = resource->fields[i].name;
    const char *near = orr__nearest(name, names, resource->field_count);
    char text[DESCRIBED_BYTES];
    orr__fields_describe(resource->fields, resource->field_count, text, sizeof text);
    orr__fail(ORR_E_NOT_FOUND, "resource '%s' has no field '%.80s'; it is %s%s%s%s", resource->name, name, text,
              near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
    return UINT32_MAX;
}

/* ---- creation ---------------------------------------------------------------------------------------------------- */

static int32_t check(const orr_resource_desc *desc)
{
    if (!desc) return orr__fail(ORR_E_ARGUMENT, "orr_resource_create: no description");
    if (orr__name_check(desc->name, "resource")) return orr__error_code();
    if (desc->text && desc->field_count) {
        return orr__fail(ORR_E_ARGUMENT, "resource '%s': a record of fields or a text, not both", desc->name);
    }
    if (!desc->text && desc->field_count == 0) {
        return orr__fail(ORR_E_ARGUMENT, "resource '%s': needs a value: fields or a text", desc->name);
    }
    return orr__fields_check(desc->fields, desc->field_count, "resource", desc->name);
}

static void describe(const orr__resource *resource, char *text)
{
    if (resource->field_count == 0)
        memcpy(text, "a string", sizeof "a string");
    else
        orr__fields_describe(resource->fields, resource->field_count, text, DESCRIBED_BYTES);
}

static void release(orr_world *world, orr__resource *resource);
static int32_t fill(orr_world *world, const orr_resource_desc *desc, orr__resource *resource);

/* While a script is loaded again. */
typedef struct redefined {
    orr__undo undo;
    orr_resource id;
    orr__resource old;
} redefined;

static void forget(orr_world *world, orr__undo *undo)
{
    release(world, &((redefined *)(void *)undo)->old);
}

static void revert(orr_world *world, orr__undo *undo)
{
    redefined *r = (redefined *)(void *)undo;
    orr__resource *at = orr__resource_at(world, r->id), now = *at;
    *at = r->old;
    release(world, &now);
}

/* Resources keep their values: what is called the same and fits. */
static void take_values(const orr__resource *old, orr__resource *now)
{
    uint32_t from[ORR__FIELDS_MAX];
    orr__fields_trace(old->fields, old->field_count, now->fields, now->field_count, from);
    for (uint32_t i = 0; i < now->field_count; i++) {
        orr_value value;
        if (from[i] != UINT32_MAX &&
            orr__value_convert(old->fields[from[i]].type, old->values[from[i]], now->fields[i].type, &value))
            now->values[i] = value;
    }
}

static int32_t redefine(orr_world *world, orr_resource id, const orr_resource_desc *desc)
{
    redefined *r = orr__undo_new(world, sizeof *r);
    if (!r) return ORR_E_MEMORY;
    orr__resource *at = orr__resource_at(world, id), now = { .hidden = at->hidden };
    int32_t code = fill(world, desc, &now);
    if (code == ORR_OK && now.text && at->text) {
        orr__alloc_string_free(&world->alloc, now.text);
        now.text = orr__alloc_string(&world->alloc, at->text);
        if (!now.text) code = ORR_E_MEMORY;
    }
    if (code != ORR_OK) {
        release(world, &now);
        orr__undo_free(world, &r->undo);
        return code;
    }
    take_values(at, &now);
    now.hidden.now = false;
    char text[DESCRIBED_BYTES];
    orr__fields_tell(at->fields, at->field_count, now.fields, now.field_count, text, sizeof text);
    if (text[0]) orr__edition_note_add(world, 0, "resource '%s': %s", desc->name, text);
    r->undo.revert = revert;
    r->undo.forget = forget;
    r->undo.moved = true;
    r->undo.kind = ORR__ACCESS_RESOURCE;
    r->id = r->undo.id = id;
    r->old = *at;
    *at = now;
    orr__undo_push(world, &r->undo);
    return ORR_OK;
}

static orr_resource same_as_before(orr_world *world, orr_resource before, const orr_resource_desc *desc)
{
    orr__resource *old = orr__resource_at(world, before);
    const bool same = old->field_count == 0 ? desc->text && old->initial == orr__hash_text(desc->text)
                                            : !desc->text && orr__fields_same(old->fields, old->field_count,
                                                                              desc->fields, desc->field_count);
    if (same) {
        old->hidden.now = false;
        return before;
    }
    if (world->edition && world->scripted && old->hidden.scripted && !world->locked) {
        if (redefine(world, before, desc) == ORR_OK) return before;
        orr__fail_more("resource '%s'", desc->name);
        return 0;
    }
    char text[DESCRIBED_BYTES];
    describe(old, text);
    orr__fail(ORR_E_EXISTS,
              "resource '%s' exists already as %s; it cannot be declared again with other fields or "
              "values",
              old->name, text);
    return 0;
}

static void release(orr_world *world, orr__resource *resource)
{
    orr__alloc_free(&world->alloc, resource->values, resource->field_count * sizeof *resource->values);
    orr__fields_destroy(world, resource->fields, resource->field_count);
    orr__alloc_string_free(&world->alloc, resource->text);
    orr__alloc_string_free(&world->alloc, resource->name);
}

static int32_t fill(orr_world *world, const orr_resource_desc *desc, orr__resource *resource)
{
    resource->name = orr__alloc_string(&world->alloc, desc->name);
    if (!resource->name) return ORR_E_MEMORY;
    if (desc->text) {
        resource->initial = orr__hash_text(desc->text);
        resource->text = orr__alloc_string(&world->alloc, desc->text);
        return resource->text ? ORR_OK : ORR_E_MEMORY;
    }
    if (orr__fields_create(world, desc->fields, desc->field_count, &resource->fields)) return ORR_E_MEMORY;
    resource->field_count = desc->field_count;
    resource->values = orr__alloc_new(&world->alloc, desc->field_count * sizeof *resource->values, 64);
    if (!resource->values) return ORR_E_MEMORY;
    for (uint32_t i = 0; i < desc->field_count; i++) resource->values[i] = resource->fields[i].value;
    return ORR_OK;
}

orr_resource orr_resource_create(orr_world *world, const orr_resource_desc *desc)
{
    if (check(desc)) return 0;
    orr__resources *all = &world->sim->resources;
    const orr_resource before = orr__name_find(world, desc->name, all->count, name_of);
    if (before) return same_as_before(world, before, desc);
    if (orr__access_may_name(world, ORR__ACCESS_RESOURCE, desc->name)) return 0;
    if (orr__world_mine(world, "orr_resource_create")) return 0;
    if (world->locked) {
        orr__fail(ORR_E_LOCKED, "resource '%s' cannot be created while systems run", desc->name);
        return 0;
    }
    orr__world_still(world);
    orr__resource resource = { .hidden = { .scripted = world->scripted } };
    if (fill(world, desc, &resource) ||
        orr__array_reserve(&world->alloc, &all->items, &all->capacity, all->count + 1, sizeof resource)) {
        release(world, &resource);
        orr__fail_more("resource '%s'", desc->name);
        return 0;
    }
    all->items[all->count++] = resource;
    return all->count;
}

void orr__resources_drop(orr_world *world, uint32_t count)
{
    orr__resources *all = &world->sim->resources;
    while (all->count > count) release(world, &all->items[--all->count]);
}

void orr__resources_fini(orr_world *world)
{
    orr__resources *all = &world->sim->resources;
    for (uint32_t i = 0; i < all->count; i++) release(world, &all->items[i]);
    orr__array_free(&world->alloc, &all->items, &all->capacity, sizeof *all->items);
    memset(all, 0, sizeof *all);
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

orr_resource orr_resource_find(const orr_world *world, const char *name)
{
    return orr__name_need(world, name, "resource", world->sim->resources.count, shown_name_of);
}

/* The resource if it exists and the system that runs now may touch it. */
static orr__resource *need(const orr_world *world, orr_resource resource, bool write, const char *call)
{
    orr__resource *found = orr__resource_at(world, resource);
    if (!found) {
        orr__fail(ORR_E_ARGUMENT, "%s: resource %u does not exist (there are %u)", call, (unsigned)resource,
                  (unsigned)world->sim->resources.count);
        return NULL;
    }
    return orr__access_may(world, ORR__ACCESS_RESOURCE, resource, write) == ORR_OK ? found : NULL;
}

int32_t orr__resource_value(const orr__resource *resource, const char *field, orr_value *out)
{
    const uint32_t index = orr__resource_field_need(resource, field);
    if (index == UINT32_MAX) return orr__error_code();
    *out = resource->values[index];
    return ORR_OK;
}

int32_t orr_resource_get(const orr_world *world, orr_resource resource, const char *field, orr_value *out)
{
    const orr__resource *found = need(world, resource, false, "orr_resource_get");
    return found ? orr__resource_value(found, field, out) : orr__error_code();
}

int32_t orr__resource_change(const orr__resource *resource, const char *field, orr_value value)
{
    const uint32_t index = orr__resource_field_need(resource, field);
    if (index == UINT32_MAX) return orr__error_code();
    const uint32_t type = resource->fields[index].type;
    if (type == ORR_TYPE_ENTITY && (value.entity & ORR__PROVISIONAL)) {
        return orr__fail(ORR_E_DEAD,
                         "resource '%s': field '%s' cannot hold a provisional entity: it stands for one "
                         "that is not spawned yet",
                         resource->name, resource->fields[index].name);
    }
    resource->values[index] = orr__value_clean(type, value);
    return ORR_OK;
}

int32_t orr_resource_set(orr_world *world, orr_resource resource, const char *field, orr_value value)
{
    const orr__resource *found = need(world, resource, true, "orr_resource_set");
    return found ? orr__resource_change(found, field, value) : orr__error_code();
}

const char *orr_resource_text(const orr_world *world, orr_resource resource)
{
    const orr__resource *found = need(world, resource, false, "orr_resource_text");
    if (found && !found->text) orr__fail(ORR_E_TYPE, "resource '%s' is a record, not a string", found->name);
    return found ? found->text : NULL;
}

int32_t orr_resource_set_text(orr_world *world, orr_resource resource, const char *text)
{
    orr__resource *found = need(world, resource, true, "orr_resource_set_text");
    if (!found) return orr__error_code();
    if (!found->text) return orr__fail(ORR_E_TYPE, "resource '%s' is a record, not a string", found->name);
    if (!text) return orr__fail(ORR_E_ARGUMENT, "resource '%s': no text given", found->name);
    char *copy = orr__alloc_string(&world->alloc, text);
    if (!copy) return orr__fail_more("resource '%s'", found->name);
    orr__alloc_string_free(&world->alloc, found->text);
    found->text = copy;
    return ORR_OK;
}
