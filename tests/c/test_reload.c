/* needs: lua
 * Scripts that are changed while their world lives: what becomes of declarations and of state, and what stays as it was
 * when the new text does not load. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/os.h"
#include "ecs/world.h"
#include "faulty.h"
#include "orrery.h"
#include "sim/sim.h"

#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        if ((call) != ORR_OK) fail_msg("%s: %s", #call, orr_last_error());                                             \
    } while (0)

/* ---- helpers ---- */

typedef struct heard {
    char text[16384];
} heard;

static void hear(void *context, int level, const char *text)
{
    heard *h = context;
    const size_t used = strlen(h->text);
    snprintf(h->text + used, sizeof h->text - used, "%d %s\n", level, text);
}

static heard log_heard;

static orr_host *open_with(const char *text, uint32_t threads, const orr_allocator *allocator)
{
    log_heard.text[0] = '\0';
    orr_host *host = orr_host_open(&(orr_host_desc){ .text = text,
                                                     .script = "s.lua",
                                                     .threads = threads,
                                                     .allocator = allocator,
                                                     .log = hear,
                                                     .log_context = &log_heard });
    if (!host) fail_msg("%s", orr_last_error());
    return host;
}

static orr_host *open_text(const char *text)
{
    return open_with(text, 0, NULL);
}

static void close_whole(orr_host *host)
{
    assert_ok(orr__world_validate(orr_host_world(host)));
    orr_host_close(host);
}

/* A text made of the parts that scripts of these tests have in common. */
#define HEAD                                                                                                           \
    "local orrery = require 'orrery'\n"                                                                                \
    "local f32, f64, i32, u8, bool = orrery.f32, orrery.f64, orrery.i32, orrery.u8, orrery.bool\n"
#define POSITION "local P = orrery.component('P', { x = f32, y = f32(2) })\n"
#define STARTUP                                                                                                        \
    "orrery.system { name = 'populate', stage = 'startup', run = function(ctx)\n"                                      \
    "  ctx:spawn({ P }, 5000, function(rows) local p = rows:write(P)\n"                                                \
    "    for i = rows.first, rows.last do p.x[i] = i end end)\n"                                                       \
    "end }\n"
#define MOVE(by)                                                                                                       \
    "orrery.system { name = 'move', on = 'workers', all = { P }, writes = { P }, run = function(rows)\n"               \
    "  local p = rows:write(P)\n"                                                                                      \
    "  for i = rows.first, rows.last do p.x[i] = p.x[i] + " by " end\n"                                                \
    "end }\n"

static double first_of(orr_host *host, const char *component, const char *field)
{
    orr_world *world = orr_host_world(host);
    char name[64];
    snprintf(name, sizeof name, "%s.%s", component, field);
    const orr_component all[2] = { orr_component_find(world, component), 0 };
    const orr_query query = orr_query_create(world, &(orr_query_desc){ .all = all });
    const orr_field of = orr_field_find(world, name);
    if (!of.component) fail_msg("%s", orr_last_error());
    orr_cursor at = orr_query_begin(world, query);
    if (!orr_cursor_next(&at)) fail_msg("no rows with %s", component);
    return orr__value_to_double(of.type, orr__value_load(orr_cursor_read(&at, of), 0, of.type));
}

static uint64_t rows_with(orr_host *host, const char *component)
{
    orr_world *world = orr_host_world(host);
    const orr_component all[2] = { orr_component_find(world, component), 0 };
    return orr_query_count(world, orr_query_create(world, &(orr_query_desc){ .all = all }));
}

/* Of the first rows: as many as a tool wants to see. */
static const orr_entity *rows_of(orr_world *world, orr_component component)
{
    static orr_entity entities[8192];
    uint64_t count = 0;
    const orr_query query = orr_query_create(world, &(orr_query_desc){ .all = (orr_component[]){ component, 0 } });
    assert_ok(orr_query_copy_entities(world, query, entities, 8192, &count));
    return entities;
}

static double resource(orr_host *host, const char *name, const char *field)
{
    orr_world *world = orr_host_world(host);
    const orr_resource id = orr_resource_find(world, name);
    orr_value value = { 0 };
    if (!id) fail_msg("%s", orr_last_error());
    assert_ok(orr_resource_get(world, id, field, &value));
    return value.f64;
}

static double param(orr_host *host, const char *name)
{
    const orr_param id = orr_param_find(orr_host_world(host), name);
    if (!id) fail_msg("%s", orr_last_error());
    return orr_param_get(orr_host_world(host), id);
}

static void assert_heard(const char *wanted)
{
    if (!strstr(log_heard.text, wanted)) fail_msg("'%s' is not in '%s'", wanted, log_heard.text);
}

/* The text does not load, this is why, and the world is as if nothing had been tried. */
static void refused(orr_host *host, const char *text, const char *why)
{
    const uint64_t before = orr_world_hash(orr_host_world(host));
    const uint64_t blocks = orr_host_world(host)->alloc.live_blocks;
    if (orr_host_reload_text(host, text) == ORR_OK) fail_msg("was loaded: %s", text);
    if (!strstr(orr_last_error(), why)) fail_msg("'%s' is not in '%s'", why, orr_last_error());
    assert_true(orr_world_hash(orr_host_world(host)) == before);
    assert_ok(orr__world_validate(orr_host_world(host)));
    (void)blocks;
}

/* ---- systems, params ---- */

static void systems_are_replaced(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads <= 2; threads += 2) {
        orr_host *host = open_with(HEAD POSITION STARTUP MOVE("1"), threads, NULL);
        assert_ok(orr_host_step(host, 3));
        assert_true(first_of(host, "P", "x") == 3);
        assert_ok(orr_host_reload_text(host, HEAD POSITION STARTUP MOVE("10")));
        assert_heard("reloaded s.lua in ");
        assert_heard(": 1 system changed\n");
        assert_ok(orr_host_step(host, 2));
        assert_true(first_of(host, "P", "x") == 23); /* and startup did not run again: */
        assert_int_equal(rows_with(host, "P"), 5000);
        /* a system is gone, another one is there, the numbers of those that stay do not change */
        const orr_system move = orr_system_find(orr_host_world(host), "move");
        assert_ok(orr_host_reload_text(host, HEAD POSITION
                                       "orrery.system { name = 'first', run = function(ctx) end }\n" MOVE("10")));
        assert_heard(": 1 added, 1 removed\n");
        assert_int_equal(orr_system_find(orr_host_world(host), "move"), move);
        assert_int_equal(orr_system_find(orr_host_world(host), "populate"), 0);
        assert_ok(orr_host_step(host, 1));
        assert_true(first_of(host, "P", "x") == 33);
        assert_ok(orr_host_reload_text(host, HEAD POSITION));
        assert_heard(": 2 removed\n");
        assert_ok(orr_host_step(host, 1));
        assert_true(first_of(host, "P", "x") == 33);
        close_whole(host);
    }
}

static void counts_and_switches_go_on(void **state)
{
    (void)state;
    orr_host *host = open_text(HEAD POSITION STARTUP MOVE("1"));
    orr_world *world = orr_host_world(host);
    assert_ok(orr_host_step(host, 4));
    assert_ok(orr_system_enable(world, orr_system_find(world, "move"), false));
    assert_ok(orr_host_step(host, 1));
    assert_ok(orr_host_reload_text(host, HEAD POSITION STARTUP MOVE("2")));
    orr_system_stats stats;
    assert_ok(orr_system_describe(world, orr_system_find(world, "move"), &stats));
    assert_int_equal(stats.runs, 4);
    assert_false(stats.enabled);
    assert_ok(orr_host_step(host, 1));
    assert_true(first_of(host, "P", "x") == 4);
    close_whole(host);
}

static void params_keep_their_values(void **state)
{
    (void)state;
    orr_host *host = open_text(HEAD "local a = orrery.param('a', 1)\nlocal b = orrery.param('b', 2)\n"
                                    "local c = orrery.param('c', 3, { min = 0, max = 10 })\n");
    orr_world *world = orr_host_world(host);
    assert_ok(orr_param_set(world, orr_param_find(world, "a"), 7));
    assert_ok(orr_param_set(world, orr_param_find(world, "c"), 9));
    assert_ok(orr_host_step(host, 1));
    const orr_param a = orr_param_find(world, "a");
    /* a was set and stays; b's default was changed and b had it; c's range is smaller now */
    assert_ok(orr_host_reload_text(host, HEAD "local b = orrery.param('b', 5)\nlocal a = orrery.param('a', 4)\n"
                                              "local c = orrery.param('c', 3, { min = 0, max = 6, help = 'of c' })\n"));
    assert_int_equal(orr_param_find(world, "a"), a);
    assert_true(param(host, "a") == 7 && param(host, "b") == 5 && param(host, "c") == 6);
    assert_heard("param 'c' is 6 instead of 9");
    orr_param_desc desc;
    assert_ok(orr_param_describe(world, orr_param_find(world, "c"), &desc));
    assert_string_equal(desc.help, "of c");
    assert_true(desc.max == 6);
    /* renamed: the new name has its default, the old one is not found */
    assert_ok(orr_host_reload_text(host, HEAD "local d = orrery.param('d', 4)\nlocal b = orrery.param('b', 5)\n"));
    assert_true(param(host, "d") == 4);
    assert_int_equal(orr_param_find(world, "a"), 0);
    /* and back again: it had been 7 */
    assert_ok(orr_host_reload_text(host, HEAD "local a = orrery.param('a', 4)\n"));
    assert_true(param(host, "a") == 7);
    close_whole(host);
}

/* ---- what a script does at once ---- */

static void nothing_is_done_twice(void **state)
{
    (void)state;
    static const char text[] = HEAD POSITION
        "local R = orrery.resource('r', 1)\n"
        "local L = orrery.lattice { name = 'l', width = 4, height = 4, fields = { t = f32 } }\n"
        "local k = orrery.param('k', 0)\n"
        "local e = orrery.world:spawn({ P })\n"
        "orrery.world:spawn({ P }, 10)\n"
        "orrery.world:set(e, P.x, 5)\n"
        "local x = orrery.world:get(e, P.x) + orrery.world:count { all = { P } }\n"
        "for rows in orrery.world:each { all = { P } } do local p = rows:write(P) p.y[rows.first] = 9 end\n"
        "orrery.world:write(R).value = orrery.world:read(R).value + 1\n"
        "orrery.world:write(L).t[3] = orrery.world:read(L).t[3] + 1\n"
        "k:set(k() + 1)\n"
        "orrery.system { name = 's', on = 'workers', all = { P }, writes = { P }, reads = { R },\n"
        "  run = function(rows, ctx) local p = rows:write(P)\n"
        "  for i = rows.first, rows.last do p.x[i] = p.x[i] + ctx:read(R).value end end }\n";
    orr_host *host = open_text(text), *other = open_text(text);
    for (int k = 0; k < 3; k++) {
        assert_ok(orr_host_reload_text(host, text));
        assert_true(orr_world_hash(orr_host_world(host)) == orr_world_hash(orr_host_world(other)));
        assert_ok(orr_host_step(host, 2));
        assert_ok(orr_host_step(other, 2));
    }
    assert_int_equal(rows_with(host, "P"), 11);
    assert_true(resource(host, "r", NULL) == 2 && param(host, "k") == 1);
    /* what is done from then on is done: the console, and random numbers go on */
    static const char line[] = "local orrery = require 'orrery'\nlocal P = orrery.component('P', { x = orrery.f32, y = "
                               "orrery.f32(2) })\norrery.world:spawn({ P }, 3, function(rows) local p = rows:write(P)\n"
                               "for i = rows.first, rows.last do p.x[i] = rows:uniform(i, 1) end end)\n";
    for (int k = 0; k < 2; k++) {
        assert_ok(orr_host_eval(host, line, "line"));
        assert_ok(orr_host_eval(other, line, "line"));
        if (k == 0) assert_ok(orr_host_reload_text(host, text));
    }
    assert_int_equal(rows_with(host, "P"), 17);
    assert_true(orr_world_hash(orr_host_world(host)) == orr_world_hash(orr_host_world(other)));
    close_whole(host);
    close_whole(other);
}

/* ---- components that change ---- */

static void components_are_migrated(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads <= 2; threads += 2) {
        orr_host *host =
            open_with(HEAD POSITION "local T = orrery.tag 'T'\n"
                                    "local Mote = orrery.prefab('Mote', { T, [P] = { y = 7 } })\n" STARTUP MOVE("1"),
                      threads, NULL);
        orr_world *world = orr_host_world(host);
        assert_ok(orr_host_step(host, 2));
        const orr_component p = orr_component_find(world, "P");
        const orr_prefab mote = orr_prefab_find(world, "Mote");
        const orr_tracker tracker = orr_tracker_create(world, (const orr_component[]){ p, 0 });
        orr_tracker_clear(world, tracker);
        orr_entity_write(world, rows_of(world, p)[4100], orr_field_find(world, "P.x"));
        assert_int_equal(orr_tracker_count(world, tracker), 1);
        /* y is gone, z is new, x is a double; what reads and writes it does so by its names */
        static const char changed[] =
            HEAD "local P = orrery.component('P', { a = u8(3), x = f64, z = f32(-1) })\nlocal T = orrery.tag 'T'\n"
                 "local Mote = orrery.prefab('Mote', { T, [P] = { z = 4 } })\n"
                 "orrery.system { name = 'move', on = 'workers', all = { P }, writes = { P }, run = function(rows)\n"
                 "  local p = rows:write(P)\n"
                 "  for i = rows.first, rows.last do p.x[i], p.z[i] = p.x[i] + 1, p.z[i] + p.a[i] end\n"
                 "end }\n";
        assert_ok(orr_host_reload_text(host, changed));
        assert_heard("component 'P': field 'a' added, field 'x' is f64 instead of f32, field 'z' added, "
                     "field 'y' dropped");
        assert_ok(orr__world_validate(world));
        assert_int_equal(orr_component_find(world, "P"), p);
        assert_int_equal(orr_tracker_count(world, tracker), 1);
        assert_true(first_of(host, "P", "x") == 2 && first_of(host, "P", "z") == -1 && first_of(host, "P", "a") == 3);
        assert_int_equal(orr_field_find(world, "P.y").component, 0);
        assert_ok(orr_host_step(host, 1));
        assert_true(first_of(host, "P", "x") == 3 && first_of(host, "P", "z") == 2);
        /* handles of tools are still good: prefabs, trackers */
        orr_entity e = 0;
        assert_ok(orr_entity_spawn(world, mote, 1, &e));
        const double *x = orr_entity_read(world, e, orr_field_find(world, "P.x"));
        assert_true(x && *x == 0);
        assert_ok(orr_entity_spawn(world, orr_prefab_find(world, "Mote"), 1, &e));
        const float *z = orr_entity_read(world, e, orr_field_find(world, "P.z"));
        assert_true(z && *z == 4);
        assert_int_equal(orr_tracker_count(world, tracker), 5002);
        /* no field at all, and some again */
        assert_ok(orr_host_reload_text(host, HEAD "local P = orrery.tag 'P'\n"));
        assert_int_equal(rows_with(host, "P"), 5002);
        assert_ok(orr_host_reload_text(host, HEAD POSITION MOVE("1")));
        assert_ok(orr_host_step(host, 1));
        assert_true(first_of(host, "P", "x") == 1 && first_of(host, "P", "y") == 2);
        orr_tracker_destroy(world, tracker);
        close_whole(host);
    }
}

static void what_does_not_fit_is_told(void **state)
{
    (void)state;
    static const char first[] =
        HEAD "local P = orrery.component('P', { n = i32, big = f64, e = orrery.entity, b = bool })\n"
             "for k = 1, 10 do orrery.world:spawn { [P] = { n = k * 100, big = k + 0.5, b = true } } "
             "end\n";
    orr_host *host = open_text(first);
    assert_ok(orr_host_reload_text(
        host, HEAD "local P = orrery.component('P', { n = u8(7), big = i32(1), e = f32(3), b = f32 })\n"));
    /* 100 and 200 fit in a byte; halves are no whole numbers; an entity is no number; true is 1 */
    assert_heard("18 values did not fit and got the default");
    assert_true(first_of(host, "P", "n") == 100 && first_of(host, "P", "big") == 1 && first_of(host, "P", "e") == 3 &&
                first_of(host, "P", "b") == 1);
    close_whole(host);
}

static void a_component_that_is_not_declared_keeps_its_data(void **state)
{
    (void)state;
    orr_host *host = open_text(HEAD POSITION STARTUP MOVE("1"));
    assert_ok(orr_host_step(host, 5));
    assert_ok(orr_host_reload_text(host, HEAD "local Q = orrery.tag 'Q'\n"));
    assert_ok(orr_host_step(host, 5));
    assert_int_equal(rows_with(host, "P"), 5000);
    assert_ok(orr_host_reload_text(host, HEAD POSITION MOVE("1")));
    assert_true(first_of(host, "P", "x") == 5);
    close_whole(host);
}

/* ---- other state ---- */

static void resources_lattices_and_events(void **state)
{
    (void)state;
    static const char first[] =
        HEAD "local R = orrery.resource('r', { a = 1, b = 2 })\nlocal S = orrery.resource('s', 'one')\n"
             "local L = orrery.lattice { name = 'l', width = 4, height = 3, fields = { t = f32, u = f32(5) } }\n"
             "local E = orrery.event('E', { v = f64 })\n"
             "orrery.system { name = 'all', run = function(ctx)\n"
             "  ctx:write(R).a = ctx:read(R).a + 1\n  ctx:write(S).value = 'two'\n"
             "  ctx:write(L).t[5] = ctx:read(L).t[5] + 1\n  ctx:emit(E, { v = ctx.tick }) ctx:sum('n', 2)\n"
             "end }\n";
    orr_host *host = open_text(first);
    orr_world *world = orr_host_world(host);
    assert_ok(orr_host_step(host, 3));
    const orr_event event = orr_event_find(world, "E");
    assert_int_equal(orr_event_count(world, event), 1);
    /* other defaults, other fields, another size */
    assert_ok(orr_host_reload_text(
        host, HEAD "local R = orrery.resource('r', { a = 50, c = 6 })\nlocal S = orrery.resource('s', 'three')\n"
                   "local L = orrery.lattice { name = 'l', width = 5, height = 5, fields = { t = f64, w = f32(8) } }\n"
                   "local E = orrery.event('E', { v = f64 })\n"));
    assert_true(resource(host, "r", "a") == 4 && resource(host, "r", "c") == 6);
    assert_string_equal(orr_resource_text(world, orr_resource_find(world, "s")), "two");
    uint32_t width = 0, height = 0;
    const double *t = orr_lattice_cells(world, orr_lattice_find(world, "l"), "t", &width, &height);
    const float *w = orr_lattice_cells(world, orr_lattice_find(world, "l"), "w", NULL, NULL);
    assert_true(t && w && width == 5 && height == 5 && t[1 * 5 + 1] == 3 && t[0] == 0 && w[24] == 8);
    assert_heard("lattice 'l': 5 x 5 instead of 4 x 3");
    assert_int_equal(orr_event_count(world, event), 1); /* the same: those alive are alive */
    double n = 0;
    assert_ok(orr_reduction_get(world, "n", &n));
    assert_true(n == 2);
    assert_ok(orr_host_reload_text(host, HEAD "local E = orrery.event('E', { w = f32 })\n"));
    assert_heard("event 'E' has other fields: 1 that were alive are dropped");
    assert_int_equal(orr_event_count(world, event), 0);
    assert_int_equal(orr_resource_find(world, "r"), 0);
    /* a name may become something else */
    assert_ok(orr_host_reload_text(
        host, HEAD "local r = orrery.lattice { name = 'r', width = 2, height = 2, fields = { t = f32 } }\n"));
    assert_ok(orr_host_step(host, 1));
    close_whole(host);
}

/* A grid follows a component whose fields move, and a radius that changes. */
static void neighbours_follow(void **state)
{
    (void)state;
#define GRID(radius)                                                                                                   \
    STARTUP                                                                                                            \
    "local N = orrery.neighbours { name = 'n', x = P.x, y = P.y, radius = " radius " }\n"                              \
    "local R = orrery.resource('r', 0)\n"                                                                              \
    "orrery.system { name = 'count', all = { P }, reads = { P, N }, writes = { R }, run = function(rows, ctx)\n"       \
    "  local p, near = rows:read(P), ctx:near(N)\n"                                                                    \
    "  for i = rows.first, rows.last do for j in near:each(p.x[i], p.y[i]) do\n"                                       \
    "    ctx:write(R).value = ctx:read(R).value + 1 end end\n"                                                         \
    "end }\n"
    orr_host *host = open_text(HEAD POSITION GRID("1"));
    assert_ok(orr_host_step(host, 1));
    const double few = resource(host, "r", NULL);
    assert_ok(orr_host_reload_text(host, HEAD
                                   "local P = orrery.component('P', { a = f64, x = f32, y = f32(2) })\n" GRID("1")));
    assert_ok(orr_host_step(host, 1));
    assert_true(resource(host, "r", NULL) == 2 * few);
    assert_ok(orr_host_reload_text(host, HEAD POSITION GRID("3")));
    assert_ok(orr_host_step(host, 1));
    assert_true(resource(host, "r", NULL) > 3 * few);
    close_whole(host);
}

static void hooks_trackers_and_mailboxes(void **state)
{
    (void)state;
#define WATCH(by)                                                                                                      \
    "local R = orrery.resource('r', { added = 0, changed = 0, seen = 0 })\n"                                           \
    "orrery.hook('add', P, function(e, ctx) ctx:write(R).added = ctx:read(R).added + " by " end)\n"                    \
    "orrery.hook('change', P, function(e, ctx) ctx:write(R).changed = ctx:read(R).changed + " by " end)\n"             \
    "orrery.system { name = 'see', changed = { P }, writes = { R }, every = 2, run = function(rows, ctx)\n"            \
    "  for i in rows:changed() do ctx:write(R).seen = ctx:read(R).seen + " by " end\n"                                 \
    "end }\n"
#define BOX "local box = orrery.mailbox { name = 'box', all = { P }, fields = { P.x, P.y } }\n"
    orr_host *host = open_text(HEAD POSITION BOX WATCH("1"));
    orr_world *world = orr_host_world(host);
    orr_mailbox *box = orr_mailbox_find(world, "box");
    const orr_component p = orr_component_find(world, "P");
    const orr_prefab set = orr_prefab_create(world, &(orr_prefab_desc){ .components = (orr_component[]){ p, 0 } });
    orr_entity e[4];
    assert_ok(orr_entity_spawn(world, set, 4, e));
    assert_ok(orr_host_step(host, 1)); /* tick 0: the system runs */
    assert_true(resource(host, "r", "added") == 4 && resource(host, "r", "changed") == 4 &&
                resource(host, "r", "seen") == 4);
    /* one that is changed before the reload is seen after it, by what the new text says */
    *(float *)orr_entity_write(world, e[1], orr_field_find(world, "P.x")) = 3;
    assert_ok(orr_host_reload_text(host, HEAD POSITION BOX WATCH("10")));
    assert_int_equal(orr_mailbox_find(world, "box") == box, 1);
    assert_ok(orr_host_step(host, 2));
    assert_true(resource(host, "r", "changed") == 14 && resource(host, "r", "seen") == 14);
    assert_ok(orr_entity_spawn(world, set, 1, e));
    assert_true(resource(host, "r", "added") == 14);
    /* who reads the mailbox goes on when a component changes: what is gone has its default */
    assert_ok(orr_host_reload_text(host, HEAD
                                   "local P = orrery.component('P', { a = f32, x = f32 })\n"
                                   "local box = orrery.mailbox { name = 'box', all = { P }, fields = { P.a } }\n"));
    assert_true(orr_mailbox_find(world, "box") != box);
    assert_ok(orr_host_step(host, 1));
    const orr_mail *mail = orr_mailbox_take(box);
    assert_non_null(mail);
    orr_mailbox_release(box, mail);
    close_whole(host);
}

static void mailboxes_of_tools_go_on(void **state)
{
    (void)state;
    orr_host *host = open_text(HEAD POSITION "local R = orrery.resource('r', { a = 1, b = 2 })\n" STARTUP MOVE("1"));
    orr_world *world = orr_host_world(host);
    const orr_component p = orr_component_find(world, "P");
    const orr_query query = orr_query_create(world, &(orr_query_desc){ .all = (orr_component[]){ p, 0 } });
    const orr_field x = orr_field_find(world, "P.x"), y = orr_field_find(world, "P.y");
    const orr_subscription rows = { query, (orr_field[]){ x, y, { 0 } }, true };
    orr_mailbox *box = orr_mailbox_create(world, &(orr_mailbox_desc){ .subscriptions = &rows,
                                                                      .subscription_count = 1,
                                                                      .resources = (const char *[]){ "r", NULL } });
    assert_non_null(box);
    assert_ok(orr_host_step(host, 1));
    assert_ok(orr_host_reload_text(host, HEAD "local P = orrery.component('P', { a = f32(4), x = f32 })\n"
                                              "local R = orrery.resource('r', { b = 9, z = 1 })\n" MOVE("1")));
    assert_heard("mailbox '': 'P.y' is not what it was");
    assert_ok(orr_host_step(host, 1));
    const orr_mail *mail = orr_mailbox_take(box);
    const float *at = orr_mail_column(mail, 0, x, NULL), *was = orr_mail_column(mail, 0, y, NULL);
    assert_true(at && was && at[0] == 2 && was[0] == 2 && at[7] == 9);
    orr_value value;
    assert_ok(orr_mail_resource(mail, "r", "b", &value));
    assert_true(value.f64 == 2);
    assert_ok(orr_mail_resource(mail, "r", "a", &value));
    assert_true(value.f64 == 0);
    orr_mailbox_release(box, mail);
    orr_mailbox_destroy(box);
    close_whole(host);
}

/* ---- late runs ---- */

#define LATE(by)                                                                                                       \
    "orrery.system { name = 'late', on = 'workers', data = 'snapshot', latency = 3, all = { P }, marks = { P },\n"     \
    "  extra = function() return { k = " by " } end, run = function(rows, ctx)\n"                                      \
    "  local p = rows:write(P)\n"                                                                                      \
    "  for i = rows.first, rows.last do p.y[i] = p.y[i] + ctx.extra.k * rows:uniform(i, 1) rows:mark(P, i) end\n"      \
    "end }\n"

static void late_runs_arrive(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads <= 2; threads++) {
        orr_host *host = open_with(HEAD POSITION STARTUP LATE("1") MOVE("1"), threads, NULL);
        orr_host *other = open_with(HEAD POSITION STARTUP LATE("1") MOVE("1"), 0, NULL);
        for (uint32_t k = 0; k < 12; k++) {
            if (k % 2) assert_ok(orr_host_reload_text(host, HEAD POSITION STARTUP LATE("1") MOVE("1")));
            assert_ok(orr_host_step(host, 1));
            assert_ok(orr_host_step(other, 1));
            assert_true(orr_world_hash(orr_host_world(host)) == orr_world_hash(orr_host_world(other)));
        }
        orr_host_close(other);
        /* gone, or over rows that have another shape: three are in flight */
        log_heard.text[0] = '\0';
        if (threads == 1)
            assert_ok(orr_host_reload_text(host, HEAD POSITION STARTUP MOVE("1")));
        else
            assert_ok(orr_host_reload_text(
                host, HEAD "local P = orrery.component('P', { x = f32, y = f32(2), z = f32 })\n" STARTUP LATE("1")));
        assert_heard("system 'late': 3 runs that were in flight are dropped");
        assert_ok(orr_host_step(host, 5));
        close_whole(host);
    }
}

/* ---- texts that do not load ---- */

static void a_text_that_fails_changes_nothing(void **state)
{
    (void)state;
    static const char good[] =
        HEAD POSITION "local k = orrery.param('k', 1)\nlocal R = orrery.resource('r', 1)\n"
                      "local L = orrery.lattice { name = 'l', width = 4, height = 4, fields = { t = "
                      "f32 } }\n"
                      "local N = orrery.neighbours { name = 'n', x = P.x, y = P.y, radius = 2 }\n"
                      "local E = orrery.event('E', { v = f64 })\n"
                      "local M = orrery.prefab('M', { [P] = { x = 1 } })\n"
                      "local box = orrery.mailbox { name = 'box', all = { P }, fields = { P.x } }\n"
                      "orrery.hook('add', P, function() end)\n"
                      "orrery.draw { points = { x = P.x, y = P.y } }\n"
                      "orrery.series('s', function(world) return 1 end)\n" STARTUP MOVE("k()");
    static const char other[] =
        HEAD "local Q = orrery.component('Q', { a = f32 })\n"
             "local P = orrery.component('P', { x = f64, z = i32(4) })\nlocal k = orrery.param('k', 9, { min = 2, max "
             "= 9 })\n"
             "local j = orrery.param('j', 1)\n"
             "local R = orrery.resource('r', { value = 3, more = 4 })\nlocal R2 = orrery.resource('r2', 'x')\n"
             "local L = orrery.lattice { name = 'l', width = 6, height = 3, fields = { t = f64, u = f32 } }\n"
             "local L2 = orrery.lattice { name = 'l2', width = 6, height = 3, fields = { t = f64, u = f32 } }\n"
             "local E = orrery.event('E', { w = f32 })\nlocal E2 = orrery.event('E2', { w = f32 })\n"
             "local M = orrery.prefab('M', { Q, [P] = { x = 1 } })\nlocal M2 = orrery.prefab('M2', { Q })\n"
             "local N = orrery.neighbours { name = 'n', x = Q.a, y = Q.a, radius = 2 }\n";
    static const char most[] = HEAD
        "local Q = orrery.component('Q', { a = f32, b = f32 })\n"
        "local P = orrery.component('P', { x = f64, z = i32(4) })\nlocal k = orrery.param('k', 9, { min = 2, max = 9 "
        "})\n"
        "local j = orrery.param('j', 1)\n"
        "local R = orrery.resource('r', { value = 3, more = 4 })\nlocal R2 = orrery.resource('r2', 'x')\n"
        "local L = orrery.lattice { name = 'l', width = 6, height = 3, fields = { t = f64, u = f32 } }\n"
        "local L2 = orrery.lattice { name = 'l2', width = 6, height = 3, fields = { t = f64, u = f32 } }\n"
        "local E = orrery.event('E', { w = f32 })\nlocal E2 = orrery.event('E2', { w = f32 })\n"
        "local M = orrery.prefab('M', { Q, [P] = { x = 1 } })\nlocal M2 = orrery.prefab('M2', { Q })\n"
        "local N = orrery.neighbours { name = 'n', x = Q.a, y = Q.b, radius = 2 }\n"
        "local box = orrery.mailbox { name = 'box', all = { P }, fields = { P.z } }\n"
        "local box2 = orrery.mailbox { name = 'box2', all = { P }, fields = { P.z } }\n"
        "orrery.hook('change', P, function() end)\norrery.hook('add', Q, function() end)\n"
        "orrery.draw { points = { x = P.x, y = P.z } }\norrery.series('s2', function() return 1 end)\n"
        "orrery.system { name = 'see', changed = { P, Q }, run = function(rows) for i in rows:changed() do end end }\n"
        "orrery.system { name = 'new', on = 'workers', all = { P }, writes = { P }, run = function(rows) end }\n"
        "orrery.world:spawn({ P, Q }, 10)\n";
    orr_host *host = open_text(good), *untouched = open_text(good);
    assert_ok(orr_host_step(host, 3));
    assert_ok(orr_host_step(untouched, 3));
    char broken[4096];
    refused(host, "", "empty");
    refused(host, " \n\t\n", "empty");
    refused(host, "local orrery = require 'orrery'\nlocal function f(", "s.lua:2");
    refused(host, "error('as was asked')", "as was asked");
    refused(host, "local x = 1", "defines nothing");
    refused(host, HEAD "local orr = orrery.systm", "orrery has no 'systm'");
    refused(host, other, "the same field");
    snprintf(broken, sizeof broken, "%serror('at the end')\n", most);
    refused(host, broken, "at the end");
    snprintf(broken, sizeof broken, "%sorrery.system { name = 'late', after = { 'nobody' }, run = function() end }\n",
             most);
    refused(host, broken, "'nobody', which is no system");
    snprintf(broken, sizeof broken, "%sif orrery.role == 'worker' then error('only there') end\n", most);
    refused(host, broken, "only there");
    snprintf(broken, sizeof broken, "%s%.*s", good, 20, "local function f( x = 1");
    refused(host, broken, "s.lua");
    for (int k = 0; k < 3; k++) {
        assert_ok(orr_host_step(host, 1));
        assert_ok(orr_host_step(untouched, 1));
        assert_true(orr_world_hash(orr_host_world(host)) == orr_world_hash(orr_host_world(untouched)));
    }
    assert_non_null(orr_mailbox_find(orr_host_world(host), "box"));
    assert_null(orr_mailbox_find(orr_host_world(host), "box2"));
    assert_int_equal(orr_param_find(orr_host_world(host), "j"), 0);
    /* and the last one without its mistake loads */
    assert_ok(orr_host_reload_text(host, most));
    assert_ok(orr_host_step(host, 2));
    assert_ok(orr_host_reload_text(host, good));
    assert_ok(orr_host_step(host, 2));
    close_whole(host);
    orr_host_close(untouched);
}

/* A hundred reloads take no more memory than one. */
static void nothing_is_left_behind(void **state)
{
    (void)state;
    static const char one[] = HEAD POSITION BOX STARTUP WATCH("1") LATE("1") MOVE("1");
    static const char two[] =
        HEAD "local P = orrery.component('P', { x = f32, y = f32, z = f32 })\n" BOX STARTUP LATE("2") MOVE("1");
    orr_host *host = open_with(one, 2, NULL);
    orr_world *world = orr_host_world(host);
    uint64_t blocks = 0, bytes = 0;
    for (uint32_t k = 0; k < 100; k++) {
        assert_ok(orr_host_reload_text(host, k % 2 ? one : two));
        assert_int_not_equal(orr_host_reload_text(host, HEAD "error('no')"), ORR_OK);
        if (k % 10 == 0) assert_ok(orr_host_step(host, 4));
        if (k == 11) {
            blocks = world->alloc.live_blocks;
            bytes = world->alloc.live_bytes;
        }
    }
    if (world->alloc.live_blocks > blocks + blocks / 8 || world->alloc.live_bytes > bytes + bytes / 4)
        fail_msg("%" PRIu64 " blocks, %" PRIu64 " bytes instead of %" PRIu64 ", %" PRIu64,
                 (uint64_t)world->alloc.live_blocks, (uint64_t)world->alloc.live_bytes, blocks, bytes);
    close_whole(host);
}

/* Each allocation of a reload is refused once: the old text goes on as if nothing had been tried. */
static void memory_is_refused(void **state)
{
    (void)state;
    static const char one[] =
        HEAD POSITION BOX "local k = orrery.param('k', 1)\n" STARTUP WATCH("1") LATE("1") MOVE("1");
    static const char two[] = HEAD
        "local P = orrery.component('P', { x = f32, y = f32, z = f32 })\nlocal Q = orrery.component('Q', { a = f32 })\n"
        "local k = orrery.param('k', 2, { help = 'more' })\nlocal j = orrery.param('j', 2)\n"
        "local L = orrery.lattice { name = 'l', width = 6, height = 3, fields = { t = f64, u = f32 } }\n"
        "local M = orrery.prefab('M', { Q, [P] = { z = 1 } })\n" BOX STARTUP WATCH("2") LATE("2")
            MOVE("1") "orrery.draw { points = { x = P.x, y = P.z } }\n";
    faulty f;
    orr_allocator allocator = faulty_allocator(&f, -1);
    orr_host *untouched = open_with(one, 0, NULL), *host = open_with(one, 0, &allocator);
    assert_ok(orr_host_step(host, 5));
    assert_ok(orr_host_step(untouched, 5));
    uint32_t refusals = 0, loaded = 0;
    for (int64_t nth = 0; nth < 5000 && !loaded; nth += 1 + nth / 60) {
        atomic_store(&f.left, nth);
        const int32_t code = orr_host_reload_text(host, two);
        loaded = atomic_load(&f.left) >= 0;
        atomic_store(&f.left, -1);
        if (loaded) {
            assert_ok(code);
            break;
        }
        if (code == ORR_OK) { /* what was refused was not needed, such as a note */
            close_whole(host);
            host = open_with(one, 0, &allocator);
            assert_ok(orr_host_step(host, orr_world_tick(orr_host_world(untouched))));
            continue;
        }
        refusals++;
        assert_ok(orr__world_validate(orr_host_world(host)));
        if (nth % 16 == 0) {
            assert_ok(orr_host_step(host, 1));
            assert_ok(orr_host_step(untouched, 1));
        }
        assert_true(orr_world_hash(orr_host_world(host)) == orr_world_hash(orr_host_world(untouched)));
    }
    assert_true(refusals > 100);
    assert_ok(orr_host_step(host, 4));
    close_whole(host);
    orr_host_close(untouched);
    assert_int_equal(f.alive, 0);
    assert_int_equal(f.overrun, 0);
}

/* ---- what is not the script's ---- */

static int32_t count_run(orr_run *run, void *context)
{
    (void)run;
    (*(uint32_t *)context)++;
    return ORR_OK;
}

static void systems_of_the_embedder_stay(void **state)
{
    (void)state;
    orr_host *host = open_text(HEAD POSITION STARTUP MOVE("1"));
    orr_world *world = orr_host_world(host);
    uint32_t runs = 0;
    const orr_component reads[2] = { orr_component_find(world, "P"), 0 };
    const orr_system mine = orr_system_create(world, &(orr_system_desc){ .name = "mine",
                                                                         .reads = reads,
                                                                         .run = count_run,
                                                                         .context = &runs,
                                                                         .after = (const char *[]){ "move", NULL } });
    if (!mine) fail_msg("%s", orr_last_error());
    assert_ok(orr_host_step(host, 2));
    assert_ok(orr_host_reload_text(host, HEAD POSITION STARTUP MOVE("2")));
    assert_int_equal(orr_system_find(world, "mine"), mine);
    assert_ok(orr_host_step(host, 2));
    assert_int_equal(runs, 4);
    /* it knows the fields of P by their places, and comes after a system */
    refused(host, HEAD "local P = orrery.component('P', { a = f32, x = f32 })\n" MOVE("0"),
            "system 'mine', which is not the script's");
    refused(host, HEAD POSITION, "names 'move', which is no system");
    assert_ok(orr_host_step(host, 2));
    assert_int_equal(runs, 6);
    assert_true(first_of(host, "P", "x") == 10);
    close_whole(host);
}

static _Atomic int posted; /* and not done */

static void reload_posted(orr_world *world, void *context)
{
    (void)world;
    posted = 0;
    if (orr_host_reload_text(context, HEAD POSITION STARTUP LATE("1") MOVE("1")) != ORR_OK)
        fail_msg("%s", orr_last_error());
}

/* While a world runs free, its thread does it, between two ticks. */
static void posted_while_running_free(void **state)
{
    (void)state;
    orr_host *host = open_with(HEAD POSITION STARTUP LATE("1") MOVE("1"), 2, NULL);
    orr_host *other = open_with(HEAD POSITION STARTUP LATE("1") MOVE("1"), 0, NULL);
    orr_world *world = orr_host_world(host);
    orr_free_status status = { 0 };
    assert_ok(orr_host_run_free(host, &(orr_free_desc){ .ticks = 60 }));
    do {
        if (!posted) {
            posted = 1;
            assert_ok(orr_world_post(world, reload_posted, host));
        }
        orr__sleep_ns(2000000);
        assert_ok(orr_world_free_status(world, &status));
    } while (status.state != ORR_FREE_ENDED);
    assert_ok(orr_host_stop(host));
    assert_ok(orr_host_step(other, 60));
    assert_true(orr_world_hash(world) == orr_world_hash(orr_host_world(other)));
    close_whole(host);
    orr_host_close(other);
}

static void at_the_wrong_time(void **state)
{
    (void)state;
    orr_host *host = open_text(HEAD POSITION STARTUP MOVE("1"));
    assert_int_equal(orr_host_reload(host), ORR_E_ARGUMENT); /* it has no file */
    assert_int_equal(orr_host_reload_text(host, NULL), ORR_E_ARGUMENT);
    assert_int_equal(orr_host_watch(host), 0);
    assert_ok(orr_host_run_free(host, &(orr_free_desc){ .ticks_per_second = 1000 }));
    assert_int_equal(orr_host_reload_text(host, HEAD POSITION), ORR_E_LOCKED);
    assert_int_equal(orr_host_watch(host), ORR_E_LOCKED);
    assert_ok(orr_host_stop(host));
    close_whole(host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(systems_are_replaced),
        cmocka_unit_test(counts_and_switches_go_on),
        cmocka_unit_test(params_keep_their_values),
        cmocka_unit_test(nothing_is_done_twice),
        cmocka_unit_test(components_are_migrated),
        cmocka_unit_test(what_does_not_fit_is_told),
        cmocka_unit_test(a_component_that_is_not_declared_keeps_its_data),
        cmocka_unit_test(resources_lattices_and_events),
        cmocka_unit_test(neighbours_follow),
        cmocka_unit_test(hooks_trackers_and_mailboxes),
        cmocka_unit_test(mailboxes_of_tools_go_on),
        cmocka_unit_test(late_runs_arrive),
        cmocka_unit_test(a_text_that_fails_changes_nothing),
        cmocka_unit_test(nothing_is_left_behind),
        cmocka_unit_test(memory_is_refused),
        cmocka_unit_test(systems_of_the_embedder_stay),
        cmocka_unit_test(posted_while_running_free),
        cmocka_unit_test(at_the_wrong_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
