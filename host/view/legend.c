#include "view/legend.h"

#include <stdio.h>
#include <string.h>

enum { MARGIN = 12, PADDING = 8, LINE = 16, FONT = 12, BAR = 160, BAR_HEIGHT = 10, SWATCH = 10, SWATCHES_MOST = 16 };

typedef struct legend {
    orr__canvas *canvas;
    orr__text *text;
    float scale;
    uint32_t ink, paper;
    const orr_paint *paint;
    const orr__ramp *ramp;
} legend;

/* ---- what is written ---- */

static void number(double value, char *out, size_t bytes)
{
    snprintf(out, bytes, "%.4g", value);
}

/* Label `k` of the counted colours: a line of the paint's labels, or the number itself. */
static void label(const legend *l, uint32_t k, char *out, size_t bytes)
{
    const char *at = l->paint->labels;
    for (uint32_t i = 0; at && i < k; i++) {
        at = strchr(at, '\n');
        if (at) at++;
    }
    if (!at)
        snprintf(out, bytes, "%u", (unsigned)k);
    else
        snprintf(out, bytes, "%.*s", (int)strcspn(at, "\n"), at);
}

static bool has_swatches(const legend *l)
{
    return l->ramp->counted && l->paint->colour_count <= SWATCHES_MOST;
}

/* ---- room ---- */

static float width_of(const legend *l)
{
    const float font = FONT * l->scale;
    float width = orr__text_width(l->text, l->paint->legend, font);
    if (!has_swatches(l)) return width > BAR * l->scale ? width : BAR * l->scale;
    for (uint32_t k = 0; k < l->paint->colour_count; k++) {
        char line[200];
        label(l, k, line, sizeof line);
        const float mine = (SWATCH + PADDING) * l->scale + orr__text_width(l->text, line, font);
        if (mine > width) width = mine;
    }
    return width;
}

static float height_of(const legend *l)
{
    const uint32_t lines = has_swatches(l) ? l->paint->colour_count : 1;
    return ((float)LINE * (float)(1 + lines) + (has_swatches(l) ? 0 : BAR_HEIGHT + 2)) * l->scale;
}

/* ---- painting ---- */

static int32_t line(const legend *l, const char *text, float x, float y, float align)
{
    return orr__text_paint(l->text, l->canvas, text, x, y, align, FONT * l->scale, l->ink);
}

static int32_t paint_bar(const legend *l, float x, float y, float width)
{
    const float height = BAR_HEIGHT * l->scale;
    char least[40], most[40];
    for (uint32_t i = 0; i <= ORR__STEP_LAST; i++) {
        const float left = x + width * (float)i / (ORR__STEP_LAST + 1),
                    right = x + width * (float)(i + 1) / (ORR__STEP_LAST + 1);
        orr__canvas_box(l->canvas, left, y, right > left + 1 ? right : left + 1, y + height,
                        l->ramp->palette[i] | 0xff);
    }
    number(l->ramp->min, least, sizeof least);
    number(l->ramp->max, most, sizeof most);
    y += height + (2 + (float)LINE / 2) * l->scale;
    const int32_t code = line(l, least, x, y, 0);
    return code == ORR_OK ? line(l, most, x + width, y, 1) : code;
}

static int32_t paint_swatches(const legend *l, float x, float y)
{
    const float side = SWATCH * l->scale;
    int32_t code = ORR_OK;
    for (uint32_t k = 0; k < l->paint->colour_count && code == ORR_OK; k++) {
        char text[200];
        const float middle = y + ((float)k + 0.5f) * LINE * l->scale;
        label(l, k, text, sizeof text);
        orr__canvas_box(l->canvas, x, middle - side / 2, x + side, middle + side / 2, l->paint->colours[k] | 0xff);
        code = line(l, text, x + side + PADDING * l->scale, middle, 0);
    }
    return code;
}

/* With its lower edge at `bottom`; moves that up. */
static int32_t paint_one(const legend *l, float *bottom)
{
    const float s = l->scale, width = width_of(l), height = height_of(l), pad = PADDING * s;
    const float left = (float)l->canvas->width - MARGIN * s - width - 2 * pad, top = *bottom - height - 2 * pad;
    if (top < MARGIN * s || left < MARGIN * s) return ORR_OK;
    orr__canvas_box(l->canvas, left, top, left + width + 2 * pad, *bottom, l->paper);
    int32_t code = line(l, l->paint->legend, left + pad, top + pad + (float)LINE / 2 * s, 0);
    const float y = top + pad + LINE * s;
    if (code == ORR_OK) code = has_swatches(l) ? paint_swatches(l, left + pad, y) : paint_bar(l, left + pad, y, width);
    *bottom = top - PADDING * s;
    return code;
}

static bool is_light(uint32_t rgba)
{
    return (rgba >> 24) * 3 + (rgba >> 16 & 0xff) * 6 + (rgba >> 8 & 0xff) > 1280;
}

int32_t orr__legends_paint(orr__canvas *canvas, orr__text *text, const orr_scene_desc *scene, const orr__ramp *ramps,
                           double scale)
{
    const bool light = is_light(scene->background);
    legend l = { .canvas = canvas, .text = text, .scale = (float)scale, .ink = light ? 0x1b1f24ffu : 0xd7dde4ffu };
    l.paper = light ? 0xffffffc0u : 0x0a0d12c0u;
    float bottom = (float)canvas->height - MARGIN * l.scale;
    int32_t code = ORR_OK;
    for (uint32_t i = 0; i < scene->layer_count && code == ORR_OK; i++) {
        l.paint = &scene->layers[i].paint;
        l.ramp = &ramps[i];
        if (l.paint->legend) code = paint_one(&l, &bottom);
    }
    return code;
}
