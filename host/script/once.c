#include "script/once.h"

#include <stdatomic.h>

#include "base/hash.h"

void orr__once_clear(orr__once *once)
{
    for (uint32_t i = 0; i < ORR__ONCE_MOST; i++) atomic_store(&once->told[i], 0);
}

bool orr__once_first(orr__once *once, const char *text)
{
    const uint64_t hash = orr__hash_text(text);
    for (uint32_t i = 0; i < ORR__ONCE_MOST; i++) {
        uint64_t there = 0;
        if (atomic_compare_exchange_strong(&once->told[i], &there, hash)) return true;
        if (there == hash) return false;
    }
    return true;
}
