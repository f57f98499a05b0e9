/* Systems with `changed` against a plain list of what they have yet to see: two writers around the watcher, rows that
 * move between tables, come and go, sets, ticks in which it does not run, runs that fail. */
#include "sim_case.h"

#include "orrery_job.h"

enum { MOST = 20000 };

typedef struct model {
    sim_case c;
    orr_query matching;
    bool pending[MOST]; /* by index of the entity */
    bool seen[MOST];
    uint64_t salt, runs, visits;
    uint32_t fails_every;
} model;

static uint64_t noise(const model *m, const orr_tick *tick, orr_entity entity, uint32_t k)
{
    return orr_random_bits(m->salt + tick->tick, entity, k);
}

/* Marks about one row in 50. */
static int32_t write_some(orr_run *run, void *context)
{
    model *m = context;
    const orr_tick *tick = orr_run_tick(run);
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *x = orr_run_write(run, m->c.px);
        uint64_t *marks = orr_run_marks(run, m->c.position);
        if (!x || !marks) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) {
            if (noise(m, tick, rows->entity[i], 1) % 50) continue;
            x[i] += 1;
            orr_mark(marks, i);
            m->pending[orr_entity_index(rows->entity[i])] = true;
        }
    }
    return ORR_OK;
}

/* Writes whole ranges of velocities, every third tick. */
static int32_t write_all(orr_run *run, void *context)
{
    model *m = context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        if (!orr_run_write(run, m->c.vx)) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) m->pending[orr_entity_index(rows->entity[i])] = true;
    }
    return ORR_OK;
}

static int32_t come_and_go(orr_run *run, void *context)
{
    model *m = context;
    const orr_tick *tick = orr_run_tick(run);
    int32_t code = ORR_OK;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        for (uint32_t i = rows->begin; i < rows->end && code == ORR_OK; i++) {
            const int64_t entity = (int64_t)rows->entity[i];
            const orr_value nine = { .f32 = 9 };
            switch (noise(m, tick, rows->entity[i], 2) % 200) {
            case 0: code = orr_patch_destroy(run, entity); break;
            case 1: code = orr_patch_spawn(run, m->c.mote, 1, NULL); break;
            case 2:
            case 3:
            case 4: code = orr_patch_add(run, entity, m->c.frozen); break;
            case 5:
            case 6:
            case 7: code = orr_patch_remove(run, entity, m->c.frozen); break;
            case 8: code = orr_patch_remove(run, entity, m->c.velocity); break;
            case 9: code = orr_patch_add(run, entity, m->c.velocity); break;
            case 10:
                code = orr_patch_set(run, entity, m->c.py, nine);
                m->pending[orr_entity_index(rows->entity[i])] = true;
                break;
            default: break;
            }
        }
    }
    return code;
}

static int32_t came(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    (void)run;
    for (uint32_t i = 0; i < count; i++) ((model *)context)->pending[orr_entity_index(entities[i])] = true;
    return ORR_OK;
}

static void all_were_seen(model *m)
{
    static orr_entity all[MOST];
    uint64_t count = 0;
    assert_ok(orr_query_copy_entities(m->c.world, m->matching, all, MOST, &count));
    for (uint64_t i = 0; i < count; i++) {
        const uint32_t index = orr_entity_index(all[i]);
        if (m->pending[index] != m->seen[index])
            fail_msg("run %llu: entity %llu %s", (unsigned long long)m->runs, (unsigned long long)all[i],
                     m->pending[index] ? "was missed" : "was seen for nothing");
        if (m->seen[index]) m->pending[index] = false;
    }
}

/* Also writes and marks what it looks at, which must not wake it. */
static int32_t watch(orr_run *run, void *context)
{
    model *m = context;
    memset(m->seen, 0, sizeof m->seen);
    /* it is called again for the ranges after the one that failed, so all calls of a tick must agree */
    const bool fails = m->fails_every && orr_run_tick(run)->tick / 2 % m->fails_every == 0;
    uint32_t ranges = 0;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL; ranges++) {
        float *y = orr_run_write(run, m->c.py);
        uint64_t *marks = orr_run_marks(run, m->c.position);
        if (!y || !marks) return ORR_E_ACCESS;
        for (uint32_t i = orr_next_changed(rows, rows->begin); i < rows->end; i = orr_next_changed(rows, i + 1)) {
            m->seen[orr_entity_index(rows->entity[i])] = true;
            m->visits++;
            y[i] += 1;
        }
        orr_mark_range(marks, rows->begin, rows->end);
        if (fails && ranges == 1) return ORR_E_JOB;
    }
    if (fails) return ORR_E_JOB;
    m->runs++;
    all_were_seen(m);
    return ORR_OK;
}

static void run_case(uint32_t place, uint32_t every, uint32_t fails_every, const char *stage)
{
    model *m = test_calloc(1, sizeof *m);
    m->c = case_new(0);
    m->salt = place * 100 + every * 10 + fails_every;
    m->fails_every = fails_every;
    orr_world *world = m->c.world;
    const orr_component both[] = { m->c.position, m->c.velocity, 0 }, position[] = { m->c.position, 0 };
    const orr_component velocity[] = { m->c.velocity, 0 }, frozen[] = { m->c.frozen, 0 };
    m->matching = orr_query_create(world, &(orr_query_desc){ .all = both, .none = frozen });
    assert_ok(orr_hook_create(world, ORR_HOOK_ADD, m->c.position, came, m));
    assert_ok(orr_hook_create(world, ORR_HOOK_ADD, m->c.velocity, came, m));
    const orr_system_desc systems[] = {
        { .name = "some", .run = write_some, .query.all = position, .marks = position },
        { .name = "all", .run = write_all, .query.all = velocity, .writes = velocity, .every = 3 },
        { .name = "flux", .run = come_and_go, .query.all = position, .reads = position, .marks = position },
        { .name = "some more", .run = write_some, .stage = "late", .query.all = position, .marks = position },
    };
    const orr_system_desc watcher = { .name = "watch",
                                      .run = watch,
                                      .stage = stage,
                                      .every = every,
                                      .query = { .all = both, .none = frozen, .changed = both },
                                      .marks = position,
                                      .on_error = ORR_ON_ERROR_SKIP };
    for (uint32_t i = 0; i <= 4; i++) {
        orr_system_desc desc = i == place ? watcher : systems[i < place ? i : i - 1];
        desc.context = m;
        if (!orr_system_create(world, &desc)) fail_msg("%s", orr_last_error());
    }
    assert_ok(orr_entity_spawn(world, m->c.mote, 3000, NULL));
    for (uint32_t tick = 0; tick < 40; tick++) {
        const orr_system found = orr_system_find(world, "watch");
        if (tick % 10 == 6) assert_ok(orr_system_enable(world, found, false));
        if (tick % 10 == 9) assert_ok(orr_system_enable(world, found, true));
        assert_ok(orr_world_step(world, 1));
        assert_ok(orr__world_validate(world));
    }
    assert_true(m->runs > 3 && m->visits > 1000);
    case_end(&m->c);
    test_free(m);
}

static void wherever_it_stands(void **state)
{
    (void)state;
    for (uint32_t place = 0; place <= 4; place++) run_case(place, 1, 0, "update");
    run_case(4, 1, 0, "late");
    run_case(0, 1, 0, "cleanup");
}

static void now_and_then(void **state)
{
    (void)state;
    for (uint32_t every = 2; every <= 4; every++) run_case(1, every, 0, "update");
}

static void runs_that_fail(void **state)
{
    (void)state;
    run_case(1, 1, 2, "update");
    run_case(2, 2, 3, "update");
    run_case(0, 1, 3, "late");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wherever_it_stands),
        cmocka_unit_test(now_and_then),
        cmocka_unit_test(runs_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
