/* attract: gravity between all pairs, in space, f64. Changes velocity only; integrate3 then moves.
 *
 * Every row sums over all bodies in the order of the data, so the result does not depend on how rows are cut into
 * ranges. (The form that uses each pair twice would save half the work and need an order between ranges.)
 * Vectors run across rows, 64 at a time, never across the sum. The cost is the divide and the square root of a pair.
 *
 * A body does not attract itself, and neither do bodies at one point: with a distance of zero the force has no
 * direction. Softened, those terms are exactly zero, so there is nothing to skip.
 *
 * Arithmetic (ORR_F64), for each row i; position and mass as they were when the system started:
 *     e2 = softening * softening;  k = gravity * (dt * rate * share);  ax, ay, az = 0, 0, 0
 *     for each body j in order:
 *       dx, dy, dz = x[j] - x[i], y[j] - y[i], z[j] - z[i]
 *       d2 = dx * dx + dy * dy + dz * dz + e2;  w = d2 * sqrt(d2)
 *       if w > 0 then s = m[j] / w;  ax, ay, az = ax + dx * s, ay + dy * s, az + dz * s end
 *     vx, vy, vz = vx + ax * k, vy + ay * k, vz + az * k                                                           */
#include "simd.h"

#include <math.h>

enum { LANES = 64 };

typedef struct attract_params {
    double gravity, softening, rate, share; /* rate and share stretch time: its direction, half steps */
} attract_params;

typedef struct body {
    double x, y, z, mass;
} body;

typedef struct lanes {
    double x[LANES], y[LANES], z[LANES];
} lanes;

static inline ORR__KERNEL void pull(const lanes *restrict at, lanes *restrict sum, uint32_t count, body b, double e2)
{
    for (uint32_t l = 0; l < count; l++) {
        const double dx = b.x - at->x[l], dy = b.y - at->y[l], dz = b.z - at->z[l];
        const double d2 = dx * dx + dy * dy + dz * dz + e2, w = d2 * sqrt(d2), s = b.mass / w;
        const double ax = sum->x[l] + dx * s, ay = sum->y[l] + dy * s, az = sum->z[l] + dz * s;
        sum->x[l] = w > 0 ? ax : sum->x[l];
        sum->y[l] = w > 0 ? ay : sum->y[l];
        sum->z[l] = w > 0 ? az : sum->z[l];
    }
}

static inline ORR__KERNEL int32_t attract_rows(const orr_rows *rows, const orr_tick *tick)
{
    const attract_params *params = orr_params(tick);
    const double e2 = params->softening * params->softening,
                 k = params->gravity * (tick->dt * params->rate * params->share);
    double *vx = orr_slot(rows, 0), *vy = orr_slot(rows, 1), *vz = orr_slot(rows, 2);
    const orr_gather *gather_x = orr_slot(rows, 3), *gather_y = orr_slot(rows, 4), *gather_z = orr_slot(rows, 5);
    const orr_gather *gather_mass = orr_slot(rows, 6);
    const double *x = gather_x->data, *y = gather_y->data, *z = gather_z->data, *mass = gather_mass->data;

    lanes at, sum;
    for (uint32_t i = rows->begin; i < rows->end; i += LANES) {
        const uint32_t count = rows->end - i < LANES ? rows->end - i : LANES;
        const size_t own = (size_t)(rows->gather_base + i);
        memset(&sum, 0, sizeof sum);
        memcpy(at.x, x + own, count * sizeof *x);
        memcpy(at.y, y + own, count * sizeof *y);
        memcpy(at.z, z + own, count * sizeof *z);
        for (uint64_t j = 0; j < gather_x->count; j++) pull(&at, &sum, count, (body){ x[j], y[j], z[j], mass[j] }, e2);
        for (uint32_t l = 0; l < count; l++) {
            vx[i + l] += sum.x[l] * k;
            vy[i + l] += sum.y[l] * k;
            vz[i + l] += sum.z[l] * k;
        }
    }
    return ORR_OK;
}
ORR__VARIANTS(attract)

static const orr_slot_desc attract_slots[] = {
    ORR_SLOT_RW("velocity.x", f64), ORR_SLOT_RW("velocity.y", f64), ORR_SLOT_RW("velocity.z", f64),
    ORR_GATHER("position.x", f64),  ORR_GATHER("position.y", f64),  ORR_GATHER("position.z", f64),
    ORR_GATHER("body.mass", f64),
};
static const orr_job_param attract_param_list[] = {
    ORR_PARAM(attract_params, gravity, f64, 1, -1e30, 1e30),
    ORR_PARAM(attract_params, softening, f64, 0, 0, 1e30),
    ORR_PARAM(attract_params, rate, f64, 1, -1e30, 1e30),
    ORR_PARAM(attract_params, share, f64, 1, -1e30, 1e30),
};
ORR_JOB(attract, attract_slots, .arithmetic = ORR_F64, .param_count = 4, .params = attract_param_list,
        .params_bytes = sizeof(attract_params), .choose = attract_choose,
        .help = "gravity between all pairs: velocity from position and mass");
