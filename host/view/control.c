#include "view/control.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "view/actions.h"
#include "view/pick.h"

enum { CLICK = 4, REACH = 12 };
#define SPEED_LEAST 0.125
#define SPEED_MOST 64

static void key(orr__window *window, SDL_Keycode code)
{
    switch (code) {
    case SDLK_SPACE: orr__window_pause(window, !window->paused); break;
    case SDLK_PERIOD: orr__window_step(window); break;
    case SDLK_p: orr__window_picture(window); break;
    case SDLK_r: orr__window_restart(window, true); break;
    case SDLK_n: orr__window_restart(window, false); break;
    case SDLK_u: orr__window_speed(window, window->speed < 0 ? 1 : -1); break;
    case SDLK_t:
        window->light = !window->light;
        orr__panel_theme(window->panel, window->light);
        break;
    case SDLK_TAB: orr__panel_hide(window->panel, !orr__panel_hidden(window->panel)); break;
    case SDLK_SLASH:
    case SDLK_QUESTION: orr__panel_help(window->panel, true); break;
    case SDLK_f: orr__window_fit(window); break;
    case SDLK_PLUS:
    case SDLK_EQUALS:
    case SDLK_KP_PLUS:
        orr__window_speed(window, window->speed < 0 ? window->speed : fmin(window->speed * 2, SPEED_MOST));
        break;
    case SDLK_MINUS:
    case SDLK_KP_MINUS:
        orr__window_speed(window, window->speed < 0 ? SPEED_MOST : fmax(window->speed / 2, SPEED_LEAST));
        break;
    case SDLK_ESCAPE: window->over = true; break;
    default: break;
    }
}

static void wheel(orr__window *window, const SDL_MouseWheelEvent *event)
{
    int x, y;
    SDL_GetMouseState(&x, &y);
    orr__camera_zoom(&window->camera, pow(1.2, event->y), x * window->pixels, y * window->pixels);
}

/* ---- to the script ---- */

static bool wants_input(const orr__window *window)
{
    const orr__report *report = window->state ? orr__report_of(window->state) : NULL;
    return report && report->wants_input;
}

static void feed(orr__window *window, orr_input input, int x, int y)
{
    const double px = x * window->pixels, py = y * window->pixels;
    orr__camera_to_world(&window->camera, px, py, &input.x, &input.y);
    if (input.kind == ORR_INPUT_MOVE || input.kind == ORR_INPUT_PRESS) {
        input.dx = input.kind == ORR_INPUT_MOVE ? input.x - window->input_x : 0;
        input.dy = input.kind == ORR_INPUT_MOVE ? input.y - window->input_y : 0;
        window->input_x = input.x;
        window->input_y = input.y;
    }
    if (input.kind == ORR_INPUT_PRESS)
        input.entity =
            orr__pick_near(window->show, window->state, &window->camera, px, py, REACH * window->camera.scale);
    if (orr_world_input(window->world, &input) != ORR_OK) orr__window_notice(window, orr__error_text());
}

static uint32_t button_of(uint32_t button)
{
    return button == SDL_BUTTON_LEFT ? 1 : button == SDL_BUTTON_MIDDLE ? 2 : 3;
}

static uint32_t held_of(uint32_t state)
{
    if (state & SDL_BUTTON_LMASK) return 1;
    return state & SDL_BUTTON_MMASK ? 2 : state & SDL_BUTTON_RMASK ? 3 : 0;
}

/* A script that looks at input has the left button, unless shift is held, and sees all keys that mean nothing else. */
static bool offer(orr__window *window, const SDL_Event *event)
{
    if (!wants_input(window) || (SDL_GetModState() & KMOD_SHIFT)) return false;
    orr_input input = { 0 };
    switch (event->type) {
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        if (event->button.button != SDL_BUTTON_LEFT) return false;
        input.kind = event->type == SDL_MOUSEBUTTONDOWN ? ORR_INPUT_PRESS : ORR_INPUT_RELEASE;
        input.button = button_of(event->button.button);
        feed(window, input, event->button.x, event->button.y);
        return true;
    case SDL_MOUSEMOTION:
        input.kind = ORR_INPUT_MOVE;
        input.button = held_of(event->motion.state);
        if (input.button > 1) return false;
        feed(window, input, event->motion.x, event->motion.y);
        return true;
    case SDL_KEYDOWN:
    case SDL_KEYUP: {
        int x, y;
        SDL_GetMouseState(&x, &y);
        input.kind = event->type == SDL_KEYDOWN ? ORR_INPUT_KEY : ORR_INPUT_KEY_UP;
        snprintf(input.key, sizeof input.key, "%s", SDL_GetKeyName(event->key.keysym.sym));
        for (char *c = input.key; *c; c++) *c = (char)SDL_tolower(*c);
        feed(window, input, x, y);
        return false; /* what the window does with it, it does too */
    }
    default: return false;
    }
}

static void click(orr__window *window, int x, int y)
{
    if (!window->state) return;
    const orr_entity entity = orr__pick_near(window->show, window->state, &window->camera, x * window->pixels,
                                             y * window->pixels, REACH * window->camera.scale);
    const orr__panel_actions act = orr__actions_of(window);
    if (entity) act.inspect(act.context, entity);
}

void orr__control_event(orr__window *window, const SDL_Event *event)
{
    if (offer(window, event)) return;
    switch (event->type) {
    case SDL_QUIT: window->over = true; break;
    case SDL_KEYDOWN: key(window, event->key.keysym.sym); break;
    case SDL_MOUSEWHEEL: wheel(window, &event->wheel); break;
    case SDL_MOUSEBUTTONDOWN:
        window->dragging = true;
        window->press_x = event->button.x;
        window->press_y = event->button.y;
        break;
    case SDL_MOUSEBUTTONUP:
        if (window->dragging && abs(event->button.x - window->press_x) + abs(event->button.y - window->press_y) < CLICK)
            click(window, event->button.x, event->button.y);
        window->dragging = false;
        break;
    case SDL_MOUSEMOTION:
        if (window->dragging)
            orr__camera_pan(&window->camera, event->motion.xrel * window->pixels, event->motion.yrel * window->pixels);
        break;
    default: break;
    }
}
