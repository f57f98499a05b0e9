#include "sim/scene.h"

#include "base/colour.h"
#include "base/error.h"
#include "sim/fields.h"
#include "sim/sim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BACKGROUND 0x0d1117ffu
#define TRAIL_TICKS 30u

enum { LAYER_FIELDS = 16, LATTICE_NAME = 600 };

static const struct {
    const char *name;
    double size; /* default */
} kinds[ORR_LAYER_KINDS] = { { "points", 2 }, { "triangles", 8 }, { "lines", 1 },  { "rectangles", 2 },
                             { "trails", 1 }, { "text", 14 },     { "lattice", 0 } };

/* ---- checking ---- */

static bool is_listed(const orr_component *list, orr_component component)
{
    for (; *list; list++) {
        if (*list == component) return true;
    }
    return false;
}

static int32_t check_field(const orr_world *world, const orr_layer *layer, orr_field field, const char *what)
{
    if (orr__field_check(world, field, what)) return orr__error_code();
    if (!is_listed(orr__query_at(world, layer->query)->all, field.component))
        return orr__fail(ORR_E_ARGUMENT, "%s: the query of the layer does not list '%s' in `all`", what,
                         orr_component_name(world, field.component));
    return ORR_OK;
}

static int32_t check_amount(const orr_world *world, const orr_layer *layer, const orr_amount *amount, const char *what)
{
    if (amount->field.component) {
        if (check_field(world, layer, amount->field, what)) return orr__error_code();
        if (amount->field.type == ORR_TYPE_ENTITY) return orr__fail(ORR_E_ARGUMENT, "%s: an entity is no number", what);
    } else if (amount->param > world->sim->params.count) {
        return orr__fail(ORR_E_ARGUMENT, "%s: param %u does not exist", what, (unsigned)amount->param);
    } else if (!isfinite(amount->value)) {
        return orr__fail(ORR_E_RANGE, "%s: %g is not finite", what, amount->value);
    }
    return ORR_OK;
}

static int32_t check_rows(const orr_world *world, const orr_layer *layer)
{
    const struct {
        const orr_amount *amount;
        const char *what;
    } amounts[] = { { &layer->x, "x" },
                    { &layer->y, "y" },
                    { &layer->x2, "x2" },
                    { &layer->y2, "y2" },
                    { &layer->width, "width" },
                    { &layer->height, "height" },
                    { &layer->size, "size" },
                    { &layer->value, "value" },
                    { &layer->heading_x, "heading" },
                    { &layer->heading_y, "heading" } };
    const orr__query *query = orr__query_at(world, layer->query);
    if (!query) return orr__fail(ORR_E_ARGUMENT, "query %u does not exist", (unsigned)layer->query);
    for (uint32_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        if (check_amount(world, layer, amounts[i].amount, amounts[i].what)) return orr__error_code();
    }
    if (layer->to.component) {
        if (check_field(world, layer, layer->to, "to")) return orr__error_code();
        if (layer->to.type != ORR_TYPE_ENTITY) return orr__fail(ORR_E_ARGUMENT, "to: an entity field is needed");
    }
    if (layer->paint.field.component) {
        if (check_field(world, layer, layer->paint.field, "colour")) return orr__error_code();
        if (layer->paint.field.type == ORR_TYPE_ENTITY)
            return orr__fail(ORR_E_ARGUMENT, "colour: an entity is no number");
    }
    return ORR_OK;
}

static int32_t check_lattice(const orr_world *world, const orr_layer *layer)
{
    const orr__lattice *lattice = orr__lattice_at(world, layer->lattice);
    if (!lattice) return orr__fail(ORR_E_ARGUMENT, "lattice %u does not exist", (unsigned)layer->lattice);
    if (!layer->cells) return orr__fail(ORR_E_ARGUMENT, "lattice '%s': which field?", lattice->name);
    const uint32_t field = orr__lattice_field(lattice, layer->cells);
    if (field < lattice->field_count) return ORR_OK;
    return orr__fail(ORR_E_NOT_FOUND, "lattice '%s' has no field '%s'", lattice->name, layer->cells);
}

static int32_t check_layer(const orr_world *world, const orr_layer *layer)
{
    const orr_paint *paint = &layer->paint;
    if (layer->kind >= ORR_LAYER_KINDS) return orr__fail(ORR_E_ARGUMENT, "there is no kind %u", (unsigned)layer->kind);
    if (paint->colour_count > ORR__COLOURS_MAX)
        return orr__fail(ORR_E_LIMIT, "%u colours; at most %u", (unsigned)paint->colour_count, ORR__COLOURS_MAX);
    if (isinf(paint->min) || isinf(paint->max) || paint->min > paint->max)
        return orr__fail(ORR_E_RANGE, "colours from %g to %g", paint->min, paint->max);
    if (paint->min_param > world->sim->params.count || paint->max_param > world->sim->params.count)
        return orr__fail(ORR_E_ARGUMENT, "colours: there is no such param for a bound");
    if (layer->shape > ORR_SHAPE_TRIANGLE)
        return orr__fail(ORR_E_ARGUMENT, "there is no shape %u", (unsigned)layer->shape);
    return layer->kind == ORR_LAYER_LATTICE ? check_lattice(world, layer) : check_rows(world, layer);
}

/* ---- copying ---- */

static const char *keep(orr__scene *scene, const char *text)
{
    if (!text) return NULL;
    const size_t bytes = strlen(text) + 1;
    char *copy = orr__arena_new(&scene->arena, bytes, 1);
    return copy ? memcpy(copy, text, bytes) : NULL;
}

static int32_t keep_paint(orr__scene *scene, orr_paint *paint)
{
    static const uint32_t white = 0xffffffffu;
    const uint32_t *from = paint->colour_count ? paint->colours : &white;
    if (!paint->colour_count) paint->colour_count = 1;
    if (paint->map) from = orr__colour_map_find(paint->map, &paint->colour_count);
    if (!from) return orr__error_code();
    uint32_t *colours = orr__arena_new(&scene->arena, paint->colour_count * sizeof *colours, 0);
    if (!colours) return ORR_E_MEMORY;
    paint->colours = memcpy(colours, from, paint->colour_count * sizeof *colours);
    const char *legend = keep(scene, paint->legend), *map = keep(scene, paint->map),
               *labels = keep(scene, paint->labels);
    if ((paint->legend && !legend) || (paint->map && !map) || (paint->labels && !labels)) return ORR_E_MEMORY;
    paint->legend = legend;
    paint->map = map;
    paint->labels = labels;
    if (paint->min == paint->max) paint->min = paint->max = NAN; /* found in the picture, or given by params */
    return ORR_OK;
}

/* "heat.t", and the type of its values where viewers look for it. */
static int32_t keep_cells(const orr_world *world, orr__scene *scene, orr_layer *layer)
{
    const orr__lattice *lattice = orr__lattice_at(world, layer->lattice);
    char name[LATTICE_NAME];
    layer->paint.field =
        (orr_field){ .type = (uint8_t)lattice->fields[orr__lattice_field(lattice, layer->cells)].type };
    snprintf(name, sizeof name, "%s.%s", lattice->name, layer->cells);
    layer->cells = keep(scene, name);
    if (!layer->cells) return ORR_E_MEMORY;
    if (layer->right > layer->left) return ORR_OK;
    layer->left = layer->bottom = 0;
    layer->right = lattice->width;
    layer->top = lattice->height;
    return ORR_OK;
}

static int32_t keep_layer(const orr_world *world, orr__scene *scene, orr_layer *layer)
{
    const bool text = layer->text;
    layer->text = keep(scene, layer->text);
    if (text && !layer->text) return ORR_E_MEMORY;
    if (!layer->size.field.component && !layer->size.param && layer->size.value == 0)
        layer->size.value = kinds[layer->kind].size;
    if (!layer->length) layer->length = TRAIL_TICKS;
    if (layer->kind == ORR_LAYER_POINTS && layer->shape == ORR_SHAPE_TRIANGLE) layer->kind = ORR_LAYER_TRIANGLES;
    if (layer->kind == ORR_LAYER_LATTICE && keep_cells(world, scene, layer) != ORR_OK) return ORR_E_MEMORY;
    return keep_paint(scene, &layer->paint);
}

static int32_t fill(const orr_world *world, orr__scene *scene, const orr_scene_desc *desc)
{
    scene->desc = *desc;
    if (!scene->desc.background) scene->desc.background = BACKGROUND;
    scene->desc.layers = NULL;
    if (desc->layer_count > ORR__LAYERS_MAX)
        return orr__fail(ORR_E_LIMIT, "%u layers; at most %u", (unsigned)desc->layer_count, ORR__LAYERS_MAX);
    orr_layer *layers = orr__arena_new(&scene->arena, desc->layer_count * sizeof *layers, 0);
    if (!layers) return ORR_E_MEMORY;
    if (desc->layer_count) memcpy(layers, desc->layers, desc->layer_count * sizeof *layers);
    for (uint32_t i = 0; i < desc->layer_count; i++) {
        if (check_layer(world, &layers[i]) || keep_layer(world, scene, &layers[i]))
            return orr__fail_more("layer %u (%s)", (unsigned)i + 1,
                                  layers[i].kind < ORR_LAYER_KINDS ? kinds[layers[i].kind].name : "?");
    }
    scene->desc.layers = layers;
    return ORR_OK;
}

/* ---- scenes ---- */

static void let_go(orr_world *world, orr__scene *scene)
{
    if (!scene || --scene->holders) return;
    orr__arena_fini(&scene->arena);
    orr__alloc_free(&world->alloc, scene, sizeof *scene);
}

static orr__scene *make(orr_world *world, const orr_scene_desc *desc)
{
    orr__scene *scene = orr__alloc_zero(&world->alloc, sizeof *scene, 0);
    if (!scene) return NULL;
    scene->holders = 1;
    orr__arena_init(&scene->arena, &world->alloc, 1024);
    if (fill(world, scene, desc) == ORR_OK) return scene;
    let_go(world, scene);
    return NULL;
}

int32_t orr_scene_set(orr_world *world, const orr_scene_desc *desc)
{
    if (orr__world_mine(world, "orr_scene_set")) return orr__error_code();
    if (world->locked || world->sim->stepping)
        return orr__fail(ORR_E_LOCKED, "orr_scene_set is called outside of systems and hooks");
    if (!desc || (desc->layer_count && !desc->layers))
        return orr__fail(ORR_E_ARGUMENT, "orr_scene_set: no description");
    orr__scene *scene = make(world, desc);
    if (!scene) return orr__error_code();
    let_go(world, world->sim->scene);
    world->sim->scene = scene;
    world->sim->scene_version++;
    return ORR_OK;
}

int32_t orr_colour_find(const char *text, uint32_t *out)
{
    return orr__colour_find(text, out);
}

const char *orr_colour_map(uint32_t index)
{
    return orr__colour_map_name(index);
}

orr__scene *orr__scene_take(orr_world *world)
{
    orr__scene *scene = world->sim->scene;
    world->sim->scene = NULL;
    return scene;
}

void orr__scene_give(orr_world *world, orr__scene *scene)
{
    let_go(world, world->sim->scene);
    world->sim->scene = scene;
    world->sim->scene_version++;
}

void orr__scene_drop(orr_world *world, orr__scene *scene)
{
    let_go(world, scene);
    world->sim->scene_version++;
}

void orr__scene_fini(orr_world *world)
{
    let_go(world, world->sim->scene);
    world->sim->scene = NULL;
}

/* ---- shows ---- */

static void add_field(orr_field *list, uint32_t *count, orr_field field)
{
    if (!field.component) return;
    for (uint32_t i = 0; i < *count; i++) {
        if (list[i].component == field.component && list[i].index == field.index) return;
    }
    list[(*count)++] = field;
}

static void list_fields(const orr_layer *layer, orr_field *list)
{
    const orr_field fields[] = {
        layer->x.field,         layer->y.field,         layer->x2.field,   layer->y2.field,
        layer->width.field,     layer->height.field,    layer->size.field, layer->value.field,
        layer->heading_x.field, layer->heading_y.field, layer->to,         layer->paint.field
    };
    uint32_t count = 0;
    for (uint32_t i = 0; i < sizeof fields / sizeof *fields; i++) add_field(list, &count, fields[i]);
    list[count] = (orr_field){ 0 };
}

static orr_mailbox *subscribe(orr_world *world, orr__show *show, uint32_t readers)
{
    const orr_scene_desc *scene = &show->scene->desc;
    orr_subscription rows[ORR__LAYERS_MAX];
    orr_field fields[ORR__LAYERS_MAX][LAYER_FIELDS];
    const char *lattices[ORR__LAYERS_MAX + 1];
    uint32_t rows_count = 0, lattice_count = 0;
    for (uint32_t i = 0; i < scene->layer_count; i++) {
        const orr_layer *layer = &scene->layers[i];
        show->subscription[i] = rows_count;
        if (layer->kind == ORR_LAYER_LATTICE) {
            lattices[lattice_count++] = layer->cells;
            continue;
        }
        list_fields(layer, fields[rows_count]);
        rows[rows_count] = (orr_subscription){ .query = layer->query, .fields = fields[rows_count], .entities = true };
        rows_count++;
    }
    lattices[lattice_count] = NULL;
    return orr_mailbox_create(
        world, &(orr_mailbox_desc){
                   .subscriptions = rows, .subscription_count = rows_count, .lattices = lattices, .readers = readers });
}

orr__show *orr__show_open(orr_world *world, uint32_t readers)
{
    orr__sim *sim = world->sim;
    if (!sim->scene && orr_scene_set(world, &(orr_scene_desc){ 0 }) != ORR_OK) return NULL;
    orr__show *show = orr__alloc_zero(&world->alloc, sizeof *show, 0);
    if (!show) return NULL;
    show->world = world;
    show->scene = sim->scene;
    show->version = sim->scene_version;
    show->mailbox = subscribe(world, show, readers);
    if (!show->mailbox) {
        orr__alloc_free(&world->alloc, show, sizeof *show);
        return NULL;
    }
    show->mailbox->reports = true;
    show->scene->holders++;
    sim->shows++;
    return show;
}

void orr__show_close(orr__show *show)
{
    if (!show) return;
    orr_mailbox_destroy(show->mailbox);
    show->world->sim->shows--;
    let_go(show->world, show->scene);
    orr__alloc_free(&show->world->alloc, show, sizeof *show);
}
