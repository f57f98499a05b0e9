#include <math.h>

#include "view/canvas.h"

/* Triangles and thick lines: what lies inside of three or four straight edges. An edge is nx * x + ny * y + c, the
 * distance from it in pixels, positive inside; a pixel is covered by as much as its middle is inside of all of them,
 * half of it on an edge. */

enum { EDGES_MOST = 4 };

typedef struct edge {
    float nx, ny, c;
} edge;

typedef struct convex {
    edge edges[EDGES_MOST];
    uint32_t count;
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

static int32_t limit(float at, int32_t least, int32_t most)
{
    return at <= (float)least ? least : at >= (float)most ? most : (int32_t)at;
}

/* Where a row enters and leaves the shape. */
static void cut(const convex *shape, float y, float *from, float *to)
{
    float left = shape->left, right = shape->right;
    for (uint32_t k = 0; k < shape->count; k++) {
        const edge e = shape->edges[k];
        const float rest = e.ny * y + e.c + 0.5f; /* of the distance, without x; 0 where the soft edge ends */
        if (e.nx > 1e-6f)
            left = at_least(left, -rest / e.nx);
        else if (e.nx < -1e-6f)
            right = at_most(right, -rest / e.nx);
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

static inline float inside(const convex *shape, float x, float y)
{
    float least = 1;
    for (uint32_t k = 0; k < shape->count; k++) {
        const float d = shape->edges[k].nx * x + shape->edges[k].ny * y + shape->edges[k].c + 0.5f;
        least = d < least ? d : least;
    }
    return least > 0 ? least : 0;
}

static void paint(orr__canvas *canvas, const convex *shape, uint32_t colour)
{
    const orr__clip c = canvas->clip;
    const uint32_t over = orr__opaque(colour);
    const float amount = (float)orr__amount_of(colour), alpha = (float)(colour & 0xff);
    if (!(shape->right > (float)c.left && shape->left < (float)c.right && shape->bottom > (float)c.top &&
          shape->top < (float)c.bottom))
        return;
    const int32_t top = limit(floorf(shape->top), c.top, c.bottom);
    const int32_t bottom = limit(ceilf(shape->bottom), c.top, c.bottom);
    const int32_t leftmost = limit(floorf(shape->left), c.left, c.right);
    const int32_t rightmost = limit(ceilf(shape->right), c.left, c.right);
    for (int32_t py = top; py < bottom; py++) {
        const float y = (float)py + 0.5f;
        float from, to;
        cut(shape, y, &from, &to);
        const int32_t left = limit(floorf(from), leftmost, rightmost), right = limit(ceilf(to), leftmost, rightmost);
        uint32_t *row = (canvas->veiled ? canvas->veil : canvas->pixels) + (size_t)py * (size_t)canvas->width;
        for (int32_t px = left; px < right; px++) {
            const float part = inside(shape, (float)px + 0.5f, y);
            if (canvas->veiled) {
                const uint32_t mine = (uint32_t)(part * alpha + 0.5f) << 24;
                if (mine > (row[px] & 0xff000000u)) row[px] = mine | (over & 0xffffffu);
            } else {
                row[px] = orr__mix(row[px], over, (uint32_t)(part * amount + 0.5f));
            }
        }
    }
    if (canvas->veiled) touch(canvas, leftmost, top, rightmost, bottom);
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
                           .count = 3,
                           .left = at_most(p[0], at_most(p[2], p[4])) - 0.5f,
                           .top = at_most(p[1], at_most(p[3], p[5])) - 0.5f,
                           .right = at_least(p[0], at_least(p[2], p[4])) + 0.5f,
                           .bottom = at_least(p[1], at_least(p[3], p[5])) + 0.5f };
    paint(canvas, &shape, colour);
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
                           .count = 4,
                           .left = at_most(x0, x1) - half - 0.5f,
                           .top = at_most(y0, y1) - half - 0.5f,
                           .right = at_least(x0, x1) + half + 0.5f,
                           .bottom = at_least(y0, y1) + half + 0.5f };
    paint(canvas, &shape, colour);
}

void orr__canvas_arrows(orr__canvas *canvas, const orr__shapes *batch, const float *size, const float *hx,
                        const float *hy)
{
    for (uint64_t i = 0; i < batch->count; i++) {
        const float x = batch->x[i], y = batch->y[i], s = size[i], length = sqrtf(hx[i] * hx[i] + hy[i] * hy[i]);
        const float ux = length > 0 ? hx[i] / length * s : s, uy = length > 0 ? hy[i] / length * s : 0;
        if (!(s > 0 && s < 1e9f)) continue;
        const float bx = x - ux * 0.4f, by = y - uy * 0.4f, sx = -uy * 0.36f, sy = ux * 0.36f;
        const float corners[6] = { x + ux * 0.6f, y + uy * 0.6f, bx + sx, by + sy, bx - sx, by - sy };
        orr__canvas_triangle(canvas, corners, batch->palette[batch->steps ? batch->steps[i] : 0]);
    }
}
