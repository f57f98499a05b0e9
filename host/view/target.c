#include "view/target.h"

#include <SDL.h>
#include <string.h>

#include "base/error.h"
#include "orrery.h"

int32_t orr__target_open(orr__target *target, uint32_t width, uint32_t height)
{
    *target = (orr__target){ 0 };
    target->surface = SDL_CreateRGBSurfaceWithFormat(0, (int)width, (int)height, 32, SDL_PIXELFORMAT_ARGB8888);
    if (target->surface) target->renderer = SDL_CreateSoftwareRenderer(target->surface);
    if (target->renderer) return ORR_OK;
    orr__fail(ORR_E_MEMORY, "no renderer in memory: %s", SDL_GetError());
    orr__target_close(target);
    return ORR_E_MEMORY;
}

void orr__target_close(orr__target *target)
{
    if (target->renderer) SDL_DestroyRenderer(target->renderer);
    SDL_FreeSurface(target->surface);
    *target = (orr__target){ 0 };
}

uint32_t orr__target_pixel(const orr__target *target, uint32_t x, uint32_t y)
{
    uint32_t pixel;
    const char *row = (const char *)target->surface->pixels + (size_t)y * (size_t)target->surface->pitch;
    memcpy(&pixel, row + x * sizeof pixel, sizeof pixel);
    return pixel;
}
