#include "view/control.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "view/actions.h"
#include "view/drive.h"
#include "view/pick.h"

enum { CLICK = 4, REACH = 12 };
#define SPEED_LEAST 0.125
#define SPEED_MOST 64

static void faster(orr__window *window, bool up)
{
    const double speed = window->speed;
    if (up && speed > 0) orr__window_speed(window, speed < SPEED_MOST ? speed * 2 : -1);
    if (!up) orr__window_speed(window, speed < 0 ? SPEED_MOST : fmax(speed / 2, SPEED_LEAST));
}

/* The innermost thing that is open. */
static void leave(orr__window *window)
{
    if (orr__panel_helps(window->panel))
        orr__panel_help(window->panel, false);
    else
        window->over = true;
}

/* Those that do more the longer they are held. */
static bool held_key(orr__window *window, SDL_Keycode code)
{
    switch (code) {
    case SDLK_PERIOD: orr__window_step(window); return true;
    case SDLK_PLUS:
    case SDLK_EQUALS:
    case SDLK_KP_PLUS: faster(window, true); return true;
    case SDLK_MINUS:
    case SDLK_KP_MINUS: faster(window, false); return true;
    default: return false;
    }
}

/* Without a panel the keys are told over the picture. */
static void help(orr__window *window)
{
    if (window->panel)
        orr__panel_help(window->panel, !orr__panel_helps(window->panel));
    else
        orr__window_notice(window, "space: pause, run    .: one tick    + -: faster, slower    U: as fast as it can\n"
                                   "drag, wheel: move, zoom    F: all of it    P: save a picture\n"
                                   "R, N: from the beginning, with another seed    esc: close");
}

static void key(orr__window *window, SDL_Keycode code)
{
    switch (code) {
    case SDLK_SPACE: orr__window_pause(window, !window->paused); break;
    case SDLK_p: orr__window_picture(window); break;
    case SDLK_r: orr__window_restart(window, true); break;
    case SDLK_n: orr__window_restart(window, false); break;
    case SDLK_u: orr__window_speed(window, window->speed < 0 ? 1 : -1); break;
    case SDLK_t:
        window->light = !window->light;
        orr__panel_theme(window->panel, window->light);
        break;
    case SDLK_TAB: orr__panel_hide(window->panel, !orr__panel_hidden(window->panel)); break;
    case SDLK_F1: help(window); break;
    case SDLK_f:
        window->followed = 0;
        orr__window_fit(window);
        break;
    case SDLK_ESCAPE: leave(window); break;
    default: break;
    }
}

/* The question mark is another key on each keyboard: it is known by its letter. */
static void letter(orr__window *window, const char *text)
{
    if (text[0] == '?') help(window);
}

static void wheel(orr__window *window, const SDL_MouseWheelEvent *event)
{
    const double steps = event->preciseY != 0 ? (double)event->preciseY : event->y;
#if SDL_VERSION_ATLEAST(2, 26, 0)
    if (event->mouseX || event->mouseY) {
        window->mouse_x = event->mouseX;
        window->mouse_y = event->mouseY;
    }
#endif
    orr__camera_zoom(&window->camera, pow(1.2, steps), window->mouse_x * window->screen.pixels,
                     window->mouse_y * window->screen.pixels);
    window->moved = true;
}

/* ---- to the script ---- */

static bool wants_input(const orr__window *window)
{
    const orr__report *report = window->state ? orr__report_of(window->state) : NULL;
    return !window->restart.active && report && report->wants_input;
}

static void feed(orr__window *window, orr_input input, int x, int y)
{
    const double px = x * window->screen.pixels, py = y * window->screen.pixels;
    orr__camera_to_world(&window->camera, px, py, &input.x, &input.y);
    if (input.kind == ORR_INPUT_MOVE || input.kind == ORR_INPUT_PRESS) {
        input.dx = input.kind == ORR_INPUT_MOVE ? input.x - window->input_x : 0;
        input.dy = input.kind == ORR_INPUT_MOVE ? input.y - window->input_y : 0;
        window->input_x = input.x;
        window->input_y = input.y;
    }
    input.entity = orr__pick_near(window->show, window->state, &window->camera, px, py, REACH * window->camera.scale);
    orr__drive_input(window, &input);
}

static uint32_t button_of(uint32_t button)
{
    return button == SDL_BUTTON_LEFT ? 1 : button == SDL_BUTTON_MIDDLE ? 2 : 3;
}

/* The left button and the right one are the script's unless shift is held. Who was told of a press is told of its end,
 * whatever has happened meanwhile, or it would hold on for ever. */
static bool offer_button(orr__window *window, const SDL_MouseButtonEvent *event)
{
    const uint32_t mask = SDL_BUTTON(event->button);
    const bool presses = event->type == SDL_MOUSEBUTTONDOWN, shift = (SDL_GetModState() & KMOD_SHIFT) != 0;
    if (presses && (shift || event->button == SDL_BUTTON_MIDDLE)) return false;
    if (!presses && !(window->given & mask)) return false;
    window->given = presses ? window->given | mask : window->given & ~mask;
    const orr_input input = { .kind = presses ? ORR_INPUT_PRESS : ORR_INPUT_RELEASE,
                              .button = button_of(event->button) };
    feed(window, input, event->x, event->y);
    return true;
}

static bool offer_motion(orr__window *window, const SDL_MouseMotionEvent *event)
{
    if (window->dragging || (!window->given && (SDL_GetModState() & KMOD_SHIFT))) return false;
    const orr_input input = { .kind = ORR_INPUT_MOVE,
                              .button = window->given & SDL_BUTTON_LMASK   ? 1
                                        : window->given & SDL_BUTTON_RMASK ? 3
                                                                           : 0 };
    feed(window, input, event->x, event->y);
    return true;
}

/* A script that looks at input has the mouse, unless shift is held, the wheel with control, and sees all keys. */
static bool offer(orr__window *window, const SDL_Event *event)
{
    if (!wants_input(window)) {
        window->given = 0;
        return false;
    }
    const bool shift = (SDL_GetModState() & KMOD_SHIFT) != 0;
    orr_input input = { 0 };
    switch (event->type) {
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP: return offer_button(window, &event->button);
    case SDL_MOUSEMOTION: return offer_motion(window, &event->motion);
    case SDL_KEYDOWN:
    case SDL_KEYUP:
        if (shift) return false;
        input.kind = event->type == SDL_KEYDOWN ? ORR_INPUT_KEY : ORR_INPUT_KEY_UP;
        snprintf(input.key, sizeof input.key, "%s", SDL_GetKeyName(event->key.keysym.sym));
        for (char *c = input.key; *c; c++) *c = (char)SDL_tolower(*c);
        feed(window, input, window->mouse_x, window->mouse_y);
        return false; /* what the window does with it, it does too */
    case SDL_MOUSEWHEEL:
        if (shift || !(SDL_GetModState() & KMOD_CTRL)) return false;
        input.kind = ORR_INPUT_WHEEL;
        input.dx = event->wheel.x;
        input.dy = event->wheel.y;
        feed(window, input, window->mouse_x, window->mouse_y);
        return true;
    default: return false;
    }
}

static void click(orr__window *window, int x, int y)
{
    if (!window->state) return;
    const orr_entity entity = orr__pick_near(window->show, window->state, &window->camera, x * window->screen.pixels,
                                             y * window->screen.pixels, REACH * window->camera.scale);
    const orr__panel_actions act = orr__actions_of(window);
    if (entity) act.inspect(act.context, entity);
}

/* Where the mouse was at this event: where it is now is another matter. */
void orr__control_track(orr__window *window, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_MOUSEMOTION:
        window->mouse_x = event->motion.x;
        window->mouse_y = event->motion.y;
        break;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        window->mouse_x = event->button.x;
        window->mouse_y = event->button.y;
        break;
    default: break;
    }
}

static void drag(orr__window *window, const SDL_MouseMotionEvent *event)
{
    const double pixels = window->screen.pixels;
    orr__camera_pan(&window->camera, event->xrel * pixels, event->yrel * pixels);
    window->moved = true;
    window->followed = 0;
}

void orr__control_event(orr__window *window, const SDL_Event *event)
{
    if (offer(window, event)) return;
    switch (event->type) {
    case SDL_QUIT: window->over = true; break;
    case SDL_KEYDOWN:
        if (!held_key(window, event->key.keysym.sym) && !event->key.repeat) key(window, event->key.keysym.sym);
        break;
    case SDL_TEXTINPUT: letter(window, event->text.text); break;
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
        if (window->dragging) drag(window, &event->motion);
        break;
    default: break;
    }
}
