/* needs: lua. valgrind: no
 * Texts of a script, one after the other and at random: declarations come, go and change in each way that there is. Worlds
 * with other numbers of threads, and one that is bothered with texts that do not load, go the same way. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ecs/world.h"
#include "orrery.h"

enum { ROUNDS = 30, HOSTS = 4, TEXT_BYTES = 16384 };

/* What of it is there, and how, says the table V at its head: 0 is not there. */
static const char body[] =
    "local orrery = require 'orrery'\n"
    "local f32, f64, i32, u8, bool, entity = orrery.f32, orrery.f64, orrery.i32, orrery.u8, orrery.bool, "
    "orrery.entity\n"
    "local floor = math.floor\n"
    "local P = orrery.component('P', ({ { x = f32, y = f32(2) }, { x = f64, y = f64(2) }, { y = f32(3), x = i32 },\n"
    "  { x = f32, y = u8, more = f32(7) }, { x = f32, y = f32, who = entity, on = bool(true) } })[V.p])\n"
    "local Q = V.q > 0 and orrery.component('Q', ({ { a = f32 }, { a = f64, b = i32(4) }, { a = bool } })[V.q])\n"
    "local T = V.t > 0 and orrery.tag 'T'\n"
    "local k = V.k > 0 and orrery.param('k', V.k, V.k == 2 and { min = 1, max = 2 } or nil) or function() return 3 "
    "end\n"
    "local R = orrery.resource('r', ({ { n = 0 }, { n = 0, m = 5 }, { m = 1, n = 2, l = 3 } })[V.r])\n"
    "local L = V.l > 0 and orrery.lattice(({ { name = 'l', width = 8, height = 8, fields = { t = f32 } },\n"
    "  { name = 'l', width = 6, height = 9, fields = { t = f64, u = f32 } },\n"
    "  { name = 'l', width = 8, height = 8, fields = { s = f32, t = i32 } } })[V.l])\n"
    "local E = V.e > 0 and orrery.event('E', ({ { v = f64 }, { v = f64, w = f32 }, { v = f32 } })[V.e])\n"
    "local M = orrery.prefab('M', V.m == 2 and Q and { Q, [P] = { x = 3 } } or { [P] = { x = V.m } })\n"
    "local N = V.n > 0 and V.p ~= 3 and V.p ~= 4 and orrery.neighbours { name = 'n', x = P.x, y = P.y, radius = V.n, "
    "carry = { P.x } }\n"
    "if V.a > 1 then orrery.system { name = 'other', stage = 'late', run = function(ctx) end } end\n"
    "orrery.system { name = 'populate', stage = 'startup', run = function(ctx)\n"
    "  ctx:spawn(M, 1200, function(rows) local p = rows:write(P)\n"
    "    for i = rows.first, rows.last do p.x[i] = floor(100 * rows:uniform(i, 1)) end end)\n"
    "end }\n"
    "local function step(rows, ctx)\n"
    "  local p, by = rows:write(P), k()\n"
    "  for i = rows.first, rows.last do\n"
    "    p.x[i] = floor(p.x[i] + by + rows:uniform(i, 1) * 5) % 100\n"
    "    p.y[i] = floor(p.y[i] + 1) % 50\n"
    "  end\n"
    "end\n"
    "if V.s == 1 then orrery.system { name = 'step', all = { P }, writes = { P }, run = step }\n"
    "elseif V.s == 2 then orrery.system { name = 'step', on = 'workers', all = { P }, writes = { P }, run = step }\n"
    "elseif V.s == 3 then\n"
    "  orrery.system { name = 'step', on = 'workers', data = 'snapshot', all = { P }, writes = { P }, run = step }\n"
    "elseif V.s == 4 then\n"
    "  orrery.system { name = 'step', on = 'workers', data = 'snapshot', latency = 2, all = { P }, writes = { P }, run "
    "= step }\n"
    "elseif V.s == 5 then orrery.system { name = 'step', on = 'workers', substeps = 2, all = { P }, writes = { P }, "
    "run = step }\n"
    "elseif V.s == 6 and V.p == 1 then\n"
    "  orrery.system { name = 'step', job = 'damp', all = { P }, bind = { velocity = P } }\n"
    "end\n"
    "if V.w > 0 then orrery.system { name = 'watch', changed = { P }, every = V.w, on = V.w > 1 and 'workers' or nil,\n"
    "  run = function(rows, ctx) local n = 0 for i in rows:changed() do n = n + 1 end ctx:sum('seen', n) end } end\n"
    "orrery.system { name = 'sum', on = 'workers', all = { P }, reads = { P }, run = function(rows, ctx)\n"
    "  local p, sum = rows:read(P), 0\n"
    "  for i = rows.first, rows.last do sum = sum + p.x[i] * V.b end\n"
    "  ctx:sum('sum', sum) ctx:max('most', sum)\n"
    "end }\n"
    "orrery.system { name = 'note', stage = 'late', reads = { R }, writes = { R }, run = function(ctx)\n"
    "  local to, n = ctx:write(R), 0\n"
    "  if E then for e in ctx:events(E) do n = n + e.v end end\n"
    "  to.n = (to.n + (ctx:reduction 'sum' or 0) + (ctx:reduction 'seen' or 0) + n + floor(ctx:random() * 100)) % 1e6\n"
    "end }\n";

static const char rest[] =
    "if E then orrery.system { name = 'emit', on = V.b > 1 and 'workers' or nil, all = { P }, reads = { P },\n"
    "  run = function(rows, ctx) ctx:emit(E, { v = rows:read(P).x[rows.first] }) end } end\n"
    "if V.f > 0 then orrery.system { name = 'flow', stage = 'late', on = V.f > 1 and 'workers' or nil,\n"
    "  latency = V.f == 3 and 2 or nil, data = V.f == 3 and 'snapshot' or nil,\n"
    "  all = { P }, reads = { P }, run = function(rows, ctx)\n"
    "    local p = rows:read(P)\n"
    "    for i = rows.first, rows.last do\n"
    "      local u, e = rows:uniform(i, 7), rows.entity[i]\n"
    "      if u < 0.01 then rows:patch(i):destroy()\n"
    "      elseif u < 0.02 then ctx:spawn(M, 1, function(new) new:write(P).x[new.first] = floor(p.x[i]) end)\n"
    "      elseif u < 0.05 and Q then ctx:add(e, Q)\n"
    "      elseif u < 0.07 and Q then ctx:remove(e, Q)\n"
    "      elseif u < 0.10 and T then ctx:add(e, T)\n"
    "      elseif u < 0.12 and T then ctx:remove(e, T) end\n"
    "    end\n"
    "  end } end\n"
    "if Q then orrery.system { name = 'both', all = { P, Q }, reads = { P }, writes = { Q }, on = 'workers',\n"
    "  run = function(rows) local p, q = rows:read(P), rows:write(Q)\n"
    "    for i = rows.first, rows.last do q.a[i] = V.q == 3 and p.x[i] > 50 or V.q ~= 3 and p.x[i] or q.a[i] end end } "
    "end\n"
    "if L and V.l == 2 then orrery.system { name = 'cells', lattice = L, on = 'workers', run = function(rows)\n"
    "  local t, u = rows:write(L).t, rows:write(L).u\n"
    "  for i = rows.first * rows.width, rows.last * rows.width + rows.width - 1 do t[i], u[i] = t[i] + 1, u[i] + 2 "
    "end\n"
    "end }\n"
    "elseif L and V.f > 1 then orrery.system { name = 'cells', lattice = L, on = 'workers',\n"
    "  run = function(rows) local t = rows:write(L).t\n"
    "    for i = rows.first * rows.width, rows.last * rows.width + 3 do t[i] = t[i] + i end end }\n"
    "elseif L then orrery.system { name = 'cells', writes = { L }, run = function(ctx)\n"
    "  local t = ctx:write(L).t for i = 0, 40 do t[i] = t[i] + i end end } end\n"
    "if N then orrery.system { name = 'near', on = 'workers', all = { P }, reads = { P, N }, run = function(rows, "
    "ctx)\n"
    "  local p, near, n = rows:read(P), ctx:near(N), 0\n"
    "  for i = rows.first, rows.last, 16 do for j in near:each(p.x[i], p.y[i]) do n = n + near.x[j] end end\n"
    "  ctx:sum('sum', n)\n"
    "end } end\n"
    "if V.h > 0 then orrery.hook('add', P, function(e, ctx) ctx:write(R).n = ctx:read(R).n + V.h end) end\n"
    "if V.h > 1 and Q then orrery.hook('remove', Q, function(e, ctx) ctx:write(R).n = ctx:read(R).n + 3 end) end\n"
    "orrery.draw { points = { x = P.x, y = P.y, size = V.b } }\n"
    "if V.b > 1 then orrery.series('n', function(world) return world:count() end) end\n";

static const struct {
    char name;
    uint32_t least, most;
} parts[] = { { 'p', 1, 5 }, { 'q', 0, 3 }, { 't', 0, 1 }, { 'k', 0, 2 }, { 'r', 1, 3 },
              { 'l', 0, 3 }, { 'e', 0, 3 }, { 'm', 1, 3 }, { 'n', 0, 3 }, { 'a', 1, 2 },
              { 's', 0, 6 }, { 'w', 0, 3 }, { 'b', 1, 2 }, { 'f', 0, 3 }, { 'h', 0, 2 } };

enum { PARTS = sizeof parts / sizeof *parts };

typedef struct mix {
    uint64_t seed;
    uint32_t values[PARTS];
    char text[TEXT_BYTES];
} mix;

static uint32_t below(mix *m, uint32_t count)
{
    m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((m->seed >> 33) % count);
}

/* `more` is at its end. */
static const char *write_text(mix *m, const char *more)
{
    size_t used = (size_t)snprintf(m->text, sizeof m->text, "local V = { ");
    for (uint32_t i = 0; i < PARTS; i++)
        used += (size_t)snprintf(m->text + used, sizeof m->text - used, "%c = %u, ", parts[i].name, m->values[i]);
    snprintf(m->text + used, sizeof m->text - used, "}\n%s%s%s", body, rest, more);
    return m->text;
}

/* One or some of the parts are others. */
static void change(mix *m, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) {
        const uint32_t i = below(m, PARTS);
        m->values[i] = parts[i].least + below(m, parts[i].most - parts[i].least + 1);
    }
}

static orr_host *open_text(const char *text, uint32_t threads)
{
    orr_host *host = orr_host_open(&(orr_host_desc){ .text = text, .script = "s.lua", .threads = threads });
    if (!host) fail_msg("%s\n%s", orr_last_error(), text);
    return host;
}

static void load(mix *m, orr_host *host, uint32_t threads)
{
    if (orr_host_reload_text(host, write_text(m, "")) != ORR_OK)
        fail_msg("%u threads: %s\n%.200s", threads, orr_last_error(), m->text);
}

static void bother(mix *m, orr_host *host)
{
    static const char *const mistakes[] = {
        "error('no')\n", "if orrery.role == 'worker' then error('no') end\n",
        "orrery.system { name = 'x', after = { 'nobody' }, run = function() end }\n", "local function f(\n"
    };
    uint32_t values[PARTS];
    memcpy(values, m->values, sizeof values);
    const uint64_t seed = m->seed;
    change(m, 1 + below(m, 8));
    const uint64_t before = orr_world_hash(orr_host_world(host));
    assert_int_not_equal(orr_host_reload_text(host, write_text(m, mistakes[below(m, 4)])), ORR_OK);
    assert_true(orr_world_hash(orr_host_world(host)) == before);
    memcpy(m->values, values, sizeof values);
    m->seed = seed;
}

static void go(uint64_t seed, uint32_t rounds)
{
    static const uint32_t threads[HOSTS] = { 0, 1, 2, 4 };
    static mix m;
    m.seed = seed;
    for (uint32_t i = 0; i < PARTS; i++) m.values[i] = parts[i].least;
    change(&m, PARTS);
    orr_host *hosts[HOSTS];
    for (uint32_t h = 0; h < HOSTS; h++) hosts[h] = open_text(write_text(&m, ""), threads[h]);
    for (uint32_t round = 0; round < rounds; round++) {
        const uint32_t ticks = below(&m, 4);
        for (uint32_t h = 0; h < HOSTS; h++) {
            if (h == 1) bother(&m, hosts[h]);
            if (orr_host_step(hosts[h], ticks) != ORR_OK)
                fail_msg("%u threads, seed %" PRIu64 ", round %u: %s\n%.200s", threads[h], seed, round,
                         orr_last_error(), write_text(&m, ""));
            const int32_t valid = orr__world_validate(orr_host_world(hosts[h]));
            if (valid != ORR_OK) fail_msg("seed %" PRIu64 ", round %u: %s", seed, round, orr_last_error());
            if (orr_world_hash(orr_host_world(hosts[h])) != orr_world_hash(orr_host_world(hosts[0])))
                fail_msg("%u threads, seed %" PRIu64 ", round %u: another hash\n%.200s", threads[h], seed, round,
                         write_text(&m, ""));
        }
        change(&m, 1 + below(&m, 3));
        for (uint32_t h = 0; h < HOSTS; h++) {
            load(&m, hosts[h], threads[h]);
            if (h == 2) load(&m, hosts[h], threads[h]); /* once more: nothing happens */
        }
    }
    for (uint32_t h = 0; h < HOSTS; h++) orr_host_close(hosts[h]);
}

static void texts_at_random(void **state)
{
    (void)state;
    const char *from = getenv("ORRERY_MIX_SEED");
    if (from) {
        go(strtoull(from, NULL, 10), 4 * ROUNDS);
        return;
    }
    for (uint64_t seed = 1; seed <= 2; seed++) go(seed, ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(texts_at_random) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
