/* Jobs work on whole lines of 16 rows: what stands in the rows after a table's last one changes nothing. */
#include "sim_case.h"

#include "ecs/table.h"
#include "orrery_job.h"

#include <math.h>

enum { TABLES = 5, MOST = 4096 };

/* Sizes around a line, a word of bits, a chunk. */
static const uint32_t sizes[TABLES] = { 1, 15, 17, 65, MOST + 513 };

/* Writes what numbers there are that spread into the rows that are nobody's. */
static int32_t rubbish(const orr_rows *rows, const orr_tick *tick)
{
    const float worst[] = { NAN, INFINITY, -INFINITY, 1e-42f, 3e38f, -0.0f };
    const uint32_t end = orr_rows_padded_end(rows);
    assert_true(end >= rows->end && end < rows->end + 16 && end % 16 == 0 && rows->begin % 512 == 0);
    for (uint32_t s = 0; s < 4; s++) {
        float *column = orr_slot(rows, s);
        assert_int_equal((uintptr_t)column % 64, 0);
        for (uint32_t i = rows->end; i < end; i++) {
            if (tick->tick == 0) assert_true(column[i] == 0.0f); /* new chunks are zero */
            column[i] = worst[(i + s) % 6];
        }
    }
    return ORR_OK;
}
static const orr_slot_desc rubbish_slots[] = { ORR_SLOT_RW("position.x", f32), ORR_SLOT_RW("position.y", f32),
                                               ORR_SLOT_RW("velocity.x", f32), ORR_SLOT_RW("velocity.y", f32) };
ORR_JOB(rubbish, rubbish_slots);
static const orr_job_desc *const jobs[] = { &orr_job_rubbish };
static const orr_job_module module = { ORR_ABI, sizeof module, 1, 0, jobs };

/* Rows come to stand where rubbish stood. */
static void churn(const sim_case *c, uint32_t round)
{
    orr_entity born[3];
    assert_ok(orr_entity_spawn(c->world, c->mote, 3, born));
    if (round % 2) assert_ok(orr_entity_destroy(c->world, born, 2));
}

static sim_case world_with(bool rubbish_too)
{
    static const char *const move[] = { "integrate", "damp", "wrap", "bounce" };
    sim_case c = case_new(0);
    assert_ok(orr_job_register(c.world, &module));
    for (uint32_t k = 0; k < TABLES; k++) {
        const orr_component tags[] = { 0, c.frozen, c.link };
        const orr_component list[] = { c.position, c.velocity, tags[k % 3], k < 3 ? 0 : tags[(k + 1) % 3], 0 };
        const orr_prefab prefab = k ? orr_prefab_create(c.world, &(orr_prefab_desc){ .components = list }) : c.mote;
        assert_int_not_equal(prefab, 0);
        orr_entity spawned[MOST + 513];
        assert_ok(orr_entity_spawn(c.world, prefab, sizes[k], spawned));
        for (uint32_t i = 0; i < sizes[k]; i++) {
            const float v[2] = { (float)(i % 13) - 6, (float)(i % 7) };
            assert_ok(orr_entity_set(c.world, spawned[i], c.velocity, v));
        }
    }
    const orr_component all[] = { c.position, c.velocity, 0 };
    for (uint32_t k = 0; k < 5; k++) {
        const bool first = k == 0;
        const orr_system_desc desc = { .name = first ? "rubbish" : move[k - 1],
                                       .job = first ? "rubbish" : move[k - 1],
                                       .query = { .all = all } };
        if (!first || rubbish_too) assert_int_not_equal(orr_system_create(c.world, &desc), 0);
    }
    return c;
}

static void test_rubbish(void **state)
{
    (void)state;
    sim_case with = world_with(true), without = world_with(false);
    sim_case *both[] = { &with, &without };
    for (uint32_t t = 0; t < 40; t++) {
        for (uint32_t k = 0; k < 2; k++) {
            assert_ok(orr_world_step(both[k]->world, 1));
            churn(both[k], t);
            assert_ok(orr__world_validate(both[k]->world));
        }
        assert_int_equal(orr_world_hash(with.world), orr_world_hash(without.world));
    }
    case_end(&with);
    case_end(&without);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rubbish) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
