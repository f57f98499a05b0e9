/* tsan: no. needs: lua
 * What the mouse does in the demos: pressed, dragged, released; the same twice; and nothing is held afterwards. */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

enum { LEFT = 1, RIGHT = 3 };

static void give(orr_host *host, uint32_t kind, uint32_t button, double x, double y)
{
    const orr_input input = { .kind = kind, .button = button, .x = x, .y = y };
    if (orr_world_input(orr_host_world(host), &input) != ORR_OK) fail_msg("%s", orr_last_error());
}

/* Pressed at a place, moved by 1 to the right, held for some ticks, released. */
static void drag(orr_host *host, uint32_t button, double x, double y, uint64_t ticks)
{
    give(host, ORR_INPUT_PRESS, button, x, y);
    scene_step(host, 1);
    give(host, ORR_INPUT_MOVE, button, x + 1, y);
    scene_step(host, ticks);
    give(host, ORR_INPUT_RELEASE, button, x + 1, y);
    scene_step(host, 1);
}

static orr_host *begin(const char *script, const char *const *set)
{
    orr_host *host = scene_open(script, 1, set, NULL, NULL);
    scene_step(host, 1);
    return host;
}

/* How many of these are within `reach` of a place. */
static uint64_t near(orr_host *host, const char *all, const char *component, double x, double y, double reach)
{
    char names[2][64];
    uint64_t count = 0, n = 0;
    snprintf(names[0], sizeof names[0], "%s.x", component);
    snprintf(names[1], sizeof names[1], "%s.y", component);
    double *px = scene_column(host, all, names[0], &count), *py = scene_column(host, all, names[1], &count);
    for (uint64_t i = 0; i < count; i++) n += hypot(px[i] - x, py[i] - y) < reach;
    free(px);
    free(py);
    return n;
}

static void birds_come_and_flee(void **state)
{
    (void)state;
    static const char *const set[] = { "count=2000", NULL };
    uint64_t around[3];
    static const uint32_t buttons[] = { LEFT, RIGHT, 0 };
    for (int k = 0; k < 3; k++) {
        orr_host *host = begin("boids.lua", set);
        if (buttons[k]) drag(host, buttons[k], 500, 500, 60);
        if (!buttons[k]) scene_step(host, 62);
        around[k] = near(host, "Position Velocity", "Position", 500, 500, 100);
        assert_true(scene_resource(host, "Hand", "call") == 0);
        orr_host_close(host);
    }
    assert_true(around[0] > 2 * around[2] && around[1] < around[2] / 2);
}

static void particles_gather(void **state)
{
    (void)state;
    static const char *const set[] = { "count=2000", NULL };
    orr_host *host = begin("particle_life.lua", set);
    const uint64_t before = near(host, "Position Velocity", "Position", 480, 300, 60);
    drag(host, LEFT, 480, 300, 40);
    const uint64_t gathered = near(host, "Position Velocity", "Position", 480, 300, 60);
    drag(host, RIGHT, 480, 300, 40);
    assert_true(gathered > 3 * before / 2);
    assert_true(near(host, "Position Velocity", "Position", 480, 300, 60) < gathered / 2);
    assert_true(scene_resource(host, "Hand", "pull") == 0);
    orr_host_close(host);
}

/* The key M: rules change by at most a fifth of what there is between two, and stay mutual when they were. */
static void rules_change(void **state)
{
    (void)state;
    static const char *const sets[][3] = { { "count=100", "symmetric=0" }, { "count=100", "symmetric=1" } };
    for (int k = 0; k < 2; k++) {
        orr_host *host = begin("particle_life.lua", sets[k]);
        float before[36], changed = 0;
        memcpy(before, scene_cells(host, "rules", "pull", NULL, NULL), sizeof before);
        orr_input key = { .kind = ORR_INPUT_KEY, .key = "n" };
        assert_int_equal(orr_world_input(orr_host_world(host), &key), ORR_OK);
        scene_step(host, 1);
        assert_memory_equal(before, scene_cells(host, "rules", "pull", NULL, NULL), sizeof before);
        key.key[0] = 'm';
        assert_int_equal(orr_world_input(orr_host_world(host), &key), ORR_OK);
        scene_step(host, 1);
        const float *after = scene_cells(host, "rules", "pull", NULL, NULL);
        for (int i = 0; i < 36; i++) {
            changed = fmaxf(changed, fabsf(after[i] - before[i]));
            assert_true(fabsf(after[i]) <= 1 && (k == 0 || after[i] == after[i % 6 * 6 + i / 6]));
        }
        assert_true(changed > 0.05f && changed <= (k == 0 ? 0.4f : 0.8f)); /* who is mutual changes twice */
        orr_host_close(host);
    }
}

static void cells_are_sown_and_wiped(void **state)
{
    (void)state;
    orr_host *host = begin("life.lua", NULL);
    const double before = scene_reduction(host, "population", -1);
    for (int k = 0; k < 10; k++) drag(host, LEFT, 100 + 20 * k, 100, 1);
    assert_true(scene_reduction(host, "population", -1) > before + 10);
    for (int y = -40; y < 0; y += 7)
        for (int x = 0; x < 640; x += 6) give(host, ORR_INPUT_MOVE, RIGHT, x, y); /* beyond an edge: a torus */
    scene_step(host, 1);
    assert_true(scene_reduction(host, "population", -1) > 0);
    orr_host_close(host);
}

static void people_fall_ill(void **state)
{
    (void)state;
    static const char *const set[] = { "r0=0", "first=1", "days=50", NULL };
    orr_host *host = begin("epidemic.lua", set);
    drag(host, LEFT, 50, 50, 1);
    assert_true(scene_reduction(host, "infected", -1) > 5);
    orr_host_close(host);
}

static void animals_are_dropped(void **state)
{
    (void)state;
    orr_host *host = begin("wolf_sheep.lua", NULL);
    const uint64_t sheep = scene_count(host, "Sheep");
    const uint64_t wolves = scene_count(host, "Wolf");
    for (int k = 0; k < 60; k++) give(host, ORR_INPUT_MOVE, LEFT, 10 + 0.5 * k, -3);
    for (int k = 0; k < 20; k++) give(host, ORR_INPUT_PRESS, RIGHT, 60, 20);
    scene_step(host, 1);
    assert_true(scene_count(host, "Sheep") > sheep + 30 && scene_count(host, "Wolf") > wolves + 10);
    give(host, ORR_INPUT_MOVE, 0, 10, 10);
    give(host, ORR_INPUT_RELEASE, LEFT, 10, 10);
    orr_host_close(host);
}

/* A probe on a circle stays on it, give or take what Jupiter does to it; none is put into the Sun. */
static void probes_go_round(void **state)
{
    (void)state;
    orr_host *host = begin("nbody.lua", NULL);
    give(host, ORR_INPUT_PRESS, LEFT, -2, 0);
    give(host, ORR_INPUT_PRESS, LEFT, 0, 0);
    scene_step(host, 1);
    assert_int_equal(scene_count(host, "Mass"), 6);
    scene_step(host, 1000);
    assert_int_equal(near(host, "Position Velocity Mass", "Position", 0, 0, 2.3), 2);
    assert_int_equal(near(host, "Position Velocity Mass", "Position", 0, 0, 1.7), 1);
    orr_host_close(host);
}

static void holes_appear(void **state)
{
    (void)state;
    static const char *const set[] = { "stars=100", NULL };
    orr_host *host = begin("galaxy.lua", set);
    drag(host, LEFT, 10, 0, 2);
    assert_int_equal(scene_count(host, "Hole"), 3);
    orr_host_close(host);
}

static void water_is_stirred_and_poured(void **state)
{
    (void)state;
    static const char *const set[] = { "tank=12", "dam=12", "height=4", NULL };
    orr_host *host = begin("fluid.lua", set);
    const uint64_t many = scene_count(host, "Fluid");
    drag(host, RIGHT, 5, 20, 100);
    const uint64_t poured = scene_count(host, "Fluid") - many;
    assert_true(poured > 0 && poured % 24 == 0);
    scene_step(host, 100);
    assert_int_equal(scene_count(host, "Fluid"), many + poured);
    const uint64_t before = near(host, "Position Fluid", "Position", 6, 8, 3.5);
    drag(host, LEFT, 5, 8, 300);
    assert_true(near(host, "Position Fluid", "Position", 6, 8, 3.5) > before);
    assert_true(scene_resource(host, "Hand", "held") == 0 && scene_resource(host, "Hand", "pour") == 0);
    orr_host_close(host);
}

static void cloth_is_dragged_and_cut(void **state)
{
    (void)state;
    static const char *const set[] = { "columns=20", "lines=15", NULL };
    orr_host *host = begin("cloth.lua", set);
    static const char *const all = "Position Thread";
    assert_int_equal(near(host, all, "Position", 2.5, -2.5, 0.1), 0);
    give(host, ORR_INPUT_PRESS, LEFT, 1.1, -1.9);
    scene_step(host, 1);
    give(host, ORR_INPUT_MOVE, LEFT, 2.5, -2.5);
    scene_step(host, 20);
    assert_int_not_equal(near(host, all, "Position", 2.5, -2.5, 0.1), 0);
    give(host, ORR_INPUT_RELEASE, LEFT, 2.5, -2.5);
    scene_step(host, 100);
    assert_int_equal(near(host, all, "Position", 2.5, -2.5, 0.1), 0); /* it has swung back */
    give(host, ORR_INPUT_PRESS, RIGHT, 0, 1);
    for (int k = 0; k < 40; k++) give(host, ORR_INPUT_MOVE, RIGHT, -1.5 + 0.075 * k, -1);
    scene_step(host, 1);
    give(host, ORR_INPUT_RELEASE, RIGHT, 0, 1);
    scene_step(host, 100); /* what was below falls */
    assert_true(scene_count(host, "Thread") < 300 && scene_count(host, "Thread") > 200);
    orr_host_close(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(birds_come_and_flee),
        cmocka_unit_test(particles_gather),
        cmocka_unit_test(rules_change),
        cmocka_unit_test(cells_are_sown_and_wiped),
        cmocka_unit_test(people_fall_ill),
        cmocka_unit_test(animals_are_dropped),
        cmocka_unit_test(probes_go_round),
        cmocka_unit_test(holes_appear),
        cmocka_unit_test(water_is_stirred_and_poured),
        cmocka_unit_test(cloth_is_dragged_and_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
