/* The world: all that is data. What runs over it (systems, params, the pool) is sim/'s and hangs below `sim`. */
#ifndef ORR_ECS_WORLD_H
#define ORR_ECS_WORLD_H

#include "base/alloc.h"
#include "base/map.h"
#include "base/os.h"
#include "ecs/component.h"
#include "ecs/edition.h"
#include "ecs/entity.h"
#include "ecs/lattice.h"
#include "ecs/prefab.h"
#include "ecs/query.h"
#include "ecs/stage.h"
#include "ecs/table.h"
#include "ecs/tracker.h"
#include "orrery.h"

#include <stdatomic.h>

struct orr__sim;

struct orr_world {
    orr__alloc alloc;
    orr__component *components; /* component c is components[c - 1] */
    uint32_t component_count, component_capacity;
    orr__map component_names; /* hash of name -> component (first of equal hashes; compare names) */
    orr__entities entities;
    orr__table **tables; /* in order of creation; tables[0] has no components */
    uint32_t table_count, table_capacity;
    orr__map table_signatures;
    orr__chunk *spares; /* chunks without a table (see chunk.h) */
    size_t spare_bytes;
    orr__query **queries; /* query q is queries[q - 1] */
    uint32_t query_count, query_capacity;
    atomic_flag queries_lock; /* of all three, while systems run */
    orr__tracker **trackers;
    uint32_t tracker_count, tracker_capacity;
    orr__prefab **prefabs;
    uint32_t prefab_count, prefab_capacity;
    orr__map prefab_keys;     /* hash of name or content -> prefab (see prefab.h) */
    atomic_flag prefabs_lock; /* of all four, while systems run */
    orr__lattice **lattices;
    uint32_t lattice_count, lattice_capacity;
    uint64_t version;        /* goes up with every structural change */
    uint64_t dropped;        /* patches whose entity had died */
    uint32_t locked;         /* > 0: systems run, structural changes are refused */
    const char *locked_by;   /* name of the system, for the message; may be NULL */
    _Atomic uint32_t late;   /* > 0: others record patches also while nothing is locked (sim/late.h) */
    _Atomic uintptr_t owner; /* orr__thread_self of the thread that it runs free on, 0: none */
    struct orr__sim *sim;    /* what runs; opaque here */
    bool scripted;           /* what is declared now is a script's */
    orr__edition *edition;   /* a script is being loaded again; NULL: no */
    /* Told before entities lose (component 0: all their components) and after they gained hooked components. May be
     * NULL. Called only for components that are hooked. */
    int32_t (*losing)(orr_world *world, const orr_entity *entities, uint32_t count, orr_component component);
    int32_t (*gained)(orr_world *world, const orr_entity *entities, uint32_t count, orr_component component);
    /* Called when orr_entity_spawn, destroy, add or remove is done. May be NULL. */
    int32_t (*settle)(orr_world *world);
    /* Whether the system that runs may touch a component; asked while the world is locked. May be NULL. */
    int32_t (*may)(const orr_world *world, orr_component component, bool write);
    /* Before what others look at while `late` moves: it returns when nobody does. May be NULL. */
    void (*still)(orr_world *world);
    /* The same of a lattice's cells; and whether a new lattice may have this name. May be NULL. */
    int32_t (*may_lattice)(const orr_world *world, orr_lattice lattice);
    int32_t (*may_name)(const orr_world *world, const char *name);
    /* Whether a tracker may be made or ended (`components` NULL), or asked and cleared; asked while the world is locked.
     * May be NULL. */
    int32_t (*may_track)(const orr_world *world, const orr_component *components, const char *call);
};

/* The data half alone (orr_world_create of sim/ adds the rest). */
orr_world *orr__world_create(const orr_allocator *allocator);
void orr__world_destroy(orr_world *world);

/* Whether other threads may be at work. They are the ones that must not look at `locked`, which is the owner's: when
 * they work outside of a tick's systems, `late` is not 0, and stays so until they are done. */
static inline bool orr__world_is_shared(const orr_world *world)
{
    return atomic_load_explicit(&world->late, memory_order_relaxed) || world->locked;
}

/* A declaration is about to move lists that others read without a lock. */
static inline void orr__world_still(orr_world *world)
{
    if (atomic_load_explicit(&world->late, memory_order_relaxed) && world->still) world->still(world);
}

/* ORR_E_LOCKED with a message naming the ctx: form of `call` when systems run; the second names the form in C. */
int32_t orr__world_unlocked(const orr_world *world, const char *call);
int32_t orr__world_unlocked_c(const orr_world *world, const char *call);

/* ORR_E_LOCKED when the world runs free and the caller is on another thread (or a worker). */
int32_t orr__world_refuse(const char *call);
static inline bool orr__world_is_foreign(const orr_world *world)
{
    const uintptr_t owner = atomic_load_explicit(&world->owner, memory_order_relaxed);
    return owner && owner != orr__thread_self();
}
static inline int32_t orr__world_mine(const orr_world *world, const char *call)
{
    return orr__world_is_foreign(world) ? orr__world_refuse(call) : ORR_OK;
}

/* While systems run: whether the one that runs may touch the component; sets ORR_E_ACCESS if not. */
bool orr__world_may(const orr_world *world, orr_component component, bool write);

/* The result of a structural change outside of systems, after the hooks that follow it. */
static inline int32_t orr__world_settle(orr_world *world, int32_t code)
{
    return code == ORR_OK && world->settle ? world->settle(world) : code;
}

/* Checks every invariant of the data; ORR_OK or the first broken one as error text. For tests and fuzzers. */
int32_t orr__world_validate(const orr_world *world);

#endif
