/* Patches: changes that were recorded while systems ran, and how they are applied.
 *
 * One orr__patches is what one range of one system run recorded, in the order of the calls. The tick applies the lists
 * in (system, range in the order of the data, sequence) order, never in worker order:
 *
 *   1 orr__patches_reserve   gives every recorded spawn its handles
 *   2 orr__patches_resolve   turns provisional handles into these, in stages, patches and columns written in place
 *   3 orr__patches_apply     changes the world; patches for entities that have died are dropped and counted
 */
#ifndef ORR_ECS_PATCH_H
#define ORR_ECS_PATCH_H

#include "base/arena.h"
#include "ecs/prefab.h"
#include "orrery.h"

enum { ORR__PATCH_SPAWN = 1, ORR__PATCH_DESTROY, ORR__PATCH_ADD, ORR__PATCH_REMOVE, ORR__PATCH_SET };

/* A provisional handle -k stored in an entity column: bit 63 set, k in the low bits. */
#define ORR__PROVISIONAL ((uint64_t)1 << 63)

typedef struct orr__patch {
    struct orr__patch *next;
    uint32_t kind;
    orr_component component;     /* add, remove */
    int64_t entity;              /* handle, or provisional */
    union {
        orr__stage *stage;       /* spawn */
        struct { orr_field field; orr_value value; } set;
    } as;
} orr__patch;

typedef struct orr__patches {
    orr__arena arena;            /* the records; stages are the world's */
    orr_world *world;
    orr__patch *first, **last;
    uint32_t count, spawn_count, set_count;
    uint64_t provisional_count;  /* handles given out: -1, -2, ... */
    orr_entity *reserved;        /* [provisional_count] after orr__patches_reserve */
} orr__patches;

void orr__patches_init(orr__patches *patches, orr_world *world);   /* no allocation */
void orr__patches_fini(orr__patches *patches);
void orr__patches_clear(orr__patches *patches);                    /* drops all; keeps the memory for reuse */

/* Recording: any thread, one at a time for each list. */
int32_t orr__patches_spawn(orr__patches *patches, orr_prefab prefab, uint32_t count, orr__stage **stage);
int32_t orr__patches_add(orr__patches *patches, int64_t entity, orr_component component);
int32_t orr__patches_remove(orr__patches *patches, int64_t entity, orr_component component);
int32_t orr__patches_destroy(orr__patches *patches, int64_t entity);
int32_t orr__patches_set(orr__patches *patches, int64_t entity, orr_field field, orr_value value);

/* Applying: the thread that steps. */
int32_t orr__patches_reserve(orr__patches *patches);
int32_t orr__patches_resolve(orr__patches *patches);
/* Resolves provisional handles in rows of an entity column that this list's range wrote in place; ORR_E_DEAD for one
 * that was never given out. */
int32_t orr__patches_resolve_column(const orr__patches *patches, uint64_t *column, uint32_t begin, uint32_t end);
/* Only the sets (and removes them from the list) / everything that is left. */
int32_t orr__patches_apply_sets(orr__patches *patches);
int32_t orr__patches_apply(orr__patches *patches);

#endif
