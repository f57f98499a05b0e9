#include "base/error.h"
#include "orrery.h"
#include "sim/sim.h"
#include "view/draw.h"
#include "view/png.h"

enum { WIDTH = 1280, HEIGHT = 800, MOST = 16384, MARGIN = 10 };

static int32_t draw_state(orr__drawer *drawer, const orr__show *show, const orr_picture_desc *desc)
{
    const orr_mail *state = orr_mailbox_take(show->mailbox);
    if (!state) return orr__fail(ORR_E_MEMORY, "no state of the world to be drawn: %s", orr__error_text());
    orr__camera camera = { .width = desc->width ? desc->width : WIDTH,
                           .height = desc->height ? desc->height : HEIGHT,
                           .scale = desc->scale > 0 ? desc->scale : 1 };
    orr__camera_fit(&camera, orr__draw_bounds(show, state), MARGIN * camera.scale);
    const int32_t code = orr__draw(drawer, show, state, &camera);
    orr_mailbox_release(show->mailbox, state);
    return code;
}

int32_t orr_picture_write(orr_world *world, const orr_picture_desc *desc)
{
    if (orr__world_mine(world, "orr_picture_write")) return orr__error_code();
    if (world->locked || world->sim->stepping)
        return orr__fail(ORR_E_LOCKED, "orr_picture_write is called outside of systems and hooks");
    if (!desc || !desc->path) return orr__fail(ORR_E_ARGUMENT, "orr_picture_write: no path given");
    if (desc->width > MOST || desc->height > MOST)
        return orr__fail(ORR_E_RANGE, "a picture of %u x %u: at most %d x %d", (unsigned)desc->width,
                         (unsigned)desc->height, MOST, MOST);
    orr__show *show = orr__show_open(world, 1);
    orr__drawer *drawer = show ? orr__drawer_create(&world->alloc, NULL) : NULL;
    int32_t code = drawer ? orr__sim_publish(world) : orr__error_code();
    if (code == ORR_OK) code = draw_state(drawer, show, desc);
    if (code == ORR_OK) code = orr__png_write(&world->alloc, desc->path, orr__drawer_canvas(drawer));
    orr__drawer_destroy(drawer);
    orr__show_close(show);
    return code;
}
