/* orr_patch_list_*: patches in a tool's hands. Kept as plain records; applying records them anew, as a run would. */
#include "base/array.h"
#include "base/error.h"
#include "sim/sim.h"

#include <string.h>

struct orr_patch_list {
    orr_world *world;
    orr_patch *items;
    uint32_t count, capacity;
    orr__patches checked; /* the same, so that bad ones are refused when they are put */
};

orr_patch_list *orr_patch_list_create(orr_world *world)
{
    orr_patch_list *list = orr__alloc_zero(&world->alloc, sizeof *list, 0);
    if (!list) return NULL;
    list->world = world;
    orr__patches_init(&list->checked, world);
    return list;
}

void orr_patch_list_destroy(orr_patch_list *list)
{
    if (!list) return;
    orr__alloc *alloc = &list->world->alloc;
    orr__patches_fini(&list->checked);
    orr__array_free(alloc, &list->items, &list->capacity, sizeof *list->items);
    orr__alloc_free(alloc, list, sizeof *list);
}

static int32_t spawn(orr__patches *patches, const orr_patch *patch, int64_t *provisional)
{
    orr__stage *stage = NULL;
    *provisional = 0;
    if (patch->prefab == 0 || patch->prefab > patches->world->prefab_count)
        return orr__fail(ORR_E_ARGUMENT, "a spawn: %u is not a prefab of this world", patch->prefab);
    if (patch->count == 0) return orr__fail(ORR_E_ARGUMENT, "a spawn: its count is 0");
    const int32_t code = orr__patches_spawn(patches, patch->prefab, patch->count, &stage);
    if (code == ORR_OK) *provisional = stage->provisional;
    return code;
}

static int32_t known(const orr__patches *patches, orr_component component)
{
    if (component && component <= patches->world->component_count) return ORR_OK;
    return orr__fail(ORR_E_ARGUMENT, "a patch: %u is not a component of this world", component);
}

static int32_t record(orr__patches *patches, const orr_patch *patch, int64_t *provisional)
{
    const bool set = patch->kind == ORR_PATCH_SET;
    if (set || patch->kind == ORR_PATCH_ADD || patch->kind == ORR_PATCH_REMOVE) {
        const int32_t code = known(patches, set ? patch->field.component : patch->component);
        if (code != ORR_OK) return code;
    }
    switch (patch->kind) {
    case ORR_PATCH_SPAWN: return spawn(patches, patch, provisional);
    case ORR_PATCH_DESTROY: return orr__patches_destroy(patches, patch->entity);
    case ORR_PATCH_ADD: return orr__patches_add(patches, patch->entity, patch->component);
    case ORR_PATCH_REMOVE: return orr__patches_remove(patches, patch->entity, patch->component);
    case ORR_PATCH_SET: return orr__patches_set(patches, patch->entity, patch->field, patch->value);
    default:
        return orr__fail(ORR_E_ARGUMENT, "a patch of kind %u: expected ORR_PATCH_SPAWN to ORR_PATCH_SET", patch->kind);
    }
}

int32_t orr_patch_list_put(orr_patch_list *list, const orr_patch *patch, int64_t *provisional)
{
    int64_t given = 0;
    if (provisional) *provisional = 0;
    int32_t code =
        orr__array_reserve(&list->world->alloc, &list->items, &list->capacity, list->count + 1, sizeof *list->items);
    if (code == ORR_OK) code = record(&list->checked, patch, &given);
    if (code != ORR_OK) return code;
    list->items[list->count] = *patch;
    if (patch->kind == ORR_PATCH_SPAWN) list->items[list->count].entity = given;
    list->count++;
    if (provisional) *provisional = given;
    return ORR_OK;
}

uint64_t orr_patch_list_count(const orr_patch_list *list)
{
    return list->count;
}

int32_t orr_patch_list_at(const orr_patch_list *list, uint64_t index, orr_patch *out)
{
    if (index >= list->count)
        return orr__fail(ORR_E_RANGE, "patch %llu of a list of %u", (unsigned long long)index, list->count);
    *out = list->items[index];
    return ORR_OK;
}

void orr_patch_list_clear(orr_patch_list *list)
{
    orr__patches_clear(&list->checked);
    list->count = 0;
}

int32_t orr_patch_list_apply(const orr_patch_list *list, orr_entity *spawned)
{
    orr_world *world = list->world;
    if (orr__world_mine(world, "orr_patch_list_apply")) return orr__error_code();
    if (world->locked || world->sim->stepping)
        return orr__fail(ORR_E_LOCKED, "orr_patch_list_apply is called outside of systems and hooks");
    orr__recording *recording = orr__recording_take(world);
    if (!recording) return ORR_E_MEMORY;
    orr__patches *patches = &recording->patches;
    int32_t code = ORR_OK;
    int64_t given;
    for (uint32_t i = 0; code == ORR_OK && i < list->count; i++) code = record(patches, &list->items[i], &given);
    if (code == ORR_OK) code = orr__patches_reserve(patches);
    if (code == ORR_OK) code = orr__patches_resolve(patches);
    if (code == ORR_OK) {
        if (spawned && patches->provisional_count)
            memcpy(spawned, patches->reserved, patches->provisional_count * sizeof *spawned);
        if (patches->count) code = orr__patches_apply(patches);
        orr__near_touch(world, 0);
    }
    orr__recording_give(world, recording);
    const int32_t hooks = orr__hooks_run(world, false);
    return code == ORR_OK ? hooks : code;
}
