/* tsan: no */
/* align against everybody looking at everybody, the same in every variant, and what it refuses. */
static int variant;
#define ORR__SIMD_LEVEL() variant

#include "../../native/simd.h"

#include "../../native/align.c"

#include "native_case.h"

enum { MOST = 700, LINES = 704 };

static double counted[2];

static int32_t reduce(orr_range *range, uint32_t kind, const char *name, double value)
{
    (void)range;
    assert_int_equal(kind, ORR_SUM);
    counted[name[6] == 'y'] += value;
    return ORR_OK;
}

static double sine(double x)
{
    return sin(x);
}

static double cosine(double x)
{
    return cos(x);
}

static double arc(double y, double x)
{
    return atan2(y, x);
}

typedef struct birds {
    _Alignas(64) float x[LINES], y[LINES], vx[LINES], vy[LINES], angle[LINES];
    orr_entity entity[LINES];
} birds;

static void random_birds(birds *b, uint64_t seed)
{
    memset(b, 0, sizeof *b);
    for (uint32_t i = 0; i < MOST; i++) {
        b->x[i] = (float)native_uniform(&seed, 0, 20);
        b->y[i] = (float)native_uniform(&seed, 0, 10);
        b->vx[i] = (float)native_uniform(&seed, -1, 1);
        b->vy[i] = (float)native_uniform(&seed, -1, 1);
        b->entity[i] = ((orr_entity)(i + 1) << 20) | 1;
    }
}

static void index_birds(const birds *b, uint32_t wraps, native_grid *g)
{
    static const double max[2] = { 20, 10 };
    native_grid_init(g, 2, ORR_TYPE_F32, MOST, MOST, (const void *[]){ b->x, b->y }, b->entity);
    g->near.radius = 1.5;
    g->near.wraps = wraps;
    memcpy(g->build.max, max, sizeof max);
    native_carry(g, b->vx, ORR_TYPE_F32);
    native_carry(g, b->vy, ORR_TYPE_F32);
    native_build(g);
}

static int32_t run_align(birds *b, const native_grid *g, const align_params *params)
{
    native_case c;
    native_init(&c, 0, MOST, 1, params);
    c.calls.reduce = reduce;
    c.calls.sin = sine;
    c.calls.cos = cosine;
    c.calls.atan2 = arc;
    c.slots[0] = b->x;
    c.slots[1] = b->y;
    c.slots[2] = b->vx;
    c.slots[3] = b->vy;
    c.slots[4] = b->angle;
    c.slots[5] = (void *)(uintptr_t)&g->near;
    c.rows.entity = b->entity;
    counted[0] = counted[1] = 0;
    const int32_t status = orr_job_align.run(&c.rows, &c.tick);
    assert_int_equal(status == ORR_OK, c.range.failed == NULL);
    return status;
}

static double across(double d, double size, uint32_t wraps)
{
    return !wraps ? d : d > 0.5 * size ? d - size : d < -0.5 * size ? d + size : d;
}

static void everybody_looks_at_everybody(void **state)
{
    (void)state;
    static birds start, now;
    const align_params params = { .radius = 1.2, .noise = 0, .speed = 0.5 };
    for (variant = 0; variant < 1; variant++) {
        for (uint32_t wraps = 0; wraps < 4; wraps++) {
            native_grid g;
            random_birds(&start, wraps + 1);
            now = start;
            index_birds(&start, wraps, &g);
            assert_int_equal(run_align(&now, &g, &params), ORR_OK);
            double along[2] = { 0, 0 };
            for (uint32_t i = 0; i < MOST; i++) {
                double sx = 0, sy = 0;
                for (uint32_t j = 0; j < MOST; j++) {
                    const double dx = across((double)start.x[j] - (double)start.x[i], 20, wraps & 1u);
                    const double dy = across((double)start.y[j] - (double)start.y[i], 10, wraps & 2u);
                    if (dx * dx + dy * dy <= 1.2 * 1.2) sx += (double)start.vx[j], sy += (double)start.vy[j];
                }
                const double angle = atan2(sy, sx);
                assert_true(fabs(remainder((double)now.angle[i] - angle, 2 * PI)) < 1e-5);
                assert_true(fabs((double)now.vx[i] - 0.5 * cos(angle)) < 1e-5);
                assert_true(fabs((double)now.vy[i] - 0.5 * sin(angle)) < 1e-5);
                along[0] += cos(angle), along[1] += sin(angle);
            }
            assert_true(fabs(along[0] - counted[0]) < 1e-3 && fabs(along[1] - counted[1]) < 1e-3);
            native_grid_fini(&g);
        }
    }
}

static void every_variant_has_the_same_bits(void **state)
{
    (void)state;
    static birds start, first, now;
    const align_params params = { .noise = 2, .speed = 0.5 };
    native_grid g;
    int levels = 1;
#if defined(__x86_64__) && !defined(ORRERY_NO_SIMD_VARIANTS)
    levels = orr__simd_level() + 1;
#endif
    random_birds(&start, 9);
    index_birds(&start, 3, &g);
    for (variant = 0; variant < levels; variant++) {
        now = start;
        assert_int_equal(run_align(&now, &g, &params), ORR_OK);
        if (variant == 0) first = now;
        assert_memory_equal(&first, &now, sizeof now);
    }
    variant = 0; /* the last one is more than there is */
    for (uint32_t i = 0; i < MOST; i++) assert_true(fabs((double)now.angle[i]) <= PI + 1e-6);
    native_grid_fini(&g);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    static birds b;
    native_grid g;
    random_birds(&b, 1);
    index_birds(&b, 3, &g);
    assert_int_not_equal(run_align(&b, &g, &(align_params){ .radius = 2, .speed = 1 }), ORR_OK);
    g.near.carry_count = 1;
    assert_int_not_equal(run_align(&b, &g, &(align_params){ .radius = 1, .speed = 1 }), ORR_OK);
    g.near.carry_count = 2;
    native_grid_fini(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_looks_at_everybody),
        cmocka_unit_test(every_variant_has_the_same_bits),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
