#include <math.h>
#include "sim/sim.h"
#include "sim_case.h"

static void create_and_destroy(void **state)
{
    (void)state;
    orr_world_desc desc = { .seed = 3, .dt = 0.25, .threads = 2 };
    orr_world *world = orr_world_create(&desc);
    assert_non_null(world);
    assert_int_equal(orr_world_seed(world), 3);
    assert_true(orr_world_dt(world) == 0.25);
    assert_int_equal(orr_world_threads(world), 2);
    assert_ok(orr_world_step(world, 4));
    assert_int_equal(orr_world_tick(world), 4);
    assert_true(orr_world_time(world) == 1.0);
    assert_string_equal(orr_world_running(world), "");
    orr_world_destroy(world);
    orr_world_destroy(NULL);
    world = orr_world_create(NULL);
    assert_true(orr_world_dt(world) == 1.0 / 60.0);
    orr_world_destroy(world);
    const double bad[] = { -1, 0.0 / 1.0 * -1 - 1, HUGE_VAL };
    for (uint32_t i = 0; i < 3; i++) {
        desc.dt = bad[i];
        assert_null(orr_world_create(&desc));
    }
}

static void native_job(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    orr_entity handles[100];
    assert_ok(orr_entity_spawn(c.world, c.mote, 100, handles));
    for (uint32_t i = 0; i < 100; i++) case_set(&c, handles[i], c.vx, (float)i);
    case_system(&c, (orr_system_desc){ .name = "move", .job = "integrate" });
    assert_ok(orr_world_step(c.world, 2));
    for (uint32_t i = 0; i < 100; i++) assert_true(case_f32(&c, handles[i], c.px) == (float)i);
    orr_system_stats stats;
    assert_ok(orr_system_describe(c.world, 1, &stats));
    assert_int_equal(stats.runs, 2);
    assert_int_equal(stats.rows, 200);
    assert_string_equal(stats.stage, "update");
    case_end(&c);
}

static int32_t see_changed(orr_run *run, void *context)
{
    uint64_t *seen = context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        for (uint32_t i = orr_next_changed(rows, rows->begin); i < rows->end; i = orr_next_changed(rows, i + 1)) {
            (*seen)++;
        }
    }
    return ORR_OK;
}

static void function_and_changed(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    uint64_t seen = 0;
    assert_ok(orr_entity_spawn(c.world, c.mote, 5000, NULL));
    assert_ok(orr_entity_spawn(c.world, c.still, 700, NULL));
    const orr_component position[] = { c.position, 0 }, velocity[] = { c.velocity, 0 };
    const orr_component both[] = { c.position, c.velocity, 0 };
    const orr_system_desc add = {
        .name = "add", .query.all = both, .writes = position, .run = case_add_one, .context = &c, .every = 2
    };
    const orr_system_desc see = { .name = "see", .query.changed = position, .run = see_changed, .context = &seen };
    (void)velocity;
    assert_true(orr_system_create(c.world, &add));
    assert_true(orr_system_create(c.world, &see));
    assert_ok(orr_world_step(c.world, 1));
    assert_int_equal(seen, 5700);
    assert_ok(orr_world_step(c.world, 1));
    assert_int_equal(seen, 5700);
    assert_ok(orr_world_step(c.world, 1));
    assert_int_equal(seen, 10700);
    case_end(&c);
}

static int32_t interrupt(orr_run *run, void *context)
{
    (void)context;
    orr_world_interrupt(orr_run_world(run));
    return ORR_OK;
}

static void interrupted(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_system_desc desc = { .name = "stop", .run = interrupt };
    assert_true(orr_system_create(c.world, &desc));
    assert_int_equal(orr_world_step(c.world, 10), ORR_E_INTERRUPTED);
    assert_int_equal(orr_world_tick(c.world), 1);
    case_end(&c);
}

/* Short ticks read the clock now and then; what a system took is told for all of its runs. */
static void short_ticks_are_timed(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    assert_ok(orr_entity_spawn(c.world, c.mote, 100, NULL));
    const orr_component both[] = { c.position, c.velocity, 0 };
    const orr_system_desc desc = { .name = "move", .job = "integrate", .query.all = both };
    const orr_system system = orr_system_create(c.world, &desc);
    assert_int_not_equal(system, 0);
    assert_ok(orr_world_step(c.world, 100));
    orr_system_stats before, after;
    assert_ok(orr_system_describe(c.world, system, &before));
    uint32_t clocked = 0;
    for (uint32_t tick = 0; tick < 400; tick++) {
        assert_ok(orr_world_step(c.world, 1));
        clocked += c.world->sim->clocked;
        assert_true(c.world->sim->unclocked < 8);
        assert_ok(orr_system_describe(c.world, system, &after));
        assert_true(after.time_ns > before.time_ns && after.runs == before.runs + 1);
        before = after;
    }
    assert_true(clocked >= 50);
    case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(create_and_destroy),    cmocka_unit_test(native_job),
        cmocka_unit_test(function_and_changed),  cmocka_unit_test(interrupted),
        cmocka_unit_test(short_ticks_are_timed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
