/* orrery check SCRIPT: the same script in every way in which the result must be the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/args.h"
#include "app/check.h"
#include "base/error.h"

typedef struct check_options {
    uint64_t ticks, seed;
    bool equiv, unchecked, json, quiet;
    double no_jit_seconds;
    orr__option_list set;
} check_options;

static const orr__option options[] = {
    { "--ticks", "N", ORR__OPTION_WHOLE, offsetof(check_options, ticks), 1, 1e15,
      "ticks of each run (default: those of orrery.test, or 100)" },
    { "--seed", "N", ORR__OPTION_WHOLE, offsetof(check_options, seed), 0, 0, "of all random numbers (default 0)" },
    { "--set", "NAME=VALUE", ORR__OPTION_LIST, offsetof(check_options, set), 0, 0,
      "a param, instead of what orrery.test says" },
    { "--equiv", NULL, ORR__OPTION_FLAG, offsetof(check_options, equiv), 0, 0,
      "also each system in each mode it can run in, and jobs against their twins" },
    { "--unchecked", NULL, ORR__OPTION_FLAG, offsetof(check_options, unchecked), 0, 0,
      "raw pointers and ffi for the script" },
    { "--no-jit-seconds", "S", ORR__OPTION_NUMBER, offsetof(check_options, no_jit_seconds), 0, 1e9,
      "how long the run without the JIT may take (default 10)" },
    { "--json", NULL, ORR__OPTION_FLAG, offsetof(check_options, json), 0, 0, "the result as one JSON object" },
    { "--quiet", NULL, ORR__OPTION_FLAG, offsetof(check_options, quiet), 0, 0, "no warnings of the script" },
    { NULL, NULL, 0, 0, 0, 0, NULL },
};

enum { BATCH = 5 }; /* runs that are open at once, besides the reference */

static orr__check_run *add_run(orr__check *check)
{
    if (check->count == check->capacity) {
        const uint32_t capacity = check->capacity ? 2 * check->capacity : 16;
        orr__check_run *runs = realloc(check->runs, capacity * sizeof *runs);
        if (!runs) return NULL;
        check->runs = runs;
        check->capacity = capacity;
    }
    orr__check_run *run = &check->runs[check->count++];
    memset(run, 0, sizeof *run);
    run->state = ORR__CHECK_STOPPED;
    run->quiet = true;
    return run;
}

static bool add_plain(orr__check *check, uint32_t kind, uint32_t threads, bool no_jit, const char *name)
{
    orr__check_run *run = add_run(check);
    if (!run) return false;
    run->kind = kind;
    run->threads = threads;
    run->no_jit = no_jit;
    if (name)
        snprintf(run->name, sizeof run->name, "%s", name);
    else
        snprintf(run->name, sizeof run->name, "threads %u, JIT %s", threads, no_jit ? "off" : "on");
    return true;
}

static bool add_all(orr__check *check)
{
    static const uint32_t threads[] = { 1, 2, 4 };
    const bool jit = strstr(orr_host_engine(), "JIT on") != NULL;
    bool added = add_plain(check, ORR__CHECK_AGAIN, 0, !jit, NULL) &&
                 add_plain(check, ORR__CHECK_AGAIN, 0, !jit, "the same once more");
    if (added) added = add_plain(check, ORR__CHECK_THREADS, 2, !jit, "2 workers, last range first");
    if (added) check->runs[check->count - 1].backwards = true;
    for (uint32_t i = 0; added && i < sizeof threads / sizeof *threads; i++)
        added = add_plain(check, ORR__CHECK_THREADS, threads[i], !jit, NULL);
    if (added && jit) added = add_plain(check, ORR__CHECK_JIT, 0, true, NULL);
    return added;
}

/* One run for each mode that a system can run in besides its own. */
static bool add_modes(orr__check *check, const orr_host *host, orr_system system, const char *name)
{
    static const struct {
        uint32_t mode, kind, threads;
        const char *how;
    } ways[] = {
        { ORR__MODE_MAIN, ORR__CHECK_MODE, 0, "on the main thread" },
        { ORR__MODE_WORKERS, ORR__CHECK_MODE, 2, "on workers" },
        { ORR__MODE_JOB, ORR__CHECK_MODE, 2, "in place" },
        { ORR__MODE_SNAPSHOT, ORR__CHECK_MODE, 2, "on a snapshot" },
        { ORR__MODE_TWIN, ORR__CHECK_TWIN, 0, "by its twin" },
    };
    const uint32_t besides = orr__modes_besides(host, system);
    for (uint32_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (!(besides & ways[i].mode)) continue;
        orr__check_run *run = add_run(check);
        if (!run) return false;
        run->kind = ways[i].kind;
        run->threads = ways[i].threads;
        run->no_jit = check->runs[0].no_jit;
        run->variant = (orr__variant){ .system = name, .mode = ways[i].mode };
        snprintf(run->name, sizeof run->name, "'%.120s' %s", name, ways[i].how);
    }
    return true;
}

/* Of a host that is opened for it; its names live as long as `*host`. */
static bool add_equiv(orr__check *check, orr_host **host)
{
    *host = orr_host_open(&(orr_host_desc){
        .script = check->script, .seed = check->seed, .unchecked = check->unchecked, .test = true, .set = check->set });
    const orr_world *world = *host ? orr_host_world(*host) : NULL;
    for (orr_system s = 1; world && s <= orr_system_count(world); s++) {
        orr_system_stats stats;
        if (orr_system_describe(world, s, &stats) != ORR_OK) return false;
        if (!check->ran || !check->ran[s - 1]) continue;
        if (!add_modes(check, *host, s, stats.name)) return false;
    }
    return world != NULL;
}

static int compare(orr__check *check, bool equiv, orr_host **host)
{
    int code = orr__check_compare(check, 1, check->count);
    if (code != ORR__EXIT_FINE || check->other || !equiv) return code;
    const uint32_t plain = check->count;
    if (!add_equiv(check, host)) {
        fprintf(stderr, "orrery: %s\n", orr_last_error());
        return ORR__EXIT_SIMULATION;
    }
    for (uint32_t first = plain; first < check->count && code == ORR__EXIT_FINE && !check->other; first += BATCH) {
        const uint32_t end = check->count - first < BATCH ? check->count : first + BATCH;
        code = orr__check_compare(check, first, end);
    }
    return code;
}

static int check_script(const orr__command *command, int count, char **arguments)
{
    check_options o = { .no_jit_seconds = 10 };
    const char *script = NULL;
    bool helped;
    const int usage = orr__args_read(command, count, arguments, &o, &script, &helped);
    if (usage != ORR__EXIT_FINE || helped) return usage;
    orr__check check = { .script = script,
                         .ticks = o.ticks,
                         .seed = o.seed,
                         .set = o.set.items,
                         .unchecked = o.unchecked,
                         .no_jit_seconds = o.no_jit_seconds };
    orr_host *host = NULL;
    int code = ORR__EXIT_SIMULATION;
    if (add_all(&check)) {
        check.runs[0].quiet = o.quiet;
        code = compare(&check, o.equiv, &host);
    } else {
        fputs("orrery: out of memory\n", stderr);
    }
    if (code == ORR__EXIT_FINE && o.json) orr__check_json(&check);
    if (code == ORR__EXIT_FINE && !o.json) orr__check_text(&check);
    if (code == ORR__EXIT_FINE && check.other) code = ORR__EXIT_SIMULATION;
    orr_host_close(host);
    for (uint32_t i = 0; i < check.count; i++) free(check.runs[i].text);
    free(check.runs);
    free(check.systems);
    free(check.ran);
    free(check.why);
    return code;
}

const orr__command orr__command_check = {
    "check",
    "SCRIPT",
    1,
    1,
    "run a script in every way that must not matter, and compare every tick",
    "  orrery check scripts/boids.lua\n"
    "  orrery check scripts/nbody.lua --equiv --ticks 50\n"
    "  orrery check my.lua --seed 7 --set count=100 --json\n",
    options,
    check_script,
};
