#include "view/canvas.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "view/disc.h"

void orr__canvas_init(orr__canvas *canvas, orr__alloc *alloc)
{
    memset(canvas, 0, sizeof *canvas);
    canvas->alloc = alloc;
    orr__arena_init(&canvas->masks, alloc, 1 << 14);
}

static size_t bytes_of(int32_t width, int32_t height)
{
    return (size_t)width * (size_t)height * sizeof(uint32_t);
}

void orr__canvas_fini(orr__canvas *canvas)
{
    if (!canvas->alloc) return;
    orr__alloc_free(canvas->alloc, canvas->pixels, bytes_of(canvas->width, canvas->height));
    orr__alloc_free(canvas->alloc, canvas->veil, bytes_of(canvas->width, canvas->height));
    orr__arena_fini(&canvas->masks);
    memset(canvas, 0, sizeof *canvas);
}

int32_t orr__canvas_resize(orr__canvas *canvas, uint32_t width, uint32_t height)
{
    if (canvas->pixels && (uint32_t)canvas->width == width && (uint32_t)canvas->height == height) return ORR_OK;
    uint32_t *pixels = orr__alloc_new(canvas->alloc, bytes_of((int32_t)width, (int32_t)height), 64);
    if (!pixels)
        return orr__fail(ORR_E_MEMORY, "no memory for a picture of %u x %u", (unsigned)width, (unsigned)height);
    orr__alloc_free(canvas->alloc, canvas->pixels, bytes_of(canvas->width, canvas->height));
    orr__alloc_free(canvas->alloc, canvas->veil, bytes_of(canvas->width, canvas->height));
    canvas->veil = NULL;
    canvas->veiled = false;
    canvas->pixels = pixels;
    canvas->width = (int32_t)width;
    canvas->height = (int32_t)height;
    orr__canvas_clip(canvas, NULL);
    return ORR_OK;
}

void orr__canvas_clear(orr__canvas *canvas, uint32_t colour)
{
    const uint32_t pixel = orr__opaque(colour);
    const size_t count = (size_t)canvas->width * (size_t)canvas->height;
    for (size_t i = 0; i < count; i++) canvas->pixels[i] = pixel;
}

void orr__canvas_clip(orr__canvas *canvas, const orr__clip *clip)
{
    const orr__clip whole = { 0, 0, canvas->width, canvas->height };
    canvas->clip = whole;
    if (!clip) return;
    if (clip->left > whole.left) canvas->clip.left = clip->left;
    if (clip->top > whole.top) canvas->clip.top = clip->top;
    if (clip->right < whole.right) canvas->clip.right = clip->right;
    if (clip->bottom < whole.bottom) canvas->clip.bottom = clip->bottom;
    if (canvas->clip.right < canvas->clip.left) canvas->clip.right = canvas->clip.left;
    if (canvas->clip.bottom < canvas->clip.top) canvas->clip.bottom = canvas->clip.top;
}

/* ---- boxes ---- */

static void fill(orr__canvas *canvas, orr__clip box, uint32_t colour)
{
    const uint32_t over = orr__opaque(colour), amount = orr__amount_of(colour);
    for (int32_t y = box.top; y < box.bottom; y++) {
        uint32_t *row = canvas->pixels + (size_t)y * (size_t)canvas->width;
        if (amount == 256) {
            for (int32_t x = box.left; x < box.right; x++) row[x] = over;
        } else {
            for (int32_t x = box.left; x < box.right; x++) row[x] = orr__mix(row[x], over, amount);
        }
    }
}

/* To the nearest edge between pixels, within the clip. */
static int32_t edge(float at, int32_t least, int32_t most)
{
    const float whole = floorf(at + 0.5f);
    return whole <= (float)least ? least : whole >= (float)most ? most : (int32_t)whole;
}

void orr__canvas_box(orr__canvas *canvas, float left, float top, float right, float bottom, uint32_t colour)
{
    const orr__clip c = canvas->clip;
    if (!(right > left && bottom > top)) return;
    if (floorf(right + 0.5f) == floorf(left + 0.5f)) right = (left = floorf(left)) + 1;
    if (floorf(bottom + 0.5f) == floorf(top + 0.5f)) bottom = (top = floorf(top)) + 1;
    const orr__clip box = { edge(left, c.left, c.right), edge(top, c.top, c.bottom), edge(right, c.left, c.right),
                            edge(bottom, c.top, c.bottom) };
    if (box.right > box.left && box.bottom > box.top) fill(canvas, box, colour);
}

void orr__canvas_boxes(orr__canvas *canvas, const orr__shapes *batch, const float *width, const float *height,
                       bool steady)
{
    for (uint64_t i = 0; i < batch->count; i++) {
        const uint32_t colour = batch->palette[batch->steps ? batch->steps[i] : 0];
        float left = batch->x[i] - width[i] / 2, top = batch->y[i] - height[i] / 2;
        float right = left + width[i], bottom = top + height[i];
        if (!(width[i] > 0 && height[i] > 0)) continue;
        if (steady) {
            left = floorf(left + 0.5f);
            top = floorf(top + 0.5f);
            right = left + fmaxf(1, floorf(width[i] + 0.5f));
            bottom = top + fmaxf(1, floorf(height[i] + 0.5f));
        }
        orr__canvas_box(canvas, left, top, right, bottom, colour);
    }
}

/* ---- masks ---- */

void orr__canvas_mask(orr__canvas *canvas, int32_t x, int32_t y, const uint8_t *mask, int32_t width, int32_t height,
                      uint32_t colour)
{
    const orr__clip c = canvas->clip;
    const uint32_t over = orr__opaque(colour), amount = orr__amount_of(colour);
    const int32_t first = x < c.left ? c.left - x : 0, last = x + width > c.right ? c.right - x : width;
    for (int32_t k = y < c.top ? c.top - y : 0; k < height && y + k < c.bottom; k++) {
        uint32_t *row = canvas->pixels + (size_t)(y + k) * (size_t)canvas->width;
        const uint8_t *from = mask + (size_t)k * (size_t)width;
        for (int32_t i = first; i < last; i++) {
            const uint32_t m = from[i] + (from[i] >> 7);
            row[x + i] = orr__mix(row[x + i], over, m * amount >> 8);
        }
    }
}

/* ---- the veil ---- */

int32_t orr__canvas_veil(orr__canvas *canvas)
{
    if (!canvas->veil) canvas->veil = orr__alloc_zero(canvas->alloc, bytes_of(canvas->width, canvas->height), 64);
    if (!canvas->veil) return ORR_E_MEMORY;
    canvas->veiled = true;
    canvas->touched = (orr__clip){ canvas->width, canvas->height, 0, 0 };
    return ORR_OK;
}

void orr__canvas_lift(orr__canvas *canvas)
{
    const orr__clip t = canvas->touched;
    canvas->veiled = false;
    for (int32_t y = t.top; y < t.bottom; y++) {
        uint32_t *row = canvas->pixels + (size_t)y * (size_t)canvas->width;
        uint32_t *veil = canvas->veil + (size_t)y * (size_t)canvas->width;
        for (int32_t x = t.left; x < t.right; x++) {
            const uint32_t over = veil[x], alpha = over >> 24;
            if (!over) continue;
            row[x] = orr__mix(row[x], over | 0xff000000u, alpha + (alpha >> 7));
            veil[x] = 0;
        }
    }
}
