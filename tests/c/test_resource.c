/* Resources: records and strings. */
#include "c/refusals.h"
#include "ecs/patch.h"
#include "sim/sim.h"

#include <math.h>

static const orr_field_desc wind_fields[] = {
    { .name = "y", .type = ORR_TYPE_F32, .value.f32 = 2 },
    { .name = "on", .type = ORR_TYPE_BOOL, .value.boolean = true },
    { .name = "x", .type = ORR_TYPE_F32, .value.f32 = 1 },
    { .name = "leader", .type = ORR_TYPE_ENTITY },
};
static const orr_resource_desc wind_desc = { .name = "wind", .fields = wind_fields, .field_count = 4 };

static void records(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_resource wind = orr_resource_create(c.world, &wind_desc);
    assert_int_equal(wind, 1);
    assert_int_equal(orr_resource_find(c.world, "wind"), 1);
    orr_value v;
    assert_ok(orr_resource_get(c.world, wind, "x", &v));
    assert_true(v.f32 == 1.0f);
    assert_ok(orr_resource_get(c.world, wind, "y", &v));
    assert_true(v.f32 == 2.0f);
    assert_ok(orr_resource_get(c.world, wind, "on", &v));
    assert_int_equal(v.u64, 1);

    orr_entity entity;
    assert_ok(orr_entity_spawn(c.world, c.mote, 1, &entity));
    assert_ok(orr_resource_set(c.world, wind, "leader", (orr_value){ .entity = entity }));
    assert_ok(orr_resource_get(c.world, wind, "leader", &v));
    assert_int_equal(v.entity, entity);
    assert_ok(orr_resource_set(c.world, wind, "x", (orr_value){ .f32 = -5 }));
    assert_ok(orr_resource_get(c.world, wind, "x", &v));
    assert_true(v.f32 == -5.0f);
    orr_value odd = { .u64 = 0xAAAA00 };
    assert_ok(orr_resource_set(c.world, wind, "on", odd));
    assert_ok(orr_resource_get(c.world, wind, "on", &v));
    assert_int_equal(v.u64, 0);

    const orr__resource *of = orr__resource_at(c.world, wind);
    assert_string_equal(of->fields[0].name, "leader"); /* in order of name */
    assert_string_equal(of->fields[3].name, "y");
    assert_int_equal(orr__resource_field(of, "y"), 3);
    assert_int_equal(orr__resource_field(of, "z"), UINT32_MAX);
    case_end(&c);
}

static void plain_values(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_field_desc field = { .name = "value", .type = ORR_TYPE_F64, .value.f64 = 9.81 };
    const orr_resource g =
        orr_resource_create(c.world, &(orr_resource_desc){ .name = "g", .fields = &field, .field_count = 1 });
    orr_value v;
    assert_ok(orr_resource_get(c.world, g, "value", &v));
    assert_true(v.f64 == 9.81);
    assert_ok(orr_resource_set(c.world, g, NULL, (orr_value){ .f64 = 1.62 }));
    assert_ok(orr_resource_get(c.world, g, NULL, &v));
    assert_true(v.f64 == 1.62);
    case_end(&c);
}

static void strings(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_resource_desc desc = { .name = "level", .text = "meadow" };
    const orr_resource level = orr_resource_create(c.world, &desc);
    assert_string_equal(orr_resource_text(c.world, level), "meadow");
    assert_ok(orr_resource_set_text(c.world, level, "a much longer name of a level"));
    assert_string_equal(orr_resource_text(c.world, level), "a much longer name of a level");
    assert_ok(orr_resource_set_text(c.world, level, orr_resource_text(c.world, level) + 2)); /* of itself */
    assert_string_equal(orr_resource_text(c.world, level), "much longer name of a level");
    assert_ok(orr_resource_set_text(c.world, level, ""));
    assert_string_equal(orr_resource_text(c.world, level), "");
    assert_int_equal(orr_resource_set_text(c.world, level, NULL), ORR_E_ARGUMENT);
    assert_int_equal(orr_resource_create(c.world, &desc), level); /* as it was declared */

    orr_value v;
    assert_int_equal(orr_resource_get(c.world, level, "x", &v), ORR_E_TYPE);
    assert_int_equal(orr_resource_set(c.world, level, "x", (orr_value){ .u64 = 0 }), ORR_E_TYPE);
    assert_says("resource 'level' is a string");
    const orr_resource wind = orr_resource_create(c.world, &wind_desc);
    assert_null(orr_resource_text(c.world, wind));
    assert_int_equal(orr_resource_set_text(c.world, wind, "x"), ORR_E_TYPE);
    assert_says("resource 'wind' is a record");
    case_end(&c);
}

static void declared_again(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_resource wind = orr_resource_create(c.world, &wind_desc);
    assert_ok(orr_resource_set(c.world, wind, "x", (orr_value){ .f32 = 8 }));
    orr_field_desc fields[4];
    for (int i = 0; i < 4; i++) fields[i] = wind_fields[3 - i];
    orr_resource_desc desc = { .name = "wind", .fields = fields, .field_count = 4 };
    assert_int_equal(orr_resource_create(c.world, &desc), wind);
    fields[0].type = ORR_TYPE_U64;
    assert_int_equal(orr_resource_create(c.world, &desc), 0);
    assert_says("{ leader: entity, on: bool, x: f32, y: f32 }");
    fields[0] = wind_fields[3];
    fields[1].value.f32 = 77;
    assert_int_equal(orr_resource_create(c.world, &desc), 0);
    desc.field_count = 3;
    assert_int_equal(orr_resource_create(c.world, &desc), 0);
    assert_int_equal(orr_resource_create(c.world, &(orr_resource_desc){ .name = "wind", .text = "x" }), 0);
    (void)orr_resource_create(c.world, &(orr_resource_desc){ .name = "s", .text = "x" });
    assert_int_equal(orr_resource_create(c.world, &(orr_resource_desc){ .name = "s", .text = "y" }), 0);
    assert_says("'s' exists already as a string");
    desc.name = "s";
    assert_int_equal(orr_resource_create(c.world, &desc), 0);
    case_end(&c);
}

static void refused_descriptions(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    orr_field_desc fields[65];
    for (int i = 0; i < 65; i++) fields[i] = (orr_field_desc){ .name = "a", .type = ORR_TYPE_F32 };
    const orr_field_desc no_type[] = { { .name = "a" } }, no_name[] = { { .type = ORR_TYPE_F32 } };
    const orr_field_desc provisional[] = {
        { .name = "a", .type = ORR_TYPE_ENTITY, .value.entity = ORR__PROVISIONAL | 1 }
    };
    const struct {
        orr_resource_desc desc;
        const char *says;
    } cases[] = {
        { { .name = NULL, .text = "" }, "without a name" },
        { { .name = "a.b", .text = "" }, "identifier" },
        { { .name = "r" }, "needs a value" },
        { { .name = "r", .text = "", .fields = fields, .field_count = 1 }, "not both" },
        { { .name = "r", .field_count = 1 }, "fields is NULL" },
        { { .name = "r", .fields = fields, .field_count = 2 }, "field 'a' is declared twice" },
        { { .name = "r", .fields = fields, .field_count = 65 }, "65 fields" },
        { { .name = "r", .fields = no_type, .field_count = 1 }, "has no type" },
        { { .name = "r", .fields = no_name, .field_count = 1 }, "field without a name" },
        { { .name = "r", .fields = provisional, .field_count = 1 }, "provisional" },
    };
    assert_int_equal(orr_resource_create(c.world, NULL), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(orr_resource_create(c.world, &cases[i].desc), 0);
        assert_says(cases[i].says);
    }
    case_end(&c);
}

static void refused_values(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_resource wind = orr_resource_create(c.world, &wind_desc);
    orr_value v;
    assert_int_equal(orr_resource_get(c.world, wind, "leadr", &v), ORR_E_NOT_FOUND);
    assert_says("resource 'wind' has no field 'leadr'; it is { leader: entity, on: bool, x: f32, y: f32 } (did you "
                "mean 'leader'?)");
    assert_int_equal(orr_resource_get(c.world, wind, NULL, &v), ORR_E_NOT_FOUND);
    assert_int_equal(orr_resource_set(c.world, wind, "leader", (orr_value){ .entity = ORR__PROVISIONAL | 3 }),
                     ORR_E_DEAD);
    assert_int_equal(orr_resource_set(c.world, wind, "leader", (orr_value){ .i64 = -3 }), ORR_E_DEAD);
    assert_ok(orr_resource_get(c.world, wind, "leader", &v));
    assert_int_equal(v.entity, 0);
    const uint32_t foreign[] = { 0, 2, UINT32_MAX };
    for (int i = 0; i < 3; i++) {
        assert_int_equal(orr_resource_get(c.world, foreign[i], "x", &v), ORR_E_ARGUMENT);
        assert_int_equal(orr_resource_set(c.world, foreign[i], "x", v), ORR_E_ARGUMENT);
        assert_null(orr_resource_text(c.world, foreign[i]));
        assert_int_equal(orr_resource_set_text(c.world, foreign[i], ""), ORR_E_ARGUMENT);
        assert_null(orr__resource_at(c.world, foreign[i]));
    }
    assert_int_equal(orr_resource_find(c.world, "wnd"), 0);
    assert_string_equal(orr_last_error(), "resource 'wnd' does not exist (did you mean 'wind'?)");
    case_end(&c);
}

static void values_never_move(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_resource wind = orr_resource_create(c.world, &wind_desc);
    const orr_value *values = orr__resource_at(c.world, wind)->values;
    for (int i = 0; i < 100; i++) {
        char name[32];
        snprintf(name, sizeof name, "r%d", i);
        assert_int_not_equal(orr_resource_create(c.world, &(orr_resource_desc){ .name = name, .text = "t" }), 0);
    }
    assert_ptr_equal(orr__resource_at(c.world, wind)->values, values);
    assert_ok(orr_resource_set(c.world, wind, "y", (orr_value){ .f32 = 3 }));
    assert_true(values[3].f32 == 3.0f);
    case_end(&c);
}

/* ---- from systems: what is not declared is refused ---- */

typedef struct touch {
    int32_t get, set;
    orr_resource made;
} touch;

static int32_t touch_wind(orr_run *run, void *context)
{
    touch *t = context;
    orr_world *world = orr_run_world(run);
    orr_value v = { .f32 = 0 };
    t->get = orr_resource_get(world, 1, "x", &v);
    t->set = orr_resource_set(world, 1, "x", v);
    t->made = orr_resource_create(world, &(orr_resource_desc){ .name = "late", .text = "" });
    return ORR_OK;
}

static void held_to_declarations(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    (void)orr_resource_create(c.world, &wind_desc);
    touch t[4];
    memset(t, 0, sizeof t);
    const char *const wind[] = { "wind", NULL };
    const orr_component position[] = { c.position, 0 };
    const orr_system_desc descs[4] = {
        { .name = "none", .reads = position, .run = touch_wind, .context = &t[0] },
        { .name = "reader", .resource_reads = wind, .run = touch_wind, .context = &t[1] },
        { .name = "writer", .resource_writes = wind, .run = touch_wind, .context = &t[2] },
        { .name = "all", .exclusive = true, .run = touch_wind, .context = &t[3] },
    };
    for (int i = 0; i < 4; i++) {
        if (!orr_system_create(c.world, &descs[i])) fail_msg("%s", orr_last_error());
    }
    assert_ok(orr_world_step(c.world, 1));
    assert_int_equal(t[0].get, ORR_E_ACCESS);
    assert_int_equal(t[0].set, ORR_E_ACCESS);
    assert_int_equal(t[1].get, ORR_OK);
    assert_int_equal(t[1].set, ORR_E_ACCESS);
    assert_int_equal(t[2].get, ORR_OK);
    assert_int_equal(t[2].set, ORR_OK);
    assert_int_equal(t[3].set, ORR_OK);
    for (int i = 0; i < 4; i++) assert_int_equal(t[i].made, 0);
    case_end(&c);
}

static int32_t call_record(sim_case *c, void *state)
{
    (void)state;
    return refusals_code(orr_resource_create(c->world, &wind_desc));
}

static int32_t call_string(sim_case *c, void *state)
{
    (void)state;
    return refusals_code(orr_resource_create(c->world, &(orr_resource_desc){ .name = "level", .text = "meadow" }));
}

static void prepare_text(sim_case *c, void *state)
{
    assert_ok(call_string(c, state));
}

static int32_t call_text(sim_case *c, void *state)
{
    (void)state;
    return orr_resource_set_text(c->world, 1, "forest");
}

static void allocations_that_fail(void **state)
{
    (void)state;
    assert_true(refusals(NULL, call_record, NULL) >= 6);
    assert_true(refusals(NULL, call_string, NULL) >= 3);
    assert_int_equal(refusals(prepare_text, call_text, NULL), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records),
        cmocka_unit_test(plain_values),
        cmocka_unit_test(strings),
        cmocka_unit_test(declared_again),
        cmocka_unit_test(refused_descriptions),
        cmocka_unit_test(refused_values),
        cmocka_unit_test(values_never_move),
        cmocka_unit_test(held_to_declarations),
        cmocka_unit_test(allocations_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
