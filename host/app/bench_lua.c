/* What scripts spend: position += velocity * dt over columns and over plain ffi arrays; access by handle; single
 * spawns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/bench.h"

enum { SOME = 100000 };

typedef struct lua_case {
    orr_host *host, *plain;
    const char *text; /* run at each call instead of a tick; NULL: none */
    orr_entity *handles;
    uint32_t ticks;      /* a call, so that small worlds can be timed */
    orr_tracker tracker; /* cleared after each tick when not 0 */
} lua_case;

static orr_host *open_host(const char *text, uint64_t rows, uint32_t mode, bool unchecked)
{
    char set_rows[32], set_mode[32];
    snprintf(set_rows, sizeof set_rows, "rows=%llu", (unsigned long long)rows);
    snprintf(set_mode, sizeof set_mode, "mode=%u", (unsigned)mode);
    const char *const params[] = { set_rows, set_mode, NULL };
    return orr_host_open(&(orr_host_desc){ .text = text, .script = "bench", .unchecked = unchecked, .set = params });
}

static void ticks(void *context)
{
    const lua_case *c = context;
    if (!c->tracker) orr_host_step(c->host, c->ticks);
    for (uint32_t k = 0; c->tracker && k < c->ticks; k++) {
        orr_host_step(c->host, 1);
        orr_tracker_clear(orr_host_world(c->host), c->tracker);
    }
}

static void plain_ticks(void *context)
{
    const lua_case *c = context;
    orr_host_step(c->plain, c->ticks);
}

static void end_case(lua_case *c)
{
    orr_host_close(c->host);
    orr_host_close(c->plain);
    free(c->handles);
    *c = (lua_case){ 0 };
}

/* ---- the same loop over columns by a system, and over plain ffi arrays ---- */

static const char move[] =
    "local orrery = require 'orrery'\n"
    "local P = orrery.component('Position', { x = orrery.f32, y = orrery.f32 })\n"
    "local V = orrery.component('Velocity', { x = orrery.f32, y = orrery.f32 })\n"
    "local rows, mode = orrery.param('rows', 1000000), orrery.param('mode', 0)\n"
    "orrery.system { name = 'populate', stage = 'startup', run = function(ctx) ctx:spawn({ P, V }, rows()) end }\n"
    "orrery.system { name = 'move', enabled = mode:is(0), all = { P, V }, reads = { V }, writes = { P },\n"
    "run = function(rows, ctx)\n"
    "  local p, v, dt = rows:write(P), rows:read(V), ctx.dt\n"
    "  for i = rows.first, rows.last do\n"
    "    p.x[i] = p.x[i] + v.x[i] * dt\n"
    "    p.y[i] = p.y[i] + v.y[i] * dt\n"
    "  end\n"
    "end }\n"
    "orrery.system { name = 'mark-range', enabled = mode:is(1), all = { P, V }, reads = { V }, marks = { P },\n"
    "run = function(rows, ctx)\n"
    "  local p, v, dt = rows:write(P), rows:read(V), ctx.dt\n"
    "  for i = rows.first, rows.last do\n"
    "    p.x[i] = p.x[i] + v.x[i] * dt\n"
    "    p.y[i] = p.y[i] + v.y[i] * dt\n"
    "  end\n"
    "  rows:mark_range(P, rows.first, rows.last)\n"
    "end }\n"
    "orrery.system { name = 'mark', enabled = mode:is(2), all = { P, V }, reads = { V }, marks = { P },\n"
    "run = function(rows, ctx)\n"
    "  local p, v, dt = rows:write(P), rows:read(V), ctx.dt\n"
    "  for i = rows.first, rows.last do\n"
    "    p.x[i] = p.x[i] + v.x[i] * dt\n"
    "    p.y[i] = p.y[i] + v.y[i] * dt\n"
    "    rows:mark(P, i)\n"
    "  end\n"
    "end }\n";
static const char plain[] = "local orrery, ffi = require 'orrery', require 'ffi'\n"
                            "local n, mode = orrery.param('rows', 1000000), orrery.param('mode', 0)\n"
                            "local x, y, vx, vy\n"
                            "orrery.system { name = 'plain', enabled = mode:is(0), run = function(ctx)\n"
                            "  if not x then\n"
                            "    x, y = ffi.new('float[?]', n()), ffi.new('float[?]', n())\n"
                            "    vx, vy = ffi.new('float[?]', n()), ffi.new('float[?]', n())\n"
                            "  end\n"
                            "  local x, y, vx, vy, dt = x, y, vx, vy, ctx.dt\n"
                            "  for i = 0, n() - 1 do\n"
                            "    x[i] = x[i] + vx[i] * dt\n"
                            "    y[i] = y[i] + vy[i] * dt\n"
                            "  end\n"
                            "end }\n";

/* How the rows are marked, and whether somebody wants to know. */
static const struct {
    const char *name;
    uint32_t mode;
    bool tracked;
    double target[2]; /* checked, unchecked */
} marking[] = {
    { "", 0, false, { 1.6, 1.1 } },
    { ", one tracker", 0, true, { 1.6, 1.1 } },
    { ", mark_range", 1, true, { 0, 0 } },
    { ", each marked", 2, true, { 0, 0 } },
};

static void one_move(orr__bench *bench, uint64_t rows, uint32_t way, bool unchecked)
{
    lua_case c = { .host = open_host(move, rows, marking[way].mode, unchecked),
                   .plain = open_host(plain, rows, 0, true),
                   .ticks = rows < 100000 ? (uint32_t)(200000 / rows) : 1 };
    char name[64];
    snprintf(name, sizeof name, "Lua move, %.0e rows%s, %s", (double)rows, marking[way].name,
             unchecked ? "unchecked" : "checked");
    if (!c.host || !c.plain || orr_host_step(c.host, 2) != ORR_OK || orr_host_step(c.plain, 2) != ORR_OK)
        orr__bench_fail(bench, name);
    if (marking[way].tracked && !bench->failed) {
        orr_world *world = orr_host_world(c.host);
        const orr_component list[] = { orr_component_find(world, "Position"), 0 };
        c.tracker = orr_tracker_create(world, list);
        if (!c.tracker) orr__bench_fail(bench, name);
    }
    orr__bench_pair(bench, name, "ns a row", (double)rows * c.ticks, rows < 10000 ? 0 : marking[way].target[unchecked],
                    ticks, plain_ticks, NULL, &c);
    end_case(&c);
}

static void moves(orr__bench *bench)
{
    for (uint64_t rows = 1000; rows <= 1000000; rows *= 10) {
        const uint32_t ways = rows == 1000000 ? (uint32_t)(sizeof marking / sizeof marking[0]) : 1;
        for (uint32_t way = 0; way < ways; way++) {
            one_move(bench, rows, way, false);
            one_move(bench, rows, way, true);
        }
    }
}

/* ---- access by handle: all entities in random order, once a tick ---- */

static const char by_handle[] =
    "local orrery = require 'orrery'\n"
    "local P = orrery.component('Position', { x = orrery.f32, y = orrery.f32 })\n"
    "local rows, mode = orrery.param('rows', 100000), orrery.param('mode', 0)\n"
    "local handles\n"
    "orrery.system { name = 'populate', stage = 'startup', run = function(ctx) ctx:spawn({ P }, rows()) end }\n"
    "orrery.system { name = 'shuffle', every = 1000000, run = function(ctx)\n"
    "  handles = {}\n"
    "  for rows in ctx.world:each(P) do\n"
    "    for i = rows.first, rows.last do handles[#handles + 1] = rows.entity[i] end\n"
    "  end\n"
    "  for k = #handles, 2, -1 do\n"
    "    local other = math.floor(ctx:random() * k) + 1\n"
    "    handles[k], handles[other] = handles[other], handles[k]\n"
    "  end\n"
    "end }\n"
    "orrery.system { name = 'get', enabled = mode:is(0), run = function(ctx)\n"
    "  local world, sum = ctx.world, 0\n"
    "  for k = 1, #handles do sum = sum + world:get(handles[k], P.x) end\n"
    "  ctx:sum('sum', sum)\n"
    "end }\n"
    "orrery.system { name = 'set', enabled = mode:is(1), run = function(ctx)\n"
    "  local world = ctx.world\n"
    "  for k = 1, #handles do world:set(handles[k], P.x, k) end\n"
    "end }\n"
    "orrery.system { name = 'set-values', enabled = mode:is(2), run = function(ctx)\n"
    "  local world = ctx.world\n"
    "  for k = 1, #handles do world:set(handles[k], P, { x = k, y = 1 }) end\n"
    "end }\n"
    "orrery.system { name = 'get-values', enabled = mode:is(3), run = function(ctx)\n"
    "  local world, sum = ctx.world, 0\n"
    "  for k = 1, #handles do sum = sum + world:get(handles[k], P).x end\n"
    "  ctx:sum('sum', sum)\n"
    "end }\n"
    "orrery.system { name = 'record', enabled = mode:is(4), run = function(ctx)\n"
    "  for k = 1, #handles do ctx:set(handles[k], P.x, k) end\n"
    "end }\n";

/* The same reads and writes of a plain array through an index array. */
static const char by_index[] =
    "local orrery, ffi = require 'orrery', require 'ffi'\n"
    "local n, mode = orrery.param('rows', 100000), orrery.param('mode', 0)\n"
    "local values, order = ffi.new('struct { float x, y; }[?]', 100000), ffi.new('uint32_t[?]', 100000)\n"
    "orrery.system { name = 'shuffle', every = 1000000, run = function(ctx)\n"
    "  for k = 0, n() - 1 do order[k] = k end\n"
    "  for k = n() - 1, 1, -1 do\n"
    "    local other = math.floor(ctx:random() * (k + 1))\n"
    "    order[k], order[other] = order[other], order[k]\n"
    "  end\n"
    "end }\n"
    "orrery.system { name = 'get', enabled = mode:is(0), run = function(ctx)\n"
    "  local values, order, sum = values, order, 0\n"
    "  for k = 0, n() - 1 do sum = sum + values[order[k]].x end\n"
    "  ctx:sum('sum', sum)\n"
    "end }\n"
    "orrery.system { name = 'set', enabled = mode:is(1), run = function(ctx)\n"
    "  local values, order = values, order\n"
    "  for k = 0, n() - 1 do values[order[k]].x = k end\n"
    "end }\n";

static void handles(orr__bench *bench)
{
    static const struct {
        const char *name;
        double target;
    } modes[] = {
        { "get by handle at random, from compiled Lua", 10 },   { "set by handle at random, from compiled Lua", 10 },
        { "set of a table of values by handle, from Lua", 0 },  { "get of a table of values by handle, from Lua", 0 },
        { "set by handle, recorded and applied, from Lua", 0 },
    };
    for (uint32_t mode = 0; mode < sizeof modes / sizeof modes[0]; mode++) {
        const bool set = mode == 1 || mode == 2 || mode == 4;
        lua_case c = { .host = open_host(by_handle, SOME, mode, false),
                       .plain = open_host(by_index, SOME, set, true),
                       .ticks = 1 };
        if (!c.host || !c.plain || orr_host_step(c.host, 2) != ORR_OK || orr_host_step(c.plain, 2) != ORR_OK)
            orr__bench_fail(bench, modes[mode].name);
        orr__bench_pair(bench, modes[mode].name, "ns", SOME, 0, ticks, plain_ticks, NULL, &c);
        orr__bench_goal(bench, modes[mode].target);
        end_case(&c);
    }
}

/* ---- single spawns: at once outside of systems, recorded in them ---- */

#define SPAWN_HEAD                                                                                                     \
    "local orrery = require 'orrery'\n"                                                                                \
    "local P = orrery.component('Position', { x = orrery.f32, y = orrery.f32 })\n"                                     \
    "local V = orrery.component('Velocity', { x = orrery.f32, y = orrery.f32 })\n"
static const char spawn[] = SPAWN_HEAD "local world, set = orrery.world, { P, V }\n"
                                       "for k = 1, 100000 do world:spawn(set) end\n";
static const char spawn_values[] = SPAWN_HEAD "local world = orrery.world\n"
                                              "for k = 1, 100000 do world:spawn { P, [V] = { x = k } } end\n";
static const char spawner[] = SPAWN_HEAD "local rows, mode = orrery.param('rows', 0), orrery.param('mode', 0)\n"
                                         "local set = { P, V }\n"
                                         "local Both = orrery.prefab('Both', set)\n"
                                         "orrery.system { name = 'set', enabled = mode:is(1), run = function(ctx)\n"
                                         "  for k = 1, 100000 do ctx:spawn(set) end\n"
                                         "end }\n"
                                         "orrery.system { name = 'prefab', enabled = mode:is(2), run = function(ctx)\n"
                                         "  for k = 1, 100000 do ctx:spawn(Both) end\n"
                                         "end }\n";

static void run_text(void *context)
{
    const lua_case *c = context;
    orr_host_eval(c->host, c->text, "bench");
}

static void empty(void *context)
{
    const lua_case *c = context;
    orr_world *world = orr_host_world(c->host);
    uint64_t count = 0;
    const orr_query all = orr_query_create(world, &(orr_query_desc){ 0 });
    orr_query_copy_entities(world, all, c->handles, SOME, &count);
    if (count) orr_entity_destroy(world, c->handles, (uint32_t)count);
}

static void spawns(orr__bench *bench)
{
    static const struct {
        const char *name, *text;
        double target;
    } modes[] = {
        { "spawn, singly, from Lua, a set", spawn, 60 },
        { "spawn, singly, recorded and applied, a set", NULL, 0 },
        { "spawn, singly, recorded and applied, a prefab", NULL, 0 },
        { "spawn, singly, from Lua, a set with values", spawn_values, 0 },
    };
    for (uint32_t mode = 0; mode < sizeof modes / sizeof modes[0]; mode++) {
        lua_case c = { .host = open_host(spawner, SOME, modes[mode].text ? 0 : mode, false),
                       .text = modes[mode].text,
                       .handles = malloc(SOME * sizeof(orr_entity)),
                       .ticks = 1 };
        if (!c.host || !c.handles || orr_host_step(c.host, 1) != ORR_OK) orr__bench_fail(bench, modes[mode].name);
        if (c.host && c.handles) empty(&c);
        orr__bench_pair(bench, modes[mode].name, "ns", SOME, modes[mode].target, c.text ? run_text : ticks, NULL, empty,
                        &c);
        end_case(&c);
    }
}

void orr__bench_lua(orr__bench *bench)
{
    if (strcmp(orr_host_engine(), "none") == 0) return;
    if (orr__bench_wanted(bench, "lua")) moves(bench);
    if (orr__bench_wanted(bench, "lua handle")) handles(bench);
    if (orr__bench_wanted(bench, "lua structural")) spawns(bench);
}
