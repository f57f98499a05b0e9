/* Windows in tests: one over a small scene under SDL's dummy display, frames, keys and the mouse. */
#ifndef WINDOW_CASE_H
#define WINDOW_CASE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <SDL.h>

#include "base/os.h"
#include "view/window.h"

#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        if ((call) != ORR_OK) fail_msg("%s: %s", #call, orr_last_error());                                             \
    } while (0)

#define assert_near(a, b, most) assert_true(fabs((a) - (b)) <= (most))

/* Frames, a millisecond apart, until that is so: how soon is the machine's affair. */
#define until(f, condition)                                                                                            \
    do {                                                                                                               \
        for (int left = PATIENCE_MS; left > 0 && !(condition); left--) {                                               \
            frames(f, 1);                                                                                              \
            orr__sleep_ns(1000000);                                                                                    \
        }                                                                                                              \
        assert_true(condition);                                                                                        \
    } while (0)

enum { WIDTH = 400, HEIGHT = 300, PATIENCE_MS = 20000 };

static const char scene[] = "local orrery = require 'orrery'\n"
                            "local P = orrery.component('P', { x = orrery.f32, y = orrery.f32 })\n"
                            "local pull = orrery.param('pull', 0, { min = 0, max = 4 })\n"
                            "orrery.system { name = 'populate', stage = 'startup', run = function(ctx)\n"
                            "  ctx:spawn({ [P] = { x = 5, y = 5 } })\n"
                            "end }\n"
                            "orrery.system { name = 'fall', all = { P }, writes = { P }, run = function(rows)\n"
                            "  local p, d = rows:write(P), pull()\n"
                            "  for i = rows.first, rows.last do p.y[i] = p.y[i] - d end\n"
                            "end }\n"
                            "orrery.series('ticks', function(world) return world:count { all = { P } } end)\n"
                            "orrery.draw { background = '#102030', view = { x = 0, y = 0, width = 10, height = 10 },\n"
                            "  points = { x = P.x, y = P.y, size = 20, shape = 'square', colour = '#ff0000' } }\n";

/* A window waits half a second for the first state; where other programs have the processor it may take longer. */
static inline void await_state(orr__window *window)
{
    for (int i = 0; i < PATIENCE_MS && orr_mailbox_sequence(window->show->mailbox) == 0; i++) orr__sleep_ns(1000000);
    assert_true(orr_mailbox_sequence(window->show->mailbox) != 0);
    orr__window_notice(window, "");
}

typedef struct fixture {
    orr_host *host;
    orr__window window;
    char folder[64], path[80]; /* of the script, where it is in a file */
    int closed;
} fixture;

static inline orr_world *restart(void *context, uint64_t seed)
{
    fixture *f = context;
    orr_host *host = orr_host_open(&(orr_host_desc){ .script = "scene.lua", .text = scene, .seed = seed });
    if (!host) return NULL;
    orr_host_close(f->host);
    f->host = host;
    return orr_host_world(host);
}

static inline void open_with(fixture *f, const char *text, const orr_window_desc *given)
{
    memset(f, 0, sizeof *f);
    f->host = orr_host_open(&(orr_host_desc){ .script = "scene.lua", .text = text });
    if (!f->host) fail_msg("%s", orr_last_error());
    orr_window_desc desc = *given;
    desc.title = "test";
    desc.host = (orr_window_host){ .context = f, .restart = restart };
    if (!desc.width) desc.width = WIDTH;
    if (!desc.height) desc.height = HEIGHT;
    assert_ok(orr__window_open(&f->window, orr_host_world(f->host), &desc));
    await_state(&f->window);
}

static inline void open_scene(fixture *f, const char *text, bool paused)
{
    open_with(f, text, &(orr_window_desc){ .paused = paused });
}

static inline void shut(fixture *f)
{
    (void)orr__window_close(&f->window);
    orr_host_close(f->host);
}

/* ---- over a script in a file ---- */

static inline int32_t reload(void *context)
{
    return orr_host_watch(((fixture *)context)->host);
}

static inline void closed(void *context)
{
    ((fixture *)context)->closed++;
}

static inline orr_world *restart_file(void *context, uint64_t seed)
{
    fixture *f = context;
    orr_host *host = orr_host_open(&(orr_host_desc){ .script = f->path, .seed = seed });
    if (!host) return NULL;
    orr_host_close(f->host);
    f->host = host;
    return orr_host_world(host);
}

static inline void save(const fixture *f, const char *text)
{
    FILE *file = fopen(f->path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static inline void open_file(fixture *f, const char *text, const orr_window_desc *given)
{
    memset(f, 0, sizeof *f);
    snprintf(f->folder, sizeof f->folder, "/tmp/orrery-window-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/s.lua", f->folder);
    save(f, text);
    f->host = orr_host_open(&(orr_host_desc){ .script = f->path });
    if (!f->host) fail_msg("%s", orr_last_error());
    orr_window_desc desc = *given;
    desc.width = WIDTH;
    desc.height = HEIGHT;
    desc.host = (orr_window_host){ .context = f, .restart = restart_file, .reload = reload, .closed = closed };
    assert_ok(orr__window_open(&f->window, orr_host_world(f->host), &desc));
}

static inline void shut_file(fixture *f)
{
    shut(f);
    assert_int_equal(remove(f->path), 0);
    assert_int_equal(rmdir(f->folder), 0);
}

/* ---- frames, keys, the mouse ---- */

static inline void frames(fixture *f, int count)
{
    for (int i = 0; i < count; i++) assert_true(orr__window_frame(&f->window));
}

static inline uint64_t tick_of(const fixture *f)
{
    orr_free_status status;
    assert_ok(orr_world_free_status(f->window.world, &status));
    return status.tick;
}

/* Frames until the shown state has done so many ticks. */
static inline void until_tick(fixture *f, uint64_t tick)
{
    until(f, f->window.state && f->window.state->tick >= tick);
}

static inline void key(fixture *f, SDL_Keycode code)
{
    SDL_Event event = { .key = { .type = SDL_KEYDOWN, .state = SDL_PRESSED, .keysym = { .sym = code } } };
    assert_int_equal(SDL_PushEvent(&event), 1);
    event.type = SDL_KEYUP;
    assert_int_equal(SDL_PushEvent(&event), 1);
    frames(f, 1);
}

static inline bool has_note(const fixture *f, const char *text)
{
    const orr__report *report = f->window.state ? orr__report_of(f->window.state) : NULL;
    const orr__note *notes = report ? ORR__REPORT_LIST(report, orr__note, notes) : NULL;
    for (uint32_t i = 0; report && i < report->note_count; i++) {
        if (strcmp(notes[i].text, text) == 0) return true;
    }
    return false;
}

/* Holds the world's thread until the window has shown what it does meanwhile. */
typedef struct gate {
    _Atomic bool entered, opened, left;
} gate;

static inline void hold(gate *g)
{
    atomic_store(&g->entered, true);
    for (int i = 0; i < PATIENCE_MS && !atomic_load(&g->opened); i++) orr__sleep_ns(1000000);
    atomic_store(&g->left, true);
}

/* A library may be without the panel (ORRERY_PANEL=OFF). */
static inline void need_panel(fixture *f)
{
    if (f->window.panel) return;
    shut(f);
    skip();
}

static inline void press(fixture *f, int x, int y)
{
    SDL_Event event = { .motion = { .type = SDL_MOUSEMOTION, .x = x, .y = y } };
    SDL_PushEvent(&event);
    frames(f, 1);
    event = (SDL_Event){ .button = { .type = SDL_MOUSEBUTTONDOWN, .button = SDL_BUTTON_LEFT, .x = x, .y = y } };
    SDL_PushEvent(&event);
    frames(f, 2);
    event.type = event.button.type = SDL_MOUSEBUTTONUP;
    SDL_PushEvent(&event);
    frames(f, 2);
}

#endif
