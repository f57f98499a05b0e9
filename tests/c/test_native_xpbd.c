/* tsan: no */
/* xpbd against points and threads by themselves, one formula after the other: rows in several chunks, threads to the dead,
 * to oneself and to who is not in the query, points that stand still; and what does not fit is refused. */
#include "../../native/xpbd.c"

#include "native_case.h"

enum { CHUNKS = 3, LINES = 64, COUNT = 100, SLOTS = 17, STRANGER = 777 };

static const uint32_t begins[CHUNKS] = { 0, 0, 0 }, ends[CHUNKS] = { 37, 0, 63 }; /* one has no rows */

typedef struct place {
    _Alignas(64) double slots[LIGHT][LINES]; /* those of entities hold handles */
    float strain[LINES], light[LINES];
} place;

typedef struct points {
    double x[COUNT][3], v[COUNT][3], inverse[COUNT], length[COUNT][THREADS], strain[COUNT], light[COUNT];
    uint32_t to[COUNT][THREADS]; /* COUNT: none */
} points;

static place places[CHUNKS];
static points expected;
static net state;

static orr_entity name_of(uint32_t i)
{
    return ((orr_entity)(i + 1) << 20) | 1;
}

static void seat(uint32_t i, uint32_t *chunk, uint32_t *row)
{
    *chunk = i < ends[0] ? 0 : 2;
    *row = i < ends[0] ? i : i - ends[0];
}

static int32_t find(orr_range *range, uint64_t entity, uint32_t *chunk, uint32_t *row)
{
    (void)range;
    const uint64_t i = (entity >> 20) - 1;
    if (i >= COUNT || entity != name_of((uint32_t)i)) return -1;
    seat((uint32_t)i, chunk, row);
    return ORR_OK;
}

/* A chain that is too long or too short here and there, with threads across it. */
static void fill(uint64_t seed)
{
    memset(places, 0, sizeof places);
    for (uint32_t i = 0; i < COUNT; i++) {
        points *p = &expected;
        uint32_t chunk, row;
        seat(i, &chunk, &row);
        place *at = &places[chunk];
        for (uint32_t a = 0; a < 3; a++) {
            p->x[i][a] = at->slots[X + a][row] = (a == 0 ? i : 0) + native_uniform(&seed, -0.3, 0.3);
            p->v[i][a] = at->slots[VX + a][row] = native_uniform(&seed, -2, 2);
        }
        p->inverse[i] = at->slots[INVERSE][row] = i % 11 == 0 ? 0 : native_uniform(&seed, 0.5, 2);
        for (uint32_t k = 0; k < THREADS; k++) {
            const uint32_t to = (uint32_t)native_uniform(&seed, 0, COUNT);
            const int what = i % 5 == 4 ? (int)k : THREADS; /* one of four that are none, or all are threads */
            const orr_entity handle = what == 0   ? 0
                                      : what == 1 ? name_of(to) + 1 /* it died */
                                      : what == 2 ? name_of(i)
                                      : what == 3 ? name_of(STRANGER)
                                                  : name_of(to);
            p->to[i][k] = what < THREADS || to == i ? COUNT : to;
            p->length[i][k] = at->slots[FIRST_LENGTH + k][row] = native_uniform(&seed, 0.5, 1.5);
            memcpy(&at->slots[FIRST_TO + k][row], &handle, sizeof handle);
        }
    }
}

static double apart(const points *p, uint32_t i, uint32_t j, double d[3])
{
    for (uint32_t a = 0; a < 3; a++) d[a] = p->x[j][a] - p->x[i][a];
    return sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
}

static void pull_all(points *p, const xpbd_params *params, double h, double sums[COUNT][THREADS])
{
    for (uint32_t i = 0; i < COUNT; i++) {
        for (uint32_t k = 0; k < THREADS; k++) {
            const uint32_t j = p->to[i][k];
            if (j == COUNT || p->inverse[i] + p->inverse[j] <= 0) continue;
            double d[3];
            const double length = apart(p, i, j, d);
            const double soft = (k < 2 ? params->compliance : params->shear) / (h * h);
            if (!(length > 0)) continue;
            const double more = (length - p->length[i][k] - soft * sums[i][k]) / (p->inverse[i] + p->inverse[j] + soft);
            sums[i][k] += more;
            for (uint32_t a = 0; a < 3; a++) {
                p->x[i][a] += d[a] * (more / length * p->inverse[i]);
                p->x[j][a] -= d[a] * (more / length * p->inverse[j]);
            }
        }
    }
}

static void one_step(points *p, const xpbd_params *params, double h)
{
    static double old[COUNT][3], sums[COUNT][THREADS];
    const double push[3] = { 0, -params->gravity * h, params->wind * h };
    const double keep = fmax(0, 1 - params->drag * h);
    memset(sums, 0, sizeof sums);
    for (uint32_t i = 0; i < COUNT; i++) {
        for (uint32_t a = 0; a < 3; a++) {
            old[i][a] = p->x[i][a];
            if (p->inverse[i] > 0) p->v[i][a] = p->v[i][a] * keep + push[a], p->x[i][a] += p->v[i][a] * h;
        }
    }
    for (uint32_t k = 0; k < params->iterations; k++) pull_all(p, params, h, sums);
    for (uint32_t i = 0; i < COUNT; i++)
        for (uint32_t a = 0; a < 3 && p->inverse[i] > 0; a++) p->v[i][a] = (p->x[i][a] - old[i][a]) / h;
}

static void look_at(points *p)
{
    double d[3], a[3], b[3];
    for (uint32_t i = 0; i < COUNT; i++) {
        p->strain[i] = 0;
        for (uint32_t k = 0; k < THREADS; k++) {
            const uint32_t j = p->to[i][k];
            if (j == COUNT || p->inverse[i] + p->inverse[j] <= 0) continue;
            p->strain[i] = fmax(p->strain[i], (apart(p, i, j, d) - p->length[i][k]) / p->length[i][k]);
        }
        p->light[i] = 1;
        if (p->to[i][0] == COUNT || p->to[i][1] == COUNT) continue;
        apart(p, i, p->to[i][0], a);
        apart(p, i, p->to[i][1], b);
        const double n[3] = { a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0] };
        const double l = sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
        if (l > 0) p->light[i] = fabs(0.36 * n[0] + 0.48 * n[1] + 0.8 * n[2]) / l;
    }
}

static int32_t run(const xpbd_params *params, double dt, orr_range *range)
{
    static void *slots[CHUNKS][SLOTS];
    orr_rows rows[CHUNKS];
    memset(rows, 0, sizeof rows);
    for (uint32_t c = 0; c < CHUNKS; c++) {
        for (uint32_t s = 0; s < STRAIN; s++) slots[c][s] = places[c].slots[s];
        slots[c][STRAIN] = places[c].strain;
        slots[c][LIGHT] = places[c].light;
        rows[c] = (orr_rows){ .begin = begins[c],
                              .end = ends[c],
                              .chunk_count = CHUNKS,
                              .slot_count = SLOTS,
                              .slots = slots[c],
                              .range = range };
    }
    const orr_calls calls = { .fail = native_fail, .find = find };
    const orr_tick tick = { .dt = dt, .substeps = 1, .params = params, .calls = &calls, .state = &state };
    return orr_job_xpbd.run(rows, &tick);
}

static void close_to(double got, double want, const char *what, uint32_t i)
{
    if (!(fabs(got - want) <= 1e-12 * fmax(1, fabs(want)))) fail_msg("%s of %u: %.17g, not %.17g", what, i, got, want);
}

static void the_same_as_point_by_point(void **unused)
{
    (void)unused;
    static const xpbd_params cases[] = {
        { 9.81, 2, 0.5, 1e-4, 1e-2, 1, 1 },
        { 9.81, -3, 0, 0, 0, 4, 7 },
        { 0, 0, 1000, 1e-2, 0, 2, 0 },
        { -5, 1, 3, 1, 1, 8, 3 },
    };
    for (uint32_t k = 0; k < 4; k++) {
        orr_range range = { NULL };
        fill(k + 1);
        for (uint32_t tick = 0; tick < 3; tick++) {
            assert_int_equal(run(&cases[k], 0.01, &range), ORR_OK);
            for (uint32_t s = 0; s < cases[k].steps; s++) one_step(&expected, &cases[k], 0.01 / cases[k].steps);
        }
        look_at(&expected);
        assert_null(range.failed);
        for (uint32_t i = 0; i < COUNT; i++) {
            uint32_t chunk, row;
            seat(i, &chunk, &row);
            for (uint32_t a = 0; a < 3; a++) {
                close_to(places[chunk].slots[X + a][row], expected.x[i][a], "place", i);
                close_to(places[chunk].slots[VX + a][row], expected.v[i][a], "speed", i);
            }
            assert_true(places[chunk].strain[row] == (float)expected.strain[i]);
            assert_true(fabs((double)places[chunk].light[row] - expected.light[i]) < 1e-6);
        }
    }
}

/* What stands still does so to the bit, whoever pulls. */
static void who_has_no_weight_stays(void **unused)
{
    (void)unused;
    static const xpbd_params params = { 9.81, 2, 0.5, 0, 0, 3, 5 };
    orr_range range = { NULL };
    fill(9);
    const double x = places[0].slots[X][11], y = places[0].slots[Y][11], vy = places[0].slots[VY][11];
    assert_int_equal(run(&params, 0.01, &range), ORR_OK);
    assert_true(places[0].slots[X][11] == x && places[0].slots[Y][11] == y && places[0].slots[VY][11] == vy);
    assert_true(places[0].slots[X][12] != expected.x[12][0]);
}

/* One on the other, no length at rest: numbers stay numbers. */
static void numbers_stay_numbers(void **unused)
{
    (void)unused;
    static const xpbd_params params = { 9.81, 2, 0.5, 0, 0, 2, 3 };
    orr_range range = { NULL };
    fill(3);
    for (uint32_t a = 0; a < 3; a++) places[0].slots[X + a][2] = places[0].slots[X + a][1];
    for (uint32_t k = 0; k < THREADS; k++) places[0].slots[FIRST_LENGTH + k][5] = 0;
    assert_int_equal(run(&params, 0.01, &range), ORR_OK);
    for (uint32_t r = 0; r < ends[0]; r++) {
        for (uint32_t s = X; s < INVERSE; s++) assert_true(isfinite(places[0].slots[s][r]));
        assert_true(isfinite(places[0].strain[r]) && isfinite(places[0].light[r]));
    }
}

static void more_than_fit_are_refused(void **unused)
{
    (void)unused;
    static double zeros[POINTS + 64];
    static void *slots[SLOTS];
    for (uint32_t s = 0; s < SLOTS; s++) slots[s] = zeros;
    static const xpbd_params params = { 9.81, 0, 0, 0, 0, 1, 1 };
    const orr_calls calls = { .fail = native_fail, .find = find };
    const orr_tick tick = { .dt = 0.01, .substeps = 1, .params = &params, .calls = &calls, .state = &state };
    orr_range range = { NULL };
    orr_rows rows = { .end = POINTS + 1, .chunk_count = 1, .slot_count = SLOTS, .slots = slots, .range = &range };
    assert_int_not_equal(orr_job_xpbd.run(&rows, &tick), ORR_OK);
    assert_non_null(range.failed);
    rows.chunk_count = 0;
    range.failed = NULL;
    assert_int_equal(orr_job_xpbd.run(&rows, &tick), ORR_OK);
    assert_null(range.failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_as_point_by_point),
        cmocka_unit_test(who_has_no_weight_stays),
        cmocka_unit_test(numbers_stay_numbers),
        cmocka_unit_test(more_than_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
