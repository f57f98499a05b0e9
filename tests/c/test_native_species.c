/* tsan: no. valgrind: no (long crowds) */
/* species: the same bits with vectors of every width and in any crowd, and what does not fit is refused. That it does
 * what it says is compared in tests/lua/native_spec.lua and tests/c/test_oracle_particle_life.c. */
static int variant;
#define ORR__SIMD_LEVEL() variant

#include "../../native/species.c"

#include "native_case.h"

enum { MOST = 1500, LINES = 1536, COLOURS = 4 };

typedef struct particles {
    _Alignas(64) double x[LINES], y[LINES], vx[LINES], vy[LINES];
    _Alignas(64) uint8_t kind[LINES];
    orr_entity entity[LINES];
} particles;

static float pulls[COLOURS * COLOURS];
static particles start, first, now;

static int levels(void)
{
#if defined(__x86_64__) && !defined(ORRERY_NO_SIMD_VARIANTS)
    return orr__simd_level() + 1;
#else
    return 1;
#endif
}

/* In a square of `size`, so that more or fewer are near. */
static void fill(double size, uint64_t seed)
{
    memset(&start, 0, sizeof start);
    for (uint32_t i = 0; i < MOST; i++) {
        start.x[i] = native_uniform(&seed, 0, size);
        start.y[i] = native_uniform(&seed, 0, size);
        start.kind[i] = (uint8_t)native_uniform(&seed, 0, COLOURS);
        start.entity[i] = ((orr_entity)(i + 1) << 20) | 1;
    }
    start.x[7] = start.x[8], start.y[7] = start.y[8]; /* one on the other */
    for (uint32_t k = 0; k < COLOURS * COLOURS; k++) pulls[k] = (float)native_uniform(&seed, -1, 1);
}

static void index_particles(native_grid *g, uint32_t wraps, double size)
{
    native_grid_init(g, 2, ORR_TYPE_F64, MOST, MOST, (const void *[]){ start.x, start.y }, start.entity);
    g->near.radius = 2;
    g->near.wraps = wraps;
    g->build.max[0] = g->build.max[1] = size;
    native_carry(g, start.kind, ORR_TYPE_U8);
    native_build(g);
}

static int32_t run(particles *p, const native_grid *g, const species_params *params, uint32_t width)
{
    native_case c;
    orr_lattice_slot rules = { .read = pulls, .width = width, .height = COLOURS };
    native_init(&c, 0, MOST, 0.01, params);
    void *const slots[] = { p->x, p->y, p->vx, p->vy, p->kind, (void *)(uintptr_t)&g->near, &rules };
    memcpy(c.slots, slots, sizeof slots);
    c.rows.entity = p->entity;
    const int32_t status = orr_job_species.run(&c.rows, &c.tick);
    assert_int_equal(status == ORR_OK, c.range.failed == NULL);
    return status;
}

static void every_variant_has_the_same_bits(void **state)
{
    (void)state;
    static const double sizes[] = { 60, 20, 4 }; /* in the last one more are near than there is room for at once */
    const species_params params = { 1.9, 0.3, 2, 50, 0.5 };
    for (uint32_t k = 0; k < 12; k++) {
        native_grid g;
        fill(sizes[k / 4], k + 1);
        index_particles(&g, k % 4, sizes[k / 4]);
        for (variant = 0; variant < levels(); variant++) {
            now = start;
            assert_int_equal(run(&now, &g, &params, COLOURS), ORR_OK);
            if (variant == 0) first = now;
            assert_memory_equal(&first, &now, sizeof now);
        }
        variant = 0;
        assert_memory_not_equal(&first, &start, sizeof start);
        native_grid_fini(&g);
    }
}

/* What is felt by one and by the other cancels when the table is symmetric. */
static void what_is_mutual_cancels(void **state)
{
    (void)state;
    const species_params params = { 0, 0.4, 3, 50, 0 };
    native_grid g;
    double x = 0, y = 0, any = 0;
    fill(20, 5);
    for (uint32_t a = 0; a < COLOURS; a++)
        for (uint32_t b = 0; b < a; b++) pulls[a * COLOURS + b] = pulls[b * COLOURS + a];
    index_particles(&g, 3, 20);
    now = start;
    assert_int_equal(run(&now, &g, &params, COLOURS), ORR_OK);
    for (uint32_t i = 0; i < MOST; i++) x += now.vx[i], y += now.vy[i], any += fabs(now.vx[i]);
    assert_true(any > 1 && fabs(x) < 1e-10 && fabs(y) < 1e-10);
    assert_true(now.x[7] == now.x[8] && now.x[7] >= 0); /* who is at one point feels nothing of the other */
    native_grid_fini(&g);
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    native_grid g;
    fill(20, 1);
    index_particles(&g, 3, 20);
    now = start;
    assert_int_not_equal(run(&now, &g, &(species_params){ 3, 0.3, 1, 1, 1 }, COLOURS), ORR_OK);
    assert_int_not_equal(run(&now, &g, &(species_params){ 1, 0.3, 1, 1, 1 }, 17), ORR_OK);
    g.near.carry_count = 0;
    assert_int_not_equal(run(&now, &g, &(species_params){ 1, 0.3, 1, 1, 1 }, COLOURS), ORR_OK);
    g.near.carry_count = 1;
    assert_memory_equal(&now, &start, sizeof now);
    native_grid_fini(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_variant_has_the_same_bits),
        cmocka_unit_test(what_is_mutual_cancels),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
