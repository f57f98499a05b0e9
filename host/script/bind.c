#include "script/bind.h"

#include <string.h>

#include "base/error.h"
#include "ecs/world.h"
#include "script/host.h"
#include "script/loop.h"
#include "script/machine.h"
#include "script/role.h"
#include "script/worker.h"
#include "sim/sim.h"

/* Whose `extra` a machine has. */
typedef struct taken_extra {
    uint64_t dispatch, serial; /* serial: of the machine, for one that was made anew has nothing */
} taken_extra;

typedef struct orr__bound {
    orr_world *world;
    orr_host *host; /* gone when the world is destroyed */
    uint32_t index; /* of the system, from 1 */
    bool worker;
    size_t bytes;        /* of this */
    orr__packed extra;   /* on workers: what `extra` gave at the last dispatch; a run with latency has a copy */
    uint64_t dispatches; /* of those */
    taken_extra taken[]; /* [threads of the pool] */
} orr__bound;

typedef struct orr__hook_bound {
    struct orr__hook_bound *next;
    orr_host *host;
    uint32_t index;
} orr__hook_bound;

static void release(void *context)
{
    orr__bound *bound = context;
    orr__packed_fini(bound->world, &bound->extra);
    orr__alloc_free(&bound->world->alloc, bound, bound->bytes);
}

/* The next dispatch comes before this run is over. */
static int32_t keep_extra(orr_run *run)
{
    char *copy = orr__arena_new(&run->arena, run->extra_bytes, 0);
    if (!copy) return ORR_E_MEMORY;
    memcpy(copy, run->extra, run->extra_bytes);
    run->extra = copy;
    return ORR_OK;
}

/* Before a system on workers is shared out: `extra`, on the main machine. */
static int32_t pack_extra(orr_run *run, void *context)
{
    orr__bound *bound = context;
    orr__machine *main = bound->host->main;
    orr_run *outer = main->run;
    main->run = run;
    int32_t status = orr__machine_enter(main, "extra", bound->index, 1);
    main->run = outer;
    if (status != ORR_OK) return status;
    status = orr__pack(main, &bound->extra);
    lua_pop(main->vm.L, 1);
    if (status != ORR_OK) return status;
    run->extra = bound->extra.bytes;
    run->extra_bytes = bound->extra.count;
    run->extra_number = ++bound->dispatches;
    return run->inputs ? keep_extra(run) : ORR_OK;
}

static int32_t take_extra(orr__bound *bound, orr__machine *m, const orr_run *run)
{
    taken_extra *taken = &bound->taken[run->worker];
    const orr_run *of = run->of;
    if (taken->dispatch == of->extra_number && taken->serial == m->serial) return ORR_OK;
    int32_t status = orr__unpack(m, of->extra, of->extra_bytes);
    if (status == ORR_OK) status = orr__machine_enter_with(m, "take", bound->index);
    if (status == ORR_OK) *taken = (taken_extra){ of->extra_number, m->serial };
    return status;
}

static int32_t run_in(orr__machine *m, orr_run *run, const orr__bound *bound)
{
    orr_run *outer = m->run;
    m->run = run;
    m->random_at = 0;
    const int32_t status = orr__machine_enter(m, "system", bound->index, 0);
    m->run = outer;
    return status;
}

static int32_t run_on_main(orr_run *run, void *context)
{
    orr__bound *bound = context;
    return run_in(bound->host->main, run, bound);
}

/* On any thread of the pool, in its own machine. */
static int32_t run_on_worker(orr_run *run, void *context)
{
    orr__bound *bound = context;
    orr__machine *m = orr__worker_take(bound->host, run);
    if (!m) return orr__error_code();
    int32_t status = take_extra(bound, m, run);
    if (status == ORR_OK) status = run_in(m, run, bound);
    orr__worker_give(bound->host, run);
    return status;
}

bool orr__bind_is_script(const orr__system *system)
{
    return system->function == run_on_main || system->function == run_on_worker;
}

static orr__bound *new_bound(orr__machine *m, const orr_system_desc *desc)
{
    const size_t bytes = sizeof(orr__bound) + orr_world_threads(m->world) * sizeof(taken_extra);
    orr__bound *bound = orr__alloc_zero(&m->world->alloc, bytes, 0);
    if (!bound) return NULL;
    bound->bytes = bytes;
    bound->world = m->world;
    bound->host = m->host;
    bound->index = orr__system_number(m->world, desc->name);
    bound->worker = desc->on == ORR_ON_WORKERS;
    return bound;
}

int32_t orr__bind_system(orr__machine *m, orr_system_desc *desc)
{
    orr_host *host = m->host;
    orr__bound *bound = NULL;
    orr_system_function *function = NULL;
    const double twin = m->draft.numbers[ORR__NUMBER_TWIN];
    if (!desc->job || twin == 2) {
        bound = new_bound(m, desc);
        if (!bound) return ORR_E_MEMORY;
        function = bound->worker ? run_on_worker : run_on_main;
        desc->run = twin == 2 ? NULL : function;
        desc->context = twin == 2 ? NULL : bound;
        desc->release = twin == 2 ? NULL : release;
    }
    const orr_system id = orr_system_create(m->world, desc);
    if (!id) {
        if (bound) release(bound);
        return orr__error_code();
    }
    const int32_t kept = orr__role_keep(m, id);
    if (kept != ORR_OK) return kept;
    orr__system *system = orr__system_at(m->world, id);
    system->has_twin = twin != 0;
    if (twin == 2) orr__system_replace(m->world, id, function, bound, release);
    if (bound && bound->worker) host->needs_worker = true;
    if (bound && bound->worker && m->draft.numbers[ORR__NUMBER_EXTRA] != 0) system->preface = pack_extra;
    return (int32_t)id;
}

/* ---- hooks ---- */

static int32_t run_hook(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    const orr__hook_bound *bound = context;
    orr__machine *m = bound->host->main;
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
