#include "view/actions.h"

#include <string.h>

#include "base/error.h"
#include "sim/sim.h"

/* ---- at once ---- */

static void act_pause(void *context, bool paused)
{
    orr__window_pause(context, paused);
}

static void act_step(void *context)
{
    orr__window_step(context);
}

static void act_speed(void *context, double speed)
{
    orr__window_speed(context, speed);
}

static void act_restart(void *context, bool same_seed)
{
    orr__window_restart(context, same_seed);
}

static void act_fit(void *context)
{
    orr__window_fit(context);
}

static void act_picture(void *context)
{
    orr__window_picture(context);
}

static void act_follow(void *context, orr_entity entity)
{
    orr__window *window = context;
    window->followed = entity;
}

/* ---- on the thread of the world ---- */

typedef struct request {
    orr__window *window;
    orr_entity entity;
    orr_field field;
    orr_value value;
    orr_system system;
    bool enabled;
    char *text;
    size_t text_bytes;
} request;

static void post(orr__window *window, orr_post_function *function, const request *what)
{
    request *copy = orr__alloc_new(&window->world->alloc, sizeof *copy, 0);
    if (!copy) {
        orr__window_notice(window, orr__error_text());
        return;
    }
    *copy = *what;
    if (orr_world_post(window->world, function, copy) == ORR_OK) return;
    orr__window_notice(window, orr__error_text());
    orr__alloc_free(&window->world->alloc, copy, sizeof *copy);
}

static void done(orr_world *world, request *what, int32_t code)
{
    if (code != ORR_OK) orr__sim_log(world, 2, "%s", orr__error_text());
    if (what->text) orr__alloc_free(&world->alloc, what->text, what->text_bytes);
    orr__alloc_free(&world->alloc, what, sizeof *what);
}

static void do_inspect(orr_world *world, void *context)
{
    request *what = context;
    orr__report_inspect(world, what->entity);
    done(world, what, ORR_OK);
}

static void act_inspect(void *context, orr_entity entity)
{
    orr__window *window = context;
    post(window, do_inspect, &(request){ .entity = entity });
}

static void act_set_param(void *context, orr_param param, double value)
{
    orr__window *window = context;
    if (orr_param_set(window->world, param, value) != ORR_OK) orr__window_notice(window, orr__error_text());
}

static void do_set_field(orr_world *world, void *context)
{
    request *what = context;
    void *at = orr_entity_write(world, what->entity, what->field);
    if (at) orr__value_store(at, 0, what->field.type, what->value);
    done(world, what, at ? ORR_OK : orr__error_code());
}

static void act_set_field(void *context, orr_entity entity, orr_field field, orr_value value)
{
    orr__window *window = context;
    post(window, do_set_field, &(request){ .entity = entity, .field = field, .value = value });
}

static void do_enable(orr_world *world, void *context)
{
    request *what = context;
    done(world, what, orr_system_enable(world, what->system, what->enabled));
}

static void act_enable(void *context, orr_system system, bool enabled)
{
    orr__window *window = context;
    post(window, do_enable, &(request){ .system = system, .enabled = enabled });
}

static void do_lanes(orr_world *world, void *context)
{
    request *what = context;
    done(world, what, orr__lanes_watch(world, what->enabled));
}

static void act_lanes(void *context, bool on)
{
    post(context, do_lanes, &(request){ .enabled = on });
}

static void do_console(orr_world *world, void *context)
{
    request *what = context;
    const orr_window_host *host = &what->window->desc.host;
    orr__sim_log(world, 0, "> %s", what->text);
    done(world, what, host->eval(host->context, what->text));
}

static void act_console(void *context, const char *text)
{
    orr__window *window = context;
    request what = { .window = window, .text_bytes = strlen(text) + 1 };
    what.text = orr__alloc_new(&window->world->alloc, what.text_bytes, 0);
    if (!what.text) {
        orr__window_notice(window, orr__error_text());
        return;
    }
    memcpy(what.text, text, what.text_bytes);
    post(window, do_console, &what);
}

orr__panel_actions orr__actions_of(orr__window *window)
{
    return (orr__panel_actions){ .context = window,
                                 .pause = act_pause,
                                 .step = act_step,
                                 .speed = act_speed,
                                 .restart = act_restart,
                                 .fit = act_fit,
                                 .follow = act_follow,
                                 .inspect = act_inspect,
                                 .set_param = act_set_param,
                                 .set_field = act_set_field,
                                 .enable = act_enable,
                                 .console = act_console,
                                 .picture = act_picture,
                                 .lanes = act_lanes };
}
