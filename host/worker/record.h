/* What jobs call in a helper: arithmetic is done at once, what changes the world is written down for the host. */
#ifndef ORR_WORKER_RECORD_H
#define ORR_WORKER_RECORD_H

#include "orrery_job.h"

/* The range of a helper: a job only passes it on. */
struct orr_range {
    char *log; /* of orr__helper_record */
    uint32_t used, room;
    uint64_t spawned; /* provisional handles given out: -1, -2, ... */
};

extern const orr_calls orr__worker_calls;

#endif
