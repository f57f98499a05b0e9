#include "view/window.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/os.h"
#include "sim/sim.h"
#include "view/actions.h"
#include "view/control.h"
#include "view/pick.h"
#include "view/png.h"

enum { WIDTH = 1280, HEIGHT = 800, READERS = 3, MARGIN = 10 };
#define NOTICE_NS 4000000000u
#define TICKS_PER_SECOND 60.0
#define STATES_PER_SECOND 120.0

/* ---- the world's side ---- */

static double pace_of(const orr__window *window)
{
    return window->speed < 0 ? 0 : TICKS_PER_SECOND * window->speed;
}

static int32_t let_run(orr__window *window)
{
    const orr_free_desc desc = { .ticks_per_second = pace_of(window),
                                 .ticks = window->desc.ticks,
                                 .states_per_second = STATES_PER_SECOND,
                                 .paused = window->paused };
    if (window->desc.lockstep) return ORR_OK;
    const int32_t code = orr_world_run_free(window->world, &desc);
    window->runs = code == ORR_OK;
    return code;
}

static void failed(orr__window *window, int32_t code)
{
    window->code = code;
    window->paused = true;
    snprintf(window->error, sizeof window->error, "%s", orr__error_text());
}

/* It failed, or has done all its ticks. */
static void take_end(orr__window *window)
{
    orr_free_status status;
    if (!window->runs || orr_world_free_status(window->world, &status) != ORR_OK) return;
    if (status.state != ORR_FREE_ENDED) return;
    window->runs = false;
    const int32_t code = orr_world_stop(window->world);
    if (code != ORR_OK && code != ORR_E_INTERRUPTED)
        failed(window, code);
    else
        window->over = true;
}

void orr__window_pause(orr__window *window, bool paused)
{
    window->paused = paused;
    if (!window->runs) return;
    (void)(paused ? orr_world_pause(window->world) : orr_world_resume(window->world));
}

static void step_once(orr_world *world, void *context)
{
    (void)context;
    (void)orr_world_step(world, 1); /* its failure is that of the next step too: told there */
}

void orr__window_step(orr__window *window)
{
    orr__window_pause(window, true);
    if (orr_world_post(window->world, step_once, window) != ORR_OK) failed(window, orr__error_code());
}

void orr__window_speed(orr__window *window, double speed)
{
    window->speed = speed;
    if (window->runs) (void)orr_world_pace(window->world, pace_of(window));
}

/* ---- the window's side ---- */

static void take_size(orr__window *window)
{
    int width = 1, height = 1, points = 1, ignored;
    SDL_GetRendererOutputSize(window->renderer, &width, &height);
    SDL_GetWindowSize(window->screen, &points, &ignored);
    window->camera.width = width;
    window->camera.height = height;
    window->pixels = points > 0 ? (double)width / points : 1;
    window->camera.scale = window->pixels;
}

static void take_events(orr__window *window)
{
    SDL_Event event;
    while (SDL_PollEvent(&event)) {
        if (!orr__panel_event(window->panel, &event)) orr__control_event(window, &event);
    }
    take_size(window);
}

static void take_state(orr__window *window)
{
    orr_mailbox *mailbox = window->show->mailbox;
    if (window->state && orr_mailbox_sequence(mailbox) == window->state->sequence) return;
    const orr_mail *state = orr_mailbox_take(mailbox);
    if (!state) return;
    orr_mailbox_release(mailbox, window->state);
    window->state = state;
    if (!window->fitted) orr__window_fit(window);
    if (orr__report_of(state)) orr__histories_add(&window->histories, orr__report_of(state));
}

/* States of the old show are given back before it is closed, on the thread of the world. */
static void close_show(orr_world *world, void *context)
{
    (void)world;
    orr__show_close(context);
}

static void take_show(orr__window *window, orr__show *fresh)
{
    orr__show *old = window->show;
    if (window->state) orr_mailbox_release(old->mailbox, window->state);
    window->state = NULL;
    window->show = fresh;
    if (orr_world_post(window->world, close_show, old) != ORR_OK) orr__error_clear(); /* it goes with the world */
}

/* What came of looking at the script. A mended one goes on where the old one stopped. */
static void tend(orr__window *window)
{
    orr__tend_ask(&window->tend);
    if (!orr__tend_take(&window->tend)) return;
    if (window->tend.fresh) take_show(window, window->tend.fresh);
    if (window->tend.code < 0) {
        snprintf(window->error, sizeof window->error, "%s", window->tend.text);
        orr__window_pause(window, true);
        window->waits_for_script = true;
    } else if (window->tend.code > 0) {
        const bool resumes = window->waits_for_script || window->code != ORR_OK;
        window->waits_for_script = false;
        window->error[0] = '\0';
        window->code = ORR_OK;
        orr__window_notice(window, "the script was loaded again");
        if (!window->runs && !window->desc.lockstep && let_run(window) != ORR_OK) failed(window, orr__error_code());
        if (resumes) orr__window_pause(window, false);
    }
}

/* The camera stays on the entity that is followed, as long as it is in the picture's state. */
static void follow(orr__window *window)
{
    if (window->followed && window->state)
        (void)orr__pick_find(window->show, window->state, window->followed, &window->camera.x, &window->camera.y);
}

/* Ticks and frames a second, measured over half a second. */
static void take_rates(orr__window *window)
{
    const uint64_t now = orr__clock_ns(), tick = window->state ? window->state->tick : 0;
    const double seconds = (double)(now - window->rate_ns) * 1e-9;
    if (seconds < 0.5) return;
    window->ticks_per_second = tick >= window->rate_tick ? (double)(tick - window->rate_tick) / seconds : 0;
    window->frames_per_second = (double)(window->frames - window->rate_frame) / seconds;
    window->rate_ns = now;
    window->rate_tick = tick;
    window->rate_frame = window->frames;
}

static void draw_panel(orr__window *window)
{
    const orr_mail *state = window->state;
    const bool fresh = orr__clock_ns() - window->notice_ns < NOTICE_NS;
    const orr__panel_view view = { .report = state ? orr__report_of(state) : NULL,
                                   .histories = window->histories.items,
                                   .history_count = window->histories.count,
                                   .title = window->desc.title ? window->desc.title : "Orrery",
                                   .time = state ? state->time : 0,
                                   .dt = state ? state->dt : 0,
                                   .speed = window->speed,
                                   .ticks_per_second = window->ticks_per_second,
                                   .frames_per_second = window->frames_per_second,
                                   .seed = orr_world_seed(window->world),
                                   .paused = window->paused,
                                   .can_restart = window->desc.host.restart != NULL,
                                   .has_console = window->desc.host.eval != NULL,
                                   .followed = window->followed,
                                   .error = window->error,
                                   .notice = fresh ? window->notice : "",
                                   .actions = orr__actions_of(window) };
    orr__panel_draw(window->panel, &view);
}

void orr__window_notice(orr__window *window, const char *text)
{
    snprintf(window->notice, sizeof window->notice, "%s", text);
    window->notice_ns = orr__clock_ns();
}

void orr__window_fit(orr__window *window)
{
    if (!window->state) return;
    const orr__box2 box = orr__draw_bounds(window->show, window->state);
    orr__camera_fit(&window->camera, box, MARGIN * window->camera.scale);
    window->fitted = box.right >= box.left; /* an empty world is looked at again when something is there */
}

static void step_along(orr__window *window)
{
    if (!window->desc.lockstep || window->paused) return;
    const int32_t code = orr_world_step(window->world, 1);
    if (code != ORR_OK) failed(window, code);
    if (window->desc.ticks && orr_world_tick(window->world) >= window->desc.ticks) window->over = true;
}

bool orr__window_frame(orr__window *window)
{
    const orr_window_host *host = &window->desc.host;
    if (host->closes && host->closes(host->context)) window->over = true;
    take_events(window);
    step_along(window);
    take_end(window);
    tend(window);
    take_state(window);
    follow(window);
    if (window->state && orr__draw(window->drawer, window->show, window->state, &window->camera) != ORR_OK)
        failed(window, orr__error_code());
    take_rates(window);
    draw_panel(window);
    SDL_RenderPresent(window->renderer);
    window->frames++;
    return !window->over;
}

/* ---- restarting, pictures ---- */

/* The world is given back, and nothing of the window refers to it. */
static void leave_world(orr__window *window)
{
    if (window->runs && orr_world_stop(window->world) != ORR_OK) orr__error_clear();
    window->runs = false;
    if (orr__tend_take(&window->tend)) orr__show_close(window->tend.fresh); /* posted calls were all made */
    if (window->state) orr_mailbox_release(window->show->mailbox, window->state);
    orr__show_close(window->show);
    window->state = NULL;
    window->show = NULL;
}

static int32_t enter_world(orr__window *window)
{
    window->show = orr__show_open(window->world, READERS);
    if (!window->show) return orr__error_code();
    window->tend = (orr__tend){
        .host = &window->desc.host, .world = window->world, .readers = READERS, .version = window->show->version
    };
    const int32_t code = orr_world_step(window->world, 0); /* startup, and a first state */
    return code == ORR_OK ? let_run(window) : code;
}

void orr__window_restart(orr__window *window, bool same_seed)
{
    const orr_window_host *host = &window->desc.host;
    if (!host->restart) return;
    const uint64_t seed = orr_world_seed(window->world) + (same_seed ? 0 : 1);
    leave_world(window);
    orr_world *world = host->restart(host->context, seed);
    if (world) {
        window->world = world;
        window->error[0] = '\0';
        window->code = ORR_OK;
    } else {
        failed(window, orr__error_code());
    }
    if (enter_world(window) != ORR_OK) failed(window, orr__error_code());
}

void orr__window_picture(orr__window *window)
{
    char path[64], text[128];
    if (!window->state) return;
    do snprintf(path, sizeof path, "orrery-%03u.png", ++window->pictures);
    while (orr__file_exists(path) && window->pictures < 999);
    int32_t code = orr__draw(window->drawer, window->show, window->state, &window->camera);
    if (code == ORR_OK) code = orr__png_write(&window->alloc, path, orr__drawer_canvas(window->drawer));
    snprintf(text, sizeof text, "%s", code == ORR_OK ? path : orr__error_text());
    orr__window_notice(window, text);
}

/* ---- opening and closing ---- */

static int32_t open_window(orr__window *window)
{
    const orr_window_desc *desc = &window->desc;
    const int width = desc->width ? (int)desc->width : WIDTH, height = desc->height ? (int)desc->height : HEIGHT;
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); /* they are the embedder's */
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) return orr__fail(ORR_E_NOT_FOUND, "no display: %s", SDL_GetError());
    window->screen =
        SDL_CreateWindow(desc->title ? desc->title : "Orrery", SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, width,
                         height, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!window->screen) return orr__fail(ORR_E_NOT_FOUND, "no window: %s", SDL_GetError());
    window->renderer = SDL_CreateRenderer(window->screen, -1, SDL_RENDERER_PRESENTVSYNC);
    if (!window->renderer) window->renderer = SDL_CreateRenderer(window->screen, -1, SDL_RENDERER_SOFTWARE);
    if (!window->renderer) return orr__fail(ORR_E_NOT_FOUND, "no renderer: %s", SDL_GetError());
    return ORR_OK;
}

static int32_t open(orr__window *window)
{
    int32_t code = open_window(window);
    if (code != ORR_OK) return code;
    window->drawer = orr__drawer_create(&window->alloc, window->renderer);
    if (!window->drawer) return orr__error_code();
    take_size(window);
    if (!window->desc.no_panel)
        window->panel = orr__panel_create(window->screen, window->renderer, window->camera.scale);
    return enter_world(window);
}

int32_t orr__window_open(orr__window *window, orr_world *world, const orr_window_desc *desc)
{
    memset(window, 0, sizeof *window);
    window->world = world;
    if (desc) window->desc = *desc;
    window->speed = window->desc.speed == 0 ? 1 : window->desc.speed;
    window->paused = window->desc.paused;
    orr__alloc_init(&window->alloc, &world->alloc.hooks);
    orr__histories_init(&window->histories, &window->alloc);
    if (orr__world_mine(world, "orr_window_run")) return orr__error_code();
    if (world->locked || world->sim->stepping)
        return orr__fail(ORR_E_LOCKED, "orr_window_run is called outside of systems and hooks");
    const int32_t code = open(window);
    if (code != ORR_OK) (void)orr__window_close(window);
    return code;
}

int32_t orr__window_close(orr__window *window)
{
    int32_t code = window->code;
    if (window->runs) code = orr_world_stop(window->world);
    window->runs = false;
    leave_world(window);
    orr__panel_destroy(window->panel);
    orr__histories_fini(&window->histories);
    orr__drawer_destroy(window->drawer);
    if (window->renderer) SDL_DestroyRenderer(window->renderer);
    if (window->screen) SDL_DestroyWindow(window->screen);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    window->panel = NULL;
    window->drawer = NULL;
    window->renderer = NULL;
    window->screen = NULL;
    return code;
}

int32_t orr_window_run(orr_world *world, const orr_window_desc *desc)
{
    orr__window window;
    const int32_t code = orr__window_open(&window, world, desc);
    if (code != ORR_OK) return code;
    while (orr__window_frame(&window)) {}
    const int32_t last = orr__window_close(&window);
    return last == ORR_OK || !*window.error ? last : orr__fail(last, "%s", window.error);
}
