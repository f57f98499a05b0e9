#include "base/array.h"

#include "base/alloc.h"
#include "base/error.h"

#include <string.h>

int32_t orr__array_reserve(orr__alloc *alloc, void *items_pointer, uint32_t *capacity, uint32_t needed,
                           size_t item_bytes)
{
    if (needed <= *capacity) {
        return ORR_OK;
    }
    uint64_t room = *capacity < 8 ? 8 : *capacity;
    while (room < needed) {
        room *= 2;
    }
    if (room > UINT32_MAX) {
        room = UINT32_MAX;
    }
    if (item_bytes != 0 && room > SIZE_MAX / 2 / item_bytes) {
        return orr__fail(ORR_E_LIMIT, "an array of %u items of %zu bytes is too long", needed, item_bytes);
    }
    // a T** is read and written as bytes: the type of T* is not known here
    void *items;
    memcpy(&items, items_pointer, sizeof items);
    items = orr__alloc_resize(alloc, items, *capacity * item_bytes, (size_t)room * item_bytes, 0);
    if (!items) {
        return ORR_E_MEMORY;
    }
    memcpy(items_pointer, &items, sizeof items);
    *capacity = (uint32_t)room;
    return ORR_OK;
}

void orr__array_free(orr__alloc *alloc, void *items_pointer, uint32_t *capacity, size_t item_bytes)
{
    void *items;
    memcpy(&items, items_pointer, sizeof items);
    orr__alloc_free(alloc, items, *capacity * item_bytes);
    items = NULL;
    memcpy(items_pointer, &items, sizeof items);
    *capacity = 0;
}
