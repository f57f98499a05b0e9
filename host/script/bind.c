#include "script/bind.h"

#include <string.h>

#include "base/error.h"
#include "ecs/world.h"
#include "script/host.h"
#include "script/loop.h"
#include "script/machine.h"
#include "script/worker.h"
#include "sim/sim.h"

typedef struct orr__bound {
    orr_world *world;
    orr_host *host; /* gone when the world is destroyed */
    uint32_t index; /* of the system, from 1 */
    bool worker, extra;
} orr__bound;

typedef struct orr__hook_bound {
    struct orr__hook_bound *next;
    orr_host *host;
    uint32_t index;
} orr__hook_bound;

static void release(void *context)
{
    orr__bound *bound = context;
    orr__alloc_free(&bound->world->alloc, bound, sizeof *bound);
}

/* Leaves what the main machine's `extra` gives on the worker's stack. */
static int32_t hand_extra(orr__bound *bound, orr__machine *worker)
{
    orr__machine *main = &bound->host->main;
    int32_t status = orr__machine_enter(main, "extra", bound->index, 1);
    if (status != ORR_OK) return status;
    status = orr__worker_copy(main, worker);
    lua_pop(main->vm.L, 1);
    if (status == ORR_OK) {
        status = orr__machine_enter_with(worker, "take", bound->index);
    }
    return status;
}

/* A failing range ends the call; the tick calls again for the ranges that are left. */
static int32_t run_system(orr_run *run, void *context)
{
    orr__bound *bound = context;
    orr__machine *m = bound->worker ? orr__worker_of(bound->host, run) : &bound->host->main;
    if (!m) return orr__error_code();
    if (bound->extra && bound->worker && run->next == 0) {
        const int32_t status = hand_extra(bound, m);
        if (status != ORR_OK) return status;
    }
    orr_run *outer = m->run;
    m->run = run;
    m->random_at = 0;
    const int32_t status = orr__machine_enter(m, "system", bound->index, 0);
    m->run = outer;
    return status;
}

bool orr__bind_is_script(const orr__system *system)
{
    return system->function == run_system;
}

int32_t orr__bind_system(orr__machine *m, orr_system_desc *desc)
{
    orr_host *host = m->host;
    orr__bound *bound = NULL;
    const double twin = m->draft.numbers[ORR__NUMBER_TWIN];
    if (!desc->job || twin == 2) {
        bound = orr__alloc_zero(&m->world->alloc, sizeof *bound, 0);
        if (!bound) return ORR_E_MEMORY;
        bound->world = m->world;
        bound->host = host;
        bound->index = orr_system_count(m->world) + 1;
        bound->worker = desc->on == ORR_ON_WORKERS;
        bound->extra = m->draft.numbers[ORR__NUMBER_EXTRA] != 0;
        desc->run = twin == 2 ? NULL : run_system;
        desc->context = twin == 2 ? NULL : bound;
        desc->release = twin == 2 ? NULL : release;
    }
    const orr_system system = orr_system_create(m->world, desc);
    if (!system) {
        if (bound) release(bound);
        return orr__error_code();
    }
    orr__system_at(m->world, system)->has_twin = twin != 0;
    if (twin == 2) orr__system_replace(m->world, system, run_system, bound, release);
    if (bound && bound->worker) host->needs_worker = true;
    if (bound)
        orr__system_at(m->world, system)->pooled = false; /* one machine for all workers: on the thread that steps */
    return (int32_t)system;
}

/* ---- hooks ---- */

static int32_t run_hook(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    const orr__hook_bound *bound = context;
    orr__machine *m = &bound->host->main;
    orr_run *outer = m->run;
    const orr_entity *outer_entities = m->hook_entities;
    const uint32_t outer_count = m->hook_count;
    m->run = run;
    m->hook_entities = entities;
    m->hook_count = count;
    const int32_t status = orr__machine_enter(m, "hook", bound->index, 0);
    if (status != ORR_OK && !m->vm.dead) (void)orr__machine_enter(m, "hook_over", 0, 0); /* leaves the error's text */
    orr__loop_close_recorded(m);
    m->run = outer;
    m->hook_entities = outer_entities;
    m->hook_count = outer_count;
    return status;
}

int32_t orr__bind_hook(orr__machine *m, uint32_t kind, uint32_t component)
{
    orr_host *host = m->host;
    orr__hook_bound *bound = orr__alloc_zero(&m->world->alloc, sizeof *bound, 0);
    if (!bound) return ORR_E_MEMORY;
    bound->host = host;
    bound->index = host->hook_count + 1;
    const int32_t status = orr_hook_create(m->world, kind, component, run_hook, bound);
    if (status != ORR_OK) {
        orr__alloc_free(&m->world->alloc, bound, sizeof *bound);
        return status;
    }
    bound->next = host->hooks;
    host->hooks = bound;
    host->hook_count++;
    return (int32_t)bound->index;
}

void orr__bind_fini(orr_host *host)
{
    for (orr__hook_bound *bound = host->hooks, *next = NULL; bound; bound = next) {
        next = bound->next;
        orr__alloc_free(&host->world->alloc, bound, sizeof *bound);
    }
    host->hooks = NULL;
}
