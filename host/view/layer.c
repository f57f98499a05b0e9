#include "view/layer.h"

#include <math.h>
#include <stdio.h>

#include "base/os.h"

/* ---- gathering ---- */

void *orr__pass_room(const orr__pass *pass, size_t bytes)
{
    return orr__arena_new(pass->arena, bytes ? bytes : 1, 64);
}

float *orr__pass_amount(const orr__pass *pass, const orr_amount *amount, double scale, double shift)
{
    const uint64_t start = orr__clock_ns();
    float *out = orr__pass_room(pass, pass->count * sizeof *out);
    const orr__source source = orr__gather_source(pass->show, pass->state, pass->index, amount);
    if (out) orr__gather_line(&source, pass->count, scale, shift, out);
    *pass->gather_ns += orr__clock_ns() - start;
    return out;
}

float *orr__pass_x(const orr__pass *pass, const orr_amount *amount)
{
    const orr__camera *c = pass->camera;
    return orr__pass_amount(pass, amount, c->zoom, orr__camera_shift_x(c));
}

float *orr__pass_y(const orr__pass *pass, const orr_amount *amount)
{
    const orr__camera *c = pass->camera;
    return orr__pass_amount(pass, amount, -c->zoom, orr__camera_shift_y(c));
}

double orr__pass_unit(const orr__pass *pass)
{
    return pass->layer->world_units ? pass->camera->zoom : pass->camera->scale;
}

static int32_t gather_colours(orr__pass *pass)
{
    const uint64_t start = orr__clock_ns();
    const orr_amount amount = { .field = pass->layer->paint.field };
    const orr__source source = orr__gather_source(pass->show, pass->state, pass->index, &amount);
    orr__ramp_make(pass->ramp, &pass->layer->paint, pass->state, &source, pass->count);
    pass->steps = NULL;
    if (!source.data) return ORR_OK;
    uint8_t *steps = orr__pass_room(pass, pass->count);
    if (!steps) return ORR_E_MEMORY;
    orr__gather_steps(&source, 0, pass->count, pass->ramp->min, pass->ramp->max, steps);
    pass->steps = steps;
    *pass->gather_ns += orr__clock_ns() - start;
    return ORR_OK;
}

int32_t orr__layer_gather(orr__pass *pass)
{
    pass->count = orr_mail_count(pass->state, pass->show->subscription[pass->index]);
    pass->x = orr__pass_x(pass, &pass->layer->x);
    pass->y = orr__pass_y(pass, &pass->layer->y);
    return pass->x && pass->y ? gather_colours(pass) : ORR_E_MEMORY;
}

/* ---- shapes ---- */

enum { NUMBERS = 3 };

/* Rows to be drawn, with what their kind needs besides: the size, and the heading of triangles. */
typedef struct shapes {
    orr__shapes batch;
    const float *numbers[NUMBERS]; /* NULL: not needed */
} shapes;

/* A float is exact as a whole number up to 2^24: those are shown with all digits. */
static void write_number(double value, char *out, size_t bytes)
{
    const bool whole = fabs(value) <= 16777216.0 && value == floor(value);
    snprintf(out, bytes, whole ? "%.0f" : "%.6g", value + 0.0);
}

static int32_t paint_text(orr__pass *pass, const shapes *s)
{
    const float *values = s->numbers[1];
    for (uint64_t i = 0; i < s->batch.count; i++) {
        char number[40];
        const uint32_t colour = s->batch.palette[s->batch.steps ? s->batch.steps[i] : 0];
        if (!pass->layer->text) write_number((double)values[i], number, sizeof number);
        const char *line = pass->layer->text ? pass->layer->text : number;
        const int32_t code = orr__text_paint(pass->text, pass->canvas, line, s->batch.x[i], s->batch.y[i], 0.5f,
                                             s->numbers[0][i], colour);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

static int32_t paint(orr__pass *pass, const shapes *s)
{
    switch (pass->layer->kind) {
    case ORR_LAYER_POINTS:
        if (pass->layer->shape != ORR_SHAPE_SQUARE) return orr__canvas_discs(pass->canvas, &s->batch, s->numbers[0]);
        orr__canvas_boxes(pass->canvas, &s->batch, s->numbers[0], s->numbers[0], !pass->layer->world_units);
        return ORR_OK;
    case ORR_LAYER_TRIANGLES:
        orr__canvas_arrows(pass->canvas, &s->batch, s->numbers[0], s->numbers[1], s->numbers[2]);
        return ORR_OK;
    case ORR_LAYER_RECTANGLES:
        orr__canvas_boxes(pass->canvas, &s->batch, s->numbers[0], s->numbers[1], false);
        return ORR_OK;
    default: return paint_text(pass, s);
    }
}

/* ---- the torus ---- */

static float held(float at, float start, float length)
{
    return at >= start && at < start + length ? at : at - floorf((at - start) / length) * length;
}

/* Where else a shape is to be seen: what sticks out on one side comes in on the other. */
static uint32_t copies(const orr__tile *t, float x, float y, float reach, float out[3][2])
{
    const float dx = x - reach < t->left ? t->width : x + reach > t->left + t->width ? -t->width : 0;
    const float dy = y - reach < t->top ? t->height : y + reach > t->top + t->height ? -t->height : 0;
    uint32_t count = 0;
    for (uint32_t k = 1; k < 4; k++) {
        if ((k & 1 && dx == 0) || (k & 2 && dy == 0)) continue;
        out[count][0] = x + (k & 1 ? dx : 0);
        out[count++][1] = y + (k & 2 ? dy : 0);
    }
    return count;
}

static float reach_of(const orr__pass *pass, const shapes *s, uint64_t i)
{
    const float size = s->numbers[0][i];
    return (pass->layer->kind == ORR_LAYER_RECTANGLES ? fmaxf(size, s->numbers[1][i]) / 2 : size * 0.7f) + 1;
}

static int32_t paint_copies(orr__pass *pass, const shapes *s)
{
    uint64_t count = 0;
    float at[3][2];
    for (uint64_t i = 0; i < s->batch.count; i++) {
        pass->x[i] = held(pass->x[i], pass->tile.left, pass->tile.width);
        pass->y[i] = held(pass->y[i], pass->tile.top, pass->tile.height);
        count += copies(&pass->tile, pass->x[i], pass->y[i], reach_of(pass, s, i), at);
    }
    float *numbers[2 + NUMBERS];
    for (uint32_t k = 0; k < 2 + NUMBERS; k++) {
        numbers[k] = orr__pass_room(pass, count * sizeof **numbers);
        if (!numbers[k]) return ORR_E_MEMORY;
    }
    uint8_t *steps = orr__pass_room(pass, count);
    if (!steps) return ORR_E_MEMORY;
    uint64_t n = 0;
    for (uint64_t i = 0; i < s->batch.count; i++) {
        const uint32_t many = copies(&pass->tile, pass->x[i], pass->y[i], reach_of(pass, s, i), at);
        for (uint32_t k = 0; k < many; k++, n++) {
            numbers[0][n] = at[k][0];
            numbers[1][n] = at[k][1];
            for (uint32_t j = 0; j < NUMBERS; j++) numbers[2 + j][n] = s->numbers[j] ? s->numbers[j][i] : 0;
            steps[n] = s->batch.steps ? s->batch.steps[i] : 0;
        }
    }
    shapes more = { .batch = { n, numbers[0], numbers[1], steps, s->batch.palette } };
    for (uint32_t j = 0; j < NUMBERS; j++) more.numbers[j] = numbers[2 + j];
    const int32_t code = paint(pass, s);
    return code == ORR_OK ? paint(pass, &more) : code;
}

/* ---- rows ---- */

/* Picture's y points down. */
static int32_t gather_heading(const orr__pass *pass, shapes *s)
{
    float *hx = orr__pass_amount(pass, &pass->layer->heading_x, 1, 0);
    float *hy = orr__pass_amount(pass, &pass->layer->heading_y, -1, 0);
    if (!hx || !hy) return ORR_E_MEMORY;
    for (uint64_t i = 0; pass->layer->heading_is_angle && i < pass->count; i++) {
        hy[i] = -sinf(hx[i]);
        hx[i] = cosf(hx[i]);
    }
    s->numbers[1] = hx;
    s->numbers[2] = hy;
    return ORR_OK;
}

int32_t orr__layer_rows(orr__pass *pass)
{
    const orr_layer *layer = pass->layer;
    const double unit = orr__pass_unit(pass);
    shapes s = { .batch = { pass->count, pass->x, pass->y, pass->steps, pass->ramp->palette } };
    const bool box = layer->kind == ORR_LAYER_RECTANGLES;
    s.numbers[0] = orr__pass_amount(pass, box ? &layer->width : &layer->size, unit, 0);
    if (!s.numbers[0]) return ORR_E_MEMORY;
    if (box) s.numbers[1] = orr__pass_amount(pass, &layer->height, unit, 0);
    if (layer->kind == ORR_LAYER_TEXT) s.numbers[1] = orr__pass_amount(pass, &layer->value, 1, 0);
    if (layer->kind == ORR_LAYER_TRIANGLES && gather_heading(pass, &s) != ORR_OK) return ORR_E_MEMORY;
    if ((box || layer->kind == ORR_LAYER_TEXT) && !s.numbers[1]) return ORR_E_MEMORY;
    return pass->tile.on ? paint_copies(pass, &s) : paint(pass, &s);
}
