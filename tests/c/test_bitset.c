#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bitset.h"
#include "orrery_job.h"

#include <stdlib.h>
#include <string.h>

enum { BITS = 320, WORDS = BITS / 64 };

static void check(const uint64_t *words, const bool *naive)
{
    uint32_t count = 0, next = ORR__BITS_NONE;
    for (uint32_t i = BITS; i-- > 0;) {
        assert_int_equal(orr__bits_get(words, i), naive[i]);
        count += naive[i];
        next = naive[i] ? i : next;
        assert_int_equal(orr__bits_next(words, WORDS, i), next);
    }
    assert_int_equal(orr__bits_count(words, WORDS), count);
    assert_int_equal(orr__bits_any(words, WORDS), count != 0);
    assert_int_equal(orr__bits_next(words, WORDS, BITS), ORR__BITS_NONE);
}

static void all_ranges_agree(void **state)
{
    (void)state;
    for (uint32_t begin = 0; begin <= BITS; begin += begin % 64 > 2 && begin % 64 < 61 ? 9 : 1) {
        for (uint32_t end = 0; end <= BITS; end++) {
            uint64_t set[WORDS], clear[WORDS];
            memset(set, 0, sizeof set);
            memset(clear, 0xFF, sizeof clear);
            orr__bits_set_range(set, begin, end);
            orr__bits_clear_range(clear, begin, end);
            for (uint32_t i = 0; i < BITS; i++) {
                const bool inside = i >= begin && i < end;
                if (orr__bits_get(set, i) != inside || orr__bits_get(clear, i) == inside) {
                    fail_msg("range %u to %u at %u", begin, end, i);
                }
            }
        }
    }
}

static void random_commands_agree(void **state)
{
    (void)state;
    uint64_t words[WORDS] = { 0 }, other[WORDS];
    bool naive[BITS] = { false };
    for (uint32_t step = 0; step < 20000; step++) {
        const uint64_t draw = orr_random_bits(3, step, 0);
        const uint32_t a = (uint32_t)draw % BITS, b = (uint32_t)(draw >> 16) % BITS;
        const uint32_t kind = (uint32_t)(draw >> 40) % 40;
        if (kind < 18) {
            orr__bits_set(words, a);
            naive[a] = true;
        } else if (kind < 36) {
            orr__bits_clear(words, a);
            naive[a] = false;
        } else if (kind == 39) {
            memset(other, 0, sizeof other);
            orr__bits_set(other, a);
            orr__bits_set(other, b);
            orr__bits_or(words, other, WORDS);
            naive[a] = naive[b] = true;
        } else {
            const uint32_t end = a + b % 100 < BITS ? a + b % 100 : BITS;
            (kind == 36 ? orr__bits_set_range : orr__bits_clear_range)(words, a, end);
            for (uint32_t i = a; i < end; i++) {
                naive[i] = kind == 36;
            }
        }
        if (step % 7 == 0) {
            check(words, naive);
        }
    }
}

/* Exactly as many words as needed, from the heap: AddressSanitizer and valgrind see a step too far. */
static void stays_inside_its_words(void **state)
{
    (void)state;
    for (uint32_t bits = 1; bits <= 200; bits++) {
        const uint32_t count = orr__bits_words(bits);
        assert_int_equal(count, (bits + 63) / 64);
        uint64_t *words = calloc(count, sizeof *words);
        assert_non_null(words);
        orr__bits_set_range(words, 0, bits);
        assert_int_equal(orr__bits_count(words, count), bits);
        assert_int_equal(orr__bits_next(words, count, bits - 1), bits - 1);
        assert_int_equal(orr__bits_next(words, count, bits), ORR__BITS_NONE);
        assert_int_equal(orr__bits_next(words, count, UINT32_MAX), ORR__BITS_NONE);
        orr__bits_clear_range(words, 0, bits);
        assert_false(orr__bits_any(words, count));
        free(words);
    }
    assert_int_equal(orr__bits_words(0), 0);
    assert_int_equal(orr__bits_words(UINT32_MAX), 1u << 26);
    assert_int_equal(orr__bits_next(NULL, 0, 0), ORR__BITS_NONE);
    assert_false(orr__bits_any(NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ranges_agree),
        cmocka_unit_test(random_commands_agree),
        cmocka_unit_test(stays_inside_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
