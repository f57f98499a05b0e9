/* integrate: position += velocity * dt, in the plane, f32. integrate3: the same in space, f64.
 *
 * Arithmetic of integrate (ORR_F32), f() rounding to float:       x = f(x + f(vx * f(dt)))
 * Arithmetic of integrate3 (ORR_F64):                              x = x + vx * (dt * rate)                         */
#include "simd.h"

typedef struct integrate3_params {
    double rate; /* stretches time; -1 turns it round */
} integrate3_params;

static inline ORR__KERNEL void advance_f32(float *restrict x, const float *restrict v, float dt, uint32_t begin,
                                           uint32_t end)
{
    for (uint32_t i = begin; i < end; i++) x[i] += v[i] * dt;
}

static inline ORR__KERNEL void advance_f64(double *restrict x, const double *restrict v, double dt, uint32_t begin,
                                           uint32_t end)
{
    for (uint32_t i = begin; i < end; i++) x[i] += v[i] * dt;
}

static inline ORR__KERNEL int32_t integrate_rows(const orr_rows *rows, const orr_tick *tick)
{
    for (uint32_t a = 0; a < 2; a++)
        advance_f32(orr_slot(rows, a), orr_slot(rows, 2 + a), tick->dt_f32, rows->begin, rows->end);
    return ORR_OK;
}
ORR__VARIANTS(integrate)

static inline ORR__KERNEL int32_t integrate3_rows(const orr_rows *rows, const orr_tick *tick)
{
    const integrate3_params *params = orr_params(tick);
    for (uint32_t a = 0; a < 3; a++)
        advance_f64(orr_slot(rows, a), orr_slot(rows, 3 + a), tick->dt * params->rate, rows->begin, rows->end);
    return ORR_OK;
}
ORR__VARIANTS(integrate3)

static const orr_slot_desc integrate_slots[] = {
    ORR_SLOT_RW("position.x", f32),
    ORR_SLOT_RW("position.y", f32),
    ORR_SLOT_R("velocity.x", f32),
    ORR_SLOT_R("velocity.y", f32),
};
ORR_JOB(integrate, integrate_slots, .arithmetic = ORR_F32, .help = "position += velocity * dt, in the plane");

static const orr_slot_desc integrate3_slots[] = {
    ORR_SLOT_RW("position.x", f64), ORR_SLOT_RW("position.y", f64), ORR_SLOT_RW("position.z", f64),
    ORR_SLOT_R("velocity.x", f64),  ORR_SLOT_R("velocity.y", f64),  ORR_SLOT_R("velocity.z", f64),
};
static const orr_job_param integrate3_param_list[] = { ORR_PARAM(integrate3_params, rate, f64, 1, -1e30, 1e30) };
ORR_JOB(integrate3, integrate3_slots, .arithmetic = ORR_F64, .param_count = 1, .params = integrate3_param_list,
        .params_bytes = sizeof(integrate3_params), .help = "position += velocity * dt, in space, f64");
