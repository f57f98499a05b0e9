/* As if built for a later header: must be refused with ORR_E_ABI before anything else in it is read. */
#include <orrery_job.h>

extern ORR__EXPORT const orr_job_module orr_jobs;
const orr_job_module orr_jobs = { ORR_ABI + 1, (uint32_t)sizeof(orr_job_module), 1, 0, NULL };
