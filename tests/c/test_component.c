#include "world_case.h"

#include <math.h>
#include <stdio.h>

static void fields_are_ordered_and_laid_out(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    orr_field_desc field;
    const char *const names[] = { "a", "b", "c", "d" };
    const uint32_t offsets[] = { 0, 8, 16, 24 };
    assert_int_equal(orr_component_field_count(c.world, c.mixed), 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(orr_component_field(c.world, c.mixed, i, &field), ORR_OK);
        assert_string_equal(field.name, names[i]);
        assert_int_equal(orr__component_at(c.world, c.mixed)->fields[i].offset, offsets[i]);
    }
    assert_int_equal(orr_component_bytes(c.world, c.mixed), 32);
    assert_int_equal(orr_component_bytes(c.world, c.frozen), 0);
    assert_true(orr__component_at(c.world, c.mixed)->has_entities);
    assert_int_equal(orr_component_field(c.world, c.mixed, 4, &field), ORR_E_RANGE);
    assert_error("component 'Mixed' has 4 fields; there is no field 4");
    assert_string_equal(orr_component_name(c.world, c.position), "Position");
    assert_int_equal(orr_component_count(c.world), 4);
    case_close(&c);
}

static void the_same_again_is_the_same(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    const orr_field_desc yx[] = { { "y", ORR_TYPE_F32, { 0 } }, { "x", ORR_TYPE_F32, { 0 } } };
    assert_int_equal(orr_component_create(c.world, &(orr_component_desc){ "Position", yx, 2 }), c.position);
    const orr_field_desc other[] = { { "y", ORR_TYPE_F64, { .f64 = 1.5 } }, { "x", ORR_TYPE_F32, { 0 } } };
    assert_int_equal(orr_component_create(c.world, &(orr_component_desc){ "Position", other, 2 }), 0);
    assert_int_equal(orr__error_code(), ORR_E_EXISTS);
    assert_error("component 'Position' is registered already as { x: f32, y: f32 }; it cannot be declared again as "
                 "{ x: f32, y: f64 = 1.5 }");
    assert_int_equal(orr_component_create(c.world, &(orr_component_desc){ "Frozen", yx, 2 }), 0);
    assert_error("component 'Frozen' is registered already as a tag; it cannot be declared again as "
                 "{ x: f32, y: f32 }");
    case_close(&c);
}

static void errors_say_what_is_wrong(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    assert_int_equal(orr_component_find(c.world, "Positoin"), 0);
    assert_error("component 'Positoin' is not registered (did you mean 'Position'?)");
    assert_int_equal(orr_component_find(c.world, "Zebra"), 0);
    assert_error("component 'Zebra' is not registered");
    assert_int_equal(orr_field_find(c.world, "Position.z").component, 0);
    assert_mentions("component 'Position' has no field 'z'; it is { x: f32, y: f32 }");
    assert_int_equal(orr_field_find(c.world, "Positio.x").component, 0);
    assert_error("field 'Positio.x': component 'Positio' is not registered (did you mean 'Position'?)");
    assert_int_equal(orr_field_find(c.world, "Position").component, 0);
    assert_error("field 'Position': expected 'Component.field'");
    const orr_field_desc twice[] = { { "x", ORR_TYPE_F32, { 0 } }, { "x", ORR_TYPE_F32, { 0 } } };
    assert_int_equal(orr_component_create(c.world, &(orr_component_desc){ "A", twice, 2 }), 0);
    assert_error("component 'A': field 'x' is declared twice");
    const orr_field_desc untyped[] = { { "x", 99, { 0 } } };
    assert_int_equal(orr_component_create(c.world, &(orr_component_desc){ "A", untyped, 1 }), 0);
    assert_mentions("component 'A': field 'x' has no type");
    const orr_field_desc named[] = { { "1x", ORR_TYPE_F32, { 0 } } };
    assert_int_equal(orr_component_create(c.world, &(orr_component_desc){ "A", named, 1 }), 0);
    assert_error("component 'A': '1x' is not an identifier (letters, digits and _, no digit first)");
    assert_int_equal(orr_component_create(c.world, &(orr_component_desc){ "A b", NULL, 0 }), 0);
    assert_mentions("'A b' is not an identifier");
    assert_int_equal(orr_component_create(c.world, &(orr_component_desc){ "", NULL, 0 }), 0);
    assert_error("component without a name");
    assert_int_equal(orr_component_create(c.world, &(orr_component_desc){ "A", twice, 65 }), 0);
    assert_int_equal(orr__error_code(), ORR_E_LIMIT);
    assert_int_equal(orr_component_bytes(c.world, 9), 0);
    assert_error("orr_component_bytes: component 9 does not exist (there are 4)");
    case_close(&c);
}

static void types_have_names_and_sizes(void **state)
{
    (void)state;
    const uint32_t bytes[] = { 0, 4, 8, 1, 1, 2, 2, 4, 4, 8, 8, 1, 8 };
    for (uint32_t type = 0; type < ORR_TYPE_COUNT; type++) {
        assert_non_null(orr_type_name(type));
        assert_int_equal(orr_type_bytes(type), bytes[type]);
        assert_int_equal(orr_type_find(orr_type_name(type)), type);
    }
    assert_int_equal(orr_type_find("float"), ORR_TYPE_NONE);
    assert_int_equal(orr_type_bytes(99), 0);
    assert_string_equal(orr_type_name(99), "unknown");
}

static void values_are_checked(void **state)
{
    (void)state;
    static const struct {
        uint32_t type;
        double number;
        int32_t code;
    } rows[] = {
        { ORR_TYPE_F32, 1e38, 0 },
        { ORR_TYPE_F32, 1e39, ORR_E_RANGE },
        { ORR_TYPE_F32, INFINITY, 0 },
        { ORR_TYPE_F32, NAN, 0 },
        { ORR_TYPE_F64, NAN, 0 },
        { ORR_TYPE_F64, 1e308, 0 },
        { ORR_TYPE_I8, 127, 0 },
        { ORR_TYPE_I8, 128, ORR_E_RANGE },
        { ORR_TYPE_I8, -128, 0 },
        { ORR_TYPE_I8, -129, ORR_E_RANGE },
        { ORR_TYPE_U8, 255, 0 },
        { ORR_TYPE_U8, -1, ORR_E_RANGE },
        { ORR_TYPE_U8, 1.5, ORR_E_TYPE },
        { ORR_TYPE_U8, NAN, ORR_E_TYPE },
        { ORR_TYPE_U16, 65536, ORR_E_RANGE },
        { ORR_TYPE_I16, -32768, 0 },
        { ORR_TYPE_I32, 2147483647, 0 },
        { ORR_TYPE_I32, 0x1p31, ORR_E_RANGE },
        { ORR_TYPE_U32, 4294967295.0, 0 },
        { ORR_TYPE_U32, INFINITY, ORR_E_RANGE },
        { ORR_TYPE_I64, -0x1p63, 0 },
        { ORR_TYPE_I64, 0x1p63, ORR_E_RANGE },
        { ORR_TYPE_U64, 0x1p63, 0 },
        { ORR_TYPE_U64, 0x1p64, ORR_E_RANGE },
        { ORR_TYPE_BOOL, 1, 0 },
        { ORR_TYPE_BOOL, 2, ORR_E_RANGE },
        { ORR_TYPE_BOOL, 0.5, ORR_E_TYPE },
        { ORR_TYPE_ENTITY, 0x1p52, ORR_E_RANGE },
        { ORR_TYPE_ENTITY, 0x1p52 - 1, 0 },
        { ORR_TYPE_ENTITY, -3, 0 },
        { ORR_TYPE_NONE, 0, ORR_E_TYPE },
        { 99, 0, ORR_E_TYPE },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        orr_value value;
        assert_int_equal(orr__value_from_double(rows[i].type, rows[i].number, "x", &value), rows[i].code);
        if (rows[i].code || isnan(rows[i].number)) continue;
        const double back = orr__value_to_double(rows[i].type, value);
        assert_true(back == (rows[i].type == ORR_TYPE_F32 ? (double)(float)rows[i].number : rows[i].number));
    }
    orr_value value;
    orr__value_from_double(ORR_TYPE_U8, 300, "Mixed.a", &value);
    assert_error("Mixed.a: 300 does not fit u8 (0 to 255)");
    orr__value_from_double(ORR_TYPE_I32, 2.25, "Mixed.a", &value);
    assert_error("Mixed.a: 2.25 is not a whole number, as i32 needs");
}

static void thousands_of_components(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    char name[32];
    for (uint32_t i = 0; i < 2000; i++) {
        (void)snprintf(name, sizeof name, "Component_%u", i);
        assert_int_equal(orr_component_create(c.world, &(orr_component_desc){ name, NULL, 0 }), i + 5);
    }
    assert_int_equal(orr_component_find(c.world, "Component_1234"), 1239);
    assert_int_equal(orr_component_find(c.world, "Component_12345"), 0);
    assert_mentions("did you mean 'Component_1234'");
    case_close(&c);
}

static void creation_survives_any_failed_allocation(void **state)
{
    (void)state;
    for (int64_t nth = 0;; nth++) {
        world_case c;
        const orr_allocator hooks = faulty_allocator(&c.memory, nth);
        c.world = orr__world_create(&hooks);
        const bool fine = c.world && case_declare(&c);
        if (c.world) {
            assert_valid(c.world);
            assert_true(case_declare(&c));
            assert_int_equal(orr_component_count(c.world), 4);
            orr__world_destroy(c.world);
        }
        assert_int_equal(c.memory.alive, 0);
        if (fine) break;
        assert_int_equal(c.memory.refused, 1);
    }
}

static void not_while_systems_run(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    c.world->locked = 1;
    c.world->locked_by = "move";
    assert_int_equal(orr_component_create(c.world, &(orr_component_desc){ "New", NULL, 0 }), 0);
    assert_error("component 'New' cannot be created while system 'move' runs");
    assert_int_equal(orr_component_create(c.world, &(orr_component_desc){ "Frozen", NULL, 0 }), c.frozen);
    c.world->locked = 0;
    case_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_ordered_and_laid_out),
        cmocka_unit_test(the_same_again_is_the_same),
        cmocka_unit_test(errors_say_what_is_wrong),
        cmocka_unit_test(types_have_names_and_sizes),
        cmocka_unit_test(values_are_checked),
        cmocka_unit_test(thousands_of_components),
        cmocka_unit_test(creation_survives_any_failed_allocation),
        cmocka_unit_test(not_while_systems_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
