#include "sim/display.h"

#include "base/array.h"
#include "base/error.h"
#include "sim/sim.h"

#include <math.h>
#include <string.h>

enum { STROKES_MOST = 1 << 20 };

static int32_t check(const orr_world *world, const orr_stroke *stroke)
{
    if (!world->sim->painting)
        return orr__fail(ORR_E_LOCKED,
                         "what is painted by hand is painted in systems of the stage 'render', as on_frame is");
    if (!stroke || stroke->kind >= ORR_STROKE_KINDS) return orr__fail(ORR_E_ARGUMENT, "orr_world_paint: no stroke");
    if (stroke->kind == ORR_STROKE_TEXT && !stroke->text)
        return orr__fail(ORR_E_ARGUMENT, "orr_world_paint: no text given");
    if (world->sim->display.count == STROKES_MOST)
        return orr__fail(ORR_E_LIMIT, "more than %d strokes in a picture", STROKES_MOST);
    return ORR_OK;
}

static int32_t keep_text(orr_world *world, const char *text, uint32_t *at)
{
    orr__display *display = &world->sim->display;
    *at = 0;
    if (!text) return ORR_OK;
    const uint32_t bytes = (uint32_t)strlen(text) + 1;
    const int32_t code =
        orr__array_reserve(&world->alloc, &display->texts, &display->text_capacity, display->text_bytes + bytes, 1);
    if (code != ORR_OK) return code;
    memcpy(display->texts + display->text_bytes, text, bytes);
    *at = display->text_bytes + 1;
    display->text_bytes += bytes;
    return ORR_OK;
}

int32_t orr_world_paint(orr_world *world, const orr_stroke *stroke)
{
    orr__display *display = &world->sim->display;
    int32_t code = check(world, stroke);
    uint32_t at = 0;
    if (code == ORR_OK)
        code = orr__array_reserve(&world->alloc, &display->items, &display->capacity, display->count + 1,
                                  sizeof *display->items);
    if (code == ORR_OK)
        code = orr__array_reserve(&world->alloc, &display->text_at, &display->text_at_capacity, display->count + 1,
                                  sizeof *display->text_at);
    if (code == ORR_OK) code = keep_text(world, stroke->text, &at);
    if (code != ORR_OK) return code;
    display->items[display->count] = *stroke;
    display->items[display->count].text = NULL;
    display->text_at[display->count++] = at;
    return ORR_OK;
}

bool orr_world_watched(const orr_world *world)
{
    return world->sim->shows > 0;
}

void orr__display_clear(orr_world *world)
{
    world->sim->display.count = 0;
    world->sim->display.text_bytes = 0;
}

void orr__display_fini(orr_world *world)
{
    orr__display *display = &world->sim->display;
    orr__array_free(&world->alloc, &display->items, &display->capacity, sizeof *display->items);
    orr__array_free(&world->alloc, &display->text_at, &display->text_at_capacity, sizeof *display->text_at);
    orr__array_free(&world->alloc, &display->texts, &display->text_capacity, 1);
}
