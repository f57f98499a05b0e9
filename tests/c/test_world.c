#include "world_case.h"

static void an_empty_world_is_valid(void **state)
{
    (void)state;
    orr_world *world = orr__world_create(NULL);
    assert_non_null(world);
    assert_valid(world);
    assert_int_equal(orr_world_entity_count(world), 0);
    assert_int_equal(orr_world_dropped(world), 0);
    const orr_world_memory used = orr_world_memory_used(world);
    assert_int_equal(used.table_count, 1);
    assert_int_equal(used.chunk_count, 0);
    assert_true(used.total_bytes > sizeof(orr_world) && used.total_bytes < 4096);
    orr__world_destroy(world);
    orr__world_destroy(NULL);
}

static void worlds_do_not_know_of_each_other(void **state)
{
    (void)state;
    world_case a, b;
    case_open(&a);
    case_open(&b);
    orr_entity e[3];
    assert_int_equal(case_spawn(a.world, LIST(a.position), 3, e), ORR_OK);
    assert_false(orr_entity_is_alive(b.world, e[2]));
    assert_int_equal(orr_entity_destroy(b.world, &e[2], 1), ORR_E_DEAD);
    case_close(&a);
    case_close(&b);
}

static void creation_survives_any_failed_allocation(void **state)
{
    (void)state;
    for (int64_t nth = 0;; nth++) {
        faulty memory;
        const orr_allocator hooks = faulty_allocator(&memory, nth);
        orr_world *world = orr__world_create(&hooks);
        if (!world) assert_int_equal(orr__error_code(), ORR_E_MEMORY);
        orr__world_destroy(world);
        assert_int_equal(memory.alive, 0);
        if (world) break;
    }
}

static void validation_finds_what_is_broken(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    static orr_entity e[5000];
    orr_tracker_create(c.world, LIST(c.position));
    assert_int_equal(case_spawn(c.world, LIST(c.position), 5000, e), ORR_OK);
    orr_query_create(c.world, &(orr_query_desc){ .all = LIST(c.position) });
    orr__table *table = orr__table_of(c.world, LIST(c.position), 1);
    assert_int_equal(orr_entity_destroy(c.world, e + 100, 3), ORR_OK);
    assert_valid(c.world);
    struct {
        void *at;
        uint8_t bit;
        const char *says;
    } rows[] = {
        { &table->chunks[0]->entity[9], 1, "entity" },
        { &orr__slot_at(&c.world->entities, 7)->row, 1, "slot" },
        { &table->row_count, 1, "table" },
        { &table->chunks[1]->count, 1, "chunk" },
        { &c.world->entities.alive, 1, "alive" },
        { &c.world->entities.free_head, 1, "free list" },
        { &c.world->entities.free_count, 1, "free" },
        { &table->chunks[0]->tracked_summary[0], 2, "summary" },
        { (char *)&table->chunks[1]->tracked[0][63] + 7, 0x80, "tracker bits beyond" },
        { (char *)&table->chunks[1]->changed[0][63] + 7, 0x80, "changed bits" },
        { &table->terms[0].tracker, 2, "term" },
        { &table->components[0], 4, "table" },
        { &table->first_column[0], 1, "first_column" },
        { &c.world->queries[0]->table_count, 1, "query" },
        { &c.world->components[0].fields[1].offset, 1, "offset" },
        { &c.world->components[1].row_bytes, 1, "bytes" },
        { &table->pending, 1, "table" },
        { &c.world->trackers[0]->components[0], 1, "track" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t *byte = rows[i].at;
        *byte ^= rows[i].bit;
        if (orr__world_validate(c.world) == ORR_OK) fail_msg("row %u is not found", (unsigned)i);
        assert_mentions("broken world: ");
        assert_mentions(rows[i].says);
        *byte ^= rows[i].bit;
        assert_valid(c.world);
    }
    case_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_world_is_valid),
        cmocka_unit_test(worlds_do_not_know_of_each_other),
        cmocka_unit_test(creation_survives_any_failed_allocation),
        cmocka_unit_test(validation_finds_what_is_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
