#include "app/shoot.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/args.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/os.h"
#include "sim/sim.h"

enum { SIDE_MOST = 16384 };

/* ---- options ---- */

static int usage(const char *text)
{
    fprintf(stderr, "orrery run: %s (see 'orrery run --help')\n", text);
    return ORR__EXIT_USAGE;
}

static bool read_side(const char **at, uint32_t *out)
{
    uint32_t value = 0;
    const char *start = *at;
    while (**at >= '0' && **at <= '9' && value <= SIDE_MOST) value = value * 10 + (uint32_t)(*(*at)++ - '0');
    *out = value;
    return *at > start && value >= 1 && value <= SIDE_MOST;
}

static int read_size(orr__shoot *shoot, const char *text)
{
    char line[300];
    const char *at = text;
    if (!text) return ORR__EXIT_FINE;
    if (read_side(&at, &shoot->width) && (*at == 'x' || *at == 'X') && at++ && read_side(&at, &shoot->height) && !*at)
        return ORR__EXIT_FINE;
    snprintf(line, sizeof line, "--size is a width and a height from 1 to %d pixels, as in 1280x800, not '%.60s'",
             SIDE_MOST, text);
    return usage(line);
}

static bool ends_in(const char *text, const char *end)
{
    const size_t length = strlen(text), much = strlen(end);
    return length > much && strcmp(text + length - much, end) == 0;
}

static bool is_film(const char *path)
{
    static const char *const ends[] = { ".mp4", ".mkv", ".mov", ".webm", ".gif", ".png" };
    for (uint32_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (ends_in(path, ends[i])) return true;
    }
    return false;
}

static int check(const orr__shoot_options *o)
{
    char line[300];
    if (o->at != UINT64_MAX && !o->picture) return usage("--at says when --picture is drawn, which is missing");
    if (o->film_every && !o->film) return usage("--film-every says how often --film draws, which is missing");
    if (!isnan(o->fps) && !o->film) return usage("--fps is of --film, which is missing");
    if (o->film && !is_film(o->film)) {
        snprintf(line, sizeof line,
                 "--film writes .mp4, .mkv, .mov, .webm, .gif, or .png for numbered pictures, not '%.100s'", o->film);
        return usage(line);
    }
    if (!o->picture || ends_in(o->picture, ".png")) return ORR__EXIT_FINE;
    snprintf(line, sizeof line, "--picture writes PNG: the name of its file ends in .png, not '%.100s'", o->picture);
    return usage(line);
}

int orr__shoot_read(orr__shoot *shoot, const orr__shoot_options *options, uint64_t *ticks, bool ticks_given)
{
    char line[200];
    *shoot = (orr__shoot){ .options = options, .has_picture = options->picture != NULL };
    int code = check(options);
    if (code == ORR__EXIT_FINE) code = read_size(shoot, options->size);
    if (code != ORR__EXIT_FINE) return code;
    if (options->at != UINT64_MAX && !ticks_given) *ticks = options->at;
    if (options->at != UINT64_MAX && options->at > *ticks) {
        snprintf(line, sizeof line, "--at %" PRIu64 " is past the last tick, %" PRIu64, options->at, *ticks);
        return usage(line);
    }
    shoot->picture_tick = options->at == UINT64_MAX ? *ticks : options->at;
    shoot->every = options->film_every ? options->film_every : 1;
    return ORR__EXIT_FINE;
}

/* ---- the run ---- */

static int32_t probe(const char *path)
{
    orr__alloc alloc;
    orr__file file;
    orr__alloc_init(&alloc, NULL);
    const int32_t code = orr__file_begin(&file, &alloc, path);
    if (code == ORR_OK) orr__file_abort(&file);
    return code;
}

int32_t orr__shoot_begin(orr__shoot *shoot, orr_world *world)
{
    const orr__shoot_options *o = shoot->options;
    if (!o->film && !o->picture) return ORR_OK;
    shoot->world = world;
    if (o->picture) {
        const int32_t code = probe(o->picture);
        if (code != ORR_OK) return code;
    }
    shoot->film = orr_film_open(world, &(orr_film_desc){ .path = o->film,
                                                         .width = shoot->width,
                                                         .height = shoot->height,
                                                         .scale = isnan(o->scale) ? 0 : o->scale,
                                                         .fps = isnan(o->fps) ? 0 : o->fps });
    if (!shoot->film) return orr__error_code();
    const char *series = orr_film_series(shoot->film);
    if (series && !ends_in(o->film, ".png"))
        fprintf(stderr, "orrery: the program ffmpeg is not there: numbered pictures instead of a film: %s ...\n",
                series);
    return ORR_OK;
}

/* Whether trails look at this tick: of the next picture, or of the film, which goes on. */
static bool is_watched(const orr__shoot *shoot, uint64_t tick)
{
    const uint64_t memory = orr_film_memory(shoot->film);
    if (shoot->options->film && memory) return true;
    return shoot->has_picture && !shoot->taken && tick + memory >= shoot->picture_tick;
}

uint64_t orr__shoot_stretch(const orr__shoot *shoot, uint64_t tick, uint64_t most)
{
    if (!shoot->film) return most;
    const uint64_t memory = orr_film_memory(shoot->film);
    if (memory && is_watched(shoot, tick)) return 1;
    if (shoot->has_picture && !shoot->taken && shoot->picture_tick > tick) {
        const uint64_t from = shoot->picture_tick - (memory < shoot->picture_tick ? memory : shoot->picture_tick);
        const uint64_t to = from > tick ? from : shoot->picture_tick;
        if (to - tick < most) most = to - tick;
    }
    if (shoot->options->film && shoot->every - tick % shoot->every < most) most = shoot->every - tick % shoot->every;
    return most;
}

int32_t orr__shoot_look(orr__shoot *shoot, uint64_t tick)
{
    int32_t code = ORR_OK;
    if (!shoot->film) return ORR_OK;
    if (orr_film_memory(shoot->film) && is_watched(shoot, tick)) code = orr_film_watch(shoot->film);
    if (code == ORR_OK && shoot->options->film && tick % shoot->every == 0) code = orr_film_frame(shoot->film);
    if (code != ORR_OK || !shoot->has_picture || shoot->taken || tick != shoot->picture_tick) return code;
    shoot->taken = true;
    return orr_film_picture(shoot->film, shoot->options->picture);
}

/* No layers, and nothing by hand into the last picture. */
static bool is_blank(const orr_world *world)
{
    const orr__scene *scene = world->sim->scene;
    return (!scene || scene->desc.layer_count == 0) && world->sim->display.count == 0;
}

int32_t orr__shoot_end(orr__shoot *shoot, bool failed)
{
    int32_t code = ORR_OK;
    if (!failed && shoot->film && shoot->has_picture && !shoot->taken && shoot->options->at == UINT64_MAX)
        code = orr_film_picture(shoot->film, shoot->options->picture); /* interrupted: of how far it came */
    if (!failed && shoot->film && is_blank(shoot->world))
        fprintf(stderr, "orrery: warning: there was nothing to draw: orrery.draw says what a picture shows\n");
    const int32_t closed = orr_film_close(shoot->film, true);
    shoot->film = NULL;
    return code == ORR_OK ? closed : code;
}
