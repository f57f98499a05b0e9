#include "view/screen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/os.h"
#include "orrery.h"

enum { WIDTH = 1280, HEIGHT = 800, MOST = 16384 };
#define RATE 60.0
#define RATE_HIDDEN 10.0
#define FASTER 1.05    /* than the display says: it waits itself, and what it says is rounded */
#define DENSE 180.0    /* dots an inch from where on letters of the usual size are too small */
#define NONSENSE 600.0 /* what some displays say */

/* ---- a display that goes away ---- */

typedef int error_handler(void *display);
typedef error_handler *set_error_handler(error_handler *handler);

/* Xlib's handler knows of no context, and runs on the thread of the window. */
static _Thread_local orr__screen *watched;

/* Xlib ends the process when this returns: so it goes to where the picture began. Nothing of SDL is used from there on. */
static int broken(void *display)
{
    (void)display;
    if (!watched || !watched->armed) return 0;
    atomic_store(&watched->is_lost, true);
    longjmp(watched->back, 1);
}

/* Loaded as SDL does it, so that a system without X needs none. */
static void watch(orr__screen *screen)
{
    const char *driver = SDL_GetCurrentVideoDriver();
    void *library = driver && strcmp(driver, "x11") == 0 ? SDL_LoadObject("libX11.so.6") : NULL;
    void *found = library ? SDL_LoadFunction(library, "XSetIOErrorHandler") : NULL;
    set_error_handler *set = NULL;
    if (!found) return;
    memcpy(&set, &found, sizeof set);
    watched = screen;
    (void)set(broken);
}

/* ---- what it is like ---- */

static double scale_of(const orr__screen *screen)
{
    float dots = 0;
    if (screen->wanted > 0) return screen->wanted;
    if (screen->pixels > 1) return screen->pixels;
    const int display = SDL_GetWindowDisplayIndex(screen->window);
    if (display < 0 || SDL_GetDisplayDPI(display, &dots, NULL, NULL) != 0) return 1;
    return (double)dots >= DENSE && (double)dots <= NONSENSE ? 2 : 1;
}

static double rate_of(const orr__screen *screen)
{
    SDL_DisplayMode mode;
    const int display = SDL_GetWindowDisplayIndex(screen->window);
    if (display < 0 || SDL_GetCurrentDisplayMode(display, &mode) != 0 || mode.refresh_rate <= 0) return RATE;
    return fmin(fmax(mode.refresh_rate, 24), 480);
}

void orr__screen_measure(orr__screen *screen)
{
    int width = 1, height = 1, points = 1, ignored;
    if (atomic_load(&screen->is_lost)) return;
    if (SDL_GetRendererOutputSize(screen->renderer, &width, &height) != 0) return;
    SDL_GetWindowSize(screen->window, &points, &ignored);
    screen->width = width > 0 ? width : 1;
    screen->height = height > 0 ? height : 1;
    screen->pixels = points > 0 ? (double)screen->width / points : 1;
    screen->scale = scale_of(screen);
    screen->rate = rate_of(screen);
}

bool orr__screen_is_hidden(const orr__screen *screen)
{
    return (SDL_GetWindowFlags(screen->window) & (SDL_WINDOW_MINIMIZED | SDL_WINDOW_HIDDEN)) != 0;
}

void orr__screen_rest(orr__screen *screen)
{
    if (atomic_load(&screen->is_lost)) return;
    const double rate = orr__screen_is_hidden(screen) ? RATE_HIDDEN : FASTER * screen->rate;
    const uint64_t now = orr__clock_ns(), period_ns = (uint64_t)(1e9 / rate);
    screen->due_ns += period_ns;
    if (screen->due_ns < now || screen->due_ns > now + period_ns) screen->due_ns = now;
    if (screen->due_ns > now) orr__sleep_ns(screen->due_ns - now);
}

/* ---- opening and closing ---- */

/* SDL takes what shows nothing when there is nothing else; a person could never close it. Whoever wants it names it. */
static bool is_blind(void)
{
    const char *driver = SDL_GetCurrentVideoDriver(), *wanted = SDL_GetHint(SDL_HINT_VIDEODRIVER);
    if (!driver || (wanted && strstr(wanted, driver))) return false;
    return strcmp(driver, "offscreen") == 0 || strcmp(driver, "dummy") == 0 || strcmp(driver, "evdev") == 0;
}

static int size_of(uint32_t wanted, int usual)
{
    return wanted == 0 ? usual : wanted > MOST ? MOST : (int)wanted;
}

int32_t orr__screen_open(orr__screen *screen, const char *title, uint32_t width, uint32_t height, double scale)
{
    memset(screen, 0, sizeof *screen);
    screen->wanted = scale;
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1"); /* they are the embedder's */
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    /* else SDL looks for other displays, too, and their libraries print what they miss */
    const char *x11 = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
    if (x11 && *x11 && !(wayland && *wayland)) SDL_SetHint(SDL_HINT_VIDEODRIVER, "x11");
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0) return orr__fail(ORR_E_NOT_FOUND, "no display: %s", SDL_GetError());
    screen->opened = true;
    if (is_blind()) return orr__fail(ORR_E_NOT_FOUND, "no display: SDL has only '%s'", SDL_GetCurrentVideoDriver());
    screen->window = SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, size_of(width, WIDTH),
                                      size_of(height, HEIGHT), SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!screen->window) return orr__fail(ORR_E_NOT_FOUND, "no display: no window: %s", SDL_GetError());
    watch(screen);
    screen->renderer = SDL_CreateRenderer(screen->window, -1, SDL_RENDERER_PRESENTVSYNC);
    if (!screen->renderer) screen->renderer = SDL_CreateRenderer(screen->window, -1, SDL_RENDERER_SOFTWARE);
    if (!screen->renderer) return orr__fail(ORR_E_NOT_FOUND, "no display: no renderer: %s", SDL_GetError());
    orr__screen_measure(screen);
    return ORR_OK;
}

void orr__screen_close(orr__screen *screen)
{
    /* what is left of a lost display cannot be given back: that asks the display */
    if (!atomic_load(&screen->is_lost)) {
        if (screen->renderer) SDL_DestroyRenderer(screen->renderer);
        if (screen->window) SDL_DestroyWindow(screen->window);
        if (screen->opened) SDL_QuitSubSystem(SDL_INIT_VIDEO);
    }
    if (watched == screen) watched = NULL;
    screen->renderer = NULL;
    screen->window = NULL;
    screen->opened = false;
}
