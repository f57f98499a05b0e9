/* A world's timeline as a file of Chrome trace events (Perfetto and chrome://tracing open it), written while it runs:
 * complete events ("X") on one thread a worker, ticks as a track of their own ("b" and "e"). Times in microseconds. */
#ifndef ORR_APP_TRACE_OUT_H
#define ORR_APP_TRACE_OUT_H

#include "app/text.h"
#include "base/alloc.h"
#include "base/map.h"
#include "base/os.h"
#include "orrery.h"

typedef struct orr__trace_out {
    orr__alloc alloc;
    orr__file file;
    orr__text text; /* not in the file yet */
    orr_world *world;
    const char *script; /* the caller's */
    orr__map label_of;  /* kind and name of a record -> its place in `labels`, from 1 */
    orr__text labels;   /* "cat":...,"name":...,"args":{ of every kind and name so far, each ending with a zero */
    int32_t status;     /* the first thing that failed while writing */
    char error[512];
    uint64_t lost; /* by orr__trace_out_end: records for which there was no room */
    bool open;
} orr__trace_out;

/* Starts the trace of the world. The file appears under its name only when orr__trace_out_end has run. */
int32_t orr__trace_out_begin(orr__trace_out *out, orr_world *world, const char *path, const char *script);
/* What has failed since, between ticks. */
int32_t orr__trace_out_status(const orr__trace_out *out);
/* Stops the trace and completes the file. Nothing when it was never begun. */
int32_t orr__trace_out_end(orr__trace_out *out);
/* After a failure, or for safety: stops, leaves no file behind. */
void orr__trace_out_abort(orr__trace_out *out);

#endif
