/* sph_density, sph_motion: a fluid of particles, "smoothed particle hydrodynamics", weakly compressible, in the plane.
 * Joseph Monaghan, "Simulating free surface flows with SPH", Journal of Computational Physics, 1994; the kernel is
 * Holger Wendland's (C2, 1995): W(d) = 7 / (pi R^2) (1 - s)^4 (1 + 4 s) with s = d / R for d < R, the support.
 *
 * Density is summed over all that is near, itself included; pressure grows with it from the density at rest on and is
 * never below 0. What does not move (walls) has density and pressure too. Units are those of the script.
 * Terms are summed in grains (grain.h): the order of particles does not matter.
 *
 * Arithmetic (ORR_F64, rounded to float when stored), axes without period; R = support, inv = 1 / R, R2 = R * R,
 * grain(t, magic) = (t + magic) - magic:
 * sph_density, through neighbours of two f32 positions:
 *     n = 0
 *     for each entry j:  dx, dy = x[j] - x, y[j] - y;  d2 = dx * dx + dy * dy
 *       if d2 < R2 then s = sqrt(d2) * inv;  t = 1 - s;  t2 = t * t
 *         n = n + grain(t2 * t2 * (1 + 4 * s), 6144) end                                        -- 1.5 * 2^12
 *     density = n * (mass * (7 / (pi * R2)));  p = max(0, sound * sound * (density - rest))
 *     pressure = p / (density * density)
 * sph_motion, through neighbours that carry velocity.x, velocity.y and pressure, all f32:
 *     h = 0.5 * R;  thick = viscosity * sound * h / rest;  soft = 0.01 * h * h;  sx, sy = 0, 0
 *     for each entry j:  dx, dy, d2 as above;  ux, uy = vx[j] - vx, vy[j] - vy
 *       if d2 < R2 then t = 1 - sqrt(d2) * inv;  nears = ux * dx + uy * dy
 *         drag = nears < 0 and -thick * nears / (d2 + soft) or 0
 *         w = t * t * t * (pressure + pressure[j] + drag)
 *         sx, sy = sx + grain(dx * w, 1572864), sy + grain(dy * w, 1572864) end                 -- 1.5 * 2^20
 *     k = mass * (140 / (pi * (R2 * R2)))
 *     vx, vy = vx - k * sx * dt, vy - (gravity + k * sy) * dt                                    -- stored, then read
 *     x, y = x + vx * dt, y + vy * dt;  speed = sqrt(vx * vx + vy * vy)                                            */
#include "grain.h"

#include <math.h>

enum { ROOM = 512, STEP = 16, DENSITY_BITS = 40, FORCE_BITS = 32 };

static const double PI = 3.141592653589793;

typedef struct density_params {
    double support, mass, rest, sound;
} density_params;

typedef struct motion_params {
    double support, mass, rest, sound, viscosity, gravity; /* gravity: downwards */
} motion_params;

/* Those who may be near one row. */
typedef struct crowd {
    _Alignas(64) float x[ROOM + STEP], y[ROOM + STEP], vx[ROOM + STEP], vy[ROOM + STEP], pressure[ROOM + STEP];
    uint32_t count;
} crowd;

/* Entry j and the next ones of a span, as far as there is room; how many. With `carry` also what they carry. */
static inline ORR__KERNEL uint32_t take(const orr_neighbours *near, uint32_t j, uint32_t end, crowd *c, int carry)
{
    const uint32_t n = c->count, room = ROOM - n, many = end - j < room ? end - j : room;
    memcpy(c->x + n, near->position[0] + j, many * sizeof *c->x);
    memcpy(c->y + n, near->position[1] + j, many * sizeof *c->y);
    if (carry) {
        memcpy(c->vx + n, (const float *)near->carry[0] + j, many * sizeof *c->vx);
        memcpy(c->vy + n, (const float *)near->carry[1] + j, many * sizeof *c->vy);
        memcpy(c->pressure + n, (const float *)near->carry[2] + j, many * sizeof *c->pressure);
    }
    c->count += many;
    return many;
}

/* Up to a whole step: nobody near. Gives the number of whole steps' entries. */
static inline ORR__KERNEL uint32_t fill_up(crowd *c)
{
    for (uint32_t k = 0; k < STEP; k++) c->x[c->count + k] = HUGE_VALF;
    return (c->count + STEP - 1u) & ~(STEP - 1u);
}

static int32_t check_near(const orr_rows *rows, const orr_tick *tick, const orr_neighbours *near, double support)
{
    const int flat = near->dimensions == 2 && near->position[0] && near->position[1];
    if ((near->count > 0 && !flat) || near->wraps)
        return orr_job_fail(rows, tick, "sph: needs neighbours of two f32 positions, without wrap");
    if (support > near->radius) return orr_job_fail(rows, tick, "sph: support is above the radius of the neighbours");
    return ORR_OK;
}

/* ---- density ---- */

static inline ORR__KERNEL int64_t count_near(crowd *c, double x, double y, double r2, double inv)
{
    const orr__grain grain = orr__grain_of(DENSITY_BITS);
    const uint32_t count = fill_up(c);
    int64_t n = 0;
    for (uint32_t k = 0; k < count; k++) {
        const double dx = (double)c->x[k] - x, dy = (double)c->y[k] - y, d2 = dx * dx + dy * dy;
        const double s = sqrt(d2) * inv, t = 1.0 - s, t2 = t * t, w = t2 * t2 * (1.0 + 4.0 * s);
        n += orr__grains(d2 < r2 ? w : 0.0, grain);
    }
    c->count = 0;
    return n;
}

static inline ORR__KERNEL int32_t sph_density_rows(const orr_rows *rows, const orr_tick *tick)
{
    const density_params *p = orr_params(tick);
    const float *x = orr_slot(rows, 0), *y = orr_slot(rows, 1);
    float *density = orr_slot(rows, 2), *pressure = orr_slot(rows, 3);
    const orr_neighbours *of = orr_slot(rows, 4);
    const double r2 = p->support * p->support, inv = 1.0 / p->support, size = orr__grain_of(DENSITY_BITS).size;
    const double unit = p->mass * (7.0 / (PI * r2)), stiff = p->sound * p->sound;
    const int32_t status = check_near(rows, tick, of, p->support);
    if (status != ORR_OK) return status;
    crowd c;
    memset(&c, 0, sizeof c);
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        const double px = (double)x[i], py = (double)y[i];
        int64_t n = 0;
        orr_near near = orr_near_begin(of, px, py, 0.0);
        while (orr_near_next(&near))
            for (uint32_t j = near.begin; j < near.end;) {
                j += take(of, j, near.end, &c, 0);
                if (c.count == ROOM) n += count_near(&c, px, py, r2, inv);
            }
        n += count_near(&c, px, py, r2, inv);
        const double rho = (double)n * size * unit, over = stiff * (rho - p->rest);
        density[i] = (float)rho;
        pressure[i] = (float)((over > 0.0 ? over : 0.0) / (rho * rho));
    }
    return ORR_OK;
}
ORR__VARIANTS(sph_density)

static const orr_slot_desc density_slots[] = {
    ORR_SLOT_R("position.x", f32),     ORR_SLOT_R("position.y", f32), ORR_SLOT_W("fluid.density", f32),
    ORR_SLOT_W("fluid.pressure", f32), ORR_NEIGHBOURS("near"),
};
static const orr_job_param density_param_list[] = {
    ORR_PARAM(density_params, support, f64, 1, 1e-9, 1e30),
    ORR_PARAM(density_params, mass, f64, 1, 0, 1e30),
    ORR_PARAM(density_params, rest, f64, 1, 1e-30, 1e30),
    ORR_PARAM(density_params, sound, f64, 10, 0, 1e15),
};
ORR_JOB(sph_density, density_slots, .arithmetic = ORR_F64, .param_count = 4, .params = density_param_list,
        .params_bytes = sizeof(density_params), .choose = sph_density_choose,
        .help = "a fluid of particles: density and pressure from what is near");

/* ---- motion ---- */

/* What is the same for all rows of a call, and one row. */
typedef struct flow {
    double r2, inv, thick, soft;
    double x, y, vx, vy, pressure;
} flow;

typedef struct sums {
    int64_t x, y;
} sums;

static inline ORR__KERNEL sums push(crowd *c, const flow *f)
{
    const orr__grain grain = orr__grain_of(FORCE_BITS);
    const uint32_t count = fill_up(c);
    const double r2 = f->r2, inv = f->inv, thick = f->thick, soft = f->soft;
    const double x = f->x, y = f->y, vx = f->vx, vy = f->vy, pressure = f->pressure;
    int64_t sx = 0, sy = 0;
    for (uint32_t k = 0; k < count; k++) {
        const double dx = (double)c->x[k] - x, dy = (double)c->y[k] - y, d2 = dx * dx + dy * dy;
        const double ux = (double)c->vx[k] - vx, uy = (double)c->vy[k] - vy;
        const double t = 1.0 - sqrt(d2) * inv, nears = ux * dx + uy * dy;
        const double slows = -thick * nears / (d2 + soft), drag = nears < 0.0 ? slows : 0.0;
        const double w = t * t * t * (pressure + (double)c->pressure[k] + drag), fx = dx * w, fy = dy * w;
        sx += orr__grains(d2 < r2 ? fx : 0.0, grain);
        sy += orr__grains(d2 < r2 ? fy : 0.0, grain);
    }
    c->count = 0;
    return (sums){ sx, sy };
}

static inline ORR__KERNEL sums push_all(const orr_neighbours *of, crowd *c, const flow *f)
{
    sums total = { 0, 0 };
    orr_near near = orr_near_begin(of, f->x, f->y, 0.0);
    while (orr_near_next(&near))
        for (uint32_t j = near.begin; j < near.end;) {
            j += take(of, j, near.end, c, 1);
            if (c->count < ROOM) continue;
            const sums some = push(c, f);
            total = (sums){ total.x + some.x, total.y + some.y };
        }
    const sums some = push(c, f);
    return (sums){ total.x + some.x, total.y + some.y };
}

static int32_t check_carry(const orr_rows *rows, const orr_tick *tick, const orr_neighbours *near)
{
    uint32_t floats = 0;
    for (uint32_t k = 0; k < 3 && k < near->carry_count; k++) floats += near->carry_types[k] == ORR_TYPE_F32;
    if (floats == 3) return ORR_OK;
    return orr_job_fail(rows, tick, "sph_motion: needs neighbours carrying velocity.x, velocity.y and pressure, f32");
}

static inline ORR__KERNEL int32_t sph_motion_rows(const orr_rows *rows, const orr_tick *tick)
{
    const motion_params *p = orr_params(tick);
    float *x = orr_slot(rows, 0), *y = orr_slot(rows, 1), *vx = orr_slot(rows, 2), *vy = orr_slot(rows, 3);
    const float *pressure = orr_slot(rows, 4);
    float *speed = orr_slot(rows, 5);
    const orr_neighbours *of = orr_slot(rows, 6);
    int32_t status = check_near(rows, tick, of, p->support);
    if (status == ORR_OK) status = check_carry(rows, tick, of);
    if (status != ORR_OK) return status;
    const double dt = tick->dt, r2 = p->support * p->support, h = 0.5 * p->support;
    const double size = orr__grain_of(FORCE_BITS).size, k = p->mass * (140.0 / (PI * (r2 * r2)));
    flow f = { .r2 = r2, .inv = 1.0 / p->support, .thick = p->viscosity * p->sound * h / p->rest };
    f.soft = 0.01 * h * h;
    crowd c;
    memset(&c, 0, sizeof c);
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        f.x = (double)x[i], f.y = (double)y[i], f.vx = (double)vx[i], f.vy = (double)vy[i];
        f.pressure = (double)pressure[i];
        const sums sum = push_all(of, &c, &f);
        vx[i] = (float)(f.vx - k * ((double)sum.x * size) * dt);
        vy[i] = (float)(f.vy - (p->gravity + k * ((double)sum.y * size)) * dt);
        const double ux = (double)vx[i], uy = (double)vy[i];
        x[i] = (float)(f.x + ux * dt);
        y[i] = (float)(f.y + uy * dt);
        speed[i] = (float)sqrt(ux * ux + uy * uy);
    }
    return ORR_OK;
}
ORR__VARIANTS(sph_motion)

static const orr_slot_desc motion_slots[] = {
    ORR_SLOT_RW("position.x", f32), ORR_SLOT_RW("position.y", f32),    ORR_SLOT_RW("velocity.x", f32),
    ORR_SLOT_RW("velocity.y", f32), ORR_SLOT_R("fluid.pressure", f32), ORR_SLOT_W("fluid.speed", f32),
    ORR_NEIGHBOURS("near"),
};
static const orr_job_param motion_param_list[] = {
    ORR_PARAM(motion_params, support, f64, 1, 1e-9, 1e30),  ORR_PARAM(motion_params, mass, f64, 1, 0, 1e30),
    ORR_PARAM(motion_params, rest, f64, 1, 1e-30, 1e30),    ORR_PARAM(motion_params, sound, f64, 10, 0, 1e15),
    ORR_PARAM(motion_params, viscosity, f64, 0.1, 0, 1e30), ORR_PARAM(motion_params, gravity, f64, 9.81, -1e30, 1e30),
};
ORR_JOB(sph_motion, motion_slots, .arithmetic = ORR_F64, .param_count = 6, .params = motion_param_list,
        .params_bytes = sizeof(motion_params), .choose = sph_motion_choose,
        .help = "a fluid of particles: what pressure, viscosity and gravity do to velocity and position");
