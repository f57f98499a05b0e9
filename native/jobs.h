/* The built-in jobs. */
#ifndef ORRERY_NATIVE_JOBS_H
#define ORRERY_NATIVE_JOBS_H

#include <orrery_job.h>

extern const orr_job_module orr__native_jobs;

#endif
