#ifndef ORR__BASE_OS_PROCESS_H
#define ORR__BASE_OS_PROCESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Helper programs and memory that is shared with them. On Linux; elsewhere orr__process_supported is false and the
 * rest refuses with ORR_E_FILE.
 *
 *   this process                         helper (a program started by posix_spawn, never a fork of the embedder)
 *     memory (memfd) ------------------> descriptor ORR__CHILD_MEMORY
 *     leash: the writing end of a pipe > descriptor ORR__CHILD_LEASH, at its end when this process is gone
 *
 * No signal handler is installed and only own children are waited for. Descriptors are closed on exec. The other side
 * is worker/child.h.
 */

enum { ORR__CHILD_LEASH = 3, ORR__CHILD_MEMORY = 4 };

bool orr__process_supported(void);

/* ---- shared memory ---- */

typedef struct orr__shared {
    void *start; /* page aligned, zero at first; NULL: none */
    size_t bytes;
    int descriptor;
} orr__shared;

/* bytes: a multiple of 64 KiB. What is not touched takes no memory. ORR_E_MEMORY. */
int32_t orr__shared_create(orr__shared *shared, size_t bytes);
/* Allowed on a zeroed struct. */
void orr__shared_release(orr__shared *shared);

/* The futexes of os.h between processes: orr__park and orr__unpark_one for words in shared memory. */
bool orr__shared_park(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns);
void orr__shared_unpark(_Atomic uint32_t *word);

/* ---- programs ---- */

typedef struct orr__process {
    int64_t id; /* 0: none */
    int leash;
} orr__process;

/* Looks for a program: what the environment variable says (then nowhere else), beside this library or executable, in
 * bin and libexec/orrery around them, where `make install` puts it. ORR_E_FILE with where it was looked for. */
int32_t orr__program_find(const char *name, const char *variable, char *path, size_t bytes);

/* Starts it with its standard input closed; output and errors go where ours go. About 0.5 ms, whatever the size of
 * this process. ORR_E_FILE. */
int32_t orr__process_start(orr__process *process, const char *program, const orr__shared *memory);

/* Whether it has ended; then it is forgotten, and `how` says "crashed with signal 11 (Segmentation fault)" or the like.
 * What it has started and left behind is ended. True without a process. */
bool orr__process_ended(orr__process *process, char *how, size_t bytes);

/* Ends it at once, with what it has started, and forgets it. Allowed on a zeroed struct. */
void orr__process_kill(orr__process *process);

/* Absolute path of a file that exists, in `path`; ORR_E_FILE. */
int32_t orr__path_absolute(const char *from, char *path, size_t bytes);

#endif
