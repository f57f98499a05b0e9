/* Pictures in memory whose pixels are checked: every kind of layer, the order of layers, tori, odd numbers, no memory.
 * needs: view */
#include "draw_case.h"
#include "faulty.h"

#include "view/target.h"

#define PI 3.14159265358979
#define assert_near(a, b, most)                                                                                        \
    do {                                                                                                               \
        const double near_a = (a), near_b = (b);                                                                       \
        if (!(fabs(near_a - near_b) <= (most))) fail_msg("%s is %g, not %g", #a, near_a, near_b);                      \
    } while (0)

/* ---- points ---- */

static void test_discs(void **state)
{
    (void)state;
    draw_case d = draw_new();
    draw_spawn(&d, d.c.still, 20.3, 20.6);
    const double sizes[] = { 1, 2, 3, 5.5, 8, 20, 30 };
    for (uint32_t i = 0; i < 7; i++) {
        const orr_layer layer = draw_layer(&d, ORR_LAYER_POINTS, sizes[i]);
        draw_scene(&d, &layer, 1, false);
        draw_now(&d);
        const double radius = sizes[i] / 2, round = PI * radius * radius;
        assert_true(draw_area(&d) > 0.95 * round && draw_area(&d) < (radius < 1 ? 1.4 : 1.1) * round);
        if (radius > 2) assert_int_equal(draw_at(&d, 20.3, 20.6), 0xff0000);
        assert_int_equal(draw_at(&d, 50, 35), 0);
    }
    draw_end(&d);
}

/* Soft edges: neither red nor black. And what is smaller than a pixel is fainter. */
static void test_soft_edges(void **state)
{
    (void)state;
    draw_case d = draw_new();
    draw_spawn(&d, d.c.still, 20, 20);
    orr_layer layer = draw_layer(&d, ORR_LAYER_POINTS, 11);
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    assert_true(draw_red(&d, 23.5, 23.5) > 0 && draw_red(&d, 24.5, 23.5) < 255);
    layer.size.value = 0.5;
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    const double faint = draw_area(&d);
    assert_true(faint > 0.05 && faint < 0.4);
    layer.size.value = 0;
    layer.size.field = d.c.px; /* 20 */
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    assert_near(draw_area(&d), PI * 100, 15);
    draw_end(&d);
}

static void test_squares(void **state)
{
    (void)state;
    draw_case d = draw_new();
    draw_spawn(&d, d.c.still, 10, 10);
    draw_spawn(&d, d.c.still, 30.4, 10.3);
    orr_layer layer = draw_layer(&d, ORR_LAYER_POINTS, 4);
    layer.shape = ORR_SHAPE_SQUARE;
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    assert_near(draw_area(&d), 32, 0); /* sharp, and of one size wherever they are */
    assert_int_equal(draw_at(&d, 8.5, 8.5), 0xff0000);
    assert_int_equal(draw_at(&d, 11.5, 11.5), 0xff0000);
    assert_int_equal(draw_at(&d, 7.5, 8.5), 0);
    assert_int_equal(draw_at(&d, 12.5, 8.5), 0);
    draw_end(&d);
}

static void test_units_of_the_world(void **state)
{
    (void)state;
    draw_case d = draw_new();
    draw_spawn(&d, d.c.still, 30, 20);
    orr_layer layer = draw_layer(&d, ORR_LAYER_POINTS, 4);
    layer.shape = ORR_SHAPE_SQUARE;
    d.camera.zoom = 3;
    d.camera.scale = 2;
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    assert_near(draw_area(&d), 64, 0); /* pixels, doubled on a dense display */
    layer.world_units = true;
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    assert_near(draw_area(&d), 144, 0);
    draw_end(&d);
}

/* ---- the others that have one place ---- */

static void test_triangles(void **state)
{
    (void)state;
    draw_case d = draw_new();
    const orr_entity one = draw_spawn(&d, d.c.mote, 30, 20);
    orr_layer layer = draw_layer(&d, ORR_LAYER_TRIANGLES, 20);
    layer.query = d.motes;
    layer.heading_x.field = d.c.vx;
    layer.heading_y.field = d.c.vy;
    const double directions[][2] = { { 1, 0 }, { 0, 5 }, { -0.1, 0 }, { 0, -3 }, { 0, 0 } };
    for (uint32_t i = 0; i < 5; i++) {
        const double ux = (directions[i][0] > 0) - (directions[i][0] < 0),
                     uy = (directions[i][1] > 0) - (directions[i][1] < 0);
        case_set(&d.c, one, d.c.vx, (float)directions[i][0]);
        case_set(&d.c, one, d.c.vy, (float)directions[i][1]);
        draw_scene(&d, &layer, 1, false);
        draw_now(&d);
        const double hx = i == 4 ? 1 : ux, hy = i == 4 ? 0 : uy; /* none: to the right */
        assert_near(draw_area(&d), 0.5 * 20 * 14.4, 8);
        assert_true(draw_red(&d, 30.01 + 9 * hx, 20.01 + 9 * hy) > 100);    /* the tip */
        assert_true(draw_red(&d, 30.01 - 9.2 * hx, 20.01 - 9.2 * hy) == 0); /* behind */
        assert_true(draw_red(&d, 30.01 - 7 * hx + 5 * hy, 20.01 - 7 * hy + 5 * hx) > 200);
    }
    layer.heading_is_angle = true;
    case_set(&d.c, one, d.c.vx, 1.5707963f);
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    assert_true(draw_red(&d, 30.01, 29.01) > 100); /* counter-clockwise, y upwards */
    draw_end(&d);
}

static void test_rectangles(void **state)
{
    (void)state;
    draw_case d = draw_new();
    draw_spawn(&d, d.c.still, 20, 10);
    orr_layer layer = draw_layer(&d, ORR_LAYER_RECTANGLES, 0);
    layer.width.value = 10;
    layer.height.field = d.c.py;
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    assert_near(draw_area(&d), 100, 0);
    assert_int_equal(draw_at(&d, 15.5, 5.5), 0xff0000);
    assert_int_equal(draw_at(&d, 24.5, 14.5), 0xff0000);
    assert_int_equal(draw_at(&d, 25.5, 14.5), 0);
    draw_end(&d);
}

static double text_area(draw_case *d, const char *text, double size)
{
    orr_layer layer = draw_layer(d, ORR_LAYER_TEXT, size);
    layer.text = text;
    layer.value.field = d->c.px;
    draw_scene(d, &layer, 1, false);
    draw_now(d);
    return draw_area(d);
}

static double number_area(draw_case *d, double value)
{
    orr_layer layer = draw_layer(d, ORR_LAYER_TEXT, 8);
    layer.value.value = value;
    draw_scene(d, &layer, 1, false);
    draw_now(d);
    return draw_area(d);
}

static void test_text(void **state)
{
    (void)state;
    draw_case d = draw_new();
    draw_spawn(&d, d.c.still, 30, 20);
    const double small = text_area(&d, "mm", 10), large = text_area(&d, "mm", 20);
    assert_true(small > 10);
    assert_near(large / small, 4, 1.2);
    assert_true(text_area(&d, "i", 20) < 0.5 * text_area(&d, "W", 20));
    assert_near(text_area(&d, " ", 20), 0, 0);
    assert_near(text_area(&d, "", 20), 0, 0);
    assert_near(text_area(&d, NULL, 20), text_area(&d, "30", 20), 0); /* the number */
    assert_near(number_area(&d, 12345678), text_area(&d, "12345678", 8), 0);
    assert_near(number_area(&d, -0.0), text_area(&d, "0", 8), 0);
    assert_near(number_area(&d, 1.5e9), text_area(&d, "1.5e+09", 8), 0);
    const double eszett = text_area(&d, "\xc3\x9f", 20), box = text_area(&d, "\xff", 20);
    assert_true(eszett > 10 && box > 10 && eszett != box);
    assert_true(text_area(&d, "\xf0\x9f", 20) > 10); /* broken off */
    /* in the middle of the place */
    (void)text_area(&d, "O", 20);
    assert_int_equal(draw_at(&d, 30, 20), 0);
    assert_true(draw_red(&d, 23.5, 20) + draw_red(&d, 24.5, 20) + draw_red(&d, 22.5, 20) > 200);
    assert_true(text_area(&d, "a long line of text that reaches far beyond the picture on both sides", 20) > 50);
    draw_end(&d);
}

/* ---- lines ---- */

static void test_lines(void **state)
{
    (void)state;
    draw_case d = draw_new();
    const orr_entity one = draw_spawn(&d, d.c.mote, 10, 10);
    orr_layer layer = draw_layer(&d, ORR_LAYER_LINES, 2);
    layer.query = d.motes;
    layer.x2.field = d.c.vx;
    layer.y2.field = d.c.vy;
    case_set(&d.c, one, d.c.vx, 50);
    case_set(&d.c, one, d.c.vy, 10);
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    assert_near(draw_area(&d), 80, 2);
    assert_int_equal(draw_at(&d, 30.5, 10.5), 0xff0000);
    assert_int_equal(draw_at(&d, 30.5, 9.5), 0xff0000);
    assert_int_equal(draw_at(&d, 30.5, 11.5), 0);
    case_set(&d.c, one, d.c.vy, 30);
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    assert_near(draw_area(&d), 2 * sqrt(1600 + 400), 3);
    assert_true(draw_red(&d, 30, 20) > 200);
    draw_end(&d);
}

static void test_lines_to_entities(void **state)
{
    (void)state;
    draw_case d = draw_new();
    const orr_entity goal = draw_spawn(&d, d.c.mote, 50, 20); /* not of the lines' own rows */
    const orr_entity one = draw_spawn(&d, d.linked, 10, 20), two = draw_spawn(&d, d.linked, 10, 30);
    orr_layer layers[] = { draw_layer(&d, ORR_LAYER_LINES, 2), draw_layer(&d, ORR_LAYER_POINTS, 1) };
    layers[0].query = d.links;
    layers[0].to = d.c.to;
    layers[1].query = d.motes;
    *(orr_entity *)orr_entity_write(d.c.world, one, d.c.to) = goal;
    *(orr_entity *)orr_entity_write(d.c.world, two, d.c.to) = one;
    draw_scene(&d, layers, 2, false);
    draw_now(&d);
    assert_true(draw_red(&d, 30, 20.5) > 100); /* to a row of another layer */
    assert_true(draw_red(&d, 10.5, 25) > 100); /* to one of its own */
    assert_near(draw_area(&d), 80 + 20 + 1, 4);
    assert_ok(orr_entity_destroy(d.c.world, &goal, 1));
    const orr_entity heir = draw_spawn(&d, d.c.mote, 50, 20); /* the index may be the same, the entity is not */
    draw_now(&d);
    assert_int_equal(draw_red(&d, 30, 20.5), 0);
    assert_true(heir != goal);
    *(orr_entity *)orr_entity_write(d.c.world, one, d.c.to) = 0;
    draw_now(&d);
    assert_near(draw_area(&d), 20 + 1, 2);
    draw_end(&d);
}

/* ---- lattices ---- */

static orr_layer lattice_of(draw_case *d, uint32_t width, uint32_t height, float **cells)
{
    const orr_field_desc field[] = { { .name = "t", .type = ORR_TYPE_F32 } };
    const orr_lattice made = orr_lattice_create(
        d->c.world,
        &(orr_lattice_desc){ .name = "heat", .width = width, .height = height, .fields = field, .field_count = 1 });
    assert_true(made);
    static const uint32_t two[] = { 0x000000ff, 0xff0000ff };
    *cells = orr_lattice_cells(d->c.world, made, "t", NULL, NULL);
    return (orr_layer){ .kind = ORR_LAYER_LATTICE,
                        .lattice = made,
                        .cells = "t",
                        .paint = { .colours = two, .colour_count = 2, .min = 0, .max = 1 },
                        .right = DRAW_WIDTH,
                        .top = DRAW_HEIGHT };
}

static void test_lattices(void **state)
{
    (void)state;
    draw_case d = draw_new();
    float *cells;
    const orr_layer layer = lattice_of(&d, 6, 4, &cells); /* 10 x 10 pixels a cell */
    cells[0] = 1;                                         /* below at the left */
    cells[6 * 3 + 5] = 0.5f;
    cells[6 * 1 + 2] = NAN;
    cells[6 * 2 + 2] = 7;
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    assert_int_equal(draw_at(&d, 0.5, 0.5), 0xff0000);
    assert_int_equal(draw_at(&d, 9.5, 9.5), 0xff0000); /* sharp to the edge */
    assert_int_equal(draw_at(&d, 10.5, 9.5), 0);
    assert_int_equal(draw_at(&d, 9.5, 10.5), 0);
    assert_near(draw_red(&d, 59.5, 39.5), 127.5, 2);
    assert_int_equal(draw_at(&d, 25, 15), 0x808080);
    assert_int_equal(draw_at(&d, 25, 25), 0xff0000); /* beyond the end */
    d.camera.zoom = 1000;                            /* a part of one cell */
    d.camera.x = d.camera.y = 5;
    draw_now(&d);
    assert_near(draw_area(&d), DRAW_WIDTH * DRAW_HEIGHT, 0);
    d.camera.x = 500; /* nothing of it */
    draw_now(&d);
    assert_near(draw_area(&d), 0, 0);
    draw_end(&d);
}

static void test_lattices_of_many_cells(void **state)
{
    (void)state;
    draw_case d = draw_new();
    float *cells;
    const orr_layer layer = lattice_of(&d, 3000, 400, &cells); /* 50 x 10 cells a pixel */
    for (uint32_t i = 0; i < 3000 * 400; i++) cells[i] = i % 3000 < 1500 ? (float)(i % 2) : 0;
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    for (double x = 0.5; x < 30; x++) assert_near(draw_red(&d, x, 20), 127.5, 2); /* the mean */
    for (double x = 30.5; x < 60; x++) assert_int_equal(draw_red(&d, x, 20), 0);
    d.camera.width = d.camera.height = 1;
    d.camera.zoom = 1.0 / 60;
    draw_now(&d);
    assert_int_equal(orr__drawer_canvas(d.drawer)->width, 1);
    draw_end(&d);
}

/* ---- colours, order ---- */

static void test_colours_by_field(void **state)
{
    (void)state;
    draw_case d = draw_new();
    static const uint32_t three[] = { 0xff0000ff, 0x00ff00ff, 0x0000ffff };
    const float values[] = { -1, 0, 1, 2, 3, NAN };
    const uint32_t right[] = { 0xff0000, 0xff0000, 0x00ff00, 0x0000ff, 0x0000ff, 0x808080 };
    for (uint32_t i = 0; i < 6; i++) case_set(&d.c, draw_spawn(&d, d.c.mote, 5.0 + 10 * i, 20), d.c.vx, values[i]);
    orr_layer layer = draw_layer(&d, ORR_LAYER_POINTS, 6);
    layer.query = d.motes;
    layer.paint = (orr_paint){ .field = d.c.vx, .colours = three, .colour_count = 3, .min = 0, .max = 2 };
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    for (uint32_t i = 0; i < 6; i++) assert_int_equal(draw_at(&d, 5.0 + 10 * i, 20), right[i]);
    const orr_param top = orr_param_create(d.c.world, &(orr_param_desc){ .name = "top", .value = 4 });
    layer.paint.max_param = top;
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    assert_int_equal(draw_at(&d, 35, 20), 0x00ff00); /* 2 of 4 */
    layer.paint = (orr_paint){ .field = d.c.vx, .colours = three, .colour_count = 3 };
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    assert_int_equal(draw_at(&d, 5, 20), 0xff0000); /* from the least to the greatest */
    assert_int_equal(draw_at(&d, 45, 20), 0x0000ff);
    assert_int_equal(draw_at(&d, 25, 20), 0x00ff00);
    draw_end(&d);
}

static void test_order_of_layers(void **state)
{
    (void)state;
    draw_case d = draw_new();
    static const uint32_t green = DRAW_GREEN, half = 0x00ff0080;
    draw_spawn(&d, d.c.still, 30, 20);
    orr_layer layers[] = { draw_layer(&d, ORR_LAYER_POINTS, 20), draw_layer(&d, ORR_LAYER_POINTS, 10) };
    layers[1].paint.colours = &green;
    draw_scene(&d, layers, 2, false);
    draw_now(&d);
    assert_int_equal(draw_at(&d, 30, 20), 0x00ff00);
    assert_int_equal(draw_at(&d, 37, 20), 0xff0000);
    layers[1].paint.colours = &half;
    draw_scene(&d, layers, 2, false);
    draw_now(&d);
    assert_near(draw_red(&d, 30, 20), 127, 2);
    assert_near((draw_at(&d, 30, 20) >> 8) & 0xff, 128, 2);
    const orr_layer keep = layers[0];
    layers[0] = layers[1];
    layers[1] = keep;
    draw_scene(&d, layers, 2, false);
    draw_now(&d);
    assert_int_equal(draw_at(&d, 30, 20), 0xff0000);
    draw_end(&d);
}

static void test_legends(void **state)
{
    (void)state;
    draw_case d = draw_new();
    orr_layer layer = draw_layer(&d, ORR_LAYER_POINTS, 2);
    layer.paint = (orr_paint){ .field = d.c.px, .map = "viridis", .min = 0, .max = 9, .legend = "x" };
    d.camera.width = 400;
    d.camera.height = 300;
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    const orr__canvas *canvas = orr__drawer_canvas(d.drawer);
    uint32_t first = 0, last = 0, other = 0;
    for (int32_t y = 0; y < 300; y++) {
        for (int32_t x = 0; x < 400; x++) {
            const uint32_t pixel = canvas->pixels[y * 400 + x] & 0xffffff;
            first += pixel == 0x440154;
            last += pixel == 0xfde725;
            other += x < 180 && pixel != 0;
        }
    }
    assert_true(first >= 5 && last >= 5);  /* both ends of the bar */
    assert_int_equal(other, 0);            /* it stands at the right */
    d.camera.width = d.camera.height = 40; /* no room: none */
    draw_now(&d);
    draw_end(&d);
}

/* ---- tori ---- */

static void test_torus_shapes(void **state)
{
    (void)state;
    draw_case d = draw_new();
    draw_spawn(&d, d.c.still, 0, 20);
    draw_spawn(&d, d.c.still, DRAW_WIDTH, DRAW_HEIGHT); /* a corner: four quarters */
    draw_spawn(&d, d.c.still, 30 - 3 * DRAW_WIDTH, 20); /* far off: the same place */
    const uint32_t kinds[] = { ORR_LAYER_POINTS, ORR_LAYER_RECTANGLES };
    for (uint32_t k = 0; k < 2; k++) {
        orr_layer layer = draw_layer(&d, kinds[k], 8);
        layer.shape = ORR_SHAPE_SQUARE;
        layer.width.value = layer.height.value = 8;
        draw_scene(&d, &layer, 1, true);
        draw_now(&d);
        assert_near(draw_area(&d), 3 * 64, 0);
        assert_int_equal(draw_at(&d, 3.5, 20.5), 0xff0000);
        assert_int_equal(draw_at(&d, 56.5, 20.5), 0xff0000);
        assert_int_equal(draw_at(&d, 0.5, 0.5), 0xff0000);
        assert_int_equal(draw_at(&d, 59.5, 39.5), 0xff0000);
        assert_int_equal(draw_at(&d, 0.5, 39.5), 0xff0000);
        assert_int_equal(draw_at(&d, 59.5, 0.5), 0xff0000);
        assert_int_equal(draw_at(&d, 30.5, 20.5), 0xff0000);
    }
    d.camera.zoom = 0.5; /* beside the torus there is nothing */
    draw_now(&d);
    assert_near(draw_area(&d), 3 * 64, 3);
    assert_int_equal(draw_at(&d, -5, 20), 0);
    draw_end(&d);
}

static void test_torus_lines(void **state)
{
    (void)state;
    draw_case d = draw_new();
    const orr_entity one = draw_spawn(&d, d.c.mote, 55, 20);
    orr_layer layer = draw_layer(&d, ORR_LAYER_LINES, 2);
    layer.query = d.motes;
    layer.x2.field = d.c.vx;
    layer.y2.field = d.c.vy;
    case_set(&d.c, one, d.c.vx, 5);
    case_set(&d.c, one, d.c.vy, 20);
    draw_scene(&d, &layer, 1, true);
    draw_now(&d);
    assert_near(draw_area(&d), 20, 2); /* ten units over the edge, not fifty across the picture */
    assert_int_equal(draw_at(&d, 58, 20.5), 0xff0000);
    assert_int_equal(draw_at(&d, 2, 20.5), 0xff0000);
    assert_int_equal(draw_at(&d, 30, 20.5), 0);
    draw_scene(&d, &layer, 1, false);
    draw_now(&d);
    assert_near(draw_area(&d), 100, 2);
    draw_end(&d);
}

/* ---- odd numbers, other renderers, no memory ---- */

static void test_odd_numbers(void **state)
{
    (void)state;
    draw_case d = draw_new();
    const float odd[] = { NAN, INFINITY, -INFINITY, 3e38f, -3e38f, 1e9f, -1e9f };
    for (uint32_t i = 0; i < 7; i++) {
        for (uint32_t k = 0; k < 7; k++) {
            const orr_entity made = draw_spawn(&d, d.c.mote, (double)odd[i], 20);
            case_set(&d.c, made, d.c.vx, odd[k]);
            case_set(&d.c, made, d.c.vy, odd[(i + k) % 7]);
        }
    }
    for (uint32_t wrap = 0; wrap < 2; wrap++) {
        for (uint32_t kind = 0; kind < ORR_LAYER_LATTICE; kind++) {
            for (uint32_t size = 0; size < 2; size++) {
                orr_layer layer = draw_layer(&d, kind, 5);
                layer.query = d.motes;
                layer.heading_x.field = layer.x2.field = layer.value.field = d.c.vx;
                layer.heading_y.field = layer.y2.field = d.c.vy;
                layer.width.value = layer.height.value = 3;
                if (size) layer.size.field = layer.width.field = d.c.vy;
                draw_scene(&d, &layer, 1, wrap);
                draw_tick(&d);
                draw_now(&d); /* whatever is seen: nothing ends here, nothing is read beside the picture */
            }
        }
    }
    draw_end(&d);
}

static void test_a_renderer_shows_the_canvas(void **state)
{
    (void)state;
    draw_case d = draw_new();
    draw_spawn(&d, d.c.still, 20, 30);
    const orr_layer layer = draw_layer(&d, ORR_LAYER_POINTS, 13);
    draw_scene(&d, &layer, 1, false);
    orr__target target;
    assert_ok(orr__target_open(&target, DRAW_WIDTH, DRAW_HEIGHT));
    orr__drawer_destroy(d.drawer);
    d.drawer = orr__drawer_create(&d.c.world->alloc, target.renderer);
    draw_now(&d);
    SDL_RenderPresent(target.renderer);
    const orr__canvas *canvas = orr__drawer_canvas(d.drawer);
    for (uint32_t y = 0; y < DRAW_HEIGHT; y++) {
        for (uint32_t x = 0; x < DRAW_WIDTH; x++)
            assert_int_equal(orr__target_pixel(&target, x, y) & 0xffffff,
                             canvas->pixels[y * DRAW_WIDTH + x] & 0xffffff);
    }
    orr__drawer_destroy(d.drawer);
    d.drawer = NULL;
    orr__target_close(&target);
    draw_end(&d);
}

static void test_sizes_that_are_refused(void **state)
{
    (void)state;
    draw_case d = draw_new();
    draw_scene(&d, NULL, 0, false);
    const double sides[] = { 0, -1, 16385, NAN };
    for (uint32_t i = 0; i < 4; i++) {
        d.camera.width = sides[i];
        assert_int_equal(draw_try(&d), ORR_E_RANGE);
        assert_says("1 to 16384 pixels each way");
    }
    draw_end(&d);
}

static void test_no_memory(void **state)
{
    (void)state;
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, -1);
        draw_case d = draw_in(orr_world_create(&(orr_world_desc){ .threads = 1, .allocator = &hooks }));
        draw_spawn(&d, d.c.mote, 59, 20);
        draw_spawn(&d, d.linked, 10, 20);
        float *cells;
        orr_layer layers[] = { draw_layer(&d, ORR_LAYER_POINTS, 6), draw_layer(&d, ORR_LAYER_TRIANGLES, 6),
                               draw_layer(&d, ORR_LAYER_LINES, 1),  draw_layer(&d, ORR_LAYER_TRAILS, 1),
                               draw_layer(&d, ORR_LAYER_TEXT, 10),  lattice_of(&d, 5, 5, &cells) };
        layers[2].query = d.links;
        layers[2].to = d.c.to;
        layers[4].text = "hi";
        layers[5].paint.legend = "heat";
        draw_scene(&d, layers, 6, true);
        assert_ok(orr_world_step(d.c.world, 1));
        atomic_store(&f.left, n);
        const int32_t code = draw_try(&d);
        done = atomic_load(&f.refused) == 0;
        atomic_store(&f.left, -1);
        if (code != ORR_OK) assert_int_equal(code, ORR_E_MEMORY);
        assert_true(code == ORR_OK || !done);
        draw_now(&d); /* and then all is well */
        draw_end(&d);
        assert_int_equal(atomic_load(&f.alive), 0);
        assert_int_equal(atomic_load(&f.overrun), 0);
        assert_true(n < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_discs),
        cmocka_unit_test(test_soft_edges),
        cmocka_unit_test(test_squares),
        cmocka_unit_test(test_units_of_the_world),
        cmocka_unit_test(test_triangles),
        cmocka_unit_test(test_rectangles),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_lines_to_entities),
        cmocka_unit_test(test_lattices),
        cmocka_unit_test(test_lattices_of_many_cells),
        cmocka_unit_test(test_colours_by_field),
        cmocka_unit_test(test_order_of_layers),
        cmocka_unit_test(test_legends),
        cmocka_unit_test(test_torus_shapes),
        cmocka_unit_test(test_torus_lines),
        cmocka_unit_test(test_odd_numbers),
        cmocka_unit_test(test_a_renderer_shows_the_canvas),
        cmocka_unit_test(test_sizes_that_are_refused),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
