/* The tick, on one page.
 *
 *   orr_world_step     startup once; ticks; then the state is published: render stage, mailboxes
 *     tick             params -> switches -> stages in order -> events grow old
 *       run_stage      systems as soon as their time comes (dispatch.c), then what they recorded is applied (sync.c)
 *                      and hooks run
 */
#include "base/error.h"
#include "base/os.h"
#include "sim/dispatch.h"
#include "sim/sim.h"
#include "sim/sync.h"

/* A tick of a small world is over in less time than its timers take: once it is known to be short, one tick in so many
 * reads the clock, and stands for the others. */
#define SHORT_TICK_NS 20000
enum { CLOCK_EVERY = 8, CLOCK_FIRST = 32 };

static void choose_clocked(orr__sim *sim)
{
    sim->clocked = sim->clock_ticks < CLOCK_FIRST || sim->tick_ns >= SHORT_TICK_NS ||
                   sim->unclocked + 1 >= CLOCK_EVERY || orr__trace_on(&sim->trace);
    if (!sim->clocked) sim->unclocked++;
}

static uint64_t lap_begins(const orr__sim *sim)
{
    return sim->clocked ? orr__clock_ns() : 0;
}

static void was_clocked(orr__sim *sim, uint64_t begin, uint64_t end)
{
    if (!sim->clocked) return;
    sim->tick_ns = end - begin;
    sim->unclocked = 0;
    if (sim->clock_ticks < CLOCK_FIRST) sim->clock_ticks++;
}

/* Adds the time since *lap to a timer, and starts the next lap. */
static void timed(const orr__sim *sim, uint64_t *lap, uint64_t *timer)
{
    if (!sim->clocked) return;
    const uint64_t now = orr__clock_ns();
    *timer += (now - *lap) * (sim->unclocked + 1);
    *lap = now;
}

static void run_stage(orr_world *world, orr__schedule_stage *stage, uint64_t *lap)
{
    orr__sim *sim = world->sim;
    const uint32_t index = (uint32_t)(stage - sim->schedule.stages);
    orr__dispatch_stage(world, stage);
    timed(sim, lap, &stage->time_ns);
    const uint64_t since = orr__trace_now(&sim->trace);
    orr__sync_stage(world, stage);
    orr__trace_did(&sim->trace, ORR_TRACE_SYNC, index + 1, sim->tick, since);
    timed(sim, lap, &sim->sync_ns);
    if (sim->observer) sim->observer->staged(sim->observer, world, index);
}

static void tick(orr_world *world)
{
    orr__sim *sim = world->sim;
    choose_clocked(sim);
    const uint64_t begin = lap_begins(sim);
    uint64_t lap = begin;
    const uint64_t since = orr__trace_now(&sim->trace);
    orr__late_resume(world);
    orr__params_apply(world);
    orr__gestures_apply(world);
    orr__systems_apply_enabled(world);
    orr__near_touch(world, 0);
    for (uint32_t i = 0; i < sim->schedule.stage_count; i++) {
        orr__schedule_stage *stage = &sim->schedule.stages[i];
        if (stage->once || stage->render) continue;
        if (stage->batch_count || orr__hooks_wait(world)) run_stage(world, stage, &lap);
    }
    if (sim->events.count) {
        orr__events_expire(world, sim->tick);
        timed(sim, &lap, &sim->events_ns);
    }
    was_clocked(sim, begin, lap);
    orr__trace_did(&sim->trace, ORR_TRACE_TICK, 0, sim->tick, since);
    if (sim->ticked) sim->ticked(world, sim->ticked_context);
    orr__trace_drain(&sim->trace);
    sim->tick++;
    atomic_store_explicit(&sim->tick_told, sim->tick, memory_order_relaxed);
}

static void run_once(orr_world *world)
{
    orr__sim *sim = world->sim;
    sim->clocked = true;
    uint64_t lap = lap_begins(sim);
    sim->started = true;
    orr__params_apply(world);
    orr__systems_apply_enabled(world);
    for (uint32_t i = 0; i < sim->schedule.stage_count; i++) {
        orr__schedule_stage *stage = &sim->schedule.stages[i];
        if (stage->once && (stage->batch_count || orr__hooks_wait(world))) run_stage(world, stage, &lap);
    }
}

int32_t orr__sim_publish(orr_world *world)
{
    orr__sim *sim = world->sim;
    const uint64_t since = orr__trace_now(&sim->trace);
    orr__display_clear(world);
    sim->painting = true;
    for (uint32_t i = 0; i < sim->schedule.stage_count; i++) {
        orr__schedule_stage *stage = &sim->schedule.stages[i];
        if (!stage->render || !stage->batch_count) continue;
        sim->clocked = true;
        uint64_t lap = lap_begins(sim); /* here: small worlds are stepped faster than the clock is read */
        run_stage(world, stage, &lap);
    }
    sim->painting = false;
    if (sim->failure.code == ORR_OK) orr__mailboxes_publish(world);
    orr__trace_did(&sim->trace, ORR_TRACE_PUBLISH, 0, sim->tick, since);
    return sim->failure.code;
}

/* Looks before it swaps: that costs nothing, and a swap as much as a small system. */
static bool take_interrupt(orr__sim *sim)
{
    return atomic_load_explicit(&sim->interrupted, memory_order_relaxed) &&
           atomic_exchange_explicit(&sim->interrupted, 0, memory_order_relaxed);
}

static int32_t run_ticks(orr_world *world, uint64_t ticks)
{
    orr__sim *sim = world->sim;
    if (!sim->started) run_once(world);
    bool interrupted = take_interrupt(sim);
    for (uint64_t i = 0; i < ticks && sim->failure.code == ORR_OK && !interrupted; i++) {
        tick(world);
        interrupted = take_interrupt(sim);
    }
    if (sim->failure.code == ORR_OK && !sim->hides) orr__sim_publish(world);
    if (sim->failure.code == ORR_OK && interrupted)
        return orr__fail(ORR_E_INTERRUPTED, "interrupted before tick %llu", (unsigned long long)sim->tick);
    /* what came later may have left other texts */
    return sim->failure.code == ORR_OK ? ORR_OK : orr__fail(sim->failure.code, "%s", sim->failure.text);
}

int32_t orr_world_step(orr_world *world, uint64_t ticks)
{
    orr__sim *sim = world->sim;
    if (orr__world_mine(world, "orr_world_step")) return orr__error_code();
    if (world->locked || sim->stepping)
        return orr__fail(ORR_E_LOCKED, "orr_world_step is called outside of systems and hooks");
    const int32_t code = orr__schedule_build(world);
    if (code != ORR_OK) return code;
    sim->failure.code = ORR_OK;
    sim->stepper = orr__thread_self();
    sim->stepping = true;
    const int32_t result = run_ticks(world, ticks);
    sim->stepping = false;
    return result;
}
