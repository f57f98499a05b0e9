/* tsan: no. valgrind: no (its processor has few of them) */
/* Every run-time variant of every job gives the same bits: the jobs' sources are compiled into this program, with the
 * choice of the variant in the test's hands. */
static int variant;
#define ORR__SIMD_LEVEL() variant

#include "../../native/simd.h"

#include "../../native/attract.c"
#include "../../native/bounce.c"
#include "../../native/damp.c"
#include "../../native/flock.c"
#include "../../native/integrate.c"
#include "../../native/wrap.c"

#include "native_case.h"

enum { COUNT = 1104 };

static int levels(void)
{
#if defined(__x86_64__) && !defined(ORRERY_NO_SIMD_VARIANTS)
    return orr__simd_level() + 1;
#else
    return 1;
#endif
}

typedef struct columns {
    _Alignas(64) float f[4][COUNT];
    _Alignas(64) double d[7][COUNT];
    orr_entity entity[COUNT];
} columns;

static columns start, first, now;

static void fill(uint64_t seed)
{
    for (uint32_t i = 0; i < COUNT; i++) {
        for (uint32_t k = 0; k < 2; k++) start.f[k][i] = (float)native_uniform(&seed, -5, 65);
        for (uint32_t k = 2; k < 4; k++) start.f[k][i] = (float)native_uniform(&seed, -50, 50);
        for (uint32_t k = 0; k < 7; k++) start.d[k][i] = native_uniform(&seed, 0.1, 30);
        start.entity[i] = ((orr_entity)(i + 1) << 20) | 1;
    }
    start.f[0][77] = 3e9f;
    start.f[1][78] = -2e5f;
}

/* Runs the job on rows begin to end with each variant and compares all columns with those of variant 0. wide: the
 * columns are the f64 ones; fifth: the slot after four f32 columns. */
static void all_levels(const orr_job_desc *job, uint32_t begin, uint32_t end, const void *params, int wide, void *fifth)
{
    for (variant = 0; variant < levels(); variant++) {
        native_case c;
        orr_gather gather[4];
        now = start;
        native_init(&c, begin, end, 1.0 / 60, params);
        c.rows.entity = now.entity;
        for (uint32_t s = 0; s < 6; s++) c.slots[s] = wide ? (void *)now.d[s] : s < 4 ? (void *)now.f[s] : fifth;
        for (uint32_t a = 0; a < 4 && job == &orr_job_attract; a++) {
            gather[a] = (orr_gather){ now.d[3 + a], now.entity, COUNT };
            c.slots[3 + a] = &gather[a];
        }
        native_run(&c, job);
        if (variant == 0) first = now;
        if (memcmp(&first, &now, sizeof now) != 0) fail_msg("%s: variant %d differs", job->name, variant);
    }
    variant = 0;
    assert_memory_not_equal(&first, &start, sizeof start);
}

static void test_moves(void **state)
{
    (void)state;
    const float box[5] = { 0, 60, 0, 60, 0.9f }, rate = 0.3f;
    const integrate3_params time = { -1 };
    fill(1);
    for (uint32_t end = 800; end < 840; end++) {
        all_levels(&orr_job_integrate, 0, end, NULL, 0, NULL);
        all_levels(&orr_job_integrate3, 512, end, &time, 1, NULL);
        all_levels(&orr_job_damp, 0, end, &rate, 0, NULL);
        all_levels(&orr_job_wrap, 512, end, box, 0, NULL);
        all_levels(&orr_job_bounce, 0, end, box, 0, NULL);
    }
}

static void test_attract(void **state)
{
    (void)state;
    const attract_params params[] = { { 1, 0, 1, 1 }, { 2, 0.3, -1, 0.5 } };
    fill(2);
    all_levels(&orr_job_attract, 0, COUNT, &params[0], 1, NULL);
    all_levels(&orr_job_attract, 0, 301, &params[1], 1, NULL);
}

static void test_flock(void **state)
{
    (void)state;
    const flock_params params = { 0, 0, 4, 2, 1, 200, 20, 80 };
    for (uint32_t wraps = 0; wraps < 4; wraps++) {
        native_grid g;
        fill(3 + wraps);
        start.f[0][77] = start.f[1][78] = 1;
        native_grid_init(&g, 2, ORR_TYPE_F32, COUNT, COUNT, (const void *[]){ start.f[0], start.f[1] }, start.entity);
        g.near.radius = 5.5;
        g.near.wraps = wraps;
        for (uint32_t a = 0; a < 2; a++) {
            g.build.min[a] = -5;
            g.build.max[a] = 65;
        }
        native_carry(&g, start.f[2], ORR_TYPE_F32);
        native_carry(&g, start.f[3], ORR_TYPE_F32);
        native_build(&g);
        all_levels(&orr_job_flock, 0, COUNT, &params, 0, &g.near);
        all_levels(&orr_job_flock, 512, 700, &params, 0, &g.near);
        native_grid_fini(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_attract),
        cmocka_unit_test(test_flock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
