#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "orrery.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void keeps_code_and_text(void **state)
{
    (void)state;
    orr__error_clear();
    assert_string_equal(orr_last_error(), "");
    assert_int_equal(orr__error_code(), ORR_OK);
    assert_int_equal(orr__fail(ORR_E_RANGE, "%d is not %s", 7, "eight"), ORR_E_RANGE);
    assert_string_equal(orr_last_error(), "7 is not eight");
    assert_int_equal(orr__fail_more("system '%s'", "move"), ORR_E_RANGE);
    assert_string_equal(orr__error_text(), "system 'move': 7 is not eight");
    assert_int_equal(orr__fail(ORR_E_FILE, "again: %s", orr_last_error()), ORR_E_FILE);
    assert_string_equal(orr_last_error(), "again: system 'move': 7 is not eight");
    orr__error_clear();
    assert_int_not_equal(orr__fail_more("alone"), ORR_OK);
    assert_string_equal(orr_last_error(), "alone");
}

static void cuts_long_texts(void **state)
{
    (void)state;
    char text[3 * ORR__ERROR_BYTES];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    orr__fail(ORR_E_FILE, "%s", text);
    assert_int_equal(strlen(orr_last_error()), ORR__ERROR_BYTES - 1);
    assert_string_equal(orr_last_error() + ORR__ERROR_BYTES - 5, "x...");
    assert_int_equal(orr__fail_more("before"), ORR_E_FILE);
    assert_int_equal(strlen(orr_last_error()), ORR__ERROR_BYTES - 1);
    assert_memory_equal(orr_last_error(), "before: xxx", 11);
    assert_string_equal(orr_last_error() + ORR__ERROR_BYTES - 5, "x...");
    // every length of prefix and text around the limit stays inside and ends
    for (size_t prefix = ORR__ERROR_BYTES - 8; prefix < ORR__ERROR_BYTES + 4; prefix++) {
        for (size_t rest = 0; rest < 12; rest++) {
            orr__fail(ORR_E_FILE, "%.*s", (int)rest, "0123456789ab");
            assert_int_equal(orr__fail_more("%.*s", (int)prefix, text), ORR_E_FILE);
            const size_t whole = prefix + 2 + rest;
            assert_int_equal(strlen(orr_last_error()), whole < ORR__ERROR_BYTES ? whole : ORR__ERROR_BYTES - 1);
        }
    }
    // a character of two bytes is not cut in half
    for (size_t i = 0; i + 2 < sizeof text; i += 2) {
        memcpy(text + i, "\xC3\xA9", 2);
    }
    for (int shift = 0; shift < 2; shift++) {
        orr__fail(ORR_E_FILE, "%s%s", shift ? "a" : "", text);
        const char *dots = strstr(orr_last_error(), "...");
        assert_non_null(dots);
        assert_int_equal((unsigned char)dots[-1], 0xA9);
        assert_int_equal(dots[3], 0);
    }
}

static void names_all_codes(void **state)
{
    (void)state;
    assert_string_equal(orr_error_name(0), "ORR_OK");
    assert_string_equal(orr_error_name(ORR_E_ARGUMENT), "ORR_E_ARGUMENT");
    assert_string_equal(orr_error_name(ORR_E_CYCLE), "ORR_E_CYCLE");
    assert_string_equal(orr_error_name(ORR_E_LIMIT), "ORR_E_LIMIT");
    assert_string_equal(orr_error_name(ORR_E_ABI), "ORR_E_ABI");
    assert_string_equal(orr_error_name(ORR_E_ABI - 1), "unknown");
    assert_string_equal(orr_error_name(1), "unknown");
    assert_string_equal(orr_error_name(INT32_MIN), "unknown");
    for (int32_t code = ORR_E_ABI; code <= 0; code++) {
        assert_memory_equal(orr_error_name(code), "ORR_", 4);
        for (int32_t other = ORR_E_ABI; other < code; other++) {
            assert_string_not_equal(orr_error_name(code), orr_error_name(other));
        }
    }
}

static void *other_thread(void *argument)
{
    (void)argument;
    const int clean = orr__error_code() == ORR_OK && orr_last_error()[0] == '\0';
    orr__fail(ORR_E_DEAD, "theirs");
    return clean ? argument : NULL;
}

static void belongs_to_its_thread(void **state)
{
    (void)state;
    orr__fail(ORR_E_TYPE, "mine");
    pthread_t thread;
    int token;
    void *clean = NULL;
    assert_int_equal(pthread_create(&thread, NULL, other_thread, &token), 0);
    assert_int_equal(pthread_join(thread, &clean), 0);
    assert_ptr_equal(clean, &token);
    assert_string_equal(orr_last_error(), "mine");
    assert_int_equal(orr__error_code(), ORR_E_TYPE);
}

static void finds_the_nearest_name(void **state)
{
    (void)state;
    static const char *const names[] = { "Position", "Velocity", NULL, "Mass", "Colour", "x", "y", "vel" };
    const uint32_t count = sizeof names / sizeof names[0];
    static const struct {
        const char *asked, *expected;
    } rows[] = {
        { "Positoin", "Position" }, { "position", "Position" }, { "VELOCITY", NULL }, { "Velocty", "Velocity" },
        { "Mas", "Mass" },          { "Color", "Colour" },      { "z", NULL },        { "X", "x" },
        { "wel", "vel" },           { "Temperature", NULL },    { "", NULL },         { "Msas", "Mass" },
        { "Mass", "Mass" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *found = orr__nearest(rows[i].asked, names, count);
        if (rows[i].expected) {
            assert_non_null(found);
            assert_string_equal(found, rows[i].expected);
        } else {
            assert_null(found);
        }
    }
    assert_null(orr__nearest("Mass", names, 0));
    char longer[400];
    memset(longer, 'q', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    const char *const one[] = { longer };
    assert_null(orr__nearest(longer, one, 1));
    assert_null(orr__nearest("qqqq", one, 1));
    static const char *const equals[] = { "abcx", "abcy" };
    assert_string_equal(orr__nearest("abcd", equals, 2), "abcx");
}

static int handled;
static char handled_what[64];

static void handler(const char *file, int line, const char *what)
{
    handled += line > 0 && strstr(file, "test_error") != NULL;
    snprintf(handled_what, sizeof handled_what, "%s", what);
}

static void asks_the_assertion_handler(void **state)
{
    (void)state;
    orr_assert_handler(handler);
    ORR__ASSERT(1 + 1 == 2);
    assert_int_equal(handled, 0);
    ORR__ASSERT(1 + 1 == 3);
    assert_int_equal(handled, 1);
    assert_string_equal(handled_what, "1 + 1 == 3");
    orr_assert_handler(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_code_and_text),    cmocka_unit_test(cuts_long_texts),
        cmocka_unit_test(names_all_codes),        cmocka_unit_test(belongs_to_its_thread),
        cmocka_unit_test(finds_the_nearest_name), cmocka_unit_test(asks_the_assertion_handler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
