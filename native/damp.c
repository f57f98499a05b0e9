/* damp: velocity loses the share rate * dt; never turns round.
 *
 * Arithmetic (ORR_F32), f() rounding to float:
 *     k = f(1 - f(rate * f(dt)));  if not (k > 0) then k = 0 end
 *     v = f(v * k)                                                                                                 */
#include "simd.h"

typedef struct damp_params {
    float rate;
} damp_params;

static inline ORR__KERNEL void scale(float *restrict vx, float *restrict vy, float factor, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        vx[i] *= factor;
        vy[i] *= factor;
    }
}

static inline ORR__KERNEL int32_t damp_rows(const orr_rows *rows, const orr_tick *tick)
{
    const damp_params *params = orr_params(tick);
    const float kept = 1.0f - params->rate * tick->dt_f32, factor = kept > 0.0f ? kept : 0.0f;
    scale(orr__column_f32(rows, 0), orr__column_f32(rows, 1), factor, orr__line_rows(rows));
    return ORR_OK;
}
ORR__VARIANTS(damp)

static const orr_slot_desc damp_slots[] = { ORR_SLOT_RW("velocity.x", f32), ORR_SLOT_RW("velocity.y", f32) };
static const orr_job_param damp_param_list[] = { ORR_PARAM(damp_params, rate, f32, 0.1, 0, 1e6) };
ORR_JOB(damp, damp_slots, .arithmetic = ORR_F32, .param_count = 1, .params = damp_param_list,
        .params_bytes = sizeof(damp_params), .choose = damp_choose, .help = "velocity *= max(0, 1 - rate * dt)");
