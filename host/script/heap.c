#include "script/heap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL = ORR__HEAP_UNIT * ORR__HEAP_SIZES, CHUNK = 32 << 10, HEAD = ORR__HEAP_UNIT };

static size_t size_of(size_t bytes)
{
    return (bytes - 1) / ORR__HEAP_UNIT;
}

static bool is_small(size_t bytes)
{
    return bytes - 1 < SMALL;
}

/* What is left of the chunk in use is lost: less than one block of the size that is asked for. */
__attribute__((noinline)) static void *carve(orr__heap *heap, size_t bytes)
{
    if ((size_t)(heap->end - heap->at) < bytes) {
        orr__heap_free *chunk = malloc(CHUNK);
        if (!chunk) return NULL;
        chunk->next = heap->chunks;
        heap->chunks = chunk;
        heap->at = (char *)chunk + HEAD;
        heap->end = (char *)chunk + CHUNK;
    }
    char *block = heap->at;
    heap->at += bytes;
    return block;
}

static void *take(orr__heap *heap, size_t bytes)
{
    if (!is_small(bytes)) return malloc(bytes);
    orr__heap_free **list = &heap->free[size_of(bytes)], *block = *list;
    if (!block) return carve(heap, (size_of(bytes) + 1) * ORR__HEAP_UNIT);
    *list = block->next;
    return block;
}

void orr__heap_release(orr__heap *heap, void *old, size_t old_bytes)
{
    if (!old || !is_small(old_bytes)) {
        free(old);
        return;
    }
    orr__heap_free *block = old, **list = &heap->free[size_of(old_bytes)];
    block->next = *list;
    *list = block;
}

void *orr__heap_resize(orr__heap *heap, void *old, size_t old_bytes, size_t bytes)
{
    if (!old) return take(heap, bytes);
    const bool was_small = is_small(old_bytes), small = is_small(bytes);
    if (!was_small && !small) return realloc(old, bytes);
    if (was_small && small && size_of(old_bytes) == size_of(bytes)) return old;
    void *memory = take(heap, bytes);
    if (!memory) return NULL;
    memcpy(memory, old, old_bytes < bytes ? old_bytes : bytes);
    orr__heap_release(heap, old, old_bytes);
    return memory;
}

void orr__heap_fini(orr__heap *heap)
{
    for (orr__heap_free *chunk = heap->chunks, *next = NULL; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    memset(heap, 0, sizeof *heap);
}
