/* The table is of this version, the job in it of an older one, with a shorter description: ORR_E_ABI. */
#include <orrery_job.h>

static int32_t stale(const orr_rows *rows, const orr_tick *tick)
{
    (void)rows, (void)tick;
    return ORR_OK;
}
static const orr_slot_desc slots[] = { ORR_SLOT_RW("position.x", f32) };
static const orr_job_desc stale_desc = { .abi = ORR_ABI,
                                         .bytes = (uint32_t)sizeof(orr_job_desc) - 8,
                                         .name = "stale",
                                         .run = stale,
                                         .slots = slots,
                                         .slot_count = 1 };
ORR_EXPORT_JOBS(&stale_desc);
