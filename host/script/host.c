#include "script/host.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luajit.h>

#include "base/array.h"
#include "base/error.h"
#include "base/os.h"
#include "ecs/world.h"
#include "script/bind.h"
#include "script/worker.h"
#include "sim/sim.h"

/* ---- what the script says about its host ---- */

void orr__host_test(orr_host *host, uint64_t ticks)
{
    host->test_ticks = ticks;
}

int32_t orr__host_test_set(orr_host *host, const char *text)
{
    orr__alloc *alloc = &host->world->alloc;
    const int32_t status = orr__array_reserve(alloc, &host->test_set, &host->test_set_capacity,
                                              host->test_set_count + 1, sizeof *host->test_set);
    if (status != ORR_OK) return status;
    char *copy = orr__alloc_string(alloc, text);
    if (!copy) return ORR_E_MEMORY;
    host->test_set[host->test_set_count++] = copy;
    return ORR_OK;
}

const char *orr__host_test_setting(const orr_host *host, uint32_t index)
{
    return index < host->test_set_count ? host->test_set[index] : NULL;
}

void orr__host_timestep(orr_host *host, double dt)
{
    orr_world *world = host->world;
    if (host->dt != 0 || dt == world->sim->dt) return;
    if (orr_world_tick(world) == 0)
        world->sim->dt = dt;
    else if (world->edition) /* time is ticks times dt: it would jump */
        orr__edition_note_add(world, 1, "orrery.timestep: a tick stays %.9g seconds and is %.9g after a restart",
                              world->sim->dt, dt);
    else
        orr__sim_log(world, 1, "orrery.timestep: a tick stays %.9g seconds: it is set before the first tick",
                     world->sim->dt);
}

/* A path without a leading slash is looked for beside the script first. */
int32_t orr__host_load_jobs(orr_host *host, const char *path)
{
    char beside[2048];
    const char *slash = strrchr(host->name, '/');
    if (path[0] != '/' && slash) {
        snprintf(beside, sizeof beside, "%.*s%s", (int)(slash - host->name + 1), host->name, path);
        if (orr__file_exists(beside)) path = beside;
    }
    (void)orr__files_met(host, path); /* else it is not watched */
    return orr_job_load(host->world, path);
}

/* ---- opening ---- */

static int32_t console(void *context, const char *text);

int32_t orr__host_read(orr_host *host, const char *text, char **out, size_t *bytes)
{
    orr__alloc *alloc = &host->world->alloc;
    if (!text) {
        const int32_t status = orr__files_met(host, host->name);
        return status == ORR_OK ? orr__file_read(alloc, host->name, out, bytes) : status;
    }
    *bytes = strlen(text);
    *out = orr__alloc_new(alloc, *bytes + 1, 0);
    if (!*out) return ORR_E_MEMORY;
    memcpy(*out, text, *bytes + 1);
    return ORR_OK;
}

static int32_t read_script(orr_host *host, const orr_host_desc *desc)
{
    host->name = orr__alloc_string(&host->world->alloc, desc->script ? desc->script : "script");
    if (!host->name) return ORR_E_MEMORY;
    host->from_text = desc->text != NULL;
    return orr__host_read(host, desc->text, &host->text, &host->text_bytes);
}

orr__machine *orr__host_machine(orr_host *host)
{
    orr__alloc *alloc = &host->world->alloc;
    orr__machine *machine = orr__alloc_zero(alloc, sizeof *machine, 64);
    if (!machine || orr__machine_init(machine, host, false) == ORR_OK) return machine;
    orr__alloc_free(alloc, machine, sizeof *machine);
    return NULL;
}

void orr__host_machine_drop(orr_host *host, orr__machine *machine)
{
    if (!machine) return;
    orr__machine_fini(machine);
    orr__alloc_free(&host->world->alloc, machine, sizeof *machine);
}

void orr__host_test_forget(orr_host *host)
{
    orr__alloc *alloc = &host->world->alloc;
    for (uint32_t i = 0; i < host->test_set_count; i++) orr__alloc_string_free(alloc, host->test_set[i]);
    orr__array_free(alloc, &host->test_set, &host->test_set_capacity, sizeof *host->test_set);
    host->test_set_count = 0;
}

int32_t orr__host_set(orr_host *host, const char *text)
{
    const char *equals = strchr(text, '=');
    char name[256];
    if (!equals || equals == text || (size_t)(equals - text) >= sizeof name) {
        return orr__fail(ORR_E_ARGUMENT, "'%s' does not say NAME=VALUE", text);
    }
    memcpy(name, text, (size_t)(equals - text));
    name[equals - text] = '\0';
    char *end = NULL;
    const double value = strtod(equals + 1, &end);
    if (end == equals + 1 || *end || !isfinite(value)) {
        return orr__fail(ORR_E_ARGUMENT, "'%s': the value of '%s' is no number", text, name);
    }
    const orr_param param = orr_param_find(host->world, name);
    return param ? orr_param_set(host->world, param, value) : orr__error_code();
}

static int32_t load(orr_host *host, const orr_host_desc *desc)
{
    int32_t status = read_script(host, desc);
    if (status == ORR_OK) {
        host->main = orr__host_machine(host);
        if (!host->main) status = orr__error_code();
    }
    if (status == ORR_OK) status = orr__machine_load(host->main, host->text, host->text_bytes, host->name);
    if (status == ORR_OK) status = orr__schedule_build(host->world);
    orr__role_loaded(host);
    if (status == ORR_OK) status = orr__worker_start(host);
    for (uint32_t i = 0; status == ORR_OK && desc->test && i < host->test_set_count; i++) {
        status = orr__host_set(host, host->test_set[i]);
    }
    for (const char *const *set = desc->set; status == ORR_OK && set && *set; set++) status = orr__host_set(host, *set);
    return status;
}

static int32_t check(const orr_host_desc *desc)
{
    if (!desc || (!desc->script && !desc->text)) return orr__fail(ORR_E_ARGUMENT, "a host needs a script or a text");
    if (!(desc->dt >= 0 && desc->dt < 1e18)) return orr__fail(ORR_E_RANGE, "dt is %g", desc->dt);
    return ORR_OK;
}

orr_host *orr__host_open(const orr_host_desc *desc, const orr__variant *variant)
{
    if (check(desc) != ORR_OK) return NULL;
    const orr_world_desc world_desc = { .seed = desc->seed,
                                        .dt = desc->dt,
                                        .threads = desc->threads,
                                        .allocator = desc->allocator,
                                        .scheduler = desc->scheduler,
                                        .memory_bytes = desc->memory_bytes,
                                        .log = desc->log,
                                        .log_context = desc->log_context };
    orr_world *world = orr_world_create(&world_desc);
    if (!world) return NULL;
    orr_host *host = orr__alloc_zero(&world->alloc, sizeof *host, 0);
    if (!host) {
        orr_world_destroy(world);
        return NULL;
    }
    host->world = world;
    host->unchecked = desc->unchecked;
    host->guard = desc->guard;
    host->guard_budget = desc->guard_budget ? desc->guard_budget : 1000000000u;
    host->lua_bytes = desc->lua_bytes;
    host->jit = !desc->no_jit;
    host->dt = desc->dt;
    if (variant) host->variant = *variant;
    world->sim->gestures.console = console;
    world->sim->gestures.console_context = host;
    if (load(host, desc) != ORR_OK) {
        orr_host_close(host);
        return NULL;
    }
    return host;
}

orr_host *orr_host_open(const orr_host_desc *desc)
{
    return orr__host_open(desc, NULL);
}

void orr_host_close(orr_host *host)
{
    if (!host) return;
    orr_world *world = host->world;
    if (orr_world_stop(world) != ORR_OK) orr__error_clear();
    orr__alloc *alloc = &world->alloc;
    orr__worker_discard(host);
    orr__worker_stop(host);
    orr__host_machine_drop(host, host->main);
    orr__host_test_forget(host);
    orr__files_fini(host);
    orr__chunks_fini(host);
    if (host->text) orr__alloc_free(alloc, host->text, host->text_bytes + 1);
    orr__alloc_string_free(alloc, host->name);
    orr__bind_fini(host);
    orr__role_fini(host);
    orr__alloc_free(alloc, host, sizeof *host);
    orr_world_destroy(world);
}

/* ---- using ---- */

int32_t orr_host_run_free(orr_host *host, const orr_free_desc *desc)
{
    return orr_world_run_free(host->world, desc);
}

int32_t orr_host_stop(orr_host *host)
{
    return orr_world_stop(host->world);
}

int32_t orr_host_step(orr_host *host, uint64_t ticks)
{
    return orr_world_step(host->world, ticks);
}

orr_world *orr_host_world(orr_host *host)
{
    return host->world;
}

/* What a text declared is made ready; what has systems is run by the workers too. name NULL: a line of the console. */
static int32_t after_text(orr_host *host, uint32_t systems, const char *text, const char *name)
{
    int32_t status = orr__schedule_build(host->world);
    if (status == ORR_OK) status = orr__worker_start(host);
    if (status != ORR_OK || orr_system_count(host->world) == systems) return status;
    return orr__worker_eval(host, text, name);
}

/* What a text declared before its mistake is there, so workers must know it too. The mistake is what is told. */
static int32_t after_mistake(orr_host *host, uint32_t systems, const char *text, const char *name, int32_t status)
{
    orr__failure why = { .code = status };
    if (orr_system_count(host->world) == systems) return status;
    snprintf(why.text, sizeof why.text, "%s", orr__error_text());
    (void)after_text(host, systems, text, name);
    return orr__fail(why.code, "%s", why.text);
}

int32_t orr_host_eval(orr_host *host, const char *text, const char *name)
{
    if (orr__world_mine(host->world, "orr_host_eval")) return orr__error_code();
    if (!text) return orr__fail(ORR_E_ARGUMENT, "orr_host_eval: no text given");
    if (host->world->sim->stepping) return orr__fail(ORR_E_LOCKED, "text is run between ticks only");
    const uint32_t before = orr_system_count(host->world);
    orr__world_still(host->world);
    if (!name) name = "eval";
    const int32_t status = orr__machine_eval(host->main, text, name);
    return status == ORR_OK ? after_text(host, before, text, name) : after_mistake(host, before, text, name, status);
}

/* A line of the console, as input: see orr_world_input. */
static int32_t console(void *context, const char *text)
{
    orr_host *host = context;
    const uint32_t before = orr_system_count(host->world);
    orr__world_still(host->world);
    const int32_t status = orr__machine_console(host->main, text);
    return status == ORR_OK ? after_text(host, before, text, NULL) : after_mistake(host, before, text, NULL, status);
}

#if defined(__x86_64__)
#define MACHINE " x64"
#elif defined(__aarch64__)
#define MACHINE " arm64"
#else
#define MACHINE ""
#endif

const char *orr_host_engine(void)
{
    orr__vm vm;
    if (orr__vm_init(&vm, 0, true) != ORR_OK) return "none";
    const bool jit = luaJIT_setmode(vm.L, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_ON) == 1;
    orr__vm_fini(&vm);
    return jit ? LUAJIT_VERSION MACHINE ", JIT on" : LUAJIT_VERSION MACHINE ", JIT off";
}

uint64_t orr_host_test_ticks(const orr_host *host)
{
    return host->test_ticks;
}
