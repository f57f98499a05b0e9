/* needs: lua
 * Scripts that are changed while their world lives: what people do with an editor, one thing at a time. The rest is in
 * test_reload.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/os.h"
#include "ecs/world.h"
#include "orrery.h"
#include "sim/sim.h"

#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        if ((call) != ORR_OK) fail_msg("%s: %s", #call, orr_last_error());                                             \
    } while (0)

#define HEAD "local orrery = require 'orrery'\nlocal f32 = orrery.f32\n"

typedef struct heard {
    char text[16384];
} heard;

static heard log_heard;

static void hear(void *context, int level, const char *text)
{
    heard *h = context;
    const size_t used = strlen(h->text);
    snprintf(h->text + used, sizeof h->text - used, "%d %s\n", level, text);
}

static orr_host *open_text(const char *text, uint32_t threads)
{
    log_heard.text[0] = '\0';
    orr_host *host = orr_host_open(&(orr_host_desc){
        .text = text, .script = "s.lua", .threads = threads, .log = hear, .log_context = &log_heard });
    if (!host) fail_msg("%s", orr_last_error());
    return host;
}

static void close_whole(orr_host *host)
{
    assert_ok(orr__world_validate(orr_host_world(host)));
    orr_host_close(host);
}

static uint64_t rows_with(orr_host *host, const char *component)
{
    orr_world *world = orr_host_world(host);
    const orr_component all[2] = { orr_component_find(world, component), 0 };
    return orr_query_count(world, orr_query_create(world, &(orr_query_desc){ .all = all }));
}

/* ---- prefabs know where they spawn ---- */

#define SPAWN(fields)                                                                                                  \
    HEAD "local P = orrery.component('P', { " fields " })\n"                                                           \
         "local M = orrery.prefab('M', { [P] = { x = 3 } })\n"                                                         \
         "orrery.system { name = 'spawn', run = function(ctx) ctx:spawn(M, 2) ctx:spawn({ P }, 3) end }\n"

static void what_spawned_goes_on_spawning(void **state)
{
    (void)state;
    static const char *const texts[] = { SPAWN("x = f32, y = f32"), SPAWN("x = orrery.f64, y = f32, z = f32"),
                                         SPAWN("x = f32") };
    orr_host *host = open_text(texts[0], 0);
    for (uint32_t k = 0; k < 6; k++) {
        assert_ok(orr_host_step(host, 2));
        assert_int_equal(rows_with(host, "P"), 10 * (k + 1));
        assert_ok(orr_host_reload_text(host, texts[(k + 1) % 3]));
        assert_int_not_equal(orr_host_reload_text(host, SPAWN("y = f32, x = f32") "error('no')"), ORR_OK);
        assert_ok(orr__world_validate(orr_host_world(host)));
    }
    close_whole(host);
}

/* ---- params, while somebody moves a slider ---- */

#define PARAMS(count, most)                                                                                            \
    HEAD "local k = orrery.param('k', 1, { min = 0, max = " most " })\n"                                               \
         "for i = 1, " count " do orrery.param('p' .. i, i, { help = 'one of many' }) end\n"

static _Atomic uint32_t loads;

static void load_again(orr_world *world, void *context)
{
    (void)world;
    const uint32_t n = atomic_load(&loads);
    if (n % 3 == 2)
        assert_int_not_equal(orr_host_reload_text(context, PARAMS("200", "7") "error('no')"), ORR_OK);
    else
        assert_ok(orr_host_reload_text(context, n % 3 ? PARAMS("100", "5") : PARAMS("10", "9")));
    atomic_fetch_add(&loads, 1);
}

static void sliders_move_while_it_is_loaded(void **state)
{
    (void)state;
    orr_host *host = open_text(PARAMS("2", "9"), 0);
    orr_world *world = orr_host_world(host);
    const orr_param k = orr_param_find(world, "k");
    atomic_store(&loads, 0);
    assert_ok(orr_host_run_free(host, &(orr_free_desc){ .ticks_per_second = 1000 }));
    for (uint32_t round = 0; round < 9; round++) {
        assert_ok(orr_world_post(world, load_again, host));
        while (atomic_load(&loads) == round) {
            assert_ok(orr_param_set(world, k, 2));
            assert_int_equal(orr_param_set(world, k, 10), ORR_E_RANGE);
        }
    }
    assert_ok(orr_host_stop(host));
    assert_ok(orr_host_step(host, 1));
    assert_true(orr_param_get(world, k) == 2);
    close_whole(host);
}

/* ---- what stays as it is ---- */

static void a_tick_stays_as_long(void **state)
{
    (void)state;
    orr_host *host = open_text(HEAD "orrery.timestep(0.5)\norrery.param('k', 1)\n", 0);
    orr_world *world = orr_host_world(host);
    assert_ok(orr_host_reload_text(host, HEAD "orrery.timestep(0.25)\norrery.param('k', 1)\n"));
    assert_true(orr_world_dt(world) == 0.25);
    assert_null(strstr(log_heard.text, "timestep"));
    assert_ok(orr_host_step(host, 1));
    assert_int_not_equal(orr_host_reload_text(host, HEAD "orrery.timestep(1)\nerror('no')\n"), ORR_OK);
    assert_null(strstr(log_heard.text, "timestep"));
    assert_ok(orr_host_reload_text(host, HEAD "orrery.timestep(1)\norrery.param('k', 1)\n"));
    assert_non_null(strstr(log_heard.text, "1 orrery.timestep: a tick stays 0.25 seconds and is 1 after a restart"));
    assert_true(orr_world_dt(world) == 0.25);
    close_whole(host);
}

static void copy(const char *from, const char *to)
{
    static char bytes[1 << 20];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    assert_non_null(in);
    assert_non_null(out);
    const size_t count = fread(bytes, 1, sizeof bytes, in);
    assert_true(count > 0 && count < sizeof bytes);
    assert_int_equal(fwrite(bytes, 1, count, out), count);
    assert_int_equal(fclose(in), 0);
    assert_int_equal(fclose(out), 0);
}

static uint32_t times_heard(const char *what)
{
    uint32_t count = 0;
    for (const char *at = log_heard.text; (at = strstr(at, what)); at++) count++;
    return count;
}

/* Built anew while the program runs: what was loaded stays, which is told, once. */
static void jobs_of_shared_objects_stay(void **state)
{
    (void)state;
    char folder[] = "/tmp/orrery-reload-XXXXXX", script[64], module[64], beside[64];
    assert_non_null(mkdtemp(folder));
    snprintf(script, sizeof script, "%s/s.lua", folder);
    snprintf(module, sizeof module, "%s/jobs.so", folder);
    snprintf(beside, sizeof beside, "%s/new.so", folder);
    copy(ORRERY_BINARY_DIR "/plugins/trial.so", module);
    FILE *file = fopen(script, "wb");
    assert_non_null(file);
    fputs(HEAD "orrery.load_jobs 'jobs.so'\norrery.param('k', 1)\n", file);
    assert_int_equal(fclose(file), 0);
    log_heard.text[0] = '\0';
    orr_host *host = orr_host_open(&(orr_host_desc){ .script = script, .log = hear, .log_context = &log_heard });
    if (!host) fail_msg("%s", orr_last_error());
    const uint32_t jobs = orr_job_count(orr_host_world(host));
    for (uint32_t k = 0; k < 3; k++) assert_ok(orr_host_reload(host));
    assert_int_equal(orr_host_world(host)->sim->jobs.library_count, 1);
    assert_int_equal(orr_job_count(orr_host_world(host)), jobs);
    assert_int_equal(times_heard("has changed"), 0);
    (void)orr_host_watch(host);
    copy(ORRERY_BINARY_DIR "/plugins/trial.so", beside);
    assert_int_equal(rename(beside, module), 0);
    for (uint32_t k = 0; k < 1000 && times_heard("has changed") == 0; k++) {
        assert_true(orr_host_watch(host) >= 0);
        orr__sleep_ns(5000000);
    }
    assert_int_equal(times_heard("its jobs stay as they were loaded until the program is started again"), 1);
    assert_ok(orr_host_reload(host));
    assert_int_equal(times_heard("has changed"), 1);
    close_whole(host);
    unlink(module);
    unlink(script);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_spawned_goes_on_spawning),
        cmocka_unit_test(sliders_move_while_it_is_loaded),
        cmocka_unit_test(a_tick_stays_as_long),
        cmocka_unit_test(jobs_of_shared_objects_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
