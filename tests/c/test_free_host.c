/* needs: lua
 * Scripts that run free, and mailboxes that they declare. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/os.h"
#include "faulty.h"
#include "orrery.h"

#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        if ((call) != ORR_OK) fail_msg("%s: %s", #call, orr_last_error());                                             \
    } while (0)

static const char scene[] =
    "local orrery = require 'orrery'\n"
    "local P = orrery.component('Position', { x = orrery.f32, y = orrery.f32(2) })\n"
    "local V = orrery.component('Velocity', { x = orrery.f64(7), on = orrery.bool(true), who = orrery.entity })\n"
    "local Heat = orrery.lattice { name = 'heat', width = 4, height = 3, fields = { t = orrery.f32 } }\n"
    "local Wind = orrery.resource('wind', 3)\n"
    "local stop = orrery.param('stop', -1)\n"
    "local step = orrery.param('step', 1)\n"
    "local view = orrery.mailbox { name = 'view', all = { P }, optional = { V }, entities = true,\n"
    "  fields = { P.x, P.y, V.x, V.on, V.who }, lattices = Heat, resources = { Wind }, reductions = { 'rows' } }\n"
    "orrery.world:spawn({ P, V }, 700)\n"
    "orrery.world:spawn({ P }, 300)\n"
    "orrery.system { name = 'move', on = 'workers', all = { P }, writes = { P }, run = function(rows, ctx)\n"
    "  local p, d = rows:write(P), step()\n"
    "  for i = rows.first, rows.last do p.x[i] = p.x[i] + d end\n"
    "  ctx:sum('rows', rows.count)\n"
    "end }\n"
    "orrery.system { name = 'heat', lattice = Heat, run = function(rows)\n"
    "  local t = rows:write(Heat).t\n"
    "  for y = rows.first, rows.last do t[y * rows.width] = t[y * rows.width] + 1 end\n"
    "end }\n"
    "orrery.system { name = 'fail', run = function(ctx)\n"
    "  if ctx.tick == stop() then error('as was asked') end\n"
    "end }\n"
    /* sees the state of the step before: its own is published after it */
    "orrery.system { name = 'look', stage = 'render', run = function(ctx)\n"
    "  local s = view:latest()\n"
    "  if not s then return end\n"
    "  assert(s.count == 1000 and s.first == 0 and s.last == 999 and s.entity_count == 1000)\n"
    "  assert(s.tick <= ctx.tick and s.time == s.tick * s.dt and s.sequence >= 1)\n"
    "  local p, v = s:read(P), s:read(V)\n"
    "  for i = s.first, s.last do\n"
    "    assert(p.x[i] == s.tick and p.y[i] == 2 and s.entity[i] > 0)\n"
    "    assert(v.x[i] == 7 and v.on[i] == true and v.who[i] == 0)\n"
    "  end\n"
    "  local function bad(text, fn) local ok, e = pcall(fn) assert(not ok and e:find(text, 1, true), e) end\n"
    "  bad('outside 0..999', function() return p.x[1000] end)\n"
    "  bad('cannot be written', function() p.x[0] = 1 end)\n"
    "  bad(\"holds no 'Velocity.y'\", function() return v.y end)\n"
    "  bad(\"has no 'tock'\", function() return s.tock end)\n"
    "end }\n";

static orr_host *open_scene(uint32_t threads, const orr_allocator *allocator)
{
    orr_host *host = orr_host_open(
        &(orr_host_desc){ .text = scene, .script = "scene", .threads = threads, .dt = 0.5, .allocator = allocator });
    if (!host) fail_msg("%s", orr_last_error());
    return host;
}

static void status_until(const orr_world *world, uint32_t wanted)
{
    orr_free_status status;
    do {
        orr__thread_yield();
        assert_ok(orr_world_free_status(world, &status));
    } while (status.state != wanted);
}

/* Every number of the state is that of its tick. */
static void assert_whole(orr_world *world, const orr_mail *state)
{
    uint64_t count = 0;
    const float *x = orr_mail_column(state, 0, orr_field_find(world, "Position.x"), &count);
    const double *v = orr_mail_column(state, 0, orr_field_find(world, "Velocity.x"), NULL);
    const float *t = orr_mail_cells(state, "heat.t", NULL, NULL);
    orr_value wind = { 0 };
    double rows = 0;
    assert_true(x && v && t && orr_mail_entities(state, 0, NULL));
    assert_int_equal(count, 1000);
    for (uint64_t i = 0; i < count; i++) assert_true(x[i] == (float)state->tick && v[i] == 7);
    for (uint32_t y = 0; y < 3; y++) assert_true(t[y * 4] == (float)state->tick && t[y * 4 + 1] == 0);
    assert_ok(orr_mail_resource(state, "wind", NULL, &wind));
    assert_true(wind.f64 == 3);
    if (state->tick) assert_ok(orr_mail_reduction(state, "rows", &rows));
    assert_true(state->tick == 0 || rows == 1000);
}

static void scripts_run_free_as_they_step(void **state)
{
    (void)state;
    const orr_free_desc descs[] = { { .ticks = 40 },
                                    { .ticks = 40, .ticks_per_second = 4000, .states_per_second = 500 } };
    for (uint32_t k = 0; k < 4; k++) {
        orr_host *free = open_scene(k < 2 ? 0 : 2, NULL), *stepped = open_scene(2, NULL);
        orr_world *world = orr_host_world(free);
        orr_mailbox *box = orr_mailbox_find(world, "view");
        assert_non_null(box);
        assert_ok(orr_host_run_free(free, &descs[k % 2]));
        for (uint64_t tick = 0; tick < 40;) {
            const orr_mail *now = orr_mailbox_take(box);
            const uint64_t seen = now ? now->sequence : 0;
            if (now) assert_whole(world, now);
            if (now) tick = now->tick;
            orr_mailbox_release(box, now);
            if (tick < 40) orr_mailbox_wait(box, seen, 1000);
        }
        assert_int_equal(orr_host_step(free, 1), ORR_E_LOCKED);
        assert_int_equal(orr_host_eval(free, "local x = 1", "no"), ORR_E_LOCKED);
        assert_ok(orr_host_stop(free));
        assert_ok(orr_host_step(stepped, 40));
        assert_int_equal(orr_world_hash(world), orr_world_hash(orr_host_world(stepped)));
        assert_ok(orr_host_step(free, 10)); /* and it steps as before */
        assert_ok(orr_host_step(stepped, 10));
        assert_int_equal(orr_world_hash(world), orr_world_hash(orr_host_world(stepped)));
        orr_host_close(free);
        orr_host_close(stepped);
    }
}

static void scripts_read_the_newest_state(void **state)
{
    (void)state;
    orr_host *host = open_scene(2, NULL);
    for (int k = 0; k < 20; k++) assert_ok(orr_host_step(host, 1 + (uint64_t)k % 3)); /* `look` checks */
    orr_mailbox *box = orr_mailbox_find(orr_host_world(host), "view");
    orr_mailbox_destroy(box); /* refused: the script has it */
    assert_non_null(strstr(orr_last_error(), "is a script's"));
    assert_ptr_equal(orr_mailbox_find(orr_host_world(host), "view"), box);
    orr_host_close(host);
}

/* ---- a million reads ---- */

/* Every state says its tick in each of its numbers, and holds their sum as the script made it. The script reads its own
 * mailbox meanwhile. */
static const char racer[] =
    "local orrery = require 'orrery'\n"
    "local P = orrery.component('P', { x = orrery.f64, y = orrery.f64 })\n"
    "local view = orrery.mailbox { name = 'view', all = { P }, fields = { P.x, P.y }, readers = 5,\n"
    "  reductions = { 'sum' } }\n"
    "orrery.world:spawn({ P }, 24)\n"
    "orrery.system { name = 'write', on = 'workers', all = { P }, writes = { P }, run = function(rows, ctx)\n"
    "  local p, sum = rows:write(P), 0\n"
    "  for i = rows.first, rows.last do\n"
    "    p.x[i], p.y[i] = (ctx.tick + 1) * 32 + i, p.y[i] + 1\n"
    "    sum = sum + p.x[i] + p.y[i]\n"
    "  end\n"
    "  ctx:sum('sum', sum)\n"
    "end }\n"
    "orrery.system { name = 'look', stage = 'render', run = function()\n"
    "  local s = view:latest()\n"
    "  if not s then return end\n"
    "  local p = s:read(P)\n"
    "  for i = s.first, s.last do assert(p.x[i] == s.tick * 32 + i and p.y[i] == s.tick) end\n"
    "end }\n";

typedef struct reader {
    orr__thread thread;
    orr_mailbox *box;
    orr_field x, y;
    uint64_t reads, torn, backwards, nothing, last;
} reader;

static bool is_whole(const reader *r, const orr_mail *state)
{
    uint64_t count = 0;
    const double *x = orr_mail_column(state, 0, r->x, &count), *y = orr_mail_column(state, 0, r->y, NULL);
    double sum = 0, told = -1;
    bool whole = x && y && count == 24 && orr_mail_reduction(state, "sum", &told) == ORR_OK;
    for (uint32_t i = 0; whole && i < 24; i++) {
        whole = x[i] == (double)(state->tick * 32 + i) && y[i] == (double)state->tick;
        sum += x[i] + y[i];
    }
    return whole && sum == told;
}

static void read_many(void *context)
{
    reader *r = context;
    for (uint64_t k = 0; k < r->reads || (k < 1000 * r->reads && orr_mailbox_sequence(r->box) <= 100); k++) {
        const orr_mail *state = orr_mailbox_take(r->box);
        r->nothing += !state;
        if (!state) continue;
        if (k % 64 == 0) orr__thread_yield(); /* while it is held */
        r->torn += !is_whole(r, state);
        r->backwards += state->sequence < r->last;
        r->last = state->sequence;
        orr_mailbox_release(r->box, state);
    }
}

static void a_million_reads_of_a_script_at_full_speed(void **state)
{
    (void)state;
    enum { READERS = 4, READS = 1000000 };
    reader readers[READERS];
    orr_host *host = orr_host_open(&(orr_host_desc){ .text = racer, .script = "racer", .threads = 2 });
    if (!host) fail_msg("%s", orr_last_error());
    orr_world *world = orr_host_world(host);
    assert_ok(orr_host_step(host, 1));
    assert_ok(orr_host_run_free(host, NULL));
    for (uint32_t r = 0; r < READERS; r++) {
        readers[r] = (reader){ .box = orr_mailbox_find(world, "view"), .reads = READS / READERS };
        readers[r].x = orr_field_find(world, "P.x");
        readers[r].y = orr_field_find(world, "P.y");
        assert_ok(orr__thread_start(&readers[r].thread, read_many, &readers[r], "reader", 0));
    }
    for (uint32_t r = 0; r < READERS; r++) orr__thread_join(&readers[r].thread);
    assert_ok(orr_host_stop(host)); /* and `look` found no fault */
    for (uint32_t r = 0; r < READERS; r++) {
        assert_int_equal(readers[r].torn, 0);
        assert_int_equal(readers[r].backwards, 0);
        assert_int_equal(readers[r].nothing, 0);
    }
    assert_true(orr_world_tick(world) > 100);
    orr_host_close(host);
}

static void an_error_in_a_script_ends_it(void **state)
{
    (void)state;
    orr_host *host = open_scene(2, NULL);
    orr_world *world = orr_host_world(host);
    orr_free_status status;
    assert_ok(orr_host_run_free(host, NULL));
    assert_ok(orr_world_pause(world));
    status_until(world, ORR_FREE_PAUSED);
    assert_ok(orr_world_free_status(world, &status));
    assert_ok(orr_param_set(world, orr_param_find(world, "stop"), (double)status.tick + 5));
    assert_ok(orr_world_resume(world));
    const uint64_t tick = status.tick;
    status_until(world, ORR_FREE_ENDED);
    assert_ok(orr_world_free_status(world, &status));
    assert_int_equal(status.code, ORR_E_SCRIPT);
    assert_non_null(strstr(status.text, "as was asked"));
    assert_non_null(strstr(status.text, "scene:"));
    const orr_mail *last = orr_mailbox_take(orr_mailbox_find(world, "view"));
    assert_int_equal(last->tick, tick + 5);
    assert_whole(world, last);
    assert_int_equal(orr_host_stop(host), ORR_E_SCRIPT);
    assert_non_null(strstr(orr_last_error(), "as was asked"));
    assert_ok(orr_host_run_free(host, &(orr_free_desc){ .ticks = 3 }));
    orr_host_close(host); /* while it runs */
}

static void evaluate(orr_world *world, void *context)
{
    (void)world;
    void **pair = context;
    *(int32_t *)pair[1] = orr_host_eval(pair[0], "require('orrery').world:spawn({}, 5)", "console");
}

/* Lua that is run between two ticks, by the thread that may. */
static void a_console_posts(void **state)
{
    (void)state;
    orr_host *host = open_scene(2, NULL);
    orr_world *world = orr_host_world(host);
    int32_t code = 1;
    void *pair[2] = { host, &code };
    assert_ok(orr_host_run_free(host, NULL));
    assert_ok(orr_world_post(world, evaluate, pair));
    status_until(world, ORR_FREE_ENDED); /* `look` counts the entities, and ends it */
    assert_int_equal(orr_host_stop(host), ORR_E_SCRIPT);
    assert_int_equal(code, ORR_OK);
    assert_int_equal(orr_world_entity_count(world), 1005);
    orr_host_close(host);
}

/* Scripts with mailboxes, every n-th allocation refused: an error or a right run, nothing lost. */
static void every_allocation_may_fail(void **state)
{
    (void)state;
    static const char script[] =
        "local orrery = require 'orrery'\n"
        "local P = orrery.component('Position', { x = orrery.f32 })\n"
        "local view = orrery.mailbox { name = 'view', fields = P.x, entities = true, reductions = { 'n' } }\n"
        "orrery.world:spawn({ P }, 100)\n"
        "orrery.system { name = 'look', stage = 'render', run = function()\n"
        "  local s = view:latest()\n"
        "  if s then assert(s:read(P).x[99] == 0) end\n"
        "end }\n";
    for (int64_t n = 0;; n++) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, n);
        orr_host *host = orr_host_open(&(orr_host_desc){ .text = script, .script = "s", .allocator = &hooks });
        for (int k = 0; host && k < 3; k++) (void)orr_host_step(host, 1);
        if (host) {
            (void)orr_host_run_free(host, &(orr_free_desc){ .ticks = 2 });
            (void)orr_host_stop(host);
        }
        const bool refused = atomic_load(&f.refused) > 0;
        if (!refused) assert_int_equal(orr_world_tick(orr_host_world(host)) >= 3, 1);
        orr_host_close(host);
        if (f.alive != 0 || f.overrun != 0) fail_msg("allocation %d: %d blocks leak", (int)n, (int)f.alive);
        if (!refused) break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_run_free_as_they_step),
        cmocka_unit_test(scripts_read_the_newest_state),
        cmocka_unit_test(a_million_reads_of_a_script_at_full_speed),
        cmocka_unit_test(an_error_in_a_script_ends_it),
        cmocka_unit_test(a_console_posts),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
