#define _GNU_SOURCE
#include "watchdog.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h> /* says whether it is the GNU library */

/* With WATCHDOG_OF, the name of a program, this is a library to be loaded into that program and no other. */
#ifndef WATCHDOG_OF

#include "orrery.h"

static _Atomic(const struct orr_world *) watched;

void watchdog_watch(const struct orr_world *world)
{
    atomic_store(&watched, world);
}

/* In a release a broken invariant is told to nobody. */
static void invariant_broken(const char *file, int line, const char *what)
{
    fprintf(stderr, "broken invariant: %s (%s:%d)\n", what, file, line);
    abort();
}

__attribute__((constructor)) static void watch_invariants(void)
{
    orr_assert_handler(invariant_broken);
}

#endif

#if defined(__linux__) && defined(__GLIBC__)

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * When time is up the program is lost, so the handler may do what handlers should not. A debugger tells most; where
 * there is none, threads that take signals print their own stacks, and of those that block them (the pool's) the words
 * on the stack that could be return addresses are printed.
 */

enum { FRAMES = 64, STACK_WORDS = 2048 };

static _Atomic int printed;

static void say(const char *text)
{
    const ssize_t written = write(2, text, strlen(text));
    (void)written;
}

/* Function, file and line of the frames that are the program's own, where there is an addr2line. */
static void name_frames(void *const *frames, int count)
{
    static char texts[FRAMES][24];
    char path[64], *arguments[FRAMES + 5] = { "addr2line", "-fpe", path };
    Dl_info self, of;
    int named = 0;
    if (!dladdr(__extension__(void *) name_frames, &self)) return;
    for (int i = 0; i < count && i < FRAMES; i++) {
        if (!dladdr(frames[i], &of) || of.dli_fbase != self.dli_fbase) continue;
        snprintf(texts[named], sizeof texts[named], "%lx",
                 (unsigned long)((char *)frames[i] - (char *)of.dli_fbase) - 1); /* the call, not what follows it */
        arguments[3 + named] = texts[named];
        named++;
    }
    snprintf(path, sizeof path, "/proc/%d/exe", (int)getpid());
    const pid_t child = named ? fork() : -1;
    if (child == 0) {
        dup2(2, 1);
        execvp("addr2line", arguments);
        _exit(127);
    }
    if (child > 0) waitpid(child, NULL, 0);
}

static void print_own(int number)
{
    void *frames[FRAMES];
    (void)number;
    const int count = backtrace(frames, FRAMES);
    backtrace_symbols_fd(frames, count, 2);
    name_frames(frames, count);
    atomic_store(&printed, 1);
}

/* The first bytes of a file of a thread. */
static void read_of(long thread, const char *name, char *text, size_t bytes)
{
    char path[96];
    snprintf(path, sizeof path, "/proc/self/task/%ld/%s", thread, name);
    const int file = open(path, O_RDONLY);
    const ssize_t got = file < 0 ? 0 : read(file, text, bytes - 1);
    text[got > 0 ? got : 0] = '\0';
    if (file >= 0) close(file);
}

static int takes(long thread, int number)
{
    char status[4096];
    read_of(thread, "status", status, sizeof status);
    const char *blocked = strstr(status, "SigBlk:");
    return blocked && !(strtoull(blocked + 7, NULL, 16) >> (number - 1) & 1);
}

/* Where code may be, by /proc/self/maps. */
static int is_code(unsigned long word)
{
    char line[512];
    unsigned long begin, end;
    FILE *maps = fopen("/proc/self/maps", "r");
    int found = 0;
    while (maps && !found && fgets(line, sizeof line, maps))
        found = sscanf(line, "%lx-%lx", &begin, &end) == 2 && strstr(line, " r-xp ") && word >= begin && word < end;
    if (maps) fclose(maps);
    return found;
}

/* "number arguments... stack-pointer program-counter" of a thread that waits in the kernel. */
static void guess_stack(long thread)
{
    char text[512];
    unsigned long stack = 0, at = 0;
    read_of(thread, "syscall", text, sizeof text);
    const char *last = strrchr(text, ' ');
    const char *before = last;
    while (before && before > text && before[-1] != ' ') before--;
    if (!last || sscanf(before, "%lx %lx", &stack, &at) != 2) {
        say("it is running, and blocks signals\n");
        return;
    }
    void *found[24] = { (void *)at };
    int count = 1;
    for (unsigned long i = 0; i < STACK_WORDS && count < 24; i++) {
        if ((stack + i * sizeof(void *)) % 4096 == 0 && i > 512) break; /* the stack may end at a page */
        void *word = ((void **)stack)[i];
        if (is_code((unsigned long)word)) found[count++] = word;
    }
    backtrace_symbols_fd(found, count, 2);
    name_frames(found, count);
}

static void print_thread(long thread, int number)
{
    char text[160], name[32];
    read_of(thread, "comm", name, sizeof name);
    name[strcspn(name, "\n")] = '\0';
    snprintf(text, sizeof text, "-- thread %ld '%s'\n", thread, name);
    say(text);
    if (thread == syscall(SYS_gettid)) {
        print_own(number);
        return;
    }
    atomic_store(&printed, 0);
    if (!takes(thread, number) || syscall(SYS_tgkill, getpid(), thread, number) != 0) {
        guess_stack(thread);
        return;
    }
    for (int i = 0; i < 400 && !atomic_load(&printed); i++) nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
}

static int ask_debugger(void)
{
    char process[24];
    snprintf(process, sizeof process, "%d", (int)getpid());
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    const pid_t child = fork();
    if (child == 0) {
        dup2(2, 1);
        execlp("gdb", "gdb", "-q", "-batch", "-p", process, "-ex", "thread apply all backtrace", (char *)NULL);
        _exit(127);
    }
    int status = 1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

#ifdef WATCHDOG_OF
/* The command itself says so when it is told to end and does not. */
static void tell_system(void)
{
    kill(getpid(), SIGTERM);
    for (int i = 0; i < 600; i++) nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
}
#else
static void tell_system(void)
{
    const struct orr_world *world = atomic_load(&watched);
    if (!world) return;
    say("running: ");
    say(orr_world_running(world));
    say("\n");
}
#endif

static void time_is_up(int number)
{
    (void)number;
    say("\nwatchdog: the test takes too long\n");
    if (!ask_debugger()) {
        DIR *tasks = opendir("/proc/self/task");
        for (const struct dirent *task; tasks && (task = readdir(tasks)) != NULL;) {
            if (task->d_name[0] != '.') print_thread(strtol(task->d_name, NULL, 10), SIGRTMAX - 2);
        }
    }
    tell_system();
    _exit(124);
}

static void handle(int number, void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

__attribute__((constructor)) static void start_watchdog(void)
{
    const char *wanted = getenv("ORRERY_TEST_SECONDS");
    const long seconds = wanted ? strtol(wanted, NULL, 10) : getenv("ORRERY_LONG") ? 7000 : 1170;
    void *frame;
    timer_t timer;
#ifdef WATCHDOG_OF
    if (strcmp(program_invocation_short_name, WATCHDOG_OF) != 0) return;
#endif
    if (seconds <= 0) return;
    (void)backtrace(&frame, 1); /* loads what it needs now */
    handle(SIGRTMAX - 1, time_is_up);
    handle(SIGRTMAX - 2, print_own);
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMAX - 1 };
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return;
    timer_settime(timer, 0, &(struct itimerspec){ .it_value.tv_sec = seconds }, NULL);
}

#endif
