/* A job outside the tree, whole: one function, its slots and params, one exported table.
 *
 *     orrery.load_jobs "./drift.so"
 *     orrery.system { name = "drift", job = "drift", all = { Position }, params = { speed = 3 } }
 *
 * Built by the Makefile beside it, by CMakeLists.txt, or by hand:
 *     cc -std=c17 -O3 -fPIC -shared -ffp-contract=off $(pkg-config --cflags orrery) drift.c -o drift.so */
#include <orrery_job.h>

typedef struct drift_params {
    float speed;
} drift_params;

/* position.x += speed * dt. Arithmetic (ORR_F32), f() rounding to float: x = f(x + f(speed * f(dt))) */
static int32_t drift(const orr_rows *rows, const orr_tick *tick)
{
    float *restrict x = orr_slot(rows, 0);
    const drift_params *params = orr_params(tick);
    const float step = params->speed * tick->dt_f32;
    for (uint32_t i = rows->begin; i < rows->end; i++) x[i] += step;
    return ORR_OK;
}

static const orr_slot_desc drift_slots[] = { ORR_SLOT_RW("position.x", f32) };
static const orr_job_param drift_param_list[] = { ORR_PARAM(drift_params, speed, f32, 1, -1000, 1000) };
ORR_JOB(drift, drift_slots, .arithmetic = ORR_F32, .param_count = 1, .params = drift_param_list,
        .params_bytes = sizeof(drift_params), .help = "position.x += speed * dt");

ORR_EXPORT_JOBS(&orr_job_drift);
