/* Tasks: every range once, whoever takes them; each worker its own share first, the same in every tick. */
#include "sim/plan.h"
#include "sim/sim.h"
#include "sim_case.h"

enum { WORKERS = 3, ROWS = 100000 };

/* A system with 49 ranges or more, planned. */
static orr__system *planned(sim_case *c, uint32_t rows)
{
    *c = case_new(WORKERS);
    assert_ok(orr_entity_spawn(c->world, c->mote, rows, NULL));
    const orr_component both[] = { c->position, c->velocity, 0 };
    const orr_system id =
        orr_system_create(c->world, &(orr_system_desc){ .name = "move", .job = "integrate", .query.all = both });
    if (!id) fail_msg("%s", orr_last_error());
    assert_ok(orr_world_step(c->world, 1));
    orr__system *system = c->world->sim->systems.items[id - 1];
    assert_ok(orr__plan_make(c->world, system));
    return system;
}

static void cuts_everything_once(void **state)
{
    (void)state;
    sim_case c;
    orr__system *system = planned(&c, ROWS);
    const uint32_t ranges = system->run.range_count;
    assert_true(ranges > 40);
    for (uint32_t most = 1; most < 2 * ranges; most += 3) {
        for (uint64_t tick = 0; tick < 2; tick++) {
            orr__tasks tasks = { 0 };
            uint8_t seen[256] = { 0 };
            system->run.tick.tick = tick;
            const double task_ns = orr__task_guess_ns(system) / ranges * (most + 0.5);
            assert_ok(orr__tasks_cut(c.world, &tasks, system, task_ns));
            for (uint32_t i = 0, home = 0; i < tasks.count; i++) {
                const orr__task *task = orr__tasks_at(&tasks, i);
                assert_true(task->begin < task->end && task->end - task->begin <= most);
                assert_true(task->home == home || task->home == home + 1);
                home = task->home;
                for (uint32_t r = task->begin; r < task->end; r++) {
                    assert_int_equal(seen[r]++, 0);
                    assert_int_equal(task->home, ((r + 1) * WORKERS - 1) / ranges);
                }
            }
            for (uint32_t r = 0; r < ranges; r++) assert_int_equal(seen[r], 1);
            assert_int_equal(atomic_load(&system->run.unfinished), tasks.count);
            orr__tasks_fini(c.world, &tasks);
        }
    }
    case_end(&c);
}

static void own_share_first(void **state)
{
    (void)state;
    sim_case c;
    orr__system *system = planned(&c, ROWS);
    const double task_ns = orr__task_guess_ns(system) / system->run.range_count * 3;
    for (uint32_t only = 0; only <= WORKERS; only++) { /* all in turn, or one alone */
        orr__tasks tasks = { 0 };
        uint32_t own[WORKERS] = { 0 };
        assert_ok(orr__tasks_cut(c.world, &tasks, system, task_ns));
        for (uint32_t i = 0; i < tasks.count; i++) own[orr__tasks_at(&tasks, i)->home]++;
        for (uint32_t i = 0; i < tasks.count; i++) {
            const uint32_t worker = only < WORKERS ? only : i % WORKERS;
            const orr__task *task = orr__tasks_take(&tasks, i, worker, WORKERS);
            if (own[worker] > 0) assert_int_equal(task->home, worker);
            assert_true(own[task->home]-- > 0);
        }
        orr__tasks_fini(c.world, &tasks);
    }
    case_end(&c);
}

static void few_ranges(void **state)
{
    (void)state;
    for (uint32_t rows = 1; rows <= 2000; rows += 333) {
        sim_case c;
        orr__system *system = planned(&c, rows);
        orr__tasks tasks = { 0 };
        assert_ok(orr__tasks_cut(c.world, &tasks, system, 1));
        assert_int_equal(tasks.count, system->run.range_count);
        uint32_t ran = 0;
        for (uint32_t i = tasks.count; i-- > 0;) {
            const orr__task *task = orr__tasks_take(&tasks, i, WORKERS - 1, WORKERS);
            ran += task->end - task->begin;
        }
        assert_int_equal(ran, system->run.range_count);
        orr__tasks_fini(c.world, &tasks);
        case_end(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_everything_once),
        cmocka_unit_test(own_share_first),
        cmocka_unit_test(few_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
