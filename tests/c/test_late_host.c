/* Latency in scripts: what a late run reads through ctx is what was at its dispatch; machines that are in use; machines
 * that run out of memory; loops without end; ends with work in flight. needs: lua */
#include "c/chaos.h"
#include "sim_case.h"

#include "base/os.h"

#include <stdatomic.h>

static const char head[] = "local orrery = require 'orrery'\n"
                           "local P = orrery.component('P', { x = orrery.f32, y = orrery.f32 })\n"
                           "local V = orrery.component('V', { x = orrery.f32 })\n";

typedef struct notes {
    char last[600];
    _Atomic uint32_t warnings, said;
} notes;

static void note(void *context, int level, const char *text)
{
    notes *n = context;
    if (level > 0) snprintf(n->last, sizeof n->last, "%s", text);
    atomic_fetch_add(level > 0 ? &n->warnings : &n->said, 1);
}

static orr_host *open_with(const char *body, notes *n, orr_host_desc desc)
{
    char text[8192];
    snprintf(text, sizeof text, "%s%s", head, body);
    desc.script = "x.lua";
    desc.text = text;
    desc.log = note;
    desc.log_context = n;
    orr_host *host = orr_host_open(&desc);
    if (!host) fail_msg("%s", orr_last_error());
    return host;
}

static bool becomes_set(_Atomic uint32_t *word)
{
    const uint64_t until = orr__clock_ns() + 10000000000u;
    while (atomic_load(word) == 0) {
        if (orr__clock_ns() > until) return false;
        orr__thread_yield();
    }
    return true;
}

/* ---- what it reads ----------------------------------------------------------------------------------------------- */

/* All that a system can read says the tick; a run that finds another one fails. */
static const char everything[] =
    "local rate = orrery.param('rate', 0)\n"
    "local R = orrery.resource('R', { n = 0 }) local T = orrery.resource('T', '0')\n"
    "local Count = orrery.resource('Count', { n = 0, m = 0 }) local Said = orrery.resource('Said', '')\n"
    "local E = orrery.event('E', { n = orrery.f64 })\n"
    "local Heat = orrery.lattice { name = 'heat', width = 30, height = 20, fields = { t = orrery.f32 } }\n"
    "local Trail = orrery.lattice { name = 'trail', width = 30, height = 20, fields = { t = orrery.f32 } }\n"
    "local Near = orrery.neighbours { name = 'near', x = P.x, y = P.y, radius = 1, carry = { P.x } }\n"
    "orrery.system { name = 'populate', stage = 'startup', run = function(ctx) ctx:spawn({ P, V }, 5000) end }\n"
    "orrery.system { name = 'change', run = function(ctx)\n"
    "  local t = ctx.tick\n"
    "  rate:set(t + 1)\n"
    "  ctx:write(R).n = t ctx:write(T).value = tostring(t)\n"
    "  ctx:write(Count).m = t\n"
    "  ctx:emit(E, { n = t + 1 })\n"
    "  ctx:sum('ticks', t + 1)\n"
    "  local heat = ctx:write(Heat).t for i = 0, 599 do heat[i] = t end\n"
    "  ctx:write(Trail).t[1] = t\n"
    "  if t %% 4 == 2 then ctx:spawn({ P, V }, 600) end\n"
    "end }\n"
    "orrery.system { name = 'place', on = 'workers', all = { P }, writes = { P }, run = function(rows, ctx)\n"
    "  local p = rows:write(P)\n"
    "  for i = rows.first, rows.last do p.x[i], p.y[i] = ctx.tick + i %% 8, 0 end\n"
    "end }\n"
    "local function is(what, value, wanted)\n"
    "  if value ~= wanted then error(what .. ' is ' .. tostring(value) .. ', not ' .. tostring(wanted)) end\n"
    "end\n"
    "orrery.system { name = 'late', on = 'workers', data = 'snapshot', latency = %u, all = { P, V }, gather = { P.x "
    "},\n"
    "  reads = { P, Heat, Near, R, T }, writes = { V, Trail, Count, Said },\n"
    "  extra = function() return { tick = orrery.world:read(R).n } end,\n"
    "  run = function(rows, ctx)\n"
    "    local t, p, v = ctx.tick, rows:read(P), rows:write(V)\n"
    "    is('extra', ctx.extra.tick, t)\n"
    "    is('param', rate(), t) is('resource', ctx:read(R).n, t) is('text', ctx:read(T).value, tostring(t))\n"
    "    if t > 0 then is('sum', ctx:sum('ticks'), t) end\n"
    "    local n = 0 for e in ctx:events(E) do n = e.n end\n"
    "    is('event', n, t)\n"
    "    local heat, trail, near, xs = ctx:read(Heat).t, ctx:write(Trail).t, ctx:near(Near), ctx:gather(P.x)\n"
    "    is('lattice', heat[7], t)\n"
    "    for i = rows.first, rows.last do\n"
    "      is('column', p.x[i], t + i %% 8)\n"
    "      local seen = 0\n"
    "      if i %% 500 == 0 then for j in near:each(p.x[i], 0) do is('near', near.x[j] >= t, true) seen = seen + 1 end "
    "end\n"
    "      v.x[i] = v.x[i] + seen + xs[xs.first + i] \n"
    "      if i %% 3 == 0 and i < 600 then trail[i] = trail[i] + 1 end\n"
    "    end\n"
    "    if rows.first == 0 then\n"
    "      ctx:write(Count).n = ctx:read(Count).n + 1 ctx:write(Said).value = 'tick ' .. t\n"
    "      ctx:spawn({ P }, 2, function(r) local q = r:write(P) for i = r.first, r.last do q.x[i] = t end end)\n"
    "      ctx:max('late', t)\n"
    "    end\n"
    "  end }\n"
    "orrery.system { name = 'see', stage = 'late', run = function(ctx)\n"
    "  if ctx.tick > %u then\n"
    "    is('count', ctx:read(Count).m, ctx.tick) is('said', ctx:read(Said).value, 'tick ' .. ctx.tick - %u)\n"
    "    is('late', ctx:max('late'), ctx.tick - %u)\n"
    "  end\n"
    "end }\n";

enum { TICKS = 12 };

static uint64_t hash_of(uint32_t latency, uint32_t threads, uint64_t chaos_seed, bool no_jit)
{
    char body[6000];
    notes n = { .last = "" };
    chaos *unkind = chaos_seed ? chaos_create(3, chaos_seed) : NULL;
    snprintf(body, sizeof body, everything, latency, latency, latency, latency);
    orr_host *host = open_with(
        body, &n,
        (orr_host_desc){
            .threads = threads, .seed = 5, .no_jit = no_jit, .scheduler = unkind ? chaos_scheduler(unkind) : NULL });
    for (uint32_t tick = 0; tick < TICKS; tick++) {
        if (orr_host_step(host, 1) != ORR_OK)
            fail_msg("latency %u, %u threads, tick %u: %s", latency, threads, tick, orr_last_error());
    }
    const uint64_t hash = orr_world_hash(orr_host_world(host));
    assert_ok(orr__world_validate(orr_host_world(host)));
    orr_host_close(host);
    chaos_destroy(unkind);
    return hash;
}

static void reads_what_was(void **state)
{
    (void)state;
    static const uint32_t latencies[] = { 1, 3, 7 };
    for (uint32_t l = 0; l < 3; l++) {
        const uint32_t latency = latencies[l];
        const uint64_t wanted = hash_of(latency, 0, 0, false);
        assert_true(hash_of(latency, 0, 0, true) == wanted);
        for (uint32_t threads = 1; threads <= 4; threads *= 2)
            assert_true(hash_of(latency, threads, 0, false) == wanted);
        for (uint64_t seed = 1; seed < 3; seed++) assert_true(hash_of(latency, 0, seed, false) == wanted);
    }
}

/* ---- machines ---------------------------------------------------------------------------------------------------- */

static uint64_t short_of_memory(uint32_t threads)
{
    notes n = { .last = "" };
    orr_host *host = open_with(
        "orrery.world:spawn({ P }, 9000)\n"
        "orrery.system { name = 'thinks', on = 'workers', data = 'snapshot', latency = 2, on_error = 'skip', all = { P "
        "},\n"
        "  writes = { P }, extra = function() return { more = 3 } end, run = function(rows, ctx)\n"
        "    local p = rows:write(P)\n"
        "    for i = rows.first, rows.last do p.x[i] = p.x[i] + ctx.extra.more end\n"
        "    if ctx.tick % 4 == 1 and rows.first % 2048 == 1024 then local s = ('x'):rep(1e8) end\n"
        "  end }\n"
        "orrery.system { name = 'goes on', on = 'workers', all = { P }, writes = { P }, run = function(rows)\n"
        "  local p = rows:write(P) for i = rows.first, rows.last do p.y[i] = p.y[i] + 1 end\n"
        "end }\n",
        &n, (orr_host_desc){ .threads = threads, .lua_bytes = 16u << 20 });
    if (orr_host_step(host, 10) != ORR_OK) fail_msg("%s", orr_last_error());
    assert_int_equal(atomic_load(&n.warnings), 2); /* of ticks 1 and 5 */
    if (!strstr(n.last, "system 'thinks': ") || !strstr(n.last, "used up all memory") || !strstr(n.last, "tick 5"))
        fail_msg("%s", n.last);
    const uint64_t hash = orr_world_hash(orr_host_world(host));
    orr_host_close(host);
    return hash;
}

static void machines_run_out_of_memory(void **state)
{
    (void)state;
    const uint64_t wanted = short_of_memory(0);
    for (uint32_t threads = 1; threads <= 4; threads *= 2) assert_true(short_of_memory(threads) == wanted);
}

static const char endless[] =
    "orrery.world:spawn({ P }, 3000)\n"
    "orrery.system { name = 'hangs', on = 'workers', data = 'snapshot', latency = 2, all = { P }, writes = { P },\n"
    "  run = function(rows, ctx) print('begun') while true do end end }\n";

static void guarded_loops_end(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads <= 2; threads += 2) {
        notes n = { .last = "" };
        orr_host *host =
            open_with(endless, &n, (orr_host_desc){ .threads = threads, .guard = true, .guard_budget = 100000 });
        if (orr_host_step(host, 2) != ORR_OK) fail_msg("%s", orr_last_error());
        assert_int_equal(orr_host_step(host, 1), ORR_E_SCRIPT);
        assert_says("system 'hangs': did not end within 100000 loops (guard)");
        assert_says("tick 0");
        orr_host_close(host);
    }
}

/* The budget would last for hours. */
static void closes_with_work_in_flight(void **state)
{
    (void)state;
    for (int no_jit = 0; no_jit < 2; no_jit++) {
        notes n = { .last = "" };
        orr_host *host = open_with(
            endless, &n,
            (orr_host_desc){ .threads = 2, .guard = true, .guard_budget = 1000000000000000u, .no_jit = no_jit != 0 });
        if (orr_host_step(host, 1) != ORR_OK) fail_msg("%s", orr_last_error());
        assert_true(becomes_set(&n.said));
        orr_host_close(host);
    }
}

/* Between ticks and beside them: what is done to the machines, and what they must not do. */
static void machines_are_left_alone(void **state)
{
    (void)state;
    notes n = { .last = "" };
    orr_host *host =
        open_with("orrery.world:spawn({ P }, 20000)\n"
                  "local calls = 0\n"
                  "orrery.system { name = 'thinks', on = 'workers', data = 'snapshot', latency = 3, all = { P }, "
                  "writes = { P },\n"
                  "  on_error = 'skip', run = function(rows, ctx)\n"
                  "    local p = rows:write(P)\n"
                  "    for k = 1, 50 do for i = rows.first, rows.last do p.x[i] = p.x[i] + 1 end end\n"
                  "    if ctx.tick == 5 then orrery.world:spawn({ P }) end\n"
                  "    ctx:spawn({ P, [V] = { x = ctx.tick } })\n"
                  "  end }\n"
                  "orrery.system { name = 'counts', on = 'workers', all = { P }, writes = { P }, run = function(rows)\n"
                  "  calls = calls + 1 rows:write(P).y[rows.first] = 1\n"
                  "end }\n",
                  &n, (orr_host_desc){ .threads = 4 });
    for (uint32_t i = 0; i < 30; i++) {
        char text[100];
        snprintf(text, sizeof text, "require('orrery').param('p%u', %u)", i, i);
        if (orr_host_step(host, 1) != ORR_OK) fail_msg("%s", orr_last_error());
        assert_ok(orr_host_eval(host, text, "more"));
    }
    assert_int_equal(orr_param_count(orr_host_world(host)), 30);
    if (!atomic_load(&n.warnings)) fail_msg("nothing was said of what a worker must not do");
    assert_ok(orr__world_validate(orr_host_world(host)));
    orr_host_close(host);
}

static void changes_nothing_at_once(void **state)
{
    (void)state;
    static const char *const calls[] = { "spawn({ P })", "destroy(rows.entity[rows.first])",
                                         "add(rows.entity[rows.first], V)", "remove(rows.entity[rows.first], P)" };
    for (uint32_t k = 0; k < 8; k++) {
        char body[1000];
        notes n = { .last = "" };
        snprintf(body, sizeof body,
                 "orrery.world:spawn({ P }, 10)\n"
                 "orrery.system { name = 'thinks', on = 'workers', data = 'snapshot', latency = 1, all = { P },\n"
                 "  run = function(rows, ctx) orrery.world:%s end }\n",
                 calls[k % 4]);
        orr_host *host = open_with(body, &n, (orr_host_desc){ .threads = k / 4 * 2 });
        if (orr_host_step(host, 1) != ORR_OK) fail_msg("%s", orr_last_error());
        assert_int_equal(orr_host_step(host, 1), ORR_E_SCRIPT);
        assert_says("cannot be called while system 'thinks' runs; record it with ctx:");
        assert_int_equal(orr_world_entity_count(orr_host_world(host)), 10);
        orr_host_close(host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_was),          cmocka_unit_test(machines_run_out_of_memory),
        cmocka_unit_test(guarded_loops_end),       cmocka_unit_test(closes_with_work_in_flight),
        cmocka_unit_test(machines_are_left_alone), cmocka_unit_test(changes_nothing_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
