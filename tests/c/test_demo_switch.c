/* needs: lua
 * Demos that have their loop in C and in Lua: whoever moves the slider `native` to and fro while they run changes no bit,
 * whether it is moved by a tool or comes as input. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

static void give(orr_host *host, double native, bool as_input)
{
    orr_world *world = orr_host_world(host);
    const orr_param param = orr_param_find(world, "native");
    const orr_input slider = { .kind = ORR_INPUT_PARAM, .target = param, .value = { .f64 = native } };
    const int32_t status = as_input ? orr_world_input(world, &slider) : orr_param_set(world, param, native);
    if (status != ORR_OK) fail_msg("%s", orr_last_error());
}

static uint64_t runs_of(orr_host *host, const char *system)
{
    orr_world *world = orr_host_world(host);
    const orr_system found = orr_system_find(world, system);
    if (!found) fail_msg("%s", orr_last_error());
    orr_system_stats stats;
    assert_int_equal(orr_system_describe(world, found, &stats), ORR_OK);
    return stats.runs;
}

static void same(const char *script, const char *const *set, uint64_t ticks, const char *job, const char *twin)
{
    orr_host *host = scene_open(script, 3, set, NULL, NULL);
    scene_step(host, 6 * ticks + 1);
    const uint64_t expected = orr_world_hash(orr_host_world(host));
    assert_int_equal(runs_of(host, twin), 0);
    orr_host_close(host);
    host = scene_open(script, 3, set, NULL, NULL);
    for (int k = 0; k < 6; k++) {
        give(host, (k + 1) % 2, k % 3 == 0); /* in Lua with odd k */
        scene_step(host, ticks);
    }
    assert_int_equal(runs_of(host, job), 3 * ticks);
    assert_int_equal(runs_of(host, twin), 3 * ticks);
    give(host, 1, true);
    scene_step(host, 1);
    const uint64_t hash = orr_world_hash(orr_host_world(host));
    if (hash != expected) fail_msg("%s: %016" PRIx64 ", not %016" PRIx64, script, hash, expected);
    orr_host_close(host);
}

static void boids(void **state)
{
    (void)state;
    same("boids.lua", (const char *const[]){ "count=700", "radius=30", NULL }, 7, "flock", "flock-lua");
}

static void nbody(void **state)
{
    (void)state;
    same("nbody.lua", NULL, 50, "kick", "kick-lua");
}

static void life(void **state)
{
    (void)state;
    same("life.lua", (const char *const[]){ "pattern=2", NULL }, 3, "generation", "generation-lua");
}

static void fluid(void **state)
{
    (void)state;
    same("fluid.lua", (const char *const[]){ "tank=8", "dam=4", "height=5", NULL }, 9, "motion", "motion-lua");
}

static void particle_life(void **state)
{
    (void)state;
    same("particle_life.lua", (const char *const[]){ "count=700", "radius=30", NULL }, 7, "feel", "feel-lua");
}

/* Without noise: random numbers are keyed by the system's name. */
static void vicsek(void **state)
{
    (void)state;
    same("vicsek.lua", (const char *const[]){ "count=700", "noise=0", NULL }, 7, "align", "align-lua");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boids), cmocka_unit_test(nbody),         cmocka_unit_test(life),
        cmocka_unit_test(fluid), cmocka_unit_test(particle_life), cmocka_unit_test(vicsek),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
