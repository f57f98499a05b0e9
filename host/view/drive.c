#include "view/drive.h"

#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "base/os.h"
#include "sim/sim.h"

enum { READERS = 3, PATIENCE_MS = 500 };
#define TICKS_PER_SECOND 60.0
#define STATES_MOST 120.0
#define STATES_LEAST 10.0
#define LATE_NS 3000000000u

static double pace_of(const orr__window *window)
{
    return window->speed < 0 ? 0 : TICKS_PER_SECOND * window->speed;
}

static int32_t let_run(orr__window *window)
{
    const orr_free_desc desc = { .ticks_per_second = pace_of(window),
                                 .ticks = window->desc.ticks,
                                 .states_per_second = window->states_per_second,
                                 .paused = window->paused };
    if (window->desc.lockstep) return ORR_OK;
    const int32_t code = orr_world_run_free(window->world, &desc);
    window->runs = code == ORR_OK;
    return code;
}

static void failed(orr__window *window, int32_t code, const char *text)
{
    window->code = code;
    window->resumes = window->resumes || !window->paused;
    window->paused = true;
    snprintf(window->error, sizeof window->error, "%s", text);
}

/* ---- run, pause, step ---- */

/* Goes on, also after a tick that failed. */
static void resume(orr__window *window)
{
    window->code = ORR_OK;
    window->error[0] = '\0';
    if (window->runs)
        (void)orr_world_resume(window->world);
    else if (let_run(window) != ORR_OK)
        failed(window, orr__error_code(), orr__error_text());
}

void orr__window_pause(orr__window *window, bool paused)
{
    window->paused = paused;
    window->resumes = false;
    if (window->restart.active) return; /* the new one begins so */
    if (!paused)
        resume(window);
    else if (window->runs)
        (void)orr_world_pause(window->world);
}

static void step_once(orr_world *world, void *context)
{
    orr__window *window = context;
    if (orr_world_step(world, 1) == ORR_OK) return;
    window->step_code = orr__error_code();
    snprintf(window->step_text, sizeof window->step_text, "%s", orr__error_text());
    atomic_store(&window->step_failed, true);
}

void orr__window_step(orr__window *window)
{
    orr__window_pause(window, true);
    window->code = ORR_OK;
    window->error[0] = '\0';
    (void)orr__drive_post(window, step_once, window);
}

void orr__window_speed(orr__window *window, double speed)
{
    window->speed = speed;
    if (window->runs) (void)orr_world_pace(window->world, pace_of(window));
}

/* ---- what is to be done in the world ---- */

/* A world that does not run publishes by itself nothing. */
static void publish(orr__window *window)
{
    if (!window->runs && orr_world_step(window->world, 0) != ORR_OK)
        failed(window, orr__error_code(), orr__error_text());
}

bool orr__drive_post(orr__window *window, orr_post_function *function, void *context)
{
    if (window->restart.active) return false;
    if (orr_world_post(window->world, function, context) != ORR_OK) {
        orr__window_notice(window, orr__error_text());
        return false;
    }
    publish(window);
    return true;
}

void orr__drive_input(orr__window *window, const orr_input *input)
{
    if (window->restart.active) return;
    if (orr_world_input(window->world, input) != ORR_OK) {
        orr__window_notice(window, orr__error_text());
        orr__sim_log(window->world, 2, "%s", orr__error_text());
    }
    if (input->kind >= ORR_INPUT_PARAM) publish(window);
}

static void take_pace_of_states(orr_world *world, void *context)
{
    const orr__window *window = context;
    world->sim->free.state_ns = (uint64_t)(1e9 / window->states_per_second);
}

/* Twice as many as pictures, so that no picture waits for one: more would be copied for nobody. */
void orr__drive_states(orr__window *window)
{
    const double rate = fmin(fmax(2 * ceil(window->frames_per_second / 10) * 10, STATES_LEAST), STATES_MOST);
    if (rate == window->states_per_second || !window->runs) return;
    window->states_per_second = rate;
    if (orr__free_ask(window->world, take_pace_of_states, window) != ORR_OK) orr__error_clear();
}

void orr__drive_watch(orr__window *window)
{
    orr_free_status status = { 0 };
    char text[256];
    const uint64_t now = orr__clock_ns();
    if (!window->runs || orr_world_free_status(window->world, &status) != ORR_OK || status.tick != window->late_tick ||
        status.state != ORR_FREE_RUNNING) {
        window->late_tick = status.tick;
        window->late_ns = now;
        return;
    }
    const char *name = orr_world_running(window->world);
    if (now - window->late_ns < LATE_NS || !*name) return;
    snprintf(text, sizeof text, "system '%s' has been running for %.0f s (an endless loop? --guard makes it an error)",
             name, (double)(now - window->late_ns) * 1e-9);
    orr__window_notice(window, text);
}

/* ---- the end of a world, another one ---- */

static void take_end(orr__window *window)
{
    orr_free_status status;
    if (atomic_exchange(&window->step_failed, false)) failed(window, window->step_code, window->step_text);
    if (!window->runs || orr_world_free_status(window->world, &status) != ORR_OK) return;
    if (status.state != ORR_FREE_ENDED) return;
    window->runs = false;
    const int32_t code = orr_world_stop(window->world);
    if (code != ORR_OK && code != ORR_E_INTERRUPTED)
        failed(window, code, orr__error_text());
    else
        window->over = true;
}

static void step_along(orr__window *window)
{
    if (!window->desc.lockstep || window->paused) return;
    const int32_t code = orr_world_step(window->world, 1);
    if (code != ORR_OK) failed(window, code, orr__error_text());
    if (window->desc.ticks && orr_world_tick(window->world) >= window->desc.ticks) window->over = true;
}

static void enter(orr__window *window)
{
    window->seed = orr_world_seed(window->world);
    window->console = window->world->sim->gestures.console != NULL;
    window->late_tick = 0;
    window->late_ns = orr__clock_ns();
    window->tend = (orr__tend){
        .host = &window->desc.host, .world = window->world, .readers = READERS, .version = window->show->version
    };
}

static void take_restart(orr__window *window)
{
    orr__restart *restart = &window->restart;
    if (!orr__restart_take(restart)) return;
    window->world = restart->world;
    window->show = restart->show;
    if (restart->show) enter(window);
    if (restart->replaced) {
        window->code = ORR_OK;
        window->error[0] = '\0';
        window->moved = window->moved && window->fitted;
        window->paused = window->paused && !window->resumes;
        window->resumes = false;
    }
    if (restart->code != ORR_OK)
        failed(window, restart->code, restart->text);
    else
        orr__window_notice(window, "");
    if (restart->show && let_run(window) != ORR_OK) failed(window, orr__error_code(), orr__error_text());
}

void orr__window_restart(orr__window *window, bool same_seed)
{
    orr__restart *restart = &window->restart;
    if (!window->desc.host.restart || restart->active) return;
    orr__show *fresh = orr__tend_take(&window->tend) ? window->tend.fresh : NULL;
    restart->host = &window->desc.host;
    restart->readers = READERS;
    restart->seed = window->seed + (same_seed ? 0 : 1);
    restart->world = window->world;
    restart->tend = &window->tend;
    restart->show = window->show;
    restart->fresh = fresh;
    if (window->state) orr_mailbox_release(window->show->mailbox, window->state);
    window->state = NULL;
    window->drawn_show = NULL;
    if (orr__restart_begin(restart) != ORR_OK) {
        orr__window_notice(window, orr__error_text());
        return;
    }
    window->show = NULL;
    window->runs = false;
    window->followed = 0;
    orr__window_notice(window, "restarting");
}

void orr__drive_turn(orr__window *window)
{
    take_restart(window);
    if (window->restart.active) return;
    take_end(window);
    step_along(window);
}

bool orr__drive_never_began(const orr__window *window)
{
    orr_free_status status;
    return window->code != ORR_OK && window->desc.host.restart &&
           orr_world_free_status(window->world, &status) == ORR_OK && status.tick == 0;
}

/* Startup is done on the world's thread: most are over at once, and who takes longer is not waited for. */
static void await_first(orr__window *window)
{
    for (int waited = 0; waited < PATIENCE_MS; waited++) {
        orr_free_status status;
        if (orr_mailbox_sequence(window->show->mailbox) != 0) return;
        if (orr_world_free_status(window->world, &status) != ORR_OK || status.state == ORR_FREE_ENDED) return;
        orr__sleep_ns(1000000);
    }
    orr__window_notice(window, "starting");
}

int32_t orr__drive_begin(orr__window *window)
{
    window->states_per_second = STATES_MOST;
    window->show = orr__show_open(window->world, READERS);
    if (!window->show) return orr__error_code();
    enter(window);
    /* a world that has begun publishes nothing when it goes on: it may be paused */
    const bool here = window->desc.lockstep || window->world->sim->started;
    if (here && orr_world_step(window->world, 0) != ORR_OK) failed(window, orr__error_code(), orr__error_text());
    const int32_t code = let_run(window);
    if (window->runs) await_first(window);
    return code;
}

int32_t orr__drive_end(orr__window *window)
{
    int32_t code = window->code;
    if (orr__restart_wait(&window->restart)) {
        window->world = window->restart.world;
        window->show = window->restart.show;
    }
    if (window->runs) code = orr_world_stop(window->world);
    if (code == ORR_E_INTERRUPTED) code = ORR_OK; /* somebody wants the end */
    window->runs = false;
    if (orr__tend_take(&window->tend)) orr__show_close(window->tend.fresh); /* posted calls were all made */
    if (window->state) orr_mailbox_release(window->show->mailbox, window->state);
    orr__show_close(window->show);
    window->state = NULL;
    window->show = NULL;
    return code;
}
