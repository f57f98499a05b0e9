/* Dispatch and join, and rows with much arithmetic on one and two threads. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/bench.h"
#include "base/alloc.h"
#include "base/os.h"
#include "pool/pool.h"

static void nothing(void *context, uint32_t index, uint32_t worker)
{
    (void)context;
    (void)index;
    (void)worker;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Median and p99 of one dispatch and join of two empty tasks after a pause. */
static void dispatch(orr__bench *bench, orr__pool *pool, const char *name, double idle_ms, uint32_t times,
                     double target)
{
    enum { MOST = 20000 };
    double *taken = malloc(MOST * sizeof *taken);
    if (!taken) return;
    for (uint32_t k = 0; k < times; k++) {
        if (idle_ms > 0) orr__sleep_ns((uint64_t)(idle_ms * 1e6));
        const uint64_t start = orr__clock_ns();
        orr__pool_run(pool, 2, nothing, NULL);
        taken[k] = (double)(orr__clock_ns() - start) / 1e3;
    }
    qsort(taken, times, sizeof *taken, by_size);
    orr__bench_add(bench, name, "us", taken[times / 2], taken[(uint32_t)(0.99 * times)], target);
    free(taken);
}

static void dispatches(orr__bench *bench)
{
    orr__alloc alloc;
    orr__alloc_init(&alloc, NULL);
    orr__pool *pool = orr__pool_create(&alloc, NULL, 2);
    if (!pool) {
        orr__bench_fail(bench, "pool");
        return;
    }
    dispatch(bench, pool, "dispatch and join, back to back", 0, 20000, 0.5);
    dispatch(bench, pool, "dispatch and join, after 0.2 ms", 0.2, 2000, 0);
    dispatch(bench, pool, "dispatch and join, after 2 ms", 2, 300, 9);
    dispatch(bench, pool, "dispatch and join, after 16 ms", 16, 60, 0);
    orr__pool_destroy(pool);
}

void orr__bench_pool(orr__bench *bench)
{
    if (orr__bench_wanted(bench, "dispatch")) dispatches(bench);
}
