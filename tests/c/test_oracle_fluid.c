/* needs: lua. long: oracle
 * fluid.lua: a column at rest, and a dam that breaks. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

static const double G = 9.81, SUPPORT = 2.6 * 0.4;

/* All particles, those of the walls too. */
typedef struct water {
    double *x, *y, *density, *pressure, *speed;
    uint64_t count;
} water;

static water look(orr_host *host)
{
    static const char *const all = "Position Velocity Fluid";
    water w;
    w.x = scene_column(host, all, "Position.x", &w.count);
    w.y = scene_column(host, all, "Position.y", &w.count);
    w.density = scene_column(host, all, "Fluid.density", &w.count);
    w.pressure = scene_column(host, all, "Fluid.pressure", &w.count);
    w.speed = scene_column(host, all, "Fluid.speed", &w.count);
    return w;
}

static void forget(water *w)
{
    free(w->x);
    free(w->y);
    free(w->density);
    free(w->pressure);
    free(w->speed);
}

/* ---- a column at rest: 8 m wide, 8 m high ---- */

typedef struct calm {
    double density; /* mean of what is not at the surface */
    double weight;  /* how pressure grows with depth, over density * gravity: 1 */
    double speed;   /* mean */
} calm;

static const char *const column[] = { "tank=8", "dam=8", "height=8", "viscosity=0.5", NULL };
static const char *const column_lua[] = { "tank=8", "dam=8", "height=8", "viscosity=0.5", "native=0", NULL };

static calm look_calm(orr_host *host)
{
    water w = look(host);
    double n = 0, many = 0, density = 0, speed = 0, sy = 0, sp = 0, syy = 0, syp = 0;
    for (uint64_t i = 0; i < w.count; i++) {
        if (w.x[i] < 0 || w.x[i] > 8 || w.y[i] < 0) continue; /* a wall */
        many += 1, speed += w.speed[i];
        if (w.x[i] < SUPPORT || w.x[i] > 8 - SUPPORT || w.y[i] < SUPPORT || w.y[i] > 8 - 2 * SUPPORT) continue;
        const double p = w.pressure[i] * w.density[i] * w.density[i];
        n += 1, density += w.density[i], sy += w.y[i], sp += p, syy += w.y[i] * w.y[i], syp += w.y[i] * p;
    }
    forget(&w);
    return (calm){ density / n, -(n * syp - sy * sp) / (n * syy - sy * sy) / G, speed / many };
}

/* Mean of four swings of the sound that runs up and down, 4 * 8 m / 150 m/s each. */
static calm rest(uint64_t ticks, const char *const *set, const char *from, const char *to)
{
    enum { LOOKS = 34, EVERY = 25 };
    orr_host *host = scene_open("fluid.lua", 0, set, from, to);
    calm mean = { 0, 0, 0 };
    scene_step(host, ticks);
    for (int k = 0; k < LOOKS; k++) {
        scene_step(host, EVERY);
        const calm c = look_calm(host);
        mean.density += c.density / LOOKS, mean.weight += c.weight / LOOKS, mean.speed += c.speed / LOOKS;
    }
    orr_host_close(host);
    return mean;
}

/* A few ticks in plain Lua. */
static double early_density(const char *from, const char *to)
{
    orr_host *host = scene_open("fluid.lua", 0, column_lua, from, to);
    scene_step(host, 100);
    const double density = look_calm(host).density;
    orr_host_close(host);
    return density;
}

static bool is_calm(calm c)
{
    return fabs(c.density - 1) < 0.01 && fabs(c.weight - 1) < 0.1 && c.speed < 0.1;
}

static void a_column_stays_and_carries_its_weight(void **state)
{
    (void)state;
    const calm c = rest(scene_long() ? 20000 : 1500, column, NULL, NULL);
    if (!is_calm(c)) fail_msg("density %g, weight %g, speed %g", c.density, c.weight, c.speed);
}

/* ---- a dam that breaks: 10 m wide, 10 m high ---- */

/* Speed of the front over sqrt(g H), between the times 1.2 and 2.2 sqrt(H / g), when it runs freely. */
static double front(const char *const *set, const char *from, const char *to)
{
    orr_host *host = scene_open("fluid.lua", 0, set, from, to);
    const double unit = sqrt(10 / G);
    scene_step(host, (uint64_t)(1.2 * unit * 1000) / 10 * 10 + 1);
    const double first = scene_reduction(host, "front", -1);
    scene_step(host, (uint64_t)(1.0 * unit * 1000) / 10 * 10);
    const double second = scene_reduction(host, "front", -1);
    orr_host_close(host);
    return (second - first) / sqrt(G * 10) / unit;
}

static const char *const dam[] = { "tank=60", "dam=10", "height=10", "viscosity=0.02", NULL };

static void the_front_runs_as_measured(void **state)
{
    (void)state;
    const double speed = front(dam, NULL, NULL);
    if (!(speed > 1 && speed < 2)) fail_msg("the front runs at %g sqrt(g H)", speed);
}

static void the_twin_has_the_same_bits(void **state)
{
    (void)state;
    static const char *const native[] = { "tank=12", "dam=6", "height=6", NULL };
    static const char *const lua[] = { "tank=12", "dam=6", "height=6", "native=0", NULL };
    orr_host *a = scene_open("fluid.lua", 0, native, NULL, NULL), *b = scene_open("fluid.lua", 0, lua, NULL, NULL);
    scene_step(a, 100);
    scene_step(b, 50);
    assert_int_equal(orr_param_set(orr_host_world(b), orr_param_find(orr_host_world(b), "native"), 1), ORR_OK);
    scene_step(b, 50); /* switched while it runs */
    water p = look(a), q = look(b);
    assert_int_equal(p.count, q.count);
    assert_memory_equal(p.x, q.x, p.count * sizeof *p.x);
    assert_memory_equal(p.y, q.y, p.count * sizeof *p.y);
    assert_memory_equal(p.density, q.density, p.count * sizeof *p.x);
    assert_memory_equal(p.speed, q.speed, p.count * sizeof *p.x);
    forget(&p);
    forget(&q);
    orr_host_close(a);
    orr_host_close(b);
}

/* The oracle notices: half the weight, a mass that is wrong by 5 %, a pressure of the wrong sign. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    static const char *const mistakes[][2] = {
        { "params = { support = SUPPORT, mass = MASS, rest = REST, sound = sound }",
          "params = { support = SUPPORT, mass = 1.05 * MASS, rest = REST, sound = sound }" },
        { "viscosity = viscosity, gravity = gravity }", "viscosity = viscosity, gravity = 0.5 * 9.81 }" },
    };
    for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++)
        assert_false(is_calm(rest(1000, column, mistakes[k][0], mistakes[k][1])));
    assert_true(fabs(early_density(NULL, NULL) - 1) < 0.01);
    assert_false(fabs(early_density("vx - k * sx", "vx + k * sx") - 1) < 0.01);
    const double speed = front(dam, "viscosity = viscosity, gravity = gravity", "gravity = 0.3 * 9.81");
    assert_false(speed > 1 && speed < 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_column_stays_and_carries_its_weight),
        cmocka_unit_test(the_front_runs_as_measured),
        cmocka_unit_test(the_twin_has_the_same_bits),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
