/* Lua machines that ran out of memory for good: a worker's is made anew, the main one says what to do. needs: lua */
#include "base/os.h"
#include "sim_case.h"

static const char head[] = "local orrery = require 'orrery'\n"
                           "local P = orrery.component('P', { x = orrery.f32 }) local n = orrery.param('n', 1)\n"
                           "local R = orrery.resource('R', { v = 2 }) orrery.world:spawn({ P }, 10)\n"
                           "orrery.hook('change', P, function() end)\n";

typedef struct notes {
    char last[600];
    int count;
} notes;

static void note(void *context, int level, const char *text)
{
    notes *n = context;
    if (level == 0) return;
    n->count++;
    snprintf(n->last, sizeof n->last, "%s", text);
}

static orr_host *open_with(const char *body, notes *n)
{
    char text[2048];
    snprintf(text, sizeof text, "%s%s", head, body);
    orr_host *host = orr_host_open(
        &(orr_host_desc){ .script = "x.lua", .text = text, .lua_bytes = 16u << 20, .log = note, .log_context = n });
    if (!host) fail_msg("%s", orr_last_error());
    return host;
}

static void first_is(orr_world *world, double wanted)
{
    const orr_field x = orr_field_find(world, "P.x");
    orr_cursor at = orr_query_begin(world, orr_query_create(world, &(orr_query_desc){ 0 }));
    assert_true(orr_cursor_next(&at));
    assert_true((double)((const float *)orr_cursor_read(&at, x))[at.begin] == wanted);
}

static void a_worker_is_made_anew(void **state)
{
    (void)state;
    notes n = { .count = 0 };
    orr_host *host =
        open_with("orrery.system { name = 's', on = 'workers', all = { P }, reads = { R }, writes = { P },\n"
                  "  on_error = 'skip', run = function(rows, ctx)\n"
                  "    if ctx.tick == 1 or ctx.tick == 4 then local s = ('x'):rep(1e8) end\n"
                  "    local p = rows:write(P)\n"
                  "    for i = rows.first, rows.last do p.x[i] = p.x[i] + ctx:read(R).v * n() end\n"
                  "  end }\n",
                  &n);
    orr_world *world = orr_host_world(host);
    assert_ok(orr_host_step(host, 1));
    first_is(world, 2);
    assert_ok(orr_host_step(host, 1));
    assert_int_equal(n.count, 1);
    if (!strstr(n.last, "system 's': ") || !strstr(n.last, "used up all memory")) fail_msg("%s", n.last);
    first_is(world, 2);
    const orr_param param = orr_param_find(world, "n");
    assert_ok(orr_param_set(world, param, 10));
    assert_ok(orr_host_step(host, 2)); /* ticks 2 and 3: what the new machine reads is what is now */
    first_is(world, 42);
    assert_ok(orr_host_step(host, 2)); /* tick 4: once more */
    assert_int_equal(n.count, 2);
    first_is(world, 62);
    assert_int_equal(orr_param_count(world), 1);
    assert_int_equal(orr_system_count(world), 1);
    assert_ok(orr__world_validate(world));
    orr_host_close(host);
}

static void the_main_one_says_what_to_do(void **state)
{
    (void)state;
    notes n = { .count = 0 };
    orr_host *host = open_with("orrery.system { name = 's', run = function() local s = ('x'):rep(1e8) end }\n", &n);
    assert_int_equal(orr_host_step(host, 1), ORR_E_MEMORY);
    assert_says("system 's': the script used up all memory it may have (16 MiB");
    assert_int_equal(orr_host_step(host, 1), ORR_E_MEMORY);
    assert_says("is closed: open the script anew");
    assert_int_equal(orr_host_eval(host, "print(1)", NULL), ORR_E_MEMORY);
    assert_says("is closed: open the script anew");
    first_is(orr_host_world(host), 0); /* the data is there */
    assert_ok(orr__world_validate(orr_host_world(host)));
    orr_host_close(host);
}

/* Machines die in some ranges, on whichever thread: the other ranges run, with all that the new machines are to know. */
static uint64_t run_short_of_memory(uint32_t threads, const char *on_error, notes *n)
{
    char text[2048];
    snprintf(text, sizeof text,
             "%sorrery.world:spawn({ P }, 20000)\n"
             "local gain = 1\n"
             "orrery.system { name = 's', on = 'workers', all = { P }, reads = { R }, writes = { P },\n"
             "  on_error = '%s', extra = function() return { more = 3 } end, run = function(rows, ctx)\n"
             "    local p, more = rows:write(P), ctx.extra.more\n"
             "    for i = rows.first, rows.last do p.x[i] = p.x[i] + ctx:read(R).v * n() + more * gain end\n"
             "    ctx:spawn({ P }, 1)\n"
             "    if ctx.tick %% 3 == 1 and rows.first %% 2048 == 1024 then local s = ('x'):rep(1e8) end\n"
             "  end }\n"
             "orrery.system { name = 'after', on = 'workers', all = { P }, writes = { P }, extra = { by = 0.5 },\n"
             "  run = function(rows, ctx) local p = rows:write(P)\n"
             "    for i = rows.first, rows.last do p.x[i] = p.x[i] + ctx.extra.by end\n"
             "  end }\n",
             head, on_error);
    orr_host *host = orr_host_open(&(orr_host_desc){
        .script = "x.lua", .text = text, .threads = threads, .lua_bytes = 16u << 20, .log = note, .log_context = n });
    if (!host) fail_msg("%s", orr_last_error());
    if (orr_host_step(host, 6) != ORR_OK) fail_msg("%s", orr_last_error());
    const uint64_t hash = orr_world_hash(orr_host_world(host));
    assert_ok(orr__world_validate(orr_host_world(host)));
    orr_host_close(host);
    return hash;
}

static void memory_runs_out_on_threads(void **state)
{
    (void)state;
    static const char *const modes[] = { "skip", "disable" };
    for (uint32_t mode = 0; mode < 2; mode++) {
        uint64_t first = 0;
        for (uint32_t threads = 0; threads <= 4; threads += threads ? threads : 1) {
            notes n = { .count = 0 };
            const uint64_t hash = run_short_of_memory(threads, modes[mode], &n);
            assert_int_equal(n.count, mode ? 1 : 2);
            if (!strstr(n.last, "system 's': ") || !strstr(n.last, "used up all memory")) fail_msg("%s", n.last);
            if (threads == 0) first = hash;
            if (hash != first) fail_msg("on_error %s: %u threads have another state", modes[mode], threads);
        }
    }
}

/* Two worlds on two threads of one process know nothing of each other. */
static void run_one(void *context)
{
    notes n = { .count = 0 };
    orr_host *host = open_with("orrery.system { name = 's', on = 'workers', all = { P }, writes = { P },\n"
                               "  run = function(rows, ctx) local p = rows:write(P)\n"
                               "    for i = rows.first, rows.last do p.x[i] = p.x[i] + rows:uniform(i, 1) end\n"
                               "    if rows.first == 0 then ctx:spawn({ P }, 3) end\n"
                               "  end }\n",
                               &n);
    if (orr_host_step(host, 40) == ORR_OK) *(uint64_t *)context = orr_world_hash(orr_host_world(host));
    orr_host_close(host);
}

static void two_hosts_on_two_threads(void **state)
{
    (void)state;
    uint64_t hashes[3] = { 0, 1, 2 };
    orr__thread threads[2];
    for (uint32_t i = 0; i < 2; i++) assert_ok(orr__thread_start(&threads[i], run_one, &hashes[i], "host", 0));
    for (uint32_t i = 0; i < 2; i++) orr__thread_join(&threads[i]);
    run_one(&hashes[2]);
    assert_true(hashes[0] == hashes[2] && hashes[1] == hashes[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_is_made_anew),
        cmocka_unit_test(memory_runs_out_on_threads),
        cmocka_unit_test(the_main_one_says_what_to_do),
        cmocka_unit_test(two_hosts_on_two_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
