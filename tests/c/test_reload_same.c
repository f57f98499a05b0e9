/* needs: lua. valgrind: no
 * Scripts that are loaded again while their world lives: a text that did not change changes nothing, at any tick. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "orrery.h"
#include "sanitized.h"

#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        if ((call) != ORR_OK) fail_msg("%s: %s", #call, orr_last_error());                                             \
    } while (0)

enum { SCRIPTS_MAX = 64 };

typedef struct script {
    char name[64];
    uint64_t ticks;
} script;

static script scripts[SCRIPTS_MAX];
static uint32_t script_count;

static orr_host *open_script(const char *name, uint32_t threads, bool no_jit)
{
    char path[128];
    snprintf(path, sizeof path, "scripts/%s", name);
    orr_host *host =
        orr_host_open(&(orr_host_desc){ .script = path, .threads = threads, .no_jit = no_jit, .test = true });
    if (!host) fail_msg("%s: %s", name, orr_last_error());
    return host;
}

/* One host is loaded again before every tick (or each `every`-th), the other one never. */
static void goes_on(const script *s, uint32_t threads, bool no_jit, uint64_t ticks, uint64_t every)
{
    orr_host *plain = open_script(s->name, threads, no_jit), *again = open_script(s->name, threads, no_jit);
    if (ticks > s->ticks) ticks = s->ticks;
    for (uint64_t k = 0; k < ticks; k++) {
        if (k % every == 0) assert_ok(orr_host_reload(again));
        const uint64_t a = orr_world_hash(orr_host_world(plain)), b = orr_world_hash(orr_host_world(again));
        if (a != b) fail_msg("%s, %u threads: reloading at tick %" PRIu64 " changes the state", s->name, threads, k);
        assert_ok(orr_host_step(plain, 1));
        assert_ok(orr_host_step(again, 1));
    }
    assert_true(orr_world_hash(orr_host_world(plain)) == orr_world_hash(orr_host_world(again)));
    orr_host_close(plain);
    orr_host_close(again);
}

static void the_same_text_changes_nothing(void **state)
{
    const script *s = *state;
    static const uint32_t threads[] = { 2, 0, 1, 4 };
    for (uint32_t i = 0; i < (SANITIZED ? 1 : 4); i++)
        goes_on(s, threads[i], false, threads[i] ? 16 : 30, threads[i] ? 4 : 2);
    if (SANITIZED) return;
    goes_on(s, 0, true, 6, 1);
    goes_on(s, 2, true, 6, 3);
}

static void read_scripts(void)
{
    FILE *file = fopen("tests/golden/scripts.txt", "r");
    char line[256];
    while (file && fgets(line, sizeof line, file) && script_count < SCRIPTS_MAX) {
        script *s = &scripts[script_count];
        if (line[0] != '#' && sscanf(line, "%63s %" SCNu64, s->name, &s->ticks) == 2) script_count++;
    }
    if (file) fclose(file);
}

int main(void)
{
    static struct CMUnitTest tests[SCRIPTS_MAX];
    read_scripts();
    if (script_count == 0) {
        fputs("tests/golden/scripts.txt lists no script\n", stderr);
        return 1;
    }
    for (uint32_t k = 0; k < script_count; k++)
        tests[k] = (struct CMUnitTest){ .name = scripts[k].name,
                                        .test_func = the_same_text_changes_nothing,
                                        .initial_state = &scripts[k] };
    return _cmocka_run_group_tests("reload_same", tests, script_count, NULL, NULL);
}
