/* needs: lua
 * Input as part of the run: what was logged, given to a second world before the same ticks, makes the same run. And the
 * console: its budget, what it prints, what it may do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/os.h"
#include "orrery.h"

#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        if ((call) != ORR_OK) fail_msg("%s: %s", #call, orr_last_error());                                             \
    } while (0)

static const char script[] = "local orrery = require 'orrery'\n"
                             "local P = orrery.component('P', { x = orrery.f32, n = orrery.i16, on = orrery.bool })\n"
                             "local pull = orrery.param('pull', 1, { min = 0, max = 4 })\n"
                             "orrery.system { name = 'populate', stage = 'startup', run = function(ctx)\n"
                             "  for i = 1, 10 do ctx:spawn({ [P] = { x = i } }) end\n"
                             "end }\n"
                             "orrery.system { name = 'fall', all = { P }, writes = { P }, run = function(rows)\n"
                             "  local p, d = rows:write(P), pull()\n"
                             "  for i = rows.first, rows.last do p.x[i] = p.x[i] - d end\n"
                             "end }\n"
                             "orrery.system { name = 'rise', on = 'workers', all = { P }, writes = { P },\n"
                             "  run = function(rows)\n"
                             "  local p = rows:write(P)\n"
                             "  for i = rows.first, rows.last do p.x[i] = p.x[i] + 0.25 end\n"
                             "end }\n"
                             "orrery.on_input(function(input, ctx)\n"
                             "  if input.kind == 'press' then ctx:spawn({ [P] = { x = input.x } }) end\n"
                             "end)\n";

enum { LOG_MOST = 64, TICKS = 40 };

typedef struct entry {
    uint64_t tick;
    orr_input input;
    char text[200];
} entry;

typedef struct journal {
    entry items[LOG_MOST];
    uint32_t count;
} journal;

typedef struct said {
    char text[4000];
} said;

static void keep(void *context, uint64_t tick, const orr_input *input)
{
    journal *all = context;
    assert_true(all->count < LOG_MOST);
    entry *at = &all->items[all->count++];
    at->tick = tick;
    at->input = *input;
    if (input->text) strncpy(at->text, input->text, sizeof at->text - 1);
}

static void hear(void *context, int level, const char *text)
{
    said *s = context;
    (void)level;
    const size_t length = strlen(s->text);
    if (length + strlen(text) + 2 < sizeof s->text) {
        strcat(s->text, text);
        strcat(s->text, "\n");
    }
}

static orr_host *open(said *s)
{
    orr_host *host =
        orr_host_open(&(orr_host_desc){ .text = script, .threads = 2, .log = s ? hear : NULL, .log_context = s });
    if (!host) fail_msg("%s", orr_last_error());
    assert_ok(orr_host_step(host, 0));
    return host;
}

/* What a person might do, from another thread while the world runs. */
static void fiddle(orr_world *world, orr_field x, orr_system rise, int turn)
{
    const orr_entity someone = (orr_entity)(1 + turn % 5);
    orr_input list[] = {
        { .kind = ORR_INPUT_PARAM, .target = 1, .value = { .f64 = turn % 4 } },
        { .kind = ORR_INPUT_EDIT, .entity = someone, .field = x, .value = { .f32 = (float)turn } },
        { .kind = ORR_INPUT_ENABLE, .target = rise, .value = { .boolean = turn % 3 != 0 } },
        { .kind = ORR_INPUT_TEXT,
          .text = "orrery.world:spawn({ [orrery.component('Q', { y = orrery.f64 })] = {} }, 3)" },
        { .kind = ORR_INPUT_PRESS, .button = 1, .x = turn },
        { .kind = ORR_INPUT_PARAM, .target = 1, .value = { .f64 = 99 } }, /* out of range: refused both times */
    };
    assert_ok(orr_world_input(world, &list[turn % 6]));
}

static void test_replay(void **state)
{
    (void)state;
    static journal all;
    all.count = 0;
    orr_host *host = open(NULL);
    orr_world *world = orr_host_world(host);
    assert_ok(orr_world_input_log(world, keep, &all));
    const orr_system rise = orr_system_find(world, "rise");
    const orr_field x = orr_field_find(world, "P.x");
    assert_true(rise != 0);
    assert_ok(orr_host_run_free(host, &(orr_free_desc){ .ticks_per_second = 200, .ticks = TICKS }));
    orr_free_status status = { 0 };
    for (int turn = 0; turn < 30; turn++) {
        orr__sleep_ns(3000000);
        fiddle(world, x, rise, turn);
    }
    do {
        orr__sleep_ns(1000000);
        assert_ok(orr_world_free_status(world, &status));
    } while (status.state != ORR_FREE_ENDED);
    assert_ok(orr_host_stop(host));
    assert_ok(orr_host_step(host, 1)); /* what came last */
    const uint64_t hash = orr_world_hash(world);
    assert_int_equal(all.count, 30);

    orr_host *again = open(NULL);
    uint32_t next = 0;
    for (uint64_t tick = 0; tick <= TICKS; tick++) {
        for (; next < all.count && all.items[next].tick == tick; next++) {
            orr_input input = all.items[next].input;
            input.text = all.items[next].text;
            (void)orr_world_input(orr_host_world(again), &input);
        }
        assert_ok(orr_host_step(again, 1));
    }
    assert_int_equal(next, all.count);
    assert_true(orr_world_hash(orr_host_world(again)) == hash);
    /* and without them it would not be the same */
    orr_host *without = open(NULL);
    assert_ok(orr_host_step(without, TICKS + 1));
    assert_true(orr_world_hash(orr_host_world(without)) != hash);
    orr_host_close(without);
    orr_host_close(again);
    orr_host_close(host);
}

static int32_t type_in(orr_host *host, const char *text)
{
    return orr_world_input(orr_host_world(host), &(orr_input){ .kind = ORR_INPUT_TEXT, .text = text });
}

static void test_console(void **state)
{
    (void)state;
    said s = { { 0 } };
    orr_host *host = open(&s);
    assert_ok(type_in(host, "1 + 1"));
    assert_non_null(strstr(s.text, "> 1 + 1\n2\n"));
    assert_ok(type_in(host, "local x = 5 print('five', x)"));
    assert_non_null(strstr(s.text, "five\t5\n"));
    assert_ok(type_in(host, "orrery.system { name = 'late', on = 'workers', all = { orrery.component('P', "
                            "{ x = orrery.f32, n = orrery.i16, on = orrery.bool }) }, run = function() end }"));
    assert_ok(orr_host_step(host, 3));
    assert_int_equal(type_in(host, "local = 1"), ORR_E_SCRIPT);
    assert_int_equal(type_in(host, "error 'as was asked'"), ORR_E_SCRIPT);
    assert_non_null(strstr(orr_last_error(), "as was asked"));
    assert_ok(orr_host_step(host, 3));
    /* what it declared before its mistake is known to workers, too */
    assert_int_equal(type_in(host, "orrery.system { name = 'torn', on = 'workers', all = { orrery.component('P', "
                                   "{ x = orrery.f32, n = orrery.i16, on = orrery.bool }) },\n"
                                   "run = function(rows, ctx) ctx:sum('torn', rows.count) end } error 'later'"),
                     ORR_E_SCRIPT);
    assert_non_null(strstr(orr_last_error(), "later"));
    assert_ok(orr_host_step(host, 3));
    assert_true(orr_system_find(orr_host_world(host), "torn") != 0);
    /* a mistake that is made there alone is told */
    assert_int_equal(type_in(host, "if orrery.role == 'worker' then error 'only there' end\n"
                                   "orrery.system { name = 'apart', on = 'workers', all = { orrery.component('P', "
                                   "{ x = orrery.f32, n = orrery.i16, on = orrery.bool }) }, run = function() end }"),
                     ORR_E_SCRIPT);
    assert_non_null(strstr(orr_last_error(), "only there"));
    assert_int_equal(orr_host_step(host, 1), ORR_E_SCRIPT);
    if (!strstr(orr_last_error(), "this worker's machine does not know it")) fail_msg("%s", orr_last_error());
    orr_host_close(host);
}

/* Whatever the line does not to end, it ends; and the script is as fast as before. */
static void test_console_ends(void **state)
{
    (void)state;
    static const char *const endless[] = {
        "while true do end",
        "while true do pcall(function() while true do end end) end",
        "xpcall(function() while true do end end, function() while true do end end)",
        "local co = coroutine.wrap(function() while true do end end) co()",
        "local function f() return f() end f()",
        "setmetatable({}, { __index = function() while true do end end }).x()",
    };
    orr_host *host = open(NULL);
    assert_ok(orr_host_step(host, 20));
    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
        assert_int_equal(type_in(host, endless[i]), ORR_E_SCRIPT);
        if (!strstr(orr_last_error(), "did not end within its budget")) fail_msg("%s", orr_last_error());
        assert_ok(orr_host_step(host, 1));
    }
    assert_ok(type_in(host, "for i = 1, 1e6 do end"));
    /* the JIT is on again: the budget is no more, and this takes a fraction of a second */
    const uint64_t begin = orr__clock_ns();
    assert_ok(orr_host_eval(host, "local n = 0 for i = 1, 2e8 do n = n + 1 end", "fast"));
    if (strstr(orr_host_engine(), "JIT on")) assert_true(orr__clock_ns() - begin < 20000000000u);
    orr_host_close(host);
}

static void test_refusals(void **state)
{
    (void)state;
    orr_world *world = orr_world_create(NULL);
    assert_non_null(world);
    assert_int_equal(orr_world_input(world, &(orr_input){ .kind = ORR_INPUT_TEXT, .text = "1" }), ORR_E_NOT_FOUND);
    assert_int_equal(orr_world_input(world, &(orr_input){ .kind = ORR_INPUT_TEXT }), ORR_E_ARGUMENT);
    assert_int_equal(orr_world_input(world, &(orr_input){ .kind = ORR_INPUT_PARAM, .target = 1 }), ORR_E_ARGUMENT);
    assert_true(orr_world_input(world, &(orr_input){ .kind = ORR_INPUT_ENABLE, .target = 7 }) != ORR_OK);
    assert_true(orr_world_input(world, &(orr_input){ .kind = ORR_INPUT_EDIT, .entity = 7 }) != ORR_OK);
    assert_int_equal(orr_world_input(world, &(orr_input){ .kind = ORR_INPUT_KINDS }), ORR_E_ARGUMENT);
    orr_world_destroy(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay),
        cmocka_unit_test(test_console),
        cmocka_unit_test(test_console_ends),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
