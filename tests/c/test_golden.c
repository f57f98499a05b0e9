/* needs: lua. long: soak. valgrind: no
 * Every script in scripts/ has one state hash: with any number of threads, compiled or interpreted, from any compiler,
 * under a scheduler that runs everything in random order. The hashes at the end stand in tests/golden/scripts.txt
 * (ORRERY_GOLDEN_WRITE=1 prints its lines instead); along the way every tick is compared with the serial run. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "chaos.h"
#include "orrery.h"
#include "sanitized.h"
#include "scene.h"

/* How many ticks a run takes; 0: all. Sanitizers watch each byte that is hashed. */
enum { MOST_TICKS = BY_THREAD_SANITIZER ? 8 : BY_ADDRESS_SANITIZER ? 40 : 0 };

enum { SCRIPTS_MAX = 64, TICKS_MAX = 4096 };

typedef struct golden {
    char script[64];
    uint64_t ticks, hash;
} golden;

typedef struct way {
    uint32_t threads;
    bool no_jit;
    const orr_scheduler *scheduler;
    uint64_t most; /* ticks; 0: as many as the script says */
} way;

static golden goldens[SCRIPTS_MAX];
static uint32_t golden_count;

/* Runs a script and notes the hash after each tick; returns the number of ticks. */
static uint64_t run_script(const char *script, const way *w, uint64_t *hashes)
{
    char path[128];
    snprintf(path, sizeof path, "scripts/%s", script);
    orr_host *host = orr_host_open(&(orr_host_desc){
        .script = path, .threads = w->threads, .no_jit = w->no_jit, .scheduler = w->scheduler, .test = true });
    if (!host) fail_msg("%s: %s", script, orr_last_error());
    uint64_t ticks = orr_host_test_ticks(host);
    if (ticks == 0 || ticks > TICKS_MAX) fail_msg("%s: orrery.test { ticks = 1 .. 4096 } is missing", script);
    if (w->most && w->most < ticks) ticks = w->most;
    for (uint64_t k = 0; k < ticks; k++) {
        if (orr_host_step(host, 1) != ORR_OK) fail_msg("%s: %s", script, orr_last_error());
        hashes[k] = orr_world_hash(orr_host_world(host));
    }
    orr_host_close(host);
    return ticks;
}

static void compare(const golden *g, const way *w, const uint64_t *reference, const char *what, uint64_t seed)
{
    static uint64_t hashes[TICKS_MAX];
    const uint64_t ticks = run_script(g->script, w, hashes);
    for (uint64_t k = 0; k < ticks; k++) {
        if (hashes[k] == reference[k]) continue;
        fail_msg("%s, %u threads, %s %" PRIu64 ": tick %" PRIu64 " has hash %016" PRIx64 ", the serial run %016" PRIx64,
                 g->script, w->threads, what, seed, k + 1, hashes[k], reference[k]);
    }
}

static void same_hash_everywhere(void **state)
{
    static uint64_t reference[TICKS_MAX];
    const golden *g = *state;
    const uint64_t ticks = run_script(g->script, &(way){ .threads = 0, .most = MOST_TICKS }, reference);
    const uint64_t end = reference[ticks - 1];
    if (getenv("ORRERY_GOLDEN_WRITE")) {
        printf("%s %" PRIu64 " %016" PRIx64 "\n", g->script, ticks, end);
        return;
    }
    if (!MOST_TICKS && (end != g->hash || ticks != g->ticks)) {
        fail_msg("%s: hash %016" PRIx64 " after %" PRIu64 " ticks, expected %016" PRIx64 " after %" PRIu64, g->script,
                 end, ticks, g->hash, g->ticks);
    }
    if (getenv("ORRERY_GOLDEN_ONCE")) return; /* of a build that only has to pin the numbers */
    static const uint32_t threads[] = { 2, 4, 1 };
    for (size_t k = 0; k < (BY_THREAD_SANITIZER ? 2 : 3); k++)
        compare(g, &(way){ .threads = threads[k], .most = MOST_TICKS }, reference, "JIT on", 0);
    if (BY_THREAD_SANITIZER) return; /* it does not see what Lua does */
    compare(g, &(way){ .threads = 0, .no_jit = true, .most = MOST_TICKS }, reference, "JIT off", 0);
    compare(g, &(way){ .threads = 2, .no_jit = true, .most = MOST_TICKS }, reference, "JIT off", 0);
}

static void same_hash_in_any_order(void **state)
{
    static uint64_t reference[TICKS_MAX];
    const golden *g = *state;
    const uint64_t schedules = scene_long() ? 10000 / golden_count : SANITIZED ? 1 : 3;
    run_script(g->script, &(way){ .threads = 0, .most = 20 }, reference);
    for (uint64_t seed = 1; seed <= schedules; seed++) {
        chaos *c = chaos_create(1 + (uint32_t)(seed % 4), seed);
        assert_non_null(c);
        compare(g, &(way){ .scheduler = chaos_scheduler(c), .most = 20 }, reference, "chaos seed", seed);
        chaos_destroy(c);
    }
}

static void read_goldens(void)
{
    FILE *file = fopen("tests/golden/scripts.txt", "r");
    char line[256];
    while (file && fgets(line, sizeof line, file) && golden_count < SCRIPTS_MAX) {
        golden *g = &goldens[golden_count];
        if (line[0] != '#' && sscanf(line, "%63s %" SCNu64 " %" SCNx64, g->script, &g->ticks, &g->hash) >= 1)
            golden_count++;
    }
    if (file) fclose(file);
}

int main(void)
{
    static struct CMUnitTest tests[2 * SCRIPTS_MAX];
    static char names[SCRIPTS_MAX][160];
    uint32_t count = 0;
    read_goldens();
    if (golden_count == 0) {
        fputs("tests/golden/scripts.txt lists no script\n", stderr);
        return 1;
    }
    for (uint32_t k = 0; k < golden_count; k++) {
        tests[count++] = (struct CMUnitTest){ .name = goldens[k].script,
                                              .test_func = same_hash_everywhere,
                                              .initial_state = &goldens[k] };
    }
    const bool once = getenv("ORRERY_GOLDEN_WRITE") || getenv("ORRERY_GOLDEN_ONCE");
    for (uint32_t k = 0; k < golden_count && !once; k++) {
        snprintf(names[k], sizeof names[k], "%.63s in any order", goldens[k].script);
        tests[count++] =
            (struct CMUnitTest){ .name = names[k], .test_func = same_hash_in_any_order, .initial_state = &goldens[k] };
    }
    return _cmocka_run_group_tests("golden", tests, count, NULL, NULL);
}
