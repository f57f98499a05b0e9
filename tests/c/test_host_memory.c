/* needs: lua
 * A whole script, from opening to closing, with every n-th allocation of the host refused: an error or a run with the
 * right hash, a valid world, nothing lost. LuaJIT's own memory is not the host's and is not refused here. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ecs/world.h"
#include "faulty.h"
#include "orrery.h"
#include "sanitized.h"

static const char script[] =
    "local orrery = require 'orrery'\n"
    "local f32 = orrery.f32\n"
    "local P = orrery.component('Position', { x = f32, y = f32 })\n"
    "local V = orrery.component('Velocity', { x = f32, y = f32(1) })\n"
    "local Dead = orrery.tag 'Dead'\n"
    "local rate = orrery.param('rate', 0.2, { min = 0, max = 1 })\n"
    "local Boom = orrery.event('Boom', { x = f32 })\n"
    "local Grid = orrery.lattice { name = 'grid', width = 16, height = 8, fields = { heat = f32 }, wrap = true }\n"
    "local Near = orrery.neighbours { name = 'near', x = P.x, y = P.y, radius = 2, carry = { V.x } }\n"
    "local Mote = orrery.prefab('Mote', { P, [V] = { y = 2 } })\n"
    "orrery.resource('score', 3)\n"
    "orrery.system { name = 'populate', stage = 'startup', run = function(ctx)\n"
    "  ctx:spawn(Mote, 700, function(rows)\n"
    "    local p = rows:write(P)\n"
    "    for i = rows.first, rows.last do p.x[i], p.y[i] = 20 * rows:uniform(i, 1), 20 * rows:uniform(i, 2) end\n"
    "  end)\n"
    "end }\n"
    "orrery.system { name = 'near', on = 'workers', all = { P, V }, reads = { P, Near }, writes = { V },\n"
    "  run = function(rows, ctx)\n"
    "    local p, v, near = rows:read(P), rows:write(V), ctx:near(Near)\n"
    "    for i = rows.first, rows.last do\n"
    "      local n = 0\n"
    "      for j in near:each(p.x[i], p.y[i]) do if near.entity[j] ~= rows.entity[i] then n = n + 1 end end\n"
    "      v.x[i] = n * 0.01\n"
    "    end\n"
    "    ctx:sum('rows', rows.count)\n"
    "  end }\n"
    "orrery.system { name = 'move', job = 'integrate', all = { P, V }, bind = { position = P, velocity = V } }\n"
    "orrery.system { name = 'heat', lattice = Grid, on = 'workers', run = function(rows)\n"
    "  local heat = rows:write(Grid).heat\n"
    "  for y = rows.first, rows.last do heat[y * rows.width] = heat[y * rows.width] + 1 end\n"
    "end }\n"
    "orrery.system { name = 'fate', on = 'workers', all = { P }, none = { Dead }, reads = { P }, run = function(rows, "
    "ctx)\n"
    "  for i = rows.first, rows.last do\n"
    "    local u = rows:uniform(i, 1)\n"
    "    if u < 0.05 then rows:patch(i):destroy()\n"
    "    elseif u < 0.1 then ctx:spawn(Mote)\n"
    "    elseif u < rate() then rows:patch(i):add(Dead) ctx:emit(Boom, { x = u }) end\n"
    "  end\n"
    "end }\n"
    "orrery.system { name = 'seen', on = 'workers', changed = { V }, reads = { V }, run = function(rows, ctx)\n"
    "  local n = 0\n"
    "  for _ in rows:changed() do n = n + 1 end\n"
    "  ctx:sum('changed', n)\n"
    "end }\n";

enum { TICKS = 3, STRIDE = BY_THREAD_SANITIZER ? 3 : 1 };

/* The hash after the run, or 0 with *failed set. */
static uint64_t run(const orr_allocator *allocator, bool *failed)
{
    uint64_t hash = 0;
    orr_host *host = orr_host_open(
        &(orr_host_desc){ .text = script, .script = "scene", .seed = 9, .threads = 2, .allocator = allocator });
    *failed = !host;
    if (!host) {
        assert_string_not_equal(orr_last_error(), "");
        return 0;
    }
    const int32_t status = orr_host_step(host, TICKS);
    *failed = status != ORR_OK;
    if (*failed) assert_string_not_equal(orr_last_error(), "");
    if (orr__world_validate(orr_host_world(host)) != ORR_OK) fail_msg("after a failure: %s", orr_last_error());
    if (*failed) (void)orr_host_step(host, 1); /* it may go on: whatever it says, the world stays valid */
    if (orr__world_validate(orr_host_world(host)) != ORR_OK) fail_msg("after going on: %s", orr_last_error());
    if (!*failed) hash = orr_world_hash(orr_host_world(host));
    orr_host_close(host);
    return hash;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    bool failed;
    faulty f;
    orr_allocator hooks = faulty_allocator(&f, -1);
    const uint64_t expected = run(&hooks, &failed);
    if (failed) fail_msg("the scene itself fails: %s", orr_last_error());
    assert_int_equal(f.alive, 0);
    uint32_t failures = 0, n = 0;
    for (;; n += STRIDE) {
        hooks = faulty_allocator(&f, n);
        const uint64_t hash = run(&hooks, &failed);
        if (f.alive != 0 || f.bytes != 0) fail_msg("allocation %u: %lld blocks leak", n, (long long)f.alive);
        if (f.overrun != 0) fail_msg("allocation %u: a write past the end of a block", n);
        failures += failed;
        if (!failed && hash != expected)
            fail_msg("allocation %u: hash %016" PRIx64 ", expected %016" PRIx64, n, hash, expected);
        if (f.refused == 0) break; /* past the last allocation of the run */
    }
    printf("%u allocations, %u of every %uth of them fatal\n", n, failures, (unsigned)STRIDE);
    assert_true(n > 100);
    assert_true(failures > n / STRIDE / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_allocation_may_fail) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
