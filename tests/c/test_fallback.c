/* Threads that cannot be had, none of them or only some: the same results, and a word about it once. */
#include "sim_case.h"

#include "base/error.h"
#include "base/os.h"
#include "orrery_job.h"
#include "sim/sim.h"

enum { TICKS = 20, ASKED_FOR = 5 };

/* Worlds are made on one thread here. */
static uint32_t grants;

static int32_t grudging_start(orr__thread *thread, void (*run)(void *context), void *context, const char *name,
                              size_t stack_bytes)
{
    if (grants == 0) return orr__fail(ORR_E_THREAD, "no thread '%s': refused", name);
    grants--;
    return orr__thread_start(thread, run, context, name, stack_bytes);
}

typedef struct messages {
    uint32_t count;
    int level;
    char text[400];
} messages;

static void keep(void *context, int level, const char *text)
{
    messages *m = context;
    m->count++;
    m->level = level;
    snprintf(m->text, sizeof m->text, "%s", text);
}

static int32_t shake(orr_run *run, void *context)
{
    const sim_case *c = context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *x = orr_run_write(run, c->px);
        if (!x) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) x[i] += (float)orr_uniform(rows, orr_run_tick(run), i, 0);
        int32_t code = orr_run_reduce(run, ORR_SUM, "x", (double)x[rows->begin]);
        if (code == ORR_OK) code = orr_patch_spawn(run, c->still, 1, NULL);
        if (code == ORR_OK) code = orr_patch_destroy(run, (int64_t)rows->entity[rows->end - 1]);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

static int32_t look(orr_run *run, void *context)
{
    const sim_case *c = context;
    double sum = 0;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        const float *x = orr_run_read(run, c->px);
        for (uint32_t i = rows->begin; x && i < rows->end; i++) sum += (double)x[i];
    }
    return orr_run_reduce(run, ORR_MAX, "sum", sum);
}

static void declare(sim_case *c)
{
    const orr_component position[] = { c->position, 0 };
    const orr_system_desc systems[] = {
        { .name = "move", .job = "integrate" },
        { .name = "shake",
          .run = shake,
          .context = c,
          .on = ORR_ON_WORKERS,
          .query.all = position,
          .writes = position,
          .on_error = ORR_ON_ERROR_SKIP },
        { .name = "look", .run = look, .context = c, .query.all = position, .reads = position },
    };
    for (uint32_t i = 0; i < 3; i++) {
        if (!orr_system_create(c->world, &systems[i])) fail_msg("%s", orr_last_error());
    }
    assert_ok(orr_entity_spawn(c->world, c->mote, 9000, NULL));
}

/* With so many threads asked for, of which so many can be had besides the caller. */
static void run(uint32_t asked, uint32_t granted, messages *m, uint64_t *hashes)
{
    grants = granted;
    *m = (messages){ 0 };
    sim_case c = case_in(orr__sim_create(
        &(orr_world_desc){ .threads = asked, .seed = 3, .log = keep, .log_context = m }, grudging_start));
    assert_non_null(c.world);
    const uint32_t wanted = asked ? asked : 1;
    assert_int_equal(orr_world_threads(c.world), granted + 1 < wanted ? granted + 1 : wanted);
    declare(&c);
    for (uint32_t i = 0; i < TICKS; i++) {
        for (uint32_t k = 1; k <= 3; k++) orr__system_at(c.world, k)->ns_a_row = 300; /* worth sharing */
        assert_ok(orr_world_step(c.world, 1));
        hashes[i] = orr_world_hash(c.world);
    }
    case_end(&c);
}

static void some_threads_are_refused(void **state)
{
    (void)state;
    uint64_t serial[TICKS], hashes[TICKS];
    messages m;
    run(0, 0, &m, serial);
    assert_int_equal(m.count, 0);
    run(1, 0, &m, hashes);
    assert_int_equal(m.count, 0);
    assert_memory_equal(hashes, serial, sizeof serial);
    for (uint32_t granted = 0; granted < ASKED_FOR; granted++) {
        run(ASKED_FOR, granted, &m, hashes);
        assert_memory_equal(hashes, serial, sizeof serial);
        if (granted == ASKED_FOR - 1) {
            assert_int_equal(m.count, 0);
            continue;
        }
        char wanted[100];
        snprintf(wanted, sizeof wanted, "only %u of 5 threads can be had: no thread 'orrery-%u'", (unsigned)granted + 1,
                 (unsigned)granted + 1);
        assert_int_equal(m.count, 1);
        assert_int_equal(m.level, 1);
        if (!strstr(m.text, wanted)) fail_msg("%s", m.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(some_threads_are_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
