/* tsan: no */
/* diffuse against a cell at a time, for all sizes near a vector's width, with and without wrapping edges, in every
 * variant; and it loses nothing. */
static int variant;
#define ORR__SIMD_LEVEL() variant

#include "../../native/simd.h"

#include "../../native/diffuse.c"

#include "native_case.h"

#include <math.h>

enum { SIDE_MAX = 80 };

static int64_t inside(int64_t at, int64_t size, int wraps)
{
    if (wraps) return (at + size) % size;
    return at < 0 ? 0 : at >= size ? size - 1 : at;
}

static float expected(const float *cells, int64_t x, int64_t y, int64_t width, int64_t height, uint32_t wraps,
                      const diffuse_params *p)
{
    double sum = 0;
    int first = 1;
    for (int64_t k = 0; k < 9; k++) {
        if (k == 4) continue;
        const int64_t nx = inside(x + k % 3 - 1, width, wraps & 1u),
                      ny = inside(y + k / 3 - 1, height, (wraps & 2u) != 0);
        const double value = (double)cells[ny * width + nx];
        sum = first ? value : sum + value;
        first = 0;
    }
    const double cell = (double)cells[y * width + x];
    return (float)(p->decay * (cell + p->rate * 0.125 * (sum - 8 * cell)));
}

static void one(uint32_t width, uint32_t height, uint32_t wraps, const diffuse_params *params, uint64_t *seed)
{
    static float now[SIDE_MAX * SIDE_MAX], next[SIDE_MAX * SIDE_MAX + 1];
    double before = 0, after = 0;
    for (uint32_t i = 0; i < width * height; i++) before += (double)(now[i] = (float)native_uniform(seed, 0, 100));
    for (uint32_t i = 0; i <= width * height; i++) next[i] = -1;
    orr_lattice_slot slot = { .read = now, .write = next, .width = width, .height = height, .wraps = wraps };
    for (uint32_t begin = 0; begin < height; begin += 7) { /* bands */
        native_case c;
        native_init(&c, begin, begin + 7 < height ? begin + 7 : height, 1, params);
        c.slots[0] = &slot;
        native_run(&c, &orr_job_diffuse);
    }
    for (uint32_t i = 0; i < width * height; i++) {
        const float want = expected(now, i % width, i / width, width, height, wraps, params);
        if (!(next[i] == want))
            fail_msg("%ux%u wraps %u: cell %u: %g, not %g", width, height, wraps, i, (double)next[i], (double)want);
        after += (double)next[i];
    }
    assert_true(next[width * height] == -1);
    if (fabs(after - params->decay * before) > 1e-6 * before) fail_msg("%g, not %g", after, params->decay * before);
}

static void test_diffuse(void **state)
{
    (void)state;
    static const diffuse_params params[] = { { 0.5, 0.9 }, { 1, 1 }, { 0, 1 } };
    uint64_t seed = 5;
    int levels = 1;
#if defined(__x86_64__) && !defined(ORRERY_NO_SIMD_VARIANTS)
    levels = orr__simd_level() + 1;
#endif
    for (variant = 0; variant < levels; variant++) {
        for (uint32_t wraps = 0; wraps < 4; wraps++) {
            for (uint32_t width = 1; width < SIDE_MAX; width += width < 20 ? 1 : 9) {
                for (int k = 0; k < 3; k++) one(width, 17, wraps, &params[k], &seed);
            }
            for (uint32_t height = 1; height < 12; height++) one(70, height, wraps, &params[0], &seed);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_diffuse) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
