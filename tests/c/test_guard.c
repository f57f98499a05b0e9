/* Scripts that do not end, under the guard: an ordinary error with system and line, whatever they do about it.
 * needs: lua */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "orrery.h"

static const char head[] = "local orrery = require 'orrery' local A = orrery.component('A', { x = orrery.f32 }) "
                           "orrery.world:spawn({ A }, 5000)\n";

static orr_host *open_with(const char *body, uint64_t budget, bool no_jit)
{
    char text[4096];
    snprintf(text, sizeof text, "%s%s", head, body);
    return orr_host_open(
        &(orr_host_desc){ .script = "x.lua", .text = text, .guard = true, .guard_budget = budget, .no_jit = no_jit });
}

static void assert_says(const char *wanted)
{
    if (!strstr(orr_last_error(), wanted)) fail_msg("'%s' is not in '%s'", wanted, orr_last_error());
}

/* The body of a system that is alone in its script, on line 3. */
static void ends(const char *body, const char *declaration, bool no_jit)
{
    char text[2048];
    snprintf(text, sizeof text, "orrery.system { name = 'hang', %s run = function(rows, ctx)\n%s\nend }", declaration,
             body);
    orr_host *host = open_with(text, 10000, no_jit);
    if (!host) fail_msg("%s", orr_last_error());
    assert_int_equal(orr_host_step(host, 1), ORR_E_SCRIPT);
    assert_says("system 'hang': did not end within 10000 loops (guard)  x.lua:3");
    orr_host_close(host);
}

static const char *const endless[] = {
    "while true do end",
    "repeat local a = 1 until false",
    "for i = 1, math.huge do end",
    "::top:: goto top",
    "local function f() return f() end f()",
    "local n = 0 while true do n = n + 1 pcall(function() while true do end end) end",
    "pcall(function() while true do end end)",
    "xpcall(function() while true do end end, function(m) return 'no' end)",
    "local co = coroutine.create(function() while true do end end) coroutine.resume(co)",
    "local step = coroutine.wrap(function() while true do end end) step()",
    "while true do local step = coroutine.wrap(function() coroutine.yield(1) end) step() end",
    "table.sort({ 3, 1, 2 }, function(a, b) repeat until false end)",
    "local t = setmetatable({}, { __index = function() while true do end end }) return t.x",
    "local at = (('a'):rep(1000)):find '.-.-.-.-b'",
    "while true do string.gsub(('a'):rep(100), '^.-.-b', '') end",
    "while true do local s = ('x'):rep(100000) end",
    "(('x'):rep(100)):gsub('x', function() while true do end end)",
};

static void every_way(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
        for (int no_jit = 0; no_jit < 2; no_jit++) {
            ends(endless[i], "", no_jit);
            ends(endless[i], "all = { A }, writes = { A },", no_jit);
            ends(endless[i], "on = 'workers', all = { A }, writes = { A },", no_jit);
        }
    }
}

static void at_load(void **state)
{
    (void)state;
    assert_null(open_with("\nwhile true do end", 1000, false));
    assert_says("the script did not end within 1000 loops (guard)  x.lua:3");
    /* hooks that run inside do not renew the budget */
    assert_null(open_with("orrery.hook('add', A, function(e) for i = 1, 3 do end end)\n"
                          "while true do orrery.world:destroy(orrery.world:spawn { A }) end",
                          1000, false));
    assert_says("within 1000 loops (guard)  x.lua:");
}

/* The whole budget each time; the number is the same compiled or not, on any number of threads. */
static void budget(void **state)
{
    (void)state;
    static const char body[] = "orrery.system { name = 's', all = { A }, run = function(rows) "
                               "for i = rows.first, rows.last do end end }";
    for (int no_jit = 0; no_jit < 2; no_jit++) {
        orr_host *host = open_with(body, 6000, no_jit);
        if (!host) fail_msg("%s", orr_last_error());
        if (orr_host_step(host, 20) != ORR_OK) fail_msg("%s", orr_last_error());
        orr_host_close(host);
        host = open_with(body, 4900, no_jit);
        if (!host) fail_msg("%s", orr_last_error());
        assert_int_equal(orr_host_step(host, 1), ORR_E_SCRIPT);
        orr_host_close(host);
    }
    /* more than fits into the cell at once */
    orr_host *host =
        open_with("orrery.system { name = 's', run = function() for i = 1, 110000000 do end end }", 3000000000u, false);
    if (!host) fail_msg("%s", orr_last_error());
    if (orr_host_step(host, 1) != ORR_OK) fail_msg("%s", orr_last_error());
    orr_host_close(host);
}

/* A system that was stopped leaves the world and its machine usable. */
static void goes_on(void **state)
{
    (void)state;
    orr_host *host = open_with("orrery.system { name = 'hang', on_error = 'skip', run = function(ctx) "
                               "if ctx.tick == 1 then while true do end end end }",
                               100000, false);
    if (!host) fail_msg("%s", orr_last_error());
    if (orr_host_step(host, 5) != ORR_OK) fail_msg("%s", orr_last_error());
    assert_int_equal(orr_world_tick(orr_host_world(host)), 5);
    assert_int_equal(orr_host_eval(host, "while true do end", "console"), ORR_E_SCRIPT);
    assert_says("did not end within 100000 loops (guard)  console:1");
    assert_int_equal(orr_host_eval(host, "load 'while true do end' ()", "console"), ORR_E_SCRIPT);
    assert_says("did not end within 100000 loops (guard)  text:1");
    assert_int_equal(orr_host_eval(host, "for i = 1, 10 do end", "console"), ORR_OK);
    orr_host_close(host);
}

/* The guard's own names are out of reach. */
static void out_of_reach(void **state)
{
    (void)state;
    assert_null(open_with("__orr_cell[0] = 1", 1000, false));
    assert_says("names that begin with __orr_ are the host's");
    assert_null(open_with("local x = 2 ^ 0.5", 1000, false));
    assert_says(
        "the operator ^ has other bits in compiled code than in the interpreter: write x*x or orrery.pow(x, y)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way), cmocka_unit_test(at_load),      cmocka_unit_test(budget),
        cmocka_unit_test(goes_on),   cmocka_unit_test(out_of_reach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
