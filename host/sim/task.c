#include "sim/task.h"

#include "base/error.h"
#include "base/os.h"
#include "sim/bind.h"
#include "sim/isolate.h"
#include "sim/sim.h"

/* A system nobody has timed yet is taken for this heavy. */
#define UNKNOWN_NS_A_ROW 20.0

double orr__task_guess_ns(const orr__system *system)
{
    const double row = system->ns_a_row > 0 ? system->ns_a_row : UNKNOWN_NS_A_ROW;
    return row * (double)(system->run.rows ? system->run.rows : 1);
}

/* ---- running ---- */

static bool called_once(const orr__system *system)
{
    if (system->binding && (system->binding->job->flags & ORR_WHOLE)) return true;
    return !system->has_rows && !system->lattice;
}

static void run_ranges(orr_run *run, uint32_t begin, uint32_t end, uint32_t worker)
{
    orr__trace *trace = &run->world->sim->trace;
    const bool traced = orr__trace_on(trace);
    orr_job_function *const function = run->system->binding->run;
    if (run->tick.substeps <= 1) {
        /* every other tick from the end: what the last one left in the cache is met before it is pushed out */
        const bool back = (run->tick.tick & 1u) && !run->system->serial && !run->tick.state;
        for (uint32_t k = begin; k < end; k++) {
            const uint32_t i = back ? end - 1 - (k - begin) : k;
            if (atomic_load_explicit(&run->dropped, memory_order_relaxed)) return;
            run->ranges[i].worker = worker;
            const int32_t code = function(&run->ranges[i].rows, &run->tick);
            if (traced) orr__trace_span_end(trace, worker, 0);
            if (code != ORR_OK) orr__run_failed(run, &run->ranges[i], code);
        }
        return;
    }
    orr_tick tick = run->tick;
    for (uint32_t i = begin; i < end; i++) {
        int32_t code = ORR_OK;
        run->ranges[i].worker = worker;
        for (tick.substep = 0; code == ORR_OK && tick.substep < tick.substeps; tick.substep++)
            code = function(&run->ranges[i].rows, &tick);
        if (traced) orr__trace_span_end(trace, worker, 0);
        if (code != ORR_OK) orr__run_failed(run, &run->ranges[i], code);
    }
}

/* In a helper, substeps and all. */
static void run_isolated(orr_run *run, uint32_t begin, uint32_t end, uint32_t worker)
{
    for (uint32_t i = begin; i < end; i++) {
        const int32_t code = orr__isolate_run(&run->ranges[i], worker);
        if (code != ORR_OK) orr__run_failed(run, &run->ranges[i], code);
    }
}

static void run_once(orr_run *run, uint32_t worker)
{
    const bool whole = run->range_count > 0;
    orr_range *range = whole ? &run->ranges[0] : &run->outside;
    orr_tick tick = run->tick;
    int32_t code = ORR_OK;
    range->worker = worker;
    for (tick.substep = 0; code == ORR_OK && tick.substep < tick.substeps; tick.substep++)
        code = run->system->binding->run(whole ? run->whole : &run->outside.rows, &tick);
    if (code != ORR_OK) orr__run_failed(run, range, code);
}

/* A failing range stops there. The function is called until it has been handed all ranges, so that it makes no
 * difference how they are grouped. */
static void run_function(orr_run *of, uint32_t begin, uint32_t end, uint32_t worker)
{
    const orr__system *system = of->system;
    orr_run call;
    orr__run_call(&call, of, begin, end, worker);
    for (bool again = true; again;) {
        const uint32_t before = call.next;
        orr__error_clear();
        const int32_t code = system->function(&call, system->context);
        if (code != ORR_OK) orr__run_failed(&call, call.current, code);
        again = call.next != before && call.next < end;
        call.current = call.home;
        call.row_hint = UINT32_MAX;
    }
}

static void trace(const orr__task *task, uint32_t worker, uint64_t begin_ns, uint64_t end_ns)
{
    const orr_run *run = task->run;
    orr__trace *to = &run->world->sim->trace;
    uint64_t rows = 0;
    if (!orr__trace_on(to)) return;
    for (uint32_t i = task->begin; i < task->end; i++) rows += run->ranges[i].rows.end - run->ranges[i].rows.begin;
    orr__trace_span_end(to, worker, end_ns);
    orr__trace_put(to, (orr_trace_record){ .kind = ORR_TRACE_SYSTEM,
                                           .worker = worker,
                                           .name = run->system->id,
                                           .tick = run->tick.tick,
                                           .rows = rows,
                                           .begin_ns = begin_ns,
                                           .end_ns = end_ns });
}

void orr__task_run(const orr__task *task, uint32_t worker)
{
    orr_run *run = task->run;
    orr__error_clear();
    const uint64_t start = run->clocked ? orr__clock_ns() : 0;
    if (!run->system->binding)
        run_function(run, task->begin, task->end, worker);
    else if (called_once(run->system))
        run_once(run, worker);
    else if (run->system->isolated)
        run_isolated(run, task->begin, task->end, worker);
    else
        run_ranges(run, task->begin, task->end, worker);
    if (!run->clocked) return;
    const uint64_t end = orr__clock_ns();
    atomic_fetch_add_explicit(&run->time_ns, end - start, memory_order_relaxed);
    trace(task, worker, start, end);
}

void orr__task_run_all(orr__system *system, uint32_t worker)
{
    if (!orr__task_needed(system)) return;
    orr__task_run(&(orr__task){ .run = &system->run, .end = system->run.range_count }, worker);
}

bool orr__task_needed(const orr__system *system)
{
    return called_once(system) || system->run.range_count > 0;
}

/* ---- the list ---- */

static orr__task *place(const orr__tasks *tasks, uint32_t index)
{
    const uint32_t scaled = index / ORR__TASK_FIRST + 1;
    const uint32_t block = 31 - (uint32_t)__builtin_clz(scaled);
    return tasks->blocks[block] + (index - ((1u << block) - 1) * ORR__TASK_FIRST);
}

const orr__task *orr__tasks_at(const orr__tasks *tasks, uint32_t index)
{
    return place(tasks, index);
}

/* Among those who hold an index of a run none finds everything taken: there are as many tasks as indices. */
const orr__task *orr__tasks_take(const orr__tasks *tasks, uint32_t index, uint32_t worker, uint32_t workers)
{
    const orr__task *held = place(tasks, index);
    const uint32_t first = held->first, count = held->count;
    uint32_t at = (uint32_t)((uint64_t)count * worker / workers);
    while (at > 0 && place(tasks, first + at - 1)->home >= worker) at--;
    while (at < count && place(tasks, first + at)->home < worker) at++;
    for (uint32_t k = 0; k < count; k++, at++) {
        if (at >= count) at = 0;
        orr__task *task = place(tasks, first + at);
        if (!atomic_load_explicit(&task->taken, memory_order_relaxed) &&
            !atomic_exchange_explicit(&task->taken, 1, memory_order_relaxed))
            return task;
    }
    ORR__ASSERT(false);
    return held;
}

static int32_t reserve(orr_world *world, orr__tasks *tasks, uint32_t count)
{
    for (uint32_t block = 0, room = 0; room < count; block++) {
        const size_t many = (size_t)ORR__TASK_FIRST << block;
        if (block == ORR__TASK_BLOCKS) return orr__fail(ORR_E_LIMIT, "more tasks in a stage than can be counted");
        if (!tasks->blocks[block]) tasks->blocks[block] = orr__alloc_new(&world->alloc, many * sizeof(orr__task), 0);
        if (!tasks->blocks[block]) return ORR_E_MEMORY;
        room += (uint32_t)many;
    }
    return ORR_OK;
}

/* A worker's share, in the order in which it goes through it: every other tick from the end, for what the last one left
 * in the cache is met before it is pushed out. */
static void cut_share(orr__tasks *tasks, orr_run *run, orr__task share, uint32_t most)
{
    const bool back = run->tick.tick & 1u;
    while (share.begin < share.end) {
        const uint32_t third = (share.end - share.begin + 2) / 3, size = third < most ? third : most;
        orr__task *task = place(tasks, tasks->count++);
        *task = (orr__task){ .run = run, .begin = share.begin, .end = share.end, .home = share.home };
        if (back)
            task->begin = share.end -= size;
        else
            task->end = share.begin += size;
    }
}

uint32_t orr__task_ranges(const orr__system *system, double task_ns)
{
    const uint32_t all = system->run.range_count ? system->run.range_count : 1;
    if (called_once(system) || system->serial || all == 1) return all;
    const double many = task_ns / (orr__task_guess_ns(system) / all);
    return many >= all ? all : many < 1 ? 1 : (uint32_t)many;
}

int32_t orr__tasks_cut(orr_world *world, orr__tasks *tasks, orr__system *system, double task_ns)
{
    orr_run *run = &system->run;
    const uint32_t ranges = run->range_count, first = tasks->count;
    const int32_t code = reserve(world, tasks, first + (ranges ? ranges : 1));
    if (code != ORR_OK) return code;
    if (called_once(system) || system->serial || ranges < 2) {
        *place(tasks, tasks->count++) = (orr__task){ .run = run, .end = ranges };
    } else {
        const uint32_t workers = orr__pool_workers(world->sim->pool), most = orr__task_ranges(system, task_ns);
        for (uint32_t w = 0; w < workers; w++) {
            const uint32_t begin = (uint32_t)((uint64_t)ranges * w / workers),
                           end = (uint32_t)((uint64_t)ranges * (w + 1) / workers);
            cut_share(tasks, run, (orr__task){ .begin = begin, .end = end, .home = w }, most);
        }
    }
    const uint32_t count = tasks->count - first;
    for (uint32_t i = first; i < tasks->count; i++) {
        place(tasks, i)->first = first;
        place(tasks, i)->count = count;
    }
    atomic_store_explicit(&run->unfinished, count, memory_order_relaxed);
    return ORR_OK;
}

void orr__tasks_fini(orr_world *world, orr__tasks *tasks)
{
    for (uint32_t block = 0; block < ORR__TASK_BLOCKS; block++) {
        const size_t many = (size_t)ORR__TASK_FIRST << block;
        orr__alloc_free(&world->alloc, tasks->blocks[block], many * sizeof(orr__task));
        tasks->blocks[block] = NULL;
    }
}
