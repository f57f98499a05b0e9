/* Gathering against a scalar reference: all types, all values that are odd, every length around a vector's. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "orrery.h"
#include "view/gather.h"
#include "view/ramp.h"

enum { ROWS = 1003 };

static const uint32_t types[] = { ORR_TYPE_F32, ORR_TYPE_F64, ORR_TYPE_I8,  ORR_TYPE_U8,  ORR_TYPE_I16, ORR_TYPE_U16,
                                  ORR_TYPE_I32, ORR_TYPE_U32, ORR_TYPE_I64, ORR_TYPE_U64, ORR_TYPE_BOOL };
enum { TYPES = sizeof types / sizeof *types };

typedef struct column {
    double values[ROWS]; /* what the rows are */
    union {
        float f32[ROWS];
        double f64[ROWS];
        int8_t i8[ROWS];
        uint8_t u8[ROWS];
        int16_t i16[ROWS];
        uint16_t u16[ROWS];
        int32_t i32[ROWS];
        uint32_t u32[ROWS];
        int64_t i64[ROWS];
        uint64_t u64[ROWS];
    } data;
} column;

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 16;
}

#define FILL(name, type, expression)                                                                                   \
    for (uint32_t i = 0; i < ROWS; i++) {                                                                              \
        const uint64_t r = next(&seed);                                                                                \
        c->data.name[i] = (type)(expression);                                                                          \
        c->values[i] = (double)c->data.name[i];                                                                        \
    }

static void fill(column *c, uint32_t type)
{
    uint64_t seed = type + 1;
    switch (type) {
    case ORR_TYPE_F32: FILL(f32, float, ((double)(r & 0xffffff) / 1000 - 8000)); break;
    case ORR_TYPE_F64: FILL(f64, double, ((double)r / 1e9 - 3)); break;
    case ORR_TYPE_I8: FILL(i8, int8_t, r); break;
    case ORR_TYPE_U8: FILL(u8, uint8_t, r); break;
    case ORR_TYPE_BOOL: FILL(u8, uint8_t, r & 1); break;
    case ORR_TYPE_I16: FILL(i16, int16_t, r); break;
    case ORR_TYPE_U16: FILL(u16, uint16_t, r); break;
    case ORR_TYPE_I32: FILL(i32, int32_t, r); break;
    case ORR_TYPE_U32: FILL(u32, uint32_t, r); break;
    case ORR_TYPE_I64: FILL(i64, int64_t, r << 8); break;
    default: FILL(u64, uint64_t, r << 16); break;
    }
}

static void odd_values(column *c, uint32_t type)
{
    const double odd[] = { NAN, INFINITY, -INFINITY, -0.0, 1e30, -1e30, 1e-40 };
    for (uint32_t i = 0; i < 7; i++) {
        const uint32_t row = 100 + 37 * i;
        if (type == ORR_TYPE_F32)
            c->values[row] = (double)(c->data.f32[row] = (float)odd[i]);
        else if (type == ORR_TYPE_F64)
            c->values[row] = c->data.f64[row] = odd[i];
    }
}

static column *column_of(uint32_t type)
{
    column *c = calloc(1, sizeof *c);
    assert_non_null(c);
    fill(c, type);
    odd_values(c, type);
    return c;
}

static orr__source source_of(const column *c, uint32_t type)
{
    return (orr__source){ .data = &c->data, .type = type };
}

static void test_line(void **state)
{
    (void)state;
    const double scales[][2] = { { 1, 0 }, { -2.5, 400 }, { 0.001, -3e6 }, { 1e3, 65000 } };
    static float out[ROWS + 1];
    for (uint32_t t = 0; t < TYPES; t++) {
        column *c = column_of(types[t]);
        const orr__source source = source_of(c, types[t]);
        for (uint32_t s = 0; s < 4; s++) {
            for (uint32_t count = 0; count <= ROWS; count = count < 20 ? count + 1 : count + 491) {
                out[count] = 77;
                orr__gather_line(&source, count, scales[s][0], scales[s][1], out);
                assert_true(out[count] == 77);
                for (uint32_t i = 0; i < count; i++) {
                    const double exact = c->values[i] * scales[s][0] + scales[s][1];
                    const double most = 2e-7 * (fabs(c->values[i] * scales[s][0]) + fabs(scales[s][1])) + 1e-37;
                    if (isnan(exact) || isinf(exact))
                        assert_true(isnan(exact) ? isnan(out[i]) : (double)out[i] == exact);
                    else if (!(fabs((double)out[i] - exact) <= most))
                        fail_msg("type %u row %u: %g, not %g", types[t], i, (double)out[i], exact);
                }
            }
        }
        free(c);
    }
    const orr__source all = { .value = 3 };
    orr__gather_line(&all, ROWS, 2, 1, out);
    for (uint32_t i = 0; i < ROWS; i++) assert_true(out[i] == 7);
}

static void test_range(void **state)
{
    (void)state;
    for (uint32_t t = 0; t < TYPES; t++) {
        column *c = column_of(types[t]);
        double least = HUGE_VAL, most = -HUGE_VAL, min, max;
        const orr__source source = source_of(c, types[t]);
        for (uint32_t i = 0; i < ROWS; i++) {
            if (!isfinite(c->values[i])) continue;
            least = fmin(least, c->values[i]);
            most = fmax(most, c->values[i]);
        }
        assert_true(orr__gather_range(&source, ROWS, &min, &max));
        assert_true(min == least && max == most);
        assert_false(orr__gather_range(&source, 0, &min, &max));
        free(c);
    }
    const float none[] = { NAN, INFINITY };
    double min, max;
    assert_false(orr__gather_range(&(orr__source){ .data = none, .type = ORR_TYPE_F32 }, 2, &min, &max));
}

static uint8_t step_of(double value, double min, double max)
{
    if (isnan(value)) return ORR__STEP_NONE;
    if (!(max > min)) return 0;
    const double at = (value - min) / (max - min) * ORR__STEP_LAST;
    return (uint8_t)(at <= 0 ? 0 : at >= ORR__STEP_LAST ? ORR__STEP_LAST : (int32_t)(at + 0.5));
}

static void test_steps(void **state)
{
    (void)state;
    static uint8_t out[ROWS + 1];
    const double ranges[][2] = { { -100, 100 }, { 0, 255 }, { -8000, 9000 }, { 5, 5 }, { 0, 1e-6 } };
    for (uint32_t t = 0; t < TYPES; t++) {
        column *c = column_of(types[t]);
        const orr__source source = source_of(c, types[t]);
        for (uint32_t r = 0; r < 5; r++) {
            const uint32_t first = r * 3, count = ROWS - first;
            out[count] = 99;
            orr__gather_steps(&source, first, count, ranges[r][0], ranges[r][1], out);
            assert_int_equal(out[count], 99);
            for (uint32_t i = 0; i < count; i++) {
                const double value = c->values[first + i];
                const uint8_t right = step_of(value, ranges[r][0], ranges[r][1]);
                const bool odd = isinf(value) && ranges[r][0] == ranges[r][1]; /* 0 * inf */
                if (!odd && abs(out[i] - right) > 1) fail_msg("%g is step %u, not %u", value, out[i], right);
            }
        }
        free(c);
    }
}

static void test_counted_colours(void **state)
{
    (void)state;
    static const uint32_t colours[] = { 0x111111ff, 0x222222ff, 0x333333ff, 0x444444ff, 0x555555ff };
    const uint8_t rows[] = { 0, 1, 2, 3, 4, 5, 200 };
    const orr_paint paint = { .colours = colours, .colour_count = 5, .min = NAN, .max = NAN };
    const orr__source source = { .data = rows, .type = ORR_TYPE_U8 };
    orr__ramp ramp;
    uint8_t steps[7];
    orr__ramp_make(&ramp, &paint, NULL, &source, 7);
    assert_true(ramp.counted);
    orr__gather_steps(&source, 0, 7, ramp.min, ramp.max, steps);
    for (uint32_t i = 0; i < 7; i++) assert_int_equal(ramp.palette[steps[i]], colours[i < 5 ? i : 4]);
}

static void test_all_counted_colours_are_told_apart(void **state)
{
    (void)state;
    uint32_t colours[64];
    uint8_t rows[64], steps[64];
    for (uint32_t n = 1; n <= 64; n++) {
        for (uint32_t i = 0; i < n; i++) {
            colours[i] = i << 8 | 0xff;
            rows[i] = (uint8_t)i;
        }
        const orr_paint paint = { .colours = colours, .colour_count = n, .min = NAN, .max = NAN };
        const orr__source source = { .data = rows, .type = ORR_TYPE_U8 };
        orr__ramp ramp;
        orr__ramp_make(&ramp, &paint, NULL, &source, n);
        orr__gather_steps(&source, 0, n, ramp.min, ramp.max, steps);
        for (uint32_t i = 0; i < n; i++) assert_int_equal(ramp.palette[steps[i]], colours[i]);
    }
}

static void test_bounds_of_ramps(void **state)
{
    (void)state;
    static const uint32_t two[] = { 0x000000ff, 0xffffffff };
    const float rows[] = { 3, NAN, -5, 7, INFINITY };
    const orr__source source = { .data = rows, .type = ORR_TYPE_F32 };
    orr_paint paint = { .colours = two, .colour_count = 2, .min = NAN, .max = NAN };
    orr__ramp ramp;
    orr__ramp_make(&ramp, &paint, NULL, &source, 5);
    assert_true(!ramp.counted && ramp.min == -5 && ramp.max == 7);
    paint.min = 0;
    orr__ramp_make(&ramp, &paint, NULL, &source, 5);
    assert_true(ramp.min == 0 && ramp.max == 7);
    paint.min = 100; /* above all there is */
    orr__ramp_make(&ramp, &paint, NULL, &source, 5);
    assert_true(ramp.min == 100 && ramp.max == 100);
    orr__ramp_make(&ramp, &paint, NULL, &source, 0);
    assert_int_equal(ramp.palette[0], two[0]);
    assert_int_equal(ramp.palette[ORR__STEP_LAST], two[1]);
    assert_int_equal(ramp.palette[ORR__STEP_NONE], 0x808080ff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_range),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_counted_colours),
        cmocka_unit_test(test_all_counted_colours_are_told_apart),
        cmocka_unit_test(test_bounds_of_ramps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
