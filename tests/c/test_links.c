/* Handles of what a run spawns, written into rows in place, when others of the stage do the same or move the rows. */
#include "sim_case.h"

#include "base/error.h"

enum { ROWS = 1500 };

typedef struct linker {
    sim_case *c;
    orr_prefab prefab;
    uint32_t extra; /* spawned before the one that is linked */
    uint32_t begin, end;
    int32_t code;
} linker;

static void add(const sim_case *c, orr_system_desc desc)
{
    if (!orr_system_create(c->world, &desc)) fail_msg("%s", orr_last_error());
}

static orr_entity entity_of(uint32_t index)
{
    return (orr_entity)index << 20 | 1;
}

/* Rows begin to end (by index of their entities) get what this range spawns. */
static int32_t link_rows(orr_run *run, void *context)
{
    const linker *l = context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        orr_entity *to = orr_run_write(run, l->c->to);
        int64_t born;
        int32_t code = l->extra ? orr_patch_spawn(run, l->c->still, l->extra, NULL) : ORR_OK;
        if (code == ORR_OK) code = orr_patch_spawn(run, l->prefab, 1, &born);
        if (code != ORR_OK || !to) return ORR_E_JOB;
        for (uint32_t i = rows->begin; i < rows->end; i++) {
            const uint32_t index = orr_entity_index(rows->entity[i]);
            if (index >= l->begin && index < l->end) to[i] = (orr_entity)born;
        }
    }
    return l->code;
}

static void declare(linker *l, const char *name, uint32_t on, bool snapshot)
{
    const orr_component link[] = { l->c->link, 0 };
    add(l->c, (orr_system_desc){ .name = name,
                                 .run = link_rows,
                                 .context = l,
                                 .on = on,
                                 .snapshot = snapshot,
                                 .query.all = link,
                                 .writes = link,
                                 .on_error = ORR_ON_ERROR_SKIP });
}

static orr_entity link_of(const sim_case *c, uint32_t index)
{
    const orr_entity *at = orr_entity_read(c->world, entity_of(index), c->to);
    if (!at) fail_msg("%s", orr_last_error());
    return *at;
}

/* What a row is linked to is alive, and of the first linker's prefab (with velocity) or of the second's. */
static void linked(const sim_case *c, uint32_t index, bool first)
{
    const orr_entity to = link_of(c, index);
    assert_true(orr_entity_is_alive(c->world, to));
    assert_int_equal(orr_entity_has(c->world, to, c->velocity), first);
}

static void two_runs_in_the_same_rows(void **state)
{
    (void)state;
    for (uint32_t variant = 0; variant < 24; variant++) {
        sim_case c = case_new(variant % 3);
        const orr_prefab rows = case_prefab(c.world, "Rows", c.link, 0, 0);
        linker a = { &c, c.mote, variant & 4 ? 3 : 0, 0, 20, ORR_OK };
        linker b = { &c, c.still, 0, 10, 1400, variant / 3 % 2 ? ORR_E_JOB : ORR_OK };
        declare(&a, "a", ORR_ON_WORKERS, variant >= 12);
        declare(&b, "b", variant & 8 ? ORR_ON_WORKERS : ORR_ON_MAIN, false);
        assert_ok(orr_entity_spawn(c.world, rows, ROWS, NULL));
        assert_ok(orr_world_step(c.world, 1));
        for (uint32_t i = 0; i < ROWS; i++) {
            if (i < 10)
                linked(&c, i, true);
            else if (i < 1400 && b.code == ORR_OK)
                linked(&c, i, false);
            else if (i >= 20)
                assert_int_equal(link_of(&c, i), 0); /* also what the failed one had written */
        }
        case_end(&c);
    }
}

static int32_t destroy_first(orr_run *run, void *context)
{
    (void)context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        if (orr_run_tick(run)->tick > 0) continue;
        for (uint32_t i = rows->begin; i < rows->end; i++) {
            const int32_t code = i % 2 ? ORR_OK : orr_patch_destroy(run, (int64_t)rows->entity[i]);
            if (code != ORR_OK) return code;
        }
    }
    return ORR_OK;
}

/* What comes late destroys half of the rows at the end of the stage in which handles were written into the others. */
static void rows_that_move_before_they_are_resolved(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads < 3; threads++) {
        sim_case c = case_new(threads);
        const orr_prefab rows = case_prefab(c.world, "Rows", c.link, c.position, 0);
        linker a = { &c, c.mote, 0, 0, ROWS, ORR_OK };
        const orr_component link[] = { c.link, 0 }, position[] = { c.position, 0 };
        add(&c, (orr_system_desc){ .name = "late",
                                   .run = destroy_first,
                                   .on = ORR_ON_WORKERS,
                                   .snapshot = true,
                                   .latency = 1,
                                   .query.all = link,
                                   .writes = position });
        declare(&a, "a", ORR_ON_WORKERS, false);
        assert_ok(orr_entity_spawn(c.world, rows, ROWS, NULL));
        for (uint32_t tick = 0; tick < 2; tick++) {
            assert_ok(orr_world_step(c.world, 1));
            for (uint32_t i = tick; i < ROWS; i += 1 + tick) {
                linked(&c, i, true);
                /* one for each range of 512 rows */
                assert_int_equal(link_of(&c, i) == link_of(&c, 1), i < 512);
                assert_int_equal(link_of(&c, i) == link_of(&c, 1401), i >= 1024);
            }
        }
        case_end(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_runs_in_the_same_rows),
        cmocka_unit_test(rows_that_move_before_they_are_resolved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
