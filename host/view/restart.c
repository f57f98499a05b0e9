#include "view/restart.h"

#include <stdio.h>

#include "base/error.h"
#include "sim/param.h"

static void keep_params(orr__restart *restart)
{
    const orr_world *world = restart->world;
    restart->param_count = 0;
    for (orr_param param = 1; param <= orr_param_count(world); param++) {
        orr_param_desc desc;
        if (orr_param_describe(world, param, &desc) != ORR_OK || desc.value == orr__param_next(world, param)) continue;
        if (restart->param_count == ORR__RESTART_PARAMS) return;
        const uint32_t at = restart->param_count++;
        snprintf(restart->params[at].name, sizeof restart->params[at].name, "%s", desc.name);
        restart->params[at].value = orr__param_next(world, param);
    }
}

/* As input, so that it is part of the run. One that is gone, or has another range now, is left. */
static void turn_params(const orr__restart *restart)
{
    for (uint32_t i = 0; i < restart->param_count; i++) {
        const orr_param param = orr_param_find(restart->world, restart->params[i].name);
        const orr_input input = { .kind = ORR_INPUT_PARAM,
                                  .target = param,
                                  .value = { .f64 = restart->params[i].value } };
        if (!param || orr_world_input(restart->world, &input) != ORR_OK) orr__error_clear();
    }
}

static int32_t start(orr__restart *restart)
{
    restart->show = orr__show_open(restart->world, restart->readers);
    if (!restart->show) return orr__error_code();
    return orr_world_step(restart->world, 0); /* startup, and a first state */
}

static void make(void *context)
{
    orr__restart *restart = context;
    if (orr_world_stop(restart->world) != ORR_OK) orr__error_clear();
    if (orr__tend_take(restart->tend)) orr__show_close(restart->tend->fresh); /* posted calls were all made */
    orr__show_close(restart->fresh);
    orr__show_close(restart->show);
    restart->show = restart->fresh = NULL;
    restart->text[0] = '\0';
    keep_params(restart);
    orr_world *world = restart->host->restart(restart->host->context, restart->seed);
    restart->replaced = world != NULL;
    restart->code = world ? ORR_OK : orr__error_code();
    if (world)
        restart->world = world;
    else
        snprintf(restart->text, sizeof restart->text, "%s", orr__error_text());
    if (world) turn_params(restart);
    const int32_t code = start(restart);
    if (restart->code == ORR_OK && code != ORR_OK) {
        restart->code = code;
        snprintf(restart->text, sizeof restart->text, "%s", orr__error_text());
    }
    atomic_store(&restart->done, true);
}

int32_t orr__restart_begin(orr__restart *restart)
{
    atomic_store(&restart->done, false);
    const int32_t code = orr__thread_start(&restart->thread, make, restart, "orrery-restart", 0);
    restart->active = code == ORR_OK;
    return code;
}

bool orr__restart_wait(orr__restart *restart)
{
    if (!restart->active) return false;
    orr__thread_join(&restart->thread);
    restart->active = false;
    return true;
}

bool orr__restart_take(orr__restart *restart)
{
    return restart->active && atomic_load(&restart->done) && orr__restart_wait(restart);
}
