#include "view/pick.h"

#include "view/gather.h"

enum { BLOCK = 512 }; /* rows that are looked at together */

/* Rows `first` to `first + count - 1` as places on the picture. */
static void places(const orr__source *source, uint64_t first, uint64_t count, double scale, double shift, float *out)
{
    orr__source part = *source;
    if (part.data) part.data = (const char *)source->data + first * orr_type_bytes(source->type);
    orr__gather_line(&part, count, scale, shift, out);
}

/* The row of a layer that is nearest to the point, and nearer than *best, which is then its distance squared. */
static bool nearest_row(const orr__source at[2], uint64_t count, const orr__camera *camera, double x, double y,
                        double *best, uint64_t *row)
{
    const double left = orr__camera_shift_x(camera) - x, top = orr__camera_shift_y(camera) - y;
    bool found = false;
    float px[BLOCK], py[BLOCK];
    for (uint64_t first = 0; first < count; first += BLOCK) {
        const uint64_t many = count - first < BLOCK ? count - first : BLOCK;
        places(&at[0], first, many, camera->zoom, left, px);
        places(&at[1], first, many, -camera->zoom, top, py);
        for (uint64_t i = 0; i < many; i++) {
            const double d2 = (double)px[i] * (double)px[i] + (double)py[i] * (double)py[i];
            if (!(d2 <= *best)) continue;
            *best = d2;
            *row = first + i;
            found = true;
        }
    }
    return found;
}

orr_entity orr__pick_near(const orr__show *show, const orr_mail *state, const orr__camera *camera, double x, double y,
                          double reach)
{
    orr_entity nearest = 0;
    double best = reach * reach;
    const orr_scene_desc *scene = &show->scene->desc;
    for (uint32_t i = 0; i < scene->layer_count; i++) {
        const orr_layer *layer = &scene->layers[i];
        if (layer->kind == ORR_LAYER_LATTICE) continue;
        const orr_entity *entities = orr_mail_entities(state, show->subscription[i], NULL);
        const orr__source at[] = { orr__gather_source(show, state, i, &layer->x),
                                   orr__gather_source(show, state, i, &layer->y) };
        uint64_t row = 0;
        if (nearest_row(at, orr_mail_count(state, show->subscription[i]), camera, x, y, &best, &row))
            nearest = entities[row];
    }
    return nearest;
}

bool orr__pick_find(const orr__show *show, const orr_mail *state, orr_entity entity, double *x, double *y)
{
    const orr_scene_desc *scene = &show->scene->desc;
    for (uint32_t i = 0; i < scene->layer_count; i++) {
        const orr_layer *layer = &scene->layers[i];
        if (layer->kind == ORR_LAYER_LATTICE) continue;
        const orr_entity *entities = orr_mail_entities(state, show->subscription[i], NULL);
        const uint64_t count = orr_mail_count(state, show->subscription[i]);
        for (uint64_t row = 0; row < count; row++) {
            if (entities[row] != entity) continue;
            const orr__source sx = orr__gather_source(show, state, i, &layer->x);
            const orr__source sy = orr__gather_source(show, state, i, &layer->y);
            *x = (double)orr__gather_one(&sx, row);
            *y = (double)orr__gather_one(&sy, row);
            return true;
        }
    }
    return false;
}
