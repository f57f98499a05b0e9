#ifndef ORR__BASE_PAGES_H
#define ORR__BASE_PAGES_H

#include <stddef.h>
#include <stdint.h>

/*
 * Blocks of whole pages for what is large and lives long. They are cut from regions of 2 MiB for which the system is
 * asked for huge pages: a processor knows the places of a few thousand pages at a time, and columns walked from page to
 * page of 4 KiB, or met at random, lose a tenth of their time or more looking the others up.
 *
 *   region (2 MiB, aligned)   | head | pages 1 to 511: blocks and holes, one bit each in `used`
 *
 * A block goes into the first hole that is long enough, of the newest region that has one; an empty region goes back to
 * the system at once. Not for several threads at a time.
 */
typedef struct orr__pages {
    struct orr__region *newest;
} orr__pages;

enum { ORR__PAGE_BYTES = 4096, ORR__PAGES_MOST = 511 * 4096 };

/* Zeroed; 0 < bytes <= ORR__PAGES_MOST. NULL when the system has none, without an error set. */
void *orr__pages_take(orr__pages *pages, size_t bytes);
/* bytes: what it was taken with. */
void orr__pages_give(orr__pages *pages, void *block, size_t bytes);

#endif
