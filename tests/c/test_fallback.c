/* Threads that cannot be had, none of them or only some: the same results, and a word about it once. */
#include "busy_case.h"

#include "base/error.h"
#include "base/os.h"

enum { TICKS = 20, ASKED_FOR = 5 };

/* Worlds are made on one thread here. */
static uint32_t grants;

static int32_t grudging_start(orr__thread *thread, void (*run)(void *context), void *context, const char *name,
                              size_t stack_bytes)
{
    if (grants == 0) return orr__fail(ORR_E_THREAD, "no thread '%s': refused", name);
    grants--;
    return orr__thread_start(thread, run, context, name, stack_bytes);
}

typedef struct messages {
    uint32_t count;
    int level;
    char text[400];
} messages;

static void keep(void *context, int level, const char *text)
{
    messages *m = context;
    m->count++;
    m->level = level;
    snprintf(m->text, sizeof m->text, "%s", text);
}

/* With so many threads asked for, of which so many can be had besides the caller. */
static void run(uint32_t asked, uint32_t granted, messages *m, uint64_t *hashes)
{
    grants = granted;
    *m = (messages){ 0 };
    busy_case b;
    busy_begin(&b,
               orr__sim_create(&(orr_world_desc){ .threads = asked, .seed = 3, .log = keep, .log_context = m },
                               grudging_start),
               9000, false);
    const uint32_t wanted = asked ? asked : 1;
    assert_int_equal(orr_world_threads(b.c.world), granted + 1 < wanted ? granted + 1 : wanted);
    for (uint32_t i = 0; i < TICKS; i++) {
        assert_ok(busy_step(&b.c));
        hashes[i] = orr_world_hash(b.c.world);
    }
    case_end(&b.c);
}

static void some_threads_are_refused(void **state)
{
    (void)state;
    uint64_t serial[TICKS], hashes[TICKS];
    messages m;
    run(0, 0, &m, serial);
    assert_int_equal(m.count, 0);
    run(1, 0, &m, hashes);
    assert_int_equal(m.count, 0);
    assert_memory_equal(hashes, serial, sizeof serial);
    for (uint32_t granted = 0; granted < ASKED_FOR; granted++) {
        run(ASKED_FOR, granted, &m, hashes);
        assert_memory_equal(hashes, serial, sizeof serial);
        if (granted == ASKED_FOR - 1) {
            assert_int_equal(m.count, 0);
            continue;
        }
        char wanted[100];
        snprintf(wanted, sizeof wanted, "only %u of 5 threads can be had: no thread 'orrery-%u'", (unsigned)granted + 1,
                 (unsigned)granted + 1);
        assert_int_equal(m.count, 1);
        assert_int_equal(m.level, 1);
        if (!strstr(m.text, wanted)) fail_msg("%s", m.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(some_threads_are_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
