#include "app/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/args.h"
#include "app/open.h"
#include "base/error.h"
#include "base/os.h"
#include "sim/bind.h"
#include "sim/sim.h"

static char *copy(const char *text)
{
    char *out = malloc(strlen(text) + 1);
    return out ? strcpy(out, text) : NULL;
}

static void log_line(void *context, int level, const char *text)
{
    const orr__check_run *run = context;
    if (level > 0 && !run->quiet) fprintf(stderr, "orrery: %s%s\n", level == 1 ? "warning: " : "", text);
}

typedef struct errand {
    void (*task)(void *task_context, uint32_t index, uint32_t worker);
    void *task_context;
    uint32_t count;
} errand;

/* Every second index below e->count, the last first: odd ones by worker 1, even ones by worker 0. */
static void do_every_second(const errand *e, uint32_t worker)
{
    for (uint32_t i = e->count; i > 0; i--) {
        if ((i - 1) % 2 == worker) e->task(e->task_context, i - 1, worker);
    }
}

static void do_odd(void *context)
{
    do_every_second(context, 1);
}

static void last_first(void *context, uint32_t count, void (*task)(void *task_context, uint32_t index, uint32_t worker),
                       void *task_context)
{
    (void)context;
    errand e = { task, task_context, count };
    orr__thread other;
    if (orr__thread_start(&other, do_odd, &e, "orrery-odd", 0) == ORR_OK)
        orr__thread_join(&other);
    else
        do_odd(&e); /* the order is another one all the same */
    do_every_second(&e, 0);
}

const orr_scheduler orr__backwards = { .workers = 2, .parallel_for = last_first };

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static void close_run(orr__check_run *run)
{
    orr__witness_fini(&run->witness);
    orr_host_close(run->host);
    run->host = NULL;
}

static int32_t watch(orr__check_run *run)
{
    return orr__witness_init(&run->witness, orr_host_world(run->host), 0);
}

static orr_host_desc describe(const orr__check *check, orr__check_run *run)
{
    return (orr_host_desc){ .script = check->script,
                            .seed = check->seed,
                            .threads = run->threads,
                            .scheduler = run->backwards ? &orr__backwards : NULL,
                            .unchecked = check->unchecked,
                            .no_jit = run->no_jit,
                            .test = true,
                            .log = log_line,
                            .log_context = run };
}

/* Of run 0 the mistakes of the command line are told. */
static int open_reference(orr__check *check)
{
    orr__check_run *run = &check->runs[0];
    const orr_host_desc desc = describe(check, run);
    const int code = orr__open(&desc, check->set, &run->host);
    if (code != ORR__EXIT_FINE) return code;
    if (check->ticks == 0) check->ticks = orr_host_test_ticks(run->host);
    if (check->ticks == 0) check->ticks = 100;
    run->ticks = 0;
    run->seconds = 0;
    run->state = ORR__CHECK_SAME;
    if (watch(run) == ORR_OK) return ORR__EXIT_FINE;
    fprintf(stderr, "orrery: %s\n", orr_last_error());
    return ORR__EXIT_SIMULATION;
}

static void note(orr__check_run *run, int32_t code, const char *text)
{
    free(run->text);
    run->code = code;
    run->text = copy(text);
}

/* That a function does not run on workers, or on the main thread, is no difference. */
static void failed(orr__check *check, orr__check_run *run, int32_t code)
{
    note(run, code, orr_last_error());
    if (run->kind == ORR__CHECK_MODE) {
        run->state = ORR__CHECK_CANNOT;
        return;
    }
    run->state = ORR__CHECK_DIFFERS;
    if (!check->other) check->other = (uint32_t)(run - check->runs);
}

static void open_run(orr__check *check, orr__check_run *run)
{
    orr_host_desc desc = describe(check, run);
    desc.set = check->set;
    run->host = orr__host_open(&desc, run->variant.system ? &run->variant : NULL);
    if (!run->host || watch(run) != ORR_OK) failed(check, run, orr__error_code());
}

/* ---- a tick ------------------------------------------------------------------------------------------------------ */

static int32_t step(orr__check_run *run)
{
    const uint64_t start = orr__clock_ns();
    int32_t code = orr__witness_begin(&run->witness);
    if (code == ORR_OK) code = orr_host_step(run->host, 1);
    run->seconds += (double)(orr__clock_ns() - start) / 1e9;
    return code;
}

static bool goes_on(const orr__check_run *run)
{
    return run->host && run->state == ORR__CHECK_STOPPED;
}

/* Of a run that failed a snapshot commits nothing, and in place what was written stays: that is no difference. */
static bool fails_otherwise(const orr__check *check, orr__check_run *run)
{
    if (run->kind != ORR__CHECK_MODE) return false;
    const orr_world *worlds[] = { orr_host_world(check->runs[0].host), orr_host_world(run->host) };
    const orr_system id = orr_system_find(worlds[0], run->variant.system);
    const orr__system *a = orr__system_at(worlds[0], id), *b = orr__system_at(worlds[1], id);
    if (!a || !b || a->snapshot == b->snapshot) return false;
    if (a->run.failure.code == ORR_OK || b->run.failure.code == ORR_OK) return false;
    note(run, ORR_E_SCRIPT, "it fails, and of what fails a snapshot commits nothing");
    run->state = ORR__CHECK_CANNOT;
    return true;
}

/* Failing in the same way is the same. */
static void compare_tick(orr__check *check, orr__check_run *run, int32_t reference, const char *text)
{
    const orr__check_run *first = &check->runs[0];
    const int32_t code = step(run);
    if (code != reference) {
        if (code == ORR_OK) orr__fail(ORR_E_SCRIPT, "it does not fail, the other does: %.900s", text);
        failed(check, run, code);
    } else if (orr_world_hash(orr_host_world(run->host)) != orr_world_hash(orr_host_world(first->host))) {
        if (!fails_otherwise(check, run)) run->state = ORR__CHECK_DIFFERS;
    } else {
        run->ticks++;
    }
    if (run->kind == ORR__CHECK_JIT && run->state == ORR__CHECK_STOPPED && run->seconds > check->no_jit_seconds &&
        run->ticks < check->ticks)
        run->state = ORR__CHECK_SLOW;
}

/* ---- a difference ------------------------------------------------------------------------------------------------ */

/* Names of the systems that ran in the stage, and wrote what differs if that is a component. */
static char *names(const orr__check_run *first, const orr__difference *difference)
{
    const orr_world *world = orr_host_world(first->host);
    char text[600] = "";
    size_t at = 0;
    for (orr_system s = 1; s <= orr_system_count(world) && s <= first->witness.system_count; s++) {
        const orr__system *system = orr__system_at(world, s);
        if (!first->witness.systems[s - 1].ran) continue;
        if (difference->stage != UINT32_MAX && system->stage != difference->stage) continue;
        const int many = snprintf(text + at, sizeof text - at, "%s'%s'", at ? ", " : "", system->name);
        if (many < 0 || at + (size_t)many >= sizeof text) break;
        at += (size_t)many;
    }
    return copy(text);
}

static void describe_difference(orr__check *check)
{
    orr__check_run *first = &check->runs[0], *run = &check->runs[check->other];
    if (!run->host) return;
    if (!run->text) (void)orr__difference_find(&first->witness, &run->witness, &check->difference);
    orr__difference *difference = &check->difference;
    const orr_world *world = orr_host_world(first->host);
    orr_system system = difference->system;
    if (!system && run->variant.system) system = orr_system_find(world, run->variant.system);
    if (difference->kind != ORR__DIFFER_NOT && difference->stage != UINT32_MAX)
        snprintf(check->stage, sizeof check->stage, "%s", world->sim->schedule.stages[difference->stage].name);
    if (!system) {
        check->systems = names(first, difference);
        return;
    }
    const orr__system *of = orr__system_at(world, system);
    snprintf(check->system, sizeof check->system, "%s", of->name);
    snprintf(check->source, sizeof check->source, "%s", of->source ? of->source : "");
    if (of->binding) {
        snprintf(check->job, sizeof check->job, "%s", of->binding->job->name);
        check->arithmetic = of->binding->job->arithmetic;
    }
    check->unmarked = orr__difference_unmarked(difference, orr_host_world(run->host), difference->a) ||
                      orr__difference_unmarked(difference, world, difference->b);
    check->why = copy(orr__variant_why(run->host, system));
}

/* Which systems ran: the others need not be tried in other modes. */
static void keep_ran(orr__check *check)
{
    const orr__check_run *first = &check->runs[0];
    const orr_world *world = orr_host_world(first->host);
    free(check->ran);
    check->ran = calloc(orr_system_count(world) + 1, sizeof *check->ran);
    for (orr_system s = 1; check->ran && s <= orr_system_count(world); s++) {
        orr_system_stats stats;
        check->ran[s - 1] = orr_system_describe(world, s, &stats) == ORR_OK && stats.runs > 0;
    }
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

/* Whether there is another tick to do. */
static bool tick(orr__check *check, uint32_t begin, uint32_t end, int *exit_code)
{
    orr__check_run *first = &check->runs[0];
    check->tick = orr_world_tick(orr_host_world(first->host));
    const int32_t reference = step(first);
    char text[1024];
    snprintf(text, sizeof text, "%s", reference == ORR_OK ? "" : orr_last_error());
    for (uint32_t i = begin; i < end; i++) {
        if (goes_on(&check->runs[i])) compare_tick(check, &check->runs[i], reference, text);
    }
    for (uint32_t i = begin; i < end && !check->other; i++) {
        if (check->runs[i].state == ORR__CHECK_DIFFERS) check->other = i;
    }
    if (check->other) {
        describe_difference(check);
        return false;
    }
    if (reference != ORR_OK) {
        fprintf(stderr, "orrery: the script fails, in the same way in all runs: %s\n", text);
        *exit_code = ORR__EXIT_SIMULATION;
        return false;
    }
    return ++first->ticks < check->ticks;
}

int orr__check_compare(orr__check *check, uint32_t first, uint32_t end)
{
    int code = open_reference(check);
    if (code != ORR__EXIT_FINE) {
        close_run(&check->runs[0]);
        return code;
    }
    for (uint32_t i = first; i < end && !check->other; i++) open_run(check, &check->runs[i]);
    if (check->other)
        describe_difference(check);
    else
        while (tick(check, first, end, &code)) continue;
    for (uint32_t i = first; i < end; i++) {
        orr__check_run *run = &check->runs[i];
        if (run->state == ORR__CHECK_STOPPED && !check->other && code == ORR__EXIT_FINE) run->state = ORR__CHECK_SAME;
        close_run(run);
    }
    keep_ran(check);
    close_run(&check->runs[0]);
    check->runs[0].quiet = true; /* once is enough */
    return code;
}
