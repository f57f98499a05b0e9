/* Isolated jobs: what a range costs there and back, beside the same job in place. */
#include <stddef.h>

#include "app/bench.h"
#include "base/os_process.h"

enum { TICKS = 20, ROWS = 100000 };

typedef struct isolate_case {
    orr_world *apart, *in_place;
} isolate_case;

static orr_world *moving(uint32_t rows, uint32_t isolation)
{
    const orr_field_desc fields[] = { { .name = "x", .type = ORR_TYPE_F32 }, { .name = "y", .type = ORR_TYPE_F32 } };
    orr_world *world = orr_world_create(&(orr_world_desc){ .threads = 1, .dt = 0.01 });
    if (!world) return NULL;
    const orr_component list[] = {
        orr_component_create(world, &(orr_component_desc){ .name = "Position", .fields = fields, .field_count = 2 }),
        orr_component_create(world, &(orr_component_desc){ .name = "Velocity", .fields = fields, .field_count = 2 }), 0
    };
    const orr_prefab prefab = orr_prefab_create(world, &(orr_prefab_desc){ .components = list });
    if (prefab && orr_entity_spawn(world, prefab, rows, NULL) == ORR_OK &&
        orr_system_create(world, &(orr_system_desc){ .name = "move",
                                                     .query = { .all = list },
                                                     .job = "integrate",
                                                     .isolation = isolation,
                                                     .timeout_ms = isolation ? 10000 : 0 }) &&
        orr_world_step(world, 3) == ORR_OK)
        return world;
    orr_world_destroy(world);
    return NULL;
}

static void apart(void *context)
{
    (void)orr_world_step(((isolate_case *)context)->apart, TICKS);
}

static void in_place(void *context)
{
    (void)orr_world_step(((isolate_case *)context)->in_place, TICKS);
}

static void measure(orr__bench *bench, const char *name, const char *unit, uint32_t rows, double units)
{
    isolate_case c = { moving(rows, ORR_ISOLATION_PROCESS), moving(rows, ORR_ISOLATION_NONE) };
    if (c.apart && c.in_place)
        orr__bench_pair(bench, name, unit, units, 0, apart, in_place, NULL, &c);
    else
        orr__bench_fail(bench, name);
    orr_world_destroy(c.apart);
    orr_world_destroy(c.in_place);
}

void orr__bench_isolate(orr__bench *bench)
{
    char path[4096];
    if (!orr__bench_wanted(bench, "isolate")) return;
    if (orr__program_find("orrery-worker", "ORRERY_WORKER", path, sizeof path) != ORR_OK) return; /* see doctor */
    measure(bench, "isolated job, one row, to in place", "us", 1, TICKS * 1e3);
    measure(bench, "isolated job, 1e5 rows, to in place", "ns a row", ROWS, (double)TICKS * ROWS);
}
