/* A tool without Lua: a world of its own, one system in C, results read back. Prints the state hash. */
#include <orrery.h>
#include <stdio.h>

static orr_field x, v;

static int32_t move(orr_run *run, void *context)
{
    (void)context;
    const double dt = orr_run_tick(run)->dt;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        double *px = orr_run_write(run, x);
        const double *pv = orr_run_read(run, v);
        if (!px || !pv) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) px[i] += pv[i] * dt;
    }
    return ORR_OK;
}

static int failed(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, orr_last_error());
    return 1;
}

int main(void)
{
    orr_world *world = orr_world_create(&(orr_world_desc){ .seed = 7, .dt = 0.5 });
    if (!world) return failed("world");
    const orr_component body = orr_component_create(
        world, &(orr_component_desc){
                   .name = "Body",
                   .field_count = 2,
                   .fields = (orr_field_desc[]){ { .name = "x", .type = ORR_TYPE_F64 },
                                                 { .name = "v", .type = ORR_TYPE_F64, .value = { .f64 = 2.0 } } } });
    const orr_component only_body[] = { body, 0 };
    const orr_prefab bodies = orr_prefab_create(world, &(orr_prefab_desc){ .components = only_body });
    x = orr_field_find(world, "Body.x");
    v = orr_field_find(world, "Body.v");
    if (!orr_system_create(
            world,
            &(orr_system_desc){ .name = "move", .run = move, .query = { .all = only_body }, .writes = only_body })) {
        return failed("system");
    }
    if (orr_entity_spawn(world, bodies, 10000, NULL) != ORR_OK) return failed("spawn");
    if (orr_world_step(world, 3) != ORR_OK) return failed("step");

    static double positions[10000];
    uint64_t count = 0;
    const orr_query query = orr_query_create(world, &(orr_query_desc){ .all = only_body });
    if (orr_query_copy(world, query, x, positions, 10000, &count) != ORR_OK) return failed("copy");
    for (uint64_t i = 0; i < count; i++) {
        if (positions[i] != 3.0) return fprintf(stderr, "row %d is at %g\n", (int)i, positions[i]), 1;
    }
    printf("%llu entities at 3, hash %016llx\n", (unsigned long long)count, (unsigned long long)orr_world_hash(world));
    orr_world_destroy(world);
    return count == 10000 ? 0 : 1;
}
