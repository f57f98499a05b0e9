#include "view/draw.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/os.h"
#include "sim/report.h"
#include "view/layer.h"
#include "view/legend.h"
#include "view/stroke.h"

enum { SIDE_MOST = 16384 };

struct orr__drawer {
    orr__alloc *alloc;
    SDL_Renderer *renderer;
    SDL_Texture *texture; /* of the canvas */
    int texture_width, texture_height;
    orr__canvas canvas;
    orr__arena arena; /* of one layer */
    orr__text *text;  /* NULL until something is written */
    const orr_world *world;
    uint64_t version;  /* of the scene that trails and ramps are of */
    uint64_t sequence; /* of the state that trails have seen last */
    orr__trail trails[ORR__LAYERS_MAX];
    orr__ramp ramps[ORR__LAYERS_MAX];
    orr__draw_times times;
};

orr__drawer *orr__drawer_create(orr__alloc *alloc, SDL_Renderer *renderer)
{
    orr__drawer *drawer = orr__alloc_zero(alloc, sizeof *drawer, 0);
    if (!drawer) return NULL;
    drawer->alloc = alloc;
    drawer->renderer = renderer;
    orr__canvas_init(&drawer->canvas, alloc);
    orr__arena_init(&drawer->arena, alloc, 1 << 16);
    return drawer;
}

static void forget(orr__drawer *drawer)
{
    for (uint32_t i = 0; i < ORR__LAYERS_MAX; i++) orr__trail_fini(&drawer->trails[i]);
    drawer->sequence = 0;
}

void orr__drawer_destroy(orr__drawer *drawer)
{
    if (!drawer) return;
    if (drawer->texture) SDL_DestroyTexture(drawer->texture);
    forget(drawer);
    orr__text_destroy(drawer->text);
    orr__canvas_fini(&drawer->canvas);
    orr__arena_fini(&drawer->arena);
    orr__alloc_free(drawer->alloc, drawer, sizeof *drawer);
}

orr__canvas *orr__drawer_canvas(orr__drawer *drawer)
{
    return &drawer->canvas;
}

orr__draw_times orr__draw_timed(const orr__drawer *drawer)
{
    return drawer->times;
}

/* ---- bounds ---- */

static void widen(orr__box2 *box, const orr__source *x, const orr__source *y, uint64_t count)
{
    double left, right, bottom, top;
    if (!orr__gather_range(x, count, &left, &right) || !orr__gather_range(y, count, &bottom, &top)) return;
    box->left = fmin(box->left, left);
    box->right = fmax(box->right, right);
    box->bottom = fmin(box->bottom, bottom);
    box->top = fmax(box->top, top);
}

orr__box2 orr__draw_bounds(const orr__show *show, const orr_mail *state)
{
    const orr_scene_desc *scene = &show->scene->desc;
    if (scene->right > scene->left) return (orr__box2){ scene->left, scene->bottom, scene->right, scene->top };
    orr__box2 box = { HUGE_VAL, HUGE_VAL, -HUGE_VAL, -HUGE_VAL };
    for (uint32_t i = 0; i < scene->layer_count; i++) {
        const orr_layer *layer = &scene->layers[i];
        if (layer->kind == ORR_LAYER_LATTICE) {
            box.left = fmin(box.left, layer->left);
            box.right = fmax(box.right, layer->right);
            box.bottom = fmin(box.bottom, layer->bottom);
            box.top = fmax(box.top, layer->top);
            continue;
        }
        const orr__source x = orr__gather_source(show, state, i, &layer->x);
        const orr__source y = orr__gather_source(show, state, i, &layer->y);
        widen(&box, &x, &y, orr_mail_count(state, show->subscription[i]));
    }
    return box;
}

/* ---- trails ---- */

static int32_t feed(orr__drawer *drawer, const orr__show *show, const orr_mail *state, uint32_t index)
{
    const orr_layer *layer = &show->scene->desc.layers[index];
    const orr_amount amount = { .field = layer->paint.field };
    const orr__source colour = orr__gather_source(show, state, index, &amount);
    orr__trail_rows rows = { .tick = state->tick,
                             .x = orr__gather_source(show, state, index, &layer->x),
                             .y = orr__gather_source(show, state, index, &layer->y),
                             .width = orr__gather_source(show, state, index, &layer->size) };
    rows.entities = orr_mail_entities(state, show->subscription[index], &rows.count);
    orr__arena_reset(&drawer->arena);
    if (!drawer->trails[index].alloc) orr__trail_init(&drawer->trails[index], drawer->alloc, layer->length);
    orr__ramp_make(&drawer->ramps[index], &layer->paint, state, &colour, rows.count);
    if (colour.data) {
        uint8_t *steps = orr__arena_new(&drawer->arena, rows.count + 1, 0);
        if (!steps) return ORR_E_MEMORY;
        orr__gather_steps(&colour, 0, rows.count, drawer->ramps[index].min, drawer->ramps[index].max, steps);
        rows.steps = steps;
    }
    return orr__trail_feed(&drawer->trails[index], &rows);
}

int32_t orr__draw_watch(orr__drawer *drawer, const orr__show *show, const orr_mail *state)
{
    const orr_scene_desc *scene = &show->scene->desc;
    int32_t code = ORR_OK;
    if (drawer->world != show->world || drawer->version != show->version) forget(drawer);
    drawer->world = show->world;
    drawer->version = show->version;
    if (state->sequence == drawer->sequence) return ORR_OK;
    for (uint32_t i = 0; i < scene->layer_count && code == ORR_OK; i++) {
        if (scene->layers[i].kind == ORR_LAYER_TRAILS) code = feed(drawer, show, state, i);
    }
    if (code != ORR_OK) forget(drawer);
    drawer->sequence = code == ORR_OK ? state->sequence : 0;
    return code;
}

/* ---- layers ---- */

static int32_t need_text(orr__drawer *drawer)
{
    if (!drawer->text) drawer->text = orr__text_create(drawer->alloc);
    return drawer->text ? ORR_OK : orr__error_code();
}

/* To whole pixels, outwards. */
static void clip_to(orr__canvas *canvas, const orr__tile *tile)
{
    const float right = tile->left + tile->width, bottom = tile->top + tile->height;
    const orr__clip clip = { (int32_t)fmaxf(floorf(tile->left), -1e9f), (int32_t)fmaxf(floorf(tile->top), -1e9f),
                             (int32_t)fminf(ceilf(right), 1e9f), (int32_t)fminf(ceilf(bottom), 1e9f) };
    orr__canvas_clip(canvas, &clip);
}

static orr__tile tile_of(const orr_scene_desc *scene, const orr__camera *camera)
{
    double left, top, right, bottom;
    orr__camera_to_picture(camera, scene->left, scene->top, &left, &top);
    orr__camera_to_picture(camera, scene->right, scene->bottom, &right, &bottom);
    return (orr__tile){ scene->wrap && right - left >= 1 && bottom - top >= 1, (float)left, (float)top,
                        (float)(right - left), (float)(bottom - top) };
}

static int32_t draw_layer(orr__drawer *drawer, orr__pass *pass)
{
    const uint32_t kind = pass->layer->kind;
    if (kind == ORR_LAYER_TRAILS) return orr__layer_trails(pass);
    if (kind == ORR_LAYER_LATTICE) return orr__layer_cells(pass);
    if (kind == ORR_LAYER_TEXT && need_text(drawer) != ORR_OK) return orr__error_code();
    pass->text = drawer->text;
    const int32_t code = orr__layer_gather(pass);
    if (code != ORR_OK) return code;
    return kind == ORR_LAYER_LINES ? orr__layer_lines(pass) : orr__layer_rows(pass);
}

static int32_t draw_layers(orr__drawer *drawer, const orr__show *show, const orr_mail *state, const orr__camera *camera)
{
    const orr_scene_desc *scene = &show->scene->desc;
    const orr__tile tile = tile_of(scene, camera);
    for (uint32_t i = 0; i < scene->layer_count; i++) {
        orr__pass pass = { .canvas = &drawer->canvas,
                           .arena = &drawer->arena,
                           .trail = &drawer->trails[i],
                           .show = show,
                           .state = state,
                           .camera = camera,
                           .layer = &scene->layers[i],
                           .index = i,
                           .tile = tile,
                           .ramp = &drawer->ramps[i],
                           .gather_ns = &drawer->times.gather };
        orr__arena_reset(&drawer->arena);
        if (tile.on) clip_to(&drawer->canvas, &tile);
        const int32_t code = draw_layer(drawer, &pass);
        orr__canvas_clip(&drawer->canvas, NULL);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

/* ---- by hand ---- */

/* What the script drew by hand, published with the state. */
static int32_t draw_strokes(orr__drawer *drawer, const orr_mail *state, const orr__camera *camera)
{
    const orr__report *report = orr__report_of(state);
    const orr__report_stroke *strokes = report ? ORR__REPORT_LIST(report, orr__report_stroke, strokes) : NULL;
    int32_t code = ORR_OK;
    for (uint32_t i = 0; report && i < report->stroke_count && code == ORR_OK; i++) {
        orr_stroke stroke = strokes[i].stroke;
        stroke.text = strokes[i].text ? ORR__REPORT_TEXT(report, strokes[i].text) : NULL;
        if (stroke.text) code = need_text(drawer);
        if (code == ORR_OK) code = orr__stroke_paint(&drawer->canvas, drawer->text, &stroke, camera);
    }
    return code;
}

/* ---- the whole ---- */

static int32_t size_canvas(orr__drawer *drawer, const orr__camera *camera)
{
    const double width = floor(camera->width), height = floor(camera->height);
    if (!(width >= 1 && height >= 1 && width <= SIDE_MOST && height <= SIDE_MOST))
        return orr__fail(ORR_E_RANGE, "a picture of %g x %g: 1 to %d pixels each way", width, height, SIDE_MOST);
    return orr__canvas_resize(&drawer->canvas, (uint32_t)width, (uint32_t)height);
}

static bool has_legend(const orr_scene_desc *scene)
{
    for (uint32_t i = 0; i < scene->layer_count; i++) {
        if (scene->layers[i].paint.legend) return true;
    }
    return false;
}

static int32_t draw_all(orr__drawer *drawer, const orr__show *show, const orr_mail *state, const orr__camera *camera)
{
    const orr_scene_desc *scene = &show->scene->desc;
    int32_t code = size_canvas(drawer, camera);
    if (code != ORR_OK) return code;
    code = orr__draw_watch(drawer, show, state);
    orr__canvas_clear(&drawer->canvas, scene->background);
    if (code == ORR_OK) code = draw_layers(drawer, show, state, camera);
    if (code == ORR_OK) code = draw_strokes(drawer, state, camera);
    if (code != ORR_OK || !has_legend(scene)) return code;
    code = need_text(drawer);
    return code == ORR_OK ? orr__legends_paint(&drawer->canvas, drawer->text, scene, drawer->ramps, camera->scale)
                          : code;
}

int32_t orr__draw(orr__drawer *drawer, const orr__show *show, const orr_mail *state, const orr__camera *camera)
{
    const uint64_t start = orr__clock_ns();
    drawer->times = (orr__draw_times){ 0 };
    int32_t code = draw_all(drawer, show, state, camera);
    const uint64_t painted = orr__clock_ns();
    drawer->times.paint = painted - start - drawer->times.gather;
    if (code == ORR_OK) code = orr__draw_show(drawer);
    drawer->times.show = orr__clock_ns() - painted;
    return code;
}

static int32_t refuse(const char *what)
{
    return orr__fail(ORR_E_MEMORY, "%s: %s", what, SDL_GetError());
}

static int32_t need_texture(orr__drawer *drawer)
{
    const int width = drawer->canvas.width, height = drawer->canvas.height;
    if (drawer->texture && drawer->texture_width == width && drawer->texture_height == height) return ORR_OK;
    if (drawer->texture) SDL_DestroyTexture(drawer->texture);
    drawer->texture =
        SDL_CreateTexture(drawer->renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING, width, height);
    if (!drawer->texture) return refuse("a texture for the picture");
    drawer->texture_width = width;
    drawer->texture_height = height;
    SDL_SetTextureBlendMode(drawer->texture, SDL_BLENDMODE_NONE);
    return ORR_OK;
}

int32_t orr__draw_show(orr__drawer *drawer)
{
    if (!drawer->renderer) return ORR_OK;
    const int32_t code = need_texture(drawer);
    if (code != ORR_OK) return code;
    const int row = drawer->canvas.width * (int)sizeof(uint32_t);
    if (SDL_UpdateTexture(drawer->texture, NULL, drawer->canvas.pixels, row) != 0) return refuse("SDL_UpdateTexture");
    if (SDL_RenderCopy(drawer->renderer, drawer->texture, NULL, NULL) != 0) return refuse("SDL_RenderCopy");
    return ORR_OK;
}
