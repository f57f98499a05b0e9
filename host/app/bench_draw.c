/* Drawing into an off-screen picture of 1280 x 800: from columns to numbers, from numbers to pixels, from there to SDL. */
#include "app/bench.h"

#if ORRERY_VIEW
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"
#include "view/draw.h"
#include "view/gather.h"
#include "view/target.h"

enum { WIDTH = 1280, HEIGHT = 800 };
#define FRAME_MS 16.7

typedef struct draw_case {
    orr_world *world;
    orr_field x, y, vx, vy;
    orr_query query;
    uint32_t count;
    orr__show *show;
    const orr_mail *state;
    orr__target target;
    orr__drawer *drawer;
    orr__camera camera;
    float *out;
} draw_case;

/* ---- a world to look at ---- */

static double share(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(*seed >> 11) / 9007199254740992.0;
}

static void place(draw_case *c)
{
    uint64_t seed = 1;
    for (orr_cursor at = orr_query_begin(c->world, c->query); orr_cursor_next(&at);) {
        float *x = orr_cursor_write(&at, c->x), *y = orr_cursor_write(&at, c->y);
        float *vx = orr_cursor_write(&at, c->vx), *vy = orr_cursor_write(&at, c->vy);
        for (uint32_t i = at.begin; i < at.end; i++) {
            x[i] = (float)(1280 * share(&seed));
            y[i] = (float)(800 * share(&seed));
            vx[i] = (float)(share(&seed) - 0.5);
            vy[i] = (float)(share(&seed) - 0.5);
        }
    }
}

static bool make_world(draw_case *c)
{
    const orr_field_desc fields[] = { { .name = "x", .type = ORR_TYPE_F32 },
                                      { .name = "y", .type = ORR_TYPE_F32 },
                                      { .name = "vx", .type = ORR_TYPE_F32 },
                                      { .name = "vy", .type = ORR_TYPE_F32 } };
    c->world = orr_world_create(&(orr_world_desc){ .threads = 1 });
    if (!c->world) return false;
    const orr_component list[] = {
        orr_component_create(c->world, &(orr_component_desc){ .name = "Dot", .fields = fields, .field_count = 4 }), 0
    };
    c->x = orr_field_find(c->world, "Dot.x");
    c->y = orr_field_find(c->world, "Dot.y");
    c->vx = orr_field_find(c->world, "Dot.vx");
    c->vy = orr_field_find(c->world, "Dot.vy");
    c->query = orr_query_create(c->world, &(orr_query_desc){ .all = list });
    const orr_prefab prefab = orr_prefab_create(c->world, &(orr_prefab_desc){ .components = list });
    if (!c->query || !prefab || orr_entity_spawn(c->world, prefab, c->count, NULL) != ORR_OK) return false;
    place(c);
    return true;
}

static bool make_scene(draw_case *c, bool triangles, bool coloured)
{
    static const uint32_t gold = 0xe8c547ff;
    orr_layer layer = { .kind = triangles ? ORR_LAYER_TRIANGLES : ORR_LAYER_POINTS,
                        .query = c->query,
                        .x = { .field = c->x },
                        .y = { .field = c->y },
                        .size = { .value = triangles ? 7 : 2 },
                        .heading_x = { .field = c->vx },
                        .heading_y = { .field = c->vy },
                        .paint = { .colours = &gold, .colour_count = 1 } };
    if (coloured) layer.paint = (orr_paint){ .field = c->vx, .map = "viridis", .min = -0.5, .max = 0.5 };
    const orr_scene_desc scene = { .right = 1280, .top = 800, .layers = &layer, .layer_count = 1 };
    if (orr_scene_set(c->world, &scene) != ORR_OK) return false;
    c->show = orr__show_open(c->world, 1);
    if (!c->show || orr_world_step(c->world, 1) != ORR_OK) return false;
    c->state = orr_mailbox_take(c->show->mailbox);
    if (!c->state || orr__target_open(&c->target, WIDTH, HEIGHT) != ORR_OK) return false;
    c->drawer = orr__drawer_create(&c->world->alloc, c->target.renderer);
    c->camera = (orr__camera){ .width = WIDTH, .height = HEIGHT, .scale = 1 };
    orr__camera_fit(&c->camera, orr__draw_bounds(c->show, c->state), 0);
    return c->drawer != NULL;
}

static void end(draw_case *c)
{
    orr__drawer_destroy(c->drawer);
    orr__target_close(&c->target);
    if (c->state) orr_mailbox_release(c->show->mailbox, c->state);
    orr__show_close(c->show);
    orr_world_destroy(c->world);
    free(c->out);
}

/* ---- what is timed ---- */

static void gather(void *context)
{
    const draw_case *c = context;
    const orr__source x = { .data = orr_mail_column(c->state, 0, c->x, NULL), .type = ORR_TYPE_F32 };
    const orr__source y = { .data = orr_mail_column(c->state, 0, c->y, NULL), .type = ORR_TYPE_F32 };
    orr__gather_line(&x, c->count, c->camera.zoom, 640 - c->camera.x * c->camera.zoom, c->out);
    orr__gather_line(&y, c->count, -c->camera.zoom, 400 + c->camera.y * c->camera.zoom, c->out + c->count);
}

static void copy(void *context)
{
    const draw_case *c = context;
    memcpy(c->out, orr_mail_column(c->state, 0, c->x, NULL), c->count * sizeof(float));
    memcpy(c->out + c->count, orr_mail_column(c->state, 0, c->y, NULL), c->count * sizeof(float));
}

static void draw(void *context)
{
    const draw_case *c = context;
    (void)orr__draw(c->drawer, c->show, c->state, &c->camera);
}

static void show(void *context)
{
    const draw_case *c = context;
    (void)orr__draw_show(c->drawer);
}

static void rows(orr__bench *bench, const char *name, uint32_t count, bool triangles, bool coloured, double target)
{
    char text[64];
    draw_case c = { .count = count, .out = malloc(2 * count * sizeof(float)) };
    if (!c.out || !make_world(&c) || !make_scene(&c, triangles, coloured)) {
        orr__bench_fail(bench, name);
    } else {
        snprintf(text, sizeof text, "%s: gathering, to memcpy", name);
        if (!coloured) orr__bench_pair(bench, text, "ms", 1e6, 2, gather, copy, NULL, &c);
        snprintf(text, sizeof text, "%s: the whole picture", name);
        orr__bench_pair(bench, text, "ms", 1e6, target, draw, NULL, NULL, &c);
        snprintf(text, sizeof text, "%s: of it, canvas to SDL", name);
        if (count == 10000) orr__bench_pair(bench, text, "ms", 1e6, 0, show, NULL, NULL, &c);
    }
    end(&c);
}

void orr__bench_draw(orr__bench *bench)
{
    if (!orr__bench_wanted(bench, "draw")) return;
    rows(bench, "draw 1e4 points", 10000, false, false, 0);
    rows(bench, "draw 1e5 points", 100000, false, false, FRAME_MS);
    rows(bench, "draw 1e5 points, coloured", 100000, false, true, FRAME_MS);
    rows(bench, "draw 1e6 points", 1000000, false, false, 0);
    rows(bench, "draw 2e4 triangles", 20000, true, false, FRAME_MS);
    rows(bench, "draw 2e4 triangles, coloured", 20000, true, true, FRAME_MS);
}

#else

void orr__bench_draw(orr__bench *bench)
{
    (void)bench; /* a library without the view */
}

#endif
