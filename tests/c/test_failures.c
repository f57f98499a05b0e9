/* A system that fails, in every mode, on any number of threads: what is said, what is kept, who goes on. */
#include "c/chaos.h"
#include "faulty.h"
#include "sim_case.h"

#include "base/error.h"
#include "base/os.h"
#include "orrery_job.h"
#include "sim/sim.h"

enum { ROWS = 6000, FAILS_AT = 1700, FAILS_TOO = 4000, BAD_TICK = 2, TICKS = 5, LOG = 4096 };

static const uint32_t thread_counts[] = { 0, 1, 2, 4 };
enum { THREAD_COUNTS = 4, REPEATS = 50 };

enum { MAIN, WORKERS, JOB, JOB_BEGIN, JOB_END, PREFACE, WHOLE, LATTICE, COPY, COPY_JOB, LATE, MODES };
static const char *const mode_names[] = { "main",  "workers", "job",  "begin",    "end", "preface",
                                          "whole", "lattice", "copy", "copy job", "late" };

typedef struct stage_set {
    sim_case c;
    orr_event event;
    uint32_t after_runs;     /* on the main thread */
    _Atomic uint32_t ranges; /* that functions were handed */
    char log[LOG];
} stage_set;

/* ---- what the bad system does ---- */

static bool holds_row(const orr_rows *rows, uint32_t index)
{
    const orr_entity first = rows->entity[rows->begin] >> 20, last = rows->entity[rows->end - 1] >> 20;
    return first <= index && index <= last;
}

/* The first failure in the order of the data comes late in time. */
static bool fails_here(const orr_rows *rows, uint64_t tick)
{
    if (tick != BAD_TICK) return false;
    if (holds_row(rows, FAILS_AT)) {
        orr__sleep_ns(300000);
        return true;
    }
    return holds_row(rows, FAILS_TOO);
}

static int32_t record_all(orr_run *run, const stage_set *s, const orr_rows *rows)
{
    int32_t code = orr_patch_spawn(run, s->c.still, 1, NULL);
    if (code == ORR_OK) code = orr_patch_destroy(run, (int64_t)rows->entity[rows->end - 1]);
    if (code == ORR_OK) code = orr_patch_add(run, (int64_t)rows->entity[rows->begin], s->c.frozen);
    if (code == ORR_OK)
        code = orr_patch_set(run, (int64_t)rows->entity[rows->begin], s->c.py, (orr_value){ .f32 = 77 });
    if (code == ORR_OK) code = orr_run_emit(run, s->event, &(orr_value){ .f64 = 1 });
    if (code == ORR_OK) code = orr_run_reduce(run, ORR_SUM, "bad", 1);
    return code;
}

static int32_t bad_function(orr_run *run, void *context)
{
    stage_set *s = context;
    const uint64_t tick = orr_run_tick(run)->tick;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        atomic_fetch_add(&s->ranges, 1);
        float *x = orr_run_write(run, s->c.px);
        if (!x) return ORR_E_ACCESS;
        const int32_t code = tick == BAD_TICK ? record_all(run, s, rows) : ORR_OK;
        if (code != ORR_OK) return code;
        for (uint32_t i = rows->begin; i < rows->end; i++) {
            if (i == rows->begin + 100 && fails_here(rows, tick))
                return holds_row(rows, FAILS_AT) ? orr__fail(ORR_E_RANGE, "the early one") : 5;
            x[i] += 1;
        }
    }
    return ORR_OK;
}

static int32_t no_preface(orr_run *run, void *context)
{
    (void)context;
    return orr_run_tick(run)->tick == BAD_TICK ? orr__fail(ORR_E_TYPE, "no preface today") : ORR_OK;
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
    const int32_t code = tick->tick == BAD_TICK ? record_job(rows, tick) : ORR_OK;
    if (code != ORR_OK) return code;
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        if (may_fail && i == rows->begin + 100 && fails_here(rows, tick->tick))
            return holds_row(rows, FAILS_AT) ? orr_job_fail(rows, tick, "the early one") : 5;
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
    return tick->tick == BAD_TICK ? -9 : ORR_OK;
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
    return tick->tick == BAD_TICK && rows->begin >= heat->height / 3 ? ORR_E_LIMIT : ORR_OK;
}
static const orr_slot_desc cells_slots[] = { ORR_LATTICE_RW("heat.t", f32) };
ORR_JOB(bad_cells, cells_slots);

/* ---- who goes on ---- */

static int32_t beside_job(const orr_rows *rows, const orr_tick *tick)
{
    float *vx = orr_slot(rows, 0);
    for (uint32_t i = rows->begin; i < rows->end; i++) vx[i] += 2;
    if (rows->begin % 1024 == 0 && tick->tick == BAD_TICK)
        return orr_job_set(rows, tick, (int64_t)rows->entity[rows->begin], "Velocity.y", 5);
    return ORR_OK;
}
static const orr_slot_desc beside_slots[] = { ORR_SLOT_RW("velocity.x", f32), ORR_SLOT_RW("velocity.y", f32) };
ORR_JOB(beside_job, beside_slots);

/* Reads what the bad one wrote, and leaves it in the state. */
static int32_t after_function(orr_run *run, void *context)
{
    stage_set *s = context;
    s->after_runs++;
    double sum = 0;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        const float *x = orr_run_read(run, s->c.px);
        for (uint32_t i = rows->begin; x && i < rows->end; i++) sum += (double)x[i] * (double)(i % 7);
    }
    const int32_t code = orr_run_reduce(run, ORR_SUM, "after", sum);
    return code == ORR_OK ? orr_patch_spawn(run, s->c.still, 1, NULL) : code;
}

static void keep_log(void *context, int level, const char *text)
{
    stage_set *s = context;
    (void)level;
    snprintf(s->log + strlen(s->log), sizeof s->log - strlen(s->log), "%s|", text);
}

static void add(stage_set *s, orr_system_desc desc)
{
    if (!orr_system_create(s->c.world, &desc)) fail_msg("%s", orr_last_error());
}

static void add_bad(stage_set *s, uint32_t mode, uint32_t on_error)
{
    static const char *const jobs[MODES] = { [JOB] = "bad_job",     [JOB_BEGIN] = "begin_job", [JOB_END] = "end_job",
                                             [WHOLE] = "bad_whole", [LATTICE] = "bad_cells",   [COPY_JOB] = "bad_job" };
    const orr_component position[] = { s->c.position, 0 };
    orr_system_desc desc = { .name = "bad", .on_error = on_error, .job = jobs[mode], .source = "bad.c:7" };
    desc.snapshot = mode >= COPY;
    desc.latency = mode == LATE;
    if (!desc.job) {
        desc.run = bad_function;
        desc.context = s;
        desc.on = mode == MAIN ? ORR_ON_MAIN : ORR_ON_WORKERS;
        desc.query.all = position;
        desc.writes = position;
    }
    add(s, desc);
    if (mode == PREFACE) orr__system_at(s->c.world, orr_system_find(s->c.world, "bad"))->preface = no_preface;
}

static void open_set(stage_set *s, uint32_t threads, const orr_scheduler *scheduler, uint32_t mode, uint32_t on_error)
{
    static const orr_job_desc *const jobs[] = { &orr_job_bad_job,   &begin_job,         &end_job,
                                                &orr_job_bad_whole, &orr_job_bad_cells, &orr_job_beside_job };
    static const orr_job_module module = { ORR_ABI, sizeof module, 6, 0, jobs };
    const orr_field_desc t = { .name = "t", .type = ORR_TYPE_F32 }, n = { .name = "n", .type = ORR_TYPE_F64 };
    memset(s, 0, sizeof *s);
    s->c = case_of(
        &(orr_world_desc){ .threads = threads, .scheduler = scheduler, .seed = 7, .log = keep_log, .log_context = s });
    assert_non_null(s->c.world);
    assert_ok(orr_job_register(s->c.world, &module));
    s->event = orr_event_create(s->c.world, &(orr_event_desc){ "happened", &n, 1 });
    assert_true(orr_lattice_create(s->c.world, &(orr_lattice_desc){ "heat", 64, 2000, false, false, &t, 1 }));
    const orr_component position[] = { s->c.position, 0 };
    add(s, (orr_system_desc){ .name = "beside", .job = "beside_job" });
    add_bad(s, mode, on_error);
    add(s, (orr_system_desc){
               .name = "after", .run = after_function, .context = s, .query.all = position, .reads = position });
    assert_ok(orr_entity_spawn(s->c.world, s->c.mote, ROWS, NULL));
}

typedef struct result {
    uint64_t hashes[TICKS];
    double after[TICKS];
    char text[1200], log[LOG];
} result;

static void step_set(stage_set *s, uint32_t mode, uint32_t on_error, uint32_t tick, result *r)
{
    double bad;
    for (uint32_t i = 1; i <= 3; i++) orr__system_at(s->c.world, i)->ns_a_row = 300; /* worth sharing */
    const int32_t code = orr_world_step(s->c.world, 1);
    const bool stops = tick == BAD_TICK + (mode == LATE) && on_error == ORR_ON_ERROR_STOP;
    if (stops) snprintf(r->text, sizeof r->text, "%s", orr_last_error());
    if (!stops && code != ORR_OK) fail_msg("tick %u: %s", (unsigned)tick, orr_last_error());
    assert_int_equal(code != ORR_OK, stops);
    assert_ok(orr__world_validate(s->c.world));
    /* nothing of what the failed run recorded, all of what the others did */
    assert_int_equal(orr_event_count(s->c.world, s->event), 0);
    assert_int_equal(orr_reduction_get(s->c.world, "bad", &bad), ORR_E_NOT_FOUND);
    assert_int_equal(orr_world_entity_count(s->c.world), ROWS + tick + 1);
    assert_int_equal(s->after_runs, tick + 1);
    assert_ok(orr_reduction_get(s->c.world, "after", &r->after[tick]));
    r->hashes[tick] = orr_world_hash(s->c.world);
}

/* Where it failed: rows before the place are written, those after it not, other ranges are. */
static void look_at_rows(const stage_set *s, uint32_t mode, uint32_t on_error)
{
    const float often = on_error == ORR_ON_ERROR_DISABLE ? BAD_TICK : TICKS - 1;
    const orr_entity at[] = { 0, FAILS_AT / 512 * 512 + 99, FAILS_AT / 512 * 512 + 100, ROWS - 1 };
    const bool written[] = { true, true, false, true };
    if (mode == WHOLE || mode == LATTICE || mode == LATE) return;
    for (uint32_t i = 0; i < 4; i++) {
        bool extra = written[i];
        if (mode == JOB_BEGIN || mode == PREFACE || mode >= COPY) extra = false;
        if (mode == JOB_END) extra = true;
        const float x = case_f32(&s->c, at[i] << 20 | 1, s->c.px);
        assert_true(x == often + (extra ? 1.0f : 0.0f));
        assert_true(case_f32(&s->c, at[i] << 20 | 1, s->c.vx) == 2 * TICKS);
        assert_true(case_f32(&s->c, at[i] << 20 | 1, s->c.py) == 0);
    }
}

static void run_set(uint32_t threads, const orr_scheduler *scheduler, uint32_t mode, uint32_t on_error, result *r)
{
    stage_set s;
    memset(r, 0, sizeof *r);
    open_set(&s, threads, scheduler, mode, on_error);
    for (uint32_t tick = 0; tick < TICKS; tick++) step_set(&s, mode, on_error, tick, r);
    look_at_rows(&s, mode, on_error);
    orr_system_stats stats;
    assert_ok(orr_system_describe(s.c.world, orr_system_find(s.c.world, "bad"), &stats));
    assert_int_equal(stats.enabled, on_error != ORR_ON_ERROR_DISABLE);
    assert_int_equal(stats.runs, on_error == ORR_ON_ERROR_DISABLE ? BAD_TICK + 1 + (mode == LATE) : TICKS);
    memcpy(r->log, s.log, sizeof s.log);
    case_end(&s.c);
}

/* System, place, job, rows, entity, tick, and what follows; once, and nothing of the later failure. */
static void read_message(uint32_t mode, uint32_t on_error, const result *r)
{
    static const char *const wanted[MODES] = {
        "system 'bad': the early one (tick 2, rows 1536 to 2047, entities from 1610612737)  bad.c:7",
        "system 'bad': the early one (tick 2, rows 1536 to 2047, entities from 1610612737)  bad.c:7",
        "system 'bad': job 'bad_job': the early one (tick 2, rows 1536 to 2047, entities from 1610612737)  bad.c:7",
        "system 'bad': job 'begin_job': returned -9 (ORR_E_ACCESS) (tick 2)  bad.c:7",
        "system 'bad': job 'end_job': returned -9 (ORR_E_ACCESS) (tick 2)  bad.c:7",
        "system 'bad': no preface today (tick 2)  bad.c:7",
        "system 'bad': job 'bad_whole': the early one (tick 2, rows 0 to ",
        "system 'bad': job 'bad_cells': returned -14 (ORR_E_LIMIT) (tick 2)  bad.c:7",
        "system 'bad': the early one (tick 2, rows 1536 to 2047, entities from 1610612737)  bad.c:7",
        "system 'bad': job 'bad_job': the early one (tick 2, rows 1536 to 2047, entities from 1610612737)  bad.c:7",
        "system 'bad': the early one (tick 2, rows 1536 to 2047, entities from 1610612737)  bad.c:7",
    };
    static const char *const follows[] = { "", "; the system is skipped in this tick", "; the system is disabled" };
    const char *text = on_error == ORR_ON_ERROR_STOP ? r->text : r->log;
    if (strncmp(text, wanted[mode], strlen(wanted[mode])) != 0) fail_msg("%s: %s", mode_names[mode], text);
    assert_non_null(strstr(text, follows[on_error]));
    if (on_error == ORR_ON_ERROR_STOP)
        assert_string_equal(r->log, "");
    else
        assert_int_equal(strlen(r->log), strcspn(r->log, "|") + 1);
}

static void same(const result *a, const result *b, uint32_t mode, const char *where)
{
    if (memcmp(a, b, sizeof *a) != 0)
        fail_msg("%s, %s: not as without threads:\n%s%s\n%s%s", mode_names[mode], where, a->text, a->log, b->text,
                 b->log);
}

static void failures_in_every_mode(void **state)
{
    (void)state;
    for (uint32_t mode = 0; mode < MODES; mode++) {
        for (uint32_t on_error = ORR_ON_ERROR_STOP; on_error <= ORR_ON_ERROR_DISABLE; on_error++) {
            result serial, other;
            run_set(0, NULL, mode, on_error, &serial);
            read_message(mode, on_error, &serial);
            for (uint32_t t = 1; t < THREAD_COUNTS; t++) {
                run_set(thread_counts[t], NULL, mode, on_error, &other);
                same(&other, &serial, mode, "threads");
            }
            chaos *unkind = chaos_create(3, mode * 3 + on_error + 1);
            run_set(0, chaos_scheduler(unkind), mode, on_error, &other);
            chaos_destroy(unkind);
            same(&other, &serial, mode, "unkind scheduler");
        }
    }
}

static void failures_whatever_the_timing(void **state)
{
    (void)state;
    for (uint32_t mode = WORKERS; mode <= JOB; mode++) {
        result serial, other;
        run_set(0, NULL, mode, ORR_ON_ERROR_SKIP, &serial);
        for (uint32_t i = 0; i < REPEATS; i++) {
            run_set(2 + i % 3, NULL, mode, ORR_ON_ERROR_SKIP, &other);
            same(&other, &serial, mode, "again");
        }
    }
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

/* Makes the tick ask for memory in as many places as it can. */
static void declare_hungry(stage_set *s, uint32_t threads, const orr_allocator *allocator)
{
    static const orr_job_desc *const jobs[] = { &orr_job_beside_job };
    static const orr_job_module module = { ORR_ABI, sizeof module, 1, 0, jobs };
    const orr_field_desc n = { .name = "n", .type = ORR_TYPE_F64 };
    memset(s, 0, sizeof *s);
    s->c = case_of(
        &(orr_world_desc){ .threads = threads, .seed = 7, .allocator = allocator, .log = keep_log, .log_context = s });
    assert_non_null(s->c.world);
    assert_ok(orr_job_register(s->c.world, &module));
    s->event = orr_event_create(s->c.world, &(orr_event_desc){ "happened", &n, 1 });
    const orr_component position[] = { s->c.position, 0 }, velocity[] = { s->c.velocity, 0 };
    assert_true(orr_neighbours_create(
        s->c.world, &(orr_neighbours_desc){ .name = "near", .position = { s->c.px, s->c.py }, .radius = 50 }));
    static const char *const near[] = { "near", NULL };
    const orr_field gathers[] = { s->c.px, { 0 } };
    add(s, (orr_system_desc){ .name = "beside", .job = "beside_job" });
    add(s, (orr_system_desc){ .name = "worker",
                              .run = bad_function,
                              .context = s,
                              .on = ORR_ON_WORKERS,
                              .query.all = position,
                              .query.changed = position,
                              .writes = position });
    add(s, (orr_system_desc){ .name = "reader",
                              .run = after_function,
                              .context = s,
                              .query.all = position,
                              .reads = position,
                              .gathers = gathers,
                              .resource_reads = near });
    add(s, (orr_system_desc){ .name = "skipped",
                              .run = bad_function,
                              .context = s,
                              .on = ORR_ON_WORKERS,
                              .query.all = velocity,
                              .writes = position,
                              .on_error = ORR_ON_ERROR_SKIP });
    for (uint32_t latency = 0; latency < 2; latency++)
        add(s, (orr_system_desc){ .name = latency ? "late" : "copy",
                                  .run = bad_function,
                                  .context = s,
                                  .on = ORR_ON_WORKERS,
                                  .snapshot = true,
                                  .latency = latency,
                                  .query.all = position,
                                  .writes = position });
    assert_ok(orr_entity_spawn(s->c.world, s->c.mote, 1200, NULL));
}

/* The first ticks, of which tick 2 records; request `nth` of them is refused. True: there was one. */
static bool starve(uint32_t threads, int64_t nth)
{
    faulty f;
    const orr_allocator allocator = faulty_allocator(&f, -1);
    stage_set s;
    uint32_t failures = 0;
    declare_hungry(&s, threads, &allocator);
    atomic_store(&f.left, nth);
    for (uint32_t tick = 0; tick < 4; tick++) {
        for (uint32_t i = 1; i <= 6; i++) orr__system_at(s.c.world, i)->ns_a_row = 300;
        const int32_t code = orr_world_step(s.c.world, 1);
        if (code != ORR_OK && (code != ORR_E_MEMORY || failures++))
            fail_msg("request %d, tick %u, %u threads: %s", (int)nth, (unsigned)tick, (unsigned)threads,
                     orr_last_error());
        assert_ok(orr__world_validate(s.c.world));
    }
    const bool refused = atomic_load(&f.refused) > 0;
    atomic_store(&f.left, -1);
    assert_ok(orr_world_step(s.c.world, 1));
    (void)orr_world_hash(s.c.world);
    case_end(&s.c);
    assert_int_equal(atomic_load(&f.alive), 0);
    assert_int_equal(atomic_load(&f.overrun), 0);
    return refused;
}

static void no_memory_at_any_point(void **state)
{
    (void)state;
    for (uint32_t t = 0; t < THREAD_COUNTS; t++) {
        int64_t nth = 0;
        while (starve(thread_counts[t], nth)) nth++;
        assert_true(nth > 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_in_every_mode),
        cmocka_unit_test(failures_whatever_the_timing),
        cmocka_unit_test(no_memory_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
