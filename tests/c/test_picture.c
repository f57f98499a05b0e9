/* Pictures and films as files: read back, refused, broken off, without a trace. needs: view.
 * valgrind: no (there a program that cannot be started is not told of) */
#include "draw_case.h"
#include "faulty.h"

#include <dirent.h>
#include <png.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- folders and files ---- */

static char folder[64];

static const char *path_of(const char *name)
{
    static char path[400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/orrery-picture-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

/* How many files are there, hidden ones too; with `clear` they are removed. */
static uint32_t files(bool clear)
{
    uint32_t count = 0;
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *at; (at = readdir(dir)) != NULL;) {
        if (strcmp(at->d_name, ".") == 0 || strcmp(at->d_name, "..") == 0) continue;
        count++;
        if (clear) unlink(path_of(at->d_name));
    }
    closedir(dir);
    return count;
}

static int remove_folder(void **state)
{
    (void)state;
    (void)files(true);
    return rmdir(folder);
}

/* A program called ffmpeg, first in the path. */
static void fake_ffmpeg(const char *script)
{
    const char *path = path_of("ffmpeg");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", script);
    fclose(file);
    assert_int_equal(chmod(path, 0755), 0);
    char search[400];
    snprintf(search, sizeof search, "%s:/usr/bin:/bin", folder);
    assert_int_equal(setenv("PATH", search, 1), 0);
}

/* RGB of a PNG file. */
static uint8_t *read_png(const char *path, uint32_t *width, uint32_t *height)
{
    png_image image = { .version = PNG_IMAGE_VERSION };
    if (!png_image_begin_read_from_file(&image, path)) fail_msg("%s: %s", path, image.message);
    assert_int_equal(image.format, PNG_FORMAT_RGB); /* without alpha */
    uint8_t *pixels = malloc(PNG_IMAGE_SIZE(image));
    assert_non_null(pixels);
    assert_true(png_image_finish_read(&image, NULL, pixels, 0, NULL));
    *width = image.width;
    *height = image.height;
    return pixels;
}

/* ---- a world ---- */

static draw_case dots(void)
{
    draw_case d = draw_new();
    draw_spawn(&d, d.c.mote, 30, 20);
    orr_layer layer = draw_layer(&d, ORR_LAYER_POINTS, 12);
    layer.shape = ORR_SHAPE_SQUARE;
    draw_scene(&d, &layer, 1, false);
    return d;
}

/* ---- pictures ---- */

static void test_reads_back(void **state)
{
    (void)state;
    draw_case d = dots();
    uint32_t width, height, red = 0;
    assert_ok(
        orr_picture_write(d.c.world, &(orr_picture_desc){ .path = path_of("a.png"), .width = 200, .height = 140 }));
    uint8_t *pixels = read_png(path_of("a.png"), &width, &height);
    assert_true(width == 200 && height == 140);
    for (uint32_t i = 0; i < width * height; i++) {
        const uint8_t *p = pixels + 3 * i;
        assert_true(p[1] == 0 && p[2] == 0 && (p[0] == 0 || p[0] == 255));
        red += p[0] == 255;
    }
    assert_int_equal(red, 144);
    assert_int_equal(pixels[3 * (70 * 200 + 100)], 255);
    free(pixels);
    assert_ok(orr_picture_write(d.c.world, &(orr_picture_desc){ .path = path_of("a.png"), .scale = 2 }));
    pixels = read_png(path_of("a.png"), &width, &height); /* in the place of the other one */
    assert_true(width == 1280 && height == 800);
    for (uint32_t i = red = 0; i < width * height; i++) red += pixels[3 * i] == 255;
    assert_int_equal(red, 4 * 144);
    free(pixels);
    assert_ok(orr_picture_write(d.c.world, &(orr_picture_desc){ .path = path_of("b.png"), .width = 1, .height = 1 }));
    free(read_png(path_of("b.png"), &width, &height));
    assert_true(width == 1 && height == 1);
    assert_int_equal(files(true), 2);
    draw_end(&d);
}

static void test_pictures_refused(void **state)
{
    (void)state;
    draw_case d = dots();
    orr_world *world = d.c.world;
    assert_int_equal(orr_picture_write(world, NULL), ORR_E_ARGUMENT);
    assert_int_equal(orr_picture_write(world, &(orr_picture_desc){ 0 }), ORR_E_ARGUMENT);
    assert_int_equal(orr_picture_write(world, &(orr_picture_desc){ .path = path_of("no/a.png") }), ORR_E_FILE);
    assert_says("no/a.png");
    assert_int_equal(orr_picture_write(world, &(orr_picture_desc){ .path = folder }), ORR_E_FILE);
    assert_int_equal(orr_picture_write(world, &(orr_picture_desc){ .path = path_of("a.png"), .width = 16385 }),
                     ORR_E_RANGE);
    assert_int_equal(orr_picture_write(world, &(orr_picture_desc){ .path = path_of("a.png"), .scale = -1 }),
                     ORR_E_RANGE);
    assert_int_equal(orr_picture_write(world, &(orr_picture_desc){ .path = path_of("a.png"), .scale = NAN }),
                     ORR_E_RANGE);
    assert_int_equal(files(false), 0);
    draw_end(&d);
}

static void test_empty_worlds(void **state)
{
    (void)state;
    uint32_t width, height;
    orr_world *world = orr_world_create(&(orr_world_desc){ .threads = 1 });
    assert_ok(orr_picture_write(world, &(orr_picture_desc){ .path = path_of("a.png"), .width = 8, .height = 8 }));
    uint8_t *pixels = read_png(path_of("a.png"), &width, &height);
    assert_true(pixels[0] == 0x0d && pixels[1] == 0x11 && pixels[2] == 0x17); /* the default background */
    free(pixels);
    orr_world_destroy(world);
    assert_int_equal(files(true), 1);
}

/* ---- films ---- */

static int32_t shoot(draw_case *d, const char *name, uint32_t frames, bool keep)
{
    orr_film *film =
        orr_film_open(d->c.world, &(orr_film_desc){ .path = path_of(name), .width = 61, .height = 40, .fps = 25 });
    if (!film) fail_msg("%s", orr_last_error());
    int32_t code = ORR_OK;
    for (uint32_t i = 0; i < frames && code == ORR_OK; i++) {
        assert_ok(orr_world_step(d->c.world, 1));
        code = orr_film_frame(film);
    }
    if (code == ORR_OK) assert_int_equal(orr_film_frames(film), frames);
    const int32_t closed = orr_film_close(film, keep);
    return code == ORR_OK ? closed : code;
}

static void test_numbered_pictures(void **state)
{
    (void)state;
    draw_case d = dots();
    uint32_t width, height;
    assert_ok(shoot(&d, "a.b.png", 3, true));
    free(read_png(path_of("a.b-000001.png"), &width, &height));
    free(read_png(path_of("a.b-000003.png"), &width, &height));
    assert_true(width == 61 && height == 40);
    assert_int_equal(files(true), 3);
    draw_end(&d);
}

static void test_films_by_a_program(void **state)
{
    (void)state;
    draw_case d = dots();
    fake_ffmpeg("for last; do :; done; cat >\"${last#file:}\"; echo \"$@\" >\"$0.said\"");
    assert_ok(shoot(&d, "a.mp4", 5, true));
    struct stat about;
    assert_int_equal(stat(path_of("a.mp4"), &about), 0);
    assert_int_equal(about.st_size, 5 * 61 * 40 * 3); /* every frame, all of it */
    char said[1000] = "";
    FILE *file = fopen(path_of("ffmpeg.said"), "r");
    assert_non_null(file);
    assert_true(fread(said, 1, sizeof said - 1, file) > 0);
    fclose(file);
    assert_non_null(strstr(said, "-video_size 61x40 -framerate 25"));
    assert_int_equal(files(false), 3);       /* the program, what it said, the film */
    assert_ok(shoot(&d, "b.mkv", 2, false)); /* not kept */
    assert_int_equal(files(false), 3);
    assert_ok(shoot(&d, "c.webm", 0, true)); /* not a frame: no film */
    assert_int_equal(files(true), 3);
    draw_end(&d);
}

static void test_programs_that_die(void **state)
{
    (void)state;
    draw_case d = dots();
    static const struct {
        const char *script, *says;
    } deaths[] = { { "exit 7", "failed with exit code 7" },
                   { "exit 0", "ended before it had everything" },
                   { "kill -9 $$", "ended by signal 9" },
                   { "head -c 9000 >/dev/null; echo one >&2; echo no such codec >&2; exit 1", "code 1: no such codec" },
                   { "cat >/dev/null; exit 3", "failed with exit code 3" },
                   { "cat >/dev/null", "wrote nothing" } };
    for (uint32_t i = 0; i < 6; i++) {
        fake_ffmpeg(deaths[i].script);
        assert_int_equal(shoot(&d, "a.mp4", 40, true), ORR_E_FILE);
        assert_says(deaths[i].says);
        assert_says("a.mp4");
        assert_int_equal(files(false), 1); /* the program alone */
    }
    /* what says much does not stop it */
    fake_ffmpeg("for i in 1 2 3 4 5 6 7 8; do head -c 20000 /dev/zero | tr '\\0' x >&2; done; for last; do :; done; "
                "cat >\"${last#file:}\"");
    assert_ok(shoot(&d, "a.mp4", 40, true));
    assert_int_equal(files(true), 2);
    draw_end(&d);
}

static void test_films_refused(void **state)
{
    (void)state;
    draw_case d = dots();
    assert_int_equal(setenv("PATH", folder, 1), 0); /* no ffmpeg */
    orr_film *film = orr_film_open(d.c.world, &(orr_film_desc){ .path = path_of("a.mp4") });
    assert_non_null(film);
    assert_non_null(strstr(orr_film_series(film), "a-000001.png")); /* pictures instead */
    assert_ok(orr_film_close(film, true));
    assert_ok(orr_film_close(NULL, true));
    assert_int_equal(files(false), 0);
    const orr_film_desc wrong[] = { { .fps = 0.5 }, { .fps = NAN }, { .width = 20000 }, { .scale = -2 } };
    for (uint32_t i = 0; i < 4; i++) {
        orr_film_desc desc = wrong[i];
        desc.path = path_of("a.mp4");
        assert_null(orr_film_open(d.c.world, &desc));
    }
    assert_null(orr_film_open(d.c.world, &(orr_film_desc){ .path = path_of("a.txt") }));
    assert_says("a film is called .mp4");
    assert_null(orr_film_open(d.c.world, &(orr_film_desc){ .path = "/nowhere/at/all/a.mp4" }));
    assert_says("/nowhere/at/all/a.mp4");
    film = orr_film_open(d.c.world, NULL);
    assert_non_null(film);
    assert_int_equal(orr_film_frame(film), ORR_E_ARGUMENT);
    assert_int_equal(orr_film_picture(film, NULL), ORR_E_ARGUMENT);
    assert_null(orr_film_series(film));
    assert_ok(orr_film_picture(film, path_of("a.png")));
    assert_ok(orr_film_close(film, true));
    assert_int_equal(files(true), 1);
    draw_end(&d);
}

/* A scene that changes on the way, and one with trails. */
static void test_scenes_that_change(void **state)
{
    (void)state;
    draw_case d = dots();
    orr_film *film = orr_film_open(d.c.world, &(orr_film_desc){ .path = path_of("a.png"), .width = 32, .height = 32 });
    assert_int_equal(orr_film_memory(film), 0);
    assert_ok(orr_world_step(d.c.world, 1));
    assert_ok(orr_film_frame(film));
    orr_layer layer = draw_layer(&d, ORR_LAYER_TRAILS, 2);
    layer.length = 12;
    assert_ok(orr_scene_set(d.c.world, &(orr_scene_desc){ .layers = &layer, .layer_count = 1 }));
    assert_ok(orr_film_watch(film));
    assert_int_equal(orr_film_memory(film), 12);
    assert_ok(orr_film_frame(film));
    assert_ok(orr_film_close(film, true));
    assert_int_equal(files(true), 2);
    draw_end(&d);
}

static void test_no_memory(void **state)
{
    (void)state;
    bool done = false;
    for (int64_t n = 0; !done; n++) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, -1);
        draw_case d = draw_in(orr_world_create(&(orr_world_desc){ .threads = 1, .allocator = &hooks }));
        draw_spawn(&d, d.c.mote, 30, 20);
        const orr_layer layer = draw_layer(&d, ORR_LAYER_POINTS, 12);
        draw_scene(&d, &layer, 1, false);
        atomic_store(&f.left, n);
        const int32_t code =
            orr_picture_write(d.c.world, &(orr_picture_desc){ .path = path_of("a.png"), .width = 8, .height = 8 });
        done = atomic_load(&f.refused) == 0;
        atomic_store(&f.left, -1);
        if (code != ORR_OK) assert_int_equal(code, ORR_E_MEMORY);
        assert_int_equal(files(true), code == ORR_OK);
        draw_end(&d);
        assert_int_equal(atomic_load(&f.alive), 0);
        assert_int_equal(atomic_load(&f.overrun), 0);
        assert_true(n < 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_back),         cmocka_unit_test(test_pictures_refused),
        cmocka_unit_test(test_empty_worlds),       cmocka_unit_test(test_numbered_pictures),
        cmocka_unit_test(test_films_by_a_program), cmocka_unit_test(test_programs_that_die),
        cmocka_unit_test(test_films_refused),      cmocka_unit_test(test_scenes_that_change),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
