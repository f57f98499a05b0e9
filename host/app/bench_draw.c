/* Drawing into an off-screen picture of 1280 x 800: from columns to numbers, from numbers to pixels, from there to SDL. */
#include "app/bench.h"

#if ORRERY_VIEW
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sim.h"
#include "view/draw.h"
#include "view/gather.h"
#include "view/target.h"

enum { WIDTH = 1280, HEIGHT = 800, ROWS_TIMED = 1000000 };
#define FRAME_MS 16.7

typedef struct draw_case {
    orr_world *world;
    orr_field x, y, vx, vy;
    orr_query query;
    uint32_t count, columns, rounds; /* rows; columns that are gathered; how often, for small ones take microseconds */
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

static const float *column(const draw_case *c, uint32_t k)
{
    const orr_field fields[] = { c->x, c->y, c->vx, c->vy };
    return orr_mail_column(c->state, 0, fields[k], NULL);
}

/* As layers do it: each column times a number, plus another one. */
static void gather(void *context)
{
    const draw_case *c = context;
    const orr__camera *camera = &c->camera;
    const double scales[] = { camera->zoom, -camera->zoom, 1, -1 };
    const double shifts[] = { 640 - camera->x * camera->zoom, 400 + camera->y * camera->zoom, 0, 0 };
    for (uint32_t round = 0; round < c->rounds; round++) {
        for (uint32_t k = 0; k < c->columns; k++) {
            const orr__source source = { .data = column(c, k), .type = ORR_TYPE_F32 };
            orr__gather_line(&source, c->count, scales[k], shifts[k], c->out + (size_t)k * c->count);
        }
    }
}

static void copy(void *context)
{
    const draw_case *c = context;
    for (uint32_t round = 0; round < c->rounds; round++) {
        for (uint32_t k = 0; k < c->columns; k++)
            memcpy(c->out + (size_t)k * c->count, column(c, k), c->count * sizeof(float));
    }
}

/* ---- a picture, and what of it is what ---- */

enum { GATHERING, SHAPES, SHOWING, WHOLE, PARTS };

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void pictures(orr__bench *bench, const char *name, const draw_case *c, bool parts, double target)
{
    static const char *const what[PARTS] = { "of it gathering", "of it shapes", "of it canvas to SDL",
                                             "the whole picture" };
    double ms[PARTS][ORR__BENCH_REPEATS];
    for (uint32_t k = 0; k <= bench->repeats; k++) { /* the first is to warm up */
        if (orr__draw(c->drawer, c->show, c->state, &c->camera) != ORR_OK) {
            orr__bench_fail(bench, name);
            return;
        }
        const orr__draw_times t = orr__draw_timed(c->drawer);
        if (k == 0) continue;
        ms[GATHERING][k - 1] = (double)t.gather * 1e-6;
        ms[SHAPES][k - 1] = (double)t.paint * 1e-6;
        ms[SHOWING][k - 1] = (double)t.show * 1e-6;
        ms[WHOLE][k - 1] = (double)(t.gather + t.paint + t.show) * 1e-6;
    }
    for (uint32_t i = 0; i < PARTS; i++) {
        const uint32_t part = (i + WHOLE) % PARTS; /* the whole first */
        char text[64];
        if (part != WHOLE && !parts) continue;
        snprintf(text, sizeof text, "%s: %s", name, what[part]);
        qsort(ms[part], bench->repeats, sizeof ms[part][0], by_size);
        orr__bench_add(bench, text, "ms", ms[part][bench->repeats / 2], 0, part == WHOLE ? target : 0);
    }
}

static void rows(orr__bench *bench, const char *name, uint32_t count, bool triangles, bool coloured, double target)
{
    char text[64];
    draw_case c = { .count = count, .columns = triangles ? 4 : 2 };
    c.rounds = ROWS_TIMED / (count * c.columns) + 1;
    c.out = malloc((size_t)c.columns * count * sizeof *c.out);
    if (!c.out || !make_world(&c) || !make_scene(&c, triangles, coloured)) {
        orr__bench_fail(bench, name);
    } else {
        snprintf(text, sizeof text, "%s: gathering, to memcpy", name);
        if (!coloured) orr__bench_pair(bench, text, "ms", 1e6 * c.rounds, 2, gather, copy, NULL, &c);
        pictures(bench, name, &c, !coloured, target);
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
