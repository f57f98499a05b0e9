/* The state hash: what changes it, what does not. */
#include "c/sim_case.h"
#include "sim/sim.h"
#include "store/statehash.h"

#include <math.h>

/* A world with something of every part. */
typedef struct full_case {
    sim_case c;
    orr_param speed;
    orr_resource wind, level;
    orr_lattice grid;
    orr_event bump;
    orr_component all_types;
    orr_prefab zoo;
    orr_entity entities[200], animals[10];
} full_case;

static const orr_field_desc type_fields[] = {
    { .name = "b", .type = ORR_TYPE_BOOL },   { .name = "d", .type = ORR_TYPE_F64 },
    { .name = "e", .type = ORR_TYPE_ENTITY }, { .name = "f", .type = ORR_TYPE_F32 },
    { .name = "i16", .type = ORR_TYPE_I16 },  { .name = "i8", .type = ORR_TYPE_I8 },
    { .name = "u64", .type = ORR_TYPE_U64 },
};

static void emit(full_case *w, double force)
{
    orr__arena arena;
    orr__emitted emitted = { 0 };
    orr__arena_init(&arena, &w->c.world->alloc, 0);
    assert_ok(orr__emitted_add_named(&emitted, &arena, w->c.world, "Bump", &force, 1));
    assert_ok(orr__events_publish(w->c.world, &emitted, NULL));
    orr__arena_fini(&arena);
}

static void reduce(full_case *w, const char *name, double value)
{
    orr__arena arena;
    orr__partials partials = { 0 };
    orr__arena_init(&arena, &w->c.world->alloc, 0);
    assert_ok(orr__partials_add(&partials, &arena, ORR_SUM, name, value));
    assert_ok(orr__reductions_merge(w->c.world, &partials));
    orr__reductions_publish(w->c.world, 0);
    orr__arena_fini(&arena);
}

static full_case full_new(uint32_t threads)
{
    full_case w = { .c = case_new(threads) };
    orr_world *world = w.c.world;
    w.speed = orr_param_create(world, &(orr_param_desc){ .name = "speed", .value = 2 });
    const orr_field_desc wind[] = { { .name = "on", .type = ORR_TYPE_BOOL },
                                    { .name = "x", .type = ORR_TYPE_F32, .value.f32 = 1 } };
    w.wind = orr_resource_create(world, &(orr_resource_desc){ .name = "wind", .fields = wind, .field_count = 2 });
    w.level = orr_resource_create(world, &(orr_resource_desc){ .name = "level", .text = "meadow" });
    const orr_field_desc cell[] = { { .name = "alive", .type = ORR_TYPE_U8 }, { .name = "h", .type = ORR_TYPE_F32 } };
    w.grid = orr_lattice_create(
        world, &(orr_lattice_desc){
                   .name = "grid", .width = 37, .height = 11, .wrap_x = true, .fields = cell, .field_count = 2 });
    const orr_field_desc force[] = { { .name = "force", .type = ORR_TYPE_F32 } };
    w.bump = orr_event_create(world, &(orr_event_desc){ .name = "Bump", .fields = force, .field_count = 1 });
    w.all_types =
        orr_component_create(world, &(orr_component_desc){ .name = "Types", .fields = type_fields, .field_count = 7 });
    w.zoo = case_prefab(world, "Zoo", w.all_types, 0, 0);
    assert_ok(orr_entity_spawn(world, w.c.mote, 200, w.entities));
    assert_ok(orr_entity_spawn(world, w.zoo, 10, w.animals));
    assert_ok(orr_entity_destroy(world, w.entities + 190, 10));
    emit(&w, 1);
    reduce(&w, "energy", 5);
    return w;
}

static uint64_t hash(const full_case *w)
{
    return orr_world_hash(w->c.world);
}

/* ---- each part ---- */

static void tick(full_case *w)
{
    w->c.world->sim->tick++;
}
static void seed(full_case *w)
{
    w->c.world->sim->seed++;
}
static void param_queue(full_case *w)
{
    assert_ok(orr_param_set(w->c.world, w->speed, 2));
}
static void param_value(full_case *w)
{
    assert_ok(orr_param_set(w->c.world, w->speed, 3));
    orr__params_apply(w->c.world);
}
static void param_new(full_case *w)
{
    (void)orr_param_create(w->c.world, &(orr_param_desc){ .name = "p" });
}
static void resource_value(full_case *w)
{
    assert_ok(orr_resource_set(w->c.world, w->wind, "x", (orr_value){ .f32 = 2 }));
}
static void resource_bool(full_case *w)
{
    assert_ok(orr_resource_set(w->c.world, w->wind, "on", (orr_value){ .boolean = true }));
}
static void resource_text(full_case *w)
{
    assert_ok(orr_resource_set_text(w->c.world, w->level, "meadov"));
}
static void lattice_cell(full_case *w)
{
    ((uint8_t *)orr_lattice_cells(w->c.world, w->grid, "alive", NULL, NULL))[37 * 11 - 1] = 1;
}
static void lattice_float(full_case *w)
{
    ((float *)orr_lattice_cells(w->c.world, w->grid, "h", NULL, NULL))[0] = -0.0f;
}
static void event_more(full_case *w)
{
    emit(w, 1);
}
static void event_gone(full_case *w)
{
    orr__events_expire(w->c.world, 1);
}
static void event_value(full_case *w)
{
    w->c.world->sim->events.items[0].values[0].f32 = 2;
}
static void event_tick(full_case *w)
{
    w->c.world->sim->events.items[0].ticks[0] = 9;
}
static void reduction_value(full_case *w)
{
    reduce(w, "energy", 6);
}
static void reduction_new(full_case *w)
{
    reduce(w, "a", 6);
}
static void reduction_gone(full_case *w)
{
    w->c.world->sim->reductions.items[0].published = false;
}
static void row_value(full_case *w)
{
    case_set(&w->c, w->entities[189], w->c.vy, 1e-30f);
}
static void row_sign(full_case *w)
{
    case_set(&w->c, w->entities[0], w->c.px, -0.0f);
}
static void row_byte(full_case *w)
{
    int8_t *at = orr_entity_write(w->c.world, w->animals[9], orr_field_find(w->c.world, "Types.i8"));
    *at = -1;
}
static void entity_new(full_case *w)
{
    assert_ok(orr_entity_spawn(w->c.world, w->c.mote, 1, NULL));
}
static void entity_gone(full_case *w)
{
    assert_ok(orr_entity_destroy(w->c.world, w->entities + 3, 1));
}
static void entity_moved(full_case *w)
{
    assert_ok(orr_entity_add(w->c.world, w->entities + 3, 1, w->c.frozen));
}
static void table_new(full_case *w)
{
    (void)case_prefab(w->c.world, "P", w->c.link, w->c.frozen, 0);
}

typedef struct change {
    const char *name;
    void (*make)(full_case *w);
    uint32_t parts; /* bit p: part p changes */
} change;

#define IN(part) (1u << ORR__STATE_##part)

static const change changes[] = {
    { "tick", tick, IN(CLOCK) },
    { "seed", seed, IN(CLOCK) },
    { "param queue", param_queue, IN(PARAMS) },
    { "param value", param_value, IN(PARAMS) },
    { "param new", param_new, IN(PARAMS) },
    { "resource value", resource_value, IN(RESOURCES) },
    { "resource bool", resource_bool, IN(RESOURCES) },
    { "resource text", resource_text, IN(RESOURCES) },
    { "lattice cell", lattice_cell, IN(LATTICES) },
    { "lattice float", lattice_float, IN(LATTICES) },
    { "event more", event_more, IN(EVENTS) },
    { "event gone", event_gone, IN(EVENTS) },
    { "event value", event_value, IN(EVENTS) },
    { "event tick", event_tick, IN(EVENTS) },
    { "reduction value", reduction_value, IN(REDUCTIONS) },
    { "reduction new", reduction_new, IN(REDUCTIONS) },
    { "reduction gone", reduction_gone, IN(REDUCTIONS) },
    { "row value", row_value, IN(TABLES) },
    { "row sign", row_sign, IN(TABLES) },
    { "row byte", row_byte, IN(TABLES) },
    { "entity new", entity_new, IN(ENTITIES) | IN(TABLES) },
    { "entity gone", entity_gone, IN(ENTITIES) | IN(TABLES) },
    { "entity moved", entity_moved, IN(ENTITIES) | IN(TABLES) },
    { "table new", table_new, IN(TABLES) },
};

static void every_part_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        full_case w = full_new(0);
        uint64_t before[ORR__STATE_PARTS];
        for (uint32_t p = 0; p < ORR__STATE_PARTS; p++) before[p] = orr__state_hash_part(w.c.world, p);
        const uint64_t whole = hash(&w);
        changes[i].make(&w);
        for (uint32_t p = 0; p < ORR__STATE_PARTS; p++) {
            const bool differs = orr__state_hash_part(w.c.world, p) != before[p];
            if (differs != (changes[i].parts >> p & 1u)) {
                fail_msg("%s: part '%s' %s", changes[i].name, orr__state_part_name(p),
                         differs ? "changed" : "did not change");
            }
        }
        assert_true(hash(&w) != whole);
        case_end(&w.c);
    }
}

static void parts_have_names(void **state)
{
    (void)state;
    for (uint32_t p = 0; p < ORR__STATE_PARTS; p++) assert_true(strlen(orr__state_part_name(p)) > 3);
    assert_string_equal(orr__state_part_name(ORR__STATE_PARTS), "unknown");
}

/* ---- what does not count ---- */

static int32_t nothing(orr_run *run, void *context)
{
    (void)run;
    (void)context;
    return ORR_OK;
}

static void same_state_same_hash(void **state)
{
    (void)state;
    full_case a = full_new(0), b = full_new(3);
    orr_world *world = b.c.world;
    assert_int_equal(hash(&a), hash(&a));
    assert_int_equal(hash(&a), hash(&b));

    const orr_component position[] = { b.c.position, 0 };
    (void)orr_tracker_create(world, position);
    (void)orr_query_create(world, &(orr_query_desc){ .all = position });
    (void)case_component(world, "Unused", "x", NULL, ORR_TYPE_F64);
    (void)orr_event_create(world, &(orr_event_desc){ .name = "Unused" });
    const orr_field px = b.c.px, py = b.c.py;
    (void)orr_neighbours_create(world, &(orr_neighbours_desc){ .name = "near", .position = { px, py }, .radius = 1 });
    assert_ok(orr__near_refresh(world, 1));
    assert_int_not_equal(orr_system_create(world, &(orr_system_desc){ .name = "s", .exclusive = true, .run = nothing }),
                         0);
    case_set(&b.c, b.entities[0], b.c.px, 0); /* marked, but not another value */
    assert_int_equal(hash(&a), hash(&b));
    case_end(&a.c);
    case_end(&b.c);
}

/* Chunks that grew row by row, and such that were larger once, against chunks made at once. */
static void growth_does_not_count(void **state)
{
    (void)state;
    enum { MANY = 9000 };
    static orr_entity handles[MANY];
    uint64_t hashes[3];
    for (int way = 0; way < 3; way++) {
        sim_case c = case_new(0);
        if (way == 0) assert_ok(orr_entity_spawn(c.world, c.mote, MANY, handles));
        for (uint32_t i = 0; i < MANY && way == 1; i++) assert_ok(orr_entity_spawn(c.world, c.mote, 1, handles + i));
        for (uint32_t i = 0; i < MANY && way == 2; i += 100)
            assert_ok(orr_entity_spawn(c.world, c.mote, 100, handles + i));
        for (uint32_t i = MANY; i-- > 70;) assert_ok(orr_entity_destroy(c.world, handles + i, 1));
        if (way == 2) orr__table_trim(c.world, c.world->tables[c.world->entities.pages[0][0].table]);
        hashes[way] = orr_world_hash(c.world);
        assert_ok(orr_entity_spawn(c.world, c.mote, 5000, NULL));
        hashes[way] ^= orr_world_hash(c.world) * 3;
        case_end(&c);
    }
    assert_int_equal(hashes[0], hashes[1]);
    assert_int_equal(hashes[0], hashes[2]);
}

static void order_counts(void **state)
{
    (void)state;
    uint64_t hashes[2];
    for (int way = 0; way < 2; way++) { /* the free list */
        sim_case c = case_new(0);
        orr_entity e[4];
        assert_ok(orr_entity_spawn(c.world, c.mote, 4, e));
        assert_ok(orr_entity_destroy(c.world, e + 2 + way, 1));
        assert_ok(orr_entity_destroy(c.world, e + 3 - way, 1));
        hashes[way] = orr_world_hash(c.world);
        case_end(&c);
    }
    assert_true(hashes[0] != hashes[1]);
    for (int way = 0; way < 2; way++) { /* tables without rows */
        sim_case c = case_new(0);
        (void)case_prefab(c.world, way ? "A" : "B", c.link, 0, 0);
        (void)case_prefab(c.world, way ? "A2" : "B2", way ? c.frozen : c.velocity, 0, 0);
        (void)case_prefab(c.world, way ? "A3" : "B3", way ? c.velocity : c.frozen, 0, 0);
        hashes[way] = orr_world_hash(c.world);
        case_end(&c);
    }
    assert_true(hashes[0] != hashes[1]);
}

static void names_count(void **state)
{
    (void)state;
    uint64_t hashes[5];
    for (int way = 0; way < 5; way++) {
        orr_world *world = orr_world_create(NULL);
        const orr_component k = case_component(world, way == 1 ? "L" : "K", way == 2 ? "b" : "a", NULL,
                                               way == 3 ? ORR_TYPE_I32 : ORR_TYPE_F32);
        (void)orr_entity_spawn(world, case_prefab(world, way == 4 ? "P" : "Q", k, 0, 0), 1, NULL);
        hashes[way] = orr_world_hash(world);
        orr_world_destroy(world);
    }
    assert_true(hashes[1] != hashes[0] && hashes[2] != hashes[0] && hashes[3] != hashes[0]);
    assert_int_equal(hashes[4], hashes[0]); /* a prefab's is no state */
}

/* ---- values ---- */

static void nans_are_one(void **state)
{
    (void)state;
    static const uint32_t nan32[] = { 0x7FC00000u, 0xFFC00000u, 0x7F800001u, 0x7FFFFFFFu };
    static const uint64_t nan64[] = { 0x7FF8000000000000u, 0xFFF8000000000000u, 0x7FF0000000000001u, UINT64_MAX };
    uint64_t hashes[4];
    for (int i = 0; i < 4; i++) {
        full_case w = full_new(0);
        orr_world *world = w.c.world;
        orr_value v = { .u64 = 0 }, d = { .u64 = nan64[i] };
        memcpy(&v, &nan32[i], 4);
        memcpy(orr_entity_write(world, w.entities[5], w.c.px), &v, 4);
        memcpy(orr_entity_write(world, w.animals[5], orr_field_find(world, "Types.d")), &d, 8);
        memcpy(orr_lattice_cells(world, w.grid, "h", NULL, NULL), &v, 4);
        assert_ok(orr_resource_set(world, w.wind, "x", v));
        world->sim->events.items[0].values[0] = v;
        memcpy(&world->sim->reductions.items[0].value, &d, 8);
        hashes[i] = hash(&w);
        case_end(&w.c);
    }
    for (int i = 1; i < 4; i++) assert_int_equal(hashes[i], hashes[0]);
}

static void bools_are_two(void **state)
{
    (void)state;
    full_case w = full_new(0);
    const orr_field b = orr_field_find(w.c.world, "Types.b");
    uint8_t *at = orr_entity_write(w.c.world, w.animals[5], b);
    const uint64_t no = hash(&w);
    *at = 1;
    const uint64_t yes = hash(&w);
    *at = 77; /* native code may write what it likes */
    assert_int_equal(hash(&w), yes);
    assert_true(no != yes);
    case_end(&w.c);
}

static void lattice_buffers(void **state)
{
    (void)state;
    full_case w = full_new(0);
    const uint64_t before = hash(&w);
    orr__lattice *grid = orr__lattice_at(w.c.world, w.grid);
    ((uint8_t *)grid->back[0])[0] = 9; /* not the present state */
    assert_int_equal(hash(&w), before);
    orr__lattice_prepare(grid);
    orr__lattice_swap(grid);
    assert_int_equal(hash(&w), before);
    case_end(&w.c);
}

/* The same bits from every compiler on every machine: a change here breaks recordings and must be meant. */
static void golden(void **state)
{
    (void)state;
    full_case w = full_new(2);
    static const uint64_t expected[ORR__STATE_PARTS + 1] = {
        0xa19e70708438a272, 0x0f20e4b3987dd557, 0xa11c5f1c6d4201f6, 0x84c25339828365f1, 0x6314303623dbf970,
        0x2b0d14258667a34f, 0x108bd141b8680ba8, 0x893004d9ff4aecd3, 0xd5f976cee70a3b47,
    };
    for (uint32_t p = 0; p < ORR__STATE_PARTS; p++) {
        const uint64_t got = orr__state_hash_part(w.c.world, p);
        if (got != expected[p]) {
            print_error("%s: 0x%016llx\n", orr__state_part_name(p), (unsigned long long)got);
        }
    }
    const uint64_t got = hash(&w);
    if (got != expected[ORR__STATE_PARTS]) fail_msg("the whole: 0x%016llx", (unsigned long long)got);
    case_end(&w.c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_counts),    cmocka_unit_test(parts_have_names),
        cmocka_unit_test(same_state_same_hash), cmocka_unit_test(growth_does_not_count),
        cmocka_unit_test(order_counts),         cmocka_unit_test(names_count),
        cmocka_unit_test(nans_are_one),         cmocka_unit_test(bools_are_two),
        cmocka_unit_test(lattice_buffers),      cmocka_unit_test(golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
