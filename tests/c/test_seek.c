/* Seeking: what is found, in which order, against a scan of all entities; what is said when nothing is. */
#include "sim/seek.h"

#include <string.h>

#include "world_case.h"

enum { ENTITIES = 10000 };

/* Three kinds of entities over several chunks, every seventh dead again, values that come again and again. */
static void fill(world_case *c, orr_entity *all)
{
    assert_int_equal(case_spawn(c->world, LIST(c->position), ENTITIES / 2, all), ORR_OK);
    assert_int_equal(case_spawn(c->world, LIST(c->position, c->mixed), ENTITIES / 4, all + ENTITIES / 2), ORR_OK);
    assert_int_equal(case_spawn(c->world, LIST(c->mixed, c->frozen), ENTITIES / 4, all + ENTITIES / 4 * 3), ORR_OK);
    for (uint32_t i = 0; i < ENTITIES; i++) {
        if (i < ENTITIES / 4 * 3) case_put(c->world, all[i], "Position.x", (double)(i * 37 % 1000) * 0.1);
        if (i >= ENTITIES / 2) case_put(c->world, all[i], "Mixed.a", i * 11 % 200);
        if (i >= ENTITIES / 2) case_put(c->world, all[i], "Mixed.b", i * 0.1);
    }
    for (uint32_t i = 0; i < ENTITIES; i += 7) assert_int_equal(orr_entity_destroy(c->world, &all[i], 1), ORR_OK);
}

typedef struct query {
    const char *text, *field;
    char sign; /* 0: has it */
    double number;
} query;

static bool holds(const world_case *c, orr_entity entity, const query *q)
{
    if (!orr_entity_is_alive(c->world, entity)) return false;
    if (!q->sign) return orr_entity_has(c->world, entity, orr_component_find(c->world, q->field));
    const orr_field field = orr_field_find(c->world, q->field);
    if (!orr_entity_has(c->world, entity, field.component)) return false;
    const void *at = orr_entity_read(c->world, entity, field);
    double value = 0;
    float single;
    if (field.type == ORR_TYPE_F64) memcpy(&value, at, 8);
    if (field.type == ORR_TYPE_U8) value = *(const uint8_t *)at;
    if (field.type == ORR_TYPE_F32) {
        memcpy(&single, at, 4);
        const float number = (float)q->number;
        return q->sign == '<'   ? single < number
               : q->sign == '>' ? single > number
                                : !(single < number || single > number);
    }
    return q->sign == '<'   ? value < q->number
           : q->sign == '>' ? value > q->number
                            : !(value < q->number || value > q->number);
}

static void test_as_a_scan(void **state)
{
    (void)state;
    static orr_entity all[ENTITIES];
    world_case c;
    case_open(&c);
    fill(&c, all);
    const query list[] = { { "Position", "Position", 0, 0 },
                           { "  Frozen ", "Frozen", 0, 0 },
                           { "Position.x > 98.5", "Position.x", '>', 98.5 },
                           { "Position.x=12.3", "Position.x", '=', 12.3 },
                           { "Position.x<0.3", "Position.x", '<', 0.3 },
                           { "Mixed.a == 199", "Mixed.a", '=', 199 },
                           { "Mixed.b > 990.25 ", "Mixed.b", '>', 990.25 } };
    for (uint32_t k = 0; k < sizeof list / sizeof *list; k++) {
        orr_entity at = 0, first = 0;
        uint32_t found = 0;
        for (uint32_t i = 0; i < ENTITIES; i++) {
            if (!holds(&c, all[i], &list[k])) continue;
            at = orr__seek(c.world, list[k].text, at);
            if (at != all[i]) fail_msg("%s: %llx is not entity %u", list[k].text, (unsigned long long)at, i);
            if (!found++) first = at;
        }
        assert_true(found > 1);
        assert_true(orr__seek(c.world, list[k].text, at) == first); /* behind the last is the first */
        assert_true(orr__seek(c.world, list[k].text, UINT64_MAX) == first);
    }
    case_close(&c);
}

static void test_edges(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    assert_int_equal(orr__seek(c.world, "Position", 0), 0);
    assert_error("no entity has Position");
    orr_entity e[3];
    assert_int_equal(case_spawn(c.world, LIST(c.position), 3, e), ORR_OK);
    for (int i = 0; i < 3; i++) case_put(c.world, e[i], "Position.x", i);
    assert_true(orr__seek(c.world, "Position.x >= 2", 0) == e[2]);
    assert_true(orr__seek(c.world, "Position.x >= 2", e[2]) == e[2]); /* the only one stays it */
    assert_true(orr__seek(c.world, "Position.x <= 0", e[2]) == e[0]);
    assert_true(orr__seek(c.world, "Position.y", e[0]) == e[1]);
    assert_int_equal(orr_entity_destroy(c.world, &e[1], 1), ORR_OK);
    assert_true(orr__seek(c.world, "Position", e[1]) == e[2]); /* from one that has died */
    assert_int_equal(orr__seek(c.world, "Position.x > 2", 0), 0);
    assert_error("no entity with Position.x > 2");
    assert_int_equal(orr__seek(c.world, "Positoin", 0), 0);
    assert_mentions("did you mean 'Position'?");
    assert_int_equal(orr__seek(c.world, "Velocity.z > 1", 0), 0);
    assert_mentions("has no field 'z'");
    const char *const wrong[] = { "",
                                  "  ",
                                  "> 5",
                                  "Position > 5",
                                  "Position.x >",
                                  "Position.x > 5 6",
                                  "Position.x 5",
                                  "Position.x <=> 1",
                                  "Position.",
                                  "Position.x > five",
                                  "Position Velocity" };
    for (uint32_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(orr__seek(c.world, wrong[i], 0), 0);
        assert_mentions("expected");
    }
    char longest[1200];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(orr__seek(c.world, longest, 0), 0);
    assert_mentions("expected");
    case_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_as_a_scan), cmocka_unit_test(test_edges) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
