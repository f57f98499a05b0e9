#include "view/layer.h"

#include <math.h>

#include "base/error.h"
#include "ecs/entity.h"

/* ---- one line ---- */

static float nearest_image(float from, float to, float length)
{
    return to - length * floorf((to - from) / length + 0.5f);
}

/* Parts of it within the tile: the line as it is, and moved by one tile where it reaches beyond. */
static void line_on_torus(const orr__pass *pass, float x0, float y0, float x1, float y1, float width, uint32_t colour)
{
    const orr__tile *t = &pass->tile;
    const float right = t->left + t->width, bottom = t->top + t->height;
    x1 = nearest_image(x0, x1, t->width);
    y1 = nearest_image(y0, y1, t->height);
    const float left_end = fminf(x0, x1) - width, right_end = fmaxf(x0, x1) + width;
    const float top_end = fminf(y0, y1) - width, bottom_end = fmaxf(y0, y1) + width;
    for (int32_t j = -1; j <= 1; j++) {
        for (int32_t i = -1; i <= 1; i++) {
            const float dx = (float)i * t->width, dy = (float)j * t->height;
            if (right_end + dx < t->left || left_end + dx > right) continue;
            if (bottom_end + dy < t->top || top_end + dy > bottom) continue;
            orr__canvas_line(pass->canvas, x0 + dx, y0 + dy, x1 + dx, y1 + dy, width, colour);
        }
    }
}

void orr__pass_line(const orr__pass *pass, float x0, float y0, float x1, float y1, float width, uint32_t colour)
{
    if (pass->tile.on)
        line_on_torus(pass, x0, y0, x1, y1, width, colour);
    else
        orr__canvas_line(pass->canvas, x0, y0, x1, y1, width, colour);
}

/* ---- lines to the row of an entity ---- */

/* Rows by the index of their entity. */
typedef struct row_index {
    uint32_t *row; /* [span] row + 1; 0: none */
    uint64_t span;
    const orr_entity *entities;
} row_index;

static uint64_t slot_of(orr_entity entity)
{
    return entity >> ORR__GENERATION_BITS;
}

static int32_t make_index(const orr__pass *pass, uint32_t subscription, row_index *out)
{
    uint64_t count;
    out->entities = orr_mail_entities(pass->state, subscription, &count);
    out->span = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (slot_of(out->entities[i]) >= out->span) out->span = slot_of(out->entities[i]) + 1;
    }
    out->row = orr__pass_room(pass, out->span * sizeof *out->row);
    if (!out->row) return ORR_E_MEMORY;
    for (uint64_t k = 0; k < out->span; k++) out->row[k] = 0;
    for (uint64_t i = 0; i < count; i++) out->row[slot_of(out->entities[i])] = (uint32_t)i + 1;
    return ORR_OK;
}

/* Ends that are rows of layer `other`; how many of the rest are left. */
static int32_t find_ends(const orr__pass *pass, uint32_t other, const orr_entity *to, float *x, float *y,
                         uint64_t *missing)
{
    row_index index;
    orr__pass of = *pass;
    of.index = other;
    of.layer = &pass->show->scene->desc.layers[other];
    of.count = orr_mail_count(pass->state, pass->show->subscription[other]);
    if (make_index(pass, pass->show->subscription[other], &index) != ORR_OK) return ORR_E_MEMORY;
    const float *at_x = other == pass->index ? pass->x : orr__pass_x(&of, &of.layer->x);
    const float *at_y = other == pass->index ? pass->y : orr__pass_y(&of, &of.layer->y);
    if (!at_x || !at_y) return ORR_E_MEMORY;
    *missing = 0;
    for (uint64_t i = 0; i < pass->count; i++) {
        if (x[i] == x[i] || !to[i]) continue;
        const uint32_t row = slot_of(to[i]) < index.span ? index.row[slot_of(to[i])] : 0;
        if (!row || index.entities[row - 1] != to[i]) {
            ++*missing;
            continue;
        }
        x[i] = at_x[row - 1];
        y[i] = at_y[row - 1];
    }
    return ORR_OK;
}

/* The end of each line: of the layer's own rows, or else of any other's. NaN where the entity is not shown. */
static int32_t gather_ends(const orr__pass *pass, float *x, float *y)
{
    const orr_scene_desc *scene = &pass->show->scene->desc;
    const orr_entity *to = orr_mail_column(pass->state, pass->show->subscription[pass->index], pass->layer->to, NULL);
    uint64_t missing = pass->count;
    for (uint64_t i = 0; i < pass->count; i++) x[i] = y[i] = NAN;
    if (!to) return orr__error_code();
    int32_t code = find_ends(pass, pass->index, to, x, y, &missing);
    for (uint32_t k = 0; k < scene->layer_count && missing && code == ORR_OK; k++) {
        if (k == pass->index || scene->layers[k].kind == ORR_LAYER_LATTICE) continue;
        code = find_ends(pass, k, to, x, y, &missing);
    }
    return code;
}

int32_t orr__layer_lines(orr__pass *pass)
{
    const orr_layer *layer = pass->layer;
    float *x, *y;
    if (layer->to.component) {
        x = orr__pass_room(pass, pass->count * sizeof *x);
        y = orr__pass_room(pass, pass->count * sizeof *y);
        if (!x || !y || gather_ends(pass, x, y) != ORR_OK) return ORR_E_MEMORY;
    } else {
        x = orr__pass_x(pass, &layer->x2);
        y = orr__pass_y(pass, &layer->y2);
    }
    const float *width = orr__pass_amount(pass, &layer->size, orr__pass_unit(pass), 0);
    if (!x || !y || !width) return ORR_E_MEMORY;
    for (uint64_t i = 0; i < pass->count; i++) {
        const uint32_t colour = pass->ramp->palette[pass->steps ? pass->steps[i] : 0];
        orr__pass_line(pass, pass->x[i], pass->y[i], x[i], y[i], width[i], colour);
    }
    return ORR_OK;
}

/* ---- trails ---- */

/* Pieces shorter than this many pixels are left out: the next one begins where this one does. */
#define PIECE_LEAST 1.5f

typedef struct pen {
    float x, y, strength;
} pen;

static pen pen_at(const orr__pass *pass, uint32_t slot, uint32_t column)
{
    const orr__camera *c = pass->camera;
    const float *place = orr__trail_place(pass->trail, slot, column);
    double x, y;
    orr__camera_to_picture(c, (double)place[0], (double)place[1], &x, &y);
    return (pen){ (float)x, (float)y, orr__trail_strength(pass->trail, column) };
}

static void draw_trail(const orr__pass *pass, uint32_t slot, float unit)
{
    const orr__trail_slot *s = &pass->trail->slots[slot];
    const uint32_t colour = pass->ramp->palette[s->step];
    uint32_t from, to;
    if (!orr__trail_span(pass->trail, slot, &from, &to)) return;
    pen before = pen_at(pass, slot, from);
    for (uint32_t k = from + 1; k <= to; k++) {
        const pen now = pen_at(pass, slot, k);
        const float moved = fabsf(now.x - before.x) + fabsf(now.y - before.y);
        if (moved < PIECE_LEAST && k < to) continue;
        const float alpha = (float)(colour & 0xff) * (before.strength + now.strength) / 2;
        orr__pass_line(pass, before.x, before.y, now.x, now.y, s->width * unit,
                       (colour & 0xffffff00u) | (uint32_t)(alpha + 0.5f));
        before = now;
    }
}

int32_t orr__layer_trails(orr__pass *pass)
{
    if (orr__canvas_veil(pass->canvas) != ORR_OK) return ORR_E_MEMORY;
    for (uint32_t slot = 0; slot < pass->trail->slot_count; slot++) draw_trail(pass, slot, (float)orr__pass_unit(pass));
    orr__canvas_lift(pass->canvas);
    return ORR_OK;
}
