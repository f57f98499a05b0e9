#include "view/ramp.h"

#include <math.h>

#define NO_NUMBER 0x808080ffu

static uint32_t mix(uint32_t a, uint32_t b, double t)
{
    uint32_t out = 0;
    for (uint32_t shift = 0; shift < 32; shift += 8) {
        const double from = (double)(a >> shift & 0xff), to = (double)(b >> shift & 0xff);
        out |= (uint32_t)(from + (to - from) * t + 0.5) << shift;
    }
    return out;
}

static bool is_whole(uint32_t type)
{
    return type != ORR_TYPE_F32 && type != ORR_TYPE_F64;
}

static void bounds(orr__ramp *ramp, const orr_paint *paint, const orr_mail *state, const orr__source *source,
                   uint64_t count)
{
    double least, most;
    ramp->min = paint->min;
    ramp->max = paint->max;
    if (paint->min_param) (void)orr_mail_param(state, paint->min_param, &ramp->min);
    if (paint->max_param) (void)orr_mail_param(state, paint->max_param, &ramp->max);
    const bool open = isnan(ramp->min) && isnan(ramp->max);
    if (open && is_whole(source->type) && !paint->map) {
        ramp->counted = true;
        ramp->min = 0;
        ramp->max = paint->colour_count - 1;
    } else if (isnan(ramp->min) || isnan(ramp->max)) {
        if (!orr__gather_range(source, count, &least, &most)) least = most = 0;
        if (isnan(ramp->min)) ramp->min = isnan(ramp->max) ? least : fmin(least, ramp->max);
        if (isnan(ramp->max)) ramp->max = fmax(most, ramp->min);
    }
}

void orr__ramp_make(orr__ramp *ramp, const orr_paint *paint, const orr_mail *state, const orr__source *source,
                    uint64_t count)
{
    const uint32_t last = paint->colour_count - 1;
    *ramp = (orr__ramp){ 0 };
    if (source->data) bounds(ramp, paint, state, source, count);
    for (uint32_t i = 0; i <= ORR__STEP_LAST; i++) {
        const double at = (double)i * last / ORR__STEP_LAST;
        const uint32_t k = ramp->counted ? (uint32_t)(at + 0.5) : (uint32_t)at;
        ramp->palette[i] = k >= last ? paint->colours[last]
                                     : mix(paint->colours[k], paint->colours[k + 1], ramp->counted ? 0 : at - k);
    }
    ramp->palette[ORR__STEP_NONE] = NO_NUMBER;
}
