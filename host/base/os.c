/* More than POSIX asks for: affinity and, on Linux, futexes. */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "base/os.h"

#include "base/error.h"
#include "orrery.h"

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#endif

/* ---- threads ---- */

static void *thread_main(void *argument)
{
    orr__thread *thread = argument;
    thread->run(thread->context);
    return NULL;
}

static void thread_name(pthread_t handle, const char *name)
{
#ifdef __linux__
    char shown[16];
    snprintf(shown, sizeof shown, "%s", name);
    (void)pthread_setname_np(handle, shown);
#else
    (void)handle;
    (void)name;
#endif
}

int32_t orr__thread_start(orr__thread *thread, void (*run)(void *context), void *context, const char *name,
                          size_t stack_bytes)
{
    *thread = (orr__thread){ .run = run, .context = context };
    pthread_attr_t attributes;
    int reason = pthread_attr_init(&attributes);
    if (reason == 0) {
        if (stack_bytes != 0) {
            reason = pthread_attr_setstacksize(&attributes, stack_bytes);
        }
        if (reason == 0) {
            // the new thread inherits the mask: the process's signals go elsewhere
            sigset_t all, before;
            sigfillset(&all);
            pthread_sigmask(SIG_SETMASK, &all, &before);
            reason = pthread_create(&thread->handle, &attributes, thread_main, thread);
            pthread_sigmask(SIG_SETMASK, &before, NULL);
        }
        pthread_attr_destroy(&attributes);
    }
    if (reason != 0) {
        return orr__fail(ORR_E_THREAD, "cannot start thread '%s': %s", name ? name : "", strerror(reason));
    }
    thread->started = true;
    if (name) {
        thread_name(thread->handle, name);
    }
    return ORR_OK;
}

void orr__thread_join(orr__thread *thread)
{
    if (thread->started) {
        thread->started = false;
        pthread_join(thread->handle, NULL);
    }
}

uintptr_t orr__thread_self(void)
{
    return (uintptr_t)pthread_self();
}

void orr__thread_yield(void)
{
    sched_yield();
}

void orr__thread_keep_off(orr__thread *thread, uint32_t processor)
{
#ifdef __linux__
    cpu_set_t allowed;
    if (processor >= CPU_SETSIZE || sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return;
    }
    CPU_CLR(processor, &allowed);
    if (CPU_COUNT(&allowed) > 0) {
        (void)pthread_setaffinity_np(thread->handle, sizeof allowed, &allowed);
    }
#else
    (void)thread;
    (void)processor;
#endif
}

static struct timespec timespec_of(uint64_t nanoseconds)
{
    return (struct timespec){ .tv_sec = (time_t)(nanoseconds / 1000000000u),
                              .tv_nsec = (long)(nanoseconds % 1000000000u) };
}

void orr__sleep_ns(uint64_t nanoseconds)
{
    struct timespec left = timespec_of(nanoseconds);
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {}
}

#ifdef __linux__

/* An atomic word is passed to the kernel as what it is in memory: a 32-bit word. */
_Static_assert(sizeof(_Atomic uint32_t) == 4, "futexes are words of 32 bits");

bool orr__park(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns)
{
    const struct timespec timeout = timespec_of(timeout_ns);
    const long result = syscall(SYS_futex, (void *)word, FUTEX_WAIT_PRIVATE, expected,
                                timeout_ns == ORR__FOREVER ? NULL : &timeout, NULL, 0);
    return !(result != 0 && errno == ETIMEDOUT);
}

void orr__unpark_one(_Atomic uint32_t *word)
{
    (void)syscall(SYS_futex, (void *)word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void orr__unpark_all(_Atomic uint32_t *word)
{
    (void)syscall(SYS_futex, (void *)word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

#else

/* Without futexes: naps of 50 us; correct, and only slower to wake. */
bool orr__park(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns)
{
    const uint64_t nap = timeout_ns < 50000 ? timeout_ns : 50000;
    if (atomic_load(word) != expected) {
        return true;
    }
    orr__sleep_ns(nap);
    return atomic_load(word) != expected || timeout_ns > nap;
}

void orr__unpark_one(_Atomic uint32_t *word)
{
    (void)word;
}

void orr__unpark_all(_Atomic uint32_t *word)
{
    (void)word;
}

#endif

/* ---- clock, processors, environment ---- */

uint64_t orr__clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint32_t orr__cpu_count(void)
{
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
        return (uint32_t)CPU_COUNT(&set);
    }
#endif
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (uint32_t)online : 1;
}

/* The number behind `key` in a file of the system; UINT64_MAX: not there. */
static uint64_t number_in(const char *path, const char *key)
{
    char line[128];
    uint64_t number = UINT64_MAX;
    FILE *file = fopen(path, "re");
    while (file && number == UINT64_MAX && fgets(line, sizeof line, file)) {
        unsigned long long found;
        if (strncmp(line, key, strlen(key)) == 0 && sscanf(line + strlen(key), "%llu", &found) == 1) number = found;
    }
    if (file) fclose(file);
    return number;
}

uint64_t orr__memory_left(const char *folder)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/memory.max", folder);
    const uint64_t limit = number_in(path, "");
    snprintf(path, sizeof path, "%s/memory.current", folder);
    const uint64_t used = number_in(path, "");
    if (limit == UINT64_MAX || used == UINT64_MAX) return UINT64_MAX;
    snprintf(path, sizeof path, "%s/memory.stat", folder);
    uint64_t files = 0;
    static const char *const kinds[] = { "active_file ", "inactive_file " };
    for (int i = 0; i < 2; i++) {
        const uint64_t found = number_in(path, kinds[i]);
        if (found != UINT64_MAX) files += found;
    }
    const uint64_t held = used > files ? used - files : 0;
    return held < limit ? limit - held : 0;
}

uint64_t orr__memory_available(void)
{
    uint64_t bytes = number_in("/proc/meminfo", "MemAvailable:");
    bytes = bytes < UINT64_MAX / 1024 ? 1024 * bytes : UINT64_MAX;
    if (bytes == UINT64_MAX) {
        const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
        if (pages <= 0 || page <= 0) return 0;
        bytes = (uint64_t)pages * (uint64_t)page;
    }
    const uint64_t left = orr__memory_left("/sys/fs/cgroup");
    return left < bytes ? left : bytes;
}

uint32_t orr__cpu_current(void)
{
#ifdef __linux__
    const int processor = sched_getcpu();
    return processor < 0 ? UINT32_MAX : (uint32_t)processor;
#else
    return UINT32_MAX;
#endif
}

#if defined(__x86_64__)

static const uint32_t sticky_flags = 0x3F; // of MXCSR

uint32_t orr__fpu_state(void)
{
    return __builtin_ia32_stmxcsr() & ~sticky_flags;
}

void orr__fpu_restore(uint32_t state)
{
    __builtin_ia32_ldmxcsr(state & ~sticky_flags);
}

#elif defined(__aarch64__)

uint32_t orr__fpu_state(void)
{
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    return (uint32_t)control;
}

void orr__fpu_restore(uint32_t state)
{
    const uint64_t control = state;
    __asm__ volatile("msr fpcr, %0" : : "r"(control));
}

#else

uint32_t orr__fpu_state(void)
{
    return 0;
}

void orr__fpu_restore(uint32_t state)
{
    (void)state;
}

#endif

bool orr__is_terminal(int32_t stream)
{
    const char *kind = getenv("TERM");
    return isatty((int)stream) && kind && kind[0] && strcmp(kind, "dumb") != 0;
}

/* ---- dynamic libraries ---- */

static const char *loader_reason(void)
{
    const char *reason = dlerror();
    return reason ? reason : "no reason given";
}

int32_t orr__library_open(orr__library *library, const char *path)
{
    library->handle = NULL;
    char beside[4096];
    const char *from = path;
    if (!strchr(path, '/')) { // the loader would search the system's folders
        if (snprintf(beside, sizeof beside, "./%s", path) >= (int)sizeof beside) {
            return orr__fail(ORR_E_FILE, "cannot load a library: its path is too long");
        }
        from = beside;
    }
    const uint32_t state = orr__fpu_state();
    void *handle = dlopen(from, RTLD_NOW | RTLD_LOCAL);
    const bool changed = orr__fpu_state() != state;
    if (changed) {
        orr__fpu_restore(state);
    }
    if (!handle) {
        return orr__fail(ORR_E_FILE, "cannot load '%s': %s", path, loader_reason());
    }
    if (changed) {
        dlclose(handle);
        orr__fpu_restore(state);
        return orr__fail(ORR_E_ABI,
                         "cannot load '%s': it changes floating-point arithmetic for the whole process "
                         "(linked with -ffast-math or -Ofast?)",
                         path);
    }
    library->handle = handle;
    return ORR_OK;
}

void *orr__library_symbol(const orr__library *library, const char *name)
{
    (void)dlerror();
    void *address = library->handle ? dlsym(library->handle, name) : NULL;
    if (!address) {
        orr__fail(ORR_E_NOT_FOUND, "no symbol '%s': %s", name, loader_reason());
    }
    return address;
}

void orr__library_close(orr__library *library)
{
    if (library->handle) {
        dlclose(library->handle);
        library->handle = NULL;
    }
}

/* ---- memory ---- */

#ifdef __linux__
void *orr__memory_map(size_t bytes, size_t alignment)
{
    char *start = mmap(NULL, bytes + alignment, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) return NULL;
    const size_t before = (size_t)(-(uintptr_t)start & (alignment - 1)), after = alignment - before;
    if (before) (void)munmap(start, before);
    if (after) (void)munmap(start + before + bytes, after);
    (void)madvise(start + before, bytes, MADV_HUGEPAGE); /* without them it works as well */
    return start + before;
}

void orr__memory_unmap(void *memory, size_t bytes)
{
    (void)munmap(memory, bytes);
}
#else
void *orr__memory_map(size_t bytes, size_t alignment)
{
    void *memory = aligned_alloc(alignment, bytes);
    return memory ? memset(memory, 0, bytes) : NULL;
}

void orr__memory_unmap(void *memory, size_t bytes)
{
    (void)bytes;
    free(memory);
}
#endif
