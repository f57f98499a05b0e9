/* tsan: no */
/* integrate, integrate3, damp, wrap, bounce against one row at a time, for every end near a vector's width:
 * what stands in the rows after the end changes nothing, and rows after the last whole line stay as they are. */
#include "native_case.h"

#include <math.h>

extern const orr_job_desc orr_job_integrate, orr_job_integrate3, orr_job_damp, orr_job_wrap, orr_job_bounce;

enum { ROWS = 1200, COLUMNS = 6 };

typedef struct columns {
    _Alignas(64) float f[COLUMNS][ROWS];
    _Alignas(64) double d[COLUMNS][ROWS];
} columns;

static columns before, after;

/* Mostly ordinary numbers, some special. */
static void fill(uint64_t seed, double low, double high)
{
    const double odd[] = { 0.0, -0.0, NAN, INFINITY, -INFINITY, low, high, 1e-42, 3.4e38, -3.4e38, 1e9, -1e9 };
    for (uint32_t k = 0; k < COLUMNS; k++)
        for (uint32_t i = 0; i < ROWS; i++) {
            const double reach = high - low;
            double v = native_uniform(&seed, low - reach, high + reach);
            const uint64_t pick = native_bits(&seed) % 200;
            if (pick < sizeof odd / sizeof odd[0]) v = odd[pick];
            before.f[k][i] = (float)v;
            before.d[k][i] = v;
        }
}

/* What a job does to row i of the plain arrays. */
typedef void row_function(columns *c, uint32_t i, const native_case *at);

static void same(const orr_job_desc *job, row_function *reference, int wide, uint32_t begin, uint32_t end, double dt,
                 const void *params)
{
    static columns wanted;
    native_case c;
    after = before;
    wanted = before;
    native_init(&c, begin, end, dt, params);
    for (uint32_t k = 0; k < COLUMNS; k++) c.slots[k] = wide ? (void *)after.d[k] : (void *)after.f[k];
    native_run(&c, job);
    for (uint32_t i = begin; i < end; i++) reference(&wanted, i, &c);
    for (uint32_t k = 0; k < COLUMNS; k++)
        for (uint32_t i = 0; i < ROWS; i++) {
            if (i >= end && i < (end + 15u) / 16 * 16) continue; /* nobody's */
            const double a = wide ? after.d[k][i] : (double)after.f[k][i];
            const double b = wide ? wanted.d[k][i] : (double)wanted.f[k][i];
            if (isnan(a) && isnan(b)) continue;
            if (memcmp(&a, &b, sizeof a) != 0)
                fail_msg("%s: column %u, row %u of %u to %u: %.17g, not %.17g", job->name, k, i, begin, end, a, b);
        }
}

static void all_ranges(const orr_job_desc *job, row_function *reference, int wide, double dt, const void *params)
{
    for (uint32_t begin = 0; begin <= 512; begin += 512)
        for (uint32_t end = begin; end <= begin + 140; end++) same(job, reference, wide, begin, end, dt, params);
    same(job, reference, wide, 512, 1024, dt, params);
    same(job, reference, wide, 0, ROWS, dt, params);
    same(job, reference, wide, 0, ROWS - 5, dt, params);
}

static void integrate_row(columns *c, uint32_t i, const native_case *at)
{
    for (uint32_t a = 0; a < 2; a++) {
        const float step = c->f[2 + a][i] * at->tick.dt_f32;
        c->f[a][i] = c->f[a][i] + step;
    }
}

static void integrate3_row(columns *c, uint32_t i, const native_case *at)
{
    for (uint32_t a = 0; a < 3; a++) {
        const double step = c->d[3 + a][i] * (at->tick.dt * *(const double *)at->tick.params);
        c->d[a][i] = c->d[a][i] + step;
    }
}

static void test_integrate(void **state)
{
    (void)state;
    fill(1, -100, 100);
    all_ranges(&orr_job_integrate, integrate_row, 0, 1.0 / 60, NULL);
    const double rates[] = { 1, -1 };
    for (uint32_t k = 0; k < 2; k++) all_ranges(&orr_job_integrate3, integrate3_row, 1, 1.0 / 60, &rates[k]);
}

static void damp_row(columns *c, uint32_t i, const native_case *at)
{
    const float lost = *(const float *)at->tick.params * at->tick.dt_f32;
    float kept = 1.0f - lost;
    if (!(kept > 0)) kept = 0;
    c->f[0][i] = c->f[0][i] * kept;
    c->f[1][i] = c->f[1][i] * kept;
}

static void test_damp(void **state)
{
    (void)state;
    fill(2, -100, 100);
    const float rates[] = { 0.1f, 0, 59.9f, 60, 1e6f };
    for (uint32_t k = 0; k < 5; k++) all_ranges(&orr_job_damp, damp_row, 0, 1.0 / 60, &rates[k]);
}

typedef struct box {
    float min_x, max_x, min_y, max_y, restitution;
} box;

static float wrap_one(float x, float min, float max)
{
    const float size = max - min;
    float r = x;
    if (x < min)
        r = x + size;
    else if (x >= max)
        r = x - size;
    if (r < min || r >= max) {
        const double length = (double)max - (double)min;
        r = (float)((double)x - floor(((double)x - (double)min) / length) * length);
        if (r < min || r >= max) r = min;
    }
    return r;
}

static void wrap_row(columns *c, uint32_t i, const native_case *at)
{
    const box *b = at->tick.params;
    c->f[0][i] = wrap_one(c->f[0][i], b->min_x, b->max_x);
    c->f[1][i] = wrap_one(c->f[1][i], b->min_y, b->max_y);
}

static const box boxes[] = {
    { 0, 800, 0, 600, 1 },      { -3, 5, -1e-3f, 1e-3f, 0.5f },       { 0.1f, 0.7f, -0.3f, 1e6f, 0.9f },
    { 1e6f, 1000001, 0, 1, 0 }, { -1e30f, 1e30f, 1e-30f, 1e-20f, 1 },
};

static void test_wrap(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < sizeof boxes / sizeof boxes[0]; k++) {
        const box *b = &boxes[k];
        fill(3 + k, (double)b->min_x, (double)b->max_x);
        for (uint32_t i = 0; i < 100; i++) { /* around the walls, one step in the last place at a time */
            before.f[0][i] = i ? nextafterf(before.f[0][i - 1], INFINITY) : b->max_x - (b->max_x - b->min_x) * 1e-6f;
            before.f[1][i] = i ? nextafterf(before.f[1][i - 1], -INFINITY) : b->min_y + (b->max_y - b->min_y) * 1e-6f;
        }
        before.f[0][100] = nextafterf(b->min_x, -INFINITY);
        before.f[1][100] = -1e-40f;
        all_ranges(&orr_job_wrap, wrap_row, 0, 0.1, b);
        same(&orr_job_wrap, wrap_row, 0, 0, ROWS, 0.1, b);
        for (uint32_t i = 0; i < ROWS; i++) {
            const float x = after.f[0][i], y = after.f[1][i], was = before.f[0][i];
            if (!isnan(x)) assert_true(x >= b->min_x && x < b->max_x);
            if (!isnan(y)) assert_true(y >= b->min_y && y < b->max_y);
            if (isfinite(was) && isnan(x)) fail_msg("%g became NaN", (double)was);
            if (was >= b->min_x && was < b->max_x) assert_memory_equal(&x, &was, sizeof x);
        }
    }
}

static float bounce_one(float x, float min, float max, float restitution, float *v)
{
    const float speed = fabsf(*v) * restitution;
    float r = x;
    if (x < min) {
        r = min + (min - x);
        *v = speed;
    } else if (x > max) {
        r = max - (x - max);
        *v = -speed;
    }
    return r < min ? min : r > max ? max : r;
}

static void bounce_row(columns *c, uint32_t i, const native_case *at)
{
    const box *b = at->tick.params;
    c->f[0][i] = bounce_one(c->f[0][i], b->min_x, b->max_x, b->restitution, &c->f[2][i]);
    c->f[1][i] = bounce_one(c->f[1][i], b->min_y, b->max_y, b->restitution, &c->f[3][i]);
}

static void test_bounce(void **state)
{
    (void)state;
    for (uint32_t k = 0; k < sizeof boxes / sizeof boxes[0]; k++) {
        const box *b = &boxes[k];
        fill(30 + k, (double)b->min_x, (double)b->max_x);
        all_ranges(&orr_job_bounce, bounce_row, 0, 0.1, b);
        same(&orr_job_bounce, bounce_row, 0, 0, ROWS, 0.1, b);
        for (uint32_t i = 0; i < ROWS; i++) {
            const float x = after.f[0][i], was = before.f[0][i], v = after.f[2][i];
            if (!isnan(was)) assert_true(x >= b->min_x && x <= b->max_x);
            if (was < b->min_x && !isnan(v)) assert_true(v >= 0);
            if (was > b->max_x && !isnan(v)) assert_true(v <= 0);
        }
    }
}

static void test_empty_box(void **state)
{
    (void)state;
    const box wrong[] = { { 1, 1, 0, 1, 1 }, { 0, 1, 2, 1, 1 }, { 0, NAN, 0, 1, 1 } };
    const orr_job_desc *const jobs[] = { &orr_job_wrap, &orr_job_bounce };
    fill(5, 0, 1);
    for (uint32_t j = 0; j < 2; j++)
        for (uint32_t k = 0; k < 3; k++) {
            native_case c;
            after = before;
            native_init(&c, 0, ROWS, 0.1, &wrong[k]);
            for (uint32_t s = 0; s < COLUMNS; s++) c.slots[s] = after.f[s];
            assert_true(jobs[j]->run(&c.rows, &c.tick) < 0);
            assert_non_null(strstr(c.range.failed, "the box is empty"));
            assert_memory_equal(&after, &before, sizeof after);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integrate), cmocka_unit_test(test_damp),      cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_bounce),    cmocka_unit_test(test_empty_box),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
