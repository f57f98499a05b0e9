// The public headers in C++17: a job of the tool's own, registered with a world and run by a system.
#include <orrery.h>

#include <cstdio>
#include <vector>

static int32_t grow(const orr_rows *rows, const orr_tick *)
{
    float *size = orr_slot(rows, 0);
    for (uint32_t i = rows->begin; i < rows->end; i++) size[i] += 1.0f;
    return ORR_OK;
}
static const orr_slot_desc grow_slots[] = { ORR_SLOT_RW("size", f32) };
ORR_JOB(grow, grow_slots, .arithmetic = ORR_F32);
ORR_EXPORT_JOBS(&orr_job_grow);

static int run(orr_world *world)
{
    orr_field_desc size = {};
    size.name = "size";
    size.type = ORR_TYPE_F32;
    orr_component_desc cell_desc = {};
    cell_desc.name = "Cell";
    cell_desc.fields = &size;
    cell_desc.field_count = 1;
    const orr_component cell[] = { orr_component_create(world, &cell_desc), 0 };

    orr_prefab_desc prefab = {};
    prefab.components = cell;
    if (orr_entity_spawn(world, orr_prefab_create(world, &prefab), 1000, nullptr) != ORR_OK) return 1;
    if (orr_job_register(world, &orr_jobs) != ORR_OK) return 1;

    const orr_bind bind = { "size", "Cell.size" };
    orr_system_desc system = {};
    system.name = "grow";
    system.query.all = cell;
    system.job = "grow";
    system.bind = &bind;
    system.bind_count = 1;
    if (!orr_system_create(world, &system) || orr_world_step(world, 5) != ORR_OK) return 1;

    std::vector<float> sizes(1000);
    orr_query_desc all = {};
    all.all = cell;
    uint64_t count = 0;
    const orr_query query = orr_query_create(world, &all);
    if (orr_query_copy(world, query, orr_field_find(world, "Cell.size"), sizes.data(), 1000, &count) != ORR_OK)
        return 1;
    for (const float grown : sizes) {
        if (grown != 5.0f) return 1;
    }
    std::printf("%d cells grew 5 times\n", static_cast<int>(count));
    return count == 1000 ? 0 : 1;
}

int main()
{
    orr_world_desc desc = {};
    desc.threads = 2;
    orr_world *world = orr_world_create(&desc);
    const int result = world ? run(world) : 1;
    if (result != 0) std::fprintf(stderr, "%s\n", orr_last_error());
    orr_world_destroy(world);
    return result;
}
