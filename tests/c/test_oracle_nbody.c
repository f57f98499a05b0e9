/* needs: lua. long: oracle
 * nbody.lua against the Benchmarks Game's figures and the laws of mechanics. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

typedef struct bodies {
    double *x[3], *v[3], *m;
    uint64_t count;
} bodies;

static const char *const all = "Position Velocity Mass";

static bodies look(orr_host *host)
{
    static const char *const x[] = { "Position.x", "Position.y", "Position.z" };
    static const char *const v[] = { "Velocity.x", "Velocity.y", "Velocity.z" };
    bodies b;
    for (int a = 0; a < 3; a++) {
        b.x[a] = scene_column(host, all, x[a], &b.count);
        b.v[a] = scene_column(host, all, v[a], &b.count);
    }
    b.m = scene_column(host, all, "Mass.value", &b.count);
    return b;
}

static void forget(bodies *b)
{
    for (int a = 0; a < 3; a++) {
        free(b->x[a]);
        free(b->v[a]);
    }
    free(b->m);
}

static double energy(orr_host *host)
{
    bodies b = look(host);
    double e = 0;
    for (uint64_t i = 0; i < b.count; i++) {
        e += 0.5 * b.m[i] * (b.v[0][i] * b.v[0][i] + b.v[1][i] * b.v[1][i] + b.v[2][i] * b.v[2][i]);
        for (uint64_t j = i + 1; j < b.count; j++) {
            const double dx = b.x[0][i] - b.x[0][j], dy = b.x[1][i] - b.x[1][j], dz = b.x[2][i] - b.x[2][j];
            e -= b.m[i] * b.m[j] / sqrt(dx * dx + dy * dy + dz * dz);
        }
    }
    forget(&b);
    return e;
}

static double momentum(orr_host *host)
{
    bodies b = look(host);
    double worst = 0;
    for (int a = 0; a < 3; a++) {
        double p = 0;
        for (uint64_t i = 0; i < b.count; i++) p += b.m[i] * b.v[a][i];
        if (fabs(p) > worst) worst = fabs(p);
    }
    forget(&b);
    return worst;
}

static const double ENERGY_0 = -0.169075164, ENERGY_1000 = -0.169087605, DIGITS = 6e-10;

static void published_energies(void **state)
{
    (void)state;
    static const char *const ways[][2] = { { "native=1", NULL }, { "native=0", NULL } };
    for (int w = 0; w < 2; w++) {
        orr_host *host = scene_open("nbody.lua", 0, ways[w], NULL, NULL);
        scene_step(host, 0);
        assert_true(fabs(energy(host) - ENERGY_0) < DIGITS);
        scene_step(host, 1000);
        assert_true(fabs(energy(host) - ENERGY_1000) < DIGITS);
        orr_host_close(host);
    }
}

static void the_twin_has_the_same_bits(void **state)
{
    (void)state;
    static const char *const native[] = { "native=1", NULL }, *const lua[] = { "native=0", NULL };
    orr_host *a = scene_open("nbody.lua", 0, native, NULL, NULL), *b = scene_open("nbody.lua", 0, lua, NULL, NULL);
    scene_step(a, 200);
    scene_step(b, 200);
    bodies p = look(a), q = look(b);
    for (int axis = 0; axis < 3; axis++) {
        assert_memory_equal(p.x[axis], q.x[axis], p.count * sizeof(double));
        assert_memory_equal(p.v[axis], q.v[axis], p.count * sizeof(double));
    }
    forget(&p);
    forget(&q);
    orr_host_close(a);
    orr_host_close(b);
}

static void leapfrog_keeps_the_laws(void **state)
{
    (void)state;
    static const char *const leapfrog[] = { "before=0.5", "after=0.5", NULL };
    orr_host *host = scene_open("nbody.lua", 0, leapfrog, NULL, NULL);
    scene_step(host, 0);
    const double e0 = energy(host);
    const int rounds = scene_long() ? 1000 : 20;
    for (int k = 0; k < rounds; k++) {
        scene_step(host, 1000);
        assert_true(fabs(energy(host) / e0 - 1) < 1e-5);
        assert_true(momentum(host) < 1e-12);
    }
    orr_host_close(host);
}

/* Time reversal: turning every velocity round leads back to the start. */
static void leapfrog_returns(void **state)
{
    (void)state;
    static const char *const leapfrog[] = { "before=0.5", "after=0.5", NULL };
    orr_host *host = scene_open("nbody.lua", 0, leapfrog, NULL, NULL);
    orr_world *world = orr_host_world(host);
    scene_step(host, 0);
    bodies start = look(host);
    scene_step(host, 500);
    assert_int_equal(orr_param_set(world, orr_param_find(world, "direction"), -1), ORR_OK);
    scene_step(host, 500);
    bodies back = look(host);
    for (int a = 0; a < 3; a++) {
        for (uint64_t i = 0; i < start.count; i++) {
            assert_true(fabs(start.x[a][i] - back.x[a][i]) < 1e-10);
            assert_true(fabs(start.v[a][i] - back.v[a][i]) < 1e-10);
        }
    }
    forget(&start);
    forget(&back);
    orr_host_close(host);
}

/* The oracle notices: a wrong sign, a wrong mass, half the pull. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    static const char *const lua[] = { "native=0", NULL };
    static const char *const mistakes[][2] = { { "ax + dx * pull", "ax - dx * pull" },
                                               { "0.000954791938424326609", "0.000964791938424326609" },
                                               { "local mass, k = ctx:gather(Mass.value), ctx.dt",
                                                 "local mass, k = ctx:gather(Mass.value), 0.5 * ctx.dt" } };
    for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++) {
        orr_host *host = scene_open("nbody.lua", 0, lua, mistakes[k][0], mistakes[k][1]);
        scene_step(host, 1000);
        assert_false(fabs(energy(host) - ENERGY_1000) < DIGITS);
        orr_host_close(host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_energies),      cmocka_unit_test(the_twin_has_the_same_bits),
        cmocka_unit_test(leapfrog_keeps_the_laws), cmocka_unit_test(leapfrog_returns),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
