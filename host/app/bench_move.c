/* position += velocity * dt: by the native job, by scripts, with marks and trackers, over many tables; and rows with 64
 * operations each on one and two threads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/bench.h"
#include "app/bench_heavy.h"

typedef struct move_case {
    orr_host *host; /* of the Lua rows */
    orr_world *world;
    uint64_t rows;
    uint32_t ticks;         /* a call, so that small worlds can be timed */
    orr_tracker tracker;    /* cleared after each tick when not 0 */
    float *x, *y, *vx, *vy; /* the raw loop's arrays */
} move_case;

static float *column(uint64_t rows)
{
    const size_t bytes = (rows * sizeof(float) + 127) / 64 * 64;
    float *values = aligned_alloc(64, bytes);
    if (values) memset(values, 0, bytes);
    return values;
}

static bool arrays(move_case *c)
{
    c->x = column(c->rows);
    c->y = column(c->rows);
    c->vx = column(c->rows);
    c->vy = column(c->rows);
    return c->x && c->y && c->vx && c->vy;
}

static void end_case(move_case *c)
{
    if (c->host)
        orr_host_close(c->host);
    else
        orr_world_destroy(c->world);
    free(c->x);
    free(c->y);
    free(c->vx);
    free(c->vy);
    *c = (move_case){ 0 };
}

static void step(void *context)
{
    move_case *c = context;
    for (uint32_t k = 0; k < c->ticks; k++) {
        orr_world_step(c->world, 1);
        if (c->tracker) orr_tracker_clear(c->world, c->tracker);
    }
}

static void raw_move(void *context)
{
    const move_case *c = context;
    float *restrict x = c->x, *restrict y = c->y;
    const float *restrict vx = c->vx, *restrict vy = c->vy;
    const float dt = 1.0f / 60.0f;
    for (uint32_t k = 0; k < c->ticks; k++) {
        for (uint64_t i = 0; i < c->rows; i++) {
            x[i] += vx[i] * dt;
            y[i] += vy[i] * dt;
        }
    }
}

static void raw_heavy(void *context)
{
    const move_case *c = context;
    for (uint32_t k = 0; k < c->ticks; k++) orr__bench_heavy_raw(c->x, c->y, c->rows);
}

static orr_component vector(orr_world *world, const char *name)
{
    const orr_field_desc fields[] = { { .name = "x", .type = ORR_TYPE_F32 }, { .name = "y", .type = ORR_TYPE_F32 } };
    return orr_component_create(world, &(orr_component_desc){ .name = name, .fields = fields, .field_count = 2 });
}

/* A world of `tables` tables with `rows` rows in all, and a system that runs a job over them. */
static bool native_case(move_case *c, const char *job, uint64_t rows, uint32_t tables, uint32_t threads)
{
    c->rows = rows;
    c->ticks = rows < 100000 ? (uint32_t)(200000 / rows) : 1;
    c->world = orr_world_create(&(orr_world_desc){ .threads = threads });
    if (!c->world || !arrays(c)) return false;
    const orr_component position = vector(c->world, "Position"), velocity = vector(c->world, "Velocity");
    for (uint32_t k = 0; k < tables; k++) {
        orr_component list[17] = { position, velocity };
        uint32_t count = 2;
        for (uint32_t bit = 0; bit < 14; bit++) { /* tags tell the tables apart */
            char name[16];
            snprintf(name, sizeof name, "Tag%u", bit);
            if (k >> bit & 1u) list[count++] = orr_component_create(c->world, &(orr_component_desc){ .name = name });
        }
        const orr_prefab prefab = orr_prefab_create(c->world, &(orr_prefab_desc){ .components = list });
        if (!prefab || orr_entity_spawn(c->world, prefab, (uint32_t)(rows / tables), NULL) != ORR_OK) return false;
    }
    if (orr_job_register(c->world, &orr__bench_jobs) != ORR_OK) return false;
    const orr_component both[] = { position, velocity, 0 };
    const orr_system_desc system = { .name = "move", .query = { .all = both }, .job = job };
    return orr_system_create(c->world, &system) && orr_world_step(c->world, 1) == ORR_OK;
}

static void native_moves(orr__bench *bench)
{
    for (uint64_t rows = 1000; rows <= 1000000; rows *= 10) {
        for (uint32_t tracked = 0; tracked < 2; tracked++) {
            move_case c = { 0 };
            char name[64];
            snprintf(name, sizeof name, "native move, %.0e rows, %s", (double)rows, tracked ? "one tracker" : "marks");
            const double target = rows < 10000 ? 0 : tracked ? 1.10 : 1.05;
            if (!native_case(&c, "integrate", rows, 1, 0)) orr__bench_fail(bench, name);
            if (tracked && !bench->failed) {
                const orr_component list[] = { orr_component_find(c.world, "Position"), 0 };
                c.tracker = orr_tracker_create(c.world, list);
            }
            orr__bench_pair(bench, name, "ns a row", (double)rows * c.ticks, target, step, raw_move, NULL, &c);
            end_case(&c);
        }
    }
}

static void many_tables(orr__bench *bench)
{
    const struct {
        uint32_t tables, rows;
        double target;
        const char *name;
    } shapes[] = {
        { 26, 20, 0.6, "native move, 26 tables of 20 rows" },
        { 26, 100, 0.25, "native move, 26 tables of 100 rows" },
        { 10000, 10, 0, "native move, 10,000 tables of 10 rows" },
    };
    for (uint32_t k = 0; k < 3; k++) {
        move_case c = { 0 };
        const uint64_t rows = (uint64_t)shapes[k].tables * shapes[k].rows;
        if (!native_case(&c, "integrate", rows, shapes[k].tables, 0)) orr__bench_fail(bench, shapes[k].name);
        orr__bench_pair(bench, shapes[k].name, "ns a row", (double)rows * c.ticks, shapes[k].target, step, NULL, NULL,
                        &c);
        end_case(&c);
    }
}

static void heavy(orr__bench *bench)
{
    for (uint32_t threads = 1; threads <= 2; threads++) {
        move_case c = { 0 };
        char name[64];
        snprintf(name, sizeof name, "64 operations a row, 1e5 rows, %u thread%s", threads, threads > 1 ? "s" : "");
        if (!native_case(&c, "bench_heavy", 100000, 1, threads)) orr__bench_fail(bench, name);
        orr__bench_pair(bench, name, "ns a row", 1e5 * c.ticks, threads == 1 ? 1.1 : 0, step, raw_heavy, NULL, &c);
        end_case(&c);
    }
}

/* The same loop in Lua: over columns by a system, and over plain ffi arrays. */
static const char lua_move[] =
    "local orrery = require 'orrery'\n"
    "local P = orrery.component('Position', { x = orrery.f32, y = orrery.f32 })\n"
    "local V = orrery.component('Velocity', { x = orrery.f32, y = orrery.f32 })\n"
    "local rows = orrery.param('rows', 1000000)\n"
    "orrery.system { name = 'populate', stage = 'startup', run = function(ctx) ctx:spawn({ P, V }, rows()) end }\n"
    "orrery.system { name = 'move', all = { P, V }, reads = { V }, writes = { P }, run = function(rows, ctx)\n"
    "  local p, v, dt = rows:write(P), rows:read(V), ctx.dt\n"
    "  for i = rows.first, rows.last do\n"
    "    p.x[i] = p.x[i] + v.x[i] * dt\n"
    "    p.y[i] = p.y[i] + v.y[i] * dt\n"
    "  end\n"
    "end }\n";
static const char lua_plain[] = "local orrery, ffi = require 'orrery', require 'ffi'\n"
                                "local n = orrery.param('rows', 1000000)\n"
                                "local x, y, vx, vy\n"
                                "orrery.system { name = 'plain', run = function(ctx)\n"
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

typedef struct lua_case {
    move_case ours, plain;
} lua_case;

static void lua_step(void *context)
{
    step(&((lua_case *)context)->ours);
}

static void plain_step(void *context)
{
    step(&((lua_case *)context)->plain);
}

static bool lua_host(move_case *c, const char *text, uint64_t rows, bool unchecked)
{
    char set[32];
    snprintf(set, sizeof set, "rows=%llu", (unsigned long long)rows);
    const char *const params[] = { set, NULL };
    c->rows = rows;
    c->ticks = rows < 100000 ? (uint32_t)(200000 / rows) : 1;
    c->host = orr_host_open(&(orr_host_desc){ .text = text, .script = "bench", .unchecked = unchecked, .set = params });
    if (!c->host) return false;
    c->world = orr_host_world(c->host);
    return orr_host_step(c->host, 2) == ORR_OK;
}

static void lua_moves(orr__bench *bench)
{
    for (uint64_t rows = 1000; rows <= 1000000; rows *= 10) {
        for (uint32_t unchecked = 0; unchecked < 2; unchecked++) {
            lua_case c = { 0 };
            char name[64];
            snprintf(name, sizeof name, "Lua move, %.0e rows, %s", (double)rows, unchecked ? "unchecked" : "checked");
            if (!lua_host(&c.ours, lua_move, rows, unchecked != 0) || !lua_host(&c.plain, lua_plain, rows, true)) {
                orr__bench_fail(bench, name);
            }
            const double target = rows < 10000 ? 0 : unchecked ? 1.1 : 1.6;
            orr__bench_pair(bench, name, "ns a row", (double)rows * c.ours.ticks, target, lua_step, plain_step, NULL,
                            &c);
            end_case(&c.ours);
            end_case(&c.plain);
        }
    }
}

/* get and set by handle, in compiled Lua. */
static const char lua_handles[] =
    "local orrery = require 'orrery'\n"
    "local P = orrery.component('Position', { x = orrery.f32, y = orrery.f32 })\n"
    "local hs\n"
    "local many = orrery.param('rows', 100000)\n"
    "orrery.system { name = 'populate', stage = 'startup', run = function(ctx) ctx:spawn({ P }, many()) end }\n"
    "orrery.system { name = 'get', run = function(ctx)\n"
    "  local world = ctx.world\n"
    "  if not hs then\n"
    "    hs = {}\n"
    "    for rows in world:each { all = { P } } do\n"
    "      for i = rows.first, rows.last do hs[#hs + 1] = rows.entity[i] end\n"
    "    end\n"
    "  end\n"
    "  local sum, n = 0, #hs\n"
    "  for k = 1, n do sum = sum + world:get(hs[k * 7919 % n + 1], P.x) end\n"
    "  ctx:sum('sum', sum)\n"
    "end }\n";

static void lua_by_handle(orr__bench *bench)
{
    move_case c = { 0 };
    if (!lua_host(&c, lua_handles, 100000, false)) orr__bench_fail(bench, "get by handle from Lua");
    c.ticks = 1;
    orr__bench_pair(bench, "get by handle at random, from compiled Lua", "ns", 1e5, 10, step, NULL, NULL, &c);
    end_case(&c);
}

void orr__bench_move(orr__bench *bench)
{
    if (orr__bench_wanted(bench, "native")) native_moves(bench);
    if (orr__bench_wanted(bench, "tables")) many_tables(bench);
    if (orr__bench_wanted(bench, "heavy")) heavy(bench);
    if (strcmp(orr_host_engine(), "none") == 0) return;
    if (orr__bench_wanted(bench, "lua")) lua_moves(bench);
    if (orr__bench_wanted(bench, "handle")) lua_by_handle(bench);
}
