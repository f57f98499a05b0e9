/* needs: lua. long: oracle
 * boids.lua: birds agree on a heading, see whom they should see, and do not care where they are. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

static const double SIZE = 1000;
static const char *const bird = "Position Velocity";

typedef struct birds {
    double *x, *y, *vx, *vy;
    uint64_t count;
} birds;

static birds look(orr_host *host)
{
    birds b;
    b.x = scene_column(host, bird, "Position.x", &b.count);
    b.y = scene_column(host, bird, "Position.y", &b.count);
    b.vx = scene_column(host, bird, "Velocity.x", &b.count);
    b.vy = scene_column(host, bird, "Velocity.y", &b.count);
    return b;
}

static void forget(birds *b)
{
    free(b->x);
    free(b->y);
    free(b->vx);
    free(b->vy);
}

/* Length of the mean direction: 1 when all fly the same way, about N^-1/2 when each flies its own. */
static double polarisation(orr_host *host)
{
    birds b = look(host);
    double x = 0, y = 0;
    for (uint64_t i = 0; i < b.count; i++) {
        const double speed = sqrt(b.vx[i] * b.vx[i] + b.vy[i] * b.vy[i]);
        x += b.vx[i] / speed;
        y += b.vy[i] / speed;
    }
    const double p = sqrt(x * x + y * y) / (double)b.count;
    forget(&b);
    return p;
}

enum { AGREED = 3000 };

/* On a torus headings may also wind once round the world and stay so: few birds that see far and turn slowly do so
 * least, and of ten runs one may. */
static void headings_agree(void **state)
{
    (void)state;
    static const char *const set[] = { "count=400", "radius=100", "cohesion=0.1", "alignment=1", NULL };
    const uint64_t seeds = scene_long() ? 12 : 3;
    uint64_t agreed = 0;
    double start = 0;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        orr_host *host = scene_open("boids.lua", seed, set, NULL, NULL);
        scene_step(host, 0);
        const double first = polarisation(host);
        assert_true(first < 4 * 0.05); /* N^-1/2 = 0.05 is the root mean square */
        start += first * first / (double)seeds;
        scene_step(host, AGREED);
        agreed += polarisation(host) > 0.9;
        orr_host_close(host);
    }
    assert_true(agreed + seeds / 10 >= seeds);
    assert_true(sqrt(start) < 2 * 0.05);
}

static void nobody_agrees_without_alignment(void **state)
{
    (void)state;
    static const char *const set[] = { "count=400", "radius=100", "cohesion=0.1", "alignment=0", NULL };
    orr_host *host = scene_open("boids.lua", 1, set, NULL, NULL);
    scene_step(host, AGREED);
    assert_true(polarisation(host) < 0.5);
    orr_host_close(host);
}

static void same_birds(birds p, birds q)
{
    assert_int_equal(p.count, q.count);
    assert_memory_equal(p.x, q.x, p.count * sizeof *p.x);
    assert_memory_equal(p.y, q.y, p.count * sizeof *p.y);
    assert_memory_equal(p.vx, q.vx, p.count * sizeof *p.vx);
    assert_memory_equal(p.vy, q.vy, p.count * sizeof *p.vy);
}

static void the_twin_has_the_same_bits(void **state)
{
    (void)state;
    static const char *const sets[][4] = { { "native=1", "count=1000", "radius=30", NULL },
                                           { "native=0", "count=1000", "radius=30", NULL } };
    orr_host *a = scene_open("boids.lua", 2, sets[0], NULL, NULL), *b = scene_open("boids.lua", 2, sets[1], NULL, NULL);
    for (int round = 0; round < 5; round++) {
        scene_step(a, 10);
        scene_step(b, 10);
        birds p = look(a), q = look(b);
        same_birds(p, q);
        forget(&p);
        forget(&q);
    }
    orr_host_close(a);
    orr_host_close(b);
}

/* ---- every bird against every other ---- */

typedef struct rules {
    double radius, separation, alignment, cohesion, min_speed, max_speed, max_force, dt;
} rules;

static double nearest(double d)
{
    return d > SIZE / 2 ? d - SIZE : d < -SIZE / 2 ? d + SIZE : d;
}

/* The velocity of bird i after a tick. */
static void steer(const birds *b, uint64_t i, const rules *r, double *to_x, double *to_y)
{
    const double see = r->radius * r->radius, near = (r->radius * 0.4) * (r->radius * 0.4);
    double n = 0, cx = 0, cy = 0, ux = 0, uy = 0, sx = 0, sy = 0, vx = b->vx[i], vy = b->vy[i];
    for (uint64_t j = 0; j < b->count; j++) {
        const double dx = nearest(b->x[j] - b->x[i]), dy = nearest(b->y[j] - b->y[i]), d2 = dx * dx + dy * dy;
        if (j == i || d2 > see) continue;
        n += 1, cx += dx, cy += dy, ux += b->vx[j], uy += b->vy[j];
        if (d2 < near && d2 > 0) sx += dx * (near / d2 - 1), sy += dy * (near / d2 - 1);
    }
    if (n > 0) {
        const double k = 1 / n;
        double ax = r->cohesion * (cx * k) + r->alignment * (ux * k - vx) - r->separation * (sx * k);
        double ay = r->cohesion * (cy * k) + r->alignment * (uy * k - vy) - r->separation * (sy * k);
        const double a2 = ax * ax + ay * ay, f = a2 > r->max_force * r->max_force ? r->max_force / sqrt(a2) : 1;
        ax = ax * f, ay = ay * f;
        vx = vx + ax * r->dt, vy = vy + ay * r->dt;
    }
    const double v2 = vx * vx + vy * vy, v = sqrt(v2);
    const double f = v2 > r->max_speed * r->max_speed             ? r->max_speed / v
                     : v2 < r->min_speed * r->min_speed && v2 > 0 ? r->min_speed / v
                                                                  : 1;
    *to_x = (double)(float)(vx * f);
    *to_y = (double)(float)(vy * f);
}

static void put(orr_host *host, const char *field, const double *values, uint64_t count, double from, double grain)
{
    orr_world *world = orr_host_world(host);
    const orr_component all[] = { orr_component_find(world, "Position"), orr_component_find(world, "Velocity"), 0 };
    const orr_query query = orr_query_create(world, &(orr_query_desc){ .all = all });
    float *rounded = malloc(count * sizeof *rounded);
    assert_non_null(rounded);
    for (uint64_t i = 0; i < count; i++) {
        const double value = grain > 0 ? floor((values[i] + from) / grain) * grain : values[i] + from;
        rounded[i] = (float)value;
    }
    assert_int_equal(orr_query_fill(world, query, orr_field_find(world, field), rounded, count), ORR_OK);
    free(rounded);
}

/* Greatest difference of a tick's velocities from those that come of looking at everybody. Positions and velocities
 * are rounded to sixteenths before each tick: then sums without separation are exact in any order. */
static double difference(orr_host *host, double separation, int rounds)
{
    const rules r = { 30, separation, 4, 0.2, 40, 80, 200, orr_world_dt(orr_host_world(host)) };
    double worst = 0;
    for (int round = 0; round < rounds; round++) {
        scene_step(host, round > 0 ? 5 : 0);
        birds b = look(host);
        put(host, "Position.x", b.x, b.count, 0, 0x1p-4);
        put(host, "Position.y", b.y, b.count, 0, 0x1p-4);
        put(host, "Velocity.x", b.vx, b.count, 0, 0x1p-4);
        put(host, "Velocity.y", b.vy, b.count, 0, 0x1p-4);
        forget(&b);
        b = look(host);
        scene_step(host, 1);
        birds after = look(host);
        for (uint64_t i = 0; i < b.count; i++) {
            double vx = 0, vy = 0;
            steer(&b, i, &r, &vx, &vy);
            worst = fmax(worst, fmax(fabs(vx - after.vx[i]), fabs(vy - after.vy[i])));
        }
        forget(&b);
        forget(&after);
    }
    return worst;
}

static const char *const apart[] = { "count=1000", "radius=30", "separation=8", NULL };
static const char *const together[] = { "count=1000", "radius=30", "separation=0", NULL };

static void the_grid_sees_whom_everybody_sees(void **state)
{
    (void)state;
    orr_host *host = scene_open("boids.lua", 4, together, NULL, NULL);
    assert_true(difference(host, 0, 5) == 0);
    orr_host_close(host);
    host = scene_open("boids.lua", 4, apart, NULL, NULL);
    assert_true(difference(host, 8, 5) < 2e-5); /* the sum's order, and a float of up to 80 */
    orr_host_close(host);
}

/* Another origin changes the roundings and the order of sums, and nothing else. */
static void translation_translates(void **state)
{
    (void)state;
    static const double by = 371;
    orr_host *a = scene_open("boids.lua", 5, apart, NULL, NULL), *b = scene_open("boids.lua", 5, apart, NULL, NULL);
    scene_step(a, 0);
    scene_step(b, 0);
    birds p = look(a);
    for (uint64_t i = 0; i < p.count; i++) p.x[i] += p.x[i] + by >= SIZE ? by - SIZE : by;
    put(b, "Position.x", p.x, p.count, 0, 0);
    forget(&p);
    scene_step(a, 20);
    scene_step(b, 20);
    p = look(a);
    birds q = look(b);
    for (uint64_t i = 0; i < p.count; i++) {
        assert_true(fabs(nearest(nearest(q.x[i] - p.x[i]) - by)) < 0.01 && fabs(nearest(q.y[i] - p.y[i])) < 0.01);
        assert_true(fabs(q.vx[i] - p.vx[i]) < 0.05 && fabs(q.vy[i] - p.vy[i]) < 0.05);
    }
    forget(&p);
    forget(&q);
    orr_host_close(a);
    orr_host_close(b);
}

/* The oracle notices: a wrong sign, half the alignment, neighbours that are missed, a world without an edge. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    static const char *const lua[] = { "count=1000", "radius=30", "separation=8", "native=0", NULL };
    static const char *const mistakes[][2] = { { "(cx * k) + w_along", "(cx * k) - w_along" },
                                               { "if d2 <= see and", "if d2 <= 0.9 * see and" },
                                               { "near:delta(j, x, y)", "near.x[j] - x, near.y[j] - y" },
                                               { "local push = close / d2 - 1", "local push = 0.5 * close / d2 - 1" } };
    for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++) {
        orr_host *host = scene_open("boids.lua", 4, lua, mistakes[k][0], mistakes[k][1]);
        assert_false(difference(host, 8, 1) < 2e-5);
        orr_host_close(host);
    }
    orr_host *host = scene_open("boids.lua", 4, lua, "alignment = alignment, cohesion", "alignment = 0.5, cohesion");
    assert_true(difference(host, 8, 1) < 2e-5); /* the job's, which does not run here */
    orr_host_close(host);
    host = scene_open("boids.lua", 4, apart, "alignment = alignment, cohesion", "alignment = 2, cohesion");
    assert_false(difference(host, 8, 1) < 2e-5);
    orr_host_close(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headings_agree),
        cmocka_unit_test(nobody_agrees_without_alignment),
        cmocka_unit_test(the_twin_has_the_same_bits),
        cmocka_unit_test(the_grid_sees_whom_everybody_sees),
        cmocka_unit_test(translation_translates),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
