/* needs: lua. valgrind: no
 * Jobs while their script is loaded again: native ones here and in a process of their own, and those of files. */
#include "reload_case.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0) fail_msg("%s: %s", path, strerror(errno));
}

static void remove_file(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)remove(path);
}

static int begin(void **state)
{
    (void)state;
    char jobs[80];
    snprintf(folder, sizeof folder, "/tmp/orrery-reload-XXXXXX");
    if (!mkdtemp(folder)) return -1;
    snprintf(jobs, sizeof jobs, "%s/jobs", folder);
    return mkdir(jobs, 0700);
}

static int end(void **state)
{
    (void)state;
    remove_file("s.lua");
    remove_file("jobs/step.lua");
    remove_file("jobs");
    return rmdir(folder);
}

/* What the module adds to y at each step. */
static void write_module(const char *amount)
{
    char text[512];
    snprintf(text, sizeof text,
             "local orrery = require 'orrery'\nlocal P = orrery.component 'P'\n"
             "return function(rows)\n  local p = rows:write(P)\n"
             "  for i = rows.first, rows.last do p.y[i] = p.y[i] + %s end\nend\n",
             amount);
    write_file("jobs/step.lua", text);
}

static orr_host *open_file(uint32_t threads)
{
    char path[80];
    snprintf(path, sizeof path, "%s/s.lua", folder);
    orr_host *host = orr_host_open(&(orr_host_desc){ .script = path, .threads = threads, .seed = 5 });
    if (!host) fail_msg("%s", orr_last_error());
    return host;
}

#define BODIES                                                                                                         \
    HEAD POSITION "local V = orrery.component('V', { x = f32(1), y = f32(3) })\n"                                      \
                  "orrery.system { name = 'populate', stage = 'startup', run = function(ctx)\n"                        \
                  "  ctx:spawn({ P, V }, 3000, function(rows) local p = rows:write(P)\n"                               \
                  "    for i = rows.first, rows.last do p.x[i] = rows:uniform(i, 1) end end)\n"                        \
                  "end }\n"
#define NATIVE(how)                                                                                                    \
    "orrery.system { name = 'native', job = 'integrate', all = { P, V }, bind = { position = P, velocity = V }" how    \
    " }\n"
#define ISOLATED ", isolation = 'process', timeout_ms = 20000"
#define APART(name, how)                                                                                               \
    "orrery.system { name = '" name "', on = 'workers', all = { P }, writes = { P }, job = 'lua:jobs/step'" how " }\n"

static double y_of_first(orr_host *host)
{
    return first_of(host, "P", "y");
}

/* A host that is loaded again before each tick, with one text after the other, and one that keeps the first. */
static void goes_on(const char *const *texts, int count)
{
    for (uint32_t threads = 0; threads <= 2; threads += 2) {
        write_file("s.lua", texts[0]);
        orr_host *plain = open_file(threads), *again = open_file(threads);
        for (int tick = 0; tick < 8; tick++) {
            write_file("s.lua", texts[tick % count]);
            assert_ok(orr_host_reload(again));
            assert_ok(orr_host_step(plain, 1));
            assert_ok(orr_host_step(again, 1));
            assert_true(orr_world_hash(orr_host_world(plain)) == orr_world_hash(orr_host_world(again)));
        }
        assert_true(y_of_first(again) > 2.3); /* the native one moved it by 3 a second, for 8 ticks */
        close_whole(plain);
        close_whole(again);
    }
}

/* Every kind of job: the state goes on as if nothing had happened. */
static void the_same_text_changes_nothing(void **state)
{
    (void)state;
    static const char *const text[] = { BODIES NATIVE(ISOLATED) APART("here", "") APART("copy", ", data = 'snapshot'")
                                            APART("late", ", data = 'snapshot', latency = 2") };
    write_module("rows:uniform(i, 2)");
    goes_on(text, 1);
}

/* A job that moves into a process of its own and back computes what it always did. */
static void a_job_changes_its_place(void **state)
{
    (void)state;
    static const char *const texts[] = { BODIES NATIVE(""), BODIES NATIVE(ISOLATED) };
    goes_on(texts, 2);
}

/* The file of a job is part of the script: its new text runs, and one that does not load leaves all as it was. */
static void the_file_of_a_job_changes(void **state)
{
    (void)state;
    for (uint32_t threads = 0; threads <= 2; threads += 2) {
        write_module("1");
        write_file("s.lua", BODIES APART("here", ""));
        orr_host *host = open_file(threads);
        assert_ok(orr_host_step(host, 2));
        assert_true(y_of_first(host) == 4);
        write_module("100");
        assert_ok(orr_host_reload(host));
        assert_ok(orr_host_step(host, 1));
        assert_true(y_of_first(host) == 104);
        static const struct {
            const char *text, *why;
        } bad[] = {
            { "return function(rows)", "jobs/step.lua:1" },
            { "return 7", "returns 7 instead of a function(rows, ctx)" },
            { "", "instead of a function(rows, ctx)" },
            { "error 'not today'", "not today" },
            { NULL, "there is no file" },
        };
        for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
            if (bad[k].text)
                write_file("jobs/step.lua", bad[k].text);
            else
                remove_file("jobs/step.lua");
            assert_int_equal(orr_host_reload(host), ORR_E_SCRIPT);
            if (!strstr(orr_last_error(), bad[k].why)) fail_msg("'%s', not '%s'", orr_last_error(), bad[k].why);
            assert_ok(orr_host_step(host, 1));
            assert_true(y_of_first(host) == 204 + 100 * (double)k);
        }
        write_module("-4");
        assert_ok(orr_host_reload(host));
        assert_ok(orr_host_step(host, 1));
        assert_true(y_of_first(host) == 600);
        close_whole(host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_text_changes_nothing),
        cmocka_unit_test(a_job_changes_its_place),
        cmocka_unit_test(the_file_of_a_job_changes),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
