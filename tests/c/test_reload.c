/* needs: lua
 * Scripts that are changed while their world lives: what becomes of what they declare, and what stays as it was when the
 * new text does not load. The state they had: test_reload_state.c. */
#include "reload_case.h"

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
        cmocka_unit_test(a_text_that_fails_changes_nothing),
        cmocka_unit_test(nothing_is_left_behind),
        cmocka_unit_test(memory_is_refused),
        cmocka_unit_test(systems_of_the_embedder_stay),
        cmocka_unit_test(posted_while_running_free),
        cmocka_unit_test(at_the_wrong_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
