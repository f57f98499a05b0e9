#include "sim/sim.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/os.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void orr__sim_log(const orr_world *world, int level, const char *format, ...)
{
    const orr__sim *sim = world->sim;
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    orr__report_note(world, level, text);
    if (!sim->log) return;
    /* one call at a time, whoever speaks; one that speaks again is not kept waiting for itself */
    _Atomic uintptr_t *speaker = &world->sim->log_speaker;
    const uintptr_t self = orr__thread_self();
    if (atomic_load(speaker) == self) {
        sim->log(sim->log_context, level, text);
        return;
    }
    for (uintptr_t nobody = 0; !atomic_compare_exchange_weak(speaker, &nobody, self); nobody = 0) orr__thread_yield();
    sim->log(sim->log_context, level, text);
    atomic_store(speaker, 0);
}

uint64_t orr__sim_stream(const orr__sim *sim, uint64_t name_hash)
{
    const uint64_t words[3] = { sim->seed, sim->tick, name_hash };
    return orr__hash_bytes(words, sizeof words, 0);
}

void orr__sim_failed(orr_world *world, int32_t code)
{
    orr__failure *failure = &world->sim->failure;
    if (failure->code != ORR_OK) return;
    failure->code = code;
    snprintf(failure->text, sizeof failure->text, "%s", orr__error_text());
}

static int32_t start(orr_world *world, const orr_world_desc *desc, orr__pool_starter starter)
{
    orr__sim *sim = world->sim;
    sim->seed = desc->seed;
    sim->dt = desc->dt == 0 ? 1.0 / 60.0 : desc->dt;
    sim->log = desc->log;
    sim->log_context = desc->log_context;
    atomic_init(&sim->running, NULL);
    atomic_init(&sim->log_speaker, 0);
    atomic_init(&sim->interrupted, 0);
    orr__recordings_init(&sim->recordings);
    orr__trace_init(&sim->trace);
    orr__hooks_init(world);
    world->still = orr__late_still;
    world->may = orr__access_may_component;
    world->may_lattice = orr__access_may_lattice;
    world->may_name = orr__access_may_lattice_name;
    world->may_track = orr__access_may_track;
    sim->pool = orr__pool_create_with(&world->alloc, desc->scheduler, desc->threads, starter);
    if (!sim->pool) return orr__error_code();
    if (orr__pool_workers(sim->pool) < orr__pool_wanted(sim->pool))
        orr__sim_log(world, 1, "only %u of %u threads can be had: %s", orr__pool_workers(sim->pool),
                     orr__pool_wanted(sim->pool), orr__error_text());
    const int32_t code = orr__schedule_init(world);
    return code == ORR_OK ? orr_job_register(world, &orr__native_jobs) : code;
}

orr_world *orr__sim_create(const orr_world_desc *desc, orr__pool_starter starter)
{
    static const orr_world_desc defaults = { 0 };
    if (!desc) desc = &defaults;
    if (desc->dt != 0 && !(desc->dt > 0 && isfinite(desc->dt))) {
        orr__fail(ORR_E_ARGUMENT, "dt is %g: it must be more than 0 seconds", desc->dt);
        return NULL;
    }
    orr_world *world = orr__world_create(desc->allocator);
    if (!world) return NULL;
    world->alloc.limit_bytes = desc->memory_bytes;
    /* an embedder's allocator knows best; else something is left for the rest of the system */
    if (!desc->memory_bytes && !desc->allocator) world->alloc.limit_bytes = orr__memory_available() / 8 * 7;
    world->sim = orr__alloc_zero(&world->alloc, sizeof *world->sim, 64);
    if (world->sim && start(world, desc, starter) == ORR_OK) return world;
    orr_world_destroy(world);
    return NULL;
}

orr_world *orr_world_create(const orr_world_desc *desc)
{
    return orr__sim_create(desc, orr__thread_start);
}

void orr_world_destroy(orr_world *world)
{
    if (!world) return;
    orr__sim *sim = world->sim;
    if (sim) {
        orr__free_fini(world);
        orr__late_discard(world);
        orr__mailboxes_fini(world);
        orr__scene_fini(world);
        orr__display_fini(world);
        orr__series_fini(world);
        orr__gestures_fini(world);
        orr__report_fini(world);
        orr__pool_destroy(sim->pool);
        orr__isolates_fini(world);
        orr__dispatch_fini(world);
        orr__trace_fini(world);
        orr__lanes_fini(world);
        orr__hooks_fini(world);
        orr__systems_fini(world);
        orr__schedule_fini(world);
        orr__recordings_fini(world);
        orr__near_fini(world);
        orr__reductions_fini(world);
        orr__events_fini(world);
        orr__resources_fini(world);
        orr__params_fini(world);
        orr__jobs_fini(world);
        world->sim = NULL;
        world->losing = NULL;
        world->gained = NULL;
        world->settle = NULL;
        world->still = NULL;
        world->may = NULL;
        world->may_lattice = NULL;
        world->may_name = NULL;
        world->may_track = NULL;
        orr__alloc_free(&world->alloc, sim, sizeof *sim);
    }
    orr__world_destroy(world);
}

void orr_world_interrupt(orr_world *world)
{
    if (world) atomic_store(&world->sim->interrupted, 1);
}

uint64_t orr_world_tick(const orr_world *world)
{
    return world->sim->tick;
}

double orr_world_time(const orr_world *world)
{
    return (double)world->sim->tick * world->sim->dt;
}

double orr_world_dt(const orr_world *world)
{
    return world->sim->dt;
}

uint64_t orr_world_seed(const orr_world *world)
{
    return world->sim->seed;
}

uint32_t orr_world_threads(const orr_world *world)
{
    return orr__pool_workers(world->sim->pool);
}

const char *orr_world_running(const orr_world *world)
{
    const char *name = atomic_load_explicit(&world->sim->running, memory_order_relaxed);
    return name ? name : "";
}
