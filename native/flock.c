/* flock: boids. Each steers by those it sees: away from the close ones (separation), into their mean direction
 * (alignment), towards their middle (cohesion).
 * Craig Reynolds, "Flocks, herds, and schools: a distributed behavioral model", SIGGRAPH 1987.
 *
 * Sees through a `neighbours` of two f32 positions that carries velocity.x and velocity.y (f32), in this order. Writes
 * velocity; integrate moves. Positions on periodic axes must be within one period (wrap sees to that).
 *
 * Arithmetic (ORR_F64; velocity is rounded to float when stored), for each row with position x, y and velocity vx, vy;
 * r = radius (0: that of the neighbours), s = separation_radius (0: r * 0.4), r2 = r * r, s2 = s * s;
 * half = 0.5 * size for a periodic axis, else infinite:
 *     n, cx, cy, ux, uy, sx, sy = 0, 0, 0, 0, 0, 0, 0
 *     for each entry j in the order of orr_near_next, if entity[j] is not the row's own:
 *       dx = x[j] - x;  if dx > half then dx = dx - size elseif dx < -half then dx = dx + size end;  dy the same
 *       d2 = dx * dx + dy * dy
 *       if d2 <= r2 then
 *         n = n + 1;  cx, cy = cx + dx, cy + dy;  ux, uy = ux + vx[j], uy + vy[j]
 *         if d2 < s2 and d2 > 0 then q = s2 / d2 - 1;  sx, sy = sx + dx * q, sy + dy * q end
 *       end
 *     if n > 0 then
 *       k = 1 / n
 *       ax = cohesion * (cx * k) + alignment * (ux * k - vx) - separation * (sx * k);  ay the same
 *       a2 = ax * ax + ay * ay
 *       if a2 > max_force * max_force then f = max_force / sqrt(a2);  ax, ay = ax * f, ay * f end
 *       vx, vy = vx + ax * dt, vy + ay * dt
 *     end
 *     v2 = vx * vx + vy * vy
 *     if v2 > max_speed * max_speed then f = max_speed / sqrt(v2);  vx, vy = vx * f, vy * f
 *     elseif v2 < min_speed * min_speed and v2 > 0 then f = min_speed / sqrt(v2);  vx, vy = vx * f, vy * f end
 *
 * Two passes a span of entries: distances into a small buffer (vectors), then the sums over those within the radius, in
 * order, so that the bits do not depend on the width of the vectors. */
#include "simd.h"

#include <math.h>

enum { BUFFER = 128 };

typedef struct flock_params {
    double radius, separation_radius, separation, alignment, cohesion, max_force, min_speed, max_speed;
} flock_params;

/* What is the same for all rows of a call. */
typedef struct view {
    const orr_neighbours *near;
    const float *vx, *vy;
    double size[2], half[2], r2, s2;
} view;

typedef struct buffer {
    double dx[BUFFER], dy[BUFFER], d2[BUFFER];
    uint32_t seen[BUFFER];
} buffer;

typedef struct sums {
    double cx, cy, ux, uy, sx, sy;
    uint32_t n;
} sums;

static inline ORR__KERNEL void distances(const view *v, uint32_t first, uint32_t count, double x, double y,
                                         buffer *restrict b)
{
    const float *restrict px = v->near->position[0] + first, *restrict py = v->near->position[1] + first;
    const double size_x = v->size[0], size_y = v->size[1], half_x = v->half[0], half_y = v->half[1];
    for (uint32_t k = 0; k < count; k++) {
        const double ex = (double)px[k] - x, ey = (double)py[k] - y;
        const double ex_less = ex - size_x, ex_more = ex + size_x, ey_less = ey - size_y, ey_more = ey + size_y;
        const double fx = ex < -half_x ? ex_more : ex, fy = ey < -half_y ? ey_more : ey;
        const double dx = ex > half_x ? ex_less : fx, dy = ey > half_y ? ey_less : fy;
        b->dx[k] = dx;
        b->dy[k] = dy;
        b->d2[k] = dx * dx + dy * dy;
    }
}

static inline ORR__KERNEL void look(const view *v, uint32_t first, uint32_t count, orr_entity self, double x, double y,
                                    buffer *restrict b, sums *restrict sum)
{
    distances(v, first, count, x, y, b);
    uint32_t seen = 0;
    for (uint32_t k = 0; k < count; k++) {      /* no branch: one in three is seen, no processor guesses which */
        b->seen[seen] = k;
        seen += (uint32_t)(b->d2[k] <= v->r2) & (uint32_t)(v->near->entity[first + k] != self);
    }
    sum->n += seen;
    for (uint32_t h = 0; h < seen; h++) {
        const uint32_t k = b->seen[h];
        const double dx = b->dx[k], dy = b->dy[k], d2 = b->d2[k];
        sum->cx += dx;
        sum->cy += dy;
        sum->ux += (double)v->vx[first + k];
        sum->uy += (double)v->vy[first + k];
        if (d2 < v->s2 && d2 > 0) {
            const double q = v->s2 / d2 - 1.0;
            sum->sx += dx * q;
            sum->sy += dy * q;
        }
    }
}

static inline ORR__KERNEL void steer(const flock_params *p, const sums *sum, double dt, float *to_x, float *to_y)
{
    double vx = (double)*to_x, vy = (double)*to_y;
    if (sum->n > 0) {
        const double k = 1.0 / (double)sum->n;
        double ax = p->cohesion * (sum->cx * k) + p->alignment * (sum->ux * k - vx) - p->separation * (sum->sx * k);
        double ay = p->cohesion * (sum->cy * k) + p->alignment * (sum->uy * k - vy) - p->separation * (sum->sy * k);
        const double a2 = ax * ax + ay * ay;
        if (a2 > p->max_force * p->max_force) {
            const double f = p->max_force / sqrt(a2);
            ax *= f;
            ay *= f;
        }
        vx += ax * dt;
        vy += ay * dt;
    }
    const double v2 = vx * vx + vy * vy;
    double f = 1.0;
    if (v2 > p->max_speed * p->max_speed) f = p->max_speed / sqrt(v2);
    else if (v2 < p->min_speed * p->min_speed && v2 > 0) f = p->min_speed / sqrt(v2);
    *to_x = (float)(vx * f);
    *to_y = (float)(vy * f);
}

static int32_t make_view(const orr_rows *rows, const orr_tick *tick, view *v)
{
    const flock_params *p = orr_params(tick);
    const orr_neighbours *near = orr_slot(rows, 4);
    const int flat = near->dimensions == 2 && near->position[0] && near->position[1];
    if (near->carry_count < 2 || (near->count > 0 && !flat))
        return orr_job_fail(rows, tick, "flock: needs neighbours of two f32 positions carrying velocity.x, velocity.y");
    const double r = p->radius > 0 ? p->radius : near->radius;
    const double s = p->separation_radius > 0 ? p->separation_radius : r * 0.4;
    if (r > near->radius) return orr_job_fail(rows, tick, "flock: radius is above the radius of the neighbours");
    *v = (view){ .near = near, .vx = near->carry[0], .vy = near->carry[1], .r2 = r * r, .s2 = s * s };
    for (uint32_t a = 0; a < 2; a++) {
        const int periodic = (near->wraps >> a & 1u) != 0;
        v->size[a] = periodic ? near->size[a] : 0.0;
        v->half[a] = periodic ? 0.5 * near->size[a] : HUGE_VAL;
    }
    return ORR_OK;
}

static inline ORR__KERNEL int32_t flock_rows(const orr_rows *rows, const orr_tick *tick)
{
    const float *x = orr_slot(rows, 0), *y = orr_slot(rows, 1);
    float *vx = orr_slot(rows, 2), *vy = orr_slot(rows, 3);
    view v = { 0 };
    const int32_t status = make_view(rows, tick, &v);
    if (status != ORR_OK) return status;
    buffer b;
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        sums sum = { 0 };
        orr_near near = orr_near_begin(v.near, (double)x[i], (double)y[i], 0.0);
        while (orr_near_next(&near))
            for (uint32_t first = near.begin; first < near.end; first += BUFFER) {
                const uint32_t count = near.end - first < BUFFER ? near.end - first : BUFFER;
                look(&v, first, count, rows->entity[i], (double)x[i], (double)y[i], &b, &sum);
            }
        steer(orr_params(tick), &sum, tick->dt, &vx[i], &vy[i]);
    }
    return ORR_OK;
}
ORR__VARIANTS(flock)

static const orr_slot_desc flock_slots[] = {
    ORR_SLOT_R("position.x", f32), ORR_SLOT_R("position.y", f32),
    ORR_SLOT_RW("velocity.x", f32), ORR_SLOT_RW("velocity.y", f32),
    ORR_NEIGHBOURS("near"),
};
static const orr_job_param flock_param_list[] = {
    ORR_PARAM(flock_params, radius, f64, 0, 0, 1e30), ORR_PARAM(flock_params, separation_radius, f64, 0, 0, 1e30),
    ORR_PARAM(flock_params, separation, f64, 4, 0, 1e6), ORR_PARAM(flock_params, alignment, f64, 2, 0, 1e6),
    ORR_PARAM(flock_params, cohesion, f64, 1, 0, 1e6), ORR_PARAM(flock_params, max_force, f64, 200, 0, 1e30),
    ORR_PARAM(flock_params, min_speed, f64, 20, 0, 1e30), ORR_PARAM(flock_params, max_speed, f64, 80, 0, 1e30),
};
ORR_JOB(flock, flock_slots, .arithmetic = ORR_F64, .param_count = 8, .params = flock_param_list,
        .params_bytes = sizeof(flock_params), .help = "boids: separation, alignment, cohesion of what is near");
