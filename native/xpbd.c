/* xpbd: points in space that threads hold together: cloth, ropes, pendulums. "Extended position based dynamics":
 * M. Macklin, M. Mueller, N. Chentanez, "XPBD: position-based simulation of compliant constrained dynamics", 2016.
 *
 * A point has up to four threads of its own, a to d, to other points (0, a point that died, and itself: none). A thread
 * has a length at rest; under tension T it is compliance * T longer (c and d, the diagonals, have a compliance of their
 * own: shear). Points of weight.inverse 0 stand still. The job does everything: each step is gravity and wind, then the
 * threads in the order of the data, a to d, `iterations` times over, then velocities from what became of the positions.
 * One call for all rows, one after the other: what one thread does the next one sees, in the same order always.
 *
 * Arithmetic (ORR_F64), `steps` times with h = dt / steps; keep = max(0, 1 - drag * h):
 *     for each point with w > 0:  v = v * keep;  vy = vy - gravity * h;  vz = vz + wind * h;  old = p;  p = p + v * h
 *     iterations times, for each point i, each thread to j with w = wi + wj > 0, sum 0 at first:
 *       dx, dy, dz = xj - xi, yj - yi, zj - zi;  d = sqrt(dx * dx + dy * dy + dz * dz);  soft = compliance / (h * h)
 *       if d > 0 then more = (d - length - soft * sum) / (wi + wj + soft);  sum = sum + more;  g = more / d
 *         pi = pi + d. * (g * wi);  pj = pj - d. * (g * wj) end
 *     for each point with w > 0:  v = (p - old) / h
 * strain of a point is the largest (d - length) / length of its threads in the end, of those that have a length, and
 * light the cosine between the normal of its corner (threads a and b) and (0.36, 0.48, 0.8), 1 where it lacks one. */
#include <orrery_job.h>

#include <math.h>

enum { POINTS = 16384, THREADS = 4 };

typedef struct xpbd_params {
    double gravity, wind, drag, compliance, shear;
    uint32_t steps, iterations;
} xpbd_params;

typedef struct thread {
    uint32_t from, to;
    double length, sum;
    uint32_t shear, reserved;
} thread;

/* The points in one piece, and the threads that there are. */
typedef struct net {
    double x[POINTS], y[POINTS], z[POINTS], vx[POINTS], vy[POINTS], vz[POINTS], ox[POINTS], oy[POINTS], oz[POINTS];
    double inverse[POINTS], strain[POINTS];
    uint32_t corner[POINTS][2]; /* where threads a and b lead; the point itself: nowhere */
    thread threads[POINTS * THREADS];
    uint32_t count, thread_count;
} net;

enum {
    X,
    Y,
    Z,
    VX,
    VY,
    VZ,
    INVERSE,
    FIRST_TO,
    FIRST_LENGTH = FIRST_TO + THREADS,
    STRAIN = FIRST_LENGTH + THREADS,
    LIGHT
};

static double *column(const orr_rows *rows, uint32_t slot)
{
    return orr_slot(rows, slot);
}

static int32_t read_points(const orr_rows *rows, const orr_tick *tick, net *n)
{
    n->count = 0;
    for (uint32_t c = 0; c < rows->chunk_count; c++)
        for (uint32_t r = rows[c].begin; r < rows[c].end; r++) {
            const uint32_t i = n->count++;
            if (i >= POINTS) return orr_job_fail(rows, tick, "xpbd: more than 16384 points");
            n->x[i] = column(&rows[c], X)[r], n->y[i] = column(&rows[c], Y)[r], n->z[i] = column(&rows[c], Z)[r];
            n->vx[i] = column(&rows[c], VX)[r], n->vy[i] = column(&rows[c], VY)[r], n->vz[i] = column(&rows[c], VZ)[r];
            n->inverse[i] = column(&rows[c], INVERSE)[r];
        }
    return ORR_OK;
}

/* The index of a point in the net; `otherwise` when it is not there. */
static uint32_t index_of(const orr_rows *rows, const orr_tick *tick, orr_entity entity, uint32_t otherwise)
{
    uint32_t chunk = 0, row = 0;
    if (entity == 0 || orr_job_find(rows, tick, entity, &chunk, &row) != ORR_OK) return otherwise;
    uint32_t base = 0;
    for (uint32_t c = 0; c < chunk; c++) base += rows[c].end - rows[c].begin;
    return base + row - rows[chunk].begin;
}

static void read_threads(const orr_rows *rows, const orr_tick *tick, net *n)
{
    uint32_t i = 0;
    n->thread_count = 0;
    for (uint32_t c = 0; c < rows->chunk_count; c++)
        for (uint32_t r = rows[c].begin; r < rows[c].end; r++, i++)
            for (uint32_t k = 0; k < THREADS; k++) {
                const orr_entity *to = orr_slot(&rows[c], FIRST_TO + k);
                const uint32_t j = index_of(rows, tick, to[r], i);
                if (k < 2) n->corner[i][k] = j;
                if (j == i || n->inverse[i] + n->inverse[j] <= 0) continue;
                n->threads[n->thread_count++] =
                    (thread){ .from = i, .to = j, .length = column(&rows[c], FIRST_LENGTH + k)[r], .shear = k >= 2 };
            }
}

static void fall(net *n, const xpbd_params *p, double h)
{
    const double loss = 1.0 - p->drag * h, keep = loss > 0.0 ? loss : 0.0;
    for (uint32_t i = 0; i < n->count; i++) {
        n->ox[i] = n->x[i], n->oy[i] = n->y[i], n->oz[i] = n->z[i];
        if (!(n->inverse[i] > 0)) continue;
        n->vx[i] = n->vx[i] * keep;
        n->vy[i] = n->vy[i] * keep - p->gravity * h;
        n->vz[i] = n->vz[i] * keep + p->wind * h;
        n->x[i] += n->vx[i] * h;
        n->y[i] += n->vy[i] * h;
        n->z[i] += n->vz[i] * h;
    }
}

static void hold(net *n, const xpbd_params *p, double h)
{
    const double softs[2] = { p->compliance / (h * h), p->shear / (h * h) };
    for (uint32_t k = 0; k < n->thread_count; k++) {
        thread *t = &n->threads[k];
        const uint32_t i = t->from, j = t->to;
        const double dx = n->x[j] - n->x[i], dy = n->y[j] - n->y[i], dz = n->z[j] - n->z[i], soft = softs[t->shear];
        const double d = sqrt(dx * dx + dy * dy + dz * dz), wi = n->inverse[i], wj = n->inverse[j];
        if (!(d > 0)) continue;
        const double more = (d - t->length - soft * t->sum) / (wi + wj + soft), g = more / d;
        t->sum += more;
        n->x[i] += dx * (g * wi), n->y[i] += dy * (g * wi), n->z[i] += dz * (g * wi);
        n->x[j] -= dx * (g * wj), n->y[j] -= dy * (g * wj), n->z[j] -= dz * (g * wj);
    }
}

static void step(net *n, const xpbd_params *p, double h)
{
    fall(n, p, h);
    for (uint32_t k = 0; k < n->thread_count; k++) n->threads[k].sum = 0;
    for (uint32_t k = 0; k < p->iterations; k++) hold(n, p, h);
    for (uint32_t i = 0; i < n->count; i++) {
        if (!(n->inverse[i] > 0)) continue;
        n->vx[i] = (n->x[i] - n->ox[i]) / h;
        n->vy[i] = (n->y[i] - n->oy[i]) / h;
        n->vz[i] = (n->z[i] - n->oz[i]) / h;
    }
}

static void measure(net *n)
{
    for (uint32_t i = 0; i < n->count; i++) n->strain[i] = 0;
    for (uint32_t k = 0; k < n->thread_count; k++) {
        const thread *t = &n->threads[k];
        const uint32_t i = t->from, j = t->to;
        if (!(t->length > 0)) continue;
        const double dx = n->x[j] - n->x[i], dy = n->y[j] - n->y[i], dz = n->z[j] - n->z[i];
        const double strain = (sqrt(dx * dx + dy * dy + dz * dz) - t->length) / t->length;
        n->strain[i] = strain > n->strain[i] ? strain : n->strain[i];
    }
}

static double light(const net *n, uint32_t i)
{
    const uint32_t a = n->corner[i][0], b = n->corner[i][1];
    if (a == i || b == i) return 1;
    const double ax = n->x[a] - n->x[i], ay = n->y[a] - n->y[i], az = n->z[a] - n->z[i];
    const double bx = n->x[b] - n->x[i], by = n->y[b] - n->y[i], bz = n->z[b] - n->z[i];
    const double x = ay * bz - az * by, y = az * bx - ax * bz, z = ax * by - ay * bx, l = sqrt(x * x + y * y + z * z);
    return l > 0 ? fabs(0.36 * x + 0.48 * y + 0.8 * z) / l : 1;
}

static void write_points(const orr_rows *rows, const net *n)
{
    uint32_t i = 0;
    for (uint32_t c = 0; c < rows->chunk_count; c++)
        for (uint32_t r = rows[c].begin; r < rows[c].end; r++, i++) {
            column(&rows[c], X)[r] = n->x[i], column(&rows[c], Y)[r] = n->y[i], column(&rows[c], Z)[r] = n->z[i];
            column(&rows[c], VX)[r] = n->vx[i], column(&rows[c], VY)[r] = n->vy[i], column(&rows[c], VZ)[r] = n->vz[i];
            ((float *)orr_slot(&rows[c], STRAIN))[r] = (float)n->strain[i];
            ((float *)orr_slot(&rows[c], LIGHT))[r] = (float)light(n, i);
        }
}

static int32_t xpbd(const orr_rows *rows, const orr_tick *tick)
{
    const xpbd_params *p = orr_params(tick);
    net *n = orr_state(tick);
    if (rows->chunk_count == 0) return ORR_OK;
    const int32_t status = read_points(rows, tick, n);
    if (status != ORR_OK) return status;
    read_threads(rows, tick, n);
    for (uint32_t k = 0; k < p->steps; k++) step(n, p, tick->dt / (double)p->steps);
    measure(n);
    write_points(rows, n);
    return ORR_OK;
}

static const orr_slot_desc xpbd_slots[] = {
    ORR_SLOT_RW("position.x", f64),     ORR_SLOT_RW("position.y", f64),     ORR_SLOT_RW("position.z", f64),
    ORR_SLOT_RW("velocity.x", f64),     ORR_SLOT_RW("velocity.y", f64),     ORR_SLOT_RW("velocity.z", f64),
    ORR_SLOT_R("weight.inverse", f64),  ORR_SLOT_R("thread.a", entity),     ORR_SLOT_R("thread.b", entity),
    ORR_SLOT_R("thread.c", entity),     ORR_SLOT_R("thread.d", entity),     ORR_SLOT_R("thread.length_a", f64),
    ORR_SLOT_R("thread.length_b", f64), ORR_SLOT_R("thread.length_c", f64), ORR_SLOT_R("thread.length_d", f64),
    ORR_SLOT_W("look.strain", f32),     ORR_SLOT_W("look.light", f32),
};
static const orr_job_param xpbd_param_list[] = {
    ORR_PARAM(xpbd_params, gravity, f64, 9.81, -1e30, 1e30), ORR_PARAM(xpbd_params, wind, f64, 0, -1e30, 1e30),
    ORR_PARAM(xpbd_params, drag, f64, 0, 0, 1e30),           ORR_PARAM(xpbd_params, compliance, f64, 0, 0, 1e30),
    ORR_PARAM(xpbd_params, shear, f64, 0, 0, 1e30),          ORR_PARAM(xpbd_params, steps, u32, 1, 1, 1000),
    ORR_PARAM(xpbd_params, iterations, u32, 10, 0, 1000),
};
ORR_JOB(xpbd, xpbd_slots, .arithmetic = ORR_F64, .flags = ORR_WHOLE, .param_count = 7, .params = xpbd_param_list,
        .params_bytes = sizeof(xpbd_params), .state_bytes = sizeof(net),
        .help = "points in space that threads hold together: cloth, ropes, pendulums");
