/* orr_world_interrupt, from another thread and from a signal handler. */
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>

#include "base/os.h"
#include "sim_case.h"

enum { ENDLESS = 1u << 30 };

static atomic_uint ticks; /* so far; of the test that runs */

static int32_t count(orr_run *run, void *context)
{
    (void)run;
    (void)context;
    atomic_fetch_add(&ticks, 1);
    return ORR_OK;
}

static sim_case counting(uint32_t threads)
{
    sim_case c = case_new(threads);
    const orr_component none[] = { 0 };
    assert_ok(orr_entity_spawn(c.world, c.mote, 3000, NULL));
    assert_true(orr_system_create(c.world, &(orr_system_desc){ .name = "count", .run = count, .reads = none }));
    const orr_component both[] = { c.position, c.velocity, 0 };
    assert_true(
        orr_system_create(c.world, &(orr_system_desc){ .name = "move", .job = "integrate", .query.all = both }));
    atomic_store(&ticks, 0);
    return c;
}

static void is_whole(sim_case *c, uint32_t from)
{
    assert_int_equal(orr_world_tick(c->world), atomic_load(&ticks)); /* no tick is broken off */
    assert_true(atomic_load(&ticks) >= from);
    assert_ok(orr__world_validate(c->world));
    assert_ok(orr_world_step(c->world, 3)); /* one interrupt ends one step */
    assert_int_equal(orr_world_tick(c->world), atomic_load(&ticks));
}

static void interrupt_later(void *context)
{
    while (atomic_load(&ticks) < 5) orr__sleep_ns(100000);
    orr_world_interrupt(context);
}

static void from_another_thread(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads <= 2; threads++) {
        sim_case c = counting(threads);
        orr__thread thread;
        assert_ok(orr__thread_start(&thread, interrupt_later, c.world, "interrupts", 0));
        assert_int_equal(orr_world_step(c.world, ENDLESS), ORR_E_INTERRUPTED);
        assert_says("interrupted before tick");
        orr__thread_join(&thread);
        is_whole(&c, 5);
        case_end(&c);
    }
}

static _Atomic(orr_world *) ringing;

static void on_alarm(int number)
{
    (void)number;
    orr_world_interrupt(atomic_load(&ringing));
}

static void from_a_signal_handler(void **state)
{
    (void)state;
    sim_case c = counting(2);
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    atomic_store(&ringing, c.world);
    for (int round = 0; round < 10; round++) {
        const struct itimerval soon = { .it_value.tv_usec = 1000 + 700 * round };
        assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
        assert_int_equal(orr_world_step(c.world, ENDLESS), ORR_E_INTERRUPTED);
    }
    sigaction(SIGALRM, &before, NULL);
    is_whole(&c, 1);
    case_end(&c);
}

/* Asked for while nothing runs: the next step ends before its first tick. */
static void before_a_step(void **state)
{
    (void)state;
    sim_case c = counting(0);
    orr_world_interrupt(c.world);
    orr_world_interrupt(c.world);
    assert_int_equal(orr_world_step(c.world, 10), ORR_E_INTERRUPTED);
    assert_says("interrupted before tick 0");
    is_whole(&c, 0);
    assert_int_equal(orr_world_tick(c.world), 3);
    case_end(&c);
}

/* From inside: the tick that runs is done, and no other. */
static int32_t interrupt_now(orr_run *run, void *context)
{
    (void)context;
    orr_world_interrupt(orr_run_world(run));
    return ORR_OK;
}

static void from_a_system(void **state)
{
    (void)state;
    sim_case c = counting(0);
    assert_true(
        orr_system_create(c.world, &(orr_system_desc){ .name = "stop", .run = interrupt_now, .exclusive = true }));
    assert_int_equal(orr_world_step(c.world, 10), ORR_E_INTERRUPTED);
    assert_int_equal(orr_world_tick(c.world), 1);
    assert_int_equal(orr_world_step(c.world, 10), ORR_E_INTERRUPTED);
    assert_int_equal(orr_world_tick(c.world), 2);
    case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_another_thread),
        cmocka_unit_test(from_a_signal_handler),
        cmocka_unit_test(before_a_step),
        cmocka_unit_test(from_a_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
