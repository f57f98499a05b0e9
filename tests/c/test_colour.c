/* Colours by name and by digits, and colour maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/colour.h"
#include "orrery.h"

static uint32_t colour(const char *text)
{
    uint32_t out = 1;
    if (orr_colour_find(text, &out) != ORR_OK) fail_msg("'%s': %s", text, orr_last_error());
    return out;
}

static void refused(const char *text, const char *says)
{
    uint32_t out = 0x12345678;
    assert_int_equal(orr_colour_find(text, &out), ORR_E_ARGUMENT);
    assert_int_equal(out, 0x12345678);
    if (!strstr(orr_last_error(), says)) fail_msg("'%s' does not say '%s'", orr_last_error(), says);
}

static void test_digits(void **state)
{
    (void)state;
    assert_int_equal(colour("#000"), 0x000000ff);
    assert_int_equal(colour("#fA3"), 0xffaa33ff);
    assert_int_equal(colour("#0d1117"), 0x0d1117ff);
    assert_int_equal(colour("#0D111780"), 0x0d111780);
    refused("#", "is no colour");
    refused("#12345", "is no colour");
    refused("#1234567", "is no colour");
    refused("#123456789", "is no colour");
    refused("#12345g", "is no colour");
    refused("#-12345", "is no colour");
}

static void test_names(void **state)
{
    (void)state;
    assert_int_equal(colour("red"), 0xff0000ff);
    assert_int_equal(colour("Tomato"), 0xff6347ff);
    assert_int_equal(colour("REBECCAPURPLE"), 0x663399ff);
    assert_int_equal(colour("grey"), colour("gray"));
    refused("", "is no colour");
    refused("tomatoe", "did you mean 'tomato'?");
    refused("0d1117", "write \"#rrggbb\" or a name of CSS");
    refused(NULL, "no colour given");
    char name[5000];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    refused(name, "is no colour");
}

static void test_maps(void **state)
{
    (void)state;
    uint32_t count = 0, maps = 0;
    for (const char *name; (name = orr_colour_map(maps)) != NULL; maps++) {
        const uint32_t *colours = orr__colour_map_find(name, &count);
        assert_non_null(colours);
        assert_true(count >= 2);
        for (uint32_t i = 0; i < count; i++) assert_int_equal(colours[i] & 0xff, 0xff);
        for (uint32_t i = 0; i < maps; i++) assert_string_not_equal(name, orr_colour_map(i));
    }
    assert_int_equal(maps, 10);
    assert_null(orr_colour_map(UINT32_MAX));
    const uint32_t *viridis = orr__colour_map_find("Viridis", &count);
    assert_int_equal(viridis[0], 0x440154ff);
    assert_int_equal(viridis[count - 1], 0xfde725ff);
    assert_null(orr__colour_map_find("virdis", &count));
    assert_non_null(strstr(orr_last_error(), "did you mean 'viridis'?"));
    const uint32_t *cycle = orr__colour_map_find("cycle", &count);
    assert_int_equal(cycle[0], cycle[count - 1]); /* it closes */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_maps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
