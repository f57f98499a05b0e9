/* What it costs that somebody watches: a tick of about a millisecond, with its timeline written to a file and without. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/bench.h"
#include "app/bench_heavy.h"
#include "app/trace_out.h"
#include "sim/sim.h"

enum { SYSTEMS = 5, ROWS = 100000, TICKS = 10 };

static void ticks(void *context)
{
    orr_world_step(context, TICKS);
}

/* The switch alone: files and rings are made once. */
static void traced(void *context)
{
    orr_world *world = context;
    atomic_store(&world->sim->trace.on, true);
    ticks(world);
    atomic_store(&world->sim->trace.on, false);
}

static orr_world *heavy_world(void)
{
    const orr_field_desc fields[] = { { .name = "x", .type = ORR_TYPE_F32 }, { .name = "y", .type = ORR_TYPE_F32 } };
    orr_world *world = orr_world_create(NULL);
    if (!world) return NULL;
    const orr_component list[] = {
        orr_component_create(world, &(orr_component_desc){ .name = "Position", .fields = fields, .field_count = 2 }), 0
    };
    const orr_prefab prefab = orr_prefab_create(world, &(orr_prefab_desc){ .components = list });
    bool made = prefab && orr_entity_spawn(world, prefab, ROWS, NULL) == ORR_OK &&
                orr_job_register(world, &orr__bench_jobs) == ORR_OK;
    for (uint32_t k = 0; k < SYSTEMS && made; k++) {
        char name[16];
        snprintf(name, sizeof name, "heavy%u", (unsigned)k);
        made = orr_system_create(world,
                                 &(orr_system_desc){ .name = name, .query = { .all = list }, .job = "bench_heavy" });
    }
    if (made && orr_world_step(world, TICKS) == ORR_OK) return world;
    orr_world_destroy(world);
    return NULL;
}

void orr__bench_trace(orr__bench *bench)
{
    if (!orr__bench_wanted(bench, "trace")) return;
    const char *folder = getenv("TMPDIR"), *name = "a tick of 1 ms, traced, to untraced";
    char path[512];
    snprintf(path, sizeof path, "%s/orrery-bench-trace.json", folder && *folder ? folder : "/tmp");
    orr_world *world = heavy_world();
    orr__trace_out out;
    if (!world || orr__trace_out_begin(&out, world, path, "bench") != ORR_OK) {
        orr__bench_fail(bench, name);
    } else {
        atomic_store(&world->sim->trace.on, false);
        orr__bench_pair(bench, name, "ms a tick", TICKS * 1e6, 1.01, traced, ticks, NULL, world);
        orr__trace_out_abort(&out);
    }
    orr_world_destroy(world);
}
