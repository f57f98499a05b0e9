/* Boids in a window of 1280 x 800 with its panel open: what a frame takes in which there is something new to draw, while
 * the world runs on its own thread. SDL's dummy display, so nothing waits for a screen. Run it where `scripts` is. */
#include "app/bench.h"

#if ORRERY_VIEW
#include <stdio.h>
#include <stdlib.h>

#include "base/os.h"
#include "view/window.h"

enum { FRAMES_BEFORE = 10, FRAMES = 100, PATIENCE = 5000 };
#define FRAME_MS 16.7
#define MOMENT_NS 500000u

static const char script[] = "scripts/boids.lua", name[] = "window: boids with the panel open, a frame";

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool has_news(const orr__window *window)
{
    const uint64_t newest = orr_mailbox_sequence(window->show->mailbox);
    return newest && (!window->state || window->state->sequence != newest);
}

/* Milliseconds of the next frame that has a new state; negative: none came. */
static double frame(orr__window *window)
{
    for (int k = 0; k < PATIENCE && !has_news(window); k++) orr__sleep_ns(MOMENT_NS);
    const uint64_t start = orr__clock_ns();
    if (!has_news(window) || !orr__window_frame(window)) return -1;
    return (double)(orr__clock_ns() - start) * 1e-6;
}

static void frames(orr__bench *bench, orr__window *window)
{
    double times[FRAMES];
    for (int k = -FRAMES_BEFORE; k < FRAMES; k++) {
        const double ms = frame(window);
        if (ms < 0) {
            orr__bench_fail(bench, name);
            return;
        }
        if (k >= 0) times[k] = ms;
    }
    qsort(times, FRAMES, sizeof times[0], by_size);
    orr__bench_add(bench, name, "ms", times[FRAMES / 2], times[FRAMES * 99 / 100 - 1], FRAME_MS);
}

void orr__bench_window(orr__bench *bench)
{
    orr__window window;
    if (!orr__bench_wanted(bench, "window")) return;
    if (!orr__file_exists(script)) {
        fprintf(stderr, "orrery bench: window is left out: %s is not here\n", script);
        return;
    }
    orr_host *host = orr_host_open(&(orr_host_desc){ .script = script, .threads = ORR_THREADS_ALL });
    SDL_SetHintWithPriority(SDL_HINT_VIDEODRIVER, "dummy", SDL_HINT_OVERRIDE);
    if (!host || orr__window_open(&window, orr_host_world(host), NULL) != ORR_OK) {
        orr__bench_fail(bench, name);
    } else {
        frames(bench, &window);
        (void)orr__window_close(&window);
    }
    orr_host_close(host);
}

#else

void orr__bench_window(orr__bench *bench)
{
    (void)bench; /* a library without the view */
}

#endif
