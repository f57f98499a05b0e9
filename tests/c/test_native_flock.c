/* tsan: no. valgrind: no (a long flight; AddressSanitizer sees all of it) */
/* flock against a plain twin written from the rules in its head comment, and as a flock. */
#include "native_case.h"

#include <math.h>

extern const orr_job_desc orr_job_flock, orr_job_integrate, orr_job_wrap;

enum { MOST = 2500, LINES = 2512 };

typedef struct flock_params {
    double radius, separation_radius, separation, alignment, cohesion, max_force, min_speed, max_speed;
} flock_params;

static const flock_params usual = { 0, 0, 4, 2, 1, 200, 20, 80 };

typedef struct birds {
    _Alignas(64) float x[LINES], y[LINES], vx[LINES], vy[LINES];
    orr_entity entity[LINES];
    uint32_t count, wraps;
    double radius, min[2], max[2];
} birds;

static void random_birds(birds *b, uint32_t count, uint32_t wraps, double radius, uint64_t seed)
{
    memset(b, 0, sizeof *b);
    b->count = count;
    b->wraps = wraps;
    b->radius = radius;
    b->max[0] = 320;
    b->max[1] = 200;
    for (uint32_t i = 0; i < count; i++) {
        /* multiples of 1/256: moving the world by a whole number is then exact */
        b->x[i] = (float)floor(native_uniform(&seed, 0, 320 * 256)) / 256;
        b->y[i] = (float)floor(native_uniform(&seed, 0, 200 * 256)) / 256;
        b->vx[i] = (float)native_uniform(&seed, -50, 50);
        b->vy[i] = (float)native_uniform(&seed, -50, 50);
        b->entity[i] = ((orr_entity)(i + 1) << 20) | 1;
    }
}

static void index_birds(const birds *b, native_grid *g)
{
    native_grid_init(g, 2, ORR_TYPE_F32, b->count, MOST, (const void *[]){ b->x, b->y }, b->entity);
    g->near.radius = b->radius;
    g->near.wraps = b->wraps;
    memcpy(g->build.min, b->min, sizeof b->min);
    memcpy(g->build.max, b->max, sizeof b->max);
    native_carry(g, b->vx, ORR_TYPE_F32);
    native_carry(g, b->vy, ORR_TYPE_F32);
    native_build(g);
}

static int32_t run_flock(birds *b, const native_grid *g, uint32_t begin, uint32_t end, const flock_params *params)
{
    native_case c;
    native_init(&c, begin, end, 1.0 / 60, params);
    c.slots[0] = b->x;
    c.slots[1] = b->y;
    c.slots[2] = b->vx;
    c.slots[3] = b->vy;
    c.slots[4] = (void *)(uintptr_t)&g->near;
    c.rows.entity = b->entity;
    const int32_t status = orr_job_flock.run(&c.rows, &c.tick);
    assert_int_equal(status == ORR_OK, c.range.failed == NULL);
    return status;
}

static double across(double d, double size, int wraps)
{
    if (wraps && d > 0.5 * size) return d - size;
    if (wraps && d < -0.5 * size) return d + size;
    return d;
}

/* The row's sums over the entries of one cell. */
typedef struct tally {
    double n, cx, cy, ux, uy, sx, sy;
} tally;

static void visit(const birds *b, const native_grid *g, uint32_t i, uint32_t k, const flock_params *p, tally *t)
{
    const uint32_t j = g->near.source[k];
    const double r = p->radius > 0 ? p->radius : b->radius;
    const double s = p->separation_radius > 0 ? p->separation_radius : r * 0.4;
    if (j == i) return;
    const double dx = across((double)b->x[j] - (double)b->x[i], b->max[0] - b->min[0], b->wraps & 1u);
    const double dy = across((double)b->y[j] - (double)b->y[i], b->max[1] - b->min[1], b->wraps & 2u);
    const double d2 = dx * dx + dy * dy;
    if (!(d2 <= r * r)) return;
    t->n += 1;
    t->cx += dx;
    t->cy += dy;
    t->ux += (double)b->vx[j];
    t->uy += (double)b->vy[j];
    if (d2 < s * s && d2 > 0) {
        const double q = s * s / d2 - 1;
        t->sx += dx * q;
        t->sy += dy * q;
    }
}

/* The cells around the row, folded by plain remainders; z fastest last. */
static tally look_around(const birds *b, const native_grid *g, uint32_t i, const flock_params *p)
{
    const orr_neighbours *n = &g->near;
    const double at[2] = { (double)b->x[i], (double)b->y[i] };
    int64_t first[2], many[2];
    tally t = { 0 };
    for (uint32_t a = 0; a < 2; a++) {
        const double c = floor((at[a] - n->origin[a]) / n->cell[a]);
        first[a] = n->cells[a] <= 3 ? 0 : (fabs(c) < 4e15 ? (int64_t)c - 1 : 0);
        many[a] = n->cells[a] < 3 ? n->cells[a] : 3;
    }
    for (int64_t ky = 0; ky < many[1]; ky++)
        for (int64_t kx = 0; kx < many[0]; kx++) {
            const int64_t wide = n->cells[0], high = n->cells[1];
            const int64_t x = ((first[0] + kx) % wide + wide) % wide, y = ((first[1] + ky) % high + high) % high;
            for (uint32_t k = n->starts[y * wide + x]; k < n->starts[y * wide + x + 1]; k++) visit(b, g, i, k, p, &t);
        }
    return t;
}

static void twin(const birds *b, const native_grid *g, uint32_t i, const flock_params *p, float out[2])
{
    const tally t = look_around(b, g, i, p);
    const double dt = 1.0 / 60;
    double vx = (double)b->vx[i], vy = (double)b->vy[i];
    if (t.n > 0) {
        const double k = 1 / t.n;
        double ax = p->cohesion * (t.cx * k) + p->alignment * (t.ux * k - vx) - p->separation * (t.sx * k);
        double ay = p->cohesion * (t.cy * k) + p->alignment * (t.uy * k - vy) - p->separation * (t.sy * k);
        const double a2 = ax * ax + ay * ay;
        if (a2 > p->max_force * p->max_force) {
            const double f = p->max_force / sqrt(a2);
            ax = ax * f;
            ay = ay * f;
        }
        vx = vx + ax * dt;
        vy = vy + ay * dt;
    }
    const double v2 = vx * vx + vy * vy;
    double f = 1;
    if (v2 > p->max_speed * p->max_speed)
        f = p->max_speed / sqrt(v2);
    else if (v2 < p->min_speed * p->min_speed && v2 > 0)
        f = p->min_speed / sqrt(v2);
    out[0] = (float)(vx * f);
    out[1] = (float)(vy * f);
}

static birds before, after;

/* Runs rows begin to end and compares every row's bits; the rest must not change. */
static void same(uint32_t begin, uint32_t end, const flock_params *p)
{
    native_grid g;
    index_birds(&before, &g);
    after = before;
    assert_int_equal(run_flock(&after, &g, begin, end, p), ORR_OK);
    for (uint32_t i = 0; i < before.count; i++) {
        float v[2] = { before.vx[i], before.vy[i] };
        if (i >= end && i < (end + 15u) / 16 * 16) continue; /* nobody's */
        if (i >= begin && i < end) twin(&before, &g, i, p, v);
        if (isnan(v[0]) && isnan(after.vx[i])) continue;
        assert_memory_equal(&v[0], &after.vx[i], sizeof v[0]);
        assert_memory_equal(&v[1], &after.vy[i], sizeof v[1]);
    }
    assert_memory_equal(before.x, after.x, sizeof before.x);
    native_grid_fini(&g);
}

static void test_twin(void **state)
{
    (void)state;
    const flock_params other = { 7, 5, 1, 0.5, 3, 30, 49, 50 };
    for (uint32_t wraps = 0; wraps < 4; wraps++) {
        random_birds(&before, MOST, wraps, 12, wraps);
        same(0, MOST, &usual);
        same(512, 1024, &other);
        random_birds(&before, 700, wraps, 90, wraps); /* spans longer than the buffer; three cells an axis and fewer */
        same(0, 699, &usual);
        same(512, 690, &usual);
        random_birds(&before, 60, wraps, 30, wraps);
        for (uint32_t i = 0; i < 60; i += 7) { /* some at one point, some at rest, one nowhere */
            before.x[i] = before.x[0];
            before.y[i] = before.y[0];
            before.vx[i] = before.vy[i] = i % 2 ? 0 : 1e-30f;
        }
        if (!(wraps & 1u)) before.x[13] = NAN;
        for (uint32_t end = 1; end < 60; end += 3) same(0, end, &usual);
        same(0, 60, &usual);
    }
    random_birds(&before, 1, 0, 10, 1);
    same(0, 1, &usual);
    random_birds(&before, 0, 0, 10, 1);
    same(0, 0, &usual);
}

/* The cells give the same set as looking at everybody: exact sums of whole numbers do not depend on the order. */
static void test_brute_force(void **state)
{
    (void)state;
    const flock_params align = { 0, 0, 0, 60, 0, 1e30, 0, 1e30 };
    for (uint32_t wraps = 0; wraps < 4; wraps++) {
        native_grid g;
        random_birds(&before, 900, wraps, 21, 7);
        for (uint32_t i = 0; i < before.count; i++) before.vx[i] = (float)(i % 64 + 1);
        after = before;
        index_birds(&before, &g);
        assert_int_equal(run_flock(&after, &g, 0, before.count, &align), ORR_OK);
        for (uint32_t i = 0; i < before.count; i++) {
            double n = 0, sum = 0;
            for (uint32_t j = 0; j < before.count; j++) {
                const double dx = across((double)before.x[j] - (double)before.x[i], 320, wraps & 1u);
                const double dy = across((double)before.y[j] - (double)before.y[i], 200, wraps & 2u);
                if (j == i || dx * dx + dy * dy > 21.0 * 21.0) continue;
                n += 1;
                sum += (double)before.vx[j];
            }
            const double v = (double)before.vx[i], k = n > 0 ? 1 / n : 0;
            const float wanted = (float)(n > 0 ? v + 60 * (sum * k - v) * (1.0 / 60) : v);
            assert_float_equal(after.vx[i], wanted, fabsf(wanted) * 1e-6f);
        }
        native_grid_fini(&g);
    }
}

static void test_translation(void **state)
{
    (void)state;
    for (uint32_t wraps = 0; wraps < 4; wraps++) {
        native_grid g;
        birds *moved = &after;
        static birds still;
        random_birds(&still, MOST, wraps, 12, 3);
        *moved = still;
        for (uint32_t i = 0; i < MOST; i++) {
            moved->x[i] += 1024;
            moved->y[i] -= 333;
        }
        moved->min[0] += 1024;
        moved->max[0] += 1024;
        moved->min[1] -= 333;
        moved->max[1] -= 333;
        index_birds(&still, &g);
        assert_int_equal(run_flock(&still, &g, 0, MOST, &usual), ORR_OK);
        native_grid_fini(&g);
        index_birds(moved, &g);
        assert_int_equal(run_flock(moved, &g, 0, MOST, &usual), ORR_OK);
        native_grid_fini(&g);
        assert_memory_equal(still.vx, moved->vx, sizeof still.vx);
        assert_memory_equal(still.vy, moved->vy, sizeof still.vy);
    }
}

static double polarisation(const birds *b)
{
    double x = 0, y = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        const double vx = (double)b->vx[i], vy = (double)b->vy[i], v = sqrt(vx * vx + vy * vy);
        x += vx / v;
        y += vy / v;
    }
    return sqrt(x * x + y * y) / b->count;
}

static void test_flocks(void **state)
{
    (void)state;
    birds *b = &after;
    const float box[4] = { 0, 320, 0, 200 };
    /* with more cohesion there are several flocks, and it takes long until they meet */
    const flock_params loose = { 0, 0, 4, 2, 0.1, 200, 20, 80 };
    random_birds(b, 400, 3, 40, 11);
    assert_true(polarisation(b) < 0.2);
    for (int step = 0; step < 1200; step++) {
        native_grid g;
        native_case c;
        index_birds(b, &g);
        assert_int_equal(run_flock(b, &g, 0, b->count, &loose), ORR_OK);
        native_grid_fini(&g);
        native_init(&c, 0, b->count, 1.0 / 60, box);
        c.slots[0] = b->x;
        c.slots[1] = b->y;
        c.slots[2] = b->vx;
        c.slots[3] = b->vy;
        native_run(&c, &orr_job_integrate);
        native_run(&c, &orr_job_wrap);
    }
    assert_true(polarisation(b) > 0.9);
}

static void test_refused(void **state)
{
    (void)state;
    native_grid g;
    flock_params p = usual;
    random_birds(&after, 20, 0, 10, 1);
    index_birds(&after, &g);
    p.radius = 11;
    assert_true(run_flock(&after, &g, 0, 20, &p) < 0);
    p.radius = 10;
    assert_int_equal(run_flock(&after, &g, 0, 20, &p), ORR_OK);
    g.near.carry_count = 1;
    assert_true(run_flock(&after, &g, 0, 20, &p) < 0);
    g.near.carry_count = 2;
    for (uint32_t k = 0; k < 2; k++) {
        g.carry_types[k] = ORR_TYPE_F64;
        assert_true(run_flock(&after, &g, 0, 20, &p) < 0);
        g.carry_types[k] = ORR_TYPE_F32;
    }
    assert_int_equal(run_flock(&after, &g, 0, 20, &p), ORR_OK);
    g.near.position[0] = NULL;
    assert_true(run_flock(&after, &g, 0, 20, &p) < 0);
    native_grid_fini(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_twin),   cmocka_unit_test(test_brute_force), cmocka_unit_test(test_translation),
        cmocka_unit_test(test_flocks), cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
