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

void orr__arena_init_paged(orr__arena *arena, orr__alloc *alloc, size_t block_bytes)
{
    orr__arena_init(arena, alloc, block_bytes);
    arena->paged = true;
}

static void release_all(orr__arena *arena, block *at)
{
    while (at) {
        block *next = at->next;
        if (arena->paged)
            orr__alloc_pages_free(arena->alloc, at, at->bytes);
        else
            orr__alloc_free(arena->alloc, at, at->bytes);
        at = next;
    }
}

void orr__arena_fini(orr__arena *arena)
{
    release_all(arena, arena->first);
    release_all(arena, arena->large);
    arena->first = arena->current = arena->large = NULL;
}

void orr__arena_reset(orr__arena *arena)
{
    arena->current = NULL;
    for (block *at = arena->large; at; at = at->next) {
        at->used = HEADER_BYTES;
    }
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

/* A new block at the place that link points to, or NULL with the error set. */
static block *insert(orr__arena *arena, block **link, size_t room)
{
    block *fresh =
        arena->paged ? orr__alloc_pages(arena->alloc, room) : orr__alloc_new(arena->alloc, room, HEADER_BYTES);
    if (fresh) {
        *fresh = (block){ .next = *link, .bytes = room, .used = HEADER_BYTES };
        *link = fresh;
    }
    return fresh;
}

/* A block of its own: the smallest free one that is long enough, or a new one. */
static void *take_large(orr__arena *arena, size_t room, size_t bytes, size_t alignment)
{
    block *best = NULL;
    for (block *at = arena->large; at; at = at->next) {
        if (at->used == HEADER_BYTES && at->bytes >= room && (!best || at->bytes < best->bytes)) {
            best = at;
        }
    }
    best = best ? best : insert(arena, &arena->large, room);
    return best ? take(best, bytes, alignment) : NULL;
}

void *orr__arena_new(orr__arena *arena, size_t bytes, size_t alignment)
{
    alignment = alignment ? alignment : 16;
    ORR__ASSERT((alignment & (alignment - 1)) == 0 && alignment <= MOST_ALIGNMENT);
    void *pointer = arena->current ? take(arena->current, bytes, alignment) : NULL;
    if (pointer) {
        return pointer;
    }
    if (bytes > SIZE_MAX / 4) {
        orr__fail(ORR_E_MEMORY, "out of memory: %zu bytes were refused", bytes);
        return NULL;
    }
    const size_t room = HEADER_BYTES + bytes + (alignment > HEADER_BYTES ? alignment : 0);
    if (room > arena->block_bytes) {
        return take_large(arena, room, bytes, alignment);
    }
    block **rest = arena->current ? &arena->current->next : &arena->first;
    block *next = *rest ? *rest : insert(arena, rest, arena->block_bytes);
    if (!next) {
        return NULL;
    }
    next->used = HEADER_BYTES;
    arena->current = next;
    return take(next, bytes, alignment);
}

size_t orr__arena_room_bytes(const orr__arena *arena)
{
    size_t bytes = 0;
    for (const block *at = arena->first; at; at = at->next) {
        bytes += at->bytes;
    }
    for (const block *at = arena->large; at; at = at->next) {
        bytes += at->bytes;
    }
    return bytes;
}
