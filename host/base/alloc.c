#include "base/alloc.h"

#include "base/error.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SCALAR_ALIGNMENT = 16 }; // what malloc gives on all machines we build for

static void *heap_allocate(void *context, size_t bytes, size_t alignment)
{
    (void)context;
    if (alignment <= SCALAR_ALIGNMENT) {
        return malloc(bytes);
    }
    // aligned_alloc wants a multiple of the alignment
    const size_t whole = (bytes + alignment - 1) & ~(alignment - 1);
    return whole < bytes ? NULL : aligned_alloc(alignment, whole);
}

static void heap_release(void *context, void *pointer, size_t bytes)
{
    (void)context;
    (void)bytes;
    free(pointer);
}

void orr__alloc_init(orr__alloc *alloc, const orr_allocator *hooks)
{
    const orr_allocator heap = { NULL, heap_allocate, heap_release };
    alloc->hooks = hooks && hooks->allocate ? *hooks : heap;
    atomic_init(&alloc->live_bytes, 0);
    atomic_init(&alloc->live_blocks, 0);
    alloc->limit_bytes = 0;
    alloc->pages = (orr__pages){ NULL };
}

static void *no_memory(size_t bytes)
{
    orr__fail(ORR_E_MEMORY, "out of memory: %zu bytes were refused", bytes);
    return NULL;
}

/* Systems promise memory that they do not have, and end the process when it is used: so it is refused here. */
static bool over_limit(const orr__alloc *alloc, size_t more)
{
    if (!alloc->limit_bytes || more > SIZE_MAX / 2) return false;
    const uint64_t live = atomic_load_explicit(&alloc->live_bytes, memory_order_relaxed);
    if (live + more <= alloc->limit_bytes) return false;
    orr__fail(ORR_E_MEMORY, "out of memory: %zu bytes were refused, for the world has %llu MiB and may have %llu MiB",
              more, (unsigned long long)live >> 20, (unsigned long long)alloc->limit_bytes >> 20);
    return true;
}

void *orr__alloc_new(orr__alloc *alloc, size_t bytes, size_t alignment)
{
    ORR__ASSERT(bytes > 0 && (alignment & (alignment - 1)) == 0);
    if (bytes == 0 || bytes > SIZE_MAX / 2) {
        return no_memory(bytes);
    }
    if (over_limit(alloc, bytes)) return NULL;
    void *pointer = alloc->hooks.allocate(alloc->hooks.context, bytes, alignment ? alignment : SCALAR_ALIGNMENT);
    if (!pointer) {
        return no_memory(bytes);
    }
    atomic_fetch_add_explicit(&alloc->live_bytes, bytes, memory_order_relaxed);
    atomic_fetch_add_explicit(&alloc->live_blocks, 1, memory_order_relaxed);
    return pointer;
}

/* AddressSanitizer watches what malloc gives, and nothing else. */
#if defined(__SANITIZE_ADDRESS__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED 1
#endif
#endif
#ifndef WATCHED
#define WATCHED 0
#endif

static bool has_pages(const orr__alloc *alloc, size_t bytes)
{
    return !WATCHED && alloc->hooks.allocate == heap_allocate && bytes <= ORR__PAGES_MOST;
}

void *orr__alloc_pages(orr__alloc *alloc, size_t bytes)
{
    if (!has_pages(alloc, bytes)) return orr__alloc_zero(alloc, bytes, 64);
    if (over_limit(alloc, bytes)) return NULL;
    void *pointer = orr__pages_take(&alloc->pages, bytes);
    if (!pointer) return no_memory(bytes);
    atomic_fetch_add_explicit(&alloc->live_bytes, bytes, memory_order_relaxed);
    atomic_fetch_add_explicit(&alloc->live_blocks, 1, memory_order_relaxed);
    return pointer;
}

void orr__alloc_pages_free(orr__alloc *alloc, void *pointer, size_t bytes)
{
    if (!pointer || !has_pages(alloc, bytes)) {
        orr__alloc_free(alloc, pointer, bytes);
        return;
    }
    atomic_fetch_sub_explicit(&alloc->live_bytes, bytes, memory_order_relaxed);
    atomic_fetch_sub_explicit(&alloc->live_blocks, 1, memory_order_relaxed);
    orr__pages_give(&alloc->pages, pointer, bytes);
}

void *orr__alloc_zero(orr__alloc *alloc, size_t bytes, size_t alignment)
{
    void *pointer = orr__alloc_new(alloc, bytes, alignment);
    return pointer ? memset(pointer, 0, bytes) : NULL;
}

void *orr__alloc_resize(orr__alloc *alloc, void *old, size_t old_bytes, size_t new_bytes, size_t alignment)
{
    if (old && alloc->hooks.allocate == heap_allocate && alignment <= SCALAR_ALIGNMENT && new_bytes > 0) {
        // our own heap can often grow in place
        if (new_bytes > old_bytes && over_limit(alloc, new_bytes - old_bytes)) return NULL;
        void *moved = new_bytes <= SIZE_MAX / 2 ? realloc(old, new_bytes) : NULL;
        if (!moved) {
            return no_memory(new_bytes);
        }
        atomic_fetch_add_explicit(&alloc->live_bytes, (uint64_t)new_bytes - (uint64_t)old_bytes, memory_order_relaxed);
        return moved;
    }
    void *pointer = orr__alloc_new(alloc, new_bytes, alignment);
    if (pointer && old) {
        memcpy(pointer, old, old_bytes < new_bytes ? old_bytes : new_bytes);
        orr__alloc_free(alloc, old, old_bytes);
    }
    return pointer;
}

void orr__alloc_free(orr__alloc *alloc, void *pointer, size_t bytes)
{
    if (!pointer) {
        return;
    }
    atomic_fetch_sub_explicit(&alloc->live_bytes, bytes, memory_order_relaxed);
    atomic_fetch_sub_explicit(&alloc->live_blocks, 1, memory_order_relaxed);
    if (alloc->hooks.release) {
        alloc->hooks.release(alloc->hooks.context, pointer, bytes);
    }
}

char *orr__alloc_string(orr__alloc *alloc, const char *text)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = orr__alloc_new(alloc, bytes, 1);
    return copy ? memcpy(copy, text, bytes) : NULL;
}

void orr__alloc_string_free(orr__alloc *alloc, char *text)
{
    if (text) {
        orr__alloc_free(alloc, text, strlen(text) + 1);
    }
}
