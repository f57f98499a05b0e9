#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "orrery_job.h"

#include <math.h>
#include <string.h>

/* Published values of XXH3 (64 bits, seed 0) over nothing; the longer ones are fixed here against change. */
static void known_values(void **state)
{
    (void)state;
    assert_true(orr__hash_bytes(NULL, 0, 0) == UINT64_C(0x2D06800538D394C2));
    assert_true(orr__hash_bytes("", 0, 0) == UINT64_C(0x2D06800538D394C2));
    assert_true(orr__hash_text("") == UINT64_C(0x2D06800538D394C2));
    assert_true(orr__hash_text("Position") == orr__hash_bytes("Position", 8, 0));
    assert_true(orr__hash_bytes("Position", 8, 1) != orr__hash_bytes("Position", 8, 0));
    unsigned char data[4096];
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (unsigned char)(i * 31 + i / 256);
    }
    assert_true(orr__hash_bytes(data, 16, 0) == UINT64_C(0xF9FBD0260BA978DF));
    assert_true(orr__hash_bytes(data, 200, 7) == UINT64_C(0x6D0A4112E28CFF59));
    assert_true(orr__hash_bytes(data, sizeof data, 7) == UINT64_C(0xA813A4BCCD4CFC82));
}

static void pieces_make_the_whole(void **state)
{
    (void)state;
    unsigned char data[3000];
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (unsigned char)orr_random_bits(1, i, 0);
    }
    for (uint64_t seed = 0; seed < 200; seed++) {
        const size_t bytes = (size_t)orr_random_bits(2, seed, 0) % sizeof data;
        orr__hasher hasher;
        memset(&hasher, (int)seed, sizeof hasher); // what was in it before does not matter
        orr__hasher_begin(&hasher, seed);
        for (size_t done = 0, k = 0; done < bytes; k++) {
            size_t many = (size_t)orr_random_bits(3, seed, (uint32_t)k) % 400;
            many = many < bytes - done ? many : bytes - done;
            orr__hasher_put(&hasher, data + done, many);
            done += many;
        }
        orr__hasher copy = hasher;
        assert_true(orr__hasher_end(&hasher) == orr__hash_bytes(data, bytes, seed));
        orr__hasher_put(&copy, data, 5); // goes on after an end, also as a copy
        orr__hasher_put(&hasher, data, 5);
        assert_true(orr__hasher_end(&hasher) == orr__hasher_end(&copy));
        assert_true(orr__hasher_end(&hasher) != orr__hash_bytes(data, bytes, seed));
    }
}

static void texts_are_kept_apart(void **state)
{
    (void)state;
    orr__hasher a, b;
    orr__hasher_begin(&a, 0);
    orr__hasher_begin(&b, 0);
    orr__hasher_put_text(&a, "ab");
    orr__hasher_put_text(&a, "c");
    orr__hasher_put_text(&b, "a");
    orr__hasher_put_text(&b, "bc");
    assert_true(orr__hasher_end(&a) != orr__hasher_end(&b));
    orr__hasher_begin(&a, 0);
    orr__hasher_put_u64(&a, 0x0102030405060708u);
    const uint64_t value = 0x0102030405060708u;
    assert_true(orr__hasher_end(&a) == orr__hash_bytes(&value, 8, 0));
}

static uint64_t hash_f32(const float *values, size_t count)
{
    orr__hasher hasher;
    orr__hasher_begin(&hasher, 0);
    orr__hasher_put_f32(&hasher, values, count);
    return orr__hasher_end(&hasher);
}

static uint64_t hash_f64(const double *values, size_t count)
{
    orr__hasher hasher;
    orr__hasher_begin(&hasher, 0);
    orr__hasher_put_f64(&hasher, values, count);
    return orr__hasher_end(&hasher);
}

static void all_nans_are_one(void **state)
{
    (void)state;
    enum { COUNT = 1500 };
    static float f[COUNT];
    static double d[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        f[i] = (float)i * 0.5f - 300.0f;
        d[i] = (double)i * 0.25 - 100.0;
    }
    f[7] = INFINITY;
    d[7] = -INFINITY;
    assert_true(hash_f32(f, COUNT) == orr__hash_bytes(f, sizeof f, 0));
    assert_true(hash_f64(d, COUNT) == orr__hash_bytes(d, sizeof d, 0));
    static const uint32_t places[] = { 0, 511, 512, 1499 };
    static const uint32_t nans32[] = { 0x7FC00000u, 0xFFC00000u, 0x7F800001u, 0xFFFFFFFFu, 0x7FC12345u };
    static const uint64_t nans64[] = { UINT64_C(0x7FF8000000000000), UINT64_C(0xFFF8000000000000),
                                       UINT64_C(0x7FF0000000000001), UINT64_MAX, UINT64_C(0x7FF8000012345678) };
    for (size_t p = 0; p < 4; p++) {
        const float f_before = f[places[p]];
        const double d_before = d[places[p]];
        uint64_t first32 = 0, first64 = 0;
        for (size_t n = 0; n < 5; n++) {
            memcpy(&f[places[p]], &nans32[n], sizeof nans32[n]);
            memcpy(&d[places[p]], &nans64[n], sizeof nans64[n]);
            const uint64_t h32 = hash_f32(f, COUNT), h64 = hash_f64(d, COUNT);
            first32 = n ? first32 : h32;
            first64 = n ? first64 : h64;
            assert_true(h32 == first32 && h64 == first64);
        }
        f[places[p]] = f_before;
        d[places[p]] = d_before;
        assert_true(hash_f32(f, COUNT) != first32 && hash_f64(d, COUNT) != first64);
    }
    const float zero32[] = { 0.0f, -0.0f };
    const double zero64[] = { 0.0, -0.0 };
    assert_true(hash_f32(zero32, 1) != hash_f32(zero32 + 1, 1));
    assert_true(hash_f64(zero64, 1) != hash_f64(zero64 + 1, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_values),
        cmocka_unit_test(pieces_make_the_whole),
        cmocka_unit_test(texts_are_kept_apart),
        cmocka_unit_test(all_nans_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
