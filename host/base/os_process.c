/* More than POSIX asks for: memfd_create, close_range, secure_getenv, dladdr. */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "base/os_process.h"

#include "base/error.h"
#include "base/os.h"
#include "orrery.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int32_t orr__path_absolute(const char *from, char *path, size_t bytes)
{
    char *real = realpath(from, NULL);
    if (!real) return orr__fail(ORR_E_FILE, "cannot find '%s': %s", from, strerror(errno));
    const int length = snprintf(path, bytes, "%s", real);
    free(real);
    return length < (int)bytes ? ORR_OK : orr__fail(ORR_E_FILE, "the path of '%s' is too long", from);
}

#ifdef __linux__

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef ORR_LIBEXEC_DIR
#define ORR_LIBEXEC_DIR ""
#endif

/* Descriptors that are handed on are kept clear of the numbers that they get in the helper. */
enum { LEAST_DESCRIPTOR = 10 };

bool orr__process_supported(void)
{
    return true;
}

/* ---- shared memory ---- */

int32_t orr__shared_create(orr__shared *shared, size_t bytes)
{
    *shared = (orr__shared){ .descriptor = -1 };
    const int made = memfd_create("orrery", MFD_CLOEXEC);
    const int descriptor = made < 0 ? -1 : fcntl(made, F_DUPFD_CLOEXEC, LEAST_DESCRIPTOR);
    if (made >= 0) close(made);
    void *start = MAP_FAILED;
    if (descriptor >= 0 && ftruncate(descriptor, (off_t)bytes) == 0)
        start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    if (start == MAP_FAILED) {
        const int reason = errno;
        if (descriptor >= 0) close(descriptor);
        return orr__fail(ORR_E_MEMORY, "no memory to share with a helper: %s", strerror(reason));
    }
    *shared = (orr__shared){ .start = start, .bytes = bytes, .descriptor = descriptor };
    return ORR_OK;
}

void orr__shared_release(orr__shared *shared)
{
    if (!shared->start) return;
    (void)munmap(shared->start, shared->bytes);
    close(shared->descriptor);
    *shared = (orr__shared){ .descriptor = -1 };
}

bool orr__shared_park(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns)
{
    const struct timespec timeout = { .tv_sec = (time_t)(timeout_ns / 1000000000u),
                                      .tv_nsec = (long)(timeout_ns % 1000000000u) };
    const long result =
        syscall(SYS_futex, (void *)word, FUTEX_WAIT, expected, timeout_ns == ORR__FOREVER ? NULL : &timeout, NULL, 0);
    return !(result != 0 && errno == ETIMEDOUT);
}

void orr__shared_unpark(_Atomic uint32_t *word)
{
    (void)syscall(SYS_futex, (void *)word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* ---- finding a program ---- */

static bool runs(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode) && access(path, X_OK) == 0;
}

/* In `folder` or in what stands beside it in an installed copy; lib may be lib/x86_64-linux-gnu. */
static bool find_around(const char *folder, const char *name, char *path, size_t bytes)
{
    static const char *const places[] = { "",           "/../libexec/orrery",    "/../bin",
                                          "/../../bin", "/../../libexec/orrery", "/orrery" };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const int length = snprintf(path, bytes, "%s%s/%s", folder, places[i], name);
        if (length < (int)bytes && runs(path)) return true;
    }
    return false;
}

static bool find_beside(const char *file, const char *name, char *path, size_t bytes)
{
    char *real = realpath(file, NULL);
    char *slash = real ? strrchr(real, '/') : NULL;
    if (slash) *slash = '\0';
    const bool found = slash && find_around(real, name, path, bytes);
    free(real);
    return found;
}

int32_t orr__program_find(const char *name, const char *variable, char *path, size_t bytes)
{
    const char *said = secure_getenv(variable);
    if (said && *said) {
        if (runs(said)) return orr__path_absolute(said, path, bytes);
        return orr__fail(ORR_E_FILE, "%s is '%s', which is no program that can be run", variable, said);
    }
    /* the library, or the executable when it is linked statically */
    Dl_info here;
    static const char anchor[] = "";
    if (dladdr(anchor, &here) != 0 && here.dli_fname && find_beside(here.dli_fname, name, path, bytes)) return ORR_OK;
    if (find_beside("/proc/self/exe", name, path, bytes)) return ORR_OK;
    if (ORR_LIBEXEC_DIR[0] && find_around(ORR_LIBEXEC_DIR, name, path, bytes)) return ORR_OK;
    return orr__fail(ORR_E_FILE,
                     "the helper program '%s' is not there: neither beside this program or its library nor %s%s%s"
                     "(the environment variable %s says where it is)",
                     name, ORR_LIBEXEC_DIR[0] ? "in " : "around them ", ORR_LIBEXEC_DIR, ORR_LIBEXEC_DIR[0] ? " " : "",
                     variable);
}

/* ---- starting and ending ---- */

/* Nothing of ours but the two descriptors: not the signals that a thread of a pool blocks, not what is ignored here. A
 * group of its own: what it starts itself is ended with it. */
static int start(pid_t *id, const char *program, int leash, int memory)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&files) != 0) return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return ENOMEM;
    }
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    const short ours = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP;
    char *const arguments[] = { (char *)(uintptr_t)program, NULL };
    int reason = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (reason == 0) reason = posix_spawn_file_actions_adddup2(&files, leash, ORR__CHILD_LEASH);
    if (reason == 0) reason = posix_spawn_file_actions_adddup2(&files, memory, ORR__CHILD_MEMORY);
    if (reason == 0) reason = posix_spawnattr_setsigmask(&attributes, &none);
    if (reason == 0) reason = posix_spawnattr_setsigdefault(&attributes, &all);
    if (reason == 0) reason = posix_spawnattr_setflags(&attributes, ours);
    if (reason == 0) reason = posix_spawn(id, program, &files, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return reason;
}

int32_t orr__process_start(orr__process *process, const char *program, const orr__shared *memory)
{
    *process = (orr__process){ .leash = -1 };
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return orr__fail(ORR_E_FILE, "cannot start '%s': %s", program, strerror(errno));
    const int reading = fcntl(ends[0], F_DUPFD_CLOEXEC, LEAST_DESCRIPTOR);
    int reason = reading < 0 ? errno : 0;
    pid_t id = 0;
    if (reason == 0) reason = start(&id, program, reading, memory->descriptor);
    close(ends[0]);
    if (reading >= 0) close(reading);
    if (reason != 0) {
        close(ends[1]);
        return orr__fail(ORR_E_FILE, "cannot start '%s': %s", program, strerror(reason));
    }
    *process = (orr__process){ .id = id, .leash = ends[1] };
    return ORR_OK;
}

/* strsignal has one buffer for all threads. */
static const char *signal_name(int number)
{
    switch (number) {
    case SIGSEGV: return "Segmentation fault";
    case SIGBUS: return "Bus error";
    case SIGFPE: return "Floating point exception";
    case SIGILL: return "Illegal instruction";
    case SIGABRT: return "Aborted";
    case SIGKILL: return "Killed";
    case SIGTERM: return "Terminated";
    case SIGTRAP: return "Trap";
    case SIGSYS: return "Bad system call";
    default: return "see signal(7)";
    }
}

static void forget(orr__process *process)
{
    if (process->leash >= 0) close(process->leash);
    *process = (orr__process){ .leash = -1 };
}

bool orr__process_ended(orr__process *process, char *how, size_t bytes)
{
    if (process->id == 0) {
        snprintf(how, bytes, "does not run");
        return true;
    }
    const pid_t id = (pid_t)process->id;
    siginfo_t about = { 0 };
    int status = 0;
    pid_t got;
    /* its number stays its own until it is waited for: only then what it has left behind can be ended by that number */
    while ((got = waitid(P_PID, (id_t)id, &about, WEXITED | WNOHANG | WNOWAIT)) < 0 && errno == EINTR) {}
    if (got == 0 && about.si_pid == 0) return false;
    if (got == 0) {
        (void)kill(-id, SIGKILL);
        while ((got = waitpid(id, &status, 0)) < 0 && errno == EINTR) {}
    }
    if (got < 0) /* the embedder reaps every child, or lets the system do it */
        snprintf(how, bytes, "has ended");
    else if (WIFSIGNALED(status))
        snprintf(how, bytes, "crashed with signal %d (%s)", WTERMSIG(status), signal_name(WTERMSIG(status)));
    else
        snprintf(how, bytes, "ended its process with exit code %d", WEXITSTATUS(status));
    forget(process);
    return true;
}

void orr__process_kill(orr__process *process)
{
    char how[64];
    if (process->id == 0 || orr__process_ended(process, how, sizeof how)) return;
    const pid_t id = (pid_t)process->id;
    (void)kill(-id, SIGKILL); /* and itself, should it have left its group */
    (void)kill(id, SIGKILL);
    int status;
    while (waitpid(id, &status, 0) < 0 && errno == EINTR) {}
    forget(process);
}

#else

static int32_t unsupported(void)
{
    return orr__fail(ORR_E_FILE, "helper programs are for Linux");
}

bool orr__process_supported(void)
{
    return false;
}

int32_t orr__shared_create(orr__shared *shared, size_t bytes)
{
    (void)bytes;
    *shared = (orr__shared){ .descriptor = -1 };
    return unsupported();
}

void orr__shared_release(orr__shared *shared)
{
    (void)shared;
}

bool orr__shared_park(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns)
{
    return orr__park(word, expected, timeout_ns);
}

void orr__shared_unpark(_Atomic uint32_t *word)
{
    orr__unpark_one(word);
}

int32_t orr__program_find(const char *name, const char *variable, char *path, size_t bytes)
{
    (void)name, (void)variable, (void)path, (void)bytes;
    return unsupported();
}

int32_t orr__process_start(orr__process *process, const char *program, const orr__shared *memory)
{
    (void)program, (void)memory;
    *process = (orr__process){ .leash = -1 };
    return unsupported();
}

bool orr__process_ended(orr__process *process, char *how, size_t bytes)
{
    (void)process;
    snprintf(how, bytes, "does not run");
    return true;
}

void orr__process_kill(orr__process *process)
{
    (void)process;
}

#endif
