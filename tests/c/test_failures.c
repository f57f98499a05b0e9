/* A system that fails, in every mode, on any number of threads: what is said, what is kept, who goes on. Scripts that
 * fail: test_failures_host.c; jobs in processes of their own: test_failures_isolated.c. */
#include "c/chaos.h"
#include "failing.h"
#include "sanitized.h"

#include "base/error.h"
#include "orrery_job.h"
#include "sim/sim.h"
#include "store/statehash.h"

/* Sanitizers and valgrind watch each byte that is hashed: there only what they are about. */
static const uint32_t thread_counts[] = { 0, 2, 1, 4 };
enum { THREAD_COUNTS = SANITIZED || BY_VALGRIND ? 2 : 4, REPEATS = SANITIZED ? 20 : 50 };

enum { MAIN, WORKERS, JOB, JOB_BEGIN, JOB_END, PREFACE, WHOLE, LATTICE, COPY, COPY_JOB, LATE, LATE_JOB, MODES };
static const char *const mode_names[] = { "main",  "workers", "job",  "begin",    "end",  "preface",
                                          "whole", "lattice", "copy", "copy job", "late", "late job" };

/* ---- what the bad system does ---- */

static int32_t no_preface(orr_run *run, void *context)
{
    (void)context;
    return orr_run_tick(run)->tick == FAILING_TICK ? orr__fail(ORR_E_TYPE, "no preface today") : ORR_OK;
}

static int32_t record_job(const orr_rows *rows, const orr_tick *tick)
{
    int32_t code = orr_job_spawn(rows, tick, "Still", 1, NULL);
    if (code == ORR_OK) code = orr_job_destroy(rows, tick, (int64_t)rows->entity[rows->end - 1]);
    if (code == ORR_OK) code = orr_job_add(rows, tick, (int64_t)rows->entity[rows->begin], "Frozen");
    if (code == ORR_OK) code = orr_job_set(rows, tick, (int64_t)rows->entity[rows->begin], "Position.y", 77);
    if (code == ORR_OK) code = orr_emit(rows, tick, "happened", (double[]){ 1 }, 1);
    if (code == ORR_OK) code = orr_reduce(rows, tick, ORR_SUM, "bad", 1);
    return code;
}

static int32_t bad_range(const orr_rows *rows, const orr_tick *tick, bool may_fail)
{
    float *x = orr_slot(rows, 0);
    const int32_t code = tick->tick == FAILING_TICK ? record_job(rows, tick) : ORR_OK;
    if (code != ORR_OK) return code;
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        if (may_fail && i == rows->begin + 100 && failing_here(rows, tick->tick))
            return failing_holds(rows, FAILING_AT) ? orr_job_fail(rows, tick, "the early one") : 5;
        x[i] += 1;
    }
    return ORR_OK;
}

static int32_t bad_job(const orr_rows *rows, const orr_tick *tick)
{
    return bad_range(rows, tick, true);
}
static int32_t good_job(const orr_rows *rows, const orr_tick *tick)
{
    return bad_range(rows, tick, false);
}
static int32_t bad_whole(const orr_rows *rows, const orr_tick *tick)
{
    return bad_range(rows, tick, true);
}
static int32_t bad_around(const orr_tick *tick)
{
    return tick->tick == FAILING_TICK ? -9 : ORR_OK;
}
static const orr_slot_desc bad_slots[] = { ORR_SLOT_RW("position.x", f32) };
ORR_JOB(bad_job, bad_slots);
ORR_JOB(bad_whole, bad_slots, .flags = ORR_WHOLE);
static const orr_job_desc begin_job = { ORR_ABI, sizeof(orr_job_desc), "begin_job", good_job, bad_slots,
                                        1,       .begin = bad_around };
static const orr_job_desc end_job = { ORR_ABI, sizeof(orr_job_desc), "end_job", good_job, bad_slots,
                                      1,       .end = bad_around };

static int32_t bad_cells(const orr_rows *rows, const orr_tick *tick)
{
    const orr_lattice_slot *heat = orr_slot(rows, 0);
    float *out = heat->write;
    for (uint32_t i = rows->begin * heat->width; i < rows->end * heat->width; i++) out[i] += 1;
    return tick->tick == FAILING_TICK && rows->begin >= heat->height / 3 ? ORR_E_LIMIT : ORR_OK;
}
static const orr_slot_desc cells_slots[] = { ORR_LATTICE_RW("heat.t", f32) };
ORR_JOB(bad_cells, cells_slots);

static void add_bad(failing *s, uint32_t mode, uint32_t on_error)
{
    static const char *const jobs[MODES] = {
        [JOB] = "bad_job",       [JOB_BEGIN] = "begin_job", [JOB_END] = "end_job", [WHOLE] = "bad_whole",
        [LATTICE] = "bad_cells", [COPY_JOB] = "bad_job",    [LATE_JOB] = "bad_job"
    };
    const orr_component position[] = { s->c.position, 0 };
    orr_system_desc desc = { .name = "bad", .on_error = on_error, .job = jobs[mode], .source = "bad.c:7" };
    desc.snapshot = mode >= COPY;
    desc.latency = mode >= LATE;
    if (!desc.job) {
        desc.run = failing_function;
        desc.context = s;
        desc.on = mode == MAIN ? ORR_ON_MAIN : ORR_ON_WORKERS;
        desc.query.all = position;
        desc.writes = position;
    }
    case_system(&s->c, desc);
    if (mode == PREFACE) orr__system_at(s->c.world, orr_system_find(s->c.world, "bad"))->preface = no_preface;
}

static void open_set(failing *s, uint32_t threads, const orr_scheduler *scheduler, uint32_t mode, uint32_t on_error)
{
    static const orr_job_desc *const jobs[] = { &orr_job_bad_job, &begin_job, &end_job, &orr_job_bad_whole,
                                                &orr_job_bad_cells };
    static const orr_job_module module = { ORR_ABI, sizeof module, 5, 0, jobs };
    const orr_field_desc t = { .name = "t", .type = ORR_TYPE_F32 };
    memset(s, 0, sizeof *s);
    failing_begin(s,
                  orr_world_create(&(orr_world_desc){
                      .threads = threads, .scheduler = scheduler, .seed = 7, .log = failing_log, .log_context = s }));
    assert_ok(orr_job_register(s->c.world, &module));
    if (mode == LATTICE)
        assert_true(orr_lattice_create(s->c.world, &(orr_lattice_desc){ "heat", 64, 2000, false, false, &t, 1 }));
    add_bad(s, mode, on_error);
    failing_ready(s);
}

static void run_set(uint32_t threads, const orr_scheduler *scheduler, uint32_t mode, uint32_t on_error,
                    failing_result *r)
{
    static const bool there[] = { true, true, false, true }, everywhere[] = { true, true, true, true },
                      nowhere[] = { false, false, false, false };
    const bool *written = there;
    failing s;
    open_set(&s, threads, scheduler, mode, on_error);
    if (mode == JOB_BEGIN || mode == PREFACE || mode >= COPY) written = nowhere;
    if (mode == JOB_END) written = everywhere;
    if (mode == WHOLE || mode == LATTICE) written = NULL;
    failing_run(&s, on_error, mode >= LATE, written, r);
    case_end(&s.c);
}

/* System, place, job, rows, entity, tick, and what follows; nothing of the later failure. */
static void read_message(uint32_t mode, uint32_t on_error, const failing_result *r)
{
    static const char function[] =
        "system 'bad': the early one (tick 2, rows 1536 to 2047, entities from 1610612737)  bad.c:7";
    static const char job[] =
        "system 'bad': job 'bad_job': the early one (tick 2, rows 1536 to 2047, entities from 1610612737)  bad.c:7";
    static const char *const wanted[MODES] = {
        [MAIN] = function,
        [WORKERS] = function,
        [JOB] = job,
        [JOB_BEGIN] = "system 'bad': job 'begin_job': returned -9 (ORR_E_ACCESS) (tick 2)  bad.c:7",
        [JOB_END] = "system 'bad': job 'end_job': returned -9 (ORR_E_ACCESS) (tick 2)  bad.c:7",
        [PREFACE] = "system 'bad': no preface today (tick 2)  bad.c:7",
        [WHOLE] = "system 'bad': job 'bad_whole': the early one (tick 2, rows 0 to ",
        [LATTICE] = "system 'bad': job 'bad_cells': returned -14 (ORR_E_LIMIT) (tick 2, lines 704 to 767 of lattice "
                    "'heat')  bad.c:7",
        [COPY] = function,
        [COPY_JOB] = job,
        [LATE] = function,
        [LATE_JOB] = job,
    };
    failing_message(r, on_error, wanted[mode], mode_names[mode]);
}

static void failures_in_every_mode(void **state)
{
    (void)state;
    for (uint32_t mode = 0; mode < MODES; mode++) {
        for (uint32_t on_error = ORR_ON_ERROR_STOP; on_error <= ORR_ON_ERROR_DISABLE; on_error++) {
            failing_result serial, other;
            run_set(0, NULL, mode, on_error, &serial);
            read_message(mode, on_error, &serial);
            for (uint32_t t = 1; t < THREAD_COUNTS; t++) {
                run_set(thread_counts[t], NULL, mode, on_error, &other);
                failing_same(&other, &serial, mode_names[mode]);
            }
            chaos *unkind = chaos_create(3, mode * 3 + on_error + 1);
            run_set(0, chaos_scheduler(unkind), mode, on_error, &other);
            chaos_destroy(unkind);
            failing_same(&other, &serial, mode_names[mode]);
        }
    }
}

/* What a failed run wrote into a lattice is in the copy that nobody sees. */
static void lattices_stay_as_they_were(void **state)
{
    (void)state;
    for (uint32_t t = 0; t < THREAD_COUNTS; t++) {
        failing s;
        uint64_t hashes[FAILING_TICKS];
        open_set(&s, thread_counts[t], NULL, LATTICE, ORR_ON_ERROR_SKIP);
        for (uint32_t tick = 0; tick < FAILING_TICKS; tick++) {
            assert_ok(orr_world_step(s.c.world, 1));
            hashes[tick] = orr__state_hash_part(s.c.world, ORR__STATE_LATTICES);
            if (tick) assert_int_equal(hashes[tick] == hashes[tick - 1], tick == FAILING_TICK);
        }
        case_end(&s.c);
    }
}

static int32_t look_and_fail(orr_run *run, void *context)
{
    const orr_near_index *near = context;
    const orr_neighbours *grid = orr_run_neighbours(run, *near);
    if (!grid || grid->count != FAILING_ROWS) return ORR_E_ACCESS;
    return orr_run_tick(run)->tick == FAILING_TICK ? orr__fail(ORR_E_RANGE, "looked away") : ORR_OK;
}

/* One that failed reads them no longer: they are built again for the next. */
static void neighbours_are_let_go_of(void **state)
{
    (void)state;
    for (uint32_t t = 0; t < THREAD_COUNTS; t++) {
        sim_case c = case_new(thread_counts[t]);
        const orr_component position[] = { c.position, 0 };
        orr_near_index near = orr_neighbours_create(
            c.world, &(orr_neighbours_desc){ .name = "near", .position = { c.px, c.py }, .radius = 50 });
        static const char *const reads[] = { "near", NULL };
        case_system(
            &c, (orr_system_desc){
                    .name = "move", .run = case_add_one, .context = &c, .query.all = position, .writes = position });
        case_system(&c, (orr_system_desc){ .name = "look",
                                           .run = look_and_fail,
                                           .context = &near,
                                           .on_error = ORR_ON_ERROR_SKIP,
                                           .resource_reads = reads });
        assert_ok(orr_entity_spawn(c.world, c.mote, FAILING_ROWS, NULL));
        assert_ok(orr_world_step(c.world, FAILING_TICKS));
        orr_system_stats stats;
        assert_ok(orr_system_describe(c.world, orr_system_find(c.world, "look"), &stats));
        assert_int_equal(stats.runs, FAILING_TICKS);
        case_end(&c);
    }
}

static void failures_whatever_the_timing(void **state)
{
    (void)state;
    for (uint32_t mode = WORKERS; mode <= JOB; mode++) {
        failing_result serial, other;
        run_set(0, NULL, mode, ORR_ON_ERROR_SKIP, &serial);
        for (uint32_t i = 0; i < REPEATS; i++) {
            run_set(2 + i % 3, NULL, mode, ORR_ON_ERROR_SKIP, &other);
            failing_same(&other, &serial, mode_names[mode]);
        }
    }
}

/* ---- in every tick ---- */

typedef struct heard {
    uint32_t count;
    char last[2048];
} heard;

static void hear(void *context, int level, const char *text)
{
    heard *h = context;
    (void)level;
    h->count++;
    snprintf(h->last, sizeof h->last, "%s", text);
}

static int32_t never_right(orr_run *run, void *context)
{
    (void)run;
    return orr__fail(ORR_E_RANGE, "not %s", (const char *)context);
}

static void a_failure_in_every_tick_is_told_now_and_then(void **state)
{
    (void)state;
    static char today[] = "today";
    heard h = { 0 };
    orr_system_stats stats;
    orr_world *world = orr_world_create(&(orr_world_desc){ .log = hear, .log_context = &h });
    assert_non_null(world);
    const orr_system system = orr_system_create(
        world,
        &(orr_system_desc){ .name = "bad", .on_error = ORR_ON_ERROR_SKIP, .run = never_right, .context = today });
    assert_ok(orr_system_describe(world, system, &stats));
    assert_int_equal(stats.failures, 0);
    assert_null(stats.failure);
    for (uint32_t ticks = 1, told = 0; ticks <= 20; ticks++) {
        assert_ok(orr_world_step(world, 1));
        told += (ticks & (ticks - 1)) == 0;
        assert_int_equal(h.count, told);
    }
    assert_string_equal(h.last,
                        "system 'bad': not today (tick 15); the system is skipped in this tick (failures so far: 16)");
    assert_ok(orr_system_describe(world, system, &stats));
    assert_int_equal(stats.failures, 20);
    assert_string_equal(stats.failure,
                        "system 'bad': not today (tick 19); the system is skipped in this tick (failures so far: 20)");
    orr_world_destroy(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_in_every_mode),
        cmocka_unit_test(lattices_stay_as_they_were),
        cmocka_unit_test(neighbours_are_let_go_of),
        cmocka_unit_test(failures_whatever_the_timing),
        cmocka_unit_test(a_failure_in_every_tick_is_told_now_and_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
