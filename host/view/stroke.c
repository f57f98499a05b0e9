#include "view/stroke.h"

#include <math.h>

static void outline(orr__canvas *canvas, float left, float top, float right, float bottom, float width, uint32_t colour)
{
    orr__canvas_line(canvas, left - width / 2, top, right + width / 2, top, width, colour);
    orr__canvas_line(canvas, left - width / 2, bottom, right + width / 2, bottom, width, colour);
    orr__canvas_line(canvas, left, top + width / 2, left, bottom - width / 2, width, colour);
    orr__canvas_line(canvas, right, top + width / 2, right, bottom - width / 2, width, colour);
}

int32_t orr__stroke_paint(orr__canvas *canvas, orr__text *text, const orr_stroke *s, const orr__camera *camera)
{
    const double unit = s->on_screen ? camera->scale : camera->zoom, down = s->on_screen ? 1 : -1;
    double x = s->a * camera->scale, y = s->b * camera->scale;
    if (!s->on_screen) orr__camera_to_picture(camera, s->a, s->b, &x, &y);
    const bool line = s->kind == ORR_STROKE_LINE;
    const double to_x = x + (line ? s->c - s->a : s->c) * unit, to_y = y + (line ? s->d - s->b : s->d) * unit * down;
    const float ax = (float)x, ay = (float)y, bx = (float)to_x, by = (float)to_y, radius = (float)(s->c * unit);
    const float width = (float)(s->width * camera->scale);
    switch (s->kind) {
    case ORR_STROKE_LINE: orr__canvas_line(canvas, ax, ay, bx, by, width, s->colour); break;
    case ORR_STROKE_CIRCLE:
        if (s->filled)
            orr__canvas_disc(canvas, ax, ay, radius, s->colour);
        else
            orr__canvas_ring(canvas, ax, ay, radius, width, s->colour);
        break;
    case ORR_STROKE_RECTANGLE:
        if (s->filled)
            orr__canvas_box(canvas, fminf(ax, bx), fminf(ay, by), fmaxf(ax, bx), fmaxf(ay, by), s->colour);
        else
            outline(canvas, fminf(ax, bx), fminf(ay, by), fmaxf(ax, bx), fmaxf(ay, by), width, s->colour);
        break;
    default: return s->text ? orr__text_paint(text, canvas, s->text, ax, ay, 0, width, s->colour) : ORR_OK;
    }
    return ORR_OK;
}
