/* tsan: no */
/* glow against a cell at a time, for all sizes near a vector's width, in every variant; lattices of two sizes are
 * refused. */
static int variant;
#define ORR__SIMD_LEVEL() variant

#include "../../native/simd.h"

#include "../../native/glow.c"

#include "native_case.h"

enum { SIDE_MAX = 150 };

static void one(uint32_t width, uint32_t height, uint32_t step, uint64_t *seed)
{
    static uint8_t now[SIDE_MAX * SIDE_MAX], next[SIDE_MAX * SIDE_MAX + 1], seen[SIDE_MAX * SIDE_MAX];
    for (uint32_t i = 0; i < width * height; i++) {
        now[i] = (uint8_t)native_bits(seed);
        seen[i] = native_bits(seed) % 3 == 0 ? (uint8_t)(1 + native_bits(seed) % 255) : 0;
    }
    memset(next, 77, sizeof next);
    orr_lattice_slot glow = { .read = now, .write = next, .width = width, .height = height };
    orr_lattice_slot life = { .read = seen, .width = width, .height = height };
    const glow_params params = { step };
    for (uint32_t begin = 0; begin < height; begin += 7) { /* bands */
        native_case c;
        native_init(&c, begin, begin + 7 < height ? begin + 7 : height, 1, &params);
        c.slots[0] = &glow, c.slots[1] = &life;
        native_run(&c, &orr_job_glow);
    }
    for (uint32_t i = 0; i < width * height; i++) {
        const int less = (int)now[i] - (int)step, want = seen[i] ? 255 : less > 0 ? less : 0;
        if (next[i] != want) fail_msg("%ux%u, step %u: cell %u: %u, not %d", width, height, step, i, next[i], want);
    }
    assert_int_equal(next[width * height], 77);
}

static void test_glow(void **state)
{
    (void)state;
    uint64_t seed = 5;
    int levels = 1;
#if defined(__x86_64__) && !defined(ORRERY_NO_SIMD_VARIANTS)
    levels = orr__simd_level() + 1;
#endif
    for (variant = 0; variant < levels; variant++) {
        static const uint32_t steps[] = { 0, 1, 20, 255 };
        for (uint32_t width = 1; width < SIDE_MAX; width += width < 20 ? 1 : 9)
            for (int k = 0; k < 4; k++) one(width, 17, steps[k], &seed);
    }
    variant = 0;
}

static void two_sizes_are_refused(void **state)
{
    (void)state;
    static uint8_t cells[100];
    orr_lattice_slot glow = { .read = cells, .write = cells, .width = 10, .height = 10 };
    orr_lattice_slot life = { .read = cells, .width = 10, .height = 9 };
    const glow_params params = { 1 };
    native_case c;
    native_init(&c, 0, 10, 1, &params);
    c.slots[0] = &glow, c.slots[1] = &life;
    assert_int_not_equal(orr_job_glow.run(&c.rows, &c.tick), ORR_OK);
    assert_non_null(c.range.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_glow), cmocka_unit_test(two_sizes_are_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
