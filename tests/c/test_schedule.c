/* The schedule as C sees it: orders that are impossible, their reasons, and what systems are held to. */
#include "sim_case.h"

static int32_t nothing(orr_run *run, void *context)
{
    (void)run;
    (void)context;
    return ORR_OK;
}

/* A system with one order; NULL lists are left out. */
typedef struct plan {
    const char *name, *stage, *after, *before, *source;
    const orr_component *reads, *writes;
    bool exclusive;
} plan;

static orr_system declare(orr_world *world, plan p)
{
    const char *after[] = { p.after, NULL }, *before[] = { p.before, NULL };
    return orr_system_create(world, &(orr_system_desc){ .name = p.name,
                                                        .stage = p.stage,
                                                        .after = after,
                                                        .before = before,
                                                        .source = p.source,
                                                        .reads = p.reads,
                                                        .writes = p.writes,
                                                        .exclusive = p.exclusive,
                                                        .run = nothing });
}

typedef struct page {
    char text[8000];
    size_t used;
} page;

static void write_page(void *context, const char *text, size_t bytes)
{
    page *p = context;
    assert_true(p->used + bytes < sizeof p->text);
    memcpy(p->text + p->used, text, bytes);
    p->used += bytes;
    p->text[p->used] = 0;
}

static const char *graph(orr_world *world, uint32_t format)
{
    static page p;
    p.used = 0;
    assert_ok(orr_world_graph(world, format, write_page, &p));
    return p.text;
}

static void cycles_say_where_they_were_declared(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    assert_true(declare(c.world, (plan){ .name = "a", .after = "c", .source = "s.lua:2" }));
    assert_true(declare(c.world, (plan){ .name = "b", .after = "a", .source = "s.lua:3" }));
    assert_ok(orr_entity_spawn(c.world, c.mote, 2, NULL));
    assert_int_equal(orr_world_step(c.world, 1), ORR_E_NOT_FOUND);
    assert_says("system 'a': `after` names 'c', which is no system");
    assert_says("  s.lua:2");
    assert_true(declare(c.world, (plan){ .name = "c", .after = "b", .source = "s.lua:4" }));
    for (int again = 0; again < 2; again++) {
        assert_int_equal(orr_world_step(c.world, 1), ORR_E_CYCLE);
        assert_says(
            "systems of stage 'update' wait for each other: 'a' -> 'b' (declared after, s.lua:3) -> 'c' (declared "
            "after, s.lua:4) -> 'a' (declared after, s.lua:2)");
        assert_int_equal(orr_world_graph(c.world, ORR_GRAPH_TEXT, write_page, &(page){ 0 }), ORR_E_CYCLE);
    }
    assert_int_equal(orr_world_tick(c.world), 0);
    case_end(&c);
}

static void cycles_of_before_and_of_access(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_component position[] = { c.position, 0 };
    /* a before c before b, but b was declared before c and both write */
    assert_true(declare(c.world, (plan){ .name = "b", .before = "a", .writes = position, .source = "s.c:1" }));
    assert_true(declare(c.world, (plan){ .name = "a", .before = "b", .writes = position }));
    assert_int_equal(orr_world_step(c.world, 1), ORR_E_CYCLE);
    assert_says("'b' -> 'a' (declared before, s.c:1) -> 'b' (declared before)");
    case_end(&c);
    c = case_new(0);
    assert_int_equal(declare(c.world, (plan){ .name = "self", .after = "self" }), 0);
    assert_says("system 'self': `after` names the system itself");
    assert_int_equal(declare(c.world, (plan){ .name = "self", .before = "self" }), 0);
    assert_says("system 'self': `before` names the system itself");
    assert_true(declare(c.world, (plan){ .name = "self" }));
    assert_ok(orr_world_step(c.world, 1));
    case_end(&c);
}

static void orders_between_stages(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    assert_true(declare(c.world, (plan){ .name = "first", .stage = "update" }));
    assert_true(declare(c.world, (plan){ .name = "last", .stage = "late", .after = "first" }));
    assert_true(declare(c.world, (plan){ .name = "start", .stage = "startup", .before = "last" }));
    assert_ok(orr_world_step(c.world, 1));
    assert_true(declare(c.world, (plan){ .name = "wrong", .after = "last", .source = "s.lua:9" }));
    assert_int_equal(orr_world_step(c.world, 1), ORR_E_CYCLE);
    assert_says("system 'wrong' of stage 'update' cannot run after 'last' of stage 'late'  s.lua:9");
    case_end(&c);
    c = case_new(0);
    assert_true(declare(c.world, (plan){ .name = "first" }));
    assert_true(declare(c.world, (plan){ .name = "wrong", .stage = "late", .before = "first" }));
    assert_int_equal(orr_world_step(c.world, 1), ORR_E_CYCLE);
    assert_says("system 'wrong' of stage 'late' cannot run before 'first' of stage 'update'");
    case_end(&c);
}

static void names(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    assert_true(declare(c.world, (plan){ .name = "move", .source = "s.lua:2" }));
    assert_int_equal(declare(c.world, (plan){ .name = "move", .stage = "late" }), 0);
    assert_says("system 'move': the name is taken by another system, declared at s.lua:2");
    assert_int_equal(declare(c.world, (plan){ .name = "x", .stage = "updaet" }), 0);
    assert_says("there is no stage 'updaet' (did you mean 'update'?)");
    assert_true(declare(c.world, (plan){ .name = "x", .after = "mvoe" }));
    assert_int_equal(orr_world_step(c.world, 1), ORR_E_NOT_FOUND);
    assert_says("(did you mean 'move'?)");
    case_end(&c);
}

/* Every edge has its reason, in all three formats; what follows from other edges is left out. */
static void reasons(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_component position[] = { c.position, 0 }, velocity[] = { c.velocity, 0 }, link[] = { c.link, 0 };
    assert_true(declare(c.world, (plan){ .name = "steer", .writes = velocity }));
    assert_true(declare(c.world, (plan){ .name = "move", .reads = velocity, .writes = position }));
    assert_true(declare(c.world, (plan){ .name = "bound", .writes = position }));
    assert_true(declare(c.world, (plan){ .name = "look", .reads = velocity }));
    assert_true(declare(c.world, (plan){ .name = "early", .before = "steer", .reads = link }));
    assert_true(declare(c.world, (plan){ .name = "all", .exclusive = true }));
    assert_true(declare(c.world, (plan){ .name = "end", .stage = "cleanup" }));
    const char *text = graph(c.world, ORR_GRAPH_TEXT);
    static const char *const said[] = {
        "stage update\n  batch 1\n    early (",
        "  batch 2\n    steer (main thread; writes Velocity)\n      after early: declared before\n",
        "after steer: writes Velocity that 'move' reads",
        "after steer: writes Velocity that 'look' reads",
        "after move: both write Position",
        "after bound: 'all' is exclusive",
        "stage cleanup\n",
    };
    for (uint32_t i = 0; i < sizeof said / sizeof *said; i++) {
        if (!strstr(text, said[i])) fail_msg("'%s' is not in:\n%s", said[i], text);
    }
    assert_null(strstr(text, "after steer: 'all'")); /* it follows from the others */
    text = graph(c.world, ORR_GRAPH_DOT);
    assert_non_null(strstr(text, "\"early\" -> \"steer\" [label=\"declared before\"]"));
    assert_non_null(strstr(text, "\"move\" -> \"bound\" [label=\"both write Position\"]"));
    text = graph(c.world, ORR_GRAPH_MERMAID);
    assert_non_null(strstr(text, "s5 -->|\"declared before\"| s1"));
    assert_int_equal(orr_world_graph(c.world, 3, write_page, &(page){ 0 }), ORR_E_ARGUMENT);
    assert_int_equal(orr_world_graph(c.world, 0, NULL, NULL), ORR_E_ARGUMENT);
    case_end(&c);
}

/* ---- what systems are held to ---- */

typedef struct reach {
    orr_lattice heat, soil;
    int32_t codes[2];
} reach;

static int32_t reach_out(orr_run *run, void *context)
{
    reach *r = context;
    r->codes[0] = orr_lattice_cells(orr_run_world(run), r->heat, "t", NULL, NULL) ? ORR_OK : ORR_E_ACCESS;
    if (!orr_lattice_cells(orr_run_world(run), r->soil, "t", NULL, NULL)) {
        assert_says("system 'reach': lattice 'soil' is read without being declared: add it to `resource_reads`");
        r->codes[1] = ORR_E_ACCESS;
    }
    return ORR_OK;
}

static void lattices_are_declared(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_field_desc t = { .name = "t", .type = ORR_TYPE_F32 };
    orr_lattice_desc desc = { .name = "heat", .width = 4, .height = 4, .fields = &t, .field_count = 1 };
    reach r = { .heat = orr_lattice_create(c.world, &desc) };
    desc.name = "soil";
    r.soil = orr_lattice_create(c.world, &desc);
    const char *reads[] = { "heat", NULL };
    assert_true(orr_system_create(
        c.world, &(orr_system_desc){ .name = "reach", .resource_reads = reads, .run = reach_out, .context = &r }));
    assert_ok(orr_world_step(c.world, 1));
    assert_int_equal(r.codes[0], ORR_OK);
    assert_int_equal(r.codes[1], ORR_E_ACCESS);
    assert_non_null(orr_lattice_cells(c.world, r.soil, "t", NULL, NULL)); /* between ticks everything may */
    case_end(&c);
}

/* Resources, lattices and neighbours share their names: systems declare them in the same lists. */
static void shared_names(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    const orr_field_desc t = { .name = "t", .type = ORR_TYPE_F32 };
    const orr_lattice_desc lattice = { .name = "it", .width = 4, .height = 4, .fields = &t, .field_count = 1 };
    const orr_resource_desc resource = { .name = "it", .text = "text" };
    const orr_neighbours_desc near = { .name = "it", .position = { c.px, c.py }, .radius = 1 };
    assert_true(orr_lattice_create(c.world, &lattice));
    assert_int_equal(orr_resource_create(c.world, &resource), 0);
    assert_says("resource 'it': the name is taken by a lattice");
    assert_int_equal(orr_neighbours_create(c.world, &near), 0);
    assert_says("neighbours 'it': the name is taken by a lattice");
    assert_true(orr_lattice_create(c.world, &lattice));
    case_end(&c);
    c = case_new(0);
    assert_true(orr_resource_create(c.world, &resource));
    assert_int_equal(orr_lattice_create(c.world, &lattice), 0);
    assert_says("lattice 'it': the name is taken by a resource");
    case_end(&c);
    c = case_new(0);
    assert_true(orr_neighbours_create(c.world, &near));
    assert_int_equal(orr_resource_create(c.world, &resource), 0);
    assert_says("resource 'it': the name is taken by neighbours");
    case_end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cycles_say_where_they_were_declared),
        cmocka_unit_test(cycles_of_before_and_of_access),
        cmocka_unit_test(orders_between_stages),
        cmocka_unit_test(names),
        cmocka_unit_test(reasons),
        cmocka_unit_test(lattices_are_declared),
        cmocka_unit_test(shared_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
