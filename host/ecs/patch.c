#include "ecs/patch.h"

#include "base/error.h"
#include "ecs/world.h"

enum { BLOCK_FIRST = 16, BLOCK_MOST = 1024 };

void orr__patches_init(orr__patches *patches, orr_world *world)
{
    *patches = (orr__patches){ .world = world };
    orr__arena_init(&patches->arena, &world->alloc, 0);
}

/* Gives back what a spawn that will never happen holds. */
static void abandon(orr__patches *patches, const orr__patch *patch)
{
    orr__stage *stage = patch->as.stage;
    if (patches->reserved && stage->count > 0) {
        const uint64_t first = (uint64_t)-stage->provisional - 1;
        for (uint32_t i = stage->count; i-- > 0;) { /* backwards: the free list is as it was */
            orr__entity_release(patches->world, patches->reserved[first + i]);
        }
    }
    orr__stage_destroy(patches->world, stage);
}

uint64_t orr__patches_drop(orr__patches *patches)
{
    const uint64_t left = patches->count;
    for (orr__patch_block *block = patches->last; block && patches->spawn_count > 0; block = block->previous) {
        for (uint32_t i = block->count; i-- > 0;) {
            orr__patch *patch = &block->patches[i];
            if (patch->kind == ORR__PATCH_SPAWN) {
                abandon(patches, patch);
                patches->spawn_count--;
            }
            patch->kind = ORR__PATCH_DONE;
        }
    }
    patches->count = patches->set_count = 0;
    patches->set_known = (orr_field){ 0 };
    patches->first = patches->last = NULL;
    return left;
}

void orr__patches_clear(orr__patches *patches)
{
    orr__patches_drop(patches);
    patches->provisional_count = 0;
    patches->reserved = NULL;
    orr__arena_reset(&patches->arena);
}

void orr__patches_fini(orr__patches *patches)
{
    if (patches->world) {
        orr__patches_drop(patches);
        orr__arena_fini(&patches->arena);
        *patches = (orr__patches){ 0 };
    }
}

/* ---- recording --------------------------------------------------------------------------------------------------- */

__attribute__((noinline)) /* or every record saves registers for it */
static orr__patch *
in_new_block(orr__patches *patches)
{
    const uint32_t before = patches->last ? patches->last->room : 0;
    const uint32_t room = before == 0 ? BLOCK_FIRST : before < BLOCK_MOST ? before * 2 : BLOCK_MOST;
    orr__patch_block *block = orr__arena_new(&patches->arena, sizeof *block + room * sizeof *block->patches, 0);
    if (!block) {
        orr__fail_more("recording a patch");
        return NULL;
    }
    *block = (orr__patch_block){ .previous = patches->last, .count = 1, .room = room };
    *(patches->last ? &patches->last->next : &patches->first) = block;
    patches->last = block;
    patches->count++;
    return &block->patches[0];
}

/* The place of the next record, counted already; NULL: no memory. The caller writes its fields one by one: a record
 * that is built elsewhere and copied costs three times as much. */
static inline orr__patch *next(orr__patches *patches)
{
    orr__patch_block *block = patches->last;
    if (!block || block->count == block->room) {
        return in_new_block(patches);
    }
    patches->count++;
    return &block->patches[block->count++];
}

int32_t orr__patches_unknown(const orr__patches *patches, uint64_t k)
{
    if (patches->provisional_count == 0) {
        return orr__fail(ORR_E_DEAD,
                         "provisional handle -%llu: this run has spawned nothing; such a handle is valid "
                         "only in the run that spawned it",
                         (unsigned long long)k);
    }
    return orr__fail(ORR_E_DEAD,
                     "provisional handle -%llu: this run has given out -1 to -%llu; such a handle is "
                     "valid only in the run that spawned it",
                     (unsigned long long)k, (unsigned long long)patches->provisional_count);
}

static int32_t bad_entity(const orr__patches *patches, int64_t entity)
{
    if (entity < 0) {
        return orr__patches_unknown(patches, 0 - (uint64_t)entity);
    }
    if (entity == 0) {
        return orr__fail(ORR_E_DEAD, "entity 0 is none");
    }
    return orr__fail(ORR_E_DEAD, "%lld is not the handle of an entity", (long long)entity);
}

static inline bool is_entity(const orr__patches *patches, int64_t entity)
{
    return entity > 0 ? entity >> 52 == 0 : entity < 0 && 0 - (uint64_t)entity <= patches->provisional_count;
}

__attribute__((noinline, cold)) static int32_t bad_change(const orr__patches *patches, int64_t entity,
                                                          orr_component component)
{
    if (!is_entity(patches, entity)) {
        return bad_entity(patches, entity);
    }
    return orr__fail(ORR_E_NOT_FOUND, "component %u does not exist in this world", (unsigned)component);
}

static inline int32_t record_change(orr__patches *patches, uint32_t kind, int64_t entity, orr_component component)
{
    if (!is_entity(patches, entity) || component - 1 >= patches->world->component_count) {
        return bad_change(patches, entity, component);
    }
    orr__patch *patch = next(patches);
    if (!patch) {
        return ORR_E_MEMORY;
    }
    patch->kind = (uint8_t)kind;
    patch->component = component;
    patch->entity = entity;
    return ORR_OK;
}

int32_t orr__patches_add(orr__patches *patches, int64_t entity, orr_component component)
{
    return record_change(patches, ORR__PATCH_ADD, entity, component);
}

int32_t orr__patches_remove(orr__patches *patches, int64_t entity, orr_component component)
{
    return record_change(patches, ORR__PATCH_REMOVE, entity, component);
}

int32_t orr__patches_destroy(orr__patches *patches, int64_t entity)
{
    if (!is_entity(patches, entity)) {
        return bad_entity(patches, entity);
    }
    orr__patch *patch = next(patches);
    if (!patch) {
        return ORR_E_MEMORY;
    }
    patch->kind = ORR__PATCH_DESTROY;
    patch->component = 0; /* all of them */
    patch->entity = entity;
    return ORR_OK;
}

int32_t orr__patches_set(orr__patches *patches, int64_t entity, orr_field field, orr_value value)
{
    if (!is_entity(patches, entity)) {
        return bad_entity(patches, entity);
    }
    const orr__component *component = orr__component_at(patches->world, field.component);
    if (!component) {
        return orr__fail(ORR_E_NOT_FOUND, "component %u does not exist in this world", (unsigned)field.component);
    }
    if (field.index >= component->field_count || component->fields[field.index].type != field.type) {
        return orr__fail(ORR_E_ARGUMENT, "field %u of component '%s' does not exist or has another type",
                         (unsigned)field.index, component->name);
    }
    if (field.type == ORR_TYPE_ENTITY) {
        const uint64_t k = orr__provisional(value.entity);
        if (k > patches->provisional_count) {
            return orr__patches_unknown(patches, k);
        }
    }
    orr__patch *patch = next(patches);
    if (!patch) {
        return ORR_E_MEMORY;
    }
    patch->kind = ORR__PATCH_SET;
    patch->type = field.type;
    patch->index = field.index;
    patch->component = field.component;
    patch->entity = entity;
    patch->as.value = value;
    patches->set_count++;
    return ORR_OK;
}

bool orr__patches_adds(const orr__patches *patches, int64_t entity, orr_component component)
{
    for (const orr__patch_block *block = patches->last; block; block = block->previous) {
        for (uint32_t i = block->count; i-- > 0;) {
            const orr__patch *patch = &block->patches[i];
            if (patch->entity != entity) return false;
            if (patch->kind == ORR__PATCH_ADD && patch->component == component) return true;
            if (patch->kind != ORR__PATCH_SET && patch->kind != ORR__PATCH_ADD) return false;
        }
    }
    return false;
}

int32_t orr__patches_spawn(orr__patches *patches, orr_prefab prefab, uint32_t count, orr__stage **out)
{
    if (patches->provisional_count + count > UINT32_MAX) {
        return orr__fail(ORR_E_LIMIT, "spawning %u: one run cannot spawn more than %lu entities", (unsigned)count,
                         (unsigned long)UINT32_MAX);
    }
    orr__stage *stage = orr__stage_create_in(patches->world, prefab, count, &patches->arena);
    if (!stage) {
        return orr__error_code();
    }
    stage->provisional = count ? -(int64_t)(patches->provisional_count + 1) : 0;
    orr__patch *patch = next(patches);
    if (!patch) {
        orr__stage_destroy(patches->world, stage);
        return ORR_E_MEMORY;
    }
    patch->kind = ORR__PATCH_SPAWN;
    patch->component = 0;
    patch->entity = 0;
    patch->as.stage = stage;
    patches->provisional_count += count;
    patches->spawn_count++;
    if (out) {
        *out = stage;
    }
    return ORR_OK;
}
