/* needs: lua. long: oracle
 * schelling.lua: people who want three like neighbours of ten end up with some three quarters, on a board of 51 x 51. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

enum { SIDE = 51, CELLS = SIDE * SIDE, PEOPLE = 2471 }; /* 95 % */

static const char *const usual[] = { "want=0.3", "moves=20000", NULL };

static orr_host *city(uint64_t seed, const char *const *set, const char *from, const char *to)
{
    orr_host *host = scene_open_changed(
        "schelling.lua", seed, set,
        (const char *const[][2]){ { "HEIGHT = 320, 200", "HEIGHT = 51, 51" }, { from, to }, { NULL, NULL } });
    scene_step(host, 0);
    return host;
}

static uint32_t group_of(const uint16_t *kind, int32_t x, int32_t y)
{
    switch (kind[(y + SIDE) % SIDE * SIDE + (x + SIDE) % SIDE]) {
    case 0: return 0;
    case 1: return 1;
    case 16: return 2;
    case 256: return 3;
    case 4096: return 4;
    default: fail_msg("a kind that is none"); return 0;
    }
}

typedef struct census {
    uint32_t people[5], discontent;
    double alike; /* share of like neighbours, over all pairs of neighbours */
} census;

/* Counted by coordinates, neighbour by neighbour. */
static census count(orr_host *host, double want)
{
    const uint16_t *kind = scene_cells(host, "city", "kind", NULL, NULL);
    census c = { 0 };
    double alike = 0, all = 0;
    for (int32_t i = 0; i < CELLS; i++) {
        const int32_t x = i % SIDE, y = i / SIDE;
        const uint32_t me = group_of(kind, x, y);
        double like = 0, near = 0;
        c.people[me]++;
        for (int32_t k = 0; k < 9 && me; k++) {
            const uint32_t other = k == 4 ? 0 : group_of(kind, x + k % 3 - 1, y + k / 3 - 1);
            near += other > 0;
            like += other == me;
        }
        c.discontent += me && like < want * near;
        alike += like, all += near;
    }
    c.alike = alike / all;
    return c;
}

/* Until all are content; the share of like neighbours then, or -1 when they are not in time. */
static double settle(uint64_t seed, const char *from, const char *to)
{
    orr_host *host = city(seed, usual, from, to);
    census c = count(host, 0.3);
    assert_true(fabs(c.alike - 0.5) < 0.04);
    for (int tick = 0; tick < 200 && (tick < 2 || scene_resource(host, "Mood", "discontent") > 0); tick++)
        scene_step(host, 1);
    c = count(host, 0.3);
    if (scene_resource(host, "Mood", "discontent") > 0 || c.discontent > 0) c.alike = -1;
    orr_host_close(host);
    return c.alike;
}

/* An independent implementation says 75 % +- 4. Here a run gives 75.4 % with a deviation of 0.9 %. */
static void mild_wishes_separate(void **state)
{
    (void)state;
    const uint64_t seeds = scene_long() ? 200 : 8;
    double sum = 0;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        const double share = settle(seed, NULL, NULL);
        if (!(fabs(share - 0.75) <= 0.04)) fail_msg("seed %d: %g", (int)seed, share);
        sum += share / (double)seeds;
    }
    assert_true(fabs(sum - 0.754) < 4 * 0.009 / sqrt((double)seeds));
}

/* What the script counts is what there is; nobody is lost; and who is content stays. */
static void the_census_is_right(void **state)
{
    (void)state;
    static const char *const set[] = { "want=0.45", "moves=40", "groups=4", NULL };
    orr_host *host = city(7, set, NULL, NULL);
    const census first = count(host, 0.45);
    assert_int_equal(first.people[0], CELLS - PEOPLE);
    for (uint32_t g = 1; g <= 4; g++) assert_true(abs((int)first.people[g] - PEOPLE / 4) <= 1);
    census before = first;
    for (int tick = 0; tick < 50; tick++) {
        static uint16_t was[CELLS];
        const uint16_t *kind = scene_cells(host, "city", "kind", NULL, NULL);
        for (uint32_t i = 0; i < CELLS; i++) was[i] = kind[i];
        scene_step(host, 1);
        assert_true(scene_resource(host, "Mood", "discontent") == before.discontent);
        assert_true(fabs(scene_resource(host, "Mood", "alike") - before.alike) < 1e-12);
        const census now = count(host, 0.45);
        uint32_t changed = 0;
        kind = scene_cells(host, "city", "kind", NULL, NULL);
        for (uint32_t i = 0; i < CELLS; i++) changed += was[i] != kind[i];
        assert_true(changed <= 80);
        for (uint32_t g = 0; g <= 4; g++) assert_int_equal(now.people[g], first.people[g]);
        before = now;
    }
    orr_host_close(host);
}

/* The oracle notices: wishes half as strong, neighbours that are not seen, wishes turned round. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    static const char *const mistakes[][2] = { { "like < wish * near", "like < 0.5 * wish * near" },
                                               { "like < wish * near", "like > wish * near" },
                                               { "kind[up + l] +", "" } };
    for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++) {
        const double share = settle(1, mistakes[k][0], mistakes[k][1]);
        assert_false(fabs(share - 0.75) <= 0.04);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mild_wishes_separate),
        cmocka_unit_test(the_census_is_right),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
