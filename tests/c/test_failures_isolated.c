/* Jobs in processes of their own that crash, hang or fail for good: a failure like any other, in every mode, on any
 * number of threads. The job is in tests/plugin/trial.c. valgrind: no (the helper is another program) */
#include "c/chaos.h"
#include "failing.h"

#include <stdlib.h>

enum { PLACE, COPY, LATE, MODES };
enum { PATIENCE_MS = 20000, HANG_MS = 300 };
static const char *const mode_names[] = { "in place", "copy", "late" };

/* By the numbers of the job. */
enum { CRASH = 1, HANG, EXIT, ABORT, OVERRUN, FAIL, CODE, FAULTS };

/* That a range is run again is told each time, by the threads as they come. */
static void keep_failures(void *context, int level, const char *text)
{
    if (!strstr(text, "these rows are run again")) failing_log(context, level, text);
}

static void run_set(uint32_t threads, const orr_scheduler *scheduler, uint32_t mode, uint32_t fault, uint32_t on_error,
                    failing_result *r)
{
    /* a range that fails leaves its rows as they were */
    static const bool there[] = { true, false, false, true }, nowhere[] = { false, false, false, false };
    const orr_job_value values[] = { { .name = "fault", .value = fault } };
    failing f;
    memset(&f, 0, sizeof f);
    failing_begin(&f, orr_world_create(&(orr_world_desc){
                          .threads = threads, .scheduler = scheduler, .log = keep_failures, .log_context = &f }));
    assert_ok(orr_job_load(f.c.world, ORRERY_BINARY_DIR "/plugins/trial.so"));
    const orr_system_desc bad = { .name = "bad",
                                  .job = "stumble",
                                  .params = values,
                                  .param_count = 1,
                                  .on_error = on_error,
                                  .source = "bad.c:7",
                                  .snapshot = mode >= COPY,
                                  .latency = mode == LATE,
                                  .isolation = ORR_ISOLATION_PROCESS,
                                  .timeout_ms = fault == HANG ? HANG_MS : PATIENCE_MS };
    if (!orr_system_create(f.c.world, &bad)) fail_msg("%s", orr_last_error());
    failing_ready(&f);
    failing_run(&f, on_error, mode == LATE, mode == PLACE ? there : nowhere, r);
    case_end(&f.c);
}

static void compare(uint32_t mode, uint32_t fault, uint32_t on_error, bool fully)
{
    static const uint32_t thread_counts[] = { 2, 1, 4 };
    static const char *const texts[FAULTS] = { [CRASH] = "crashed with signal 11 (Segmentation fault), 3 times",
                                               [HANG] = "took longer than 300 ms, 3 times",
                                               [EXIT] = "ended its process with exit code 5, 3 times",
                                               [ABORT] = "crashed with signal 6 (Aborted), 3 times",
                                               [OVERRUN] = "crashed with signal 11 (Segmentation fault), 3 times",
                                               [FAIL] = "has had enough",
                                               [CODE] = "returned -77 (unknown)" };
    char wanted[300];
    failing_result serial, other;
    snprintf(wanted, sizeof wanted,
             "system 'bad': job 'stumble': %s (tick 2, rows 1536 to 2047, entities from 1610612737)  bad.c:7",
             texts[fault]);
    run_set(0, NULL, mode, fault, on_error, &serial);
    failing_message(&serial, on_error, wanted, mode_names[mode]);
    for (uint32_t t = 0; t < (fully ? 3 : 1); t++) {
        run_set(thread_counts[t], NULL, mode, fault, on_error, &other);
        failing_same(&other, &serial, mode_names[mode]);
    }
    if (!fully) return;
    chaos *unkind = chaos_create(3, mode * 3 + on_error + 1);
    run_set(0, chaos_scheduler(unkind), mode, fault, on_error, &other);
    chaos_destroy(unkind);
    failing_same(&other, &serial, mode_names[mode]);
}

static void crashes_in_every_mode(void **state)
{
    (void)state;
    assert_int_equal(unsetenv("ORRERY_TRIAL"), 0);
    for (uint32_t mode = 0; mode < MODES; mode++) {
        for (uint32_t on_error = ORR_ON_ERROR_STOP; on_error <= ORR_ON_ERROR_DISABLE; on_error++)
            compare(mode, CRASH, on_error, true);
    }
}

static void every_other_fault(void **state)
{
    (void)state;
    for (uint32_t fault = HANG; fault < FAULTS; fault++) {
        for (uint32_t mode = 0; mode < (fault == HANG ? 1 : MODES); mode++)
            compare(mode, fault, (fault + mode) % 3, false);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crashes_in_every_mode),
        cmocka_unit_test(every_other_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
