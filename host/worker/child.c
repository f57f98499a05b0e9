/* More than POSIX asks for: close_range. */
#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "worker/child.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

bool orr__child_attach(orr__shared *shared)
{
    struct stat about;
    *shared = (orr__shared){ .descriptor = ORR__CHILD_MEMORY };
    if (fstat(ORR__CHILD_MEMORY, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size <= 0) return false;
    void *start = mmap(NULL, (size_t)about.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, ORR__CHILD_MEMORY, 0);
    if (start == MAP_FAILED) return false;
#ifdef MADV_DONTFORK
    (void)madvise(start, (size_t)about.st_size, MADV_DONTFORK); /* a process that a job forks answers nobody */
#endif
    shared->start = start;
    shared->bytes = (size_t)about.st_size;
    return true;
}

void orr__child_settle(void)
{
    /* also those that a sanitizer handles, so that a crash looks the same in every build */
    static const int as_ever[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    struct sigaction action = { .sa_handler = SIG_DFL };
    for (size_t i = 0; i < sizeof as_ever / sizeof as_ever[0]; i++) (void)sigaction(as_ever[i], &action, NULL);
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGQUIT, &action, NULL);
#ifdef SYS_close_range
    (void)syscall(SYS_close_range, (unsigned)ORR__CHILD_MEMORY + 1, UINT_MAX, 0u);
#endif
}

void orr__child_guard(void *start, size_t bytes)
{
    (void)mprotect(start, bytes, PROT_NONE);
}

void orr__child_watch(void)
{
    char nothing;
    ssize_t got;
    do {
        got = read(ORR__CHILD_LEASH, &nothing, 1);
    } while (got > 0 || (got < 0 && errno == EINTR));
    if (getpgrp() == getpid()) (void)kill(0, SIGKILL);
}
