/* needs: lua
 * What the mouse does in the demos: each is pressed once, and what should come of it comes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scene.h"

static orr_host *after(const char *script, uint64_t ticks, const char *const *set)
{
    orr_host *host = scene_open(script, 1, set, NULL, NULL);
    scene_step(host, ticks);
    return host;
}

/* A tick in which it is seen, and one for what follows. */
static void press(orr_host *host, double x, double y)
{
    const orr_input input = { .kind = ORR_INPUT_PRESS, .button = 1, .x = x, .y = y };
    assert_int_equal(orr_world_input(orr_host_world(host), &input), ORR_OK);
    scene_step(host, 2);
}

static void traffic_halts(void **state)
{
    (void)state;
    static const char *const set[] = { "dawdle=0", "density=0.1", NULL };
    orr_host *host = after("traffic.lua", 700, set);
    assert_true(scene_reduction(host, "flow", -1) == 64 * 5);
    const uint8_t *car = scene_cells(host, "road", "car", NULL, NULL);
    uint32_t x = 100;
    while (car[x] == 0) x++;
    press(host, x + 5, 200); /* where it will be */
    assert_true(scene_reduction(host, "flow", -1) < 64 * 5);
    press(host, -1e9, 0);
    orr_host_close(host);
}

static void fire_burns(void **state)
{
    (void)state;
    static const char *const set[] = { "density=0.4", "grow=0", "lightning=0", NULL };
    orr_host *host = after("fire.lua", 150, set);
    assert_true(scene_reduction(host, "burning", -1) == 0);
    press(host, 300, 100);
    assert_true(scene_reduction(host, "burning", -1) > 0);
    press(host, -500, 1e6);
    press(host, 512, 320);
    orr_host_close(host);
}

static void sand_falls(void **state)
{
    (void)state;
    static const char *const set[] = { "heap=0", "pour=0", NULL };
    orr_host *host = after("sandpile.lua", 1, set);
    press(host, 30.5, 20.5);
    const int32_t *grains = scene_cells(host, "pile", "grains", NULL, NULL);
    int32_t sum = 0;
    for (uint32_t k = 0; k < 41 * 41; k++) sum += grains[k / 41 * 256 + 10 + k % 41];
    assert_int_equal(sum, 200);
    press(host, -1, 3);
    press(host, 256, 3);
    assert_true(scene_resource(host, "Account", "poured") == 200);
    orr_host_close(host);
}

static void a_block_is_cleared(void **state)
{
    (void)state;
    static const char *const set[] = { "want=0", NULL };
    orr_host *host = after("schelling.lua", 1, set);
    press(host, 3, 100); /* across the edge of the torus */
    const uint16_t *kind = scene_cells(host, "city", "kind", NULL, NULL);
    uint32_t people = 0, here = 0;
    for (uint32_t k = 0; k < 320 * 200; k++) people += kind[k] > 0;
    for (uint32_t k = 0; k < 17 * 17; k++) here += kind[(92 + k / 17) * 320 + (320 - 5 + k % 17) % 320] > 0;
    assert_int_equal(people, 60800);
    assert_int_equal(here, 0);
    orr_host_close(host);
}

static void the_rich_share(void **state)
{
    (void)state;
    static const char *const set[] = { "people=1000", NULL };
    orr_host *host = after("wealth.lua", 300, set);
    const double before = scene_resource(host, "Count", "gini");
    press(host, -100, 0); /* nobody keeps more than the mean */
    assert_true(before > 0.3 && scene_resource(host, "Count", "gini") < 0.1);
    assert_true(scene_resource(host, "Count", "total") == 10000);
    orr_host_close(host);
}

static void birds_come(void **state)
{
    (void)state;
    static const char *const set[] = { "noise=4", "count=4000", NULL };
    orr_host *host = after("vicsek.lua", 50, set);
    for (int k = 0; k < 40; k++) press(host, 24, 15);
    uint64_t n = 0;
    double *x = scene_column(host, "Position", "Position.x", &n), *y = scene_column(host, "Position", "Position.y", &n);
    uint64_t near = 0;
    for (uint64_t i = 0; i < n; i++) near += hypot(x[i] - 24, y[i] - 15) < 3;
    assert_true((double)near > 1.3 * 4000 * 9 * 3.14159 / (48 * 30));
    free(x), free(y);
    orr_host_close(host);
}

static void food_is_found(void **state)
{
    (void)state;
    orr_host *host = after("ants.lua", 1, NULL);
    press(host, 200, 20);
    press(host, 0, 149);
    press(host, 1e7, -1e7);
    const int32_t *left = scene_cells(host, "food", "left", NULL, NULL);
    assert_int_equal(left[20 * 240 + 200], 5);
    assert_int_equal(left[149 * 240], 5);
    orr_host_close(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traffic_halts),      cmocka_unit_test(fire_burns),     cmocka_unit_test(sand_falls),
        cmocka_unit_test(a_block_is_cleared), cmocka_unit_test(the_rich_share), cmocka_unit_test(birds_come),
        cmocka_unit_test(food_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
