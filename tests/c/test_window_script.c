/* needs: lua view
 * The window and its script: one that fails, is mended and saved, takes long; and the panel's edge and console. */

#include "base/os.h"
#include "sim/sim.h"
#include "view/actions.h"
#include "window_case.h"

/* ---- a script that is mended ---- */

static void until_error(fixture *f, const char *text)
{
    until(f, strstr(f->window.error, text));
    assert_true(f->window.paused);
}

#define HEAD                                                                                                           \
    "local orrery = require 'orrery'\n"                                                                                \
    "local P = orrery.component('P', { x = orrery.f32, y = orrery.f32 })\n"                                            \
    "orrery.draw { points = { x = P.x, y = P.y } }\n"
#define POPULATE(and_then)                                                                                             \
    "orrery.system { name = 'populate', stage = 'startup', run = function(ctx) ctx:spawn({ P }, 3) " and_then " end "  \
    "}\n"
#define MOVE(how) "orrery.system { name = 'move', run = function(ctx) " how " end }\n"

/* An error stops it; a save that does not help shows another one; one that does goes on where it stopped. */
static void test_save_resumes(void **state)
{
    (void)state;
    fixture f;
    open_file(&f, HEAD POPULATE("") MOVE("if ctx.tick > 20 then error 'first' end"), &(orr_window_desc){ 0 });
    until_error(&f, "first");
    const uint64_t tick = tick_of(&f);
    save(&f, HEAD POPULATE("") MOVE("local half = ") "-- and so on");
    until_error(&f, "near 'end'");
    frames(&f, 3);
    save(&f, HEAD "orrery.draw { points = { x = P.y, y = P.x } }\n" POPULATE("") MOVE("error 'another'"));
    until_error(&f, "another");
    until(&f, f.window.state);
    assert_non_null(orr__report_of(f.window.state)); /* the panel has something to show */
    save(&f, HEAD POPULATE("") MOVE(""));
    until_tick(&f, tick + 10);
    assert_string_equal(f.window.error, "");
    assert_false(f.window.paused);
    assert_int_equal(f.window.state->entity_count, 3); /* the same world: startup did not run again */
    SDL_PushEvent(&(SDL_Event){ .type = SDL_QUIT });
    assert_false(orr__window_frame(&f.window));
    assert_int_equal(f.closed, 0);
    shut_file(&f);
    assert_int_equal(f.closed, 1); /* told that the window is gone */
}

/* A startup that fails is shown, too; what is mended begins from the beginning. */
static void test_startup_fails(void **state)
{
    (void)state;
    fixture f;
    open_file(&f, HEAD POPULATE("error 'not today'") MOVE(""), &(orr_window_desc){ 0 });
    until_error(&f, "not today");
    frames(&f, 3);
    save(&f, HEAD POPULATE("") MOVE(""));
    until_tick(&f, 5);
    assert_string_equal(f.window.error, "");
    assert_false(f.window.paused);
    assert_int_equal(f.window.state->entity_count, 3);
    shut_file(&f);
}

static int32_t held_startup(orr_run *run, void *context)
{
    (void)run;
    hold(context);
    return ORR_OK;
}

/* Startup takes long: the window is there, answers, and says whom it waits for. */
static void test_slow_startup(void **state)
{
    (void)state;
    fixture f = { 0 };
    static gate slow;
    f.host = orr_host_open(&(orr_host_desc){ .script = "scene.lua", .text = scene });
    assert_non_null(f.host);
    orr_world *world = orr_host_world(f.host);
    assert_true(orr_system_create(world, &(orr_system_desc){ .name = "wait",
                                                             .stage = "startup",
                                                             .exclusive = true,
                                                             .run = held_startup,
                                                             .context = &slow }) != 0);
    assert_ok(orr__window_open(&f.window, world, &(orr_window_desc){ .width = WIDTH, .height = HEIGHT }));
    until(&f, atomic_load(&slow.entered));
    frames(&f, 3);
    f.window.late_ns -= 3000000000u; /* as if that had been long ago */
    until(&f, strstr(f.window.notice, "'wait' has been running for "));
    assert_null(f.window.state);
    assert_false(atomic_load(&slow.left));
    atomic_store(&slow.opened, true);
    until_tick(&f, 2);
    shut(&f);
}

/* ---- the panel's edge, its console ---- */

static void test_panel_is_made_wider(void **state)
{
    (void)state;
    fixture f;
    open_with(&f, scene, &(orr_window_desc){ .width = 1000, .height = 600, .paused = true });
    need_panel(&f);
    frames(&f, 3);
    const int edge = (int)orr__panel_covers(f.window.panel);
    const double zoom = f.window.camera.zoom;
    SDL_Event event = { .motion = { .type = SDL_MOUSEMOTION, .x = edge, .y = 500 } };
    SDL_PushEvent(&event);
    frames(&f, 2);
    event = (SDL_Event){ .button = { .type = SDL_MOUSEBUTTONDOWN, .button = SDL_BUTTON_LEFT, .x = edge, .y = 500 } };
    SDL_PushEvent(&event);
    frames(&f, 2);
    event = (SDL_Event){
        .motion = { .type = SDL_MOUSEMOTION, .state = SDL_BUTTON_LMASK, .x = edge + 150, .y = 500, .xrel = 150 }
    };
    SDL_PushEvent(&event);
    frames(&f, 2);
    event =
        (SDL_Event){ .button = { .type = SDL_MOUSEBUTTONUP, .button = SDL_BUTTON_LEFT, .x = edge + 150, .y = 500 } };
    SDL_PushEvent(&event);
    frames(&f, 2);
    assert_near(orr__panel_covers(f.window.panel), edge + 150, 6);
    assert_true(f.window.camera.zoom < zoom); /* fitted beside it: nobody moved the picture */
    assert_false(f.window.moved);
    shut(&f);
}

static void type(const char *text)
{
    SDL_Event event = { .text = { .type = SDL_TEXTINPUT } };
    snprintf(event.text.text, sizeof event.text.text, "%s", text);
    SDL_PushEvent(&event);
    event = (SDL_Event){ .key = { .type = SDL_KEYDOWN,
                                  .keysym = { .sym = SDLK_RETURN, .scancode = SDL_SCANCODE_RETURN } } };
    SDL_PushEvent(&event);
    event.type = SDL_KEYUP;
    SDL_PushEvent(&event);
}

static void count_call(orr_world *world, void *context)
{
    (void)world;
    atomic_fetch_add((_Atomic int *)context, 1);
}

/* Until the world has done all that it was asked for and the window has it: a second call is made when the state after
 * the first one is published. */
static void settle(fixture *f)
{
    static _Atomic int calls; /* one that is late finds it */
    frames(f, 10);
    for (int i = 0; i < 2; i++) {
        const int before = atomic_load(&calls);
        assert_ok(orr_world_post(f->window.world, count_call, &calls));
        until(f, atomic_load(&calls) > before);
    }
    frames(f, 1);
}

static void take_log(void *context, int level, const char *text)
{
    char *all = context;
    (void)level;
    strncat(all, text, 1023 - strlen(all));
    strncat(all, "|", 1023 - strlen(all));
}

/* Opens the section that is the panel's last; where its header is. */
static int open_last_section(fixture *f)
{
    for (int y = 590; y > 100; y -= 11) {
        uint32_t before = 0, after = 0;
        const SDL_Rect below = { 200, y + 60, 1, 1 };
        SDL_Renderer *renderer = f->window.screen.renderer;
        SDL_RenderReadPixels(renderer, &below, SDL_PIXELFORMAT_RGBA8888, &before, 4);
        press(f, 60, y);
        SDL_RenderReadPixels(renderer, &below, SDL_PIXELFORMAT_RGBA8888, &after, 4);
        if (before != after) return y;
    }
    fail_msg("no section can be opened");
    return 0;
}

/* Lines that are typed faster than pictures are made, on the console of the panel; what they say is in the log, on the
 * panel and where the host's goes. */
static void test_console_by_keys(void **state)
{
    (void)state;
    fixture f = { 0 };
    char all[1024] = "";
    f.host =
        orr_host_open(&(orr_host_desc){ .script = "scene.lua", .text = scene, .log = take_log, .log_context = all });
    assert_non_null(f.host);
    assert_ok(orr__window_open(&f.window, orr_host_world(f.host),
                               &(orr_window_desc){ .width = 1000, .height = 800, .paused = true }));
    need_panel(&f);
    await_state(&f.window);
    frames(&f, 3);
    const int y = open_last_section(&f);
    for (int down = 150; down < 230 && !has_note(&f, "one"); down += 8) {
        press(&f, 60, y + down);
        type("print 'one'");
        settle(&f);
    }
    assert_true(has_note(&f, "one"));
    type("print 'two'"); /* the console kept the keys */
    type("print 'three'");
    type("2 + 2");
    type("error 'four'");
    until(&f, has_note(&f, "four") || strstr(f.window.notice, "four"));
    settle(&f);
    assert_true(has_note(&f, "two") && has_note(&f, "three") && has_note(&f, "4") && has_note(&f, "four"));
    assert_string_equal(f.window.notice, "four");
    shut(&f);
    assert_string_equal(all,
                        "> print 'one'|one|> print 'two'|two|> print 'three'|three|> 2 + 2|4|> error 'four'|four|");
}

static const char search_scene[] = "local orrery = require 'orrery'\n"
                                   "local Still = orrery.component('Still', {})\n"
                                   "local P = orrery.component('P', { x = orrery.f32, y = orrery.f32 })\n"
                                   "orrery.system { name = 'populate', stage = 'startup', run = function(ctx)\n"
                                   "  ctx:spawn({ [Still] = {} })\n"
                                   "  for i = 1, 5 do ctx:spawn({ [P] = { x = i, y = 0 } }) end\n"
                                   "end }\n"
                                   "orrery.draw { points = { x = P.x, y = P.y } }\n";

/* The report has that entity, and an answer with the text, or none (NULL). */
static bool is_shown(const fixture *f, uint32_t index, const char *answer)
{
    const orr__report *report = f->window.state ? orr__report_of(f->window.state) : NULL;
    if (!report || report->inspected != orr__entity_make(index, 1)) return false;
    const char *said = report->answer ? ORR__REPORT_TEXT(report, report->answer) : NULL;
    return answer ? said && strstr(said, answer) : !said;
}

/* The field of the inspector takes what is sought; return again goes on; what is not found is said. */
static void test_search_by_keys(void **state)
{
    (void)state;
    fixture f;
    open_with(&f, search_scene, &(orr_window_desc){ .width = 1000, .height = 800, .paused = true });
    need_panel(&f);
    until_tick(&f, 0);
    const orr__panel_actions act = orr__actions_of(&f.window);
    act.inspect(act.context, orr__entity_make(0, 1)); /* the section opens; this one has no fields to hit */
    until(&f, is_shown(&f, 0, NULL));
    bool found = false;
    for (int y = 400; y > 100 && !found; y -= 9) {
        press(&f, 40, y);
        type("P.x > 3");
        settle(&f);
        found = is_shown(&f, 4, NULL);
    }
    assert_true(found);
    type(""); /* the field kept the keys and the words */
    until(&f, is_shown(&f, 5, NULL));
    type("");
    until(&f, is_shown(&f, 4, NULL));
    type("P.x > 5"); /* in the place of what was there */
    until(&f, is_shown(&f, 4, "no entity with P.x > 5"));
    type("Stil");
    until(&f, is_shown(&f, 4, "did you mean 'Still'?"));
    type("Still");
    until(&f, is_shown(&f, 0, NULL));
    type("5242881"); /* a number is that entity */
    until(&f, is_shown(&f, 5, NULL));
    shut(&f);
}

int main(void)
{
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_console_by_keys), cmocka_unit_test(test_search_by_keys),
        cmocka_unit_test(test_save_resumes),    cmocka_unit_test(test_startup_fails),
        cmocka_unit_test(test_slow_startup),    cmocka_unit_test(test_panel_is_made_wider),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
