/* What tools do wrong in C: every public function that can fail, with the arguments that come to mind. Each call is
 * refused with its code and a text that says what was wrong; the world stays as it was. */
#include <math.h>

#include "base/error.h"
#include "sim_case.h"

typedef struct scene {
    sim_case c;
    orr_entity alive, dead;
    orr_query motes;
    orr_param speed;
    orr_resource wind, title;
    orr_event hit;
    orr_lattice heat;
    orr_near_index near;
    orr_system move;
    orr_tracker tracker;
    uint64_t hash;
} scene;

static int32_t nothing(orr_run *run, void *context)
{
    (void)run;
    (void)context;
    return ORR_OK;
}

static int32_t told(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    (void)entities;
    (void)count;
    return nothing(run, context);
}

static void write_nowhere(void *context, const char *text, size_t bytes)
{
    (void)context;
    (void)text;
    (void)bytes;
}

static int complaints; /* all of a test are shown before it fails */

static const orr_field_desc f32_t = { .name = "t", .type = ORR_TYPE_F32 };

static scene open_scene(void)
{
    scene s = { .c = case_new(0) };
    orr_world *world = s.c.world;
    complaints = 0;
    orr_entity handles[3];
    assert_ok(orr_entity_spawn(world, s.c.mote, 3, handles));
    assert_ok(orr_entity_destroy(world, &handles[1], 1));
    s.alive = handles[0];
    s.dead = handles[1];
    const orr_component mote[] = { s.c.position, s.c.velocity, 0 };
    s.motes = orr_query_create(world, &(orr_query_desc){ .all = mote });
    s.speed = orr_param_create(world, &(orr_param_desc){ .name = "speed", .value = 1, .max = 10 });
    s.wind = orr_resource_create(world, &(orr_resource_desc){ .name = "wind", .fields = &f32_t, .field_count = 1 });
    s.title = orr_resource_create(world, &(orr_resource_desc){ .name = "title", .text = "calm" });
    s.hit = orr_event_create(world, &(orr_event_desc){ .name = "Hit", .fields = &f32_t, .field_count = 1 });
    s.heat = orr_lattice_create(
        world, &(orr_lattice_desc){ .name = "heat", .width = 4, .height = 4, .fields = &f32_t, .field_count = 1 });
    s.near = orr_neighbours_create(
        world, &(orr_neighbours_desc){ .name = "near", .position = { s.c.px, s.c.py }, .radius = 1 });
    s.move = orr_system_create(world, &(orr_system_desc){ .name = "move", .run = nothing });
    s.tracker = orr_tracker_create(world, mote);
    if (!s.motes || !s.speed || !s.wind || !s.title || !s.hit || !s.heat || !s.near || !s.move || !s.tracker)
        fail_msg("%s", orr_last_error());
    assert_ok(orr_world_step(world, 1));
    s.hash = orr_world_hash(world);
    return s;
}

static void close_scene(scene *s)
{
    assert_ok(orr_world_step(s->c.world, 2)); /* it can still be used */
    case_end(&s->c);
    assert_int_equal(complaints, 0);
}

static void judge(scene *s, const char *call, int32_t code, int32_t wanted, const char *text)
{
    if (code != wanted || !strstr(orr_last_error(), text)) {
        complaints++;
        print_error("%s: %s '%s', not %s '%s'\n", call, orr_error_name(code), orr_last_error(), orr_error_name(wanted),
                    text);
    }
    if (orr__world_validate(s->c.world) != ORR_OK) fail_msg("%s: %s", call, orr_last_error());
    if (orr_world_hash(s->c.world) != s->hash) fail_msg("%s: the state is another one", call);
}

/* A call that gives a code; a call that gives a handle, a pointer or a bool, which is none then. */
#define REFUSED(wanted, text, call)                                                                                    \
    do {                                                                                                               \
        orr__error_clear();                                                                                            \
        judge(&s, #call, (call), wanted, text);                                                                        \
    } while (0)
#define NONE(wanted, text, call)                                                                                       \
    do {                                                                                                               \
        orr__error_clear();                                                                                            \
        judge(&s, #call, (call) ? ORR_OK : orr__error_code(), wanted, text);                                           \
    } while (0)

#define COMPONENT(...) orr_component_create(w, &(orr_component_desc){ __VA_ARGS__ })
#define PREFAB(...) orr_prefab_create(w, &(orr_prefab_desc){ __VA_ARGS__ })
#define SYSTEM(...) orr_system_create(w, &(orr_system_desc){ __VA_ARGS__ })

static void worlds(void **state)
{
    (void)state;
    scene s = open_scene();
    NONE(ORR_E_ARGUMENT, "dt is -1", orr_world_create(&(orr_world_desc){ .dt = -1 }));
    NONE(ORR_E_ARGUMENT, "dt is inf", orr_world_create(&(orr_world_desc){ .dt = (double)INFINITY }));
    NONE(ORR_E_ARGUMENT, "dt is", orr_world_create(&(orr_world_desc){ .dt = (double)NAN }));
    NONE(ORR_E_MEMORY, "may have 0 MiB", orr_world_create(&(orr_world_desc){ .memory_bytes = 1000 }));
    orr_world *small = orr_world_create(&(orr_world_desc){ .memory_bytes = 1u << 20 });
    assert_non_null(small);
    const orr_component tag = case_component(small, "Tag", NULL, NULL, 0);
    NONE(ORR_E_MEMORY, "may have 1 MiB",
         orr_entity_spawn(small, case_prefab(small, "P", tag, 0, 0), 1000000, NULL) == ORR_OK);
    assert_int_equal(orr_world_entity_count(small), 0);
    assert_ok(orr__world_validate(small));
    orr_world_destroy(small);
    orr_world_destroy(NULL);
    assert_string_equal(orr_error_name(12345), "unknown");
    close_scene(&s);
}

static void components(void **state)
{
    (void)state;
    scene s = open_scene();
    orr_world *w = s.c.world;
    const orr_field_desc twice[] = { f32_t, f32_t }, odd[] = { { .name = "t", .type = 99 } },
                         unnamed[] = { { .type = 1 } };
    NONE(ORR_E_ARGUMENT, "", orr_component_create(w, NULL));
    NONE(ORR_E_ARGUMENT, "name", COMPONENT(.name = NULL));
    NONE(ORR_E_ARGUMENT, "'a b'", COMPONENT(.name = "a b"));
    NONE(ORR_E_ARGUMENT, "'1st'", COMPONENT(.name = "1st"));
    NONE(ORR_E_EXISTS, "Position", COMPONENT(.name = "Position", .fields = &f32_t, .field_count = 1));
    NONE(ORR_E_ARGUMENT, "field 't' is declared twice", COMPONENT(.name = "Twice", .fields = twice, .field_count = 2));
    NONE(ORR_E_TYPE, "Odd", COMPONENT(.name = "Odd", .fields = odd, .field_count = 1));
    NONE(ORR_E_ARGUMENT, "Un", COMPONENT(.name = "Un", .fields = unnamed, .field_count = 1));
    NONE(ORR_E_ARGUMENT, "Lost", COMPONENT(.name = "Lost", .field_count = 1));
    NONE(ORR_E_LIMIT, "64", COMPONENT(.name = "Wide", .fields = twice, .field_count = 65));
    NONE(ORR_E_NOT_FOUND, "did you mean 'Position'?", orr_component_find(w, "Positoin"));
    NONE(ORR_E_ARGUMENT, "", orr_component_find(w, NULL));
    orr_field_desc out;
    REFUSED(ORR_E_ARGUMENT, "", orr_component_field(w, 99, 0, &out));
    REFUSED(ORR_E_RANGE, "", orr_component_field(w, s.c.position, 2, &out));
    NONE(ORR_E_NOT_FOUND, "it is { x: f32, y: f32 }", orr_field_find(w, "Position.z").component);
    NONE(ORR_E_NOT_FOUND, "did you mean 'Position'?", orr_field_find(w, "Positoin.x").component);
    NONE(ORR_E_ARGUMENT, "", orr_field_find(w, "Position").component);
    NONE(ORR_E_ARGUMENT, "", orr_field_find(w, NULL).component);
    assert_int_equal(orr_type_find("f33"), ORR_TYPE_NONE);
    assert_int_equal(orr_type_find(NULL), ORR_TYPE_NONE);
    assert_int_equal(orr_type_bytes(99), 0);
    close_scene(&s);
}

static void entities(void **state)
{
    (void)state;
    scene s = open_scene();
    orr_world *w = s.c.world;
    const orr_component unknown[] = { 99, 0 };
    const orr_prefab_value lost[] = { { .field = s.c.to } };
    char record[64] = "";
    NONE(ORR_E_ARGUMENT, "", orr_prefab_create(w, NULL));
    NONE(ORR_E_ARGUMENT, "", PREFAB(.name = "P", .components = unknown));
    NONE(ORR_E_NOT_FOUND, "its parent: prefab 99", PREFAB(.name = "P", .parent = 99));
    NONE(ORR_E_ARGUMENT, "Link", PREFAB(.name = "P", .values = lost, .value_count = 1));
    NONE(ORR_E_NOT_FOUND, "did you mean 'Mote'?", orr_prefab_find(w, "Moet"));
    NONE(ORR_E_ARGUMENT, "", orr_prefab_find(w, NULL));
    REFUSED(ORR_E_NOT_FOUND, "prefab 0", orr_entity_spawn(w, 0, 1, NULL));
    REFUSED(ORR_E_NOT_FOUND, "prefab 99", orr_entity_spawn(w, 99, 1, NULL));
    const orr_entity mixed[] = { s.alive, s.dead }, zero = 0, foreign = s.alive + 1000, negative = (orr_entity)-1;
    const orr_entity *const bad[] = { mixed + 1, &zero, &foreign, &negative };
    for (uint32_t i = 0; i < 4; i++) {
        REFUSED(ORR_E_DEAD, "", orr_entity_destroy(w, bad[i], 1));
        REFUSED(ORR_E_DEAD, "", orr_entity_add(w, bad[i], 1, s.c.frozen));
        REFUSED(ORR_E_DEAD, "", orr_entity_remove(w, bad[i], 1, s.c.position));
        REFUSED(ORR_E_DEAD, "", orr_entity_get(w, *bad[i], s.c.position, record));
        REFUSED(ORR_E_DEAD, "", orr_entity_set(w, *bad[i], s.c.position, record));
        NONE(ORR_E_DEAD, "", orr_entity_read(w, *bad[i], s.c.px));
        NONE(ORR_E_DEAD, "", orr_entity_write(w, *bad[i], s.c.px));
        assert_false(orr_entity_is_alive(w, *bad[i]));
        assert_false(orr_entity_has(w, *bad[i], s.c.position));
    }
    REFUSED(ORR_E_DEAD, "", orr_entity_destroy(w, mixed, 2)); /* and the first lives on */
    REFUSED(ORR_E_DEAD, "", orr_entity_add(w, mixed, 2, s.c.frozen));
    REFUSED(ORR_E_DEAD, "", orr_entity_remove(w, mixed, 2, s.c.position));
    REFUSED(ORR_E_ARGUMENT, "", orr_entity_add(w, mixed, 1, 99));
    REFUSED(ORR_E_ARGUMENT, "", orr_entity_remove(w, mixed, 1, 0));
    REFUSED(ORR_E_NOT_FOUND, "Link", orr_entity_get(w, s.alive, s.c.link, record));
    REFUSED(ORR_E_NOT_FOUND, "Link", orr_entity_set(w, s.alive, s.c.link, record));
    NONE(ORR_E_NOT_FOUND, "Link", orr_entity_read(w, s.alive, s.c.to));
    NONE(ORR_E_NOT_FOUND, "Link", orr_entity_write(w, s.alive, s.c.to));
    NONE(ORR_E_ARGUMENT, "", orr_entity_read(w, s.alive, (orr_field){ .component = s.c.position, .index = 9 }));
    NONE(ORR_E_ARGUMENT, "", orr_entity_read(w, s.alive, (orr_field){ .component = 0 }));
    assert_false(orr_entity_has(w, s.alive, 99));
    close_scene(&s);
}

static void queries(void **state)
{
    (void)state;
    scene s = open_scene();
    orr_world *w = s.c.world;
    const orr_component unknown[] = { 99, 0 };
    float values[8] = { 0 };
    orr_entity handles[8];
    NONE(ORR_E_ARGUMENT, "99", orr_query_create(w, &(orr_query_desc){ .all = unknown }));
    NONE(ORR_E_ARGUMENT, "99", orr_query_create(w, &(orr_query_desc){ .none = unknown }));
    NONE(ORR_E_ARGUMENT, "", orr_query_count(w, 0));
    NONE(ORR_E_ARGUMENT, "", orr_query_count(w, 99));
    orr_cursor at;
    NONE(ORR_E_ARGUMENT, "99", orr_cursor_next((at = orr_query_begin(w, 99), &at)));
    assert_int_equal(at.error, ORR_E_ARGUMENT);
    REFUSED(ORR_E_RANGE, "1", orr_query_copy(w, s.motes, s.c.px, values, 1, NULL));
    REFUSED(ORR_E_ARGUMENT, "", orr_query_copy(w, 99, s.c.px, values, 8, NULL));
    REFUSED(ORR_E_ARGUMENT, "", orr_query_copy(w, s.motes, (orr_field){ .component = 99 }, values, 8, NULL));
    REFUSED(ORR_E_ARGUMENT, "", orr_query_copy(w, s.motes, s.c.px, NULL, 8, NULL));
    REFUSED(ORR_E_NOT_FOUND, "Link", orr_query_copy(w, s.motes, s.c.to, values, 8, NULL));
    REFUSED(ORR_E_RANGE, "", orr_query_fill(w, s.motes, s.c.px, values, 1));
    REFUSED(ORR_E_RANGE, "", orr_query_fill(w, s.motes, s.c.px, values, 3));
    REFUSED(ORR_E_ARGUMENT, "", orr_query_fill(w, s.motes, s.c.px, NULL, 2));
    REFUSED(ORR_E_ARGUMENT, "", orr_query_fill(w, 99, s.c.px, values, 2));
    REFUSED(ORR_E_RANGE, "", orr_query_copy_entities(w, s.motes, handles, 1, NULL));
    REFUSED(ORR_E_ARGUMENT, "", orr_query_copy_entities(w, 99, handles, 8, NULL));
    at = orr_query_begin(w, s.motes);
    assert_true(orr_cursor_next(&at));
    NONE(ORR_E_NOT_FOUND, "", orr_cursor_read(&at, s.c.to));
    NONE(ORR_E_ARGUMENT, "", orr_cursor_read(&at, (orr_field){ .component = 99 }));
    assert_ok(orr_entity_add(w, &s.alive, 1, s.c.frozen));
    assert_ok(orr_entity_remove(w, &s.alive, 1, s.c.frozen));
    s.hash = orr_world_hash(w);
    NONE(ORR_E_STALE, "", orr_cursor_next(&at));
    assert_int_equal(at.error, ORR_E_STALE);
    NONE(ORR_E_STALE, "", orr_cursor_read(&at, s.c.px));
    NONE(ORR_E_ARGUMENT, "", orr_tracker_create(w, unknown));
    NONE(ORR_E_ARGUMENT, "", orr_tracker_create(w, NULL));
    orr_changes changes;
    NONE(ORR_E_ARGUMENT, "99", orr_changes_next((changes = orr_tracker_begin(w, 99, 0), &changes)));
    NONE(ORR_E_ARGUMENT, "Link", orr_changes_next((changes = orr_tracker_begin(w, s.tracker, s.c.link), &changes)));
    NONE(ORR_E_ARGUMENT, "", orr_tracker_count(w, 99));
    uint64_t count = 7;
    NONE(ORR_E_ARGUMENT, "", orr_tracker_log(w, 99, &count));
    assert_int_equal(count, 0);
    orr_tracker_clear(w, 99);
    orr_tracker_destroy(w, 99);
    orr_tracker_destroy(w, 0);
    close_scene(&s);
}

static void values(void **state)
{
    (void)state;
    scene s = open_scene();
    orr_world *w = s.c.world;
    orr_param_desc out;
    orr_value value = { .f64 = 0 };
    double sum;
    NONE(ORR_E_ARGUMENT, "", orr_param_create(w, NULL));
    NONE(ORR_E_ARGUMENT, "", orr_param_create(w, &(orr_param_desc){ .name = NULL }));
    NONE(ORR_E_RANGE, "p", orr_param_create(w, &(orr_param_desc){ .name = "p", .value = 5, .max = 4 }));
    NONE(ORR_E_RANGE, "min 4 is not below max 1",
         orr_param_create(w, &(orr_param_desc){ .name = "p", .min = 4, .max = 1 }));
    NONE(ORR_E_EXISTS, "speed", orr_param_create(w, &(orr_param_desc){ .name = "speed", .value = 2 }));
    NONE(ORR_E_NOT_FOUND, "did you mean 'speed'?", orr_param_find(w, "speeed"));
    NONE(ORR_E_ARGUMENT, "", orr_param_find(w, NULL));
    REFUSED(ORR_E_ARGUMENT, "", orr_param_describe(w, 99, &out));
    REFUSED(ORR_E_RANGE, "speed", orr_param_set(w, s.speed, 11));
    REFUSED(ORR_E_RANGE, "speed", orr_param_set(w, s.speed, (double)NAN));
    REFUSED(ORR_E_ARGUMENT, "", orr_param_set(w, 99, 1));
    NONE(ORR_E_ARGUMENT, "", orr_resource_create(w, NULL));
    NONE(ORR_E_ARGUMENT, "'r'", orr_resource_create(w, &(orr_resource_desc){ .name = "r" }));
    NONE(ORR_E_EXISTS, "title", orr_resource_create(w, &(orr_resource_desc){ .name = "title", .text = "else" }));
    NONE(ORR_E_EXISTS, "lattice", orr_resource_create(w, &(orr_resource_desc){ .name = "heat", .text = "x" }));
    NONE(ORR_E_NOT_FOUND, "did you mean 'wind'?", orr_resource_find(w, "wnid"));
    NONE(ORR_E_ARGUMENT, "", orr_resource_find(w, NULL));
    REFUSED(ORR_E_NOT_FOUND, "'u'", orr_resource_get(w, s.wind, "u", &value));
    REFUSED(ORR_E_TYPE, "title", orr_resource_get(w, s.title, "u", &value));
    REFUSED(ORR_E_ARGUMENT, "99", orr_resource_get(w, 99, "t", &value));
    REFUSED(ORR_E_NOT_FOUND, "'u'", orr_resource_set(w, s.wind, "u", value));
    REFUSED(ORR_E_ARGUMENT, "99", orr_resource_set(w, 99, "t", value));
    NONE(ORR_E_TYPE, "wind", orr_resource_text(w, s.wind));
    REFUSED(ORR_E_TYPE, "wind", orr_resource_set_text(w, s.wind, "x"));
    REFUSED(ORR_E_ARGUMENT, "title", orr_resource_set_text(w, s.title, NULL));
    NONE(ORR_E_ARGUMENT, "", orr_event_create(w, NULL));
    NONE(ORR_E_EXISTS, "Hit", orr_event_create(w, &(orr_event_desc){ .name = "Hit" }));
    NONE(ORR_E_NOT_FOUND, "did you mean 'Hit'?", orr_event_find(w, "hit"));
    NONE(ORR_E_ARGUMENT, "", orr_event_find(w, NULL));
    NONE(ORR_E_NOT_FOUND, "event 99", orr_event_count(w, 99));
    REFUSED(ORR_E_RANGE, "", orr_event_get(w, s.hit, 0, 0, &value));
    REFUSED(ORR_E_NOT_FOUND, "event 99", orr_event_get(w, 99, 0, 0, &value));
    REFUSED(ORR_E_NOT_FOUND, "'sum'", orr_reduction_get(w, "sum", &sum));
    REFUSED(ORR_E_ARGUMENT, "", orr_reduction_get(w, NULL, &sum));
    close_scene(&s);
}

static void structures(void **state)
{
    (void)state;
    scene s = open_scene();
    orr_world *w = s.c.world;
    orr_lattice_desc lattice = { .name = "l", .width = 0, .height = 4, .fields = &f32_t, .field_count = 1 };
    NONE(ORR_E_ARGUMENT, "", orr_lattice_create(w, NULL));
    NONE(ORR_E_RANGE, "'l'", orr_lattice_create(w, &lattice));
    lattice.width = UINT32_MAX;
    lattice.height = UINT32_MAX;
    NONE(ORR_E_LIMIT, "'l'", orr_lattice_create(w, &lattice));
    lattice.width = lattice.height = 4;
    lattice.field_count = 0;
    NONE(ORR_E_ARGUMENT, "'l'", orr_lattice_create(w, &lattice));
    lattice = (orr_lattice_desc){ .name = "heat", .width = 5, .height = 4, .fields = &f32_t, .field_count = 1 };
    NONE(ORR_E_EXISTS, "heat", orr_lattice_create(w, &lattice));
    lattice.name = "near";
    NONE(ORR_E_EXISTS, "neighbours", orr_lattice_create(w, &lattice));
    NONE(ORR_E_NOT_FOUND, "did you mean 'heat'?", orr_lattice_find(w, "haet"));
    NONE(ORR_E_ARGUMENT, "", orr_lattice_find(w, NULL));
    NONE(ORR_E_NOT_FOUND, "'u'", orr_lattice_cells(w, s.heat, "u", NULL, NULL));
    NONE(ORR_E_NOT_FOUND, "99", orr_lattice_cells(w, 99, "t", NULL, NULL));
    orr_neighbours_desc near = { .name = "n", .position = { s.c.px, s.c.py } };
    NONE(ORR_E_ARGUMENT, "", orr_neighbours_create(w, NULL));
    NONE(ORR_E_RANGE, "'n'", orr_neighbours_create(w, &near));
    near.radius = (double)NAN;
    NONE(ORR_E_RANGE, "'n'", orr_neighbours_create(w, &near));
    near.radius = 1;
    near.position[1] = s.c.vy;
    NONE(ORR_E_ARGUMENT, "'n'", orr_neighbours_create(w, &near));
    near.position[1] = s.c.to;
    NONE(ORR_E_TYPE, "'n'", orr_neighbours_create(w, &near));
    near.position[1] = s.c.py;
    near.wraps = 1;
    NONE(ORR_E_RANGE, "'n'", orr_neighbours_create(w, &near));
    near.wraps = 0;
    near.name = "near";
    near.radius = 3;
    NONE(ORR_E_EXISTS, "near", orr_neighbours_create(w, &near));
    NONE(ORR_E_NOT_FOUND, "did you mean 'near'?", orr_neighbours_find(w, "naer"));
    NONE(ORR_E_ARGUMENT, "", orr_neighbours_find(w, NULL));
    close_scene(&s);
}

static void systems(void **state)
{
    (void)state;
    scene s = open_scene();
    orr_world *w = s.c.world;
    const orr_component unknown[] = { 99, 0 }, position[] = { s.c.position, 0 };
    const char *const lost[] = { "wnid", NULL }, *const stages[] = { "a", NULL }, *const grid[] = { "near", NULL };
    const orr_bind bind = { "position", "Position" }, wrong = { "positoin", "Position" };
    const orr_bind missing = { "position", "Positoin" };
    orr_system_stats out;
    NONE(ORR_E_ARGUMENT, "", orr_system_create(w, NULL));
    NONE(ORR_E_ARGUMENT, "name", SYSTEM(.run = nothing));
    NONE(ORR_E_ARGUMENT, "system 's': needs either", SYSTEM(.name = "s"));
    NONE(ORR_E_ARGUMENT, "system 's': needs either", SYSTEM(.name = "s", .run = nothing, .job = "integrate"));
    NONE(ORR_E_EXISTS, "system 'move': the name is taken", SYSTEM(.name = "move", .run = nothing));
    NONE(ORR_E_NOT_FOUND, "(did you mean 'late'?)", SYSTEM(.name = "s", .run = nothing, .stage = "laet"));
    NONE(ORR_E_ARGUMENT, "`reads` has 99", SYSTEM(.name = "s", .run = nothing, .reads = unknown));
    NONE(ORR_E_ARGUMENT, "`marks` has 99", SYSTEM(.name = "s", .run = nothing, .marks = unknown));
    NONE(ORR_E_ARGUMENT, "choose one", SYSTEM(.name = "s", .run = nothing, .writes = position, .marks = position));
    NONE(ORR_E_ARGUMENT, "99", SYSTEM(.name = "s", .run = nothing, .query.all = unknown));
    NONE(ORR_E_NOT_FOUND, "did you mean 'wind'?", SYSTEM(.name = "s", .run = nothing, .resource_reads = lost));
    NONE(ORR_E_ACCESS, "neighbours 'near'", SYSTEM(.name = "s", .run = nothing, .resource_writes = grid));
    NONE(ORR_E_TYPE, "'wind' is no lattice", SYSTEM(.name = "s", .run = nothing, .lattice = "wind"));
    NONE(ORR_E_ACCESS, "render", SYSTEM(.name = "s", .run = nothing, .stage = "render", .writes = position));
    NONE(ORR_E_ARGUMENT, "on is 7", SYSTEM(.name = "s", .run = nothing, .on = 7));
    NONE(ORR_E_ARGUMENT, "on_error is 7", SYSTEM(.name = "s", .run = nothing, .on_error = 7));
    NONE(ORR_E_ARGUMENT, "exclusive", SYSTEM(.name = "s", .run = nothing, .exclusive = true, .on = ORR_ON_WORKERS));
    NONE(ORR_E_ARGUMENT, "`when`", SYSTEM(.name = "s", .run = nothing, .when = 99));
    NONE(ORR_E_ARGUMENT, "`bind`", SYSTEM(.name = "s", .run = nothing, .bind = &bind, .bind_count = 1));
    NONE(ORR_E_NOT_FOUND, "did you mean 'integrate'?", SYSTEM(.name = "s", .job = "integarte"));
    NONE(ORR_E_TYPE, "slot 'velocity.x' of job 'attract'", SYSTEM(.name = "s", .job = "attract"));
    NONE(ORR_E_NOT_FOUND, "system 's'", SYSTEM(.name = "s", .job = "integrate", .bind = &wrong, .bind_count = 1));
    NONE(ORR_E_NOT_FOUND, "system 's'", SYSTEM(.name = "s", .job = "integrate", .bind = &missing, .bind_count = 1));
    NONE(ORR_E_NOT_FOUND, "'force'",
         SYSTEM(.name = "s", .job = "integrate", .params = &(orr_job_value){ .name = "force" }, .param_count = 1));
    assert_int_equal(orr_system_find(w, "moev"), 0);
    assert_int_equal(orr_system_find(w, NULL), 0);
    assert_int_equal(orr_system_count(w), 1);
    REFUSED(ORR_E_ARGUMENT, "", orr_system_enable(w, 99, true));
    REFUSED(ORR_E_ARGUMENT, "", orr_system_describe(w, 0, &out));
    REFUSED(ORR_E_LOCKED, "before any system", orr_stages_set(w, stages));
    REFUSED(ORR_E_ARGUMENT, "", orr_hook_create(w, ORR_HOOK_ADD, s.c.position, NULL, NULL));
    REFUSED(ORR_E_ARGUMENT, "", orr_world_graph(w, 9, write_nowhere, NULL));
    REFUSED(ORR_E_ARGUMENT, "", orr_world_graph(w, 0, NULL, NULL));
    REFUSED(ORR_E_ARGUMENT, "", orr_job_register(w, NULL));
    REFUSED(ORR_E_ARGUMENT, "", orr_job_load(w, NULL));
    REFUSED(ORR_E_FILE, "nowhere.so", orr_job_load(w, "nowhere.so"));
    NONE(ORR_E_ARGUMENT, "", orr_job_at(w, 9999));
    close_scene(&s);
    orr_world *fresh = orr_world_create(NULL);
    const char *const twice[] = { "a", "b", "a", NULL }, *const none[] = { NULL }, *const empty[] = { "", NULL };
    const char *const lines[] = { "a", "b\nc", NULL };
    assert_int_equal(orr_stages_set(fresh, lines), ORR_E_ARGUMENT);
    assert_int_equal(orr_stages_set(fresh, twice), ORR_E_EXISTS);
    assert_int_equal(orr_stages_set(fresh, none), ORR_E_ARGUMENT);
    assert_int_equal(orr_stages_set(fresh, empty), ORR_E_ARGUMENT);
    assert_int_equal(orr_stages_set(fresh, NULL), ORR_E_ARGUMENT);
    assert_ok(orr_world_step(fresh, 1));
    orr_world_destroy(fresh);
}

/* ---- from inside a system that declares Position and Velocity ---- */

static int32_t misuse(orr_run *run, void *context)
{
    scene s = *(scene *)context;
    orr_world *w = orr_run_world(run);
    int64_t made = 0;
    const orr_value value = { .f32 = 1 };
    orr_entity spawned;
    s.hash = orr_world_hash(w);
    REFUSED(ORR_E_LOCKED, "orr_patch_spawn", orr_entity_spawn(w, s.c.mote, 1, &spawned));
    REFUSED(ORR_E_LOCKED, "orr_patch_destroy", orr_entity_destroy(w, &s.alive, 1));
    REFUSED(ORR_E_LOCKED, "orr_patch_add", orr_entity_add(w, &s.alive, 1, s.c.frozen));
    REFUSED(ORR_E_LOCKED, "orr_patch_remove", orr_entity_remove(w, &s.alive, 1, s.c.position));
    REFUSED(ORR_E_LOCKED, "", orr_world_step(w, 1));
    NONE(ORR_E_LOCKED, "", SYSTEM(.name = "late", .run = nothing));
    REFUSED(ORR_E_LOCKED, "", orr_hook_create(w, ORR_HOOK_ADD, s.c.position, told, NULL));
    NONE(ORR_E_LOCKED, "r", orr_resource_create(w, &(orr_resource_desc){ .name = "r", .text = "x" }));
    NONE(ORR_E_ACCESS, "'Velocity'", orr_entity_write(w, s.alive, s.c.vx));
    REFUSED(ORR_E_ACCESS, "wind", orr_resource_get(w, s.wind, "t", &(orr_value){ .f32 = 0 }));
    REFUSED(ORR_E_ACCESS, "wind", orr_resource_set(w, s.wind, "t", value));
    NONE(ORR_E_ACCESS, "heat", orr_lattice_cells(w, s.heat, "t", NULL, NULL));
    while (orr_run_next(run)) {
        NONE(ORR_E_ACCESS, "'Link'", orr_run_read(run, s.c.to));
        NONE(ORR_E_ACCESS, "'Velocity'", orr_run_write(run, s.c.vx));
        NONE(ORR_E_ARGUMENT, "", orr_run_read(run, (orr_field){ .component = 99 }));
        NONE(ORR_E_ACCESS, "", orr_run_marks(run, s.c.velocity));
        NONE(ORR_E_ACCESS, "", orr_run_gather(run, s.c.px));
        NONE(ORR_E_ACCESS, "near", orr_run_neighbours(run, s.near));
        NONE(ORR_E_ACCESS, "heat", orr_run_lattice(run, s.heat, "t"));
        REFUSED(ORR_E_ARGUMENT, "", orr_patch_spawn(run, 99, 1, &made));
        REFUSED(ORR_E_DEAD, "", orr_patch_destroy(run, 0));
        REFUSED(ORR_E_DEAD, "", orr_patch_destroy(run, -5));
        REFUSED(ORR_E_ARGUMENT, "", orr_patch_add(run, (int64_t)s.alive, 99));
        REFUSED(ORR_E_ARGUMENT, "", orr_patch_remove(run, (int64_t)s.alive, 0));
        REFUSED(ORR_E_ARGUMENT, "", orr_patch_set(run, (int64_t)s.alive, (orr_field){ .component = 99 }, value));
        REFUSED(ORR_E_NOT_FOUND, "event 99", orr_run_emit(run, 99, &value));
        REFUSED(ORR_E_ARGUMENT, "", orr_run_reduce(run, 99, "sum", 1));
        REFUSED(ORR_E_ARGUMENT, "", orr_run_reduce(run, 0, NULL, 1));
    }
    return ORR_OK;
}

static void in_systems(void **state)
{
    (void)state;
    scene s = open_scene();
    const orr_component both[] = { s.c.position, s.c.velocity, 0 }, writes[] = { s.c.position, 0 };
    const orr_component reads[] = { s.c.velocity, 0 };
    assert_true(orr_system_create(
        s.c.world,
        &(orr_system_desc){
            .name = "misuse", .run = misuse, .context = &s, .query.all = both, .reads = reads, .writes = writes }));
    assert_ok(orr_world_step(s.c.world, 1));
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worlds),  cmocka_unit_test(components), cmocka_unit_test(entities),
        cmocka_unit_test(queries), cmocka_unit_test(values),     cmocka_unit_test(structures),
        cmocka_unit_test(systems), cmocka_unit_test(in_systems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
