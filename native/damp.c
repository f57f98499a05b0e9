/* damp: velocity loses the share rate * dt; never turns round.
 *
 * Arithmetic (ORR_F32), f() rounding to float:
 *     k = f(1 - f(rate * f(dt)));  if not (k > 0) then k = 0 end
 *     v = f(v * k)                                                                                                 */
#include "simd.h"

typedef struct damp_params {
    float rate;
} damp_params;

static inline ORR__KERNEL void scale(float *restrict v, float factor, uint32_t begin, uint32_t end)
{
    for (uint32_t i = begin; i < end; i++) v[i] *= factor;
}

static inline ORR__KERNEL int32_t damp_rows(const orr_rows *rows, const orr_tick *tick)
{
    const damp_params *params = orr_params(tick);
    const float kept = 1.0f - params->rate * tick->dt_f32, factor = kept > 0.0f ? kept : 0.0f;
    for (uint32_t a = 0; a < 2; a++) scale(orr_slot(rows, a), factor, rows->begin, rows->end);
    return ORR_OK;
}
ORR__VARIANTS(damp)

static const orr_slot_desc damp_slots[] = { ORR_SLOT_RW("velocity.x", f32), ORR_SLOT_RW("velocity.y", f32) };
static const orr_job_param damp_param_list[] = { ORR_PARAM(damp_params, rate, f32, 0.1, 0, 1e6) };
ORR_JOB(damp, damp_slots, .arithmetic = ORR_F32, .param_count = 1, .params = damp_param_list,
        .params_bytes = sizeof(damp_params), .help = "velocity *= max(0, 1 - rate * dt)");
