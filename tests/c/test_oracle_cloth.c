/* needs: lua. long: oracle
 * cloth.lua: a thread gives as its compliance says, whatever the steps and the rounds; a short pendulum swings. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

static const double G = 9.81, LENGTH = 0.15, PI = 3.141592653589793;
static const char *const all = "Position Velocity Thread";

/* The place of the point that hangs: the one that is not at the top. Points are woven from the last one on. */
static double place(orr_host *host, const char *field)
{
    uint64_t count = 0;
    double *values = scene_column(host, all, field, &count);
    assert_int_equal(count, 2);
    const double value = values[0];
    free(values);
    return value;
}

/* How much longer than at rest a single thread is in the end, over mass * gravity * compliance. */
static double stretch(unsigned steps, unsigned iterations, const char *from, const char *to)
{
    char texts[2][32];
    snprintf(texts[0], sizeof texts[0], "steps=%u", steps);
    snprintf(texts[1], sizeof texts[1], "iterations=%u", iterations);
    const char *const set[] = { "columns=1",       "lines=2", "rings=1", "wind=0", "drag=5",
                                "compliance=0.01", texts[0],  texts[1],  NULL };
    orr_host *host = scene_open("cloth.lua", 0, set, from, to);
    scene_step(host, 600);
    const double y = place(host, "Position.y");
    orr_host_close(host);
    return (-y - LENGTH) / (G * 0.01);
}

static void a_thread_gives_as_its_compliance_says(void **state)
{
    (void)state;
    static const unsigned steps[] = { 1, 2, 4, 8 }, iterations[] = { 1, 2, 10, 50 };
    for (int s = 0; s < 4; s++) {
        for (int k = 0; k < 4; k++) {
            const double ratio = stretch(steps[s], iterations[k], NULL, NULL);
            if (!(fabs(ratio - 1) < 0.01)) fail_msg("%u steps, %u rounds: %g", steps[s], iterations[k], ratio);
        }
    }
}

/* Mean period over 2 pi sqrt(L / g), of a swing of some two degrees. */
static double period(const char *const *set, const char *from, const char *to)
{
    orr_host *host =
        scene_open_changed("cloth.lua", 0, set,
                           (const char *const[][2]){
                               { "[Velocity] = {}", "[Velocity] = { x = 0.05 * y }" }, { from, to }, { NULL, NULL } });
    const double dt = orr_world_dt(orr_host_world(host));
    double before = 0, first = -1, last = -1;
    int swings = -1;
    for (int tick = 0; tick < (scene_long() ? 6000 : 900); tick++) {
        scene_step(host, 1);
        const double x = place(host, "Position.x");
        if (tick > 0 && before < 0 && x >= 0) {
            last = (tick - x / (x - before)) * dt;
            if (swings < 0) first = last;
            swings++;
        }
        before = x;
    }
    orr_host_close(host);
    return swings < 3 ? 0 : (last - first) / swings / (2 * PI * sqrt(LENGTH / G));
}

static const char *const pendulum[] = { "columns=1", "lines=2",      "rings=1",  "wind=0",
                                        "drag=0",    "compliance=0", "steps=20", NULL };

static void a_pendulum_swings_as_it_should(void **state)
{
    (void)state;
    const double ratio = period(pendulum, NULL, NULL);
    if (!(fabs(ratio - 1) < 0.01)) fail_msg("period %g of what it should be", ratio);
}

/* A whole cloth comes to rest, hangs together, and nobody has flown away. */
static void a_curtain_hangs(void **state)
{
    (void)state;
    static const char *const set[] = { "columns=30", "lines=20", "wind=0", "drag=3", "steps=8", NULL };
    orr_host *host = scene_open("cloth.lua", 0, set, NULL, NULL);
    scene_step(host, 600);
    uint64_t count = 0;
    double *y = scene_column(host, all, "Position.y", &count), *vy = scene_column(host, all, "Velocity.y", &count);
    assert_int_equal(count, 600);
    for (uint64_t i = 0; i < count; i++) {
        assert_true(y[i] < 0.01 && y[i] > -20 * LENGTH * 1.1);
        assert_true(fabs(vy[i]) < 0.2);
    }
    free(y);
    free(vy);
    assert_true(scene_reduction(host, "strain", 1) < 0.15);
    orr_host_close(host);
}

/* The oracle notices: half the compliance, half the weight, a thread that is too long. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    assert_false(fabs(stretch(4, 4, "compliance = compliance", "compliance = 0.005") - 1) < 0.01);
    assert_false(fabs(stretch(4, 4, "gravity = gravity", "gravity = 4.9") - 1) < 0.01);
    assert_false(fabs(stretch(4, 4, "or 0, SPACE * math.sqrt", "or 0, 1.05 * SPACE * math.sqrt") - 1) < 0.01);
    assert_false(fabs(period(pendulum, "gravity = gravity", "gravity = 0.95 * 9.81") - 1) < 0.01);
    assert_false(fabs(period(pendulum, "gravity = gravity", "gravity = -9.81") - 1) < 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_gives_as_its_compliance_says),
        cmocka_unit_test(a_pendulum_swings_as_it_should),
        cmocka_unit_test(a_curtain_hangs),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
