#include <SDL.h>

#include "base/error.h"
#include "orrery.h"
#include "sim/sim.h"
#include "view/draw.h"
#include "view/png.h"

enum { WIDTH = 1280, HEIGHT = 800, MOST = 16384 };

static int32_t draw_into(orr_world *world, SDL_Surface *surface, double scale)
{
    orr__show *show = orr__show_open(world, 1);
    if (!show) return orr__error_code();
    int32_t code = orr__sim_publish(world);
    SDL_Renderer *renderer = code == ORR_OK ? SDL_CreateSoftwareRenderer(surface) : NULL;
    orr__drawer *drawer = renderer ? orr__drawer_create(&world->alloc, renderer) : NULL;
    const orr_mail *state = drawer ? orr_mailbox_take(show->mailbox) : NULL;
    if (code == ORR_OK && !renderer) code = orr__fail(ORR_E_MEMORY, "SDL_CreateSoftwareRenderer: %s", SDL_GetError());
    if (code == ORR_OK && !state) code = ORR_E_MEMORY;
    if (code == ORR_OK) {
        orr__camera camera = { .width = surface->w, .height = surface->h, .scale = scale };
        orr__camera_fit(&camera, orr__draw_bounds(show, state), 10 * scale);
        code = orr__draw(drawer, show, state, &camera);
        SDL_RenderPresent(renderer);
    }
    if (state) orr_mailbox_release(show->mailbox, state);
    orr__drawer_destroy(drawer);
    if (renderer) SDL_DestroyRenderer(renderer);
    orr__show_close(show);
    return code;
}

int32_t orr_picture_write(orr_world *world, const orr_picture_desc *desc)
{
    if (orr__world_mine(world, "orr_picture_write")) return orr__error_code();
    if (world->locked || world->sim->stepping)
        return orr__fail(ORR_E_LOCKED, "orr_picture_write is called outside of systems and hooks");
    if (!desc || !desc->path) return orr__fail(ORR_E_ARGUMENT, "orr_picture_write: no path given");
    const uint32_t width = desc->width ? desc->width : WIDTH, height = desc->height ? desc->height : HEIGHT;
    if (width > MOST || height > MOST)
        return orr__fail(ORR_E_RANGE, "a picture of %u x %u: at most %d x %d", (unsigned)width, (unsigned)height, MOST,
                         MOST);
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormat(0, (int)width, (int)height, 32, SDL_PIXELFORMAT_RGBA32);
    if (!surface)
        return orr__fail(ORR_E_MEMORY, "a picture of %u x %u: %s", (unsigned)width, (unsigned)height, SDL_GetError());
    int32_t code = draw_into(world, surface, desc->scale > 0 ? desc->scale : 1);
    if (code == ORR_OK)
        code = orr__png_write(&world->alloc, desc->path, surface->pixels, width, height, (size_t)surface->pitch);
    SDL_FreeSurface(surface);
    return code;
}
