#include "ecs/prefab.h"

#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/os.h"
#include "ecs/world.h"

#include <string.h>

enum { NAMES_MAX = 256 }; /* candidates for "did you mean" */

/* Only while others are at work may one of them be creating one. */
static void lock(const orr_world *world)
{
    atomic_flag *flag = (atomic_flag *)(uintptr_t)&world->prefabs_lock;
    while (orr__world_is_shared(world) && atomic_flag_test_and_set_explicit(flag, memory_order_acquire)) {
        orr__thread_yield(); /* memory may be asked for meanwhile */
    }
}

static void unlock(const orr_world *world)
{
    atomic_flag *flag = (atomic_flag *)(uintptr_t)&world->prefabs_lock;
    if (orr__world_is_shared(world)) {
        atomic_flag_clear_explicit(flag, memory_order_release);
    }
}

orr__prefab *orr__prefab_at(const orr_world *world, orr_prefab prefab)
{
    lock(world);
    orr__prefab *found = prefab - 1 < world->prefab_count ? world->prefabs[prefab - 1] : NULL;
    unlock(world);
    if (!found) {
        orr__fail(ORR_E_NOT_FOUND, "prefab %u does not exist in this world", (unsigned)prefab);
    }
    return found;
}

static void destroy(orr__alloc *alloc, orr__prefab *prefab)
{
    if (prefab->table && prefab->table->index == ORR__TABLE_APART) {
        orr__alloc_free(alloc, prefab->table, prefab->table->bytes);
    }
    orr__alloc_string_free(alloc, prefab->name);
    orr__alloc_free(alloc, prefab->components, prefab->component_room * sizeof *prefab->components);
    orr__alloc_free(alloc, prefab->values, prefab->column_count * sizeof *prefab->values);
    orr__alloc_free(alloc, prefab, sizeof *prefab);
}

void orr__prefab_fini(orr_world *world)
{
    for (uint32_t i = 0; i < world->prefab_count; i++) {
        destroy(&world->alloc, world->prefabs[i]);
    }
    world->prefab_count = 0;
    orr__array_free(&world->alloc, &world->prefabs, &world->prefab_capacity, sizeof(orr__prefab *));
    orr__map_fini(&world->alloc, &world->prefab_keys);
}

void orr__prefab_drop(orr_world *world, uint32_t count)
{
    while (world->prefab_count > count) {
        orr__prefab *last = world->prefabs[--world->prefab_count];
        /* the newest of its key, for they go in this order */
        if (last->next)
            (void)orr__map_put(&world->alloc, &world->prefab_keys, last->key, last->next); /* is there: cannot fail */
        else
            orr__map_remove(&world->prefab_keys, last->key);
        destroy(&world->alloc, last);
    }
}

/* ---- creation ---------------------------------------------------------------------------------------------------- */

static const char *label(const orr_prefab_desc *desc)
{
    return desc->name ? desc->name : "(a set)";
}

static void insert_component(orr__prefab *prefab, orr_component component)
{
    uint32_t at = prefab->component_count;
    for (; at > 0 && prefab->components[at - 1] >= component; at--) {
        if (prefab->components[at - 1] == component) {
            return;
        }
    }
    const uint32_t later = prefab->component_count - at;
    memmove(&prefab->components[at + 1], &prefab->components[at], later * sizeof *prefab->components);
    prefab->components[at] = component;
    prefab->component_count++;
}

static int32_t take_components(orr_world *world, orr__prefab *prefab, const orr__prefab *parent,
                               const orr_prefab_desc *desc)
{
    if (orr__component_list_check(world, desc->components, "components") != ORR_OK) {
        return orr__fail_more("prefab '%s'", label(desc));
    }
    const uint32_t own = orr__component_list_count(desc->components);
    const uint32_t room = own + (parent ? parent->component_count : 0) + 1;
    prefab->components = orr__alloc_zero(&world->alloc, room * sizeof *prefab->components, 0);
    if (!prefab->components) {
        return ORR_E_MEMORY;
    }
    prefab->component_room = room;
    for (uint32_t i = 0; parent && i < parent->component_count; i++) {
        insert_component(prefab, parent->components[i]);
    }
    for (uint32_t i = 0; i < own; i++) {
        insert_component(prefab, desc->components[i]);
    }
    return ORR_OK;
}

/* Where the values of a component begin, or UINT32_MAX: tables keep their columns in this order too. */
static uint32_t values_begin(const orr_world *world, const orr__prefab *prefab, orr_component component)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < prefab->component_count; i++) {
        if (prefab->components[i] == component) {
            return at;
        }
        at += orr__component_at(world, prefab->components[i])->field_count;
    }
    return UINT32_MAX;
}

/* Stored as a column would store it, so that equal values are equal bytes. */
static void put_value(orr_value *at, uint32_t type, orr_value value)
{
    memset(at, 0, sizeof *at);
    orr__value_store(at, 0, type, value);
}

static int32_t take_own_values(const orr_world *world, orr__prefab *prefab, const orr_prefab_desc *desc)
{
    for (uint32_t i = 0; i < desc->value_count; i++) {
        const orr_field field = desc->values[i].field;
        if (orr__field_check(world, field, "value") != ORR_OK) {
            return orr__fail_more("prefab '%s'", label(desc));
        }
        const orr__component *component = orr__component_at(world, field.component);
        const uint32_t begin = values_begin(world, prefab, field.component);
        if (begin == UINT32_MAX) {
            return orr__fail(ORR_E_ARGUMENT, "prefab '%s': a value for %s.%s, but %s is not among its components",
                             label(desc), component->name, component->fields[field.index].name, component->name);
        }
        put_value(&prefab->values[begin + field.index], field.type, desc->values[i].value);
    }
    return ORR_OK;
}

/* Defaults, then the parent's values over them, then its own. */
static int32_t take_values(orr_world *world, orr__prefab *prefab, const orr__prefab *parent,
                           const orr_prefab_desc *desc)
{
    uint32_t columns = 0;
    for (uint32_t i = 0; i < prefab->component_count; i++) {
        columns += orr__component_at(world, prefab->components[i])->field_count;
    }
    if (columns > 0) {
        prefab->values = orr__alloc_new(&world->alloc, columns * sizeof *prefab->values, 0);
        if (!prefab->values) {
            return ORR_E_MEMORY;
        }
    }
    prefab->column_count = columns;
    for (uint32_t i = 0, at = 0, parent_at = 0; i < prefab->component_count; i++) {
        const orr__component *component = orr__component_at(world, prefab->components[i]);
        const bool inherited = parent && values_begin(world, parent, prefab->components[i]) != UINT32_MAX;
        for (uint32_t k = 0; k < component->field_count; k++, at++) {
            if (inherited) {
                prefab->values[at] = parent->values[parent_at++];
            } else {
                put_value(&prefab->values[at], component->fields[k].type, component->fields[k].value);
            }
        }
    }
    return take_own_values(world, prefab, desc);
}

static bool same_content(const orr__prefab *a, const orr__prefab *b)
{
    return a->component_count == b->component_count && a->column_count == b->column_count &&
           memcmp(a->components, b->components, a->component_count * sizeof *a->components) == 0 &&
           (a->column_count == 0 || memcmp(a->values, b->values, a->column_count * sizeof *a->values) == 0);
}

static uint64_t key_of(const orr__prefab *prefab)
{
    if (prefab->name) {
        return orr__hash_text(prefab->name);
    }
    const uint64_t components =
        orr__hash_bytes(prefab->components, prefab->component_count * sizeof *prefab->components, 0);
    const uint64_t key = orr__hash_bytes(prefab->values, prefab->column_count * sizeof *prefab->values, components);
    return key ? key : 1;
}

static orr_prefab first_of(const orr_world *world, uint64_t key)
{
    const uint32_t found = orr__map_find(&world->prefab_keys, key);
    return found == ORR__MAP_NONE ? 0 : found;
}

static orr_prefab find_named(const orr_world *world, const char *name)
{
    for (orr_prefab at = first_of(world, orr__hash_text(name)); at; at = world->prefabs[at - 1]->next) {
        const orr__prefab *prefab = world->prefabs[at - 1];
        if (prefab->name && !prefab->hidden.now && strcmp(prefab->name, name) == 0) {
            return at;
        }
    }
    return 0;
}

static orr_prefab find_anonymous(const orr_world *world, const orr__prefab *like, uint64_t key)
{
    for (orr_prefab at = first_of(world, key); at; at = world->prefabs[at - 1]->next) {
        const orr__prefab *prefab = world->prefabs[at - 1];
        if (!prefab->name && same_content(prefab, like)) {
            return at;
        }
    }
    return 0;
}

/* One that an earlier text of the script declared, and this one again. */
static orr_prefab find_hidden(const orr_world *world, const orr__prefab *like, uint64_t key)
{
    for (orr_prefab at = first_of(world, key); at; at = world->prefabs[at - 1]->next) {
        const orr__prefab *prefab = world->prefabs[at - 1];
        if (prefab->name && prefab->hidden.now && strcmp(prefab->name, like->name) == 0 && same_content(prefab, like)) {
            return at;
        }
    }
    return 0;
}

/* Fills `prefab` from the description; what it owns on failure is destroyed by the caller. */
static int32_t build(orr_world *world, orr__prefab *prefab, const orr_prefab_desc *desc)
{
    const orr__prefab *parent = NULL;
    if (desc->parent) {
        parent = orr__prefab_at(world, desc->parent);
        if (!parent) {
            return orr__fail_more("prefab '%s': its parent", label(desc));
        }
    }
    if (desc->value_count > 0 && !desc->values) {
        return orr__fail(ORR_E_ARGUMENT, "prefab '%s': %u values announced, none given", label(desc),
                         (unsigned)desc->value_count);
    }
    if (desc->name) {
        prefab->name = orr__alloc_string(&world->alloc, desc->name);
        if (!prefab->name) {
            return ORR_E_MEMORY;
        }
    }
    const int32_t result = take_components(world, prefab, parent, desc);
    return result != ORR_OK ? result : take_values(world, prefab, parent, desc);
}

/* Makes `prefab` known. A table of the world is made last of all that can fail: a failure leaves no trace. */
static orr_prefab add(orr_world *world, orr__prefab *prefab, uint64_t key)
{
    orr__alloc *alloc = &world->alloc;
    /* late: the tables are somebody else's to look at */
    const bool late = atomic_load_explicit(&world->late, memory_order_relaxed);
    if (late || (world->locked && !orr__table_find(world, prefab->components, prefab->component_count))) {
        prefab->table = orr__table_apart(world, prefab->components, prefab->component_count);
        if (!prefab->table) {
            return 0;
        }
    }
    if (orr__array_reserve(alloc, &world->prefabs, &world->prefab_capacity, world->prefab_count + 1,
                           sizeof(orr__prefab *)) != ORR_OK ||
        orr__map_reserve(alloc, &world->prefab_keys, world->prefab_keys.count + 1) != ORR_OK) {
        return 0;
    }
    if (!prefab->table) {
        prefab->table = orr__table_of(world, prefab->components, prefab->component_count);
    }
    if (!prefab->table) {
        return 0;
    }
    ORR__ASSERT(prefab->table->column_count == prefab->column_count);
    prefab->key = key;
    prefab->next = first_of(world, key);
    prefab->hidden.scripted = prefab->name && world->scripted;
    const orr_prefab handle = world->prefab_count + 1;
    if (orr__map_put(alloc, &world->prefab_keys, key, handle) != ORR_OK) {
        return 0;
    }
    world->prefabs[world->prefab_count++] = prefab;
    return handle;
}

struct orr__table *orr__prefab_table(orr_world *world, orr__prefab *prefab)
{
    if (!prefab->home) {
        prefab->home = prefab->table->index != ORR__TABLE_APART
                           ? prefab->table
                           : orr__table_of(world, prefab->components, prefab->component_count);
    }
    return prefab->home;
}

static int32_t refuse_when_locked(const orr_world *world, const orr_prefab_desc *desc)
{
    if (!world->locked) {
        return ORR_OK;
    }
    return orr__fail(ORR_E_LOCKED, "prefab '%s': new prefabs cannot be made while systems run; declare it before",
                     label(desc));
}

/* The one that is there already, or `prefab` made known; *made tells. 0 with the error set. */
static orr_prefab find_or_add(orr_world *world, orr__prefab *prefab, const orr_prefab_desc *desc, bool locked_too,
                              bool *made)
{
    const uint64_t key = key_of(prefab);
    orr_prefab handle = desc->name ? find_named(world, desc->name) : find_anonymous(world, prefab, key);
    *made = false;
    if (!handle && desc->name && world->edition) {
        handle = find_hidden(world, prefab, key);
        if (handle) world->prefabs[handle - 1]->hidden.now = false;
    }
    if (handle && !same_content(world->prefabs[handle - 1], prefab)) {
        orr__fail(ORR_E_EXISTS, "prefab '%s': exists already with other components or values", desc->name);
        return 0;
    }
    if (handle || (!locked_too && refuse_when_locked(world, desc) != ORR_OK)) {
        return handle;
    }
    handle = add(world, prefab, key);
    *made = handle != 0;
    if (!handle) {
        orr__fail_more("prefab '%s'", label(desc));
    }
    return handle;
}

static orr_prefab create(orr_world *world, const orr_prefab_desc *desc, bool locked_too)
{
    if (!desc || (desc->name && !desc->name[0])) {
        orr__fail(ORR_E_ARGUMENT, desc ? "prefab: the name is empty" : "prefab: no description given");
        return 0;
    }
    orr__prefab *prefab = orr__alloc_zero(&world->alloc, sizeof *prefab, 0);
    if (!prefab) {
        orr__fail_more("prefab '%s'", label(desc));
        return 0;
    }
    orr_prefab handle = 0;
    bool made = false;
    if (build(world, prefab, desc) == ORR_OK) {
        lock(world);
        handle = find_or_add(world, prefab, desc, locked_too, &made);
        unlock(world);
    }
    if (!made) {
        destroy(&world->alloc, prefab);
    }
    return handle;
}

orr_prefab orr_prefab_create(orr_world *world, const orr_prefab_desc *desc)
{
    return create(world, desc, false);
}

orr_prefab orr__prefab_create(orr_world *world, const orr_prefab_desc *desc)
{
    return create(world, desc, true);
}

orr_prefab orr_prefab_find(const orr_world *world, const char *name)
{
    if (!name) {
        orr__fail(ORR_E_ARGUMENT, "prefab: no name given");
        return 0;
    }
    lock(world);
    const orr_prefab found = find_named(world, name);
    const char *names[NAMES_MAX]; /* of prefabs, which stay */
    uint32_t count = 0;
    for (uint32_t i = 0; !found && i < world->prefab_count && count < NAMES_MAX; i++) {
        if (world->prefabs[i]->name && !world->prefabs[i]->hidden.now) {
            names[count++] = world->prefabs[i]->name;
        }
    }
    unlock(world);
    if (!found) {
        const char *near = orr__nearest(name, names, count);
        orr__fail(ORR_E_NOT_FOUND, "prefab '%s' does not exist%s%s%s", name, near ? " (did you mean '" : "",
                  near ? near : "", near ? "'?)" : "");
    }
    return found;
}
