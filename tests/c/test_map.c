#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/map.h"
#include "faulty.h"
#include "orrery_job.h"

enum { KEYS = 600, STEPS = 200000 };

/* Keys that are handles, small numbers, and numbers that differ in the upper bits alone. */
static uint64_t key_of(uint32_t i)
{
    return i % 3 == 0 ? i + 1 : i % 3 == 1 ? (uint64_t)(i + 1) << 40 : UINT64_MAX - i;
}

static void check_all(const orr__map *map, const uint32_t *naive)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < KEYS; i++) {
        assert_int_equal(orr__map_find(map, key_of(i)), naive[i]);
        count += naive[i] != ORR__MAP_NONE;
    }
    assert_int_equal(map->count, count);
    assert_true(map->capacity == 0 || (uint64_t)map->count * 4 <= (uint64_t)map->capacity * 3);
    assert_int_equal(map->capacity & (map->capacity - 1), 0);
}

/* Random commands on the map and on a plain array; every seventh allocation is refused on the way. */
static void agrees_with_a_naive_map(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, 0);
        orr__alloc alloc;
        orr__alloc_init(&alloc, &hooks);
        orr__map map = { 0 };
        uint32_t naive[KEYS], refused = 0;
        memset(naive, 0xFF, sizeof naive);
        for (uint32_t step = 0; step < STEPS; step++) {
            const uint64_t draw = orr_random_bits(seed, step, 0);
            const uint32_t key = (uint32_t)draw % KEYS, value = (uint32_t)(draw >> 40);
            // the share of puts swings, so that the map fills and empties
            const uint32_t puts = step / 20000 % 2 ? 30 : 70;
            if ((draw >> 33) % 5000 == 0) {
                orr__map_clear(&map);
                memset(naive, 0xFF, sizeof naive);
            } else if ((draw >> 33) % 7000 == 1) {
                orr__map_fini(&alloc, &map);
                memset(naive, 0xFF, sizeof naive);
                atomic_store(&f.left, (int64_t)(draw >> 50) % 4);
            } else if ((draw >> 33) % 100 < puts) {
                const int32_t result = orr__map_put(&alloc, &map, key_of(key), value);
                if (result == ORR_OK) {
                    naive[key] = value;
                } else {
                    assert_int_equal(result, ORR_E_MEMORY);
                    refused++;
                }
            } else {
                orr__map_remove(&map, key_of(key));
                naive[key] = ORR__MAP_NONE;
            }
            if (step % 97 == 0) {
                check_all(&map, naive);
            }
        }
        check_all(&map, naive);
        assert_true(refused > 0);
        orr__map_fini(&alloc, &map);
        assert_int_equal(f.alive, 0);
        assert_int_equal(f.bytes, 0);
    }
}

static void refuses_what_it_cannot_hold(void **state)
{
    (void)state;
    orr__alloc alloc;
    orr__alloc_init(&alloc, NULL);
    orr__map map = { 0 };
    assert_int_equal(orr__map_put(&alloc, &map, 0, 1), ORR_E_ARGUMENT);
    assert_int_equal(orr__map_put(&alloc, &map, 1, ORR__MAP_NONE), ORR_E_ARGUMENT);
    assert_int_equal(orr__map_find(&map, 0), ORR__MAP_NONE);
    assert_int_equal(orr__map_find(&map, 1), ORR__MAP_NONE);
    orr__map_remove(&map, 1);
    orr__map_clear(&map);
    assert_int_equal(map.capacity, 0);
    assert_int_equal(orr__map_reserve(&alloc, &map, UINT32_MAX), ORR_E_LIMIT);
    orr__map_fini(&alloc, &map);
}

static void reserved_room_needs_no_memory(void **state)
{
    (void)state;
    faulty f;
    const orr_allocator hooks = faulty_allocator(&f, -1);
    orr__alloc alloc;
    orr__alloc_init(&alloc, &hooks);
    orr__map map = { 0 };
    assert_int_equal(orr__map_reserve(&alloc, &map, 1000), ORR_OK);
    for (uint64_t key = 1; key <= 1000; key++) {
        atomic_store(&f.left, 0);
        assert_int_equal(orr__map_put(&alloc, &map, key, (uint32_t)key), ORR_OK);
    }
    atomic_store(&f.left, -1);
    for (uint64_t key = 1; key <= 1000; key++) {
        assert_int_equal(orr__map_find(&map, key), key);
    }
    orr__map_fini(&alloc, &map);
    assert_int_equal(f.alive, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_a_naive_map),
        cmocka_unit_test(refuses_what_it_cannot_hold),
        cmocka_unit_test(reserved_room_needs_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
