/* orrery-worker: runs native jobs for a world in another process, so that one that crashes or hangs takes nothing with
 * it. Started by the library (sim/isolate.c) when a system says isolation = "process"; by hand it says what it is. */
#include "worker/child.h"
#include "worker/record.h"

#include "base/error.h"
#include "base/os.h"
#include "sim/helper.h"
#include "sim/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPIN_NS 20000u

/* A job that was loaded for a system. Few, and kept until the end. */
typedef struct loaded {
    uint32_t system;
    const orr_job_desc *job;
    orr_job_function *run;
} loaded;

typedef struct helper {
    orr__helper_page *page;
    char *memory;
    loaded *jobs;
    uint32_t count;
    const loaded *present;
    bool patient; /* the last command was long in coming */
} helper;

/* ---- jobs ---- */

static const orr_job_module *open_module(const char *path)
{
    if (!*path) return &orr__native_jobs;
    orr__library library = { 0 };
    if (orr__library_open(&library, path) != ORR_OK) return NULL;
    const orr_job_module *module = orr__library_symbol(&library, "orr_jobs");
    if (module && module->abi == ORR_ABI && module->bytes == sizeof *module) return module;
    orr__fail(ORR_E_ABI, "'%s' is not what the world has loaded", path);
    return NULL;
}

static int32_t load_new(helper *h)
{
    const orr__helper_page *page = h->page;
    const orr_job_module *module = open_module(page->module);
    if (!module) return orr__error_code();
    const orr_job_desc *job = NULL;
    for (uint32_t i = 0; i < module->job_count; i++) {
        if (strcmp(module->jobs[i]->name, page->job) == 0) job = module->jobs[i];
    }
    if (!job || job->abi != ORR_ABI || job->slot_count != page->slot_count || job->params_bytes != page->params_bytes)
        return orr__fail(ORR_E_ABI, "'%s' is not what the world has loaded: has it been built again?", page->module);
    loaded *jobs = realloc(h->jobs, (h->count + 1) * sizeof *jobs);
    if (!jobs) return orr__fail(ORR_E_MEMORY, "no memory in the helper");
    h->jobs = jobs;
    jobs[h->count] = (loaded){ .system = page->system, .job = job, .run = job->choose ? job->choose() : job->run };
    h->present = &jobs[h->count++];
    return ORR_OK;
}

static int32_t load(helper *h)
{
    for (uint32_t i = 0; i < h->count; i++) {
        if (h->jobs[i].system != h->page->system) continue;
        h->present = &h->jobs[i];
        return ORR_OK;
    }
    return load_new(h);
}

/* ---- running ---- */

static void *at(const helper *h, uint32_t offset)
{
    return offset ? h->memory + offset : NULL;
}

static int32_t run(const helper *h, orr_range *range)
{
    orr__helper_page *page = h->page;
    void *slots[ORR__HELPER_SLOTS];
    uint64_t *marks[ORR__HELPER_SLOTS];
    const uint32_t count = h->present->job->slot_count;
    for (uint32_t i = 0; i < count; i++) {
        slots[i] = at(h, page->slots[i]);
        marks[i] = at(h, page->marks[i]);
    }
    const orr_rows rows = { .begin = page->begin,
                            .end = page->end,
                            .chunk_count = 1,
                            .slot_count = count,
                            .slots = slots,
                            .marks = marks,
                            .changed = page->has_changed ? at(h, orr__helper_words(0)) : NULL,
                            .changed_summary = page->changed_summary,
                            .entity = at(h, orr__helper_column(0)),
                            .gather_base = page->gather_base,
                            .range = range };
    orr_tick tick = page->tick;
    tick.params = page->has_params ? page->params : NULL;
    tick.calls = &orr__worker_calls;
    orr__fpu_restore(page->fpu);
    int32_t code = ORR_OK;
    for (tick.substep = 0; code == ORR_OK && tick.substep < tick.substeps; tick.substep++)
        code = h->present->run(&rows, &tick);
    return code;
}

static void answer(helper *h, int32_t code, const orr_range *range)
{
    h->page->code = code;
    h->page->recorded = range->used;
    snprintf(h->page->text, sizeof h->page->text, "%s", code == ORR_OK ? "" : orr__error_text());
}

static void obey(helper *h)
{
    orr_range range = { .log = h->memory + ORR__HELPER_LOG, .room = ORR__HELPER_LOG_BYTES };
    orr__error_clear();
    switch (h->page->what) {
    case ORR__HELPER_LOAD: answer(h, load(h), &range); break;
    case ORR__HELPER_RUN: answer(h, run(h, &range), &range); break;
    default: answer(h, ORR_OK, &range);
    }
}

/* ---- waiting ---- */

static void await(helper *h, uint32_t last)
{
    orr__helper_page *page = h->page;
    const uint64_t since = orr__clock_ns();
    while (!h->patient && atomic_load(&page->command) == last) {
        for (int i = 0; i < 64 && atomic_load(&page->command) == last; i++) orr__pause();
        orr__thread_yield(); /* both may be on one processor */
        if (orr__clock_ns() - since > SPIN_NS) break;
    }
    if (atomic_load(&page->command) == last) {
        atomic_store(&page->helper_sleeps, 1);
        while (atomic_load(&page->command) == last) orr__shared_park(&page->command, last, ORR__FOREVER);
        atomic_store(&page->helper_sleeps, 0);
    }
    h->patient = orr__clock_ns() - since > 10 * SPIN_NS;
}

static void work(helper *h)
{
    for (uint32_t last = 0;;) {
        await(h, last);
        last = atomic_load(&h->page->command);
        obey(h);
        atomic_store(&h->page->done, last);
        if (atomic_load(&h->page->host_sleeps)) orr__shared_unpark(&h->page->done);
    }
}

/* ---- beginning and end ---- */

static void watch(void *context)
{
    (void)context;
    orr__child_watch();
    _Exit(0);
}

static void guard(const helper *h)
{
    const uint32_t words = ORR__HELPER_LOG + ORR__HELPER_LOG_BYTES;
    orr__child_guard(h->memory + words, ORR__HELPER_WORDS_AT - words);
    orr__child_guard(h->memory + ORR__HELPER_WORDS_AT + 0x10000, ORR__HELPER_COLUMNS - ORR__HELPER_WORDS_AT - 0x10000);
    for (uint32_t k = 1; k <= ORR__HELPER_SLOTS + 1; k++)
        orr__child_guard(h->memory + ORR__HELPER_COLUMNS + k * ORR__HELPER_COLUMN_BYTES - ORR__HELPER_GUARD,
                         ORR__HELPER_GUARD);
}

int main(void)
{
    static orr__thread watcher;
    orr__shared memory;
    if (!orr__child_attach(&memory)) {
        fputs("orrery-worker: started by Orrery for systems with isolation = \"process\"; there is nothing to do by "
              "hand\n",
              stderr);
        return 2;
    }
    helper h = { .page = memory.start, .memory = memory.start };
    if (memory.bytes != ORR__HELPER_BYTES || h.page->version != ORR__HELPER_VERSION) return 3;
    orr__child_settle();
    setvbuf(stdout, NULL, _IOLBF, 0); /* what a job prints is not lost when this program is ended */
    if (orr__thread_start(&watcher, watch, NULL, "watch", 0) != ORR_OK) return 4;
    guard(&h);
    work(&h);
    return 0;
}
