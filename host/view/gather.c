#include "view/gather.h"

#include <math.h>

#define NO_NUMBER 0x808080ffu

orr__source orr__gather_source(const orr__show *show, const orr_mail *state, uint32_t layer, const orr_amount *amount)
{
    orr__source source = { .value = amount->value };
    if (amount->field.component) {
        source.data = orr_mail_column(state, show->subscription[layer], amount->field, NULL);
        source.type = amount->field.type;
    } else if (amount->param) {
        (void)orr_mail_param(state, amount->param, &source.value);
    }
    return source;
}

/* A loop over a column of any type: `x` is its value as a double. */
#define EACH(type, body)                                                                                               \
    {                                                                                                                  \
        const type *column = source->data;                                                                             \
        for (uint64_t i = 0; i < count; i++) {                                                                         \
            const double x = (double)column[i];                                                                        \
            body;                                                                                                      \
        }                                                                                                              \
        break;                                                                                                         \
    }
#define EACH_ROW(body)                                                                                                 \
    switch (source->type) {                                                                                            \
    case ORR_TYPE_F32: EACH(float, body)                                                                               \
    case ORR_TYPE_F64: EACH(double, body)                                                                              \
    case ORR_TYPE_I8: EACH(int8_t, body)                                                                               \
    case ORR_TYPE_U8: EACH(uint8_t, body)                                                                              \
    case ORR_TYPE_BOOL: EACH(uint8_t, body)                                                                            \
    case ORR_TYPE_I16: EACH(int16_t, body)                                                                             \
    case ORR_TYPE_U16: EACH(uint16_t, body)                                                                            \
    case ORR_TYPE_I32: EACH(int32_t, body)                                                                             \
    case ORR_TYPE_U32: EACH(uint32_t, body)                                                                            \
    case ORR_TYPE_I64: EACH(int64_t, body)                                                                             \
    case ORR_TYPE_U64: EACH(uint64_t, body)                                                                            \
    default: break;                                                                                                    \
    }

void orr__gather_line(const orr__source *source, uint64_t count, double scale, double shift, float *out)
{
    if (source->data) {
        EACH_ROW(out[i] = (float)(x * scale + shift))
        return;
    }
    const float all = (float)(source->value * scale + shift);
    for (uint64_t i = 0; i < count; i++) out[i] = all;
}

bool orr__gather_range(const orr__source *source, uint64_t count, double *min, double *max)
{
    double least = HUGE_VAL, most = -HUGE_VAL;
    if (source->data) {
        EACH_ROW(least = x < least ? x : least; most = x > most ? x : most)
    }
    *min = least;
    *max = most;
    return least <= most;
}

static bool is_whole(uint32_t type)
{
    return type != ORR_TYPE_F32 && type != ORR_TYPE_F64;
}

static uint32_t mix(uint32_t a, uint32_t b, double t)
{
    uint32_t out = 0;
    for (uint32_t shift = 0; shift < 32; shift += 8) {
        const double from = (double)(a >> shift & 0xff), to = (double)(b >> shift & 0xff);
        out |= (uint32_t)(from + (to - from) * t + 0.5) << shift;
    }
    return out;
}

void orr__ramp_make(orr__ramp *ramp, const orr_paint *paint, uint32_t type, const orr__source *source, uint64_t count)
{
    const uint32_t last = paint->colour_count - 1;
    const bool numbered = paint->min == paint->max && is_whole(type) && !paint->map;
    ramp->min = paint->min;
    ramp->max = paint->max;
    if (numbered) {
        ramp->min = 0;
        ramp->max = last;
    } else if (ramp->min == ramp->max && !orr__gather_range(source, count, &ramp->min, &ramp->max)) {
        ramp->min = ramp->max = 0;
    }
    for (uint32_t i = 0; i < 256; i++) {
        const double at = (double)i * last / 255;
        const uint32_t k = numbered ? (uint32_t)(at + 0.5) : (uint32_t)at;
        ramp->steps[i] =
            k >= last ? paint->colours[last] : mix(paint->colours[k], paint->colours[k + 1], numbered ? 0 : at - k);
    }
    ramp->steps[256] = NO_NUMBER;
}

void orr__gather_steps(const orr__ramp *ramp, const orr__source *source, uint64_t count, uint16_t *out)
{
    const double scale = ramp->max > ramp->min ? 255 / (ramp->max - ramp->min) : 0, shift = 0.5 - ramp->min * scale;
    if (!source->data) {
        for (uint64_t i = 0; i < count; i++) out[i] = 0;
        return;
    }
    EACH_ROW(const double at = x * scale + shift; out[i] = (uint16_t)(at >= 255 ? 255
                                                                      : at > 0  ? (int32_t)at
                                                                      : at <= 0 ? 0
                                                                                : 256))
}
