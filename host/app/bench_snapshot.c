/* Snapshots and patches: freezing against copying, committing what changed, recording sets and applying them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/bench.h"
#include "sim/plan.h"
#include "sim/sim.h"
#include "sim/snapshot.h"
#include "sim/task.h"

enum { ROWS = 1000000, PATCHES = 100000, FIELDS = 4 };

/* ---- freezing and committing ---- */

typedef struct snapshot_case {
    orr_world *world;
    orr__system *system;
    orr_component body;
    orr_field fields[FIELDS];
    uint32_t written;   /* so many fields of it */
    uint32_t every;     /* one row of so many is changed; 0: none */
    uint32_t together;  /* they stand in runs of so many */
    uint32_t *rows;     /* [row_count] those, for the raw loop */
    uint32_t row_count; /* as the last run left it */
    char *from, *to;
} snapshot_case;

static void touch_row(snapshot_case *c, const orr_rows *rows, float *const *columns, uint64_t *marks, uint64_t row)
{
    for (uint32_t f = 0; f < c->written; f++) columns[f][row] += 1;
    orr_mark(marks, (uint32_t)row);
    c->rows[c->row_count++] = (uint32_t)(rows->gather_base + row);
}

/* Changes rows here and there, at uneven distances. */
static int32_t touch(orr_run *run, void *context)
{
    snapshot_case *c = context;
    uint64_t next = 0; /* of all rows */
    c->row_count = 0;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *columns[FIELDS];
        for (uint32_t f = 0; f < c->written; f++) columns[f] = orr_run_write(run, c->fields[f]);
        uint64_t *marks = orr_run_marks(run, c->body);
        const uint64_t step = (uint64_t)c->every * c->together, base = rows->gather_base;
        for (; step && next < base + rows->end; next += step - 4 + next % 8) {
            for (uint64_t k = next - base; k < next - base + c->together && k < rows->end; k++)
                touch_row(c, rows, columns, marks, k);
        }
    }
    return ORR_OK;
}

static bool snapshot_world(snapshot_case *c)
{
    const orr_field_desc fields[] = { { .name = "x", .type = ORR_TYPE_F32 },
                                      { .name = "y", .type = ORR_TYPE_F32 },
                                      { .name = "vx", .type = ORR_TYPE_F32 },
                                      { .name = "vy", .type = ORR_TYPE_F32 } };
    c->world = orr_world_create(&(orr_world_desc){ .threads = 1 });
    if (!c->world) return false;
    c->body = orr_component_create(c->world,
                                   &(orr_component_desc){ .name = "Body", .fields = fields, .field_count = FIELDS });
    for (uint32_t f = 0; f < FIELDS; f++) c->fields[f] = (orr_field){ .component = c->body, .index = (uint16_t)f };
    const orr_component list[] = { c->body, 0 };
    const orr_prefab prefab = orr_prefab_create(c->world, &(orr_prefab_desc){ .components = list });
    if (!prefab || orr_entity_spawn(c->world, prefab, ROWS, NULL) != ORR_OK) return false;
    const orr_system made = orr_system_create(c->world, &(orr_system_desc){ .name = "touch",
                                                                            .query = { .all = list },
                                                                            .marks = list,
                                                                            .on = ORR_ON_WORKERS,
                                                                            .snapshot = true,
                                                                            .run = touch,
                                                                            .context = c });
    if (!made || orr_world_step(c->world, 2) != ORR_OK) return false;
    c->system = c->world->sim->systems.items[made - 1];
    return true;
}

static void freeze(void *context)
{
    snapshot_case *c = context;
    orr__plan_make(c->world, c->system);
}

static void copy_plain(void *context)
{
    snapshot_case *c = context;
    memcpy(c->to, c->from, (size_t)ROWS * FIELDS * sizeof(float));
}

/* What a tick does before it commits. */
static void before_commit(void *context)
{
    snapshot_case *c = context;
    freeze(c);
    c->system->run.next = 0;
    c->system->run.end = c->system->run.range_count;
    orr__task_run_all(c->system, 0);
}

static void commit(void *context)
{
    snapshot_case *c = context;
    orr__snapshot_commit(c->world, c->system, &c->system->run, c->system->run.range_count, false);
}

/* The same rows of as many arrays. */
static void commit_plain(void *context)
{
    const snapshot_case *c = context;
    for (uint32_t f = 0; f < c->written; f++) {
        const size_t at = (size_t)f * ROWS;
        const float *from = (const float *)(const void *)c->from + at;
        float *to = (float *)(void *)c->to + at;
        for (uint32_t k = 0; k < c->row_count; k++) to[c->rows[k]] = from[c->rows[k]];
    }
}

static void commits(orr__bench *bench, snapshot_case *c)
{
    static const struct {
        const char *name;
        uint32_t written, together;
    } ways[] = {
        { "commit, 1 % of 1e6 rows, one field of four", 1, 1 },
        { "commit, 1 % of 1e6 rows, all four fields", FIELDS, 1 },
        { "commit, 1 % of 1e6 rows, four, in runs of 64", FIELDS, 64 },
    };
    for (uint32_t k = 0; k < sizeof ways / sizeof ways[0]; k++) {
        c->every = 100;
        c->written = ways[k].written;
        c->together = ways[k].together;
        orr__bench_pair(bench, ways[k].name, "ms", 1e6, 0, commit, commit_plain, before_commit, c);
        orr__bench_goal(bench, 0.2);
    }
    c->every = 0;
    orr__bench_pair(bench, "commit, none of 1e6 rows changed", "us", 1e3, 20, commit, NULL, before_commit, c);
}

static void snapshots(orr__bench *bench)
{
    const size_t bytes = (size_t)ROWS * FIELDS * sizeof(float);
    snapshot_case c = { .every = 100,
                        .written = 1,
                        .together = 1,
                        .rows = malloc(ROWS * sizeof(uint32_t)),
                        .from = malloc(bytes),
                        .to = malloc(bytes) };
    if (!c.from || !c.to || !c.rows || !snapshot_world(&c)) {
        orr__bench_fail(bench, "snapshots");
    } else {
        memset(c.from, 1, bytes);
        memset(c.to, 2, bytes);
        orr__bench_pair(bench, "snapshot, 1e6 rows of four f32, to memcpy", "ms", 1e6, 1.2, freeze, copy_plain, NULL,
                        &c);
        commits(bench, &c);
    }
    orr_world_destroy(c.world);
    free(c.rows);
    free(c.from);
    free(c.to);
}

/* ---- patches from C ---- */

typedef struct patch_case {
    orr_world *world;
    orr_field x;
    orr_entity *entities; /* NULL: in the order of the data */
    orr_host *host;
} patch_case;

static int32_t record(orr_run *run, void *context)
{
    const patch_case *c = context;
    int32_t code = ORR_OK;
    uint32_t at = 0;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        for (uint64_t i = rows->begin; code == ORR_OK && i < rows->end; i++) {
            const orr_entity entity = c->entities ? c->entities[at++] : rows->entity[i];
            code = orr_patch_set(run, (int64_t)entity, c->x, (orr_value){ .f32 = (float)i });
        }
    }
    return code;
}

static void step(void *context)
{
    const patch_case *c = context;
    orr_world_step(c->world, 1);
}

static bool patch_world(patch_case *c)
{
    const orr_field_desc fields[] = { { .name = "x", .type = ORR_TYPE_F32 }, { .name = "y", .type = ORR_TYPE_F32 } };
    c->world = orr_world_create(&(orr_world_desc){ .threads = 1 });
    if (!c->world) return false;
    const orr_component list[] = {
        orr_component_create(c->world, &(orr_component_desc){ .name = "Position", .fields = fields, .field_count = 2 }),
        0
    };
    c->x = orr_field_find(c->world, "Position.x");
    const orr_prefab prefab = orr_prefab_create(c->world, &(orr_prefab_desc){ .components = list });
    return prefab && orr_entity_spawn(c->world, prefab, PATCHES, c->entities) == ORR_OK &&
           orr_system_create(
               c->world,
               &(orr_system_desc){
                   .name = "record", .query = { .all = list }, .marks = list, .run = record, .context = c }) &&
           orr_world_step(c->world, 2) == ORR_OK;
}

static void shuffle(orr_entity *entities)
{
    for (uint32_t k = PATCHES - 1; k > 0; k--) {
        const uint32_t other = (uint32_t)(orr_random_bits(1, 2, k) % (k + 1));
        const orr_entity kept = entities[k];
        entities[k] = entities[other];
        entities[other] = kept;
    }
}

static void from_c(orr__bench *bench)
{
    for (uint32_t random = 0; random < 2; random++) {
        patch_case c = { .entities = random ? malloc(PATCHES * sizeof(orr_entity)) : NULL };
        const char *name = random ? "set-patches at random from C, each" : "set-patches from C, each";
        if ((random && !c.entities) || !patch_world(&c)) orr__bench_fail(bench, name);
        if (c.entities && !bench->failed) shuffle(c.entities);
        orr__bench_pair(bench, name, "ns", PATCHES, random ? 0 : 15, step, NULL, NULL, &c);
        orr_world_destroy(c.world);
        free(c.entities);
    }
}

/* ---- patches from Lua ---- */

static const char script[] =
    "local orrery = require 'orrery'\n"
    "local P = orrery.component('Position', { x = orrery.f32, y = orrery.f32 })\n"
    "local mode = orrery.param('mode', 0)\n"
    "orrery.system { name = 'populate', stage = 'startup', run = function(ctx) ctx:spawn({ P }, 100000) end }\n"
    "orrery.system { name = 'main', enabled = mode:is(0), all = P, marks = P, run = function(rows, ctx)\n"
    "  for i = rows.first, rows.last do ctx:set(rows.entity[i], P.x, i) end\n"
    "end }\n"
    "orrery.system { name = 'worker', enabled = mode:is(1), on = 'workers', all = P, marks = P,\n"
    "run = function(rows, ctx)\n"
    "  for i = rows.first, rows.last do ctx:set(rows.entity[i], P.x, i) end\n"
    "end }\n"
    "orrery.system { name = 'rows', enabled = mode:is(2), all = P, marks = P, run = function(rows, ctx)\n"
    "  for i = rows.first, rows.last do rows:patch(i):set(P.x, i) end\n"
    "end }\n";

static void tick(void *context)
{
    const patch_case *c = context;
    orr_host_step(c->host, 1);
}

static void from_lua(orr__bench *bench)
{
    static const char *const names[] = { "set-patches from Lua, each", "set-patches from a Lua worker, each",
                                         "set-patches from Lua, rows:patch(i), each" };
    for (uint32_t mode = 0; mode < 3; mode++) {
        char set_mode[32];
        snprintf(set_mode, sizeof set_mode, "mode=%u", (unsigned)mode);
        const char *const params[] = { set_mode, NULL };
        patch_case c = { .host = orr_host_open(
                             &(orr_host_desc){ .text = script, .script = "bench", .threads = 1, .set = params }) };
        if (!c.host || orr_host_step(c.host, 3) != ORR_OK) orr__bench_fail(bench, names[mode]);
        orr__bench_pair(bench, names[mode], "ns", PATCHES, 40, tick, NULL, NULL, &c);
        orr_host_close(c.host);
    }
}

void orr__bench_snapshot(orr__bench *bench)
{
    if (orr__bench_wanted(bench, "snapshot")) snapshots(bench);
    if (orr__bench_wanted(bench, "patches")) from_c(bench);
    if (orr__bench_wanted(bench, "lua patches") && strcmp(orr_host_engine(), "none") != 0) from_lua(bench);
}
