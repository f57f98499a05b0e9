/* Lua on workers: two against one, an empty system against a native one, and many small systems with threads and
 * without. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/bench.h"
#include "app/bench_heavy.h"
#include "sim/sim.h"

typedef struct workers_case {
    orr_host *our_host, *raw_host; /* NULL: a world without a script */
    orr_world *ours, *raw;
    uint32_t ticks;  /* a call */
    bool dispatches; /* although it is not worth it */
} workers_case;

/* Lets the stage take its systems for heavy, so that they are shared. */
static void look_heavy(orr_world *world)
{
    orr__sim *sim = world->sim;
    for (uint32_t i = 0; i < sim->schedule.stage_count; i++) {
        if (sim->schedule.stages[i].system_count) sim->schedule.stages[i].pool_ns = 1e9;
    }
    for (uint32_t i = 0; i < sim->systems.count; i++) sim->systems.items[i]->ns_a_row = 1e4;
}

static void ticks(orr_world *world, const workers_case *c)
{
    for (uint32_t k = 0; k < c->ticks; k++) {
        if (c->dispatches) look_heavy(world);
        orr_world_step(world, 1);
    }
}

static void ours(void *context)
{
    ticks(((workers_case *)context)->ours, context);
}

static void raw(void *context)
{
    ticks(((workers_case *)context)->raw, context);
}

/* Plain loops over plain arrays; the only text that needs ffi. */
static const char plain_small[] = "local orrery, ffi = require 'orrery', require 'ffi'\n"
                                  "local mode, count = orrery.param('mode', 0), orrery.param('count', 100)\n"
                                  "local loops = {}\n"
                                  "for k = 1, 200 do\n"
                                  "  local x, y = ffi.new('float[128]'), ffi.new('float[128]')\n"
                                  "  local vx, vy = ffi.new('float[128]'), ffi.new('float[128]')\n"
                                  "  loops[k] = function(n, dt)\n"
                                  "    for i = 0, n - 1 do\n"
                                  "      x[i] = x[i] + vx[i] * dt\n"
                                  "      y[i] = y[i] + vy[i] * dt\n"
                                  "    end\n"
                                  "  end\n"
                                  "end\n"
                                  "orrery.system { name = 'loops', run = function(ctx)\n"
                                  "  for k = 1, 200 do loops[k](count(), ctx.dt) end\n"
                                  "end }\n";

static orr_host *open_host(const char *text, const char *mode, const char *count, uint32_t threads)
{
    const char *const params[] = { mode, count, NULL };
    orr_host *host = orr_host_open(&(orr_host_desc){
        .text = text, .script = "bench", .threads = threads, .set = params, .unchecked = text == plain_small });
    if (host && orr_host_step(host, 40) == ORR_OK) return host;
    orr_host_close(host);
    return NULL;
}

static bool both_open(workers_case *c)
{
    if (c->our_host) c->ours = orr_host_world(c->our_host);
    if (c->raw_host) c->raw = orr_host_world(c->raw_host);
    return c->ours && c->raw;
}

static void end_case(workers_case *c)
{
    if (!c->our_host) orr_world_destroy(c->ours);
    if (!c->raw_host) orr_world_destroy(c->raw);
    orr_host_close(c->our_host);
    orr_host_close(c->raw_host);
    *c = (workers_case){ 0 };
}

/* ---- two workers to one ---- */

static const char sharing[] =
    "local orrery = require 'orrery'\n"
    "local P = orrery.component('Position', { x = orrery.f32, y = orrery.f32 })\n"
    "local V = orrery.component('Velocity', { x = orrery.f32, y = orrery.f32 })\n"
    "local mode, count = orrery.param('mode', 0), orrery.param('count', 100000)\n"
    "orrery.system { name = 'populate', stage = 'startup', run = function(ctx) ctx:spawn({ P, V }, count()) end }\n"
    "orrery.system { name = 'heavy', on = 'workers', enabled = mode:is(0), all = P, writes = P,\n"
    "run = function(rows)\n"
    "  local p = rows:write(P)\n"
    "  for i = rows.first, rows.last do\n"
    "    local a, b = p.x[i], p.y[i]\n"
    "    for k = 1, 16 do\n"
    "      a = a * 0.5 + b\n"
    "      b = b * 0.25 + 0.125\n"
    "    end\n"
    "    p.x[i], p.y[i] = a * 1e-3, b\n"
    "  end\n"
    "end }\n"
    "orrery.system { name = 'move', on = 'workers', enabled = mode:is(1), all = { P, V }, reads = V, writes = P,\n"
    "run = function(rows, ctx)\n"
    "  local p, v, dt = rows:write(P), rows:read(V), ctx.dt\n"
    "  for i = rows.first, rows.last do\n"
    "    p.x[i] = p.x[i] + v.x[i] * dt\n"
    "    p.y[i] = p.y[i] + v.y[i] * dt\n"
    "  end\n"
    "end }\n";

static void two_to_one(orr__bench *bench, const char *name, const char *mode, const char *count, double target)
{
    workers_case c = { .our_host = open_host(sharing, mode, count, 2),
                       .raw_host = open_host(sharing, mode, count, 1),
                       .ticks = 1 };
    const double rows = strtod(strchr(count, '=') + 1, NULL);
    if (!both_open(&c)) orr__bench_fail(bench, name);
    c.ticks = (uint32_t)(1e6 / rows);
    orr__bench_pair(bench, name, "ns a row", rows * c.ticks, target, ours, raw, NULL, &c);
    end_case(&c);
}

/* ---- an empty system ---- */

static const char empty[] =
    "local orrery = require 'orrery'\n"
    "local P = orrery.component('Position', { x = orrery.f32, y = orrery.f32 })\n"
    "local mode, count = orrery.param('mode', 0), orrery.param('count', 1024)\n"
    "orrery.system { name = 'populate', stage = 'startup', run = function(ctx) ctx:spawn({ P }, count()) end }\n"
    "orrery.system { name = 'empty', on = 'workers', all = P, reads = P, run = function() end }\n";

static orr_world *empty_native(void)
{
    const orr_field_desc fields[] = { { .name = "x", .type = ORR_TYPE_F32 }, { .name = "y", .type = ORR_TYPE_F32 } };
    orr_world *world = orr_world_create(&(orr_world_desc){ .threads = 2 });
    if (!world) return NULL;
    const orr_component list[] = {
        orr_component_create(world, &(orr_component_desc){ .name = "Position", .fields = fields, .field_count = 2 }), 0
    };
    const orr_prefab prefab = orr_prefab_create(world, &(orr_prefab_desc){ .components = list });
    if (prefab && orr_entity_spawn(world, prefab, 1024, NULL) == ORR_OK &&
        orr_job_register(world, &orr__bench_jobs) == ORR_OK &&
        orr_system_create(world,
                          &(orr_system_desc){ .name = "empty", .query = { .all = list }, .job = "bench_nothing" }) &&
        orr_world_step(world, 40) == ORR_OK)
        return world;
    orr_world_destroy(world);
    return NULL;
}

/* A tick with nothing but an empty system on two threads: in Lua, and native beside it. */
static void empty_systems(orr__bench *bench)
{
    enum { TICKS = 200 };
    for (uint32_t dispatched = 0; dispatched < 2; dispatched++) {
        const char *name =
            dispatched ? "empty Lua worker system, shared, to native" : "empty Lua worker system, to native";
        workers_case c = { .our_host = open_host(empty, "mode=0", "count=1024", 2),
                           .raw = empty_native(),
                           .ticks = TICKS,
                           .dispatches = dispatched != 0 };
        if (!both_open(&c)) orr__bench_fail(bench, name);
        orr__bench_pair(bench, name, "us", TICKS * 1e3, 0, ours, raw, NULL, &c);
        if (!bench->failed) {
            const orr__bench_row *row = &bench->rows[bench->count - 1];
            char more[64];
            snprintf(more, sizeof more, "%s, more", name);
            orr__bench_add(bench, more, "us", row->ours - row->raw, 0, 5);
        }
        end_case(&c);
    }
}

/* ---- many small systems ---- */

static const char small[] =
    "local orrery = require 'orrery'\n"
    "local mode, count = orrery.param('mode', 0), orrery.param('count', 100)\n"
    "local sets = {}\n"
    "for k = 1, 200 do\n"
    "  local P = orrery.component('Position' .. k, { x = orrery.f32, y = orrery.f32 })\n"
    "  local V = orrery.component('Velocity' .. k, { x = orrery.f32, y = orrery.f32 })\n"
    "  sets[k] = { P, V }\n"
    "  orrery.system { name = 'native' .. k, enabled = mode:is(0), job = 'integrate', all = { P, V },\n"
    "                  bind = { position = P, velocity = V } }\n"
    "  local function move(rows, ctx)\n"
    "    local p, v, dt = rows:write(P), rows:read(V), ctx.dt\n"
    "    for i = rows.first, rows.last do\n"
    "      p.x[i] = p.x[i] + v.x[i] * dt\n"
    "      p.y[i] = p.y[i] + v.y[i] * dt\n"
    "    end\n"
    "  end\n"
    "  orrery.system { name = 'worker' .. k, enabled = mode:is(1), on = 'workers', all = { P, V }, reads = V,\n"
    "                  writes = P, run = move }\n"
    "  orrery.system { name = 'main' .. k, enabled = mode:is(2), all = { P, V }, reads = V, writes = P,\n"
    "                  run = move }\n"
    "end\n"
    "orrery.system { name = 'populate', stage = 'startup', run = function(ctx)\n"
    "  for k = 1, 200 do ctx:spawn(sets[k], count()) end\n"
    "end }\n";

static void small_systems(orr__bench *bench)
{
    static const char *const modes[] = { "mode=0", "mode=1", "mode=2" };
    static const char *const names[] = { "200 systems of 100 rows, native, 2 to 1",
                                         "200 systems of 100 rows, Lua, 2 to 1", "200 systems, Lua on main, 2 to 1" };
    for (uint32_t k = 0; k < 3; k++) {
        workers_case c = { .our_host = open_host(small, modes[k], "count=100", 2),
                           .raw_host = open_host(small, modes[k], "count=100", 1),
                           .ticks = 20 };
        if (!both_open(&c)) orr__bench_fail(bench, names[k]);
        orr__bench_pair(bench, names[k], "ns a system", 20 * 200, 1.05, ours, raw, NULL, &c);
        end_case(&c);
    }
}

/* The sum of 200 plain loops: in C, and in Lua over plain ffi arrays. */
typedef struct loops_case {
    workers_case w;
    float *values; /* of system k: x, y, vx, vy, 128 each */
} loops_case;

enum { SYSTEMS = 200, SMALL = 100, ROOM = 128 };

static void our_loops(void *context)
{
    ours(&((loops_case *)context)->w);
}

static void plain_loops(void *context)
{
    const loops_case *c = context;
    for (uint32_t t = 0; t < c->w.ticks; t++) {
        for (size_t k = 0; k < SYSTEMS; k++) {
            float *restrict x = c->values + k * 4 * ROOM, *restrict y = x + ROOM;
            const float *restrict vx = x + 2 * ROOM, *restrict vy = x + 3 * ROOM;
            for (uint32_t i = 0; i < SMALL; i++) {
                x[i] += vx[i] * (1.0f / 60.0f);
                y[i] += vy[i] * (1.0f / 60.0f);
            }
        }
    }
}

static void small_to_plain(orr__bench *bench)
{
    const char *native = "200 systems of 100 rows, native, to plain loops";
    loops_case c = { .w = { .our_host = open_host(small, "mode=0", "count=100", 1), .ticks = 20 },
                     .values = aligned_alloc(64, sizeof(float) * SYSTEMS * 4 * ROOM) };
    if (c.w.our_host) c.w.ours = orr_host_world(c.w.our_host);
    if (!c.w.ours || !c.values)
        orr__bench_fail(bench, native);
    else
        memset(c.values, 0, sizeof(float) * SYSTEMS * 4 * ROOM);
    orr__bench_pair(bench, native, "ns a system", 20.0 * SYSTEMS, 0, our_loops, plain_loops, NULL, &c);
    end_case(&c.w);
    free(c.values);

    const char *lua = "200 systems of 100 rows, Lua, to plain loops";
    workers_case w = { .our_host = open_host(small, "mode=2", "count=100", 1),
                       .raw_host = open_host(plain_small, "mode=0", "count=100", 1),
                       .ticks = 20 };
    if (!both_open(&w)) orr__bench_fail(bench, lua);
    orr__bench_pair(bench, lua, "ns a system", 20.0 * SYSTEMS, 0, ours, raw, NULL, &w);
    end_case(&w);
}

void orr__bench_workers(orr__bench *bench)
{
    if (strcmp(orr_host_engine(), "none") == 0) return;
    if (orr__bench_wanted(bench, "lua heavy")) {
        two_to_one(bench, "Lua, 64 operations, 1e5 rows, 2 to 1", "mode=0", "count=100000", 1 / 1.8);
        two_to_one(bench, "Lua, 64 operations, 1e6 rows, 2 to 1", "mode=0", "count=1000000", 1 / 1.8);
        two_to_one(bench, "Lua move, 1e6 rows, 2 to 1", "mode=1", "count=1000000", 0);
    }
    if (orr__bench_wanted(bench, "empty")) empty_systems(bench);
    if (orr__bench_wanted(bench, "small")) {
        small_systems(bench);
        small_to_plain(bench);
    }
}
