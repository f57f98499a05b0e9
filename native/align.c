/* align: everybody takes over the mean direction of those within a radius, oneself included, give or take an error, and
 * flies at one speed. T. Vicsek and others, "Novel type of phase transition in a system of self-driven particles",
 * Physical Review Letters 75, 1995.
 *
 * Sees through a `neighbours` of two f32 positions that carries velocity.x and velocity.y (f32), in this order; writes
 * velocity, and its angle in -pi to pi; integrate moves. Positions on periodic axes must be within one period (wrap sees
 * to that). Sums the directions into the reductions "along_x" and "along_y".
 *
 * Arithmetic (ORR_F64; rounded to float when stored), for each row with position x, y; r = radius (0: that of the
 * neighbours); half = 0.5 * size for a periodic axis, else infinite:
 *     sx, sy = 0, 0
 *     for each entry j in the order of orr_near_next:
 *       dx = x[j] - x;  if dx > half then dx = dx - size elseif dx < -half then dx = dx + size end;  dy the same
 *       if dx * dx + dy * dy <= r * r then sx, sy = sx + vx[j], sy + vy[j] end
 *     a = atan2(sy, sx) + noise * (uniform(1) - 0.5)
 *     if a > pi then a = a - 2 * pi elseif a < -pi then a = a + 2 * pi end
 *     angle, velocity.x, velocity.y = a, speed * cos(a), speed * sin(a)                                             */
#include "simd.h"

#include <math.h>

enum { PIECE = 128 };
static const double PI = 3.141592653589793;

typedef struct align_params {
    double radius, noise, speed;
} align_params;

typedef struct align_view {
    const orr_neighbours *near;
    const float *vx, *vy;
    double size[2], half[2], r2;
} align_view;

static int32_t align_look(const orr_rows *rows, const orr_tick *tick, align_view *v)
{
    const align_params *p = orr_params(tick);
    const orr_neighbours *near = orr_slot(rows, 5);
    const int flat = near->dimensions == 2 && near->position[0] && near->position[1];
    const int carries =
        near->carry_count >= 2 && near->carry_types[0] == ORR_TYPE_F32 && near->carry_types[1] == ORR_TYPE_F32;
    if (!carries || (near->count > 0 && !flat))
        return orr_job_fail(rows, tick, "align: needs neighbours of two f32 positions carrying velocity.x, velocity.y");
    const double r = p->radius > 0 ? p->radius : near->radius;
    if (r > near->radius) return orr_job_fail(rows, tick, "align: radius is above the radius of the neighbours");
    *v = (align_view){ .near = near, .vx = near->carry[0], .vy = near->carry[1], .r2 = r * r };
    for (uint32_t a = 0; a < 2; a++) {
        const int periodic = (near->wraps >> a & 1u) != 0;
        v->size[a] = periodic ? near->size[a] : 0.0;
        v->half[a] = periodic ? 0.5 * near->size[a] : HUGE_VAL;
    }
    return ORR_OK;
}

/* Velocities of those within the radius, 0 for the others: to add 0 changes no bit of a sum that began with 0. */
static inline ORR__KERNEL void align_pick(const align_view *v, uint32_t first, uint32_t count, double x, double y,
                                          double *restrict to_x, double *restrict to_y)
{
    const float *restrict px = v->near->position[0] + first, *restrict py = v->near->position[1] + first;
    const float *restrict vx = v->vx + first, *restrict vy = v->vy + first;
    const double size_x = v->size[0], size_y = v->size[1], half_x = v->half[0], half_y = v->half[1], r2 = v->r2;
    for (uint32_t k = 0; k < count; k++) {
        const double ex = (double)px[k] - x, ey = (double)py[k] - y;
        const double ex_less = ex - size_x, ex_more = ex + size_x, ey_less = ey - size_y, ey_more = ey + size_y;
        const double fx = ex < -half_x ? ex_more : ex, fy = ey < -half_y ? ey_more : ey;
        const double dx = ex > half_x ? ex_less : fx, dy = ey > half_y ? ey_less : fy;
        const double ux = (double)vx[k], uy = (double)vy[k], d2 = dx * dx + dy * dy;
        to_x[k] = d2 <= r2 ? ux : 0.0;
        to_y[k] = d2 <= r2 ? uy : 0.0;
    }
}

static inline ORR__KERNEL void align_sum(const align_view *v, double x, double y, double *sum_x, double *sum_y)
{
    _Alignas(64) double ux[PIECE], uy[PIECE];
    double sx = 0, sy = 0;
    orr_near near = orr_near_begin(v->near, x, y, 0.0);
    while (orr_near_next(&near))
        for (uint32_t first = near.begin; first < near.end; first += PIECE) {
            const uint32_t count = near.end - first < PIECE ? near.end - first : PIECE;
            align_pick(v, first, count, x, y, ux, uy);
            for (uint32_t k = 0; k < count; k++) sx += ux[k], sy += uy[k];
        }
    *sum_x = sx;
    *sum_y = sy;
}

static inline ORR__KERNEL int32_t align_rows(const orr_rows *rows, const orr_tick *tick)
{
    const align_params *p = orr_params(tick);
    const float *x = orr_slot(rows, 0), *y = orr_slot(rows, 1);
    float *vx = orr_slot(rows, 2), *vy = orr_slot(rows, 3), *angle = orr_slot(rows, 4);
    double along_x = 0, along_y = 0;
    align_view v = { 0 };
    const int32_t status = align_look(rows, tick, &v);
    if (status != ORR_OK) return status;
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        double sx, sy;
        align_sum(&v, (double)x[i], (double)y[i], &sx, &sy);
        double a = tick->calls->atan2(sy, sx) + p->noise * (orr_uniform(rows, tick, i, 1) - 0.5);
        if (a > PI)
            a = a - 2 * PI;
        else if (a < -PI)
            a = a + 2 * PI;
        const double cx = tick->calls->cos(a), cy = tick->calls->sin(a);
        angle[i] = (float)a;
        vx[i] = (float)(p->speed * cx);
        vy[i] = (float)(p->speed * cy);
        along_x += cx;
        along_y += cy;
    }
    const int32_t code = orr_reduce(rows, tick, ORR_SUM, "along_x", along_x);
    return code != ORR_OK ? code : orr_reduce(rows, tick, ORR_SUM, "along_y", along_y);
}
ORR__VARIANTS(align)

static const orr_slot_desc align_slots[] = {
    ORR_SLOT_R("position.x", f32), ORR_SLOT_R("position.y", f32),  ORR_SLOT_W("velocity.x", f32),
    ORR_SLOT_W("velocity.y", f32), ORR_SLOT_W("angle.value", f32), ORR_NEIGHBOURS("near"),
};
static const orr_job_param align_param_list[] = {
    ORR_PARAM(align_params, radius, f64, 0, 0, 1e30),
    ORR_PARAM(align_params, noise, f64, 1, 0, 6.3),
    ORR_PARAM(align_params, speed, f64, 1, 0, 1e30),
};
ORR_JOB(align, align_slots, .arithmetic = ORR_F64, .param_count = 3, .params = align_param_list,
        .params_bytes = sizeof(align_params), .choose = align_choose,
        .help = "flies in the mean direction of what is near, with noise");
