/* bounce: reflects position and velocity at the walls of the box [min, max]. Whoever is so far out that the reflection
 * leaves the box at the other side is put on that wall. Velocity then points away from the wall that was hit, so
 * nobody is caught outside. NaN stays NaN.
 *
 * Arithmetic (ORR_F32), f() rounding to float; for x, and the same for y:
 *     s = f(abs(v) * restitution)
 *     if x < min then r = f(min + f(min - x)); v = s
 *     elseif x > max then r = f(max - f(x - max)); v = -s
 *     else r = x end
 *     if r < min then r = min elseif r > max then r = max end                                                      */
#include "simd.h"

#include <math.h>

typedef struct bounce_params {
    float min_x, max_x, min_y, max_y, restitution;
} bounce_params;

static inline ORR__KERNEL void reflect(float *restrict x, float *restrict v, float min, float max, float restitution,
                                       uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const float at = x[i], was = v[i], speed = fabsf(was) * restitution, back = -speed;
        const float low = min + (min - at), high = max - (at - max);
        const float up = at < min ? low : at, r = at > max ? high : up;
        const float rising = at < min ? speed : was;
        const float floored = r < min ? min : r;
        x[i] = r > max ? max : floored;
        v[i] = at > max ? back : rising;
    }
}

static inline ORR__KERNEL int32_t bounce_rows(const orr_rows *rows, const orr_tick *tick)
{
    const bounce_params *box = orr_params(tick);
    if (!(box->max_x > box->min_x && box->max_y > box->min_y))
        return orr_job_fail(rows, tick, "bounce: the box is empty: max_x must be above min_x and max_y above min_y");
    const uint32_t count = orr__line_rows(rows);
    reflect(orr__column_f32(rows, 0), orr__column_f32(rows, 2), box->min_x, box->max_x, box->restitution, count);
    reflect(orr__column_f32(rows, 1), orr__column_f32(rows, 3), box->min_y, box->max_y, box->restitution, count);
    return ORR_OK;
}
ORR__VARIANTS(bounce)

static const orr_slot_desc bounce_slots[] = {
    ORR_SLOT_RW("position.x", f32),
    ORR_SLOT_RW("position.y", f32),
    ORR_SLOT_RW("velocity.x", f32),
    ORR_SLOT_RW("velocity.y", f32),
};
static const orr_job_param bounce_param_list[] = {
    ORR_PARAM(bounce_params, min_x, f32, 0, -1e30, 1e30), ORR_PARAM(bounce_params, max_x, f32, 1, -1e30, 1e30),
    ORR_PARAM(bounce_params, min_y, f32, 0, -1e30, 1e30), ORR_PARAM(bounce_params, max_y, f32, 1, -1e30, 1e30),
    ORR_PARAM(bounce_params, restitution, f32, 1, 0, 1),
};
ORR_JOB(bounce, bounce_slots, .arithmetic = ORR_F32, .param_count = 5, .params = bounce_param_list,
        .params_bytes = sizeof(bounce_params), .choose = bounce_choose,
        .help = "reflects position and velocity at the walls of a box");
