#include "sim/access.h"

#include "base/array.h"
#include "base/error.h"
#include "base/os.h"
#include "sim/sim.h"

#include <stdio.h>
#include <string.h>

static uint64_t key_of(uint32_t kind, uint32_t id)
{
    return (uint64_t)kind << 32 | id;
}

/* Index of the entry, or where it belongs. */
static uint32_t place(const orr__access_list *list, uint32_t kind, uint32_t id)
{
    const uint64_t key = key_of(kind, id);
    uint32_t low = 0, high = list->count;
    while (low < high) {
        const uint32_t middle = (low + high) / 2;
        if (key_of(list->items[middle].kind, list->items[middle].id) < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const orr__access_list *list, uint32_t at, uint32_t kind, uint32_t id)
{
    return at < list->count && list->items[at].kind == kind && list->items[at].id == id;
}

int32_t orr__access_add(orr_world *world, orr__access_list *list, uint32_t kind, uint32_t id, uint32_t mode)
{
    const uint32_t at = place(list, kind, id);
    if (is_at(list, at, kind, id)) {
        list->items[at].mode = (uint16_t)(list->items[at].mode | mode);
        return ORR_OK;
    }
    const int32_t code =
        orr__array_reserve(&world->alloc, &list->items, &list->capacity, list->count + 1, sizeof *list->items);
    if (code != ORR_OK) return code;
    memmove(list->items + at + 1, list->items + at, (list->count - at) * sizeof *list->items);
    list->items[at] = (orr__access){ .id = id, .kind = (uint16_t)kind, .mode = (uint16_t)mode };
    list->count++;
    return ORR_OK;
}

void orr__access_fini(orr_world *world, orr__access_list *list)
{
    orr__array_free(&world->alloc, &list->items, &list->capacity, sizeof *list->items);
    list->count = 0;
}

uint32_t orr__access_mode(const orr__access_list *list, uint32_t kind, uint32_t id)
{
    const uint32_t at = place(list, kind, id);
    return is_at(list, at, kind, id) ? list->items[at].mode : 0;
}

const orr__access *orr__access_conflict(const orr__access_list *a, const orr__access_list *b, const orr__access **other)
{
    uint32_t i = 0, k = 0;
    while (i < a->count && k < b->count) {
        const orr__access *x = &a->items[i], *y = &b->items[k];
        const uint64_t left = key_of(x->kind, x->id), right = key_of(y->kind, y->id);
        if (left == right) {
            if ((x->mode | y->mode) & (ORR_WRITE | ORR_MARK)) {
                if (other) *other = y;
                return x;
            }
            i++;
            k++;
        } else if (left < right) {
            i++;
        } else {
            k++;
        }
    }
    return NULL;
}

void orr__access_name(const orr_world *world, const orr__access *access, char *text, size_t bytes)
{
    switch (access->kind) {
    case ORR__ACCESS_COMPONENT: snprintf(text, bytes, "%s", orr_component_name(world, access->id)); break;
    case ORR__ACCESS_RESOURCE: snprintf(text, bytes, "resource '%s'", orr__resource_at(world, access->id)->name); break;
    case ORR__ACCESS_LATTICE: snprintf(text, bytes, "lattice '%s'", orr__lattice_at(world, access->id)->name); break;
    default: snprintf(text, bytes, "neighbours '%s'", orr__near_at(world, access->id)->name); break;
    }
}

const char *orr__access_verb(uint32_t mode)
{
    if (mode & ORR_MARK) return "marks";
    if (mode & ORR_WRITE) return "writes";
    if (mode & ORR_READ) return "reads";
    return "builds neighbours from";
}

static int32_t not_found(const orr_world *world, const char *name)
{
    const orr__sim *sim = world->sim;
    const char *best = NULL;
    for (uint32_t i = 0; i < sim->resources.count && !best; i++) {
        const char *candidate = sim->resources.items[i].hidden.now ? "" : sim->resources.items[i].name;
        best = orr__nearest(name, &candidate, 1);
    }
    for (uint32_t i = 0; i < world->lattice_count && !best; i++) {
        const char *candidate = world->lattices[i]->hidden.now ? "" : world->lattices[i]->name;
        best = orr__nearest(name, &candidate, 1);
    }
    for (uint32_t i = 0; i < sim->neighbours.count && !best; i++) {
        const char *candidate = sim->neighbours.items[i]->hidden.now ? "" : sim->neighbours.items[i]->name;
        best = orr__nearest(name, &candidate, 1);
    }
    if (best)
        return orr__fail(ORR_E_NOT_FOUND, "there is no resource, lattice or neighbours '%s' (did you mean '%s'?)", name,
                         best);
    return orr__fail(ORR_E_NOT_FOUND, "there is no resource, lattice or neighbours '%s'", name);
}

int32_t orr__access_find(const orr_world *world, const char *name, uint32_t *kind, uint32_t *id)
{
    static const uint32_t kinds[] = { ORR__ACCESS_RESOURCE, ORR__ACCESS_LATTICE, ORR__ACCESS_NEIGHBOURS };
    const uint32_t ids[] = { orr_resource_find(world, name), orr_lattice_find(world, name),
                             orr_neighbours_find(world, name) };
    for (uint32_t i = 0; i < 3; i++) {
        if (ids[i] == 0) continue;
        *kind = kinds[i];
        *id = ids[i];
        return ORR_OK;
    }
    return not_found(world, name);
}

/* The main-thread system or hook that the calling thread is in. Beside it systems run on other threads, which are held
 * to what they declare themselves where they touch something. */
static const orr_run *own_run(const orr_world *world)
{
    const orr__sim *sim = world->sim;
    if (!sim || (sim->stepping && sim->stepper != orr__thread_self())) return NULL;
    return sim->main_run;
}

int32_t orr__access_not_drawing(const orr_world *world, const char *what)
{
    const orr_run *run = own_run(world);
    if (!run || !run->system || !run->system->render) return ORR_OK;
    return orr__fail(ORR_E_ACCESS, "system '%s': a system of the stage 'render' %s", run->system->name, what);
}

int32_t orr__access_may_component(const orr_world *world, orr_component component, bool write)
{
    return orr__access_may(world, ORR__ACCESS_COMPONENT, component, write);
}

int32_t orr__access_may(const orr_world *world, uint32_t kind, uint32_t id, bool write)
{
    const orr_run *run = own_run(world);
    if (!run || !run->system) return ORR_OK;
    const orr__system *system = run->system;
    if (system->render && write)
        return orr__fail(ORR_E_ACCESS, "system '%s': systems of the stage 'render' write nothing", system->name);
    if (system->exclusive) return ORR_OK;
    const uint32_t mode = orr__access_mode(&system->access, kind, id);
    const uint32_t wanted = write ? ORR_WRITE | ORR_MARK : ORR_READ | ORR_WRITE | ORR_MARK;
    if (mode & wanted) return ORR_OK;
    char name[160];
    const orr__access access = { .id = id, .kind = (uint16_t)kind };
    orr__access_name(world, &access, name, sizeof name);
    if (kind == ORR__ACCESS_COMPONENT)
        return orr__fail(ORR_E_ACCESS, "system '%s': component '%s' is %s without being declared: add it to %s",
                         system->name, name, write ? "written" : "read", write ? "`writes` or `marks`" : "`reads`");
    return orr__fail(ORR_E_ACCESS, "system '%s': %s is %s without being declared: add it to `resource_%s`",
                     system->name, name, write ? "written" : "read", write ? "writes" : "reads");
}

int32_t orr__access_may_lattice(const orr_world *world, orr_lattice lattice)
{
    return orr__access_may(world, ORR__ACCESS_LATTICE, lattice, false);
}

int32_t orr__access_may_name(const orr_world *world, uint32_t kind, const char *name)
{
    static const char *const words[] = { "component", "resource", "lattice", "neighbours" };
    static const char *const others[] = { "", "a resource", "a lattice", "neighbours" };
    const orr__sim *sim = world->sim;
    uint32_t taken = kind;
    for (uint32_t i = 0; i < sim->resources.count; i++) {
        if (!sim->resources.items[i].hidden.now && strcmp(sim->resources.items[i].name, name) == 0)
            taken = ORR__ACCESS_RESOURCE;
    }
    for (uint32_t i = 0; i < world->lattice_count; i++) {
        if (!world->lattices[i]->hidden.now && strcmp(world->lattices[i]->name, name) == 0) taken = ORR__ACCESS_LATTICE;
    }
    for (uint32_t i = 0; i < sim->neighbours.count; i++) {
        if (!sim->neighbours.items[i]->hidden.now && strcmp(sim->neighbours.items[i]->name, name) == 0)
            taken = ORR__ACCESS_NEIGHBOURS;
    }
    if (taken == kind) return ORR_OK;
    return orr__fail(ORR_E_EXISTS, "%s '%s': the name is taken by %s", words[kind], name, others[taken]);
}

int32_t orr__access_may_lattice_name(const orr_world *world, const char *name)
{
    return orr__access_may_name(world, ORR__ACCESS_LATTICE, name);
}

int32_t orr__access_may_track(const orr_world *world, const orr_component *components, const char *call)
{
    const orr_run *run = own_run(world);
    if (run && (!run->system || run->system->exclusive)) return ORR_OK; /* nothing runs beside it */
    if (!run)
        return orr__fail(ORR_E_LOCKED,
                         "%s: systems run; trackers are for systems on the main thread, hooks and between "
                         "ticks",
                         call);
    if (!components)
        return orr__fail(ORR_E_LOCKED,
                         "%s: other systems may run beside system '%s', which declares what it touches: trackers come "
                         "and go in exclusive systems, hooks and between ticks",
                         call, run->system->name);
    for (const orr_component *c = components; *c; c++) {
        if (orr__access_may_component(world, *c, false) != ORR_OK) return orr__fail_more("%s", call);
    }
    return ORR_OK;
}
