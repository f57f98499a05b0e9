// Structural changes of arrays of entities: destroy, add, remove.

#include "base/error.h"
#include "ecs/chunk.h"
#include "ecs/entity.h"
#include "ecs/row.h"
#include "ecs/world.h"

enum { SMALL_GROUP = 64 }; // larger groups need memory for their stretches

typedef orr__batch batch; // seen as groups: entities in a row that are alive and in one table

// How many entities from `at` on are a group of `*table`; 1 with table NULL for a dead one.
static inline uint32_t group(const orr_world *world, const batch *of, uint32_t at, orr__table **table)
{
    const orr__slot *slot = orr__slot_alive(&world->entities, of->entities[at]);
    *table = slot ? world->tables[slot->table] : NULL;
    if (!slot) return 1;
    if (of->uniform) return of->count - at;
    uint32_t end = at;
    while (slot && world->tables[slot->table] == *table) {
        end += orr__stretch_alike(*table, slot, of->entities + end, of->count - end);
        slot = end < of->count ? orr__slot_alive(&world->entities, of->entities[end]) : NULL;
    }
    return end - at;
}

static bool is_hooked(const orr_world *world, const orr__table *table, uint32_t kind)
{
    for (uint32_t i = 0; i < table->component_count; i++) {
        if (orr__component_at(world, table->components[i])->hooked >> kind & 1u) return true;
    }
    return false;
}

static int32_t destroy_one(orr_world *world, orr_entity entity, orr__slot *slot)
{
    orr__table *table = world->tables[slot->table];
    if (world->losing && is_hooked(world, table, ORR_HOOK_REMOVE)) {
        const int32_t code = world->losing(world, &entity, 1, 0);
        if (code) return code;
    }
    if (table->term_count) orr__tracker_log_rows(world, table, &entity, 1, 0);
    const uint32_t row = slot->row;
    orr__slot_release(&world->entities, slot, (uint32_t)(entity >> ORR__GENERATION_BITS));
    orr__table_remove(world, table, row);
    return ORR_OK;
}

static int32_t destroy(orr_world *world, const batch *of)
{
    if (of->count == 1) {
        orr__slot *slot = orr__slot_alive(&world->entities, of->entities[0]);
        return slot ? destroy_one(world, of->entities[0], slot) : ORR_OK;
    }
    orr__table *table;
    for (uint32_t i = 0, many; world->losing && i < of->count; i += many) {
        many = group(world, of, i, &table);
        if (!table || !is_hooked(world, table, ORR_HOOK_REMOVE)) continue;
        const int32_t code = world->losing(world, of->entities + i, many, 0);
        if (code) return code;
    }
    for (uint32_t i = 0, many; i < of->count; i += many) {
        many = group(world, of, i, &table);
        if (table) orr__table_destroy(world, table, of->entities + i, many);
    }
    return ORR_OK;
}

// The tables to which a component leads: orr__table_with or orr__table_without.
typedef orr__table *neighbour(orr_world *world, orr__table *table, orr_component component);

typedef struct change {
    batch of;
    orr_component component;
    neighbour *next;
    bool tell_losing, tell_gained;
} change;

// Finds the tables that the groups will move to and makes room in them.
static int32_t plan(orr_world *world, const change *c)
{
    orr__table *table;
    for (uint32_t i = 0, many; i < c->of.count; i += many) {
        many = group(world, &c->of, i, &table);
        if (!table) continue;
        orr__table *to = c->next(world, table, c->component);
        if (!to) return orr__error_code();
        if (to == table) continue;
        to->pending += many;
        const int32_t code = orr__table_room(world, to, to->pending);
        if (code) return code;
    }
    return ORR_OK;
}

// After a failed plan: room that was made is given back.
static void unplan(orr_world *world)
{
    for (uint32_t t = 0; t < world->table_count; t++) {
        if (!world->tables[t]->pending) continue;
        world->tables[t]->pending = 0;
        orr__table_settle(world, world->tables[t]);
    }
}

// After a move: all entities are where they were to go. More room was made than needed if one was named twice.
static void settle(orr_world *world, const batch *of)
{
    orr__table *table;
    for (uint32_t i = 0, many; i < of->count; i += many) {
        many = group(world, of, i, &table);
        if (!table || !table->pending) continue;
        table->pending = 0;
        orr__table_settle(world, table);
    }
}

static int32_t tell_losing(orr_world *world, const change *c)
{
    orr__table *table;
    int32_t code = ORR_OK;
    for (uint32_t i = 0, many; !code && i < c->of.count; i += many) {
        many = group(world, &c->of, i, &table);
        if (!table || orr__table_component(table, c->component) == ORR__NO_COLUMN) continue;
        code = world->losing(world, c->of.entities + i, many, c->component);
    }
    return code;
}

static int32_t tell_gained(orr_world *world, const orr__table *table, uint64_t first, uint32_t count,
                           orr_component component)
{
    int32_t code = ORR_OK;
    for (uint32_t done = 0; !code && done < count;) {
        const uint64_t row = first + done;
        const uint32_t span = orr__chunk_span(row, count - done);
        code =
            world->gained(world, orr__table_chunk(table, row)->entity + (row & (ORR__CHUNK_ROWS - 1)), span, component);
        done += span;
    }
    return code;
}

static int32_t move_groups(orr_world *world, const change *c, orr__stretch *scratch)
{
    orr__table *table;
    int32_t code = ORR_OK;
    for (uint32_t i = 0, many; i < c->of.count; i += many) {
        many = group(world, &c->of, i, &table);
        orr__table *to = table ? c->next(world, table, c->component) : NULL;
        if (!to || to == table) continue;
        const uint64_t first = to->row_count;
        const uint32_t moved = orr__table_move_many(world, table, c->of.entities + i, many, to, scratch);
        if (c->tell_gained && !code) code = tell_gained(world, to, first, moved, c->component);
    }
    return code;
}

// One entity, in `slot`. Plain arguments: a structure that is written in parts and read whole costs more than it helps.
static inline int32_t apply_one(orr_world *world, orr_entity entity, orr__slot *slot, orr_component component,
                                bool adds, bool losing, bool gained)
{
    orr__table *table = world->tables[slot->table];
    const orr__edge *edge = orr__table_recent(table, component);
    const uint32_t known = !edge ? 0 : adds ? edge->add : edge->remove;
    orr__table *to = known  ? world->tables[known - 1]
                     : adds ? orr__table_with(world, table, component)
                            : orr__table_without(world, table, component);
    if (!to) return orr__error_code();
    if (to == table) return ORR_OK;
    if (losing) {
        const int32_t code = world->losing(world, &entity, 1, component);
        if (code) return code;
    }
    if (to->row_count == to->row_capacity) {
        const int32_t code = orr__table_room(world, to, 1);
        if (code) return code;
    }
    const uint64_t row = orr__table_move(world, table, slot, to, component);
    return gained ? tell_gained(world, to, row, 1, component) : ORR_OK;
}

static int32_t apply(orr_world *world, const change *c)
{
    if (c->of.count == 1) {
        orr__slot *slot = orr__slot_alive(&world->entities, c->of.entities[0]);
        if (!slot) return ORR_OK;
        return apply_one(world, *c->of.entities, slot, c->component, c->next == orr__table_with, c->tell_losing,
                         c->tell_gained);
    }
    int32_t code = c->tell_losing ? tell_losing(world, c) : ORR_OK;
    if (code || !c->of.count) return code;
    orr__stretch few[SMALL_GROUP], *scratch = few;
    const size_t bytes = (size_t)c->of.count * sizeof *scratch;
    if (c->of.count > SMALL_GROUP) scratch = orr__alloc_new(&world->alloc, bytes, 0);
    if (!scratch) return ORR_E_MEMORY;
    code = plan(world, c);
    if (code) {
        unplan(world);
    } else {
        code = move_groups(world, c, scratch);
        settle(world, &c->of);
    }
    if (scratch != few) orr__alloc_free(&world->alloc, scratch, bytes);
    return code;
}

static bool tells_gained(const orr_world *world, orr_component component)
{
    return world->gained && (world->components[component - 1].hooked >> ORR_HOOK_ADD & 1u);
}

static bool tells_losing(const orr_world *world, orr_component component)
{
    return world->losing && (world->components[component - 1].hooked >> ORR_HOOK_REMOVE & 1u);
}

static int32_t add(orr_world *world, batch of, orr_component component)
{
    return apply(world, &(change){ of, component, orr__table_with, false, tells_gained(world, component) });
}

static int32_t remove_component(orr_world *world, batch of, orr_component component)
{
    return apply(world, &(change){ of, component, orr__table_without, tells_losing(world, component), false });
}

orr__batch orr__entities_batch(const orr_world *world, const orr_entity *entities, uint32_t count)
{
    batch of = { entities, count, false };
    orr__table *table;
    of.uniform = count > 1 && group(world, &of, 0, &table) == count;
    return of;
}

int32_t orr__entities_destroy(orr_world *world, orr__batch of)
{
    return destroy(world, &of);
}

int32_t orr__entities_add(orr_world *world, orr__batch of, orr_component component)
{
    return add(world, of, component);
}

int32_t orr__entities_remove(orr_world *world, orr__batch of, orr_component component)
{
    return remove_component(world, of, component);
}

// All alive, and nothing runs; finds out whether they are one group.
static int32_t check(const orr_world *world, const char *call, batch *of)
{
    int32_t code = orr__world_mine(world, call);
    if (!code && world->locked) code = orr__world_unlocked_c(world, call);
    if (code) return code;
    if (of->count && !of->entities) return orr__fail(ORR_E_ARGUMENT, "%s: no array of entities", call);
    uint32_t table = 0, differ = 0;
    for (uint32_t i = 0; i < of->count;) {
        const orr__slot *slot = orr__slot_alive(&world->entities, of->entities[i]);
        if (slot) {
            table = i ? table : slot->table;
            differ |= table ^ slot->table;
            i += orr__stretch_alike(world->tables[slot->table], slot, of->entities + i, of->count - i);
            continue;
        }
        (void)orr__entity_need(world, of->entities[i]); // says why
        return of->count > 1 ? orr__fail_more("%s: number %u of %u", call, (unsigned)i, (unsigned)of->count)
                             : orr__fail_more("%s", call);
    }
    of->uniform = differ == 0;
    return ORR_OK;
}

// Each entity once: hooks are told once of what is lost. A handle in its row is zeroed while it has been met.
static uint32_t keep_first(orr_world *world, const batch *of, orr_entity *kept)
{
    uint32_t count = 0;
    for (uint32_t pass = 0; pass < 2; pass++) {
        const uint32_t many = pass ? count : of->count;
        const orr_entity *entities = pass ? kept : of->entities;
        for (uint32_t i = 0; i < many; i++) {
            const orr__slot *slot = orr__slot_alive(&world->entities, entities[i]);
            const orr__chunk *chunk = orr__table_chunk(world->tables[slot->table], slot->row);
            orr_entity *met = &chunk->entity[slot->row & (ORR__CHUNK_ROWS - 1)];
            if (!pass && *met) kept[count++] = entities[i];
            *met = pass ? entities[i] : 0;
        }
    }
    return count;
}

// What is lost with `of`, which has been checked: component 0 means that the entities are destroyed.
static int32_t lose(orr_world *world, const batch *of, orr_component component)
{
    batch once = *of;
    orr_entity *kept = NULL;
    const size_t bytes = (size_t)of->count * sizeof *kept;
    if (world->losing && of->count > 1) {
        kept = orr__alloc_new(&world->alloc, bytes, 0);
        if (!kept) return ORR_E_MEMORY;
        once.count = keep_first(world, of, kept);
        once.entities = kept;
    }
    const int32_t code = component ? remove_component(world, once, component) : destroy(world, &once);
    orr__alloc_free(&world->alloc, kept, bytes);
    return orr__world_settle(world, code);
}

// The slot of a single entity for which nothing is wrong; NULL: look closer.
static inline orr__slot *single(const orr_world *world, const orr_entity *entities, uint32_t count)
{
    if (count != 1 || !entities || orr__world_is_foreign(world) || world->locked) return NULL;
    return orr__slot_alive(&world->entities, *entities);
}

int32_t orr_entity_destroy(orr_world *world, const orr_entity *entities, uint32_t count)
{
    orr__slot *slot = single(world, entities, count);
    if (slot) return orr__world_settle(world, destroy_one(world, *entities, slot));
    batch of = { entities, count, false };
    const int32_t code = check(world, "destroy", &of);
    return code ? code : lose(world, &of, 0);
}

int32_t orr_entity_add(orr_world *world, const orr_entity *entities, uint32_t count, orr_component component)
{
    int32_t code = component - 1 < world->component_count ? ORR_OK : orr__component_check(world, component, "add");
    if (code) return code;
    orr__slot *slot = single(world, entities, count);
    if (slot) {
        const bool gained = tells_gained(world, component);
        return orr__world_settle(world, apply_one(world, *entities, slot, component, true, false, gained));
    }
    batch of = { entities, count, false };
    code = check(world, "add", &of);
    return code ? code : orr__world_settle(world, add(world, of, component));
}

int32_t orr_entity_remove(orr_world *world, const orr_entity *entities, uint32_t count, orr_component component)
{
    int32_t code = component - 1 < world->component_count ? ORR_OK : orr__component_check(world, component, "remove");
    if (code) return code;
    orr__slot *slot = single(world, entities, count);
    if (slot) {
        const bool losing = tells_losing(world, component);
        code = apply_one(world, *entities, slot, component, false, losing, false);
        return orr__world_settle(world, code);
    }
    batch of = { entities, count, false };
    code = check(world, "remove", &of);
    return code ? code : lose(world, &of, component);
}
