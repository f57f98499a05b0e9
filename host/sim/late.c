#include "sim/late.h"

#include "base/array.h"
#include "base/error.h"
#include "sim/sim.h"
#include "sim/sync.h"

#include <string.h>

typedef struct orr__late_run {
    orr_run run;
    uint64_t due; /* tick */
    bool waits;   /* in use */
} orr__late_run;

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
    swap(&system->run, &late->run);
    late->due = world->sim->tick + system->latency;
    late->waits = true;
    /* the structure changes meanwhile: from here on there are only the copies */
    for (uint32_t i = 0; i < late->run.range_count; i++) late->run.ranges[i].origin = late->run.ranges[i].chunk;
    system->run.active = system->run.ready = false;
    system->run.failure.code = ORR_OK;
}

void orr__late_arrive(orr_world *world, orr__schedule_stage *stage)
{
    for (uint32_t s = 0; s < stage->system_count; s++) {
        orr__system *system = stage->order[s];
        for (uint32_t i = 0; i < system->late.count; i++) {
            orr__late_run *late = system->late.items[i];
            if (!late->waits || late->due > world->sim->tick) continue;
            swap(&system->run, &late->run);
            orr__sync_late(world, system);
            swap(&system->run, &late->run);
            late->waits = false;
        }
    }
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
