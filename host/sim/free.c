#include "sim/free.h"

#include "base/error.h"
#include "sim/sim.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RUN = 0, PAUSE, STOP };

static const uint64_t behind_ns = 250000000; /* further behind than this is forgotten, not caught up with */

/* A call that was handed over; or, without a function, a param to be set. */
typedef struct orr__posted {
    struct orr__posted *next;
    orr_post_function *function;
    void *context;
    orr_param param;
    double value;
    bool quiet; /* is no reason to publish a state */
} posted;

/* ---- other threads ---- */

static void ring(orr__free *free)
{
    atomic_fetch_add(&free->bell, 1);
    orr__unpark_all(&free->bell);
}

/* Many push, one takes all: no node is ever looked at by two, so a plain exchange will do. Release: who takes it sees
 * the node. */
static int32_t push(orr_world *world, const posted *what)
{
    orr__free *free = &world->sim->free;
    posted *node = orr__alloc_new(&world->alloc, sizeof *node, 0);
    if (!node) return ORR_E_MEMORY;
    *node = *what;
    node->next = atomic_load_explicit(&free->posted, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&free->posted, &node->next, node, memory_order_release,
                                                  memory_order_relaxed)) {}
    ring(free);
    return ORR_OK;
}

int32_t orr__free_set_param(orr_world *world, orr_param param, double value)
{
    const int32_t code = orr__param_check(world, param, value);
    return code == ORR_OK ? push(world, &(posted){ .param = param, .value = value }) : code;
}

static int32_t hand_over(orr_world *world, const posted *call)
{
    if (atomic_load(&world->owner)) return push(world, call);
    if (world->locked || world->sim->stepping)
        return orr__fail(ORR_E_LOCKED, "orr_world_post is called outside of systems and hooks");
    call->function(world, call->context);
    return ORR_OK;
}

int32_t orr_world_post(orr_world *world, orr_post_function *function, void *context)
{
    if (!function) return orr__fail(ORR_E_ARGUMENT, "orr_world_post: no function");
    return hand_over(world, &(posted){ .function = function, .context = context });
}

int32_t orr__free_ask(orr_world *world, orr_post_function *function, void *context)
{
    return hand_over(world, &(posted){ .function = function, .context = context, .quiet = true });
}

static int32_t command(orr_world *world, uint32_t what, const char *call)
{
    if (!atomic_load(&world->owner)) return orr__fail(ORR_E_ARGUMENT, "%s: the world does not run free", call);
    atomic_store(&world->sim->free.command, what);
    ring(&world->sim->free);
    return ORR_OK;
}

int32_t orr_world_pause(orr_world *world)
{
    return command(world, PAUSE, "orr_world_pause");
}

int32_t orr_world_resume(orr_world *world)
{
    return command(world, RUN, "orr_world_resume");
}

static int32_t check_rate(double rate, const char *what)
{
    if (rate >= 0 && rate <= 1e9) return ORR_OK;
    return orr__fail(ORR_E_RANGE, "%s is %g: it must be 0 to 1e9", what, rate);
}

static void set_pace(orr__free *free, double rate)
{
    uint64_t bits = 0;
    memcpy(&bits, &rate, sizeof bits);
    atomic_store(&free->pace, bits);
}

int32_t orr_world_pace(orr_world *world, double ticks_per_second)
{
    if (check_rate(ticks_per_second, "orr_world_pace: ticks_per_second")) return orr__error_code();
    if (!atomic_load(&world->owner)) return orr__fail(ORR_E_ARGUMENT, "orr_world_pace: the world does not run free");
    set_pace(&world->sim->free, ticks_per_second);
    ring(&world->sim->free);
    return ORR_OK;
}

int32_t orr_world_free_status(const orr_world *world, orr_free_status *out)
{
    const orr__free *free = &world->sim->free;
    *out = (orr_free_status){ .state = atomic_load(&free->state) };
    out->tick = out->state == ORR_FREE_NOT ? world->sim->tick : atomic_load(&free->tick);
    if (out->state != ORR_FREE_ENDED) return ORR_OK;
    out->code = free->code; /* written before the state was */
    snprintf(out->text, sizeof out->text, "%s", free->text);
    return ORR_OK;
}

/* ---- the world's thread ---- */

/* Makes the calls in order of arrival; returns how many there were that are not quiet. */
static uint32_t make_calls(orr_world *world)
{
    posted *last = atomic_exchange_explicit(&world->sim->free.posted, NULL, memory_order_acquire), *first = NULL;
    uint32_t count = 0;
    while (last) {
        posted *before = last->next;
        last->next = first;
        first = last;
        last = before;
    }
    for (posted *next; first; first = next) {
        next = first->next;
        count += !first->quiet;
        if (first->function)
            first->function(world, first->context);
        else if (orr_world_input(world, &(orr_input){ .kind = ORR_INPUT_PARAM,
                                                      .target = first->param,
                                                      .value = { .f64 = first->value } }) != ORR_OK)
            orr__sim_log(world, 2, "%s", orr__error_text());
        orr__alloc_free(&world->alloc, first, sizeof *first);
    }
    return count;
}

void orr__free_changed(orr_world *world)
{
    world->sim->free.unseen = true;
    world->sim->free.state_due = 0;
}

/* Steps; keeps code and text of a failure. */
static bool step(orr_world *world, uint64_t ticks, bool show)
{
    orr__sim *sim = world->sim;
    sim->hides = !show;
    const int32_t code = orr_world_step(world, ticks);
    sim->hides = false;
    atomic_store(&sim->free.tick, sim->tick);
    sim->free.unseen = !show;
    if (code == ORR_OK) return true;
    sim->free.code = code;
    snprintf(sim->free.text, sizeof sim->free.text, "%s", orr__error_text());
    return false;
}

/* Nanoseconds until the next tick is due: 0 now. */
static uint64_t until_due(orr__free *free, uint64_t now, double *period_ns)
{
    double rate = 0;
    const uint64_t pace = atomic_load(&free->pace);
    memcpy(&rate, &pace, sizeof rate);
    *period_ns = rate > 0 ? 1e9 / rate : 0;
    if (pace != free->seen_pace) free->tick_due = now;
    free->seen_pace = pace;
    if (rate <= 0) return 0;
    if (now > free->tick_due + behind_ns) free->tick_due = now;
    return free->tick_due > now ? free->tick_due - now : 0;
}

static bool one_tick(orr_world *world, uint64_t now, double period_ns)
{
    orr__free *free = &world->sim->free;
    const bool show = now >= free->state_due;
    free->tick_due += period_ns < 1e18 ? (uint64_t)period_ns : (uint64_t)1e18;
    if (show) free->state_due = now + free->state_ns;
    if (free->ticks_left != UINT64_MAX) free->ticks_left--;
    return step(world, 1, show);
}

/* Sleeps until the next tick is due, the next state is, or the bell rings. */
static bool idle(orr_world *world, uint32_t bell, bool called, uint64_t now, uint64_t wait_ns)
{
    orr__free *free = &world->sim->free;
    if (called || (free->unseen && now >= free->state_due)) {
        free->state_due = now + free->state_ns;
        if (!step(world, 0, true)) return false;
    }
    const uint64_t state_ns = free->unseen ? free->state_due - now : wait_ns;
    orr__park(&free->bell, bell, state_ns < wait_ns ? state_ns : wait_ns);
    return true;
}

/* Until something is to be done, and does it; false: it is over. */
static bool turn(orr_world *world)
{
    orr__free *free = &world->sim->free;
    const uint32_t bell = atomic_load(&free->bell); /* first: what comes later is not slept through */
    const uint32_t calls = make_calls(world);
    const uint32_t what = atomic_load(&free->command);
    atomic_store(&free->tick, world->sim->tick); /* calls may step */
    if (what == STOP) return false;
    if (what == PAUSE) {
        if ((calls || free->unseen) && !step(world, 0, true)) return false;
        atomic_store(&free->state, ORR_FREE_PAUSED);
        free->tick_due = 0;
        orr__park(&free->bell, bell, ORR__FOREVER);
        return true;
    }
    atomic_store(&free->state, ORR_FREE_RUNNING);
    if (free->ticks_left == 0) return false;
    double period_ns = 0;
    const uint64_t now = orr__clock_ns(), wait_ns = until_due(free, now, &period_ns);
    return wait_ns ? idle(world, bell, calls > 0, now, wait_ns) : one_tick(world, now, period_ns);
}

static void live(void *context)
{
    orr_world *world = context;
    orr__free *free = &world->sim->free;
    atomic_store(&world->owner, orr__thread_self());
    if (world->sim->started || step(world, 0, true)) { /* startup, and a first state */
        while (turn(world)) {}
    }
    if (make_calls(world)) free->unseen = true; /* all that were posted before the command that ends it */
    if (free->unseen && (free->code == ORR_OK || free->code == ORR_E_INTERRUPTED)) (void)step(world, 0, true);
    atomic_store(&free->state, ORR_FREE_ENDED);
}

/* ---- beginning and end ---- */

static int32_t check(const orr_world *world, const orr_free_desc *desc)
{
    if (atomic_load(&world->owner)) return orr__fail(ORR_E_LOCKED, "orr_world_run_free: the world runs free already");
    if (world->locked || world->sim->stepping)
        return orr__fail(ORR_E_LOCKED, "orr_world_run_free is called outside of systems and hooks");
    if (check_rate(desc->ticks_per_second, "orr_world_run_free: ticks_per_second")) return orr__error_code();
    return check_rate(desc->states_per_second, "orr_world_run_free: states_per_second");
}

int32_t orr_world_run_free(orr_world *world, const orr_free_desc *desc)
{
    static const orr_free_desc defaults = { 0 };
    if (!desc) desc = &defaults;
    int32_t code = check(world, desc);
    if (code == ORR_OK) code = orr__schedule_build(world);
    if (code != ORR_OK) return code;
    orr__free *free = &world->sim->free;
    free->ticks_left = desc->ticks ? desc->ticks : UINT64_MAX;
    free->state_ns = desc->states_per_second > 0 ? (uint64_t)fmin(1e9 / desc->states_per_second, 1e18) : 0;
    free->tick_due = free->state_due = 0;
    free->unseen = false;
    free->code = ORR_OK;
    free->text[0] = '\0';
    set_pace(free, desc->ticks_per_second);
    free->seen_pace = atomic_load(&free->pace);
    atomic_store(&free->tick, world->sim->tick);
    atomic_store(&free->command, desc->paused ? PAUSE : RUN);
    atomic_store(&free->state, desc->paused ? ORR_FREE_PAUSED : ORR_FREE_RUNNING);
    atomic_store(&world->owner, UINTPTR_MAX); /* nobody's, until the thread is there */
    code = orr__thread_start(&free->thread, live, world, "orrery", 0);
    if (code == ORR_OK) return ORR_OK;
    atomic_store(&free->state, ORR_FREE_NOT);
    atomic_store(&world->owner, 0);
    return code;
}

int32_t orr_world_stop(orr_world *world)
{
    orr__free *free = &world->sim->free;
    const uintptr_t owner = atomic_load(&world->owner);
    if (!owner) return ORR_OK;
    if (owner == orr__thread_self())
        return orr__fail(ORR_E_LOCKED,
                         "orr_world_stop: not on the thread of the world itself; use orr_world_interrupt");
    (void)command(world, STOP, "orr_world_stop");
    orr__thread_join(&free->thread);
    atomic_store(&world->owner, 0);
    atomic_store(&free->state, ORR_FREE_NOT);
    (void)make_calls(world); /* what came after the last tick */
    return free->code == ORR_OK ? ORR_OK : orr__fail(free->code, "%s", free->text);
}

void orr__free_fini(orr_world *world)
{
    if (orr_world_stop(world) != ORR_OK) orr__error_clear();
    (void)make_calls(world); /* of who called while it was being stopped */
}
