#include "sim/dispatch.h"

#include "base/error.h"
#include "base/os.h"
#include "sim/bind.h"
#include "sim/inputs.h"
#include "sim/plan.h"
#include "sim/settle.h"
#include "sim/sim.h"

#include <string.h>

/*
 * How a stage runs on threads of our own.
 *
 *     owner (the thread that steps)                 helpers
 *     ─────────────────────────────                 ───────
 *     systems without needs are ready
 *     pass: begin what is ready ── tasks ─────────> run them
 *        |      main-thread ones wait their turn      |  the last task of a system is done:
 *        v                                            v
 *     its turn: run the function              finished: push the system, then pass, unless somebody is at it
 *        |                                            |    settle what is finished
 *        +── finished ────────────────────────────────+    begin whom that makes ready, share their tasks
 *        v
 *     help with tasks, or wait
 *     over: all are settled
 *
 * A pass is made by one thread at a time, whichever finishes something: `busy` is theirs. Who finds it taken leaves the
 * system on the stack of the finished; who gives it back looks at the stack once more (both sequentially consistent,
 * so one of the two sees the other). Thus nobody waits for a lock while another one builds a grid, and a job begins
 * after a job although the owner is in a long function.
 *
 * What a pass touches while systems run is what the systems that it settles or begins have declared: the graph keeps
 * everybody else off it. Nothing that a pass does depends on the order of independent systems, so results depend on
 * the data alone. Main-thread functions take turns in the order of the stage, so that what they print or keep in Lua
 * does not depend on timing either.
 *
 * A system with latency is settled as soon as what it reads is frozen: late.c has it worked on in the background.
 *
 * Systems that become ready together and are not worth sharing are run by whoever makes the pass. Without threads, and
 * when by the last tick's times a stage has nothing to share, systems run one by one in the order of the stage: a pass
 * costs some 15 ns a system. With an embedder's scheduler they run batch by batch.
 */

/* Below this a group is not worth waking anyone; a task should be worth at least the second. */
#define WORTH_SHARING_NS 20000.0
#define WORTH_TAKING_NS 4000.0
/* Sharing a system costs more than running it in order: a stage of many small ones is not worth it. */
#define SHARING_NS 1500.0

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

void orr__dispatch_did(orr_world *world, uint32_t kind, uint32_t name, uint64_t begin_ns)
{
    orr__sim *sim = world->sim;
    const uint64_t end_ns = begin_ns ? orr__clock_ns() : 0;
    if (end_ns - begin_ns < ORR__TRACE_WORTH_NS) return;
    orr__trace_put(&sim->trace, (orr_trace_record){ .kind = kind,
                                                    .worker = sim->dispatch.worker,
                                                    .name = name,
                                                    .tick = sim->tick,
                                                    .begin_ns = begin_ns,
                                                    .end_ns = end_ns });
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

/* What it reads is frozen; `begin` comes in the background, for it may lead to what the last run is still at. */
static int32_t prepare_late(orr_world *world, orr__system *system)
{
    orr_run *run = &system->run;
    orr__binding *binding = system->binding;
    int32_t code = orr__inputs_fill(world, system);
    if (code != ORR_OK || !binding) return code;
    code = orr__binding_params(world, binding);
    if (code != ORR_OK) return code;
    const size_t bytes = binding->job->params_bytes;
    void *params = bytes ? orr__arena_new(&run->arena, bytes, 64) : NULL;
    if (bytes && !params) return ORR_E_MEMORY;
    if (bytes) memcpy(params, binding->params_struct, bytes);
    run->tick.params = params;
    run->tick.state = binding->state;
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
    if (code == ORR_OK && system->latency) return prepare_late(world, system);
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
    run->end = run->range_count;
    run->current = &run->outside;
    run->row_hint = UINT32_MAX;
    run->failure.code = ORR_OK;
    atomic_store_explicit(&run->time_ns, 0, memory_order_relaxed);
}

/* Grids must not be built again while somebody reads them. */
static void hold_grids(const orr_world *world, orr__system *system)
{
    system->run.holds = true;
    for (uint32_t i = system->access.count; i-- > 0 && !system->exclusive;) {
        const orr__access *access = &system->access.items[i];
        if (access->kind != ORR__ACCESS_NEIGHBOURS) break; /* the highest kind */
        orr__near_at(world, access->id)->readers++;
    }
}

/* One that is not due is not waited for by those who ask whether the stage is worth sharing. */
static void count_idle(const orr_world *world, orr__system *system)
{
    if (system->timed || orr__system_on_main(system)) return;
    world->sim->schedule.stages[system->stage].untimed--;
    system->timed = true;
}

/* Whether it is to run now. */
static bool begin_system(orr_world *world, orr__system *system)
{
    orr_run *run = &system->run;
    run->ready = false;
    run->active = is_due(world, system);
    if (!run->active) {
        count_idle(world, system);
        return false;
    }
    const uint64_t since = orr__trace_now(&world->sim->trace);
    reset(run);
    run->tick.tick = world->sim->tick;
    orr__error_clear();
    const int32_t code = prepare(world, system);
    if (code != ORR_OK) orr__run_failed(run, &run->outside, code);
    run->end = run->range_count;
    run->ready = code == ORR_OK && run->active;
    run->clocked = world->sim->clocked || system->latency || system->ns_a_row <= 0;
    if (!run->clocked) atomic_store_explicit(&run->time_ns, (uint64_t)orr__task_guess_ns(system), memory_order_relaxed);
    if (run->ready) hold_grids(world, system);
    orr__dispatch_did(world, ORR_TRACE_PLAN, system->id, since);
    return run->ready;
}

/* ---- running ---- */

/* For watchdogs: what the thread that steps is at. */
static void at_system(orr__sim *sim, const orr__system *system)
{
    atomic_store_explicit(&sim->running, system ? system->name : NULL, memory_order_relaxed);
}

/* A failing range stops there; the function is called again for the ranges that it has not been handed yet. */
static void run_function(orr_world *world, orr__system *system)
{
    orr__sim *sim = world->sim;
    orr_run *run = &system->run;
    const uint64_t start = run->clocked ? orr__clock_ns() : 0;
    sim->main_run = run;
    world->locked_by = system->name;
    for (bool again = true; again;) {
        const uint32_t before = run->next;
        orr__error_clear();
        const int32_t code = system->function(run, system->context);
        again = false;
        if (code == ORR_OK) break;
        orr__run_failed(run, run->current, code);
        again = run->next != before && run->next < run->end;
        run->current = run->home;
        run->row_hint = UINT32_MAX;
    }
    run->current = run->home;
    sim->main_run = NULL;
    if (!run->clocked) return;
    const uint64_t end = orr__clock_ns();
    atomic_fetch_add_explicit(&run->time_ns, end - start, memory_order_relaxed);
    if (!orr__trace_on(&sim->trace)) return;
    orr__trace_span_end(&sim->trace, 0, end);
    orr__trace_put(&sim->trace, (orr_trace_record){ .kind = ORR_TRACE_SYSTEM,
                                                    .name = system->id,
                                                    .tick = run->tick.tick,
                                                    .rows = run->rows,
                                                    .begin_ns = start,
                                                    .end_ns = end });
}

/* Before a function is shared among workers: what only the thread that steps can do. False: that failed. */
static bool run_preface(orr_world *world, orr__system *system)
{
    orr_run *run = &system->run;
    if (!system->preface) return true;
    world->sim->main_run = run;
    world->locked_by = system->name;
    orr__error_clear();
    const int32_t code = system->preface(run, system->context);
    world->sim->main_run = NULL;
    if (code == ORR_OK) return true;
    orr__run_failed(run, &run->outside, code);
    run->ready = false;
    return false;
}

/* Whether a run that has been begun has anything for others to do now: those with latency work in the background. */
static bool shares(const orr__system *system)
{
    return !system->latency && orr__task_needed(system);
}

static void run_here(orr_world *world, orr__system *system, uint32_t worker)
{
    if (worker == 0) at_system(world->sim, system);
    if (orr__system_on_main(system))
        run_function(world, system);
    else
        orr__task_run_all(system, worker);
}

/* Without threads, or where all that could be shared is not worth it: one after the other. */
static void run_in_order(orr_world *world, const orr__schedule_stage *stage)
{
    for (uint32_t i = 0; i < stage->system_count; i++) {
        orr__system *system = stage->order[i];
        const bool runs = begin_system(world, system) && run_preface(world, system);
        if (runs && !system->latency) run_here(world, system, 0);
        orr__settle(world, system);
    }
}

/* ---- with an embedder's scheduler ---- */

static double task_ns_of(const orr__sim *sim, double total_ns)
{
    const double task_ns = total_ns / (8.0 * orr__pool_workers(sim->pool));
    return task_ns < WORTH_TAKING_NS ? WORTH_TAKING_NS : task_ns;
}

static void run_task(void *context, uint32_t index, uint32_t worker)
{
    orr_world *world = context;
    orr__task_run(orr__tasks_at(&world->sim->dispatch.tasks, index), worker);
}

/* Cuts a group into tasks. Systems for which there is no memory fail and stay in the group; the rest leave it. */
static void cut_group(orr_world *world, orr__system **systems, uint32_t count)
{
    orr__sim *sim = world->sim;
    double total_ns = 0;
    sim->dispatch.tasks.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (systems[i]->run.ready && !orr__system_on_main(systems[i]) && shares(systems[i]))
            total_ns += orr__task_guess_ns(systems[i]);
    }
    for (uint32_t i = 0; i < count; i++) {
        orr_run *run = &systems[i]->run;
        if (!run->ready || orr__system_on_main(systems[i]) || !shares(systems[i])) continue;
        if (total_ns < WORTH_SHARING_NS) {
            run_here(world, systems[i], 0);
            continue;
        }
        const int32_t code = orr__tasks_cut(world, &sim->dispatch.tasks, systems[i], task_ns_of(sim, total_ns));
        if (code != ORR_OK) orr__run_failed(run, &run->outside, code);
        at_system(sim, systems[i]);
    }
}

static void run_batch(orr_world *world, orr__system **systems, uint32_t count)
{
    orr__sim *sim = world->sim;
    for (uint32_t i = 0; i < count; i++) {
        if (begin_system(world, systems[i])) (void)run_preface(world, systems[i]);
    }
    cut_group(world, systems, count);
    orr__pool_run(sim->pool, sim->dispatch.tasks.count, run_task, world);
    for (uint32_t i = 0; i < count; i++) {
        if (systems[i]->run.ready && orr__system_on_main(systems[i])) run_here(world, systems[i], 0);
    }
    for (uint32_t i = 0; i < count; i++) orr__settle(world, systems[i]);
}

/* ---- with threads: a pass ---- */

enum { TURN_WAITS = 0, TURN_RUNS, TURN_PASSES };

/* Settles a system; those that needed nothing else become ready. */
static void settle(orr_world *world, orr__system *system)
{
    orr__dispatch *dispatch = &world->sim->dispatch;
    const orr__schedule_stage *stage = dispatch->stage;
    orr__settle(world, system);
    uint32_t at = system->place ? stage->follower_end[system->place - 1] : 0;
    for (; at < stage->follower_end[system->place]; at++) {
        const uint32_t follower = stage->followers[at];
        if (--stage->waiting[follower] == 0) stage->ready[dispatch->ready_end++] = follower;
    }
    dispatch->unsettled--;
}

/* Joins those that are shared next. */
static void join_group(orr__dispatch *dispatch, orr__system *system)
{
    dispatch->group_ns += orr__task_guess_ns(system);
    dispatch->stage->group[dispatch->group_end++] = system->place;
}

static void settle_finished(orr_world *world)
{
    orr__dispatch *dispatch = &world->sim->dispatch;
    if (!atomic_load(&dispatch->finished)) return;
    orr__system *system = atomic_exchange(&dispatch->finished, NULL);
    while (system) {
        orr__system *next = system->next;
        const bool begins = system->prefaced && system->run.ready && shares(system);
        system->prefaced = false;
        if (begins)
            join_group(dispatch, system);
        else
            settle(world, system);
        system = next;
    }
}

/* Begins what is ready: jobs join the group, functions get their turn, and what does not run is settled at once. */
static void begin_ready(orr_world *world)
{
    orr__dispatch *dispatch = &world->sim->dispatch;
    const orr__schedule_stage *stage = dispatch->stage;
    while (dispatch->ready_at < dispatch->ready_end) {
        orr__system *system = stage->systems[stage->ready[dispatch->ready_at++]];
        const bool runs = begin_system(world, system);
        if (orr__system_takes_turn(system)) {
            const bool comes = runs && (orr__system_on_main(system) || orr__task_needed(system));
            atomic_store(&system->run.turn, comes ? TURN_RUNS : TURN_PASSES);
            if (comes) continue;
        } else if (runs && shares(system)) {
            join_group(dispatch, system);
            continue;
        }
        settle(world, system);
    }
}

static void share_group(orr_world *world, uint32_t worker)
{
    orr__sim *sim = world->sim;
    orr__dispatch *dispatch = &sim->dispatch;
    const double task_ns = task_ns_of(sim, dispatch->group_ns);
    const uint32_t before = dispatch->tasks.count;
    while (dispatch->group_at < dispatch->group_end) {
        orr__system *system = dispatch->stage->systems[dispatch->stage->group[dispatch->group_at++]];
        const int32_t code = orr__tasks_cut(world, &dispatch->tasks, system, task_ns);
        if (code == ORR_OK) continue;
        orr__run_failed(&system->run, &system->run.outside, code);
        settle(world, system);
    }
    orr__pool_add(sim->pool, dispatch->tasks.count - before, worker);
}

static void run_group(orr_world *world, uint32_t worker)
{
    orr__dispatch *dispatch = &world->sim->dispatch;
    while (dispatch->group_at < dispatch->group_end) {
        orr__system *system = dispatch->stage->systems[dispatch->stage->group[dispatch->group_at++]];
        run_here(world, system, worker);
        settle(world, system);
    }
}

/* Moves the stage on as far as it goes. The thread that holds `busy`. */
static void pass(orr_world *world, uint32_t worker)
{
    orr__dispatch *dispatch = &world->sim->dispatch;
    dispatch->worker = worker;
    do {
        settle_finished(world);
        begin_ready(world);
        if (dispatch->group_ns >= WORTH_SHARING_NS)
            share_group(world, worker);
        else
            run_group(world, worker);
        dispatch->group_ns = 0;
    } while (dispatch->ready_at < dispatch->ready_end || atomic_load(&dispatch->finished));
    if (dispatch->unsettled == 0) atomic_store(&dispatch->over, 1);
    if (worker != 0) orr__pool_ring(world->sim->pool);
}

/* Lets go of `busy`, and takes it again for what has finished meanwhile. */
static void end_pass(orr_world *world, uint32_t worker)
{
    orr__dispatch *dispatch = &world->sim->dispatch;
    atomic_store(&dispatch->busy, 0);
    while (atomic_load(&dispatch->finished) && atomic_exchange(&dispatch->busy, 1) == 0) {
        pass(world, worker);
        atomic_store(&dispatch->busy, 0);
    }
}

/* A system has run. */
static void finish(orr_world *world, orr__system *system, uint32_t worker)
{
    orr__dispatch *dispatch = &world->sim->dispatch;
    system->next = atomic_load_explicit(&dispatch->finished, memory_order_relaxed);
    while (!atomic_compare_exchange_weak(&dispatch->finished, &system->next, system)) {}
    if (atomic_exchange(&dispatch->busy, 1) != 0) return;
    pass(world, worker);
    end_pass(world, worker);
}

static void run_shared(void *context, uint32_t index, uint32_t worker)
{
    orr_world *world = context;
    orr__sim *sim = world->sim;
    const orr__task *task = orr__tasks_take(&sim->dispatch.tasks, index, worker, orr__pool_workers(sim->pool));
    orr_run *run = task->run;
    if (worker == 0) at_system(world->sim, run->system);
    orr__task_run(task, worker);
    if (atomic_fetch_sub(&run->unfinished, 1) == 1) finish(world, run->system, worker);
}

/* ---- with threads: the owner ---- */

/* The main-thread system whose turn is next; NULL: none is left. */
static orr__system *next_main(const orr__dispatch *dispatch)
{
    const orr__schedule_stage *stage = dispatch->stage;
    return dispatch->main_at < stage->main_count ? stage->systems[stage->mains[dispatch->main_at]] : NULL;
}

static bool owner_is_wanted(void *context)
{
    orr__dispatch *dispatch = context;
    orr__system *system = next_main(dispatch);
    return atomic_load(&dispatch->over) || (system && atomic_load(&system->run.turn) != TURN_WAITS);
}

/* Before it waits: the first system that others are at. */
static void at_others(orr__sim *sim)
{
    const orr__schedule_stage *stage = sim->dispatch.stage;
    for (uint32_t i = 0; i < stage->system_count; i++) {
        if (atomic_load_explicit(&stage->order[i]->run.unfinished, memory_order_relaxed) == 0) continue;
        at_system(sim, stage->order[i]);
        return;
    }
}

static void open_stage(orr_world *world, orr__schedule_stage *stage)
{
    orr__dispatch *dispatch = &world->sim->dispatch;
    dispatch->stage = stage;
    dispatch->tasks.count = 0;
    dispatch->unsettled = stage->system_count;
    dispatch->ready_at = dispatch->ready_end = dispatch->group_at = dispatch->group_end = dispatch->main_at = 0;
    atomic_store_explicit(&dispatch->over, 0, memory_order_relaxed);
    for (uint32_t i = 0; i < stage->main_count; i++)
        atomic_store_explicit(&stage->systems[stage->mains[i]]->run.turn, TURN_WAITS, memory_order_relaxed);
    for (uint32_t i = 0; i < stage->system_count; i++) {
        stage->waiting[i] = stage->need_count[i];
        if (stage->waiting[i] == 0) stage->ready[dispatch->ready_end++] = i;
    }
}

/* False: there are no threads of our own. */
static bool run_eagerly(orr_world *world, orr__schedule_stage *stage)
{
    orr__sim *sim = world->sim;
    orr__dispatch *dispatch = &sim->dispatch;
    if (!orr__pool_open(sim->pool, run_shared, world)) return false;
    open_stage(world, stage);
    atomic_store(&dispatch->busy, 1);
    pass(world, 0);
    end_pass(world, 0);
    while (!atomic_load(&dispatch->over)) {
        orr__system *system = next_main(dispatch);
        const uint32_t turn = system ? atomic_load(&system->run.turn) : TURN_WAITS;
        if (turn != TURN_WAITS) {
            dispatch->main_at++;
            if (turn == TURN_PASSES) continue;
            if (orr__system_on_main(system))
                run_here(world, system, 0);
            else
                system->prefaced = run_preface(world, system);
            finish(world, system, 0);
        } else if (!orr__pool_help(sim->pool)) {
            at_others(sim);
            const uint64_t since = orr__trace_now(&sim->trace);
            orr__pool_wait(sim->pool, owner_is_wanted, dispatch);
            orr__trace_did(&sim->trace, ORR_TRACE_WAIT, 0, sim->tick, since);
        }
    }
    orr__pool_close(sim->pool);
    return true;
}

void orr__dispatch_stage(orr_world *world, orr__schedule_stage *stage)
{
    orr__sim *sim = world->sim;
    world->locked++;
    sim->dispatch.worker = 0;
    const double worth_ns = WORTH_SHARING_NS + SHARING_NS * (double)(stage->system_count - stage->main_count);
    const bool small = stage->untimed == 0 && stage->pool_ns < worth_ns;
    if (small || orr__pool_workers(sim->pool) == 1) {
        run_in_order(world, stage);
    } else if (!run_eagerly(world, stage)) {
        for (uint32_t b = 0, begin = 0; b < stage->batch_count; begin = stage->batch_end[b++])
            run_batch(world, stage->order + begin, stage->batch_end[b] - begin);
    }
    at_system(sim, NULL);
    world->locked--;
    world->locked_by = NULL;
    orr__settle_reports(world, stage);
}

void orr__dispatch_fini(orr_world *world)
{
    orr__tasks_fini(world, &world->sim->dispatch.tasks);
}
