/* integrate: position += velocity * dt, in the plane, f32. integrate3: the same in space, f64.
 *
 * Arithmetic of integrate (ORR_F32), f() rounding to float:       x = f(x + f(vx * f(dt)))
 * Arithmetic of integrate3 (ORR_F64):                              x = x + vx * (dt * rate)                         */
#include "simd.h"

typedef struct integrate3_params {
    double rate; /* stretches time; -1 turns it round */
} integrate3_params;

/* Both axes in one loop: small tables are over before a second one would have got going. */
static inline ORR__KERNEL void advance_f32(float *restrict x, float *restrict y, const float *restrict vx,
                                           const float *restrict vy, float dt, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        x[i] += vx[i] * dt;
        y[i] += vy[i] * dt;
    }
}

static inline ORR__KERNEL void advance_f64(double *restrict x, const double *restrict v, double dt, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) x[i] += v[i] * dt;
}

static inline ORR__KERNEL int32_t integrate_rows(const orr_rows *rows, const orr_tick *tick)
{
    advance_f32(orr__column_f32(rows, 0), orr__column_f32(rows, 1), orr__column_f32(rows, 2), orr__column_f32(rows, 3),
                tick->dt_f32, orr__line_rows(rows));
    return ORR_OK;
}
ORR__VARIANTS(integrate)

static inline ORR__KERNEL int32_t integrate3_rows(const orr_rows *rows, const orr_tick *tick)
{
    const integrate3_params *params = orr_params(tick);
    for (uint32_t a = 0; a < 3; a++)
        advance_f64(orr__column_f64(rows, a), orr__column_f64(rows, 3 + a), tick->dt * params->rate,
                    orr__line_rows(rows));
    return ORR_OK;
}
ORR__VARIANTS(integrate3)

static const orr_slot_desc integrate_slots[] = {
    ORR_SLOT_RW("position.x", f32),
    ORR_SLOT_RW("position.y", f32),
    ORR_SLOT_R("velocity.x", f32),
    ORR_SLOT_R("velocity.y", f32),
};
ORR_JOB(integrate, integrate_slots, .arithmetic = ORR_F32, .choose = integrate_choose,
        .help = "position += velocity * dt, in the plane");

static const orr_slot_desc integrate3_slots[] = {
    ORR_SLOT_RW("position.x", f64), ORR_SLOT_RW("position.y", f64), ORR_SLOT_RW("position.z", f64),
    ORR_SLOT_R("velocity.x", f64),  ORR_SLOT_R("velocity.y", f64),  ORR_SLOT_R("velocity.z", f64),
};
static const orr_job_param integrate3_param_list[] = { ORR_PARAM(integrate3_params, rate, f64, 1, -1e30, 1e30) };
ORR_JOB(integrate3, integrate3_slots, .arithmetic = ORR_F64, .param_count = 1, .params = integrate3_param_list,
        .params_bytes = sizeof(integrate3_params), .choose = integrate3_choose,
        .help = "position += velocity * dt, in space, f64");
