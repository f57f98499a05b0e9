#include "view/draw.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "view/gather.h"

struct orr__drawer {
    orr__alloc *alloc;
    SDL_Renderer *renderer;
    orr__arena arena; /* of one layer */
    SDL_Texture *cells;
    int cells_width, cells_height;
};

typedef struct layer_draw {
    orr__drawer *drawer;
    const orr__show *show;
    const orr_mail *state;
    const orr__camera *camera;
    const orr_layer *layer;
    uint32_t index;
    uint64_t count;
    float *x, *y;
    orr__ramp ramp;
    const uint16_t *steps;
} layer_draw;

orr__drawer *orr__drawer_create(orr__alloc *alloc, SDL_Renderer *renderer)
{
    orr__drawer *drawer = orr__alloc_zero(alloc, sizeof *drawer, 0);
    if (!drawer) return NULL;
    drawer->alloc = alloc;
    drawer->renderer = renderer;
    orr__arena_init(&drawer->arena, alloc, 1 << 16);
    return drawer;
}

void orr__drawer_destroy(orr__drawer *drawer)
{
    if (!drawer) return;
    if (drawer->cells) SDL_DestroyTexture(drawer->cells);
    orr__arena_fini(&drawer->arena);
    orr__alloc_free(drawer->alloc, drawer, sizeof *drawer);
}

static SDL_Color colour_of(uint32_t rgba)
{
    return (SDL_Color){ (Uint8)(rgba >> 24), (Uint8)(rgba >> 16), (Uint8)(rgba >> 8), (Uint8)rgba };
}

static void *room(const layer_draw *d, size_t bytes)
{
    return orr__arena_new(&d->drawer->arena, bytes ? bytes : 1, 64);
}

static float *gather(const layer_draw *d, const orr_amount *amount, double scale, double shift)
{
    float *out = room(d, d->count * sizeof *out);
    const orr__source source = orr__gather_source(d->show, d->state, d->index, amount);
    if (out) orr__gather_line(&source, d->count, scale, shift, out);
    return out;
}

static float *gather_x(const layer_draw *d, const orr_amount *amount)
{
    const orr__camera *c = d->camera;
    return gather(d, amount, c->zoom, c->width / 2 - c->x * c->zoom);
}

static float *gather_y(const layer_draw *d, const orr_amount *amount)
{
    const orr__camera *c = d->camera;
    return gather(d, amount, -c->zoom, c->height / 2 + c->y * c->zoom);
}

static float *gather_size(const layer_draw *d, const orr_amount *amount)
{
    return gather(d, amount, d->layer->world_units ? d->camera->zoom : d->camera->scale, 0);
}

static int32_t gather_colours(layer_draw *d)
{
    const orr_amount amount = { .field = d->layer->paint.field };
    const orr__source source = orr__gather_source(d->show, d->state, d->index, &amount);
    orr__ramp_make(&d->ramp, &d->layer->paint, source.type, &source, d->count);
    d->steps = NULL;
    if (!source.data) return ORR_OK;
    uint16_t *steps = room(d, d->count * sizeof *steps);
    if (!steps) return ORR_E_MEMORY;
    orr__gather_steps(&d->ramp, &source, d->count, steps);
    d->steps = steps;
    return ORR_OK;
}

static uint32_t colour_at(const layer_draw *d, uint64_t i)
{
    return d->ramp.steps[d->steps ? d->steps[i] : 0];
}

/* ---- kinds ---- */

static int32_t draw_points(layer_draw *d)
{
    const float *size = gather_size(d, &d->layer->size);
    SDL_FRect *rects = room(d, d->count * sizeof *rects);
    if (!size || !rects) return ORR_E_MEMORY;
    SDL_Renderer *renderer = d->drawer->renderer;
    for (uint32_t step = 0; step < (d->steps ? ORR__STEPS : 1u); step++) {
        int many = 0;
        for (uint64_t i = 0; i < d->count; i++) {
            if (d->steps && d->steps[i] != step) continue;
            rects[many++] = (SDL_FRect){ d->x[i] - size[i] / 2, d->y[i] - size[i] / 2, size[i], size[i] };
        }
        if (!many) continue;
        const SDL_Color c = colour_of(d->ramp.steps[step]);
        SDL_SetRenderDrawColor(renderer, c.r, c.g, c.b, c.a);
        SDL_RenderFillRectsF(renderer, rects, many);
    }
    return ORR_OK;
}

static int32_t draw_triangles(layer_draw *d)
{
    const float *size = gather_size(d, &d->layer->size);
    const float *hx = gather(d, &d->layer->heading_x, 1, 0), *hy = gather(d, &d->layer->heading_y, 1, 0);
    SDL_Vertex *vertices = room(d, 3 * d->count * sizeof *vertices);
    if (!size || !hx || !hy || !vertices) return ORR_E_MEMORY;
    for (uint64_t i = 0; i < d->count; i++) {
        float ux = hx[i], uy = hy[i];
        if (d->layer->heading_is_angle) {
            ux = cosf(hx[i]);
            uy = sinf(hx[i]);
        } else {
            const float length = sqrtf(ux * ux + uy * uy);
            ux = length > 0 ? ux / length : 1;
            uy = length > 0 ? uy / length : 0;
        }
        uy = -uy; /* the picture's y points down */
        const SDL_Color c = colour_of(colour_at(d, i));
        const float s = size[i], x = d->x[i], y = d->y[i];
        vertices[3 * i] = (SDL_Vertex){ { x + ux * s, y + uy * s }, c, { 0, 0 } };
        vertices[3 * i + 1] =
            (SDL_Vertex){ { x - ux * s * 0.6f - uy * s * 0.5f, y - uy * s * 0.6f + ux * s * 0.5f }, c, { 0, 0 } };
        vertices[3 * i + 2] =
            (SDL_Vertex){ { x - ux * s * 0.6f + uy * s * 0.5f, y - uy * s * 0.6f - ux * s * 0.5f }, c, { 0, 0 } };
    }
    SDL_RenderGeometry(d->drawer->renderer, NULL, vertices, (int)(3 * d->count), NULL, 0);
    return ORR_OK;
}

static int32_t lattice_texture(orr__drawer *drawer, int width, int height)
{
    if (drawer->cells && drawer->cells_width == width && drawer->cells_height == height) return ORR_OK;
    if (drawer->cells) SDL_DestroyTexture(drawer->cells);
    drawer->cells =
        SDL_CreateTexture(drawer->renderer, SDL_PIXELFORMAT_RGBA8888, SDL_TEXTUREACCESS_STREAMING, width, height);
    drawer->cells_width = width;
    drawer->cells_height = height;
    if (!drawer->cells) return orr__fail(ORR_E_MEMORY, "a texture of %d x %d: %s", width, height, SDL_GetError());
    SDL_SetTextureBlendMode(drawer->cells, SDL_BLENDMODE_BLEND);
    return ORR_OK;
}

static int32_t draw_lattice(layer_draw *d)
{
    uint32_t width, height;
    const orr_layer *layer = d->layer;
    const void *cells = orr_mail_cells(d->state, layer->cells, &width, &height);
    if (!cells) return orr__error_code();
    const orr__source source = { .data = cells, .type = layer->paint.field.type };
    d->count = (uint64_t)width * height;
    orr__ramp_make(&d->ramp, &layer->paint, source.type, &source, d->count);
    uint16_t *steps = room(d, d->count * sizeof *steps);
    if (!steps) return ORR_E_MEMORY;
    orr__gather_steps(&d->ramp, &source, d->count, steps);
    if (lattice_texture(d->drawer, (int)width, (int)height) != ORR_OK) return orr__error_code();
    void *pixels;
    int pitch;
    if (SDL_LockTexture(d->drawer->cells, NULL, &pixels, &pitch) != 0)
        return orr__fail(ORR_E_MEMORY, "SDL_LockTexture: %s", SDL_GetError());
    for (uint32_t y = 0; y < height; y++) {
        uint32_t *row = (uint32_t *)(void *)((char *)pixels + (size_t)(height - 1 - y) * (size_t)pitch);
        const uint16_t *from = steps + (size_t)y * width;
        for (uint32_t x = 0; x < width; x++) row[x] = d->ramp.steps[from[x]];
    }
    SDL_UnlockTexture(d->drawer->cells);
    double x0, y0, x1, y1;
    orr__camera_to_picture(d->camera, layer->left, layer->top, &x0, &y0);
    orr__camera_to_picture(d->camera, layer->right, layer->bottom, &x1, &y1);
    const SDL_FRect to = { (float)x0, (float)y0, (float)(x1 - x0), (float)(y1 - y0) };
    SDL_RenderCopyF(d->drawer->renderer, d->drawer->cells, NULL, &to);
    return ORR_OK;
}

static int32_t draw_layer(layer_draw *d)
{
    if (d->layer->kind == ORR_LAYER_LATTICE) return draw_lattice(d);
    d->count = orr_mail_count(d->state, d->show->subscription[d->index]);
    d->x = gather_x(d, &d->layer->x);
    d->y = gather_y(d, &d->layer->y);
    if (!d->x || !d->y || gather_colours(d) != ORR_OK) return ORR_E_MEMORY;
    switch (d->layer->kind) {
    case ORR_LAYER_POINTS: return draw_points(d);
    case ORR_LAYER_TRIANGLES: return draw_triangles(d);
    default: return ORR_OK;
    }
}

/* ---- the whole ---- */

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

int32_t orr__draw(orr__drawer *drawer, const orr__show *show, const orr_mail *state, const orr__camera *camera)
{
    const orr_scene_desc *scene = &show->scene->desc;
    const SDL_Color back = colour_of(scene->background);
    SDL_SetRenderDrawBlendMode(drawer->renderer, SDL_BLENDMODE_BLEND);
    SDL_SetRenderDrawColor(drawer->renderer, back.r, back.g, back.b, 255);
    SDL_RenderClear(drawer->renderer);
    for (uint32_t i = 0; i < scene->layer_count; i++) {
        orr__arena_reset(&drawer->arena);
        layer_draw d = {
            .drawer = drawer, .show = show, .state = state, .camera = camera, .layer = &scene->layers[i], .index = i
        };
        const int32_t code = draw_layer(&d);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}
