#include "sim_case.h"

static const orr_component *list(orr_component a, orr_component b)
{
    static orr_component lists[8][3];
    static uint32_t at;
    orr_component *one = lists[at++ % 8];
    one[0] = a;
    one[1] = b;
    one[2] = 0;
    return one;
}

/* ---- the render stage changes nothing ---------------------------------------------------------------------------- */

static int32_t nothing(orr_run *run, void *context)
{
    (void)run;
    (void)context;
    return ORR_OK;
}

/* Records a change of what it watches: the next stage tells it again. */
static int32_t double_it(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    const sim_case *c = context;
    int32_t code = ORR_OK;
    for (uint32_t i = 0; code == ORR_OK && i < count; i++) {
        const orr_value value = { .f32 = 2 * case_f32(c, entities[i], c->px) };
        code = orr_patch_set(run, (int64_t)entities[i], c->px, value);
    }
    return code;
}

static uint64_t drawn_every(uint64_t ticks)
{
    sim_case c = case_new(0);
    assert_ok(orr_entity_spawn(c.world, c.mote, 10, NULL));
    case_system(&c, (orr_system_desc){ .name = "push",
                                       .run = case_add_one,
                                       .context = &c,
                                       .query.all = list(c.position, 0),
                                       .writes = list(c.position, 0),
                                       .every = 3 });
    case_system(&c,
                (orr_system_desc){
                    .name = "draw", .stage = "render", .run = nothing, .context = &c, .reads = list(c.position, 0) });
    assert_ok(orr_hook_create(c.world, ORR_HOOK_CHANGE, c.position, double_it, &c));
    for (uint64_t done = 0; done < 16; done += ticks) assert_ok(orr_world_step(c.world, ticks));
    const uint64_t hash = orr_world_hash(c.world);
    case_end(&c);
    return hash;
}

static void drawing_calls_no_hooks(void **state)
{
    (void)state;
    const uint64_t hash = drawn_every(16);
    assert_true(drawn_every(1) == hash);
    assert_true(drawn_every(4) == hash);
}

/* ---- provisional handles in columns ------------------------------------------------------------------------------ */

static int32_t spawn_whole(const orr_rows *rows, const orr_tick *tick)
{
    int64_t first;
    const int32_t code = orr_job_spawn(rows, tick, "Still", rows->chunk_count, &first);
    if (code != ORR_OK) return code;
    for (uint32_t i = 0; i < rows->chunk_count; i++) {
        orr_entity *to = orr_slot(&rows[i], 0);
        to[rows[i].begin] = (orr_entity)(first - (int64_t)i);
    }
    return ORR_OK;
}
static const orr_slot_desc link_slots[] = { ORR_SLOT_RW("link.to", entity) };
ORR_JOB(spawn_whole, link_slots, .flags = ORR_WHOLE);

static int32_t count_whole(const orr_rows *rows, const orr_tick *tick)
{
    float *x = orr_slot(rows, 0);
    if (rows->chunk_count) x[0] += tick->dt_f32;
    return ORR_OK;
}
static const orr_slot_desc count_slots[] = { ORR_SLOT_RW("position.x", f32) };
ORR_JOB(count_whole, count_slots, .flags = ORR_WHOLE);

static void add_jobs(const sim_case *c)
{
    static const orr_job_desc *const jobs[] = { &orr_job_spawn_whole, &orr_job_count_whole };
    static const orr_job_module module = { ORR_ABI, sizeof module, 2, 0, jobs };
    assert_ok(orr_job_register(c->world, &module));
}

static orr_entity link_of(const sim_case *c, orr_entity entity)
{
    const orr_entity *at = orr_entity_read(c->world, entity, c->to);
    assert_non_null(at);
    return *at;
}

static void whole_jobs_fill_every_chunk(void **state)
{
    (void)state;
    sim_case c = case_new(2);
    const orr_prefab linked = case_prefab(c.world, "Linked", c.link, 0, 0);
    static orr_entity handles[5000];
    assert_ok(orr_entity_spawn(c.world, linked, 5000, handles));
    add_jobs(&c);
    case_system(&c, (orr_system_desc){ .name = "spawn", .job = "spawn_whole" });
    assert_ok(orr_world_step(c.world, 1));
    assert_int_equal(orr_world_entity_count(c.world), 5002);
    assert_true(orr_entity_is_alive(c.world, link_of(&c, handles[0])));
    assert_true(orr_entity_is_alive(c.world, link_of(&c, handles[4096])));
    assert_true(link_of(&c, handles[0]) != link_of(&c, handles[4096]));
    case_end(&c);
}

/* Spawns in the first range and writes what that gave in the last. */
static int32_t smuggle(orr_run *run, void *context)
{
    const sim_case *c = context;
    int64_t born = 0;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        orr_entity *to = orr_run_write(run, c->to);
        if (!to) return ORR_E_ACCESS;
        if (!born && orr_patch_spawn(run, c->still, 1, &born) != ORR_OK) return ORR_E_MEMORY;
        if (rows->begin) to[rows->end - 1] = (orr_entity)born;
    }
    return ORR_OK;
}

static void handles_of_another_range(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_prefab linked = case_prefab(c.world, "Linked", c.link, 0, 0);
    static orr_entity handles[1000];
    assert_ok(orr_entity_spawn(c.world, linked, 1000, handles));
    case_system(&c, (orr_system_desc){ .name = "smuggle",
                                       .run = smuggle,
                                       .context = &c,
                                       .query.all = list(c.link, 0),
                                       .writes = list(c.link, 0) });
    assert_int_equal(orr_world_step(c.world, 1), ORR_E_DEAD);
    assert_says("smuggle");
    assert_says("provisional handle -1");
    assert_int_equal(link_of(&c, handles[999]), 0);
    assert_int_equal(orr_world_entity_count(c.world), 1000);
    case_end(&c);
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

static void whole_jobs_have_substeps(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    orr_entity handle;
    assert_ok(orr_entity_spawn(c.world, c.still, 1, &handle));
    add_jobs(&c);
    case_system(&c, (orr_system_desc){ .name = "count", .job = "count_whole", .substeps = 4 });
    assert_ok(orr_world_step(c.world, 1));
    assert_true(case_f32(&c, handle, c.px) == 0.5f);
    case_end(&c);
}

static int32_t reach(orr_run *run, void *context)
{
    const sim_case *c = context;
    orr_world *world = orr_run_world(run);
    orr_cursor at = orr_query_begin(world, orr_query_create(world, &(orr_query_desc){ .all = list(c->velocity, 0) }));
    if (!orr_cursor_next(&at)) return ORR_OK;
    const orr_entity entity = orr_cursor_entities(&at)[0];
    float two[2] = { 0, 0 };
    assert_int_equal(orr_entity_get(world, entity, c->velocity, two), ORR_E_ACCESS);
    assert_int_equal(orr_entity_set(world, entity, c->velocity, two), ORR_E_ACCESS);
    assert_null(orr_entity_write(world, entity, c->vx));
    assert_null(orr_entity_read(world, entity, c->vx));
    assert_null(orr_cursor_read(&at, c->vx));
    assert_null(orr_cursor_write(&at, c->vx));
    assert_non_null(orr_entity_read(world, entity, c->px));
    assert_null(orr_entity_write(world, entity, c->px));
    return orr_cursor_write(&at, c->px) ? ORR_OK : orr_entity_set(world, entity, c->position, two);
}

static void the_world_is_held_to_it(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    assert_ok(orr_entity_spawn(c.world, c.mote, 1, NULL));
    (void)orr_query_create(c.world, &(orr_query_desc){ .all = list(c.velocity, 0) });
    case_system(&c, (orr_system_desc){ .name = "reach", .run = reach, .context = &c, .reads = list(c.position, 0) });
    assert_int_equal(orr_world_step(c.world, 1), ORR_E_ACCESS);
    assert_says("system 'reach': component 'Position' is written without being declared");
    case_end(&c);
}

typedef struct told {
    const sim_case *c;
    uint32_t count;
} told;

static int32_t tell(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    (void)run;
    (void)entities;
    ((told *)context)->count += count;
    return ORR_OK;
}

static void hooks_follow_the_call(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    told came = { &c, 0 }, went = { &c, 0 };
    assert_ok(orr_hook_create(c.world, ORR_HOOK_ADD, c.frozen, tell, &came));
    assert_ok(orr_hook_create(c.world, ORR_HOOK_REMOVE, c.position, tell, &went));
    orr_entity handles[3];
    assert_ok(orr_entity_spawn(c.world, c.mote, 3, handles));
    assert_ok(orr_entity_add(c.world, handles, 2, c.frozen));
    assert_int_equal(came.count, 2);
    assert_ok(orr_entity_destroy(c.world, handles, 2));
    assert_int_equal(went.count, 2);
    case_end(&c);
}

static int32_t turn(orr_run *run, void *context)
{
    (void)context;
    orr_world *world = orr_run_world(run);
    const int32_t code = orr_param_set(world, orr_param_find(world, "speed"), 3);
    return code != ORR_OK ? code : orr_system_enable(world, orr_system_find(world, "turn"), false);
}

static void drawing_turns_no_params(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    assert_true(orr_param_create(c.world, &(orr_param_desc){ .name = "speed", .value = 1 }));
    case_system(&c, (orr_system_desc){ .name = "turn", .stage = "render", .run = turn });
    assert_int_equal(orr_world_step(c.world, 1), ORR_E_ACCESS);
    assert_says("render");
    case_end(&c);
}

static int32_t silent(orr_run *run, void *context)
{
    (void)context;
    orr_world *world = orr_run_world(run);
    return orr_run_emit(run, orr_event_find(world, "ping"), NULL);
}

static void events_without_fields(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_event ping = orr_event_create(c.world, &(orr_event_desc){ .name = "ping" });
    assert_true(ping);
    case_system(&c, (orr_system_desc){ .name = "ping", .run = silent });
    assert_ok(orr_world_step(c.world, 3));
    assert_int_equal(orr_event_count(c.world, ping), 1);
    (void)orr_world_hash(c.world);
    case_end(&c);
}

/* ---- grids of neighbours follow every way to write --------------------------------------------------------------- */

typedef struct grid {
    sim_case c;
    orr_near_index near;
    orr_entity entity;
    float seen[3];
    uint32_t count;
} grid;

static int32_t look(orr_run *run, void *context)
{
    grid *g = context;
    const orr_neighbours *near = orr_run_neighbours(run, g->near);
    if (!near) return ORR_E_ACCESS;
    g->seen[g->count++ % 3] = near->position[0][0];
    return ORR_OK;
}

static int32_t shove(orr_run *run, void *context)
{
    const grid *g = context;
    (void)run;
    case_set(&g->c, g->entity, g->c.px, 5);
    return ORR_OK;
}

static int32_t shove_later(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    const grid *g = context;
    const orr_value value = { .f32 = 7 };
    return count ? orr_patch_set(run, (int64_t)entities[0], g->c.px, value) : ORR_OK;
}

static void grids_are_fresh(void **state)
{
    (void)state;
    grid g = { .c = case_new(0) };
    orr_world *world = g.c.world;
    assert_ok(orr_entity_spawn(world, g.c.still, 1, &g.entity));
    g.near = orr_neighbours_create(
        world, &(orr_neighbours_desc){ .name = "near", .position = { g.c.px, g.c.py }, .radius = 1 });
    assert_true(g.near);
    const char *const near[] = { "near", NULL };
    case_system(&g.c, (orr_system_desc){ .name = "first", .run = look, .context = &g, .resource_reads = near });
    case_system(&g.c, (orr_system_desc){ .name = "shove", .run = shove, .context = &g, .exclusive = true });
    case_system(&g.c, (orr_system_desc){ .name = "second", .run = look, .context = &g, .resource_reads = near });
    case_system(&g.c, (orr_system_desc){
                          .name = "third", .stage = "late", .run = look, .context = &g, .resource_reads = near });
    assert_ok(orr_hook_create(world, ORR_HOOK_CHANGE, g.c.position, shove_later, &g));
    assert_ok(orr_world_step(world, 1));
    assert_int_equal(g.count, 3);
    assert_true(g.seen[0] == 0 && g.seen[1] == 5 && g.seen[2] == 7);
    case_end(&g.c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawing_calls_no_hooks),   cmocka_unit_test(whole_jobs_fill_every_chunk),
        cmocka_unit_test(handles_of_another_range), cmocka_unit_test(whole_jobs_have_substeps),
        cmocka_unit_test(the_world_is_held_to_it),  cmocka_unit_test(hooks_follow_the_call),
        cmocka_unit_test(drawing_turns_no_params),  cmocka_unit_test(events_without_fields),
        cmocka_unit_test(grids_are_fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
