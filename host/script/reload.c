/* A host's script is loaded again while its world lives: the host's part of sim/reload.h. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/os.h"
#include "ecs/world.h"
#include "script/bind.h"
#include "script/host.h"
#include "script/worker.h"
#include "sim/sim.h"

/* What a host has of its script is in the host itself: a copy of it stands aside. What is not of the script is the same in
 * both, and what the script fills is empty in the new one. */
static void put_aside(orr_host *host, orr_host *before)
{
    *before = *host;
    host->main = NULL;
    host->workers = NULL;
    host->worker_count = 0;
    host->needs_worker = false;
    host->text = NULL;
    host->text_bytes = 0;
    host->test_ticks = 0;
    host->test_set = NULL;
    host->test_set_count = host->test_set_capacity = 0;
    host->roles = NULL;
    host->role_count = host->role_capacity = 0;
    host->declared = NULL;
    host->declared_count = host->declared_capacity = host->script_declared = 0;
    host->hooks = NULL;
    host->hook_count = 0;
    host->files = (orr__files){ 0 };
    orr__once_clear(&host->told);
}

/* Everything of a script that a host, or the copy of one, has. */
static void release(orr_host *of)
{
    orr__worker_stop(of);
    orr__host_machine_drop(of, of->main);
    orr__host_test_forget(of);
    if (of->text) orr__alloc_free(&of->world->alloc, of->text, of->text_bytes + 1);
    orr__bind_fini(of);
    orr__role_fini(of);
    orr__files_fini(of);
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static int32_t load(orr_host *host, const orr_host *before, const char *text)
{
    int32_t status = orr__host_read(host, text, &host->text, &host->text_bytes);
    if (status == ORR_OK && is_blank(host->text)) status = orr__fail(ORR_E_SCRIPT, "%s is empty", host->name);
    if (status != ORR_OK) return status;
    host->main = orr__host_machine(host);
    if (!host->main) return orr__error_code();
    host->main->spawned = before->main->spawned; /* the world's random numbers go on */
    status = orr__machine_load(host->main, host->text, host->text_bytes, host->name);
    if (status == ORR_OK) status = orr__reload_complete(host->world);
    orr__role_loaded(host);
    return status == ORR_OK ? orr__worker_start(host) : status;
}

static void say(const char *what, uint32_t count, char *text, size_t bytes)
{
    const size_t used = strlen(text);
    if (count) snprintf(text + used, bytes - used, "%s%u %s", used ? ", " : "", count, what);
}

static void tell(const orr_host *host, const orr__reload_counts *counts, uint64_t began_ns)
{
    char text[160] = "";
    say(counts->changed == 1 ? "system changed" : "systems changed", counts->changed, text, sizeof text);
    say("added", counts->added, text, sizeof text);
    say("removed", counts->removed, text, sizeof text);
    orr__sim_log(host->world, 0, "reloaded %s in %.0f ms: %s", host->name, (double)(orr__clock_ns() - began_ns) * 1e-6,
                 text[0] ? text : "no system changed");
}

/* Whoever compares outer locals after a tick does so with the machines that there are. */
static void compare_again(orr_host *host)
{
    if (host->workers) return;
    host->world->sim->ticked = NULL;
    host->world->sim->ticked_context = NULL;
}

/* The text before goes on. What the new one is made of is watched too: it may be mended there. */
static void restore(orr_host *host, orr_host *before)
{
    orr__worker_stop(host);
    orr__host_machine_drop(host, host->main); /* holds what is published in mailboxes that go now */
    host->main = NULL;
    orr__reload_undo(host->world);
    orr__files_join(host, &before->files);
    const orr__files files = host->files;
    host->files = before->files;
    before->files = files;
    before->chunks = host->chunks;
    release(host);
    *host = *before;
}

static int32_t reload(orr_host *host, const char *text)
{
    orr_world *world = host->world;
    const uint64_t began_ns = orr__clock_ns();
    int32_t status = orr__reload_begin(world);
    if (status != ORR_OK) return orr__fail_more("%s is not loaded again", host->name);
    orr_host before;
    put_aside(host, &before);
    host->again = true;
    status = load(host, &before, text);
    host->again = false;
    if (status != ORR_OK) {
        orr__failure why = { .code = status };
        snprintf(why.text, sizeof why.text, "%s", orr__error_text());
        restore(host, &before);
        return orr__fail(why.code, "%s", why.text);
    }
    orr__reload_counts counts;
    orr__reload_keep(world, &counts);
    release(&before);
    compare_again(host);
    tell(host, &counts, began_ns);
    return ORR_OK;
}

static int32_t check(const orr_host *host, const char *call)
{
    if (orr__world_mine(host->world, call)) return orr__error_code();
    if (host->world->locked || host->world->sim->stepping)
        return orr__fail(ORR_E_LOCKED, "%s: a script is loaded between ticks only", call);
    return ORR_OK;
}

int32_t orr_host_reload(orr_host *host)
{
    const int32_t status = check(host, "orr_host_reload");
    if (status != ORR_OK) return status;
    if (host->from_text)
        return orr__fail(ORR_E_ARGUMENT, "orr_host_reload: the script was opened from a text: use "
                                         "orr_host_reload_text");
    return reload(host, NULL);
}

int32_t orr_host_reload_text(orr_host *host, const char *text)
{
    const int32_t status = check(host, "orr_host_reload_text");
    if (status != ORR_OK) return status;
    if (!text) return orr__fail(ORR_E_ARGUMENT, "orr_host_reload_text: no text given");
    return reload(host, text);
}
