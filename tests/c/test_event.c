/* Events: emitted in lists, published in order, alive until the end of the next tick. */
#include "c/chaos.h"
#include "c/refusals.h"
#include "sim/sim.h"

#include <math.h>

static const orr_field_desc bump_fields[] = {
    { .name = "who", .type = ORR_TYPE_ENTITY },
    { .name = "force", .type = ORR_TYPE_F32 },
    { .name = "kind", .type = ORR_TYPE_U8 },
};
static const orr_event_desc bump_desc = { .name = "Bump", .fields = bump_fields, .field_count = 3 };
static const orr_event_desc done_desc = { .name = "Done" };

typedef struct list {
    orr__arena arena;
    orr__emitted emitted;
} list;

static void list_begin(list *l, sim_case *c)
{
    memset(l, 0, sizeof *l);
    orr__arena_init(&l->arena, &c->world->alloc, 0);
}

static int32_t emit(list *l, sim_case *c, orr_event event, float force, uint8_t kind, uint64_t who)
{
    const orr_value values[3] = { { .f32 = force }, { .u8 = kind }, { .entity = who } };
    return orr__emitted_add(&l->emitted, &l->arena, c->world, event, values);
}

static orr_value value_of(const sim_case *c, orr_event event, uint64_t index, uint32_t field)
{
    orr_value v = { .u64 = 0 };
    assert_ok(orr_event_get(c->world, event, index, field, &v));
    return v;
}

static void declared(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_event bump = orr_event_create(c.world, &bump_desc), done = orr_event_create(c.world, &done_desc);
    assert_int_equal(bump, 1);
    assert_int_equal(done, 2);
    assert_int_equal(orr_event_create(c.world, &bump_desc), bump);
    assert_int_equal(orr_event_find(c.world, "Bump"), bump);
    assert_string_equal(orr__event_at(c.world, bump)->fields[0].name, "force");
    const orr_event_desc other = { .name = "Bump", .fields = bump_fields, .field_count = 2 };
    assert_int_equal(orr_event_create(c.world, &other), 0);
    assert_says("event 'Bump' exists already as { force: f32, kind: u8, who: entity }");
    assert_int_equal(orr_event_create(c.world, NULL), 0);
    assert_int_equal(orr_event_create(c.world, &(orr_event_desc){ .name = "no name" }), 0);
    assert_int_equal(orr_event_create(c.world, &(orr_event_desc){ .name = "x", .field_count = 1 }), 0);
    assert_int_equal(orr_event_find(c.world, "Bmup"), 0);
    assert_string_equal(orr_last_error(), "event 'Bmup' does not exist (did you mean 'Bump'?)");
    case_end(&c);
}

static void published_in_order(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_event bump = orr_event_create(c.world, &bump_desc), done = orr_event_create(c.world, &done_desc);
    list a, b;
    list_begin(&a, &c);
    list_begin(&b, &c);
    for (int i = 0; i < 100; i++) {
        assert_ok(emit(&a, &c, bump, (float)i, (uint8_t)i, 0));
        if (i % 10 == 0) assert_ok(orr__emitted_add(&a.emitted, &a.arena, c.world, done, NULL));
        assert_ok(emit(&b, &c, bump, (float)(100 + i), 0, 0));
    }
    assert_int_equal(a.emitted.count, 110);
    assert_int_equal(orr_event_count(c.world, bump), 0);
    assert_ok(orr__events_publish(c.world, &a.emitted, NULL));
    assert_ok(orr__events_publish(c.world, &b.emitted, NULL));
    assert_int_equal(orr_event_count(c.world, bump), 200);
    assert_int_equal(orr_event_count(c.world, done), 10);
    for (uint32_t i = 0; i < 200; i++) assert_true(value_of(&c, bump, i, 0).f32 == (float)i);
    assert_int_equal(value_of(&c, bump, 7, 1).u64, 7);
    orr_value v;
    assert_int_equal(orr_event_get(c.world, bump, 200, 0, &v), ORR_E_RANGE);
    assert_int_equal(orr_event_get(c.world, bump, 0, 3, &v), ORR_E_RANGE);
    assert_int_equal(orr_event_get(c.world, done, 0, 0, &v), ORR_E_RANGE);
    assert_int_equal(orr_event_get(c.world, 3, 0, 0, &v), ORR_E_NOT_FOUND);
    assert_int_equal(orr_event_count(c.world, 0), 0);
    orr__arena_fini(&a.arena);
    orr__arena_fini(&b.arena);
    case_end(&c);
}

static void expired_in_order(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_event bump = orr_event_create(c.world, &bump_desc), done = orr_event_create(c.world, &done_desc);
    for (uint64_t tick = 0; tick < 50; tick++) {
        list l;
        list_begin(&l, &c);
        c.world->sim->tick = tick;
        const uint32_t many = (uint32_t)(tick * 7 % 5);
        for (uint32_t i = 0; i < many; i++) {
            assert_ok(emit(&l, &c, bump, (float)tick, (uint8_t)i, 0));
            assert_ok(orr__emitted_add(&l.emitted, &l.arena, c.world, done, NULL));
        }
        assert_ok(orr__events_publish(c.world, &l.emitted, NULL));
        const uint32_t old = tick ? (uint32_t)((tick - 1) * 7 % 5) : 0;
        assert_int_equal(orr_event_count(c.world, bump), old + many);
        assert_int_equal(orr_event_count(c.world, done), old + many);
        for (uint32_t i = 0; i < old + many; i++) {
            assert_true(value_of(&c, bump, i, 0).f32 == (float)(i < old ? tick - 1 : tick));
            assert_int_equal(value_of(&c, bump, i, 1).u8, i < old ? i : i - old);
        }
        orr__events_expire(c.world, tick);
        assert_int_equal(orr_event_count(c.world, bump), many);
        orr__arena_fini(&l.arena);
    }
    case_end(&c);
}

static void provisional_handles(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_event bump = orr_event_create(c.world, &bump_desc);
    orr__patches patches;
    orr__patches_init(&patches, c.world);
    orr__stage *stage;
    assert_ok(orr__patches_spawn(&patches, c.mote, 3, &stage));
    list l;
    list_begin(&l, &c);
    assert_ok(emit(&l, &c, bump, 1, 0, ORR__PROVISIONAL | 2));
    assert_ok(emit(&l, &c, bump, 2, 0, (uint64_t)-3));
    const double values[3] = { 3, 0, -1 };
    assert_ok(orr__emitted_add_named(&l.emitted, &l.arena, c.world, "Bump", values, 3));
    assert_ok(orr__patches_reserve(&patches));
    assert_ok(orr__events_publish(c.world, &l.emitted, &patches));
    for (uint32_t i = 0; i < 3; i++) {
        static const uint32_t which[] = { 1, 2, 0 };
        assert_int_equal(value_of(&c, bump, i, 2).entity, patches.reserved[which[i]]);
    }
    assert_ok(orr__patches_resolve(&patches));
    assert_ok(orr__patches_apply(&patches));
    for (uint32_t i = 0; i < 3; i++) assert_true(orr_entity_is_alive(c.world, value_of(&c, bump, i, 2).entity));

    /* one that was not given out: nothing of the list is published */
    list bad;
    list_begin(&bad, &c);
    assert_ok(emit(&bad, &c, bump, 4, 0, 0));
    assert_ok(emit(&bad, &c, bump, 5, 0, ORR__PROVISIONAL | 4));
    assert_int_equal(orr__events_publish(c.world, &bad.emitted, &patches), ORR_E_DEAD);
    assert_says("event 'Bump', field 'who': provisional entity -4");
    assert_int_equal(orr__events_publish(c.world, &bad.emitted, NULL), ORR_E_DEAD);
    assert_int_equal(orr_event_count(c.world, bump), 3);
    orr__arena_fini(&l.arena);
    orr__arena_fini(&bad.arena);
    orr__patches_fini(&patches);
    case_end(&c);
}

static void by_name(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_event bump = orr_event_create(c.world, &bump_desc);
    (void)orr_event_create(c.world, &done_desc);
    list l;
    list_begin(&l, &c);
    const double good[3] = { 0.5, 255, 0 }, wide[3] = { 0.5, 256, 0 }, fraction[3] = { 0, 1.5, 0 };
    assert_ok(orr__emitted_add_named(&l.emitted, &l.arena, c.world, "Bump", good, 3));
    assert_ok(orr__emitted_add_named(&l.emitted, &l.arena, c.world, "Done", NULL, 0));
    const uint32_t count = l.emitted.count;
    assert_int_equal(orr__emitted_add_named(&l.emitted, &l.arena, c.world, "Bump", wide, 3), ORR_E_RANGE);
    assert_says("Bump");
    assert_says("kind");
    assert_int_equal(orr__emitted_add_named(&l.emitted, &l.arena, c.world, "Bump", fraction, 3), ORR_E_TYPE);
    assert_int_equal(orr__emitted_add_named(&l.emitted, &l.arena, c.world, "Bump", good, 2), ORR_E_ARGUMENT);
    assert_says("event 'Bump': 2 values given; its fields are { force: f32, kind: u8, who: entity }");
    assert_int_equal(orr__emitted_add_named(&l.emitted, &l.arena, c.world, "Bump", NULL, 3), ORR_E_ARGUMENT);
    assert_int_equal(orr__emitted_add_named(&l.emitted, &l.arena, c.world, "Bomp", good, 3), ORR_E_NOT_FOUND);
    assert_says("did you mean 'Bump'?");
    assert_int_equal(orr__emitted_add(&l.emitted, &l.arena, c.world, 9, NULL), ORR_E_NOT_FOUND);
    assert_int_equal(orr__emitted_add(&l.emitted, &l.arena, c.world, bump, NULL), ORR_E_ARGUMENT);
    assert_int_equal(l.emitted.count, count);
    assert_ok(orr__events_publish(c.world, &l.emitted, NULL));
    assert_int_equal(value_of(&c, bump, 0, 1).u64, 255);
    orr__arena_fini(&l.arena);
    case_end(&c);
}

/* ---- in a tick ---- */

static int32_t emit_rows(orr_run *run, void *context)
{
    const sim_case *c = context;
    for (const orr_rows *rows; (rows = orr_run_next(run));) {
        for (uint32_t r = rows->begin; r < rows->end; r++) {
            if (rows->entity[r] % 3) continue;
            const orr_value values[3] = { { .f32 = 1 }, { .u8 = 2 }, { .entity = rows->entity[r] } };
            const int32_t code = orr_run_emit(run, orr_event_find(c->world, "Bump"), values);
            if (code) return code;
        }
    }
    return ORR_OK;
}

static uint64_t hash_with(uint32_t threads, const orr_scheduler *scheduler)
{
    const orr_world_desc world_desc = { .threads = threads, .scheduler = scheduler, .dt = 0.5, .seed = 7 };
    sim_case c = case_of(&world_desc);
    assert_non_null(c.world);
    const orr_event bump = orr_event_create(c.world, &bump_desc);
    assert_ok(orr_entity_spawn(c.world, c.mote, 10000, NULL));
    assert_ok(orr_entity_spawn(c.world, c.still, 3000, NULL));
    const orr_component position[] = { c.position, 0 };
    const orr_system_desc desc = {
        .name = "bump", .query.all = position, .on = ORR_ON_WORKERS, .run = emit_rows, .context = &c
    };
    if (!orr_system_create(c.world, &desc)) fail_msg("%s", orr_last_error());
    assert_ok(orr_world_step(c.world, 2));
    const uint64_t count = orr_event_count(c.world, bump);
    assert_true(count > 4000); /* those of the last tick */
    orr_value before = { .entity = 0 };
    for (uint64_t i = 0; i < count; i++) {
        const orr_value now = value_of(&c, bump, i, 2);
        assert_true(now.entity > before.entity);
        before = now;
    }
    const uint64_t hash = orr_world_hash(c.world);
    case_end(&c);
    return hash;
}

static void same_for_all_threads(void **state)
{
    (void)state;
    const uint64_t hash = hash_with(0, NULL);
    assert_int_equal(hash_with(1, NULL), hash);
    assert_int_equal(hash_with(3, NULL), hash);
    chaos *unkind = chaos_create(4, 11);
    if (!unkind) return;
    assert_int_equal(hash_with(0, chaos_scheduler(unkind)), hash);
    chaos_destroy(unkind);
}

/* ---- memory ---- */

static int32_t call_create(sim_case *c, void *state)
{
    (void)state;
    return refusals_code(orr_event_create(c->world, &bump_desc));
}

static void prepare(sim_case *c, void *state)
{
    (void)state;
    (void)orr_event_create(c->world, &bump_desc);
    (void)orr_event_create(c->world, &done_desc);
}

static int32_t call_publish(sim_case *c, void *state)
{
    (void)state;
    list l;
    list_begin(&l, c);
    int32_t code = ORR_OK;
    for (int i = 0; i < 20 && !code; i++) code = emit(&l, c, 1, 1, 1, 0);
    if (!code) code = orr__emitted_add(&l.emitted, &l.arena, c->world, 2, NULL);
    if (!code) code = orr__events_publish(c->world, &l.emitted, NULL);
    orr__arena_fini(&l.arena);
    return code;
}

static void allocations_that_fail(void **state)
{
    (void)state;
    assert_true(refusals(NULL, call_create, NULL) >= 6);
    assert_true(refusals(prepare, call_publish, NULL) >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(declared),
        cmocka_unit_test(published_in_order),
        cmocka_unit_test(expired_in_order),
        cmocka_unit_test(provisional_handles),
        cmocka_unit_test(by_name),
        cmocka_unit_test(same_for_all_threads),
        cmocka_unit_test(allocations_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
