#include "view/gather.h"

#include <math.h>
#include <string.h>

/* Floats are exact to this many parts in a pixel as long as nothing is farther off than so many. */
#define FAR 65536.0

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
        const type *column = (const type *)source->data + first;                                                       \
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

/* Four at a time in vectors, half the cost of going through doubles. */
static void line_of_floats(const float *restrict column, uint64_t count, float scale, float shift, float *restrict out)
{
    for (uint64_t i = 0; i < count; i++) out[i] = column[i] * scale + shift;
}

void orr__gather_line(const orr__source *source, uint64_t count, double scale, double shift, float *out)
{
    const uint64_t first = 0;
    if (source->data && source->type == ORR_TYPE_F32 && fabs(shift) < FAR) {
        line_of_floats(source->data, count, (float)scale, (float)shift, out);
        return;
    }
    if (source->data) {
        EACH_ROW(out[i] = (float)(x * scale + shift))
        return;
    }
    const float all = (float)(source->value * scale + shift);
    for (uint64_t i = 0; i < count; i++) out[i] = all;
}

float orr__gather_one(const orr__source *source, uint64_t row)
{
    if (!source->data) return (float)source->value;
    if (source->type == ORR_TYPE_F32) return ((const float *)source->data)[row];
    float out = 0;
    const orr__source one = { .data = (const char *)source->data + row * orr_type_bytes(source->type),
                              .type = source->type };
    orr__gather_line(&one, 1, 1, 0, &out);
    return out;
}

bool orr__gather_range(const orr__source *source, uint64_t count, double *min, double *max)
{
    const uint64_t first = 0;
    double least = HUGE_VAL, most = -HUGE_VAL;
    if (source->data) {
        EACH_ROW(const bool finite = x - x == 0; least = finite && x < least ? x : least;
                 most = finite && x > most ? x : most)
    } else if (count && isfinite(source->value)) {
        least = most = source->value;
    }
    *min = least;
    *max = most;
    return least <= most;
}

/* NaN is smaller than nothing and larger than nothing. */
static inline uint8_t step_of(double at)
{
    const int32_t step = at >= ORR__STEP_LAST ? ORR__STEP_LAST : at > 0 ? (int32_t)at : 0;
    return (uint8_t)(at == at ? step : ORR__STEP_NONE);
}

static void steps_of_floats(const float *restrict column, uint64_t count, float scale, float shift,
                            uint8_t *restrict out)
{
    for (uint64_t i = 0; i < count; i++) {
        const float at = column[i] * scale + shift;
        const float held = at >= ORR__STEP_LAST ? ORR__STEP_LAST : at > 0 ? at : 0;
        const int32_t step = (int32_t)held;
        out[i] = (uint8_t)(at == at ? step : ORR__STEP_NONE);
    }
}

static void steps_of_bytes(const uint8_t *restrict column, uint64_t count, double scale, double shift,
                           uint8_t *restrict out)
{
    uint8_t all[256];
    for (uint32_t v = 0; v < 256; v++) all[v] = step_of(v * scale + shift);
    for (uint64_t i = 0; i < count; i++) out[i] = all[column[i]];
}

void orr__gather_steps(const orr__source *source, uint64_t first, uint64_t count, double min, double max, uint8_t *out)
{
    const double scale = max > min ? ORR__STEP_LAST / (max - min) : 0, shift = 0.5 - min * scale;
    if (!source->data) {
        memset(out, step_of(source->value * scale + shift), count);
    } else if (source->type == ORR_TYPE_F32 && fabs(shift) < FAR && scale < 1e30) {
        steps_of_floats((const float *)source->data + first, count, (float)scale, (float)shift, out);
    } else if (source->type == ORR_TYPE_U8 || source->type == ORR_TYPE_BOOL) {
        steps_of_bytes((const uint8_t *)source->data + first, count, scale, shift, out);
    } else {
        EACH_ROW(out[i] = step_of(x * scale + shift))
    }
}
