/* Mailboxes of a world: what is published, when, and what readers find in it. The channel itself: test_mailbox.c; worlds
 * that run free while others read: test_free.c. */
#include "base/error.h"
#include "c/faulty.h"
#include "c/sim_case.h"

#include <stdlib.h>

static orr_query query_of(const sim_case *c, orr_component all, orr_component optional)
{
    const orr_component a[] = { all, 0 }, o[] = { optional, 0 };
    return orr_query_create(c->world, &(orr_query_desc){ .all = a, .optional = o });
}

/* All fields of all rows with positions; velocities where there are. */
static orr_mailbox *box_of(const sim_case *c, const char *name, uint32_t readers)
{
    const orr_field fields[] = { c->px, c->py, c->vx, { 0 } };
    const orr_subscription rows = { query_of(c, c->position, c->velocity), fields, true };
    const orr_mailbox_desc desc = { .name = name, .subscriptions = &rows, .subscription_count = 1, .readers = readers };
    orr_mailbox *box = orr_mailbox_create(c->world, &desc);
    if (!box) fail_msg("%s", orr_last_error());
    return box;
}

/* Every number in the state is what the world says now. */
static void assert_is_now(const sim_case *c, const orr_mail *state)
{
    uint64_t count = 0, listed = 0;
    const float *x = orr_mail_column(state, 0, c->px, &count), *v = orr_mail_column(state, 0, c->vx, NULL);
    const orr_entity *who = orr_mail_entities(state, 0, &listed);
    assert_non_null(x);
    assert_non_null(v);
    assert_non_null(who);
    assert_int_equal(count, orr_query_count(c->world, query_of(c, c->position, c->velocity)));
    assert_int_equal(listed, count);
    assert_int_equal(orr_mail_count(state, 0), count);
    assert_int_equal(state->tick, orr_world_tick(c->world));
    assert_true(state->time == orr_world_time(c->world) && state->dt == orr_world_dt(c->world));
    assert_int_equal(state->entity_count, orr_world_entity_count(c->world));
    for (uint64_t i = 0; i < count; i++) {
        assert_true(x[i] == case_f32(c, who[i], c->px));
        const bool moves = orr_entity_has(c->world, who[i], c->velocity);
        assert_true(v[i] == (moves ? case_f32(c, who[i], c->vx) : 0));
    }
}

static void place(const sim_case *c, orr_prefab prefab, uint32_t count)
{
    orr_entity *entities = test_calloc(count, sizeof *entities);
    assert_ok(orr_entity_spawn(c->world, prefab, count, entities));
    for (uint32_t i = 0; i < count; i++) {
        case_set(c, entities[i], c->px, (float)i);
        if (prefab == c->mote) case_set(c, entities[i], c->vx, (float)i + 0.5f);
    }
    test_free(entities);
}

static void a_state_is_what_the_world_was(void **state)
{
    (void)state;
    sim_case c = case_new(2);
    orr_mailbox *box = box_of(&c, "view", 0);
    assert_null(orr_mailbox_take(box));
    assert_int_equal(orr_mailbox_sequence(box), 0);
    assert_ok(orr_world_step(c.world, 1)); /* without any rows */
    const orr_mail *empty = orr_mailbox_take(box);
    assert_non_null(empty);
    assert_is_now(&c, empty);
    orr_mailbox_release(box, empty);
    const uint32_t growth[] = { 1, 70, 5000, 9000 }; /* over chunks and tables */
    for (uint32_t k = 0; k < 4; k++) {
        place(&c, c.mote, growth[k]);
        place(&c, c.still, growth[3 - k]);
        assert_ok(orr_world_step(c.world, 3));
        const orr_mail *now = orr_mailbox_take(box);
        assert_int_equal(now->sequence, k + 2);
        assert_is_now(&c, now);
        assert_ptr_equal(orr_mailbox_take(box), now); /* nothing new: the same again */
        orr_mailbox_release(box, now);
        orr_mailbox_release(box, now);
    }
    assert_int_equal(orr_mailbox_missed(box), 0);
    assert_ptr_equal(orr_mailbox_find(c.world, "view"), box);
    orr_mailbox_destroy(box);
    assert_null(orr_mailbox_find(c.world, "view"));
    case_end(&c);
}

static void what_is_held_does_not_change(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    orr_mailbox *box = box_of(&c, NULL, 2);
    place(&c, c.mote, 100);
    assert_ok(orr_world_step(c.world, 1));
    const orr_mail *old = orr_mailbox_take(box);
    for (int k = 0; k < 10; k++) {
        place(&c, c.mote, 100);
        assert_ok(orr_world_step(c.world, 1));
    }
    const float *x = orr_mail_column(old, 0, c.px, NULL);
    assert_int_equal(orr_mail_count(old, 0), 100);
    for (uint32_t i = 0; i < 100; i++) assert_true(x[i] == (float)i);
    const orr_mail *newest = orr_mailbox_take(box);
    assert_int_equal(newest->tick, 11);
    assert_is_now(&c, newest);
    assert_null(orr_mailbox_take(box)); /* two readers, no more */
    assert_says("2 states are held");
    assert_int_equal(orr__error_code(), ORR_E_LIMIT);
    case_end(&c); /* held states are given up */
}

static void everything_that_can_be_subscribed_to(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_field_desc fields[] = { { "t", ORR_TYPE_F32, { .f32 = 3 } }, { "u", ORR_TYPE_U8, { .u8 = 9 } } };
    const orr_lattice heat = orr_lattice_create(
        c.world, &(orr_lattice_desc){ .name = "heat", .width = 7, .height = 5, .fields = fields, .field_count = 2 });
    assert_int_not_equal(heat, 0);
    const orr_resource wind =
        orr_resource_create(c.world, &(orr_resource_desc){ .name = "wind", .fields = fields, .field_count = 2 });
    const orr_resource title = orr_resource_create(c.world, &(orr_resource_desc){ .name = "title", .text = "one" });
    const orr_param speed = orr_param_create(c.world, &(orr_param_desc){ .name = "speed", .value = 4 });
    const orr_mailbox_desc desc = { .name = "all",
                                    .resources = (const char *[]){ "title", "wind", NULL },
                                    .lattices = (const char *[]){ "heat.u", "heat", NULL },
                                    .reductions = (const char *[]){ "sum", NULL } };
    orr_mailbox *box = orr_mailbox_create(c.world, &desc);
    assert_non_null(box);
    ((float *)orr_lattice_cells(c.world, heat, "t", NULL, NULL))[8] = 11;
    assert_ok(orr_resource_set(c.world, wind, "t", (orr_value){ .f32 = 5 }));
    assert_ok(orr_resource_set_text(c.world, title, "a longer text than before"));
    assert_ok(orr_param_set(c.world, speed, 6));
    assert_ok(orr_world_step(c.world, 1));
    const orr_mail *now = orr_mailbox_take(box);
    uint32_t width = 0, height = 0;
    const float *t = orr_mail_cells(now, "heat.t", &width, &height);
    const uint8_t *u = orr_mail_cells(now, "heat.u", NULL, NULL);
    assert_true(t && u && width == 7 && height == 5 && t[8] == 11 && t[34] == 3 && u[34] == 9);
    orr_value value = { 0 };
    assert_ok(orr_mail_resource(now, "wind", "t", &value));
    assert_true(value.f32 == 5);
    assert_string_equal(orr_mail_text(now, "title"), "a longer text than before");
    double number = 0;
    assert_ok(orr_mail_param(now, speed, &number));
    assert_true(number == 6);
    assert_int_equal(orr_mail_reduction(now, "sum", &number), ORR_E_NOT_FOUND);
    assert_says("had no value then");
    /* and what was not */
    assert_null(orr_mail_cells(now, "heat", NULL, NULL));
    assert_null(orr_mail_cells(now, "heat.x", NULL, NULL));
    assert_says("'heat.x' was not subscribed to");
    assert_int_equal(orr_mail_resource(now, "wind", "tt", &value), ORR_E_NOT_FOUND);
    assert_says("did you mean 't'?");
    assert_int_equal(orr_mail_resource(now, "title", NULL, &value), ORR_E_TYPE);
    assert_null(orr_mail_text(now, "wind"));
    assert_null(orr_mail_text(now, "nothing"));
    assert_int_equal(orr_mail_param(now, 2, &number), ORR_E_ARGUMENT);
    assert_null(orr_mail_column(now, 0, c.px, NULL));
    assert_says("subscription 0 of 0");
    orr_mailbox_release(box, now);
    orr_mailbox_release(box, NULL);
    case_end(&c);
}

static int32_t add_up(orr_run *run, void *context)
{
    (void)context;
    return orr_run_reduce(run, ORR_SUM, "sum", (double)orr_run_tick(run)->tick + 1);
}

static void reductions_and_every(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    assert_int_not_equal(orr_system_create(c.world, &(orr_system_desc){ .name = "add", .run = add_up }), 0);
    const orr_mailbox_desc desc = { .reductions = (const char *[]){ "sum", NULL }, .every = 4 };
    orr_mailbox *box = orr_mailbox_create(c.world, &desc);
    const uint64_t ticks[] = { 1, 1, 1, 1, 5, 5, 5, 5, 9 };
    for (uint32_t k = 0; k < 9; k++) {
        assert_ok(orr_world_step(c.world, 1));
        const orr_mail *now = orr_mailbox_take(box);
        double sum = 0;
        assert_int_equal(now->tick, ticks[k]);
        assert_ok(orr_mail_reduction(now, "sum", &sum));
        assert_true(sum == (double)now->tick);
        orr_mailbox_release(box, now);
    }
    assert_ok(orr_world_step(c.world, 100)); /* one state at the end of the call */
    assert_int_equal(orr_mailbox_sequence(box), 4);
    assert_ok(orr_world_step(c.world, 0)); /* the same tick once more, for who asks */
    assert_int_equal(orr_mailbox_sequence(box), 5);
    case_end(&c);
}

static int32_t break_down(orr_run *run, void *context)
{
    (void)context;
    return orr_run_tick(run)->tick == 2 ? orr__fail(ORR_E_JOB, "broken") : ORR_OK;
}

static void a_tick_that_fails_publishes_nothing(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    assert_int_not_equal(orr_system_create(c.world, &(orr_system_desc){ .name = "bad", .run = break_down }), 0);
    orr_mailbox *box = box_of(&c, NULL, 1);
    assert_ok(orr_world_step(c.world, 2));
    assert_int_equal(orr_world_step(c.world, 2), ORR_E_JOB);
    const orr_mail *now = orr_mailbox_take(box);
    assert_int_equal(now->tick, 2);
    orr_mailbox_release(box, now);
    assert_ok(orr_world_step(c.world, 2));
    assert_int_equal(orr_mailbox_sequence(box), 2);
    case_end(&c);
}

static void refused(const sim_case *c, const orr_mailbox_desc *desc, int32_t code, const char *text)
{
    assert_null(orr_mailbox_create(c->world, desc));
    assert_int_equal(orr__error_code(), code);
    assert_says(text);
}

static void refused_rows(const sim_case *c, orr_query query, orr_field field, int32_t code, const char *text)
{
    const orr_field fields[] = { field, { 0 } };
    const orr_subscription rows[] = { { query_of(c, c->position, 0), NULL, true }, { query, fields, false } };
    refused(c, &(orr_mailbox_desc){ .name = "m", .subscriptions = rows, .subscription_count = 2 }, code, text);
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_component moving[] = { c.velocity, 0 };
    const orr_query changed = orr_query_create(c.world, &(orr_query_desc){ .changed = moving });
    const orr_query plain = query_of(&c, c.position, 0);
    const orr_field nonsense = { .component = 77 };
    refused_rows(&c, 99, c.px, ORR_E_ARGUMENT, "mailbox 'm': subscription 1: query 99 does not exist");
    refused_rows(&c, changed, c.vx, ORR_E_ARGUMENT, "asks for what changed");
    refused_rows(&c, plain, c.vx, ORR_E_ARGUMENT, "field 'Velocity.x': its query does not list 'Velocity'");
    refused_rows(&c, plain, nonsense, ORR_E_ARGUMENT, "subscription 1");
    refused(&c, NULL, ORR_E_ARGUMENT, "no description");
    refused(&c, &(orr_mailbox_desc){ .subscription_count = 1 }, ORR_E_ARGUMENT, "no description");
    refused(&c, &(orr_mailbox_desc){ .name = "1st" }, ORR_E_ARGUMENT, "mailbox");
    refused(&c, &(orr_mailbox_desc){ .readers = 65 }, ORR_E_RANGE, "65 readers; at most 64");
    refused(&c, &(orr_mailbox_desc){ .resources = (const char *[]){ "x", NULL } }, ORR_E_NOT_FOUND, "resource 'x'");
    refused(&c, &(orr_mailbox_desc){ .lattices = (const char *[]){ "x.y", NULL } }, ORR_E_NOT_FOUND, "lattice 'x'");
    orr_mailbox *box = box_of(&c, "view", 0);
    refused(&c, &(orr_mailbox_desc){ .name = "view" }, ORR_E_EXISTS, "mailbox 'view': the name is taken");
    assert_null(orr_mailbox_find(c.world, "veiw"));
    assert_says("did you mean 'view'?");
    assert_ok(orr_world_step(c.world, 0));
    const orr_mail *now = orr_mailbox_take(box);
    assert_null(orr_mail_column(now, 0, c.vy, NULL));
    assert_says("subscription 0 has 3 fields, the first Position.x");
    assert_null(orr_mail_column(now, 1, c.px, NULL));
    case_end(&c);
}

/* ---- memory ---- */

static _Atomic int warnings;

static void count_warnings(void *context, int level, const char *text)
{
    (void)context;
    if (level == 1 && strstr(text, "mailbox 'view': no state of tick")) warnings++;
}

static void without_memory_the_old_state_stays(void **state)
{
    (void)state;
    faulty f;
    const orr_allocator hooks = faulty_allocator(&f, -1);
    const orr_world_desc desc = { .allocator = &hooks, .dt = 0.5, .log = count_warnings };
    sim_case c = case_of(&desc);
    orr_mailbox *box = box_of(&c, "view", 1);
    place(&c, c.mote, 10);
    assert_ok(orr_world_step(c.world, 1));
    warnings = 0;
    for (uint32_t k = 0; k < 3; k++) {
        place(&c, c.mote, 3000);
        atomic_store(&f.left, 0); /* the state needs the only allocation of the step */
        assert_ok(orr_world_step(c.world, 1));
        atomic_store(&f.left, -1);
        assert_int_equal(atomic_load(&f.refused), k + 1);
        assert_int_equal(orr_mailbox_missed(box), k + 1);
        const orr_mail *old = orr_mailbox_take(box);
        assert_int_equal(old->tick, 1);
        assert_int_equal(orr_mail_count(old, 0), 10);
        assert_true(((const float *)orr_mail_column(old, 0, c.px, NULL))[9] == 9);
        orr_mailbox_release(box, old);
    }
    assert_int_equal(warnings, 1);
    assert_ok(orr_world_step(c.world, 1));
    const orr_mail *now = orr_mailbox_take(box);
    assert_int_equal(now->sequence, 2);
    assert_is_now(&c, now);
    case_end(&c);
    assert_int_equal(atomic_load(&f.alive), 0);
    assert_int_equal(atomic_load(&f.overrun), 0);
}

static void creation_without_memory_leaves_nothing(void **state)
{
    (void)state;
    for (int64_t n = 0;; n++) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, -1);
        const orr_world_desc desc = { .allocator = &hooks };
        sim_case c = case_of(&desc);
        const orr_field fields[] = { c.px, c.py, { 0 } };
        const orr_subscription rows = { query_of(&c, c.position, 0), fields, true };
        const orr_mailbox_desc box = { .name = "view", .subscriptions = &rows, .subscription_count = 1 };
        atomic_store(&f.left, n);
        const bool made = orr_mailbox_create(c.world, &box) != NULL;
        atomic_store(&f.left, -1);
        const bool refusal = atomic_load(&f.refused) > 0;
        assert_int_not_equal(made, refusal);
        if (refusal) {
            assert_int_equal(orr__error_code(), ORR_E_MEMORY);
            assert_non_null(orr_mailbox_create(c.world, &box));
        }
        assert_ok(orr_world_step(c.world, 1));
        case_end(&c);
        assert_int_equal(atomic_load(&f.alive), 0);
        if (!refusal) break;
    }
}

static void a_steady_world_allocates_nothing(void **state)
{
    (void)state;
    faulty f;
    const orr_allocator hooks = faulty_allocator(&f, -1);
    const orr_world_desc desc = { .allocator = &hooks };
    sim_case c = case_of(&desc);
    box_of(&c, "view", 2);
    place(&c, c.mote, 1000);
    for (int k = 0; k < 8; k++) assert_ok(orr_world_step(c.world, 1));
    const int64_t blocks = atomic_load(&f.alive), bytes = atomic_load(&f.bytes);
    atomic_store(&f.left, 0); /* the next allocation would be refused */
    for (int k = 0; k < 8; k++) assert_ok(orr_world_step(c.world, 1));
    assert_int_equal(atomic_load(&f.refused), 0);
    assert_int_equal(atomic_load(&f.alive), blocks);
    assert_int_equal(atomic_load(&f.bytes), bytes);
    case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_is_what_the_world_was),
        cmocka_unit_test(what_is_held_does_not_change),
        cmocka_unit_test(everything_that_can_be_subscribed_to),
        cmocka_unit_test(reductions_and_every),
        cmocka_unit_test(a_tick_that_fails_publishes_nothing),
        cmocka_unit_test(bad_input_is_refused),
        cmocka_unit_test(without_memory_the_old_state_stays),
        cmocka_unit_test(creation_without_memory_leaves_nothing),
        cmocka_unit_test(a_steady_world_allocates_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
