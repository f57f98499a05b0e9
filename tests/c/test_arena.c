#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/error.h"
#include "faulty.h"
#include "orrery_job.h"

enum { PIECES = 400 };

typedef struct piece {
    unsigned char *at;
    size_t bytes;
    unsigned char fill;
} piece;

/* One round of random requests; every piece keeps its content until the end, so no two overlap. */
static void one_round(orr__arena *arena, uint64_t seed)
{
    static piece pieces[PIECES];
    for (uint32_t i = 0; i < PIECES; i++) {
        const uint64_t draw = orr_random_bits(seed, i, 0);
        const size_t bytes = draw % 50 == 0 ? (size_t)(draw >> 8) % 20000 : (size_t)(draw >> 8) % 200;
        const size_t alignment = (size_t)1 << (draw >> 40) % 13;
        pieces[i] = (piece){ orr__arena_new(arena, bytes, alignment), bytes, (unsigned char)i };
        assert_non_null(pieces[i].at);
        assert_int_equal((uintptr_t)pieces[i].at % alignment, 0);
        memset(pieces[i].at, pieces[i].fill, bytes);
    }
    for (uint32_t i = 0; i < PIECES; i++) {
        for (size_t k = 0; k < pieces[i].bytes; k++) {
            assert_int_equal(pieces[i].at[k], pieces[i].fill);
        }
    }
}

static void pieces_do_not_overlap(void **state)
{
    (void)state;
    faulty f;
    const orr_allocator hooks = faulty_allocator(&f, -1);
    orr__alloc alloc;
    orr__alloc_init(&alloc, &hooks);
    orr__arena arena;
    orr__arena_init(&arena, &alloc, 1000);
    assert_int_equal(f.alive, 0);
    for (uint64_t round = 0; round < 20; round++) {
        one_round(&arena, round);
        orr__arena_reset(&arena);
    }
    assert_int_equal(orr__arena_room_bytes(&arena), f.bytes);
    orr__arena_fini(&arena);
    assert_int_equal(f.alive, 0);
    assert_int_equal(f.overrun, 0);
    assert_int_equal(alloc.live_bytes, 0);
}

static void a_repeated_round_allocates_nothing(void **state)
{
    (void)state;
    faulty f;
    const orr_allocator hooks = faulty_allocator(&f, -1);
    orr__alloc alloc;
    orr__alloc_init(&alloc, &hooks);
    orr__arena arena;
    orr__arena_init(&arena, &alloc, 0);
    one_round(&arena, 5);
    const size_t room = orr__arena_room_bytes(&arena);
    for (int i = 0; i < 5; i++) {
        orr__arena_reset(&arena);
        atomic_store(&f.left, 0);
        one_round(&arena, 5);
        assert_int_equal(f.refused, 0);
    }
    atomic_store(&f.left, -1);
    assert_int_equal(orr__arena_room_bytes(&arena), room);
    // a large piece early or late finds the block made for it
    orr__arena_reset(&arena);
    assert_non_null(orr__arena_new(&arena, 100000, 0));
    const size_t with_large = orr__arena_room_bytes(&arena);
    for (int before = 0; before < 30; before += 10) {
        orr__arena_reset(&arena);
        for (int i = 0; i < before; i++) {
            assert_non_null(orr__arena_new(&arena, 500, 0));
        }
        assert_non_null(orr__arena_new(&arena, 100000, 0));
        assert_int_equal(orr__arena_room_bytes(&arena), with_large);
    }
    orr__arena_fini(&arena);
    assert_int_equal(f.alive, 0);
}

static void refusal_keeps_what_was_given(void **state)
{
    (void)state;
    for (int64_t n = 0; n < 6; n++) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, n);
        orr__alloc alloc;
        orr__alloc_init(&alloc, &hooks);
        orr__arena arena;
        orr__arena_init(&arena, &alloc, 256);
        unsigned char *given[64];
        int failures = 0;
        for (int i = 0; i < 64;) {
            given[i] = orr__arena_new(&arena, 60, 8);
            if (!given[i]) {
                assert_int_equal(orr__error_code(), ORR_E_MEMORY);
                failures++;
                continue;
            }
            memset(given[i], i, 60);
            i++;
        }
        for (int i = 0; i < 64; i++) {
            assert_int_equal(given[i][0], i);
            assert_int_equal(given[i][59], i);
        }
        assert_int_equal(failures, 1);
        assert_null(orr__arena_new(&arena, SIZE_MAX - 4, 8));
        orr__arena_fini(&arena);
        assert_int_equal(f.alive, 0);
    }
    orr__arena nothing = { 0 };
    orr__arena_fini(&nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_do_not_overlap),
        cmocka_unit_test(a_repeated_round_allocates_nothing),
        cmocka_unit_test(refusal_keeps_what_was_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
