/* Structural changes, access by handle, memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/bench.h"

enum { MANY = 1000000, SOME = 100000 };

typedef struct body { /* as orr_entity_get gives it */
    float x, y;
} body;

typedef struct entity_case {
    orr_world *world;
    orr_component position, velocity, tag;
    orr_prefab prefab;
    orr_entity *handles;
    orr_entity *stored; /* room for as many bytes as a million entities have */
    uint32_t *order;    /* 0 .. SOME - 1 in random order */
    orr_field px;
    body *plain, *records;
    orr_entity *asked; /* handles in that order */
    double sum;
    uint32_t count;
} entity_case;

static orr_component vector(orr_world *world, const char *name)
{
    const orr_field_desc fields[] = { { .name = "x", .type = ORR_TYPE_F32 }, { .name = "y", .type = ORR_TYPE_F32 } };
    return orr_component_create(world, &(orr_component_desc){ .name = name, .fields = fields, .field_count = 2 });
}

static bool begin(entity_case *c)
{
    orr_world_destroy(c->world);
    c->world = orr_world_create(NULL);
    if (!c->world) return false;
    c->position = vector(c->world, "Position");
    c->velocity = vector(c->world, "Velocity");
    c->tag = orr_component_create(c->world, &(orr_component_desc){ .name = "Tag" });
    const orr_component both[] = { c->position, c->velocity, 0 };
    c->prefab = orr_prefab_create(c->world, &(orr_prefab_desc){ .components = both });
    c->px = orr_field_find(c->world, "Position.x");
    return c->prefab && c->px.component;
}

/* The same world is emptied and filled again, so that what is timed is this library and not the system's page faults. */
static void empty(void *context)
{
    entity_case *c = context;
    uint64_t count = 0;
    const orr_query all = orr_query_create(c->world, &(orr_query_desc){ 0 });
    orr_query_copy_entities(c->world, all, c->handles, MANY, &count);
    if (count) orr_entity_destroy(c->world, c->handles, (uint32_t)count);
}

static void full(void *context)
{
    entity_case *c = context;
    empty(c);
    orr_entity_spawn(c->world, c->prefab, c->count, c->handles);
}

static void spawn_bulk(void *context)
{
    entity_case *c = context;
    orr_entity_spawn(c->world, c->prefab, c->count, NULL);
}

/* What spawning stores at least: handles, four columns, slots of twelve bytes. */
static void spawn_plain(void *context)
{
    entity_case *c = context;
    uint32_t *slots = (uint32_t *)(void *)(c->stored + c->count);
    float *columns = (float *)(slots + (size_t)c->count * 3);
    for (uint32_t k = 0; k < c->count; k++) c->stored[k] = (orr_entity)k << 20 | 1;
    for (uint32_t k = 0; k < c->count; k++) {
        slots[k * 3] = 1;
        slots[k * 3 + 1] = 2;
        slots[k * 3 + 2] = k;
    }
    for (size_t k = 0; k < (size_t)c->count * 4; k++) columns[k] = 0.5f;
}

static void spawn_singly(void *context)
{
    entity_case *c = context;
    for (uint32_t k = 0; k < c->count; k++) orr_entity_spawn(c->world, c->prefab, 1, &c->handles[k]);
}

static void destroy_bulk(void *context)
{
    entity_case *c = context;
    orr_entity_destroy(c->world, c->handles, c->count);
}

static void destroy_singly(void *context)
{
    entity_case *c = context;
    for (uint32_t k = 0; k < c->count; k++) orr_entity_destroy(c->world, &c->handles[k], 1);
}

static void add_remove_singly(void *context)
{
    entity_case *c = context;
    for (uint32_t k = 0; k < c->count; k++) orr_entity_add(c->world, &c->handles[k], 1, c->tag);
    for (uint32_t k = 0; k < c->count; k++) orr_entity_remove(c->world, &c->handles[k], 1, c->tag);
}

static void add_remove_bulk(void *context)
{
    entity_case *c = context;
    orr_entity_add(c->world, c->handles, c->count, c->tag);
    orr_entity_remove(c->world, c->handles, c->count, c->tag);
}

static int32_t record_add(orr_run *run, void *context)
{
    entity_case *c = context;
    for (uint32_t k = 0; k < c->count; k++) orr_patch_add(run, (int64_t)c->handles[k], c->tag);
    return ORR_OK;
}

static int32_t record_remove(orr_run *run, void *context)
{
    entity_case *c = context;
    for (uint32_t k = 0; k < c->count; k++) orr_patch_remove(run, (int64_t)c->handles[k], c->tag);
    return ORR_OK;
}

static void recording(entity_case *c)
{
    full(c);
    orr_system_create(
        c->world,
        &(orr_system_desc){ .name = "add", .stage = "update", .exclusive = true, .run = record_add, .context = c });
    orr_system_create(
        c->world,
        &(orr_system_desc){ .name = "remove", .stage = "late", .exclusive = true, .run = record_remove, .context = c });
    orr_world_step(c->world, 1); /* the graph is made, the memory of the recordings is there */
}

static void step(void *context)
{
    entity_case *c = context;
    orr_world_step(c->world, 1);
}

static void get_random(void *context)
{
    entity_case *c = context;
    double sum = 0;
    for (uint32_t k = 0; k < SOME; k++) sum += (double)*(const float *)orr_entity_read(c->world, c->asked[k], c->px);
    c->sum = sum;
}

static void set_random(void *context)
{
    entity_case *c = context;
    for (uint32_t k = 0; k < SOME; k++) *(float *)orr_entity_write(c->world, c->asked[k], c->px) = (float)k;
}

static void get_many(void *context)
{
    entity_case *c = context;
    orr_entity_get_many(c->world, c->asked, SOME, c->position, c->records);
}

static void set_many(void *context)
{
    entity_case *c = context;
    orr_entity_set_many(c->world, c->asked, SOME, c->position, c->records);
}

static void get_plain(void *context)
{
    entity_case *c = context;
    double sum = 0;
    for (uint32_t k = 0; k < SOME; k++) sum += (double)c->plain[c->order[k]].x;
    c->sum = sum;
}

static void set_plain(void *context)
{
    entity_case *c = context;
    for (uint32_t k = 0; k < SOME; k++) c->plain[c->order[k]].x = (float)k;
}

/* What many gets or sets in one call copy. */
static void get_many_plain(void *context)
{
    entity_case *c = context;
    for (uint32_t k = 0; k < SOME; k++) c->records[k] = c->plain[c->order[k]];
}

static void set_many_plain(void *context)
{
    entity_case *c = context;
    for (uint32_t k = 0; k < SOME; k++) c->plain[c->order[k]] = c->records[k];
}

static void shuffle(uint32_t *order, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) order[k] = k;
    for (uint32_t k = count - 1; k > 0; k--) {
        const uint32_t other = (uint32_t)(orr_random_bits(1, 2, k) % (k + 1)), kept = order[k];
        order[k] = order[other];
        order[other] = kept;
    }
}

static void structural(orr__bench *bench, entity_case *c)
{
    c->count = MANY;
    orr__bench_pair(bench, "spawn, bulk, two components", "ns", MANY, 0, spawn_bulk, spawn_plain, empty, c);
    orr__bench_goal(bench, 2);
    c->count = SOME;
    orr__bench_pair(bench, "spawn, bulk, 1e5 entities", "ns", SOME, 0, spawn_bulk, spawn_plain, empty, c);
    c->count = MANY;
    orr__bench_pair(bench, "destroy, bulk", "ns", MANY, 8, destroy_bulk, NULL, full, c);
    c->count = SOME;
    orr__bench_pair(bench, "spawn, singly", "ns", SOME, 0, spawn_singly, spawn_plain, empty, c);
    orr__bench_goal(bench, 20);
    orr__bench_pair(bench, "destroy, singly", "ns", SOME, 15, destroy_singly, NULL, full, c);
    orr__bench_pair(bench, "add and remove a tag, singly (each)", "ns", 2.0 * SOME, 25, add_remove_singly, NULL, full,
                    c);
    orr__bench_pair(bench, "add and remove a tag, bulk (each)", "ns", 2.0 * SOME, 0, add_remove_bulk, NULL, full, c);
    recording(c);
    orr__bench_pair(bench, "add and remove a tag, recorded (each)", "ns", 2.0 * SOME, 8, step, NULL, NULL, c);
    begin(c);
}

static void by_handle(orr__bench *bench, entity_case *c)
{
    c->count = SOME;
    full(c);
    shuffle(c->order, SOME);
    for (uint32_t k = 0; k < SOME; k++) c->asked[k] = c->handles[c->order[k]];
    const struct {
        const char *name;
        orr__bench_function *ours, *raw;
    } ways[] = {
        { "get by handle at random, from C", get_random, get_plain },
        { "set by handle at random, from C", set_random, set_plain },
        { "get by handle at random, many a call", get_many, get_many_plain },
        { "set by handle at random, many a call", set_many, set_many_plain },
    };
    for (uint32_t k = 0; k < sizeof ways / sizeof ways[0]; k++) {
        orr__bench_pair(bench, ways[k].name, "ns", SOME, 0, ways[k].ours, ways[k].raw, NULL, c);
        orr__bench_goal(bench, 6);
    }
}

static void memory(orr__bench *bench, entity_case *c)
{
    c->count = MANY;
    begin(c);
    const uint64_t before = orr_world_memory_used(c->world).total_bytes;
    orr_entity_spawn(c->world, c->prefab, MANY, NULL);
    const orr_world_memory used = orr_world_memory_used(c->world);
    orr__bench_add(bench, "memory beyond the fields, 1e6 entities", "bytes an entity",
                   (double)(used.total_bytes - before - used.field_bytes) / MANY, 0, 24);
}

void orr__bench_entity(orr__bench *bench)
{
    entity_case c = { .handles = malloc(MANY * sizeof(orr_entity)),
                      .stored = calloc(MANY, sizeof(orr_entity) + 4 * sizeof(float) + 3 * sizeof(uint32_t)),
                      .order = malloc(SOME * sizeof(uint32_t)),
                      .plain = calloc(SOME, sizeof(body)),
                      .records = calloc(SOME, sizeof(body)),
                      .asked = malloc(SOME * sizeof(orr_entity)) };
    if (!c.handles || !c.stored || !c.order || !c.plain || !c.records || !c.asked || !begin(&c)) {
        orr__bench_fail(bench, "entities");
    } else {
        if (orr__bench_wanted(bench, "structural")) structural(bench, &c);
        if (orr__bench_wanted(bench, "handle")) by_handle(bench, &c);
        if (orr__bench_wanted(bench, "memory")) memory(bench, &c);
    }
    orr_world_destroy(c.world);
    free(c.handles);
    free(c.stored);
    free(c.order);
    free(c.plain);
    free(c.records);
    free(c.asked);
}
