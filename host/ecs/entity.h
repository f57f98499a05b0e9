/* Entities: slots that tell where a handle's row is.
 *
 *   handle = index (32 bits) << 20 | generation (20 bits, from 1)      0 is none; below 2^52, a plain Lua number
 *
 * Low generations in the low bits keep handles short when printed. A slot whose generation is used up is retired: it
 * never comes back, so a stale handle is never taken for a live one. Slots stand in pages that never move; the free
 * list is last in, first out, threaded through `row`. */
#ifndef ORR_ECS_ENTITY_H
#define ORR_ECS_ENTITY_H

#include "base/alloc.h"
#include "orrery.h"

enum { ORR__GENERATION_BITS = 20, ORR__GENERATION_MAX = (1 << 20) - 1, ORR__SLOT_PAGE = 4096 };

enum { ORR__SLOT_FREE = 0, ORR__SLOT_ALIVE = 1, ORR__SLOT_RESERVED = 2, ORR__SLOT_RETIRED = 3 };

typedef struct orr__slot {
    union {
        struct {
            uint32_t generation : 20, state : 2, unused : 10;
        };
        uint32_t stamp; /* all of them, to be compared at once; unused is 0 */
    };
    uint32_t table; /* index of the table */
    uint32_t row;   /* chunk * 4096 + row in chunk; free: index of the next free slot, UINT32_MAX: last */
} orr__slot;

typedef struct orr__entities {
    orr__slot **pages;
    uint32_t page_count, page_capacity;
    uint32_t slot_count; /* slots ever used */
    uint32_t free_head;  /* UINT32_MAX: none */
    uint32_t free_count, retired_count;
    uint64_t alive;
} orr__entities;

static inline orr_entity orr__entity_make(uint32_t index, uint32_t generation)
{
    return ((uint64_t)index << ORR__GENERATION_BITS) | generation;
}

/* The slot of a live handle, or NULL (dead, reserved, foreign, none). No error is set. */
orr__slot *orr__entity_slot(const orr_world *world, orr_entity entity);
orr__slot *orr__entity_slot_at(const orr_world *world, uint32_t index);

/* Sets ORR_E_DEAD with a text that says which of them it is; returns the slot otherwise. */
orr__slot *orr__entity_need(const orr_world *world, orr_entity entity);

/* Makes room for `count` more handles, so that orr__entity_reserve cannot fail. */
int32_t orr__entity_room(orr_world *world, uint32_t count);
/* In arithmetic: compilers go through memory for bit-fields, which both lay out from the lowest bit (a test checks). */
static inline uint32_t orr__slot_stamp(uint32_t generation, uint32_t state)
{
    return generation | state << ORR__GENERATION_BITS;
}

/* A page holds 4,096 slots. */
static inline orr__slot *orr__slot_at(const orr__entities *entities, uint32_t index)
{
    return &entities->pages[index >> 12][index & (ORR__SLOT_PAGE - 1)];
}

/* The slot of a live handle, or NULL. */
static inline orr__slot *orr__slot_alive(const orr__entities *entities, orr_entity entity)
{
    const uint64_t index = entity >> ORR__GENERATION_BITS;
    if (index >= entities->slot_count) return NULL;
    orr__slot *slot = orr__slot_at(entities, (uint32_t)index);
    return slot->stamp == orr__slot_stamp((uint32_t)entity & ORR__GENERATION_MAX, ORR__SLOT_ALIVE) ? slot : NULL;
}

/* The next slot: the one freed last, or a new one. `*index` gets its index; its state is the caller's to set. */
static inline orr__slot *orr__slot_take(orr__entities *entities, uint32_t *index)
{
    if (entities->free_head == UINT32_MAX) {
        *index = entities->slot_count++;
        orr__slot *slot = orr__slot_at(entities, *index);
        slot->stamp = orr__slot_stamp(1, ORR__SLOT_FREE);
        return slot;
    }
    *index = entities->free_head;
    orr__slot *slot = orr__slot_at(entities, *index);
    entities->free_head = slot->row;
    entities->free_count--;
    return slot;
}

/* A handle that is not alive yet; orr__entity_place makes it so, orr__entity_release gives it back. */
orr_entity orr__entity_reserve(orr_world *world);
/* Reserves and places `count` new ones at rows row, row + 1, ... of a table; `out` gets them. Room must be there. */
void orr__entity_spawn_rows(orr_world *world, uint32_t table, uint32_t row, uint32_t count, orr_entity *out);
void orr__entity_place(orr_world *world, orr_entity entity, uint32_t table, uint32_t row);
/* Alive or reserved: the generation goes up. */
static inline void orr__slot_release(orr__entities *entities, orr__slot *slot, uint32_t index)
{
    const uint32_t generation = slot->stamp & ORR__GENERATION_MAX;
    entities->alive -= slot->stamp >> ORR__GENERATION_BITS == ORR__SLOT_ALIVE;
    slot->table = 0;
    if (generation == ORR__GENERATION_MAX) {
        slot->stamp = orr__slot_stamp(generation, ORR__SLOT_RETIRED);
        slot->row = UINT32_MAX;
        entities->retired_count++;
        return;
    }
    slot->stamp = orr__slot_stamp(generation + 1, ORR__SLOT_FREE);
    slot->row = entities->free_head;
    entities->free_head = index;
    entities->free_count++;
}
void orr__entity_release(orr_world *world, orr_entity entity);

/* Entities to change at once. Dead ones are skipped. */
typedef struct orr__batch {
    const orr_entity *entities;
    uint32_t count;
    bool uniform; /* all are alive and in one table: nobody looks again */
} orr__batch;

/* Finds out whether they are uniform. */
orr__batch orr__entities_batch(const orr_world *world, const orr_entity *entities, uint32_t count);
/* What the public functions of the same names do, without the check for a locked world. The hooks of the world are
 * called. */
int32_t orr__entities_destroy(orr_world *world, orr__batch of);
int32_t orr__entities_add(orr_world *world, orr__batch of, orr_component component);
int32_t orr__entities_remove(orr_world *world, orr__batch of, orr_component component);

void orr__entity_init(orr_world *world);
void orr__entity_fini(orr_world *world);

#endif
