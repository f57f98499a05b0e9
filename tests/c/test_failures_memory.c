/* Memory that is refused while a tick runs, at every point: who fails says so, and all others are as if that one had not
 * run. Scripts: test_host_memory.c. */
#include "failing.h"
#include "faulty.h"
#include "sanitized.h"

#include "sim/late.h"
#include "sim/sim.h"
#include "store/statehash.h"

/* ThreadSanitizer and valgrind watch each byte that is hashed: there only what they are about. */
static const uint32_t thread_counts[] = { 2, 0, 1, 4 };
enum { THREAD_COUNTS = BY_THREAD_SANITIZER || BY_VALGRIND ? 1 : 4, STRIDE = BY_THREAD_SANITIZER ? 2 : 1 };

/* ---- one system is short of memory: what of the others ---- */

enum { COPY, COPY_JOB, LATE, MODES };
enum { SYSTEMS = 3 };
static const char *const system_names[SYSTEMS] = { "beside", "bad", "after" };

/* Adds and records. */
static int32_t add_and_record(orr_run *run, void *context)
{
    const failing *f = context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *x = orr_run_write(run, f->c.px);
        if (!x) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) x[i] += 1;
        const int32_t code = failing_record(run, f, rows);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

static int32_t add_job(const orr_rows *rows, const orr_tick *tick)
{
    float *x = orr_slot(rows, 0);
    for (uint32_t i = rows->begin; i < rows->end; i++) x[i] += 1;
    return orr_job_spawn(rows, tick, "Still", 1, NULL);
}
static const orr_slot_desc add_slots[] = { ORR_SLOT_RW("position.x", f32) };
ORR_JOB(add_job, add_slots);

typedef struct outcome {
    uint64_t hashes[FAILING_TICKS];
    uint64_t others[FAILING_TICKS]; /* without the reductions */
    bool gave[FAILING_TICKS];       /* "bad" to its reduction */
    char text[FAILING_LOG];         /* all that was said */
    bool refused, applies;          /* applies: that was when the tick's results were applied */
} outcome;

typedef struct shortage {
    faulty memory; /* first: it is the context of the hooks */
    const failing *f;
    uint32_t tick;
    bool applies;
} shortage;

static void *allocate(void *context, size_t bytes, size_t alignment)
{
    shortage *s = context;
    void *pointer = faulty_allocate(&s->memory, bytes, alignment);
    if (!pointer) s->applies = s->f->after_runs > s->tick; /* "after" is the last of the stage */
    return pointer;
}

/* In tick `when` request `nth` is refused (negative: none is), and system `off` (SYSTEMS: none) does not run. */
static void run_one(uint32_t threads, uint32_t mode, uint32_t on_error, uint32_t when, int64_t nth, uint32_t off,
                    outcome *out)
{
    static const orr_job_desc *const jobs[] = { &orr_job_add_job };
    static const orr_job_module module = { ORR_ABI, sizeof module, 1, 0, jobs };
    failing f;
    shortage s = { .f = &f, .tick = when };
    faulty *memory = &s.memory;
    orr_allocator allocator = faulty_allocator(memory, -1);
    allocator.allocate = allocate;
    memset(&f, 0, sizeof f);
    memset(out, 0, sizeof *out);
    failing_begin(&f, orr_world_create(&(orr_world_desc){
                          .threads = threads, .allocator = &allocator, .log = failing_log, .log_context = &f }));
    assert_ok(orr_job_register(f.c.world, &module));
    const orr_component position[] = { f.c.position, 0 };
    orr_system_desc bad = { .name = "bad", .on_error = on_error, .snapshot = true, .latency = mode == LATE };
    if (mode == COPY_JOB) {
        bad.job = "add_job";
    } else {
        bad.run = add_and_record;
        bad.context = &f;
        bad.on = ORR_ON_WORKERS;
        bad.query.all = position;
        bad.writes = position;
    }
    if (!orr_system_create(f.c.world, &bad)) fail_msg("%s", orr_last_error());
    failing_ready(&f);
    for (uint32_t tick = 0; tick < FAILING_TICKS; tick++) {
        const bool now = tick == when;
        for (uint32_t i = 1; i <= SYSTEMS; i++) orr__system_at(f.c.world, i)->ns_a_row = 300;
        for (uint32_t i = 0; i < SYSTEMS; i++) {
            const orr_system system = orr_system_find(f.c.world, system_names[i]);
            if (i == off && now) assert_ok(orr_system_enable(f.c.world, system, false));
            if (i == off && tick == when + 1) assert_ok(orr_system_enable(f.c.world, system, true));
        }
        if (now) orr__late_complete(f.c.world); /* what is in flight asks for memory when it likes: before and after */
        if (now) atomic_store(&memory->left, nth);
        int32_t code = orr_world_step(f.c.world, 1);
        if (code != ORR_OK && orr_world_tick(f.c.world) == tick) code = orr_world_step(f.c.world, 1); /* not begun */
        if (code != ORR_OK) failing_log(&f, 2, orr_last_error());
        if (now) orr__late_complete(f.c.world);
        atomic_store(&memory->left, -1);
        assert_ok(orr__world_validate(f.c.world));
        out->hashes[tick] = orr_world_hash(f.c.world);
        for (uint32_t part = 0; part < ORR__STATE_PARTS; part++)
            if (part != ORR__STATE_REDUCTIONS)
                out->others[tick] = out->others[tick] * 31 + orr__state_hash_part(f.c.world, part);
        double sum;
        out->gave[tick] = orr_reduction_get(f.c.world, "bad", &sum) == ORR_OK;
    }
    out->applies = s.applies;
    out->refused = atomic_load(&memory->refused) > 0;
    snprintf(out->text, sizeof out->text, "%s", f.log);
    case_end(&f.c);
    assert_int_equal(atomic_load(&memory->alive), 0);
    assert_int_equal(atomic_load(&memory->overrun), 0);
}

/* Who says that it failed; SYSTEMS: nobody. */
static uint32_t who_failed(const outcome *o)
{
    char name[40];
    for (uint32_t i = 0; i < SYSTEMS; i++) {
        snprintf(name, sizeof name, "system '%s': ", system_names[i]);
        if (strstr(o->text, name)) return i;
    }
    return SYSTEMS;
}

/* What "beside" wrote in place before it failed stays, and what could be applied before there was no memory to apply the
 * rest; and what a system that is off gave to a reduction stays, but not what one that fails did. */
static bool is_same(const outcome *a, const outcome *b, uint32_t who, uint32_t tick)
{
    if (who == SYSTEMS) return a->hashes[tick] == b->hashes[tick];
    return who == 0 || a->applies || a->others[tick] == b->others[tick];
}

/* Every request of the tick. Returns how often "bad" was the one. */
static uint32_t refuse_each(uint32_t threads, uint32_t mode, uint32_t on_error, uint32_t when)
{
    outcome full, o, without[SYSTEMS];
    uint32_t often = 0;
    run_one(threads, mode, on_error, when, -1, SYSTEMS, &full);
    assert_string_equal(full.text, "");
    for (uint32_t i = 0; i < SYSTEMS; i++) run_one(threads, mode, on_error, when, -1, i, &without[i]);
    for (int64_t nth = 0;; nth += STRIDE) {
        run_one(threads, mode, on_error, when, nth, SYSTEMS, &o);
        if (!o.refused) break;
        const uint32_t who = who_failed(&o);
        const outcome *wanted = who == SYSTEMS ? &full : &without[who];
        if (who == SYSTEMS && o.text[0]) fail_msg("request %d: '%s'", (int)nth, o.text);
        if (who < SYSTEMS && !o.applies && !strstr(o.text, when ? "(tick 2" : "(tick 0"))
            fail_msg("request %d: '%s'", (int)nth, o.text);
        for (uint32_t tick = 0; tick < FAILING_TICKS; tick++) {
            if (is_same(&o, wanted, who, tick)) continue;
            fail_msg("mode %u, %u threads, request %d: '%s', but tick %u is not as without it", (unsigned)mode,
                     (unsigned)threads, (int)nth, o.text, (unsigned)tick);
        }
        if (who == 1 && !o.applies && mode != LATE) assert_false(o.gave[when]);
        often += who == 1 && !o.applies;
    }
    return often;
}

static void the_others_are_as_without_it(void **state)
{
    (void)state;
    for (uint32_t mode = 0; mode < MODES; mode++) {
        uint32_t often = 0;
        for (uint32_t t = 0; t < THREAD_COUNTS; t++) {
            for (uint32_t when = 0; when <= 2; when += 2) {
                const uint32_t times = refuse_each(thread_counts[t], mode, (mode + t) % 2, when);
                if (STRIDE == 1) assert_in_range(times, 2, 1000);
                often += times;
            }
        }
        assert_in_range(often, 1, 10000);
    }
}

/* ---- as many places as can be ---- */

/* Makes the tick ask for memory in as many places as it can. */
static void declare_hungry(failing *s, uint32_t threads, const orr_allocator *allocator)
{
    memset(s, 0, sizeof *s);
    failing_begin(s,
                  orr_world_create(&(orr_world_desc){
                      .threads = threads, .seed = 7, .allocator = allocator, .log = failing_log, .log_context = s }));
    const orr_component position[] = { s->c.position, 0 }, velocity[] = { s->c.velocity, 0 };
    assert_true(orr_neighbours_create(
        s->c.world, &(orr_neighbours_desc){ .name = "near", .position = { s->c.px, s->c.py }, .radius = 50 }));
    static const char *const near[] = { "near", NULL };
    const orr_field gathers[] = { s->c.px, { 0 } };
    case_system(&s->c, (orr_system_desc){ .name = "worker",
                                          .run = failing_function,
                                          .context = s,
                                          .on = ORR_ON_WORKERS,
                                          .query.all = position,
                                          .query.changed = position,
                                          .writes = position });
    case_system(&s->c, (orr_system_desc){ .name = "reader",
                                          .run = failing_after,
                                          .context = s,
                                          .query.all = position,
                                          .reads = position,
                                          .gathers = gathers,
                                          .resource_reads = near });
    case_system(&s->c, (orr_system_desc){ .name = "skipped",
                                          .run = failing_function,
                                          .context = s,
                                          .on = ORR_ON_WORKERS,
                                          .query.all = velocity,
                                          .writes = position,
                                          .on_error = ORR_ON_ERROR_SKIP });
    for (uint32_t latency = 0; latency < 2; latency++)
        case_system(&s->c, (orr_system_desc){ .name = latency ? "late" : "copy",
                                              .run = failing_function,
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
    failing s;
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
        cmocka_unit_test(the_others_are_as_without_it),
        cmocka_unit_test(no_memory_at_any_point),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
