/* Reductions: partial results of ranges, merged in order, published at the end of the stage. */
#include "c/chaos.h"
#include "c/refusals.h"
#include "sim/sim.h"

#include <math.h>

typedef struct list {
    orr__arena arena;
    orr__partials partials;
} list;

static void list_begin(list *l, sim_case *c)
{
    memset(l, 0, sizeof *l);
    orr__arena_init(&l->arena, &c->world->alloc, 0);
}

static int32_t add(list *l, uint32_t kind, const char *name, double value)
{
    return orr__partials_add(&l->partials, &l->arena, kind, name, value);
}

static double value_of(const sim_case *c, const char *name)
{
    double value = NAN;
    assert_ok(orr_reduction_get(c->world, name, &value));
    return value;
}

static bool is_absent(const sim_case *c, const char *name)
{
    double value;
    return orr_reduction_get(c->world, name, &value) == ORR_E_NOT_FOUND;
}

static void kinds(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    list a, b;
    list_begin(&a, &c);
    list_begin(&b, &c);
    for (int i = 0; i < 10; i++) {
        assert_ok(add(&a, ORR_SUM, "total", i));
        assert_ok(add(&a, ORR_MIN, "low", 5 - i));
        assert_ok(add(&a, ORR_MAX, "high", i - 5));
        assert_ok(add(&b, ORR_MAX, "high", -i));
        assert_ok(add(&b, ORR_SUM, "total", 0.5));
    }
    assert_ok(add(&b, ORR_MIN, "low", -100));
    assert_ok(orr__reductions_merge(c.world, &a.partials));
    assert_ok(orr__reductions_merge(c.world, &b.partials));
    assert_true(is_absent(&c, "total")); /* not before the end of the stage */
    orr__reductions_publish(c.world, 0);
    assert_true(value_of(&c, "total") == 50);
    assert_true(value_of(&c, "low") == -100);
    assert_true(value_of(&c, "high") == 4);
    orr__reductions_publish(c.world, 0); /* fed by no system: it stays */
    assert_true(value_of(&c, "total") == 50);
    assert_int_equal(c.world->sim->reductions.count, 3);
    assert_string_equal(c.world->sim->reductions.items[0].name, "high");
    assert_string_equal(c.world->sim->reductions.items[2].name, "total");
    orr__arena_fini(&a.arena);
    orr__arena_fini(&b.arena);
    case_end(&c);
}

static void names(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    list a;
    list_begin(&a, &c);
    assert_int_equal(add(&a, ORR_SUM, NULL, 1), ORR_E_ARGUMENT);
    assert_int_equal(add(&a, ORR_SUM, "", 1), ORR_E_ARGUMENT);
    assert_int_equal(add(&a, ORR_SUM, "of two\nlines", 1), ORR_E_ARGUMENT);
    assert_says("the name of a reduction has control characters");
    assert_ok(add(&a, ORR_SUM, "free otherwise: %s", 1));
    orr__arena_fini(&a.arena);
    case_end(&c);
}

static void special_values(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    list l;
    list_begin(&l, &c);
    assert_ok(add(&l, ORR_SUM, "minus_zero", -0.0));
    assert_ok(add(&l, ORR_MIN, "nan_first", NAN));
    assert_ok(add(&l, ORR_MIN, "nan_first", 1));
    assert_ok(add(&l, ORR_MAX, "nan_last", 1));
    assert_ok(add(&l, ORR_MAX, "nan_last", NAN));
    assert_ok(add(&l, ORR_MIN, "inf", INFINITY));
    assert_ok(add(&l, ORR_MIN, "zeros", 0.0));
    assert_ok(add(&l, ORR_MIN, "zeros", -0.0));
    assert_ok(orr__reductions_merge(c.world, &l.partials));
    orr__reductions_publish(c.world, 0);
    assert_true(signbit(value_of(&c, "minus_zero")));
    assert_true(isnan(value_of(&c, "nan_first")));
    assert_true(isnan(value_of(&c, "nan_last")));
    assert_true(isinf(value_of(&c, "inf")));
    assert_false(signbit(value_of(&c, "zeros"))); /* the first among equals */
    orr__arena_fini(&l.arena);
    case_end(&c);
}

static void refused(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    list l, other;
    list_begin(&l, &c);
    list_begin(&other, &c);
    assert_int_equal(add(&l, ORR_SUM, NULL, 1), ORR_E_ARGUMENT);
    assert_int_equal(add(&l, ORR_SUM, "", 1), ORR_E_ARGUMENT);
    assert_int_equal(add(&l, 3, "x", 1), ORR_E_ARGUMENT);
    assert_says("3 is no kind");
    assert_null(l.partials.first);
    assert_ok(add(&l, ORR_SUM, "energy", 1));
    assert_int_equal(add(&l, ORR_MIN, "energy", 1), ORR_E_ARGUMENT);
    assert_string_equal(orr_last_error(), "reduction 'energy' is a sum; it cannot be a min too");
    assert_ok(add(&other, ORR_MAX, "energy", 9));
    assert_ok(orr__reductions_merge(c.world, &l.partials));
    assert_int_equal(orr__reductions_merge(c.world, &other.partials), ORR_E_ARGUMENT);
    orr__reductions_publish(c.world, 0);
    assert_int_equal(orr__reductions_merge(c.world, &other.partials), ORR_E_ARGUMENT);
    assert_true(value_of(&c, "energy") == 1);
    double value;
    assert_int_equal(orr_reduction_get(c.world, "enrgy", &value), ORR_E_NOT_FOUND);
    assert_string_equal(orr_last_error(), "reduction 'enrgy' does not exist (did you mean 'energy'?)");
    assert_int_equal(orr_reduction_get(c.world, NULL, &value), ORR_E_ARGUMENT);
    orr__arena_fini(&l.arena);
    orr__arena_fini(&other.arena);
    case_end(&c);
}

static void many_names(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    list l;
    list_begin(&l, &c);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 300; i++) {
            char name[32];
            snprintf(name, sizeof name, "r%d", i * 7 % 300);
            assert_ok(add(&l, ORR_SUM, name, i * 7 % 300));
        }
    }
    assert_ok(orr__reductions_merge(c.world, &l.partials));
    orr__reductions_publish(c.world, 0);
    for (int i = 0; i < 300; i++) {
        char name[32];
        snprintf(name, sizeof name, "r%d", i);
        assert_true(value_of(&c, name) == 3 * i);
    }
    orr__arena_fini(&l.arena);
    case_end(&c);
}

/* ---- in ticks ---- */

typedef struct feeder {
    uint64_t ticks; /* bit t: feeds in tick t */
    double value;
    const char *name;
} feeder;

static int32_t feed(orr_run *run, void *context)
{
    const feeder *f = context;
    if (!(f->ticks >> orr_run_tick(run)->tick & 1u)) return ORR_OK;
    return orr_run_reduce(run, ORR_SUM, f->name, f->value);
}

static void add_feeder(sim_case *c, const char *name, const char *stage, uint32_t every, feeder *f)
{
    const orr_component reads[] = { c->position, 0 };
    const orr_system_desc desc = {
        .name = name, .stage = stage, .every = every, .reads = reads, .run = feed, .context = f
    };
    if (!orr_system_create(c->world, &desc)) fail_msg("%s", orr_last_error());
}

static void absent_when_not_fed(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    feeder a = { .ticks = 0x0D, .value = 1, .name = "n" }; /* ticks 0, 2, 3 */
    feeder late = { .ticks = 0, .value = 1, .name = "n" }; /* runs in a later stage, never feeds */
    add_feeder(&c, "a", "update", 1, &a);
    add_feeder(&c, "late", "late", 1, &late);
    static const bool there[] = { true, false, true, true, false, false };
    for (int i = 0; i < 6; i++) {
        assert_ok(orr_world_step(c.world, 1));
        assert_int_equal(is_absent(&c, "n"), !there[i]);
    }
    assert_says("reduction 'n' has no value now");
    case_end(&c);
}

static void kept_while_its_system_rests(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    feeder rare = { .ticks = 0x11, .value = 3, .name = "rare" }; /* every 4: runs in ticks 0, 4, 8 */
    add_feeder(&c, "rare", "update", 4, &rare);
    static const bool there[] = { true, true, true, true, true, true, true, true, false, false };
    for (int i = 0; i < 10; i++) {
        assert_ok(orr_world_step(c.world, 1));
        assert_int_equal(is_absent(&c, "rare"), !there[i]);
    }
    case_end(&c);
}

static void two_feeders(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    feeder a = { .ticks = 0x3, .value = 1, .name = "n" }, b = { .ticks = 0x5, .value = 10, .name = "n" };
    add_feeder(&c, "a", "update", 1, &a);
    add_feeder(&c, "b", "update", 1, &b);
    static const double expected[] = { 11, 1, 10 };
    for (int i = 0; i < 3; i++) {
        assert_ok(orr_world_step(c.world, 1));
        assert_true(value_of(&c, "n") == expected[i]);
    }
    assert_ok(orr_world_step(c.world, 1));
    assert_true(is_absent(&c, "n"));
    case_end(&c);
}

static int32_t sum_rows(orr_run *run, void *context)
{
    const sim_case *c = context;
    for (const orr_rows *rows; (rows = orr_run_next(run));) {
        const float *x = orr_run_read(run, c->px);
        for (uint32_t r = rows->begin; r < rows->end; r++) {
            int32_t code = orr_run_reduce(run, ORR_SUM, "sum", (double)x[r]);
            if (!code) code = orr_run_reduce(run, ORR_MAX, "max", (double)x[r]);
            if (code) return code;
        }
    }
    return ORR_OK;
}

static uint64_t hash_with(uint32_t threads, const orr_scheduler *scheduler)
{
    const orr_world_desc world_desc = { .threads = threads, .scheduler = scheduler, .dt = 0.5 };
    sim_case c = case_of(&world_desc);
    assert_non_null(c.world);
    assert_ok(orr_entity_spawn(c.world, c.mote, 20000, NULL));
    float value = 1.0f;
    const orr_component position[] = { c.position, 0 };
    const orr_query query = orr_query_create(c.world, &(orr_query_desc){ .all = position });
    for (orr_cursor at = orr_query_begin(c.world, query); orr_cursor_next(&at);) {
        float *x = orr_cursor_write(&at, c.px);
        for (uint32_t r = at.begin; r < at.end; r++) x[r] = value = value * 1.0007f > 1e6f ? 1e-4f : value * 1.0007f;
    }
    const orr_system_desc desc = {
        .name = "sum", .query.all = position, .reads = position, .on = ORR_ON_WORKERS, .run = sum_rows, .context = &c
    };
    if (!orr_system_create(c.world, &desc)) fail_msg("%s", orr_last_error());
    assert_ok(orr_world_step(c.world, 1));
    assert_true(value_of(&c, "sum") > 0);
    const uint64_t hash = orr_world_hash(c.world);
    case_end(&c);
    return hash;
}

static void same_for_all_threads(void **state)
{
    (void)state;
    const uint64_t hash = hash_with(0, NULL);
    assert_int_equal(hash_with(1, NULL), hash);
    assert_int_equal(hash_with(3, NULL), hash);
    chaos *unkind = chaos_create(4, 5);
    if (!unkind) return;
    assert_int_equal(hash_with(0, chaos_scheduler(unkind)), hash);
    chaos_destroy(unkind);
}

/* ---- memory ---- */

static int32_t call_merge(sim_case *c, void *state)
{
    (void)state;
    list l;
    list_begin(&l, c);
    int32_t code = add(&l, ORR_SUM, "a", 1);
    if (!code) code = add(&l, ORR_SUM, "b", 1);
    if (!code) code = orr__reductions_merge(c->world, &l.partials);
    orr__arena_fini(&l.arena);
    return code;
}

static void allocations_that_fail(void **state)
{
    (void)state;
    assert_true(refusals(NULL, call_merge, NULL) >= 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds),
        cmocka_unit_test(names),
        cmocka_unit_test(special_values),
        cmocka_unit_test(refused),
        cmocka_unit_test(many_names),
        cmocka_unit_test(absent_when_not_fed),
        cmocka_unit_test(kept_while_its_system_rests),
        cmocka_unit_test(two_feeders),
        cmocka_unit_test(same_for_all_threads),
        cmocka_unit_test(allocations_that_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
