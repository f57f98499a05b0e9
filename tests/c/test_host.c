/* Hosts: scripts from C, and everything that can be wrong with them. needs: lua */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "c/faulty.h"
#include "ecs/world.h"
#include "orrery.h"

static const char head[] = "local orrery = require 'orrery' local f32 = orrery.f32\n"
                           "local P = orrery.component('P', { x = f32, y = f32(1) }) local Tag = orrery.tag 'Tag'\n";

static orr_host *open_desc(const char *body, orr_host_desc desc)
{
    static char text[8192];
    snprintf(text, sizeof text, "%s%s", head, body);
    desc.script = "dir/x.lua";
    desc.text = text;
    return orr_host_open(&desc);
}

static orr_host *open_text(const char *body)
{
    return open_desc(body, (orr_host_desc){ .seed = 1 });
}

static void assert_says(const char *wanted)
{
    if (!strstr(orr_last_error(), wanted)) fail_msg("'%s' is not in '%s'", wanted, orr_last_error());
}

/* The script cannot be loaded, and this is why. */
static void refused(const char *body, const char *wanted)
{
    orr_host *host = open_text(body);
    if (host) fail_msg("was loaded: %s", body);
    assert_says(wanted);
}

/* The script loads, the first tick fails with this, and the host can still be used and closed. */
static void fails(const char *body, int32_t code, const char *wanted)
{
    orr_host *host = open_text(body);
    if (!host) fail_msg("%s", orr_last_error());
    const int32_t got = orr_host_step(host, 1);
    if (got != code && code != 0) fail_msg("%d instead of %d: %s", got, code, orr_last_error());
    assert_true(got < 0);
    assert_says(wanted);
    assert_int_equal(orr__world_validate(orr_host_world(host)), ORR_OK);
    orr_host_close(host);
}

static void test_a_script_runs(void **state)
{
    (void)state;
    orr_host *host = open_text("local k = orrery.param('k', 2, { min = 0, max = 5 })\n"
                               "orrery.world:spawn({ P }, 100)\n"
                               "orrery.system { name = 's', all = { P }, writes = { P }, run = function(rows)\n"
                               "  local p = rows:write(P) for i = rows.first, rows.last do p.x[i] = p.x[i] + k() end\n"
                               "end }\n"
                               "orrery.test { ticks = 7, set = { k = 3 } }");
    if (!host) fail_msg("%s", orr_last_error());
    orr_world *world = orr_host_world(host);
    assert_int_equal(orr_host_test_ticks(host), 7);
    assert_int_equal(orr_world_entity_count(world), 100);
    assert_int_equal(orr_host_step(host, 10), ORR_OK);
    assert_int_equal(orr_world_tick(world), 10);
    const orr_field x = orr_field_find(world, "P.x");
    const orr_component list[2] = { x.component, 0 };
    const orr_query query = orr_query_create(world, &(orr_query_desc){ .all = list });
    for (orr_cursor at = orr_query_begin(world, query); orr_cursor_next(&at);) {
        const float *px = orr_cursor_read(&at, x);
        for (uint32_t i = at.begin; i < at.end; i++) assert_true(px[i] == 20.0f);
    }
    orr_host_close(host);
}

static void test_params_are_set_from_outside(void **state)
{
    (void)state;
    static const char body[] = "orrery.param('k', 2, { min = 0, max = 5 })";
    const char *const good[] = { "k=4.5", NULL }, *const unknown[] = { "kk=1", NULL }, *const high[] = { "k=6", NULL },
                      *const text[] = { "k=abc", NULL }, *const nothing[] = { "k", NULL };
    orr_host *host = open_desc(body, (orr_host_desc){ .set = good });
    assert_non_null(host);
    assert_int_equal(orr_host_step(host, 1), ORR_OK);
    assert_true(orr_param_get(orr_host_world(host), orr_param_find(orr_host_world(host), "k")) == 4.5);
    orr_host_close(host);
    assert_null(open_desc(body, (orr_host_desc){ .set = unknown }));
    assert_says("kk");
    assert_null(open_desc(body, (orr_host_desc){ .set = high }));
    assert_says("k");
    assert_null(open_desc(body, (orr_host_desc){ .set = text }));
    assert_says("is no number");
    assert_null(open_desc(body, (orr_host_desc){ .set = nothing }));
    assert_says("NAME=VALUE");
}

static void test_text_is_run_between_ticks(void **state)
{
    (void)state;
    orr_host *host = open_text("orrery.world:spawn({ P }, 3)");
    assert_non_null(host);
    assert_int_equal(orr_host_eval(host, "require('orrery').world:spawn({}, 2)", "console"), ORR_OK);
    assert_int_equal(orr_world_entity_count(orr_host_world(host)), 5);
    assert_int_equal(orr_host_eval(host, "local x = nil\nx.y = 1", "console"), ORR_E_SCRIPT);
    assert_says("console:2");
    assert_int_equal(orr_host_eval(host, "local = 1", "console"), ORR_E_SCRIPT);
    assert_says("console:1");
    assert_int_equal(orr_host_eval(host,
                                   "local orrery = require 'orrery' orrery.system { name = 'late', "
                                   "run = function(ctx) ctx:spawn({}) end }",
                                   NULL),
                     ORR_OK);
    assert_int_equal(orr_host_step(host, 2), ORR_OK);
    assert_int_equal(orr_world_entity_count(orr_host_world(host)), 7);
    static const char later[] = "local orrery = require 'orrery' local Q = orrery.component('Q', {}) "
                                "orrery.world:spawn({ Q }) print 'x' "
                                "orrery.system { name = 'w', all = { Q }, on = 'workers', "
                                "run = function(rows, ctx) ctx:spawn({}) end }";
    if (orr_host_eval(host, later, NULL) != ORR_OK) fail_msg("%s", orr_last_error());
    if (orr_host_step(host, 1) != ORR_OK) fail_msg("%s", orr_last_error());
    assert_int_equal(orr_world_entity_count(orr_host_world(host)), 10);
    orr_host_close(host);
}

static void test_scripts_that_cannot_be_loaded(void **state)
{
    (void)state;
    assert_null(orr_host_open(NULL));
    assert_null(orr_host_open(&(orr_host_desc){ .seed = 1 }));
    assert_null(orr_host_open(&(orr_host_desc){ .script = "no/such/script.lua" }));
    assert_says("no/such/script.lua");
    assert_null(orr_host_open(&(orr_host_desc){ .script = "x.lua", .text = "local x = 1" }));
    assert_says("defines nothing");
    assert_null(orr_host_open(&(orr_host_desc){ .script = "x.lua", .text = "" }));
    assert_null(orr_host_open(&(orr_host_desc){ .script = "x.lua", .text = "\x1bLJ\x02" }));
    refused("local x = = 1", "unexpected symbol near '='  dir/x.lua:3");
    refused("local x\nx.y = 1",
            "attempt to index local 'x' (a nil value)  dir/x.lua:4\n    in the script at dir/x.lua:4");
    refused("error('mine')", "mine  dir/x.lua:3");
    refused("error('mine', 0)", "mine");
    refused("error({})", "an error that is no text (a table)  dir/x.lua:3");
    refused("error()", "an error that is no text (a nil)");
    refused("local function f() return f() + 1 end f()", "stack overflow  dir/x.lua:3");
    refused("orrery.component('P', { x = f32 })", "component 'P' is registered already");
    refused("orrery.system { name = 'a', after = 'b', run = function() end }", "'b'");
    refused("orrery.system { name = 'a', after = 'b', run = function() end }\n"
            "orrery.system { name = 'b', after = 'a', run = function() end }",
            "'a'");
    refused("orrery.system { name = 'a', all = { P }, job = 'integrate' }", "system 'a'");
    refused("local x = 2^3", "the operator ^");
    refused("orrery.world:get(77, P.x)", "entity 77");
}

static void test_systems_that_fail(void **state)
{
    (void)state;
    fails("orrery.system { name = 's', run = function(ctx)\nlocal x = nil\nreturn x.y end }", ORR_E_SCRIPT,
          "system 's': attempt to index local 'x' (a nil value)  dir/x.lua:5 (tick 0)\n    in run at dir/x.lua:5");
    fails("orrery.world:spawn({ P }, 10)\n"
          "orrery.system { name = 's', all = { P }, writes = { P }, run = function(rows)\n"
          "local p = rows:write(P)\n"
          "local function deep(i) p.x[i] = 1 end\n"
          "deep(10) end }",
          ORR_E_SCRIPT, "system 's': row 10 outside 0..9  dir/x.lua:6 (tick 0");
    fails("orrery.system { name = 's', run = function(ctx) ctx:spawn({ P }, 3, function(rows)\n"
          "rows:read(P).x[0] = 1 end) end }",
          ORR_E_SCRIPT, "'P.x' is read here and cannot be written: use write  dir/x.lua:4");
    fails("orrery.hook('add', P, function(e, ctx) error 'in the hook' end)\n"
          "orrery.system { name = 's', run = function(ctx) ctx:spawn({ P }) end }",
          ORR_E_SCRIPT, "hook on add of 'P': in the hook  dir/x.lua:3");
    fails("orrery.hook('add', P, function(e, ctx) ctx:spawn({ P }) end)\n"
          "orrery.system { name = 's', run = function(ctx) ctx:spawn({ P }) end }",
          0, "P");
    fails("orrery.system { name = 's', run = function(ctx) error({}) end }", ORR_E_SCRIPT, "an error that is no text");
    fails("local function f() return f() + 1 end orrery.system { name = 's', run = f }", ORR_E_SCRIPT,
          "stack overflow");
    fails("orrery.world:spawn({ P }, 10)\n"
          "orrery.system { name = 's', all = { P }, on = 'workers', reads = { P },\n"
          "extra = function() return { f = function() end } end, run = function(rows) end }",
          ORR_E_SCRIPT, "holds a function");
    fails("orrery.system { name = 's', run = function(ctx) for rows in ctx.world:each { all = { P } } do end "
          "ctx:destroy(-5) end }",
          0, "");
}

/* A range that fails ends there; the others run, and what was recorded is dropped. */
static void test_other_ranges_still_run(void **state)
{
    (void)state;
    orr_host *host =
        open_text("orrery.world:spawn({ P }, 2000)\n"
                  "orrery.system { name = 's', all = { P }, writes = { P }, run = function(rows, ctx)\n"
                  "  local p = rows:write(P) ctx:spawn({ Tag })\n"
                  "  for i = rows.first, rows.last do\n"
                  "    if rows.entity[i] == rows.entity[rows.first] and rows.first == 512 then error 'x' end\n"
                  "    p.x[i] = 1\n"
                  "  end\n"
                  "end }");
    if (!host) fail_msg("%s", orr_last_error());
    orr_world *world = orr_host_world(host);
    assert_int_equal(orr_host_step(host, 1), ORR_E_SCRIPT);
    assert_says("rows 512 to 1023");
    assert_int_equal(orr_world_entity_count(world), 2000);
    const orr_field x = orr_field_find(world, "P.x");
    const orr_component list[2] = { x.component, 0 };
    float values[2000];
    uint64_t count = 0;
    assert_int_equal(
        orr_query_copy(world, orr_query_create(world, &(orr_query_desc){ .all = list }), x, values, 2000, &count),
        ORR_OK);
    for (uint32_t i = 0; i < 2000; i++) assert_true(values[i] == (i >= 512 && i < 1024 ? 0.0f : 1.0f));
    orr_host_close(host);
}

static void test_memory_has_a_limit(void **state)
{
    (void)state;
    for (int no_jit = 0; no_jit < 2; no_jit++) {
        orr_host *host = open_desc("local n = orrery.param('n', 1) local keep\n"
                                   "orrery.system { name = 's', run = function(ctx)\n"
                                   "  if n() == 0 then return end\n"
                                   "  local t = {} for i = 1, 1e9 do t[i] = { i } end\n"
                                   "end }",
                                   (orr_host_desc){ .lua_bytes = 32u << 20, .no_jit = no_jit != 0 });
        if (!host) fail_msg("%s", orr_last_error());
        assert_int_equal(orr_host_step(host, 1), ORR_E_SCRIPT);
        assert_says("needs more memory than it may have (32 MiB)");
        orr_world *world = orr_host_world(host);
        assert_int_equal(orr_param_set(world, orr_param_find(world, "n"), 0), ORR_OK);
        if (orr_host_step(host, 3) != ORR_OK) fail_msg("%s", orr_last_error()); /* the machine lives on */
        orr_host_close(host);
    }
}

static const char scenario[] =
    "local V = orrery.component('V', { x = f32, to = orrery.entity })\n"
    "local Grid = orrery.lattice { name = 'g', width = 20, height = 20, fields = { a = f32 } }\n"
    "local Near = orrery.neighbours { name = 'n', x = P.x, y = P.y, radius = 1, carry = { V.x } }\n"
    "local Hit = orrery.event('Hit', { power = f32 }) local R = orrery.resource('R', { a = 1 })\n"
    "local Mote = orrery.prefab('Mote', { P, [V] = { x = function(rows, i) return i end } })\n"
    "orrery.hook('add', Tag, function(e, ctx) ctx:destroy(e) end)\n"
    "orrery.world:spawn(Mote, 600, function(rows) local p = rows:write(P) for i = rows.first, rows.last do\n"
    "  p.x[i] = 10 * rows:uniform(i, 1) end end)\n"
    "orrery.system { name = 'a', all = { P, V }, reads = { V, Near }, writes = { P }, on = 'workers',\n"
    "  run = function(rows, ctx)\n"
    "    local p, v, near = rows:write(P), rows:read(V), ctx:near(Near)\n"
    "    for i = rows.first, rows.last do p.x[i] = p.x[i] + v.x[i] * ctx.dt end\n"
    "    ctx:sum('s', 1) ctx:emit(Hit, { power = 2 })\n"
    "    if ctx.tick == 1 then ctx:spawn({ Tag, [V] = { x = 3 } }, 3) end\n"
    "  end }\n"
    "orrery.system { name = 'b', run = function(ctx)\n"
    "  for e in ctx:events(Hit) do end\n"
    "  for rows in ctx.world:each { all = { V } } do rows:write(V).to[rows.first] = rows.entity[rows.last] end\n"
    "  ctx:write(R).a = ctx.tick\n"
    "end }\n"
    "orrery.system { name = 'c', lattice = Grid, run = function(rows) rows:write(Grid).a[rows.first * 20] = 1 end }\n"
    "orrery.test { ticks = 5 }\n";

/* Every allocation of the host refused in turn: an error, no crash, nothing lost, nothing leaked. */
static void test_every_allocation_refused(void **state)
{
    (void)state;
    uint64_t hash = 0;
    bool ended = false;
    for (int64_t n = -1; !ended; n += n < 200 ? 1 : 7) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, n);
        orr_host *host = open_desc(scenario, (orr_host_desc){ .allocator = &hooks, .no_jit = true });
        if (host) {
            const int32_t code = orr_host_step(host, 4);
            if (atomic_load(&f.refused) && code != ORR_OK) {
                assert_int_equal(orr__world_validate(orr_host_world(host)), ORR_OK);
            } else if (code == ORR_OK && !atomic_load(&f.refused)) {
                const uint64_t got = orr_world_hash(orr_host_world(host));
                if (n < 0)
                    hash = got;
                else {
                    assert_true(got == hash);
                    ended = true;
                }
            } else if (code != ORR_OK) {
                fail_msg("%s", orr_last_error());
            }
        } else if (!atomic_load(&f.refused)) {
            fail_msg("%s", orr_last_error());
        }
        orr_host_close(host);
        assert_int_equal(atomic_load(&f.alive), 0);
        assert_int_equal(atomic_load(&f.overrun), 0);
    }
}

static uint64_t hash_of(uint32_t threads, bool no_jit, bool unchecked)
{
    orr_host *host =
        open_desc(scenario, (orr_host_desc){ .threads = threads, .no_jit = no_jit, .unchecked = unchecked });
    if (!host) fail_msg("%s", orr_last_error());
    if (orr_host_step(host, 5) != ORR_OK) fail_msg("%s", orr_last_error());
    const uint64_t hash = orr_world_hash(orr_host_world(host));
    orr_host_close(host);
    return hash;
}

static void test_same_bits_in_every_mode(void **state)
{
    (void)state;
    const uint64_t hash = hash_of(0, false, false);
    for (uint32_t threads = 0; threads < 3; threads++) {
        assert_true(hash_of(threads, false, false) == hash);
        assert_true(hash_of(threads, true, false) == hash);
        assert_true(hash_of(threads, false, true) == hash);
    }
}

static void count_line(void *context, int level, const char *text)
{
    if (strstr(text, "can be had")) return; /* of threads, on a machine that has too few */
    ((int *)context)[level]++;
}

/* What scripts print comes through the log, once, though the worker's machine loads them too. */
static void test_output_goes_to_the_log(void **state)
{
    (void)state;
    int lines[3] = { 0 };
    orr_host *host =
        open_desc("print('hello', 1, nil)\n"
                  "local seen = 0\n"
                  "orrery.world:spawn({ P }, 10)\n"
                  "orrery.system { name = 's', all = { P }, on = 'workers', run = function() print 'x' end }\n"
                  "orrery.system { name = 't', run = function() seen = seen + 1 end }\n"
                  "orrery.system { name = 'u', run = function() local _ = seen end }",
                  (orr_host_desc){ .log = count_line, .log_context = lines });
    if (!host) fail_msg("%s", orr_last_error());
    assert_int_equal(lines[0], 1);
    assert_int_equal(orr_host_step(host, 3), ORR_OK);
    assert_int_equal(lines[0], 4);
    assert_int_equal(lines[1], 1); /* 't' assigns an outer local: said once, and of 't' alone */
    orr_host_close(host);
}

/* A loop that cannot be compiled is 100 times slower, and that is said once; one that is, whatever happens on the rare
   ways out of it, is not spoken of. */
static void test_a_loop_that_is_not_compiled_is_told(void **state)
{
    (void)state;
    for (int no_jit = 0; no_jit < 2; no_jit++) {
        int lines[3] = { 0 };
        orr_host *host = open_desc("orrery.world:spawn({ P }, 4000)\n"
                                   "orrery.system { name = 's', all = { P }, reads = { P }, run = function(rows, ctx)\n"
                                   "  local n = 0\n"
                                   "  for i = rows.first, rows.last do\n"
                                   "    local f = function() return i end\n"
                                   "    n = n + f()\n"
                                   "  end\n"
                                   "  for i = rows.first, rows.last do n = n + i end\n"
                                   "  for i = rows.first, rows.last do\n"
                                   "    if i % 20 == 19 then local g = function() return 1 end n = n + g() end\n"
                                   "    if i % 21 == 20 then local g = function() return 1 end n = n + g() end\n"
                                   "    if i % 22 == 21 then local g = function() return 1 end n = n + g() end\n"
                                   "  end\n"
                                   "end }",
                                   (orr_host_desc){ .log = count_line, .log_context = lines, .no_jit = no_jit });
        if (!host) fail_msg("%s", orr_last_error());
        assert_int_equal(orr_host_step(host, 60), ORR_OK);
        assert_int_equal(lines[1], !no_jit && strstr(orr_host_engine(), "JIT on") ? 1 : 0);
        orr_host_close(host);
    }
}

/* Each thread's machine finds out for itself; it is said once, and once more of a new text. */
static void test_a_slow_loop_on_workers_is_told_once(void **state)
{
    (void)state;
    static const char text[] = "orrery.world:spawn({ P }, 20000)\n"
                               "orrery.system { name = 's', on = 'workers', all = { P }, writes = { P },\n"
                               "  run = function(rows)\n"
                               "  local p = rows:write(P)\n"
                               "  for i = rows.first, rows.last do\n"
                               "    local f = function() return i end\n"
                               "    p.x[i] = f()\n"
                               "  end\n"
                               "end }";
    if (!strstr(orr_host_engine(), "JIT on")) skip();
    char whole[4096];
    snprintf(whole, sizeof whole, "%s%s", head, text);
    for (uint32_t threads = 0; threads <= 3; threads++) {
        int lines[3] = { 0 };
        orr_host *host =
            open_desc(text, (orr_host_desc){ .log = count_line, .log_context = lines, .threads = threads });
        if (!host) fail_msg("%s", orr_last_error());
        for (int again = 1; again <= 2; again++) {
            assert_int_equal(orr_host_step(host, 60), ORR_OK);
            assert_int_equal(lines[1], again);
            assert_int_equal(orr_host_reload_text(host, whole), ORR_OK);
        }
        orr_host_close(host);
    }
}

static void test_two_hosts_know_nothing_of_each_other(void **state)
{
    (void)state;
    orr_host *a = open_text("orrery.world:spawn({ P }, 3)"), *b = open_text("orrery.component('Q', { z = f32 })");
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(orr_component_find(orr_host_world(a), "Q"), 0);
    assert_int_equal(orr_world_entity_count(orr_host_world(b)), 0);
    orr_host_close(a);
    assert_int_equal(orr_host_step(b, 1), ORR_OK);
    orr_host_close(b);
    orr_host_close(NULL);
}

/* A description that cannot be opened, with its code. */
static void not_opened(int32_t code, const char *wanted, const orr_host_desc *desc)
{
    orr_host *host = orr_host_open(desc);
    if (host) fail_msg("was opened: not '%s'", wanted);
    assert_int_equal(orr__error_code(), code);
    assert_says(wanted);
}

static void test_bad_arguments(void **state)
{
    (void)state;
    const char *const unknown[] = { "sped=1", NULL }, *const word[] = { "speed=fast", NULL },
                      *const nothing[] = { "speed", NULL }, *const far[] = { "speed=11", NULL };
    const char *text = "require('orrery').param('speed', 1, { min = 0, max = 10 })";
    not_opened(ORR_E_ARGUMENT, "a host needs a script or a text", NULL);
    not_opened(ORR_E_ARGUMENT, "a host needs a script or a text", &(orr_host_desc){ .seed = 1 });
    not_opened(ORR_E_RANGE, "dt is -1", &(orr_host_desc){ .text = text, .dt = -1 });
    not_opened(ORR_E_FILE, "nowhere.lua", &(orr_host_desc){ .script = "nowhere.lua" });
    not_opened(ORR_E_SCRIPT, "defines nothing", &(orr_host_desc){ .text = "" });
    not_opened(ORR_E_SCRIPT, "x.lua:1", &(orr_host_desc){ .text = "x =", .script = "x.lua" });
    not_opened(ORR_E_NOT_FOUND, "did you mean 'speed'?", &(orr_host_desc){ .text = text, .set = unknown });
    not_opened(ORR_E_ARGUMENT, "is no number", &(orr_host_desc){ .text = text, .set = word });
    not_opened(ORR_E_ARGUMENT, "NAME=VALUE", &(orr_host_desc){ .text = text, .set = nothing });
    not_opened(ORR_E_RANGE, "speed", &(orr_host_desc){ .text = text, .set = far });
    not_opened(ORR_E_MEMORY, "may have 0 MiB", &(orr_host_desc){ .text = text, .memory_bytes = 5000 });
    orr_host *host = orr_host_open(&(orr_host_desc){ .text = text });
    assert_non_null(host);
    assert_int_equal(orr_host_eval(host, "x =", NULL), ORR_E_SCRIPT);
    assert_int_equal(orr_host_eval(host, "error { 1 }", "console"), ORR_E_SCRIPT);
    assert_int_equal(orr_host_eval(host, NULL, NULL), ORR_E_ARGUMENT);
    assert_int_equal(orr_host_step(host, 1), ORR_OK);
    assert_int_equal(orr_host_test_ticks(host), 0);
    orr_host_close(host);
    orr_host_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_script_runs),
        cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_params_are_set_from_outside),
        cmocka_unit_test(test_text_is_run_between_ticks),
        cmocka_unit_test(test_scripts_that_cannot_be_loaded),
        cmocka_unit_test(test_systems_that_fail),
        cmocka_unit_test(test_other_ranges_still_run),
        cmocka_unit_test(test_memory_has_a_limit),
        cmocka_unit_test(test_every_allocation_refused),
        cmocka_unit_test(test_same_bits_in_every_mode),
        cmocka_unit_test(test_output_goes_to_the_log),
        cmocka_unit_test(test_a_loop_that_is_not_compiled_is_told),
        cmocka_unit_test(test_a_slow_loop_on_workers_is_told_once),
        cmocka_unit_test(test_two_hosts_know_nothing_of_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
