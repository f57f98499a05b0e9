/* needs: lua. long: oracle
 * vicsek.lua: order falls with noise as published, and the grid sees whom everybody sees. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

enum { SIDE = 5 };
static const double PI = 3.141592653589793;
static const char *const bird = "Position Velocity Heading";

static orr_host *flock(const char *const *set, uint64_t seed, const char *from, const char *to)
{
    orr_host *host = scene_open_changed(
        "vicsek.lua", seed, set,
        (const char *const[][2]){ { "HEIGHT = 48, 30 ", "HEIGHT = 5, 5 " }, { from, to }, { NULL, NULL } });
    scene_step(host, 0);
    return host;
}

/* Length of the mean direction. */
static double order(orr_host *host)
{
    uint64_t n = 0;
    double *angle = scene_column(host, bird, "Heading.angle", &n), x = 0, y = 0;
    for (uint64_t i = 0; i < n; i++) x += cos(angle[i]), y += sin(angle[i]);
    free(angle);
    return sqrt(x * x + y * y) / (double)n;
}

/* Mean over seeds and over ticks 1000 to 3000, 100 birds on 5 x 5, 0.03 a tick: Vicsek's first figure. */
static double mean_order(double noise, uint64_t seeds, const char *from, const char *to)
{
    char text[32];
    snprintf(text, sizeof text, "noise=%g", noise);
    const char *const set[] = { "count=100", "speed=0.03", text, NULL };
    double sum = 0;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        orr_host *host = flock(set, seed, from, to);
        scene_step(host, 1000);
        for (int look = 0; look < 100; look++) {
            scene_step(host, 20);
            sum += order(host) / 100 / (double)seeds;
        }
        orr_host_close(host);
    }
    return sum;
}

/* An independent implementation gives these; ours differs by less than 0.01 over two seeds. */
static const double noises[] = { 0.1, 1, 2, 3, 4, 5 }, orders[] = { 1.00, 0.95, 0.82, 0.61, 0.34, 0.12 };

static void order_falls_with_noise(void **state)
{
    (void)state;
    for (int k = 0; k < 6; k++) {
        const double v = mean_order(noises[k], scene_long() ? 24 : 2, NULL, NULL);
        if (!(fabs(v - orders[k]) < (scene_long() ? 0.05 : 0.09))) fail_msg("noise %g: order %g", noises[k], v);
    }
}

/* ---- every bird against every other ---- */

static double nearest(double d)
{
    return d > SIDE / 2.0 ? d - SIDE : d < -SIDE / 2.0 ? d + SIDE : d;
}

/* Greatest difference of a tick's headings from those that come of looking at everybody, without noise. A bird whose
 * neighbour stands at the very edge of its sight may see it or not. */
static double difference(const char *native, const char *from, const char *to)
{
    const char *const set[] = { "count=400", "noise=0", "speed=0.03", native, NULL };
    orr_host *host = flock(set, 3, from, to);
    double worst = 0;
    uint64_t n = 0;
    for (int round = 0; round < 5; round++) {
        scene_step(host, 3);
        double *x = scene_column(host, bird, "Position.x", &n), *y = scene_column(host, bird, "Position.y", &n);
        double *vx = scene_column(host, bird, "Velocity.x", &n), *vy = scene_column(host, bird, "Velocity.y", &n);
        scene_step(host, 1);
        double *angle = scene_column(host, bird, "Heading.angle", &n);
        for (uint64_t i = 0; i < n; i++) {
            double sx = 0, sy = 0;
            for (uint64_t j = 0; j < n; j++) {
                const double dx = nearest(x[j] - x[i]), dy = nearest(y[j] - y[i]);
                if (dx * dx + dy * dy <= 1) sx += vx[j], sy += vy[j];
            }
            const double d = fabs(remainder(angle[i] - atan2(sy, sx), 2 * PI));
            worst = fmax(worst, d);
        }
        free(x), free(y), free(vx), free(vy), free(angle);
    }
    orr_host_close(host);
    return worst;
}

static void the_grid_sees_whom_everybody_sees(void **state)
{
    (void)state;
    assert_true(difference("native=1", NULL, NULL) < 1e-5);
    assert_true(difference("native=0", NULL, NULL) < 1e-5);
}

/* Without noise, that is without random numbers, which are keyed by the system's name. */
static void the_twin_has_the_same_bits(void **state)
{
    (void)state;
    static const char *const sets[][5] = { { "native=1", "count=1000", "noise=0", NULL },
                                           { "native=0", "count=1000", "noise=0", NULL } };
    static const char *const fields[] = { "Position.x", "Position.y", "Velocity.x", "Velocity.y", "Heading.angle" };
    orr_host *a = scene_open("vicsek.lua", 2, sets[0], NULL, NULL),
             *b = scene_open("vicsek.lua", 2, sets[1], NULL, NULL);
    for (int round = 0; round < 4; round++) {
        scene_step(a, 10);
        scene_step(b, 10);
        for (int f = 0; f < 5; f++) {
            uint64_t n = 0;
            double *p = scene_column(a, bird, fields[f], &n), *q = scene_column(b, bird, fields[f], &n);
            assert_memory_equal(p, q, n * sizeof *p);
            free(p), free(q);
        }
        assert_true(scene_reduction(a, "along_x", -1e9) == scene_reduction(b, "along_x", 1e9));
    }
    orr_host_close(a);
    orr_host_close(b);
}

/* The oracle notices: half the noise, a turn the wrong way, a world with an edge, birds that see less. */
static void mistakes_are_noticed(void **state)
{
    (void)state;
    assert_false(fabs(mean_order(3, 1, "noise = noise, speed", "noise = 1.5, speed") - 0.61) < 0.09);
    static const char *const mistakes[][2] = { { "near:delta(j, x, y)", "near.x[j] - x, near.y[j] - y" },
                                               { "if dx * dx + dy * dy <= see", "if dx * dx + dy * dy <= 0.9 * see" },
                                               { "sx + near.velocity.x[j], sy +", "sx + near.velocity.x[j], sy -" } };
    for (size_t k = 0; k < sizeof mistakes / sizeof mistakes[0]; k++)
        assert_false(difference("native=0", mistakes[k][0], mistakes[k][1]) < 1e-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_falls_with_noise),
        cmocka_unit_test(the_grid_sees_whom_everybody_sees),
        cmocka_unit_test(the_twin_has_the_same_bits),
        cmocka_unit_test(mistakes_are_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
