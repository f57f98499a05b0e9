#include "view/reel.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "view/png.h"

enum { DIGITS = 6, NUMBER_ROOM = 32 };

/* What names of films end in, and what ffmpeg calls it. */
static const struct {
    const char *end, *format;
    bool exact; /* has the quality switch of H.264 */
} forms[] = { { ".mp4", "mp4", true },    { ".mkv", "matroska", true }, { ".mov", "mov", true },
              { ".webm", "webm", false }, { ".gif", "gif", false },     { ".png", NULL, false } };
enum { FORMS = sizeof forms / sizeof *forms };

static const char *ending(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    return dot && dot > (slash ? slash + 1 : path) ? dot : path + strlen(path);
}

static int32_t form_of(const char *path)
{
    for (int32_t i = 0; i < FORMS; i++) {
        if (strcmp(ending(path), forms[i].end) == 0) return i;
    }
    orr__fail(ORR_E_ARGUMENT, "a film is called .mp4, .mkv, .mov, .webm, .gif, or .png for numbered pictures, not '%s'",
              path);
    return -1;
}

/* ---- numbered pictures ---- */

static void number(orr__reel *reel, uint64_t frame)
{
    const size_t stem = (size_t)(ending(reel->path) - reel->path);
    snprintf(reel->numbered, reel->numbered_bytes, "%.*s-%0*llu.png", (int)stem, reel->path, DIGITS,
             (unsigned long long)frame);
}

static int32_t begin_series(orr__reel *reel)
{
    orr__file probe;
    reel->numbered_bytes = strlen(reel->path) + NUMBER_ROOM;
    reel->numbered = orr__alloc_new(reel->alloc, reel->numbered_bytes, 1);
    if (!reel->numbered) return ORR_E_MEMORY;
    number(reel, 1);
    const int32_t code = orr__file_begin(&probe, reel->alloc, reel->numbered);
    if (code == ORR_OK) orr__file_abort(&probe);
    return code;
}

/* ---- the program ---- */

static int32_t begin_program(orr__reel *reel, int32_t form, uint32_t width, uint32_t height, double fps)
{
    char size[32], rate[32];
    const size_t bytes = strlen(reel->file.beside) + 8;
    char *to = orr__alloc_new(reel->alloc, bytes, 1);
    if (!to) return ORR_E_MEMORY;
    snprintf(to, bytes, "file:%s", reel->file.beside);
    snprintf(size, sizeof size, "%ux%u", (unsigned)width, (unsigned)height);
    snprintf(rate, sizeof rate, "%.6g", fps);
    const char *arguments[40] = {
        "ffmpeg", "-hide_banner", "-loglevel", "error", "-f",     "rawvideo", "-pixel_format", "rgb24", "-video_size",
        size,     "-framerate",   rate,        "-i",    "pipe:0", "-an"
    };
    uint32_t count = 15;
    if (form != FORMS - 2) { /* all but gif: halved colours need even sides */
        arguments[count++] = "-vf";
        arguments[count++] = "pad=ceil(iw/2)*2:ceil(ih/2)*2";
        arguments[count++] = "-pix_fmt";
        arguments[count++] = "yuv420p";
    }
    if (forms[form].exact) {
        arguments[count++] = "-crf";
        arguments[count++] = "18";
    }
    arguments[count++] = "-f";
    arguments[count++] = forms[form].format;
    arguments[count++] = "-y";
    arguments[count++] = to;
    const int32_t code = orr__pipe_start(&reel->pipe, arguments);
    orr__alloc_free(reel->alloc, to, bytes);
    return code;
}

static int32_t begin(orr__reel *reel, uint32_t width, uint32_t height, double fps)
{
    const int32_t form = form_of(reel->path);
    if (form < 0) return orr__error_code();
    if (!forms[form].format) return begin_series(reel);
    reel->row_bytes = 3 * (size_t)width;
    reel->row = orr__alloc_new(reel->alloc, reel->row_bytes, 0);
    if (!reel->row) return ORR_E_MEMORY;
    int32_t code = orr__file_begin(&reel->file, reel->alloc, reel->path);
    if (code != ORR_OK) return code;
    code = begin_program(reel, form, width, height, fps);
    if (code != ORR_E_NOT_FOUND) return code;
    orr__file_abort(&reel->file);
    return begin_series(reel);
}

int32_t orr__reel_open(orr__reel *reel, orr__alloc *alloc, const char *path, uint32_t width, uint32_t height,
                       double fps)
{
    memset(reel, 0, sizeof *reel);
    reel->alloc = alloc;
    reel->path = orr__alloc_string(alloc, path);
    const int32_t code = reel->path ? begin(reel, width, height, fps) : ORR_E_MEMORY;
    if (code != ORR_OK) (void)orr__reel_close(reel, false);
    return code;
}

static int32_t feed(orr__reel *reel, const orr__canvas *canvas)
{
    int32_t code = ORR_OK;
    for (int32_t y = 0; y < canvas->height && code == ORR_OK; y++) {
        orr__png_row(canvas, y, reel->row);
        code = orr__pipe_write(&reel->pipe, reel->row, reel->row_bytes);
    }
    return code == ORR_OK ? code : orr__fail_more("film '%s'", reel->path);
}

int32_t orr__reel_add(orr__reel *reel, const orr__canvas *canvas)
{
    reel->frames++;
    if (!reel->numbered) return feed(reel, canvas);
    number(reel, reel->frames);
    return orr__png_write(reel->alloc, reel->numbered, canvas);
}

int32_t orr__reel_close(orr__reel *reel, bool keep)
{
    int32_t code = ORR_OK;
    if (!reel->alloc) return ORR_OK;
    if (reel->pipe.id && keep && reel->frames) {
        code = orr__pipe_finish(&reel->pipe);
        if (code == ORR_OK && orr__file_stamp_of(reel->file.beside).bytes == 0)
            code = orr__fail(ORR_E_FILE, "'ffmpeg' ended well and wrote nothing");
        if (code != ORR_OK) orr__fail_more("film '%s'", reel->path);
        if (code == ORR_OK) code = orr__file_commit(&reel->file);
    }
    orr__pipe_kill(&reel->pipe);
    orr__file_abort(&reel->file);
    orr__alloc_free(reel->alloc, reel->numbered, reel->numbered_bytes);
    orr__alloc_free(reel->alloc, reel->row, reel->row_bytes);
    orr__alloc_string_free(reel->alloc, reel->path);
    memset(reel, 0, sizeof *reel);
    return code;
}
