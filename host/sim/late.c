#include "sim/late.h"

#include "base/array.h"
#include "base/error.h"
#include "sim/bind.h"
#include "sim/inputs.h"
#include "sim/plan.h"
#include "sim/settle.h"
#include "sim/sim.h"
#include "sim/sync.h"

#include <string.h>

/* A helper that is at a task is not there for the tick. */
#define TASK_NS 200000.0

typedef struct orr__late_run {
    orr_run run;
    orr__pool_job job;
    uint32_t step; /* ranges a task */
    uint64_t due;  /* tick */
    bool waits;    /* in use */
    bool consumed; /* its `changed` rows were */
} orr__late_run;

/* ---- in the background ---- */

/* Its runs must not overtake each other: they share memory. */
static bool is_chained(const orr__system *system)
{
    const orr_job_desc *job = system->binding ? system->binding->job : NULL;
    return job && (job->begin || job->end || job->state_bytes);
}

static void call_job(orr_run *run, orr_job_around_function *function)
{
    orr__error_clear();
    const int32_t code = function ? function(&run->tick) : ORR_OK;
    if (code != ORR_OK) orr__run_failed(run, &run->outside, code);
}

static void run_task(void *context, uint32_t index, uint32_t worker)
{
    orr__late_run *late = context;
    orr_run *run = &late->run;
    const uint32_t begin = index * late->step, left = run->range_count - begin;
    const orr__task task = { .run = run, .begin = begin, .end = begin + (left < late->step ? left : late->step) };
    if (atomic_load_explicit(&run->dropped, memory_order_relaxed)) return;
    if (!is_chained(run->system)) {
        orr__task_run(&task, worker);
        return;
    }
    const orr_job_desc *job = run->system->binding->job;
    call_job(run, job->begin);
    run->ready = run->failure.code == ORR_OK;
    if (run->ready && run->range_count) orr__task_run(&task, worker);
    if (run->failure.code == ORR_OK) call_job(run, job->end);
}

/* ---- parking ---- */

/* Runs point into themselves. */
static void settle_in(orr_run *run)
{
    run->of = run;
    run->current = run->home = &run->outside;
    run->outside.run = run;
    run->outside.rows.range = &run->outside;
    for (uint32_t i = 0; i < run->range_count; i++) run->ranges[i].run = run;
}

static void swap(orr_run *a, orr_run *b)
{
    orr_run keep;
    memcpy(&keep, a, sizeof keep);
    memcpy(a, b, sizeof keep);
    memcpy(b, &keep, sizeof keep);
    settle_in(a);
    settle_in(b);
}

static orr__late_run *find_free(orr_world *world, orr__system *system)
{
    orr__late *late = &system->late;
    for (uint32_t i = 0; i < late->count; i++) {
        if (!late->items[i]->waits) return late->items[i];
    }
    if (orr__array_reserve(&world->alloc, &late->items, &late->capacity, late->count + 1, sizeof *late->items) !=
        ORR_OK)
        return NULL;
    orr__late_run *fresh = orr__alloc_zero(&world->alloc, sizeof *fresh, 64);
    if (!fresh) return NULL;
    orr__run_init(&fresh->run, world);
    fresh->run.system = system;
    fresh->run.no_world = system->run.no_world;
    late->items[late->count++] = fresh;
    return fresh;
}

static void post(orr_world *world, orr__system *system, orr__late_run *late)
{
    const orr__late_run *before = system->late.last;
    const orr_run *run = &late->run;
    const bool chained = is_chained(system);
    late->job = (orr__pool_job){ .function = run_task, .context = late };
    if (!run->ready)
        late->job.count = 0; /* it has failed already */
    else if (chained)
        late->job.count = 1;
    else
        late->job.count = (run->range_count + late->step - 1) / late->step;
    if (chained && before && before->waits && before != late) late->job.after = &system->late.last->job;
    system->late.last = late;
    late->waits = true;
    orr__pool_post(world->sim->pool, &late->job, world->sim->dispatch.worker);
}

void orr__late_park(orr_world *world, orr__system *system)
{
    orr__late_run *late = find_free(world, system);
    if (!late) { /* nothing of a run that failed is applied */
        orr_run *run = &system->run;
        orr__run_failed(run, &run->outside, ORR_E_MEMORY);
        for (uint32_t i = 0; i < run->range_count; i++) orr__range_drop(&run->ranges[i]);
        orr__range_drop(&run->outside);
        return;
    }
    const bool ready = system->run.ready;
    late->consumed = ready && system->tracker;
    if (late->consumed) orr__plan_consume(world, system, system->run.range_count);
    late->step = is_chained(system) ? system->run.range_count : orr__task_ranges(system, TASK_NS);
    late->due = world->sim->tick + system->latency;
    swap(&system->run, &late->run);
    system->run.active = system->run.ready = false;
    system->run.failure.code = ORR_OK;
    atomic_fetch_add_explicit(&world->late, 1, memory_order_relaxed); /* first: they look at it */
    post(world, system, late);
}

/* ---- arriving ---- */

/* For watchdogs. */
static void at_system(orr_world *world, const orr__system *system)
{
    atomic_store_explicit(&world->sim->running, system ? system->name : NULL, memory_order_relaxed);
}

/* What nobody has begun: of all that is due, before anything is waited for. */
static void catch_up(orr_world *world, orr__system *system, orr__late_run *late)
{
    at_system(world, system);
    orr__pool_catch_up(world->sim->pool, &late->job);
    at_system(world, NULL);
}

static void finish(orr_world *world, const orr__system *system, orr__late_run *late)
{
    orr__sim *sim = world->sim;
    at_system(world, system);
    const uint64_t since = orr__trace_now(&sim->trace);
    orr__pool_finish(sim->pool, &late->job);
    orr__trace_did(&sim->trace, ORR_TRACE_WAIT, 0, sim->tick, since);
    at_system(world, NULL);
}

static void arrive(orr_world *world, orr__system *system, orr__late_run *late)
{
    orr_run *run = &system->run;
    finish(world, system, late);
    swap(run, &late->run);
    /* the structure has changed meanwhile: from here on there are only the copies */
    for (uint32_t i = 0; i < run->range_count; i++) run->ranges[i].origin = run->ranges[i].chunk;
    orr__settle_arrived(system);
    orr__sync_late(world, system);
    if (run->failure.code != ORR_OK && late->consumed) orr__plan_restore(world, system);
    orr__inputs_release(run);
    swap(run, &late->run);
    late->waits = false;
    atomic_fetch_sub_explicit(&world->late, 1, memory_order_relaxed);
}

/* Calls for all runs of a stage that are due, in the order of its systems. */
static void each_due(orr_world *world, const orr__schedule_stage *stage,
                     void (*visit)(orr_world *world, orr__system *system, orr__late_run *late))
{
    for (uint32_t s = 0; s < stage->system_count; s++) {
        orr__system *system = stage->order[s];
        for (uint32_t i = 0; i < system->late.count; i++) {
            orr__late_run *late = system->late.items[i];
            if (late->waits && late->due <= world->sim->tick) visit(world, system, late);
        }
    }
}

void orr__late_arrive(orr_world *world, orr__schedule_stage *stage)
{
    if (atomic_load_explicit(&world->late, memory_order_relaxed) == 0) return;
    each_due(world, stage, catch_up);
    each_due(world, stage, arrive);
}

/* ---- holding still ---- */

void orr__late_still(orr_world *world)
{
    orr__pool_hush(world->sim->pool);
}

void orr__late_resume(orr_world *world)
{
    orr__pool_resume(world->sim->pool);
}

void orr__late_discard(orr_world *world)
{
    const orr__systems *systems = &world->sim->systems;
    for (uint32_t s = 0; s < systems->count; s++) {
        if (!systems->items[s]) continue;
        const orr__late *late = &systems->items[s]->late;
        for (uint32_t i = 0; i < late->count; i++)
            if (late->items[i]->waits) atomic_store_explicit(&late->items[i]->run.dropped, true, memory_order_relaxed);
    }
    if (world->sim->pool) orr__late_still(world);
}

/* ---- when a script is loaded again ---- */

/* The first that is due at `from` or later. */
static orr__late_run *next_due(const orr__system *system, uint64_t from)
{
    orr__late_run *next = NULL;
    for (uint32_t i = 0; i < system->late.count; i++) {
        orr__late_run *late = system->late.items[i];
        if (late->waits && late->due >= from && (!next || late->due < next->due)) next = late;
    }
    return next;
}

void orr__late_complete(orr_world *world)
{
    if (atomic_load_explicit(&world->late, memory_order_relaxed) == 0) return;
    orr__late_still(world);
    const orr__systems *systems = &world->sim->systems;
    for (uint32_t s = 0; s < systems->count; s++) {
        const orr__system *system = systems->items[s];
        uint64_t from = 0;
        orr__late_run *late = system ? next_due(system, from) : NULL;
        for (; late; late = next_due(system, from)) { /* in order: one that is chained waits for the one before */
            from = late->due + 1;
            finish(world, system, late);
        }
    }
}

void orr__late_hand_over(orr__system *from, orr__system *to)
{
    const orr__late none = to->late;
    to->late = from->late;
    from->late = none;
    for (uint32_t i = 0; i < to->late.count; i++) to->late.items[i]->run.system = to;
    for (uint32_t i = 0; i < from->late.count; i++) from->late.items[i]->run.system = from;
}

uint32_t orr__late_drop(orr_world *world, orr__system *system)
{
    uint32_t dropped = 0;
    for (uint32_t i = 0; i < system->late.count; i++) {
        orr__late_run *late = system->late.items[i];
        if (!late->waits) continue;
        late->waits = false; /* what it holds goes with the system */
        atomic_fetch_sub_explicit(&world->late, 1, memory_order_relaxed);
        dropped++;
    }
    return dropped;
}

void orr__late_fini(orr_world *world, orr__system *system)
{
    orr__late *late = &system->late;
    for (uint32_t i = 0; i < late->count; i++) {
        orr__run_fini(&late->items[i]->run);
        orr__alloc_free(&world->alloc, late->items[i], sizeof **late->items);
    }
    orr__array_free(&world->alloc, &late->items, &late->capacity, sizeof *late->items);
    late->count = 0;
}
