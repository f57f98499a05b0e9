/* Milliseconds that a tick of a demo takes, as it is when it is opened: those whose loop is a native job. They must be
 * found: run it where `scripts` is. */
#include <stdio.h>
#include <stdlib.h>

#include "app/bench.h"
#include "base/os.h"

enum { LOOKS = 15, TICKS = 10, FIRST = 50 };

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* Of ten ticks at a time: the median, and the slowest. */
static bool measure(const char *script, double out[2])
{
    double times[LOOKS];
    orr_host *host = orr_host_open(&(orr_host_desc){ .script = script, .threads = ORR_THREADS_ALL });
    bool fine = host && orr_host_step(host, FIRST) == ORR_OK;
    for (uint32_t k = 0; k < LOOKS && fine; k++) {
        const uint64_t start = orr__clock_ns();
        fine = orr_host_step(host, TICKS) == ORR_OK;
        times[k] = (double)(orr__clock_ns() - start) * 1e-6 / TICKS;
    }
    orr_host_close(host);
    if (!fine) return false;
    qsort(times, LOOKS, sizeof times[0], by_size);
    out[0] = times[LOOKS / 2];
    out[1] = times[LOOKS - 1];
    return true;
}

void orr__bench_demo(orr__bench *bench)
{
    static const struct {
        const char *name, *what;
        double target;
    } demos[] = {
        { "boids", "10,000 birds", 8 },    { "particle_life", "20,000 particles", 8 },
        { "vicsek", "6,000 birds", 0 },    { "galaxy", "3,000 stars", 0 },
        { "fluid", "4,312 particles", 0 }, { "cloth", "2,816 points", 0 },
        { "life", "409,600 cells", 0 },    { "ants", "1,000 ants", 0 },
    };
    if (!orr__bench_wanted(bench, "demo") || bench->failed) return;
    for (size_t k = 0; k < sizeof demos / sizeof demos[0] && !bench->failed; k++) {
        char path[64], name[64];
        double times[2];
        snprintf(path, sizeof path, "scripts/%s.lua", demos[k].name);
        snprintf(name, sizeof name, "demo: %s, %s", demos[k].name, demos[k].what);
        FILE *file = fopen(path, "rb");
        if (!file) {
            fprintf(stderr, "orrery bench: demos are left out: %s is not here\n", path);
            return;
        }
        fclose(file);
        if (measure(path, times))
            orr__bench_add(bench, name, "ms a tick", times[0], times[1], demos[k].target);
        else
            orr__bench_fail(bench, name);
    }
}
