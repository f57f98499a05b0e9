/* valgrind: no (arithmetic only, and much of it) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/random.h"
#include "orrery_job.h"

#include <math.h>

/* Known answers that the authors of Philox publish with Random123 (kat_vectors, philox4x32-10). */
static void philox_gives_the_known_answers(void **state)
{
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } rows[] = {
        { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u } },
        { { UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX },
          { UINT32_MAX, UINT32_MAX },
          { 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu } },
        { { 0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u },
          { 0xa4093822u, 0x299f31d0u },
          { 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t out[4];
        orr_philox(rows[i].counter, rows[i].key, out);
        for (int k = 0; k < 4; k++) {
            assert_int_equal(out[k], rows[i].out[k]);
        }
    }
}

static void uniform_is_uniform(void **state)
{
    (void)state;
    enum { DRAWS = 1 << 20, BINS = 256 };
    static uint32_t bins[BINS];
    double sum = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        const double u = orr_random_uniform(11, i / 4, i % 4);
        assert_true(u >= 0.0 && u < 1.0);
        sum += u;
        bins[(uint32_t)(u * BINS)]++;
    }
    const double mean_error = (sum / DRAWS - 0.5) * sqrt(12.0 * DRAWS);
    assert_true(fabs(mean_error) < 4.0);
    double chi2 = 0;
    for (int i = 0; i < BINS; i++) {
        const double off = bins[i] - (double)DRAWS / BINS;
        chi2 += off * off / ((double)DRAWS / BINS);
    }
    assert_true(fabs((chi2 - (BINS - 1)) / sqrt(2.0 * (BINS - 1))) < 4.0);
}

/* Moments, the distribution function at some points, and independence of what stands beside. */
static void normal_is_normal(void **state)
{
    (void)state;
    enum { DRAWS = 1 << 20 };
    static const double points[] = { -2.5, -1.0, -0.2, 0.0, 0.7, 1.5, 3.0 };
    double moment[5] = { 0 }, with_next = 0, with_uniform = 0, before = 0;
    uint32_t below[7] = { 0 };
    for (uint32_t i = 0; i < DRAWS; i++) {
        const double x = orr__random_normal(5, i / 2, i % 2);
        assert_true(fabs(x) < 9.0);
        for (int m = 1; m < 5; m++) {
            moment[m] += pow(x, m);
        }
        for (int p = 0; p < 7; p++) {
            below[p] += x < points[p];
        }
        with_next += x * before;
        with_uniform += x * (orr_random_uniform(5, i / 2, i % 2) - 0.5) * sqrt(12.0);
        before = x;
    }
    // deviations of the sums of x, x^2 - 1, x^3, x^4 - 3 are sqrt(n times 1, 2, 15, 96)
    const double root = sqrt((double)DRAWS);
    assert_true(fabs(moment[1] / root) < 4.0);
    assert_true(fabs((moment[2] - DRAWS) / root / sqrt(2.0)) < 4.0);
    assert_true(fabs(moment[3] / root / sqrt(15.0)) < 4.0);
    assert_true(fabs((moment[4] - 3.0 * DRAWS) / root / sqrt(96.0)) < 4.0);
    assert_true(fabs(with_next / root) < 4.0);
    assert_true(fabs(with_uniform / root) < 4.0);
    for (int p = 0; p < 7; p++) {
        const double share = 0.5 * erfc(-points[p] / sqrt(2.0));
        assert_true(fabs((below[p] - share * DRAWS) / sqrt(share * (1 - share) * DRAWS)) < 4.0);
    }
}

static void the_same_bits_everywhere(void **state)
{
    (void)state;
    enum { DRAWS = 100000 };
    static double drawn[DRAWS];
    for (uint32_t i = 0; i < DRAWS; i++) {
        drawn[i] = orr__random_normal(UINT64_C(0x123456789ABCDEF), (uint64_t)i << (i % 40), i);
    }
    assert_true(drawn[1] == orr__random_normal(UINT64_C(0x123456789ABCDEF), 2, 1));
    const uint64_t hash = orr__hash_bytes(drawn, sizeof drawn, 0);
    if (hash != UINT64_C(0x6248CAD413B3E148)) {
        fail_msg("other bits: hash 0x%016llX", (unsigned long long)hash);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_known_answers),
        cmocka_unit_test(uniform_is_uniform),
        cmocka_unit_test(normal_is_normal),
        cmocka_unit_test(the_same_bits_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
