/* Scenes: what is refused and how it is said, copies that outlive their description, shows, versions, no memory. */
#include "faulty.h"
#include "sim_case.h"

#include <math.h>

#include "sim/scene.h"
#include "sim/sim.h"

typedef struct stage {
    sim_case c;
    orr_query motes, links;
    orr_lattice heat;
    orr_param size;
} stage;

static stage stage_of(orr_world *world)
{
    stage s = { .c = case_in(world) };
    const orr_field_desc cell[] = { { .name = "t", .type = ORR_TYPE_F32 } };
    s.motes = orr_query_create(world, &(orr_query_desc){ .all = (orr_component[]){ s.c.position, s.c.velocity, 0 } });
    s.links = orr_query_create(world, &(orr_query_desc){ .all = (orr_component[]){ s.c.position, s.c.link, 0 } });
    s.heat = orr_lattice_create(
        world, &(orr_lattice_desc){ .name = "heat", .width = 4, .height = 3, .fields = cell, .field_count = 1 });
    s.size = orr_param_create(world, &(orr_param_desc){ .name = "size", .value = 5 });
    return s;
}

static stage stage_new(void)
{
    const stage s = stage_of(orr_world_create(&(orr_world_desc){ .threads = 1 }));
    assert_true(s.motes && s.links && s.heat && s.size);
    return s;
}

static orr_layer points(const stage *s)
{
    return (
        orr_layer){ .kind = ORR_LAYER_POINTS, .query = s->motes, .x = { .field = s->c.px }, .y = { .field = s->c.py } };
}

static int32_t set(const stage *s, const orr_layer *layer)
{
    return orr_scene_set(s->c.world, &(orr_scene_desc){ .layers = layer, .layer_count = 1 });
}

#define refuses(layer, expected, says)                                                                                 \
    do {                                                                                                               \
        const uint64_t version = s.c.world->sim->scene_version;                                                        \
        assert_int_equal(set(&s, &(layer)), expected);                                                                 \
        assert_says(says);                                                                                             \
        assert_true(s.c.world->sim->scene_version == version);                                                         \
    } while (0)

static void test_refuses(void **state)
{
    (void)state;
    stage s = stage_new();
    orr_layer l = points(&s);
    l.kind = ORR_LAYER_KINDS;
    refuses(l, ORR_E_ARGUMENT, "layer 1 (?): there is no kind 7");
    l = points(&s);
    l.shape = 9;
    refuses(l, ORR_E_ARGUMENT, "there is no shape 9");
    l.shape = 0;
    l.query = 99;
    refuses(l, ORR_E_ARGUMENT, "layer 1 (points): query 99 does not exist");
    l = points(&s);
    l.query = s.links;
    l.size.field = s.c.vx;
    refuses(l, ORR_E_ARGUMENT, "size: the query of the layer does not list 'Velocity' in `all`");
    l = points(&s);
    l.size.param = 77;
    refuses(l, ORR_E_ARGUMENT, "size: param 77 does not exist");
    l.size = (orr_amount){ .value = NAN };
    refuses(l, ORR_E_RANGE, "size: nan is not finite");
    l = points(&s);
    l.query = s.links;
    l.x.field = s.c.to;
    refuses(l, ORR_E_ARGUMENT, "x: an entity is no number");
    l = points(&s);
    l.kind = ORR_LAYER_LINES;
    l.to = s.c.vx;
    refuses(l, ORR_E_ARGUMENT, "to: an entity field is needed");
    l = points(&s);
    l.x.field.index = 40;
    refuses(l, ORR_E_ARGUMENT, "x");
    case_end(&s.c);
}

static void test_refuses_colours(void **state)
{
    (void)state;
    stage s = stage_new();
    orr_layer l = points(&s);
    l.paint = (orr_paint){ .field = s.c.vx, .map = "virdis" };
    refuses(l, ORR_E_NOT_FOUND, "there is no colour map 'virdis' (did you mean 'viridis'?)");
    l.paint = (orr_paint){ .field = s.c.vx, .min = 2, .max = 1 };
    refuses(l, ORR_E_RANGE, "colours from 2 to 1");
    l.paint = (orr_paint){ .field = s.c.vx, .min = -INFINITY };
    refuses(l, ORR_E_RANGE, "colours from -inf");
    l.paint = (orr_paint){ .field = s.c.vx, .max_param = 9 };
    refuses(l, ORR_E_ARGUMENT, "no such param");
    l.paint = (orr_paint){ .field = s.c.vx, .colour_count = 65 };
    refuses(l, ORR_E_LIMIT, "65 colours; at most 64");
    l.query = s.links;
    l.paint = (orr_paint){ .field = s.c.to };
    refuses(l, ORR_E_ARGUMENT, "colour: an entity is no number");
    case_end(&s.c);
}

static void test_refuses_lattices(void **state)
{
    (void)state;
    stage s = stage_new();
    orr_layer l = { .kind = ORR_LAYER_LATTICE, .lattice = 9, .cells = "t" };
    refuses(l, ORR_E_ARGUMENT, "layer 1 (lattice): lattice 9 does not exist");
    l.lattice = s.heat;
    l.cells = NULL;
    refuses(l, ORR_E_ARGUMENT, "lattice 'heat': which field?");
    l.cells = "u";
    refuses(l, ORR_E_NOT_FOUND, "lattice 'heat' has no field 'u'");
    orr_layer many[ORR__LAYERS_MAX + 1] = { { 0 } };
    for (uint32_t i = 0; i <= ORR__LAYERS_MAX; i++) many[i] = points(&s);
    assert_int_equal(orr_scene_set(s.c.world, &(orr_scene_desc){ .layers = many, .layer_count = ORR__LAYERS_MAX + 1 }),
                     ORR_E_LIMIT);
    assert_ok(orr_scene_set(s.c.world, &(orr_scene_desc){ .layers = many, .layer_count = ORR__LAYERS_MAX }));
    assert_int_equal(orr_scene_set(s.c.world, NULL), ORR_E_ARGUMENT);
    assert_int_equal(orr_scene_set(s.c.world, &(orr_scene_desc){ .layer_count = 1 }), ORR_E_ARGUMENT);
    case_end(&s.c);
}

static int32_t set_in_a_system(orr_run *run, void *context)
{
    (void)run;
    const stage *s = context;
    assert_int_equal(orr_scene_set(s->c.world, &(orr_scene_desc){ 0 }), ORR_E_LOCKED);
    return ORR_OK;
}

static void test_not_while_a_system_runs(void **state)
{
    (void)state;
    stage s = stage_new();
    assert_true(
        orr_system_create(s.c.world, &(orr_system_desc){ .name = "draw", .run = set_in_a_system, .context = &s }));
    assert_ok(orr_world_step(s.c.world, 1));
    case_end(&s.c);
}

/* Everything that is pointed at may be gone when the call returns. */
static void test_copies(void **state)
{
    (void)state;
    stage s = stage_new();
    char legend[] = "speed", map[] = "magma", labels[] = "a\nb", text[] = "hello", cells[] = "t";
    uint32_t colours[] = { 0x112233ff, 0x445566ff };
    orr_layer layers[3] = { points(&s), points(&s), { .kind = ORR_LAYER_LATTICE, .lattice = s.heat, .cells = cells } };
    layers[0].paint = (orr_paint){ .field = s.c.vx, .map = map, .legend = legend };
    layers[1].kind = ORR_LAYER_TEXT;
    layers[1].text = text;
    layers[1].paint = (orr_paint){ .colours = colours, .colour_count = 2, .labels = labels };
    assert_ok(orr_scene_set(s.c.world, &(orr_scene_desc){ .layers = layers, .layer_count = 3 }));
    memset(legend, 'x', 5);
    memset(map, 'x', 5);
    memset(labels, 'x', 3);
    memset(text, 'x', 5);
    memset(colours, 0, sizeof colours);
    memset(layers, 0xff, sizeof layers);
    cells[0] = 'x';
    const orr_scene_desc *d = &s.c.world->sim->scene->desc;
    assert_int_equal(d->layer_count, 3);
    assert_string_equal(d->layers[0].paint.legend, "speed");
    assert_string_equal(d->layers[0].paint.map, "magma");
    assert_int_equal(d->layers[0].paint.colours[0], 0x000004ff);
    assert_true(isnan(d->layers[0].paint.min) && isnan(d->layers[0].paint.max));
    assert_string_equal(d->layers[1].text, "hello");
    assert_string_equal(d->layers[1].paint.labels, "a\nb");
    assert_int_equal(d->layers[1].paint.colours[1], 0x445566ff);
    assert_string_equal(d->layers[2].cells, "heat.t");
    assert_true(d->layers[2].right == 4 && d->layers[2].top == 3);
    case_end(&s.c);
}

static void test_defaults(void **state)
{
    (void)state;
    stage s = stage_new();
    const double sizes[] = { 2, 8, 1, 2, 1, 14 };
    for (uint32_t kind = 0; kind < ORR_LAYER_LATTICE; kind++) {
        orr_layer l = points(&s);
        l.kind = kind;
        assert_ok(set(&s, &l));
        const orr_layer *made = &s.c.world->sim->scene->desc.layers[0];
        assert_true(made->size.value == sizes[kind]);
        assert_int_equal(made->length, 30);
        assert_int_equal(made->paint.colour_count, 1);
        assert_int_equal(made->paint.colours[0], 0xffffffff);
    }
    assert_int_equal(s.c.world->sim->scene->desc.background, 0x0d1117ff);
    orr_layer l = points(&s);
    l.shape = ORR_SHAPE_TRIANGLE;
    l.size.param = s.size;
    assert_ok(set(&s, &l));
    assert_int_equal(s.c.world->sim->scene->desc.layers[0].kind, ORR_LAYER_TRIANGLES);
    assert_true(s.c.world->sim->scene->desc.layers[0].size.value == 0);
    case_end(&s.c);
}

/* A show holds its scene, also when the world has another one or none of its viewers cares. */
static void test_shows(void **state)
{
    (void)state;
    stage s = stage_new();
    orr_entity who[2];
    assert_ok(orr_entity_spawn(s.c.world, s.c.mote, 2, who));
    case_set(&s.c, who[1], s.c.px, 7);
    orr_layer l = points(&s);
    l.size.param = s.size;
    assert_ok(set(&s, &l));
    assert_false(orr_world_watched(s.c.world));
    orr__show *show = orr__show_open(s.c.world, 2), *other = orr__show_open(s.c.world, 1);
    assert_non_null(show);
    assert_non_null(other);
    assert_true(orr_world_watched(s.c.world));
    const uint64_t version = show->version;
    assert_ok(orr_scene_set(s.c.world, &(orr_scene_desc){ 0 }));
    assert_true(s.c.world->sim->scene_version != version);
    assert_int_equal(show->scene->desc.layer_count, 1);
    assert_ok(orr_world_step(s.c.world, 1));
    const orr_mail *mail = orr_mailbox_take(show->mailbox);
    assert_non_null(mail);
    assert_int_equal(orr_mail_count(mail, show->subscription[0]), 2);
    const float *x = orr_mail_column(mail, show->subscription[0], s.c.px, NULL);
    assert_true(x[0] == 0 && x[1] == 7);
    assert_null(orr_mail_column(mail, show->subscription[0], s.c.vx, NULL)); /* nobody asked */
    orr_mailbox_release(show->mailbox, mail);
    orr__show_close(other);
    orr__show_close(show);
    orr__show_close(NULL);
    assert_false(orr_world_watched(s.c.world));
    case_end(&s.c);
}

/* A world whose n-th allocation fails: either the scene is set, or the one before is as it was. */
static void test_no_memory(void **state)
{
    (void)state;
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, -1);
        stage s = stage_of(orr_world_create(&(orr_world_desc){ .threads = 1, .allocator = &hooks }));
        orr_layer l = points(&s);
        l.paint = (orr_paint){ .field = s.c.vx, .map = "viridis", .legend = "speed" };
        assert_ok(set(&s, &l));
        atomic_store(&f.left, n);
        const int32_t code =
            orr_scene_set(s.c.world, &(orr_scene_desc){ .background = 0x123456ff, .layers = &l, .layer_count = 1 });
        orr__show *show = code == ORR_OK ? orr__show_open(s.c.world, 2) : NULL;
        done = atomic_load(&f.refused) == 0;
        atomic_store(&f.left, -1);
        if (code != ORR_OK) assert_int_equal(code, ORR_E_MEMORY);
        assert_int_equal(s.c.world->sim->scene->desc.background, code == ORR_OK ? 0x123456ff : 0x0d1117ff);
        assert_true(show || !done);
        orr__show_close(show);
        assert_ok(orr_world_step(s.c.world, 1));
        case_end(&s.c);
        assert_int_equal(atomic_load(&f.alive), 0);
        assert_int_equal(atomic_load(&f.overrun), 0);
        assert_true(n < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_refuses_colours),
        cmocka_unit_test(test_refuses_lattices),
        cmocka_unit_test(test_not_while_a_system_runs),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_shows),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
