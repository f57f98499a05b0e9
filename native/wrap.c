/* wrap: position into the box [min, max) by whole box lengths. Never max itself; NaN stays NaN, an infinite one
 * becomes NaN.
 *
 * Nearly every row is inside or at most one length outside: that is done with selects alone, in vectors. The few that
 * are still outside afterwards (far away, or rounded onto max) are done again in double.
 *
 * Arithmetic (ORR_F32), f() rounding to float, everything not in f() in double; for x, and the same for y:
 *     size = f(max - min)
 *     if x < min then r = f(x + size) elseif x >= max then r = f(x - size) else r = x end
 *     if r < min or r >= max then
 *       length = max - min;  r = f(x - floor((x - min) / length) * length)
 *       if r < min or r >= max then r = min end
 *     end                                                                                                          */
#include "simd.h"

#include <math.h>

typedef struct wrap_params {
    float min_x, max_x, min_y, max_y;
} wrap_params;

/* Returns whether a row needs fetch(). */
static inline ORR__KERNEL uint32_t nudge(const float *restrict x, float *restrict moved, float min, float max,
                                         uint32_t count)
{
    const float size = max - min;
    uint32_t outside = 0;
    for (uint32_t i = 0; i < count; i++) {
        const float up = x[i] + size, down = x[i] - size;
        const float lifted = x[i] < min ? up : x[i], r = x[i] >= max ? down : lifted;
        moved[i] = r;
        outside |= (uint32_t)(r < min) | (uint32_t)(r >= max);
    }
    return outside;
}

static float fetch(float x, float min, float max)
{
    const double length = (double)max - (double)min;
    const float r = (float)((double)x - floor(((double)x - (double)min) / length) * length);
    return r < min || r >= max ? min : r;
}

/* Whole lines: what stands after the last row is wrapped as well, so that it does not need fetch() for ever. */
static inline ORR__KERNEL void wrap_column(float *x, float min, float max, uint32_t rows)
{
    enum { BLOCK = 256 };
    float moved[BLOCK];
    for (uint32_t i = 0; i < rows; i += BLOCK) {
        const uint32_t count = rows - i < BLOCK ? rows - i : BLOCK;
        if (nudge(x + i, moved, min, max, count))
            for (uint32_t k = 0; k < count; k++)
                if (moved[k] < min || moved[k] >= max) moved[k] = fetch(x[i + k], min, max);
        memcpy(x + i, moved, count * sizeof *x);
    }
}

static inline ORR__KERNEL int32_t wrap_rows(const orr_rows *rows, const orr_tick *tick)
{
    const wrap_params *box = orr_params(tick);
    if (!(box->max_x > box->min_x && box->max_y > box->min_y))
        return orr_job_fail(rows, tick, "wrap: the box is empty: max_x must be above min_x and max_y above min_y");
    wrap_column(orr__column_f32(rows, 0), box->min_x, box->max_x, orr__line_rows(rows));
    wrap_column(orr__column_f32(rows, 1), box->min_y, box->max_y, orr__line_rows(rows));
    return ORR_OK;
}
ORR__VARIANTS(wrap)

static const orr_slot_desc wrap_slots[] = { ORR_SLOT_RW("position.x", f32), ORR_SLOT_RW("position.y", f32) };
static const orr_job_param wrap_param_list[] = {
    ORR_PARAM(wrap_params, min_x, f32, 0, -1e30, 1e30),
    ORR_PARAM(wrap_params, max_x, f32, 1, -1e30, 1e30),
    ORR_PARAM(wrap_params, min_y, f32, 0, -1e30, 1e30),
    ORR_PARAM(wrap_params, max_y, f32, 1, -1e30, 1e30),
};
ORR_JOB(wrap, wrap_slots, .arithmetic = ORR_F32, .param_count = 4, .params = wrap_param_list,
        .params_bytes = sizeof(wrap_params), .choose = wrap_choose,
        .help = "position into the periodic box [min, max)");
