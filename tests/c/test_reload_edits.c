/* needs: lua
 * Scripts that are changed while their world lives: what people do with an editor, one thing at a time. The rest is in
 * test_reload.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_spawned_goes_on_spawning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
