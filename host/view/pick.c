#include "view/pick.h"

#include "view/gather.h"

static double at(const orr__source *source, uint64_t row)
{
    float value = 0;
    orr__source one = *source;
    if (one.data) one.data = (const char *)source->data + row * orr_type_bytes(source->type);
    orr__gather_line(&one, 1, 1, 0, &value);
    return (double)value;
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
        const uint64_t count = orr_mail_count(state, show->subscription[i]);
        const orr__source sx = orr__gather_source(show, state, i, &layer->x);
        const orr__source sy = orr__gather_source(show, state, i, &layer->y);
        for (uint64_t row = 0; row < count; row++) {
            double px, py;
            orr__camera_to_picture(camera, at(&sx, row), at(&sy, row), &px, &py);
            const double d2 = (px - x) * (px - x) + (py - y) * (py - y);
            if (!(d2 <= best)) continue;
            best = d2;
            nearest = entities[row];
        }
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
            *x = at(&sx, row);
            *y = at(&sy, row);
            return true;
        }
    }
    return false;
}
