/* tsan: no. needs: lua view; valgrind: no
 * Windows and pictures whose libraries refuse: memory, SDL, SDL_ttf, libpng. Each refusal is a message, nothing is left
 * behind, the world is as it was, and the next try works. The libraries' functions stand here under their own names and
 * refuse one call; the others go on to the real ones. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <SDL.h>
#include <SDL_ttf.h>
#include <png.h>

#include "base/os.h"
#include "faulty.h"
#include "sim/sim.h"
#include "view/window.h"

/* ---- functions that refuse ---- */

enum {
    SDL_INIT,
    SDL_WINDOW,
    SDL_RENDERER,
    SDL_TEXTURE,
    SDL_UPDATE,
    SDL_COPY,
    FONT_INIT,
    FONT_OPEN,
    FONT_SIZE,
    FONT_METRICS,
    FONT_RENDER,
    PNG_STRUCT,
    PNG_INFO,
    PNG_ROW,
    POINTS
};

static struct {
    int point;       /* which function refuses; POINTS: none */
    int skip, calls; /* after so many calls; how many it was asked */
    bool always, refused;
} fault = { .point = POINTS };

static void plan(int point, int skip, bool always)
{
    fault.point = point;
    fault.skip = skip;
    fault.calls = 0;
    fault.always = always;
    fault.refused = false;
}

static bool refuses(int point)
{
    if (fault.point != point || (fault.refused && !fault.always) || fault.calls++ < fault.skip) return false;
    fault.refused = true;
    SDL_SetError("Out of memory (refused)");
    return true;
}

static void *real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

/* REFUSING(type, name, point, failure, (declaration), (arguments)) */
#define REFUSING(type, name, point, failure, declared, given)                                                          \
    type name declared                                                                                                 \
    {                                                                                                                  \
        typedef type function declared;                                                                                \
        if (refuses(point)) return failure;                                                                            \
        void *found = real(#name);                                                                                     \
        function *go = NULL;                                                                                           \
        memcpy(&go, &found, sizeof go);                                                                                \
        return go given;                                                                                               \
    }

REFUSING(int, SDL_InitSubSystem, SDL_INIT, -1, (Uint32 flags), (flags))
REFUSING(SDL_Window *, SDL_CreateWindow, SDL_WINDOW, NULL,
         (const char *title, int x, int y, int w, int h, Uint32 flags), (title, x, y, w, h, flags))
REFUSING(SDL_Renderer *, SDL_CreateRenderer, SDL_RENDERER, NULL, (SDL_Window * window, int index, Uint32 flags),
         (window, index, flags))
REFUSING(SDL_Texture *, SDL_CreateTexture, SDL_TEXTURE, NULL,
         (SDL_Renderer * renderer, Uint32 format, int access, int w, int h), (renderer, format, access, w, h))
REFUSING(int, SDL_UpdateTexture, SDL_UPDATE, -1,
         (SDL_Texture * texture, const SDL_Rect *rect, const void *pixels, int pitch), (texture, rect, pixels, pitch))
REFUSING(int, SDL_RenderCopy, SDL_COPY, -1,
         (SDL_Renderer * renderer, SDL_Texture *texture, const SDL_Rect *from, const SDL_Rect *to),
         (renderer, texture, from, to))
REFUSING(int, TTF_Init, FONT_INIT, -1, (void), ())
REFUSING(int, TTF_SetFontSize, FONT_SIZE, -1, (TTF_Font * font, int size), (font, size))
REFUSING(int, TTF_GlyphMetrics32, FONT_METRICS, -1,
         (TTF_Font * font, Uint32 letter, int *left, int *right, int *bottom, int *top, int *advance),
         (font, letter, left, right, bottom, top, advance))
REFUSING(SDL_Surface *, TTF_RenderGlyph32_Blended, FONT_RENDER, NULL,
         (TTF_Font * font, Uint32 letter, SDL_Color colour), (font, letter, colour))
REFUSING(png_structp, png_create_write_struct, PNG_STRUCT, NULL,
         (png_const_charp version, png_voidp context, png_error_ptr error, png_error_ptr warning),
         (version, context, error, warning))
REFUSING(png_infop, png_create_info_struct, PNG_INFO, NULL, (png_const_structrp png), (png))

/* Closes what it is given also when it refuses. */
TTF_Font *TTF_OpenFontRW(SDL_RWops *from, int close, int size)
{
    typedef TTF_Font *function(SDL_RWops *, int, int);
    if (refuses(FONT_OPEN)) {
        if (close) SDL_RWclose(from);
        return NULL;
    }
    void *found = real("TTF_OpenFontRW");
    function *go = NULL;
    memcpy(&go, &found, sizeof go);
    return go(from, close, size);
}

void png_write_row(png_structrp png, png_const_bytep row)
{
    typedef void function(png_structrp, png_const_bytep);
    if (refuses(PNG_ROW)) png_error(png, "refused");
    void *found = real("png_write_row");
    function *go = NULL;
    memcpy(&go, &found, sizeof go);
    go(png, row);
}

/* ---- a world with everything in its picture ---- */

static const char scene[] =
    "local orrery = require 'orrery'\n"
    "local P = orrery.component('P', { x = orrery.f32, y = orrery.f32 })\n"
    "orrery.world:spawn({ [P] = { x = function(rows, i) return i end, y = 2 } }, 5)\n"
    "orrery.system { name = 'fall', all = { P }, writes = { P }, run = function(rows)\n"
    "  local p = rows:write(P)\n"
    "  for i = rows.first, rows.last do p.y[i] = p.y[i] + 0.5 end\n"
    "end }\n"
    "orrery.series('rows', function(world) return world:count(P) end)\n"
    "orrery.on_frame(function(painter) painter:text(1, 1, 'Ag', { size = 20 }) end)\n"
    "orrery.draw { points = { x = P.x, y = P.y, size = 6, colour = { field = P.x, map = 'viridis', legend = 'x' } },\n"
    "  trails = { x = P.x, y = P.y, length = 5 }, text = { x = P.x, y = P.y, text = 'name' } }\n";

enum { WIDTH = 160, HEIGHT = 120 };

static orr_host *open_host(const orr_allocator *hooks)
{
    orr_host *host = orr_host_open(&(orr_host_desc){ .script = "scene.lua", .text = scene, .allocator = hooks });
    if (!host) fail_msg("%s", orr_last_error());
    if (orr_host_step(host, 3) != ORR_OK) fail_msg("%s", orr_last_error());
    return host;
}

static const orr_window_desc paused = { .title = "faults", .width = WIDTH, .height = HEIGHT, .paused = true };

static char said[2048]; /* the error over the last picture */

/* Some pictures, of other sizes too, and what is said over them. */
static int32_t look(orr_host *host, const orr_window_desc *desc, bool *noticed)
{
    static orr__window window;
    said[0] = '\0';
    int32_t code = orr__window_open(&window, orr_host_world(host), desc);
    if (code != ORR_OK) return code;
    for (int i = 0; i < 6; i++) {
        if (i == 2) SDL_SetWindowSize(window.screen.window, WIDTH + 20, HEIGHT);
        if (i == 4) orr__window_notice(&window, "");
        (void)orr__window_frame(&window);
        *noticed |= *window.notice != '\0' || *window.error != '\0';
        if (*window.notice) snprintf(said, sizeof said, "%s", window.notice);
        orr__sleep_ns(2000000);
    }
    code = window.code;
    if (*window.error) snprintf(said, sizeof said, "%s", window.error);
    const int32_t last = orr__window_close(&window);
    return code != ORR_OK ? code : last;
}

static void sound(orr_host *host)
{
    bool noticed = false;
    orr_world *world = orr_host_world(host);
    assert_int_equal(orr__world_validate(world), ORR_OK);
    assert_int_equal(orr_world_entity_count(world), 5);
    if (orr_host_step(host, 1) != ORR_OK) fail_msg("%s", orr_last_error());
    if (look(host, &paused, &noticed) != ORR_OK) fail_msg("afterwards: %s", orr_last_error());
    if (noticed) fail_msg("afterwards: %s", said);
}

/* ---- windows ---- */

/* What cannot be opened is a window that is not there: the command goes on without. */
static void test_windows_that_do_not_open(void **state)
{
    (void)state;
    static const int points[] = { SDL_INIT, SDL_WINDOW, SDL_RENDERER };
    orr_host *host = open_host(NULL);
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        plan(points[i], 0, true);
        const int32_t code = orr_window_run(orr_host_world(host), &paused);
        assert_true(fault.refused);
        assert_int_equal(code, ORR_E_NOT_FOUND);
        assert_non_null(strstr(orr_last_error(), "no display"));
        assert_non_null(strstr(orr_last_error(), "refused"));
        plan(POINTS, 0, false);
        sound(host);
    }
    orr_host_close(host);
}

/* A renderer with vertical synchronization is refused, one in software is not. */
static void test_second_renderer(void **state)
{
    (void)state;
    bool noticed = false;
    orr_host *host = open_host(NULL);
    plan(SDL_RENDERER, 0, false);
    assert_int_equal(look(host, &paused, &noticed), ORR_OK);
    assert_true(fault.refused && !noticed);
    plan(POINTS, 0, false);
    orr_host_close(host);
}

/* A picture that could not be shown or written on is told; the window lives, and the next picture is a good one. */
static void test_pictures_in_windows(void **state)
{
    (void)state;
    static const int points[] = { SDL_TEXTURE, SDL_UPDATE,   SDL_COPY,    FONT_INIT,
                                  FONT_OPEN,   FONT_METRICS, FONT_RENDER, FONT_SIZE };
    orr_host *host = open_host(NULL);
    orr_window_desc desc = paused;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        for (int skip = 0; skip < 3; skip++) {
            bool noticed = false;
            plan(points[i], skip, skip == 0 && points[i] >= FONT_INIT); /* a letter is asked for more than once */
            desc.no_panel = skip == 1;
            assert_int_equal(look(host, &desc, &noticed), ORR_OK);
            if (fault.refused && !noticed && skip == 0) fail_msg("point %d: nothing was said", points[i]);
            plan(POINTS, 0, false);
            sound(host);
        }
    }
    orr_host_close(host);
}

/* Without a panel the window says so, and its keys are told over the picture. */
static void test_no_panel(void **state)
{
    (void)state;
    static orr__window window;
    orr_host *host = open_host(NULL);
    plan(SDL_TEXTURE, 0, false); /* the first one is that of the panel's letters, in libraries that have one */
    assert_int_equal(orr__window_open(&window, orr_host_world(host), &paused), ORR_OK);
    assert_null(window.panel);
    if (orr__panel_is_built()) assert_non_null(strstr(window.notice, "no panel"));
    plan(POINTS, 0, false);
    assert_true(orr__window_frame(&window));
    SDL_Event event = { .key = { .type = SDL_KEYDOWN, .state = SDL_PRESSED, .keysym = { .sym = SDLK_F1 } } };
    assert_int_equal(SDL_PushEvent(&event), 1);
    assert_true(orr__window_frame(&window));
    assert_non_null(strstr(window.notice, "space: pause"));
    assert_int_equal(orr__window_close(&window), ORR_OK);
    sound(host);
    orr_host_close(host);
}

static void test_windows_without_memory(void **state)
{
    (void)state;
    bool noticed = false, done = false;
    for (int64_t n = 0; !done; n += n < 60 ? 1 : 7) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, -1);
        orr_host *host = open_host(&hooks);
        atomic_store(&f.left, n);
        const int32_t code = look(host, &paused, &noticed);
        done = atomic_load(&f.refused) == 0;
        atomic_store(&f.left, -1);
        if (code == ORR_E_SCRIPT) /* Lua's own allocations */
            assert_true(strstr(said, "out of memory") || strstr(orr_last_error(), "out of memory"));
        else if (code != ORR_OK && code != ORR_E_MEMORY)
            fail_msg("request %d: %s", (int)n, orr_last_error());
        sound(host);
        orr_host_close(host);
        assert_int_equal(atomic_load(&f.alive), 0);
        assert_int_equal(atomic_load(&f.overrun), 0);
        assert_true(n < 4000);
    }
}

/* ---- pictures as files ---- */

static void test_pictures_as_files(void **state)
{
    (void)state;
    static const int points[] = { FONT_INIT, FONT_OPEN,  FONT_METRICS, FONT_RENDER,
                                  FONT_SIZE, PNG_STRUCT, PNG_INFO,     PNG_ROW };
    char path[] = "/tmp/orrery-faults-XXXXXX", file[64];
    assert_non_null(mkdtemp(path));
    snprintf(file, sizeof file, "%s/a.png", path);
    orr_host *host = open_host(NULL);
    const orr_picture_desc desc = { .path = file, .width = WIDTH, .height = HEIGHT };
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        plan(points[i], 0, true);
        const int32_t code = orr_picture_write(orr_host_world(host), &desc);
        if (!fault.refused || code != ORR_E_MEMORY) fail_msg("point %d: code %d", points[i], code);
        if (points[i] != PNG_STRUCT && points[i] != PNG_INFO) assert_non_null(strstr(orr_last_error(), "refused"));
        assert_int_equal(rmdir(path), 0); /* nothing is left in it */
        assert_int_equal(mkdir(path, 0700), 0);
        plan(POINTS, 0, false);
        if (orr_picture_write(orr_host_world(host), &desc) != ORR_OK) fail_msg("%s", orr_last_error());
        assert_int_equal(unlink(file), 0);
    }
    orr_host_close(host);
    assert_int_equal(rmdir(path), 0);
}

int main(void)
{
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_that_do_not_open), cmocka_unit_test(test_second_renderer),
        cmocka_unit_test(test_pictures_in_windows),      cmocka_unit_test(test_no_panel),
        cmocka_unit_test(test_windows_without_memory),   cmocka_unit_test(test_pictures_as_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
