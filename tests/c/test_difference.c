/* Witnesses and differences: two worlds with the same systems, of which one does one thing otherwise in tick 2. */
#include "sim_case.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "sim/sim.h"
#include "store/difference.h"

enum { ROWS = 5000, SPECIAL = 4321, WHEN = 2 };

enum {
    NOTHING,
    FIELD,
    NAN_BITS,
    CELL,
    RESOURCE,
    TEXT,
    SPAWN,
    DESTROY,
    ADD,
    REMOVE,
    SET,
    EVENT,
    EVENTS,
    SUM,
    RUN,
    PARAM,
    HOOK
};

typedef struct actor {
    sim_case c;
    uint32_t fault; /* NOTHING in the world that is compared with */
    orr_resource total, title;
    orr_lattice heat;
    orr_event shout;
    orr_param speed;
    orr_entity entities[ROWS];
    orr__witness witness;
} actor;

static bool now(const actor *a, const orr_run *run, uint32_t fault)
{
    return a->fault == fault && orr_run_tick(run)->tick == WHEN;
}

static int32_t move(orr_run *run, void *context)
{
    const actor *a = context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *x = orr_run_write(run, a->c.px), *y = orr_run_write(run, a->c.py);
        for (uint32_t i = rows->begin; i < rows->end; i++) {
            x[i] += 1;
            if (now(a, run, FIELD) && rows->entity[i] == a->entities[SPECIAL]) y[i] = 0.5f;
            if (i % 7 == 3 && orr_run_tick(run)->tick > WHEN) y[i] = a->fault == NAN_BITS ? -NAN : NAN;
        }
    }
    return ORR_OK;
}

static int32_t note(orr_run *run, void *context)
{
    const actor *a = context;
    const orr_lattice_slot *slot = orr_run_lattice(run, a->heat, "t");
    if (!slot) return orr__error_code();
    orr_value value = { .f64 = now(a, run, RESOURCE) ? 2 : 1 };
    int32_t code = orr_resource_set(a->c.world, a->total, NULL, value);
    if (code == ORR_OK) code = orr_resource_set_text(a->c.world, a->title, now(a, run, TEXT) ? "night" : "day");
    float *cells = (float *)orr_lattice_cells(a->c.world, a->heat, "t", NULL, NULL);
    if (now(a, run, CELL)) cells[2 * 8 + 5] = 3;
    return code;
}

static int32_t record(orr_run *run, void *context)
{
    const actor *a = context;
    int32_t code = orr_patch_spawn(run, a->c.still, now(a, run, SPAWN) ? 3 : 2, NULL);
    if (code == ORR_OK && now(a, run, DESTROY)) code = orr_patch_destroy(run, (int64_t)a->entities[7]);
    if (code == ORR_OK && now(a, run, ADD)) code = orr_patch_add(run, (int64_t)a->entities[8], a->c.link);
    if (code == ORR_OK && now(a, run, REMOVE)) code = orr_patch_remove(run, (int64_t)a->entities[9], a->c.velocity);
    const orr_value fast = { .f32 = now(a, run, SET) ? 9 : 8 };
    if (code == ORR_OK) code = orr_patch_set(run, (int64_t)a->entities[10], a->c.vx, fast);
    const orr_value volume[1] = { { .f64 = now(a, run, EVENT) ? 2 : 1 } };
    if (code == ORR_OK) code = orr_run_emit(run, a->shout, volume);
    if (code == ORR_OK && now(a, run, EVENTS)) code = orr_run_emit(run, a->shout, volume);
    if (code == ORR_OK) code = orr_run_reduce(run, ORR_SUM, "weight", now(a, run, SUM) ? 2 : 1);
    if (code == ORR_OK && now(a, run, PARAM)) code = orr_param_set(a->c.world, a->speed, 3);
    if (code == ORR_OK && now(a, run, RUN))
        code = orr_system_enable(a->c.world, orr_system_find(a->c.world, "late"), true);
    return code;
}

static int32_t late(orr_run *run, void *context)
{
    (void)run, (void)context;
    return ORR_OK;
}

static int32_t hooked(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    const actor *a = context;
    if (!now(a, run, HOOK)) return ORR_OK;
    const orr_value value = { .f32 = 77 };
    return count ? orr_patch_set(run, (int64_t)entities[0], a->c.px, value) : ORR_OK;
}

static void declare(actor *a)
{
    orr_world *world = a->c.world;
    const orr_field_desc number = { .name = "value", .type = ORR_TYPE_F64 },
                         cell = { .name = "t", .type = ORR_TYPE_F32 },
                         volume = { .name = "volume", .type = ORR_TYPE_F64 };
    a->total = orr_resource_create(world, &(orr_resource_desc){ .name = "total", .fields = &number, .field_count = 1 });
    a->title = orr_resource_create(world, &(orr_resource_desc){ .name = "title", .text = "day" });
    a->heat = orr_lattice_create(
        world, &(orr_lattice_desc){ .name = "heat", .width = 8, .height = 4, .fields = &cell, .field_count = 1 });
    a->shout = orr_event_create(world, &(orr_event_desc){ .name = "Shout", .fields = &volume, .field_count = 1 });
    a->speed = orr_param_create(world, &(orr_param_desc){ .name = "speed", .value = 1 });
    const orr_component position[] = { a->c.position, 0 }, none[] = { 0 };
    const char *const written[] = { "total", "title", "heat", NULL };
    assert_true(orr_system_create(
        world, &(orr_system_desc){
                   .name = "move", .run = move, .context = a, .query = { .all = position }, .writes = position }));
    assert_true(orr_system_create(
        world, &(orr_system_desc){ .name = "note", .run = note, .context = a, .resource_writes = written }));
    assert_true(orr_system_create(
        world, &(orr_system_desc){ .name = "record", .run = record, .context = a, .exclusive = true, .reads = none }));
    assert_true(orr_system_create(
        world, &(orr_system_desc){
                   .name = "late", .run = late, .stage = "late", .context = a, .reads = position, .disabled = true }));
    assert_ok(orr_hook_create(world, ORR_HOOK_ADD, a->c.position, hooked, a));
}

static actor *actor_new(uint32_t fault, uint64_t most_bytes)
{
    actor *a = calloc(1, sizeof *a);
    assert_non_null(a);
    a->c = case_new(0);
    a->fault = fault;
    declare(a);
    assert_ok(orr_entity_spawn(a->c.world, a->c.mote, ROWS, a->entities));
    assert_ok(orr__witness_init(&a->witness, a->c.world, most_bytes));
    return a;
}

static void actor_end(actor *a)
{
    orr__witness_fini(&a->witness);
    case_end(&a->c);
    free(a);
}

static void step(actor *a)
{
    assert_ok(orr__witness_begin(&a->witness));
    assert_ok(orr_world_step(a->c.world, 1));
}

/* Steps both until they differ; false: they did not in six ticks. */
static bool find(uint32_t fault, uint64_t most_bytes, orr__difference *out, orr_entity *special)
{
    actor *a = actor_new(NOTHING, most_bytes), *b = actor_new(fault, most_bytes);
    bool found = false;
    *special = a->entities[SPECIAL];
    for (uint32_t t = 0; t < 6 && !found; t++) {
        step(a);
        step(b);
        found = orr__difference_find(&a->witness, &b->witness, out);
        assert_int_equal(found, orr_world_hash(a->c.world) != orr_world_hash(b->c.world) || (found && fault == RUN));
        if (found) assert_int_equal(orr_world_tick(a->c.world), WHEN + 1 + (fault == RUN));
    }
    actor_end(a);
    actor_end(b);
    return found;
}

static void each_fault(void **state)
{
    (void)state;
    static const struct {
        uint32_t fault, kind, system; /* move 1, note 2, record 3, late 4 */
        const char *what;
    } cases[] = {
        { FIELD, ORR__DIFFER_FIELD, 1, "Position.y" },
        { CELL, ORR__DIFFER_CELL, 2, "lattice 'heat', cell (5, 2), field 't'" },
        { RESOURCE, ORR__DIFFER_RESOURCE, 2, "resource 'total', field 'value'" },
        { TEXT, ORR__DIFFER_RESOURCE, 2, "resource 'title': 'day' and 'night'" },
        { SPAWN, ORR__DIFFER_RECORD, 3, "2 and 3 spawns recorded" },
        { DESTROY, ORR__DIFFER_RECORD, 3, "0 and 1 destroys recorded" },
        { ADD, ORR__DIFFER_RECORD, 3, "0 and 1 adds recorded" },
        { REMOVE, ORR__DIFFER_RECORD, 3, "0 and 1 removes recorded" },
        { SET, ORR__DIFFER_FIELD, 3, "Velocity.x" },
        { EVENT, ORR__DIFFER_EVENT, 3, "event 'Shout' number 1, field 'volume'" },
        { EVENTS, ORR__DIFFER_RECORD, 3, "1 and 2 events recorded" },
        { SUM, ORR__DIFFER_REDUCTION, 3, "reduction 'weight'" },
        { PARAM, ORR__DIFFER_PARAM, 0, "changes of params that are queued: 0 and 1" },
        { RUN, ORR__DIFFER_RUN, 4, "does not run and runs" },
        { HOOK, ORR__DIFFER_FIELD, 0, "Position.x" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        orr__difference d;
        orr_entity special;
        if (!find(cases[i].fault, 0, &d, &special)) fail_msg("fault %u is not found", cases[i].fault);
        if (d.kind != cases[i].kind || d.system != cases[i].system || strcmp(d.what, cases[i].what) != 0)
            fail_msg("fault %u: kind %u, system %u: %s", cases[i].fault, d.kind, d.system, d.what);
        if (cases[i].fault != FIELD) continue;
        assert_int_equal(d.entity, special);
        assert_int_equal(d.type, ORR_TYPE_F32);
        assert_true(d.a.f32 == 0 && d.b.f32 == 0.5f);
        assert_int_equal(d.differing, 1);
    }
}

static void equal_worlds(void **state)
{
    (void)state;
    orr__difference d;
    orr_entity special;
    assert_false(find(NOTHING, 0, &d, &special));
    assert_int_equal(d.kind, ORR__DIFFER_NOT);
    assert_false(find(NAN_BITS, 0, &d, &special)); /* every NaN is one value */
}

/* Without room for copies the place is still found, but not who did it. */
static void no_room(void **state)
{
    (void)state;
    orr__difference d;
    orr_entity special;
    assert_true(find(FIELD, 100, &d, &special));
    assert_int_equal(d.kind, ORR__DIFFER_FIELD);
    assert_int_equal(d.system, 0);
    assert_int_equal(d.entity, special);
}

/* ---- on a snapshot ---- */

enum { FEW = 200, CHOSEN = 130, LATER = 2 };

typedef struct thinker {
    sim_case c;
    bool otherwise;   /* what it does at tick WHEN */
    uint32_t skipped; /* row that is written and not marked; UINT32_MAX: none */
    orr_entity entities[FEW];
    orr__witness witness;
} thinker;

static int32_t think(orr_run *run, void *context)
{
    const thinker *t = context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *y = orr_run_write(run, t->c.vy);
        uint64_t *marks = orr_run_marks(run, t->c.velocity);
        if (!y || !marks) return ORR_E_ACCESS;
        const int32_t code = orr_patch_set(run, (int64_t)t->entities[0], t->c.vx, (orr_value){ .f32 = 1 });
        if (code != ORR_OK) return code;
        if (orr_run_tick(run)->tick != WHEN) continue;
        for (uint32_t i = rows->begin; i < rows->end; i++) {
            y[i] = t->otherwise && rows->entity[i] == t->entities[CHOSEN] ? 4 : 3;
            if (i != t->skipped) orr_mark(marks, i);
        }
    }
    return ORR_OK;
}

static int32_t wander(orr_run *run, void *context)
{
    const thinker *t = context;
    while (orr_run_next(run) != NULL) {
        float *y = orr_run_write(run, t->c.vy);
        if (!y) return ORR_E_ACCESS;
        y[0] += 1;
    }
    return ORR_OK;
}

static thinker *thinker_new(bool snapshot, uint32_t latency)
{
    thinker *t = calloc(1, sizeof *t);
    assert_non_null(t);
    t->c = case_new(0);
    t->skipped = UINT32_MAX;
    const orr_component velocity[] = { t->c.velocity, 0 };
    const orr_system_desc first = { .name = "think",
                                    .query.all = velocity,
                                    .marks = velocity,
                                    .snapshot = snapshot,
                                    .latency = latency,
                                    .on = ORR_ON_WORKERS,
                                    .run = think,
                                    .context = t },
                          second = {
                              .name = "wander", .query.all = velocity, .writes = velocity, .run = wander, .context = t
                          };
    assert_int_equal(orr_system_create(t->c.world, &first), 1);
    assert_int_equal(orr_system_create(t->c.world, &second), 2);
    assert_ok(orr_entity_spawn(t->c.world, t->c.mote, FEW, t->entities));
    assert_ok(orr__witness_init(&t->witness, t->c.world, 0));
    return t;
}

/* Ticks until they differ. */
static uint64_t differ_at(thinker *a, thinker *b, orr__difference *out)
{
    for (uint64_t tick = 0; tick < 8; tick++) {
        assert_ok(orr__witness_begin(&a->witness));
        assert_ok(orr__witness_begin(&b->witness));
        assert_ok(orr_world_step(a->c.world, 1));
        assert_ok(orr_world_step(b->c.world, 1));
        const bool found = orr__difference_find(&a->witness, &b->witness, out);
        assert_int_equal(found, orr_world_hash(a->c.world) != orr_world_hash(b->c.world));
        if (found) return tick;
    }
    return UINT64_MAX;
}

static void thinkers_end(thinker *a, thinker *b)
{
    orr__witness_fini(&a->witness);
    orr__witness_fini(&b->witness);
    case_end(&a->c);
    case_end(&b->c);
    free(a);
    free(b);
}

/* What was done some ticks ago belongs to who did it, although another has written over the rows since. */
static void arrivals(void **state)
{
    (void)state;
    for (uint32_t latency = 0; latency <= LATER; latency++) {
        thinker *a = thinker_new(true, latency), *b = thinker_new(true, latency);
        b->otherwise = true;
        orr__difference d;
        assert_int_equal(differ_at(a, b, &d), WHEN + latency);
        assert_int_equal(d.kind, ORR__DIFFER_FIELD);
        assert_int_equal(d.system, 1);
        assert_int_equal(d.late, latency > 0);
        assert_int_equal(d.entity, a->entities[CHOSEN]);
        assert_string_equal(d.what, "Velocity.y");
        assert_true(d.a.f32 == 3 && d.b.f32 == 4);
        assert_false(orr__difference_unmarked(&d, a->c.world, d.b));
        assert_false(orr__difference_unmarked(&d, b->c.world, d.a));
        thinkers_end(a, b);
    }
}

/* A row that was not marked is told from another value. */
static void unmarked(void **state)
{
    (void)state;
    for (int otherwise = 0; otherwise < 2; otherwise++) {
        thinker *a = thinker_new(false, 0), *b = thinker_new(true, 0);
        orr__difference d;
        if (otherwise)
            b->otherwise = true;
        else
            a->skipped = b->skipped = CHOSEN;
        assert_int_equal(differ_at(a, b, &d), WHEN);
        assert_int_equal(d.system, 1);
        assert_int_equal(d.entity, a->entities[CHOSEN]);
        assert_int_equal(orr__difference_unmarked(&d, b->c.world, d.a), !otherwise);
        assert_false(orr__difference_unmarked(&d, b->c.world, (orr_value){ .f32 = 77 }));
        assert_false(orr__difference_unmarked(&d, a->c.world, d.b)); /* in place */
        thinkers_end(a, b);
    }
    thinker *a = thinker_new(false, 0), *b = thinker_new(true, 0);
    orr__difference d;
    assert_int_equal(differ_at(a, b, &d), UINT64_MAX);
    thinkers_end(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_worlds), cmocka_unit_test(each_fault), cmocka_unit_test(no_room),
        cmocka_unit_test(arrivals),     cmocka_unit_test(unmarked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
