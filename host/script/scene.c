#include "script/scene.h"

#include <string.h>

#include "base/colour.h"
#include "base/error.h"
#include "ecs/world.h"
#include "script/draft.h"
#include "script/machine.h"

void orr__scene_draft_init(orr__scene_draft *draft, orr_world *world)
{
    memset(draft, 0, sizeof *draft);
    orr__arena_init(&draft->arena, &world->alloc, 1024);
}

void orr__scene_draft_fini(orr__scene_draft *draft)
{
    orr__arena_fini(&draft->arena);
}

double orr__scene_colour(orr__machine *m, const char *text)
{
    (void)m;
    uint32_t colour = 0;
    return orr__colour_find(text, &colour) == ORR_OK ? (double)colour : -1;
}

const char *orr__scene_map(orr__machine *m, uint32_t index)
{
    (void)m;
    return orr__colour_map_name(index);
}

static orr_layer *last(orr__scene_draft *draft)
{
    return draft->desc.layer_count ? &draft->layers[draft->desc.layer_count - 1] : NULL;
}

int32_t orr__scene_layer(orr__machine *m, uint32_t kind, uint32_t query)
{
    orr__scene_draft *draft = &m->scene;
    if (draft->desc.layer_count == ORR__LAYERS_MAX)
        return orr__fail(ORR_E_LIMIT, "more than %u layers", ORR__LAYERS_MAX);
    draft->layers[draft->desc.layer_count++] = (orr_layer){ .kind = kind, .query = query };
    return ORR_OK;
}

int32_t orr__scene_amount(orr__machine *m, uint32_t key, uint32_t component, uint32_t field, uint32_t param,
                          double value)
{
    orr_layer *layer = last(&m->scene);
    const orr_amount amount = { .param = param, .value = value };
    orr_amount *to[ORR__AMOUNT_COUNT] = {
        [ORR__AMOUNT_X] = &layer->x,
        [ORR__AMOUNT_Y] = &layer->y,
        [ORR__AMOUNT_X2] = &layer->x2,
        [ORR__AMOUNT_Y2] = &layer->y2,
        [ORR__AMOUNT_WIDTH] = &layer->width,
        [ORR__AMOUNT_HEIGHT] = &layer->height,
        [ORR__AMOUNT_SIZE] = &layer->size,
        [ORR__AMOUNT_HEADING_X] = &layer->heading_x,
        [ORR__AMOUNT_HEADING_Y] = &layer->heading_y,
        [ORR__AMOUNT_VALUE] = &layer->value,
    };
    const orr_field of = component ? orr__draft_field_of(m->world, component, field) : (orr_field){ 0 };
    if (key == ORR__AMOUNT_TO)
        layer->to = of;
    else if (key == ORR__AMOUNT_COLOUR)
        layer->paint.field = of;
    else if (key < ORR__AMOUNT_COUNT && to[key]) {
        *to[key] = amount;
        to[key]->field = of;
    }
    return ORR_OK;
}

int32_t orr__scene_text(orr__machine *m, uint32_t key, const char *text)
{
    orr__scene_draft *draft = &m->scene;
    orr_layer *layer = last(draft);
    const size_t bytes = strlen(text) + 1;
    char *copy = orr__arena_new(&draft->arena, bytes, 1);
    if (!copy) return ORR_E_MEMORY;
    memcpy(copy, text, bytes);
    switch (key) {
    case ORR__SCENE_TEXT: layer->text = copy; break;
    case ORR__SCENE_LEGEND: layer->paint.legend = copy; break;
    case ORR__SCENE_MAP: layer->paint.map = copy; break;
    case ORR__SCENE_LABELS: layer->paint.labels = copy; break;
    default: layer->cells = copy; break;
    }
    return ORR_OK;
}

/* The colours of a layer are one list, which grows at its end. */
static int32_t add_colour(orr__scene_draft *draft, orr_layer *layer, uint32_t colour)
{
    orr_paint *paint = &layer->paint;
    if (paint->colour_count == ORR__COLOURS_MAX)
        return orr__fail(ORR_E_LIMIT, "more than %u colours", ORR__COLOURS_MAX);
    draft->colours[paint->colour_count++] = colour;
    uint32_t *list = orr__arena_new(&draft->arena, paint->colour_count * sizeof *list, 0);
    if (!list) return ORR_E_MEMORY;
    paint->colours = memcpy(list, draft->colours, paint->colour_count * sizeof *list);
    return ORR_OK;
}

int32_t orr__scene_number(orr__machine *m, uint32_t key, double value)
{
    orr__scene_draft *draft = &m->scene;
    orr_scene_desc *desc = &draft->desc;
    orr_layer *layer = last(draft);
    switch (key) {
    case ORR__SCENE_BACKGROUND: desc->background = (uint32_t)value; break;
    case ORR__SCENE_WRAP: desc->wrap = value != 0; break;
    case ORR__SCENE_VIEW_LEFT: desc->left = value; break;
    case ORR__SCENE_VIEW_BOTTOM: desc->bottom = value; break;
    case ORR__SCENE_VIEW_RIGHT: desc->right = value; break;
    case ORR__SCENE_VIEW_TOP: desc->top = value; break;
    case ORR__SCENE_SHAPE: layer->shape = (uint32_t)value; break;
    case ORR__SCENE_WORLD_UNITS: layer->world_units = value != 0; break;
    case ORR__SCENE_ANGLE: layer->heading_is_angle = value != 0; break;
    case ORR__SCENE_LENGTH: layer->length = (uint32_t)value; break;
    case ORR__SCENE_MIN: layer->paint.min = value; break;
    case ORR__SCENE_MAX: layer->paint.max = value; break;
    case ORR__SCENE_MIN_PARAM: layer->paint.min_param = (uint32_t)value; break;
    case ORR__SCENE_MAX_PARAM: layer->paint.max_param = (uint32_t)value; break;
    case ORR__SCENE_LATTICE: layer->lattice = (uint32_t)value; break;
    case ORR__SCENE_LEFT: layer->left = value; break;
    case ORR__SCENE_BOTTOM: layer->bottom = value; break;
    case ORR__SCENE_RIGHT: layer->right = value; break;
    case ORR__SCENE_TOP: layer->top = value; break;
    default: return add_colour(draft, layer, (uint32_t)value);
    }
    return ORR_OK;
}

/* Workers only read along. */
int32_t orr__scene_set(orr__machine *m)
{
    m->scene.desc.layers = m->scene.layers;
    return m->worker ? ORR_OK : orr_scene_set(m->world, &m->scene.desc);
}
