/* valgrind: no (threads) */
/* Everything that native jobs record, mark and read, in one world: the same hash at every tick for any number of
 * threads, and with a scheduler that runs ranges in any order. */
#include "c/chaos.h"
#include "sim_case.h"

#include "orrery_job.h"

#include <pthread.h>

enum { TICKS = 12 };

/* Moves, marks what moved far, spawns, destroys, emits, reduces. */
static int32_t busy(const orr_rows *rows, const orr_tick *tick)
{
    float *x = orr_slot(rows, 0);
    const float *vx = orr_slot(rows, 1);
    uint64_t *marks = orr_marks(rows, 0);
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        x[i] += vx[i] * tick->dt_f32 + (float)orr_uniform(rows, tick, i, 1);
        const uint64_t dice = orr_random_bits(tick->stream, rows->entity[i], 2) % 400;
        int32_t code = orr_reduce(rows, tick, ORR_SUM, "x", (double)x[i] * 0.1);
        if (code == ORR_OK) code = orr_reduce(rows, tick, ORR_MAX, "top", (double)x[i]);
        if (dice < 9) orr_mark(marks, i);
        if (dice == 1 && code == ORR_OK) {
            int64_t born;
            code = orr_job_spawn(rows, tick, "Linked", 2, &born);
            if (code == ORR_OK) code = orr_job_set(rows, tick, born - 1, "Link.to", (double)born);
            if (code == ORR_OK) code = orr_job_destroy(rows, tick, i % 2 ? born - 1 : born);
            const double values[] = { (double)born, (double)i };
            if (code == ORR_OK) code = orr_emit(rows, tick, "born", values, 2);
        }
        if (dice == 2 && code == ORR_OK) code = orr_job_destroy(rows, tick, (int64_t)rows->entity[i]);
        if (dice == 3 && code == ORR_OK) code = orr_job_add(rows, tick, (int64_t)rows->entity[i], "Frozen");
        if (dice == 4 && code == ORR_OK) code = orr_job_remove(rows, tick, (int64_t)rows->entity[i], "Frozen");
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}
static const orr_slot_desc busy_slots[] = { ORR_SLOT_MARK("position.x", f32), ORR_SLOT_R("velocity.x", f32) };
ORR_JOB(busy, busy_slots);

/* Reads all positions while another column is written. */
typedef struct mean_params {
    float weight;
} mean_params;
typedef struct mean_state {
    uint64_t begins, ends;
} mean_state;
static int32_t mean_begin(const orr_tick *tick)
{
    mean_state *state = orr_state(tick);
    state->begins++;
    return ORR_OK;
}
static int32_t mean_end(const orr_tick *tick)
{
    mean_state *state = orr_state(tick);
    return ++state->ends == state->begins ? ORR_OK : -1;
}
static int32_t mean(const orr_rows *rows, const orr_tick *tick)
{
    const orr_gather *x = orr_slot(rows, 0);
    float *y = orr_slot(rows, 1);
    const mean_params *params = orr_params(tick);
    const float *all = x->data;
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        const uint64_t at = rows->gather_base + i;
        if (x->entity[at] != rows->entity[i]) return orr_job_fail(rows, tick, "the gather has another order");
        y[i] = params->weight * all[at] + all[(at * 7 + 1) % x->count];
    }
    return ORR_OK;
}
static const orr_slot_desc mean_slots[] = { ORR_GATHER("position.x", f32), ORR_SLOT_W("velocity.y", f32) };
static const orr_job_param mean_param[] = { ORR_PARAM(mean_params, weight, f32, 0.5, 0, 10) };
ORR_JOB(mean, mean_slots, .param_count = 1, .params = mean_param, .params_bytes = sizeof(mean_params),
        .state_bytes = sizeof(mean_state), .begin = mean_begin, .end = mean_end);

/* Only rows that `busy` marked or that came; fails somewhere now and then, which is skipped. */
static int32_t watch(const orr_rows *rows, const orr_tick *tick)
{
    float *y = orr_slot(rows, 0);
    for (uint32_t i = orr_next_changed(rows, rows->begin); i < rows->end; i = orr_next_changed(rows, i + 1)) {
        y[i] += 1;
        const int32_t code = orr_reduce(rows, tick, ORR_MIN, "least", (double)y[i]);
        if (code != ORR_OK) return code;
        if (tick->tick % 3 == 2 && rows->begin >= 1024 && i % 64 == 5) return orr_job_fail(rows, tick, "not today");
    }
    return ORR_OK;
}
static const orr_slot_desc watch_slots[] = { ORR_SLOT_RW("position.y", f32) };
ORR_JOB(watch, watch_slots);

static int32_t find_first(const orr_rows *rows, const orr_tick *tick)
{
    for (uint32_t c = 0; c < rows->chunk_count; c++) {
        float *x = orr_slot(&rows[c], 0);
        const uint32_t last = rows[c].end - 1;
        uint32_t chunk, row;
        const int32_t code = orr_job_find(rows, tick, rows[c].entity[last], &chunk, &row);
        if (code != ORR_OK) return code;
        if (chunk != c || row != last) return orr_job_fail(rows, tick, "found elsewhere");
        x[last] += 0.25f;
    }
    return ORR_OK;
}
static const orr_slot_desc find_slots[] = { ORR_SLOT_RW("velocity.x", f32) };
ORR_JOB(find_first, find_slots, .flags = ORR_WHOLE);

static int32_t frozen(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    const sim_case *c = context;
    int32_t code = ORR_OK;
    for (uint32_t i = 0; code == ORR_OK && i < count; i++) {
        if (!orr_entity_has(c->world, entities[i], c->velocity)) continue;
        code = orr_patch_set(run, (int64_t)entities[i], c->vx, (orr_value){ .f32 = (float)i });
    }
    return code;
}

static void declare(sim_case *c)
{
    static const orr_job_desc *const jobs[] = { &orr_job_busy, &orr_job_mean, &orr_job_watch, &orr_job_find_first };
    static const orr_job_module module = { ORR_ABI, sizeof module, 4, 0, jobs };
    const orr_field_desc fields[] = { { .name = "who", .type = ORR_TYPE_ENTITY },
                                      { .name = "x", .type = ORR_TYPE_F64 } };
    assert_ok(orr_job_register(c->world, &module));
    assert_true(orr_event_create(c->world, &(orr_event_desc){ "born", fields, 2 }));
    assert_true(case_prefab(c->world, "Linked", c->position, c->velocity, c->link));
    assert_ok(orr_hook_create(c->world, ORR_HOOK_ADD, c->frozen, frozen, c));
    assert_ok(orr_hook_create(c->world, ORR_HOOK_REMOVE, c->frozen, frozen, c));
    const orr_component position[] = { c->position, 0 };
    const orr_system_desc systems[] = {
        { .name = "watch", .job = "watch", .query.changed = position, .on_error = ORR_ON_ERROR_SKIP },
        { .name = "busy", .job = "busy" },
        { .name = "mean", .job = "mean" },
        { .name = "find", .job = "find_first", .stage = "late" },
        { .name = "integrate", .job = "integrate", .stage = "late", .substeps = 3 },
    };
    for (uint32_t i = 0; i < 5; i++) {
        if (!orr_system_create(c->world, &systems[i])) fail_msg("%s", orr_last_error());
    }
    assert_ok(orr_entity_spawn(c->world, c->mote, 9000, NULL));
    assert_ok(orr_entity_spawn(c->world, orr_prefab_find(c->world, "Linked"), 700, NULL));
}

static void run(uint32_t threads, const orr_scheduler *scheduler, uint64_t *hashes)
{
    sim_case c = case_of(&(orr_world_desc){ .threads = threads, .scheduler = scheduler, .seed = 5 });
    assert_non_null(c.world);
    declare(&c);
    for (uint32_t i = 0; i < TICKS; i++) {
        assert_ok(orr_world_step(c.world, 1));
        hashes[i] = orr_world_hash(c.world);
    }
    assert_true(orr_world_entity_count(c.world) != 9700);
    double sum;
    assert_ok(orr_reduction_get(c.world, "x", &sum));
    assert_true(orr_event_count(c.world, orr_event_find(c.world, "born")) > 0);
    case_end(&c);
}

static void the_same_for_all(void **state)
{
    (void)state;
    uint64_t serial[TICKS], hashes[TICKS];
    run(0, NULL, serial);
    const uint32_t threads[] = { 1, 2, 4 };
    for (uint32_t i = 0; i < 3; i++) {
        run(threads[i], NULL, hashes);
        assert_memory_equal(hashes, serial, sizeof serial);
    }
    for (uint64_t seed = 1; seed <= 5; seed++) {
        chaos *unkind = chaos_create(4, seed);
        run(0, chaos_scheduler(unkind), hashes);
        assert_true(chaos_ran(unkind) > 0);
        chaos_destroy(unkind);
        assert_memory_equal(hashes, serial, sizeof serial);
    }
}

/* ---- two worlds at once ------------------------------------------------------------------------------------------ */

static int32_t step_it(sim_case *c, uint64_t *hashes)
{
    for (uint32_t i = 0; i < TICKS; i++) {
        const int32_t code = orr_world_step(c->world, 1);
        if (code != ORR_OK) return code;
        hashes[i] = orr_world_hash(c->world);
    }
    return ORR_OK;
}

typedef struct other {
    sim_case c;
    uint64_t hashes[TICKS];
    int32_t code;
} other;

static void *in_thread(void *context)
{
    other *o = context;
    o->code = step_it(&o->c, o->hashes);
    return NULL;
}

static void two_worlds_at_once(void **state)
{
    (void)state;
    static other worlds[2];
    pthread_t threads[2];
    uint64_t serial[TICKS];
    run(0, NULL, serial);
    for (uint32_t i = 0; i < 2; i++) {
        worlds[i].c = case_of(&(orr_world_desc){ .threads = 2, .seed = 5 });
        declare(&worlds[i].c);
    }
    for (uint32_t i = 0; i < 2; i++) assert_int_equal(pthread_create(&threads[i], NULL, in_thread, &worlds[i]), 0);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(worlds[i].code, ORR_OK);
        assert_memory_equal(worlds[i].hashes, serial, sizeof serial);
        case_end(&worlds[i].c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_same_for_all), cmocka_unit_test(two_worlds_at_once) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
