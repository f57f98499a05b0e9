#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/error.h"
#include "faulty.h"

static int asserted;

static void count_assertion(const char *file, int line, const char *what)
{
    (void)file;
    (void)line;
    (void)what;
    asserted++;
}

static void counts_and_aligns(void **state)
{
    (void)state;
    orr__alloc alloc;
    orr__alloc_init(&alloc, NULL);
    for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
        for (size_t bytes = 1; bytes < 300; bytes += 37) {
            unsigned char *p = orr__alloc_new(&alloc, bytes, alignment);
            assert_non_null(p);
            assert_int_equal((uintptr_t)p % alignment, 0);
            assert_int_equal(alloc.live_bytes, bytes);
            assert_int_equal(alloc.live_blocks, 1);
            memset(p, 1, bytes);
            orr__alloc_free(&alloc, p, bytes);
            p = orr__alloc_zero(&alloc, bytes, alignment);
            for (size_t i = 0; i < bytes; i++) {
                assert_int_equal(p[i], 0);
            }
            orr__alloc_free(&alloc, p, bytes);
        }
    }
    orr__alloc_free(&alloc, NULL, 100);
    assert_int_equal(alloc.live_bytes, 0);
    assert_int_equal(alloc.live_blocks, 0);
}

static void resizes(orr__alloc *alloc, size_t alignment)
{
    size_t bytes = 0;
    unsigned char *p = NULL;
    static const size_t sizes[] = { 1, 10, 64, 5000, 200000, 300, 7, 7, 1 };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        p = orr__alloc_resize(alloc, p, bytes, sizes[i], alignment);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % alignment, 0);
        for (size_t k = 0; k < (bytes < sizes[i] ? bytes : sizes[i]); k++) {
            assert_int_equal(p[k], (unsigned char)(k * 7));
        }
        bytes = sizes[i];
        for (size_t k = 0; k < bytes; k++) {
            p[k] = (unsigned char)(k * 7);
        }
        assert_int_equal(alloc->live_bytes, bytes);
        assert_int_equal(alloc->live_blocks, 1);
    }
    orr__alloc_free(alloc, p, bytes);
    assert_int_equal(alloc->live_bytes, 0);
}

static void resizing_keeps_content(void **state)
{
    (void)state;
    orr__alloc alloc;
    orr__alloc_init(&alloc, NULL);
    resizes(&alloc, 16);
    resizes(&alloc, 64);
    faulty f;
    const orr_allocator hooks = faulty_allocator(&f, -1);
    orr__alloc_init(&alloc, &hooks);
    resizes(&alloc, 16);
    resizes(&alloc, 64);
    assert_int_equal(f.alive, 0);
    assert_int_equal(f.bytes, 0);
}

static void refusal_changes_nothing(void **state)
{
    (void)state;
    faulty f;
    const orr_allocator hooks = faulty_allocator(&f, 1);
    orr__alloc alloc;
    orr__alloc_init(&alloc, &hooks);
    char *old = orr__alloc_new(&alloc, 8, 8);
    memcpy(old, "content", 8);
    orr__error_clear();
    assert_null(orr__alloc_resize(&alloc, old, 8, 1 << 20, 8));
    assert_int_equal(orr__error_code(), ORR_E_MEMORY);
    assert_non_null(strstr(orr_last_error(), "1048576"));
    assert_string_equal(old, "content");
    assert_int_equal(alloc.live_bytes, 8);
    orr__alloc_free(&alloc, old, 8);
    for (int kind = 0; kind < 3; kind++) {
        atomic_store(&f.left, 0);
        orr__error_clear();
        assert_null(kind == 0   ? orr__alloc_new(&alloc, 10, 0)
                    : kind == 1 ? orr__alloc_zero(&alloc, 10, 0)
                                : (void *)orr__alloc_string(&alloc, "text"));
        assert_int_equal(orr__error_code(), ORR_E_MEMORY);
    }
    assert_int_equal(f.alive, 0);
    assert_int_equal(alloc.live_blocks, 0);
    orr__alloc_init(&alloc, NULL);
    assert_null(orr__alloc_new(&alloc, SIZE_MAX - 8, 64));
    char *small = orr__alloc_new(&alloc, 4, 4);
    assert_null(orr__alloc_resize(&alloc, small, 4, SIZE_MAX - 8, 4));
    orr__alloc_free(&alloc, small, 4);
    assert_int_equal(alloc.live_bytes, 0);
}

static void a_limit_is_kept(void **state)
{
    (void)state;
    for (int own = 0; own < 2; own++) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, -1);
        orr__alloc alloc;
        orr__alloc_init(&alloc, own ? &hooks : NULL);
        alloc.limit_bytes = 100;
        char *a = orr__alloc_new(&alloc, 60, 0);
        assert_non_null(a);
        assert_null(orr__alloc_new(&alloc, 41, 64));
        assert_int_equal(orr__error_code(), ORR_E_MEMORY);
        assert_non_null(strstr(orr_last_error(), "41 bytes were refused"));
        assert_null(orr__alloc_resize(&alloc, a, 60, 101, 0));
        if (!own) assert_non_null(a = orr__alloc_resize(&alloc, a, 60, 100, 0));
        assert_int_equal(alloc.live_bytes, own ? 60 : 100);
        orr__alloc_free(&alloc, a, own ? 60 : 100);
        assert_int_equal(alloc.live_bytes, 0);
    }
}

static void zero_bytes_are_a_broken_invariant(void **state)
{
    (void)state;
    orr__alloc alloc;
    orr__alloc_init(&alloc, NULL);
    orr_assert_handler(count_assertion);
    asserted = 0;
    assert_null(orr__alloc_new(&alloc, 0, 8));
    assert_int_equal(asserted, 1);
    orr_assert_handler(NULL);
}

static void copies_strings(void **state)
{
    (void)state;
    orr__alloc alloc;
    orr__alloc_init(&alloc, NULL);
    char *a = orr__alloc_string(&alloc, ""), *b = orr__alloc_string(&alloc, "boids");
    assert_string_equal(a, "");
    assert_string_equal(b, "boids");
    assert_int_equal(alloc.live_bytes, 7);
    orr__alloc_string_free(&alloc, a);
    orr__alloc_string_free(&alloc, b);
    orr__alloc_string_free(&alloc, NULL);
    assert_int_equal(alloc.live_bytes, 0);
    assert_int_equal(alloc.live_blocks, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_aligns),
        cmocka_unit_test(resizing_keeps_content),
        cmocka_unit_test(refusal_changes_nothing),
        cmocka_unit_test(a_limit_is_kept),
        cmocka_unit_test(zero_bytes_are_a_broken_invariant),
        cmocka_unit_test(copies_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
