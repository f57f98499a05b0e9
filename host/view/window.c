#include "view/window.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "sim/sim.h"
#include "view/control.h"

enum { WIDTH = 1280, HEIGHT = 800, READERS = 3, MARGIN = 10 };
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
    if (code != ORR_OK)
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
    while (SDL_PollEvent(&event)) orr__control_event(window, &event);
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
    take_events(window);
    step_along(window);
    take_end(window);
    take_state(window);
    if (window->state && orr__draw(window->drawer, window->show, window->state, &window->camera) != ORR_OK)
        failed(window, orr__error_code());
    SDL_RenderPresent(window->renderer);
    window->frames++;
    return !window->over;
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
    window->drawer = orr__drawer_create(&window->world->alloc, window->renderer);
    window->show = window->drawer ? orr__show_open(window->world, READERS) : NULL;
    if (!window->show) return orr__error_code();
    code = orr_world_step(window->world, 0); /* startup, and a first state */
    return code == ORR_OK ? let_run(window) : code;
}

int32_t orr__window_open(orr__window *window, orr_world *world, const orr_window_desc *desc)
{
    memset(window, 0, sizeof *window);
    window->world = world;
    if (desc) window->desc = *desc;
    window->speed = window->desc.speed == 0 ? 1 : window->desc.speed;
    window->paused = window->desc.paused;
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
    if (window->state) orr_mailbox_release(window->show->mailbox, window->state);
    orr__show_close(window->show);
    orr__drawer_destroy(window->drawer);
    if (window->renderer) SDL_DestroyRenderer(window->renderer);
    if (window->screen) SDL_DestroyWindow(window->screen);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    window->state = NULL;
    window->show = NULL;
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
