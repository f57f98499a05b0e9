/* A ramp: the colours of a layer, and which number has which. */
#ifndef ORR_VIEW_RAMP_H
#define ORR_VIEW_RAMP_H

#include "view/canvas.h"
#include "view/gather.h"

typedef struct orr__ramp {
    uint32_t palette[ORR__PALETTE]; /* 0xRRGGBBAA of each step; the last is NaN */
    double min, max;                /* of the first and the last colour */
    bool counted;                   /* whole numbers count the colours */
} orr__ramp;

/* For the numbers of `source`, of `type`; where the paint says no bounds, those of the numbers are taken. */
void orr__ramp_make(orr__ramp *ramp, const orr_paint *paint, const orr_mail *state, const orr__source *source,
                    uint64_t count);

#endif
