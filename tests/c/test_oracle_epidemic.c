/* needs: lua. long: oracle
 * epidemic.lua against the final size of Kermack and McKendrick. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

enum { PEOPLE = 10000, FIRST = 20 };

/* The share that fell ill in the end, when `first` of them were ill at the start: r = 1 - (1 - first) exp(-R0 r). */
static double final_size(double r0, double first)
{
    double r = 1;
    for (int k = 0; k < 200; k++) r = 1 - (1 - first) * exp(-r0 * r);
    return r;
}

/* Runs until nobody is ill; the share that was, and the ticks it took. */
static double outbreak(orr_host *host, uint64_t *ticks)
{
    double ill = 1, recovered = 0, total = 0;
    for (*ticks = 0; ill > 0 && *ticks < 20000; *ticks += 20) {
        scene_step(host, 20);
        ill = scene_reduction(host, "infected", -1);
        recovered = scene_reduction(host, "recovered", -1);
        total = ill + recovered + scene_reduction(host, "susceptible", -1);
    }
    assert_true(ill == 0);
    assert_true(total == (double)scene_count(host, "Person"));
    return recovered / total;
}

static double mean_size(const char *const *set, uint64_t seeds, const char *from, const char *to, double *mean_ticks)
{
    double sum = 0, time = 0;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        orr_host *host = scene_open("epidemic.lua", seed, set, from, to);
        uint64_t ticks = 0;
        sum += outbreak(host, &ticks);
        time += (double)ticks;
        orr_host_close(host);
    }
    if (mean_ticks) *mean_ticks = time / (double)seeds;
    return sum / (double)seeds;
}

/* The final size of one outbreak varies: with N people by about
 *     sqrt(r (1 - r) (1 + R0^2 (1 - r)) / N) / (1 - R0 (1 - r))
 * (von Bahr and Martin-Loef 1980). Four of those over the root of the number of seeds is what a mean may be off. */
static double tolerance(double r0, double r, double people, double seeds)
{
    return 4 * sqrt(r * (1 - r) * (1 + r0 * r0 * (1 - r)) / people / seeds) / (1 - r0 * (1 - r));
}

static void the_formula_is_that_of_the_books(void **state)
{
    (void)state;
    assert_true(fabs(final_size(2, 0) - 0.7968) < 5e-5);
    assert_true(fabs(final_size(1.5, 0) - 0.5828) < 5e-5);
    assert_true(fabs(final_size(3, 0) - 0.9405) < 5e-5);
}

static void final_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *set[5];
        double r0;
    } cases[] = { { { "mixed=1", "first=20", "r0=1.5" }, 1.5 },
                  { { "mixed=1", "first=20", "r0=2" }, 2 },
                  { { "mixed=1", "first=20", "r0=3" }, 3 },
                  { { "mixed=1", "first=20", "r0=2", "days=2" }, 2 } };
    const uint64_t seeds = scene_long() ? 32 : 2;
    for (int k = 0; k < 4; k++) {
        const double r = final_size(cases[k].r0, (double)FIRST / PEOPLE);
        const double size = mean_size(cases[k].set, seeds, NULL, NULL, NULL);
        if (fabs(size - r) > tolerance(cases[k].r0, r, PEOPLE, (double)seeds))
            fail_msg("R0 = %g: %g fell ill, expected %g", cases[k].r0, size, r);
    }
}

/* Below one each of the first infects 1 / (1 - R0) people on average, and that is all. */
static void no_outbreak_below_one(void **state)
{
    (void)state;
    static const char *const half[] = { "mixed=1", "first=20", "r0=0.5", NULL },
                             *const most[] = { "mixed=1", "first=20", "r0=0.9", NULL },
                             *const none[] = { "mixed=1", "first=20", "r0=0", NULL };
    const uint64_t seeds = scene_long() ? 32 : 2;
    assert_true(mean_size(half, seeds, NULL, NULL, NULL) < 2.0 * FIRST / 0.5 / PEOPLE);
    assert_true(mean_size(most, seeds, NULL, NULL, NULL) < 0.06);
    assert_true(mean_size(none, 1, NULL, NULL, NULL) == (double)FIRST / PEOPLE);
}

/* On the plane an ill neighbourhood has few left to infect: fewer fall ill, and it takes longer. Who walks far enough
 * meets everybody, nearly: hence the 0.05. */
static void a_plane_is_slower_until_all_walk_far(void **state)
{
    (void)state;
    static const char *const mixed[] = { "people=2000", "r0=2", "mixed=1", "first=20", NULL },
                             *const home[] = { "people=2000", "r0=2", "mixed=0", "walk=2", "first=20", NULL },
                             *const far[] = { "people=2000", "r0=2", "mixed=0", "walk=20", "first=20", NULL };
    const uint64_t seeds = scene_long() ? 16 : 1;
    double ticks_mixed = 0, ticks_home = 0;
    const double r = final_size(2, (double)FIRST / 2000);
    const double all = mean_size(mixed, seeds, NULL, NULL, &ticks_mixed);
    const double near = mean_size(home, seeds, NULL, NULL, &ticks_home);
    const double wide = mean_size(far, seeds, NULL, NULL, NULL);
    assert_true(fabs(all - r) < tolerance(2, r, 2000, (double)seeds));
    assert_true(near < 0.5 * r && ticks_home > ticks_mixed);
    assert_true(fabs(wide - r) < 0.05 + tolerance(2, r, 2000, (double)seeds));
}

/* The oracle notices: half the recovery, half the contacts. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    static const char *const mistakes[][2] = { { "uniform(i, 2) < recover", "uniform(i, 2) < 0.5 * recover" },
                                               { "orrery.exp(-r0() *", "orrery.exp(-0.5 * r0() *" } };
    static const char *const set[] = { "mixed=1", "first=20", "r0=2", NULL };
    const double r = final_size(2, (double)FIRST / PEOPLE);
    for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++) {
        const double size = mean_size(set, 1, mistakes[k][0], mistakes[k][1], NULL);
        assert_true(fabs(size - r) > tolerance(2, r, PEOPLE, 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_formula_is_that_of_the_books),
        cmocka_unit_test(final_sizes),
        cmocka_unit_test(no_outbreak_below_one),
        cmocka_unit_test(a_plane_is_slower_until_all_walk_far),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
