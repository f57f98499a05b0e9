/* The canvas: a picture in memory, and the shapes that are painted on it. Knows nothing of worlds, Lua or SDL.
 *
 * Why not SDL's own software renderer: it moves the corners of triangles to whole pixels, allocates a surface for each
 * blended one, and smooths nothing. What is painted here has soft edges, costs the same with and without a graphics
 * card, and has the same bytes on every machine, in a window and in a file. A window shows the canvas as one texture.
 *
 * Coordinates are pixels as floats, (0, 0) the outer corner above at the left, so the middle of the first pixel is at
 * 0.5, 0.5. What is not finite is not painted; what is outside is left out, however far away it is. Colours are
 * 0xRRGGBBAA; the canvas itself is opaque, 0xFFRRGGBB a pixel.
 *
 * Shapes come in batches. Each row has its colour in `palette`, at steps[row], or at 0 when steps is NULL. */
#ifndef ORR_VIEW_CANVAS_H
#define ORR_VIEW_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/arena.h"

enum { ORR__PALETTE = 256 }; /* colours of a batch; the last one is that of no number */

typedef struct orr__clip {
    int32_t left, top, right, bottom; /* right and bottom are past the end */
} orr__clip;

typedef struct orr__canvas {
    orr__alloc *alloc;
    uint32_t *pixels; /* [height * width] */
    int32_t width, height;
    orr__clip clip;
    uint32_t *veil;    /* the same size; 0 where nothing was painted since it was lifted. NULL until it is needed */
    bool veiled;       /* strokes go there */
    orr__clip touched; /* of the veil */
    orr__arena masks;  /* of discs */
    const struct orr__disc **discs;
} orr__canvas;

/* One batch of shapes at x, y. */
typedef struct orr__shapes {
    uint64_t count;
    const float *x, *y;
    const uint8_t *steps;    /* NULL: all 0 */
    const uint32_t *palette; /* 0xRRGGBBAA */
} orr__shapes;

/* Allocates nothing yet. */
void orr__canvas_init(orr__canvas *canvas, orr__alloc *alloc);
void orr__canvas_fini(orr__canvas *canvas); /* allowed on a zeroed struct */
/* ORR_E_MEMORY: it is as it was. What is on it is undefined after another size. */
int32_t orr__canvas_resize(orr__canvas *canvas, uint32_t width, uint32_t height);
/* All of it, whatever the clip; the alpha of the colour counts as 255. */
void orr__canvas_clear(orr__canvas *canvas, uint32_t colour);
/* Nothing is painted outside from here on; NULL: on all of it. */
void orr__canvas_clip(orr__canvas *canvas, const orr__clip *clip);

/* size: across. Discs thinner than a pixel get fainter. ORR_E_MEMORY. */
int32_t orr__canvas_discs(orr__canvas *canvas, const orr__shapes *batch, const float *size);
/* Edges lie between pixels; at least one pixel. `steady`: all of one size have the same number of pixels. */
void orr__canvas_boxes(orr__canvas *canvas, const orr__shapes *batch, const float *width, const float *height,
                       bool steady);
/* Arrowheads of length `size`, their middle at x, y, towards hx, hy (any length; 0: to the right). */
void orr__canvas_arrows(orr__canvas *canvas, const orr__shapes *batch, const float *size, const float *hx,
                        const float *hy);

/* One straight line. Below a pixel of width it gets fainter. */
void orr__canvas_line(orr__canvas *canvas, float x0, float y0, float x1, float y1, float width, uint32_t colour);
void orr__canvas_triangle(orr__canvas *canvas, const float corners[6], uint32_t colour);
void orr__canvas_ring(orr__canvas *canvas, float x, float y, float radius, float width, uint32_t colour);
void orr__canvas_disc(orr__canvas *canvas, float x, float y, float radius, uint32_t colour);
void orr__canvas_box(orr__canvas *canvas, float left, float top, float right, float bottom, uint32_t colour);

/* Lines between these two are painted on a veil, where the strongest colour wins: many faint lines that touch make one
 * faint line without knots. lift lays it over the picture. ORR_E_MEMORY. */
int32_t orr__canvas_veil(orr__canvas *canvas);
void orr__canvas_lift(orr__canvas *canvas);

/* mask: coverage of `width` times `height` pixels, 0 to 255, its first row above. */
void orr__canvas_mask(orr__canvas *canvas, int32_t x, int32_t y, const uint8_t *mask, int32_t width, int32_t height,
                      uint32_t colour);

/* A raster of cells, row 0 below, over a rectangle of the picture (left < right, top < bottom). Cells larger than a
 * pixel have sharp edges; of smaller ones the mean is shown. */
typedef struct orr__raster {
    const uint8_t *steps; /* [height * width] */
    uint32_t width, height;
    uint32_t first_row; /* steps begin with this row */
    const uint32_t *palette;
    double left, top, right, bottom;
} orr__raster;
/* The rows that are seen, first to past the last: others need not be there. False: none. */
bool orr__raster_seen(const orr__canvas *canvas, const orr__raster *raster, uint32_t *first, uint32_t *last);
int32_t orr__canvas_raster(orr__canvas *canvas, const orr__raster *raster);

/* ---- for those who paint ---- */

/* amount: 0 to 256 of `over`. */
static inline uint32_t orr__mix(uint32_t under, uint32_t over, uint32_t amount)
{
    const uint32_t rest = 256 - amount;
    const uint32_t low = ((under & 0xff00ffu) * rest + (over & 0xff00ffu) * amount) >> 8 & 0xff00ffu;
    const uint32_t high = ((under >> 8 & 0xff00ffu) * rest + (over >> 8 & 0xff00ffu) * amount) & 0xff00ff00u;
    return low | high;
}

/* Asks for the pixels around shape `i` of a batch: places are anywhere in the picture, and waiting for memory would take
 * most of the time. */
static inline void orr__canvas_ask(const orr__canvas *canvas, const orr__shapes *shapes, uint64_t i, float reach)
{
    if (i >= shapes->count) return;
    const float x = shapes->x[i] - reach, y = shapes->y[i] - reach;
    if (!(x >= 0 && x < (float)canvas->width && y >= 0 && y < (float)canvas->height)) return;
    const int32_t rows = (int32_t)(2 * reach) + 2, top = (int32_t)y;
    const uint32_t *at = canvas->pixels + (size_t)top * (size_t)canvas->width + (int32_t)x;
    for (int32_t k = 0; k < rows && top + k < canvas->height; k++, at += canvas->width) __builtin_prefetch(at, 1);
}
enum { ORR__ASK_AHEAD = 6 }; /* shapes */
#define ORR__ASK_REACH 12.0f /* of larger ones the memory system sees by itself what comes */

static inline uint32_t orr__opaque(uint32_t rgba)
{
    return rgba >> 8 | 0xff000000u;
}

/* 0 to 256 from the alpha of a colour. */
static inline uint32_t orr__amount_of(uint32_t rgba)
{
    const uint32_t alpha = rgba & 0xffu;
    return alpha + (alpha >> 7);
}

#endif
