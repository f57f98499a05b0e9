/* Native jobs that a world knows: built in, registered, or loaded from shared objects. */
#ifndef ORR_SIM_JOB_H
#define ORR_SIM_JOB_H

#include "base/os.h"
#include "orrery.h"

/* A shared object with jobs. */
typedef struct orr__job_library {
    orr__library library;
    const orr_job_module *module;
    char *path;            /* absolute */
    orr__file_stamp stamp; /* when it was loaded, or when it was told last that the file has changed since */
} orr__job_library;

typedef struct orr__jobs {
    const orr_job_desc **items; /* in order of registration */
    uint32_t count, capacity;
    orr__job_library *libraries;
    uint32_t library_count, library_capacity;
} orr__jobs;

/* Jobs that come with the library (native/jobs.c). */
extern const orr_job_module orr__native_jobs;

/* What jobs get as tick->calls. */
extern const orr_calls orr__job_calls;

/* The job, or NULL with ORR_E_NOT_FOUND and the nearest name. */
const orr_job_desc *orr__job_find(const orr_world *world, const char *name);
/* The file that a job was loaded from, "" when it is built in, NULL when the embedder handed it over. */
const char *orr__job_module(const orr_world *world, const orr_job_desc *job);
void orr__jobs_fini(orr_world *world);

#endif
