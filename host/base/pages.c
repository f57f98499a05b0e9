#include "base/pages.h"

#include "base/os.h"

#include <stdbool.h>
#include <string.h>

enum { REGION_BYTES = 2 << 20, PAGES = REGION_BYTES / ORR__PAGE_BYTES };

typedef struct orr__region {
    struct orr__region *older, *newer;
    uint32_t used_count;
    uint32_t longest; /* no hole is longer; often too much */
    bool used[PAGES], soiled[PAGES];
} region;

_Static_assert(sizeof(region) <= ORR__PAGE_BYTES, "a region's head is one page");

static uint32_t pages_of(size_t bytes)
{
    return (uint32_t)((bytes + ORR__PAGE_BYTES - 1) / ORR__PAGE_BYTES);
}

static region *create(orr__pages *pages)
{
    region *of = orr__memory_map(REGION_BYTES, REGION_BYTES);
    if (!of) return NULL;
    of->used[0] = true;
    of->used_count = 1;
    of->longest = PAGES - 1;
    of->older = pages->newest;
    if (of->older) of->older->newer = of;
    pages->newest = of;
    return of;
}

static void destroy(orr__pages *pages, region *of)
{
    if (of->older) of->older->newer = of->newer;
    if (of->newer)
        of->newer->older = of->older;
    else
        pages->newest = of->older;
    orr__memory_unmap(of, REGION_BYTES);
}

/* First page of a hole of `count` pages; 0: there is none. */
static uint32_t find_hole(region *of, uint32_t count)
{
    if (of->longest < count) return 0;
    uint32_t hole = 0, longest = 0;
    for (uint32_t i = 1; i < PAGES; i++) {
        hole = of->used[i] ? 0 : hole + 1;
        if (hole == count) return i + 1 - count;
        if (hole > longest) longest = hole;
    }
    of->longest = longest;
    return 0;
}

void *orr__pages_take(orr__pages *pages, size_t bytes)
{
    const uint32_t count = pages_of(bytes);
    region *of = pages->newest;
    uint32_t first = 0;
    while (of && (first = find_hole(of, count)) == 0) of = of->older;
    if (!of) {
        of = create(pages);
        if (!of) return NULL;
        first = 1;
    }
    char *block = (char *)of + (size_t)first * ORR__PAGE_BYTES;
    for (uint32_t i = first; i < first + count; i++) {
        if (of->soiled[i]) memset((char *)of + (size_t)i * ORR__PAGE_BYTES, 0, ORR__PAGE_BYTES);
        of->used[i] = of->soiled[i] = true;
    }
    of->used_count += count;
    return block;
}

void orr__pages_give(orr__pages *pages, void *block, size_t bytes)
{
    const uint32_t count = pages_of(bytes);
    region *of = (region *)((uintptr_t)block & ~(uintptr_t)(REGION_BYTES - 1));
    const uint32_t first = (uint32_t)(((uintptr_t)block - (uintptr_t)of) / ORR__PAGE_BYTES);
    memset(of->used + first, 0, count * sizeof *of->used);
    of->used_count -= count;
    of->longest = PAGES - 1;
    if (of->used_count == 1) destroy(pages, of);
}
