/* needs: lua
 * What is told once: whoever comes first, on whatever thread; cleared; and full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/os.h"
#include "script/once.h"

static const char *text_of(uint32_t i)
{
    static _Thread_local char text[32];
    snprintf(text, sizeof text, "loop %u", (unsigned)i);
    return text;
}

static void the_first_one_alone(void **state)
{
    (void)state;
    orr__once once = { { 0 } };
    for (uint32_t i = 0; i < ORR__ONCE_MOST; i++) assert_true(orr__once_first(&once, text_of(i)));
    for (uint32_t i = 0; i < ORR__ONCE_MOST; i++) assert_false(orr__once_first(&once, text_of(i)));
    for (uint32_t i = 0; i < 3; i++) assert_true(orr__once_first(&once, "there is no room for it"));
    orr__once_clear(&once);
    assert_true(orr__once_first(&once, text_of(7)));
    assert_false(orr__once_first(&once, text_of(7)));
}

enum { THREADS = 4, TEXTS = 40, ROUNDS = 50 };
typedef struct race {
    orr__once once;
    _Atomic uint32_t firsts[TEXTS];
} race;

static void tell_all(void *context)
{
    race *r = context;
    for (uint32_t i = 0; i < TEXTS; i++)
        if (orr__once_first(&r->once, text_of(i))) atomic_fetch_add(&r->firsts[i], 1);
}

static void one_of_many_threads(void **state)
{
    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        static race r;
        orr__thread threads[THREADS];
        orr__once_clear(&r.once);
        for (uint32_t i = 0; i < TEXTS; i++) atomic_store(&r.firsts[i], 0);
        for (uint32_t k = 0; k < THREADS; k++)
            assert_int_equal(orr__thread_start(&threads[k], tell_all, &r, "once", 0), 0);
        for (uint32_t k = 0; k < THREADS; k++) orr__thread_join(&threads[k]);
        for (uint32_t i = 0; i < TEXTS; i++) assert_int_equal(atomic_load(&r.firsts[i]), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_one_alone),
        cmocka_unit_test(one_of_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
