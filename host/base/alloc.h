#ifndef ORR__BASE_ALLOC_H
#define ORR__BASE_ALLOC_H

#include "base/pages.h"
#include "orrery.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/*
 * All memory of a world goes through one orr__alloc: the embedder's hooks, and counts by which tests find leaks.
 *
 * Sizes are given again when memory is released, so hooks need no headers of their own. Any thread may call at any
 * time; the embedder's hooks must allow that.
 */
typedef struct orr__alloc {
    orr_allocator hooks;
    _Atomic uint64_t live_bytes;  /* bytes asked for and not yet released */
    _Atomic uint64_t live_blocks; /* blocks not yet released */
    uint64_t limit_bytes;         /* of live_bytes; 0: none. Threads that ask at once may pass it by what they ask */
    orr__pages pages;
} orr__alloc;

/* hooks are copied; NULL or hooks whose `allocate` is NULL stand for the C library's heap. */
void orr__alloc_init(orr__alloc *alloc, const orr_allocator *hooks);

/*
 * Uninitialised memory. bytes > 0 (0 is a broken invariant); alignment a power of two, 0 for that of any scalar (16).
 * NULL with ORR_E_MEMORY set when the hooks have none.
 */
void *orr__alloc_new(orr__alloc *alloc, size_t bytes, size_t alignment);

/* The same, filled with zero bytes. */
void *orr__alloc_zero(orr__alloc *alloc, size_t bytes, size_t alignment);

/*
 * A block of new_bytes that begins with what old held; old is released. old may be NULL with old_bytes 0. When it
 * fails, NULL is returned with the error set and old stays as it was. The old address is invalid after success.
 */
void *orr__alloc_resize(orr__alloc *alloc, void *old, size_t old_bytes, size_t new_bytes, size_t alignment);

/* bytes: what the block was asked with. NULL is allowed and does nothing. */
void orr__alloc_free(orr__alloc *alloc, void *pointer, size_t bytes);

/*
 * Zeroed and aligned to 64: whole pages of the system, huge ones where it has them (see pages.h), for blocks of a
 * hundred KiB and many of them. From the embedder's hooks, should there be any. Not for several threads at a time.
 */
void *orr__alloc_pages(orr__alloc *alloc, size_t bytes);
void orr__alloc_pages_free(orr__alloc *alloc, void *pointer, size_t bytes);

/* A copy of text, NULL with the error set when there is no memory. Released by orr__alloc_string_free only. */
char *orr__alloc_string(orr__alloc *alloc, const char *text);

/* NULL allowed. The text must still have the length it was made with. */
void orr__alloc_string_free(orr__alloc *alloc, char *text);

#endif
