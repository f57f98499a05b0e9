/* tsan: no */
#include "world_case.h"

static void handles_are_index_and_generation(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    orr_entity e[3];
    assert_int_equal(case_spawn(c.world, LIST(c.position), 3, e), ORR_OK);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(orr_entity_index(e[i]), i);
        assert_int_equal(orr_entity_generation(e[i]), 1);
        assert_true(e[i] == orr__entity_make(i, 1) && e[i] < (uint64_t)1 << 52);
        assert_true(orr_entity_is_alive(c.world, e[i]));
    }
    assert_int_equal(orr_entity_destroy(c.world, &e[1], 1), ORR_OK);
    orr_entity again;
    assert_int_equal(case_spawn(c.world, LIST(c.velocity), 1, &again), ORR_OK);
    assert_true(again == orr__entity_make(1, 2));
    assert_false(orr_entity_is_alive(c.world, e[1]));
    assert_int_equal(orr_world_entity_count(c.world), 3);
    const orr__slot slot = { .stamp = orr__slot_stamp(77, ORR__SLOT_RETIRED) }; // the layout of the bit-fields
    assert_int_equal(slot.generation, 77);
    assert_int_equal(slot.state, ORR__SLOT_RETIRED);
    assert_int_equal(sizeof slot, 12);
    case_close(&c);
}

static void the_dead_are_told_apart(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    orr_entity e[2];
    assert_int_equal(case_spawn(c.world, LIST(c.position), 2, e), ORR_OK);
    assert_int_equal(orr_entity_destroy(c.world, &e[0], 1), ORR_OK);
    assert_int_equal(orr_entity_destroy(c.world, &e[0], 1), ORR_E_DEAD);
    assert_error("destroy: entity 1 is dead (index 0, generation 1; its place is at generation 2 now)");
    assert_int_equal(orr_entity_add(c.world, (orr_entity[]){ e[1], 0 }, 2, c.frozen), ORR_E_DEAD);
    assert_error("add: number 1 of 2: no entity (0)");
    assert_false(orr_entity_has(c.world, e[1], c.frozen));
    assert_int_equal(orr_entity_remove(c.world, &(orr_entity){ orr__entity_make(99, 1) }, 1, c.position), ORR_E_DEAD);
    assert_error("remove: entity 103809025 is not of this world");
    float record[2];
    assert_int_equal(orr_entity_get(c.world, (orr_entity)-3, c.position, record), ORR_E_DEAD);
    assert_error("get: entity -3 is provisional: it stands for one that is not spawned yet");
    assert_int_equal(orr_entity_get(c.world, ((uint64_t)1 << 63) | 3, c.position, record), ORR_E_DEAD);
    assert_error("get: entity -3 is provisional: it stands for one that is not spawned yet");
    assert_int_equal(orr_entity_get(c.world, e[1], c.velocity, record), ORR_E_NOT_FOUND);
    assert_error("get: entity 1048577 has no component 'Velocity'");
    assert_int_equal(orr_entity_get(c.world, e[1], 0, record), ORR_E_ARGUMENT);
    assert_error("get: no component (0)");
    assert_int_equal(orr_entity_get(c.world, e[1], 44, record), ORR_E_ARGUMENT);
    assert_null(orr_entity_read(c.world, e[1], (orr_field){ c.position, 9, ORR_TYPE_F32, 4 }));
    assert_error("read: component 'Position' has no field 9 of type f32");
    assert_int_equal(orr_entity_add(c.world, &e[1], 1, 5), ORR_E_ARGUMENT);
    const orr_entity reserved = orr__entity_reserve(c.world);
    assert_false(orr_entity_is_alive(c.world, reserved));
    assert_null(orr__entity_need(c.world, reserved));
    assert_mentions("is not spawned yet");
    orr__entity_release(c.world, reserved);
    assert_valid(c.world);
    case_close(&c);
}

static void slots_retire_when_generations_are_used_up(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    orr_entity e;
    assert_int_equal(case_spawn(c.world, LIST(c.position), 1, &e), ORR_OK);
    for (uint32_t i = 1; i < ORR__GENERATION_MAX; i++) {
        assert_int_equal(orr_entity_destroy(c.world, &e, 1), ORR_OK);
        assert_int_equal(orr__entity_room(c.world, 1), ORR_OK);
        orr__table *table = orr__table_of(c.world, LIST(c.position), 1);
        assert_int_equal(orr__table_room(c.world, table, 1), ORR_OK);
        orr__table_spawn(c.world, table, 1, &e);
        if (orr_entity_index(e) != 0 || orr_entity_generation(e) != i + 1) fail();
    }
    assert_int_equal(orr_entity_destroy(c.world, &e, 1), ORR_OK);
    assert_int_equal(c.world->entities.retired_count, 1);
    assert_valid(c.world);
    orr_entity next;
    assert_int_equal(case_spawn(c.world, LIST(c.position), 1, &next), ORR_OK);
    assert_int_equal(orr_entity_index(next), 1);
    assert_false(orr_entity_is_alive(c.world, e));
    case_close(&c);
}

static void values_survive_adding_and_removing(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    enum { COUNT = 5000 };
    static orr_entity e[COUNT];
    assert_int_equal(case_spawn(c.world, LIST(c.position, c.mixed), COUNT, e), ORR_OK);
    for (uint32_t i = 0; i < COUNT; i++) {
        case_put(c.world, e[i], "Position.x", i);
        case_put(c.world, e[i], "Mixed.a", i % 256);
        case_put(c.world, e[i], "Mixed.d", (double)e[i]);
    }
    static orr_entity odd[COUNT / 2];
    for (uint32_t i = 0; i < COUNT / 2; i++) odd[i] = e[(i * 7919u) % (COUNT / 2) * 2 + 1];
    assert_int_equal(orr_entity_add(c.world, odd, COUNT / 2, c.velocity), ORR_OK);
    assert_valid(c.world);
    assert_int_equal(orr_entity_add(c.world, e, COUNT, c.velocity), ORR_OK); // half of them have it
    assert_valid(c.world);
    assert_int_equal(orr_entity_remove(c.world, odd, COUNT / 2, c.position), ORR_OK);
    assert_int_equal(orr_entity_remove(c.world, odd, COUNT / 2, c.position), ORR_OK);
    assert_valid(c.world);
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_true(case_get(c.world, e[i], "Velocity.x") == 1 && case_get(c.world, e[i], "Velocity.y") == 2);
        assert_true(case_get(c.world, e[i], "Mixed.a") == i % 256);
        assert_true(case_get(c.world, e[i], "Mixed.d") == (double)e[i]);
        assert_true(orr_entity_has(c.world, e[i], c.position) == (i % 2 == 0));
        if (i % 2 == 0) assert_true(case_get(c.world, e[i], "Position.x") == i);
    }
    case_close(&c);
}

static void records_go_in_and_out(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    struct {
        uint8_t a;
        double b;
        uint8_t c;
        orr_entity d;
    } in = { 200, 2.5, 9, 77 }, out;
    orr_entity e;
    assert_int_equal(sizeof in, orr_component_bytes(c.world, c.mixed));
    assert_int_equal(case_spawn(c.world, LIST(c.mixed), 1, &e), ORR_OK);
    assert_int_equal(orr_entity_set(c.world, e, c.mixed, &in), ORR_OK);
    assert_int_equal(orr_entity_get(c.world, e, c.mixed, &out), ORR_OK);
    assert_true(out.a == 200 && out.b == 2.5 && out.c == 1 && out.d == 77); // a bool is 0 or 1
    assert_int_equal(orr_entity_add(c.world, &e, 1, c.position), ORR_OK);
    const float xy[2] = { 3, 4 };
    float back[2];
    assert_int_equal(orr_entity_set(c.world, e, c.position, xy), ORR_OK);
    assert_int_equal(orr_entity_get(c.world, e, c.position, back), ORR_OK);
    assert_true(back[0] == 3 && back[1] == 4);
    assert_int_equal(orr_entity_add(c.world, &e, 1, c.frozen), ORR_OK);
    assert_int_equal(orr_entity_get(c.world, e, c.frozen, NULL), ORR_OK);
    case_close(&c);
}

// In any order, over tables and chunks, more than are looked up at once.
static void many_records_go_in_and_out(void **state)
{
    (void)state;
    enum { COUNT = 9001 };
    world_case c;
    case_open(&c);
    static orr_entity e[COUNT], asked[COUNT];
    static float in[COUNT][2], out[COUNT][2];
    assert_int_equal(case_spawn(c.world, LIST(c.position), COUNT - 2000, e), ORR_OK);
    assert_int_equal(case_spawn(c.world, LIST(c.position, c.velocity), 2000, e + COUNT - 2000), ORR_OK);
    const orr_tracker tracker = orr_tracker_create(c.world, LIST(c.position));
    orr_tracker_clear(c.world, tracker);
    for (uint32_t i = 0; i < COUNT; i++) {
        asked[i] = e[i * 4001 % COUNT];
        in[i][0] = (float)i;
        in[i][1] = -(float)i;
    }
    assert_int_equal(orr_entity_set_many(c.world, asked, COUNT, c.position, in), ORR_OK);
    assert_int_equal(orr_tracker_count(c.world, tracker), COUNT);
    assert_int_equal(orr_entity_get_many(c.world, asked, COUNT, c.position, out), ORR_OK);
    assert_memory_equal(in, out, sizeof in);
    for (uint32_t i = 0; i < COUNT; i += 100) {
        assert_true(case_get(c.world, e[i * 4001 % COUNT], "Position.y") == -(double)i);
    }
    // a component with fields of all sizes
    struct {
        uint8_t a;
        double b;
        uint8_t c;
        orr_entity d;
    } mixed[3] = { { 1, 2.5, 1, e[3] }, { 2, 3.5, 0, 0 }, { 3, 4.5, 1, e[4] } }, back[3];
    memset(back, 0, sizeof back);
    assert_int_equal(orr_entity_add(c.world, e, 3, c.mixed), ORR_OK);
    assert_int_equal(orr_entity_set_many(c.world, e, 3, c.mixed, mixed), ORR_OK);
    assert_int_equal(orr_entity_get_many(c.world, e, 3, c.mixed, back), ORR_OK);
    for (uint32_t i = 0; i < 3; i++) assert_true(back[i].a == i + 1 && back[i].b == i + 2.5 && back[i].d == mixed[i].d);
    // what is refused
    assert_int_equal(orr_entity_destroy(c.world, &asked[100], 1), ORR_OK);
    memset(out, 0, sizeof out);
    assert_int_equal(orr_entity_set_many(c.world, asked, COUNT, c.position, out), ORR_E_DEAD);
    assert_mentions("number 100 of 9001");
    assert_int_equal(orr_entity_get_many(c.world, asked, COUNT, c.position, out), ORR_E_DEAD);
    assert_mentions("number 100 of 9001");
    assert_memory_equal(in, out, 100 * sizeof in[0]); // nothing was set
    assert_true(out[100][0] == 0);
    assert_int_equal(orr_entity_get_many(c.world, e, 4, c.mixed, out), ORR_E_NOT_FOUND);
    assert_mentions("number 3 of 4");
    assert_int_equal(orr_entity_get_many(c.world, e, 1, 99, out), ORR_E_ARGUMENT);
    assert_int_equal(orr_entity_get_many(c.world, NULL, 1, c.position, out), ORR_E_ARGUMENT);
    assert_int_equal(orr_entity_set_many(c.world, e, 1, c.position, NULL), ORR_E_ARGUMENT);
    assert_int_equal(orr_entity_get_many(c.world, NULL, 0, c.position, NULL), ORR_OK);
    case_close(&c);
}

static void arrays_may_name_one_twice(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    orr_entity e[4];
    assert_int_equal(case_spawn(c.world, LIST(c.position), 2, e), ORR_OK);
    assert_int_equal(case_spawn(c.world, LIST(c.velocity), 2, e + 2), ORR_OK);
    const orr_entity mixed[] = { e[0], e[2], e[0], e[0], e[1], e[2], e[1] };
    assert_int_equal(orr_entity_add(c.world, mixed, 7, c.frozen), ORR_OK);
    assert_valid(c.world);
    assert_int_equal(orr_entity_remove(c.world, mixed, 7, c.frozen), ORR_OK);
    assert_valid(c.world);
    assert_int_equal(orr_entity_destroy(c.world, mixed, 7), ORR_OK);
    assert_valid(c.world);
    assert_int_equal(orr_world_entity_count(c.world), 1);
    assert_int_equal(orr_entity_destroy(c.world, NULL, 0), ORR_OK);
    case_close(&c);
}

static void structure_is_locked_while_systems_run(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    orr_entity e;
    assert_int_equal(case_spawn(c.world, LIST(c.position), 1, &e), ORR_OK);
    c.world->locked = 1;
    c.world->locked_by = "move";
    assert_int_equal(orr_entity_destroy(c.world, &e, 1), ORR_E_LOCKED);
    assert_error("orr_entity_destroy cannot be called while system 'move' runs; record it with orr_patch_destroy");
    assert_int_equal(orr_entity_add(c.world, &e, 1, c.frozen), ORR_E_LOCKED);
    assert_int_equal(orr_entity_remove(c.world, &e, 1, c.position), ORR_E_LOCKED);
    c.world->locked = 0;
    assert_true(orr_entity_has(c.world, e, c.position));
    case_close(&c);
}

// ---- hooks ----------------------------------------------------------------------------------------------------------

static struct {
    uint32_t calls, count;
    orr_component component;
    int32_t code;
} told;

static int32_t tell(orr_world *world, const orr_entity *entities, uint32_t count, orr_component component)
{
    for (uint32_t i = 0; i < count; i++) assert_true(orr_entity_is_alive(world, entities[i]));
    told.calls++;
    told.count += count;
    told.component = component;
    return told.code;
}

static void hooks_are_told(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    orr_entity e[10];
    assert_int_equal(case_spawn(c.world, LIST(c.position), 10, e), ORR_OK);
    c.world->gained = c.world->losing = tell;
    assert_int_equal(orr_entity_add(c.world, e, 5, c.frozen), ORR_OK);
    assert_int_equal(told.calls, 0); // not hooked
    orr__component_at(c.world, c.frozen)->hooked = 1u << ORR_HOOK_ADD | 1u << ORR_HOOK_REMOVE;
    assert_int_equal(orr_entity_add(c.world, e, 10, c.frozen), ORR_OK);
    assert_true(told.count == 5 && told.component == c.frozen);
    assert_int_equal(orr_entity_remove(c.world, e, 3, c.frozen), ORR_OK);
    assert_true(told.count == 8 && told.calls == 2);
    assert_int_equal(orr_entity_remove(c.world, e, 3, c.frozen), ORR_OK);
    assert_int_equal(told.calls, 2);
    told.code = ORR_E_SCRIPT;
    assert_int_equal(orr_entity_destroy(c.world, e, 10), ORR_E_SCRIPT);
    assert_int_equal(orr_world_entity_count(c.world), 10);
    told.code = ORR_OK;
    told.count = 0;
    assert_int_equal(orr_entity_destroy(c.world, e, 10), ORR_OK);
    assert_true(told.count == 7 && told.component == 0);
    case_close(&c);
}

// ---- memory ---------------------------------------------------------------------------------------------------------

// The step fails with the world as it was, or succeeds; what it did is told by the count of its component.
static void step(world_case *c, const orr_entity *e, uint32_t count, uint32_t number)
{
    const uint64_t before = orr_world_entity_count(c->world);
    int32_t code = ORR_OK;
    switch (number) {
    case 0: code = orr_entity_add(c->world, e, count, c->velocity); break;
    case 1: code = orr_entity_add(c->world, e, count / 2, c->mixed); break;
    case 2: code = orr_entity_add(c->world, e, count, c->frozen); break;
    case 3: code = orr_entity_remove(c->world, e, count, c->position); break;
    default: code = orr_entity_add(c->world, e + count - 1, 1, c->position); break;
    }
    assert_true(code == ORR_OK || code == ORR_E_MEMORY);
    assert_valid(c->world);
    assert_int_equal(orr_world_entity_count(c->world), before);
    const orr_component of[] = { c->velocity, c->mixed, c->frozen, c->position, c->position };
    const bool has = orr_entity_has(c->world, number < 4 ? e[0] : e[count - 1], of[number]);
    if (number != 3 && !code) assert_true(has);
    if (number == 3) assert_true(has == (code != ORR_OK));
}

static void changes_survive_any_failed_allocation(void **state)
{
    (void)state;
    enum { COUNT = 9000 };
    static orr_entity e[COUNT];
    for (int64_t nth = 0;; nth++) {
        world_case c;
        case_open(&c);
        orr_tracker_create(c.world, LIST(c.velocity, c.position));
        assert_int_equal(case_spawn(c.world, LIST(c.position), COUNT, e), ORR_OK);
        c.memory.left = nth;
        for (uint32_t i = 0; i < 5; i++) step(&c, e, COUNT, i);
        assert_int_equal(orr_entity_destroy(c.world, e, COUNT), ORR_OK); // needs no memory
        const int64_t refused = c.memory.refused;
        case_close(&c);
        if (!refused) break;
    }
}

static void memory_is_given_back(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    enum { COUNT = 100000 };
    static orr_entity e[COUNT];
    assert_int_equal(case_spawn(c.world, LIST(c.position, c.velocity), COUNT, e), ORR_OK);
    const orr_world_memory most = orr_world_memory_used(c.world);
    assert_int_equal(most.field_bytes, COUNT * 16);
    assert_true(most.total_bytes - most.field_bytes <= 24 * COUNT);
    assert_int_equal(orr_entity_destroy(c.world, e, COUNT), ORR_OK);
    const orr_world_memory least = orr_world_memory_used(c.world);
    assert_int_equal(least.chunk_count, 1);
    orr__table_trim(c.world, orr__table_of(c.world, LIST(c.position, c.velocity), 2));
    assert_int_equal(orr_world_memory_used(c.world).chunk_count, 0);
    case_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handles_are_index_and_generation),
        cmocka_unit_test(the_dead_are_told_apart),
        cmocka_unit_test(slots_retire_when_generations_are_used_up),
        cmocka_unit_test(values_survive_adding_and_removing),
        cmocka_unit_test(records_go_in_and_out),
        cmocka_unit_test(many_records_go_in_and_out),
        cmocka_unit_test(arrays_may_name_one_twice),
        cmocka_unit_test(structure_is_locked_while_systems_run),
        cmocka_unit_test(hooks_are_told),
        cmocka_unit_test(changes_survive_any_failed_allocation),
        cmocka_unit_test(memory_is_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
