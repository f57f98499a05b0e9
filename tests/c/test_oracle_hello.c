/* needs: lua
 * hello.lua against the closed form of falling from rest. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

enum { TICKS = 180 }; /* the lowest mote starts at 50 and is down after 191 ticks */

/* Greatest difference of the world from the closed form, over the ticks and motes: of speed and of height. */
typedef struct difference {
    double speed, height;
} difference;

/* The share 1 - drag * dt of the speed is kept in every tick: a geometric series, whose limit is gravity / drag. */
static double speed_after(double n, double gravity, double drag, double dt)
{
    return drag > 0 ? -gravity / drag * (1 - pow(1 - drag * dt, n)) : -gravity * n * dt;
}

static difference compare(orr_host *host, double gravity, double drag)
{
    const double dt = orr_world_dt(orr_host_world(host));
    uint64_t count = 0;
    scene_step(host, 0);
    double *start = scene_column(host, "Mote", "Mote.y", &count), path = 0;
    assert_int_equal(count, 1000);
    difference worst = { 0, 0 };
    for (uint32_t n = 1; n <= TICKS; n++) {
        scene_step(host, 1);
        double *y = scene_column(host, "Mote", "Mote.y", &count), *v = scene_column(host, "Mote", "Mote.speed", &count);
        const double speed = speed_after(n, gravity, drag, dt);
        path = drag > 0 ? path + speed * dt : -gravity * dt * dt * n * (n + 1.0) / 2;
        for (uint64_t i = 0; i < count; i++) {
            worst.speed = fmax(worst.speed, fabs(v[i] - speed));
            worst.height = fmax(worst.height, fabs(y[i] - (start[i] + path)));
        }
        free(y);
        free(v);
    }
    free(start);
    return worst;
}

/* Rounded to f32 in every tick: at most half a unit in the last place, 180 times. */
static const difference ROUNDING = { TICKS * 0x1p-20, TICKS *(0x1p-18 + TICKS / 60.0 * 0x1p-20) };

static void falling_follows_the_closed_form(void **state)
{
    (void)state;
    static const char *const sets[][3] = {
        { NULL }, { "gravity=-3", NULL }, { "drag=0.5", NULL }, { "gravity=5", "drag=2", NULL }
    };
    static const double values[][2] = { { 9.81, 0 }, { -3, 0 }, { 9.81, 0.5 }, { 5, 2 } };
    for (int k = 0; k < 4; k++) {
        orr_host *host = scene_open("hello.lua", 3, sets[k], NULL, NULL);
        const difference d = compare(host, values[k][0], values[k][1]);
        assert_true(d.speed <= ROUNDING.speed && d.height <= ROUNDING.height);
        orr_host_close(host);
    }
}

/* With numbers that f32 holds exactly there is no rounding, and no tolerance. */
static void powers_of_two_are_exact(void **state)
{
    (void)state;
    static const char *const set[] = { "gravity=8", NULL };
    orr_host *host = scene_open("hello.lua", 3, set, "orrery.world:", "orrery.timestep(1 / 64) orrery.world:");
    assert_true(orr_world_dt(orr_host_world(host)) == 1.0 / 64);
    const difference d = compare(host, 8, 0);
    assert_true(d.speed == 0 && d.height == 0);
    orr_host_close(host);
}

static void motes_come_back_at_the_top(void **state)
{
    (void)state;
    static const char *const set[] = { "height=70", NULL };
    orr_host *host = scene_open("hello.lua", 3, set, NULL, NULL);
    uint64_t count = 0, back = 0;
    scene_step(host, 191);
    double *before = scene_column(host, "Mote", "Mote.y", &count);
    scene_step(host, 30);
    double *y = scene_column(host, "Mote", "Mote.y", &count), *v = scene_column(host, "Mote", "Mote.speed", &count);
    for (uint64_t i = 0; i < count; i++) {
        assert_true(y[i] >= 0);
        if (y[i] > before[i]) {
            back++;
            assert_true(y[i] <= 70 && v[i] <= 0 && v[i] > -9.81 * 0.51); /* from rest, half a second ago at most */
        }
    }
    assert_true(back > 100 && back < count);
    free(before);
    free(y);
    free(v);
    orr_host_close(host);
}

/* The oracle notices: half the pull, a wrong sign, moving before falling. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    static const char *const mistakes[][2] = { { "gravity(), drag()", "0.5 * gravity(), drag()" },
                                               { "mote.y[i] + mote.speed[i]", "mote.y[i] - mote.speed[i]" },
                                               { "+ mote.speed[i] * dt", "+ (mote.speed[i] + pull * dt) * dt" } };
    for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++) {
        orr_host *host = scene_open("hello.lua", 3, NULL, mistakes[k][0], mistakes[k][1]);
        const difference d = compare(host, 9.81, 0);
        assert_false(d.speed <= ROUNDING.speed && d.height <= ROUNDING.height);
        orr_host_close(host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(falling_follows_the_closed_form),
        cmocka_unit_test(powers_of_two_are_exact),
        cmocka_unit_test(motes_come_back_at_the_top),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
