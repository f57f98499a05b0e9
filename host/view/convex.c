#include <math.h>
#include <string.h>

#include "view/canvas.h"

/* Triangles and thick lines: what lies inside of three or four straight edges. An edge is nx * x + ny * y + c, the
 * distance from it in pixels, positive inside; a pixel is covered by as much as its middle is inside of all of them,
 * half of it on an edge. */

enum { EDGES_MOST = 4, ROOM = 4 };

typedef struct edge {
    float nx, ny, c;
} edge;

typedef struct convex {
    edge edges[EDGES_MOST];
    float left, top, right, bottom; /* around all of it, the soft edge too */
} convex;

static float at_least(float a, float b)
{
    return a > b ? a : b;
}

static float at_most(float a, float b)
{
    return a < b ? a : b;
}

/* Down or up to a whole number from `least` to `most`, which is not negative: without a call of the C library. */
static int32_t down_to(float at, int32_t least, int32_t most)
{
    return at > (float)least ? at < (float)most ? (int32_t)at : most : least;
}

static int32_t up_to(float at, int32_t least, int32_t most)
{
    const int32_t whole = down_to(at, least, most);
    return whole < most && (float)whole < at ? whole + 1 : whole;
}

/* Where a row enters and leaves the shape: from there on the distances of its pixels from all edges are above 0. */
static inline void cut(const convex *shape, uint32_t count, float y, const float inverse[], float *from, float *to)
{
    float left = shape->left, right = shape->right;
    for (uint32_t k = 0; k < count; k++) {
        const edge e = shape->edges[k];
        const float rest = e.ny * y + e.c + 0.5f, at = -rest * inverse[k];
        if (e.nx > 1e-6f)
            left = at_least(left, at);
        else if (e.nx < -1e-6f)
            right = at_most(right, at);
        else if (rest < 0)
            right = left;
    }
    *from = left;
    *to = right;
}

static void touch(orr__canvas *canvas, int32_t left, int32_t top, int32_t right, int32_t bottom)
{
    orr__clip *t = &canvas->touched;
    if (left < t->left) t->left = left;
    if (top < t->top) t->top = top;
    if (right > t->right) t->right = right;
    if (bottom > t->bottom) t->bottom = bottom;
}

/* Four pixels at once: a vector type of the compiler, since of a loop it makes scalars that are read as a vector. */
typedef float four __attribute__((vector_size(16)));
typedef int32_t four_whole __attribute__((vector_size(16)));

static inline four lesser(four a, four b)
{
    const four_whole is = a < b;
    return (four)(((four_whole)a & is) | ((four_whole)b & ~is));
}

/* How much of each of the next pixels is covered, from 0 to `most`. */
static inline void cover(const convex *shape, uint32_t count, float x, float y, float most, int32_t out[ROOM])
{
    const four along = { 0, 1, 2, 3 }, none = { 0, 0, 0, 0 };
    four part = { 1, 1, 1, 1 };
    for (uint32_t k = 0; k < count; k++) {
        const float nx = shape->edges[k].nx, rest = shape->edges[k].ny * y + shape->edges[k].c + 0.5f + nx * x;
        part = lesser(rest + nx * along, part);
    }
    part = (four)((four_whole)part & (part > none));
    const four_whole whole = __builtin_convertvector(part * most + 0.5f, four_whole);
    memcpy(out, &whole, sizeof whole);
}

/* The strongest stays. */
static void veil(uint32_t *to, const int32_t *alpha, int32_t count, uint32_t over)
{
    for (int32_t i = 0; i < count; i++) {
        const uint32_t mine = (uint32_t)alpha[i] << 24;
        if (mine > (to[i] & 0xff000000u)) to[i] = mine | (over & 0xffffffu);
    }
}

/* count is a constant where this is called: the loops over edges are none then. */
static inline void paint(orr__canvas *canvas, const convex *shape, uint32_t count, uint32_t colour)
{
    const orr__clip c = canvas->clip;
    const uint32_t over = orr__opaque(colour);
    const float most = canvas->veiled ? (float)(colour & 0xff) : (float)orr__amount_of(colour);
    float inverse[EDGES_MOST];
    if (!(shape->right > (float)c.left && shape->left < (float)c.right && shape->bottom > (float)c.top &&
          shape->top < (float)c.bottom))
        return;
    for (uint32_t k = 0; k < count; k++) inverse[k] = 1 / shape->edges[k].nx;
    const int32_t top = down_to(shape->top, c.top, c.bottom), bottom = up_to(shape->bottom, c.top, c.bottom);
    for (int32_t py = top; py < bottom; py++) {
        const float y = (float)py + 0.5f;
        float from, to;
        cut(shape, count, y, inverse, &from, &to);
        const int32_t left = down_to(from, c.left, c.right), right = up_to(to, c.left, c.right);
        uint32_t *row = (canvas->veiled ? canvas->veil : canvas->pixels) + (size_t)py * (size_t)canvas->width;
        for (int32_t px = left; px < right; px += ROOM) {
            int32_t parts[ROOM];
            const int32_t some = right - px < ROOM ? right - px : ROOM;
            cover(shape, count, (float)px + 0.5f, y, most, parts);
            if (canvas->veiled) {
                veil(row + px, parts, some, over);
                continue;
            }
            for (int32_t i = 0; i < some; i++) row[px + i] = orr__mix(row[px + i], over, (uint32_t)parts[i]);
        }
    }
    if (canvas->veiled)
        touch(canvas, down_to(shape->left, c.left, c.right), top, up_to(shape->right, c.left, c.right), bottom);
}

static edge edge_between(float ax, float ay, float bx, float by, float sign)
{
    const float dx = bx - ax, dy = by - ay, length = sqrtf(dx * dx + dy * dy);
    const float nx = -dy / length * sign, ny = dx / length * sign;
    return (edge){ nx, ny, -(nx * ax + ny * ay) };
}

void orr__canvas_triangle(orr__canvas *canvas, const float p[6], uint32_t colour)
{
    const float area = (p[2] - p[0]) * (p[5] - p[1]) - (p[4] - p[0]) * (p[3] - p[1]), sign = area < 0 ? -1 : 1;
    if (!(area < -1e-6f || area > 1e-6f)) return;
    const convex shape = { .edges = { edge_between(p[0], p[1], p[2], p[3], sign),
                                      edge_between(p[2], p[3], p[4], p[5], sign),
                                      edge_between(p[4], p[5], p[0], p[1], sign) },
                           .left = at_most(p[0], at_most(p[2], p[4])) - 0.5f,
                           .top = at_most(p[1], at_most(p[3], p[5])) - 0.5f,
                           .right = at_least(p[0], at_least(p[2], p[4])) + 0.5f,
                           .bottom = at_least(p[1], at_least(p[3], p[5])) + 0.5f };
    paint(canvas, &shape, 3, colour);
}

void orr__canvas_line(orr__canvas *canvas, float x0, float y0, float x1, float y1, float width, uint32_t colour)
{
    float dx = x1 - x0, dy = y1 - y0;
    const float length = sqrtf(dx * dx + dy * dy);
    if (!(length < 1e9f && width > 0)) return;
    dx = length > 0 ? dx / length : 1;
    dy = length > 0 ? dy / length : 0;
    if (width < 1) {
        colour = (colour & 0xffffff00u) | (uint32_t)((float)(colour & 0xff) * width + 0.5f);
        width = 1;
    }
    const float half = width / 2, along = dx * x0 + dy * y0, across = -dy * x0 + dx * y0;
    const float ends = canvas->veiled ? 0.5f : 0; /* strokes of a veil overlap, so that no joint shows */
    const convex shape = { .edges = { { -dy, dx, half - across },
                                      { dy, -dx, half + across },
                                      { dx, dy, ends - along },
                                      { -dx, -dy, along + length + ends } },
                           .left = at_most(x0, x1) - half - 0.5f,
                           .top = at_most(y0, y1) - half - 0.5f,
                           .right = at_least(x0, x1) + half + 0.5f,
                           .bottom = at_least(y0, y1) + half + 0.5f };
    paint(canvas, &shape, 4, colour);
}

void orr__canvas_arrows(orr__canvas *canvas, const orr__shapes *batch, const float *size, const float *hx,
                        const float *hy)
{
    for (uint64_t i = 0; i < batch->count; i++) {
        const float x = batch->x[i], y = batch->y[i], s = size[i], length = sqrtf(hx[i] * hx[i] + hy[i] * hy[i]);
        const float ux = length > 0 ? hx[i] / length * s : s, uy = length > 0 ? hy[i] / length * s : 0;
        if (i + ORR__ASK_AHEAD < batch->count && size[i + ORR__ASK_AHEAD] < ORR__ASK_REACH)
            orr__canvas_ask(canvas, batch, i + ORR__ASK_AHEAD, size[i + ORR__ASK_AHEAD] / 2);
        if (!(s > 0 && s < 1e9f)) continue;
        const float bx = x - ux * 0.4f, by = y - uy * 0.4f, sx = -uy * 0.36f, sy = ux * 0.36f;
        const float corners[6] = { x + ux * 0.6f, y + uy * 0.6f, bx + sx, by + sy, bx - sx, by - sy };
        orr__canvas_triangle(canvas, corners, batch->palette[batch->steps ? batch->steps[i] : 0]);
    }
}
