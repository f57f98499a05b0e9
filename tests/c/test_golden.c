/* needs: lua
 * Every script in scripts/ has one state hash: with any number of threads, compiled or interpreted, from any compiler.
 * The hashes stand in scripts.txt; ORRERY_GOLDEN_WRITE=1 prints the lines for it instead of comparing. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "orrery.h"

enum { SCRIPTS_MAX = 64 };

typedef struct golden {
    char script[64];
    uint64_t ticks, hash;
} golden;

static golden goldens[SCRIPTS_MAX];
static uint32_t golden_count;

static uint64_t run_script(const char *script, uint32_t threads, bool no_jit, uint64_t *ticks)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/scripts/%s", ORRERY_SOURCE_DIR, script);
    orr_host *host = orr_host_open(&(orr_host_desc){ .script = path, .threads = threads, .no_jit = no_jit, .test = true });
    if (!host) fail_msg("%s: %s", script, orr_last_error());
    *ticks = orr_host_test_ticks(host);
    if (*ticks == 0) fail_msg("%s does not declare orrery.test { ticks = ... }", script);
    if (orr_host_step(host, *ticks) != ORR_OK) fail_msg("%s: %s", script, orr_last_error());
    const uint64_t hash = orr_world_hash(orr_host_world(host));
    orr_host_close(host);
    return hash;
}

static void same_hash_everywhere(void **state)
{
    const golden *g = *state;
    static const struct { uint32_t threads; bool no_jit; } ways[] = { { 0, false }, { 1, false }, { 2, false }, { 4, false },
                                                                      { 0, true }, { 2, true } };
    for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++) {
        uint64_t ticks = 0;
        const uint64_t hash = run_script(g->script, ways[w].threads, ways[w].no_jit, &ticks);
        if (getenv("ORRERY_GOLDEN_WRITE")) {
            printf("%s %" PRIu64 " %016" PRIx64 "\n", g->script, ticks, hash);
            return;
        }
        if (hash != g->hash || ticks != g->ticks) {
            fail_msg("%s, %u threads%s: hash %016" PRIx64 " after %" PRIu64 " ticks, expected %016" PRIx64 " after %" PRIu64,
                     g->script, ways[w].threads, ways[w].no_jit ? ", JIT off" : "", hash, ticks, g->hash, g->ticks);
        }
    }
}

static void read_goldens(void)
{
    FILE *file = fopen(ORRERY_SOURCE_DIR "/tests/golden/scripts.txt", "r");
    char line[256];
    while (file && fgets(line, sizeof line, file) && golden_count < SCRIPTS_MAX) {
        golden *g = &goldens[golden_count];
        if (line[0] != '#' && sscanf(line, "%63s %" SCNu64 " %" SCNx64, g->script, &g->ticks, &g->hash) >= 1) golden_count++;
    }
    if (file) fclose(file);
}

int main(void)
{
    static struct CMUnitTest tests[SCRIPTS_MAX];
    read_goldens();
    if (golden_count == 0) {
        fputs("tests/golden/scripts.txt lists no script\n", stderr);
        return 1;
    }
    for (uint32_t k = 0; k < golden_count; k++) {
        tests[k] = (struct CMUnitTest){ .name = goldens[k].script, .test_func = same_hash_everywhere,
                                        .initial_state = &goldens[k] };
    }
    return _cmocka_run_group_tests("golden", tests, golden_count, NULL, NULL);
}
