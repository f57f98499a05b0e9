#include "sim/settle.h"

#include "base/error.h"
#include "sim/bind.h"
#include "sim/plan.h"
#include "sim/sim.h"
#include "sim/snapshot.h"

#include <stdio.h>
#include <string.h>

/* Ranges that were shown to the function; jobs and functions on workers see all. */
static uint32_t visited(const orr__system *system)
{
    if (!system->run.ready) return 0;
    return system->binding || system->pooled ? system->run.range_count : system->run.next;
}

/* ---- failures ---- */

/* Provisional handles that a run left in a column: those of a failed run stand for nothing, others are its own. */
static void own_column(const orr__system *system, uint64_t *column, uint32_t begin, uint32_t end, bool failed)
{
    for (uint32_t r = begin; r < end; r++) {
        if (!(column[r] & ORR__PROVISIONAL)) continue;
        const uint32_t owner = orr__provisional_owner(column[r]);
        const uint64_t k = orr__provisional(column[r]);
        if (failed && (owner == 0 || owner == system->id))
            column[r] = 0;
        else if (owner == 0 && k >> 40 == 0)
            column[r] = orr__provisional_of(system->id, k);
    }
}

static void own_handles(orr_world *world, const orr__system *system, const orr_range *range, bool failed)
{
    if (!range->chunk) return;
    for (uint32_t pass = 0; pass < 2; pass++) {
        for (const orr_component *c = pass ? system->marks : system->writes; *c; c++) {
            const orr__component *component = orr__component_at(world, *c);
            if (!component->has_entities) continue;
            for (uint32_t i = 0; i < component->field_count; i++) {
                if (component->fields[i].type != ORR_TYPE_ENTITY) continue;
                const orr_field field = { .component = *c, .index = (uint16_t)i };
                uint64_t *column = orr__chunk_column(range->table, range->origin, field);
                if (column) own_column(system, column, range->rows.begin, range->rows.end, failed);
            }
        }
    }
}

static void drop(orr_world *world, orr__system *system)
{
    orr_run *run = &system->run;
    const bool spawned = orr__run_has_spawned(run);
    for (uint32_t i = 0; spawned && i < run->range_count; i++) own_handles(world, system, &run->ranges[i], true);
    for (uint32_t i = 0; i < run->range_count; i++) orr__range_drop(&run->ranges[i]);
    orr__range_drop(&run->outside);
}

/* "tick 7, row 12, entity 345" as far as it is known. */
static void where(const orr__system *system, char *text, size_t bytes)
{
    const orr_run *run = &system->run;
    const orr__run_failure *failure = &run->failure;
    const unsigned long long tick = (unsigned long long)run->tick.tick;
    if (failure->range >= run->range_count) {
        snprintf(text, bytes, "tick %llu", tick);
        return;
    }
    const orr_rows *rows = &run->ranges[failure->range].rows;
    if (system->lattice)
        snprintf(text, bytes, "tick %llu, lines %u to %u of lattice '%s'", tick, rows->begin, rows->end - 1,
                 orr__lattice_at(run->world, system->lattice)->name);
    else if (failure->row >= rows->begin && failure->row < rows->end)
        snprintf(text, bytes, "tick %llu, row %u, entity %llu", tick, failure->row,
                 (unsigned long long)rows->entity[failure->row]);
    else
        snprintf(text, bytes, "tick %llu, rows %u to %u, entities from %llu", tick, rows->begin, rows->end - 1,
                 (unsigned long long)rows->entity[rows->begin]);
}

/* Whether a message of a script says where: at the end of its first line, or in the traceback that follows. */
static bool says_where(const char *text, int line, const char *source)
{
    const char *colon = strrchr(source, ':');
    const size_t file = colon ? (size_t)(colon - source) + 1 : strlen(source);
    if (text[line] != '\0') return true;
    for (const char *at = text; (at = strchr(at, *source)) != NULL; at++) {
        if (strncmp(at, source, file) == 0) return true;
    }
    return false;
}

static void report(orr_world *world, orr__system *system)
{
    const orr__run_failure *failure = &system->run.failure;
    char place[160], job[160] = "";
    where(system, place, sizeof place);
    if (system->binding) snprintf(job, sizeof job, "job '%.128s': ", system->binding->job->name);
    const char *text = failure->text;
    const size_t own = strlen(system->name);
    if (strncmp(text, "system '", 8) == 0 && strncmp(text + 8, system->name, own) == 0 &&
        strncmp(text + 8 + own, "': ", 3) == 0)
        text += own + 11;
    /* a script's text names its place, and goes on with its traceback */
    const int line = (int)strcspn(text, "\n");
    const bool named = !system->source || says_where(text, line, system->source);
    static const char *const follows[] = { "", "; the system is skipped in this tick", "; the system is disabled" };
    char often[48] = "";
    if (++system->failures > 1 && system->on_error == ORR_ON_ERROR_SKIP)
        snprintf(often, sizeof often, " (failures so far: %llu)", (unsigned long long)system->failures);
    orr__fail(failure->code, "system '%s': %s%.*s (%s)%s%s%s%s%s", system->name, job, line, text, place,
              named ? "" : "  ", named ? "" : system->source, follows[system->on_error], often, text + line);
    orr__system_keep_failure(world, system);
    if (system->on_error == ORR_ON_ERROR_STOP) {
        orr__sim_failed(world, failure->code);
        return;
    }
    if (system->on_error == ORR_ON_ERROR_DISABLE) {
        system->wanted_enabled = false;
        system->broken = true;
    }
    /* what fails in every tick does not fill the log */
    if (system->on_error == ORR_ON_ERROR_DISABLE || (system->failures & (system->failures - 1)) == 0)
        orr__sim_log(world, 1, "%s", orr__error_text());
}

void orr__settle_failure(orr_world *world, orr__system *system)
{
    drop(world, system);
    report(world, system);
}

void orr__settle_reports(orr_world *world, orr__schedule_stage *stage)
{
    for (uint32_t i = 0; i < stage->system_count; i++) {
        orr__system *system = stage->order[i];
        if (system->run.active && system->run.failure.code != ORR_OK) report(world, system);
    }
}

/* ---- after a run ---- */

static void end_job(orr__system *system)
{
    orr_run *run = &system->run;
    if (!run->ready || !system->binding || !system->binding->job->end || run->failure.code != ORR_OK) return;
    orr__error_clear();
    const int32_t code = system->binding->job->end(&run->tick);
    if (code != ORR_OK) orr__run_failed(run, &run->outside, code);
}

/* False: nothing can be learnt from it. */
static bool count_time(orr__system *system)
{
    const orr_run *run = &system->run;
    const uint64_t time = atomic_load_explicit(&run->time_ns, memory_order_relaxed);
    system->time_ns += time;
    if (run->rows == 0 && (system->has_rows || system->lattice)) return false;
    const double now = (double)time / (double)(run->rows ? run->rows : 1);
    system->ns_a_row = system->ns_a_row > 0 ? 0.75 * system->ns_a_row + 0.25 * now : now;
    return true;
}

static void count_run(orr_world *world, orr__system *system)
{
    system->runs++;
    system->rows += system->run.rows;
    const bool on_main = orr__system_on_main(system);
    orr__schedule_stage *stage = &world->sim->schedule.stages[system->stage];
    if (!on_main && !system->timed) {
        stage->untimed--;
        system->timed = true;
    }
    /* the time of one with latency is known when it arrives, and is none of the stage's */
    if (system->latency || !count_time(system) || on_main) return;
    const double last_ns = orr__task_guess_ns(system);
    stage->pool_ns += last_ns - system->last_ns;
    system->last_ns = last_ns;
}

static void touch_grids(orr_world *world, const orr__system *system)
{
    for (const orr_component *c = system->writes; *c; c++) orr__near_touch(world, *c);
    for (const orr_component *c = system->marks; *c; c++) orr__near_touch(world, *c);
}

void orr__settle_commit(orr_world *world, orr__system *system, bool moved)
{
    const orr_run *run = &system->run;
    if (run->failure.code != ORR_OK || !run->ready) return;
    world->dropped += orr__snapshot_commit(world, system, run, visited(system), moved);
    touch_grids(world, system);
}

/* Rows of the ranges that it ran over are changed, also when it failed: what was written stays. */
static void mark(orr_world *world, const orr__system *system)
{
    const orr_run *run = &system->run;
    const uint32_t count = visited(system);
    if (system->exclusive && run->ready) orr__near_touch(world, 0);
    for (const orr_component *c = system->writes; *c && count; c++) {
        orr__near_touch(world, *c);
        if (orr__component_at(world, *c)->tracker_count == 0) continue;
        for (uint32_t i = 0; i < count; i++) {
            const orr_range *range = &run->ranges[i];
            if (!range->chunk || orr__table_component(range->table, *c) == ORR__NO_COLUMN) continue;
            orr__tracker_mark(world, range->table, range->chunk, *c, range->rows.begin, range->rows.end,
                              system->tracker);
        }
    }
    for (const orr_component *c = system->marks; *c && count; c++) {
        orr__near_touch(world, *c);
        const orr__chunk *last = NULL;
        for (uint32_t i = 0; i < count; i++) {
            const orr_range *range = &run->ranges[i];
            if (!range->chunk || range->chunk == last) continue;
            last = range->chunk;
            orr__tracker_absorb(world, range->table, range->chunk, *c, system->tracker);
        }
    }
}

/* Sets of components that the system declares are seen by those who come after it; others have no order, and wait for
 * the end of the stage like the rest. */
static void apply_sets(orr_world *world, orr__system *system)
{
    orr_run *run = &system->run;
    const orr_component *writes = system->exclusive ? NULL : system->writes;
    bool any = false;
    for (uint32_t i = 0; i <= run->range_count; i++) {
        orr_range *range = i < run->range_count ? &run->ranges[i] : &run->outside;
        if (!range->recording || range->recording->patches.set_count == 0) continue;
        orr__patches_apply_sets_of(&range->recording->patches, writes, system->marks);
        any = true;
    }
    if (!any) return;
    if (system->exclusive) orr__near_touch(world, 0);
    touch_grids(world, system);
}

/* What others see before the stage ends. */
static void take_over(orr_world *world, orr__system *system)
{
    const orr_run *run = &system->run;
    apply_sets(world, system);
    if (!orr__run_has_spawned(run)) return;
    for (uint32_t i = 0; i < run->range_count; i++) own_handles(world, system, &run->ranges[i], false);
}

static void release_grids(const orr_world *world, orr__system *system)
{
    if (!system->run.holds) return;
    system->run.holds = false;
    for (uint32_t i = system->access.count; i-- > 0 && !system->exclusive;) {
        const orr__access *access = &system->access.items[i];
        if (access->kind != ORR__ACCESS_NEIGHBOURS) break; /* the highest kind */
        orr__near_at(world, access->id)->readers--;
    }
}

/* Nothing has been done yet. */
static void settle_late(orr_world *world, orr__system *system, uint64_t since)
{
    count_run(world, system);
    release_grids(world, system);
    if (world->sim->observer) world->sim->observer->settled(world->sim->observer, world, system);
    orr__late_park(world, system);
    orr__dispatch_did(world, ORR_TRACE_SETTLE, system->id, since);
}

void orr__settle_arrived(orr__system *system)
{
    (void)count_time(system);
}

void orr__settle(orr_world *world, orr__system *system)
{
    orr_run *run = &system->run;
    if (!run->active) return;
    const uint64_t since = orr__trace_now(&world->sim->trace);
    if (system->latency) {
        settle_late(world, system, since);
        return;
    }
    end_job(system);
    count_run(world, system);
    /* what it has seen is consumed before it marks anything new */
    if (system->tracker && run->failure.code == ORR_OK) orr__plan_consume(world, system, visited(system));
    if (!system->snapshot)
        mark(world, system);
    else
        orr__settle_commit(world, system, false);
    if (system->lattice && run->ready && run->failure.code == ORR_OK)
        orr__lattice_swap(orr__lattice_at(world, system->lattice));
    if (run->failure.code != ORR_OK)
        drop(world, system);
    else if (atomic_load_explicit(&run->recorded, memory_order_relaxed))
        take_over(world, system);
    release_grids(world, system);
    orr__dispatch_did(world, ORR_TRACE_SETTLE, system->id, since);
    if (world->sim->observer) world->sim->observer->settled(world->sim->observer, world, system);
}
