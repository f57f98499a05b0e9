#include "ecs/patch.h"

#include "base/bitset.h"
#include "base/error.h"
#include "ecs/row.h"
#include "ecs/world.h"

#include <string.h>

/* ---- handles ----------------------------------------------------------------------------------------------------- */

int32_t orr__patches_reserve(orr__patches *patches)
{
    const uint32_t count = (uint32_t)patches->provisional_count;
    if (count == 0 || patches->reserved) {
        return ORR_OK;
    }
    const int32_t result = orr__entity_room(patches->world, count);
    if (result != ORR_OK) {
        return result;
    }
    orr_entity *reserved = orr__arena_new(&patches->arena, count * sizeof *reserved, 0);
    if (!reserved) {
        return orr__fail_more("%u entities to spawn", (unsigned)count);
    }
    for (uint32_t i = 0; i < count; i++) {
        reserved[i] = orr__entity_reserve(patches->world);
    }
    patches->reserved = reserved;
    return ORR_OK;
}

static inline int32_t resolve_value(const orr__patches *patches, uint64_t *value)
{
    const uint64_t k = orr__provisional(*value);
    if (k == 0) {
        return ORR_OK;
    }
    if (k > patches->provisional_count || !patches->reserved) {
        *value = 0;
        return orr__patches_unknown(patches, k);
    }
    *value = patches->reserved[k - 1];
    return ORR_OK;
}

int32_t orr__patches_resolve_column(const orr__patches *patches, uint64_t *column, uint32_t begin, uint32_t end)
{
    int32_t result = ORR_OK;
    for (uint32_t i = begin; i < end; i++) {
        if (column[i] & ORR__PROVISIONAL) {
            const int32_t resolved = resolve_value(patches, &column[i]);
            result = result != ORR_OK ? result : resolved;
        }
    }
    return result;
}

int32_t orr__patches_resolve_owned(const orr__patches *patches, uint32_t owner, uint64_t *column, uint32_t begin,
                                   uint32_t end)
{
    int32_t result = ORR_OK;
    for (uint32_t i = begin; i < end; i++) {
        if (!(column[i] & ORR__PROVISIONAL)) {
            continue;
        }
        const uint32_t of = orr__provisional_owner(column[i]);
        if (of != 0 && of != owner) {
            continue;
        }
        column[i] &= ~((uint64_t)of << 40);
        const int32_t resolved = resolve_value(patches, &column[i]);
        result = result != ORR_OK ? result : resolved;
    }
    return result;
}

static int32_t resolve_stage(const orr__patches *patches, orr__stage *stage)
{
    const orr__table *table = orr__prefab_at(patches->world, stage->prefab)->table;
    int32_t result = ORR_OK;
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (table->column_types[i] == ORR_TYPE_ENTITY) {
            const int32_t resolved = orr__patches_resolve_column(patches, stage->columns[i], 0, stage->count);
            result = result != ORR_OK ? result : resolved;
        }
    }
    return result;
}

int32_t orr__patches_resolve(orr__patches *patches)
{
    int32_t result = ORR_OK;
    if (patches->provisional_count == 0) {
        return ORR_OK; /* recording let no provisional handle in */
    }
    if (!patches->reserved) {
        return orr__fail(ORR_E_ARGUMENT, "provisional handles cannot be resolved before they are reserved");
    }
    for (orr__patch_block *block = patches->first; block; block = block->next) {
        for (uint32_t i = 0; i < block->count; i++) {
            orr__patch *patch = &block->patches[i];
            int32_t resolved = ORR_OK;
            if (patch->entity < 0) {
                patch->entity = (int64_t)patches->reserved[-patch->entity - 1];
            }
            if (patch->kind == ORR__PATCH_SET && patch->type == ORR_TYPE_ENTITY) {
                resolved = resolve_value(patches, &patch->as.value.entity);
            } else if (patch->kind == ORR__PATCH_SPAWN) {
                resolved = resolve_stage(patches, patch->as.stage);
            }
            result = result != ORR_OK ? result : resolved;
        }
    }
    return result;
}

/* ---- sets -------------------------------------------------------------------------------------------------------- */

enum { SET_DEAD = -1, SET_LACKS = 0, SET_MADE = 1 };

static int32_t try_set(orr_world *world, const orr__patch *patch)
{
    const orr__slot *slot = orr__slot_alive(&world->entities, (orr_entity)patch->entity);
    if (!slot) {
        return SET_DEAD;
    }
    orr__table *table = world->tables[slot->table];
    const uint32_t at = orr__table_component(table, patch->component);
    if (at == ORR__NO_COLUMN) {
        return SET_LACKS;
    }
    orr__chunk *chunk = table->chunks[slot->row / ORR__CHUNK_ROWS];
    const uint32_t row = slot->row % ORR__CHUNK_ROWS;
    void *column = chunk->columns[table->first_column[at] + patch->index];
    orr__value_store(column, row, patch->type, patch->as.value);
    if (world->components[patch->component - 1].tracker_count > 0) {
        orr__tracker_mark(world, table, chunk, patch->component, row, row + 1, 0);
    }
    return SET_MADE;
}

/* Entities that patches left in the list are for: a filter that never says no wrongly, and a look at the list. */
enum { FILTER_BITS = 8192 };

static uint32_t filter_bit(int64_t entity)
{
    return (uint32_t)(((uint64_t)entity * UINT64_C(0x9E3779B97F4A7C15)) >> 51);
}

static bool waits_for_earlier(const orr__patch_block *block, uint32_t at, int64_t entity)
{
    for (; block; block = block->previous, at = block ? block->count : 0) {
        while (at-- > 0) {
            if (block->patches[at].kind != ORR__PATCH_DONE && block->patches[at].entity == entity) {
                return true;
            }
        }
    }
    return false;
}

/* Whether the set is to stay in the list for the end of the stage. */
static bool keep_set(orr__patches *patches, const orr__patch_block *block, uint32_t at, const uint64_t *filter)
{
    const orr__patch *patch = &block->patches[at];
    if (patch->entity < 0 || (patch->type == ORR_TYPE_ENTITY && orr__provisional(patch->as.value.entity) != 0)) {
        return true;
    }
    if (orr__bits_get(filter, filter_bit(patch->entity)) && waits_for_earlier(block, at, patch->entity)) {
        return true;
    }
    const int32_t made = try_set(patches->world, patch);
    if (made == SET_DEAD && patches->reserved) { /* resolved already: its entity may be one that is to be spawned */
        const orr__slot *slot = orr__entity_slot_at(patches->world, orr_entity_index((orr_entity)patch->entity));
        if (slot && slot->state == ORR__SLOT_RESERVED) {
            return true;
        }
    }
    patches->world->dropped += made == SET_DEAD;
    return made == SET_LACKS;
}

/* The entity of a patch some places on: its slot will be there when it is asked for. */
static void fetch_slot(const orr_world *world, const orr__patch *patch)
{
    const orr__entities *entities = &world->entities;
    const uint64_t index = (uint64_t)patch->entity >> ORR__GENERATION_BITS;
    if (index < entities->slot_count) {
        __builtin_prefetch(orr__slot_at(entities, (uint32_t)index));
    }
}

/* Makes a set, and those of the same field that follow for the rows that follow; returns how many. 0: its entity is dead
 * or lacks the component, or the set needs a closer look. */
static uint32_t apply_alike(orr_world *world, orr__patch *first, uint32_t count)
{
    enum { AHEAD = 12 };
    const orr__slot *slot = first->entity > 0 ? orr__slot_alive(&world->entities, (orr_entity)first->entity) : NULL;
    if (!slot || first->type == ORR_TYPE_ENTITY || first->type == ORR_TYPE_BOOL) {
        return 0;
    }
    if (count > AHEAD) {
        fetch_slot(world, first + AHEAD);
    }
    orr__table *table = world->tables[slot->table];
    const uint32_t at = orr__table_component(table, first->component);
    if (at == ORR__NO_COLUMN) {
        return 0;
    }
    orr__chunk *chunk = table->chunks[slot->row / ORR__CHUNK_ROWS];
    const uint32_t begin = slot->row % ORR__CHUNK_ROWS, i = table->first_column[at] + first->index;
    const uint32_t bytes = table->column_bytes[i], room = chunk->count - begin, most = count < room ? count : room;
    uint32_t k = 0;
    do {
        orr__value_copy(chunk->columns[i], begin + k, &first[k].as.value, 0, bytes);
        first[k].kind = ORR__PATCH_DONE;
        k++;
    } while (k < most && first[k].kind == ORR__PATCH_SET && first[k].component == first->component &&
             first[k].index == first->index && first[k].type == first->type &&
             (orr_entity)first[k].entity == chunk->entity[begin + k]);
    if (world->components[first->component - 1].tracker_count > 0) {
        orr__tracker_mark(world, table, chunk, first->component, begin, begin + k, 0);
    }
    return k;
}

static bool is_listed(const orr_component *list, orr_component component)
{
    while (*list && *list != component) {
        list++;
    }
    return *list != 0;
}

void orr__patches_apply_sets_of(orr__patches *patches, const orr_component *writes, const orr_component *marks)
{
    uint64_t filter[FILTER_BITS / 64];
    if (patches->set_count == 0) {
        return;
    }
    memset(filter, 0, sizeof filter);
    bool kept = false; /* something that stays in the list */
    for (orr__patch_block *block = patches->first; block; block = block->next) {
        for (uint32_t i = 0; i < block->count; i++) {
            orr__patch *patch = &block->patches[i];
            const bool asked = !writes || is_listed(writes, patch->component) || is_listed(marks, patch->component);
            if (patch->kind == ORR__PATCH_SET && asked && !kept) {
                const uint32_t made = apply_alike(patches->world, patch, block->count - i);
                patches->set_count -= made;
                patches->count -= made;
                i += made - (made > 0);
                if (made > 0) {
                    continue;
                }
            }
            if (patch->kind == ORR__PATCH_SET && asked && !keep_set(patches, block, i, filter)) {
                patch->kind = ORR__PATCH_DONE;
                patches->set_count--;
                patches->count--;
            } else if (patch->kind != ORR__PATCH_DONE && patch->kind != ORR__PATCH_SPAWN) {
                orr__bits_set(filter, filter_bit(patch->entity));
                kept = true;
            }
        }
    }
}

int32_t orr__patches_apply_sets(orr__patches *patches)
{
    orr__patches_apply_sets_of(patches, NULL, NULL);
    return ORR_OK;
}

/* ---- applying everything ----------------------------------------------------------------------------------------- */

enum { RUN_MOST = 4096 }; /* like patches that are applied together: those of a whole chunk, 32 KiB of stack */

typedef struct place {
    orr__patch_block *block;
    uint32_t index;
} place;

/* Steps over what is done; NULL at the end. */
static inline orr__patch *look(place *at)
{
    while (at->block) {
        for (; at->index < at->block->count; at->index++) {
            if (at->block->patches[at->index].kind != ORR__PATCH_DONE) {
                return &at->block->patches[at->index];
            }
        }
        at->block = at->block->next;
        at->index = 0;
    }
    return NULL;
}

/* Takes the patches like the first one that follow each other. They are not marked as done: `at` stands behind them, and
 * should something fail, all the list is dropped. */
static uint32_t take_run(orr__patches *patches, place *at, orr_entity *entities)
{
    const orr__patch *first = look(at);
    const uint32_t kind = first->kind, component = first->component;
    uint32_t count = 0;
    for (orr__patch_block *block = at->block; block && count < RUN_MOST; block = at->block) {
        const uint32_t room = RUN_MOST - count, left = block->count - at->index, most = left < room ? left : room;
        const orr__patch *patch = &block->patches[at->index], *end = patch + most;
        for (; patch < end; patch++) {
            if ((patch->kind ^ kind) | (patch->component ^ component)) {
                if (patch->kind != ORR__PATCH_DONE) {
                    break;
                }
                continue;
            }
            entities[count++] = (orr_entity)patch->entity;
        }
        at->index = (uint32_t)(patch - block->patches);
        if (at->index < block->count) {
            break;
        }
        *at = (place){ block->next, 0 };
    }
    patches->count -= count;
    return count;
}

static uint32_t keep_alive(orr_world *world, orr_entity *entities, uint32_t count)
{
    uint32_t alive = 0;
    for (uint32_t i = 0, many; i < count; i += many) {
        const orr__slot *slot = orr__slot_alive(&world->entities, entities[i]);
        many = slot ? orr__stretch_alike(world->tables[slot->table], slot, entities + i, count - i) : 1;
        if (!slot) {
            continue;
        }
        if (alive < i) {
            memmove(entities + alive, entities + i, many * sizeof *entities);
        }
        alive += many;
    }
    world->dropped += count - alive;
    return alive;
}

/* Leaves each entity once, where it stands first: hooks are told once of what is lost. */
static uint32_t keep_first(orr_entity *entities, uint32_t count)
{
    uint64_t filter[FILTER_BITS / 64];
    uint32_t kept = 0;
    if (count > 1) {
        memset(filter, 0, sizeof filter);
    }
    for (uint32_t i = 0; i < count && count > 1; i++) {
        const uint32_t bit = filter_bit((int64_t)entities[i]);
        bool before = false;
        for (uint32_t k = 0; orr__bits_get(filter, bit) && k < kept && !before; k++) {
            before = entities[k] == entities[i];
        }
        orr__bits_set(filter, bit);
        entities[kept] = entities[i];
        kept += !before;
    }
    return count > 1 ? kept : count;
}

static bool is_hooked(const orr_world *world, orr_component component)
{
    return world->components[component - 1].hooked >> ORR_HOOK_REMOVE & 1u;
}

/* Whether a hook is told when they die. */
static bool are_hooked(const orr_world *world, const orr_entity *entities, uint32_t count)
{
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; world->losing && i < count; i++) {
        const orr__slot *slot = orr__slot_alive(&world->entities, entities[i]);
        if (!slot || slot->table == last) {
            continue;
        }
        const orr__table *table = world->tables[last = slot->table];
        for (uint32_t k = 0; k < table->component_count; k++) {
            if (is_hooked(world, table->components[k])) {
                return true;
            }
        }
    }
    return false;
}

static int32_t destroy_run(orr_world *world, orr_entity *entities, uint32_t count)
{
    const uint64_t before = world->entities.alive;
    const uint32_t once = are_hooked(world, entities, count) ? keep_first(entities, count) : count;
    const int32_t result = orr__entities_destroy(world, orr__entities_batch(world, entities, once));
    world->dropped += count - (before - world->entities.alive); /* also the second one of the same entity */
    return result;
}

static int32_t apply_run(orr__patches *patches, place *at)
{
    orr_entity entities[RUN_MOST];
    orr_world *world = patches->world;
    const orr__patch patch = *look(at);
    const uint32_t count = take_run(patches, at, entities);
    if (patch.kind == ORR__PATCH_DESTROY) {
        return destroy_run(world, entities, count);
    }
    orr__batch of = orr__entities_batch(world, entities, count);
    if (!of.uniform) {
        of.count = keep_alive(world, entities, count);
    }
    int32_t result = ORR_OK;
    if (of.count > 0 && patch.kind == ORR__PATCH_ADD) {
        result = orr__entities_add(world, of, patch.component);
    } else if (of.count > 0) {
        of.count = is_hooked(world, patch.component) ? keep_first(entities, of.count) : of.count;
        result = orr__entities_remove(world, of, patch.component);
    }
    world->dropped += result == ORR_OK ? 0 : of.count;
    return result;
}

static int32_t apply_spawn(orr__patches *patches, orr__patch *patch)
{
    orr_world *world = patches->world;
    const orr__stage *stage = patch->as.stage;
    const uint64_t alive = world->entities.alive;
    const orr_entity *reserved = stage->count ? patches->reserved - stage->provisional - 1 : NULL;
    const int32_t result = orr__stage_spawn(world, stage, reserved, NULL);
    if (result != ORR_OK && world->entities.alive == alive) {
        return result; /* not spawned: left to be dropped */
    }
    orr__stage_destroy(world, patch->as.stage);
    patch->kind = ORR__PATCH_DONE;
    patches->spawn_count--;
    patches->count--;
    return result;
}

static int32_t apply_all(orr__patches *patches)
{
    place at = { patches->first, 0 };
    int32_t result = ORR_OK;
    for (orr__patch *patch; result == ORR_OK && (patch = look(&at)) != NULL;) {
        if (patch->kind == ORR__PATCH_SPAWN) {
            result = apply_spawn(patches, patch);
        } else if (patch->kind == ORR__PATCH_SET) {
            patches->world->dropped += try_set(patches->world, patch) != SET_MADE;
            patch->kind = ORR__PATCH_DONE;
            patches->set_count--;
            patches->count--;
        } else {
            result = apply_run(patches, &at);
        }
    }
    return result;
}

int32_t orr__patches_apply(orr__patches *patches)
{
    int32_t result = ORR_OK;
    if (patches->provisional_count > 0 && !patches->reserved) {
        result = orr__patches_reserve(patches);
        if (result == ORR_OK) {
            result = orr__patches_resolve(patches);
        }
    }
    if (result == ORR_OK && patches->count > 0) {
        result = apply_all(patches);
    }
    patches->world->dropped += orr__patches_drop(patches);
    return result;
}
