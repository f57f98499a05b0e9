/* valgrind: no (threads) */
/* Threads under stress: a world stepped by one thread after the other, worlds beside each other, hundreds of small
 * systems, and others that look at or interrupt a world meanwhile. long: soak */
#include "busy_case.h"

#include "base/os.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static const uint32_t thread_counts[] = { 0, 1, 2, 4 };
enum { THREAD_COUNTS = 4, HANDS = 5, SMALL = 200, TICKS = 30 };

static uint32_t scaled(uint32_t count)
{
    return getenv("ORRERY_LONG") ? count * 40 : count;
}

/* ---- worlds ------------------------------------------------------------------------------------------------------ */

static int32_t raise_v(orr_run *run, void *context)
{
    const orr_field *field = context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *v = orr_run_write(run, *field);
        if (!v) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) v[i] = v[i] * 0.5f + (float)i;
    }
    return ORR_OK;
}

/* In heap memory: systems point to it. */
static busy_case *open_world(uint32_t threads)
{
    busy_case *b = malloc(sizeof *b);
    assert_non_null(b);
    busy_begin(b, orr_world_create(&(orr_world_desc){ .threads = threads, .dt = 0.5, .seed = 11 }), 6000, true);
    return b;
}

static void close_world(busy_case *b)
{
    case_end(&b->c);
    free(b);
}

/* ---- from hand to hand ------------------------------------------------------------------------------------------- */

typedef struct hand {
    busy_case *b;
    uint32_t ticks;
    uint64_t hash;
    int32_t code;
} hand;

static void *take_steps(void *context)
{
    hand *h = context;
    for (uint32_t i = 0; i < h->ticks && h->code == ORR_OK; i++) h->code = busy_step(&h->b->c);
    h->hash = orr_world_hash(h->b->c.world);
    return NULL;
}

static void stepped_by_one_thread_after_the_other(void **state)
{
    (void)state;
    uint64_t serial[HANDS] = { 0 };
    for (uint32_t t = 0; t < THREAD_COUNTS; t++) {
        busy_case *b = open_world(thread_counts[t]);
        for (uint32_t i = 0; i < HANDS; i++) {
            hand h = { .b = b, .ticks = 4 + i };
            pthread_t thread;
            if (i % 2) {
                (void)take_steps(&h);
            } else {
                assert_int_equal(pthread_create(&thread, NULL, take_steps, &h), 0);
                assert_int_equal(pthread_join(thread, NULL), 0);
            }
            assert_int_equal(h.code, ORR_OK);
            if (t == 0) serial[i] = h.hash;
            assert_int_equal(h.hash, serial[i]);
        }
        close_world(b);
    }
}

/* ---- beside each other ------------------------------------------------------------------------------------------- */

typedef struct neighbour {
    uint32_t rounds, ticks;
    uint64_t expected;
    uint32_t wrong;
} neighbour;

/* The whole life of worlds on a thread of its own. */
static void *live(void *context)
{
    neighbour *n = context;
    for (uint32_t round = 0; round < n->rounds; round++) {
        busy_case *b = open_world(2);
        for (uint32_t i = 0; i < n->ticks; i++) n->wrong += busy_step(&b->c) != ORR_OK;
        n->wrong += orr_world_hash(b->c.world) != n->expected;
        close_world(b);
    }
    return NULL;
}

static void worlds_beside_each_other(void **state)
{
    (void)state;
    hand serial = { .b = open_world(0), .ticks = TICKS };
    (void)take_steps(&serial);
    close_world(serial.b);
    neighbour both[2];
    pthread_t threads[2];
    for (uint32_t i = 0; i < 2; i++) {
        both[i] = (neighbour){ .rounds = scaled(10), .ticks = TICKS, .expected = serial.hash };
        assert_int_equal(pthread_create(&threads[i], NULL, live, &both[i]), 0);
    }
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(both[i].wrong, 0);
    }
}

/* ---- many small systems, watched --------------------------------------------------------------------------------- */

typedef struct crowd {
    sim_case c;
    orr_field fields[SMALL];
    char names[SMALL][8];
    _Atomic uint32_t over;
} crowd;

static void *watch(void *context)
{
    crowd *w = context;
    uint64_t seen = 0;
    while (!atomic_load(&w->over)) {
        seen += strlen(orr_world_running(w->c.world));
        if (seen % 64 == 0) orr_world_interrupt(w->c.world);
        orr__thread_yield();
    }
    return NULL;
}

/* Own columns mostly, so that they may run in any order; every eighth reads its neighbour's. */
static void open_crowd(crowd *w, uint32_t threads)
{
    memset(w, 0, sizeof *w);
    w->c = case_new(threads);
    for (uint32_t i = 0; i < SMALL; i++) {
        snprintf(w->names[i], sizeof w->names[i], "c%u", (unsigned)i);
        const orr_component own = case_component(w->c.world, w->names[i], "v", NULL, ORR_TYPE_F32);
        w->fields[i] = (orr_field){ .component = own, .index = 0, .type = ORR_TYPE_F32, .bytes = 4 };
        const orr_component writes[] = { own, 0 };
        const orr_component reads[] = { i % 8 ? 0 : i ? w->fields[i - 1].component : 0, 0 };
        case_system(&w->c, (orr_system_desc){ .name = w->names[i],
                                              .run = raise_v,
                                              .context = &w->fields[i],
                                              .on = i % 5 ? ORR_ON_WORKERS : ORR_ON_MAIN,
                                              .query.all = writes,
                                              .writes = writes,
                                              .reads = reads });
        assert_ok(orr_entity_spawn(w->c.world, case_prefab(w->c.world, NULL, own, 0, 0), 100, NULL));
    }
}

static void small_systems_watched(void **state)
{
    (void)state;
    uint64_t serial = 0;
    crowd *w = malloc(sizeof *w);
    assert_non_null(w);
    for (uint32_t t = 0; t < THREAD_COUNTS; t++) {
        pthread_t watcher;
        open_crowd(w, thread_counts[t]);
        assert_int_equal(pthread_create(&watcher, NULL, watch, w), 0);
        for (uint32_t i = 0; i < scaled(TICKS); i++) {
            const int32_t code = busy_step(&w->c);
            if (code == ORR_E_INTERRUPTED && orr_world_tick(w->c.world) <= i) i--; /* before the tick */
            if (code != ORR_OK && code != ORR_E_INTERRUPTED) fail_msg("%s", orr_last_error());
        }
        atomic_store(&w->over, 1);
        assert_int_equal(pthread_join(watcher, NULL), 0);
        assert_int_equal(orr_world_tick(w->c.world), scaled(TICKS));
        const uint64_t hash = orr_world_hash(w->c.world);
        if (t == 0) serial = hash;
        assert_int_equal(hash, serial);
        case_end(&w->c);
    }
    free(w);
}

/* ---- running free ------------------------------------------------------------------------------------------------ */

static void free_with_workers(void **state)
{
    (void)state;
    const uint32_t ticks = scaled(60);
    uint64_t serial = 0;
    for (uint32_t t = 0; t < THREAD_COUNTS; t++) {
        busy_case *b = open_world(thread_counts[t]);
        orr_free_status status = { .state = ORR_FREE_RUNNING };
        assert_ok(orr_world_run_free(b->c.world, &(orr_free_desc){ .ticks = ticks }));
        while (status.state != ORR_FREE_ENDED) {
            assert_ok(orr_world_free_status(b->c.world, &status));
            (void)orr_world_running(b->c.world);
            orr__thread_yield();
        }
        assert_ok(orr_world_stop(b->c.world));
        assert_int_equal(orr_world_tick(b->c.world), ticks);
        const uint64_t hash = orr_world_hash(b->c.world);
        if (t == 0) serial = hash;
        assert_int_equal(hash, serial);
        close_world(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stepped_by_one_thread_after_the_other),
        cmocka_unit_test(worlds_beside_each_other),
        cmocka_unit_test(small_systems_watched),
        cmocka_unit_test(free_with_workers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
