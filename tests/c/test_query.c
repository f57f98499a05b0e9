#include "world_case.h"

static void lists_select_tables(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    orr_entity e[60];
    assert_int_equal(case_spawn(c.world, LIST(c.position), 10, e), ORR_OK);
    assert_int_equal(case_spawn(c.world, LIST(c.position, c.velocity), 20, e + 10), ORR_OK);
    assert_int_equal(case_spawn(c.world, LIST(c.position, c.velocity, c.frozen), 5, e + 30), ORR_OK);
    assert_int_equal(case_spawn(c.world, LIST(c.frozen), 3, e + 35), ORR_OK);
    const struct {
        orr_query_desc desc;
        uint64_t count;
    } rows[] = {
        { { .all = LIST(c.position) }, 35 },
        { { .all = LIST(c.position), .none = LIST(c.frozen) }, 30 },
        { { .any = LIST(c.velocity, c.frozen) }, 28 },
        { { .none = LIST(c.position) }, 3 },
        { { .all = LIST(c.velocity), .optional = LIST(c.frozen, c.mixed) }, 25 },
        { { .changed = LIST(c.velocity, c.mixed) }, 25 },
        { { .all = LIST(c.mixed) }, 0 },
        { { .all = NULL }, 38 },
    };
    enum { ROWS = sizeof rows / sizeof rows[0] };
    orr_query queries[ROWS];
    for (uint32_t i = 0; i < ROWS; i++) {
        queries[i] = orr_query_create(c.world, &rows[i].desc);
        assert_int_equal(queries[i], i + 1);
        assert_int_equal(orr_query_create(c.world, &rows[i].desc), queries[i]);
        assert_int_equal(orr_query_count(c.world, queries[i]), rows[i].count);
    }
    assert_int_equal(orr_query_create(c.world, &(orr_query_desc){ .any = LIST(c.frozen, c.velocity, c.frozen) }),
                     queries[2]);
    assert_int_equal(orr_query_create(c.world, NULL), queries[7]);
    // tables that appear later
    assert_int_equal(orr_entity_add(c.world, e, 4, c.mixed), ORR_OK);
    assert_int_equal(orr_query_count(c.world, queries[6]), 4);
    assert_int_equal(orr_query_count(c.world, queries[5]), 29);
    case_close(&c);
}

static void bad_queries_are_refused(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    assert_int_equal(orr_query_create(c.world, &(orr_query_desc){ .any = LIST(c.position, 77) }), 0);
    assert_error("query: any: component 77 does not exist (there are 4)");
    assert_int_equal(orr_query_create(c.world, &(orr_query_desc){ .all = LIST(c.mixed), .none = LIST(c.mixed) }), 0);
    assert_error("query: component 'Mixed' is listed in `all` and in `none`");
    assert_int_equal(orr_query_count(c.world, 3), 0);
    assert_error("orr_query_count: query 3 does not exist");
    orr_cursor at = orr_query_begin(c.world, 0);
    assert_error("orr_query_begin: no query (0)");
    assert_false(orr_cursor_next(&at));
    assert_int_equal(at.error, ORR_E_ARGUMENT);
    case_close(&c);
}

static void cursors_visit_every_row_once_in_order(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    enum { COUNT = 10000 };
    static orr_entity e[COUNT + 500];
    assert_int_equal(case_spawn(c.world, LIST(c.position, c.frozen), 500, e), ORR_OK);
    assert_int_equal(case_spawn(c.world, LIST(c.position), COUNT, e + 500), ORR_OK);
    const orr_query query = orr_query_create(c.world, &(orr_query_desc){ .all = LIST(c.position) });
    const orr_field x = orr_field_find(c.world, "Position.x"), v = orr_field_find(c.world, "Velocity.x");
    uint32_t seen = 0, chunks = 0;
    for (orr_cursor at = orr_query_begin(c.world, query); orr_cursor_next(&at); chunks++) {
        const orr_entity *entities = orr_cursor_entities(&at);
        float *px = orr_cursor_write(&at, x);
        for (uint32_t i = at.begin; i < at.end; i++) {
            assert_true(entities[i] == e[seen]);
            px[i] = (float)seen++;
        }
        assert_null(orr_cursor_read(&at, v));
        assert_error("orr_cursor_read: these entities have no component 'Velocity'");
    }
    assert_int_equal(seen, COUNT + 500);
    assert_int_equal(chunks, 4);
    static float out[COUNT + 500];
    uint64_t count = 0;
    assert_int_equal(orr_query_copy(c.world, query, x, out, COUNT, &count), ORR_E_RANGE);
    assert_error("orr_query_copy: 10500 rows match and there is room for 10000");
    assert_int_equal(count, COUNT + 500);
    assert_int_equal(orr_query_copy(c.world, query, x, out, COUNT + 500, NULL), ORR_OK);
    for (uint32_t i = 0; i < COUNT + 500; i++) assert_true(out[i] == (float)i);
    for (uint32_t i = 0; i < COUNT + 500; i++) out[i] *= 2;
    assert_int_equal(orr_query_fill(c.world, query, x, out, COUNT), ORR_E_RANGE);
    assert_int_equal(orr_query_fill(c.world, query, x, out, COUNT + 500), ORR_OK);
    assert_true(case_get(c.world, e[4321], "Position.x") == 8642);
    assert_int_equal(orr_query_copy(c.world, query, v, out, COUNT + 500, NULL), ORR_E_NOT_FOUND);
    assert_error("orr_query_copy: 500 of the entities have no component 'Velocity'; list it in `all`");
    static orr_entity handles[COUNT + 500];
    assert_int_equal(orr_query_copy_entities(c.world, query, handles, COUNT + 500, &count), ORR_OK);
    assert_memory_equal(handles, e, sizeof handles);
    case_close(&c);
}

static void structural_change_ends_a_cursor(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    static orr_entity e[5000];
    assert_int_equal(case_spawn(c.world, LIST(c.position), 5000, e), ORR_OK);
    const orr_query query = orr_query_create(c.world, &(orr_query_desc){ .all = LIST(c.position) });
    const orr_field x = orr_field_find(c.world, "Position.x");
    orr_cursor at = orr_query_begin(c.world, query);
    assert_null(orr_cursor_read(&at, x));
    assert_error("orr_cursor_read: the cursor is at no chunk");
    assert_true(orr_cursor_next(&at));
    orr_tracker_create(c.world, LIST(c.position)); // moves no column
    assert_non_null(orr_cursor_read(&at, x));
    assert_int_equal(orr_entity_destroy(c.world, e, 1), ORR_OK);
    assert_null(orr_cursor_write(&at, x));
    assert_mentions("changed its structure");
    assert_false(orr_cursor_next(&at));
    assert_int_equal(at.error, ORR_E_STALE);
    assert_error("the world changed its structure while a query was read");
    assert_false(orr_cursor_next(&at));
    case_close(&c);
}

static void creation_survives_any_failed_allocation(void **state)
{
    (void)state;
    for (int64_t nth = 0;; nth++) {
        world_case c;
        case_open(&c);
        orr_entity e[4];
        assert_int_equal(case_spawn(c.world, LIST(c.position), 4, e), ORR_OK);
        c.memory.left = nth;
        for (uint32_t i = 0; i < 12; i++) {
            const orr_component of[] = { c.position, c.velocity, c.mixed, c.frozen };
            const orr_query_desc desc = { .all = LIST(of[i % 4]), .optional = LIST(of[i / 4]) };
            const orr_query query = orr_query_create(c.world, &desc);
            if (!query) assert_int_equal(orr__error_code(), ORR_E_MEMORY);
            (void)orr_entity_add(c.world, &e[i % 4], 1, of[i % 3 + 1]);
            assert_valid(c.world);
        }
        const int64_t refused = c.memory.refused;
        case_close(&c);
        if (!refused) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_select_tables),
        cmocka_unit_test(bad_queries_are_refused),
        cmocka_unit_test(cursors_visit_every_row_once_in_order),
        cmocka_unit_test(structural_change_ends_a_cursor),
        cmocka_unit_test(creation_survives_any_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
