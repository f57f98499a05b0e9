#include "view/tend.h"

#include <stdio.h>

#include "base/error.h"
#include "base/os.h"
#include "sim/sim.h"

#define PERIOD_NS 5000000u /* each frame: what is saved is to be seen within 100 ms */

static void answer(orr_world *world, void *context)
{
    orr__tend *tend = context;
    tend->code = tend->host->reload ? tend->host->reload(tend->host->context) : 0;
    snprintf(tend->text, sizeof tend->text, "%s", tend->code < 0 ? orr__error_text() : "");
    tend->fresh = NULL;
    if (world->sim->scene_version != tend->version) {
        tend->fresh = orr__show_open(world, tend->readers);
        if (!tend->fresh) orr__sim_log(world, 2, "the new picture cannot be shown: %s", orr__error_text());
        orr__mailboxes_publish(world); /* the next tick may fail: there is something to be seen nevertheless */
        tend->version = world->sim->scene_version;
    }
    if (tend->code != 0 || tend->fresh) orr__free_changed(world);
    atomic_store(&tend->answered, true);
}

void orr__tend_ask(orr__tend *tend)
{
    const uint64_t now = orr__clock_ns();
    if (tend->asked || now - tend->asked_ns < PERIOD_NS) return;
    tend->asked_ns = now;
    tend->asked = true;
    if (orr__free_ask(tend->world, answer, tend) == ORR_OK) return;
    orr__error_clear(); /* no memory now: asked again later */
    tend->asked = false;
}

bool orr__tend_take(orr__tend *tend)
{
    if (!tend->asked || !atomic_load(&tend->answered)) return false;
    atomic_store(&tend->answered, false);
    tend->asked = false;
    return true;
}
