#include "view/png.h"

#include <png.h>
#include <setjmp.h>

#include "base/error.h"
#include "base/os.h"
#include "orrery.h"

typedef struct output {
    orr__file file;
    int32_t code;
    char text[200]; /* of libpng */
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

/* libpng leaves by longjmp when something goes wrong: nothing here needs more than png_destroy_write_struct. */
static void encode(output *out, png_structp png, png_infop info, const void *pixels, uint32_t width, uint32_t height,
                   size_t row_bytes)
{
    if (setjmp(png_jmpbuf(png))) return;
    png_set_write_fn(png, out, put, flush);
    png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    png_set_filler(png, 0, PNG_FILLER_AFTER);
    for (uint32_t y = 0; y < height; y++) png_write_row(png, (const png_byte *)pixels + y * row_bytes);
    png_write_end(png, info);
}

int32_t orr__png_write(struct orr__alloc *alloc, const char *path, const void *pixels, uint32_t width, uint32_t height,
                       size_t row_bytes)
{
    output out = { .code = ORR_OK };
    const int32_t code = orr__file_begin(&out.file, alloc, path);
    if (code != ORR_OK) return code;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &out, refuse, ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (info)
        encode(&out, png, info, pixels, width, height, row_bytes);
    else
        out.code = orr__fail(ORR_E_MEMORY, "no memory for a PNG picture");
    png_destroy_write_struct(&png, &info);
    if (out.code == ORR_OK) return orr__file_commit(&out.file);
    orr__file_abort(&out.file);
    return out.code;
}
