/* orrery bench: every promise about speed, measured as a ratio to a raw loop in the same process. */
#include "app/bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "app/args.h"
#include "base/os.h"

typedef struct bench_options {
    bool json;
    uint64_t repeats;
    const char *only;
} bench_options;

static const orr__option options[] = {
    { "--json", NULL, ORR__OPTION_FLAG, offsetof(bench_options, json), 0, 0, "rows as JSON" },
    { "--repeats", "N", ORR__OPTION_WHOLE, offsetof(bench_options, repeats), 1, ORR__BENCH_REPEATS,
      "of each row (default 15)" },
    { "--only", "PART", ORR__OPTION_TEXT, offsetof(bench_options, only), 0, 0, "groups whose name contains this" },
    { NULL, NULL, 0, 0, 0, 0, NULL },
};

bool orr__bench_wanted(const orr__bench *bench, const char *group)
{
    return !bench->failed && (!bench->only || strstr(group, bench->only));
}

void orr__bench_fail(orr__bench *bench, const char *what)
{
    fprintf(stderr, "orrery bench: %s: %s\n", what, orr_last_error());
    bench->failed = true;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double at_share(double *times, uint32_t count, double share)
{
    qsort(times, count, sizeof *times, by_size);
    return times[(uint32_t)(share * (count - 1) + 0.5)];
}

static double timed(orr__bench_function *function, void *context)
{
    const uint64_t start = orr__clock_ns();
    function(context);
    return (double)(orr__clock_ns() - start);
}

static orr__bench_row *new_row(orr__bench *bench, const char *name, const char *unit, double target)
{
    orr__bench_row *row = &bench->rows[bench->count < ORR__BENCH_ROWS ? bench->count++ : ORR__BENCH_ROWS - 1];
    memset(row, 0, sizeof *row);
    snprintf(row->name, sizeof row->name, "%s", name);
    row->unit = unit;
    row->target = target;
    return row;
}

void orr__bench_pair(orr__bench *bench, const char *name, const char *unit, double units, double target,
                     orr__bench_function *ours, orr__bench_function *raw, orr__bench_function *before, void *context)
{
    double our_times[ORR__BENCH_REPEATS], raw_times[ORR__BENCH_REPEATS];
    if (bench->failed) return;
    if (orr__is_terminal(2)) fprintf(stderr, "\r%-60s", name);
    for (uint32_t k = 0; k <= bench->repeats; k++) { /* the first is to warm up */
        if (before) before(context);
        const double our_ns = timed(ours, context), raw_ns = raw ? timed(raw, context) : 0;
        if (k == 0) continue;
        our_times[k - 1] = our_ns / units;
        raw_times[k - 1] = raw_ns / units;
    }
    orr__bench_row *row = new_row(bench, name, unit, target);
    row->ours = at_share(our_times, bench->repeats, 0.5);
    row->raw = raw ? at_share(raw_times, bench->repeats, 0.5) : 0;
}

void orr__bench_add(orr__bench *bench, const char *name, const char *unit, double ours, double p99, double target)
{
    orr__bench_row *row = new_row(bench, name, unit, target);
    row->ours = ours;
    row->p99 = p99;
}

void orr__bench_goal(orr__bench *bench, double target)
{
    if (bench->failed || bench->count == 0) return;
    bench->rows[bench->count - 1].target = target;
    bench->rows[bench->count - 1].absolute = true;
}

static bool of_ratio(const orr__bench_row *row)
{
    return row->raw > 0 && !row->absolute;
}

static bool missed(const orr__bench_row *row)
{
    return row->target > 0 && (of_ratio(row) ? row->ours / row->raw : row->ours) > row->target;
}

static void print_table(const orr__bench *bench)
{
    printf("%-46s %10s %10s %8s %8s  %s\n", "what", "ours", "raw loop", "ratio", "target", "unit");
    for (uint32_t k = 0; k < bench->count; k++) {
        const orr__bench_row *row = &bench->rows[k];
        char raw[24] = "-", ratio[24] = "-", target[24] = "-";
        if (row->raw > 0) {
            snprintf(raw, sizeof raw, "%.3f", row->raw);
            snprintf(ratio, sizeof ratio, "%.2f", row->ours / row->raw);
        }
        if (row->target > 0) snprintf(target, sizeof target, "%.2f%s", row->target, of_ratio(row) ? "x" : "");
        printf("%-46s %10.3f %10s %8s %8s  %s%s", row->name, row->ours, raw, ratio, target, row->unit,
               missed(row) ? "  MISSED" : "");
        if (row->p99 > 0) printf("  (p99 %.2f)", row->p99);
        puts("");
    }
}

static void print_json(const orr__bench *bench)
{
    printf("{\"version\":\"" ORR_VERSION "\",\"cores\":%u,\"rows\":[", orr__cpu_count());
    for (uint32_t k = 0; k < bench->count; k++) {
        const orr__bench_row *row = &bench->rows[k];
        printf("%s{\"name\":\"%s\",\"unit\":\"%s\",\"ours\":%.4g,\"raw\":%.4g,\"p99\":%.4g,\"target\":%.4g,"
               "\"of_ratio\":%s,\"missed\":%s}",
               k ? "," : "", row->name, row->unit, row->ours, row->raw, row->p99, row->target,
               of_ratio(row) ? "true" : "false", missed(row) ? "true" : "false");
    }
    puts("]}");
}

/* Memory that was released stays with the process: the rows time this library, not the system's page faults. */
static void keep_memory(void)
{
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, 32 << 20); // the most that is allowed
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

static int bench_all(const orr__command *command, int count, char **arguments)
{
    bench_options o = { .repeats = 15 };
    bool helped;
    const int usage = orr__args_read(command, count, arguments, &o, NULL, &helped);
    if (usage != ORR__EXIT_FINE || helped) return usage;
    orr__bench *bench = calloc(1, sizeof *bench);
    if (!bench) return ORR__EXIT_SIMULATION;
    bench->repeats = (uint32_t)o.repeats;
    bench->only = o.only;
    keep_memory();
    orr__bench_move(bench);
    orr__bench_lua(bench);
    orr__bench_entity(bench);
    orr__bench_snapshot(bench);
    orr__bench_workers(bench);
    orr__bench_isolate(bench);
    orr__bench_trace(bench);
    orr__bench_reload(bench);
    orr__bench_demo(bench);
    orr__bench_draw(bench);
    orr__bench_window(bench);
    orr__bench_pool(bench);
    if (orr__is_terminal(2)) fprintf(stderr, "\r%-60s\r", "");
    if (o.only && !bench->count && !bench->failed) {
        fprintf(stderr, "orrery bench: no group's name contains '%s' (see 'orrery bench --help')\n", o.only);
        free(bench);
        return ORR__EXIT_USAGE;
    }
    if (o.json)
        print_json(bench);
    else
        print_table(bench);
    const int code = bench->failed ? ORR__EXIT_SIMULATION : ORR__EXIT_FINE;
    free(bench);
    return code;
}

const orr__command orr__command_bench = {
    "bench",
    "",
    0,
    0,
    "measure speed as ratios to raw loops",
    "  orrery bench\n  orrery bench --only move --json\n",
    options,
    bench_all,
};
