/* needs: lua
 * Scripts that are changed while their world lives: resources, lattices, events, neighbours, hooks, mailboxes, and runs that
 * are in flight. */
#include "reload_case.h"

/* ---- other state ---- */

static void resources_lattices_and_events(void **state)
{
    (void)state;
    static const char first[] =
        HEAD "local R = orrery.resource('r', { a = 1, b = 2 })\nlocal S = orrery.resource('s', 'one')\n"
             "local L = orrery.lattice { name = 'l', width = 4, height = 3, fields = { t = f32, u = f32(5) } }\n"
             "local E = orrery.event('E', { v = f64 })\n"
             "orrery.system { name = 'all', run = function(ctx)\n"
             "  ctx:write(R).a = ctx:read(R).a + 1\n  ctx:write(S).value = 'two'\n"
             "  ctx:write(L).t[5] = ctx:read(L).t[5] + 1\n  ctx:emit(E, { v = ctx.tick }) ctx:sum('n', 2)\n"
             "end }\n";
    orr_host *host = open_text(first);
    orr_world *world = orr_host_world(host);
    assert_ok(orr_host_step(host, 3));
    const orr_event event = orr_event_find(world, "E");
    assert_int_equal(orr_event_count(world, event), 1);
    /* other defaults, other fields, another size */
    assert_ok(orr_host_reload_text(
        host, HEAD "local R = orrery.resource('r', { a = 50, c = 6 })\nlocal S = orrery.resource('s', 'three')\n"
                   "local L = orrery.lattice { name = 'l', width = 5, height = 5, fields = { t = f64, w = f32(8) } }\n"
                   "local E = orrery.event('E', { v = f64 })\n"));
    assert_true(resource(host, "r", "a") == 4 && resource(host, "r", "c") == 6);
    assert_string_equal(orr_resource_text(world, orr_resource_find(world, "s")), "two");
    uint32_t width = 0, height = 0;
    const double *t = orr_lattice_cells(world, orr_lattice_find(world, "l"), "t", &width, &height);
    const float *w = orr_lattice_cells(world, orr_lattice_find(world, "l"), "w", NULL, NULL);
    assert_true(t && w && width == 5 && height == 5 && t[1 * 5 + 1] == 3 && t[0] == 0 && w[24] == 8);
    assert_heard("lattice 'l': 5 x 5 instead of 4 x 3");
    assert_int_equal(orr_event_count(world, event), 1); /* the same: those alive are alive */
    double n = 0;
    assert_ok(orr_reduction_get(world, "n", &n));
    assert_true(n == 2);
    assert_ok(orr_host_reload_text(host, HEAD "local E = orrery.event('E', { w = f32 })\n"));
    assert_heard("event 'E' has other fields: 1 that were alive are dropped");
    assert_int_equal(orr_event_count(world, event), 0);
    assert_int_equal(orr_resource_find(world, "r"), 0);
    /* a name may become something else */
    assert_ok(orr_host_reload_text(
        host, HEAD "local r = orrery.lattice { name = 'r', width = 2, height = 2, fields = { t = f32 } }\n"));
    assert_ok(orr_host_step(host, 1));
    close_whole(host);
}

/* A grid follows a component whose fields move, and a radius that changes. */
static void neighbours_follow(void **state)
{
    (void)state;
#define GRID(radius)                                                                                                   \
    STARTUP                                                                                                            \
    "local N = orrery.neighbours { name = 'n', x = P.x, y = P.y, radius = " radius " }\n"                              \
    "local R = orrery.resource('r', 0)\n"                                                                              \
    "orrery.system { name = 'count', all = { P }, reads = { P, N }, writes = { R }, run = function(rows, ctx)\n"       \
    "  local p, near = rows:read(P), ctx:near(N)\n"                                                                    \
    "  for i = rows.first, rows.last do for j in near:each(p.x[i], p.y[i]) do\n"                                       \
    "    ctx:write(R).value = ctx:read(R).value + 1 end end\n"                                                         \
    "end }\n"
    orr_host *host = open_text(HEAD POSITION GRID("1"));
    assert_ok(orr_host_step(host, 1));
    const double few = resource(host, "r", NULL);
    assert_ok(orr_host_reload_text(host, HEAD
                                   "local P = orrery.component('P', { a = f64, x = f32, y = f32(2) })\n" GRID("1")));
    assert_ok(orr_host_step(host, 1));
    assert_true(resource(host, "r", NULL) == 2 * few);
    assert_ok(orr_host_reload_text(host, HEAD POSITION GRID("3")));
    assert_ok(orr_host_step(host, 1));
    assert_true(resource(host, "r", NULL) > 3 * few);
    close_whole(host);
}

static void hooks_trackers_and_mailboxes(void **state)
{
    (void)state;
    orr_host *host = open_text(HEAD POSITION BOX WATCH("1"));
    orr_world *world = orr_host_world(host);
    orr_mailbox *box = orr_mailbox_find(world, "box");
    const orr_component p = orr_component_find(world, "P");
    const orr_prefab set = orr_prefab_create(world, &(orr_prefab_desc){ .components = (orr_component[]){ p, 0 } });
    orr_entity e[4];
    assert_ok(orr_entity_spawn(world, set, 4, e));
    assert_ok(orr_host_step(host, 1)); /* tick 0: the system runs */
    assert_true(resource(host, "r", "added") == 4 && resource(host, "r", "changed") == 4 &&
                resource(host, "r", "seen") == 4);
    /* one that is changed before the reload is seen after it, by what the new text says */
    *(float *)orr_entity_write(world, e[1], orr_field_find(world, "P.x")) = 3;
    assert_ok(orr_host_reload_text(host, HEAD POSITION BOX WATCH("10")));
    assert_int_equal(orr_mailbox_find(world, "box") == box, 1);
    assert_ok(orr_host_step(host, 2));
    assert_true(resource(host, "r", "changed") == 14 && resource(host, "r", "seen") == 14);
    assert_ok(orr_entity_spawn(world, set, 1, e));
    assert_true(resource(host, "r", "added") == 14);
    /* who reads the mailbox goes on when a component changes: what is gone has its default */
    assert_ok(orr_host_reload_text(host, HEAD
                                   "local P = orrery.component('P', { a = f32, x = f32 })\n"
                                   "local box = orrery.mailbox { name = 'box', all = { P }, fields = { P.a } }\n"));
    assert_true(orr_mailbox_find(world, "box") != box);
    assert_ok(orr_host_step(host, 1));
    const orr_mail *mail = orr_mailbox_take(box);
    assert_non_null(mail);
    orr_mailbox_release(box, mail);
    close_whole(host);
}

static void mailboxes_of_tools_go_on(void **state)
{
    (void)state;
    orr_host *host = open_text(HEAD POSITION "local R = orrery.resource('r', { a = 1, b = 2 })\n" STARTUP MOVE("1"));
    orr_world *world = orr_host_world(host);
    const orr_component p = orr_component_find(world, "P");
    const orr_query query = orr_query_create(world, &(orr_query_desc){ .all = (orr_component[]){ p, 0 } });
    const orr_field x = orr_field_find(world, "P.x"), y = orr_field_find(world, "P.y");
    const orr_subscription rows = { query, (orr_field[]){ x, y, { 0 } }, true };
    orr_mailbox *box = orr_mailbox_create(world, &(orr_mailbox_desc){ .subscriptions = &rows,
                                                                      .subscription_count = 1,
                                                                      .resources = (const char *[]){ "r", NULL } });
    assert_non_null(box);
    assert_ok(orr_host_step(host, 1));
    assert_ok(orr_host_reload_text(host, HEAD "local P = orrery.component('P', { a = f32(4), x = f32 })\n"
                                              "local R = orrery.resource('r', { b = 9, z = 1 })\n" MOVE("1")));
    assert_heard("mailbox '': 'P.y' is not what it was");
    assert_ok(orr_host_step(host, 1));
    const orr_mail *mail = orr_mailbox_take(box);
    const float *at = orr_mail_column(mail, 0, x, NULL), *was = orr_mail_column(mail, 0, y, NULL);
    assert_true(at && was && at[0] == 2 && was[0] == 2 && at[7] == 9);
    orr_value value;
    assert_ok(orr_mail_resource(mail, "r", "b", &value));
    assert_true(value.f64 == 2);
    assert_ok(orr_mail_resource(mail, "r", "a", &value));
    assert_true(value.f64 == 0);
    orr_mailbox_release(box, mail);
    orr_mailbox_destroy(box);
    close_whole(host);
}

/* ---- late runs ---- */

static void late_runs_arrive(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads <= 2; threads++) {
        orr_host *host = open_with(HEAD POSITION STARTUP LATE("1") MOVE("1"), threads, NULL);
        orr_host *other = open_with(HEAD POSITION STARTUP LATE("1") MOVE("1"), 0, NULL);
        for (uint32_t k = 0; k < 12; k++) {
            if (k % 2) assert_ok(orr_host_reload_text(host, HEAD POSITION STARTUP LATE("1") MOVE("1")));
            assert_ok(orr_host_step(host, 1));
            assert_ok(orr_host_step(other, 1));
            assert_true(orr_world_hash(orr_host_world(host)) == orr_world_hash(orr_host_world(other)));
        }
        orr_host_close(other);
        /* gone, or over rows that have another shape: three are in flight */
        log_heard.text[0] = '\0';
        if (threads == 1)
            assert_ok(orr_host_reload_text(host, HEAD POSITION STARTUP MOVE("1")));
        else
            assert_ok(orr_host_reload_text(
                host, HEAD "local P = orrery.component('P', { x = f32, y = f32(2), z = f32 })\n" STARTUP LATE("1")));
        assert_heard("system 'late': 3 runs that were in flight are dropped");
        assert_ok(orr_host_step(host, 5));
        close_whole(host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resources_lattices_and_events),
        cmocka_unit_test(neighbours_follow),
        cmocka_unit_test(hooks_trackers_and_mailboxes),
        cmocka_unit_test(mailboxes_of_tools_go_on),
        cmocka_unit_test(late_runs_arrive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
