#include "pool/pool.h"

#include "base/alloc.h"
#include "base/error.h"
#include "base/os.h"
#include "orrery.h"
#include "pool/background.h"

#include <stdio.h>

/*
 * A list of indices that grows while it is worked on. One word is the whole agreement between who adds and who takes:
 *
 *     ticket   63        32 31         0
 *              [   next   ][   added   ]     next:  the index that will be taken next
 *                                            added: indices that there are
 *
 *     owner                                         helper w (1 .. workers - 1)
 *     ─────                                         ─────────
 *     task   = function, context                    look at the ticket ........... spin 0.4 ms, then park
 *     ticket = (0, 0)
 *     unfinished += n, added += n ───────────────>  next < added:
 *     wake one sleeper ───────────────────────>       compare-and-swap (next, added) to (next + 1, added)
 *     claim and run, like a helper                    swapped: read the task and run index `next`
 *                            <───────────────────     which may add to the list itself
 *     wait until unfinished is 0 <───────────────   nothing open: unfinished -= what I ran
 *
 * Why a late helper can do no harm. The task is written while nothing is open and read only by someone who holds an
 * index, and while an index is held `unfinished` is not 0, so the owner does not close the list. A helper that slept
 * between its look at the ticket and its swap either fails, or swaps the word of a newer list that looks the same; then
 * it holds a proper index of that list and reads that one's task. Hence no number of a generation is needed, and the
 * task's fields need not be atomic.
 *
 * Why nobody is waited for in vain. A helper that sleeps or has been put off the core holds nothing; the owner claims
 * everything itself and returns.
 *
 * Parking. A helper says that it sleeps (`sleepers`, `asleep`) and then looks at the ticket once more; who adds writes
 * the ticket and then looks for sleepers. All four are sequentially consistent: one of the two sees the other. Whoever
 * turns `asleep` from 1 to 0 takes the sleeper off the count. Who adds wakes one helper only (a wake-up costs it
 * microseconds), and each helper that gets work while more is open wakes two more: a tree, so that many helpers are up
 * soon. The owner's own sleep is the same game with `waiting`.
 *
 * The background (background.h). A helper that finds nothing open takes one index of it and then looks at the ticket
 * again; for spinning and parking it counts like the ticket. The owner's list never waits for it: who works there holds
 * none of the list's indices.
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
    uint32_t count; /* for the embedder's scheduler */

    _Alignas(LINE) _Atomic uint32_t unfinished;

    /* rarely written */
    _Alignas(LINE) _Atomic uint32_t sleepers; /* helpers whose `asleep` is 1 */
    _Atomic uint32_t waiting;                 /* 1: the owner is parked on this word, or about to */
    _Atomic uint32_t caller_cpu;              /* where the owner was when it last woke somebody, + 1; 0: not known */
    _Atomic uint32_t stop;
    orr__background background;
    uint64_t spin_ns; /* 0: park at once */
    uint32_t workers, wanted;
    bool open; /* a list is; the owner's alone */
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

static void wake(orr__pool *pool, uint32_t how_many)
{
    if (atomic_load(&pool->sleepers) == 0) return;
    for (uint32_t w = 1; w < pool->workers && how_many > 0; w++) {
        helper *sleeper = &pool->helpers[w - 1];
        if (!rouse(pool, sleeper)) continue;
        keep_off_caller(pool, sleeper);
        orr__unpark_one(&sleeper->asleep);
        how_many--;
    }
}

static void wake_owner(orr__pool *pool)
{
    if (atomic_load(&pool->waiting) != 0 && atomic_exchange(&pool->waiting, 0) != 0) orr__unpark_one(&pool->waiting);
}

void orr__pool_ring(orr__pool *pool)
{
    wake_owner(pool);
}

/* ---- claiming ---- */

static uint32_t open_of(uint64_t ticket)
{
    return (uint32_t)ticket - (uint32_t)(ticket >> 32);
}

/* *open_before: how many were open, the claimed one included. Acquire: from here on the task may be read. */
static bool claim(orr__pool *pool, uint32_t *index, uint32_t *open_before)
{
    uint64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_relaxed);
    while (open_of(ticket) > 0) {
        if (atomic_compare_exchange_weak_explicit(&pool->ticket, &ticket, ticket + ((uint64_t)1 << 32),
                                                  memory_order_acquire, memory_order_relaxed)) {
            *index = (uint32_t)(ticket >> 32);
            *open_before = open_of(ticket);
            return true;
        }
    }
    return false;
}

/* After the subtraction the task belongs to the owner again: only words of the pool itself are touched. */
static void finished(orr__pool *pool, uint32_t ran)
{
    if (atomic_fetch_sub(&pool->unfinished, ran) == ran) wake_owner(pool);
}

/* Claims and runs until nothing is open. What was run is subtracted once, at the end: until then it counts as held. */
static void work(orr__pool *pool, uint32_t worker)
{
    uint32_t ran = 0, index, open;
    while (claim(pool, &index, &open)) {
        if (worker != 0 && ran == 0 && open > 1) wake(pool, least(2, open - 1));
        pool->function(pool->context, index, worker);
        ran++;
    }
    if (ran > 0) finished(pool, ran);
}

/* ---- waiting ---- */

/* Something is open, or what else is waited for holds. */
typedef struct condition {
    orr__pool *pool;
    bool (*until)(void *context);
    void *context;
} condition;

static bool holds(const condition *c)
{
    return open_of(atomic_load(&c->pool->ticket)) > 0 || c->until(c->context);
}

static bool all_finished(void *context)
{
    const orr__pool *pool = context;
    return atomic_load(&pool->unfinished) == 0;
}

/* What else a helper is there for. */
static bool is_called(void *context)
{
    orr__pool *pool = context;
    return atomic_load(&pool->stop) || orr__background_calls(&pool->background);
}

/* True as soon as the condition holds, false when it is time to park. */
static bool spin(const condition *c)
{
    if (holds(c)) return true;
    if (c->pool->spin_ns == 0) return false;
    const uint64_t began = orr__clock_ns();
    for (uint64_t now = began, before = began;; before = now) {
        for (uint32_t i = 0; i < looks_per_clock; i++) {
            orr__pause();
            if (holds(c)) return true;
        }
        if (now - began > spin_alone_ns) orr__thread_yield();
        now = orr__clock_ns();
        if (now - began > c->pool->spin_ns || now - before > spin_put_off_ns) return holds(c);
    }
}

static void park_helper(orr__pool *pool, helper *self)
{
    atomic_fetch_add(&pool->sleepers, 1); /* first, so that the count is never below the truth */
    atomic_store(&self->asleep, 1);
    if (open_of(atomic_load(&pool->ticket)) > 0 || is_called(pool)) {
        rouse(pool, self);
        return;
    }
    while (atomic_load(&self->asleep) != 0) orr__park(&self->asleep, 1, ORR__FOREVER);
}

/* One index in the background; false when there is none to take. */
static bool work_behind(orr__pool *pool, uint32_t worker)
{
    orr__background *background = &pool->background;
    uint32_t index;
    orr__pool_job *job = orr__background_calls(background) ? orr__background_take(background, &index) : NULL;
    if (!job) return false;
    if (orr__background_calls(background)) wake(pool, 1);
    job->function(job->context, index, worker);
    orr__background_done(background, job);
    atomic_fetch_sub(&background->at_it, 1);
    wake_owner(pool);
    return true;
}

static void helper_main(void *context)
{
    helper *self = context;
    orr__pool *pool = self->pool;
    const condition wanted = { pool, is_called, pool };
    while (!atomic_load(&pool->stop)) {
        work(pool, self->worker);
        if (work_behind(pool, self->worker)) continue;
        if (!spin(&wanted)) park_helper(pool, self);
    }
}

static void wait_for(const condition *c)
{
    if (spin(c)) return;
    for (;;) {
        atomic_store(&c->pool->waiting, 1);
        if (holds(c)) break;
        orr__park(&c->pool->waiting, 1, ORR__FOREVER);
        if (holds(c)) break;
    }
    atomic_store(&c->pool->waiting, 0);
}

/* Works until nothing is open and nobody holds anything. */
static void work_and_wait(orr__pool *pool)
{
    const condition wanted = { pool, all_finished, pool };
    do {
        work(pool, 0);
        wait_for(&wanted);
    } while (!all_finished(pool));
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

static void run_embedder(orr__pool *pool, uint32_t count)
{
    const orr_scheduler *by = &pool->embedder;
    pool->count = count;
    atomic_store_explicit(&pool->unfinished, count, memory_order_relaxed);
    by->parallel_for(by->context, count, embedder_index, pool);
    /* A scheduler that forgets indices breaks its promise. */
    ORR__ASSERT(atomic_load(&pool->unfinished) == 0);
}

/* ---- dispatch ---- */

/* After the ticket was written. The owner says where it is, so that the one who wakes goes elsewhere. */
static void wake_one(orr__pool *pool, uint32_t worker)
{
    if (atomic_load(&pool->sleepers) == 0) return;
    if (worker == 0 && pool->spin_ns > 0)
        atomic_store_explicit(&pool->caller_cpu, orr__cpu_current() + 1, memory_order_relaxed);
    wake(pool, 1);
}

void orr__pool_run(orr__pool *pool, uint32_t count, orr__pool_function function, void *context)
{
    if (pool->workers < 2 || count < 2 || pool->open) {
        for (uint32_t i = 0; i < count; i++) function(context, i, 0);
        return;
    }
    pool->function = function;
    pool->context = context;
    pool->open = true;
    if (pool->embedder.parallel_for) {
        run_embedder(pool, count);
    } else {
        atomic_store_explicit(&pool->unfinished, count, memory_order_relaxed);
        atomic_store(&pool->ticket, count);
        wake_one(pool, 0);
        work_and_wait(pool);
    }
    pool->open = false;
}

bool orr__pool_open(orr__pool *pool, orr__pool_function function, void *context)
{
    ORR__ASSERT(!pool->open);
    orr__pool_close(pool);
    if (pool->workers < 2 || pool->embedder.parallel_for) return false;
    pool->function = function;
    pool->context = context;
    pool->open = true;
    atomic_store_explicit(&pool->ticket, 0, memory_order_relaxed);
    return true;
}

void orr__pool_add(orr__pool *pool, uint32_t count, uint32_t worker)
{
    if (count == 0) return;
    atomic_fetch_add_explicit(&pool->unfinished, count, memory_order_relaxed);
    atomic_fetch_add(&pool->ticket, count);
    if (worker != 0) wake_owner(pool);
    wake_one(pool, worker);
}

bool orr__pool_help(orr__pool *pool)
{
    uint32_t index, open;
    if (!claim(pool, &index, &open)) return false;
    pool->function(pool->context, index, 0);
    finished(pool, 1);
    return true;
}

void orr__pool_wait(orr__pool *pool, bool (*until)(void *context), void *context)
{
    wait_for(&(condition){ pool, until, context });
}

void orr__pool_close(orr__pool *pool)
{
    if (!pool->open) return;
    work_and_wait(pool);
    pool->open = false;
}

/* ---- in the background ---- */

void orr__pool_post(orr__pool *pool, orr__pool_job *job, uint32_t worker)
{
    const bool helped = pool->workers > 1 && !pool->embedder.parallel_for;
    orr__background_add(&pool->background, job, helped);
    if (helped && orr__background_calls(&pool->background)) wake_one(pool, worker);
}

static bool is_done(void *context)
{
    const orr__pool_job *job = context;
    return atomic_load(&job->unfinished) == 0;
}

void orr__pool_catch_up(orr__pool *pool, orr__pool_job *job)
{
    orr__background *background = &pool->background;
    uint32_t index;
    if (pool->embedder.parallel_for && job->next == 0) {
        orr__pool_run(pool, job->count, job->function, job->context);
        job->next = job->count;
        atomic_store(&job->unfinished, 0);
    }
    while (orr__background_take_of(background, job, &index)) {
        job->function(job->context, index, 0);
        orr__background_done(background, job);
    }
}

void orr__pool_finish(orr__pool *pool, orr__pool_job *job)
{
    uint32_t index;
    orr__pool_catch_up(pool, job);
    const condition wanted = { pool, is_done, job };
    while (!is_done(job)) wait_for(&wanted);
    (void)orr__background_take_of(&pool->background, job, &index); /* takes the lock: who was last has left it */
}

static bool is_still(void *context)
{
    const orr__pool *pool = context;
    return atomic_load(&pool->background.at_it) == 0;
}

void orr__pool_hush(orr__pool *pool)
{
    orr__background_hush(&pool->background, true);
    const condition wanted = { pool, is_still, pool };
    while (!is_still(pool)) wait_for(&wanted);
}

void orr__pool_resume(orr__pool *pool)
{
    if (!atomic_load_explicit(&pool->background.hushed, memory_order_relaxed)) return;
    orr__background_hush(&pool->background, false);
    if (orr__background_calls(&pool->background)) wake_one(pool, 0);
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
    atomic_init(&pool->waiting, 0);
    atomic_init(&pool->caller_cpu, 0);
    atomic_init(&pool->stop, 0);
    orr__background_init(&pool->background);
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
    orr__pool_close(pool);
    orr__background_hush(&pool->background, true); /* what is worked on ends, nothing else is begun */
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
