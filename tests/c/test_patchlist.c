/* Lists of patches in a tool's hands: made, looked at, applied twice, and what is refused. */
#include "faulty.h"
#include "sim_case.h"

static void put(orr_patch_list *list, orr_patch patch, int64_t *provisional)
{
    assert_ok(orr_patch_list_put(list, &patch, provisional));
}

/* Two motes: the second is linked to the first, the first gets a place; then one that is alive goes, one is frozen. */
static orr_patch_list *story(sim_case *c, orr_entity goes, orr_entity freezes)
{
    orr_patch_list *list = orr_patch_list_create(c->world);
    assert_non_null(list);
    int64_t two;
    put(list, (orr_patch){ .kind = ORR_PATCH_SPAWN, .prefab = c->mote, .count = 2 }, &two);
    assert_int_equal(two, -1);
    put(list, (orr_patch){ .kind = ORR_PATCH_SET, .entity = two, .field = c->px, .value.f32 = 7 }, NULL);
    put(list, (orr_patch){ .kind = ORR_PATCH_ADD, .entity = two - 1, .component = c->link }, NULL);
    put(list, (orr_patch){ .kind = ORR_PATCH_SET, .entity = two - 1, .field = c->to, .value.entity = (orr_entity)two },
        NULL);
    put(list, (orr_patch){ .kind = ORR_PATCH_DESTROY, .entity = (int64_t)goes }, NULL);
    put(list, (orr_patch){ .kind = ORR_PATCH_ADD, .entity = (int64_t)freezes, .component = c->frozen }, NULL);
    put(list, (orr_patch){ .kind = ORR_PATCH_REMOVE, .entity = (int64_t)freezes, .component = c->velocity }, NULL);
    return list;
}

static void applied_as_often_as_wanted(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    orr_entity first[2], made[2], more[2];
    assert_ok(orr_entity_spawn(c.world, c.mote, 2, first));
    orr_patch_list *list = story(&c, first[0], first[1]);
    assert_int_equal(orr_patch_list_count(list), 7);
    assert_ok(orr_patch_list_apply(list, made));
    assert_int_equal(orr_world_entity_count(c.world), 3);
    assert_false(orr_entity_is_alive(c.world, first[0]));
    assert_true(orr_entity_has(c.world, first[1], c.frozen));
    assert_false(orr_entity_has(c.world, first[1], c.velocity));
    assert_true(case_f32(&c, made[0], c.px) == 7);
    assert_int_equal(*(const orr_entity *)orr_entity_read(c.world, made[1], c.to), made[0]);
    assert_int_equal(orr_world_dropped(c.world), 0);
    assert_ok(orr_patch_list_apply(list, more)); /* who has gone is dropped this time */
    assert_int_equal(orr_world_entity_count(c.world), 5);
    assert_int_equal(orr_world_dropped(c.world), 1);
    assert_int_not_equal(more[0], made[0]);
    assert_int_equal(*(const orr_entity *)orr_entity_read(c.world, more[1], c.to), more[0]);
    orr_patch_list_destroy(list);
    case_end(&c);
}

static void looked_at(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    orr_entity first[2];
    assert_ok(orr_entity_spawn(c.world, c.mote, 2, first));
    orr_patch_list *list = story(&c, first[0], first[1]);
    orr_patch at;
    assert_ok(orr_patch_list_at(list, 0, &at));
    assert_int_equal(at.kind, ORR_PATCH_SPAWN);
    assert_int_equal(at.entity, -1);
    assert_int_equal(at.count, 2);
    assert_ok(orr_patch_list_at(list, 4, &at));
    assert_int_equal(at.kind, ORR_PATCH_DESTROY);
    assert_int_equal(at.entity, (int64_t)first[0]);
    assert_int_equal(orr_patch_list_at(list, 7, &at), ORR_E_RANGE);
    assert_says("patch 7 of a list of 7");
    orr_patch_list_clear(list);
    assert_int_equal(orr_patch_list_count(list), 0);
    assert_ok(orr_patch_list_apply(list, NULL));
    assert_int_equal(orr_world_entity_count(c.world), 2);
    orr_patch_list_destroy(list);
    case_end(&c);
}

static void refused(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    orr_patch_list *list = orr_patch_list_create(c.world);
    const orr_field wrong = { .component = c.position, .index = 0, .type = ORR_TYPE_I32, .bytes = 4 };
    const struct {
        orr_patch patch;
        int32_t code;
        const char *says;
    } cases[] = {
        { { .kind = 0 }, ORR_E_ARGUMENT, "a patch of kind 0" },
        { { .kind = 6 }, ORR_E_ARGUMENT, "a patch of kind 6" },
        { { .kind = ORR_PATCH_SPAWN, .prefab = 99, .count = 1 }, ORR_E_ARGUMENT, "99 is not a prefab" },
        { { .kind = ORR_PATCH_SPAWN, .prefab = c.mote }, ORR_E_ARGUMENT, "count is 0" },
        { { .kind = ORR_PATCH_DESTROY }, ORR_E_DEAD, "0" },
        { { .kind = ORR_PATCH_DESTROY, .entity = -1 }, ORR_E_DEAD, "-1" },
        { { .kind = ORR_PATCH_ADD, .entity = 1 << 20 | 1 }, ORR_E_ARGUMENT, "0 is not a component" },
        { { .kind = ORR_PATCH_ADD, .entity = 1, .component = 77 }, ORR_E_ARGUMENT, "77 is not a component" },
        { { .kind = ORR_PATCH_SET, .entity = 1 }, ORR_E_ARGUMENT, "0 is not a component" },
        { { .kind = ORR_PATCH_SET, .entity = 1, .field = wrong }, ORR_E_ARGUMENT, "another type" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(orr_patch_list_put(list, &cases[i].patch, NULL), cases[i].code);
        assert_says(cases[i].says);
    }
    assert_int_equal(orr_patch_list_count(list), 0);
    orr_patch_list_destroy(list);
    orr_patch_list_destroy(NULL);
    case_end(&c);
}

/* Every request for memory refused in turn: an error or the whole result, a valid world, nothing lost. */
static void memory(void **state)
{
    (void)state;
    for (int64_t n = 0;; n++) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, -1);
        sim_case c = case_of(&(orr_world_desc){ .allocator = &hooks });
        orr_entity first[2], made[2];
        assert_ok(orr_entity_spawn(c.world, c.mote, 2, first));
        orr_patch_list *list = story(&c, first[0], first[1]);
        atomic_store(&f.left, n);
        const int32_t code = orr_patch_list_apply(list, made);
        const bool reached = atomic_load(&f.refused) > 0;
        atomic_store(&f.left, -1);
        if (!reached) assert_int_equal(code, ORR_OK);
        if (code != ORR_OK) assert_int_equal(code, ORR_E_MEMORY);
        orr_patch_list_destroy(list);
        case_end(&c);
        assert_int_equal(atomic_load(&f.alive), 0);
        if (!reached) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(applied_as_often_as_wanted),
        cmocka_unit_test(looked_at),
        cmocka_unit_test(refused),
        cmocka_unit_test(memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
