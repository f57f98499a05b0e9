/* Patches: changes that were recorded while systems ran, and how they are applied.
 *
 * One orr__patches is what one range of one system run recorded, in the order of the calls. The tick applies the lists
 * in (system, range in the order of the data, sequence) order, never in worker order:
 *
 *   0 orr__patches_apply_sets  when the system is done: the sets that do not wait for something in the list
 *   1 orr__patches_reserve     gives every recorded spawn its handles
 *   2 orr__patches_resolve     turns provisional handles into these, in stages, patches and columns written in place
 *   3 orr__patches_apply       changes the world; patches for entities that have died are dropped and counted
 *
 * The result is that of applying the patches one by one in the order recorded. Runs of like patches (at most 4,096) are
 * applied together because that is faster; only the rows of those that stay in a table tell: entities that leave one
 * table one after the other in a run leave it together, the others keep their rows, and the holes, in the order
 * recorded, are filled with what is last in the table. This depends on nothing but the list and the world.
 *
 * Provisional handles: the first spawn of n in a list gives out -1 to -n, the next goes on from there. They are valid
 * as `entity` of later patches of the list, and in entity fields of its sets, its stages and the columns that the same
 * range wrote in place. There they are stored as ORR__PROVISIONAL | k, or just as the negative number -k itself. */
#ifndef ORR_ECS_PATCH_H
#define ORR_ECS_PATCH_H

#include "base/arena.h"
#include "ecs/prefab.h"
#include "ecs/stage.h"
#include "orrery.h"

enum { ORR__PATCH_DONE = 0, ORR__PATCH_SPAWN, ORR__PATCH_DESTROY, ORR__PATCH_ADD, ORR__PATCH_REMOVE, ORR__PATCH_SET };

/* A provisional handle -k stored in an entity column: bit 63 set, k in the low bits. */
#define ORR__PROVISIONAL ((uint64_t)1 << 63)

/* k of a provisional handle in either form, 0 for anything else. */
static inline uint64_t orr__provisional(uint64_t value)
{
    if (!(value & ORR__PROVISIONAL)) {
        return 0;
    }
    return value >> 62 == 3 ? 0 - value : value & ~ORR__PROVISIONAL;
}

/* In columns, once the run that wrote them is settled: of which system handle k is (from 1, below 2^22), so that those of
 * several runs in the same rows can be told apart. */
static inline uint64_t orr__provisional_of(uint32_t owner, uint64_t k)
{
    return ORR__PROVISIONAL | (uint64_t)owner << 40 | k;
}
static inline uint32_t orr__provisional_owner(uint64_t value)
{
    return value >> 62 == 2 ? (uint32_t)(value >> 40) & 0x3FFFFFu : 0;
}

typedef struct orr__patch {
    uint8_t kind;            /* ORR__PATCH_DONE: applied already, or dropped */
    uint8_t type;            /* set: of the field */
    uint16_t index;          /* set: of the field in its component */
    orr_component component; /* add, remove, set */
    int64_t entity;          /* handle, or provisional; spawn: 0 */
    union {
        orr__stage *stage; /* spawn */
        orr_value value;   /* set */
    } as;
} orr__patch;

/* Records stand one after the other in blocks of the arena. */
typedef struct orr__patch_block {
    struct orr__patch_block *next, *previous;
    uint32_t count, room;
    orr__patch patches[];
} orr__patch_block;

typedef struct orr__patches {
    orr__arena arena; /* blocks, small stages, reserved handles */
    orr_world *world;
    orr__patch_block *first, *last;
    orr_field set_known;             /* this field was set, and its sets need no more checks; component 0: none */
    uint64_t count;                  /* patches that are not done */
    uint64_t spawn_count, set_count; /* of these */
    uint64_t provisional_count;      /* handles given out: -1, -2, ... */
    orr_entity *reserved;            /* [provisional_count] after orr__patches_reserve, until cleared */
} orr__patches;

void orr__patches_init(orr__patches *patches, orr_world *world); /* no allocation */
void orr__patches_fini(orr__patches *patches);                   /* before the world's end; takes a zeroed struct */
/* Drops all without counting, gives back handles that were reserved and not spawned; keeps the memory for reuse. */
void orr__patches_clear(orr__patches *patches);
/* The first half of it: nothing is left to apply, `reserved` stays readable. Returns how many patches were left. */
uint64_t orr__patches_drop(orr__patches *patches);
/* ORR_E_DEAD with the text for provisional handle -k. */
int32_t orr__patches_unknown(const orr__patches *patches, uint64_t k);

/* Recording: any thread, one at a time for each list, while nothing is created or changed in structure. A failure
 * records nothing. ORR_E_DEAD for entity 0, for numbers that are no handles, and for provisional handles that this
 * list did not give out; handles of dead entities are accepted, as death is looked at when the patch is applied.
 * ORR_E_NOT_FOUND, ORR_E_ARGUMENT: no such component, field, prefab. A spawn of 0 has no provisional handle. `stage`
 * may be NULL; it lives until the list is applied or cleared. */
int32_t orr__patches_spawn(orr__patches *patches, orr_prefab prefab, uint32_t count, orr__stage **stage);
int32_t orr__patches_add(orr__patches *patches, int64_t entity, orr_component component);
int32_t orr__patches_remove(orr__patches *patches, int64_t entity, orr_component component);
int32_t orr__patches_destroy(orr__patches *patches, int64_t entity);
int32_t orr__patches_set(orr__patches *patches, int64_t entity, orr_field field, orr_value value);
/* The short way of add, remove and destroy (with component 0), for a component that has been checked; false: nothing is
 * recorded, take the long way. The fields are written one by one: a record that is built elsewhere and copied costs
 * three times as much. */
static inline bool orr__patches_quick(orr__patches *patches, uint32_t kind, int64_t entity, orr_component component)
{
    orr__patch_block *block = patches->last;
    if (entity <= 0 || entity >> 52 || !block || block->count == block->room) {
        return false;
    }
    orr__patch *patch = &block->patches[block->count++];
    patches->count++;
    patch->kind = (uint8_t)kind;
    patch->component = component;
    patch->entity = entity;
    return true;
}
/* The same for a set of the field `set_known`, which holds no entity. */
static inline bool orr__patches_quick_set(orr__patches *patches, int64_t entity, uint32_t component, uint32_t index,
                                          orr_value value)
{
    orr__patch_block *block = patches->last;
    const orr_field known = patches->set_known;
    if (known.component != component || known.index != index || component == 0) {
        return false;
    }
    if (entity <= 0 || entity >> 52 || !block || block->count == block->room) {
        return false;
    }
    orr__patch *patch = &block->patches[block->count++];
    patches->count++;
    patches->set_count++;
    patch->kind = ORR__PATCH_SET;
    patch->type = known.type;
    patch->index = (uint16_t)index;
    patch->component = component;
    patch->entity = entity;
    patch->as.value = value;
    return true;
}
/* Whether the last patches of the list are an add of this component to this entity, and sets that follow it. */
bool orr__patches_adds(const orr__patches *patches, int64_t entity, orr_component component);

/* Applying: the thread that steps; whether the world is locked is not asked. */

/* All handles or, failing, none. Twice is once. */
int32_t orr__patches_reserve(orr__patches *patches);
/* After reserve. A provisional handle in a stage or set that was never given out is ORR_E_DEAD and becomes 0; the rest
 * is resolved all the same, so the list may still be applied. */
int32_t orr__patches_resolve(orr__patches *patches);
/* The same in rows begin to end of an entity column that this list's range wrote in place. */
int32_t orr__patches_resolve_column(const orr__patches *patches, uint64_t *column, uint32_t begin, uint32_t end);
/* The same for what `owner` and nobody in particular has left there. */
int32_t orr__patches_resolve_owned(const orr__patches *patches, uint32_t owner, uint64_t *column, uint32_t begin,
                                   uint32_t end);

/* Applies the sets whose entity has the component now, that hold no provisional handle and have no earlier unapplied
 * patch for the same entity before them in the list; the others stay. Always ORR_OK. */
int32_t orr__patches_apply_sets(orr__patches *patches);
/* The same for sets of the components in two lists that end with 0; `writes` NULL: of all. */
void orr__patches_apply_sets_of(orr__patches *patches, const orr_component *writes, const orr_component *marks);

/* Everything that is left; reserves and resolves before if that was not done. The list is empty afterwards, also when
 * it fails; `reserved` stays readable until it is cleared, which must happen before anything is recorded again.
 *
 * When a patch fails (memory, or the code of a hook), the world is valid and the code is returned. The patches before
 * the run of like patches in which it stands are applied; of this run some may be; those after it are dropped. What
 * is dropped is counted in world->dropped, and handles reserved for spawns among it are given back, so that they are
 * dead wherever they were stored. Sets for entities that lack the component are dropped and counted too. */
int32_t orr__patches_apply(orr__patches *patches);

#endif
