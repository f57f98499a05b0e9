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
 * How it goes fast: for each row the distances to all that may be near (vectors), the list of those within the radius
 * (no branch: one in three is, and no processor guesses which), the sums over them in order (so the bits do not depend
 * on the width of vectors). Then the steering of 64 rows at once (vectors again). */
#include "simd.h"

#include <math.h>

enum { ROWS = 64, STEP = 8, PIECE = 256, ROOM = 768 };

typedef struct flock_params {
    double radius, separation_radius, separation, alignment, cohesion, max_force, min_speed, max_speed;
} flock_params;

/* What is the same for all rows of a call. */
typedef struct view {
    const orr_neighbours *near;
    const float *vx, *vy;
    double size[2], half[2], r2, s2;
} view;

/* Candidates of one row. A step of STEP may write past `count`. */
typedef struct candidates {
    _Alignas(64) double dx[ROOM + STEP], dy[ROOM + STEP], d2[ROOM + STEP];
    _Alignas(64) uint32_t entry[ROOM + STEP], seen[ROOM + STEP];
    uint32_t count;
} candidates;

typedef struct sums {
    double n[ROWS], cx[ROWS], cy[ROWS], ux[ROWS], uy[ROWS], sx[ROWS], sy[ROWS];
} sums;

/* Where the row stands and what its axes are like. */
typedef struct place {
    double x, y, size_x, size_y, half_x, half_y;
} place;

static inline ORR__KERNEL void distances(const float *restrict px, const float *restrict py, uint32_t first,
                                         uint32_t count, place at, double *restrict to_x, double *restrict to_y,
                                         double *restrict to_2, uint32_t *restrict entry)
{
    for (uint32_t k = 0; k < count; k++) {
        const double ex = (double)px[k] - at.x, ey = (double)py[k] - at.y;
        const double ex_less = ex - at.size_x, ex_more = ex + at.size_x;
        const double ey_less = ey - at.size_y, ey_more = ey + at.size_y;
        const double fx = ex < -at.half_x ? ex_more : ex, fy = ey < -at.half_y ? ey_more : ey;
        const double dx = ex > at.half_x ? ex_less : fx, dy = ey > at.half_y ? ey_less : fy;
        to_x[k] = dx;
        to_y[k] = dy;
        to_2[k] = dx * dx + dy * dy;
        entry[k] = first + k;
    }
}

/* The next candidates: entries first to first + count. */
static inline ORR__KERNEL void append(const view *v, uint32_t first, uint32_t count, place at, candidates *c)
{
    const float *px = v->near->position[0] + first, *py = v->near->position[1] + first;
    const uint32_t n = c->count, whole = (count + STEP - 1) / STEP * STEP;
    /* whole steps where there are entries to read: what is too much is overwritten by the next ones */
    if (whole <= v->near->count - first)
        distances(px, py, first, whole, at, c->dx + n, c->dy + n, c->d2 + n, c->entry + n);
    else
        distances(px, py, first, count, at, c->dx + n, c->dy + n, c->d2 + n, c->entry + n);
    c->count = n + count;
}

/* Adds what is within the radius to the sums of row l, and forgets the candidates. */
static inline ORR__KERNEL void add_up(const view *v, orr_entity self, candidates *restrict c, sums *restrict sum,
                                      uint32_t l)
{
    const orr_entity *restrict entity = v->near->entity;
    const float *restrict vx = v->vx, *restrict vy = v->vy;
    const double r2 = v->r2, s2 = v->s2;
    double cx = sum->cx[l], cy = sum->cy[l], ux = sum->ux[l], uy = sum->uy[l], sx = sum->sx[l], sy = sum->sy[l];
    uint32_t seen = 0, others = 0;
    for (uint32_t k = 0; k < c->count; k++) {
        c->seen[seen] = k;
        seen += c->d2[k] <= r2;
    }
    for (uint32_t h = 0; h < seen; h++) {
        const uint32_t k = c->seen[h], j = c->entry[k];
        if (entity[j] == self) continue;
        const double dx = c->dx[k], dy = c->dy[k], d2 = c->d2[k];
        /* 0 when not closer than s; at one point dx and dy are 0 and q finite (no two floats are 1e-100 apart) */
        const double close = s2 / (d2 > 1e-200 ? d2 : 1e-200) - 1.0, q = close > 0.0 ? close : 0.0;
        others++;
        cx += dx;
        cy += dy;
        ux += (double)vx[j];
        uy += (double)vy[j];
        sx += dx * q;
        sy += dy * q;
    }
    sum->n[l] += (double)others;
    sum->cx[l] = cx;
    sum->cy[l] = cy;
    sum->ux[l] = ux;
    sum->uy[l] = uy;
    sum->sx[l] = sx;
    sum->sy[l] = sy;
    c->count = 0;
}

/* The sums of row l. */
static inline ORR__KERNEL void look(const view *v, orr_entity self, double x, double y, candidates *restrict c,
                                    sums *restrict sum, uint32_t l)
{
    const place at = { x, y, v->size[0], v->size[1], v->half[0], v->half[1] };
    orr_near near = orr_near_begin(v->near, x, y, 0.0);
    while (orr_near_next(&near))
        for (uint32_t first = near.begin; first < near.end; first += PIECE) {
            if (c->count + PIECE > ROOM) add_up(v, self, c, sum, l);
            append(v, first, near.end - first < PIECE ? near.end - first : PIECE, at, c);
        }
    add_up(v, self, c, sum, l);
}

static inline ORR__KERNEL void steer(const flock_params *p, const sums *restrict sum, double dt, float *restrict to_x,
                                     float *restrict to_y, uint32_t count)
{
    const double cohesion = p->cohesion, alignment = p->alignment, separation = p->separation;
    const double max_force = p->max_force, max_speed = p->max_speed, min_speed = p->min_speed;
    const double force2 = max_force * max_force, fast2 = max_speed * max_speed, slow2 = min_speed * min_speed;
    for (uint32_t l = 0; l < count; l++) {
        const double was_x = (double)to_x[l], was_y = (double)to_y[l], n = sum->n[l], k = 1.0 / n;
        double ax = cohesion * (sum->cx[l] * k) + alignment * (sum->ux[l] * k - was_x) - separation * (sum->sx[l] * k);
        double ay = cohesion * (sum->cy[l] * k) + alignment * (sum->uy[l] * k - was_y) - separation * (sum->sy[l] * k);
        const double a2 = ax * ax + ay * ay, weaker = max_force / sqrt(a2), force = a2 > force2 ? weaker : 1.0;
        const double new_x = was_x + ax * force * dt, new_y = was_y + ay * force * dt;
        const double vx = n > 0.0 ? new_x : was_x, vy = n > 0.0 ? new_y : was_y;
        const double v2 = vx * vx + vy * vy, v = sqrt(v2), slower = max_speed / v, faster = min_speed / v;
        const double least = v2 > 0.0 ? faster : 1.0, low = v2 < slow2 ? least : 1.0, f = v2 > fast2 ? slower : low;
        to_x[l] = (float)(vx * f);
        to_y[l] = (float)(vy * f);
    }
}

static int32_t make_view(const orr_rows *rows, const orr_tick *tick, view *v)
{
    const flock_params *p = orr_params(tick);
    const orr_neighbours *near = orr_slot(rows, 4);
    const int flat = near->dimensions == 2 && near->position[0] && near->position[1];
    const int carries =
        near->carry_count >= 2 && near->carry_types[0] == ORR_TYPE_F32 && near->carry_types[1] == ORR_TYPE_F32;
    if (!carries || (near->count > 0 && !flat))
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
    candidates c;
    sums sum;
    c.count = 0;
    for (uint32_t i = rows->begin; i < rows->end; i += ROWS) {
        const uint32_t count = rows->end - i < ROWS ? rows->end - i : ROWS;
        memset(&sum, 0, sizeof sum);
        for (uint32_t l = 0; l < count; l++)
            look(&v, rows->entity[i + l], (double)x[i + l], (double)y[i + l], &c, &sum, l);
        steer(orr_params(tick), &sum, tick->dt, vx + i, vy + i, (count + 15u) & ~15u); /* no sums, no change of note */
    }
    return ORR_OK;
}
ORR__VARIANTS(flock)

static const orr_slot_desc flock_slots[] = {
    ORR_SLOT_R("position.x", f32),  ORR_SLOT_R("position.y", f32), ORR_SLOT_RW("velocity.x", f32),
    ORR_SLOT_RW("velocity.y", f32), ORR_NEIGHBOURS("near"),
};
static const orr_job_param flock_param_list[] = {
    ORR_PARAM(flock_params, radius, f64, 0, 0, 1e30),     ORR_PARAM(flock_params, separation_radius, f64, 0, 0, 1e30),
    ORR_PARAM(flock_params, separation, f64, 4, 0, 1e6),  ORR_PARAM(flock_params, alignment, f64, 2, 0, 1e6),
    ORR_PARAM(flock_params, cohesion, f64, 1, 0, 1e6),    ORR_PARAM(flock_params, max_force, f64, 200, 0, 1e30),
    ORR_PARAM(flock_params, min_speed, f64, 20, 0, 1e30), ORR_PARAM(flock_params, max_speed, f64, 80, 0, 1e30),
};
ORR_JOB(flock, flock_slots, .arithmetic = ORR_F64, .param_count = 8, .params = flock_param_list,
        .params_bytes = sizeof(flock_params), .choose = flock_choose,
        .help = "boids: separation, alignment, cohesion of what is near");
