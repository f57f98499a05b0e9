/* Rows with 64 operations each: a job of the benchmark's own, and the same loop over plain arrays, both built for the
 * widest vectors of this machine. */
#ifndef ORR_APP_BENCH_HEAVY_H
#define ORR_APP_BENCH_HEAVY_H

#include "orrery.h"

extern const orr_job_module orr__bench_jobs; /* "bench_heavy" on position.x, position.y */

void orr__bench_heavy_raw(float *x, float *y, uint64_t rows);

#endif
