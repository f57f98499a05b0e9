#include "view/png.h"

#include <png.h>
#include <setjmp.h>

#include "base/error.h"
#include "base/os.h"
#include "orrery.h"
#include "view/canvas.h"

typedef struct output {
    orr__file file;
    int32_t code;
} output;

static void put(png_structp png, png_bytep data, png_size_t bytes)
{
    output *out = png_get_io_ptr(png);
    if (out->code == ORR_OK) out->code = orr__file_write(&out->file, data, bytes);
    if (out->code != ORR_OK) png_error(png, "");
}

static void flush(png_structp png)
{
    (void)png;
}

static void refuse(png_structp png, png_const_charp text)
{
    output *out = png_get_error_ptr(png);
    if (out->code == ORR_OK) out->code = orr__fail(ORR_E_MEMORY, "%s: %s", "the PNG library", text);
    png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

void orr__png_row(const orr__canvas *canvas, int32_t y, uint8_t *out)
{
    const uint32_t *row = canvas->pixels + (size_t)y * (size_t)canvas->width;
    for (int32_t x = 0; x < canvas->width; x++) {
        *out++ = (uint8_t)(row[x] >> 16);
        *out++ = (uint8_t)(row[x] >> 8);
        *out++ = (uint8_t)row[x];
    }
}

/* libpng leaves by longjmp when something goes wrong: nothing here needs more than png_destroy_write_struct. */
static void encode(output *out, png_structp png, png_infop info, const orr__canvas *canvas, uint8_t *row)
{
    if (setjmp(png_jmpbuf(png))) return;
    png_set_write_fn(png, out, put, flush);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    png_set_IHDR(png, info, (png_uint_32)canvas->width, (png_uint_32)canvas->height, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int32_t y = 0; y < canvas->height; y++) {
        orr__png_row(canvas, y, row);
        png_write_row(png, row);
    }
    png_write_end(png, info);
}

int32_t orr__png_write(struct orr__alloc *alloc, const char *path, const orr__canvas *canvas)
{
    output out = { .code = ORR_OK };
    const size_t row_bytes = 3 * (size_t)canvas->width;
    uint8_t *row = orr__alloc_new(alloc, row_bytes, 0);
    if (!row) return ORR_E_MEMORY;
    const int32_t code = orr__file_begin(&out.file, alloc, path);
    if (code != ORR_OK) {
        orr__alloc_free(alloc, row, row_bytes);
        return code;
    }
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &out, refuse, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (info)
        encode(&out, png, info, canvas, row);
    else
        out.code = orr__fail(ORR_E_MEMORY, "no memory for a PNG picture");
    png_destroy_write_struct(&png, &info);
    orr__alloc_free(alloc, row, row_bytes);
    if (out.code == ORR_OK) return orr__file_commit(&out.file);
    orr__file_abort(&out.file);
    return out.code;
}
