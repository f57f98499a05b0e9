/* The library prints nothing: whatever a script says or does wrong, it goes to the log, or nowhere. needs: lua */
#include <stdlib.h>
#include <unistd.h>

#include "sim_case.h"

typedef struct lines {
    char text[4000];
    int of_level[3];
} lines;

static void note(void *context, int level, const char *text)
{
    lines *l = context;
    const size_t used = strlen(l->text);
    l->of_level[level]++;
    snprintf(l->text + used, sizeof l->text - used, "%s\n", text);
}

/* What a stream says from begin to end goes into a file. */
typedef struct capture {
    FILE *file;
    int kept[2];
} capture;

static capture capture_begin(void)
{
    capture c = { .file = tmpfile() };
    assert_non_null(c.file);
    fflush(stdout);
    fflush(stderr);
    for (int i = 0; i < 2; i++) {
        c.kept[i] = dup(i + 1);
        assert_true(dup2(fileno(c.file), i + 1) == i + 1);
    }
    return c;
}

/* How many bytes were said. */
static long capture_end(capture *c)
{
    fflush(stdout);
    fflush(stderr);
    for (int i = 0; i < 2; i++) {
        dup2(c->kept[i], i + 1);
        close(c->kept[i]);
    }
    const long bytes = (long)lseek(fileno(c->file), 0, SEEK_END);
    fclose(c->file);
    return bytes;
}

/* Prints at load, in systems on both kinds of machines and in a hook; warns; fails. */
static const char script[] =
    "local orrery = require 'orrery'\n"
    "local P = orrery.component('P', { x = orrery.f32 }) local outer = 0\n"
    "print('loaded', 1, nil, true)\n"
    "orrery.hook('add', P, function(e) print('added', e) end)\n"
    "orrery.world:spawn({ P }, 2)\n"
    "orrery.system { name = 'main', run = function(ctx) outer = outer + 1 print('tick', ctx.tick) end }\n"
    "orrery.system { name = 'worker', on = 'workers', all = { P }, reads = { P }, run = function(rows)\n"
    "  print('rows', rows.count) end }\n"
    "orrery.system { name = 'fails', on_error = 'skip', run = function() error 'oh' end }\n"
    "orrery.system { name = 'stops', every = 2, run = function(ctx) if ctx.tick > 0 then error 'stop' end end }\n";

static void run_all(lines *l)
{
    orr_host *host = orr_host_open(
        &(orr_host_desc){ .script = "s.lua", .text = script, .threads = 2, .log = l ? note : NULL, .log_context = l });
    if (host) {
        (void)orr_host_step(host, 2);
        (void)orr_host_step(host, 2);
        (void)orr_host_eval(host, "print 'evaluated'", "e");
        (void)orr_host_eval(host, "syntax error", "e");
        (void)orr_component_find(orr_host_world(host), "nothing");
    }
    orr_host_close(host);
    orr_host_close(orr_host_open(&(orr_host_desc){ .text = "print 'before' error 'while loading'", .log = NULL }));
    orr_host_close(orr_host_open(&(orr_host_desc){ .script = "no such file" }));
    orr_world_destroy(orr_world_create(&(orr_world_desc){ .dt = -1 }));
}

static void without_a_log_nothing_is_said(void **state)
{
    (void)state;
    capture c = capture_begin();
    run_all(NULL);
    const long said = capture_end(&c);
    assert_int_equal(said, 0);
}

static void with_a_log_all_is_said_there(void **state)
{
    (void)state;
    lines l = { .text = "" };
    capture c = capture_begin();
    run_all(&l);
    const long said = capture_end(&c);
    assert_int_equal(said, 0);
    static const char *const wanted[] = { "loaded\t1\tnil\ttrue\n",
                                          "added\t",
                                          "tick\t0\n",
                                          "rows\t2\n",
                                          "evaluated\n",
                                          "system 'main' assigns the outer local 'outer'",
                                          "system 'fails': oh" };
    for (uint32_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (!strstr(l.text, wanted[i])) fail_msg("'%s' is not in:\n%s", wanted[i], l.text);
    }
    const char *first = strstr(l.text, "loaded");
    assert_null(strstr(first + 1, "loaded")); /* the worker's machine is silent while it loads */
    assert_true(l.of_level[0] >= 8 && l.of_level[1] >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_log_nothing_is_said),
        cmocka_unit_test(with_a_log_all_is_said_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
