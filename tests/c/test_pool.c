/* valgrind: no (threads) */
/* The pool on threads of its own: every index once, in lists that grow, asleep or awake, with the same result for any
 * number of workers. Who starts its threads and who replaces them: test_pool_threads.c. */
#include "chaos.h"
#include "pool_case.h"

static const uint32_t thread_counts[] = { 0, 1, 2, 4, 8 };
#define THREAD_COUNTS (sizeof thread_counts / sizeof thread_counts[0])

/* ---- run ---- */

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
