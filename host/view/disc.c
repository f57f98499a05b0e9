#include "view/disc.h"

#include <math.h>
#include <string.h>

#include "view/canvas.h"

enum { PLACES = 4, PARTS = 8, RADIUS_MOST = 12, RADII = RADIUS_MOST * PARTS + 1, DISCS = RADII * PLACES * PLACES };

static float share(float inside)
{
    return inside <= 0 ? 0 : inside >= 1 ? 1 : inside;
}

/* ---- small ones: masks ---- */

static const orr__disc *make(orr__canvas *canvas, uint32_t index)
{
    const uint32_t part = index / (PLACES * PLACES), row = index / PLACES % PLACES, column = index % PLACES;
    const float radius = (float)part / PARTS;
    const float x = ((float)column + 0.5f) / PLACES, y = ((float)row + 0.5f) / PLACES;
    const int32_t left = (int32_t)floorf(x - radius), right = (int32_t)ceilf(x + radius);
    const int32_t top = (int32_t)floorf(y - radius), bottom = (int32_t)ceilf(y + radius);
    const size_t pixels = (size_t)(right - left) * (size_t)(bottom - top);
    orr__disc *disc = orr__arena_new(&canvas->masks, sizeof *disc + pixels, 0);
    if (!disc) return NULL;
    *disc = (orr__disc){ left, top, right - left, bottom - top };
    uint8_t *to = disc->mask;
    for (int32_t py = top; py < bottom; py++) {
        for (int32_t px = left; px < right; px++) {
            const float dx = (float)px + 0.5f - x, dy = (float)py + 0.5f - y;
            *to++ = (uint8_t)(255 * share(radius + 0.5f - sqrtf(dx * dx + dy * dy)) + 0.5f);
        }
    }
    canvas->discs[index] = disc;
    return disc;
}

/* x and y are above -64, so that a cast rounds down. */
static int32_t whole(float at)
{
    return (int32_t)(at + 64) - 64;
}

static const orr__disc *find(orr__canvas *canvas, float x, float y, float radius)
{
    const uint32_t r = (uint32_t)(radius * PARTS + 0.5f), px = (uint32_t)((x - (float)whole(x)) * PLACES);
    const uint32_t py = (uint32_t)((y - (float)whole(y)) * PLACES);
    const uint32_t index = (r * PLACES + (py < PLACES ? py : PLACES - 1)) * PLACES + (px < PLACES ? px : PLACES - 1);
    return canvas->discs[index] ? canvas->discs[index] : make(canvas, index);
}

/* All of it is inside of the clip, and opaque. width is a constant where this is called. */
static inline void stamp_rows(uint32_t *to, size_t row, const uint8_t *mask, int32_t width, int32_t height,
                              uint32_t over)
{
    for (int32_t y = 0; y < height; y++, to += row, mask += width) {
        for (int32_t x = 0; x < width; x++) to[x] = orr__mix(to[x], over, mask[x] + (uint32_t)(mask[x] >> 7));
    }
}

static void stamp(orr__canvas *canvas, const orr__disc *disc, int32_t x, int32_t y, uint32_t colour)
{
    const orr__clip c = canvas->clip;
    const int32_t left = x + disc->dx, top = y + disc->dy;
    if ((colour & 0xff) != 0xff || left < c.left || top < c.top || left + disc->width > c.right ||
        top + disc->height > c.bottom) {
        orr__canvas_mask(canvas, left, top, disc->mask, disc->width, disc->height, colour);
        return;
    }
    const size_t row = (size_t)canvas->width;
    uint32_t *to = canvas->pixels + (size_t)top * row + left;
    switch (disc->width) {
    case 2: stamp_rows(to, row, disc->mask, 2, disc->height, orr__opaque(colour)); break;
    case 3: stamp_rows(to, row, disc->mask, 3, disc->height, orr__opaque(colour)); break;
    case 4: stamp_rows(to, row, disc->mask, 4, disc->height, orr__opaque(colour)); break;
    default: stamp_rows(to, row, disc->mask, disc->width, disc->height, orr__opaque(colour)); break;
    }
}

/* ---- large ones: row by row ---- */

static void fill_row(uint32_t *row, int32_t from, int32_t to, uint32_t over, uint32_t amount)
{
    for (int32_t x = from; x < to; x++) row[x] = orr__mix(row[x], over, amount);
}

static int32_t limit(float at, int32_t least, int32_t most)
{
    return at <= (float)least ? least : at >= (float)most ? most : (int32_t)at;
}

/* From `inner` (0: a disc) to `radius`. */
static void paint_large(orr__canvas *canvas, float x, float y, float inner, float radius, uint32_t colour)
{
    const orr__clip c = canvas->clip;
    const uint32_t over = orr__opaque(colour), amount = orr__amount_of(colour);
    const int32_t bottom = limit(ceilf(y + radius + 0.5f), c.top, c.bottom);
    for (int32_t py = limit(floorf(y - radius - 0.5f), c.top, c.bottom); py < bottom; py++) {
        const float dy = (float)py + 0.5f - y, outer = radius + 0.5f, solid = radius - 0.5f;
        uint32_t *row = canvas->pixels + (size_t)py * (size_t)canvas->width;
        if (outer * outer <= dy * dy) continue;
        const float reach = sqrtf(outer * outer - dy * dy);
        const float sure = inner > 0 || solid * solid <= dy * dy ? 0 : sqrtf(solid * solid - dy * dy);
        const int32_t left = limit(floorf(x - reach), c.left, c.right),
                      right = limit(ceilf(x + reach), c.left, c.right);
        const int32_t from = limit(ceilf(x - sure), left, right), to = limit(floorf(x + sure), from, right);
        if (sure > 0) fill_row(row, from, to, over, amount);
        for (int32_t px = left; px < right; px++) {
            if (px == from && sure > 0 && to > from) px = to;
            if (px >= right) break;
            const float dx = (float)px + 0.5f - x, distance = sqrtf(dx * dx + dy * dy);
            const float part = share(radius + 0.5f - distance) * (inner > 0 ? share(distance + 0.5f - inner) : 1);
            row[px] = orr__mix(row[px], over, (uint32_t)(part * (float)amount + 0.5f));
        }
    }
}

static bool is_seen(const orr__canvas *canvas, float x, float y, float reach)
{
    const orr__clip c = canvas->clip; /* with NaN all of these are false */
    return x + reach > (float)c.left && x - reach < (float)c.right && y + reach > (float)c.top &&
           y - reach < (float)c.bottom && reach < 1e9f;
}

void orr__canvas_disc(orr__canvas *canvas, float x, float y, float radius, uint32_t colour)
{
    if (radius > 0 && is_seen(canvas, x, y, radius + 1)) paint_large(canvas, x, y, 0, radius, colour);
}

void orr__canvas_ring(orr__canvas *canvas, float x, float y, float radius, float width, uint32_t colour)
{
    const float outer = radius + width / 2, inner = fmaxf(radius - width / 2, 0.01f);
    if (outer > 0 && is_seen(canvas, x, y, outer + 1)) paint_large(canvas, x, y, inner, outer, colour);
}

/* A disc of less than a pixel: one of a pixel, as much fainter as it is smaller. */
static uint32_t faint(uint32_t colour, float size)
{
    return (colour & 0xffffff00u) | (uint32_t)((float)(colour & 0xffu) * size * size + 0.5f);
}

int32_t orr__canvas_discs(orr__canvas *canvas, const orr__shapes *batch, const float *size)
{
    if (!canvas->discs) {
        canvas->discs = orr__arena_new(&canvas->masks, DISCS * sizeof *canvas->discs, 0);
        if (!canvas->discs) return ORR_E_MEMORY;
        memset(canvas->discs, 0, DISCS * sizeof *canvas->discs);
    }
    for (uint64_t i = 0; i < batch->count; i++) {
        const float x = batch->x[i], y = batch->y[i];
        float radius = size[i] / 2;
        uint32_t colour = batch->palette[batch->steps ? batch->steps[i] : 0];
        if (i + ORR__ASK_AHEAD < batch->count && size[i + ORR__ASK_AHEAD] < ORR__ASK_REACH)
            orr__canvas_ask(canvas, batch, i + ORR__ASK_AHEAD, size[i + ORR__ASK_AHEAD] / 2);
        if (!(radius > 0) || !is_seen(canvas, x, y, radius + 1)) continue;
        if (radius > RADIUS_MOST) {
            paint_large(canvas, x, y, 0, radius, colour);
            continue;
        }
        if (radius < 0.5f) {
            colour = faint(colour, size[i]);
            radius = 0.5f;
        }
        const orr__disc *disc = find(canvas, x, y, radius);
        if (!disc) return ORR_E_MEMORY;
        stamp(canvas, disc, whole(x), whole(y), colour);
    }
    return ORR_OK;
}
