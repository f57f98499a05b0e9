#include <math.h>

#include "base/error.h"
#include "orrery.h"
#include "sim/sim.h"
#include "view/draw.h"
#include "view/png.h"
#include "view/reel.h"

enum { WIDTH = 1280, HEIGHT = 800, SIDE_MOST = 16384, MARGIN = 10 };
#define SCALE_MOST 64.0
#define FPS 60.0

struct orr_film {
    orr_world *world;
    orr__alloc *alloc;
    orr__show *show;
    orr__drawer *drawer;
    orr__reel reel;
    orr__camera camera;
    orr__box2 seen; /* by the frames so far */
    bool failed;
};

/* ---- opening ---- */

static int32_t check(const orr_world *world, const orr_film_desc *desc, const char *what)
{
    const double scale = desc->scale, fps = desc->fps;
    if (orr__world_mine(world, what)) return orr__error_code();
    if (world->locked || world->sim->stepping)
        return orr__fail(ORR_E_LOCKED, "%s is called outside of systems and hooks", what);
    if (desc->width > SIDE_MOST || desc->height > SIDE_MOST)
        return orr__fail(ORR_E_RANGE, "a picture of %u x %u: at most %d x %d", (unsigned)desc->width,
                         (unsigned)desc->height, SIDE_MOST, SIDE_MOST);
    if (!(scale >= 0 && scale <= SCALE_MOST))
        return orr__fail(ORR_E_RANGE, "%s: scale is %g, outside 0 to %g", what, scale, SCALE_MOST);
    if (!(fps == 0 || (fps >= 1 && fps <= 1000)))
        return orr__fail(ORR_E_RANGE, "%s: %g frames a second, outside 1 to 1000", what, fps);
    return ORR_OK;
}

static int32_t begin(orr_film *film, const orr_film_desc *desc)
{
    film->seen = (orr__box2){ HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL };
    film->camera = (orr__camera){ .width = desc->width ? desc->width : WIDTH,
                                  .height = desc->height ? desc->height : HEIGHT,
                                  .scale = desc->scale > 0 ? desc->scale : 1 };
    film->drawer = orr__drawer_create(film->alloc, NULL);
    film->show = film->drawer ? orr__show_open(film->world, 1) : NULL;
    if (!film->show) return orr__error_code();
    if (!desc->path) return ORR_OK;
    return orr__reel_open(&film->reel, film->alloc, desc->path, (uint32_t)film->camera.width,
                          (uint32_t)film->camera.height, desc->fps > 0 ? desc->fps : FPS);
}

static orr_film *open_film(orr_world *world, const orr_film_desc *desc, const char *what)
{
    if (check(world, desc, what) != ORR_OK) return NULL;
    orr_film *film = orr__alloc_zero(&world->alloc, sizeof *film, 0);
    if (!film) return NULL;
    film->world = world;
    film->alloc = &world->alloc;
    if (begin(film, desc) == ORR_OK) return film;
    film->failed = true;
    (void)orr_film_close(film, false);
    return NULL;
}

orr_film *orr_film_open(orr_world *world, const orr_film_desc *desc)
{
    return open_film(world, desc ? desc : &(orr_film_desc){ 0 }, "orr_film_open");
}

int32_t orr_film_close(orr_film *film, bool keep)
{
    if (!film) return ORR_OK;
    const int32_t code = orr__reel_close(&film->reel, keep && !film->failed);
    orr__drawer_destroy(film->drawer);
    orr__show_close(film->show);
    orr__alloc_free(film->alloc, film, sizeof *film);
    return code;
}

uint32_t orr_film_memory(const orr_film *film)
{
    const orr_scene_desc *scene = &film->show->scene->desc;
    uint32_t most = 0;
    for (uint32_t i = 0; i < scene->layer_count; i++) {
        const orr_layer *layer = &scene->layers[i];
        if (layer->kind == ORR_LAYER_TRAILS && layer->length > most) most = layer->length;
    }
    return most;
}

uint64_t orr_film_frames(const orr_film *film)
{
    return film->reel.frames;
}

const char *orr_film_series(const orr_film *film)
{
    return film->reel.numbered;
}

/* ---- looking ---- */

/* A scene that was set meanwhile. */
static int32_t renew(orr_film *film)
{
    if (film->show->version == film->world->sim->scene_version) return ORR_OK;
    orr__show *show = orr__show_open(film->world, 1);
    if (!show) return orr__error_code();
    orr__show_close(film->show);
    film->show = show;
    return ORR_OK;
}

/* The state of this tick, which is published unless it was (or `anew`: somebody may have changed the world between ticks).
 * Release it. NULL with the error set. */
static const orr_mail *look(orr_film *film, bool anew)
{
    if (orr__world_mine(film->world, "orr_film")) return NULL;
    if (film->world->locked || film->world->sim->stepping) {
        orr__fail(ORR_E_LOCKED, "films are made outside of systems and hooks");
        return NULL;
    }
    if (renew(film) != ORR_OK) return NULL;
    const orr_mail *state = orr_mailbox_take(film->show->mailbox);
    if (state && state->tick == film->world->sim->tick && !anew) return state;
    orr_mailbox_release(film->show->mailbox, state);
    if (orr__sim_publish(film->world) != ORR_OK) return NULL;
    state = orr_mailbox_take(film->show->mailbox);
    if (!state) orr__fail(ORR_E_MEMORY, "no memory for a state of the world");
    return state;
}

int32_t orr_film_watch(orr_film *film)
{
    const orr_mail *state = look(film, false);
    if (!state) return orr__error_code();
    const int32_t code = orr__draw_watch(film->drawer, film->show, state);
    orr_mailbox_release(film->show->mailbox, state);
    return code;
}

/* ---- drawing ---- */

static orr__box2 around(orr__box2 a, orr__box2 b)
{
    return (orr__box2){ fmin(a.left, b.left), fmin(a.bottom, b.bottom), fmax(a.right, b.right), fmax(a.top, b.top) };
}

/* frame: it is one of the film, which does not move. */
static int32_t draw(orr_film *film, bool frame)
{
    const orr_mail *state = look(film, !frame);
    if (!state) return orr__error_code();
    orr__box2 box = orr__draw_bounds(film->show, state);
    if (frame) box = film->seen = around(film->seen, box);
    orr__camera_fit(&film->camera, box, MARGIN * film->camera.scale);
    const int32_t code = orr__draw(film->drawer, film->show, state, &film->camera);
    orr_mailbox_release(film->show->mailbox, state);
    return code;
}

int32_t orr_film_frame(orr_film *film)
{
    if (!film->reel.alloc) return orr__fail(ORR_E_ARGUMENT, "orr_film_frame: the film was opened without a path");
    if (film->failed) return orr__fail(ORR_E_FILE, "the film has ended: a frame could not be added");
    int32_t code = draw(film, true);
    if (code == ORR_OK) code = orr__reel_add(&film->reel, orr__drawer_canvas(film->drawer));
    film->failed = code != ORR_OK;
    return code;
}

int32_t orr_film_picture(orr_film *film, const char *path)
{
    if (!path) return orr__fail(ORR_E_ARGUMENT, "orr_film_picture: no path given");
    const int32_t code = draw(film, false);
    return code == ORR_OK ? orr__png_write(film->alloc, path, orr__drawer_canvas(film->drawer)) : code;
}

int32_t orr_picture_write(orr_world *world, const orr_picture_desc *desc)
{
    if (!desc || !desc->path) return orr__fail(ORR_E_ARGUMENT, "orr_picture_write: no path given");
    orr_film *film =
        open_film(world, &(orr_film_desc){ .width = desc->width, .height = desc->height, .scale = desc->scale },
                  "orr_picture_write");
    if (!film) return orr__error_code();
    const int32_t code = orr_film_picture(film, desc->path);
    (void)orr_film_close(film, false);
    return code;
}
