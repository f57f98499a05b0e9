/* For tests: an allocator that counts what is alive and refuses the n-th request. Header only. */
#ifndef ORRERY_TESTS_FAULTY_H
#define ORRERY_TESTS_FAULTY_H

#include "orrery.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { FAULTY_GUARD = 32 };

typedef struct faulty {
    _Atomic int64_t left;  /* requests granted before one is refused; negative: all are granted */
    _Atomic int64_t alive; /* blocks */
    _Atomic int64_t bytes;
    _Atomic int64_t refused;
    _Atomic int64_t overrun; /* blocks past whose end somebody wrote; seen at release */
} faulty;

static inline void *faulty_allocate(void *context, size_t bytes, size_t alignment)
{
    faulty *f = (faulty *)context;
    if (atomic_load(&f->left) >= 0 && atomic_fetch_sub(&f->left, 1) == 0) {
        atomic_fetch_add(&f->refused, 1);
        atomic_store(&f->left, -1); /* only this one */
        return NULL;
    }
    const size_t least = alignment < 16 ? 16 : alignment;
    void *pointer = aligned_alloc(least, (bytes + FAULTY_GUARD + least - 1) / least * least);
    if (pointer) {
        memset(pointer, 0xA5, bytes + FAULTY_GUARD); /* nobody may count on zeros */
        atomic_fetch_add(&f->alive, 1);
        atomic_fetch_add(&f->bytes, (int64_t)bytes);
    }
    return pointer;
}

static inline void faulty_release(void *context, void *pointer, size_t bytes)
{
    faulty *f = (faulty *)context;
    const unsigned char *guard = (const unsigned char *)pointer + bytes;
    for (int i = 0; i < FAULTY_GUARD; i++) {
        if (guard[i] != 0xA5) {
            atomic_fetch_add(&f->overrun, 1);
            break;
        }
    }
    memset(pointer, 0x5A, bytes); /* a use after release shows in the result */
    atomic_fetch_sub(&f->alive, 1);
    atomic_fetch_sub(&f->bytes, (int64_t)bytes);
    free(pointer);
}

/* Refuses request number `nth` (from 0); negative: none. */
static inline orr_allocator faulty_allocator(faulty *f, int64_t nth)
{
    memset(f, 0, sizeof *f);
    atomic_store(&f->left, nth);
    const orr_allocator hooks = { f, faulty_allocate, faulty_release };
    return hooks;
}

#endif
