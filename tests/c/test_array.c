#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/array.h"
#include "base/error.h"
#include "faulty.h"

typedef struct item {
    uint64_t a;
    uint32_t b;
} item;

static void grows_by_doubling(void **state)
{
    (void)state;
    orr__alloc alloc;
    orr__alloc_init(&alloc, NULL);
    item *items = NULL;
    uint32_t capacity = 0, expected = 8, moves = 0;
    for (uint32_t count = 0; count < 10000; count++) {
        const uint32_t before = capacity;
        assert_int_equal(orr__array_reserve(&alloc, &items, &capacity, count + 1, sizeof *items), ORR_OK);
        moves += capacity != before;
        while (expected < count + 1) {
            expected *= 2;
        }
        assert_int_equal(capacity, expected);
        items[count] = (item){ count, count * 3 };
    }
    assert_int_equal(moves, 12);
    for (uint32_t i = 0; i < 10000; i++) {
        assert_true(items[i].a == i && items[i].b == i * 3);
    }
    assert_int_equal(alloc.live_bytes, capacity * sizeof *items);
    orr__array_free(&alloc, &items, &capacity, sizeof *items);
    assert_null(items);
    assert_int_equal(capacity, 0);
    assert_int_equal(alloc.live_bytes, 0);
    orr__array_free(&alloc, &items, &capacity, sizeof *items);
    assert_int_equal(orr__array_reserve(&alloc, &items, &capacity, 0, sizeof *items), ORR_OK);
    assert_null(items);
    assert_int_equal(orr__array_reserve(&alloc, &items, &capacity, 100, sizeof *items), ORR_OK);
    assert_int_equal(capacity, 128);
    orr__array_free(&alloc, &items, &capacity, sizeof *items);
}

static void refusal_changes_nothing(void **state)
{
    (void)state;
    for (int64_t n = 0; n < 5; n++) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, n);
        orr__alloc alloc;
        orr__alloc_init(&alloc, &hooks);
        uint32_t *items = NULL, capacity = 0, count = 0, failures = 0;
        while (count < 100) {
            const uint32_t before = capacity;
            const int32_t result = orr__array_reserve(&alloc, &items, &capacity, count + 1, sizeof *items);
            if (result != ORR_OK) {
                assert_int_equal(result, ORR_E_MEMORY);
                assert_int_equal(capacity, before);
                failures++;
                continue;
            }
            items[count] = count;
            count++;
        }
        for (uint32_t i = 0; i < count; i++) {
            assert_int_equal(items[i], i);
        }
        assert_int_equal(failures, 1);
        orr__array_free(&alloc, &items, &capacity, sizeof *items);
        assert_int_equal(f.alive, 0);
        assert_int_equal(f.bytes, 0);
    }
}

static void refuses_the_impossible(void **state)
{
    (void)state;
    orr__alloc alloc;
    orr__alloc_init(&alloc, NULL);
    item *items = NULL;
    uint32_t capacity = 0;
    assert_int_equal(orr__array_reserve(&alloc, &items, &capacity, UINT32_MAX, SIZE_MAX / 8), ORR_E_LIMIT);
    assert_null(items);
    assert_int_equal(capacity, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_by_doubling),
        cmocka_unit_test(refusal_changes_nothing),
        cmocka_unit_test(refuses_the_impossible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
