/* For tests of pictures: a world, a scene, and its picture in memory, a pixel for each unit of the world. Header only. */
#ifndef ORRERY_TESTS_DRAW_CASE_H
#define ORRERY_TESTS_DRAW_CASE_H

#include "sim_case.h"

#include <math.h>
#include <stdlib.h>

#include "sim/sim.h"
#include "view/draw.h"

enum { DRAW_WIDTH = 60, DRAW_HEIGHT = 40 };
#define DRAW_BACK 0x000000ffu
#define DRAW_RED 0xff0000ffu
#define DRAW_GREEN 0x00ff00ffu

typedef struct draw_case {
    sim_case c;
    orr_query motes, all, links;
    orr_prefab linked;
    orr__show *show;
    orr__drawer *drawer;
    orr__camera camera;
} draw_case;

static inline draw_case draw_in(orr_world *world)
{
    draw_case d = { .c = case_in(world) };
    d.motes = orr_query_create(world, &(orr_query_desc){ .all = (orr_component[]){ d.c.position, d.c.velocity, 0 } });
    d.all = orr_query_create(world, &(orr_query_desc){ .all = (orr_component[]){ d.c.position, 0 } });
    d.links = orr_query_create(world, &(orr_query_desc){ .all = (orr_component[]){ d.c.position, d.c.link, 0 } });
    d.linked = case_prefab(world, "Linked", d.c.position, d.c.link, 0);
    d.camera = (orr__camera){
        .x = DRAW_WIDTH / 2.0, .y = DRAW_HEIGHT / 2.0, .zoom = 1, .width = DRAW_WIDTH, .height = DRAW_HEIGHT, .scale = 1
    };
    return d;
}

static inline draw_case draw_new(void)
{
    const draw_case d = draw_in(orr_world_create(&(orr_world_desc){ .threads = 1 }));
    assert_true(d.motes && d.all && d.links && d.linked);
    return d;
}

static inline void draw_end(draw_case *d)
{
    orr__drawer_destroy(d->drawer);
    orr__show_close(d->show);
    case_end(&d->c);
}

static inline orr_entity draw_spawn(const draw_case *d, orr_prefab prefab, double x, double y)
{
    orr_entity made = 0;
    assert_ok(orr_entity_spawn(d->c.world, prefab, 1, &made));
    case_set(&d->c, made, d->c.px, (float)x);
    case_set(&d->c, made, d->c.py, (float)y);
    return made;
}

/* Layers that are red, of all that has a position. */
static inline orr_layer draw_layer(const draw_case *d, uint32_t kind, double size)
{
    static const uint32_t red = DRAW_RED;
    return (orr_layer){ .kind = kind,
                        .query = d->all,
                        .x = { .field = d->c.px },
                        .y = { .field = d->c.py },
                        .size = { .value = size },
                        .paint = { .colours = &red, .colour_count = 1 } };
}

/* The whole world is the picture. */
static inline void draw_scene(draw_case *d, const orr_layer *layers, uint32_t count, bool wrap)
{
    assert_ok(orr_scene_set(d->c.world, &(orr_scene_desc){ .background = DRAW_BACK,
                                                           .right = DRAW_WIDTH,
                                                           .top = DRAW_HEIGHT,
                                                           .wrap = wrap,
                                                           .layers = layers,
                                                           .layer_count = count }));
    orr__drawer_destroy(d->drawer);
    orr__show_close(d->show);
    d->show = orr__show_open(d->c.world, 1);
    d->drawer = orr__drawer_create(&d->c.world->alloc, NULL);
    assert_true(d->show && d->drawer);
}

static inline int32_t draw_try(draw_case *d)
{
    const orr_mail *state = orr__sim_publish(d->c.world) == ORR_OK ? orr_mailbox_take(d->show->mailbox) : NULL;
    if (!state) return ORR_E_MEMORY;
    const int32_t code = orr__draw(d->drawer, d->show, state, &d->camera);
    orr_mailbox_release(d->show->mailbox, state);
    return code;
}

static inline void draw_now(draw_case *d)
{
    assert_ok(draw_try(d));
}

/* A tick that trails take note of. */
static inline void draw_tick(draw_case *d)
{
    assert_ok(orr_world_step(d->c.world, 1));
    const orr_mail *state = orr_mailbox_take(d->show->mailbox);
    assert_non_null(state);
    assert_ok(orr__draw_watch(d->drawer, d->show, state));
    orr_mailbox_release(d->show->mailbox, state);
}

/* 0xRRGGBB at a place of the world; y upwards. */
static inline uint32_t draw_at(const draw_case *d, double x, double y)
{
    double px, py;
    orr__camera_to_picture(&d->camera, x, y, &px, &py);
    const orr__canvas *canvas = orr__drawer_canvas(d->drawer);
    assert_true(px >= 0 && py >= 0 && px < canvas->width && py < canvas->height);
    const uint32_t pixel = canvas->pixels[(int)py * canvas->width + (int)px];
    assert_int_equal(pixel >> 24, 0xff);
    return pixel & 0xffffff;
}

static inline uint32_t draw_red(const draw_case *d, double x, double y)
{
    return draw_at(d, x, y) >> 16;
}

/* How much red there is: of a picture in red and black, the area that is covered, in pixels. */
static inline double draw_area(const draw_case *d)
{
    const orr__canvas *canvas = orr__drawer_canvas(d->drawer);
    double sum = 0;
    for (int32_t i = 0; i < canvas->width * canvas->height; i++) sum += (canvas->pixels[i] >> 16 & 0xff) / 255.0;
    return sum;
}

#endif
