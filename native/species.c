/* species: particles of several kinds. What one kind feels of another is a number in a table, and that of the other
 * need not be the same. Jeffrey Ventrella, "Clusters", 2007; Hunar Ahmad, Tom Mohr, "particle life", 2022.
 *
 * Sees through a `neighbours` of two f64 positions that carries the kind (u8, below 16). rules.pull is a table: line k
 * is what kind k feels, above 0 for attraction. Writes velocity and position; on periodic axes positions stay within
 * the period. Terms are summed in grains of 2^-40 (grain.h), so the order of particles does not matter at all.
 *
 * Arithmetic (ORR_F64, but for what is within fl(), where every operation is rounded to float), for each row with
 * position x, y and velocity vx, vy; r = radius (0: that of the neighbours); half = 0.5 * size for a periodic axis,
 * else infinite; fl(inv_r = 1 / r, inv_core = 1 / core, inv_gap = 1 / (1 - core), rim = 1 + core, repulsion);
 * grain(t) = (t + 6144) - 6144, where 6144 = 1.5 * 2^12:
 *     sx, sy = 0, 0
 *     for each entry j:
 *       dx = x[j] - x;  if dx > half then dx = dx - size elseif dx < -half then dx = dx + size end;  dy the same
 *       fl( d2 = dx * dx + dy * dy
 *       if d2 > 0 and d2 < r * r then
 *         d = sqrt(d2);  q = d * inv_r
 *         if q < core then f = repulsion * (q * inv_core - 1)                  -- too near: away, whoever it is
 *         else f = pull[kind, kind[j]] * (1 - abs(2 * q - rim) * inv_gap) end
 *         g = f / d;  tx, ty = dx * g, dy * g )
 *         sx, sy = sx + grain(tx), sy + grain(ty)
 *       end
 *     keep = max(0, 1 - friction * dt);  push = force * dt
 *     vx, vy = vx * keep + sx * push, vy * keep + sy * push
 *     x = x + vx * dt;  y = y + vy * dt
 *     on a periodic axis from `min`:  if x < min then x = x + size end;  if x >= min + size then x = x - size end
 *                                     if x is still outside then x = min end                                       */
#include "grain.h"

#include <math.h>

enum { ROOM = 1024, STEP = 16, BITS = 40, KINDS = 16 };

typedef struct species_params {
    double radius, core, repulsion, force, friction;
} species_params;

/* What is the same for all rows of a call. */
typedef struct view {
    const orr_neighbours *near;
    const uint8_t *kind;
    const float *rules;
    uint32_t kinds, lines; /* size of the table */
    double size[2], half[2];
    float r2, inv_r, core, inv_core, inv_gap, rim, repulsion;
} view;

/* Those who may be near one row: where they are, and what it feels of their kind. */
typedef struct crowd {
    _Alignas(64) double x[ROOM + STEP], y[ROOM + STEP];
    _Alignas(64) float pull[ROOM + STEP];
    uint32_t count;
} crowd;

typedef struct sums {
    int64_t x, y;
} sums;

static inline ORR__KERNEL sums add_up(const view *v, crowd *c, double x, double y)
{
    const orr__grain grain = orr__grain_of(BITS);
    const double size_x = v->size[0], size_y = v->size[1], half_x = v->half[0], half_y = v->half[1];
    const float r2 = v->r2, inv_r = v->inv_r, core = v->core, inv_core = v->inv_core;
    const float inv_gap = v->inv_gap, rim = v->rim, repulsion = v->repulsion;
    for (uint32_t k = 0; k < STEP; k++) c->x[c->count + k] = HUGE_VAL; /* up to a whole step: nobody near */
    const uint32_t count = (c->count + STEP - 1u) & ~(STEP - 1u);
    int64_t sx = 0, sy = 0;
    for (uint32_t k = 0; k < count; k++) {
        const double ex = c->x[k] - x, ey = c->y[k] - y;
        const double fx = ex < -half_x ? ex + size_x : ex, fy = ey < -half_y ? ey + size_y : ey;
        const float dx = (float)(ex > half_x ? ex - size_x : fx), dy = (float)(ey > half_y ? ey - size_y : fy);
        const float d2 = dx * dx + dy * dy, d = sqrtf(d2), q = d * inv_r;
        const float close = repulsion * (q * inv_core - 1.0f),
                    far = c->pull[k] * (1.0f - fabsf(2.0f * q - rim) * inv_gap);
        const float f = q < core ? close : far, g = f / d, tx = dx * g, ty = dy * g;
        const int in = (d2 > 0.0f) & (d2 < r2);
        sx += orr__grains((double)(in ? tx : 0.0f), grain);
        sy += orr__grains((double)(in ? ty : 0.0f), grain);
    }
    c->count = 0;
    return (sums){ sx, sy };
}

static inline ORR__KERNEL void feel(const view *v, uint32_t kind, double x, double y, crowd *c, double *to_x,
                                    double *to_y)
{
    float line[KINDS] = { 0 };
    if (kind < v->lines) memcpy(line, v->rules + (size_t)kind * v->kinds, v->kinds * sizeof *line);
    const double *px = v->near->position_f64[0], *py = v->near->position_f64[1];
    sums total = { 0, 0 }, some;
    orr_near near = orr_near_begin(v->near, x, y, 0.0);
    c->count = 0;
    while (orr_near_next(&near)) {
        uint32_t j = near.begin;
        while (j < near.end) {
            const uint32_t n = c->count, left = near.end - j, take = left < ROOM - n ? left : ROOM - n;
            memcpy(c->x + n, px + j, take * sizeof *px);
            memcpy(c->y + n, py + j, take * sizeof *py);
            const uint8_t *restrict kinds = v->kind + j;
            float *restrict pull = c->pull + n;
            for (uint32_t k = 0; k < take; k++) pull[k] = line[kinds[k] & (KINDS - 1)];
            j += take;
            c->count += take;
            if (c->count < ROOM) continue;
            some = add_up(v, c, x, y);
            total = (sums){ total.x + some.x, total.y + some.y };
        }
    }
    some = add_up(v, c, x, y);
    const double grain = orr__grain_of(BITS).size;
    *to_x = (double)(total.x + some.x) * grain;
    *to_y = (double)(total.y + some.y) * grain;
}

static double fold(const orr_neighbours *near, uint32_t axis, double p)
{
    const double size = near->size[axis], min = near->origin[axis], max = min + size;
    if (!(size > 0)) return p;
    if (p < min) p += size;
    if (p >= max) p -= size;
    return p >= min && p < max ? p : min;
}

static int32_t make_view(const orr_rows *rows, const orr_tick *tick, view *v)
{
    const species_params *p = orr_params(tick);
    const orr_neighbours *near = orr_slot(rows, 5);
    const orr_lattice_slot *rules = orr_slot(rows, 6);
    const int flat = near->dimensions == 2 && near->position_f64[0] && near->position_f64[1];
    if (near->carry_count < 1 || near->carry_types[0] != ORR_TYPE_U8 || (near->count > 0 && !flat))
        return orr_job_fail(rows, tick, "species: needs neighbours of two f64 positions carrying the kind, u8");
    const double r = p->radius > 0 ? p->radius : near->radius;
    if (r > near->radius) return orr_job_fail(rows, tick, "species: radius is above the radius of the neighbours");
    *v = (view){ .near = near, .kind = near->carry[0], .rules = rules->read, .kinds = rules->width };
    v->lines = rules->height;
    if (v->kinds > KINDS) return orr_job_fail(rows, tick, "species: the table of rules has more than 16 kinds");
    v->r2 = (float)r * (float)r;
    v->inv_r = 1.0f / (float)r;
    v->core = (float)p->core;
    v->inv_core = 1.0f / v->core;
    v->inv_gap = 1.0f / (1.0f - v->core);
    v->rim = 1.0f + v->core;
    v->repulsion = (float)p->repulsion;
    for (uint32_t a = 0; a < 2; a++) {
        const int periodic = (near->wraps >> a & 1u) != 0;
        v->size[a] = periodic ? near->size[a] : 0.0;
        v->half[a] = periodic ? 0.5 * near->size[a] : HUGE_VAL;
    }
    return ORR_OK;
}

static inline ORR__KERNEL int32_t species_rows(const orr_rows *rows, const orr_tick *tick)
{
    const species_params *p = orr_params(tick);
    double *x = orr_slot(rows, 0), *y = orr_slot(rows, 1), *vx = orr_slot(rows, 2), *vy = orr_slot(rows, 3);
    const uint8_t *kind = orr_slot(rows, 4);
    view v = { 0 };
    const int32_t status = make_view(rows, tick, &v);
    if (status != ORR_OK) return status;
    const double loss = 1.0 - p->friction * tick->dt, keep = loss > 0.0 ? loss : 0.0, push = p->force * tick->dt;
    crowd c;
    memset(&c, 0, sizeof c);
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        double sx, sy;
        feel(&v, kind[i], x[i], y[i], &c, &sx, &sy);
        vx[i] = vx[i] * keep + sx * push;
        vy[i] = vy[i] * keep + sy * push;
        x[i] = fold(v.near, 0, x[i] + vx[i] * tick->dt);
        y[i] = fold(v.near, 1, y[i] + vy[i] * tick->dt);
    }
    return ORR_OK;
}
ORR__VARIANTS(species)

static const orr_slot_desc species_slots[] = {
    ORR_SLOT_RW("position.x", f64),   ORR_SLOT_RW("position.y", f64), ORR_SLOT_RW("velocity.x", f64),
    ORR_SLOT_RW("velocity.y", f64),   ORR_SLOT_R("kind.value", u8),   ORR_NEIGHBOURS("near"),
    ORR_LATTICE_R("rules.pull", f32),
};
static const orr_job_param species_param_list[] = {
    ORR_PARAM(species_params, radius, f64, 0, 0, 1e30),    ORR_PARAM(species_params, core, f64, 0.3, 0.001, 0.999),
    ORR_PARAM(species_params, repulsion, f64, 1, 0, 1e30), ORR_PARAM(species_params, force, f64, 1, -1e30, 1e30),
    ORR_PARAM(species_params, friction, f64, 1, 0, 1e30),
};
ORR_JOB(species, species_slots, .arithmetic = ORR_F64, .param_count = 5, .params = species_param_list,
        .params_bytes = sizeof(species_params), .choose = species_choose,
        .help = "particles of several kinds that attract and repel as a table says");
