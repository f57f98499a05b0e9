#include "view/control.h"

#include <math.h>

#define SPEED_LEAST 0.125
#define SPEED_MOST 64

static void key(orr__window *window, SDL_Keycode code)
{
    switch (code) {
    case SDLK_SPACE: orr__window_pause(window, !window->paused); break;
    case SDLK_PERIOD: orr__window_step(window); break;
    case SDLK_f: orr__window_fit(window); break;
    case SDLK_PLUS:
    case SDLK_EQUALS:
    case SDLK_KP_PLUS: orr__window_speed(window, window->speed < 0 ? window->speed : fmin(window->speed * 2, SPEED_MOST)); break;
    case SDLK_MINUS:
    case SDLK_KP_MINUS: orr__window_speed(window, window->speed < 0 ? SPEED_MOST : fmax(window->speed / 2, SPEED_LEAST)); break;
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

void orr__control_event(orr__window *window, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_QUIT: window->over = true; break;
    case SDL_KEYDOWN: key(window, event->key.keysym.sym); break;
    case SDL_MOUSEWHEEL: wheel(window, &event->wheel); break;
    case SDL_MOUSEBUTTONDOWN: window->dragging = event->button.button == SDL_BUTTON_LEFT; break;
    case SDL_MOUSEBUTTONUP: window->dragging = false; break;
    case SDL_MOUSEMOTION:
        if (window->dragging)
            orr__camera_pan(&window->camera, event->motion.xrel * window->pixels, event->motion.yrel * window->pixels);
        break;
    default: break;
    }
}
