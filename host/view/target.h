/* An off-screen renderer of SDL, in memory: for benchmarks and tests. */
#ifndef ORR_VIEW_TARGET_H
#define ORR_VIEW_TARGET_H

#include <stdint.h>

struct SDL_Renderer;
struct SDL_Surface;

typedef struct orr__target {
    struct SDL_Surface *surface;
    struct SDL_Renderer *renderer;
} orr__target;

int32_t orr__target_open(orr__target *target, uint32_t width, uint32_t height);
/* Allowed on a zeroed struct. */
void orr__target_close(orr__target *target);
/* 0xAARRGGBB. */
uint32_t orr__target_pixel(const orr__target *target, uint32_t x, uint32_t y);

#endif
