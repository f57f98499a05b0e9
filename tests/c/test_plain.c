/* NaNs that jobs leave in columns: LuaJIT tells the types of its values by the bits of NaNs, so what scripts read must
 * be the one that is a number. needs: lua */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "orrery.h"

static int32_t forge(const orr_rows *rows, const orr_tick *tick)
{
    uint32_t *x = orr_slot(rows, 0);
    uint64_t *wide = orr_slot(rows, 1);
    static const uint32_t bits[] = { 0xFFFFFFFF, 0xFFCC0000, 0xFF8FFFFF, 0xFFC00000, 0x7F800001, 0x3F800000 };
    static const uint64_t wide_bits[] = { 0xFFFFFFFFFFFFFFFF, 0xFFFA000000001234, 0xFFF9800000000000,
                                          0xFFF8000000000000, 0x7FF0000000000001, 0x3FF0000000000000 };
    (void)tick;
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        memcpy(&x[i], &bits[i % 6], sizeof x[i]);
        memcpy(&wide[i], &wide_bits[i % 6], sizeof wide[i]);
    }
    return ORR_OK;
}

static const orr_slot_desc slots[] = { ORR_SLOT_RW("odd.x", f32), ORR_SLOT_RW("odd.wide", f64) };
ORR_JOB(forge, slots, .arithmetic = ORR_F32);
static const orr_job_desc *const jobs[] = { &orr_job_forge };

static const char script[] = "local orrery = require 'orrery'\n"
                             "local Odd = orrery.component('Odd', { x = orrery.f32, wide = orrery.f64 })\n"
                             "orrery.world:spawn({ Odd }, 1200)\n";
static const char systems[] =
    "local orrery = require 'orrery'\n"
    "local Odd = orrery.component('Odd', { x = orrery.f32, wide = orrery.f64 })\n"
    "local function one(v, i)\n"
    "  if type(v) ~= 'number' then error('row ' .. i .. ' gave a ' .. type(v)) end\n"
    "  if i % 6 == 5 and v ~= 1 or i % 6 ~= 5 and v == v then error('row ' .. i .. ' gave ' .. v) end\n"
    "end\n"
    "orrery.system { name = 'forge', job = 'forge', all = { Odd } }\n"
    "orrery.system { name = 'look', all = { Odd }, reads = { Odd }, gather = { Odd.x, Odd.wide },\n"
    "  run = function(rows, ctx)\n"
    "    local odd, gx, gw = rows:read(Odd), ctx:gather(Odd.x), ctx:gather(Odd.wide)\n"
    "    for i = rows.first, rows.last do\n"
    "      one(odd.x[i], i) one(odd.wide[i], i) one(gx[i], i) one(gw[i], i)\n"
    "    end\n"
    "  end }\n"
    "orrery.system { name = 'visit', run = function(ctx)\n"
    "  for rows in ctx.world:each(Odd) do\n"
    "    local read, write = rows:read(Odd), rows:write(Odd)\n"
    "    for i = rows.first, rows.last do\n"
    "      local e = rows.entity[i]\n"
    "      one(ctx.world:get(e, Odd.x), i) one(ctx.world:get(e, Odd).wide, i)\n"
    "      one(read.x[i], i) one(write.wide[i], i)\n"
    "    end\n"
    "  end\n"
    "end }\n";

static void reads_numbers(void **state)
{
    const bool no_jit = *state != NULL;
    orr_host *host = orr_host_open(&(orr_host_desc){ .text = script, .script = "plain", .no_jit = no_jit });
    assert_non_null(host);
    static const orr_job_module module = { ORR_ABI, (uint32_t)sizeof(orr_job_module), 1, 0, jobs };
    assert_int_equal(orr_job_register(orr_host_world(host), &module), ORR_OK);
    assert_int_equal(orr_host_eval(host, systems, "systems"), ORR_OK);
    for (int tick = 0; tick < 20; tick++) {
        if (orr_host_step(host, 1) != ORR_OK) fail_msg("tick %d: %s", tick, orr_last_error());
    }
    orr_host_close(host);
}

int main(void)
{
    static int no_jit;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(reads_numbers, NULL),
        cmocka_unit_test_prestate(reads_numbers, &no_jit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
