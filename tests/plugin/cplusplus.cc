// A job in C++17, from the same header.
#include <orrery_job.h>

static int32_t halve(const orr_rows *rows, const orr_tick *)
{
    float *x = orr_slot(rows, 0);
    for (uint32_t i = rows->begin; i < rows->end; i++) x[i] *= 0.5f;
    return ORR_OK;
}
static const orr_slot_desc slots[] = { ORR_SLOT_RW("position.x", f32) };
ORR_JOB(halve, slots, .arithmetic = ORR_F32);
ORR_EXPORT_JOBS(&orr_job_halve);
