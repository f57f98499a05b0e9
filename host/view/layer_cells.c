#include "base/error.h"
#include "view/layer.h"

/* Only rows of the lattice that are seen are turned into colours. */
int32_t orr__layer_cells(orr__pass *pass)
{
    uint32_t width, height, first, last;
    const orr_layer *layer = pass->layer;
    const void *cells = orr_mail_cells(pass->state, layer->cells, &width, &height);
    if (!cells) return orr__error_code();
    const orr__source source = { .data = cells, .type = layer->paint.field.type };
    orr__ramp_make(pass->ramp, &layer->paint, pass->state, &source, (uint64_t)width * height);
    orr__raster raster = { .width = width, .height = height, .palette = pass->ramp->palette };
    orr__camera_to_picture(pass->camera, layer->left, layer->top, &raster.left, &raster.top);
    orr__camera_to_picture(pass->camera, layer->right, layer->bottom, &raster.right, &raster.bottom);
    if (!orr__raster_seen(pass->canvas, &raster, &first, &last)) return ORR_OK;
    const uint64_t count = (uint64_t)(last - first) * width;
    uint8_t *steps = orr__pass_room(pass, count);
    if (!steps) return ORR_E_MEMORY;
    orr__gather_steps(&source, (uint64_t)first * width, count, pass->ramp->min, pass->ramp->max, steps);
    raster.steps = steps;
    raster.first_row = first;
    return orr__canvas_raster(pass->canvas, &raster);
}
