/* The timeline: that every run of every system is in it, that full rings lose and say so, that it changes nothing. */
#include <stdlib.h>

#include "base/os.h"
#include "sim/sim.h"
#include "c/chaos.h"
#include "c/faulty.h"
#include "c/sim_case.h"

enum { KEPT = 200000 };

typedef struct timeline {
    orr_world *world;
    orr_trace_record *records;
    uint32_t count, calls;
} timeline;

static void keep(void *context, const orr_trace_record *records, uint32_t count)
{
    timeline *t = context;
    assert_true(t->count + count <= KEPT);
    memcpy(t->records + t->count, records, count * sizeof *records);
    for (uint32_t i = 1; i < count; i++) assert_int_equal(records[i].worker, records[0].worker);
    t->count += count;
    t->calls++;
}

static timeline begin(orr_world *world)
{
    timeline t = { .world = world, .records = calloc(KEPT, sizeof *t.records) };
    assert_non_null(t.records);
    return t;
}

static void start(timeline *t, uint32_t records)
{
    assert_ok(orr_trace_start(t->world, &(orr_trace_desc){ .sink = keep, .context = t, .records = records }));
}

static void end(timeline *t)
{
    free(t->records);
}

/* ---- systems ---- */

static int32_t drift(orr_run *run, void *context)
{
    const orr_field *fields = context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *x = orr_run_write(run, fields[0]);
        const float *v = orr_run_read(run, fields[1]);
        if (!x || !v) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) x[i] += v[i];
    }
    return ORR_OK;
}

static int32_t spawn_one(orr_run *run, void *context)
{
    return orr_patch_spawn(run, *(orr_prefab *)context, 1, NULL);
}

static int32_t nothing(orr_run *run, void *context)
{
    (void)run;
    (void)context;
    return ORR_OK;
}

static int32_t counted(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    (void)run;
    (void)entities;
    *(uint32_t *)context += count;
    return ORR_OK;
}

/* A native job over all motes, a function over them, one that spawns, one that runs every third tick, a hook. */
typedef struct scene {
    sim_case c;
    orr_field fields[2];
    uint32_t hooked;
    orr_system move, drift, birth, rare;
} scene;

static void make(scene *s, const orr_world_desc *desc)
{
    s->c = case_of(desc);
    s->hooked = 0;
    assert_non_null(s->c.world);
    s->fields[0] = s->c.px;
    s->fields[1] = s->c.vx;
    orr_world *world = s->c.world;
    const orr_component both[] = { s->c.position, s->c.velocity, 0 };
    const orr_component position[] = { s->c.position, 0 }, velocity[] = { s->c.velocity, 0 };
    assert_ok(orr_entity_spawn(world, s->c.mote, 50000, NULL));
    s->move =
        orr_system_create(world, &(orr_system_desc){ .name = "move", .job = "integrate", .query = { .all = both } });
    s->drift = orr_system_create(world, &(orr_system_desc){ .name = "drift",
                                                            .query = { .all = both },
                                                            .reads = velocity,
                                                            .writes = position,
                                                            .run = drift,
                                                            .context = s->fields });
    s->birth = orr_system_create(
        world, &(orr_system_desc){ .name = "birth", .stage = "late", .run = spawn_one, .context = &s->c.still });
    s->rare = orr_system_create(world, &(orr_system_desc){ .name = "rare", .every = 3, .run = nothing });
    assert_true(s->move && s->drift && s->birth && s->rare);
    assert_ok(orr_hook_create(world, ORR_HOOK_ADD, s->c.position, counted, &s->hooked));
}

/* ---- what the records say ---- */

typedef struct sum {
    uint64_t rows, ticks; /* ticks: a bit each */
    uint32_t count, workers;
} sum;

static sum sum_of(const timeline *t, uint32_t kind, uint32_t name)
{
    sum s = { 0 };
    for (uint32_t i = 0; i < t->count; i++) {
        const orr_trace_record *r = &t->records[i];
        if (r->kind != kind || (name && r->name != name)) continue;
        s.rows += r->rows;
        s.ticks |= UINT64_C(1) << (r->tick & 63);
        s.workers |= 1u << r->worker;
        s.count++;
    }
    return s;
}

static int by_begin(const void *a, const void *b)
{
    const orr_trace_record *x = a, *y = b;
    if (x->begin_ns != y->begin_ns) return x->begin_ns < y->begin_ns ? -1 : 1;
    return x->end_ns > y->end_ns ? -1 : x->end_ns < y->end_ns;
}

/* On one worker records are nested or apart, and in order of their ends as they come. */
static void assert_nested(const timeline *t, uint32_t worker)
{
    orr_trace_record *mine = malloc(KEPT * sizeof *mine);
    uint64_t open[32], last = 0;
    uint32_t count = 0, depth = 0;
    assert_non_null(mine);
    for (uint32_t i = 0; i < t->count; i++) {
        const orr_trace_record *r = &t->records[i];
        assert_true(r->begin_ns <= r->end_ns);
        if (r->worker != worker) continue;
        assert_true(r->end_ns >= last);
        last = r->end_ns;
        mine[count++] = *r;
    }
    qsort(mine, count, sizeof *mine, by_begin);
    for (uint32_t i = 0; i < count; i++) {
        while (depth && open[depth - 1] <= mine[i].begin_ns) depth--;
        assert_true(depth < 32 && (!depth || mine[i].end_ns <= open[depth - 1]));
        open[depth++] = mine[i].end_ns;
    }
    free(mine);
}

static void assert_complete(const timeline *t, const scene *s, uint64_t ticks)
{
    const uint64_t all = (UINT64_C(1) << ticks) - 1;
    assert_int_equal(sum_of(t, ORR_TRACE_TICK, 0).count, ticks);
    const orr_system over_rows[] = { s->move, s->drift };
    for (int i = 0; i < 2; i++) {
        const sum found = sum_of(t, ORR_TRACE_SYSTEM, over_rows[i]);
        assert_int_equal(found.rows, 50000 * ticks);
        assert_int_equal(found.ticks, all);
    }
    assert_int_equal(sum_of(t, ORR_TRACE_SYSTEM, s->birth).count, ticks);
    assert_int_equal(sum_of(t, ORR_TRACE_SYSTEM, s->rare).count, (ticks + 2) / 3);
    assert_int_equal(sum_of(t, ORR_TRACE_HOOK, s->c.position).count, ticks);
    assert_true(sum_of(t, ORR_TRACE_SYNC, 0).count >= ticks);
    for (uint32_t worker = 0; worker < orr_world_threads(s->c.world); worker++) assert_nested(t, worker);
    for (uint32_t i = 0; i < t->count; i++) assert_true(t->records[i].worker < orr_world_threads(s->c.world));
}

static void every_run_is_there_for(const orr_world_desc *desc, uint64_t *hash)
{
    scene s;
    make(&s, desc);
    timeline t = begin(s.c.world);
    start(&t, 0);
    assert_ok(orr_world_step(s.c.world, 20));
    assert_ok(orr_trace_stop(s.c.world));
    assert_complete(&t, &s, 20);
    assert_int_equal(orr_trace_lost(s.c.world), 0);
    const uint64_t found = orr_world_hash(s.c.world);
    if (!*hash) *hash = found;
    assert_true(*hash == found);
    end(&t);
    case_end(&s.c);
}

static void test_every_run_is_there(void **state)
{
    (void)state;
    uint64_t hash = 0;
    scene plain;
    make(&plain, &(orr_world_desc){ .threads = 2, .seed = 7, .dt = 0.5 });
    assert_ok(orr_world_step(plain.c.world, 20));
    hash = orr_world_hash(plain.c.world);
    case_end(&plain.c);
    for (uint32_t threads = 0; threads <= 4; threads++)
        every_run_is_there_for(&(orr_world_desc){ .threads = threads, .seed = 7, .dt = 0.5 }, &hash);
}

static void test_an_embedders_scheduler(void **state)
{
    (void)state;
    uint64_t hash = 0;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        chaos *c = chaos_create(3, seed);
        assert_non_null(c);
        every_run_is_there_for(&(orr_world_desc){ .scheduler = chaos_scheduler(c), .seed = 7, .dt = 0.5 }, &hash);
        chaos_destroy(c);
    }
}

static void test_names(void **state)
{
    (void)state;
    scene s;
    make(&s, &(orr_world_desc){ .threads = 2 });
    const struct {
        uint32_t kind, name;
        const char *text;
    } rows[] = {
        { ORR_TRACE_SYSTEM, s.drift, "drift" },
        { ORR_TRACE_PLAN, s.move, "move" },
        { ORR_TRACE_SETTLE, s.rare, "rare" },
        { ORR_TRACE_APPLY, s.birth, "birth" },
        { ORR_TRACE_SYNC, 1, "startup" },
        { ORR_TRACE_HOOK, s.c.position, "Position" },
        { ORR_TRACE_TICK, 0, "" },
        { ORR_TRACE_WAIT, 0, "" },
        { ORR_TRACE_SYSTEM, 0, "" },
        { ORR_TRACE_SYSTEM, 99, "" },
        { ORR_TRACE_SYNC, 99, "" },
        { ORR_TRACE_HOOK, 99, "" },
        { ORR_TRACE_SPAN, 99, "" },
        { 99, 1, "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const orr_trace_record record = { .kind = rows[i].kind, .name = rows[i].name };
        assert_string_equal(orr_trace_name(s.c.world, &record), rows[i].text);
    }
    for (uint32_t kind = 0; kind < ORR_TRACE_KINDS; kind++) {
        assert_string_not_equal(orr_trace_kind(kind), "unknown");
        for (uint32_t other = 0; other < kind; other++)
            assert_string_not_equal(orr_trace_kind(kind), orr_trace_kind(other));
    }
    assert_string_equal(orr_trace_kind(ORR_TRACE_KINDS), "unknown");
    case_end(&s.c);
}

/* ---- full rings ---- */

static void test_a_full_ring_loses_and_counts(void **state)
{
    (void)state;
    sim_case c = case_new(2);
    for (int i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "s%d", i);
        assert_true(orr_system_create(c.world, &(orr_system_desc){ .name = name, .run = nothing }));
    }
    timeline t = begin(c.world);
    start(&t, 10); /* 64 is the least */
    assert_ok(orr_world_step(c.world, 1));
    const uint64_t lost = orr_trace_lost(c.world);
    assert_true(lost >= 100 - 64 && lost <= 400);
    const uint32_t kept = t.count;
    assert_true(kept >= 64 && kept <= 2 * 64);
    assert_true(sum_of(&t, ORR_TRACE_SYSTEM, 1).count == 1); /* the first ones are kept */
    assert_ok(orr_world_step(c.world, 2));                   /* there is room again */
    assert_true(t.count > kept && orr_trace_lost(c.world) > lost);
    assert_ok(orr_trace_stop(c.world));
    start(&t, 0); /* a new trace counts anew */
    assert_int_equal(orr_trace_lost(c.world), 0);
    assert_ok(orr_trace_stop(c.world));
    end(&t);
    case_end(&c);
}

/* Records that wrap around the end of a ring arrive in two pieces, in order. */
static void test_rings_wrap_around(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    timeline t = begin(c.world);
    start(&t, 64);
    orr__trace *trace = &c.world->sim->trace;
    uint64_t tick = 0;
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 1 + round; i++) orr__trace_did(trace, ORR_TRACE_SYSTEM, 1, tick++, orr__trace_now(trace));
        orr__trace_drain(trace);
    }
    assert_int_equal(t.count, tick);
    assert_true(t.calls > 50);
    for (uint32_t i = 0; i < t.count; i++) assert_int_equal(t.records[i].tick, i);
    end(&t);
    case_end(&c);
}

/* ---- begin and end ---- */

static int32_t starts_a_trace(orr_run *run, void *context)
{
    timeline *t = context;
    const int32_t code = orr_trace_start(t->world, &(orr_trace_desc){ .sink = keep, .context = t });
    (void)run;
    assert_int_equal(code, ORR_E_LOCKED);
    assert_int_equal(orr_trace_stop(t->world), ORR_E_LOCKED);
    return ORR_OK;
}

static void stops_itself(void *context, const orr_trace_record *records, uint32_t count)
{
    timeline *t = context;
    (void)records;
    t->count += count;
    assert_int_equal(orr_trace_stop(t->world), ORR_E_LOCKED);
    assert_int_equal(orr_trace_start(t->world, &(orr_trace_desc){ .sink = keep, .context = t }), ORR_E_LOCKED);
}

static void test_refusals(void **state)
{
    (void)state;
    sim_case c = case_new(2);
    timeline t = begin(c.world);
    assert_int_equal(orr_trace_start(c.world, NULL), ORR_E_ARGUMENT);
    assert_int_equal(orr_trace_start(c.world, &(orr_trace_desc){ .context = &t }), ORR_E_ARGUMENT);
    assert_int_equal(orr_trace_start(c.world, &(orr_trace_desc){ .sink = keep, .records = UINT32_MAX }), ORR_E_RANGE);
    assert_ok(orr_trace_stop(c.world));
    assert_int_equal(orr_trace_lost(c.world), 0);
    start(&t, 0);
    assert_int_equal(orr_trace_start(c.world, &(orr_trace_desc){ .sink = keep, .context = &t }), ORR_E_EXISTS);
    assert_ok(orr_trace_stop(c.world));
    assert_ok(orr_trace_stop(c.world));
    assert_true(
        orr_system_create(c.world, &(orr_system_desc){ .name = "tries", .run = starts_a_trace, .context = &t }));
    assert_ok(orr_world_step(c.world, 1));
    assert_int_equal(t.count, 0); /* it is off */
    assert_ok(orr_trace_start(c.world, &(orr_trace_desc){ .sink = stops_itself, .context = &t }));
    assert_ok(orr_world_step(c.world, 1));
    assert_true(t.count > 0);
    end(&t);
    case_end(&c);
}

/* On a thread of its own the world is traced by the thread it runs on; nobody else begins or ends that. */
static void test_a_world_that_runs_free(void **state)
{
    (void)state;
    scene s;
    make(&s, &(orr_world_desc){ .threads = 2, .dt = 0.5, .seed = 7 });
    timeline t = begin(s.c.world);
    start(&t, 0);
    assert_ok(orr_world_run_free(s.c.world, &(orr_free_desc){ .ticks = 20 }));
    assert_int_equal(orr_trace_stop(s.c.world), ORR_E_LOCKED);
    assert_int_equal(orr_trace_start(s.c.world, &(orr_trace_desc){ .sink = keep, .context = &t }), ORR_E_LOCKED);
    orr_free_status status = { 0 };
    while (status.state != ORR_FREE_ENDED) {
        orr__sleep_ns(1000000);
        assert_ok(orr_world_free_status(s.c.world, &status));
    }
    assert_ok(orr_world_stop(s.c.world));
    assert_ok(orr_trace_stop(s.c.world));
    assert_complete(&t, &s, 20);
    end(&t);
    case_end(&s.c);
}

/* What came after a trace has ended, or began before it, is not in the next one. */
static void test_traces_do_not_mix(void **state)
{
    (void)state;
    scene s;
    make(&s, &(orr_world_desc){ .threads = 2, .dt = 0.5, .seed = 7 });
    timeline t = begin(s.c.world);
    start(&t, 0);
    assert_ok(orr_world_step(s.c.world, 3));
    assert_ok(orr_trace_stop(s.c.world));
    const uint32_t kept = t.count;
    orr__trace *trace = &s.c.world->sim->trace;
    const uint64_t before = orr__clock_ns();
    orr__trace_did(trace, ORR_TRACE_SYSTEM, s.move, 77, before); /* a task that outlived it */
    assert_ok(orr_world_step(s.c.world, 3));
    assert_int_equal(t.count, kept);
    start(&t, 0);
    orr__trace_did(trace, ORR_TRACE_SYSTEM, s.move, 77, before);
    assert_ok(orr_world_step(s.c.world, 3));
    assert_ok(orr_trace_stop(s.c.world));
    for (uint32_t i = kept; i < t.count; i++) assert_true(t.records[i].tick >= 6 && t.records[i].tick <= 9);
    assert_true(t.count > kept);
    end(&t);
    case_end(&s.c);
}

/* ---- spans ---- */

static const char *span_name(const timeline *t, uint32_t index)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        if (t->records[i].kind == ORR_TRACE_SPAN && at++ == index) return orr_trace_name(t->world, &t->records[i]);
    }
    return NULL;
}

static void test_spans(void **state)
{
    (void)state;
    sim_case c = case_new(2);
    timeline t = begin(c.world);
    orr__trace *trace = &c.world->sim->trace;
    orr__trace_span(c.world, 0, 0, "off");
    orr__trace_span_end(trace, 0, 0);
    start(&t, 0);
    orr__trace_span_end(trace, 0, 0); /* none is open */
    orr__trace_span(c.world, 0, 5, "one");
    orr__trace_span(c.world, 1, 6, "other worker");
    orr__trace_span(c.world, 0, 5, "two"); /* ends the first */
    orr__trace_span(c.world, 0, 5, NULL);
    orr__trace_span(c.world, 0, 5, NULL);
    orr__trace_span(c.world, 0, 5, "one");
    orr__trace_span_end(trace, 0, 0);
    orr__trace_span(c.world, 0, 5, "left open");
    orr__trace_drain(trace);
    const sum found = sum_of(&t, ORR_TRACE_SPAN, 0);
    assert_int_equal(found.count, 3);
    assert_int_equal(found.workers, 1);
    assert_string_equal(span_name(&t, 0), "one");
    assert_string_equal(span_name(&t, 1), "two");
    assert_int_equal(t.records[0].name, t.records[2].name);
    assert_int_equal(t.records[0].tick, 5);
    assert_ok(orr_trace_stop(c.world));
    start(&t, 0);
    orr__trace_span_end(trace, 0, 0); /* of the last trace: not in this one */
    orr__trace_drain(trace);
    assert_int_equal(t.count, 3);
    end(&t);
    case_end(&c);
}

/* Names are cut at 200 bytes; there is room for 4096, and then for none that is new. */
static void test_span_names(void **state)
{
    (void)state;
    sim_case c = case_new(0);
    timeline t = begin(c.world);
    char name[300];
    start(&t, 16384);
    memset(name, 'x', sizeof name);
    name[299] = '\0';
    orr__trace_span(c.world, 0, 0, name);
    for (int i = 1; i < 4097; i++) {
        snprintf(name, sizeof name, "%d", i);
        orr__trace_span(c.world, 0, 0, name);
    }
    orr__trace_span(c.world, 0, 0, "7");
    orr__trace_span(c.world, 0, 0, NULL);
    orr__trace_drain(&c.world->sim->trace);
    assert_int_equal(t.count, 4098);
    assert_int_equal(strlen(span_name(&t, 0)), 200);
    assert_string_equal(span_name(&t, 4095), "4095");
    assert_string_equal(span_name(&t, 4096), "");
    assert_string_equal(span_name(&t, 4097), "7");
    end(&t);
    case_end(&c);
}

/* Native jobs: over ranges, with substeps, and over all chunks at once. */
static int32_t spans(const orr_rows *rows, const orr_tick *tick)
{
    orr_span(rows, tick, "first");
    orr_span(rows, tick, NULL);
    orr_span(rows, tick, rows->chunk_count > 1 ? "whole" : "left open"); /* the end of the range ends it */
    return ORR_OK;
}
static const orr_slot_desc spans_slots[] = { ORR_SLOT_RW("position.x", f32) };
ORR_JOB(spans, spans_slots);
static int32_t spans_whole(const orr_rows *rows, const orr_tick *tick)
{
    return spans(rows, tick);
}
ORR_JOB(spans_whole, spans_slots, .flags = ORR_WHOLE);

static uint32_t spans_named(const timeline *t, const char *name)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->count; i++)
        count += t->records[i].kind == ORR_TRACE_SPAN && strcmp(orr_trace_name(t->world, &t->records[i]), name) == 0;
    return count;
}

static void spans_of_jobs_with(uint32_t threads)
{
    static const orr_job_desc *const jobs[] = { &orr_job_spans, &orr_job_spans_whole };
    sim_case c = case_of(&(orr_world_desc){ .threads = threads, .dt = 0.5 });
    assert_ok(orr_job_register(c.world, &(orr_job_module){ ORR_ABI, sizeof(orr_job_module), 2, 0, jobs }));
    assert_ok(orr_entity_spawn(c.world, c.mote, 50000, NULL));
    const orr_component both[] = { c.position, c.velocity, 0 };
    const orr_system_desc descs[] = {
        { .name = "spans", .job = "spans", .query = { .all = both } },
        { .name = "substeps", .job = "spans", .query = { .all = both }, .substeps = 3 },
        { .name = "whole", .job = "spans_whole", .query = { .all = both } },
    };
    for (int i = 0; i < 3; i++) assert_true(orr_system_create(c.world, &descs[i]));
    assert_ok(orr_world_step(c.world, 1));
    const orr_run *run = &c.world->sim->systems.items[0]->run;
    const uint32_t ranges = run->range_count;
    assert_true(ranges > 2);
    timeline t = begin(c.world);
    start(&t, 0);
    assert_ok(orr_world_step(c.world, 4));
    assert_ok(orr_trace_stop(c.world));
    assert_int_equal(spans_named(&t, "left open"), 4 * 4 * ranges);
    assert_int_equal(spans_named(&t, "whole"), 4);
    assert_int_equal(spans_named(&t, "first"), 4 * (4 * ranges + 1));
    const uint32_t workers = sum_of(&t, ORR_TRACE_SYSTEM, 0).workers;
    assert_int_equal(sum_of(&t, ORR_TRACE_SPAN, 0).workers & ~workers, 0);
    for (uint32_t worker = 0; worker < orr_world_threads(c.world); worker++) assert_nested(&t, worker);
    const uint32_t count = t.count;
    assert_ok(orr_world_step(c.world, 1)); /* no trace is on */
    assert_int_equal(t.count, count);
    end(&t);
    case_end(&c);
}

static void test_spans_of_jobs(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads <= 2; threads++) spans_of_jobs_with(threads);
}

static void test_no_memory(void **state)
{
    (void)state;
    faulty f;
    const orr_allocator allocator = faulty_allocator(&f, -1);
    orr_world *world = orr_world_create(&(orr_world_desc){ .threads = 2, .allocator = &allocator });
    assert_non_null(world);
    timeline t = begin(world);
    for (int64_t nth = 0; nth < 3; nth++) { /* the rings, one and the other */
        atomic_store(&f.left, nth);
        assert_int_equal(orr_trace_start(world, &(orr_trace_desc){ .sink = keep, .context = &t }), ORR_E_MEMORY);
        atomic_store(&f.left, -1);
    }
    start(&t, 0);
    assert_ok(orr_world_step(world, 2));
    orr_world_destroy(world); /* with a trace that is on */
    assert_int_equal(atomic_load(&f.alive), 0);
    assert_int_equal(atomic_load(&f.overrun), 0);
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_run_is_there),
        cmocka_unit_test(test_an_embedders_scheduler),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_a_full_ring_loses_and_counts),
        cmocka_unit_test(test_rings_wrap_around),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_a_world_that_runs_free),
        cmocka_unit_test(test_traces_do_not_mix),
        cmocka_unit_test(test_spans),
        cmocka_unit_test(test_span_names),
        cmocka_unit_test(test_spans_of_jobs),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
