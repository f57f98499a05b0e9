/* The series of a world as a window has seen them, and texts that are too long for what shows them. needs: view */
#include "sim_case.h"

#include <math.h>

#include "sim/report.h"
#include "sim/sim.h"
#include "view/history.h"

static void add(orr__histories *all, orr_world *world)
{
    const orr__report *report = orr__report_make(world);
    assert_non_null(report);
    orr__histories_add(all, report);
}

static void test_names(void **state)
{
    (void)state;
    char one[200], other[200];
    memset(one, 'n', sizeof one - 1);
    one[sizeof one - 1] = '\0';
    memcpy(other, one, sizeof other);
    other[sizeof other - 2] = 'm';
    orr_world *world = orr_world_create(NULL);
    const orr_series first = orr_series_create(world, one), second = orr_series_create(world, other);
    orr__histories all;
    orr__histories_init(&all, &world->alloc);
    for (int tick = 0; tick < 3; tick++) {
        assert_ok(orr_series_put(world, first, tick));
        assert_ok(orr_series_put(world, second, 10 + tick));
        add(&all, world);
        add(&all, world); /* a state that was seen before */
        assert_ok(orr_world_step(world, 1));
    }
    assert_int_equal(all.count, 2);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(all.items[i].name, i ? other : one);
        assert_int_equal(all.items[i].count, 3);
        for (int k = 0; k < 3; k++) assert_true(all.items[i].values[k] == (float)(10 * i + k));
    }
    orr__histories_fini(&all);
    orr_world_destroy(world);
}

/* The older half makes room. */
static void test_full(void **state)
{
    (void)state;
    orr_world *world = orr_world_create(NULL);
    const orr_series series = orr_series_create(world, "s");
    orr__histories all;
    orr__histories_init(&all, &world->alloc);
    for (int tick = 0; tick <= ORR__HISTORY_VALUES; tick++) {
        assert_ok(orr_series_put(world, series, tick));
        add(&all, world);
        assert_ok(orr_world_step(world, 1));
    }
    assert_int_equal(all.items[0].count, ORR__HISTORY_VALUES / 2 + 1);
    assert_true(all.items[0].values[0] == (float)(ORR__HISTORY_VALUES / 2));
    assert_true(all.items[0].values[all.items[0].count - 1] == (float)ORR__HISTORY_VALUES);
    orr__histories_fini(&all);
    orr_world_destroy(world);
}

/* What is cut says so, and is still UTF-8. */
static void test_long_messages(void **state)
{
    (void)state;
    orr_world *world = orr_world_create(NULL);
    char text[4 * ORR__NOTE_BYTES];
    for (size_t i = 0; i + 2 < sizeof text; i += 2) memcpy(text + i, "\xc3\xa4", 3); /* a with dots */
    for (int odd = 0; odd < 2; odd++) {
        orr__report_note(world, 1, text + 2 * odd);
        text[0] = 'x', text[1] = 'x', text[2] = 'x', text[3] = 'y';
        const orr__report *report = orr__report_make(world);
        const orr__note *note = ORR__REPORT_LIST(report, orr__note, notes) + odd;
        const size_t length = strlen(note->text);
        assert_true(length < ORR__NOTE_BYTES && length >= ORR__NOTE_BYTES - 5);
        assert_string_equal(note->text + length - 3, "...");
        assert_int_equal((unsigned char)note->text[length - 4] == 0xa4, 1);
    }
    orr_world_destroy(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_long_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
