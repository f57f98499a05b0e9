/* Discs as masks: one for each radius in eighths of a pixel and each place in quarters of one, made when first used. */
#ifndef ORR_VIEW_DISC_H
#define ORR_VIEW_DISC_H

#include <stdint.h>

typedef struct orr__disc {
    int32_t dx, dy; /* of its first pixel from the pixel that the middle is in */
    int32_t width, height;
    uint8_t mask[];
} orr__disc;

#endif
