#include "sim/isolate.h"

#include "base/error.h"
#include "base/os.h"
#include "base/os_process.h"
#include "sim/bind.h"
#include "sim/helper.h"
#include "sim/sim.h"

#include <stdio.h>
#include <string.h>

/* The other side answers within this, or is slept on. A processor that both must share is not kept busy twice over:
 * who had to sleep the last time does so at once. */
#define SPIN_NS 20000u
/* How long a death can go unnoticed, for the dead wake nobody: about as long as the job has worked, at most the last. */
#define SLICE_FIRST_NS 30000u
#define SLICE_NS 1000000u
/* Starting and loading, which are no work of the job. */
#define START_NS 10000000000u

typedef struct orr__helper {
    orr__process process;
    orr__shared memory;
    uint32_t sent;      /* number of the last command */
    orr_system present; /* whose job it is to run; 0: none */
    bool patient;       /* the last answer took long */
} orr__helper;

/* What came of a question. */
enum { ANSWERED = 0, DIED };

static orr__helper_page *page_of(const orr__helper *helper)
{
    return helper->memory.start;
}

static void *place(const orr__helper *helper, uint32_t offset)
{
    return (char *)helper->memory.start + offset;
}

/* ---- when a system is declared ---- */

static int32_t check_slots(const orr_job_desc *job)
{
    static const char *const kinds[] = { "of rows", "a gather", "neighbours", "a lattice", "a resource" };
    for (uint32_t i = 0; i < job->slot_count; i++) {
        if (job->slots[i].kind == ORR_SLOT_ROW) continue;
        return orr__fail(ORR_E_JOB,
                         "isolation = \"process\": slot '%s' of job '%s' is %s: only row slots can be isolated",
                         job->slots[i].name, job->name, kinds[job->slots[i].kind]);
    }
    if (job->slot_count <= ORR__HELPER_SLOTS) return ORR_OK;
    return orr__fail(ORR_E_LIMIT, "isolation = \"process\": job '%s' has %u slots: at most %d", job->name,
                     job->slot_count, ORR__HELPER_SLOTS);
}

static int32_t check_job(const orr__system *system)
{
    const orr_job_desc *job = system->binding->job;
    const char *why = NULL;
    if (job->flags & ORR_WHOLE)
        why = "reaches all rows by handle";
    else if (job->state_bytes)
        why = "has memory of its own (state_bytes)";
    else if (job->begin || job->end)
        why = "has `begin` or `end`";
    else if (strlen(job->name) >= ORR__HELPER_NAME)
        why = "has too long a name";
    if (why) return orr__fail(ORR_E_JOB, "isolation = \"process\": job '%s' %s", job->name, why);
    const int32_t code = check_slots(job);
    if (code != ORR_OK || system->has_rows) return code;
    return orr__fail(ORR_E_JOB, "isolation = \"process\" is for jobs over rows");
}

/* Helpers for all threads; no program is started yet. */
static int32_t prepare(orr_world *world)
{
    orr__isolates *isolates = &world->sim->isolates;
    if (isolates->helpers) return ORR_OK;
    char path[ORR__HELPER_PATH];
    const int32_t code = orr__program_find("orrery-worker", "ORRERY_WORKER", path, sizeof path);
    if (code != ORR_OK) return orr__fail_more("isolation = \"process\"");
    const uint32_t count = orr__pool_workers(world->sim->pool);
    isolates->program = orr__alloc_string(&world->alloc, path);
    if (!isolates->program) return ORR_E_MEMORY;
    isolates->helpers = orr__alloc_zero(&world->alloc, count * sizeof *isolates->helpers, 64);
    isolates->count = count;
    if (isolates->helpers) return ORR_OK;
    orr__alloc_string_free(&world->alloc, isolates->program);
    isolates->program = NULL;
    return ORR_E_MEMORY;
}

int32_t orr__isolate_check(orr_world *world, orr__system *system)
{
    if (!system->isolated) return ORR_OK;
    if (!system->binding) return orr__fail(ORR_E_ARGUMENT, "isolation = \"process\" is for jobs");
    if (!orr__process_supported()) return orr__fail(ORR_E_JOB, "isolation = \"process\" is for Linux");
    int32_t code = check_job(system);
    if (code != ORR_OK) return code;
    system->module = orr__job_module(world, system->binding->job);
    if (!system->module)
        return orr__fail(
            ORR_E_JOB,
            "isolation = \"process\": job '%s' was handed over by this program: a helper knows those that are "
            "built in or loaded from a file",
            system->binding->job->name);
    if (strlen(system->module) >= ORR__HELPER_PATH)
        return orr__fail(ORR_E_JOB, "isolation = \"process\": '%.40s...' is too long a path", system->module);
    return prepare(world);
}

/* ---- asking ---- */

static bool answered(orr__helper *helper)
{
    return atomic_load_explicit(&page_of(helper)->done, memory_order_acquire) == helper->sent;
}

static void wake(orr__helper *helper)
{
    orr__helper_page *page = page_of(helper);
    atomic_store(&page->command, ++helper->sent);
    if (atomic_load(&page->helper_sleeps)) orr__shared_unpark(&page->command);
}

/* Sleeps until there is an answer; DIED with `how` when there will be none, the helper ended. */
static int32_t sleep_on(orr__helper *helper, uint64_t since, uint64_t limit_ns, char *how, size_t bytes)
{
    orr__helper_page *page = page_of(helper);
    int32_t result = ANSWERED;
    uint64_t slice_ns = SLICE_FIRST_NS;
    atomic_store(&page->host_sleeps, 1);
    while (!answered(helper)) {
        const uint32_t seen = atomic_load(&page->done);
        if (seen == helper->sent) break;
        if (orr__shared_park(&page->done, seen, slice_ns) && answered(helper)) break;
        slice_ns = slice_ns < SLICE_NS / 2 ? 2 * slice_ns : SLICE_NS;
        if (orr__process_ended(&helper->process, how, bytes)) {
            result = DIED;
            break;
        }
        if (!answered(helper) && orr__clock_ns() - since > limit_ns) {
            orr__process_kill(&helper->process);
            snprintf(how, bytes, "took longer than %llu ms", (unsigned long long)(limit_ns / 1000000u));
            result = DIED;
            break;
        }
    }
    atomic_store(&page->host_sleeps, 0);
    return result;
}

static int32_t ask(orr__helper *helper, uint32_t what, uint64_t limit_ns, char *how, size_t bytes)
{
    page_of(helper)->what = what;
    const uint64_t since = orr__clock_ns();
    wake(helper);
    while (!helper->patient && !answered(helper)) {
        for (int i = 0; i < 64 && !answered(helper); i++) orr__pause();
        orr__thread_yield(); /* both may be on one processor */
        if (orr__clock_ns() - since > SPIN_NS) break;
    }
    const int32_t result = answered(helper) ? ANSWERED : sleep_on(helper, since, limit_ns, how, bytes);
    helper->patient = orr__clock_ns() - since > 2 * SPIN_NS;
    return result;
}

/* What the helper says went wrong, as this thread's error. The text may be anything. */
static int32_t said(const orr__helper *helper)
{
    const orr__helper_page *page = page_of(helper);
    const int32_t code = page->code;
    char text[ORR__HELPER_TEXT];
    memcpy(text, page->text, sizeof text);
    text[sizeof text - 1] = '\0';
    orr__error_clear();
    if (code != ORR_OK && text[0]) orr__fail(code < 0 ? code : ORR_E_JOB, "%s", text);
    return code;
}

/* ---- a helper that is ready for the job of a system ---- */

static int32_t launch(orr_world *world, orr__helper *helper, char *how, size_t bytes, int32_t *result)
{
    *result = ANSWERED;
    if (!helper->memory.start) {
        const int32_t code = orr__shared_create(&helper->memory, ORR__HELPER_BYTES);
        if (code != ORR_OK) return code;
    }
    orr__helper_page *page = page_of(helper);
    memset(page, 0, sizeof *page);
    page->version = ORR__HELPER_VERSION;
    helper->sent = 0;
    helper->present = 0;
    const int32_t code = orr__process_start(&helper->process, world->sim->isolates.program, &helper->memory);
    if (code != ORR_OK) return code;
    *result = ask(helper, ORR__HELPER_HELLO, START_NS, how, bytes);
    if (*result == ANSWERED) return ORR_OK;
    return orr__fail(ORR_E_JOB, "the helper '%s' does not start: %s (is it of this version?)",
                     world->sim->isolates.program, how);
}

static int32_t ready(orr__system *system, orr__helper *helper, char *how, size_t bytes, int32_t *result)
{
    *result = ANSWERED;
    if (helper->process.id == 0) {
        const int32_t code = launch(system->run.world, helper, how, bytes, result);
        if (code != ORR_OK) return code;
    }
    if (helper->present == system->id) return ORR_OK;
    const orr_job_desc *job = system->binding->job;
    orr__helper_page *page = page_of(helper);
    page->system = system->id;
    page->slot_count = job->slot_count;
    page->params_bytes = job->params_bytes;
    snprintf(page->module, sizeof page->module, "%s", system->module);
    snprintf(page->job, sizeof page->job, "%s", job->name);
    *result = ask(helper, ORR__HELPER_LOAD, START_NS, how, bytes);
    if (*result != ANSWERED) return ORR_OK;
    const int32_t code = said(helper);
    if (code == ORR_OK) helper->present = system->id;
    return code;
}

/* ---- a range there and back ---- */

/* Slots that share a column in the world share it there: the first of them has it. */
static uint32_t first_with(void *const *slots, uint32_t slot)
{
    uint32_t i = 0;
    while (slots[i] != slots[slot]) i++;
    return i;
}

static uint32_t first_marked(uint64_t *const *marks, uint32_t slot)
{
    uint32_t i = 0;
    while (marks[i] != marks[slot]) i++;
    return i;
}

static void copy(char *to, const char *from, size_t begin, size_t end, size_t bytes)
{
    if (end > begin) memcpy(to + begin * bytes, from + begin * bytes, (end - begin) * bytes);
}

static void send_slots(const orr_rows *rows, const orr_job_desc *job, const orr__helper *helper)
{
    orr__helper_page *page = page_of(helper);
    const uint32_t words = (rows->end + 63) / 64;
    for (uint32_t i = 0; i < job->slot_count; i++) {
        page->slots[i] = page->marks[i] = 0;
        if (!rows->slots[i]) continue;
        const uint32_t column = first_with(rows->slots, i);
        page->slots[i] = orr__helper_column(column + 1);
        if (column == i)
            copy(place(helper, page->slots[i]), rows->slots[i], rows->begin, orr_rows_padded_end(rows),
                 orr_type_bytes(job->slots[i].type));
        if (!rows->marks[i]) continue;
        const uint32_t marked = first_marked(rows->marks, i);
        page->marks[i] = orr__helper_words(marked + 1);
        if (marked == i)
            copy(place(helper, page->marks[i]), (const char *)rows->marks[i], rows->begin / 64, words,
                 sizeof(uint64_t));
    }
}

static void send(const orr_range *range, const orr_job_desc *job, const orr__helper *helper)
{
    const orr_rows *rows = &range->rows;
    orr__helper_page *page = page_of(helper);
    page->fpu = orr__fpu_state();
    page->tick = range->run->tick;
    page->tick.params = page->tick.state = NULL;
    page->tick.calls = NULL;
    page->has_params = job->params_bytes != 0;
    if (job->params_bytes) memcpy(page->params, range->run->tick.params, job->params_bytes);
    page->begin = rows->begin;
    page->end = rows->end;
    page->gather_base = rows->gather_base;
    page->changed_summary = rows->changed_summary;
    page->has_changed = rows->changed != NULL;
    if (rows->changed)
        copy(place(helper, orr__helper_words(0)), (const char *)rows->changed, rows->begin / 64, (rows->end + 63) / 64,
             sizeof(uint64_t));
    copy(place(helper, orr__helper_column(0)), (const char *)rows->entity, rows->begin, rows->end, sizeof(orr_entity));
    send_slots(rows, job, helper);
}

/* Bits of the rows of the range only, whatever else the job has set. */
static void take_marks(uint64_t *to, const uint64_t *from, uint32_t begin, uint32_t end)
{
    for (uint32_t w = begin / 64; w < (end + 63) / 64; w++) {
        const uint32_t left = end - w * 64;
        to[w] |= from[w] & (left < 64 ? ((uint64_t)1 << left) - 1 : ~(uint64_t)0);
    }
}

static void take(const orr_rows *rows, const orr_job_desc *job, const orr__helper *helper)
{
    for (uint32_t i = 0; i < job->slot_count; i++) {
        if (!rows->slots[i] || !(job->slots[i].access & (ORR_WRITE | ORR_MARK))) continue;
        const uint32_t column = first_with(rows->slots, i) + 1;
        copy(rows->slots[i], place(helper, orr__helper_column(column)), rows->begin, rows->end,
             orr_type_bytes(job->slots[i].type));
        if (!rows->marks[i]) continue;
        take_marks(rows->marks[i], place(helper, orr__helper_words(first_marked(rows->marks, i) + 1)), rows->begin,
                   rows->end);
    }
}

/* ---- what the job recorded ---- */

static int32_t again(orr_range *range, const orr__helper_record *record, const double *values, const char *text)
{
    const orr_calls *calls = &orr__job_calls;
    switch (record->kind) {
    case ORR__HELPER_REDUCE: return calls->reduce(range, record->number, text, record->value);
    case ORR__HELPER_EMIT: return calls->emit(range, text, values, record->count);
    case ORR__HELPER_SPAWN: return calls->spawn(range, text, record->number, NULL);
    case ORR__HELPER_DESTROY: return calls->destroy(range, record->entity);
    case ORR__HELPER_ADD: return calls->add(range, record->entity, text);
    case ORR__HELPER_REMOVE: return calls->remove(range, record->entity, text);
    case ORR__HELPER_SET: return calls->set(range, record->entity, text, record->value);
    default: return orr__fail(ORR_E_JOB, "has overwritten what it recorded");
    }
}

static int32_t replay(orr_range *range, const orr__helper *helper)
{
    const char *at = place(helper, ORR__HELPER_LOG);
    uint32_t left = page_of(helper)->recorded;
    int32_t code = left <= ORR__HELPER_LOG_BYTES ? ORR_OK : orr__fail(ORR_E_JOB, "has overwritten what it recorded");
    while (code == ORR_OK && left) {
        orr__helper_record record = { 0 };
        if (left >= sizeof record) memcpy(&record, at, sizeof record);
        const uint64_t fixed = sizeof record + (uint64_t)record.count * sizeof(double);
        if (record.bytes % 8 || record.bytes > left || fixed >= record.bytes || at[record.bytes - 1] != '\0')
            return orr__fail(ORR_E_JOB, "has overwritten what it recorded");
        code = again(range, &record, (const double *)(const void *)(at + sizeof record), at + fixed);
        at += record.bytes;
        left -= record.bytes;
    }
    return code;
}

/* ---- running ---- */

/* One try. *result is DIED with `how` when it came to nothing. */
static int32_t try(orr_range *range, orr__helper *helper, char *how, size_t bytes, int32_t *result)
{
    orr__system *system = range->run->system;
    const orr_job_desc *job = system->binding->job;
    int32_t code = ready(system, helper, how, bytes, result);
    if (code != ORR_OK || *result != ANSWERED) return code;
    send(range, job, helper);
    *result = ask(helper, ORR__HELPER_RUN, (uint64_t)system->timeout_ms * 1000000u, how, bytes);
    if (*result != ANSWERED) return ORR_OK;
    code = said(helper);
    if (code == ORR_OK) code = replay(range, helper);
    if (code == ORR_OK) take(&range->rows, job, helper);
    return code;
}

int32_t orr__isolate_run(orr_range *range, uint32_t worker)
{
    const orr__system *system = range->run->system;
    orr__isolates *isolates = &range->run->world->sim->isolates;
    orr__helper *helper = &isolates->helpers[worker < isolates->count ? worker : 0];
    char how[128] = "";
    for (uint32_t tries = 1;; tries++) {
        int32_t result;
        const int32_t code = try(range, helper, how, sizeof how, &result);
        if (code != ORR_OK || result == ANSWERED) return code;
        if (tries == ORR__ISOLATE_TRIES) return orr__fail(ORR_E_JOB, "%s, %u times", how, tries);
        orr__sim_log(
            range->run->world, 1,
            "system '%s': job '%s': %s (tick %llu, rows %u to %u, entities from %llu); these rows are run again",
            system->name, system->binding->job->name, how, (unsigned long long)range->run->tick.tick, range->rows.begin,
            range->rows.end - 1, (unsigned long long)range->rows.entity[range->rows.begin]);
    }
}

void orr__isolates_forget(orr_world *world)
{
    const orr__isolates *all = &world->sim->isolates;
    for (uint32_t i = 0; all->helpers && i < all->count; i++) all->helpers[i].present = 0;
}

void orr__isolates_fini(orr_world *world)
{
    orr__isolates *isolates = &world->sim->isolates;
    for (uint32_t i = 0; i < isolates->count && isolates->helpers; i++) {
        orr__process_kill(&isolates->helpers[i].process);
        orr__shared_release(&isolates->helpers[i].memory);
    }
    orr__alloc_free(&world->alloc, isolates->helpers, isolates->count * sizeof *isolates->helpers);
    orr__alloc_string_free(&world->alloc, isolates->program);
    *isolates = (orr__isolates){ 0 };
}
