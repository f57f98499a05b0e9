/* needs: lua. long: oracle
 * traffic.lua: the flow that follows from the density, exactly without dawdling and by a formula with it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

enum { LENGTH = 640 };

/* Without the past, which costs time and changes nothing. */
static orr_host *road(const char *const *set, uint64_t seed, const char *from, const char *to)
{
    return scene_open_changed(
        "traffic.lua", seed, set,
        (const char *const[][2]){ { "HISTORY = 640, 400", "HISTORY = 640, 1" }, { from, to }, { NULL, NULL } });
}

static uint32_t cars(orr_host *host)
{
    const uint8_t *car = scene_cells(host, "road", "car", NULL, NULL);
    uint32_t n = 0;
    for (uint32_t x = 0; x < LENGTH; x++) n += car[x] > 0;
    return n;
}

/* Nobody dawdles: when all has settled, min(density * vmax, 1 - density) cars pass each cell a tick, to the last car. */
static bool flows_exactly(double density, uint32_t vmax, uint64_t seed, const char *from, const char *to)
{
    char text[2][32];
    snprintf(text[0], sizeof text[0], "density=%g", density);
    snprintf(text[1], sizeof text[1], "vmax=%u", vmax);
    const char *const set[] = { "dawdle=0", text[0], text[1], NULL };
    orr_host *host = road(set, seed, from, to);
    const uint32_t n = (uint32_t)floor(density * LENGTH + 0.5);
    const uint32_t expected = n * vmax < LENGTH - n ? n * vmax : LENGTH - n;
    bool same = true;
    scene_step(host, 2 * LENGTH);
    for (int tick = 0; tick < 8 && same; tick++) {
        scene_step(host, 1);
        same = scene_reduction(host, "flow", -1) == expected && cars(host) == n;
    }
    orr_host_close(host);
    return same;
}

static void without_dawdling_the_flow_is_exact(void **state)
{
    (void)state;
    static const uint32_t most[] = { 1, 2, 5, 9 };
    const int steps = scene_long() ? 60 : 8;
    for (int k = 0; k < 4; k++) {
        for (int step = 1; step <= 0.95 * steps; step++) {
            const double density = (double)step / steps;
            if (!flows_exactly(density, most[k], (uint64_t)(step + 1), NULL, NULL))
                fail_msg("density %g, vmax %u", density, most[k]);
        }
    }
}

/* With vmax = 1: J = (1 - sqrt(1 - 4 q d (1 - d))) / 2 for density d and q = 1 - dawdle (M. Schreckenberg,
 * A. Schadschneider, K. Nagel, N. Ito, "Discrete stochastic models for traffic flow", 1995). */
static double formula(double density, double dawdle)
{
    return 0.5 * (1 - sqrt(1 - 4 * (1 - dawdle) * density * (1 - density)));
}

static double flow(double density, double dawdle, uint64_t ticks, const char *from, const char *to)
{
    char text[2][32];
    snprintf(text[0], sizeof text[0], "density=%g", density);
    snprintf(text[1], sizeof text[1], "dawdle=%g", dawdle);
    const char *const set[] = { "vmax=1", text[0], text[1], NULL };
    orr_host *host = road(set, 3, from, to);
    double sum = 0;
    scene_step(host, 1000);
    for (uint64_t tick = 0; tick < ticks; tick++) {
        scene_step(host, 1);
        sum += scene_reduction(host, "flow", -1);
    }
    orr_host_close(host);
    return sum / (double)ticks / LENGTH;
}

static void with_dawdling_slow_cars_flow_as_the_formula_says(void **state)
{
    (void)state;
    static const double cases[][2] = { { 0.5, 0.5 }, { 0.2, 0.25 }, { 0.8, 0.25 }, { 0.35, 0.75 } };
    const uint64_t ticks = scene_long() ? 100000 : 2000;
    const double window = scene_long() ? 0.001 : 0.004;
    for (int k = 0; k < 4; k++) {
        const double j = flow(cases[k][0], cases[k][1], ticks, NULL, NULL), want = formula(cases[k][0], cases[k][1]);
        if (!(fabs(j - want) < window))
            fail_msg("density %g, dawdle %g: %g, not %g", cases[k][0], cases[k][1], j, want);
    }
}

/* Cars come and go until there are as many as the slider says. */
static void cars_follow_the_slider(void **state)
{
    (void)state;
    static const char *const set[] = { "density=0.2", NULL };
    orr_host *host = road(set, 1, NULL, NULL);
    orr_world *world = orr_host_world(host);
    scene_step(host, 10);
    assert_int_equal(cars(host), 128);
    assert_int_equal(orr_param_set(world, orr_param_find(world, "density"), 0.5), ORR_OK);
    scene_step(host, 100);
    assert_int_equal(cars(host), 320);
    assert_int_equal(orr_param_set(world, orr_param_find(world, "density"), 0.1), ORR_OK);
    scene_step(host, 100);
    assert_int_equal(cars(host), 64);
    orr_host_close(host);
}

/* The line above is what the road was. */
static void the_past_stands_above(void **state)
{
    (void)state;
    orr_host *host = scene_open("traffic.lua", 1, NULL, NULL, NULL);
    uint8_t was[3][LENGTH];
    for (int tick = 0; tick < 3; tick++) {
        scene_step(host, 1);
        const uint8_t *car = scene_cells(host, "road", "car", NULL, NULL);
        for (uint32_t x = 0; x < LENGTH; x++) was[tick][x] = car[x];
    }
    const uint8_t *car = scene_cells(host, "road", "car", NULL, NULL);
    assert_memory_equal(car + LENGTH, was[1], LENGTH);
    assert_memory_equal(car + 2 * LENGTH, was[0], LENGTH);
    orr_host_close(host);
}

/* The oracle notices: cars that drive into others, that never speed up, a ring that is none, half the dawdling. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    static const char *const mistakes[][2] = { { "ahead - x - 1)", "ahead - x)" },
                                               { "math.min(now[x], most", "math.min(now[x] - 1, most" },
                                               { "then ahead = x + LENGTH end", "then ahead = x + LENGTH + 1 end" } };
    for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++)
        assert_false(flows_exactly(0.3, 5, 2, mistakes[k][0], mistakes[k][1]));
    const double half = flow(0.5, 0.5, 2000, "uniform(0, x) < p", "uniform(0, x) < 0.5 * p");
    assert_false(fabs(half - formula(0.5, 0.5)) < 0.004);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_dawdling_the_flow_is_exact),
        cmocka_unit_test(with_dawdling_slow_cars_flow_as_the_formula_says),
        cmocka_unit_test(cars_follow_the_slider),
        cmocka_unit_test(the_past_stands_above),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
