/* Editing while it runs: how long from saving a script to the first tick of the new one, and what of it is loading. The
 * script is boids with its 10,000 birds, which this must find: run it where `scripts` is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/bench.h"
#include "base/os.h"

enum { REPEATS = 9, TEXT_BYTES = 65536 };

static const char script[] = "scripts/boids.lua";

typedef struct edited {
    char path[512];
    char text[TEXT_BYTES];
    size_t bytes;
    orr_host *host;
    uint32_t saved;
} edited;

static bool read_script(edited *e)
{
    FILE *file = fopen(script, "rb");
    if (!file) return false;
    e->bytes = fread(e->text, 1, sizeof e->text, file);
    return fclose(file) == 0 && e->bytes > 0 && e->bytes < sizeof e->text;
}

/* As an editor does: the whole text, in place. */
static bool save(edited *e)
{
    FILE *file = fopen(e->path, "wb");
    if (!file) return false;
    fwrite(e->text, 1, e->bytes, file);
    fprintf(file, "\n-- saved %u times\n", (unsigned)++e->saved);
    return fclose(file) == 0;
}

static bool step(const edited *e)
{
    return orr_host_step(e->host, 1) == ORR_OK;
}

/* Milliseconds from the save to the end of the new text's first tick; negative: it failed. */
static double from_save(edited *e)
{
    const uint64_t start = orr__clock_ns();
    int32_t status = 0;
    if (!save(e)) return -1;
    while (status == 0 && step(e)) status = orr_host_watch(e->host);
    return status == 1 && step(e) ? (double)(orr__clock_ns() - start) * 1e-6 : -1;
}

static double from_reload(edited *e)
{
    const uint64_t start = orr__clock_ns();
    return orr_host_reload(e->host) == ORR_OK ? (double)(orr__clock_ns() - start) * 1e-6 : -1;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void measure(orr__bench *bench, edited *e, const char *name, double (*time)(edited *e), double target)
{
    double times[REPEATS];
    for (uint32_t k = 0; k < REPEATS; k++) {
        times[k] = time(e);
        if (times[k] < 0) {
            orr__bench_fail(bench, name);
            return;
        }
        for (uint32_t t = 0; t < 5; t++) (void)step(e);
    }
    qsort(times, REPEATS, sizeof times[0], by_size);
    orr__bench_add(bench, name, "ms", times[REPEATS / 2], times[REPEATS - 1], target);
}

void orr__bench_reload(orr__bench *bench)
{
    if (!orr__bench_wanted(bench, "reload") || bench->failed) return;
    edited *e = calloc(1, sizeof *e);
    const char *folder = getenv("TMPDIR");
    if (!e || !read_script(e)) {
        fprintf(stderr, "orrery bench: reload is left out: %s is not here\n", script);
        free(e);
        return;
    }
    snprintf(e->path, sizeof e->path, "%s/orrery-bench-reload.lua", folder && *folder ? folder : "/tmp");
    if (save(e)) e->host = orr_host_open(&(orr_host_desc){ .script = e->path, .threads = ORR_THREADS_ALL });
    if (!e->host || orr_host_step(e->host, 10) != ORR_OK) {
        orr__bench_fail(bench, "reload");
    } else {
        measure(bench, e, "reload: boids.lua is loaded again", from_reload, 0);
        measure(bench, e, "reload: boids.lua, from saving to its tick", from_save, 100);
    }
    orr_host_close(e->host);
    remove(e->path);
    free(e);
}
