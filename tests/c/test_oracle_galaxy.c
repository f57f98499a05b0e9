/* needs: lua. long: oracle
 * galaxy.lua against the laws of mechanics: momentum, angular momentum and energy stay. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

static const char *const all = "Position Velocity Star";

typedef struct laws {
    double momentum[3], spin[3], energy;
    double motion, turn; /* sums of m |v| and of m |x| |v|: what rounding is relative to */
    uint64_t bodies;
} laws;

static double *columns[7];

static uint64_t look(orr_host *host)
{
    static const char *const names[] = { "Position.x", "Position.y", "Position.z", "Velocity.x",
                                         "Velocity.y", "Velocity.z", "Star.mass" };
    uint64_t count = 0;
    for (int k = 0; k < 7; k++) columns[k] = scene_column(host, all, names[k], &count);
    return count;
}

static laws measure(orr_host *host)
{
    laws l = { .bodies = look(host) };
    const double soft = 1, *m = columns[6];
    for (uint64_t i = 0; i < l.bodies; i++) {
        double x[3], v[3], x2 = 0, v2 = 0;
        for (int a = 0; a < 3; a++) {
            x[a] = columns[a][i], v[a] = columns[3 + a][i];
            l.momentum[a] += m[i] * v[a];
            x2 += x[a] * x[a], v2 += v[a] * v[a];
        }
        for (int a = 0; a < 3; a++)
            l.spin[a] += m[i] * (x[(a + 1) % 3] * v[(a + 2) % 3] - x[(a + 2) % 3] * v[(a + 1) % 3]);
        l.motion += m[i] * sqrt(v2);
        l.turn += m[i] * sqrt(x2 * v2);
        l.energy += 0.5 * m[i] * v2;
        for (uint64_t j = i + 1; j < l.bodies; j++) {
            double d2 = soft * soft;
            for (int a = 0; a < 3; a++) d2 += (columns[a][j] - x[a]) * (columns[a][j] - x[a]);
            l.energy -= m[i] * m[j] / sqrt(d2);
        }
    }
    for (int k = 0; k < 7; k++) free(columns[k]);
    return l;
}

/* Greatest changes, relative. */
typedef struct drift {
    double momentum, spin, energy;
} drift;

static drift run(const char *const *set, int rounds, const char *from, const char *to)
{
    orr_host *host = scene_open("galaxy.lua", 1, set, from, to);
    drift d = { 0, 0, 0 };
    scene_step(host, 0);
    const laws start = measure(host);
    for (int round = 0; round < rounds; round++) {
        scene_step(host, 50);
        const laws now = measure(host);
        for (int a = 0; a < 3; a++) {
            d.momentum = fmax(d.momentum, fabs(now.momentum[a] - start.momentum[a]) / start.motion);
            d.spin = fmax(d.spin, fabs(now.spin[a] - start.spin[a]) / start.turn);
        }
        d.energy = fmax(d.energy, fabs(now.energy / start.energy - 1));
    }
    orr_host_close(host);
    return d;
}

static bool lawful(drift d)
{
    return d.momentum < 1e-12 && d.spin < 1e-12 && d.energy < 1e-3;
}

static const char *const small[] = { "stars=300", NULL };

static void the_laws_hold(void **state)
{
    (void)state;
    static const char *const lone[] = { "stars=300", "lone=1", NULL };
    const int rounds = scene_long() ? 400 : 30;
    const drift two = run(small, rounds, NULL, NULL), one = run(lone, rounds, NULL, NULL);
    if (!lawful(two)) fail_msg("two: momentum %g, spin %g, energy %g", two.momentum, two.spin, two.energy);
    if (!lawful(one)) fail_msg("one: momentum %g, spin %g, energy %g", one.momentum, one.spin, one.energy);
}

/* A disc by itself stays one: stars on circles. */
static void a_lone_disc_keeps_its_size(void **state)
{
    (void)state;
    static const char *const lone[] = { "stars=300", "lone=1", "share=0.01", NULL };
    orr_host *host = scene_open("galaxy.lua", 1, lone, NULL, NULL);
    double size[2] = { 0, 0 };
    for (int k = 0; k < 2; k++) {
        scene_step(host, k ? 1000 : 0);
        const uint64_t count = look(host);
        for (uint64_t i = 0; i < count; i++) {
            double r2 = 0;
            for (int a = 0; a < 3; a++) r2 += columns[a][i] * columns[a][i];
            size[k] += sqrt(r2) / (double)count;
        }
        for (int c = 0; c < 7; c++) free(columns[c]);
    }
    assert_true(fabs(size[1] / size[0] - 1) < 0.02);
    orr_host_close(host);
}

/* As many as make several ranges, so that threads have something to share out. */
static void threads_do_not_matter(void **state)
{
    (void)state;
    static const char *const many[] = { "stars=10000", NULL };
    uint64_t hashes[4];
    for (uint32_t threads = 0; threads < 4; threads++) {
        orr_host *host = orr_host_open(
            &(orr_host_desc){ .script = "scripts/galaxy.lua", .set = many, .threads = threads, .seed = 4 });
        if (!host) fail_msg("%s", orr_last_error());
        scene_step(host, scene_long() ? 50 : 2);
        hashes[threads] = orr_world_hash(orr_host_world(host));
        assert_int_equal(scene_count(host, all), 10002);
        orr_host_close(host);
    }
    for (int k = 1; k < 4; k++) assert_true(hashes[k] == hashes[0]);
}

/* The oracle notices: a pull that is not mutual, half a drift too many, a law other than that of squares. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    static const char *const mistakes[][2] = { { "gravity = gravity, softening = soft", "softening = 0.5" },
                                               { "drift \"drift-again\"", "drift \"once\" drift \"drift-again\"" },
                                               { "rate = 1, share = 1", "rate = 1, share = 0.5" },
                                               { "rate = 1, share = 1", "rate = -1, share = 1" } };
    for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++)
        assert_false(lawful(run(small, 12, mistakes[k][0], mistakes[k][1])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_laws_hold),
        cmocka_unit_test(a_lone_disc_keeps_its_size),
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
