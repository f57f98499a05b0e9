#ifndef ORR__BASE_ARENA_H
#define ORR__BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct orr__alloc;
struct orr__arena_block;

/*
 * A bump allocator: memory is handed out from blocks, never freed singly, and all of it taken back by a reset that
 * keeps the blocks. After a warm-up a run that repeats itself allocates nothing. One thread at a time.
 *
 *     first ──> [####] ──> [##..] ──> [....] ──> NULL
 *                            ^ current    ^ kept from an earlier, larger round
 *     large ──> [########] ──> [.......] ──> NULL       one piece each, for what is too long for a block
 */
typedef struct orr__arena {
    struct orr__alloc *alloc;
    struct orr__arena_block *first;
    struct orr__arena_block *current; /* blocks after it are empty; NULL: all are */
    struct orr__arena_block *large;
    size_t block_bytes;
    bool paged; /* blocks are from orr__alloc_pages */
} orr__arena;

/* Allocates nothing yet. block_bytes: least size of a block, 0 for 16 KiB. alloc must outlive the arena. */
void orr__arena_init(orr__arena *arena, struct orr__alloc *alloc, size_t block_bytes);

/* The same for what is walked through from end to end: blocks are pages of the system, huge ones where it has them. As
 * with orr__alloc_pages, no other thread may take such pages meanwhile. */
void orr__arena_init_paged(orr__arena *arena, struct orr__alloc *alloc, size_t block_bytes);

/* Releases all blocks; allowed on a zeroed struct. */
void orr__arena_fini(orr__arena *arena);

/* Takes everything back; pointers into the arena are dead, blocks are kept. */
void orr__arena_reset(orr__arena *arena);

/*
 * Uninitialised memory, valid until reset or fini. alignment a power of two up to 4096, 0 for 16. bytes may be 0: a
 * pointer that must not be read. NULL with ORR_E_MEMORY set when there is none; what was handed out stays valid.
 */
void *orr__arena_new(orr__arena *arena, size_t bytes, size_t alignment);

/* Bytes in all blocks, used or not. */
size_t orr__arena_room_bytes(const orr__arena *arena);

#endif
