/* needs: lua. long: oracle
 * wolf_sheep.lua: the populations of the model's rules, and an account of every unit of energy. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

enum { CELLS = 51 * 51, FROM = 500, TO = 2500 };

/* Means over ticks FROM to TO. An independent implementation of the rules gives 161 sheep and 76 wolves; the windows
 * are four standard deviations of a run or more. */
typedef struct means {
    double sheep, wolves;
} means;

static means populations(uint64_t seed, const char *from, const char *to, uint64_t last)
{
    orr_host *host = scene_open("wolf_sheep.lua", seed, NULL, from, to);
    means m = { 0, 0 };
    scene_step(host, FROM);
    for (uint64_t tick = FROM; tick < last; tick++) {
        scene_step(host, 1);
        const double sheep = scene_reduction(host, "sheep", 0), wolves = scene_reduction(host, "wolves", 0);
        m.sheep += sheep / (double)(last - FROM);
        m.wolves += wolves / (double)(last - FROM);
        if (sheep == 0 || wolves == 0 || sheep > 5000) break; /* one is extinct: the means are far off */
    }
    orr_host_close(host);
    return m;
}

static bool as_published(means m)
{
    return fabs(m.sheep - 161) <= 8 && fabs(m.wolves - 76) <= 4;
}

static void both_live_on(void **state)
{
    (void)state;
    const uint64_t seeds = scene_long() ? 24 : 2;
    means mean = { 0, 0 };
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        const means m = populations(seed, NULL, NULL, TO);
        if (!as_published(m)) fail_msg("seed %d: %g sheep, %g wolves", (int)seed, m.sheep, m.wolves);
        mean.sheep += m.sheep / (double)seeds;
        mean.wolves += m.wolves / (double)seeds;
    }
    if (scene_long()) assert_true(fabs(mean.sheep - 161) < 2 && fabs(mean.wolves - 76) < 1);
}

/* Either the wolves eat all sheep and starve, or they starve first and nothing stops the sheep. */
static void without_grass_every_run_collapses(void **state)
{
    (void)state;
    static const char *const set[] = { "grass=0", NULL };
    const uint64_t seeds = scene_long() ? 24 : 4;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        orr_host *host = scene_open("wolf_sheep.lua", seed, set, NULL, NULL);
        uint64_t sheep = 1, wolves = 1;
        while (sheep > 0 && wolves > 0 && orr_world_tick(orr_host_world(host)) < 2500) {
            scene_step(host, 10);
            sheep = scene_count(host, "Animal Sheep");
            wolves = scene_count(host, "Animal Wolf");
        }
        assert_true(sheep == 0 || wolves == 0);
        orr_host_close(host);
    }
}

/* Sheep that nothing holds back: there are at most 30,000 and those that were born when there were as many. */
static void nobody_fills_the_machine(void **state)
{
    (void)state;
    static const char *const set[] = { "grass=0", "wolves=0", "sheep=10000", "sheep_rate=0.2", NULL };
    orr_host *host = scene_open("wolf_sheep.lua", 1, set, NULL, NULL);
    scene_step(host, 20);
    const uint64_t sheep = scene_count(host, "Animal Sheep");
    assert_true(sheep >= 30000 && sheep < 39000);
    scene_step(host, 5);
    assert_int_equal(scene_count(host, "Animal Sheep"), sheep);
    orr_host_close(host);
}

/* ---- accounts ---- */

static double energy(orr_host *host, const char *kind, double *count)
{
    uint64_t n = 0;
    double *values = scene_column(host, kind, "Animal.energy", &n), sum = 0;
    for (uint64_t i = 0; i < n; i++) sum += values[i];
    free(values);
    *count = (double)n;
    return sum;
}

/* Without births and grass all energies are whole numbers, sheep only die when eaten, and wolves starve at -1: what
 * the wolves gain is 20 for each sheep that is gone, so no sheep feeds two. */
static bool hunt_adds_up(orr_host *host)
{
    double wolves = 0, sheep = 0;
    scene_step(host, 0);
    double had = energy(host, "Animal Wolf", &wolves), idle = energy(host, "Animal Sheep", &sheep), eaten = 0;
    for (int tick = 0; tick < 60; tick++) {
        double wolves_now = 0, sheep_now = 0;
        scene_step(host, 1);
        const double has = energy(host, "Animal Wolf", &wolves_now);
        idle = energy(host, "Animal Sheep", &sheep_now);
        if (has != had - wolves + 20 * (sheep - sheep_now) + (wolves - wolves_now)) return false;
        eaten += sheep - sheep_now;
        had = has, wolves = wolves_now, sheep = sheep_now;
    }
    return eaten > 100 && idle > 0;
}

/* Without births and wolves: each patch that is bare from this tick on has fed one sheep, by 4. */
static bool grazing_adds_up(orr_host *host)
{
    double sheep = 0, grazed = 0;
    scene_step(host, 0);
    double had = energy(host, "Animal Sheep", &sheep);
    for (int tick = 0; tick < 60; tick++) {
        double now = 0, bare = 0;
        scene_step(host, 1);
        const double has = energy(host, "Animal Sheep", &now);
        orr_world *world = orr_host_world(host);
        const int32_t *left = orr_lattice_cells(world, orr_lattice_find(world, "meadow"), "left", NULL, NULL);
        for (uint32_t k = 0; k < CELLS; k++) bare += left[k] == 30;
        if (has != had - sheep + 4 * bare + (sheep - now)) return false;
        grazed += bare;
        had = has, sheep = now;
    }
    return grazed > 100;
}

/* A birth divides energy and makes none. */
static bool births_add_up(orr_host *host)
{
    double few = 0, many = 0;
    scene_step(host, 0);
    const double before = energy(host, "Animal Sheep", &few);
    scene_step(host, 50);
    const double after = energy(host, "Animal Sheep", &many);
    return many > 3 * few && fabs(after - before) < 1e-3;
}

static const char *const hunting[] = { "grass=0", "sheep=400", "sheep_rate=0", "wolf_rate=0", NULL };
static const char *const grazing[] = { "wolves=0", "sheep=400", "sheep_rate=0", NULL };
static const char *const breeding[] = { "grass=0", "wolves=0", NULL };

static bool holds(bool (*law)(orr_host *), const char *const *set, const char *from, const char *to)
{
    orr_host *host = scene_open("wolf_sheep.lua", 1, set, from, to);
    const bool yes = law(host);
    orr_host_close(host);
    return yes;
}

static void energy_is_accounted_for(void **state)
{
    (void)state;
    assert_true(holds(hunt_adds_up, hunting, NULL, NULL));
    assert_true(holds(grazing_adds_up, grazing, NULL, NULL));
    assert_true(holds(births_add_up, breeding, NULL, NULL));
}

/* The oracle notices: grass that comes back sooner, births that cost nothing, a sheep that feeds several wolves, grass
 * that is not eaten up. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    assert_false(as_published(populations(1, "regrowth() + 1", "regrowth() - 9", 1000)));
    assert_false(as_published(populations(1, "uniform(i, 1) < chance", "uniform(i, 1) < 0.5 * chance", 1000)));
    assert_false(holds(hunt_adds_up, hunting, "table.remove(here)", "here[#here]"));
    assert_false(holds(grazing_adds_up, grazing, "if meadow.left[at] == 0", "if meadow.left[at] >= 0"));
    assert_false(holds(births_add_up, breeding, "a.energy[i] = a.energy[i] / 2", "a.energy[i] = a.energy[i] * 0.75"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_live_on),
        cmocka_unit_test(without_grass_every_run_collapses),
        cmocka_unit_test(nobody_fills_the_machine),
        cmocka_unit_test(energy_is_accounted_for),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
