/* The camera: there and back, what stays where, and boxes that are odd. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "view/camera.h"

static void assert_near(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-9 * (1 + fabs(b)));
}

static orr__camera camera(void)
{
    return (orr__camera){ .x = 3, .y = -4, .zoom = 8, .width = 640, .height = 400, .scale = 1 };
}

static void test_there_and_back(void **state)
{
    (void)state;
    const orr__camera c = camera();
    double x, y;
    orr__camera_to_picture(&c, 3, -4, &x, &y);
    assert_near(x, 320);
    assert_near(y, 200);
    orr__camera_to_picture(&c, 4, -3, &x, &y);
    assert_near(x, 328);
    assert_near(y, 192); /* the world's y goes up */
    orr__camera_to_world(&c, x, y, &x, &y);
    assert_near(x, 4);
    assert_near(y, -3);
}

static void test_zoom_keeps_the_point(void **state)
{
    (void)state;
    orr__camera c = camera();
    double x, y, after_x, after_y;
    orr__camera_to_world(&c, 100, 350, &x, &y);
    orr__camera_zoom(&c, 1.7, 100, 350);
    orr__camera_to_world(&c, 100, 350, &after_x, &after_y);
    assert_near(after_x, x);
    assert_near(after_y, y);
    assert_near(c.zoom, 8 * 1.7);
    for (int i = 0; i < 1000; i++) orr__camera_zoom(&c, 10, 1, 1);
    assert_true(isfinite(c.zoom) && isfinite(c.x) && isfinite(c.y));
    for (int i = 0; i < 2000; i++) orr__camera_zoom(&c, 0.1, 1, 1);
    assert_true(c.zoom > 0);
}

static void test_pan(void **state)
{
    (void)state;
    orr__camera c = camera();
    double x, y;
    orr__camera_pan(&c, 16, -8); /* the picture goes along with the pointer */
    orr__camera_to_picture(&c, 3, -4, &x, &y);
    assert_near(x, 336);
    assert_near(y, 192);
}

static void test_fit(void **state)
{
    (void)state;
    orr__camera c = camera();
    double x, y;
    orr__camera_fit(&c, (orr__box2){ 0, 0, 100, 10 }, 20);
    assert_near(c.zoom, 6); /* 600 of 640 pixels for 100 */
    orr__camera_to_picture(&c, 0, 5, &x, &y);
    assert_near(x, 20);
    assert_near(y, 200);
    orr__camera_fit(&c, (orr__box2){ -1, -1000, 1, 1000 }, 0);
    assert_near(c.zoom, 0.2);
}

static void test_fit_of_odd_boxes(void **state)
{
    (void)state;
    const double inf = INFINITY;
    const orr__box2 boxes[] = { { 5, 5, 5, 5 },   { 0, 3, 10, 3 },          { inf, inf, -inf, -inf },
                                { 0, 0, NAN, 1 }, { 1e300, 0, 1.1e300, 1 }, { 0, 0, 1e-300, 1e-300 } };
    for (uint32_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        orr__camera c = { .width = 1, .height = 1, .scale = 1 };
        orr__camera_fit(&c, boxes[i], 10);
        assert_true(c.zoom > 0 && isfinite(c.zoom) && isfinite(c.x) && isfinite(c.y));
    }
    orr__camera c = camera();
    orr__camera_fit(&c, boxes[0], 0);
    assert_near(c.x, 5);
    assert_near(c.y, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_zoom_keeps_the_point),
        cmocka_unit_test(test_pan),
        cmocka_unit_test(test_fit),
        cmocka_unit_test(test_fit_of_odd_boxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
