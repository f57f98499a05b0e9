#include "base/arena.h"

#include "base/alloc.h"
#include "base/error.h"

enum { HEADER_BYTES = 64, DEFAULT_BLOCK_BYTES = 16 * 1024, MOST_ALIGNMENT = 4096 };

struct orr__arena_block {
    struct orr__arena_block *next;
    size_t bytes; /* with this header */
    size_t used;  /* with this header */
};

typedef struct orr__arena_block block;

_Static_assert(sizeof(block) <= HEADER_BYTES, "the header has its own cache line");

void orr__arena_init(orr__arena *arena, orr__alloc *alloc, size_t block_bytes)
{
    *arena = (orr__arena){ .alloc = alloc };
    arena->block_bytes = block_bytes ? block_bytes : DEFAULT_BLOCK_BYTES;
    if (arena->block_bytes < 4 * HEADER_BYTES) {
        arena->block_bytes = 4 * HEADER_BYTES;
    }
}

void orr__arena_fini(orr__arena *arena)
{
    for (block *at = arena->first, *next; at; at = next) {
        next = at->next;
        orr__alloc_free(arena->alloc, at, at->bytes);
    }
    arena->first = arena->current = NULL;
}

void orr__arena_reset(orr__arena *arena)
{
    arena->current = NULL;
}

/* Takes bytes out of a block, or NULL when it has not that much left. */
static void *take(block *from, size_t bytes, size_t alignment)
{
    const uintptr_t start = (uintptr_t)from;
    const uintptr_t place = (start + from->used + alignment - 1) & ~(uintptr_t)(alignment - 1);
    const size_t offset = (size_t)(place - start);
    if (offset > from->bytes || bytes > from->bytes - offset) {
        return NULL;
    }
    from->used = offset + bytes;
    return (unsigned char *)from + offset;
}

/* The place that points to the first block not used in this round. */
static block **rest_of(orr__arena *arena)
{
    return arena->current ? &arena->current->next : &arena->first;
}

/* Makes the first kept block that is large enough the current one; a round that asks in another order than the last
 * finds its large blocks all the same. */
static void *take_kept(orr__arena *arena, size_t bytes, size_t alignment)
{
    block **rest = rest_of(arena);
    for (block **link = rest; *link; link = &(*link)->next) {
        block *kept = *link;
        kept->used = HEADER_BYTES;
        void *pointer = take(kept, bytes, alignment);
        if (pointer) {
            *link = kept->next;
            kept->next = *rest;
            *rest = kept;
            arena->current = kept;
            return pointer;
        }
    }
    return NULL;
}

void *orr__arena_new(orr__arena *arena, size_t bytes, size_t alignment)
{
    alignment = alignment ? alignment : 16;
    ORR__ASSERT((alignment & (alignment - 1)) == 0 && alignment <= MOST_ALIGNMENT);
    void *pointer = arena->current ? take(arena->current, bytes, alignment) : NULL;
    if (!pointer) {
        pointer = take_kept(arena, bytes, alignment);
    }
    if (pointer) {
        return pointer;
    }
    if (bytes > SIZE_MAX / 4) {
        orr__fail(ORR_E_MEMORY, "out of memory: %zu bytes were refused", bytes);
        return NULL;
    }
    size_t room = HEADER_BYTES + bytes + (alignment > HEADER_BYTES ? alignment : 0);
    room = room < arena->block_bytes ? arena->block_bytes : room;
    block *fresh = orr__alloc_new(arena->alloc, room, HEADER_BYTES);
    if (!fresh) {
        return NULL;
    }
    block **rest = rest_of(arena);
    *fresh = (block){ .next = *rest, .bytes = room, .used = HEADER_BYTES };
    *rest = fresh;
    arena->current = fresh;
    return take(fresh, bytes, alignment);
}

size_t orr__arena_room_bytes(const orr__arena *arena)
{
    size_t bytes = 0;
    for (const block *at = arena->first; at; at = at->next) {
        bytes += at->bytes;
    }
    return bytes;
}
