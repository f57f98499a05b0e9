/* For tests of the pool: boards that note who was called, and pools to be noted. Header only. */
#ifndef ORRERY_TESTS_POOL_CASE_H
#define ORRERY_TESTS_POOL_CASE_H

#include "base/alloc.h"
#include "base/os.h"
#include "pool/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define INDICES_MAX 10000u
#define SECOND_NS 1000000000u

/* ---- what the functions under test write into ---- */

typedef struct board {
    _Atomic uint32_t calls[INDICES_MAX]; /* of each index */
    _Atomic uint32_t busy[ORR__POOL_WORKERS_MAX];
    _Atomic uint32_t overlaps, strangers, disorder;
    _Atomic uint32_t workers_seen; /* highest worker number + 1 */
    uint32_t count, workers;
    uint32_t previous; /* for runs that must be in order */
    bool in_order;
} board;

static inline void note(void *context, uint32_t index, uint32_t worker)
{
    board *b = context;
    if (index >= b->count || worker >= b->workers) {
        atomic_fetch_add(&b->strangers, 1);
        return;
    }
    if (atomic_exchange(&b->busy[worker], 1) != 0) atomic_fetch_add(&b->overlaps, 1);
    atomic_fetch_add(&b->calls[index], 1);
    uint32_t seen = atomic_load(&b->workers_seen);
    while (seen <= worker && !atomic_compare_exchange_weak(&b->workers_seen, &seen, worker + 1)) {}
    if (b->in_order) {
        if (index != b->previous + 1) atomic_fetch_add(&b->disorder, 1);
        b->previous = index;
    }
    atomic_store(&b->busy[worker], 0);
}

static inline board *board_new(uint32_t count, uint32_t workers)
{
    board *b = test_calloc(1, sizeof *b);
    b->count = count;
    b->workers = workers;
    b->previous = UINT32_MAX;
    return b;
}

/* Every index `times` times, nobody twice at once, nothing out of bounds; releases the board. */
static inline void board_check(board *b, uint32_t times)
{
    for (uint32_t i = 0; i < INDICES_MAX; i++) assert_int_equal(b->calls[i], i < b->count ? times : 0);
    assert_int_equal(b->overlaps, 0);
    assert_int_equal(b->strangers, 0);
    assert_int_equal(b->disorder, 0);
    test_free(b);
}

typedef struct fixture {
    orr__alloc alloc;
    orr__pool *pool;
} fixture;

static inline void open_pool(fixture *f, const orr_scheduler *embedder, uint32_t threads)
{
    orr__alloc_init(&f->alloc, NULL);
    f->pool = orr__pool_create(&f->alloc, embedder, threads);
    assert_non_null(f->pool);
}

static inline void close_pool(fixture *f)
{
    orr__pool_destroy(f->pool);
    assert_int_equal(f->alloc.live_blocks, 0);
    assert_int_equal(f->alloc.live_bytes, 0);
}

/* Until *word is not 0; false after ten seconds. */
static inline bool becomes_set(_Atomic uint32_t *word)
{
    const uint64_t until = orr__clock_ns() + 10u * (uint64_t)SECOND_NS;
    while (atomic_load(word) == 0) {
        if (orr__clock_ns() > until) return false;
        orr__thread_yield();
    }
    return true;
}

/* ---- run ---- */

/* `count` indices in pieces; with pool_run where there is no list. */
static inline void run_list(orr__pool *pool, uint32_t count, board *b)
{
    if (!orr__pool_open(pool, note, b)) {
        b->previous = UINT32_MAX;
        orr__pool_run(pool, count, note, b);
        return;
    }
    for (uint32_t added = 0, some; added < count; added += some) {
        some = count - added < added + 1 ? count - added : added + 1;
        orr__pool_add(pool, some, 0);
        if (added % 3 == 0) (void)orr__pool_help(pool);
    }
    orr__pool_close(pool);
}

static inline void exercise(orr__pool *pool)
{
    static const uint32_t counts[] = { 0, 1, 2, 3, 7, 64, 1000, INDICES_MAX };
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        for (uint32_t times = 0; times < 5; times++) {
            board *b = board_new(counts[c], orr__pool_workers(pool));
            orr__pool_run(pool, counts[c], note, b);
            run_list(pool, counts[c], b);
            board_check(b, 2);
        }
    }
}

#endif
