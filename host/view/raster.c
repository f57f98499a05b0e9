#include <math.h>
#include <string.h>

#include "view/canvas.h"

/* A raster of cells on the picture: for each pixel the cell that its middle is in, or where several cells share a
 * pixel the mean of their colours. */

typedef struct span {
    uint32_t first, last; /* cells; last is past the end, above first */
} span;

typedef struct axis {
    int32_t from, to;    /* pixels */
    double start, scale; /* cell = (pixel - start) * scale */
    uint32_t cells;
    bool down; /* cells go against the pixels */
} axis;

static int32_t limit(double at, int32_t least, int32_t most)
{
    return at <= least ? least : at >= most ? most : (int32_t)at;
}

/* Pixels whose middle is on it, at least one. */
static axis axis_of(double from, double to, uint32_t cells, int32_t least, int32_t most, bool down)
{
    axis a = { .start = from, .scale = cells / (to - from), .cells = cells, .down = down };
    a.from = limit(ceil(from - 0.5), least, most);
    a.to = limit(ceil(to - 0.5), least, most);
    if (ceil(from - 0.5) == ceil(to - 0.5) && floor(from) >= least && floor(from) < most)
        a.to = (a.from = (int32_t)floor(from)) + 1;
    return a;
}

static uint32_t cell(const axis *a, double at)
{
    const double c = floor((at - a->start) * a->scale);
    return c <= 0 ? 0 : c >= a->cells ? a->cells - 1 : (uint32_t)c;
}

static span cells_of(const axis *a, int32_t pixel)
{
    span s;
    if (a->scale <= 1) {
        s.first = cell(a, pixel + 0.5);
        s.last = s.first + 1;
    } else {
        s.first = cell(a, pixel);
        s.last = cell(a, pixel + 1.0);
        if (s.last <= s.first) s.last = s.first + 1;
    }
    if (a->down) s = (span){ a->cells - s.last, a->cells - s.first };
    return s;
}

bool orr__raster_seen(const orr__canvas *canvas, const orr__raster *raster, uint32_t *first, uint32_t *last)
{
    const orr__clip c = canvas->clip;
    *first = *last = 0;
    if (!(raster->right > raster->left && raster->bottom > raster->top) || !raster->width || !raster->height)
        return false;
    const axis y = axis_of(raster->top, raster->bottom, raster->height, c.top, c.bottom, true);
    const axis x = axis_of(raster->left, raster->right, raster->width, c.left, c.right, false);
    if (y.from >= y.to || x.from >= x.to) return false;
    *first = cells_of(&y, y.to - 1).first;
    *last = cells_of(&y, y.from).last;
    return true;
}

static uint32_t mean(const orr__raster *raster, span x, span y)
{
    uint64_t red = 0, green = 0, blue = 0, alpha = 0;
    const uint64_t count = (uint64_t)(x.last - x.first) * (y.last - y.first);
    for (uint32_t cy = y.first; cy < y.last; cy++) {
        const uint8_t *row = raster->steps + (size_t)(cy - raster->first_row) * raster->width;
        for (uint32_t cx = x.first; cx < x.last; cx++) {
            const uint32_t rgba = raster->palette[row[cx]];
            red += rgba >> 24;
            green += rgba >> 16 & 0xff;
            blue += rgba >> 8 & 0xff;
            alpha += rgba & 0xff;
        }
    }
    const uint64_t half = count / 2;
    return (uint32_t)((red + half) / count << 24 | (green + half) / count << 16 | (blue + half) / count << 8 |
                      (alpha + half) / count);
}

static void lay(uint32_t *pixel, uint32_t rgba)
{
    *pixel = orr__mix(*pixel, orr__opaque(rgba), orr__amount_of(rgba));
}

static bool is_opaque(const uint32_t *palette)
{
    uint32_t all = 0xff;
    for (uint32_t i = 0; i < ORR__PALETTE; i++) all &= palette[i];
    return all == 0xff;
}

int32_t orr__canvas_raster(orr__canvas *canvas, const orr__raster *raster)
{
    const orr__clip c = canvas->clip;
    uint32_t first, last;
    if (!orr__raster_seen(canvas, raster, &first, &last)) return ORR_OK;
    const axis y = axis_of(raster->top, raster->bottom, raster->height, c.top, c.bottom, true);
    const axis x = axis_of(raster->left, raster->right, raster->width, c.left, c.right, false);
    const size_t bytes = (size_t)(x.to - x.from) * sizeof(span);
    span *columns = orr__alloc_new(canvas->alloc, bytes, 0);
    if (!columns) return ORR_E_MEMORY;
    for (int32_t px = x.from; px < x.to; px++) columns[px - x.from] = cells_of(&x, px);
    const bool opaque = is_opaque(raster->palette), many = x.scale > 1 || y.scale > 1;
    span before = { 0, 0 };
    for (int32_t py = y.from; py < y.to; py++) {
        const span rows = cells_of(&y, py);
        uint32_t *to = canvas->pixels + (size_t)py * (size_t)canvas->width + x.from;
        const uint8_t *from = raster->steps + (size_t)(rows.first - raster->first_row) * raster->width;
        if (opaque && !many && rows.first == before.first && rows.last == before.last) {
            memcpy(to, to - canvas->width, (size_t)(x.to - x.from) * sizeof *to);
            continue;
        }
        for (int32_t px = 0; px < x.to - x.from; px++)
            lay(&to[px], many ? mean(raster, columns[px], rows) : raster->palette[from[columns[px].first]]);
        before = rows;
    }
    orr__alloc_free(canvas->alloc, columns, bytes);
    return ORR_OK;
}
