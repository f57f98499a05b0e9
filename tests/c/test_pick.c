/* needs: view; tsan: no
 * Who is under the pointer, against a look at everybody: rows in many blocks, columns of floats and of doubles, layers on
 * top of each other, what is out of reach or nowhere. */
#include "draw_case.h"

#include "view/pick.h"

enum { ROWS = 1500, LOOKS = 400 };

static double number(uint64_t i, uint32_t k)
{
    return orr_random_uniform(11, i, k);
}

static orr_entity under(const draw_case *d, double x, double y, double reach)
{
    const orr_mail *state = orr_mailbox_take(d->show->mailbox);
    assert_non_null(state);
    const orr_entity found = orr__pick_near(d->show, state, &d->camera, x, y, reach);
    orr_mailbox_release(d->show->mailbox, state);
    return found;
}

static void put(const draw_case *d, orr_entity entity, orr_field field, double value)
{
    void *at = orr_entity_write(d->c.world, entity, field);
    assert_non_null(at);
    if (field.type == ORR_TYPE_F64)
        *(double *)at = value;
    else
        *(float *)at = (float)value;
}

typedef struct crowd {
    orr_entity entities[ROWS];
    double x[ROWS], y[ROWS];
} crowd;

/* Rows 5 and 900 are nowhere. */
static crowd *crowd_of(const draw_case *d, orr_prefab prefab, orr_field x, orr_field y, uint32_t key)
{
    crowd *c = calloc(1, sizeof *c);
    assert_non_null(c);
    assert_ok(orr_entity_spawn(d->c.world, prefab, ROWS, c->entities));
    for (uint32_t i = 0; i < ROWS; i++) {
        const float px = (float)(DRAW_WIDTH * number(i, key)), py = (float)(DRAW_HEIGHT * number(i, key + 1));
        c->x[i] = i == 5 || i == 900 ? (double)NAN : (double)px;
        c->y[i] = (double)py;
        put(d, c->entities[i], x, c->x[i]);
        put(d, c->entities[i], y, c->y[i]);
    }
    return c;
}

static double distance(const draw_case *d, const crowd *c, uint32_t i, double x, double y)
{
    double px, py;
    orr__camera_to_picture(&d->camera, c->x[i], c->y[i], &px, &py);
    return hypot(px - x, py - y);
}

/* How far the nearest mark is, and that of an entity; infinity: it is not of this crowd. */
static void distances(const draw_case *d, const crowd *c, orr_entity entity, double x, double y, double *best,
                      double *of)
{
    for (uint32_t i = 0; i < ROWS; i++) {
        *best = fmin(*best, distance(d, c, i, x, y));
        if (c->entities[i] == entity) *of = distance(d, c, i, x, y);
    }
}

static void look_around(draw_case *d, crowd *const *crowds, uint32_t count, double reach)
{
    uint32_t found = 0, missed = 0;
    assert_ok(orr__sim_publish(d->c.world));
    for (uint32_t k = 0; k < LOOKS; k++) {
        const double x = d->camera.width * number(k, 20), y = d->camera.height * number(k, 21);
        const orr_entity entity = under(d, x, y, reach);
        double best = HUGE_VAL, got = HUGE_VAL;
        for (uint32_t i = 0; i < count; i++) distances(d, crowds[i], entity, x, y, &best, &got);
        if (entity && !(got <= best + 1e-3 && got <= reach + 1e-3)) fail_msg("%g away, nearest %g", got, best);
        if (!entity && best < reach - 1e-3) fail_msg("nobody, but %g away there is one", best);
        found += entity != 0;
        missed += entity == 0;
    }
    assert_true(found > 20 && missed > 20);
}

static void the_nearest_of_all(void **state)
{
    (void)state;
    draw_case d = draw_new();
    const orr_field_desc fields[] = { { .name = "x", .type = ORR_TYPE_F64 }, { .name = "y", .type = ORR_TYPE_F64 } };
    const orr_component wide =
        orr_component_create(d.c.world, &(orr_component_desc){ .name = "Wide", .fields = fields, .field_count = 2 });
    const orr_prefab wides = case_prefab(d.c.world, "Wides", wide, 0, 0);
    assert_true(wide && wides);
    orr_layer layers[] = { draw_layer(&d, ORR_LAYER_POINTS, 2), draw_layer(&d, ORR_LAYER_POINTS, 2) };
    layers[1].query = orr_query_create(d.c.world, &(orr_query_desc){ .all = (orr_component[]){ wide, 0 } });
    layers[1].x.field = orr_field_find(d.c.world, "Wide.x");
    layers[1].y.field = orr_field_find(d.c.world, "Wide.y");
    crowd *crowds[] = { crowd_of(&d, d.c.still, d.c.px, d.c.py, 1),
                        crowd_of(&d, wides, layers[1].x.field, layers[1].y.field, 3) };
    draw_scene(&d, layers, 2, false);
    d.camera.zoom = 30;
    look_around(&d, crowds, 2, 8);
    draw_scene(&d, layers + 1, 1, false);
    look_around(&d, crowds + 1, 1, 12);
    draw_scene(&d, layers, 1, false);
    look_around(&d, crowds, 1, 12);
    /* each row, by pointing at it: also the last of a block and the first of the next */
    for (uint32_t i = 0; i < ROWS; i++) {
        double px, py;
        orr__camera_to_picture(&d.camera, crowds[0]->x[i], crowds[0]->y[i], &px, &py);
        if (isnan(px)) continue;
        assert_true(under(&d, px, py, 1e-2) == crowds[0]->entities[i]);
    }
    free(crowds[0]);
    free(crowds[1]);
    draw_end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(the_nearest_of_all) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
