#include "base/map.h"

#include "base/alloc.h"
#include "base/error.h"

#include <string.h>

enum { LEAST_CAPACITY = 16, SLOT_BYTES = sizeof(uint64_t) + sizeof(uint32_t) };

/* Finalizer of SplitMix64 (Steele, Lea, Flood 2014): neighbouring keys spread over all slots. */
static uint32_t home(uint64_t key, uint32_t capacity)
{
    key ^= key >> 30;
    key *= UINT64_C(0xBF58476D1CE4E5B9);
    key ^= key >> 27;
    key *= UINT64_C(0x94D049BB133111EB);
    key ^= key >> 31;
    return (uint32_t)key & (capacity - 1);
}

/* The key's slot, or the free one where it would go. The map has a free slot. */
static uint32_t slot_of(const orr__map *map, uint64_t key)
{
    uint32_t slot = home(key, map->capacity);
    while (map->keys[slot] != 0 && map->keys[slot] != key) {
        slot = (slot + 1) & (map->capacity - 1);
    }
    return slot;
}

uint32_t orr__map_find(const orr__map *map, uint64_t key)
{
    if (map->count == 0 || key == 0) {
        return ORR__MAP_NONE;
    }
    const uint32_t slot = slot_of(map, key);
    return map->keys[slot] == key ? map->values[slot] : ORR__MAP_NONE;
}

static int32_t grow(orr__alloc *alloc, orr__map *map, uint32_t capacity)
{
    // one block: keys, then values
    void *block = orr__alloc_zero(alloc, (size_t)capacity * SLOT_BYTES, 0);
    if (!block) {
        return ORR_E_MEMORY;
    }
    orr__map larger = { .keys = block, .count = map->count, .capacity = capacity };
    larger.values = (uint32_t *)(void *)(larger.keys + capacity);
    for (uint32_t i = 0; i < map->capacity; i++) {
        if (map->keys[i] != 0) {
            const uint32_t slot = slot_of(&larger, map->keys[i]);
            larger.keys[slot] = map->keys[i];
            larger.values[slot] = map->values[i];
        }
    }
    orr__map_fini(alloc, map);
    *map = larger;
    return ORR_OK;
}

int32_t orr__map_reserve(orr__alloc *alloc, orr__map *map, uint32_t count)
{
    uint64_t capacity = map->capacity ? map->capacity : LEAST_CAPACITY;
    while (count > capacity / 4 * 3) {
        capacity *= 2;
    }
    if (capacity > UINT32_C(1) << 31) {
        return orr__fail(ORR_E_LIMIT, "a map of %u keys is too large", count);
    }
    return capacity == map->capacity ? ORR_OK : grow(alloc, map, (uint32_t)capacity);
}

int32_t orr__map_put(orr__alloc *alloc, orr__map *map, uint64_t key, uint32_t value)
{
    if (key == 0 || value == ORR__MAP_NONE) {
        return orr__fail(ORR_E_ARGUMENT, "a map has no room for key 0 or value %u", ORR__MAP_NONE);
    }
    if (map->capacity != 0) {
        const uint32_t slot = slot_of(map, key);
        if (map->keys[slot] == key) {
            map->values[slot] = value;
            return ORR_OK;
        }
    }
    const int32_t result = orr__map_reserve(alloc, map, map->count + 1);
    if (result != ORR_OK) {
        return result;
    }
    const uint32_t slot = slot_of(map, key);
    map->keys[slot] = key;
    map->values[slot] = value;
    map->count++;
    return ORR_OK;
}

void orr__map_remove(orr__map *map, uint64_t key)
{
    if (map->count == 0 || key == 0) {
        return;
    }
    const uint32_t mask = map->capacity - 1;
    uint32_t gap = slot_of(map, key);
    if (map->keys[gap] != key) {
        return;
    }
    // move back every later key of the run whose home is at or before the gap (Knuth 6.4, algorithm R)
    for (uint32_t at = (gap + 1) & mask; map->keys[at] != 0; at = (at + 1) & mask) {
        const uint32_t from_home = (at - home(map->keys[at], map->capacity)) & mask;
        if (from_home >= ((at - gap) & mask)) {
            map->keys[gap] = map->keys[at];
            map->values[gap] = map->values[at];
            gap = at;
        }
    }
    map->keys[gap] = 0;
    map->count--;
}

void orr__map_clear(orr__map *map)
{
    if (map->capacity != 0) {
        memset(map->keys, 0, map->capacity * sizeof *map->keys);
    }
    map->count = 0;
}

void orr__map_fini(orr__alloc *alloc, orr__map *map)
{
    orr__alloc_free(alloc, map->keys, (size_t)map->capacity * SLOT_BYTES);
    *map = (orr__map){ 0 };
}
