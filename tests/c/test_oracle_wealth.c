/* needs: lua. long: oracle
 * wealth.lua: coins that change hands end up in a geometric distribution, with its Gini coefficient. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef struct wealth {
    double gini, total, least, penniless; /* the last as a share */
} wealth;

/* G = sum of (2 i - n - 1) x_i over n times the total, for x in order of size and i from 1. */
static wealth look(orr_host *host)
{
    uint64_t n = 0;
    double *has = scene_column(host, "Person", "Person.coins", &n), weighed = 0;
    wealth w = { 0 };
    qsort(has, n, sizeof *has, by_size);
    for (uint64_t i = 0; i < n; i++) {
        weighed += (2.0 * (double)i + 1 - (double)n) * has[i];
        w.total += has[i];
        w.penniless += (has[i] == 0) / (double)n;
    }
    w.gini = weighed / ((double)n * w.total);
    w.least = has[0];
    free(has);
    return w;
}

/* Means over `looks` looks, 50 ticks apart, after `rest` ticks. */
static wealth equilibrium(const char *const *set, uint64_t rest, int looks, const char *from, const char *to)
{
    orr_host *host = scene_open("wealth.lua", 1, set, from, to);
    scene_step(host, 0);
    const double total = look(host).total;
    wealth mean = { .least = 1e9 };
    scene_step(host, rest);
    for (int k = 0; k < looks; k++) {
        scene_step(host, 50);
        const wealth w = look(host);
        if (!from) assert_true(w.total == total);
        if (!from) assert_true(fabs(scene_resource(host, "Count", "gini") - w.gini) < 1e-9);
        mean.gini += w.gini / looks;
        mean.penniless += w.penniless / looks;
        mean.least = fmin(mean.least, w.least);
        mean.total = w.total;
    }
    orr_host_close(host);
    return mean;
}

/* All ways to share out the coins come to be equally likely: a geometric distribution of mean m, q = m / (1 + m). */
static double formula(double m)
{
    return (1 + m) / (1 + 2 * m);
}

static void gini_tends_to_the_formula(void **state)
{
    (void)state;
    static const struct {
        const char *set[4];
        double mean;
        uint64_t rest;
    } cases[] = { { { "coins=1", "people=2000" }, 1, 200 },
                  { { "coins=3", "people=2000" }, 3, 600 },
                  { { "coins=5", "people=2000" }, 5, 1500 },
                  { { "coins=10", "people=2000" }, 10, 5000 } };
    const int long_run = scene_long();
    for (int k = 0; k < (long_run ? 4 : 2); k++) {
        const wealth w = equilibrium(cases[k].set, cases[k].rest, long_run ? 400 : 20, NULL, NULL);
        const double g = formula(cases[k].mean), poor = 1 / (1 + cases[k].mean), window = long_run ? 0.004 : 0.012;
        if (!(fabs(w.gini - g) < window)) fail_msg("mean %g: Gini %g, not %g", cases[k].mean, w.gini, g);
        if (!(fabs(w.penniless - poor) < window)) fail_msg("mean %g: %g have nothing", cases[k].mean, w.penniless);
        assert_true(w.least == 0);
    }
}

/* With credit c it is wealth and c that is distributed so, and Gini's denominator is the mean of wealth alone. */
static void credit_shifts_it(void **state)
{
    (void)state;
    static const char *const set[] = { "coins=3", "credit=2", "people=2000", NULL };
    const wealth w = equilibrium(set, 1000, scene_long() ? 400 : 20, NULL, NULL);
    assert_true(w.least == -2);
    assert_true(fabs(w.gini - formula(5) * 5 / 3) < 0.03);
}

/* Help from the rich for the poor: less of it; and a larger stake changes the pace, not the rule. */
static void aid_levels(void **state)
{
    (void)state;
    static const char *const set[] = { "coins=5", "aid=0.1", "people=2000", NULL };
    static const char *const stake[] = { "coins=6", "stake=3", "people=2000", NULL };
    const double g = equilibrium(set, 600, 10, NULL, NULL).gini;
    assert_true(g < 0.9 * formula(5));
    assert_true(fabs(equilibrium(stake, 600, 20, NULL, NULL).gini - formula(2)) < 0.012); /* 2 heaps of 3 coins each */
}

/* The oracle notices: debts that were not agreed, coins that get lost, a coin that is not fair, a partner of one's own. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    static const char *const mistakes[][2] = { { "if a >= least then person", "if a >= least - 1 then person" },
                                               { "elseif b >= least then", "elseif b >= 0 then" },
                                               { "u - help < 0.5 * (1 - help)", "u - help < 0.4 * (1 - help)" },
                                               { "person.coins[i] = a - d end", "person.coins[i] = a end" } };
    static const char *const set[] = { "coins=3", "people=2000", NULL };
    for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++) {
        const wealth w = equilibrium(set, 400, 10, mistakes[k][0], mistakes[k][1]);
        const bool right = fabs(w.gini - formula(3)) < 0.012 && w.total == 6000 && w.least == 0;
        if (right) fail_msg("'%s' is not noticed: %g", mistakes[k][1], w.gini);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gini_tends_to_the_formula),
        cmocka_unit_test(credit_shifts_it),
        cmocka_unit_test(aid_levels),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
