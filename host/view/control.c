#include "view/control.h"

#include <math.h>
#include <stdlib.h>

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
    switch (event->type) {
    case SDL_QUIT: window->over = true; break;
    case SDL_KEYDOWN: key(window, event->key.keysym.sym); break;
    case SDL_MOUSEWHEEL: wheel(window, &event->wheel); break;
    case SDL_MOUSEBUTTONDOWN:
        window->dragging = event->button.button == SDL_BUTTON_LEFT;
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
