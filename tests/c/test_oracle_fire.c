/* needs: lua. long: oracle
 * fire.lua against percolation of sites: what burns is what hangs together with the left edge, when it burns is how far it
 * is, and whether the fire crosses turns at the threshold. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scene.h"

enum { SIDE = 251, CELLS = SIDE * SIDE, ON_FIRE = 12 };

/* NetLogo's model "Fire" has this size. */
static orr_host *forest(double density, uint64_t seed, const char *from, const char *to)
{
    char text[32];
    snprintf(text, sizeof text, "density=%g", density);
    const char *const set[] = { text, "grow=0", "lightning=0", NULL };
    orr_host *host = scene_open_changed(
        "fire.lua", seed, set,
        (const char *const[][2]){ { "HEIGHT = 512, 320", "HEIGHT = 251, 251" }, { from, to }, { NULL, NULL } });
    scene_step(host, 0);
    return host;
}

/* How many steps each tree is away from the left edge over trees; -1: cannot be reached, -2: no tree. Gives the largest;
 * *crosses: whether some tree of the right edge is reached. */
static int32_t distances(orr_host *host, int32_t *steps, bool *crosses)
{
    static uint32_t queue[CELLS];
    const uint8_t *cell = scene_cells(host, "forest", "cell", NULL, NULL);
    uint32_t first = 0, last = 0;
    int32_t most = 0;
    for (uint32_t i = 0; i < CELLS; i++) {
        steps[i] = cell[i] >= ON_FIRE ? -1 : -2;
        if (i % SIDE == 0 && cell[i] >= ON_FIRE) steps[i] = 0, queue[last++] = i;
    }
    *crosses = false;
    while (first < last) {
        const uint32_t i = queue[first++], x = i % SIDE, y = i / SIDE;
        const uint32_t beside[4] = { x > 0 ? i - 1 : i, x + 1 < SIDE ? i + 1 : i, y > 0 ? i - SIDE : i,
                                     y + 1 < SIDE ? i + SIDE : i };
        most = steps[i];
        *crosses |= x + 1 == SIDE;
        for (int k = 0; k < 4; k++)
            if (steps[beside[k]] == -1) steps[beside[k]] = steps[i] + 1, queue[last++] = beside[k];
    }
    return most;
}

/* Every tree catches fire in the tick that its distance says, or never; and then it is over. */
static bool burns_as_it_should(orr_host *host)
{
    static int32_t steps[CELLS];
    bool crosses;
    const int32_t most = distances(host, steps, &crosses);
    for (int32_t tick = 0; tick <= most; tick++) {
        const uint8_t *cell = scene_cells(host, "forest", "cell", NULL, NULL);
        for (uint32_t i = 0; i < CELLS; i++) {
            if ((cell[i] == ON_FIRE) != (steps[i] == tick)) return false;
            if ((cell[i] > ON_FIRE) != (steps[i] == -1 || steps[i] > tick)) return false;
        }
        scene_step(host, 1);
    }
    return scene_reduction(host, "burning", -1) == 0;
}

static void the_fire_takes_the_shortest_way(void **state)
{
    (void)state;
    static const double densities[] = { 0.4, 0.59, 0.65, 1 };
    const uint64_t seeds = scene_long() ? 20 : 1;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        for (int k = 0; k < 4; k++) {
            orr_host *host = forest(densities[k], seed, NULL, NULL);
            if (!burns_as_it_should(host)) fail_msg("density %g, seed %d", densities[k], (int)seed);
            orr_host_close(host);
        }
    }
}

/* The share of forests that the fire crosses. Since it takes all that hangs together, the forest says so. */
static double crossing(double density, uint64_t seeds, const char *from, const char *to)
{
    static int32_t steps[CELLS];
    uint64_t across = 0;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        bool crosses;
        orr_host *host = forest(density, seed, from, to);
        distances(host, steps, &crosses);
        across += crosses;
        orr_host_close(host);
    }
    return (double)across / (double)seeds;
}

/* The threshold is 0.592746. */
static void it_crosses_above_the_threshold(void **state)
{
    (void)state;
    const uint64_t seeds = scene_long() ? 300 : 10;
    assert_true(crossing(0.55, seeds, NULL, NULL) < 0.01);
    assert_true(crossing(0.61, seeds, NULL, NULL) > (scene_long() ? 0.95 : 0.75));
    const double half = crossing(0.592746, seeds, NULL, NULL); /* one half on a large square */
    assert_true(fabs(half - 0.5) < (scene_long() ? 0.12 : 0.45));
}

/* Trees that do not always catch fire stop it sooner; new ones come, as many as they should. */
static void sliders_do_what_they_say(void **state)
{
    (void)state;
    static const char *const bare[] = { "density=0", "grow=0.01", "lightning=0", NULL };
    orr_host *host = scene_open("fire.lua", 1, bare, NULL, NULL);
    scene_step(host, 50);
    double trees = 0;
    const uint8_t *cell = scene_cells(host, "forest", "cell", NULL, NULL);
    for (uint32_t i = 0; i < 512 * 320; i++) trees += cell[i] > ON_FIRE;
    const double share = 1 - pow(0.99, 50), cells = 512 * 320;
    assert_true(fabs(trees / cells - share) < 5 * sqrt(share * (1 - share) / cells));
    orr_host_close(host);
    static const char *const damp[] = { "density=0.65", "spread=0.3", "grow=0", "lightning=0", NULL };
    host = scene_open("fire.lua", 1, damp, NULL, NULL);
    scene_step(host, 400);
    assert_true(scene_reduction(host, "burning", -1) == 0);
    assert_true(scene_resource(host, "Count", "burnt") < 5000);
    orr_host_close(host);
}

/* The oracle notices: a side that is not looked at, a fire that wraps, fewer trees than were asked for. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    static const char *const mistakes[][2] = { { "x < WIDTH - 1 and now[i + 1]", "x < WIDTH - 1 and now[i - 1]" },
                                               { "if y > 0 and now[i - WIDTH]", "if y > 1 and now[i - 2 * WIDTH]" },
                                               { "x < WIDTH - 1 and", "(x < WIDTH - 1 or y < HEIGHT - 1) and" },
                                               { "nxt[i] = what - 1", "nxt[i] = what" } };
    for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++) {
        orr_host *host = forest(0.65, 1, mistakes[k][0], mistakes[k][1]);
        assert_false(burns_as_it_should(host));
        orr_host_close(host);
    }
    assert_true(crossing(0.61, 8, "share = ctx:write(Forest).cell, density()",
                         "share = ctx:write(Forest).cell, 0.9 * density()") < 0.5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fire_takes_the_shortest_way),
        cmocka_unit_test(it_crosses_above_the_threshold),
        cmocka_unit_test(sliders_do_what_they_say),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
