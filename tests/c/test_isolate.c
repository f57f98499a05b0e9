/* isolation = "process": the same results as in place when nothing happens, and what happens costs its range alone.
 * The jobs are those of tests/plugin/trial.c. valgrind: no (the helper is another program) */
#define _GNU_SOURCE
#include "sim_case.h"

#include "sim/isolate.h"
#include "sim/sim.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Long enough for a busy machine. */
enum { PATIENCE_MS = 20000 };

#define MODULE ORRERY_BINARY_DIR "/plugins/trial.so"

typedef struct said {
    const char *only; /* in what is counted; NULL: all */
    uint32_t count;
    char last[2048];
} said;

static void note(void *context, int level, const char *text)
{
    said *into = context;
    (void)level;
    if (into->only && !strstr(text, into->only)) return;
    into->count++;
    snprintf(into->last, sizeof into->last, "%s", text);
}

typedef struct trial {
    sim_case c;
    said said;
    orr_system system;
} trial;

static void trial_new(trial *t, uint32_t threads, uint32_t count)
{
    memset(t, 0, sizeof *t);
    const orr_world_desc desc = { .threads = threads, .dt = 0.5, .seed = 7, .log = note, .log_context = &t->said };
    t->c = case_of(&desc);
    assert_non_null(t->c.world);
    assert_ok(orr_job_load(t->c.world, MODULE));
    orr_entity *all = calloc(count + 1, sizeof *all);
    if (count) assert_ok(orr_entity_spawn(t->c.world, t->c.mote, count, all));
    for (uint32_t i = 0; i < count; i++) {
        case_set(&t->c, all[i], t->c.px, (float)i);
        case_set(&t->c, all[i], t->c.vx, (float)(i % 17) - 8);
    }
    free(all);
}

static void declare(trial *t, orr_system_desc desc)
{
    t->system = orr_system_create(t->c.world, &desc);
    if (!t->system) fail_msg("%s", orr_last_error());
}

static void declare_trial(trial *t, uint32_t fault, uint32_t times, bool paced, bool isolated, uint32_t timeout_ms)
{
    const orr_job_value values[] = { { .name = "fault", .value = fault },
                                     { .name = "times", .value = times },
                                     { .name = "paced", .value = paced },
                                     { .name = "step", .value = 3 } };
    declare(t, (orr_system_desc){ .name = "a",
                                  .job = "trial",
                                  .params = values,
                                  .param_count = 4,
                                  .isolation = isolated ? ORR_ISOLATION_PROCESS : ORR_ISOLATION_NONE,
                                  .timeout_ms = timeout_ms });
}

static char counter[] = ORRERY_BINARY_DIR "/isolate-trial-XXXXXX"; /* mkstemp fills it in */

static void count_from_zero(void)
{
    FILE *file = fopen(counter, "w");
    assert_non_null(file);
    fputs("0\n", file);
    fclose(file);
    assert_int_equal(setenv("ORRERY_TRIAL", counter, 1), 0);
}

static uint32_t descriptors(void)
{
    uint32_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder)) count++;
    closedir(folder);
    return count;
}

static void assert_no_child(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* neither alive nor waiting to be buried */
}

static uint64_t hash_after(uint32_t threads, uint32_t fault, bool isolated, uint32_t ticks, uint32_t count)
{
    trial t;
    trial_new(&t, threads, count);
    declare_trial(&t, fault, 0, false, isolated, isolated ? PATIENCE_MS : 0);
    assert_ok(orr_world_step(t.c.world, ticks));
    const uint64_t hash = orr_world_hash(t.c.world);
    assert_int_equal(t.said.count, 0);
    case_end(&t.c);
    return hash;
}

/* ---- the same as in place ---- */

static void test_same(void **state)
{
    (void)state;
    const uint64_t wanted = hash_after(0, 0, false, 5, 10000);
    for (uint32_t threads = 0; threads < 4; threads++) assert_true(hash_after(threads, 0, true, 5, 10000) == wanted);
    /* what a range writes beside its rows reaches nobody */
    for (uint32_t threads = 0; threads < 3; threads++) assert_true(hash_after(threads, 8, true, 5, 10000) == wanted);
    assert_true(hash_after(2, 0, true, 3, 0) == hash_after(0, 0, false, 3, 0));
    assert_true(hash_after(2, 0, true, 3, 1) == hash_after(0, 0, false, 3, 1));
    assert_no_child();
}

static orr_component component_of_all(orr_world *world)
{
    static const uint32_t types[] = { ORR_TYPE_F32, ORR_TYPE_F64, ORR_TYPE_I8,   ORR_TYPE_U8,
                                      ORR_TYPE_I16, ORR_TYPE_U16, ORR_TYPE_I32,  ORR_TYPE_U32,
                                      ORR_TYPE_I64, ORR_TYPE_U64, ORR_TYPE_BOOL, ORR_TYPE_ENTITY };
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l" };
    orr_field_desc fields[12];
    memset(fields, 0, sizeof fields);
    for (uint32_t i = 0; i < 12; i++) {
        fields[i].name = names[i];
        fields[i].type = types[i];
    }
    return orr_component_create(world, &(orr_component_desc){ .name = "All", .fields = fields, .field_count = 12 });
}

/* All types, a slot that one of the tables lacks, substeps; in place, isolated, and isolated on a snapshot. */
static uint64_t types_hash(uint32_t threads, bool isolated, bool snapshot)
{
    trial t;
    trial_new(&t, threads, 10);
    const orr_component all = component_of_all(t.c.world);
    const orr_prefab one = case_prefab(t.c.world, "One", all, 0, 0);
    const orr_prefab two = case_prefab(t.c.world, "Two", all, t.c.velocity, 0);
    assert_ok(orr_entity_spawn(t.c.world, one, 5000, NULL));
    assert_ok(orr_entity_spawn(t.c.world, two, 3000, NULL));
    declare(&t, (orr_system_desc){ .name = "a",
                                   .job = "types",
                                   .substeps = snapshot ? 1 : 3,
                                   .snapshot = snapshot,
                                   .isolation = isolated,
                                   .timeout_ms = isolated ? PATIENCE_MS : 0 });
    assert_ok(orr_world_step(t.c.world, 4));
    const uint64_t hash = orr_world_hash(t.c.world);
    case_end(&t.c);
    return hash;
}

static void test_types(void **state)
{
    (void)state;
    for (uint32_t snapshot = 0; snapshot < 2; snapshot++) {
        const uint64_t wanted = types_hash(0, false, snapshot);
        for (uint32_t threads = 0; threads < 3; threads++) assert_true(types_hash(threads, true, snapshot) == wanted);
    }
}

/* What changed, entity by entity. */
static uint64_t changes_hash(orr_world *world, orr_tracker tracker)
{
    uint64_t hash = orr_tracker_count(world, tracker);
    orr_changes at = orr_tracker_begin(world, tracker, 0);
    while (orr_changes_next(&at)) {
        for (uint32_t i = orr_changes_row(&at, at.begin); i < at.end; i = orr_changes_row(&at, i + 1))
            hash = hash * 1099511628211u + at.entity[i];
    }
    orr_tracker_clear(world, tracker);
    return hash;
}

/* Marks, changed rows, patches, reductions, events, random numbers. */
static uint64_t notes_hash(uint32_t threads, bool isolated, bool changed)
{
    trial t;
    trial_new(&t, threads, 6000);
    const orr_field_desc fields[2] = { { .name = "x", .type = ORR_TYPE_F32 }, { .name = "who", .type = ORR_TYPE_F64 } };
    assert_true(orr_event_create(t.c.world, &(orr_event_desc){ .name = "Met", .fields = fields, .field_count = 2 }));
    const orr_component list[] = { t.c.position, 0 };
    const orr_tracker tracker = orr_tracker_create(t.c.world, list);
    assert_true(tracker != 0);
    if (changed) declare_trial(&t, 0, 0, false, isolated, isolated ? PATIENCE_MS : 0);
    declare(&t, (orr_system_desc){ .name = "b",
                                   .job = "notes",
                                   .query.changed = changed ? list : NULL,
                                   .isolation = isolated,
                                   .timeout_ms = isolated ? PATIENCE_MS : 0 });
    uint64_t hash = 0;
    for (uint32_t tick = 0; tick < 3; tick++) {
        assert_ok(orr_world_step(t.c.world, 1));
        double sum = 0;
        uint64_t bits;
        assert_ok(orr_reduction_get(t.c.world, "sum", &sum));
        memcpy(&bits, &sum, sizeof bits);
        hash = hash * 31 + orr_world_hash(t.c.world);
        hash = hash * 31 + changes_hash(t.c.world, tracker);
        hash = hash * 31 + bits;
    }
    hash = hash * 31 + orr_world_dropped(t.c.world);
    assert_int_equal(t.said.count, 0);
    case_end(&t.c);
    return hash;
}

static void test_records(void **state)
{
    (void)state;
    for (uint32_t changed = 0; changed < 2; changed++) {
        const uint64_t wanted = notes_hash(0, false, changed);
        for (uint32_t threads = 0; threads < 3; threads++) assert_true(notes_hash(threads, true, changed) == wanted);
    }
}

static void test_built_in(void **state)
{
    (void)state;
    uint64_t hash[2];
    for (uint32_t isolated = 0; isolated < 2; isolated++) {
        trial t;
        trial_new(&t, 2, 3000);
        declare(&t,
                (orr_system_desc){
                    .name = "a", .job = "integrate", .isolation = isolated, .timeout_ms = isolated ? PATIENCE_MS : 0 });
        assert_ok(orr_world_step(t.c.world, 3));
        hash[isolated] = orr_world_hash(t.c.world);
        case_end(&t.c);
    }
    assert_true(hash[0] == hash[1]);
}

/* ---- what goes wrong ---- */

/* Once, and the range is run again. */
static void test_once(void **state)
{
    (void)state;
    static const char *const texts[] = { "crashed with signal 11 (Segmentation fault)", "took longer than 1000 ms",
                                         "ended its process with exit code 5", "crashed with signal 6 (Aborted)",
                                         "crashed with signal 11 (Segmentation fault)" };
    const uint64_t wanted = hash_after(0, 0, false, 3, 5000);
    for (uint32_t fault = 1; fault <= 5; fault++) {
        for (uint32_t threads = 0; threads < 3; threads++) {
            trial t;
            count_from_zero();
            trial_new(&t, threads, 5000);
            declare_trial(&t, fault, fault == 2 ? 1 : 2, false, true, fault == 2 ? 1000 : PATIENCE_MS);
            /* on a busy machine that may not be enough for other ranges */
            if (fault == 2) t.said.only = "(tick 0, rows 0 to 511,";
            assert_ok(orr_world_step(t.c.world, 3));
            assert_true(orr_world_hash(t.c.world) == wanted);
            assert_in_range(t.said.count, fault == 2 ? 1 : 2, 2);
            if (!strstr(t.said.last, texts[fault - 1])) fail_msg("%s", t.said.last);
            assert_non_null(strstr(t.said.last, "system 'a': job 'trial': "));
            assert_non_null(strstr(t.said.last, "(tick 0, rows 0 to 511, entities from "));
            case_end(&t.c);
            assert_no_child();
        }
    }
}

/* 40 crashes, one a tick: no row is wrong in any tick. */
static void test_forty(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads < 3; threads += 2) {
        trial t, calm;
        count_from_zero();
        trial_new(&t, threads, 3000);
        trial_new(&calm, 0, 3000);
        declare_trial(&t, 1, 40, true, true, PATIENCE_MS);
        declare_trial(&calm, 0, 0, false, false, 0);
        for (uint32_t tick = 0; tick < 42; tick++) {
            assert_ok(orr_world_step(t.c.world, 1));
            assert_ok(orr_world_step(calm.c.world, 1));
            assert_true(orr_world_hash(t.c.world) == orr_world_hash(calm.c.world));
        }
        assert_int_equal(t.said.count, 40);
        case_end(&t.c);
        case_end(&calm.c);
    }
}

/* Always: a failure like any other. The other ranges are done, the failed one is as it was. */
static void test_always(void **state)
{
    (void)state;
    static const char *const texts[] = { "crashed with signal 11 (Segmentation fault), 3 times",
                                         "took longer than 200 ms, 3 times" };
    assert_int_equal(unsetenv("ORRERY_TRIAL"), 0);
    for (uint32_t fault = 1; fault <= 2; fault++) {
        trial t;
        trial_new(&t, 2, 5000);
        declare_trial(&t, fault, 0, false, true, fault == 2 ? 200 : PATIENCE_MS);
        if (fault == 2) t.said.only = "(tick 0, rows 0 to 511,";
        assert_int_equal(orr_world_step(t.c.world, 1), ORR_E_JOB);
        assert_says("system 'a': job 'trial': ");
        assert_says(texts[fault - 1]);
        assert_says("(tick 0, rows 0 to 511, entities from ");
        assert_int_equal(t.said.count, 2);
        uint64_t row = 0;
        orr_query query = orr_query_create(t.c.world, &(orr_query_desc){ .all = (orr_component[]){ t.c.position, 0 } });
        for (orr_cursor at = orr_query_begin(t.c.world, query); orr_cursor_next(&at);) {
            const float *x = orr_cursor_read(&at, t.c.px);
            for (uint32_t i = at.begin; i < at.end; i++, row++) {
                const float step = row < 512 ? 0 : 1.5f * ((float)(row % 17) - 8);
                assert_true(x[i] == (float)row + step);
            }
        }
        assert_int_equal(row, 5000);
        case_end(&t.c);
        assert_no_child();
    }
}

static void test_on_error(void **state)
{
    (void)state;
    for (uint32_t on_error = ORR_ON_ERROR_SKIP; on_error <= ORR_ON_ERROR_DISABLE; on_error++) {
        trial t;
        trial_new(&t, 1, 100);
        const orr_job_value values[] = { { .name = "fault", .value = 1 } };
        declare(&t, (orr_system_desc){ .name = "a",
                                       .job = "trial",
                                       .params = values,
                                       .param_count = 1,
                                       .on_error = on_error,
                                       .isolation = ORR_ISOLATION_PROCESS });
        assert_ok(orr_world_step(t.c.world, 2));
        assert_int_equal(t.said.count, on_error == ORR_ON_ERROR_SKIP ? 6 : 3);
        case_end(&t.c);
    }
}

/* What a job says of itself is no crash: it is not tried again, and nothing of the range is kept. */
static void test_fails(void **state)
{
    (void)state;
    for (uint32_t fault = 6; fault <= 7; fault++) {
        trial t;
        trial_new(&t, 1, 100);
        declare_trial(&t, fault, 0, false, true, PATIENCE_MS);
        assert_int_equal(orr_world_step(t.c.world, 1), fault == 6 ? ORR_E_JOB : -77);
        assert_says(fault == 6 ? "has had enough" : "returned -77");
        assert_int_equal(t.said.count, 0);
        float x[100];
        const orr_query query =
            orr_query_create(t.c.world, &(orr_query_desc){ .all = (orr_component[]){ t.c.position, 0 } });
        assert_ok(orr_query_copy(t.c.world, query, t.c.px, x, 100, NULL));
        for (uint32_t i = 0; i < 100; i++) assert_true(x[i] == (float)i);
        case_end(&t.c);
    }
}

/* ---- helpers ---- */

/* Children of this process, from /proc. */
static uint32_t children(pid_t *out, uint32_t room)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    uint32_t count = 0;
    DIR *tasks = opendir("/proc/self/task");
    assert_non_null(tasks);
    for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
        snprintf(path, sizeof path, "/proc/self/task/%.20s/children", task->d_name);
        FILE *file = task->d_name[0] == '.' ? NULL : fopen(path, "r");
        for (int id; file && count < room && fscanf(file, "%d", &id) == 1;) out[count++] = id;
        if (file) fclose(file);
    }
    closedir(tasks);
    return count;
}

static void test_killed(void **state)
{
    (void)state;
    trial t;
    trial_new(&t, 0, 3000);
    declare_trial(&t, 0, 0, false, true, PATIENCE_MS);
    pid_t ids[8];
    assert_int_equal(children(ids, 8), 0); /* not before it is needed */
    assert_ok(orr_world_step(t.c.world, 2));
    if (children(ids, 8) != 1) { /* this kernel does not tell */
        case_end(&t.c);
        skip();
    }
    const pid_t first = ids[0];
    assert_int_equal(kill(first, SIGKILL), 0);
    assert_ok(orr_world_step(t.c.world, 1));
    assert_int_equal(t.said.count, 1);
    assert_non_null(strstr(t.said.last, "crashed with signal 9 (Killed)"));
    assert_int_equal(children(ids, 8), 1);
    assert_true(ids[0] != first);
    assert_true(orr_world_hash(t.c.world) == hash_after(0, 0, false, 3, 3000));
    case_end(&t.c);
    assert_no_child();
}

/* Nothing is left behind, whatever happened. */
static void test_leaks(void **state)
{
    (void)state;
    const uint32_t before = descriptors();
    for (uint32_t round = 0; round < 5; round++) {
        trial t;
        count_from_zero();
        trial_new(&t, 3, 5000);
        declare_trial(&t, 1 + round % 4, round % 4 == 1 ? 1 : 2, false, true, round % 4 == 1 ? 1000 : PATIENCE_MS);
        assert_ok(orr_world_step(t.c.world, 2));
        case_end(&t.c);
        assert_int_equal(descriptors(), before);
        assert_no_child();
    }
}

/* Ends of processes whose parents have ended, which are ours to wait for now. */
static uint32_t buried(uint32_t wanted)
{
    uint32_t count = 0;
    for (uint32_t patience = 0; patience < PATIENCE_MS && count < wanted; patience++) {
        if (waitpid(-1, NULL, WNOHANG) > 0)
            count++;
        else
            usleep(1000);
    }
    return count;
}

/* A job that forks: what it forks changes no row, and does not outlive the world or the helper. */
static void test_forks(void **state)
{
    (void)state;
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    assert_int_equal(unsetenv("ORRERY_TRIAL"), 0);
    const uint64_t wanted = hash_after(0, 0, false, 3, 2000);
    for (uint32_t fault = 9; fault <= 10; fault++) {
        trial t;
        trial_new(&t, 0, 2000);
        declare_trial(&t, fault, 0, false, true, PATIENCE_MS);
        assert_ok(orr_world_step(t.c.world, 3));
        usleep(50000); /* what goes on has time to do harm */
        assert_true(orr_world_hash(t.c.world) == wanted);
        assert_int_equal(t.said.count, 0);
        case_end(&t.c);
        assert_int_equal(buried(3), 3);
        assert_no_child();
    }
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
}

/* ---- handles of what is not there yet, in columns ---- */

static void links_after(uint32_t threads, bool wrong, bool isolated, int32_t *code, uint64_t *hash, char text[512])
{
    trial t;
    trial_new(&t, threads, 0);
    const orr_prefab linked = case_prefab(t.c.world, "Linked", t.c.position, t.c.link, 0);
    orr_entity all[5000];
    assert_ok(orr_entity_spawn(t.c.world, linked, 5000, all));
    const orr_job_value fault = { .name = "fault", .value = wrong };
    declare(&t, (orr_system_desc){ .name = "a",
                                   .job = "links",
                                   .params = &fault,
                                   .param_count = 1,
                                   .isolation = isolated,
                                   .timeout_ms = isolated ? PATIENCE_MS : 0 });
    *code = orr_world_step(t.c.world, 2);
    snprintf(text, 512, "%s", *code == ORR_OK ? "" : orr_last_error());
    *hash = orr_world_hash(t.c.world);
    for (uint32_t i = 0; i < 5000 && !wrong; i++) {
        const orr_entity *to = orr_entity_read(t.c.world, all[i], t.c.to);
        assert_non_null(to);
        assert_true(all[i] % 7 == 0 ? orr_entity_is_alive(t.c.world, *to) : *to == 0);
    }
    if (!wrong) assert_int_equal(t.said.count, 0);
    case_end(&t.c);
}

static void test_links(void **state)
{
    (void)state;
    int32_t codes[2];
    uint64_t hashes[2];
    char texts[2][512];
    for (uint32_t wrong = 0; wrong < 2; wrong++) {
        links_after(0, wrong, false, &codes[0], &hashes[0], texts[0]);
        for (uint32_t threads = 0; threads < 3; threads++) {
            links_after(threads, wrong, true, &codes[1], &hashes[1], texts[1]);
            assert_int_equal(codes[1], codes[0]);
            assert_string_equal(texts[1], texts[0]);
            assert_true(hashes[1] == hashes[0]);
        }
        if (wrong)
            assert_non_null(strstr(texts[0], "job 'links': provisional handle -77777: this run has given out -1 to"));
        else
            assert_int_equal(codes[0], ORR_OK);
    }
}

static orr_system refused(trial *t, const char *job, uint32_t timeout_ms)
{
    const orr_system_desc desc = {
        .name = "r", .job = job, .isolation = ORR_ISOLATION_PROCESS, .timeout_ms = timeout_ms
    };
    const orr_system system = orr_system_create(t->c.world, &desc);
    assert_int_equal(system, 0);
    return system;
}

static int32_t own(const orr_rows *rows, const orr_tick *tick)
{
    (void)rows, (void)tick;
    return ORR_OK;
}
static const orr_slot_desc own_slots[] = { ORR_SLOT_RW("position.x", f32) };
ORR_JOB(own, own_slots, .arithmetic = ORR_F32);

static void test_refused(void **state)
{
    (void)state;
    trial t;
    trial_new(&t, 1, 10);
    refused(&t, "nothing", 0);
    assert_says(
        "system 'r': isolation = \"process\": slot 'velocity.x' of job 'nothing' is a gather: only row slots can be");
    const orr_field_desc field = { .name = "t", .type = ORR_TYPE_F32 }, x = { .name = "x", .type = ORR_TYPE_F32 };
    const orr_component list[] = { t.c.position, 0 };
    assert_true(orr_lattice_create(t.c.world, &(orr_lattice_desc){ "heat", 8, 8, false, false, &field, 1 }));
    assert_true(orr_resource_create(t.c.world, &(orr_resource_desc){ .name = "wind", .fields = &x, .field_count = 1 }));
    assert_true(orr_neighbours_create(
        t.c.world,
        &(orr_neighbours_desc){ .name = "near", .query.all = list, .position = { t.c.px, t.c.py }, .radius = 1 }));
    refused(&t, "near_one", 0);
    assert_says("slot 'near' of job 'near_one' is neighbours: only row slots can be isolated");
    refused(&t, "cells", 0);
    assert_says("slot 'heat.t' of job 'cells' is a lattice: only row slots can be isolated");
    refused(&t, "wind", 0);
    assert_says("slot 'wind.x' of job 'wind' is a resource: only row slots can be isolated");
    refused(&t, "lost", 0);
    assert_says("job 'lost' has memory of its own");
    refused(&t, "framed", 0);
    assert_says("job 'framed' has `begin` or `end`");
    refused(&t, "whole", 0);
    assert_says("job 'whole' reaches all rows by handle");
    static const orr_job_desc *const jobs[] = { &orr_job_own };
    const orr_job_module module = { ORR_ABI, sizeof module, 1, 0, jobs };
    assert_ok(orr_job_register(t.c.world, &module));
    refused(&t, "own", 0);
    assert_says("job 'own' was handed over by this program");
    const orr_system_desc late = { .name = "r", .job = "trial", .timeout_ms = 3 };
    assert_int_equal(orr_system_create(t.c.world, &late), 0);
    assert_says("`timeout_ms` is for isolation = \"process\"");
    const orr_system_desc odd = { .name = "r", .job = "trial", .isolation = 2 };
    assert_int_equal(orr_system_create(t.c.world, &odd), 0);
    assert_says("isolation is 2");
    case_end(&t.c);
}

/* A helper that is missing is told at once; one that is something else, when it is first needed. */
static void test_helper_wrong(void **state)
{
    (void)state;
    trial t;
    assert_int_equal(setenv("ORRERY_WORKER", "/nowhere/orrery-worker", 1), 0);
    trial_new(&t, 1, 10);
    refused(&t, "trial", 0);
    assert_says("ORRERY_WORKER is '/nowhere/orrery-worker', which is no program that can be run");
    case_end(&t.c);
    assert_int_equal(setenv("ORRERY_WORKER", "/bin/true", 1), 0);
    trial_new(&t, 1, 10);
    declare_trial(&t, 0, 0, false, true, 0);
    assert_int_equal(orr_world_step(t.c.world, 1), ORR_E_JOB);
    assert_says("/true' does not start: ended its process with exit code 0");
    case_end(&t.c);
    assert_int_equal(unsetenv("ORRERY_WORKER"), 0);
    assert_no_child();
}

int main(void)
{
    const int made = mkstemp(counter);
    if (made < 0) return 1;
    close(made);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),         cmocka_unit_test(test_types),    cmocka_unit_test(test_records),
        cmocka_unit_test(test_built_in),     cmocka_unit_test(test_once),     cmocka_unit_test(test_forty),
        cmocka_unit_test(test_always),       cmocka_unit_test(test_on_error), cmocka_unit_test(test_fails),
        cmocka_unit_test(test_killed),       cmocka_unit_test(test_leaks),    cmocka_unit_test(test_refused),
        cmocka_unit_test(test_helper_wrong), cmocka_unit_test(test_forks),    cmocka_unit_test(test_links),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(counter);
    return failed;
}
