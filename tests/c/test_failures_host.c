/* needs: lua
 * Systems in Lua that fail in many ways, in every mode, on any number of threads: what is said, what is kept, who goes
 * on. What fails is in tests/lua/modules/jobs/fails.lua. long: soak */
#include "c/chaos.h"
#include "failing.h"

#include <stdlib.h>

#define MODULE "tests/lua/modules/jobs/fails.lua"

enum { MAIN, WORKERS, COPY, LATE, MODULE_JOB, MODULE_COPY, MODES };
static const struct {
    const char *name, *declares;
    bool copies, late;
} modes[MODES] = {
    [MAIN] = { "main", "run = fails", false, false },
    [WORKERS] = { "workers", "on = 'workers', run = fails", false, false },
    [COPY] = { "copy", "on = 'workers', data = 'snapshot', run = fails", true, false },
    [LATE] = { "late", "on = 'workers', data = 'snapshot', latency = 1, run = fails", true, true },
    [MODULE_JOB] = { "module", "job = 'lua:modules/jobs/fails'", false, false },
    [MODULE_COPY] = { "module copy", "job = 'lua:modules/jobs/fails', data = 'snapshot'", true, false },
};

/* What the message says between system and place; whether a line of the module is named. */
static const struct {
    const char *name, *says;
    bool named;
} ways[] = {
    { "text", "the early one", true },
    { "object", "an error that is no text (a table)", true },
    { "none", "an error that is no text (a nil)", true },
    { "index", "attempt to index ", true },
    { "undeclared", "component 'Velocity' is read without being declared: add it to `reads`", true },
    { "outside", "row 2048 outside 1536..2047", true },
    { "deep", "stack overflow", false },
    { "tables", "the script needs more memory than it may have (16 MiB)", true },
    { "endless", "did not end within 300000 loops (guard)", true },
    { "patches", "patch 1 ('destory'): there is no kind 'destory'", false },
    { "memory", "the script used up all memory it may have (16 MiB, lua_bytes); its Lua machine is closed", false },
};
enum { TEXT = 0, DEEP = 6, ENDLESS = 8, MEMORY = 10, WAYS = 11 };

static void run_set(uint32_t threads, const orr_scheduler *scheduler, uint32_t mode, uint32_t way, uint32_t on_error,
                    failing_result *r)
{
    static const char *const on_errors[] = { "stop", "skip", "disable" };
    static const bool there[] = { true, true, false, true }, nowhere[] = { false, false, false, false };
    char text[600];
    failing f;
    memset(&f, 0, sizeof f);
    snprintf(text, sizeof text,
             "local orrery, fails = require 'orrery', require 'modules.jobs.fails'\n"
             "local Position = orrery.component('Position', { x = orrery.f32, y = orrery.f32 })\n"
             "orrery.system { name = 'bad', all = { Position }, writes = { Position }, on_error = '%s',\n"
             "  extra = { way = '%s' }, %s }\n",
             on_errors[on_error], ways[way].name, modes[mode].declares);
    orr_host *host = orr_host_open(&(orr_host_desc){ .script = "tests/lua/failing.lua",
                                                     .text = text,
                                                     .threads = threads,
                                                     .scheduler = scheduler,
                                                     .lua_bytes = 16u << 20,
                                                     .guard = way == ENDLESS,
                                                     .guard_budget = 300000,
                                                     .log = failing_log,
                                                     .log_context = &f });
    if (!host) fail_msg("%s", orr_last_error());
    failing_begin(&f, orr_host_world(host));
    failing_ready(&f);
    failing_run(&f, on_error, modes[mode].late, modes[mode].copies ? nowhere : there, r);
    assert_ok(orr__world_validate(f.c.world));
    watchdog_watch(NULL);
    orr_host_close(host);
}

/* The line of the module that is marked with the way's name; 0: none is. */
static unsigned line_of(const char *way)
{
    char line[300], mark[60];
    unsigned number = 0, found = 0;
    FILE *file = fopen(MODULE, "r"); /* tests run in the folder of the sources */
    assert_non_null(file);
    snprintf(mark, sizeof mark, "-- line: %s\n", way);
    while (fgets(line, sizeof line, file)) {
        number++;
        if (strstr(line, mark)) found = number;
    }
    fclose(file);
    return found;
}

static void read_message(uint32_t mode, uint32_t way, uint32_t on_error, const failing_result *r)
{
    char place[100];
    const char *text = on_error == ORR_ON_ERROR_STOP ? r->text : r->log;
    failing_message(r, on_error, "system 'bad': ", modes[mode].name);
    if (ways[way].named)
        snprintf(place, sizeof place, MODULE ":%u ", line_of(ways[way].name));
    else
        snprintf(place, sizeof place, ".lua:");
    const char *says = strstr(text, ways[way].says), *line = strstr(text, place);
    const char *tick = strstr(text, "(tick 2, "),
               *rows = tick ? strstr(tick, "rows 1536 to 2047, entities from 1610612737)") : NULL;
    if (!says || !line || !tick || !rows || says > tick)
        fail_msg("%s, %s: '%s' does not say '%s', '%s' and the rows", modes[mode].name, ways[way].name, text,
                 ways[way].says, place);
}

static void same(failing_result *other, failing_result *serial, uint32_t mode, uint32_t way)
{
    /* whether there is room left to tell where depends on what has been compiled */
    if (way == DEEP) memset(other->log, 0, sizeof other->log), memset(serial->log, 0, sizeof serial->log);
    if (way == DEEP) memset(other->text, 0, sizeof other->text), memset(serial->text, 0, sizeof serial->text);
    failing_same(other, serial, modes[mode].name);
}

static void compare(uint32_t mode, uint32_t way, uint32_t on_error, bool fully)
{
    static const uint32_t thread_counts[] = { 2, 1, 4 };
    failing_result serial, other;
    run_set(0, NULL, mode, way, on_error, &serial);
    read_message(mode, way, on_error, &serial);
    for (uint32_t t = 0; t < (fully ? 3 : 1); t++) {
        run_set(thread_counts[t], NULL, mode, way, on_error, &other);
        same(&other, &serial, mode, way);
    }
    if (!fully) return;
    chaos *unkind = chaos_create(3, mode * 3 + on_error + 1);
    run_set(0, chaos_scheduler(unkind), mode, way, on_error, &other);
    chaos_destroy(unkind);
    same(&other, &serial, mode, way);
}

static void errors_in_every_mode(void **state)
{
    (void)state;
    for (uint32_t mode = 0; mode < MODES; mode++) {
        for (uint32_t on_error = ORR_ON_ERROR_STOP; on_error <= ORR_ON_ERROR_DISABLE; on_error++)
            compare(mode, TEXT, on_error, true);
    }
}

/* Half of the modes each; all of them, and with every on_error, when it may take long. */
static void every_other_way(void **state)
{
    const bool all = getenv("ORRERY_LONG") != NULL;
    (void)state;
    for (uint32_t way = 1; way < WAYS; way++) {
        for (uint32_t mode = MAIN; mode < MODES; mode++) {
            if (way == MEMORY && mode == MAIN) continue; /* the main machine is not made anew: test_machine.c */
            if (!all && way != MEMORY && (way + mode) % 2) continue;
            for (uint32_t k = 0; k < (all ? 3 : 1); k++) compare(mode, way, (way + mode + k) % 3, all);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_in_every_mode),
        cmocka_unit_test(every_other_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
