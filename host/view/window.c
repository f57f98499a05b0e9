#include "view/window.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/os.h"
#include "sim/sim.h"
#include "view/actions.h"
#include "view/banner.h"
#include "view/control.h"
#include "view/drive.h"
#include "view/pick.h"
#include "view/png.h"

enum { MARGIN = 10, PICTURES_MOST = 9999 };
#define NOTICE_NS 4000000000u

/* ---- events, the camera ---- */

/* What is not moved by hand stays fitted when the window or the panel gets another size. */
static void take_size(orr__window *window)
{
    orr__camera *camera = &window->camera;
    const double left = orr__panel_covers(window->panel) * window->screen.pixels;
    orr__screen_measure(&window->screen);
    const double width = window->screen.width, height = window->screen.height;
    if (camera->width == width && camera->height == height && camera->left == left) return;
    camera->width = width;
    camera->height = height;
    camera->scale = window->screen.scale;
    camera->left = left;
    if (window->fitted && !window->moved) orr__window_fit(window);
}

static void take_events(orr__window *window)
{
    SDL_Event event;
    while (SDL_PollEvent(&event)) {
        const bool panels = orr__panel_event(window->panel, &event);
        orr__control_track(window, &event);
        if (!panels || window->dragging || window->given) orr__control_event(window, &event);
    }
    take_size(window);
}

void orr__window_fit(orr__window *window)
{
    if (!window->state) return;
    const orr__box2 box = orr__draw_bounds(window->show, window->state);
    orr__camera_fit(&window->camera, box, MARGIN * window->camera.scale);
    window->fitted = box.right >= box.left; /* an empty world is looked at again when something is there */
    window->moved = false;
}

/* The camera stays on the entity that is followed, as long as it is in the picture's state. */
static void follow(orr__window *window)
{
    orr__camera *camera = &window->camera;
    if (!window->followed || !window->state) return;
    if (!orr__pick_find(window->show, window->state, window->followed, &camera->x, &camera->y)) return;
    camera->x -= camera->left / 2 / camera->zoom;
    window->moved = true;
}

/* ---- states ---- */

/* Errors of the log are seen also where the log is not open. */
static void take_errors(orr__window *window, const orr__report *report)
{
    const orr__note *list = ORR__REPORT_LIST(report, orr__note, notes);
    if (report->note_count && list[report->note_count - 1].number < window->error_note) window->error_note = 0;
    for (uint32_t i = 0; i < report->note_count; i++) {
        if (list[i].level != 2 || list[i].number <= window->error_note) continue;
        window->error_note = list[i].number;
        orr__window_notice(window, list[i].text);
    }
}

/* Nobody shall wonder at an empty window. */
static void tell_blank(orr__window *window, const orr__report *report)
{
    if (window->show->scene->desc.layer_count || report->stroke_count) return;
    if (orr__clock_ns() - window->notice_ns < NOTICE_NS) return;
    orr__window_notice(window, "there is nothing to draw: orrery.draw says what is shown");
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
    const orr__report *report = orr__report_of(state);
    if (!report) return;
    orr__histories_add(&window->histories, report);
    take_errors(window, report);
    tell_blank(window, report);
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
        const bool resumes = window->resumes || !window->paused;
        orr__window_pause(window, true);
        snprintf(window->error, sizeof window->error, "%s", window->tend.text);
        window->resumes = resumes;
    } else if (window->tend.code > 0) {
        const bool begins = orr__drive_never_began(window);
        window->code = ORR_OK;
        window->error[0] = '\0';
        orr__window_notice(window, "the script was loaded again");
        if (window->resumes && begins)
            orr__window_restart(window, true);
        else if (window->resumes)
            orr__window_pause(window, false);
    }
}

/* ---- the picture ---- */

/* Paints only what has changed: a paused world costs what it costs to show the canvas again. */
static void draw_picture(orr__window *window)
{
    const orr_mail *state = window->state;
    SDL_SetRenderDrawColor(window->screen.renderer, 12, 14, 18, 255);
    SDL_RenderClear(window->screen.renderer);
    const bool same = !state || (window->drawn_show == window->show && window->drawn_state == state->sequence &&
                                 orr__camera_same(&window->drawn_camera, &window->camera));
    int32_t code = ORR_OK;
    if (!same)
        code = orr__draw(window->drawer, window->show, state, &window->camera);
    else if (window->drawn_camera.width > 0)
        code = orr__draw_show(window->drawer);
    if (code != ORR_OK) {
        orr__window_notice(window, orr__error_text());
    } else if (!same) {
        window->drawn_show = window->show;
        window->drawn_state = state->sequence;
        window->drawn_camera = window->camera;
    }
}

/* Ticks and frames a second, measured over half a second. */
static void take_rates(orr__window *window)
{
    const uint64_t now = orr__clock_ns(), tick = window->state ? window->state->tick : 0;
    const double seconds = (double)(now - window->rate_ns) * 1e-9;
    if (seconds < 0.5) return;
    const bool first = window->rate_ns == 0;
    window->ticks_per_second = tick >= window->rate_tick ? (double)(tick - window->rate_tick) / seconds : 0;
    window->frames_per_second = (double)(window->frames - window->rate_frame) / seconds;
    window->rate_ns = now;
    window->rate_tick = tick;
    window->rate_frame = window->frames;
    if (first || window->restart.active) return;
    orr__drive_states(window);
    orr__drive_watch(window);
}

/* Where the entity that is looked at is on the screen, for the panel's mark; in what the mouse counts. */
static bool find_inspected(const orr__window *window, float *x, float *y)
{
    const orr__report *report = window->state ? orr__report_of(window->state) : NULL;
    double world_x, world_y, px, py;
    if (!report || !report->inspected || report->inspected_dead) return false;
    if (!orr__pick_find(window->show, window->state, report->inspected, &world_x, &world_y)) return false;
    orr__camera_to_picture(&window->camera, world_x, world_y, &px, &py);
    *x = (float)(px / window->screen.pixels);
    *y = (float)(py / window->screen.pixels);
    return true;
}

/* Without a panel: on the canvas, which is painted anew next time. */
static void say(orr__window *window, const char *text)
{
    if (window->drawn_camera.width <= 0) return;
    if (!window->letters) window->letters = orr__text_create(&window->alloc);
    int32_t code = window->letters ? ORR_OK : orr__error_code();
    if (code == ORR_OK)
        code = orr__banner_paint(window->letters, orr__drawer_canvas(window->drawer), window->camera.scale, text,
                                 *window->error != '\0');
    if (code == ORR_OK) code = orr__draw_show(window->drawer);
    if (code != ORR_OK) orr__error_clear();
    window->drawn_show = NULL;
}

static void draw_panel(orr__window *window)
{
    const orr_mail *state = window->state;
    const bool fresh = window->restart.active || orr__clock_ns() - window->notice_ns < NOTICE_NS;
    orr__panel_view view = { .report = state ? orr__report_of(state) : NULL,
                             .histories = window->histories.items,
                             .history_count = window->histories.count,
                             .title = window->desc.title ? window->desc.title : "Orrery",
                             .time = state ? state->time : 0,
                             .dt = state ? state->dt : 0,
                             .speed = window->speed,
                             .ticks_per_second = window->ticks_per_second,
                             .frames_per_second = window->frames_per_second,
                             .seed = window->seed,
                             .paused = window->paused,
                             .lockstep = window->desc.lockstep,
                             .can_restart = window->desc.host.restart != NULL,
                             .has_console = window->console,
                             .followed = window->followed,
                             .error = window->error,
                             .notice = fresh ? window->notice : "",
                             .actions = orr__actions_of(window) };
    if (!window->panel && (*view.error || *view.notice)) say(window, *view.error ? view.error : view.notice);
    view.marked = find_inspected(window, &view.mark_x, &view.mark_y);
    orr__panel_draw(window->panel, &view);
}

void orr__window_notice(orr__window *window, const char *text)
{
    orr__text_copy(window->notice, sizeof window->notice, text);
    window->notice_ns = orr__clock_ns();
}

void orr__window_picture(orr__window *window)
{
    char path[64], text[512];
    if (!window->state) return;
    do snprintf(path, sizeof path, "orrery-%03u.png", ++window->pictures);
    while (orr__file_exists(path) && window->pictures < PICTURES_MOST);
    int32_t code = orr__draw(window->drawer, window->show, window->state, &window->camera);
    if (code == ORR_OK) code = orr__png_write(&window->alloc, path, orr__drawer_canvas(window->drawer));
    if (code == ORR_OK)
        snprintf(text, sizeof text, "picture saved: %s", path);
    else
        snprintf(text, sizeof text, "no picture: %s", orr__error_text());
    if (code != ORR_OK) window->pictures--;
    orr__window_notice(window, text);
}

/* ---- one picture ---- */

static void lose_display(orr__window *window)
{
    window->over = true;
    if (window->code == ORR_OK) window->code = ORR_E_FILE;
    snprintf(window->error, sizeof window->error, "the display is gone: the window is closed at tick %llu",
             (unsigned long long)(window->state ? window->state->tick : 0));
}

static void make_frame(orr__window *window)
{
    const orr_window_host *host = &window->desc.host;
    if (host->closes && host->closes(host->context)) window->over = true;
    take_events(window);
    orr__drive_turn(window);
    if (!window->restart.active && window->show) tend(window);
    if (!window->restart.active && window->show) take_state(window); /* a mended one may begin again */
    follow(window);
    if (!orr__screen_is_hidden(&window->screen)) {
        draw_picture(window);
        draw_panel(window);
        SDL_RenderPresent(window->screen.renderer);
    }
    window->frames++;
    take_rates(window);
}

bool orr__window_frame(orr__window *window)
{
    if (setjmp(window->screen.back) != 0) {
        lose_display(window);
        return false;
    }
    window->screen.armed = true;
    make_frame(window);
    window->screen.armed = false;
    return !window->over;
}

/* ---- opening and closing ---- */

static int32_t open(orr__window *window)
{
    const orr_window_desc *desc = &window->desc;
    const int32_t code =
        orr__screen_open(&window->screen, desc->title ? desc->title : "Orrery", desc->width, desc->height, desc->scale);
    if (code != ORR_OK) return code;
    window->drawer = orr__drawer_create(&window->alloc, window->screen.renderer);
    if (!window->drawer) return orr__error_code();
    window->panel = orr__panel_create(window->screen.window, window->screen.renderer, window->screen.scale);
    if (!window->panel && orr__panel_is_built()) orr__window_notice(window, "no panel: no memory for it");
    if (desc->no_panel) orr__panel_lock(window->panel);
    take_size(window);
    return orr__drive_begin(window);
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

/* The window goes first: the last tick may take its time. */
int32_t orr__window_close(orr__window *window)
{
    if (!atomic_load(&window->screen.is_lost)) { /* else they are what SDL may have been in the middle of */
        orr__panel_destroy(window->panel);
        orr__drawer_destroy(window->drawer);
    }
    orr__text_destroy(window->letters);
    orr__screen_close(&window->screen);
    window->letters = NULL;
    window->panel = NULL;
    window->drawer = NULL;
    if (window->over && window->desc.host.closed) window->desc.host.closed(window->desc.host.context);
    const int32_t code = orr__drive_end(window);
    orr__histories_fini(&window->histories);
    return code;
}

int32_t orr_window_run(orr_world *world, const orr_window_desc *desc)
{
    orr__window window;
    const int32_t code = orr__window_open(&window, world, desc);
    if (code != ORR_OK) return code;
    while (orr__window_frame(&window)) orr__screen_rest(&window.screen);
    const int32_t shown = window.code, last = orr__window_close(&window);
    if (shown != ORR_OK && *window.error) return orr__fail(shown, "%s", window.error);
    return last;
}
