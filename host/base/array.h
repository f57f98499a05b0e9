#ifndef ORR__BASE_ARRAY_H
#define ORR__BASE_ARRAY_H

#include <stddef.h>
#include <stdint.h>

struct orr__alloc;

/*
 * Growable arrays: a pointer to items, a count that the caller keeps, a capacity that is kept here.
 *
 *     if (orr__array_reserve(alloc, &list->items, &list->capacity, list->count + 1, sizeof *list->items) != ORR_OK)
 *         return orr__fail_more("adding an item");
 *     list->items[list->count++] = item;
 *
 * Items are aligned to 16 bytes. They move when the array grows.
 */

/*
 * Room for at least `needed` items: capacity doubles from 8. items_pointer is a T** (passed as void *) whose T* may be
 * NULL with capacity 0. On failure (ORR_E_MEMORY, ORR_E_LIMIT past 2^32 - 1 items or the address space) nothing has
 * changed. New room is not initialised.
 */
int32_t orr__array_reserve(struct orr__alloc *alloc, void *items_pointer, uint32_t *capacity, uint32_t needed,
                           size_t item_bytes);

/* Releases the items; pointer and capacity become NULL and 0. */
void orr__array_free(struct orr__alloc *alloc, void *items_pointer, uint32_t *capacity, size_t item_bytes);

#endif
