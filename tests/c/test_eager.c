/* valgrind: no (threads) */
/* Systems that start as soon as what they depend on is settled: beside a long function, in random graphs against the
 * serial result, failing in any order, as functions on workers. */
#include "c/chaos.h"
#include "sim_case.h"

#include "base/error.h"
#include "base/os.h"
#include "sim/sim.h"
#include "orrery_job.h"

#include <stdatomic.h>

#define SECOND_NS 1000000000u

static const uint32_t thread_counts[] = { 0, 1, 2, 4 };
enum { THREAD_COUNTS = 4 };

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

static void add(sim_case *c, orr_system_desc desc)
{
    if (!orr_system_create(c->world, &desc)) fail_msg("%s", orr_last_error());
}

/* ---- beside a long function -------------------------------------------------------------------------------------- */

static _Atomic uint32_t second_ran; /* jobs have no context */

static int32_t first_job(const orr_rows *rows, const orr_tick *tick)
{
    (void)tick;
    float *x = orr_slot(rows, 0);
    for (uint32_t i = rows->begin; i < rows->end; i++) x[i] += 1;
    const uint64_t until = orr__clock_ns() + 30000; /* worth sharing */
    while (orr__clock_ns() < until) {}
    return ORR_OK;
}
static const orr_slot_desc first_slots[] = { ORR_SLOT_RW("position.x", f32) };
ORR_JOB(first_job, first_slots);

static int32_t second_job(const orr_rows *rows, const orr_tick *tick)
{
    (void)tick;
    const float *x = orr_slot(rows, 0);
    float *vx = orr_slot(rows, 1);
    for (uint32_t i = rows->begin; i < rows->end; i++) vx[i] = x[i];
    atomic_store(&second_ran, 1);
    return ORR_OK;
}
static const orr_slot_desc second_slots[] = { ORR_SLOT_R("position.x", f32), ORR_SLOT_RW("velocity.x", f32) };
ORR_JOB(second_job, second_slots);

static int32_t wait_for_second(orr_run *run, void *context)
{
    (void)run;
    (void)context;
    return becomes_set(&second_ran) ? ORR_OK : ORR_E_JOB;
}

static void a_job_follows_a_job_beside_a_function(void **state)
{
    (void)state;
    static const orr_job_desc *const jobs[] = { &orr_job_first_job, &orr_job_second_job };
    static const orr_job_module module = { ORR_ABI, sizeof module, 2, 0, jobs };
    for (uint32_t threads = 2; threads <= 4; threads += 2) {
        for (uint32_t rows = 10; rows <= 10000; rows *= 1000) {
            sim_case c = case_new(threads);
            const orr_component link[] = { c.link, 0 };
            assert_ok(orr_job_register(c.world, &module));
            add(&c, (orr_system_desc){ .name = "long", .run = wait_for_second, .writes = link });
            add(&c, (orr_system_desc){ .name = "first", .job = "first_job" });
            add(&c, (orr_system_desc){ .name = "second", .job = "second_job" });
            assert_ok(orr_entity_spawn(c.world, c.mote, rows, NULL));
            for (uint32_t tick = 0; tick < 20; tick++) {
                atomic_store(&second_ran, 0);
                if (tick % 5 == 4) orr__sleep_ns(1000000); /* helpers sleep */
                assert_ok(orr_world_step(c.world, 1));
            }
            case_end(&c);
        }
    }
}

/* ---- failures ---------------------------------------------------------------------------------------------------- */

typedef struct failing {
    uint64_t sleep_ns;
    const char *says;
} failing;

static int32_t fail_late(orr_run *run, void *context)
{
    const failing *f = context;
    const orr_rows *rows = orr_run_next(run);
    if (!rows) return ORR_OK;
    orr__sleep_ns(f->sleep_ns);
    return orr__fail(ORR_E_JOB, "%s", f->says);
}

static void keep_log(void *context, int level, const char *text)
{
    (void)level;
    char *log = context;
    snprintf(log + strlen(log), 200, "%.30s|", text);
}

static void failures_come_in_order(void **state)
{
    (void)state;
    for (uint32_t t = 0; t < THREAD_COUNTS; t++) {
        char log[1000] = "";
        sim_case c = case_of(&(orr_world_desc){ .threads = thread_counts[t], .log = keep_log, .log_context = log });
        const char *const names[] = { "a", "b", "c", "d", "e" };
        failing failings[5];
        for (uint32_t i = 0; i < 5; i++) {
            const orr_component own[] = { case_component(c.world, names[i], "x", NULL, ORR_TYPE_F32), 0 };
            assert_ok(orr_entity_spawn(c.world, case_prefab(c.world, NULL, own[0], 0, 0), 500, NULL));
            failings[i] = (failing){ (5 - i) * 1000000u, names[i] };
            add(&c, (orr_system_desc){ .name = names[i],
                                       .run = fail_late,
                                       .on = ORR_ON_WORKERS,
                                       .context = &failings[i],
                                       .query.all = own,
                                       .writes = own,
                                       .on_error = i == 1 || i == 3 ? ORR_ON_ERROR_STOP : ORR_ON_ERROR_SKIP });
        }
        assert_int_not_equal(orr_world_step(c.world, 1), ORR_OK);
        assert_says("system 'b': b (");
        assert_string_equal(log, "system 'a': a (tick 0, rows 0 |system 'c': c (tick 0, rows 0 |system 'e': e (tick 0, "
                                 "rows 0 |");
        case_end(&c);
    }
}

/* ---- functions on workers ---------------------------------------------------------------------------------------- */

typedef struct calls {
    sim_case *c;
    _Atomic uint32_t ranges, calls;
    uint32_t take;        /* ranges a call takes before it returns */
    uint32_t fails_every; /* ranges; 0: none */
    bool makes_sets;
} calls;

/* A prefab that nobody has seen yet. */
static orr_prefab new_set(const sim_case *c, float x)
{
    const orr_component list[] = { c->position, x > 50 ? c->frozen : c->velocity, 0 };
    const orr_prefab_value value = { .field = c->px, .value.f32 = x };
    return orr__prefab_create(c->world, &(orr_prefab_desc){ .components = list, .values = &value, .value_count = 1 });
}

static int32_t work_on_range(orr_run *run, calls *w, const orr_rows *rows)
{
    float *x = orr_run_write(run, w->c->px);
    if (!x) return ORR_E_ACCESS;
    const uint64_t dice = rows->entity[rows->begin] % 97;
    for (uint32_t i = rows->begin; i < rows->end; i++) x[i] = x[i] * 0.5f + (float)i;
    int32_t code = orr_run_reduce(run, ORR_SUM, "x", (double)x[rows->begin]);
    if (code == ORR_OK)
        code = orr_patch_set(run, (int64_t)rows->entity[rows->end - 1], w->c->py, (orr_value){ .f32 = 3 });
    if (code == ORR_OK && dice % 3 == 0) code = orr_patch_destroy(run, (int64_t)rows->entity[rows->begin]);
    if (code == ORR_OK && w->makes_sets) code = orr_patch_spawn(run, new_set(w->c, (float)dice), 2, NULL);
    return code;
}

static int32_t on_workers(orr_run *run, void *context)
{
    calls *w = context;
    atomic_fetch_add(&w->calls, 1);
    for (uint32_t taken = 0; taken < w->take; taken++) {
        const orr_rows *rows = orr_run_next(run);
        if (!rows) break;
        const uint32_t range = atomic_fetch_add(&w->ranges, 1);
        (void)range;
        if (w->fails_every && rows->entity[rows->begin] % w->fails_every == 0) return ORR_E_JOB;
        const int32_t code = work_on_range(run, w, rows);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

static uint64_t run_on_workers(uint32_t threads, const orr_scheduler *scheduler, uint32_t variant)
{
    sim_case c = case_of(&(orr_world_desc){ .threads = threads, .scheduler = scheduler, .seed = 3 });
    calls w = { .c = &c, .take = variant % 2 ? 1 : 1000, .makes_sets = variant >= 2 };
    w.fails_every = variant == 4 ? 2 : 0;
    const orr_component position[] = { c.position, 0 };
    add(&c, (orr_system_desc){ .name = "on workers",
                               .run = on_workers,
                               .context = &w,
                               .on = ORR_ON_WORKERS,
                               .query.all = position,
                               .writes = position,
                               .on_error = ORR_ON_ERROR_SKIP });
    assert_ok(orr_entity_spawn(c.world, c.mote, 20000, NULL));
    assert_ok(orr_entity_spawn(c.world, c.still, 3000, NULL));
    for (uint32_t tick = 0; tick < 10; tick++) assert_ok(orr_world_step(c.world, 1));
    assert_true(w.ranges >= 10 * 40);
    if (w.take == 1) assert_true(w.calls >= w.ranges);
    const uint64_t hash = orr_world_hash(c.world);
    case_end(&c);
    return hash;
}

static void functions_on_workers(void **state)
{
    (void)state;
    for (uint32_t variant = 0; variant < 5; variant++) {
        const uint64_t serial = run_on_workers(0, NULL, variant);
        for (uint32_t t = 1; t < THREAD_COUNTS; t++)
            assert_int_equal(run_on_workers(thread_counts[t], NULL, variant), serial);
        for (uint64_t seed = 1; seed <= 3; seed++) {
            chaos *unkind = chaos_create(4, seed);
            assert_int_equal(run_on_workers(0, chaos_scheduler(unkind), variant), serial);
            chaos_destroy(unkind);
        }
    }
}

static int32_t record_between_ranges(orr_run *run, void *context)
{
    const sim_case *c = context;
    if (orr_run_world(run)) return ORR_E_JOB;
    while (orr_run_next(run)) {}
    return orr_patch_spawn(run, c->mote, 1, NULL);
}

static void what_functions_on_workers_may_not(void **state)
{
    (void)state;
    for (uint32_t t = 0; t < THREAD_COUNTS; t++) {
        sim_case c = case_new(thread_counts[t]);
        const orr_component position[] = { c.position, 0 };
        add(&c, (orr_system_desc){ .name = "between",
                                   .run = record_between_ranges,
                                   .context = &c,
                                   .on = ORR_ON_WORKERS,
                                   .query.all = position,
                                   .reads = position });
        assert_ok(orr_entity_spawn(c.world, c.mote, 5000, NULL));
        assert_int_equal(orr_world_step(c.world, 1), ORR_E_ACCESS);
        assert_says("system 'between': ");
        assert_says("it records while it is at a range");
        assert_int_equal(orr_world_entity_count(c.world), 5000);
        case_end(&c);
    }
}

/* ---- random graphs ----------------------------------------------------------------------------------------------- */

enum { COMPONENTS = 6, SYSTEMS_MOST = 24 };

typedef struct graph graph;

typedef struct node {
    graph *of;
    uint32_t number, write, read[2], reads;
    bool fails, patches;
    char name[16];
    const char *after[2];
} node;

struct graph {
    sim_case c;
    orr_component components[COMPONENTS];
    orr_field fields[COMPONENTS];
    orr_prefab prefab;
    node nodes[SYSTEMS_MOST];
    uint32_t count;
};

/* A number below `below` for each place in a graph. */
static uint32_t pick(uint64_t seed, uint32_t system, uint32_t k, uint32_t below)
{
    return (uint32_t)(orr_random_bits(seed, system, k) % below);
}

static int32_t visit_rows(orr_run *run, void *context)
{
    const node *n = context;
    const graph *g = n->of;
    const orr_tick *tick = orr_run_tick(run);
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        uint32_t *out = orr_run_write(run, g->fields[n->write]);
        if (!out) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) out[i] = out[i] * 31 + n->number;
        for (uint32_t r = 0; r < n->reads; r++) {
            const uint32_t *in = orr_run_read(run, g->fields[n->read[r]]);
            if (!in) return ORR_E_ACCESS;
            for (uint32_t i = rows->begin; i < rows->end; i++) out[i] += in[i] ^ (in[i] >> 7);
        }
        const uint32_t dice = pick(tick->stream, n->number, rows->begin, 64);
        const int64_t entity = (int64_t)rows->entity[rows->begin];
        int32_t code = ORR_OK;
        if (n->patches && dice < 8) code = orr_patch_set(run, entity, g->fields[n->write], (orr_value){ .u32 = dice });
        if (n->patches && dice == 9) code = orr_patch_spawn(run, g->prefab, 1, NULL);
        if (n->patches && dice == 10) code = orr_patch_destroy(run, entity);
        if (n->fails && dice == 11) code = ORR_E_JOB;
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

static void declare_node(graph *g, uint64_t seed, uint32_t s)
{
    node *n = &g->nodes[s];
    *n = (node){ .of = g, .number = s, .write = pick(seed, s, 1, COMPONENTS), .reads = pick(seed, s, 2, 3) };
    n->fails = pick(seed, s, 3, 5) == 0;
    n->patches = pick(seed, s, 4, 2) == 0;
    snprintf(n->name, sizeof n->name, "s%u", (unsigned)s);
    orr_component reads[3] = { 0 };
    for (uint32_t r = 0; r < n->reads; r++) {
        n->read[r] = (n->write + 1 + pick(seed, s, 5 + r, COMPONENTS - 1)) % COMPONENTS;
        reads[r] = g->components[n->read[r]];
    }
    if (n->reads == 2 && reads[0] == reads[1]) n->reads = 1, reads[1] = 0;
    if (s > 0 && pick(seed, s, 8, 4) == 0) n->after[0] = g->nodes[pick(seed, s, 9, s)].name;
    const orr_component writes[] = { g->components[n->write], 0 }, all[] = { writes[0], reads[0], reads[1], 0 };
    add(&g->c, (orr_system_desc){ .name = n->name,
                                  .run = visit_rows,
                                  .context = n,
                                  .on = pick(seed, s, 10, 3) ? ORR_ON_WORKERS : ORR_ON_MAIN,
                                  .query.all = all,
                                  .reads = reads,
                                  .writes = writes,
                                  .every = 1 + pick(seed, s, 11, 8) / 7,
                                  .after = n->after[0] ? n->after : NULL,
                                  .on_error = ORR_ON_ERROR_SKIP });
}

static void run_graph(uint64_t seed, uint32_t ticks, uint32_t threads, const orr_scheduler *scheduler, uint64_t *hashes)
{
    graph *g = test_calloc(1, sizeof *g);
    g->c = case_of(&(orr_world_desc){ .threads = threads, .scheduler = scheduler, .seed = seed });
    orr_component list[COMPONENTS + 1] = { 0 };
    for (uint32_t i = 0; i < COMPONENTS; i++) {
        const char name[] = { 'C', (char)('0' + i), 0 };
        list[i] = g->components[i] = case_component(g->c.world, name, "v", NULL, ORR_TYPE_U32);
        g->fields[i] = (orr_field){ .component = list[i], .index = 0, .type = ORR_TYPE_U32, .bytes = 4 };
    }
    g->prefab = orr_prefab_create(g->c.world, &(orr_prefab_desc){ .components = list });
    g->count = 2 + pick(seed, 100, 0, SYSTEMS_MOST - 1);
    for (uint32_t s = 0; s < g->count; s++) declare_node(g, seed, s);
    assert_ok(orr_entity_spawn(g->c.world, g->prefab, pick(seed, 100, 1, 3) ? 20 : 3000, NULL));
    for (uint32_t tick = 0; tick < ticks; tick++) {
        /* whatever they are taken for: what is shared is nobody's business */
        for (uint32_t i = 0; i < g->c.world->sim->schedule.stage_count; i++)
            g->c.world->sim->schedule.stages[i].pool_ns = pick(seed, tick, 13, 8) ? 1e9 : 0;
        for (uint32_t s = 0; s < g->count; s++)
            orr__system_at(g->c.world, s + 1)->ns_a_row = pick(seed + tick, s, 12, 3) ? 1e4 : 1e-3;
        assert_ok(orr_world_step(g->c.world, 1));
        hashes[tick] = orr_world_hash(g->c.world);
    }
    case_end(&g->c);
    test_free(g);
}

static void random_graphs(void **state)
{
    (void)state;
    enum { GRAPHS = 40, TICKS = 25 };
    for (uint64_t seed = 1; seed <= GRAPHS; seed++) {
        uint64_t serial[TICKS], hashes[TICKS];
        run_graph(seed, TICKS, 0, NULL, serial);
        for (uint32_t t = 1; t < THREAD_COUNTS; t++) {
            run_graph(seed, TICKS, thread_counts[t], NULL, hashes);
            if (memcmp(hashes, serial, sizeof serial) != 0)
                fail_msg("graph %u differs with %u threads", (unsigned)seed, (unsigned)thread_counts[t]);
        }
        if (seed % 4) continue;
        chaos *unkind = chaos_create(3, seed);
        run_graph(seed, TICKS, 0, chaos_scheduler(unkind), hashes);
        chaos_destroy(unkind);
        assert_memory_equal(hashes, serial, sizeof serial);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_follows_a_job_beside_a_function),
        cmocka_unit_test(failures_come_in_order),
        cmocka_unit_test(functions_on_workers),
        cmocka_unit_test(what_functions_on_workers_may_not),
        cmocka_unit_test(random_graphs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
