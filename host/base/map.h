#ifndef ORR__BASE_MAP_H
#define ORR__BASE_MAP_H

#include <stdint.h>

struct orr__alloc;

/*
 * A hash map from nonzero 64-bit keys to 32-bit values: open addressing, linear probing, at most 3/4 full, no
 * tombstones (removal closes the gap). Who keys by text hashes it (orr__hash_text) and compares the text himself.
 *
 * A zeroed struct is an empty map. Keys are mixed before use, so handles and small numbers are fine. The order of
 * slots depends on the history of puts and removes: never let it reach anything that must be repeatable.
 */
typedef struct orr__map {
    uint64_t *keys; /* 0 is a free slot */
    uint32_t *values;
    uint32_t count;
    uint32_t capacity; /* 0 or a power of two */
} orr__map;

/* What orr__map_find returns for a key that is not there; not allowed as a value. */
#define ORR__MAP_NONE UINT32_MAX

/* The value, or ORR__MAP_NONE. Key 0 is never there. */
uint32_t orr__map_find(const orr__map *map, uint64_t key);

/*
 * Adds the key or replaces its value. Putting a key that is there never allocates, so never fails. ORR_E_ARGUMENT for
 * key 0 or value ORR__MAP_NONE, ORR_E_MEMORY, ORR_E_LIMIT; then the map is as before.
 */
int32_t orr__map_put(struct orr__alloc *alloc, orr__map *map, uint64_t key, uint32_t value);

/* Room for `count` keys in all, so that puts up to there cannot fail. Same errors as put. */
int32_t orr__map_reserve(struct orr__alloc *alloc, orr__map *map, uint32_t count);

/* Nothing happens when the key is not there. */
void orr__map_remove(orr__map *map, uint64_t key);

/* Forgets all keys, keeps the room. */
void orr__map_clear(orr__map *map);

/* Releases the memory; the map is empty and usable again. */
void orr__map_fini(struct orr__alloc *alloc, orr__map *map);

#endif
