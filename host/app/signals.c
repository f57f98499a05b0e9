/* Signal handlers have no argument, so this file keeps the process's only state at file scope. The handler does what
 * is safe in a handler: it sets flags, posts a semaphore, writes, ends the process. */
#include "app/signals.h"

#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "base/error.h"
#include "base/os.h"

/* How long a tick may go on after Ctrl-C before the watchdog speaks up. */
enum { GRACE_MS = 2000 };

static struct {
    _Atomic(orr_world *) world;
    atomic_bool watching;
    bool watched; /* there is such a thread: where none can be had, a run goes on without */
    atomic_int asked;
    sem_t wake;
    orr__thread watchdog;
} state;

static void end_at_once(void)
{
    static const char text[] = "\norrery: ended at once\n";
    const ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written; /* nothing can be done about it here */
    _exit(ORR__EXIT_INTERRUPTED);
}

static void on_signal(int number)
{
    (void)number;
    if (atomic_fetch_add(&state.asked, 1) > 0) end_at_once();
    orr_world *world = atomic_load(&state.world);
    if (world) orr_world_interrupt(world);
    sem_post(&state.wake);
}

static void say_what_hangs(const char *system)
{
    static const char advice[] = "the run is broken off (--guard makes an endless loop an error)";
    if (*system)
        fprintf(stderr, "\norrery: system '%s' does not end: %s\n", system, advice);
    else
        fprintf(stderr, "\norrery: the script does not end: %s\n", advice);
}

static void watch(void *context)
{
    (void)context;
    while (sem_wait(&state.wake) != 0) continue; /* woken by Ctrl-C, by the end of a window, or of all */
    for (int waited = 0; waited < GRACE_MS && atomic_load(&state.watching); waited += 10) orr__sleep_ns(10000000);
    if (!atomic_load(&state.watching)) return;
    orr_world *world = atomic_load(&state.world);
    say_what_hangs(world ? orr_world_running(world) : "");
    _exit(orr__signals_asked() ? ORR__EXIT_INTERRUPTED : ORR__EXIT_SIMULATION);
}

int32_t orr__signals_begin(void)
{
    if (sem_init(&state.wake, 0, 0) != 0) return orr__fail(ORR_E_THREAD, "no semaphore for Ctrl-C can be made");
    atomic_store(&state.watching, true);
    state.watched = orr__thread_start(&state.watchdog, watch, NULL, "watchdog", 0) == ORR_OK;
    orr__error_clear();
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return ORR_OK;
}

void orr__signals_world(orr_world *world)
{
    atomic_store(&state.world, world);
}

void orr__signals_hurry(void)
{
    sem_post(&state.wake);
}

void orr__signals_end(void)
{
    atomic_store(&state.watching, false);
    sem_post(&state.wake);
    if (state.watched) orr__thread_join(&state.watchdog);
}

bool orr__signals_asked(void)
{
    return atomic_load(&state.asked) > 0;
}
