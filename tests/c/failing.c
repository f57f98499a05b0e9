#include "failing.h"

#include "base/error.h"
#include "base/os.h"
#include "orrery_job.h"
#include "sim/sim.h"

/* ---- who goes on ---- */

static int32_t beside_job(const orr_rows *rows, const orr_tick *tick)
{
    float *vx = orr_slot(rows, 0);
    for (uint32_t i = rows->begin; i < rows->end; i++) vx[i] += 2;
    if (rows->begin % 1024 == 0 && tick->tick == FAILING_TICK)
        return orr_job_set(rows, tick, (int64_t)rows->entity[rows->begin], "Velocity.y", 5);
    return ORR_OK;
}
static const orr_slot_desc beside_slots[] = { ORR_SLOT_RW("velocity.x", f32), ORR_SLOT_RW("velocity.y", f32) };
ORR_JOB(beside_job, beside_slots);

/* Reads what the bad one wrote, and leaves it in the state. */
int32_t failing_after(orr_run *run, void *context)
{
    failing *f = context;
    f->after_runs++;
    double sum = 0;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        const float *x = orr_run_read(run, f->c.px);
        for (uint32_t i = rows->begin; x && i < rows->end; i++) sum += (double)x[i] * (double)(i % 7);
    }
    const int32_t code = orr_run_reduce(run, ORR_SUM, "after", sum);
    return code == ORR_OK ? orr_patch_spawn(run, f->c.still, 1, NULL) : code;
}

void failing_log(void *context, int level, const char *text)
{
    failing *f = context;
    const size_t used = strlen(f->log);
    (void)level;
    snprintf(f->log + used, sizeof f->log - used, "%s|", text);
}

void failing_begin(failing *f, orr_world *world)
{
    static const orr_job_desc *const jobs[] = { &orr_job_beside_job };
    static const orr_job_module module = { ORR_ABI, sizeof module, 1, 0, jobs };
    const orr_field_desc n = { .name = "n", .type = ORR_TYPE_F64 };
    if (!world) fail_msg("%s", orr_last_error());
    f->c = case_in(world);
    f->after_runs = 0;
    assert_ok(orr_job_register(world, &module));
    f->event = orr_event_create(world, &(orr_event_desc){ "happened", &n, 1 });
    case_system(&f->c, (orr_system_desc){ .name = "beside", .job = "beside_job" });
}

void failing_ready(failing *f)
{
    const orr_component position[] = { f->c.position, 0 };
    case_system(&f->c,
                (orr_system_desc){
                    .name = "after", .run = failing_after, .context = f, .query.all = position, .reads = position });
    assert_ok(orr_entity_spawn(f->c.world, f->c.mote, FAILING_ROWS, NULL));
}

/* ---- who fails ---- */

bool failing_holds(const orr_rows *rows, uint32_t index)
{
    const orr_entity first = rows->entity[rows->begin] >> 20, last = rows->entity[rows->end - 1] >> 20;
    return first <= index && index <= last;
}

/* The first failure in the order of the data comes late in time. */
bool failing_here(const orr_rows *rows, uint64_t tick)
{
    if (tick != FAILING_TICK) return false;
    if (failing_holds(rows, FAILING_AT)) {
        orr__sleep_ns(300000);
        return true;
    }
    return failing_holds(rows, FAILING_TOO);
}

int32_t failing_record(orr_run *run, const failing *f, const orr_rows *rows)
{
    int32_t code = orr_patch_spawn(run, f->c.still, 1, NULL);
    if (code == ORR_OK) code = orr_patch_destroy(run, (int64_t)rows->entity[rows->end - 1]);
    if (code == ORR_OK) code = orr_patch_add(run, (int64_t)rows->entity[rows->begin], f->c.frozen);
    if (code == ORR_OK)
        code = orr_patch_set(run, (int64_t)rows->entity[rows->begin], f->c.py, (orr_value){ .f32 = 77 });
    if (code == ORR_OK) code = orr_run_emit(run, f->event, &(orr_value){ .f64 = 1 });
    if (code == ORR_OK) code = orr_run_reduce(run, ORR_SUM, "bad", 1);
    return code;
}

int32_t failing_function(orr_run *run, void *context)
{
    failing *f = context;
    const uint64_t tick = orr_run_tick(run)->tick;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        atomic_fetch_add(&f->ranges, 1);
        float *x = orr_run_write(run, f->c.px);
        if (!x) return ORR_E_ACCESS;
        const int32_t code = tick == FAILING_TICK ? failing_record(run, f, rows) : ORR_OK;
        if (code != ORR_OK) return code;
        for (uint32_t i = rows->begin; i < rows->end; i++) {
            if (i == rows->begin + 100 && failing_here(rows, tick))
                return failing_holds(rows, FAILING_AT) ? orr__fail(ORR_E_RANGE, "the early one") : 5;
            x[i] += 1;
        }
    }
    return ORR_OK;
}

/* ---- what is left ---- */

void failing_step(failing *f, uint32_t tick, bool stops, failing_result *r)
{
    double bad;
    for (uint32_t i = 1; i <= orr_system_count(f->c.world); i++)
        orr__system_at(f->c.world, i)->ns_a_row = 300; /* worth sharing */
    const int32_t code = orr_world_step(f->c.world, 1);
    if (stops) snprintf(r->text, sizeof r->text, "%s", orr_last_error());
    if (!stops && code != ORR_OK) fail_msg("tick %u: %s", (unsigned)tick, orr_last_error());
    assert_int_equal(code != ORR_OK, stops);
    assert_ok(orr__world_validate(f->c.world));
    assert_int_equal(orr_event_count(f->c.world, f->event), 0);
    assert_int_equal(orr_reduction_get(f->c.world, "bad", &bad), ORR_E_NOT_FOUND);
    assert_int_equal(orr_world_entity_count(f->c.world), FAILING_ROWS + tick + 1);
    assert_int_equal(f->after_runs, tick + 1);
    assert_ok(orr_reduction_get(f->c.world, "after", &r->after[tick]));
    r->hashes[tick] = orr_world_hash(f->c.world);
}

void failing_rows(const failing *f, float often, const bool written[4])
{
    const orr_entity at[] = { 0, FAILING_AT / 512 * 512 + 99, FAILING_AT / 512 * 512 + 100, FAILING_ROWS - 1 };
    for (uint32_t i = 0; written && i < 4; i++) {
        const float x = case_f32(&f->c, at[i] << 20 | 1, f->c.px), wanted = often + (written[i] ? 1.0f : 0.0f);
        if (x != wanted) fail_msg("x of entity %u is %g, not %g", (unsigned)at[i], (double)x, (double)wanted);
        assert_true(case_f32(&f->c, at[i] << 20 | 1, f->c.vx) == 2 * FAILING_TICKS);
        assert_true(case_f32(&f->c, at[i] << 20 | 1, f->c.py) == 0);
    }
}

void failing_run(failing *f, uint32_t on_error, uint32_t late, const bool written[4], failing_result *r)
{
    const bool disables = on_error == ORR_ON_ERROR_DISABLE;
    orr_system_stats stats;
    memset(r, 0, sizeof *r);
    for (uint32_t tick = 0; tick < FAILING_TICKS; tick++)
        failing_step(f, tick, on_error == ORR_ON_ERROR_STOP && tick == FAILING_TICK + late, r);
    /* two late ones came in time: each began with what the one before it had not changed yet */
    failing_rows(f, late ? 2 : disables ? FAILING_TICK : FAILING_TICKS - 1, written);
    assert_ok(orr_system_describe(f->c.world, orr_system_find(f->c.world, "bad"), &stats));
    assert_int_equal(stats.enabled, !disables);
    assert_int_equal(stats.runs, disables ? FAILING_TICK + 1 + late : FAILING_TICKS);
    memcpy(r->log, f->log, sizeof r->log);
}

void failing_message(const failing_result *r, uint32_t on_error, const char *wanted, const char *where)
{
    static const char *const follows[] = { "", "; the system is skipped in this tick", "; the system is disabled" };
    const char *text = on_error == ORR_ON_ERROR_STOP ? r->text : r->log;
    if (strncmp(text, wanted, strlen(wanted)) != 0) fail_msg("%s: '%s' is not '%s'", where, text, wanted);
    if (!strstr(text, follows[on_error])) fail_msg("%s: '%s' does not say '%s'", where, text, follows[on_error]);
    if (on_error == ORR_ON_ERROR_STOP)
        assert_string_equal(r->log, "");
    else
        assert_int_equal(strlen(r->log), strcspn(r->log, "|") + 1);
}

void failing_same(const failing_result *a, const failing_result *b, const char *where)
{
    if (memcmp(a, b, sizeof *a) != 0)
        fail_msg("%s: not as without threads:\n%s%s\n%s%s", where, a->text, a->log, b->text, b->log);
}
