#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "faulty.h"

enum { BLOCKS = 200, ROUNDS = 4000 };

typedef struct block {
    unsigned char *at;
    size_t bytes;
    unsigned char mark;
} block;

static bool all(const block *b, unsigned char value)
{
    return b->at[0] == value && memcmp(b->at, b->at + 1, b->bytes - 1) == 0;
}

/* Blocks come and go: new ones are zero, and none has another's bytes. */
static void churns(void **state)
{
    (void)state;
    static block blocks[BLOCKS];
    orr__alloc alloc;
    uint32_t dice = 1;
    uint64_t bytes = 0;
    orr__alloc_init(&alloc, NULL);
    memset(blocks, 0, sizeof blocks);
    for (uint32_t k = 0; k < ROUNDS; k++) {
        dice = dice * 1664525u + 1013904223u;
        block *b = &blocks[(dice >> 8) % BLOCKS];
        if (b->at) {
            assert_true(all(b, b->mark));
            orr__alloc_pages_free(&alloc, b->at, b->bytes);
            bytes -= b->bytes;
            b->at = NULL;
            continue;
        }
        b->bytes = (dice >> 16) % 97 == 0 ? (size_t)ORR__PAGES_MOST + (dice & 1u) : 1 + (dice >> 12) % 150000;
        b->mark = (unsigned char)(1 + k % 255);
        b->at = orr__alloc_pages(&alloc, b->bytes);
        assert_non_null(b->at);
        assert_int_equal((uintptr_t)b->at % 64, 0);
        assert_true(all(b, 0));
        memset(b->at, b->mark, b->bytes);
        bytes += b->bytes;
        assert_int_equal(alloc.live_bytes, bytes);
    }
    for (uint32_t k = 0; k < BLOCKS; k++) {
        if (blocks[k].at) assert_true(all(&blocks[k], blocks[k].mark));
        if (blocks[k].at) orr__alloc_pages_free(&alloc, blocks[k].at, blocks[k].bytes);
    }
    orr__alloc_pages_free(&alloc, NULL, 4096);
    assert_int_equal(alloc.live_bytes, 0);
    assert_int_equal(alloc.live_blocks, 0);
    assert_null(alloc.pages.newest);
}

static void hooks_are_asked(void **state)
{
    (void)state;
    faulty memory = { .left = -1 };
    orr__alloc alloc;
    const orr_allocator hooks = { &memory, faulty_allocate, faulty_release };
    orr__alloc_init(&alloc, &hooks);
    void *large = orr__alloc_pages(&alloc, 100000);
    assert_non_null(large);
    assert_null(alloc.pages.newest);
    orr__alloc_pages_free(&alloc, large, 100000);
    assert_int_equal(alloc.live_blocks, 0);
    assert_int_equal(memory.alive, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(churns), cmocka_unit_test(hooks_are_asked) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
