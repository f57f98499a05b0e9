/* needs: lua. long: oracle
 * ants.lua: every portion of food and every bit of scent is accounted for, and piles are emptied near to far. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

enum { WIDTH = 240, HEIGHT = 150, CELLS = WIDTH * HEIGHT };

static double scent(orr_host *host)
{
    const float *value = scene_cells(host, "scent", "value", NULL, NULL);
    double sum = 0;
    for (uint32_t i = 0; i < CELLS; i++) sum += (double)value[i];
    return sum;
}

static double food(orr_host *host)
{
    const int32_t *left = scene_cells(host, "food", "left", NULL, NULL);
    double sum = 0;
    for (uint32_t i = 0; i < CELLS; i++) sum += left[i];
    return sum;
}

static double loaded(orr_host *host)
{
    uint64_t n = 0;
    double *load = scene_column(host, "Ant", "Ant.load", &n), sum = 0;
    for (uint64_t i = 0; i < n; i++) sum += load[i];
    free(load);
    return sum;
}

/* M' = keep * (M + drop * ants that walk home with food): those that are loaded now but for those that took it in this
 * tick. And food: what has left the piles is on its way or at home. */
static bool adds_up(orr_host *host, double keep, double drop, uint64_t ticks)
{
    scene_step(host, 0);
    const double start = food(host);
    double mass = scent(host), left = start, most = 0;
    for (uint64_t tick = 0; tick < ticks; tick++) {
        scene_step(host, 1);
        const double now = scent(host), food_now = food(host), on_their_way = loaded(host);
        const double expected = keep * (mass + drop * (on_their_way - (left - food_now)));
        if (fabs(now - expected) > 1e-6 * expected) return false;
        if (start - food_now != on_their_way + scene_resource(host, "Hive", "home")) return false;
        mass = now, left = food_now, most = fmax(most, now);
    }
    return most > 100 && left < start;
}

static const char *const usual[] = { "count=400", "keep=0.97", "drop=2", NULL };
static const char *const forever[] = { "count=400", "keep=1", "spread=1", NULL };

static bool holds(const char *const *set, double keep, double drop, const char *from, const char *to)
{
    orr_host *host = scene_open("ants.lua", 1, set, from, to);
    const bool yes = adds_up(host, keep, drop, 300);
    orr_host_close(host);
    return yes;
}

static void scent_and_food_add_up(void **state)
{
    (void)state;
    assert_true(holds(usual, 0.97, 2, NULL, NULL));
    assert_true(holds(forever, 1, 1, NULL, NULL)); /* to spread makes nothing and loses nothing */
}

static double pile(orr_host *host, int32_t at_x, int32_t at_y)
{
    const int32_t *left = scene_cells(host, "food", "left", NULL, NULL);
    double sum = 0;
    for (int32_t y = at_y - 6; y <= at_y + 6; y++)
        for (int32_t x = at_x - 6; x <= at_x + 6; x++) sum += left[y * WIDTH + x];
    return sum;
}

/* When half of each pile is gone, and all of it. The piles are 40, 58 and 99 away. */
static bool near_to_far(uint64_t seed, const char *from, const char *to)
{
    static const int32_t piles[3][2] = { { 158, 88 }, { 70, 45 }, { 35, 125 } };
    orr_host *host = scene_open_changed(
        "ants.lua", seed, NULL,
        (const char *const[][2]){
            { "PILE_RADIUS, PORTIONS = 6, 20", "PILE_RADIUS, PORTIONS = 6, 6" }, { from, to }, { NULL, NULL } });
    uint64_t half[3] = { 0 }, gone[3] = { 0 };
    double start[3];
    scene_step(host, 0);
    for (int k = 0; k < 3; k++) start[k] = pile(host, piles[k][0], piles[k][1]);
    for (uint64_t tick = 20; tick <= 6000 && !(gone[0] && gone[1] && gone[2]); tick += 20) {
        scene_step(host, 20);
        for (int k = 0; k < 3; k++) {
            const double left = pile(host, piles[k][0], piles[k][1]);
            if (!half[k] && left <= start[k] / 2) half[k] = tick;
            if (!gone[k] && left == 0) gone[k] = tick;
        }
    }
    orr_host_close(host);
    return gone[0] && half[0] < half[1] && half[1] < half[2] && gone[0] < gone[1] && gone[1] < gone[2];
}

static void piles_are_emptied_near_to_far(void **state)
{
    (void)state;
    const uint64_t seeds = scene_long() ? 40 : 3;
    uint64_t so = 0;
    for (uint64_t seed = 1; seed <= seeds; seed++) so += near_to_far(seed, NULL, NULL);
    if (so + seeds / 10 < seeds) fail_msg("%d of %d", (int)so, (int)seeds);
}

/* The oracle notices: scent for nothing, food that is not used up, scent that fades twice, ants that walk away from it or
 * do not follow it. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    assert_false(holds(usual, 0.97, 2, "scent[at] + drop(), laid", "scent[at] + 0.5 * drop(), laid"));
    assert_false(holds(usual, 0.97, 2, "left[at] = left[at] - 1", "left[at] = left[at]"));
    assert_false(holds(usual, 0.97, 2, "decay = keep", "decay = 0.96"));
    assert_false(holds(usual, 0.97, 2, "a.load[i], a.heading[i], home = 0,", "a.load[i], a.heading[i], home = 1,"));
    assert_false(near_to_far(1, "(left > right and PI / 4 or -PI / 4)", "(left > right and -PI / 4 or PI / 4)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scent_and_food_add_up),
        cmocka_unit_test(piles_are_emptied_near_to_far),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
