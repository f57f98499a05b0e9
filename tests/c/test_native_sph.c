/* tsan: no. valgrind: no (long crowds) */
/* sph_density, sph_motion: the same bits with vectors of every width and in any crowd; what does not fit is refused.
 * That they do what they say is compared in tests/lua/native_spec.lua and tests/c/test_oracle_fluid.c. */
static int variant;
#define ORR__SIMD_LEVEL() variant

#include "../../native/sph.c"

#include "native_case.h"

enum { MOST = 1500, LINES = 1536 };

typedef struct drops {
    _Alignas(64) float x[LINES], y[LINES], vx[LINES], vy[LINES], density[LINES], pressure[LINES], speed[LINES];
    orr_entity entity[LINES];
} drops;

static drops start, first, now;

static int levels(void)
{
#if defined(__x86_64__) && !defined(ORRERY_NO_SIMD_VARIANTS)
    return orr__simd_level() + 1;
#else
    return 1;
#endif
}

static void fill(double size, uint64_t seed)
{
    memset(&start, 0, sizeof start);
    for (uint32_t i = 0; i < MOST; i++) {
        start.x[i] = (float)native_uniform(&seed, 0, size);
        start.y[i] = (float)native_uniform(&seed, 0, size);
        start.vx[i] = (float)native_uniform(&seed, -1, 1);
        start.vy[i] = (float)native_uniform(&seed, -1, 1);
        start.pressure[i] = (float)native_uniform(&seed, 0, 9);
        start.entity[i] = ((orr_entity)(i + 1) << 20) | 1;
    }
}

static void index_drops(native_grid *g, uint32_t wraps)
{
    native_grid_init(g, 2, ORR_TYPE_F32, MOST, MOST, (const void *[]){ start.x, start.y }, start.entity);
    g->near.radius = 2;
    g->near.wraps = wraps;
    g->build.max[0] = g->build.max[1] = 20;
    native_carry(g, start.vx, ORR_TYPE_F32);
    native_carry(g, start.vy, ORR_TYPE_F32);
    native_carry(g, start.pressure, ORR_TYPE_F32);
    native_build(g);
}

static int32_t run(drops *d, const native_grid *g, double support, int motion)
{
    const density_params still = { support, 0.5, 1, 20 };
    const motion_params moving = { support, 0.5, 1, 20, 0.1, 9.81 };
    native_case c;
    void *const near = (void *)(uintptr_t)&g->near;
    void *const a[] = { d->x, d->y, d->density, d->pressure, near };
    void *const b[] = { d->x, d->y, d->vx, d->vy, d->pressure, d->speed, near };
    native_init(&c, 0, MOST, 0.001, motion ? (const void *)&moving : &still);
    memcpy(c.slots, motion ? b : a, motion ? sizeof b : sizeof a);
    c.rows.entity = d->entity;
    const int32_t status = (motion ? orr_job_sph_motion : orr_job_sph_density).run(&c.rows, &c.tick);
    assert_int_equal(status == ORR_OK, c.range.failed == NULL);
    return status;
}

static void every_variant_has_the_same_bits(void **state)
{
    (void)state;
    static const double sizes[] = { 60, 20, 4 }; /* in the last one more are near than there is room for at once */
    for (uint32_t k = 0; k < 6; k++) {
        native_grid g;
        fill(sizes[k / 2], k + 1);
        index_drops(&g, 0);
        for (variant = 0; variant < levels(); variant++) {
            now = start;
            assert_int_equal(run(&now, &g, 1.8, k % 2), ORR_OK);
            if (variant == 0) first = now;
            assert_memory_equal(&first, &now, sizeof now);
        }
        variant = 0;
        assert_memory_not_equal(&first, &start, sizeof start);
        native_grid_fini(&g);
    }
}

/* One by itself has the density of its own kernel, and no pressure: it falls. */
static void one_by_itself_falls(void **state)
{
    (void)state;
    native_grid g;
    fill(20, 1);
    start.x[3] = 100, start.y[3] = 100, start.vx[3] = start.vy[3] = 0;
    index_drops(&g, 0);
    now = start;
    assert_int_equal(run(&now, &g, 2, 0), ORR_OK);
    assert_true(fabs((double)now.density[3] - 0.5 * 7 / (PI * 4)) < 1e-7 && now.pressure[3] == 0);
    assert_int_equal(run(&now, &g, 2, 1), ORR_OK);
    assert_true(now.vx[3] == 0 && fabs((double)now.vy[3] + 9.81 * 0.001) < 1e-8);
    native_grid_fini(&g);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    native_grid g;
    fill(20, 1);
    index_drops(&g, 0);
    now = start;
    assert_int_not_equal(run(&now, &g, 2.5, 0), ORR_OK);
    assert_int_not_equal(run(&now, &g, 2.5, 1), ORR_OK);
    g.near.carry_count = 2;
    assert_int_equal(run(&now, &g, 2, 0), ORR_OK);
    assert_int_not_equal(run(&now, &g, 2, 1), ORR_OK);
    g.near.carry_count = 3;
    g.near.wraps = 1;
    assert_int_not_equal(run(&now, &g, 2, 0), ORR_OK);
    native_grid_fini(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_variant_has_the_same_bits),
        cmocka_unit_test(one_by_itself_falls),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
