#include "sim/job.h"

#include "base/array.h"
#include "base/error.h"
#include "base/os_process.h"
#include "sim/sim.h"

#include <string.h>

const orr_job_desc *orr__job_find(const orr_world *world, const char *name)
{
    const orr__jobs *jobs = &world->sim->jobs;
    for (uint32_t i = 0; i < jobs->count; i++) {
        if (strcmp(jobs->items[i]->name, name) == 0) return jobs->items[i];
    }
    const char *best = NULL;
    for (uint32_t i = 0; i < jobs->count && !best; i++) best = orr__nearest(name, &jobs->items[i]->name, 1);
    if (best)
        orr__fail(ORR_E_NOT_FOUND, "there is no job '%s' (did you mean '%s'?)", name, best);
    else
        orr__fail(ORR_E_NOT_FOUND, "there is no job '%s'", name);
    return NULL;
}

static int32_t check_slots(const orr_job_desc *job)
{
    if (job->slot_count && !job->slots) return orr__fail(ORR_E_ABI, "job '%s' has no slots to its count", job->name);
    for (uint32_t i = 0; i < job->slot_count; i++) {
        const orr_slot_desc *slot = &job->slots[i];
        const uint32_t all = ORR_READ | ORR_WRITE | ORR_MARK | ORR_OPTIONAL;
        const bool typed = slot->kind != ORR_SLOT_NEIGHBOURS;
        if (!slot->name || !*slot->name || slot->kind > ORR_SLOT_RESOURCE || (slot->access & ~all) ||
            !(slot->access & (ORR_READ | ORR_WRITE)) || slot->type >= ORR_TYPE_COUNT ||
            (typed && slot->type == ORR_TYPE_NONE))
            return orr__fail(ORR_E_ABI, "slot %u of job '%s' makes no sense", i, job->name);
        if ((slot->kind == ORR_SLOT_GATHER || slot->kind == ORR_SLOT_NEIGHBOURS) && (slot->access & ORR_WRITE))
            return orr__fail(ORR_E_ABI, "slot '%s' of job '%s' cannot be written", slot->name, job->name);
    }
    return ORR_OK;
}

static int32_t check_params(const orr_job_desc *job)
{
    if (job->param_count && !job->params) return orr__fail(ORR_E_ABI, "job '%s' has no params to its count", job->name);
    if (job->params_bytes > 256)
        return orr__fail(ORR_E_ABI, "the params of job '%s' have %u bytes: at most 256", job->name, job->params_bytes);
    for (uint32_t i = 0; i < job->param_count; i++) {
        const orr_job_param *param = &job->params[i];
        const uint32_t bytes = orr_type_bytes(param->type);
        const bool known = param->type == ORR_TYPE_F32 || param->type == ORR_TYPE_F64 || param->type == ORR_TYPE_I32 ||
                           param->type == ORR_TYPE_U32 || param->type == ORR_TYPE_BOOL;
        if (!param->name || !known || param->offset > job->params_bytes || bytes > job->params_bytes - param->offset)
            return orr__fail(ORR_E_ABI, "param %u of job '%s' makes no sense", i, job->name);
    }
    return ORR_OK;
}

static int32_t check_job(const orr_world *world, const orr_job_desc *job)
{
    if (!job) return orr__fail(ORR_E_ABI, "a job is missing in the table");
    if (job->abi == ORR_ABI && job->bytes != sizeof *job)
        return orr__fail(ORR_E_ABI, "a job's description has another layout than version %u of orrery_job.h", ORR_ABI);
    if (job->abi != ORR_ABI)
        return orr__fail(ORR_E_ABI, "a job is built for version %u of orrery_job.h, this is version %u", job->abi,
                         ORR_ABI);
    if (!job->name || !*job->name || !job->run) return orr__fail(ORR_E_ABI, "a job without name or function");
    const orr__jobs *jobs = &world->sim->jobs;
    for (uint32_t i = 0; i < jobs->count; i++) {
        if (jobs->items[i] != job && strcmp(jobs->items[i]->name, job->name) == 0)
            return orr__fail(ORR_E_EXISTS, "there already is a job '%s'", job->name);
    }
    const int32_t code = check_slots(job);
    return code == ORR_OK ? check_params(job) : code;
}

static bool has(const orr__jobs *jobs, const orr_job_desc *job)
{
    for (uint32_t i = 0; i < jobs->count; i++) {
        if (jobs->items[i] == job) return true;
    }
    return false;
}

int32_t orr_job_register(orr_world *world, const orr_job_module *module)
{
    orr__jobs *jobs = &world->sim->jobs;
    if (orr__world_mine(world, "orr_job_register")) return orr__error_code();
    if (!module) return orr__fail(ORR_E_ARGUMENT, "orr_job_register: no module given");
    if (module->abi != ORR_ABI || module->bytes != sizeof *module)
        return orr__fail(ORR_E_ABI, "built for version %u of orrery_job.h, this is version %u", module->abi, ORR_ABI);
    if (module->job_count == 0 || !module->jobs) return orr__fail(ORR_E_ABI, "has no jobs");
    if (module->job_count > 65536) return orr__fail(ORR_E_ABI, "says it has %u jobs", module->job_count);
    for (uint32_t i = 0; i < module->job_count; i++) {
        const int32_t code = check_job(world, module->jobs[i]);
        if (code != ORR_OK) return code;
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(module->jobs[k]->name, module->jobs[i]->name) == 0)
                return orr__fail(ORR_E_EXISTS, "has two jobs '%s'", module->jobs[i]->name);
        }
    }
    orr__world_still(world);
    const int32_t code = orr__array_reserve(&world->alloc, &jobs->items, &jobs->capacity,
                                            jobs->count + module->job_count, sizeof *jobs->items);
    if (code != ORR_OK) return code;
    for (uint32_t i = 0; i < module->job_count; i++) {
        if (!has(jobs, module->jobs[i])) jobs->items[jobs->count++] = module->jobs[i];
    }
    return ORR_OK;
}

/* The system keeps what a process has loaded from a path: a file that was built anew is read by the next process. */
static bool is_loaded(orr_world *world, const char *path)
{
    const orr__jobs *jobs = &world->sim->jobs;
    char absolute[4096];
    if (!jobs->library_count) return false;
    if (orr__path_absolute(path, absolute, sizeof absolute) != ORR_OK) {
        orr__error_clear();
        return false;
    }
    for (uint32_t i = 0; i < jobs->library_count; i++) {
        orr__job_library *library = &jobs->libraries[i];
        if (strcmp(library->path, absolute) != 0) continue;
        const orr__file_stamp now = orr__file_stamp_of(absolute);
        if (memcmp(&now, &library->stamp, sizeof now) != 0)
            orr__sim_log(world, 1,
                         "'%s' has changed: its jobs stay as they were loaded until the program is started again",
                         path);
        library->stamp = now;
        return true;
    }
    return false;
}

int32_t orr_job_load(orr_world *world, const char *path)
{
    orr__jobs *jobs = &world->sim->jobs;
    if (orr__world_mine(world, "orr_job_load")) return orr__error_code();
    if (!path) return orr__fail(ORR_E_ARGUMENT, "orr_job_load: no path given");
    if (is_loaded(world, path)) return ORR_OK;
    int32_t code = orr__array_reserve(&world->alloc, &jobs->libraries, &jobs->library_capacity, jobs->library_count + 1,
                                      sizeof *jobs->libraries);
    if (code != ORR_OK) return code;
    orr__job_library loaded = { 0 };
    orr__library library = { 0 };
    char absolute[4096];
    /* a library that changes the floating-point state is refused there */
    code = orr__library_open(&library, path);
    if (code != ORR_OK) return code;
    const orr_job_module *module = orr__library_symbol(&library, "orr_jobs");
    if (module)
        code = orr__path_absolute(path, absolute, sizeof absolute);
    else
        code = orr__fail(ORR_E_ABI, "exports no jobs (no symbol orr_jobs; see ORR_EXPORT_JOBS)");
    if (code == ORR_OK) {
        loaded = (orr__job_library){ library, module, orr__alloc_string(&world->alloc, absolute),
                                     orr__file_stamp_of(absolute) };
        code = loaded.path ? orr_job_register(world, module) : ORR_E_MEMORY;
    }
    if (code != ORR_OK) {
        orr__fail_more("'%s'", path);
        orr__alloc_string_free(&world->alloc, loaded.path);
        orr__library_close(&library);
        return code;
    }
    jobs->libraries[jobs->library_count++] = loaded;
    return ORR_OK;
}

static bool holds(const orr_job_module *module, const orr_job_desc *job)
{
    for (uint32_t i = 0; i < module->job_count; i++) {
        if (module->jobs[i] == job) return true;
    }
    return false;
}

const char *orr__job_module(const orr_world *world, const orr_job_desc *job)
{
    const orr__jobs *jobs = &world->sim->jobs;
    if (holds(&orr__native_jobs, job)) return "";
    for (uint32_t i = 0; i < jobs->library_count; i++) {
        if (holds(jobs->libraries[i].module, job)) return jobs->libraries[i].path;
    }
    return NULL;
}

uint32_t orr_job_count(const orr_world *world)
{
    return world->sim->jobs.count;
}

const orr_job_desc *orr_job_at(const orr_world *world, uint32_t index)
{
    const orr__jobs *jobs = &world->sim->jobs;
    if (index < jobs->count) return jobs->items[index];
    orr__fail(ORR_E_ARGUMENT, "orr_job_at: job %u does not exist (there are %u)", index, jobs->count);
    return NULL;
}

void orr__jobs_fini(orr_world *world)
{
    orr__jobs *jobs = &world->sim->jobs;
    for (uint32_t i = 0; i < jobs->library_count; i++) {
        orr__alloc_string_free(&world->alloc, jobs->libraries[i].path);
        orr__library_close(&jobs->libraries[i].library);
    }
    orr__array_free(&world->alloc, &jobs->libraries, &jobs->library_capacity, sizeof *jobs->libraries);
    orr__array_free(&world->alloc, &jobs->items, &jobs->capacity, sizeof *jobs->items);
    jobs->count = jobs->library_count = 0;
}
