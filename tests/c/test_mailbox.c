/* valgrind: no (threads) */
/* The latest-value channel: who holds which slot, and what is seen in it. What worlds put into one: test_publish.c. */
#include "base/alloc.h"
#include "base/error.h"
#include "base/os.h"
#include "faulty.h"
#include "pool/mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS = 24, READERS_MOST = 5, SLOTS_MAX = ORR__MAILBOX_READERS_MAX + 2 };

typedef struct channel {
    faulty memory;
    orr__alloc alloc;
    orr__mailbox mailbox;
    uint64_t values[SLOTS_MAX][WORDS]; /* not atomic: ThreadSanitizer shall see every read that meets a write */
} channel;

static void channel_open(channel *c, uint32_t readers)
{
    memset(c, 0, sizeof *c);
    const orr_allocator hooks = faulty_allocator(&c->memory, -1);
    orr__alloc_init(&c->alloc, &hooks);
    assert_int_equal(orr__mailbox_init(&c->mailbox, &c->alloc, readers), ORR_OK);
}

static void channel_close(channel *c)
{
    orr__mailbox_fini(&c->mailbox);
    assert_int_equal(c->memory.alive, 0);
}

/* The value that says `number`: words that only fit each other, and their sum. */
static void write_value(uint64_t *words, uint64_t number)
{
    uint64_t sum = 0;
    words[0] = number;
    for (uint32_t i = 1; i < WORDS - 1; i++) words[i] = words[i - 1] * 6364136223846793005u + 1442695040888963407u;
    for (uint32_t i = 0; i < WORDS - 1; i++) sum += words[i];
    words[WORDS - 1] = sum;
}

static bool value_is_whole(const uint64_t *words)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < WORDS - 1; i++) sum += words[i];
    return sum == words[WORDS - 1];
}

static uint32_t publish(channel *c)
{
    const uint32_t slot = orr__mailbox_begin(&c->mailbox);
    assert_in_range(slot, 0, c->mailbox.slot_count - 1);
    write_value(c->values[slot], orr__mailbox_sequence(&c->mailbox) + 1);
    orr__mailbox_publish(&c->mailbox);
    return slot;
}

/* ---- one thread ---- */

static void nothing_is_there_before_the_first(void **state)
{
    (void)state;
    channel c;
    bool full = true;
    channel_open(&c, 1);
    for (int k = 0; k < 5; k++) {
        assert_int_equal(orr__mailbox_take(&c.mailbox, &full), ORR__MAILBOX_NONE);
        assert_false(full);
    }
    assert_int_equal(orr__mailbox_sequence(&c.mailbox), 0);
    const uint32_t slot = orr__mailbox_begin(&c.mailbox);
    assert_int_equal(orr__mailbox_begin(&c.mailbox), slot); /* the same until it is published */
    assert_int_equal(orr__mailbox_take(&c.mailbox, NULL), ORR__MAILBOX_NONE);
    assert_int_equal(orr__mailbox_publish(&c.mailbox), 1);
    assert_int_equal(orr__mailbox_take(&c.mailbox, NULL), slot);
    orr__mailbox_release(&c.mailbox, slot);
    channel_close(&c);
}

static void the_newest_is_taken_and_the_same_one_again(void **state)
{
    (void)state;
    channel c;
    channel_open(&c, 2);
    for (uint64_t n = 1; n <= 100; n++) {
        const uint32_t slot = publish(&c);
        for (int k = 0; k < 3; k++) {
            const uint32_t taken = orr__mailbox_take(&c.mailbox, NULL);
            assert_int_equal(taken, slot);
            assert_int_equal(c.values[taken][0], n);
            orr__mailbox_release(&c.mailbox, taken);
        }
    }
    channel_close(&c);
}

static void what_is_held_stays_however_much_is_published(void **state)
{
    (void)state;
    channel c;
    channel_open(&c, 3);
    uint32_t held[3];
    for (uint32_t r = 0; r < 3; r++) {
        publish(&c);
        held[r] = orr__mailbox_take(&c.mailbox, NULL);
    }
    for (int k = 0; k < 1000; k++) publish(&c);
    for (uint32_t r = 0; r < 3; r++) {
        assert_int_equal(c.values[held[r]][0], r + 1);
        assert_true(value_is_whole(c.values[held[r]]));
    }
    bool full = false;
    assert_int_equal(orr__mailbox_take(&c.mailbox, &full), ORR__MAILBOX_NONE);
    assert_true(full);
    orr__mailbox_release(&c.mailbox, held[1]);
    const uint32_t newest = orr__mailbox_take(&c.mailbox, &full);
    assert_false(full);
    assert_int_equal(c.values[newest][0], 1003);
    for (int k = 0; k < 1000; k++) publish(&c);
    assert_int_equal(c.values[newest][0], 1003);
    assert_int_equal(c.values[held[0]][0], 1);
    channel_close(&c);
}

static void all_readers_may_hold_the_same(void **state)
{
    (void)state;
    channel c;
    channel_open(&c, 4);
    const uint32_t slot = publish(&c);
    for (int k = 0; k < 4; k++) assert_int_equal(orr__mailbox_take(&c.mailbox, NULL), slot);
    for (int k = 0; k < 4; k++) {
        publish(&c);
        assert_int_equal(c.values[slot][0], 1);
        orr__mailbox_release(&c.mailbox, slot);
    }
    for (uint32_t k = 0; k < 6; k++) publish(&c); /* now it is used again */
    assert_int_not_equal(c.values[slot][0], 1);
    channel_close(&c);
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    channel c;
    memset(&c, 0, sizeof c);
    const orr_allocator hooks = faulty_allocator(&c.memory, 0);
    orr__alloc_init(&c.alloc, &hooks);
    assert_int_equal(orr__mailbox_init(&c.mailbox, &c.alloc, 1), ORR_E_MEMORY);
    orr__mailbox_fini(&c.mailbox);
    assert_int_equal(c.memory.alive, 0);
}

/* ---- several threads ---- */

typedef struct reader {
    channel *channel;
    orr__thread thread;
    uint64_t reads, torn, backwards, refused, last;
} reader;

static _Atomic bool readers_done, writer_done;

static void read_many(void *context)
{
    reader *r = context;
    orr__mailbox *mailbox = &r->channel->mailbox;
    for (uint64_t k = 0; k < r->reads || (k < 1000 * r->reads && orr__mailbox_sequence(mailbox) <= 100); k++) {
        const uint32_t slot = orr__mailbox_take(mailbox, NULL);
        if (slot == ORR__MAILBOX_NONE) {
            r->refused++;
            continue;
        }
        const uint64_t *words = r->channel->values[slot];
        const uint64_t number = words[0];
        if (k % 64 == 0) orr__thread_yield(); /* while it is held */
        r->torn += !value_is_whole(words) || words[0] != number;
        r->backwards += number < r->last;
        r->last = number;
        orr__mailbox_release(mailbox, slot);
    }
}

static void write_until_read(void *context)
{
    channel *c = context;
    while (!atomic_load(&readers_done)) {
        const uint32_t slot = orr__mailbox_begin(&c->mailbox);
        write_value(c->values[slot], orr__mailbox_sequence(&c->mailbox) + 1);
        orr__mailbox_publish(&c->mailbox);
    }
}

/* So many threads, each reading so often beside a writer at full speed: what is taken is whole, and none is older than
 * the one before. Returns how many takes were refused. */
static uint64_t race(channel *c, uint32_t count, uint64_t reads)
{
    reader readers[READERS_MOST];
    orr__thread writer;
    uint64_t refused = 0;
    publish(c);
    atomic_store(&readers_done, false);
    assert_int_equal(orr__thread_start(&writer, write_until_read, c, "writer", 0), ORR_OK);
    for (uint32_t r = 0; r < count; r++) {
        readers[r] = (reader){ .channel = c, .reads = reads };
        assert_int_equal(orr__thread_start(&readers[r].thread, read_many, &readers[r], "reader", 0), ORR_OK);
    }
    for (uint32_t r = 0; r < count; r++) orr__thread_join(&readers[r].thread);
    atomic_store(&readers_done, true);
    orr__thread_join(&writer);
    for (uint32_t r = 0; r < count; r++) {
        assert_int_equal(readers[r].torn, 0);
        assert_int_equal(readers[r].backwards, 0);
        refused += readers[r].refused;
    }
    assert_int_equal(atomic_load(&c->mailbox.held), 0);
    return refused;
}

static void a_million_reads_are_whole(void **state)
{
    (void)state;
    channel c;
    channel_open(&c, 4);
    assert_int_equal(race(&c, 4, 1000000 / 4), 0);
    assert_true(orr__mailbox_sequence(&c.mailbox) > 100);
    channel_close(&c);
}

/* Some takes are refused, and the writer never finds no slot (its begin would fail an assertion). */
static void more_threads_than_readers_are_refused(void **state)
{
    (void)state;
    channel c;
    channel_open(&c, 2);
    (void)race(&c, READERS_MOST, 20000);
    channel_close(&c);
}

static void write_some(void *context)
{
    channel *c = context;
    for (int k = 0; k < 1000; k++) {
        const uint32_t slot = orr__mailbox_begin(&c->mailbox);
        write_value(c->values[slot], orr__mailbox_sequence(&c->mailbox) + 1);
        orr__mailbox_publish(&c->mailbox);
    }
    atomic_store(&writer_done, true);
}

/* Who sleeps is woken by the next one; a reader that stops in the middle of a read stops nobody. */
static void waiting_ends_with_the_next_one(void **state)
{
    (void)state;
    channel c;
    channel_open(&c, 2);
    assert_false(orr__mailbox_wait(&c.mailbox, 0, 1000));
    publish(&c);
    const uint32_t held = orr__mailbox_take(&c.mailbox, NULL); /* never let go of */
    assert_true(orr__mailbox_wait(&c.mailbox, 0, 0));
    assert_false(orr__mailbox_wait(&c.mailbox, 1, 1000));
    for (int round = 0; round < 20; round++) {
        orr__thread writer;
        const uint64_t before = orr__mailbox_sequence(&c.mailbox);
        atomic_store(&writer_done, false);
        assert_int_equal(orr__thread_start(&writer, write_some, &c, "writer", 0), ORR_OK);
        for (uint64_t seen = before; seen < before + 1000;) {
            assert_true(orr__mailbox_wait(&c.mailbox, seen, ORR__FOREVER));
            const uint32_t slot = orr__mailbox_take(&c.mailbox, NULL);
            assert_int_not_equal(slot, ORR__MAILBOX_NONE);
            assert_true(c.values[slot][0] > seen && value_is_whole(c.values[slot]));
            seen = c.values[slot][0];
            orr__mailbox_release(&c.mailbox, slot);
        }
        orr__thread_join(&writer);
        assert_true(atomic_load(&writer_done));
        assert_int_equal(c.values[held][0], 1);
    }
    channel_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_there_before_the_first),
        cmocka_unit_test(the_newest_is_taken_and_the_same_one_again),
        cmocka_unit_test(what_is_held_stays_however_much_is_published),
        cmocka_unit_test(all_readers_may_hold_the_same),
        cmocka_unit_test(no_memory_is_an_error),
        cmocka_unit_test(a_million_reads_are_whole),
        cmocka_unit_test(more_threads_than_readers_are_refused),
        cmocka_unit_test(waiting_ends_with_the_next_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
