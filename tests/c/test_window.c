/* needs: lua view
 * The window, driven by synthetic events under SDL's dummy display: each asserts on the world and on the picture. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <SDL.h>

#include "base/os.h"
#include "sim/sim.h"
#include "view/actions.h"
#include "view/pick.h"
#include "window_case.h"

static void until_restarted(fixture *f)
{
    until(f, !f->window.restart.active);
}

static uint32_t pixel(const fixture *f, double x, double y)
{
    uint32_t found = 0;
    double px, py;
    orr__camera_to_picture(&f->window.camera, x, y, &px, &py);
    SDL_RenderReadPixels(f->window.screen.renderer, &(SDL_Rect){ (int)px, (int)py, 1, 1 }, SDL_PIXELFORMAT_RGBA8888,
                         &found, 4);
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
    open_scene(&f, scene, true);
    frames(&f, 3);
    orr__panel_hide(f.window.panel, true);
    frames(&f, 2);
    assert_int_equal(pixel(&f, 5, 5), 0xff0000ff);
    assert_int_equal(pixel(&f, 1, 1), 0x102030ff);
    shut(&f);
}

static bool is_paused(const fixture *f)
{
    orr_free_status status;
    assert_ok(orr_world_free_status(f->window.world, &status));
    return status.state == ORR_FREE_PAUSED;
}

static void test_pause_and_step(void **state)
{
    (void)state;
    fixture f;
    open_scene(&f, scene, false);
    until_tick(&f, 3);
    key(&f, SDLK_SPACE);
    assert_true(f.window.paused);
    until(&f, is_paused(&f));
    const uint64_t tick = tick_of(&f);
    key(&f, SDLK_PERIOD);
    until_tick(&f, tick + 1);
    assert_int_equal(tick_of(&f), tick + 1);
    key(&f, SDLK_SPACE);
    until_tick(&f, tick + 5);
    shut(&f);
}

static void test_slider_moves_the_world(void **state)
{
    (void)state;
    fixture f;
    open_scene(&f, scene, true);
    frames(&f, 2);
    const orr__panel_actions act = orr__actions_of(&f.window);
    act.set_param(act.context, 1, 2);
    key(&f, SDLK_PERIOD);
    until_tick(&f, 1);
    assert_true(y_of(&f) == 3);
    act.set_param(act.context, 1, 9); /* out of its range: refused, and said */
    until(&f, strstr(f.window.notice, "pull"));
    shut(&f);
}

static void test_inspects_and_edits(void **state)
{
    (void)state;
    fixture f;
    open_scene(&f, scene, true);
    frames(&f, 3);
    orr__panel_hide(f.window.panel, true);
    double px, py;
    orr__camera_to_picture(&f.window.camera, 5, 5, &px, &py);
    SDL_Event event = { .button = {
                            .type = SDL_MOUSEBUTTONDOWN, .button = SDL_BUTTON_LEFT, .x = (int)px, .y = (int)py } };
    SDL_PushEvent(&event);
    event.type = SDL_MOUSEBUTTONUP;
    SDL_PushEvent(&event);
    until(&f, orr__report_of(f.window.state)->field_count);
    const orr__report *report = orr__report_of(f.window.state);
    assert_int_equal(report->field_count, 2);
    const orr__report_field *list = ORR__REPORT_LIST(report, orr__report_field, fields);
    assert_true(list[1].value.f32 == 5.0f);
    const orr__panel_actions act = orr__actions_of(&f.window);
    act.set_field(act.context, report->inspected, list[1].field, (orr_value){ .f32 = 8 });
    until(&f, y_of(&f) == 8);
    frames(&f, 1);
    assert_int_equal(pixel(&f, 5, 8), 0xff0000ff);
    shut(&f);
}

static void test_pan_and_zoom(void **state)
{
    (void)state;
    fixture f;
    open_scene(&f, scene, true);
    frames(&f, 3);
    orr__panel_hide(f.window.panel, true);
    frames(&f, 1);
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
    shut(&f);
}

static void test_console_and_failure(void **state)
{
    (void)state;
    fixture f;
    open_scene(&f, scene, false);
    until_tick(&f, 2);
    const orr__panel_actions act = orr__actions_of(&f.window);
    act.console(act.context, "local orrery = require 'orrery' for _ = 1, 5 do orrery.world:spawn({}) end");
    until(&f, f.window.state->entity_count == 6);
    act.console(act.context, "error 'as was asked'");
    until(&f, has_note(&f, "as was asked"));
    act.console(act.context, "require 'orrery'.system { name = 'bad', run = function() error 'no more' end }");
    until(&f, *f.window.error);
    assert_non_null(strstr(f.window.error, "no more"));
    assert_true(f.window.paused);
    frames(&f, 3); /* shown, not fatal */
    key(&f, SDLK_r);
    until_restarted(&f);
    assert_string_equal(f.window.error, "");
    shut(&f);
}

static void test_restart(void **state)
{
    (void)state;
    fixture f;
    open_scene(&f, scene, false);
    until_tick(&f, 5);
    const orr__panel_actions act = orr__actions_of(&f.window);
    act.set_param(act.context, 1, 3); /* what a person turned stays so */
    key(&f, SDLK_n);
    if (f.window.restart.active) {        /* where threads are slow, the new one may be there */
        act.set_param(act.context, 1, 1); /* nobody is there to hear it, and nothing breaks */
        act.inspect(act.context, 1);
    }
    key(&f, SDLK_PERIOD);
    key(&f, SDLK_SPACE);
    until_restarted(&f);
    assert_int_equal(orr_world_seed(f.window.world), 1);
    assert_true(orr_param_get(f.window.world, 1) == 3);
    if (f.window.paused) key(&f, SDLK_SPACE);
    until_tick(&f, 2);
    assert_true(f.window.histories.count == 1);
    shut(&f);
}

static void button_at(fixture *f, uint32_t type, uint8_t which, int x, int y)
{
    SDL_Event event = { 0 };
    if (type == SDL_MOUSEMOTION)
        event.motion = (SDL_MouseMotionEvent){ .type = type, .x = x, .y = y, .xrel = 5 };
    else
        event.button = (SDL_MouseButtonEvent){ .type = type, .button = which, .x = x, .y = y };
    SDL_PushEvent(&event);
    frames(f, 1);
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
    open_scene(&f, input_scene, false);
    until_tick(&f, 1);
    orr__panel_hide(f.window.panel, true);
    double px, py;
    orr__camera_to_picture(&f.window.camera, 4, 6, &px, &py);
    button_at(&f, SDL_MOUSEBUTTONDOWN, SDL_BUTTON_LEFT, (int)px, (int)py);
    until(&f, f.window.state->entity_count == 1);
    assert_near(y_of(&f), 6, 0.1);
    key(&f, SDLK_k);
    until(&f, f.window.state->entity_count == 2);
    shut(&f);
}

static const char button_scene[] =
    "local orrery = require 'orrery'\n"
    "local P = orrery.component('P', { x = orrery.f32, y = orrery.f32 })\n"
    "local numbers = { left = 1, right = 3, middle = 2 }\n"
    "orrery.on_input(function(input, ctx)\n"
    "  local kinds = { press = 1, release = 2, move = 3 }\n"
    "  if not kinds[input.kind] then return end\n"
    "  ctx:spawn({ [P] = { x = kinds[input.kind], y = numbers[input.button] or 0 } })\n"
    "end)\n"
    "orrery.draw { view = { x = 0, y = 0, width = 10, height = 10 }, points = { x = P.x, y = P.y } }\n";

static void button(fixture *f, uint32_t type, uint8_t which, int x)
{
    button_at(f, type, which, x, 300);
}

/* What the script was told: ten times the kind (1 press, 2 release, 3 move) and the button, in order. */
static uint64_t told(fixture *f, uint32_t *out, uint64_t most, uint64_t expected)
{
    uint64_t count = 0;
    until(f, f->window.state->entity_count >= expected);
    frames(f, 3);
    const orr_entity *entities = orr_mail_entities(f->window.state, 0, &count);
    for (uint64_t i = 0; i < count && i < most; i++) {
        double x = 0, y = 0;
        assert_true(orr__pick_find(f->window.show, f->window.state, entities[i], &x, &y));
        out[i] = (uint32_t)(10 * x + y);
    }
    return count;
}

/* Both buttons are the script's; with shift, and the middle one, the picture is moved; and whoever saw a press sees the
 * release, also when shift came in between or the mouse is over the panel by then. */
static void test_buttons_of_the_script(void **state)
{
    (void)state;
    fixture f;
    open_scene(&f, button_scene, false);
    until_tick(&f, 1);
    const int x = (int)orr__panel_covers(f.window.panel) + 200;
    const double at = f.window.camera.x;
    button(&f, SDL_MOUSEBUTTONDOWN, SDL_BUTTON_RIGHT, x);
    button(&f, SDL_MOUSEMOTION, 0, x + 5);
    SDL_SetModState(KMOD_LSHIFT);
    button(&f, SDL_MOUSEBUTTONUP, SDL_BUTTON_RIGHT, x + 5);
    assert_true(f.window.camera.x == at);
    button(&f, SDL_MOUSEBUTTONDOWN, SDL_BUTTON_LEFT, x);
    button(&f, SDL_MOUSEMOTION, 0, x + 5);
    SDL_SetModState(KMOD_NONE);
    button(&f, SDL_MOUSEBUTTONUP, SDL_BUTTON_LEFT, x + 5);
    assert_true(f.window.camera.x != at);
    const double moved = f.window.camera.x;
    button(&f, SDL_MOUSEBUTTONDOWN, SDL_BUTTON_MIDDLE, x);
    button(&f, SDL_MOUSEMOTION, 0, x + 5);
    button(&f, SDL_MOUSEBUTTONUP, SDL_BUTTON_MIDDLE, x + 5);
    assert_true(f.window.camera.x != moved);
    button(&f, SDL_MOUSEBUTTONDOWN, SDL_BUTTON_LEFT, x);
    button(&f, SDL_MOUSEBUTTONUP, SDL_BUTTON_LEFT, 20); /* over the panel */
    assert_int_equal(f.window.given, 0);
    static const uint32_t expected[] = { 13, 33, 23, 11, 21 };
    uint32_t got[16];
    assert_int_equal(told(&f, got, 16, 5), 5);
    for (int k = 0; k < 5; k++) assert_int_equal(got[k], expected[k]);
    shut(&f);
}

static const char under_scene[] =
    "local orrery = require 'orrery'\n"
    "local P = orrery.component('P', { x = orrery.f32, y = orrery.f32 })\n"
    "local Told = orrery.component('Told', { kind = orrery.f32, who = orrery.f32 })\n"
    "local kinds = { press = 11, release = 12, move = 13, key = 14, wheel = 15 }\n"
    "local a, b = orrery.world:spawn { [P] = { x = 3, y = 5 } }, orrery.world:spawn { [P] = { x = 7, y = 5 } }\n"
    "orrery.on_input(function(input, ctx)\n"
    "  local who = input.entity == a and 1 or input.entity == b and 2 or input.entity and 9 or 0\n"
    "  if kinds[input.kind] then ctx:spawn({ [Told] = { kind = kinds[input.kind], who = who } }) end\n"
    "end)\n"
    "orrery.draw { view = { x = 0, y = 0, width = 10, height = 10 },\n"
    "              points = { { x = Told.kind, y = Told.who }, { x = P.x, y = P.y } } }\n";

/* The script is told who is under the pointer, whatever is done there. */
static void test_who_is_under_the_pointer(void **state)
{
    (void)state;
    fixture f;
    open_scene(&f, under_scene, false);
    until_tick(&f, 1);
    orr__panel_hide(f.window.panel, true);
    frames(&f, 2); /* the picture is fitted into what is free now */
    static const double places[] = { 3, 5, 7 };
    double px = 0, py = 0;
    int at[3];
    for (int k = 0; k < 3; k++) {
        orr__camera_to_picture(&f.window.camera, places[k], 5, &px, &py);
        at[k] = (int)px;
    }
    const int y = (int)py;
    SDL_Event event = { .motion = { .type = SDL_MOUSEMOTION, .x = at[0], .y = y } };
    SDL_PushEvent(&event); /* two moves between two pictures */
    button_at(&f, SDL_MOUSEMOTION, 0, at[1], y);
    button_at(&f, SDL_MOUSEBUTTONDOWN, SDL_BUTTON_LEFT, at[2], y);
    button_at(&f, SDL_MOUSEMOTION, 0, at[2], y);
    button_at(&f, SDL_MOUSEBUTTONUP, SDL_BUTTON_LEFT, at[0], y);
    key(&f, SDLK_k);
    SDL_SetModState(KMOD_LCTRL);
    event = (SDL_Event){ .wheel = { .type = SDL_MOUSEWHEEL, .y = 1 } };
    SDL_PushEvent(&event);
    frames(&f, 1);
    SDL_SetModState(KMOD_NONE);
    static const uint32_t expected[] = { 131, 130, 112, 132, 121, 141, 151 };
    uint32_t got[16];
    assert_int_equal(told(&f, got, 16, 2 + 7), 7);
    for (int k = 0; k < 7; k++) assert_int_equal(got[k], expected[k]);
    shut(&f);
}

/* ---- nobody waits for the other ---- */

static void held_call(orr_world *world, void *context)
{
    (void)world;
    hold(context);
}

/* A tick that does not end: whatever is asked for meanwhile, pictures are made. Were each to wait for the world, or a
 * third of a second, it would have gone on by the last. */
static void test_slow_world(void **state)
{
    (void)state;
    fixture f;
    static gate slow;
    open_scene(&f, scene, false);
    until_tick(&f, 3);
    const orr__panel_actions act = orr__actions_of(&f.window);
    assert_ok(orr_world_post(f.window.world, held_call, &slow));
    until(&f, atomic_load(&slow.entered));
    for (int count = 0; count < 60; count++) {
        if (count == 5) act.set_param(act.context, 1, 0.5);
        if (count == 6) act.inspect(act.context, 1);
        if (count == 7) act.console(act.context, "1 + 1");
        if (count == 8) act.lanes(act.context, true);
        if (count == 9) key(&f, SDLK_SPACE);
        if (count == 10) key(&f, SDLK_SPACE);
        if (count == 11) act.restart(act.context, true);
        frames(&f, 1);
    }
    assert_false(atomic_load(&slow.left));
    assert_true(f.window.restart.active);
    atomic_store(&slow.opened, true);
    until_restarted(&f);
    until_tick(&f, 3);
    shut(&f);
}

static void test_lockstep(void **state)
{
    (void)state;
    fixture f;
    open_with(&f, scene, &(orr_window_desc){ .lockstep = true });
    for (uint64_t i = 1; i <= 20; i++) {
        frames(&f, 1);
        assert_int_equal(orr_world_tick(f.window.world), i);
        assert_int_equal(f.window.state->tick, i);
    }
    key(&f, SDLK_SPACE);
    const orr__panel_actions act = orr__actions_of(&f.window);
    frames(&f, 5);
    const uint64_t tick = orr_world_tick(f.window.world);
    act.console(act.context, "orrery.world:spawn({}, 2)");
    frames(&f, 1);
    assert_int_equal(f.window.state->entity_count, 3);
    key(&f, SDLK_PERIOD);
    assert_int_equal(orr_world_tick(f.window.world), tick + 1);
    shut(&f);
}

/* Pictures are made no faster than the display shows them, and seldom while nobody looks; ticks go on. */
static void test_rests(void **state)
{
    (void)state;
    fixture f;
    open_scene(&f, scene, false);
    until_tick(&f, 1);
    uint64_t begin = orr__clock_ns();
    for (int i = 0; i < 30; i++) {
        frames(&f, 1);
        orr__screen_rest(&f.window.screen);
    }
    assert_true((double)(orr__clock_ns() - begin) * 1e-9 > 0.8 * 30 / (1.05 * f.window.screen.rate));
    SDL_HideWindow(f.window.screen.window);
    assert_true(orr__screen_is_hidden(&f.window.screen));
    const uint64_t tick = tick_of(&f);
    begin = orr__clock_ns();
    for (int i = 0; i < 5; i++) {
        frames(&f, 1);
        orr__screen_rest(&f.window.screen);
    }
    assert_true(orr__clock_ns() - begin > 300000000u);
    until(&f, tick_of(&f) > tick);
    shut(&f);
}

/* ---- sizes ---- */

static void test_sizes(void **state)
{
    (void)state;
    static const uint32_t sizes[][2] = { { 1, 1 }, { 8000, 8000 }, { 3, 900 } };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        fixture f;
        open_with(&f, scene, &(orr_window_desc){ .width = sizes[i][0], .height = sizes[i][1] });
        until_tick(&f, 2);
        assert_int_equal(f.window.screen.width, (int)sizes[i][0]);
        SDL_SetWindowSize(f.window.screen.window, 640, 480);
        frames(&f, 2);
        assert_int_equal(f.window.screen.width, 640);
        shut(&f);
    }
}

/* What the panel leaves free is where the world is fitted, and stays so until somebody moves it. */
static void test_fits_beside_the_panel(void **state)
{
    (void)state;
    fixture f;
    double x, y;
    open_with(&f, scene, &(orr_window_desc){ .width = 1000, .height = 600, .paused = true });
    need_panel(&f);
    frames(&f, 3);
    const double covers = orr__panel_covers(f.window.panel);
    assert_true(covers > 200 && covers < 700);
    orr__camera_to_picture(&f.window.camera, 5, 5, &x, &y);
    assert_near(x, covers + (1000 - covers) / 2, 1);
    assert_near(y, 300, 1);
    key(&f, SDLK_TAB);
    frames(&f, 1);
    orr__camera_to_picture(&f.window.camera, 5, 5, &x, &y);
    assert_near(x, 500, 1);
    SDL_SetWindowSize(f.window.screen.window, 400, 800);
    frames(&f, 2);
    orr__camera_to_picture(&f.window.camera, 5, 5, &x, &y);
    assert_near(x, 200, 1);
    assert_near(y, 400, 1);
    orr__camera_to_picture(&f.window.camera, 10, 5, &x, &y);
    assert_near(x, 390, 1);
    shut(&f);
}

static void test_dense(void **state)
{
    (void)state;
    fixture f;
    open_with(&f, scene, &(orr_window_desc){ .width = 2000, .height = 1200, .paused = true, .scale = 2 });
    need_panel(&f);
    frames(&f, 3);
    assert_near(f.window.camera.scale, 2, 0);
    assert_near(orr__panel_covers(f.window.panel), 700, 1);
    assert_int_equal(pixel(&f, 5, 5), 0xff0000ff); /* 20 wide, times 2 */
    double px, py;
    uint32_t found = 0;
    orr__camera_to_picture(&f.window.camera, 5, 5, &px, &py);
    SDL_RenderReadPixels(f.window.screen.renderer, &(SDL_Rect){ (int)px + 17, (int)py, 1, 1 }, SDL_PIXELFORMAT_RGBA8888,
                         &found, 4);
    assert_int_equal(found, 0xff0000ff);
    shut(&f);
}

/* ---- by the mouse ---- */

/* The sink of the input sees what the panel did. */
static void note_kind(void *context, uint64_t tick, const orr_input *input)
{
    (void)tick;
    *(uint32_t *)context |= 1u << input->kind;
}

static void test_panel_by_mouse(void **state)
{
    (void)state;
    fixture f;
    uint32_t kinds = 0;
    open_with(&f, scene, &(orr_window_desc){ .width = 1000, .height = 600, .paused = true });
    need_panel(&f);
    assert_ok(orr_world_stop(f.window.world));
    f.window.runs = false;
    assert_ok(orr_world_input_log(f.window.world, note_kind, &kinds));
    frames(&f, 3);
    const orr__camera camera = f.window.camera;
    const int right = (int)(orr__panel_covers(f.window.panel) * 0.85);
    for (int y = 160; y < 300 && !(kinds & 1u << ORR_INPUT_PARAM); y += 6) press(&f, right, y);
    assert_true(kinds & 1u << ORR_INPUT_PARAM); /* the slider was met */
    const orr__report *report = orr__report_of(f.window.state);
    const orr__report_param *list = ORR__REPORT_LIST(report, orr__report_param, params);
    assert_true(list[0].value > 1);                                /* and shows at once what it was set to */
    assert_memory_equal(&camera, &f.window.camera, sizeof camera); /* what is the panel's does not move the picture */
    shut(&f);
}

/* ---- pictures ---- */

static void test_picture(void **state)
{
    (void)state;
    fixture f;
    char folder[] = "/tmp/orrery-window-XXXXXX", before[1024];
    assert_non_null(mkdtemp(folder));
    assert_non_null(getcwd(before, sizeof before));
    open_scene(&f, scene, true);
    frames(&f, 3);
    assert_int_equal(chdir(folder), 0);
    key(&f, SDLK_p);
    assert_string_equal(f.window.notice, "picture saved: orrery-001.png");
    assert_true(orr__file_exists("orrery-001.png"));
    f.window.pictures = 0;
    key(&f, SDLK_p);
    assert_string_equal(f.window.notice, "picture saved: orrery-002.png");
    assert_int_equal(remove("orrery-001.png") + remove("orrery-002.png"), 0);
    assert_int_equal(rmdir(folder), 0); /* nothing half-written is left; and now nothing can be written */
    key(&f, SDLK_p);
    assert_non_null(strstr(f.window.notice, "no picture: "));
    assert_int_equal(chdir(before), 0);
    shut(&f);
}

/* After a tick that failed it can be tried again. */
static void test_goes_on_after_a_failure(void **state)
{
    (void)state;
    fixture f;
    open_scene(&f, scene, false);
    until_tick(&f, 2);
    const orr__panel_actions act = orr__actions_of(&f.window);
    act.console(act.context, "local at = 0 orrery.system { name = 'bad', run = function() at = at + 1 "
                             "if at < 2 then error 'once' end end }");
    until(&f, *f.window.error);
    assert_non_null(strstr(f.window.error, "once"));
    assert_non_null(strstr(f.window.error, "console:1"));
    const uint64_t tick = orr_world_tick(f.window.world);
    act.set_param(act.context, 1, 1);
    frames(&f, 1); /* shown while it is stopped, too */
    key(&f, SDLK_SPACE);
    assert_string_equal(f.window.error, "");
    until_tick(&f, tick + 3);
    shut(&f);
}

static void test_keys_of_the_panel(void **state)
{
    (void)state;
    fixture f;
    open_scene(&f, scene, true);
    need_panel(&f);
    frames(&f, 2);
    SDL_Event event = { .text = { .type = SDL_TEXTINPUT, .text = "?" } };
    SDL_PushEvent(&event);
    frames(&f, 2);
    assert_true(orr__panel_helps(f.window.panel));
    key(&f, SDLK_ESCAPE);
    assert_false(orr__panel_helps(f.window.panel));
    key(&f, SDLK_t);
    assert_true(f.window.light);
    key(&f, SDLK_MINUS);
    assert_near(f.window.speed, 0.5, 0);
    for (int i = 0; i < 10; i++) key(&f, SDLK_PLUS);
    assert_true(f.window.speed < 0);
    key(&f, SDLK_u);
    assert_near(f.window.speed, 1, 0);
    shut(&f);
}

static void test_closes(void **state)
{
    (void)state;
    fixture f;
    open_scene(&f, scene, false);
    frames(&f, 2);
    SDL_Event event = { .type = SDL_QUIT };
    SDL_PushEvent(&event);
    assert_false(orr__window_frame(&f.window));
    shut(&f);
}

/* Also where SDL has drivers that show nothing: nobody could close such a window. */
static void test_no_display(void **state)
{
    (void)state;
    if (access("/dev/dri", F_OK) == 0) skip(); /* SDL may take the console itself for a display */
    orr_world *world = orr_world_create(&(orr_world_desc){ .threads = 1 });
    assert_non_null(world);
    static const char *const displays[] = { "SDL_VIDEODRIVER", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR" };
    for (uint32_t i = 0; i < 4; i++) unsetenv(displays[i]);
    const int32_t code = orr_window_run(world, &(orr_window_desc){ .ticks = 1 });
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    assert_int_equal(code, ORR_E_NOT_FOUND);
    assert_non_null(strstr(orr_last_error(), "no display"));
    orr_world_destroy(world);
}

int main(void)
{
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_display),
        cmocka_unit_test(test_shows_the_world),
        cmocka_unit_test(test_pause_and_step),
        cmocka_unit_test(test_slider_moves_the_world),
        cmocka_unit_test(test_inspects_and_edits),
        cmocka_unit_test(test_pan_and_zoom),
        cmocka_unit_test(test_console_and_failure),
        cmocka_unit_test(test_restart),
        cmocka_unit_test(test_input_reaches_the_script),
        cmocka_unit_test(test_buttons_of_the_script),
        cmocka_unit_test(test_who_is_under_the_pointer),
        cmocka_unit_test(test_slow_world),
        cmocka_unit_test(test_lockstep),
        cmocka_unit_test(test_rests),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_fits_beside_the_panel),
        cmocka_unit_test(test_dense),
        cmocka_unit_test(test_panel_by_mouse),
        cmocka_unit_test(test_picture),
        cmocka_unit_test(test_goes_on_after_a_failure),
        cmocka_unit_test(test_keys_of_the_panel),
        cmocka_unit_test(test_closes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
