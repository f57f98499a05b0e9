#include "pool/pool.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/os.h"
#include "orrery.h"

#include <stdio.h>

/*
 * One word is the whole agreement between the caller and its helpers:
 *
 *     ticket   63        32 31         0
 *              [  limit   ][   open    ]     open:  indices nobody has claimed yet
 *                                            limit: workers 0 .. limit - 1 may claim
 *
 *     caller                                        helper w (1 .. workers - 1)
 *     ──────                                        ─────────
 *     task  = function, context, count              look at the ticket ........... spin 0.4 ms, then park
 *     unfinished = count
 *     ticket = (limit, count) ──────────────────>   open > 0 and w < limit:
 *     wake one sleeper ───────────────────────>       compare-and-swap (limit, open) to (limit, open - 1)
 *     claim and run, like a helper                    swapped: index is count - open; read the task and run it
 *     wait until unfinished is 0 <───────────────   nothing open: unfinished -= what I ran
 *
 * Why a late helper can do no harm. The task is written while nothing is open and read only by someone who holds an
 * index, and while an index is held `unfinished` is not 0, so the caller is still waiting. A helper that slept between
 * its look at the ticket and its swap either fails, or swaps the word of a newer dispatch that looks the same; then it
 * holds a proper index of that dispatch and reads that one's task. Hence counting *down*: 0 is closed for every
 * dispatch, whatever its count, no number of a generation is needed, and the task's fields need not be atomic.
 *
 * Why nobody is waited for in vain. A helper that sleeps or has been put off the core holds nothing; the caller claims
 * everything itself and returns.
 *
 * Parking. A helper says that it sleeps (`sleepers`, `asleep`) and then looks at the ticket once more; the caller
 * writes the ticket and then looks for sleepers. All four are sequentially consistent: one of the two sees the other.
 * Whoever turns `asleep` from 1 to 0 takes the sleeper off the count. The caller wakes one helper only (a wake-up costs
 * it microseconds), and each helper that gets work while more is open wakes two more: a tree, so that many helpers are
 * up soon. The caller's own sleep in join is the same game with `joining` and `unfinished`.
 *
 * Spinning is worth it only while everybody can have a processor: with more workers than processors nobody spins. A
 * spinner gives its slice away again and again once it has waited a little, and parks at once when it finds that it
 * was off the processor for long: somebody else needs it.
 */

#define LINE 64 /* a cache line, and the largest alignment that an embedder's allocator is asked for */

static const uint64_t spin_ns = 400 * 1000;         /* then park */
static const uint64_t spin_alone_ns = 20 * 1000;    /* from here on yield between looks */
static const uint64_t spin_put_off_ns = 100 * 1000; /* a look that took so long: the processor was taken away */
static const uint32_t looks_per_clock = 16;

typedef struct helper {
    _Alignas(LINE) _Atomic uint32_t asleep; /* 1: parked on this word, or about to */
    _Atomic uint32_t keeps_off;             /* the processor it was told to leave to the caller, + 1; 0: none yet */
    uint32_t worker;
    orr__pool *pool;
    orr__thread thread;
} helper;

struct orr__pool {
    /* written by each dispatch and read by all: one line carries the claim and its task */
    _Alignas(LINE) _Atomic uint64_t ticket;
    orr__pool_function function;
    void *context;
    uint32_t count;
    uint32_t limit; /* for the embedder's scheduler; helpers read the ticket's */

    _Alignas(LINE) _Atomic uint32_t unfinished;

    /* rarely written */
    _Alignas(LINE) _Atomic uint32_t sleepers; /* helpers whose `asleep` is 1 */
    _Atomic uint32_t joining;                 /* 1: the caller is parked on this word, or about to */
    _Atomic uint32_t caller_cpu;              /* where it was when it last woke somebody, + 1; 0: not known */
    _Atomic uint32_t stop;
    uint64_t spin_ns; /* 0: park at once */
    uint32_t workers, wanted;
    bool open; /* between start and join; the caller's alone */
    orr_scheduler embedder;
    orr__alloc *alloc;
    size_t bytes;
    helper helpers[]; /* worker w is helpers[w - 1] */
};

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* ---- waking ---- */

/*
 * Kernels, above all in virtual machines, often put a woken thread on the waker's processor although another one is
 * idle. There it waits until the caller has done all the work itself: 64 x 30 us took 1.9 ms on two processors, and
 * take 1.0 since a helper is told where not to go. The caller pays for the advice only when it has moved.
 */
static void keep_off_caller(orr__pool *pool, helper *sleeper)
{
    const uint32_t cpu = atomic_load_explicit(&pool->caller_cpu, memory_order_relaxed);
    if (cpu == 0 || atomic_exchange_explicit(&sleeper->keeps_off, cpu, memory_order_relaxed) == cpu) return;
    orr__thread_keep_off(&sleeper->thread, cpu - 1);
}

/* True for the one who has to unpark it. */
static bool rouse(orr__pool *pool, helper *sleeper)
{
    if (atomic_load(&sleeper->asleep) == 0 || atomic_exchange(&sleeper->asleep, 0) == 0) return false;
    atomic_fetch_sub(&pool->sleepers, 1);
    return true;
}

static void wake(orr__pool *pool, uint32_t limit, uint32_t how_many)
{
    if (atomic_load(&pool->sleepers) == 0) return;
    for (uint32_t w = 1; w < limit && how_many > 0; w++) {
        helper *sleeper = &pool->helpers[w - 1];
        if (!rouse(pool, sleeper)) continue;
        keep_off_caller(pool, sleeper);
        orr__unpark_one(&sleeper->asleep);
        how_many--;
    }
}

/* ---- claiming ---- */

static bool may_claim(uint64_t ticket, uint32_t worker)
{
    return (uint32_t)ticket != 0 && worker < (uint32_t)(ticket >> 32);
}

/* *open_before: how many were open, the claimed one included. Acquire: from here on the task may be read. */
static bool claim(orr__pool *pool, uint32_t worker, uint32_t *open_before)
{
    uint64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_relaxed);
    while (may_claim(ticket, worker)) {
        if (atomic_compare_exchange_weak_explicit(&pool->ticket, &ticket, ticket - 1, memory_order_acquire,
                                                  memory_order_relaxed)) {
            *open_before = (uint32_t)ticket;
            return true;
        }
    }
    return false;
}

/* Claims and runs until nothing is open. What was run is subtracted once, at the end: until then it counts as held. */
static void work(orr__pool *pool, uint32_t worker)
{
    uint32_t ran = 0, open;
    while (claim(pool, worker, &open)) {
        if (worker != 0 && ran == 0 && open > 1) wake(pool, pool->limit, least(2, open - 1));
        pool->function(pool->context, pool->count - open, worker);
        ran++;
    }
    /* After the subtraction the task belongs to the caller again: only words of the pool itself are touched. */
    if (ran == 0 || atomic_fetch_sub(&pool->unfinished, ran) != ran) return;
    if (atomic_load(&pool->joining) != 0 && atomic_exchange(&pool->joining, 0) != 0) orr__unpark_one(&pool->joining);
}

/* ---- waiting ---- */

typedef bool (*condition)(orr__pool *pool, uint32_t worker);

static bool all_finished(orr__pool *pool, uint32_t worker)
{
    (void)worker;
    return atomic_load(&pool->unfinished) == 0;
}

static bool has_work_or_stops(orr__pool *pool, uint32_t worker)
{
    return may_claim(atomic_load(&pool->ticket), worker) || atomic_load_explicit(&pool->stop, memory_order_relaxed);
}

/* True as soon as the condition holds, false when it is time to park. */
static bool spin(orr__pool *pool, uint32_t worker, condition holds)
{
    if (holds(pool, worker)) return true;
    if (pool->spin_ns == 0) return false;
    const uint64_t began = orr__clock_ns();
    for (uint64_t now = began, before = began;; before = now) {
        for (uint32_t i = 0; i < looks_per_clock; i++) {
            orr__pause();
            if (holds(pool, worker)) return true;
        }
        if (now - began > spin_alone_ns) orr__thread_yield();
        now = orr__clock_ns();
        if (now - began > pool->spin_ns || now - before > spin_put_off_ns) return holds(pool, worker);
    }
}

static void park_helper(orr__pool *pool, helper *self)
{
    atomic_fetch_add(&pool->sleepers, 1); /* first, so that the count is never below the truth */
    atomic_store(&self->asleep, 1);
    if (may_claim(atomic_load(&pool->ticket), self->worker) || atomic_load(&pool->stop)) {
        rouse(pool, self);
        return;
    }
    while (atomic_load(&self->asleep) != 0) orr__park(&self->asleep, 1, ORR__FOREVER);
}

static void helper_main(void *context)
{
    helper *self = context;
    orr__pool *pool = self->pool;
    while (!atomic_load(&pool->stop)) {
        work(pool, self->worker);
        if (!spin(pool, self->worker, has_work_or_stops)) park_helper(pool, self);
    }
}

static void wait_for_held(orr__pool *pool)
{
    if (spin(pool, 0, all_finished)) return;
    for (;;) {
        atomic_store(&pool->joining, 1);
        if (atomic_load(&pool->unfinished) == 0) break;
        orr__park(&pool->joining, 1, ORR__FOREVER);
    }
    atomic_store(&pool->joining, 0);
}

/* ---- the embedder's scheduler ---- */

/* One task an index: the scheduler sees, and may shuffle, each of them. */
static void embedder_index(void *context, uint32_t index, uint32_t worker)
{
    orr__pool *pool = context;
    ORR__ASSERT(worker < pool->workers && index < pool->count);
    if (worker >= pool->workers || index >= pool->count) return;
    pool->function(pool->context, index, worker);
    atomic_fetch_sub(&pool->unfinished, 1);
}

/* One task a lane, for limits below what the scheduler has: a lane claims indices like a helper. */
static void embedder_lane(void *context, uint32_t lane, uint32_t worker)
{
    (void)lane;
    work(context, worker);
}

static void run_embedder(orr__pool *pool)
{
    const orr_scheduler *by = &pool->embedder;
    if (pool->limit >= pool->workers) {
        by->parallel_for(by->context, pool->count, embedder_index, pool);
    } else {
        atomic_store(&pool->ticket, (uint64_t)pool->workers << 32 | pool->count);
        by->parallel_for(by->context, least(pool->limit, pool->count), embedder_lane, pool);
    }
    /* A scheduler that forgets indices breaks its promise. */
    ORR__ASSERT(atomic_load(&pool->unfinished) == 0);
    atomic_store(&pool->ticket, 0);
}

/* ---- dispatch ---- */

static void publish(orr__pool *pool, uint32_t count, uint32_t limit, orr__pool_function function, void *context)
{
    pool->function = function;
    pool->context = context;
    pool->count = count;
    pool->limit = limit;
    pool->open = true;
    atomic_store_explicit(&pool->unfinished, count, memory_order_relaxed);
    if (pool->embedder.parallel_for) return; /* nothing happens before the join */
    atomic_store(&pool->ticket, (uint64_t)limit << 32 | count);
    if (atomic_load(&pool->sleepers) == 0) return;
    if (pool->spin_ns > 0) atomic_store_explicit(&pool->caller_cpu, orr__cpu_current() + 1, memory_order_relaxed);
    wake(pool, limit, 1);
}

static uint32_t limit_of(const orr__pool *pool, uint32_t at_most_workers)
{
    return at_most_workers == 0 ? pool->workers : least(at_most_workers, pool->workers);
}

void orr__pool_run(orr__pool *pool, uint32_t count, uint32_t at_most_workers, orr__pool_function function,
                   void *context)
{
    const uint32_t limit = limit_of(pool, at_most_workers);
    if (limit < 2 || count < 2 || pool->open) {
        for (uint32_t i = 0; i < count; i++) function(context, i, 0);
        return;
    }
    publish(pool, count, limit, function, context);
    orr__pool_join(pool);
}

void orr__pool_start(orr__pool *pool, uint32_t count, uint32_t at_most_workers, orr__pool_function function,
                     void *context)
{
    ORR__ASSERT(!pool->open);
    orr__pool_join(pool);
    if (count > 0) publish(pool, count, limit_of(pool, at_most_workers), function, context);
}

void orr__pool_join(orr__pool *pool)
{
    if (!pool->open) return;
    if (!pool->embedder.parallel_for) {
        work(pool, 0);
        wait_for_held(pool);
    } else if (pool->limit < 2 || pool->count < 2) {
        for (uint32_t i = 0; i < pool->count; i++) pool->function(pool->context, i, 0);
    } else {
        run_embedder(pool);
    }
    pool->open = false;
}

/* ---- life ---- */

static void start_helpers(orr__pool *pool, orr__pool_starter starter)
{
    while (pool->workers < least(pool->wanted, ORR__POOL_WORKERS_MAX)) {
        helper *next = &pool->helpers[pool->workers - 1];
        char name[16];
        snprintf(name, sizeof name, "orrery-%u", (unsigned)pool->workers);
        atomic_init(&next->asleep, 0);
        atomic_init(&next->keeps_off, 0);
        next->worker = pool->workers;
        next->pool = pool;
        if (starter(&next->thread, helper_main, next, name, 0) != ORR_OK) return;
        pool->workers++;
    }
    if (pool->workers < pool->wanted) {
        orr__fail(ORR_E_LIMIT, "pool: %u workers asked for, at most %u are possible", (unsigned)pool->wanted,
                  ORR__POOL_WORKERS_MAX);
    }
}

static int32_t check_embedder(const orr_scheduler *embedder)
{
    if (!embedder || (embedder->parallel_for && embedder->workers > 0)) return ORR_OK;
    return orr__fail(ORR_E_ARGUMENT, "scheduler: %s, expected %s", embedder->parallel_for ? "0 workers" : "no function",
                     embedder->parallel_for ? "at least 1" : "a parallel_for");
}

orr__pool *orr__pool_create_with(orr__alloc *alloc, const orr_scheduler *embedder, uint32_t threads,
                                 orr__pool_starter starter)
{
    if (check_embedder(embedder) != ORR_OK) return NULL;
    if (threads == ORR_THREADS_ALL) threads = orr__cpu_count();
    const uint32_t wanted = embedder ? embedder->workers : threads > 0 ? threads : 1;
    const uint32_t helpers = embedder ? 0 : least(wanted, ORR__POOL_WORKERS_MAX) - 1;
    const size_t bytes = sizeof(orr__pool) + helpers * sizeof(helper);
    orr__pool *pool = orr__alloc_zero(alloc, bytes, _Alignof(orr__pool));
    if (!pool) return NULL;
    pool->alloc = alloc;
    pool->bytes = bytes;
    pool->wanted = wanted;
    pool->workers = embedder ? wanted : 1;
    pool->spin_ns = wanted <= orr__cpu_count() ? spin_ns : 0;
    atomic_init(&pool->ticket, 0);
    atomic_init(&pool->unfinished, 0);
    atomic_init(&pool->sleepers, 0);
    atomic_init(&pool->joining, 0);
    atomic_init(&pool->caller_cpu, 0);
    atomic_init(&pool->stop, 0);
    if (embedder) {
        pool->embedder = *embedder;
    } else {
        start_helpers(pool, starter);
    }
    return pool;
}

orr__pool *orr__pool_create(orr__alloc *alloc, const orr_scheduler *embedder, uint32_t threads)
{
    return orr__pool_create_with(alloc, embedder, threads, orr__thread_start);
}

void orr__pool_destroy(orr__pool *pool)
{
    if (!pool) return;
    orr__pool_join(pool);
    atomic_store(&pool->stop, 1);
    const uint32_t helpers = pool->embedder.parallel_for ? 0 : pool->workers - 1;
    for (uint32_t i = 0; i < helpers; i++) {
        if (rouse(pool, &pool->helpers[i])) orr__unpark_one(&pool->helpers[i].asleep);
    }
    for (uint32_t i = 0; i < helpers; i++) orr__thread_join(&pool->helpers[i].thread);
    orr__alloc_free(pool->alloc, pool, pool->bytes);
}

uint32_t orr__pool_workers(const orr__pool *pool)
{
    return pool->workers;
}

uint32_t orr__pool_wanted(const orr__pool *pool)
{
    return pool->wanted;
}
