#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "ecs/world.h"
#include "faulty.h"

static const orr_field_desc fields[] = {
    { "water", ORR_TYPE_F64, { .f64 = 0.25 } },
    { "alive", ORR_TYPE_BOOL, { .boolean = true } },
    { "heat", ORR_TYPE_F32, { .f32 = -1.5f } },
    { "owner", ORR_TYPE_ENTITY, { .entity = 0 } },
};

static const orr_lattice_desc ground = { "ground", 37, 11, true, false, fields, 4 };

static void fields_stand_in_order_of_name(void **state)
{
    (void)state;
    orr_world *world = orr__world_create(NULL);
    const orr_lattice lattice = orr_lattice_create(world, &ground);
    assert_int_equal(lattice, 1);
    const orr__lattice *l = orr__lattice_at(world, lattice);
    static const char *const names[] = { "alive", "heat", "owner", "water" };
    static const uint8_t sizes[] = { 1, 4, 8, 8 };
    for (uint32_t i = 0; i < 4; i++) {
        assert_string_equal(l->fields[i].name, names[i]);
        assert_int_equal(l->fields[i].bytes, sizes[i]);
        assert_int_equal(orr__lattice_field(l, names[i]), i);
        assert_int_equal((uintptr_t)l->front[i] % 64, 0);
        assert_int_equal((uintptr_t)l->back[i] % 64, 0);
        assert_int_equal(orr__lattice_bytes(l, i) % 64, 0);
        assert_true(orr__lattice_bytes(l, i) >= 37u * 11u * sizes[i] + 64);
    }
    assert_int_equal(orr__lattice_field(l, "Heat"), UINT32_MAX);
    assert_int_equal(l->wraps, 1);
    orr__world_destroy(world);
}

static void cells_start_with_the_value(void **state)
{
    (void)state;
    orr_world *world = orr__world_create(NULL);
    const orr_lattice lattice = orr_lattice_create(world, &ground);
    uint32_t width = 0, height = 0;
    const float *heat = orr_lattice_cells(world, lattice, "heat", &width, &height);
    const double *water = orr_lattice_cells(world, lattice, "water", NULL, NULL);
    const uint8_t *alive = orr_lattice_cells(world, lattice, "alive", NULL, NULL);
    const uint64_t *owner = orr_lattice_cells(world, lattice, "owner", NULL, NULL);
    assert_int_equal(width, 37);
    assert_int_equal(height, 11);
    for (uint32_t i = 0; i < 37 * 11; i++) {
        assert_true(heat[i] == -1.5f && water[i] == 0.25 && alive[i] == 1 && owner[i] == 0);
    }
    for (uint32_t i = 37 * 11; i < 37 * 11 + 16; i++) {
        assert_true(heat[i] == 0); /* padding */
    }
    orr__world_destroy(world);
}

static void buffers_change_places(void **state)
{
    (void)state;
    orr_world *world = orr__world_create(NULL);
    orr__lattice *l = orr__lattice_at(world, orr_lattice_create(world, &ground));
    float *front = l->front[1], *back = l->back[1];
    front[36] = 5;
    orr__lattice_prepare(l);
    assert_true(back[36] == 5 && back[35] == -1.5f);
    back[36] = 6;
    assert_true(front[36] == 5);
    orr__lattice_swap(l);
    assert_ptr_equal(l->front[1], back);
    assert_ptr_equal(l->back[1], front);
    assert_ptr_equal(orr_lattice_cells(world, 1, "heat", NULL, NULL), back);
    orr__world_destroy(world);
}

static void the_same_again_is_the_same(void **state)
{
    (void)state;
    orr_world *world = orr__world_create(NULL);
    assert_int_equal(orr_lattice_create(world, &ground), 1);
    const orr_field_desc turned[] = { fields[3], fields[2], fields[1], fields[0] };
    orr_lattice_desc desc = ground;
    desc.fields = turned;
    assert_int_equal(orr_lattice_create(world, &desc), 1);
    desc.width = 38;
    assert_int_equal(orr_lattice_create(world, &desc), 0);
    assert_int_equal(orr__error_code(), ORR_E_EXISTS);
    assert_non_null(strstr(orr_last_error(), "37 x 11"));
    orr_field_desc other[] = { fields[3], fields[2], fields[1], fields[0] };
    other[1].value.f32 = 1;
    desc = ground;
    desc.fields = other;
    assert_int_equal(orr_lattice_create(world, &desc), 0);
    assert_int_equal(orr__error_code(), ORR_E_EXISTS);
    desc.name = "sky";
    assert_int_equal(orr_lattice_create(world, &desc), 2);
    assert_int_equal(orr_lattice_find(world, "sky"), 2);
    assert_int_equal(orr_lattice_find(world, "ground"), 1);
    orr__world_destroy(world);
}

static void refuse(orr_world *world, orr_lattice_desc desc, int32_t code, const char *part)
{
    orr__error_clear();
    assert_int_equal(orr_lattice_create(world, &desc), 0);
    assert_int_equal(orr__error_code(), code);
    if (!strstr(orr_last_error(), part)) {
        fail_msg("'%s' does not tell '%s'", orr_last_error(), part);
    }
    assert_int_equal(world->lattice_count, 0);
}

static void bad_descriptions_are_refused(void **state)
{
    (void)state;
    orr_world *world = orr__world_create(NULL);
    const orr_field_desc twice[] = { fields[0], fields[0] }, unknown[] = { { "a", ORR_TYPE_COUNT, { 0 } } };
    const orr_field_desc spaced[] = { { "a b", ORR_TYPE_F32, { 0 } } };
    refuse(world, (orr_lattice_desc){ .width = 1, .height = 1, .fields = fields, .field_count = 1 }, ORR_E_ARGUMENT,
           "name");
    refuse(world, (orr_lattice_desc){ "1st", 1, 1, false, false, fields, 1 }, ORR_E_ARGUMENT, "1st");
    refuse(world, (orr_lattice_desc){ "l", 0, 1, false, false, fields, 1 }, ORR_E_RANGE, "width 0");
    refuse(world, (orr_lattice_desc){ "l", 1, 0, false, false, fields, 1 }, ORR_E_RANGE, "height 0");
    refuse(world, (orr_lattice_desc){ "l", 1 << 14, (1 << 14) + 1, false, false, fields, 1 }, ORR_E_LIMIT, "2^28");
    refuse(world, (orr_lattice_desc){ "l", UINT32_MAX, UINT32_MAX, false, false, fields, 1 }, ORR_E_LIMIT, "2^28");
    refuse(world, (orr_lattice_desc){ "l", 1, 1, false, false, fields, 0 }, ORR_E_ARGUMENT, "at least one field");
    refuse(world, (orr_lattice_desc){ "l", 1, 1, false, false, fields, 65 }, ORR_E_LIMIT, "65");
    refuse(world, (orr_lattice_desc){ "l", 1, 1, false, false, twice, 2 }, ORR_E_EXISTS, "twice");
    refuse(world, (orr_lattice_desc){ "l", 1, 1, false, false, unknown, 1 }, ORR_E_TYPE, "unknown type");
    refuse(world, (orr_lattice_desc){ "l", 1, 1, false, false, spaced, 1 }, ORR_E_ARGUMENT, "a b");
    world->locked = 1;
    refuse(world, (orr_lattice_desc){ "l", 1, 1, false, false, fields, 1 }, ORR_E_LOCKED, "while systems run");
    world->locked = 0;
    assert_int_equal(orr_lattice_create(world, NULL), 0);
    orr__world_destroy(world);
}

static void unknown_names_are_told(void **state)
{
    (void)state;
    orr_world *world = orr__world_create(NULL);
    orr_lattice_create(world, &ground);
    assert_int_equal(orr_lattice_find(world, "groud"), 0);
    assert_int_equal(orr__error_code(), ORR_E_NOT_FOUND);
    assert_non_null(strstr(orr_last_error(), "did you mean 'ground'?"));
    assert_int_equal(orr_lattice_find(world, NULL), 0);
    assert_null(orr_lattice_cells(world, 1, "haet", NULL, NULL));
    assert_non_null(strstr(orr_last_error(), "did you mean 'heat'?"));
    assert_null(orr_lattice_cells(world, 2, "heat", NULL, NULL));
    assert_null(orr_lattice_cells(world, 0, "heat", NULL, NULL));
    assert_null(orr_lattice_cells(world, 1, NULL, NULL, NULL));
    assert_null(orr__lattice_at(world, 2));
    orr__world_destroy(world);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    for (int64_t n = 0;; n++) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, -1);
        orr_world *world = orr__world_create(&hooks);
        atomic_store(&f.left, n);
        const orr_lattice lattice = orr_lattice_create(world, &ground);
        if (!lattice) {
            assert_int_equal(orr__error_code(), ORR_E_MEMORY);
            assert_non_null(strstr(orr_last_error(), "ground"));
            assert_int_equal(world->lattice_count, 0);
            assert_int_equal(orr_lattice_create(world, &ground), 1);
        }
        assert_int_equal(orr__world_validate(world), ORR_OK);
        orr__world_destroy(world);
        assert_int_equal(f.alive, 0);
        assert_int_equal(f.bytes, 0);
        assert_int_equal(f.overrun, 0);
        if (lattice) {
            assert_true(n > 10);
            return;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_stand_in_order_of_name), cmocka_unit_test(cells_start_with_the_value),
        cmocka_unit_test(buffers_change_places),         cmocka_unit_test(the_same_again_is_the_same),
        cmocka_unit_test(bad_descriptions_are_refused),  cmocka_unit_test(unknown_names_are_told),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
