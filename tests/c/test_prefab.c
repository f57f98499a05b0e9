#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/error.h"
#include "ecs/world.h"
#include "faulty.h"

/* Position{x y} Body{mass target} Frozen */
typedef struct scene {
    orr_world *world;
    orr_component position, body, frozen;
    orr_field x, y, mass, target;
} scene;

static scene open_scene(const orr_allocator *hooks)
{
    const orr_field_desc position[] = { { "y", ORR_TYPE_F32, { .f32 = 2 } }, { "x", ORR_TYPE_F32, { .f32 = 1 } } };
    const orr_field_desc body[] = { { "target", ORR_TYPE_ENTITY, { 0 } }, { "mass", ORR_TYPE_F64, { .f64 = 10 } } };
    scene s = { .world = orr__world_create(hooks) };
    s.position = orr_component_create(s.world, &(orr_component_desc){ "Position", position, 2 });
    s.body = orr_component_create(s.world, &(orr_component_desc){ "Body", body, 2 });
    s.frozen = orr_component_create(s.world, &(orr_component_desc){ "Frozen", NULL, 0 });
    s.x = orr_field_find(s.world, "Position.x");
    s.y = orr_field_find(s.world, "Position.y");
    s.mass = orr_field_find(s.world, "Body.mass");
    s.target = orr_field_find(s.world, "Body.target");
    return s;
}

static float read_f32(const scene *s, orr_entity entity, orr_field field)
{
    const float *at = orr_entity_read(s->world, entity, field);
    assert_non_null(at);
    return *at;
}

static double read_f64(const scene *s, orr_entity entity, orr_field field)
{
    const double *at = orr_entity_read(s->world, entity, field);
    assert_non_null(at);
    return *at;
}

static void equal_sets_are_one_prefab(void **state)
{
    (void)state;
    const scene s = open_scene(NULL);
    const orr_component some[] = { s.body, s.position, 0 }, turned[] = { s.position, s.body, s.position, 0 };
    const orr_prefab a = orr_prefab_create(s.world, &(orr_prefab_desc){ .components = some });
    assert_int_not_equal(a, 0);
    assert_int_equal(orr_prefab_create(s.world, &(orr_prefab_desc){ .components = turned }), a);
    /* a value that is the default changes nothing, another one does; the last value of a field counts */
    orr_prefab_value values[] = { { s.x, { .f32 = 7 } }, { s.x, { .f32 = 1 } } };
    orr_prefab_desc desc = { .components = some, .values = values, .value_count = 2 };
    assert_int_equal(orr_prefab_create(s.world, &desc), a);
    desc.value_count = 1;
    const orr_prefab b = orr_prefab_create(s.world, &desc);
    assert_true(b != 0 && b != a);
    assert_int_equal(orr_prefab_create(s.world, &desc), b);
    assert_ptr_equal(orr__prefab_at(s.world, a)->table, orr__prefab_at(s.world, b)->table);
    /* bytes of the union that the type does not use say nothing */
    memset(&values[0].value, 0xEE, sizeof values[0].value);
    values[0].value.f32 = 7;
    assert_int_equal(orr_prefab_create(s.world, &desc), b);
    values[0].value.f32 = -0.0f;
    const orr_prefab minus = orr_prefab_create(s.world, &desc);
    values[0].value.f32 = 0.0f;
    assert_int_not_equal(orr_prefab_create(s.world, &desc), minus);
    /* an anonymous one that equals a named one is not it: names are names */
    desc.name = "Seven";
    values[0].value.f32 = 7;
    const orr_prefab named = orr_prefab_create(s.world, &desc);
    assert_true(named != b && named != 0);
    desc.name = NULL;
    assert_int_equal(orr_prefab_create(s.world, &desc), b);
    orr__world_destroy(s.world);
}

static void the_child_overrides_its_parent(void **state)
{
    (void)state;
    const scene s = open_scene(NULL);
    const orr_prefab_value first[] = { { s.x, { .f32 = 5 } }, { s.y, { .f32 = 6 } } };
    const orr_prefab_value second[] = { { s.y, { .f32 = 8 } }, { s.mass, { .f64 = 3 } } };
    const orr_prefab parent = orr_prefab_create(
        s.world,
        &(orr_prefab_desc){
            .name = "Parent", .components = (orr_component[]){ s.position, 0 }, .values = first, .value_count = 2 });
    const orr_prefab child =
        orr_prefab_create(s.world, &(orr_prefab_desc){ .name = "Child",
                                                       .parent = parent,
                                                       .components = (orr_component[]){ s.frozen, s.body, 0 },
                                                       .values = second,
                                                       .value_count = 2 });
    assert_int_equal(child, 2);
    orr_entity entity;
    assert_int_equal(orr_entity_spawn(s.world, child, 1, &entity), ORR_OK);
    assert_true(read_f32(&s, entity, s.x) == 5);
    assert_true(read_f32(&s, entity, s.y) == 8);
    assert_true(read_f64(&s, entity, s.mass) == 3);
    assert_true(orr_entity_has(s.world, entity, s.frozen));
    assert_int_equal(orr_prefab_find(s.world, "Parent"), parent);
    assert_int_equal(orr_prefab_find(s.world, "Child"), child);
    orr__world_destroy(s.world);
}

static void refuse(const scene *s, orr_prefab_desc desc, int32_t code, const char *part)
{
    const uint32_t count = s->world->prefab_count, tables = s->world->table_count;
    orr__error_clear();
    assert_int_equal(orr_prefab_create(s->world, &desc), 0);
    assert_int_equal(orr__error_code(), code);
    if (!strstr(orr_last_error(), part)) {
        fail_msg("'%s' does not tell '%s'", orr_last_error(), part);
    }
    assert_int_equal(s->world->prefab_count, count);
    assert_int_equal(s->world->table_count, tables);
}

static void bad_descriptions_are_refused(void **state)
{
    (void)state;
    const scene s = open_scene(NULL);
    const orr_component position[] = { s.position, 0 }, unknown[] = { 99, 0 };
    const orr_prefab_value foreign = { s.mass, { 0 } }, none = { { 0 }, { 0 } };
    orr_field wrong = s.x;
    wrong.type = ORR_TYPE_U8;
    const orr_prefab_value mistyped = { wrong, { 0 } };
    assert_int_not_equal(orr_prefab_create(s.world, &(orr_prefab_desc){ .name = "Mote", .components = position }), 0);
    refuse(&s, (orr_prefab_desc){ .name = "Mote" }, ORR_E_EXISTS, "Mote");
    refuse(&s, (orr_prefab_desc){ .name = "" }, ORR_E_ARGUMENT, "empty");
    refuse(&s, (orr_prefab_desc){ .name = "A", .parent = 9 }, ORR_E_NOT_FOUND, "'A': its parent");
    refuse(&s, (orr_prefab_desc){ .name = "A", .components = unknown }, ORR_E_ARGUMENT, "99");
    refuse(&s, (orr_prefab_desc){ .components = position, .values = &foreign, .value_count = 1 }, ORR_E_ARGUMENT,
           "Body.mass, but Body");
    refuse(&s, (orr_prefab_desc){ .components = position, .values = &none, .value_count = 1 }, ORR_E_ARGUMENT, "set");
    refuse(&s, (orr_prefab_desc){ .components = position, .values = &mistyped, .value_count = 1 }, ORR_E_ARGUMENT,
           "u8");
    refuse(&s, (orr_prefab_desc){ .components = position, .value_count = 1 }, ORR_E_ARGUMENT, "none given");
    assert_int_equal(orr_prefab_create(s.world, NULL), 0);
    s.world->locked = 1;
    refuse(&s, (orr_prefab_desc){ .name = "New" }, ORR_E_LOCKED, "New");
    const orr_prefab known = orr_prefab_create(s.world, &(orr_prefab_desc){ .name = "Mote", .components = position });
    assert_int_equal(known, 1); /* to find what exists is no change */
    s.world->locked = 0;
    assert_int_equal(orr_prefab_find(s.world, "Moat"), 0);
    assert_non_null(strstr(orr_last_error(), "did you mean 'Mote'?"));
    assert_int_equal(orr_prefab_find(s.world, NULL), 0);
    orr__world_destroy(s.world);
}

static void bulk_spawn_fills_every_row(void **state)
{
    (void)state;
    enum { COUNT = 10000 };
    static orr_entity handles[COUNT];
    const scene s = open_scene(NULL);
    const orr_prefab_value values[] = { { s.x, { .f32 = 0.5f } }, { s.target, { .entity = 77 } } };
    const orr_prefab prefab = orr_prefab_create(
        s.world, &(orr_prefab_desc){
                     .components = (orr_component[]){ s.position, s.body, 0 }, .values = values, .value_count = 2 });
    static const uint32_t counts[] = { 1, 63, 64, 65, 4095, COUNT, 0 };
    for (uint32_t i = 0, total = 0; i < sizeof counts / sizeof counts[0]; i++) {
        assert_int_equal(orr_entity_spawn(s.world, prefab, counts[i], i % 2 ? NULL : handles), ORR_OK);
        total += counts[i];
        assert_int_equal(orr_world_entity_count(s.world), total);
        assert_int_equal(orr__world_validate(s.world), ORR_OK);
    }
    const orr__table *table = orr__prefab_at(s.world, prefab)->table;
    for (uint64_t row = 0; row < table->row_count; row++) {
        const orr_entity entity = table->chunks[row >> 12]->entity[row & 4095];
        assert_true(read_f32(&s, entity, s.x) == 0.5f && read_f32(&s, entity, s.y) == 2);
        assert_true(read_f64(&s, entity, s.mass) == 10);
        assert_int_equal(*(const uint64_t *)orr_entity_read(s.world, entity, s.target), 77);
    }
    assert_int_equal(orr_entity_spawn(s.world, 9, 1, NULL), ORR_E_NOT_FOUND);
    assert_int_equal(orr_entity_spawn(s.world, 0, 1, NULL), ORR_E_NOT_FOUND);
    s.world->locked = 1;
    assert_int_equal(orr_entity_spawn(s.world, prefab, 1, NULL), ORR_E_LOCKED);
    orr__world_destroy(s.world);
}

static void entities_without_components(void **state)
{
    (void)state;
    const scene s = open_scene(NULL);
    const orr_prefab nothing = orr_prefab_create(s.world, &(orr_prefab_desc){ 0 });
    orr_entity handles[5];
    assert_int_equal(orr_prefab_create(s.world, &(orr_prefab_desc){ 0 }), nothing);
    assert_int_equal(orr_entity_spawn(s.world, nothing, 5, handles), ORR_OK);
    assert_int_equal(orr_entity_add(s.world, handles, 5, s.position), ORR_OK);
    assert_true(read_f32(&s, handles[4], s.y) == 2);
    assert_int_equal(orr__world_validate(s.world), ORR_OK);
    orr__world_destroy(s.world);
}

static void stages_are_spawned_as_filled(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    static orr_entity handles[COUNT];
    const scene s = open_scene(NULL);
    const orr_prefab prefab = orr_prefab_create(
        s.world, &(orr_prefab_desc){ .components = (orr_component[]){ s.position, s.body, s.frozen, 0 } });
    assert_int_equal(orr_entity_spawn(s.world, prefab, 100, NULL), ORR_OK);
    orr__stage *stage = orr__stage_create(s.world, prefab, COUNT);
    float *x = orr__stage_column(s.world, stage, s.x);
    double *mass = orr__stage_column(s.world, stage, s.mass);
    assert_int_equal((uintptr_t)x % 64, 0);
    assert_null(orr__stage_column(s.world, stage, (orr_field){ .component = 99 }));
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_true(x[i] == 1 && mass[i] == 10);
        x[i] = (float)i;
        mass[i] = i * 0.5;
    }
    assert_int_equal(orr__stage_spawn(s.world, stage, NULL, handles), ORR_OK);
    orr__stage_destroy(s.world, stage);
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_true(read_f32(&s, handles[i], s.x) == (float)i && read_f32(&s, handles[i], s.y) == 2);
        assert_true(read_f64(&s, handles[i], s.mass) == i * 0.5);
    }
    assert_int_equal(orr__world_validate(s.world), ORR_OK);
    /* a small one in an arena; nothing to release */
    orr__arena arena;
    orr__arena_init(&arena, &s.world->alloc, 0);
    stage = orr__stage_create_in(s.world, prefab, 3, &arena);
    assert_int_equal(stage->bytes, 0);
    assert_int_equal(orr__stage_spawn(s.world, stage, NULL, handles), ORR_OK);
    orr__stage_destroy(s.world, stage);
    stage = orr__stage_create_in(s.world, prefab, 0, &arena);
    assert_int_equal(orr__stage_spawn(s.world, stage, NULL, NULL), ORR_OK);
    assert_null(orr__stage_create_in(s.world, 9, 3, &arena));
    orr__arena_fini(&arena);
    assert_int_equal(orr_world_entity_count(s.world), COUNT + 103);
    orr__world_destroy(s.world);
}

/* ---- hooks ------------------------------------------------------------------------------------------------------- */

static uint32_t told, told_calls;

static int32_t note(orr_world *world, const orr_entity *entities, uint32_t count, orr_component component)
{
    for (uint32_t i = 0; i < count; i++) {
        assert_true(orr_entity_has(world, entities[i], component));
    }
    told += count;
    told_calls++;
    return count == 13 ? orr__fail(ORR_E_SCRIPT, "thirteen") : ORR_OK;
}

static void hooks_are_told_of_spawns(void **state)
{
    (void)state;
    const scene s = open_scene(NULL);
    const orr_prefab prefab =
        orr_prefab_create(s.world, &(orr_prefab_desc){ .components = (orr_component[]){ s.position, s.frozen, 0 } });
    told = told_calls = 0;
    s.world->gained = note;
    assert_int_equal(orr_entity_spawn(s.world, prefab, 10, NULL), ORR_OK);
    assert_int_equal(told, 0); /* no component is hooked */
    orr__component_at(s.world, s.frozen)->hooked = 1u << ORR_HOOK_ADD;
    orr__component_at(s.world, s.position)->hooked = 1u << ORR_HOOK_REMOVE;
    assert_int_equal(orr_entity_spawn(s.world, prefab, 5000, NULL), ORR_OK);
    assert_int_equal(told, 5000);
    assert_int_equal(told_calls, 2); /* rows 10 to 4095 of the first chunk, and the rest */
    assert_int_equal(orr_entity_spawn(s.world, prefab, 13, NULL), ORR_E_SCRIPT);
    assert_int_equal(orr_world_entity_count(s.world), 5023); /* the hook comes after the fact */
    orr__world_destroy(s.world);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static int32_t make_and_spawn(const scene *s, uint32_t step, orr_entity *handles)
{
    static const uint32_t counts[] = { 3, 200, 6000 };
    const orr_prefab_value value = { s->x, { .f32 = 3 } };
    orr__error_clear();
    if (step < 2) {
        return orr_prefab_create(
                   s->world, &(orr_prefab_desc){ .name = step ? "Named" : NULL,
                                                 .components = (orr_component[]){ s->position, step ? s->body : 0, 0 },
                                                 .values = &value,
                                                 .value_count = 1 })
                   ? ORR_OK
                   : orr__error_code();
    }
    if (step < 5) {
        return orr_entity_spawn(s->world, 1, counts[step - 2], handles);
    }
    orr__stage *stage = orr__stage_create(s->world, 2, 300);
    if (!stage) {
        return orr__error_code();
    }
    const int32_t code = orr__stage_spawn(s->world, stage, NULL, NULL);
    orr__stage_destroy(s->world, stage);
    return code;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    static orr_entity handles[6000];
    for (uint32_t step = 0; step < 6; step++) {
        for (int64_t n = 0, done = 0; !done; n++) {
            faulty f;
            const orr_allocator hooks = faulty_allocator(&f, -1);
            const scene s = open_scene(&hooks);
            for (uint32_t i = 0; i < step; i++) {
                assert_int_equal(make_and_spawn(&s, i, handles), ORR_OK);
            }
            const uint64_t alive = orr_world_entity_count(s.world);
            atomic_store(&f.left, n);
            done = make_and_spawn(&s, step, handles) == ORR_OK;
            assert_true(done == (atomic_load(&f.refused) == 0));
            atomic_store(&f.left, -1);
            assert_int_equal(orr__world_validate(s.world), ORR_OK);
            if (!done) {
                assert_int_equal(orr__error_code(), ORR_E_MEMORY);
                assert_int_equal(orr_world_entity_count(s.world), alive);
                assert_int_equal(make_and_spawn(&s, step, handles), ORR_OK);
            }
            orr__world_destroy(s.world);
            assert_int_equal(f.alive, 0);
            assert_int_equal(f.overrun, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_sets_are_one_prefab),    cmocka_unit_test(the_child_overrides_its_parent),
        cmocka_unit_test(bad_descriptions_are_refused), cmocka_unit_test(bulk_spawn_fills_every_row),
        cmocka_unit_test(entities_without_components),  cmocka_unit_test(stages_are_spawned_as_filled),
        cmocka_unit_test(hooks_are_told_of_spawns),     cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
