/* Latency: ticks do not wait for what is worked on; everything that it reads is what was at the dispatch; failures,
 * memory, ends with work in flight. */
#include "c/chaos.h"
#include "faulty.h"
#include "sanitized.h"
#include "sim_case.h"

#include "base/os.h"
#include "orrery_job.h"
#include "sim/sim.h"

#include <stdatomic.h>

#define SECOND_NS 1000000000u

/* Until *word is not 0; false after ten seconds. */
static bool becomes_set(_Atomic uint32_t *word)
{
    const uint64_t until = orr__clock_ns() + 10u * (uint64_t)SECOND_NS;
    while (atomic_load(word) == 0) {
        if (orr__clock_ns() > until) return false;
        orr__thread_yield();
    }
    return true;
}

static orr_system add(const sim_case *c, orr_system_desc desc)
{
    const orr_system system = orr_system_create(c->world, &desc);
    if (!system) fail_msg("%s", orr_last_error());
    return system;
}

/* ---- ticks do not wait ------------------------------------------------------------------------------------------- */

typedef struct gate {
    sim_case c;
    _Atomic uint32_t began, open, ended, called;
} gate;

/* The run of tick 0 does not end before the gate opens. */
static int32_t think(orr_run *run, void *context)
{
    gate *g = context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *vx = orr_run_write(run, g->c.vx);
        if (!vx) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) vx[i] = (float)orr_run_tick(run)->tick + 1;
        if (orr_run_tick(run)->tick > 0) continue;
        atomic_store(&g->began, 1);
        if (!becomes_set(&g->open)) return ORR_E_JOB;
        atomic_store(&g->ended, 1);
    }
    return ORR_OK;
}

static void ticks_do_not_wait(void **state)
{
    (void)state;
    for (uint32_t threads = 2; threads <= 4; threads += 2) {
        gate g = { .c = case_new(threads) };
        orr_entity one;
        assert_ok(orr_entity_spawn(g.c.world, g.c.mote, 1, &one));
        const orr_component all[] = { g.c.position, g.c.velocity, 0 }, writes[] = { g.c.velocity, 0 };
        add(&g.c, (orr_system_desc){ .name = "think",
                                     .query.all = all,
                                     .writes = writes,
                                     .on = ORR_ON_WORKERS,
                                     .snapshot = true,
                                     .latency = 3,
                                     .run = think,
                                     .context = &g });
        assert_ok(orr_world_step(g.c.world, 1));
        assert_true(becomes_set(&g.began)); /* between two ticks */
        assert_ok(orr_world_step(g.c.world, 2));
        assert_int_equal(atomic_load(&g.ended), 0);
        assert_true(case_f32(&g.c, one, g.c.vx) == 0);
        atomic_store(&g.open, 1);
        assert_ok(orr_world_step(g.c.world, 1));
        assert_true(case_f32(&g.c, one, g.c.vx) == 1);
        assert_ok(orr_world_step(g.c.world, 1));
        assert_true(case_f32(&g.c, one, g.c.vx) == 2);
        case_end(&g.c);
    }
}

static void open_soon(void *context)
{
    gate *g = context;
    orr__sleep_ns(30000000);
    atomic_store(&g->open, 1);
}

/* ---- what it reads ----------------------------------------------------------------------------------------------- */

typedef struct seen_params {
    float rate;
} seen_params;
static const orr_job_param seen_param_list[] = { ORR_PARAM(seen_params, rate, f32, 0, 0, 0) };

static bool is_near(const orr_neighbours *near_to, float x)
{
    orr_near near = orr_near_begin(near_to, (double)x, 0, 0);
    while (orr_near_next(&near)) {
        for (uint32_t j = near.begin; j < near.end; j++) {
            const float *carried = near_to->carry[0];
            if (near_to->position[0][j] == x) return carried[j] == x;
        }
    }
    return false;
}

/* Everything that a job can be given, of which all that is of another tick is wrong. */
static int32_t see_all(const orr_rows *rows, const orr_tick *tick)
{
    const seen_params *params = orr_params(tick);
    const float *x = orr_slot(rows, 0), now = (float)tick->tick;
    float *seen = orr_slot(rows, 1);
    const orr_gather *all = orr_slot(rows, 2);
    const orr_neighbours *near_to = orr_slot(rows, 3);
    const orr_lattice_slot *heat = orr_slot(rows, 4);
    const float *cells = heat->read, *xs = all->data;
    const uint32_t *tally = orr_slot(rows, 5);
    if (params->rate != now) return orr_job_fail(rows, tick, "the param is another");
    if (*tally != (uint32_t)tick->tick) return orr_job_fail(rows, tick, "the resource is another");
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        const uint64_t at = rows->gather_base + i;
        if (x[i] != now + (float)(i % 8)) return orr_job_fail(rows, tick, "the column is another");
        if (all->entity[at] != rows->entity[i] || xs[at] != x[i])
            return orr_job_fail(rows, tick, "the gather is another");
        if (cells[i % (heat->width * heat->height)] != now) return orr_job_fail(rows, tick, "the lattice is another");
        if (i % 32 == 0 && !is_near(near_to, x[i])) return orr_job_fail(rows, tick, "the neighbours are others");
        seen[i] += x[i] + (float)(near_to->count % 100);
    }
    return orr_reduce(rows, tick, ORR_SUM, "seen", (double)seen[rows->begin]);
}
static const orr_slot_desc see_all_slots[] = { ORR_SLOT_R("position.x", f32), ORR_SLOT_RW("velocity.x", f32),
                                               ORR_GATHER("position.x", f32), ORR_NEIGHBOURS("near"),
                                               ORR_LATTICE_R("heat.t", f32),  ORR_RESOURCE_R("tally.n", u32) };
ORR_JOB(see_all, see_all_slots, .param_count = 1, .params = seen_param_list, .params_bytes = sizeof(seen_params));

/* A resource and a lattice that it writes; what it does not write there is others' to write. */
static int32_t put_all(const orr_rows *rows, const orr_tick *tick)
{
    const float *x = orr_slot(rows, 0);
    const orr_lattice_slot *marks = orr_slot(rows, 1);
    float *cells = marks->write;
    uint32_t *sum = orr_slot(rows, 2);
    (void)tick;
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        if (i % 3 == 0 && i < marks->width * marks->height) cells[i] += x[i];
        *sum += (uint32_t)x[i];
    }
    return ORR_OK;
}
static const orr_slot_desc put_all_slots[] = { ORR_SLOT_R("position.x", f32), ORR_LATTICE_RW("marks.t", f32),
                                               ORR_RESOURCE_RW("sum.n", u32) };
ORR_JOB(put_all, put_all_slots);

/* With memory of its own: how many runs came before. */
typedef struct memory {
    uint32_t runs, inside;
} memory;

static int32_t begin_count(const orr_tick *tick)
{
    memory *m = orr_state(tick);
    return m->inside++ == 0 ? ORR_OK : ORR_E_JOB;
}

static _Atomic uint32_t first_may_end = 1; /* jobs have no context */

static int32_t count_runs(const orr_rows *rows, const orr_tick *tick)
{
    const memory *m = orr_state(tick);
    if (tick->tick == 0 && !becomes_set(&first_may_end)) return ORR_E_JOB;
    float *y = orr_slot(rows, 0);
    if (m->inside != 1 || m->runs != (uint32_t)tick->tick) return orr_job_fail(rows, tick, "runs overtake each other");
    for (uint32_t i = rows->begin; i < rows->end; i++) y[i] = (float)m->runs + 1;
    return ORR_OK;
}

static int32_t end_count(const orr_tick *tick)
{
    memory *m = orr_state(tick);
    m->inside--;
    m->runs++;
    return ORR_OK;
}
static const orr_slot_desc count_slots[] = { ORR_SLOT_RW("velocity.y", f32) };
ORR_JOB(count_runs, count_slots, .state_bytes = sizeof(memory), .begin = begin_count, .end = end_count);

typedef struct scene {
    sim_case c;
    orr_component both[3];
    orr_param rate;
    orr_resource tally;
    orr_lattice heat, marks;
    orr_near_index near;
} scene;

/* Everything changes in every tick: on the main thread, alone, before the others. */
static int32_t change_all(orr_run *run, void *context)
{
    scene *s = context;
    orr_world *world = orr_run_world(run);
    const uint64_t tick = orr_run_tick(run)->tick;
    uint32_t width, height;
    float *cells = orr_lattice_cells(world, s->heat, "t", &width, &height);
    for (uint32_t i = 0; cells && i < width * height; i++) cells[i] = (float)tick;
    cells = orr_lattice_cells(world, s->marks, "t", &width, &height);
    if (cells) cells[1] += 1;
    int32_t code = orr_resource_set(world, s->tally, "n", (orr_value){ .u32 = (uint32_t)tick });
    if (code == ORR_OK) code = orr_param_set(world, s->rate, (double)tick + 1);
    orr_cursor at = orr_query_begin(world, orr_query_create(world, &(orr_query_desc){ .all = s->both }));
    while (code == ORR_OK && orr_cursor_next(&at)) {
        float *x = orr_cursor_write(&at, s->c.px);
        if (!x) return ORR_E_ACCESS;
        for (uint32_t i = at.begin; i < at.end; i++) x[i] = (float)tick + (float)(i % 8);
    }
    if (code == ORR_OK && tick % 4 == 1) code = orr_patch_spawn(run, s->c.mote, 300, NULL);
    return code;
}

/* The same as see_all does, by a function. */
static int32_t see_by_function(orr_run *run, void *context)
{
    const scene *s = context;
    const float now = (float)orr_run_tick(run)->tick;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        const float *x = orr_run_read(run, s->c.px);
        float *vx = orr_run_write(run, s->c.vx);
        const orr_gather *all = orr_run_gather(run, s->c.px);
        const orr_neighbours *near_to = orr_run_neighbours(run, s->near);
        const orr_lattice_slot *heat = orr_run_lattice(run, s->heat, "t");
        if (!x || !vx || !all || !near_to || !heat) return ORR_E_ACCESS;
        const float *xs = all->data, *cells = heat->read;
        for (uint32_t i = rows->begin; i < rows->end; i++) {
            const uint64_t at = rows->gather_base + i;
            if (x[i] != now + (float)(i % 8) || xs[at] != x[i] || cells[0] != now) return ORR_E_JOB;
            if (i % 32 == 0 && (near_to->count < all->count || !is_near(near_to, x[i]))) return ORR_E_JOB;
            vx[i] += xs[at] * 0.25f;
        }
        if (rows->begin == 0 && orr_patch_spawn(run, s->c.still, 1, NULL) != ORR_OK) return ORR_E_JOB;
    }
    return ORR_OK;
}

static void declare_things(scene *s)
{
    const orr_field_desc n[] = { { .name = "n", .type = ORR_TYPE_U32 } };
    const orr_field_desc t[] = { { .name = "t", .type = ORR_TYPE_F32 } };
    const orr_field carry[] = { s->c.px };
    orr_world *world = s->c.world;
    s->rate = orr_param_create(world, &(orr_param_desc){ .name = "rate" });
    s->tally = orr_resource_create(world, &(orr_resource_desc){ .name = "tally", .fields = n, .field_count = 1 });
    assert_int_not_equal(
        0, orr_resource_create(world, &(orr_resource_desc){ .name = "sum", .fields = n, .field_count = 1 }));
    orr_lattice_desc lattice = { .name = "heat", .width = 40, .height = 20, .fields = t, .field_count = 1 };
    s->heat = orr_lattice_create(world, &lattice);
    lattice.name = "marks";
    s->marks = orr_lattice_create(world, &lattice);
    s->near = orr_neighbours_create(
        world, &(orr_neighbours_desc){
                   .name = "near", .position = { s->c.px, s->c.py }, .radius = 1, .carry = carry, .carry_count = 1 });
    assert_true(s->rate && s->tally && s->heat && s->marks && s->near);
}

static void declare_systems(scene *s, uint32_t latency)
{
    static const char *const reads[] = { "near", "heat", NULL };
    const orr_component position[] = { s->c.position, 0 }, velocity[] = { s->c.velocity, 0 };
    const orr_field gathers[] = { s->c.px, { 0 } };
    add(&s->c, (orr_system_desc){ .name = "change", .exclusive = true, .run = change_all, .context = s });
    add(&s->c, (orr_system_desc){ .name = "job", .job = "see_all", .snapshot = true, .latency = latency });
    add(&s->c, (orr_system_desc){ .name = "put", .job = "put_all", .snapshot = true, .latency = latency });
    add(&s->c, (orr_system_desc){ .name = "count", .job = "count_runs", .snapshot = true, .latency = latency });
    add(&s->c, (orr_system_desc){ .name = "function",
                                  .query = { .all = s->both, .changed = position },
                                  .reads = position,
                                  .writes = velocity,
                                  .resource_reads = reads,
                                  .gathers = gathers,
                                  .on = ORR_ON_WORKERS,
                                  .snapshot = true,
                                  .latency = latency,
                                  .run = see_by_function,
                                  .context = s });
}

/* The scene must not move. */
static void scene_init(scene *s, const orr_world_desc *desc, uint32_t rows, uint32_t latency)
{
    static const orr_job_desc *const jobs[] = { &orr_job_see_all, &orr_job_put_all, &orr_job_count_runs };
    static const orr_job_module module = { ORR_ABI, sizeof module, 3, 0, jobs };
    *s = (scene){ .c = case_of(desc) };
    assert_non_null(s->c.world);
    s->both[0] = s->c.position;
    s->both[1] = s->c.velocity;
    assert_ok(orr_job_register(s->c.world, &module));
    declare_things(s);
    assert_ok(orr_entity_spawn(s->c.world, s->c.mote, rows, NULL));
    declare_systems(s, latency);
}

enum { TICKS = 18, WAYS = 6 };

static void reads_what_was(void **state)
{
    (void)state;
    static const uint32_t latencies[] = { 1, 3, 7 }, threads[WAYS] = { 0, 1, 2, 4, 0, 0 };
    for (uint32_t l = 0; l < 3; l++) {
        uint64_t wanted[TICKS] = { 0 };
        for (uint32_t way = 0; way < WAYS; way++) {
            chaos *unkind = way >= 4 ? chaos_create(3, way) : NULL;
            scene s;
            scene_init(&s,
                       &(orr_world_desc){
                           .threads = threads[way], .dt = 1, .scheduler = unkind ? chaos_scheduler(unkind) : NULL },
                       3000, latencies[l]);
            for (uint32_t tick = 0; tick < TICKS; tick++) {
                assert_ok(orr_world_step(s.c.world, 1));
                const uint64_t hash = orr_world_hash(s.c.world);
                if (way == 0) wanted[tick] = hash;
                if (hash != wanted[tick])
                    fail_msg("latency %u, way %u: another state after tick %u", latencies[l], way, tick);
            }
            case_end(&s.c);
            chaos_destroy(unkind);
        }
    }
}

/* The first run is not done when others have been dispatched: they wait for it. */
static void runs_with_memory_do_not_overtake(void **state)
{
    (void)state;
    gate g;
    scene s;
    atomic_store(&first_may_end, 0);
    scene_init(&s, &(orr_world_desc){ .threads = 4, .dt = 1 }, 600, 4);
    assert_ok(orr_world_step(s.c.world, 3));
    atomic_store(&g.open, 0);
    open_soon(&g);
    atomic_store(&first_may_end, 1);
    assert_ok(orr_world_step(s.c.world, 9));
    case_end(&s.c);
}

/* What a late run has changed comes over what was written meanwhile; the rest stays as it is. */
static void writes_what_it_changed(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads <= 2; threads += 2) {
        scene s;
        scene_init(&s, &(orr_world_desc){ .threads = threads, .dt = 1 }, 3000, 2);
        assert_ok(orr_world_step(s.c.world, 3));
        uint32_t width, height;
        const float *cells = orr_lattice_cells(s.c.world, s.marks, "t", &width, &height);
        assert_non_null(cells);
        assert_true(cells[1] == 3); /* nobody but the main thread writes it */
        assert_true(cells[3] == 3 && cells[9] == 1);
        orr_value sum;
        assert_ok(orr_resource_get(s.c.world, orr_resource_find(s.c.world, "sum"), "n", &sum));
        assert_int_equal(sum.u32, 3000 / 8 * 28); /* of tick 0 alone */
        case_end(&s.c);
    }
}

/* ---- failures ---------------------------------------------------------------------------------------------------- */

typedef struct visits {
    sim_case c;
    _Atomic uint32_t rows[8]; /* that the run of a tick was shown */
} visits;

static int32_t fail_at_first(orr_run *run, void *context)
{
    visits *v = context;
    const uint64_t tick = orr_run_tick(run)->tick;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        for (uint32_t i = orr_next_changed(rows, rows->begin); i < rows->end; i = orr_next_changed(rows, i + 1))
            atomic_fetch_add(&v->rows[tick], 1);
        if (tick == 0 && rows->begin == 0) return ORR_E_ARGUMENT;
    }
    return ORR_OK;
}

static void failed_changes_are_pending_again(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads <= 2; threads++) {
        visits v = { .c = case_new(threads) };
        orr_entity handles[1500];
        assert_ok(orr_entity_spawn(v.c.world, v.c.mote, 1500, handles));
        const orr_component position[] = { v.c.position, 0 };
        const orr_system system = add(&v.c, (orr_system_desc){ .name = "late",
                                                               .query.changed = position,
                                                               .on = ORR_ON_WORKERS,
                                                               .snapshot = true,
                                                               .latency = 2,
                                                               .on_error = ORR_ON_ERROR_STOP,
                                                               .run = fail_at_first,
                                                               .context = &v });
        assert_ok(orr_world_step(v.c.world, 2));
        assert_ok(orr_entity_destroy(v.c.world, handles, 10));
        assert_ok(orr_entity_remove(v.c.world, &handles[20], 1, v.c.position));
        assert_ok(orr_entity_add(v.c.world, &handles[30], 1, v.c.frozen));
        assert_int_equal(orr_world_step(v.c.world, 1), ORR_E_ARGUMENT);
        assert_says("system 'late'");
        assert_says("tick 0, rows 0 to 511");
        assert_ok(orr_world_step(v.c.world, 1));
        assert_ok(orr_world_step(v.c.world, 3));
        assert_int_equal(v.rows[0], 1500);
        assert_int_equal(v.rows[1], 0);
        /* the run of tick 2 came before the failure was known */
        assert_int_equal(v.rows[2], 0);
        assert_int_equal(v.rows[3], 1489);
        assert_int_equal(v.rows[4], 0);
        (void)system;
        case_end(&v.c);
    }
}

/* ---- the end, with work in flight -------------------------------------------------------------------------------- */

/* Works until nobody wants it any more. */
static int32_t think_for_ever(orr_run *run, void *context)
{
    gate *g = context;
    const uint64_t until = orr__clock_ns() + 10u * (uint64_t)SECOND_NS;
    atomic_fetch_add(&g->called, 1);
    while (orr_run_next(run)) {
        atomic_store(&g->began, 1);
        while (!atomic_load(&run->of->dropped) && orr__clock_ns() < until) orr__thread_yield();
        if (!atomic_load(&run->of->dropped)) atomic_store(&g->ended, 1);
    }
    return ORR_OK;
}

static void ends_with_work_in_flight(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads <= 4; threads += 2) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, -1);
        gate g = { .c = case_of(&(orr_world_desc){ .allocator = &hooks, .threads = threads }) };
        assert_ok(orr_entity_spawn(g.c.world, g.c.mote, 20000, NULL));
        const orr_component all[] = { g.c.position, g.c.velocity, 0 };
        const orr_system system = add(&g.c, (orr_system_desc){ .name = "think",
                                                               .query.all = all,
                                                               .on = ORR_ON_WORKERS,
                                                               .snapshot = true,
                                                               .latency = 9,
                                                               .run = think_for_ever,
                                                               .context = &g });
        orr__system_at(g.c.world, system)->ns_a_row = 1e4; /* a task a range */
        assert_ok(orr_world_step(g.c.world, 3));
        if (threads) assert_true(becomes_set(&g.began));
        watchdog_watch(NULL);
        orr_world_destroy(g.c.world);
        assert_int_equal(atomic_load(&g.ended), 0); /* it was told to stop */
        /* one a helper and run in flight, where one is told to stop before the next; of 120 no other was begun */
        assert_true(atomic_load(&g.called) <= (threads ? 3 * (threads - 1) : 0));
        assert_int_equal(atomic_load(&f.alive), 0);
    }
}

static void a_declaration_waits(void **state)
{
    (void)state;
    gate g = { .c = case_new(2) };
    assert_ok(orr_entity_spawn(g.c.world, g.c.mote, 1, NULL));
    const orr_component all[] = { g.c.position, g.c.velocity, 0 }, writes[] = { g.c.velocity, 0 };
    add(&g.c, (orr_system_desc){ .name = "think",
                                 .query.all = all,
                                 .writes = writes,
                                 .on = ORR_ON_WORKERS,
                                 .snapshot = true,
                                 .latency = 3,
                                 .run = think,
                                 .context = &g });
    assert_ok(orr_world_step(g.c.world, 1));
    assert_true(becomes_set(&g.began));
    orr__thread opener;
    assert_ok(orr__thread_start(&opener, open_soon, &g, "opener", 0));
    assert_int_not_equal(case_component(g.c.world, "More", "a", NULL, ORR_TYPE_F32), 0);
    assert_int_equal(atomic_load(&g.ended), 1);
    orr__thread_join(&opener);
    assert_ok(orr_world_step(g.c.world, 4)); /* and it goes on */
    case_end(&g.c);
}

/* Declarations between ticks move what others look at: they wait for those at work. */
static void declares_with_work_in_flight(void **state)
{
    (void)state;
    scene s;
    scene_init(&s, &(orr_world_desc){ .threads = 4, .dt = 1 }, 3000, 3);
    for (uint32_t i = 0; i < 60; i++) {
        char name[16];
        snprintf(name, sizeof name, "More%u", i);
        assert_ok(orr_world_step(s.c.world, 1));
        const orr_component more = case_component(s.c.world, name, "a", NULL, ORR_TYPE_F32);
        assert_int_not_equal(more, 0);
        assert_int_not_equal(case_prefab(s.c.world, name, more, s.c.position, 0), 0);
        assert_int_not_equal(orr_param_create(s.c.world, &(orr_param_desc){ .name = name }), 0);
    }
    case_end(&s.c);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

enum { STEP = BY_THREAD_SANITIZER ? 5 : 1 };

static void every_request_may_be_refused(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads <= 2; threads += 2) {
        for (int64_t n = 0;; n += STEP) {
            faulty f;
            const orr_allocator hooks = faulty_allocator(&f, -1);
            scene s;
            scene_init(&s, &(orr_world_desc){ .allocator = &hooks, .threads = threads, .dt = 1 }, 60, 2);
            atomic_store(&f.left, n);
            int32_t code = ORR_OK;
            for (uint32_t tick = 0; tick < 6; tick++) {
                const int32_t now = orr_world_step(s.c.world, 1);
                if (code == ORR_OK) code = now;
            }
            const bool reached = atomic_load(&f.refused) > 0;
            atomic_store(&f.left, -1);
            if (!reached && code != ORR_OK) fail_msg("%s", orr_last_error());
            if (code != ORR_OK) assert_true(code == ORR_E_MEMORY || code == ORR_E_JOB);
            for (uint32_t tick = 0; tick < 3; tick++) (void)orr_world_step(s.c.world, 1);
            case_end(&s.c);
            assert_int_equal(atomic_load(&f.alive), 0);
            assert_int_equal(atomic_load(&f.overrun), 0);
            if (!reached) break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_do_not_wait),
        cmocka_unit_test(reads_what_was),
        cmocka_unit_test(writes_what_it_changed),
        cmocka_unit_test(failed_changes_are_pending_again),
        cmocka_unit_test(ends_with_work_in_flight),
        cmocka_unit_test(runs_with_memory_do_not_overtake),
        cmocka_unit_test(a_declaration_waits),
        cmocka_unit_test(declares_with_work_in_flight),
        cmocka_unit_test(every_request_may_be_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
