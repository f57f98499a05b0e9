/* needs: lua view
 * The window, driven by synthetic events under SDL's dummy display: each asserts on the world and on the picture. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <SDL.h>

#include "base/os.h"
#include "sim/sim.h"
#include "view/actions.h"
#include "view/pick.h"
#include "view/window.h"

#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        if ((call) != ORR_OK) fail_msg("%s: %s", #call, orr_last_error());                                             \
    } while (0)

#define assert_near(a, b, most) assert_true(fabs((a) - (b)) <= (most))

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

typedef struct fixture {
    orr_host *host;
    orr__window window;
} fixture;

static int32_t eval(void *context, const char *text)
{
    return orr_host_eval(((fixture *)context)->host, text, "console");
}

static orr_world *restart(void *context, uint64_t seed)
{
    fixture *f = context;
    orr_host *host = orr_host_open(&(orr_host_desc){ .script = "scene.lua", .text = scene, .seed = seed });
    if (!host) return NULL;
    orr_host_close(f->host);
    f->host = host;
    return orr_host_world(host);
}

static void open(fixture *f, const char *text, bool paused)
{
    memset(f, 0, sizeof *f);
    f->host = orr_host_open(&(orr_host_desc){ .script = "scene.lua", .text = text });
    if (!f->host) fail_msg("%s", orr_last_error());
    const orr_window_desc desc = { .title = "test",
                                   .width = WIDTH,
                                   .height = HEIGHT,
                                   .paused = paused,
                                   .host = { .context = f, .eval = eval, .restart = restart } };
    assert_ok(orr__window_open(&f->window, orr_host_world(f->host), &desc));
}

static void close(fixture *f)
{
    (void)orr__window_close(&f->window);
    orr_host_close(f->host);
}

static void frames(fixture *f, int count)
{
    for (int i = 0; i < count; i++) assert_true(orr__window_frame(&f->window));
}

static uint64_t tick_of(const fixture *f)
{
    orr_free_status status;
    assert_ok(orr_world_free_status(f->window.world, &status));
    return status.tick;
}

/* Frames until the shown state has done so many ticks. */
static void until_tick(fixture *f, uint64_t tick)
{
    for (int i = 0; i < PATIENCE_MS; i++) {
        frames(f, 1);
        if (f->window.state && f->window.state->tick >= tick) return;
        orr__sleep_ns(1000000);
    }
    fail_msg("tick %u was not reached", (unsigned)tick);
}

static void key(fixture *f, SDL_Keycode code)
{
    SDL_Event event = { .key = { .type = SDL_KEYDOWN, .state = SDL_PRESSED, .keysym = { .sym = code } } };
    assert_int_equal(SDL_PushEvent(&event), 1);
    event.type = SDL_KEYUP;
    assert_int_equal(SDL_PushEvent(&event), 1);
    frames(f, 1);
}

static uint32_t pixel(const fixture *f, double x, double y)
{
    uint32_t found = 0;
    double px, py;
    orr__camera_to_picture(&f->window.camera, x, y, &px, &py);
    SDL_RenderReadPixels(f->window.renderer, &(SDL_Rect){ (int)px, (int)py, 1, 1 }, SDL_PIXELFORMAT_RGBA8888, &found,
                         4);
    return found;
}

static double y_of(const fixture *f)
{
    double x = 0, y = 0;
    orr_entity entity = 0;
    uint64_t count = 0;
    const orr_entity *entities = orr_mail_entities(f->window.state, 0, &count);
    assert_true(count >= 1);
    entity = entities[0];
    assert_true(orr__pick_find(f->window.show, f->window.state, entity, &x, &y));
    return y;
}

static void test_shows_the_world(void **state)
{
    (void)state;
    fixture f;
    open(&f, scene, true);
    frames(&f, 3);
    orr__panel_hide(f.window.panel, true);
    frames(&f, 2);
    assert_int_equal(pixel(&f, 5, 5), 0xff0000ff);
    assert_int_equal(pixel(&f, 1, 1), 0x102030ff);
    close(&f);
}

static void test_pause_and_step(void **state)
{
    (void)state;
    fixture f;
    open(&f, scene, false);
    until_tick(&f, 3);
    key(&f, SDLK_SPACE);
    assert_true(f.window.paused);
    for (int i = 0; i < PATIENCE_MS; i++) {
        orr_free_status status;
        assert_ok(orr_world_free_status(f.window.world, &status));
        if (status.state == ORR_FREE_PAUSED) break;
        orr__sleep_ns(1000000);
    }
    const uint64_t tick = tick_of(&f);
    key(&f, SDLK_PERIOD);
    until_tick(&f, tick + 1);
    assert_int_equal(tick_of(&f), tick + 1);
    key(&f, SDLK_SPACE);
    until_tick(&f, tick + 5);
    close(&f);
}

static void test_slider_moves_the_world(void **state)
{
    (void)state;
    fixture f;
    open(&f, scene, true);
    frames(&f, 2);
    const orr__panel_actions act = orr__actions_of(&f.window);
    act.set_param(act.context, 1, 2);
    key(&f, SDLK_PERIOD);
    until_tick(&f, 1);
    assert_true(y_of(&f) == 3);
    act.set_param(act.context, 1, 9); /* out of its range: refused, and said */
    frames(&f, 2);
    assert_non_null(strstr(f.window.notice, "pull"));
    close(&f);
}

static void test_inspects_and_edits(void **state)
{
    (void)state;
    fixture f;
    open(&f, scene, true);
    frames(&f, 3);
    orr__panel_hide(f.window.panel, true);
    double px, py;
    orr__camera_to_picture(&f.window.camera, 5, 5, &px, &py);
    SDL_Event event = { .button = {
                            .type = SDL_MOUSEBUTTONDOWN, .button = SDL_BUTTON_LEFT, .x = (int)px, .y = (int)py } };
    SDL_PushEvent(&event);
    event.type = SDL_MOUSEBUTTONUP;
    SDL_PushEvent(&event);
    const orr__report *report = NULL;
    for (int i = 0; i < PATIENCE_MS && !(report && report->field_count); i++) {
        frames(&f, 1);
        report = orr__report_of(f.window.state);
    }
    assert_int_equal(report->field_count, 2);
    const orr__report_field *list = ORR__REPORT_LIST(report, orr__report_field, fields);
    assert_true(list[1].value.f32 == 5.0f);
    const orr__panel_actions act = orr__actions_of(&f.window);
    act.set_field(act.context, report->inspected, list[1].field, (orr_value){ .f32 = 8 });
    for (int i = 0; i < PATIENCE_MS && y_of(&f) != 8; i++) frames(&f, 1);
    assert_true(y_of(&f) == 8);
    frames(&f, 1);
    assert_int_equal(pixel(&f, 5, 8), 0xff0000ff);
    close(&f);
}

static void test_pan_and_zoom(void **state)
{
    (void)state;
    fixture f;
    open(&f, scene, true);
    frames(&f, 3);
    orr__panel_hide(f.window.panel, true);
    const orr__camera before = f.window.camera;
    SDL_Event event = { .button = { .type = SDL_MOUSEBUTTONDOWN, .button = SDL_BUTTON_LEFT, .x = 200, .y = 100 } };
    SDL_PushEvent(&event);
    event = (SDL_Event){
        .motion = { .type = SDL_MOUSEMOTION, .state = SDL_BUTTON_LMASK, .x = 230, .y = 110, .xrel = 30, .yrel = 10 }
    };
    SDL_PushEvent(&event);
    event = (SDL_Event){ .button = { .type = SDL_MOUSEBUTTONUP, .button = SDL_BUTTON_LEFT, .x = 230, .y = 110 } };
    SDL_PushEvent(&event);
    frames(&f, 1);
    assert_near(f.window.camera.x, before.x - 30 / before.zoom, 1e-9);
    assert_near(f.window.camera.y, before.y + 10 / before.zoom, 1e-9);
    event = (SDL_Event){ .wheel = { .type = SDL_MOUSEWHEEL, .y = 2 } };
    SDL_PushEvent(&event);
    frames(&f, 1);
    assert_true(f.window.camera.zoom > before.zoom * 1.3);
    key(&f, SDLK_f);
    assert_near(f.window.camera.zoom, before.zoom, 1e-9);
    close(&f);
}

static void test_console_and_failure(void **state)
{
    (void)state;
    fixture f;
    open(&f, scene, false);
    until_tick(&f, 2);
    const orr__panel_actions act = orr__actions_of(&f.window);
    act.console(act.context, "local orrery = require 'orrery' for _ = 1, 5 do orrery.world:spawn({}) end");
    for (int i = 0; i < PATIENCE_MS && f.window.state->entity_count != 6; i++) frames(&f, 1);
    assert_int_equal(f.window.state->entity_count, 6);
    act.console(act.context, "error 'as was asked'");
    const orr__report *report = NULL;
    bool told = false;
    for (int i = 0; i < PATIENCE_MS && !told; i++) {
        frames(&f, 1);
        report = orr__report_of(f.window.state);
        const orr__note *notes = ORR__REPORT_LIST(report, orr__note, notes);
        for (uint32_t k = 0; k < report->note_count; k++) told |= strstr(notes[k].text, "as was asked") != NULL;
    }
    assert_true(told);
    act.console(act.context, "require 'orrery'.system { name = 'bad', run = function() error 'no more' end }");
    for (int i = 0; i < PATIENCE_MS && !*f.window.error; i++) frames(&f, 1);
    assert_non_null(strstr(f.window.error, "no more"));
    assert_true(f.window.paused);
    frames(&f, 3); /* shown, not fatal */
    key(&f, SDLK_r);
    assert_string_equal(f.window.error, "");
    close(&f);
}

static void test_restart(void **state)
{
    (void)state;
    fixture f;
    open(&f, scene, false);
    until_tick(&f, 5);
    key(&f, SDLK_n);
    assert_int_equal(orr_world_seed(f.window.world), 1);
    until_tick(&f, 2);
    assert_true(f.window.histories.count == 1);
    close(&f);
}

static const char input_scene[] =
    "local orrery = require 'orrery'\n"
    "local P = orrery.component('P', { x = orrery.f32, y = orrery.f32 })\n"
    "orrery.on_input(function(input, ctx)\n"
    "  if input.kind == 'press' then ctx:spawn({ [P] = { x = input.x, y = input.y } }) end\n"
    "  if input.kind == 'key' and input.key == 'k' then ctx:spawn({ [P] = { x = -1, y = -1 } }) end\n"
    "end)\n"
    "orrery.draw { view = { x = 0, y = 0, width = 10, height = 10 }, points = { x = P.x, y = P.y } }\n";

static void test_input_reaches_the_script(void **state)
{
    (void)state;
    fixture f;
    open(&f, input_scene, false);
    until_tick(&f, 1);
    orr__panel_hide(f.window.panel, true);
    double px, py;
    orr__camera_to_picture(&f.window.camera, 4, 6, &px, &py);
    SDL_Event event = { .button = {
                            .type = SDL_MOUSEBUTTONDOWN, .button = SDL_BUTTON_LEFT, .x = (int)px, .y = (int)py } };
    SDL_PushEvent(&event);
    for (int i = 0; i < PATIENCE_MS && f.window.state->entity_count != 1; i++) frames(&f, 1);
    assert_int_equal(f.window.state->entity_count, 1);
    assert_near(y_of(&f), 6, 0.1);
    key(&f, SDLK_k);
    for (int i = 0; i < PATIENCE_MS && f.window.state->entity_count != 2; i++) frames(&f, 1);
    assert_int_equal(f.window.state->entity_count, 2);
    close(&f);
}

static void test_closes(void **state)
{
    (void)state;
    fixture f;
    open(&f, scene, false);
    frames(&f, 2);
    SDL_Event event = { .type = SDL_QUIT };
    SDL_PushEvent(&event);
    assert_false(orr__window_frame(&f.window));
    close(&f);
}

int main(void)
{
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shows_the_world),
        cmocka_unit_test(test_pause_and_step),
        cmocka_unit_test(test_slider_moves_the_world),
        cmocka_unit_test(test_inspects_and_edits),
        cmocka_unit_test(test_pan_and_zoom),
        cmocka_unit_test(test_console_and_failure),
        cmocka_unit_test(test_restart),
        cmocka_unit_test(test_input_reaches_the_script),
        cmocka_unit_test(test_closes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
