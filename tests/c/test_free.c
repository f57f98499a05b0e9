/* Worlds that run free: readers of their mailboxes, commands, calls that are handed over, how it ends. Nothing here
 * depends on how fast anything is: progress is counted, and waits end with what they wait for. */
#include "base/error.h"
#include "base/os.h"
#include "c/faulty.h"
#include "c/sim_case.h"
#include "ecs/world.h"
#include "sim/sim.h"

#include <stdlib.h>

enum { ROWS = 300 };

/* ---- a world whose every state can be checked: x is a function of row and tick, y their sum so far ---- */

static orr_field px, py;

static int32_t advance(orr_run *run, void *context)
{
    const float tick = (float)(orr_run_tick(run)->tick + 1);
    (void)context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *x = orr_run_write(run, px), *y = orr_run_write(run, py);
        if (!x || !y) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) {
            x[i] = tick;
            y[i] += 1;
        }
    }
    return ORR_OK;
}

static int32_t maybe_fail(orr_run *run, void *context)
{
    const uint64_t *when = context;
    return orr_run_tick(run)->tick == *when ? orr__fail(ORR_E_JOB, "broken on purpose") : ORR_OK;
}

static uint64_t fails_at;

static sim_case free_case(uint32_t threads, uint64_t fail_at)
{
    sim_case c = case_new(threads);
    const orr_component rows[] = { c.position, 0 };
    px = c.px;
    py = c.py;
    fails_at = fail_at;
    const orr_system_desc systems[] = {
        { .name = "advance", .run = advance, .query = { .all = rows }, .writes = rows },
        { .name = "fail", .run = maybe_fail, .context = &fails_at },
    };
    assert_int_not_equal(orr_system_create(c.world, &systems[0]), 0);
    assert_int_not_equal(orr_system_create(c.world, &systems[1]), 0);
    assert_ok(orr_entity_spawn(c.world, c.still, ROWS, NULL));
    return c;
}

static orr_mailbox *free_box(const sim_case *c, uint32_t readers)
{
    const orr_component rows[] = { c->position, 0 };
    const orr_field fields[] = { c->px, c->py, { 0 } };
    const orr_query query = orr_query_create(c->world, &(orr_query_desc){ .all = rows });
    const orr_subscription all = { query, fields, true };
    const orr_mailbox_desc desc = {
        .name = "view", .subscriptions = &all, .subscription_count = 1, .readers = readers
    };
    orr_mailbox *box = orr_mailbox_create(c->world, &desc);
    assert_non_null(box);
    return box;
}

/* Whether the state is one tick's and nothing else's. */
static bool is_whole(const orr_mail *state)
{
    uint64_t count = 0;
    const float *x = orr_mail_column(state, 0, px, &count), *y = orr_mail_column(state, 0, py, NULL);
    if (!x || !y || count != ROWS || !orr_mail_entities(state, 0, NULL)) return false;
    const float tick = (float)state->tick;
    bool whole = state->time == (double)state->tick * 0.5 && state->entity_count == ROWS;
    for (uint32_t i = 0; i < ROWS; i++) whole = whole && x[i] == tick && y[i] == tick;
    return whole;
}

/* Waits for a state of that tick or a later one; the one taken, or NULL when the world ended before. */
static const orr_mail *state_from(const sim_case *c, orr_mailbox *box, uint64_t tick)
{
    for (;;) {
        orr_free_status status;
        assert_ok(orr_world_free_status(c->world, &status));
        const orr_mail *state = orr_mailbox_take(box);
        if (state && state->tick >= tick) return state;
        const uint64_t seen = state ? state->sequence : 0;
        orr_mailbox_release(box, state);
        if (status.state == ORR_FREE_ENDED) return NULL;
        orr_mailbox_wait(box, seen, 1000);
    }
}

static void status_until(const sim_case *c, uint32_t wanted)
{
    orr_free_status status;
    do {
        orr__thread_yield();
        assert_ok(orr_world_free_status(c->world, &status));
    } while (status.state != wanted);
}

/* ---- the same as stepping ---- */

static void it_does_what_stepping_does(void **state)
{
    (void)state;
    sim_case c = free_case(2, UINT64_MAX), d = free_case(0, UINT64_MAX);
    const orr_free_desc descs[] = {
        { .ticks = 50 },
        { .ticks = 50, .states_per_second = 1 },
        { .ticks = 50, .ticks_per_second = 5000 },
        { .ticks = 50, .ticks_per_second = 20000, .states_per_second = 900 },
    };
    orr_mailbox *box = free_box(&c, 1);
    for (uint32_t k = 0; k < 4; k++) {
        assert_ok(orr_world_run_free(c.world, &descs[k]));
        status_until(&c, ORR_FREE_ENDED);
        const orr_mail *last = orr_mailbox_take(box); /* the last state is always there */
        assert_int_equal(last->tick, 50 * (k + 1));
        assert_true(is_whole(last));
        orr_mailbox_release(box, last);
        assert_ok(orr_world_stop(c.world));
        assert_ok(orr_world_stop(c.world)); /* nothing */
        assert_ok(orr_world_step(d.world, 50));
        assert_int_equal(orr_world_tick(c.world), orr_world_tick(d.world));
        assert_int_equal(orr_world_hash(c.world), orr_world_hash(d.world));
    }
    case_end(&c);
    case_end(&d);
}

/* ---- readers ---- */

typedef struct reader {
    orr__thread thread;
    orr_mailbox *box;
    uint64_t reads, torn, backwards, nothing, last;
} reader;

static void read_many(void *context)
{
    reader *r = context;
    for (uint64_t k = 0; k < r->reads; k++) {
        const orr_mail *state = orr_mailbox_take(r->box);
        if (!state) {
            r->nothing++;
            continue;
        }
        r->torn += !is_whole(state);
        r->backwards += state->sequence < r->last;
        r->last = state->sequence;
        orr_mailbox_release(r->box, state);
    }
}

static void readers_see_whole_states_while_it_runs(void **state)
{
    (void)state;
    enum { READERS = 3, READS = 30000 };
    sim_case c = free_case(2, UINT64_MAX);
    reader readers[READERS] = { 0 };
    orr_mailbox *box = free_box(&c, READERS);
    assert_ok(orr_world_step(c.world, 0));
    assert_ok(orr_world_run_free(c.world, &(orr_free_desc){ .ticks = 16000000 })); /* an f32 counts so far */
    for (uint32_t r = 0; r < READERS; r++) {
        readers[r].box = box;
        readers[r].reads = READS / READERS;
        assert_ok(orr__thread_start(&readers[r].thread, read_many, &readers[r], "reader", 0));
    }
    for (uint32_t r = 0; r < READERS; r++) orr__thread_join(&readers[r].thread);
    assert_ok(orr_world_stop(c.world));
    for (uint32_t r = 0; r < READERS; r++) {
        assert_int_equal(readers[r].torn, 0);
        assert_int_equal(readers[r].backwards, 0);
        assert_int_equal(readers[r].nothing, 0);
    }
    case_end(&c);
}

/* A reader that stops in the middle of a read stops nobody: the world goes on, and what is held stays. */
static void a_reader_that_stops_stops_nobody(void **state)
{
    (void)state;
    sim_case c = free_case(0, UINT64_MAX);
    orr_mailbox *box = free_box(&c, 3);
    assert_ok(orr_world_run_free(c.world, &(orr_free_desc){ .ticks = 16000000 }));
    const orr_mail *held = state_from(&c, box, 1);
    const uint64_t tick = held->tick;
    for (uint64_t next = tick + 500; next <= tick + 2500; next += 500) {
        const orr_mail *other = state_from(&c, box, next);
        assert_true(is_whole(other));
        orr_mailbox_release(box, other);
        assert_int_equal(held->tick, tick);
        assert_true(is_whole(held));
    }
    assert_ok(orr_world_stop(c.world));
    assert_true(is_whole(held));
    orr_mailbox_release(box, held);
    case_end(&c);
}

/* ---- commands and calls ---- */

static void pause_resume_pace(void **state)
{
    (void)state;
    sim_case c = free_case(0, UINT64_MAX);
    orr_mailbox *box = free_box(&c, 2);
    orr_free_status status;
    assert_ok(orr_world_free_status(c.world, &status));
    assert_int_equal(status.state, ORR_FREE_NOT);
    assert_ok(orr_world_run_free(c.world, &(orr_free_desc){ .paused = true, .ticks_per_second = 1e-3 }));
    for (int k = 0; k < 100; k++) orr__thread_yield();
    assert_ok(orr_world_free_status(c.world, &status));
    assert_true(status.state == ORR_FREE_PAUSED && status.tick == 0);
    assert_ok(orr_world_resume(c.world)); /* the first tick is due at once, the next in a quarter of an hour */
    orr_mailbox_release(box, state_from(&c, box, 1));
    assert_ok(orr_world_pace(c.world, 0));
    orr_mailbox_release(box, state_from(&c, box, 1000));
    assert_ok(orr_world_pause(c.world));
    status_until(&c, ORR_FREE_PAUSED);
    assert_ok(orr_world_free_status(c.world, &status));
    const uint64_t tick = status.tick;
    for (int k = 0; k < 100; k++) orr__thread_yield();
    assert_ok(orr_world_free_status(c.world, &status));
    assert_int_equal(status.tick, tick);
    assert_ok(orr_world_resume(c.world));
    orr_mailbox_release(box, state_from(&c, box, tick + 1));
    assert_ok(orr_world_stop(c.world));
    assert_int_equal(orr_world_pause(c.world), ORR_E_ARGUMENT);
    assert_says("does not run free");
    case_end(&c);
}

typedef struct call_log {
    uint32_t order[8], count;
    uint64_t tick;
    int32_t code;
} call_log;

static call_log calls;

static void note_call(orr_world *world, void *context)
{
    calls.order[calls.count++] = (uint32_t)(uintptr_t)context;
    calls.tick = orr_world_tick(world);
}

static void step_once(orr_world *world, void *context)
{
    (void)context;
    calls.code = orr_world_step(world, 1);
}

static void spawn_one(orr_world *world, void *context)
{
    calls.code = orr_entity_spawn(world, *(const orr_prefab *)context, 1, NULL);
}

static void stop_yourself(orr_world *world, void *context)
{
    (void)context;
    calls.code = orr_world_stop(world);
}

/* Posted calls are made in order, also while it is paused, and a state follows. */
static void calls_are_handed_over(void **state)
{
    (void)state;
    sim_case c = free_case(2, UINT64_MAX);
    orr_mailbox *box = free_box(&c, 2);
    memset(&calls, 0, sizeof calls);
    assert_ok(orr_world_step(c.world, 0));
    assert_ok(orr_world_post(c.world, note_call, (void *)(uintptr_t)9)); /* not free: at once */
    assert_int_equal(calls.count, 1);
    assert_int_equal(orr_world_post(c.world, NULL, NULL), ORR_E_ARGUMENT);
    assert_ok(orr_world_run_free(c.world, &(orr_free_desc){ .paused = true }));
    const uint64_t before = orr_mailbox_sequence(box);
    for (uintptr_t k = 0; k < 4; k++) assert_ok(orr_world_post(c.world, note_call, (void *)k));
    assert_ok(orr_world_post(c.world, step_once, NULL));
    const orr_mail *one = state_from(&c, box, 1);
    assert_int_equal(one->tick, 1); /* one tick, no more */
    assert_true(is_whole(one) && one->sequence > before);
    orr_mailbox_release(box, one);
    assert_ok(orr_world_post(c.world, stop_yourself, NULL));
    assert_ok(orr_world_post(c.world, note_call, (void *)(uintptr_t)4));
    assert_ok(orr_world_stop(c.world)); /* every call has been made now */
    assert_int_equal(calls.code, ORR_E_LOCKED);
    assert_int_equal(calls.count, 6);
    for (uint32_t k = 0; k < 5; k++) assert_int_equal(calls.order[k + 1], k);
    assert_int_equal(calls.tick, 1);

    orr_prefab still = c.still;
    assert_ok(orr_world_run_free(c.world, &(orr_free_desc){ .paused = true }));
    assert_ok(orr_world_post(c.world, spawn_one, &still));
    while (true) {
        const orr_mail *grown = state_from(&c, box, 1);
        const uint64_t count = grown->entity_count, seen = grown->sequence;
        orr_mailbox_release(box, grown);
        if (count == ROWS + 1) break;
        orr_mailbox_wait(box, seen, 1000);
    }
    assert_ok(orr_world_stop(c.world));
    assert_int_equal(orr_world_entity_count(c.world), ROWS + 1);
    case_end(&c);
}

static void params_are_set_from_anywhere(void **state)
{
    (void)state;
    sim_case c = free_case(0, UINT64_MAX);
    orr_mailbox *box = free_box(&c, 2);
    const orr_param speed = orr_param_create(c.world, &(orr_param_desc){ .name = "speed", .value = 1, .max = 10 });
    assert_ok(orr_world_run_free(c.world, NULL));
    for (double value = 0; value <= 10; value++) {
        assert_ok(orr_param_set(c.world, speed, 0));
        assert_ok(orr_param_set(c.world, speed, value)); /* the last one counts */
        double now = -1;
        while (now != value) {
            const orr_mail *mail = state_from(&c, box, 1);
            assert_ok(orr_mail_param(mail, speed, &now));
            orr_mailbox_release(box, mail);
        }
    }
    assert_int_equal(orr_param_set(c.world, speed, 11), ORR_E_RANGE);
    assert_int_equal(orr_param_set(c.world, 7, 11), ORR_E_ARGUMENT);
    assert_ok(orr_param_set(c.world, speed, 3));
    assert_ok(orr_world_stop(c.world));
    assert_ok(orr_world_step(c.world, 1));
    assert_true(orr_param_get(c.world, speed) == 3);
    case_end(&c);
}

static int32_t note_hook(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    (void)run, (void)entities, (void)count, (void)context;
    return ORR_OK;
}

static void other_calls_are_refused(void **state)
{
    (void)state;
    sim_case c = free_case(2, UINT64_MAX);
    orr_entity one = 0;
    assert_ok(orr_entity_spawn(c.world, c.mote, 1, &one));
    orr_patch_list *list = orr_patch_list_create(c.world);
    assert_ok(orr_patch_list_put(list, &(orr_patch){ .kind = ORR_PATCH_SPAWN, .prefab = c.mote, .count = 1 }, NULL));
    assert_ok(orr_world_run_free(c.world, NULL));
#define REFUSED(call)                                                                                                  \
    do {                                                                                                               \
        orr__error_clear();                                                                                            \
        (void)(call);                                                                                                  \
        assert_int_equal(orr__error_code(), ORR_E_LOCKED);                                                             \
        assert_says("runs free");                                                                                      \
    } while (0)
    REFUSED(orr_world_step(c.world, 1));
    REFUSED(orr_world_run_free(c.world, NULL));
    REFUSED(orr_world_hash(c.world));
    REFUSED(orr_entity_spawn(c.world, c.mote, 1, NULL));
    REFUSED(orr_entity_destroy(c.world, &one, 1));
    REFUSED(orr_entity_add(c.world, &one, 1, c.frozen));
    REFUSED(orr_entity_remove(c.world, &one, 1, c.position));
    REFUSED(orr_component_create(c.world, &(orr_component_desc){ .name = "New" }));
    REFUSED(orr_system_create(c.world, &(orr_system_desc){ .name = "new", .run = advance }));
    REFUSED(orr_mailbox_create(c.world, &(orr_mailbox_desc){ .name = "late" }));
    const orr_field_desc field = { .name = "x", .type = ORR_TYPE_F32 };
    REFUSED(orr_patch_list_apply(list, NULL));
    REFUSED(orr_param_create(c.world, &(orr_param_desc){ .name = "late" }));
    REFUSED(orr_resource_create(c.world, &(orr_resource_desc){ .name = "Late", .fields = &field, .field_count = 1 }));
    REFUSED(orr_event_create(c.world, &(orr_event_desc){ .name = "Late", .fields = &field, .field_count = 1 }));
    REFUSED(orr_lattice_create(
        c.world, &(orr_lattice_desc){ .name = "late", .width = 1, .height = 1, .fields = &field, .field_count = 1 }));
    REFUSED(orr_neighbours_create(c.world,
                                  &(orr_neighbours_desc){ .name = "late", .position = { c.px, c.py }, .radius = 1 }));
    REFUSED(orr_hook_create(c.world, ORR_HOOK_ADD, c.frozen, note_hook, NULL));
    REFUSED(orr_stages_set(c.world, (const char *const[]){ "late", NULL }));
    REFUSED(orr_job_register(c.world, &(orr_job_module){ .abi = ORR_ABI }));
    REFUSED(orr_job_load(c.world, "late.so"));
    assert_ok(orr_world_stop(c.world));
    assert_ok(orr_entity_destroy(c.world, &one, 1));
    assert_ok(orr_patch_list_apply(list, NULL));
    orr_patch_list_destroy(list);
    assert_int_equal(orr_world_run_free(c.world, &(orr_free_desc){ .ticks_per_second = -1 }), ORR_E_RANGE);
    assert_int_equal(orr_world_run_free(c.world, &(orr_free_desc){ .states_per_second = 2e9 }), ORR_E_RANGE);
    assert_ok(orr_world_step(c.world, 1));
    case_end(&c);
}

/* ---- how it ends ---- */

static void an_error_ends_it(void **state)
{
    (void)state;
    sim_case c = free_case(2, 20), d = free_case(0, 20);
    orr_mailbox *box = free_box(&c, 1);
    orr_free_status status;
    assert_ok(orr_world_run_free(c.world, NULL));
    status_until(&c, ORR_FREE_ENDED);
    assert_ok(orr_world_free_status(c.world, &status));
    assert_int_equal(status.code, ORR_E_JOB);
    assert_non_null(strstr(status.text, "broken on purpose"));
    const orr_mail *last = orr_mailbox_take(box);
    assert_int_equal(last->tick, 20); /* the last tick that went well */
    orr_mailbox_release(box, last);
    assert_ok(orr_world_post(c.world, note_call, NULL)); /* is made when it is stopped */
    calls.count = 0;
    assert_int_equal(orr_world_step(c.world, 1), ORR_E_LOCKED); /* until then it is not ours */
    assert_int_equal(orr_world_stop(c.world), ORR_E_JOB);
    assert_says("broken on purpose");
    assert_int_equal(calls.count, 1);
    assert_int_equal(orr_world_step(d.world, 30), ORR_E_JOB);
    assert_int_equal(orr_world_hash(c.world), orr_world_hash(d.world));
    assert_ok(orr_world_run_free(c.world, &(orr_free_desc){ .ticks = 5 })); /* it may go on */
    status_until(&c, ORR_FREE_ENDED);
    assert_ok(orr_world_stop(c.world));
    assert_ok(orr_world_step(d.world, 5));
    assert_int_equal(orr_world_hash(c.world), orr_world_hash(d.world));
    case_end(&c);
    case_end(&d);
}

static void interrupt_ends_it(void **state)
{
    (void)state;
    sim_case c = free_case(0, UINT64_MAX);
    orr_mailbox *box = free_box(&c, 1);
    assert_ok(orr_world_run_free(c.world, &(orr_free_desc){ .states_per_second = 1e-6 }));
    orr_mailbox_release(box, state_from(&c, box, 1));
    orr_world_interrupt(c.world);
    status_until(&c, ORR_FREE_ENDED);
    assert_int_equal(orr_world_stop(c.world), ORR_E_INTERRUPTED);
    const orr_mail *last = orr_mailbox_take(box);
    assert_int_equal(last->tick, orr_world_tick(c.world));
    orr_mailbox_release(box, last);
    case_end(&c);
}

/* Stopped and destroyed at any moment: in a tick, asleep, paused, ended. */
static void it_can_end_at_any_moment(void **state)
{
    (void)state;
    for (int k = 0; k < 60; k++) {
        sim_case c = free_case((uint32_t)k % 3, UINT64_MAX);
        orr_mailbox *box = free_box(&c, 1);
        const double paces[] = { 0, 1e-3, 10000 };
        const orr_free_desc desc = { .ticks_per_second = paces[k / 3 % 3], .paused = k % 5 == 0, .ticks = k % 7 == 0 };
        assert_ok(orr_world_run_free(c.world, &desc));
        for (int wait = 0; wait < k % 11; wait++) orr__thread_yield();
        if (k % 2) {
            assert_ok(orr_world_stop(c.world));
            assert_ok(orr__world_validate(c.world));
        } else if (k % 4) {
            (void)orr_mailbox_take(box); /* not even released */
        }
        orr_world_destroy(c.world);
    }
}

static void a_call_without_memory_is_refused(void **state)
{
    (void)state;
    faulty f;
    const orr_allocator hooks = faulty_allocator(&f, -1);
    sim_case c = case_of(&(orr_world_desc){ .allocator = &hooks });
    orr_mailbox *box = orr_mailbox_create(c.world, &(orr_mailbox_desc){ .name = "view" });
    assert_ok(orr_world_step(c.world, 0)); /* begun: its thread asks for no memory of its own */
    assert_ok(orr_world_run_free(c.world, &(orr_free_desc){ .paused = true }));
    atomic_store(&f.left, 0);
    assert_int_equal(orr_world_post(c.world, note_call, NULL), ORR_E_MEMORY);
    assert_ok(orr_world_stop(c.world));
    assert_non_null(box);
    case_end(&c);
    assert_int_equal(atomic_load(&f.alive), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_does_what_stepping_does),
        cmocka_unit_test(readers_see_whole_states_while_it_runs),
        cmocka_unit_test(a_reader_that_stops_stops_nobody),
        cmocka_unit_test(pause_resume_pace),
        cmocka_unit_test(calls_are_handed_over),
        cmocka_unit_test(params_are_set_from_anywhere),
        cmocka_unit_test(other_calls_are_refused),
        cmocka_unit_test(an_error_ends_it),
        cmocka_unit_test(interrupt_ends_it),
        cmocka_unit_test(it_can_end_at_any_moment),
        cmocka_unit_test(a_call_without_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
