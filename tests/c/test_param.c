/* Params: declared, checked, queued and applied between ticks. */
#include "c/refusals.h"
#include "sim/sim.h"

#include <math.h>

static const orr_param_desc speed_desc = {
    .name = "speed", .value = 1, .min = 0, .max = 10, .step = 0.5, .help = "how fast"
};

static void declared(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_param speed = orr_param_create(c.world, &speed_desc);
    const orr_param free = orr_param_create(c.world, &(orr_param_desc){ .name = "free", .value = -1e300 });
    assert_int_equal(speed, 1);
    assert_int_equal(free, 2);
    assert_int_equal(orr_param_count(c.world), 2);
    assert_int_equal(orr_param_find(c.world, "speed"), speed);
    assert_int_equal(orr_param_find(c.world, "free"), free);
    orr_param_desc out;
    assert_ok(orr_param_describe(c.world, speed, &out));
    assert_string_equal(out.name, "speed");
    assert_string_equal(out.help, "how fast");
    assert_true(out.value == 1 && out.min == 0 && out.max == 10 && out.step == 0.5);
    assert_ok(orr_param_describe(c.world, free, &out));
    assert_null(out.help);
    assert_true(orr_param_get(c.world, speed) == 1);

    assert_int_equal(orr_param_create(c.world, &speed_desc), speed); /* the same again */
    orr_param_desc other = speed_desc;
    other.max = 20;
    assert_int_equal(orr_param_create(c.world, &other), 0);
    assert_says("speed");
    assert_says("exists already");
    case_end(&c);
}

static void same_after_a_set(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_param speed = orr_param_create(c.world, &speed_desc);
    assert_ok(orr_param_set(c.world, speed, 7));
    assert_ok(orr_world_step(c.world, 1));
    assert_int_equal(orr_param_create(c.world, &speed_desc), speed);
    assert_true(orr_param_get(c.world, speed) == 7);
    case_end(&c);
}

static void refused_descriptions(void **state)
{
    (void)state;
    static const struct {
        orr_param_desc desc;
        const char *says;
    } cases[] = {
        { { .name = NULL }, "without a name" },
        { { .name = "" }, "without a name" },
        { { .name = "two words" }, "'two words'" },
        { { .name = "2nd" }, "identifier" },
        { { .name = "a", .value = NAN }, "NaN" },
        { { .name = "a", .min = NAN, .max = 1 }, "min" },
        { { .name = "a", .min = 0, .max = NAN }, "max" },
        { { .name = "a", .min = 2, .max = 1, .value = 1.5 }, "min 2 is not below max 1" },
        { { .name = "a", .min = 0, .max = 1, .value = 1.5 }, "'a': 1.5 is outside 0 to 1" },
        { { .name = "a", .step = -1 }, "step is -1" },
        { { .name = "a", .step = INFINITY }, "step is inf" },
    };
    sim_case c = case_new(0);
    assert_int_equal(orr_param_create(c.world, NULL), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(orr_param_create(c.world, &cases[i].desc), 0);
        assert_says(cases[i].says);
    }
    char name[300];
    memset(name, 'n', sizeof name);
    name[299] = 0;
    assert_int_equal(orr_param_create(c.world, &(orr_param_desc){ .name = name }), 0);
    assert_says("longer than 255");
    assert_int_equal(orr_param_count(c.world), 0);
    case_end(&c);
}

static void one_sided_limits(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_param p = orr_param_create(c.world, &(orr_param_desc){ .name = "p", .max = INFINITY });
    assert_int_equal(p, 1);
    assert_ok(orr_param_set(c.world, p, 1e300));
    assert_int_equal(orr_param_set(c.world, p, -1), ORR_E_RANGE);
    case_end(&c);
}

static void queued_and_applied_in_order(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_param speed = orr_param_create(c.world, &speed_desc);
    assert_ok(orr_param_set(c.world, speed, 3));
    assert_ok(orr_param_set(c.world, speed, 5));
    assert_true(orr_param_get(c.world, speed) == 1);
    orr__params_apply(c.world);
    assert_true(orr_param_get(c.world, speed) == 5);
    orr__params_apply(c.world); /* nothing is left */
    assert_true(orr_param_get(c.world, speed) == 5);
    for (uint32_t i = 0; i < 1000; i++) assert_ok(orr_param_set(c.world, speed, i % 10));
    assert_ok(orr_world_step(c.world, 1));
    assert_true(orr_param_get(c.world, speed) == 9);
    case_end(&c);
}

static void refused_values(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_param speed = orr_param_create(c.world, &speed_desc);
    const orr_param free = orr_param_create(c.world, &(orr_param_desc){ .name = "free" });
    assert_int_equal(orr_param_set(c.world, speed, 11), ORR_E_RANGE);
    assert_string_equal(orr_last_error(), "param 'speed': 11 is outside 0 to 10");
    assert_int_equal(orr_param_set(c.world, speed, -0.5), ORR_E_RANGE);
    assert_int_equal(orr_param_set(c.world, speed, NAN), ORR_E_RANGE);
    assert_int_equal(orr_param_set(c.world, free, NAN), ORR_E_RANGE);
    assert_says("'free'");
    assert_says("NaN");
    assert_ok(orr_param_set(c.world, speed, 0));
    assert_ok(orr_param_set(c.world, speed, 10));
    const uint32_t foreign[] = { 0, 3, UINT32_MAX };
    for (size_t i = 0; i < 3; i++) {
        orr_param_desc out;
        assert_int_equal(orr_param_set(c.world, foreign[i], 1), ORR_E_ARGUMENT);
        assert_says("does not exist");
        assert_int_equal(orr_param_describe(c.world, foreign[i], &out), ORR_E_ARGUMENT);
        assert_true(orr_param_get(c.world, foreign[i]) == 0);
    }
    orr__params_apply(c.world);
    assert_true(orr_param_get(c.world, speed) == 10);
    case_end(&c);
}

static void nearest_name(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    for (int i = 0; i < 200; i++) {
        char name[32];
        snprintf(name, sizeof name, "other_param_%d", i);
        assert_int_equal(orr_param_create(c.world, &(orr_param_desc){ .name = name }), i + 1);
    }
    (void)orr_param_create(c.world, &speed_desc);
    assert_int_equal(orr_param_find(c.world, "speeed"), 0);
    assert_string_equal(orr_last_error(), "param 'speeed' does not exist (did you mean 'speed'?)");
    assert_int_equal(orr_param_find(c.world, "zzz"), 0);
    assert_string_equal(orr_last_error(), "param 'zzz' does not exist");
    assert_int_equal(orr_param_find(c.world, NULL), 0);
    case_end(&c);
}

/* Constant while a tick runs, also for a system that sets it. */
static int32_t set_and_read(orr_run *run, void *context)
{
    double *seen = context;
    orr_world *world = orr_run_world(run);
    const uint64_t tick = orr_run_tick(run)->tick;
    const int32_t code = orr_param_set(world, 1, (double)tick + 2);
    seen[tick] = orr_param_get(world, 1);
    return code;
}

static int32_t create_inside(orr_run *run, void *context)
{
    *(orr_param *)context = orr_param_create(orr_run_world(run), &(orr_param_desc){ .name = "late" });
    return ORR_OK;
}

static void constant_in_a_tick(void **state)
{
    (void)state;
    sim_case c = case_new(2);
    double seen[4] = { 0, 0, 0, 0 };
    orr_param late = 99;
    (void)orr_param_create(c.world, &speed_desc);
    const orr_system_desc desc = { .name = "turn", .run = set_and_read, .context = seen, .exclusive = true };
    const orr_system_desc make = { .name = "make", .run = create_inside, .context = &late, .exclusive = true };
    assert_int_not_equal(orr_system_create(c.world, &desc), 0);
    assert_int_not_equal(orr_system_create(c.world, &make), 0);
    assert_ok(orr_world_step(c.world, 4));
    assert_true(seen[0] == 1 && seen[1] == 2 && seen[2] == 3 && seen[3] == 4);
    assert_int_equal(late, 0);
    case_end(&c);
}

static int32_t call_create(sim_case *c, void *state)
{
    (void)state;
    return refusals_code(orr_param_create(c->world, &speed_desc));
}

static void prepare_set(sim_case *c, void *state)
{
    (void)state;
    (void)orr_param_create(c->world, &speed_desc);
}

static int32_t call_set(sim_case *c, void *state)
{
    (void)state;
    return orr_param_set(c->world, 1, 4);
}

static void allocations_that_fail(void **state)
{
    (void)state;
    assert_true(refusals(NULL, call_create, NULL) >= 3);
    assert_true(refusals(prepare_set, call_set, NULL) >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(declared),
        cmocka_unit_test(same_after_a_set),
        cmocka_unit_test(refused_descriptions),
        cmocka_unit_test(one_sided_limits),
        cmocka_unit_test(queued_and_applied_in_order),
        cmocka_unit_test(refused_values),
        cmocka_unit_test(nearest_name),
        cmocka_unit_test(constant_in_a_tick),
        cmocka_unit_test(allocations_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
