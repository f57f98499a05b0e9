/* tsan: no */
#include "world_case.h"

#include <stdio.h>

static orr__table *table_of(world_case *c, const orr_component *list)
{
    orr__table *table = orr__table_of(c->world, list, orr__component_list_count(list));
    assert_non_null(table);
    return table;
}

static void a_list_has_one_table(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    orr__table *pv = table_of(&c, LIST(c.position, c.velocity)), *p = table_of(&c, LIST(c.position));
    assert_ptr_equal(table_of(&c, LIST(c.position, c.velocity)), pv);
    assert_ptr_equal(orr__table_with(c.world, p, c.velocity), pv);
    assert_ptr_equal(orr__table_with(c.world, pv, c.velocity), pv);
    assert_ptr_equal(orr__table_without(c.world, pv, c.velocity), p);
    assert_ptr_equal(orr__table_without(c.world, p, c.position), c.world->tables[0]);
    orr__table *v = orr__table_with(c.world, c.world->tables[0], c.velocity);
    assert_ptr_equal(orr__table_with(c.world, v, c.position), pv);
    assert_int_equal(pv->column_count, 4);
    assert_int_equal(pv->row_bytes, 16);
    assert_int_equal(orr__table_component(pv, c.frozen), ORR__NO_COLUMN);
    case_close(&c);
}

static void chunks_grow_and_go(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    static orr_entity e[20000];
    orr__table *table = table_of(&c, LIST(c.position));
    uint32_t count = 0;
    static const struct {
        uint32_t rows, chunks;
        uint64_t capacity;
    } steps[] = {
        { 1, 1, 64 },      { 64, 1, 64 },     { 65, 1, 128 },      { 1000, 1, 1024 },
        { 4096, 1, 4096 }, { 4097, 2, 8192 }, { 12288, 3, 12288 },
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_int_equal(case_spawn(c.world, LIST(c.position), steps[i].rows - count, e + count), ORR_OK);
        count = steps[i].rows;
        assert_int_equal(table->chunk_count, steps[i].chunks);
        assert_int_equal(table->row_capacity, steps[i].capacity);
        assert_valid(c.world);
    }
    // around a boundary nothing is allocated
    const int64_t blocks = c.memory.alive;
    const int64_t added = 2; // a chunk and a page of slots
    for (uint32_t i = 0; i < 10; i++) {
        assert_int_equal(case_spawn(c.world, LIST(c.position), 1, e + count), ORR_OK);
        assert_int_equal(table->chunk_count, 4);
        assert_int_equal(orr_entity_destroy(c.world, e + count, 1), ORR_OK);
        assert_int_equal(c.memory.alive, blocks + added);
    }
    assert_int_equal(orr_entity_destroy(c.world, e, 5000), ORR_OK);
    assert_int_equal(table->chunk_count, 3);
    assert_int_equal(orr_entity_destroy(c.world, e + 5000, 3500), ORR_OK);
    assert_int_equal(table->chunk_count, 2);
    assert_int_equal(orr_entity_destroy(c.world, e + 8500, 3788), ORR_OK);
    assert_int_equal(table->chunk_count, 1);
    case_close(&c);
}

static void full_vectors_may_go_past_the_last_row(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    static orr_entity e[4097];
    assert_int_equal(case_spawn(c.world, LIST(c.position, c.mixed), 4097, e), ORR_OK);
    orr__table *table = table_of(&c, LIST(c.position, c.mixed));
    for (uint32_t i = 0; i < table->chunk_count; i++) {
        orr__chunk *chunk = table->chunks[i];
        for (uint32_t k = 0; k < table->column_count; k++) {
            memset((char *)chunk->columns[k] + (size_t)chunk->capacity * table->column_bytes[k], 0xFF, 64);
        }
    }
    assert_valid(c.world);
    for (uint32_t i = 0; i < 4097; i++) assert_true(case_get(c.world, e[i], "Mixed.b") == 0);
    case_close(&c);
}

// Bulk removal fills the holes it leaves from the tail, whatever the order of the array.
static void removal_keeps_the_others(void **state)
{
    (void)state;
    enum { COUNT = 9000 };
    static orr_entity e[COUNT], gone[COUNT];
    for (uint64_t seed = 0; seed < 12; seed++) {
        world_case c;
        case_open(&c);
        static bool dead[COUNT];
        memset(dead, 0, sizeof dead);
        assert_int_equal(case_spawn(c.world, LIST(c.position), COUNT, e), ORR_OK);
        const orr_field x = orr_field_find(c.world, "Position.x");
        for (uint32_t i = 0; i < COUNT; i++) *(float *)orr_entity_write(c.world, e[i], x) = (float)i;
        uint32_t count = 0;
        const uint32_t wanted = (uint32_t)(COUNT * orr_random_uniform(seed, 0, 0));
        for (uint32_t i = 0; i < wanted; i++) {
            const uint32_t k = (uint32_t)(orr_random_uniform(seed, i, 1) * COUNT);
            dead[k] = true;
            gone[count++] = e[k];
        }
        assert_int_equal(orr_entity_destroy(c.world, gone, count), ORR_OK);
        assert_valid(c.world);
        for (uint32_t i = 0; i < COUNT; i++) {
            assert_true(orr_entity_is_alive(c.world, e[i]) == !dead[i]);
            if (!dead[i]) assert_true(*(const float *)orr_entity_read(c.world, e[i], x) == (float)i);
        }
        case_close(&c);
    }
}

static void thousands_of_tables(void **state)
{
    (void)state;
    enum { COMPONENTS = 1024, TABLES = 10000 };
    world_case c;
    case_open(&c);
    char name[32];
    static orr_component of[COMPONENTS];
    static orr_entity e[TABLES];
    for (uint32_t i = 0; i < COMPONENTS; i++) {
        (void)snprintf(name, sizeof name, "C%u", i);
        of[i] = orr_component_create(c.world, &(orr_component_desc){ name, NULL, 0 });
    }
    const orr_query query = orr_query_create(c.world, &(orr_query_desc){ .all = LIST(of[3]) });
    assert_int_equal(case_spawn(c.world, LIST(c.position), TABLES, e), ORR_OK);
    uint32_t with_third = 0;
    for (uint32_t i = 0; i < TABLES; i++) {
        const uint32_t second = (i + 1 + i / COMPONENTS) % COMPONENTS;
        assert_int_equal(orr_entity_add(c.world, &e[i], 1, of[i % COMPONENTS]), ORR_OK);
        assert_int_equal(orr_entity_add(c.world, &e[i], 1, of[second]), ORR_OK);
        with_third += i % COMPONENTS == 3 || second == 3;
    }
    assert_true(c.world->table_count > TABLES);
    assert_int_equal(orr_query_count(c.world, query), with_third);
    case_close(&c);
}

// Every table has three of the components: a different pair for each, and one that says which hundred it is of.
static void a_million_entities_in_thousands_of_tables(void **state)
{
    (void)state;
    enum { COMPONENTS = 1024, TABLES = 10000, EACH = 100, MANY = TABLES * EACH };
    world_case c;
    case_open(&c);
    static orr_component of[COMPONENTS];
    orr_entity *e = malloc(MANY * sizeof *e);
    assert_non_null(e);
    char name[32];
    const orr_field_desc field = { "value", ORR_TYPE_U32, { .u32 = 0 } };
    for (uint32_t i = 0; i < COMPONENTS - 4; i++) { // with those of the case: 1,024
        (void)snprintf(name, sizeof name, "C%u", i);
        of[i] = orr_component_create(c.world, &(orr_component_desc){ name, i % 4 ? NULL : &field, i % 4 == 0 });
        assert_int_not_equal(of[i], 0);
    }
    assert_int_equal(c.world->component_count, COMPONENTS);
    for (uint32_t i = 0; i < TABLES; i++) {
        const uint32_t low = 100 + i % 900, high = low + 1 + i / 900;
        assert_int_equal(case_spawn(c.world, LIST(of[i / 100], of[low], of[high]), EACH, e + i * EACH), ORR_OK);
    }
    assert_int_equal(c.world->table_count, TABLES + 1); // and that of nothing
    assert_int_equal(orr_world_entity_count(c.world), MANY);
    assert_valid(c.world);
    const orr_query query = orr_query_create(c.world, &(orr_query_desc){ .all = LIST(of[7]) });
    assert_int_equal(orr_query_count(c.world, query), 100 * EACH);
    // structure changes all over the world
    uint32_t count = 0;
    for (uint32_t i = 0; i < MANY; i += 7) e[count++] = e[i];
    assert_int_equal(orr_entity_destroy(c.world, e, count / 2), ORR_OK);
    assert_int_equal(orr_entity_add(c.world, e + count / 2, count - count / 2, c.position), ORR_OK);
    const orr_query placed = orr_query_create(c.world, &(orr_query_desc){ .all = LIST(c.position) });
    assert_int_equal(orr_query_count(c.world, placed), count - count / 2);
    assert_int_equal(orr_world_entity_count(c.world), MANY - count / 2);
    assert_valid(c.world);
    for (uint32_t i = count / 2; i < count; i += 1000) case_put(c.world, e[i], "Position.x", i);
    for (uint32_t i = count / 2; i < count; i += 1000) assert_true(case_get(c.world, e[i], "Position.x") == i);
    free(e);
    case_close(&c);
}

static void wide_tables(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    orr_field_desc fields[64];
    char names[64][8], name[32];
    for (uint32_t i = 0; i < 64; i++) {
        (void)snprintf(names[i], sizeof names[i], "f%u", i);
        fields[i] = (orr_field_desc){ names[i], ORR_TYPE_U8, { .u8 = (uint8_t)i } };
    }
    orr_entity e;
    assert_int_equal(case_spawn(c.world, LIST(c.position), 1, &e), ORR_OK);
    case_put(c.world, e, "Position.y", 4);
    for (uint32_t i = 0; i < 100; i++) {
        (void)snprintf(name, sizeof name, "Wide%u", i);
        const orr_component wide = orr_component_create(c.world, &(orr_component_desc){ name, fields, 64 });
        assert_int_equal(orr_entity_add(c.world, &e, 1, wide), ORR_OK);
    }
    assert_true(case_get(c.world, e, "Wide99.f63") == 63 && case_get(c.world, e, "Wide0.f9") == 9);
    assert_true(case_get(c.world, e, "Position.y") == 4);
    case_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_has_one_table),
        cmocka_unit_test(chunks_grow_and_go),
        cmocka_unit_test(full_vectors_may_go_past_the_last_row),
        cmocka_unit_test(removal_keeps_the_others),
        cmocka_unit_test(thousands_of_tables),
        cmocka_unit_test(a_million_entities_in_thousands_of_tables),
        cmocka_unit_test(wide_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
