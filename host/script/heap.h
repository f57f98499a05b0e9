/* The memory of one Lua machine: blocks of up to 256 bytes, of which scripts use up the most, come from lists of one
 * size each, the others from the C library. What a list has got it keeps until the end.
 *
 *   chunks of 32 KiB ──carved──> blocks of 16, 32, ... 256 bytes <──> list of free ones of that size
 *
 * One thread at a time. Sizes are always given back with the memory, as Lua does. */
#ifndef ORR_SCRIPT_HEAP_H
#define ORR_SCRIPT_HEAP_H

#include <stddef.h>

enum { ORR__HEAP_UNIT = 16, ORR__HEAP_SIZES = 16 };

typedef struct orr__heap_free {
    struct orr__heap_free *next;
} orr__heap_free;

typedef struct orr__heap {
    orr__heap_free *free[ORR__HEAP_SIZES]; /* [s] of (s + 1) * 16 bytes */
    char *at, *end;                        /* not carved yet */
    orr__heap_free *chunks;
} orr__heap;

/* All bytes zero is an empty heap. Gives back all that is left in it. */
void orr__heap_fini(orr__heap *heap);

/* As realloc: old NULL allocates, and `bytes` above 0. NULL: no memory, `old` is as it was. */
void *orr__heap_resize(orr__heap *heap, void *old, size_t old_bytes, size_t bytes);
void orr__heap_release(orr__heap *heap, void *old, size_t old_bytes);

#endif
