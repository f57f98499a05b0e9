#include "view/actions.h"

#include "base/error.h"
#include "sim/sim.h"
#include "view/drive.h"

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

/* ---- in the world: input, which is a part of the run ---- */

static void act_set_param(void *context, orr_param param, double value)
{
    orr__drive_input(context, &(orr_input){ .kind = ORR_INPUT_PARAM, .target = param, .value = { .f64 = value } });
}

static void act_set_field(void *context, orr_entity entity, orr_field field, orr_value value)
{
    orr__drive_input(context, &(orr_input){ .kind = ORR_INPUT_EDIT, .entity = entity, .field = field, .value = value });
}

static void act_enable(void *context, orr_system system, bool enabled)
{
    orr__drive_input(context,
                     &(orr_input){ .kind = ORR_INPUT_ENABLE, .target = system, .value = { .boolean = enabled } });
}

static void act_console(void *context, const char *text)
{
    orr__drive_input(context, &(orr_input){ .kind = ORR_INPUT_TEXT, .text = text });
}

/* ---- what is looked at: changes nothing ---- */

typedef struct look {
    orr_entity entity;
    bool on;
    char text[ORR__SOUGHT_BYTES];
} look;

static void do_inspect(orr_world *world, void *context)
{
    look *what = context;
    orr__report_inspect(world, what->entity);
    orr__alloc_free(&world->alloc, what, sizeof *what);
}

static void do_seek(orr_world *world, void *context)
{
    look *what = context;
    orr__report_seek(world, what->text);
    orr__alloc_free(&world->alloc, what, sizeof *what);
}

static void do_lanes(orr_world *world, void *context)
{
    look *what = context;
    if (orr__lanes_watch(world, what->on) != ORR_OK) orr__sim_log(world, 1, "%s", orr__error_text());
    orr__alloc_free(&world->alloc, what, sizeof *what);
}

static void post(orr__window *window, orr_post_function *function, look what)
{
    if (window->restart.active) return;
    orr__alloc *alloc = &window->world->alloc;
    look *copy = orr__alloc_new(alloc, sizeof *copy, 0);
    if (!copy) {
        orr__window_notice(window, orr__error_text());
        return;
    }
    *copy = what;
    if (!orr__drive_post(window, function, copy)) orr__alloc_free(alloc, copy, sizeof *copy);
}

static void act_inspect(void *context, orr_entity entity)
{
    post(context, do_inspect, (look){ .entity = entity });
}

static void act_seek(void *context, const char *text)
{
    look what = { 0 };
    orr__text_copy(what.text, sizeof what.text, text);
    post(context, do_seek, what);
}

static void act_lanes(void *context, bool on)
{
    post(context, do_lanes, (look){ .on = on });
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
                                 .seek = act_seek,
                                 .set_param = act_set_param,
                                 .set_field = act_set_field,
                                 .enable = act_enable,
                                 .console = act_console,
                                 .picture = act_picture,
                                 .lanes = act_lanes };
}
