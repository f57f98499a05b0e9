/* tsan: no */
/* life against a cell at a time, for all sizes near a vector's width, with and without wrapping edges. */
#include "native_case.h"

extern const orr_job_desc orr_job_life;

enum { SIDE_MAX = 150 };

static double counted;

static int32_t count(orr_range *range, uint32_t kind, const char *name, double value)
{
    (void)range;
    assert_int_equal(kind, ORR_SUM);
    assert_string_equal(name, "population");
    counted += value;
    return ORR_OK;
}

static uint32_t cell(const uint8_t *cells, int64_t x, int64_t y, int64_t width, int64_t height, uint32_t wraps)
{
    if ((x < 0 || x >= width) && !(wraps & 1u)) return 0;
    if ((y < 0 || y >= height) && !(wraps & 2u)) return 0;
    return cells[(y + height) % height * width + (x + width) % width];
}

static uint8_t expected(const uint8_t *cells, int64_t x, int64_t y, int64_t width, int64_t height, uint32_t wraps,
                        uint32_t born)
{
    uint32_t n = 0;
    for (int64_t dy = -1; dy <= 1; dy++) {
        for (int64_t dx = -1; dx <= 1; dx++) {
            if (dx || dy) n += cell(cells, x + dx, y + dy, width, height, wraps);
        }
    }
    return n == 3 || n == born || (n == 2 && cells[y * width + x]);
}

static void one(uint32_t width, uint32_t height, uint32_t wraps, uint32_t born, uint64_t *seed)
{
    static uint8_t now[SIDE_MAX * SIDE_MAX], next[SIDE_MAX * SIDE_MAX];
    const uint32_t params[1] = { born };
    for (uint32_t i = 0; i < width * height; i++) now[i] = native_bits(seed) % 3 == 0;
    memset(next, 9, sizeof next);
    orr_lattice_slot slot = { .read = now, .write = next, .width = width, .height = height, .wraps = wraps };
    orr_calls calls = { .reduce = count };
    double living = 0;
    counted = 0;
    for (uint32_t begin = 0; begin < height; begin += 7) { /* bands */
        native_case c;
        native_init(&c, begin, begin + 7 < height ? begin + 7 : height, 1, params);
        c.slots[0] = &slot;
        c.tick.calls = &calls;
        native_run(&c, &orr_job_life);
    }
    for (uint32_t y = 0; y < height; y++) {
        for (uint32_t x = 0; x < width; x++) {
            const uint8_t want = expected(now, x, y, width, height, wraps, born);
            if (next[y * width + x] != want) fail_msg("%ux%u wraps %u: cell %u,%u", width, height, wraps, x, y);
            living += want;
        }
    }
    assert_true(counted == living);
    assert_int_equal(next[width * height], 9);
}

static void test_life(void **state)
{
    (void)state;
    uint64_t seed = 5;
    for (uint32_t wraps = 0; wraps < 4; wraps++) {
        for (uint32_t width = 1; width < SIDE_MAX - 1; width += width < 20 ? 1 : 9) one(width, 17, wraps, 3, &seed);
        for (uint32_t height = 1; height < 12; height++) one(70, height, wraps, 6, &seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_life) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
