#include "world_case.h"

#include "base/bitset.h"

static uint64_t count_of(world_case *c, orr_tracker tracker, orr_component component)
{
    uint64_t count = 0;
    orr_changes at = orr_tracker_begin(c->world, tracker, component);
    while (orr_changes_next(&at)) {
        for (uint32_t i = orr_changes_row(&at, at.begin); i < at.end; i = orr_changes_row(&at, i + 1)) count++;
    }
    assert_int_equal(at.at.error, 0);
    return count;
}

static void everything_is_changed_at_first(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    static orr_entity e[5000];
    assert_int_equal(case_spawn(c.world, LIST(c.position), 5000, e), ORR_OK);
    const orr_tracker tracker = orr_tracker_create(c.world, LIST(c.velocity, c.position));
    assert_int_equal(tracker, 1);
    const orr_tracker quiet = orr__tracker_create(c.world, LIST(c.position), false, false);
    assert_int_equal(orr_tracker_count(c.world, tracker), 5000);
    assert_int_equal(orr_tracker_count(c.world, quiet), 0);
    uint64_t logged = 9;
    assert_non_null(orr_tracker_log(c.world, tracker, &logged));
    assert_int_equal(logged, 0);
    orr_tracker_clear(c.world, tracker);
    assert_int_equal(orr_tracker_count(c.world, tracker), 0);
    const float xy[2] = { 1, 2 };
    assert_int_equal(orr_entity_set(c.world, e[4999], c.position, xy), ORR_OK);
    orr_changes at = orr_tracker_begin(c.world, tracker, 0);
    assert_true(orr_changes_next(&at));
    assert_int_equal(orr_changes_row(&at, 0), 4999 - 4096);
    assert_true(at.entity[4999 - 4096] == e[4999]);
    assert_int_equal(orr_changes_row(&at, 4999 - 4096 + 1), at.end);
    assert_false(orr_changes_next(&at));
    assert_int_equal(count_of(&c, tracker, c.velocity), 0);
    assert_int_equal(count_of(&c, tracker, c.position), 1);
    assert_int_equal(orr_tracker_count(c.world, quiet), 1);
    orr_tracker_destroy(c.world, tracker);
    orr_tracker_destroy(c.world, quiet);
    case_close(&c);
}

static void marks_are_absorbed(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    orr_entity e[200];
    assert_int_equal(case_spawn(c.world, LIST(c.position), 200, e), ORR_OK);
    const orr_tracker one = orr__tracker_create(c.world, LIST(c.position), false, false);
    const orr_tracker two = orr__tracker_create(c.world, LIST(c.position, c.velocity), false, false);
    orr__table *table = orr__table_of(c.world, LIST(c.position), 1);
    orr__chunk *chunk = table->chunks[0];
    orr_mark_range(chunk->changed[0], 60, 70);
    orr__tracker_absorb(c.world, table, chunk, c.position, one);
    assert_int_equal(orr_tracker_count(c.world, one), 0);
    assert_int_equal(orr_tracker_count(c.world, two), 10);
    assert_false(orr__bits_any(chunk->changed[0], chunk->capacity / 64));
    orr__tracker_mark(c.world, table, chunk, c.position, 128, 200, two);
    orr__tracker_mark(c.world, table, chunk, c.velocity, 0, 200, 0); // not in this table
    assert_int_equal(orr_tracker_count(c.world, one), 72);
    uint64_t words[64] = { 0 };
    assert_int_equal(orr__tracker_words(c.world, two, table, chunk, words), 3);
    assert_true(words[0] == (uint64_t)15 << 60 && words[1] == 63 && !words[2] && !words[3]);
    words[0] = 0;
    orr__tracker_consume(c.world, two, table, chunk, words);
    assert_int_equal(orr_tracker_count(c.world, two), 4);
    assert_valid(c.world);
    orr__tracker_mark(c.world, table, chunk, c.position, 0, 200, 0);
    assert_valid(c.world);
    case_close(&c);
}

static void the_log_tells_who_came_and_went(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    const orr_tracker tracker = orr_tracker_create(c.world, LIST(c.position, c.velocity));
    orr_entity e[2];
    assert_int_equal(case_spawn(c.world, LIST(c.position, c.velocity), 2, e), ORR_OK);
    assert_int_equal(orr_entity_add(c.world, e, 2, c.frozen), ORR_OK);
    assert_int_equal(orr_entity_remove(c.world, e, 2, c.velocity), ORR_OK);
    assert_int_equal(orr_entity_add(c.world, &e[1], 1, c.velocity), ORR_OK);
    assert_int_equal(orr_entity_destroy(c.world, (orr_entity[]){ e[1], e[1], e[0] }, 3), ORR_OK);
    const orr_arrival expected[] = {
        { e[0], c.position, 1 }, { e[0], c.velocity, 1 }, { e[1], c.position, 1 }, { e[1], c.velocity, 1 },
        { e[0], c.velocity, 0 }, { e[1], c.velocity, 0 }, { e[1], c.velocity, 1 }, { e[1], c.position, 0 },
        { e[1], c.velocity, 0 }, { e[0], c.position, 0 },
    };
    uint64_t count;
    const orr_arrival *log = orr_tracker_log(c.world, tracker, &count);
    assert_int_equal(count, sizeof expected / sizeof expected[0]);
    for (uint64_t i = 0; i < count; i++) {
        assert_true(log[i].entity == expected[i].entity && log[i].component == expected[i].component);
        assert_int_equal(log[i].came, expected[i].came);
    }
    orr_tracker_clear(c.world, tracker);
    orr_tracker_log(c.world, tracker, &count);
    assert_int_equal(count, 0);
    case_close(&c);
}

static void a_log_that_lost_something_says_so(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    const orr_tracker tracker = orr_tracker_create(c.world, LIST(c.position));
    static orr_entity e[100];
    assert_int_equal(case_spawn(c.world, LIST(c.position), 10, e), ORR_OK);
    orr__table *table = orr__table_of(c.world, LIST(c.position), 1);
    assert_int_equal(orr__entity_room(c.world, 90), ORR_OK);
    assert_int_equal(orr__table_room(c.world, table, 90), ORR_OK);
    c.memory.left = 0;
    orr__table_spawn(c.world, table, 90, e + 10); // the log has no room for all
    uint64_t count = 1;
    assert_null(orr_tracker_log(c.world, tracker, &count));
    assert_int_equal(count, 0);
    assert_mentions("arrivals were lost for want of memory; read everything anew");
    orr_tracker_clear(c.world, tracker);
    assert_int_equal(orr_entity_destroy(c.world, e, 1), ORR_OK);
    assert_non_null(orr_tracker_log(c.world, tracker, &count));
    assert_int_equal(count, 1);
    case_close(&c);
}

static void destroyed_trackers_are_refused(void **state)
{
    (void)state;
    world_case c;
    case_open(&c);
    const orr_tracker first = orr_tracker_create(c.world, LIST(c.position));
    orr_tracker_destroy(c.world, first);
    const orr_tracker second = orr_tracker_create(c.world, LIST(c.velocity));
    assert_int_not_equal(first, second);
    assert_int_equal(c.world->tracker_count, 1);
    assert_int_equal(orr_tracker_count(c.world, first), 0);
    assert_error("orr_tracker_begin: tracker 1 does not exist (any more)");
    assert_int_equal(orr_tracker_create(c.world, NULL), 0);
    assert_error("a tracker needs at least one component");
    assert_int_equal(orr_tracker_create(c.world, LIST(c.position, c.position)), 0);
    assert_error("tracker: a component is listed twice");
    assert_int_equal(orr_tracker_create(c.world, LIST(99)), 0);
    assert_error("tracker: component 99 does not exist (there are 4)");
    orr_changes at = orr_tracker_begin(c.world, second, 0);
    orr_entity e;
    assert_int_equal(case_spawn(c.world, LIST(c.velocity), 1, &e), ORR_OK);
    assert_false(orr_changes_next(&at));
    assert_int_equal(at.at.error, ORR_E_STALE);
    case_close(&c);
}

// ---- against a naive model: for each tracker and component, what each entity's bit must be -------------------------

enum { ENTITIES = 700, TRACKERS = 4, STEPS = 3000 };

typedef struct model {
    world_case c;
    orr_entity e[ENTITIES]; // 0: none
    bool has[ENTITIES][4];
    orr_tracker trackers[TRACKERS];
    uint32_t tracks[TRACKERS]; // bit k: component k + 1
    bool bits[TRACKERS][ENTITIES][4];
} model;

static void model_mark(model *m, uint32_t entity, uint32_t component, bool value)
{
    for (uint32_t t = 0; t < TRACKERS; t++) {
        if (m->trackers[t] && (m->tracks[t] >> component & 1u)) m->bits[t][entity][component] = value;
    }
}

static void model_check(model *m)
{
    static uint32_t at[1 << 16];
    for (uint32_t i = 0; i < ENTITIES; i++) {
        if (m->e[i]) at[orr_entity_index(m->e[i])] = i;
    }
    for (uint32_t t = 0; t < TRACKERS; t++) {
        if (!m->trackers[t]) continue;
        for (uint32_t k = 0; k < 4; k++) {
            if (!(m->tracks[t] >> k & 1u)) continue;
            uint64_t seen = 0, expected = 0;
            orr_changes changes = orr_tracker_begin(m->c.world, m->trackers[t], k + 1);
            while (orr_changes_next(&changes)) {
                for (uint32_t r = orr_changes_row(&changes, 0); r < changes.end; r = orr_changes_row(&changes, r + 1)) {
                    assert_true(m->bits[t][at[orr_entity_index(changes.entity[r])]][k]);
                    seen++;
                }
            }
            for (uint32_t i = 0; i < ENTITIES; i++) expected += m->bits[t][i][k];
            assert_int_equal(seen, expected);
        }
    }
}

static void model_spawn_or_destroy(model *m, uint32_t i, uint64_t draw)
{
    if (m->e[i]) {
        assert_int_equal(orr_entity_destroy(m->c.world, &m->e[i], 1), ORR_OK);
        for (uint32_t k = 0; k < 4; k++) model_mark(m, i, k, false);
        memset(m->has[i], 0, sizeof m->has[i]);
        m->e[i] = 0;
        return;
    }
    orr_component list[5] = { 0 };
    uint32_t count = 0;
    for (uint32_t k = 0; k < 4; k++) {
        m->has[i][k] = draw >> (40 + k) & 1u;
        if (m->has[i][k]) list[count++] = k + 1;
        if (m->has[i][k]) model_mark(m, i, k, true);
    }
    assert_int_equal(case_spawn(m->c.world, list, 1, &m->e[i]), ORR_OK);
}

static void model_change(model *m, uint32_t first, uint32_t count, uint32_t k, bool add)
{
    orr_entity list[ENTITIES];
    uint32_t many = 0;
    for (uint32_t n = 0; n < count; n++) {
        const uint32_t i = (first + n * 31) % ENTITIES;
        if (!m->e[i]) continue;
        list[many++] = m->e[i];
        if (m->has[i][k] != add) model_mark(m, i, k, add);
        m->has[i][k] = add;
    }
    const int32_t code =
        add ? orr_entity_add(m->c.world, list, many, k + 1) : orr_entity_remove(m->c.world, list, many, k + 1);
    assert_int_equal(code, ORR_OK);
}

static void model_tracker(model *m, uint32_t t, uint64_t draw)
{
    memset(m->bits[t], 0, sizeof m->bits[t]);
    if (m->trackers[t] && draw >> 50 & 1u) {
        orr_tracker_clear(m->c.world, m->trackers[t]);
        return;
    }
    if (m->trackers[t]) orr_tracker_destroy(m->c.world, m->trackers[t]);
    m->trackers[t] = 0;
    m->tracks[t] = (uint32_t)(draw >> 40) & 15u;
    if (!m->tracks[t]) return;
    orr_component list[5] = { 0 };
    for (uint32_t k = 0, count = 0; k < 4; k++) {
        if (m->tracks[t] >> k & 1u) list[count++] = k + 1;
    }
    m->trackers[t] = orr_tracker_create(m->c.world, list);
    for (uint32_t i = 0; i < ENTITIES; i++) {
        for (uint32_t k = 0; k < 4; k++) m->bits[t][i][k] = m->has[i][k] && (m->tracks[t] >> k & 1u);
    }
}

static void bits_agree_with_a_naive_model(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        static model m;
        memset(&m, 0, sizeof m);
        case_open(&m.c);
        for (uint32_t step = 0; step < STEPS; step++) {
            const uint64_t draw = orr_random_bits(seed, step, 0);
            const uint32_t i = (uint32_t)draw % ENTITIES, k = (uint32_t)(draw >> 36) & 3u;
            switch (draw >> 60) {
            case 0:
            case 1:
            case 2:
            case 3:
            case 4: model_spawn_or_destroy(&m, i, draw); break;
            case 5:
            case 6:
            case 7: model_change(&m, i, 1, k, draw >> 34 & 1u); break;
            case 8: model_change(&m, i, (uint32_t)(draw >> 20) % 200, k, draw >> 34 & 1u); break;
            case 9:
                if (!(draw >> 55 & 7u)) model_tracker(&m, k, draw);
                break;
            default:
                if (m.e[i] && m.has[i][0]) {
                    assert_non_null(orr_entity_write(m.c.world, m.e[i], orr_field_find(m.c.world, "Position.x")));
                    model_mark(&m, i, 0, true);
                }
            }
            if (step % 16 == 0) {
                assert_valid(m.c.world);
                model_check(&m);
            }
        }
        case_close(&m.c);
    }
}

static void creation_survives_any_failed_allocation(void **state)
{
    (void)state;
    for (int64_t nth = 0;; nth++) {
        world_case c;
        case_open(&c);
        static orr_entity e[5000];
        assert_int_equal(case_spawn(c.world, LIST(c.position), 5000, e), ORR_OK);
        assert_int_equal(case_spawn(c.world, LIST(c.position, c.velocity), 100, e), ORR_OK);
        c.memory.left = nth;
        orr_tracker trackers[4];
        for (uint32_t i = 0; i < 4; i++) {
            trackers[i] = orr_tracker_create(c.world, LIST(c.position, c.velocity));
            if (!trackers[i]) assert_int_equal(orr__error_code(), ORR_E_MEMORY);
            assert_valid(c.world);
        }
        (void)orr_entity_add(c.world, e, 100, c.frozen);
        assert_valid(c.world);
        for (uint32_t i = 0; i < 4; i++) {
            if (trackers[i]) assert_int_equal(orr_tracker_count(c.world, trackers[i]), 5100);
            if (trackers[i] && i % 2) orr_tracker_destroy(c.world, trackers[i]);
        }
        const int64_t refused = c.memory.refused;
        case_close(&c);
        if (!refused) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_changed_at_first),          cmocka_unit_test(marks_are_absorbed),
        cmocka_unit_test(the_log_tells_who_came_and_went),         cmocka_unit_test(a_log_that_lost_something_says_so),
        cmocka_unit_test(destroyed_trackers_are_refused),          cmocka_unit_test(bits_agree_with_a_naive_model),
        cmocka_unit_test(creation_survives_any_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
