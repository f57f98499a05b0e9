/* Where the pool's threads come from: some that come late or never, an embedder's scheduler instead of them, and how a
 * pool ends. */
#include "base/error.h"
#include "chaos.h"
#include "pool_case.h"

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
