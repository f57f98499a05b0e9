/* tsan: no. needs: lua view
 * Every demo in a window for 120 frames, one tick a frame: the last picture is compared with a kept one, is not blank, and
 * is another one than 60 frames before. With ORRERY_WRITE_PICTURES set the pictures are kept instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <SDL.h>
#include <dirent.h>
#include <png.h>

#include "view/canvas.h"
#include "view/png.h"
#include "view/window.h"

enum { WIDTH = 320, HEIGHT = 200, FRAMES = 120, BYTES = WIDTH * HEIGHT * 4, DEMOS_MOST = 64 };
#define FOLDER ORRERY_SOURCE_DIR "/tests/golden/pictures"
/* Pictures are the same on every machine but for what the letters' library does: a few pixels may differ. */
#define DIFFERENT_MOST (WIDTH * HEIGHT / 100)

typedef struct picture {
    uint8_t bytes[BYTES];
} picture;

static void take(const orr__window *window, picture *out)
{
    memset(out, 0, sizeof *out);
    const int32_t code =
        SDL_RenderReadPixels(window->screen.renderer, NULL, SDL_PIXELFORMAT_RGBA32, out->bytes, WIDTH * 4);
    assert_int_equal(code, 0);
}

static uint32_t different(const picture *a, const picture *b)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < BYTES; i += 4) {
        int most = 0;
        for (uint32_t k = 0; k < 3; k++) {
            const int by = abs((int)a->bytes[i + k] - (int)b->bytes[i + k]);
            most = by > most ? by : most;
        }
        count += most > 16;
    }
    return count;
}

static uint32_t colours_of(const picture *p)
{
    picture first;
    for (uint32_t i = 0; i < BYTES; i += 4) memcpy(first.bytes + i, p->bytes, 4);
    return different(&first, p);
}

static bool read_kept(const char *name, picture *out)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.png", FOLDER, name);
    png_image image = { .version = PNG_IMAGE_VERSION };
    if (!png_image_begin_read_from_file(&image, path)) return false;
    image.format = PNG_FORMAT_RGBA;
    const bool fits = image.width == WIDTH && image.height == HEIGHT;
    const bool read = fits && png_image_finish_read(&image, NULL, out->bytes, WIDTH * 4, NULL);
    png_image_free(&image);
    return read;
}

static void keep(const char *name, const picture *p)
{
    char path[512];
    orr__alloc alloc;
    orr__alloc_init(&alloc, NULL);
    static uint32_t pixels[WIDTH * HEIGHT];
    for (uint32_t i = 0; i < WIDTH * HEIGHT; i++) {
        const uint8_t *from = p->bytes + 4 * (size_t)i;
        pixels[i] = 0xff000000u | (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
    }
    const orr__canvas canvas = { .pixels = pixels, .width = WIDTH, .height = HEIGHT };
    snprintf(path, sizeof path, "%s/%s.png", FOLDER, name);
    if (orr__png_write(&alloc, path, &canvas) != ORR_OK) fail_msg("%s", orr_last_error());
}

static void show(const char *name)
{
    static picture middle, last, kept;
    char script[512];
    orr__window window;
    snprintf(script, sizeof script, "%s/scripts/%s.lua", ORRERY_SOURCE_DIR, name);
    orr_host *host = orr_host_open(&(orr_host_desc){ .script = script, .threads = 2, .test = true });
    if (!host) fail_msg("%s: %s", name, orr_last_error());
    const orr_window_desc desc = { .width = WIDTH, .height = HEIGHT, .lockstep = true, .no_panel = true };
    if (orr__window_open(&window, orr_host_world(host), &desc) != ORR_OK) fail_msg("%s: %s", name, orr_last_error());
    for (int i = 0; i < FRAMES; i++) {
        assert_true(orr__window_frame(&window));
        if (*window.error) fail_msg("%s: %s", name, window.error);
        if (i == FRAMES / 2) take(&window, &middle);
    }
    take(&window, &last);
    (void)orr__window_close(&window);
    orr_host_close(host);
    if (colours_of(&last) < 20) fail_msg("%s: the picture is blank", name);
    if (different(&middle, &last) == 0) fail_msg("%s: the picture does not change", name);
    if (getenv("ORRERY_WRITE_PICTURES")) {
        keep(name, &last);
        return;
    }
    if (!read_kept(name, &kept))
        fail_msg("%s: no kept picture (ORRERY_WRITE_PICTURES=1 %s keeps them)", name, "test_gallery");
    const uint32_t by = different(&last, &kept);
    if (by > DIFFERENT_MOST) fail_msg("%s: %u of %u pixels differ from the kept picture", name, by, WIDTH * HEIGHT);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void test_demos(void **state)
{
    (void)state;
    static char names[DEMOS_MOST][64];
    size_t count = 0;
    DIR *folder = opendir(ORRERY_SOURCE_DIR "/scripts");
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL && count < DEMOS_MOST;) {
        const size_t length = strlen(entry->d_name);
        if (length > 4 && strcmp(entry->d_name + length - 4, ".lua") == 0)
            snprintf(names[count++], sizeof names[0], "%.*s", (int)(length - 4), entry->d_name);
    }
    closedir(folder);
    assert_true(count >= 6);
    qsort(names, count, sizeof names[0], by_name);
    for (size_t i = 0; i < count; i++) show(names[i]);
}

int main(void)
{
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_demos) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
