#include "sim/dispatch.h"

#include "base/array.h"
#include "base/error.h"
#include "base/os.h"
#include "sim/bind.h"
#include "sim/plan.h"
#include "sim/settle.h"
#include "sim/sim.h"

#include <string.h>

/* Below this a batch is not worth waking anyone; a task should be worth at least the second. */
#define WORTH_SHARING_NS 20000.0
#define WORTH_TAKING_NS 4000.0

/* A system nobody has timed yet is taken for this heavy. */
#define UNKNOWN_NS_A_ROW 20.0

static double guess_ns(const orr__system *system)
{
    const double row = system->ns_a_row > 0 ? system->ns_a_row : UNKNOWN_NS_A_ROW;
    return row * (double)system->run.rows;
}

void orr__dispatch_tick(const orr_world *world, uint64_t name_hash, uint32_t substeps, orr_tick *out)
{
    const orr__sim *sim = world->sim;
    const double dt = sim->dt / (double)substeps, time = (double)sim->tick * sim->dt;
    *out = (orr_tick){ .tick = sim->tick,
                       .time = time,
                       .dt = dt,
                       .time_f32 = (float)time,
                       .dt_f32 = (float)dt,
                       .seed = sim->seed,
                       .stream = orr__sim_stream(sim, name_hash),
                       .substeps = substeps,
                       .calls = &orr__job_calls };
}

static bool is_due(const orr_world *world, const orr__system *system)
{
    if (!system->enabled || world->sim->tick % system->every != 0) return false;
    return system->when == 0 || orr_param_get(world, system->when) == system->when_value;
}

static int32_t refresh_grids(orr_world *world, const orr__system *system)
{
    for (uint32_t i = system->access.count; i-- > 0;) {
        const orr__access *access = &system->access.items[i];
        if (access->kind != ORR__ACCESS_NEIGHBOURS) break; /* the highest kind */
        const int32_t code = orr__near_refresh(world, access->id);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

static int32_t prepare(orr_world *world, orr__system *system)
{
    orr_run *run = &system->run;
    int32_t code = orr__plan_make(world, system);
    if (code != ORR_OK) return code;
    if (system->skip_if_empty && (system->has_rows || system->lattice) && run->range_count == 0) {
        run->active = false;
        return ORR_OK;
    }
    orr__dispatch_tick(world, system->name_hash, system->substeps, &run->tick);
    code = refresh_grids(world, system);
    if (code == ORR_OK && system->gathers.count)
        code = orr__gathers_fill(world, &system->gathers, orr__query_at(world, system->query));
    if (code != ORR_OK) return code;
    if (system->cells.count) orr__cells_prepare(world, &system->cells, system->lattice);
    orr__binding *binding = system->binding;
    if (!binding) return ORR_OK;
    code = orr__binding_params(world, binding);
    run->tick.params = binding->params_struct;
    run->tick.state = binding->state;
    if (code == ORR_OK && binding->job->begin) code = binding->job->begin(&run->tick);
    return code;
}

static void reset(orr_run *run)
{
    run->next = 0;
    run->current = &run->outside;
    run->row_hint = UINT32_MAX;
    run->failure.code = ORR_OK;
    atomic_store_explicit(&run->time_ns, 0, memory_order_relaxed);
}

/* Whether it is to run in this batch. */
static bool begin_system(orr_world *world, orr__system *system)
{
    orr_run *run = &system->run;
    run->active = is_due(world, system);
    if (!run->active) return false;
    reset(run);
    orr__error_clear();
    const int32_t code = prepare(world, system);
    if (code == ORR_OK) return run->active;
    orr__run_failed(run, &run->outside, code);
    return false;
}

/* ---- native jobs ---- */

static void run_ranges(orr_run *run, uint32_t begin, uint32_t end)
{
    orr_job_function *const function = run->system->binding->run;
    if (run->tick.substeps <= 1) {
        for (uint32_t i = begin; i < end; i++) {
            const int32_t code = function(&run->ranges[i].rows, &run->tick);
            if (code != ORR_OK) orr__run_failed(run, &run->ranges[i], code);
        }
        return;
    }
    orr_tick tick = run->tick;
    for (uint32_t i = begin; i < end; i++) {
        int32_t code = ORR_OK;
        for (tick.substep = 0; code == ORR_OK && tick.substep < tick.substeps; tick.substep++)
            code = function(&run->ranges[i].rows, &tick);
        if (code != ORR_OK) orr__run_failed(run, &run->ranges[i], code);
    }
}

static void run_once(orr_run *run)
{
    const bool whole = run->range_count > 0;
    orr_tick tick = run->tick;
    int32_t code = ORR_OK;
    for (tick.substep = 0; code == ORR_OK && tick.substep < tick.substeps; tick.substep++)
        code = run->system->binding->run(whole ? run->whole : &run->outside.rows, &tick);
    if (code != ORR_OK) orr__run_failed(run, whole ? &run->ranges[0] : &run->outside, code);
}

static bool called_once(const orr__system *system)
{
    return (system->binding->job->flags & ORR_WHOLE) || (!system->has_rows && !system->lattice);
}

static void run_task(void *context, uint32_t index, uint32_t worker)
{
    (void)worker;
    const orr__task *task = (const orr__task *)context + index;
    orr_run *run = task->run;
    orr__error_clear();
    const uint64_t start = orr__clock_ns();
    if (called_once(run->system))
        run_once(run);
    else
        run_ranges(run, task->begin, task->end);
    atomic_fetch_add_explicit(&run->time_ns, orr__clock_ns() - start, memory_order_relaxed);
}

static int32_t add_task(orr_world *world, orr_run *run, uint32_t begin, uint32_t end)
{
    orr__dispatch *dispatch = &world->sim->dispatch;
    const int32_t code = orr__array_reserve(&world->alloc, &dispatch->tasks, &dispatch->task_capacity,
                                            dispatch->task_count + 1, sizeof *dispatch->tasks);
    if (code != ORR_OK) return code;
    dispatch->tasks[dispatch->task_count++] = (orr__task){ .run = run, .begin = begin, .end = end };
    return ORR_OK;
}

/* Spans of ranges, each worth `task_ns`; all in one when they must follow each other. */
static int32_t add_tasks(orr_world *world, orr__system *system, double task_ns)
{
    orr_run *run = &system->run;
    if (called_once(system)) return add_task(world, run, 0, 0);
    if (system->serial || run->range_count <= 1)
        return run->range_count ? add_task(world, run, 0, run->range_count) : ORR_OK;
    const double range_ns = guess_ns(system) / run->range_count;
    const double many = range_ns > 0 ? task_ns / range_ns : run->range_count;
    const uint32_t step = many < 1 ? 1 : many > run->range_count ? run->range_count : (uint32_t)many;
    for (uint32_t begin = 0; begin < run->range_count; begin += step) {
        const uint32_t end = run->range_count - begin < step ? run->range_count : begin + step;
        const int32_t code = add_task(world, run, begin, end);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

/* ---- functions ---- */

/* A failing range stops there; the function is called again for the ranges that it has not been handed yet. */
static void run_function(orr_world *world, orr__system *system)
{
    orr__sim *sim = world->sim;
    orr_run *run = &system->run;
    const uint64_t start = orr__clock_ns();
    sim->main_run = run;
    world->locked_by = system->name;
    atomic_store_explicit(&sim->running, system->name, memory_order_relaxed);
    for (bool again = true; again;) {
        const uint32_t before = run->next;
        orr__error_clear();
        const int32_t code = system->function(run, system->context);
        again = false;
        if (code == ORR_OK) break;
        orr__run_failed(run, run->current, code);
        again = run->next != before && run->next < run->range_count;
        run->current = &run->outside;
        run->row_hint = UINT32_MAX;
    }
    run->current = &run->outside;
    sim->main_run = NULL;
    atomic_fetch_add_explicit(&run->time_ns, orr__clock_ns() - start, memory_order_relaxed);
}

/* ---- batches ---- */

static void start_jobs(orr_world *world, orr__system **systems, uint32_t count)
{
    orr__sim *sim = world->sim;
    double total = 0;
    orr__system *first = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (!systems[i]->binding || !systems[i]->run.ready) continue;
        total += guess_ns(systems[i]);
        if (!first) first = systems[i];
    }
    if (!first) return;
    atomic_store_explicit(&sim->running, first->name, memory_order_relaxed);
    const uint32_t workers = orr__pool_workers(sim->pool);
    const bool alone = workers == 1 || total < WORTH_SHARING_NS;
    double task_ns = alone ? 1e300 : total / (16.0 * workers);
    if (task_ns < WORTH_TAKING_NS) task_ns = WORTH_TAKING_NS;
    for (uint32_t i = 0; i < count; i++) {
        orr_run *run = &systems[i]->run;
        if (!systems[i]->binding || !run->ready) continue;
        const uint32_t before = sim->dispatch.task_count;
        const int32_t code = add_tasks(world, systems[i], task_ns);
        if (code == ORR_OK) continue;
        sim->dispatch.task_count = before;
        run->ready = false;
        orr__run_failed(run, &run->outside, code);
    }
    sim->dispatch.alone = alone;
    if (!alone) orr__pool_start(sim->pool, sim->dispatch.task_count, 0, run_task, sim->dispatch.tasks);
}

/* What this thread does alone is no business of the pool, whose bookkeeping would take longer. */
static void finish_jobs(orr__sim *sim)
{
    const orr__dispatch *dispatch = &sim->dispatch;
    if (dispatch->task_count && !dispatch->alone) orr__pool_join(sim->pool);
    for (uint32_t i = 0; dispatch->alone && i < dispatch->task_count; i++) run_task(dispatch->tasks, i, 0);
}

void orr__dispatch_batch(orr_world *world, orr__system **systems, uint32_t count)
{
    orr__sim *sim = world->sim;
    sim->dispatch.task_count = 0;
    bool any = false;
    world->locked++;
    for (uint32_t i = 0; i < count; i++) {
        systems[i]->run.ready = begin_system(world, systems[i]);
        any |= systems[i]->run.active;
    }
    if (any) {
        start_jobs(world, systems, count);
        for (uint32_t i = 0; i < count; i++) {
            if (!systems[i]->binding && systems[i]->run.ready) run_function(world, systems[i]);
        }
        finish_jobs(sim);
        atomic_store_explicit(&sim->running, NULL, memory_order_relaxed);
    }
    world->locked--;
    world->locked_by = NULL;
    if (any) orr__settle_batch(world, systems, count);
}

void orr__dispatch_fini(orr_world *world)
{
    orr__dispatch *dispatch = &world->sim->dispatch;
    orr__array_free(&world->alloc, &dispatch->tasks, &dispatch->task_capacity, sizeof *dispatch->tasks);
}
