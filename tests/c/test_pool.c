#include "base/alloc.h"
#include "base/error.h"
#include "base/os.h"
#include "chaos.h"
#include "pool/pool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define INDICES_MAX 10000u
#define SECOND_NS 1000000000u

static const uint32_t thread_counts[] = { 0, 1, 2, 4, 8 };
#define THREAD_COUNTS (sizeof thread_counts / sizeof thread_counts[0])

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

static void note(void *context, uint32_t index, uint32_t worker)
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

static board *board_new(uint32_t count, uint32_t workers)
{
    board *b = test_calloc(1, sizeof *b);
    b->count = count;
    b->workers = workers;
    b->previous = UINT32_MAX;
    return b;
}

/* Every index `times` times, nobody twice at once, nothing out of bounds; releases the board. */
static void board_check(board *b, uint32_t times)
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

static void open_pool(fixture *f, const orr_scheduler *embedder, uint32_t threads)
{
    orr__alloc_init(&f->alloc, NULL);
    f->pool = orr__pool_create(&f->alloc, embedder, threads);
    assert_non_null(f->pool);
}

static void close_pool(fixture *f)
{
    orr__pool_destroy(f->pool);
    assert_int_equal(f->alloc.live_blocks, 0);
    assert_int_equal(f->alloc.live_bytes, 0);
}

/* Until *word is not 0; false after ten seconds. */
static bool becomes_set(_Atomic uint32_t *word)
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
static void run_list(orr__pool *pool, uint32_t count, board *b)
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

static void exercise(orr__pool *pool)
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

static void test_every_index_once(void **state)
{
    (void)state;
    for (size_t t = 0; t < THREAD_COUNTS; t++) {
        fixture f;
        open_pool(&f, NULL, thread_counts[t]);
        assert_int_equal(orr__pool_workers(f.pool), thread_counts[t] > 0 ? thread_counts[t] : 1);
        assert_int_equal(orr__pool_wanted(f.pool), orr__pool_workers(f.pool));
        exercise(f.pool);
        close_pool(&f);
    }
}

static void test_without_threads_in_order_on_the_caller(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads < 2; threads++) {
        fixture f;
        open_pool(&f, NULL, threads);
        board *b = board_new(100, 1);
        b->in_order = true;
        orr__pool_run(f.pool, 100, note, b);
        board_check(b, 1);
        close_pool(&f);
    }
}

static void test_all_processors(void **state)
{
    (void)state;
    fixture f;
    open_pool(&f, NULL, ORR_THREADS_ALL);
    assert_int_equal(orr__pool_wanted(f.pool), orr__cpu_count());
    close_pool(&f);
}

/* ---- the same result for any number of workers ---- */

#define BLOCKS 300u
#define BLOCK_ROWS 128u

typedef struct sum_work {
    float in[BLOCKS * BLOCK_ROWS], out[BLOCKS * BLOCK_ROWS];
    float sums[BLOCKS]; /* plain memory: the pool must order it */
} sum_work;

static void sum_block(void *context, uint32_t index, uint32_t worker)
{
    sum_work *w = context;
    (void)worker;
    float sum = 0.0f;
    for (uint32_t i = index * BLOCK_ROWS; i < (index + 1) * BLOCK_ROWS; i++) {
        w->out[i] = w->in[i] * 1.0001f + w->out[i] * 0.5f;
        sum += w->out[i];
    }
    w->sums[index] = sum;
}

/* Ten rounds, each reading what the round before it wrote on whatever thread. */
static float sum_rounds(orr__pool *pool, sum_work *w)
{
    memset(w, 0, sizeof *w);
    for (uint32_t i = 0; i < BLOCKS * BLOCK_ROWS; i++) w->in[i] = (float)(i % 1013) * 0.37f;
    float sum = 0.0f;
    for (uint32_t round = 0; round < 10; round++) {
        orr__pool_run(pool, BLOCKS, sum_block, w);
        for (uint32_t i = 0; i < BLOCKS; i++) sum += w->sums[i];
        w->in[round] = sum;
    }
    return sum;
}

static void test_same_result_with_any_workers(void **state)
{
    (void)state;
    sum_work *w = test_malloc(sizeof *w), *first = test_malloc(sizeof *first);
    for (size_t t = 0; t < THREAD_COUNTS; t++) {
        fixture f;
        open_pool(&f, NULL, thread_counts[t]);
        const float sum = sum_rounds(f.pool, w);
        if (t == 0) memcpy(first, w, sizeof *first);
        assert_true(sum > 0.0f);
        assert_memory_equal(first, w, sizeof *first);
        close_pool(&f);
    }
    for (uint64_t seed = 1; seed <= 3; seed++) {
        chaos *c = chaos_create(5, seed);
        assert_non_null(c);
        fixture f;
        open_pool(&f, chaos_scheduler(c), 0);
        sum_rounds(f.pool, w);
        assert_memory_equal(first, w, sizeof *first);
        close_pool(&f);
        assert_true(chaos_ran(c) >= 10 * BLOCKS);
        chaos_destroy(c);
    }
    test_free(first);
    test_free(w);
}

/* ---- back to back: a late helper must not run the next dispatch's index with the last one's task ---- */

typedef struct stamp_work {
    uint32_t stamps[16]; /* plain: a second or misdirected call is a data race, or a wrong sum */
    uint32_t number;
} stamp_work;

static void stamp_add(void *context, uint32_t index, uint32_t worker)
{
    stamp_work *w = context;
    (void)worker;
    w->stamps[index] += w->number;
}

static void stamp_subtract(void *context, uint32_t index, uint32_t worker)
{
    stamp_work *w = context;
    (void)worker;
    w->stamps[index] -= w->number;
}

static void back_to_back(uint32_t threads, uint32_t dispatches)
{
    fixture f;
    open_pool(&f, NULL, threads);
    stamp_work work[2] = { { .number = 0 }, { .number = 0 } };
    uint32_t expected[2][16] = { { 0 }, { 0 } };
    for (uint32_t d = 0; d < dispatches; d++) {
        const uint32_t which = d & 1, count = d * 7 % 17;
        work[which].number = d;
        orr__pool_run(f.pool, count, which ? stamp_subtract : stamp_add, &work[which]);
        for (uint32_t i = 0; i < count; i++) expected[which][i] += which ? 0u - d : d;
        if (memcmp(work[which].stamps, expected[which], sizeof expected[which]) != 0) {
            fail_msg("%u threads: dispatch %u of %u indices went wrong", (unsigned)threads, (unsigned)d,
                     (unsigned)count);
        }
    }
    close_pool(&f);
}

static void test_back_to_back(void **state)
{
    (void)state;
    back_to_back(2, 100000);
    back_to_back(4, 10000);
    back_to_back(8, 10000);
}

static void raise_flag(void *context, uint32_t index, uint32_t worker)
{
    (void)index;
    (void)worker;
    atomic_store((_Atomic uint32_t *)context, 1);
}

/* Gaps around the spin time, so that dispatches meet helpers that are just falling asleep: no wake-up may get lost. */
static void test_dispatch_while_falling_asleep(void **state)
{
    (void)state;
    for (uint32_t threads = 2; threads <= 4; threads += 2) {
        fixture f;
        open_pool(&f, NULL, threads);
        board *b = board_new(64, threads);
        for (uint32_t i = 0; i < 300; i++) {
            const uint64_t gap = i % 3 == 0 ? 50u * i : 380000u + 150u * i, until = orr__clock_ns() + gap;
            orr__pool_run(f.pool, 64, note, b);
            while (orr__clock_ns() < until) orr__pause();
            _Atomic uint32_t flag = 0;
            assert_true(orr__pool_open(f.pool, raise_flag, &flag));
            orr__pool_add(f.pool, 1, 0);
            assert_true(becomes_set(&flag)); /* by a helper: the caller is here */
            orr__pool_close(f.pool);
        }
        board_check(b, 300);
        close_pool(&f);
    }
}

/* ---- lists that grow ---- */

typedef struct hold_work {
    _Atomic uint32_t begun, release;
    uint32_t worker, done; /* plain: join orders them */
} hold_work;

static void hold(void *context, uint32_t index, uint32_t worker)
{
    hold_work *w = context;
    (void)index;
    atomic_store(&w->begun, 1);
    becomes_set(&w->release);
    orr__sleep_ns(3000000); /* longer than the join spins */
    w->worker = worker;
    w->done = 1;
}

static void test_list_runs_beside_the_owner(void **state)
{
    (void)state;
    for (uint32_t threads = 2; threads <= 4; threads += 2) {
        fixture f;
        open_pool(&f, NULL, threads);
        for (uint32_t i = 0; i < 4; i++) {
            hold_work w = { .worker = 0 };
            if (i > 1) orr__sleep_ns(2000000); /* from sleep as well */
            assert_true(orr__pool_open(f.pool, hold, &w));
            orr__pool_add(f.pool, 1, 0);
            assert_true(becomes_set(&w.begun)); /* a helper began, nobody has closed */
            atomic_store(&w.release, 1);
            orr__pool_close(f.pool);
            assert_int_equal(w.done, 1);
            assert_in_range(w.worker, 1, threads - 1);
        }
        close_pool(&f);
    }
}

static void test_run_while_a_list_is_open(void **state)
{
    (void)state;
    fixture f;
    open_pool(&f, NULL, 2);
    for (uint32_t i = 0; i < 50; i++) {
        board *listed = board_new(200, 2), *between = board_new(100, 1);
        between->in_order = true;
        assert_true(orr__pool_open(f.pool, note, listed));
        orr__pool_add(f.pool, 200, 0);
        orr__pool_run(f.pool, 100, note, between); /* on the owner, which is worker 0 */
        orr__pool_close(f.pool);
        orr__pool_close(f.pool); /* nothing is open: does nothing */
        board_check(listed, 1);
        board_check(between, 1);
    }
    close_pool(&f);
}

/* A chain: each index adds the next two, until there are enough. */
typedef struct chain_work {
    orr__pool *pool;
    board *board;
    _Atomic uint32_t added, over, begun;
    atomic_flag lock; /* additions come one at a time */
} chain_work;

static void run_chain(void *context, uint32_t index, uint32_t worker)
{
    chain_work *w = context;
    note(w->board, index, worker);
    while (atomic_flag_test_and_set(&w->lock)) orr__pause();
    const uint32_t left = w->board->count - w->added, some = left < 2 ? left : 2;
    w->added += some;
    orr__pool_add(w->pool, some, worker);
    atomic_flag_clear(&w->lock);
    if (index != w->board->count - 1) return;
    atomic_store(&w->over, 1);
    orr__pool_ring(w->pool);
}

static bool chain_is_over(void *context)
{
    chain_work *w = context;
    return atomic_load(&w->over) != 0;
}

static void test_functions_add_to_the_list(void **state)
{
    (void)state;
    for (uint32_t threads = 2; threads <= 4; threads++) {
        fixture f;
        open_pool(&f, NULL, threads);
        for (uint32_t i = 0; i < 200; i++) {
            chain_work w = { .pool = f.pool, .board = board_new(1 + i * 7, threads), .added = 1 };
            atomic_flag_clear(&w.lock);
            assert_true(orr__pool_open(f.pool, run_chain, &w));
            orr__pool_add(f.pool, 1, 0);
            while (i % 2 && !chain_is_over(&w)) {
                if (!orr__pool_help(f.pool)) orr__pool_wait(f.pool, chain_is_over, &w);
            }
            orr__pool_close(f.pool);
            board_check(w.board, 1);
        }
        close_pool(&f);
    }
}

static void ring_late(void *context, uint32_t index, uint32_t worker)
{
    chain_work *w = context;
    (void)index;
    (void)worker;
    atomic_store(&w->begun, 1);
    orr__sleep_ns(3000000); /* the owner has parked */
    atomic_store(&w->over, 1);
    orr__pool_ring(w->pool);
    becomes_set(&w->added); /* not over: only the bell can have woken the owner */
}

static void test_the_bell_wakes_the_owner(void **state)
{
    (void)state;
    fixture f;
    open_pool(&f, NULL, 2);
    for (uint32_t i = 0; i < 5; i++) {
        chain_work w = { .pool = f.pool };
        assert_true(orr__pool_open(f.pool, ring_late, &w));
        orr__pool_add(f.pool, 1, 0);
        assert_true(becomes_set(&w.begun));
        orr__pool_wait(f.pool, chain_is_over, &w);
        assert_true(chain_is_over(&w));
        atomic_store(&w.added, 1);
        orr__pool_close(f.pool);
    }
    close_pool(&f);
}

/* ---- threads that come late, or never ---- */

static struct {
    uint32_t asked, refuse_from;
    bool absent;           /* says yes, starts nothing */
    _Atomic uint32_t gate; /* 0: threads wait before they become helpers */
    void (*run)(void *context);
} threads_of_test;

static void gated_main(void *context)
{
    becomes_set(&threads_of_test.gate);
    threads_of_test.run(context);
}

static int32_t start_thread(orr__thread *thread, void (*run)(void *context), void *context, const char *name,
                            size_t stack_bytes)
{
    if (threads_of_test.asked++ >= threads_of_test.refuse_from) return orr__fail(ORR_E_THREAD, "no thread '%s'", name);
    if (threads_of_test.absent) return ORR_OK;
    if (!threads_of_test.run) threads_of_test.run = run; /* always the same; threads already read it */
    return orr__thread_start(thread, gated_main, context, name, stack_bytes);
}

static void threads_will(uint32_t refuse_from, bool absent, uint32_t gate)
{
    threads_of_test.asked = 0;
    threads_of_test.refuse_from = refuse_from;
    threads_of_test.absent = absent;
    atomic_store(&threads_of_test.gate, gate);
}

static void test_refused_threads(void **state)
{
    (void)state;
    for (uint32_t started = 0; started < 4; started++) {
        fixture f;
        orr__alloc_init(&f.alloc, NULL);
        orr__error_clear();
        threads_will(started, false, 1);
        f.pool = orr__pool_create_with(&f.alloc, NULL, 5, start_thread);
        assert_non_null(f.pool);
        assert_int_equal(orr__pool_workers(f.pool), started + 1);
        assert_int_equal(orr__pool_wanted(f.pool), 5);
        assert_int_equal(orr__error_code(), ORR_E_THREAD);
        assert_non_null(strstr(orr__error_text(), "no thread 'orrery-"));
        exercise(f.pool);
        close_pool(&f);
    }
}

static void test_join_waits_for_nobody_without_work(void **state)
{
    (void)state;
    fixture f;
    orr__alloc_init(&f.alloc, NULL);
    threads_will(UINT32_MAX, false, 0);
    f.pool = orr__pool_create_with(&f.alloc, NULL, 3, start_thread);
    assert_int_equal(orr__pool_workers(f.pool), 3);
    board *b = board_new(1000, 3);
    orr__pool_run(f.pool, 1000, note, b); /* returns although no helper is there yet */
    assert_int_equal(b->workers_seen, 1);
    atomic_store(&threads_of_test.gate, 1); /* now they come late, and find nothing */
    orr__pool_run(f.pool, 1000, note, b);
    board_check(b, 2);
    close_pool(&f);
}

static void test_more_threads_than_possible(void **state)
{
    (void)state;
    fixture f;
    orr__alloc_init(&f.alloc, NULL);
    threads_will(UINT32_MAX, true, 1);
    f.pool = orr__pool_create_with(&f.alloc, NULL, 100000, start_thread);
    assert_int_equal(orr__pool_workers(f.pool), ORR__POOL_WORKERS_MAX);
    assert_int_equal(orr__pool_wanted(f.pool), 100000);
    assert_int_equal(orr__error_code(), ORR_E_LIMIT);
    assert_non_null(strstr(orr__error_text(), "100000"));
    exercise(f.pool);
    close_pool(&f);
}

/* ---- where threads run ---- */

typedef struct place_work {
    orr__thread thread;
    _Atomic uint32_t go;
    uint32_t processor;
} place_work;

static void tell_place(void *context)
{
    place_work *w = context;
    becomes_set(&w->go);
    w->processor = orr__cpu_current();
}

static void test_threads_can_be_kept_off_a_processor(void **state)
{
    (void)state;
    if (orr__cpu_count() < 2 || orr__cpu_current() == UINT32_MAX) skip();
    for (uint32_t i = 0; i < 20; i++) {
        place_work w = { .processor = UINT32_MAX };
        const uint32_t here = orr__cpu_current();
        assert_int_equal(orr__thread_start(&w.thread, tell_place, &w, "place", 0), ORR_OK);
        orr__thread_keep_off(&w.thread, here);
        atomic_store(&w.go, 1);
        orr__thread_join(&w.thread);
        assert_int_not_equal(w.processor, here);
    }
}

/* ---- memory, destruction ---- */

static void *allocate_nothing(void *context, size_t bytes, size_t alignment)
{
    (void)context;
    (void)bytes;
    (void)alignment;
    return NULL;
}

static void release_nothing(void *context, void *pointer, size_t bytes)
{
    (void)context;
    (void)pointer;
    (void)bytes;
}

static void test_no_memory(void **state)
{
    (void)state;
    orr__alloc alloc;
    orr__alloc_init(&alloc, &(orr_allocator){ .allocate = allocate_nothing, .release = release_nothing });
    orr__error_clear();
    assert_null(orr__pool_create(&alloc, NULL, 4));
    assert_int_equal(orr__error_code(), ORR_E_MEMORY);
    assert_int_equal(alloc.live_blocks, 0);
    orr__pool_destroy(NULL);
}

static void test_destroy_at_any_time(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 60; i++) {
        fixture f;
        open_pool(&f, NULL, 2 + i % 3);
        board *b = board_new(100, 4);
        const uint32_t when = i % 5;
        if (when > 0) orr__pool_run(f.pool, 100, note, b);
        if (when == 1) orr__sleep_ns(2000000); /* parked */
        if (when == 2) orr__sleep_ns(400000);  /* about to park */
        if (when == 3) {                       /* destroy closes */
            assert_true(orr__pool_open(f.pool, note, b));
            orr__pool_add(f.pool, 100, 0);
        }
        close_pool(&f);
        board_check(b, when == 0 ? 0 : when == 3 ? 2 : 1);
    }
}

/* ---- the embedder's scheduler ---- */

typedef struct backwards {
    uint32_t calls, indices;
} backwards;

static void run_backwards(void *context, uint32_t count,
                          void (*task)(void *task_context, uint32_t index, uint32_t worker), void *task_context)
{
    backwards *b = context;
    b->calls++;
    b->indices += count;
    for (uint32_t i = count; i-- > 0;) task(task_context, i, i % 6);
}

static void test_embedder(void **state)
{
    (void)state;
    backwards b = { .calls = 0 };
    fixture f;
    open_pool(&f, &(orr_scheduler){ .context = &b, .workers = 6, .parallel_for = run_backwards }, 3);
    assert_int_equal(orr__pool_workers(f.pool), 6);
    assert_int_equal(orr__pool_wanted(f.pool), 6);

    board *whole = board_new(100, 6);
    assert_false(orr__pool_open(f.pool, note, whole)); /* it has no threads of its own */
    orr__pool_run(f.pool, 100, note, whole);
    assert_int_equal(b.calls, 1);
    assert_int_equal(b.indices, 100); /* the scheduler sees every index */
    board_check(whole, 1);

    exercise(f.pool);
    close_pool(&f);
}

static void test_embedder_refused(void **state)
{
    (void)state;
    orr__alloc alloc;
    orr__alloc_init(&alloc, NULL);
    assert_null(orr__pool_create(&alloc, &(orr_scheduler){ .workers = 0, .parallel_for = run_backwards }, 2));
    assert_int_equal(orr__error_code(), ORR_E_ARGUMENT);
    assert_string_equal(orr__error_text(), "scheduler: 0 workers, expected at least 1");
    assert_null(orr__pool_create(&alloc, &(orr_scheduler){ .workers = 2 }, 2));
    assert_int_equal(orr__error_code(), ORR_E_ARGUMENT);
    assert_string_equal(orr__error_text(), "scheduler: no function, expected a parallel_for");
    assert_int_equal(alloc.live_blocks, 0);
}

static void test_chaos(void **state)
{
    (void)state;
    for (uint32_t threads = 1; threads <= 6; threads += 5) {
        chaos *c = chaos_create(threads, 42 + threads);
        assert_non_null(c);
        fixture f;
        open_pool(&f, chaos_scheduler(c), 0);
        exercise(f.pool);
        close_pool(&f);
        chaos_destroy(c);
    }
}

/* The scheduler for tests must itself be unkind: not in order, and not always the same worker first. */
static void test_chaos_shuffles(void **state)
{
    (void)state;
    chaos *c = chaos_create(1, 7);
    assert_non_null(c);
    board *b = board_new(100, 1);
    b->in_order = true;
    chaos_scheduler(c)->parallel_for(chaos_scheduler(c)->context, 100, note, b);
    assert_in_range(b->disorder, 50, 100);
    atomic_store(&b->disorder, 0);
    board_check(b, 1);
    chaos_destroy(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_index_once),
        cmocka_unit_test(test_without_threads_in_order_on_the_caller),

        cmocka_unit_test(test_all_processors),
        cmocka_unit_test(test_same_result_with_any_workers),
        cmocka_unit_test(test_back_to_back),
        cmocka_unit_test(test_dispatch_while_falling_asleep),
        cmocka_unit_test(test_list_runs_beside_the_owner),
        cmocka_unit_test(test_run_while_a_list_is_open),
        cmocka_unit_test(test_functions_add_to_the_list),
        cmocka_unit_test(test_the_bell_wakes_the_owner),

        cmocka_unit_test(test_refused_threads),
        cmocka_unit_test(test_join_waits_for_nobody_without_work),
        cmocka_unit_test(test_more_threads_than_possible),
        cmocka_unit_test(test_threads_can_be_kept_off_a_processor),
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_destroy_at_any_time),
        cmocka_unit_test(test_embedder),
        cmocka_unit_test(test_embedder_refused),
        cmocka_unit_test(test_chaos),
        cmocka_unit_test(test_chaos_shuffles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
