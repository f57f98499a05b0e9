/* What systems may do to trackers: beside others a tracker is asked about what is read, and none is made. */
#include "sim_case.h"

#include "base/error.h"

typedef struct asking {
    sim_case *c;
    orr_tracker tracker;
    int32_t created, cleared, begun, destroyed; /* codes */
    char text[256];
} asking;

static int32_t code_now(void)
{
    const int32_t code = orr__error_code();
    orr__error_clear();
    return code;
}

/* Every call, with its code. */
static void ask(asking *a)
{
    orr_world *world = a->c->world;
    const orr_component watched[] = { a->c->position, 0 };
    orr__error_clear();
    const orr_tracker made = orr_tracker_create(world, watched);
    snprintf(a->text, sizeof a->text, "%s", orr_last_error());
    a->created = code_now();
    orr_tracker_destroy(world, made ? made : a->tracker);
    a->destroyed = code_now();
    (void)orr_tracker_count(world, a->tracker);
    a->begun = code_now();
    orr_tracker_clear(world, a->tracker);
    a->cleared = code_now();
}

static int32_t ask_run(orr_run *run, void *context)
{
    while (orr_run_next(run)) {}
    ask(context);
    return ORR_OK;
}

static int32_t ask_hook(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    (void)run, (void)entities, (void)count;
    ask(context);
    return ORR_OK;
}

static void step(asking *a, const orr_system_desc *desc, uint32_t threads)
{
    sim_case c = case_new(threads);
    const orr_component position[] = { c.position, 0 }, velocity[] = { c.velocity, 0 };
    *a = (asking){ .c = &c, .created = 1, .cleared = 1, .begun = 1, .destroyed = 1 };
    a->tracker = orr_tracker_create(c.world, position);
    assert_true(a->tracker);
    assert_ok(orr_entity_spawn(c.world, c.mote, 10, NULL));
    orr_system_desc full = *desc;
    full.name = "asks";
    full.run = ask_run;
    full.context = a;
    if (desc->reads) full.reads = desc->reads[0] == 1 ? position : velocity;
    if (desc->has_query) full.query.all = position;
    assert_true(orr_system_create(c.world, &full));
    assert_ok(orr_world_step(c.world, 1));
    case_end(&c);
}

static const orr_component first[] = { 1, 0 }, second[] = { 2, 0 };

static void assert_all(const asking *a, int32_t made, int32_t asked)
{
    assert_int_equal(a->created, made);
    assert_int_equal(a->destroyed, made);
    assert_int_equal(a->begun, asked);
    assert_int_equal(a->cleared, asked);
}

static void test_exclusive_systems_may_all(void **state)
{
    (void)state;
    asking a;
    for (uint32_t threads = 0; threads < 3; threads++) {
        step(&a, &(orr_system_desc){ .exclusive = true }, threads);
        assert_all(&a, ORR_OK, ORR_OK);
    }
}

static void test_systems_that_declare_ask_about_what_they_read(void **state)
{
    (void)state;
    asking a;
    for (uint32_t threads = 0; threads < 3; threads++) {
        step(&a, &(orr_system_desc){ .reads = first }, threads);
        assert_all(&a, ORR_E_LOCKED, ORR_OK);
        assert_non_null(strstr(a.text, "orr_tracker_create: other systems may run beside system 'asks'"));
        step(&a, &(orr_system_desc){ .reads = second }, threads);
        assert_all(&a, ORR_E_LOCKED, ORR_E_ACCESS);
    }
}

static void test_none_on_workers(void **state)
{
    (void)state;
    asking a;
    for (uint32_t threads = 0; threads < 3; threads++) {
        step(&a, &(orr_system_desc){ .on = ORR_ON_WORKERS, .has_query = true, .reads = first }, threads);
        assert_all(&a, ORR_E_LOCKED, ORR_E_LOCKED);
        assert_non_null(strstr(a.text, "orr_tracker_create: systems run"));
    }
}

static void test_hooks_may_all(void **state)
{
    (void)state;
    sim_case c = case_new(2);
    const orr_component position[] = { c.position, 0 };
    asking a = { .c = &c, .tracker = orr_tracker_create(c.world, position) };
    assert_ok(orr_hook_create(c.world, ORR_HOOK_ADD, c.position, ask_hook, &a));
    a.created = a.cleared = 1;
    assert_ok(orr_entity_spawn(c.world, c.mote, 10, NULL));
    assert_all(&a, ORR_OK, ORR_OK);
    case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exclusive_systems_may_all),
        cmocka_unit_test(test_systems_that_declare_ask_about_what_they_read),
        cmocka_unit_test(test_none_on_workers),
        cmocka_unit_test(test_hooks_may_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
