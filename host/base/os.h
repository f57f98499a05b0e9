#ifndef ORR__BASE_OS_H
#define ORR__BASE_OS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The only unit that asks the operating system for anything: threads, parking, clock, processors, files, dynamic
 * libraries, the floating-point environment. Error texts say what was tried, with which path, and the system's reason.
 */

struct orr__alloc;

/* ---- threads ---- */

typedef struct orr__thread {
    pthread_t handle;
    void (*run)(void *context);
    void *context;
    bool started;
} orr__thread;

/*
 * The struct must stay where it is until the join. Threads block all signals, so that those of the process arrive
 * where the embedder expects them. name (at most 15 bytes are shown by debuggers) may be NULL. stack_bytes 0: the
 * system's default. ORR_E_THREAD when the system has no more threads to give.
 */
int32_t orr__thread_start(orr__thread *thread, void (*run)(void *context), void *context, const char *name,
                          size_t stack_bytes);

/* Waits for its end; nothing when it was never started. */
void orr__thread_join(orr__thread *thread);

/* A number of the calling thread, never 0; another thread may have it once this one has been joined. */
uintptr_t orr__thread_self(void);

/* Gives the rest of the time slice away. */
void orr__thread_yield(void);

/*
 * Advice: that thread may run on every processor the caller may run on but this one. Nothing happens where that leaves
 * none, or where the system cannot do it. The thread must not have ended.
 */
void orr__thread_keep_off(orr__thread *thread, uint32_t processor);

/* Sleeps at least that long. */
void orr__sleep_ns(uint64_t nanoseconds);

/* Hint in a spin loop that nothing happens yet: about 5 to 50 ns. */
static inline void orr__pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield" ::: "memory");
#else
    atomic_signal_fence(memory_order_seq_cst);
#endif
}

#define ORR__FOREVER UINT64_MAX

/*
 * Parks until the word may differ from `expected` or the time is over. May return early without a reason: callers
 * check again in a loop. False only when the time was over. Change the word first, then wake.
 */
bool orr__park(_Atomic uint32_t *word, uint32_t expected, uint64_t timeout_ns);
void orr__unpark_one(_Atomic uint32_t *word);
void orr__unpark_all(_Atomic uint32_t *word);

/* ---- clock, processors, environment ---- */

/* Monotonic, nanoseconds from an arbitrary point; about 20 to 40 ns a call. */
uint64_t orr__clock_ns(void);

/* Processors this process may run on (affinity respected), at least 1. */
uint32_t orr__cpu_count(void);

/* Bytes that this process can take without pushing others out, as far as the system tells (what is available, and on
 * Linux the limit of a container); 0: not known. Reads files: some 50 us. */
uint64_t orr__memory_available(void);

/* What a control group's folder says is left of its limit, UINT64_MAX without one. Copies of files are not counted as
 * used: they make way (Linux, Documentation/admin-guide/cgroup-v2.rst). */
uint64_t orr__memory_left(const char *folder);

/* The processor the calling thread is on at this moment, UINT32_MAX where the system does not tell. */
uint32_t orr__cpu_current(void);

/*
 * Control bits of the calling thread's floating-point unit: rounding, denormals, exception masks, without the sticky
 * flags. Equal values mean equal arithmetic. A shared object built with fast-math flags changes them when loaded.
 */
uint32_t orr__fpu_state(void);
void orr__fpu_restore(uint32_t state);

/* Whether a stream (0, 1, 2) is a terminal that understands colour and carriage returns. */
bool orr__is_terminal(int32_t stream);

/* ---- files ---- */

/*
 * Reads a whole file. *text is allocated with bytes + 1 bytes and ends with a zero; release it with
 * orr__alloc_free(alloc, text, bytes + 1). ORR_E_FILE for what cannot be opened or read, and for folders; ORR_E_LIMIT
 * past 4 GiB. On failure *text is NULL and *bytes 0.
 */
int32_t orr__file_read(struct orr__alloc *alloc, const char *path, char **text, size_t *bytes);

/* Whether something that can be read is at this path. */
bool orr__file_exists(const char *path);

/* By which one sees that a file was saved, also by a rename: two are equal as long as it was not. All 0: not there. */
typedef struct orr__file_stamp {
    uint64_t device, inode, bytes;
    int64_t modified_ns, changed_ns;
} orr__file_stamp;
orr__file_stamp orr__file_stamp_of(const char *path);
/* How long ago by the clock of the system: 0 for what is not there, or for a time to come. */
uint64_t orr__file_age_ns(const orr__file_stamp *stamp);

/*
 * Writing without loss: the new content goes to a file beside the old one, which is replaced by a rename when all of
 * it is on the disk. Whoever reads `path` sees the old content or the new one, never a part.
 *
 *     begin ──> write ... write ──> commit     path has the new content
 *                          └──────> abort      path is as it was, nothing is left behind
 *
 * After a failed write or commit the file is already aborted; abort is allowed then and does nothing.
 */
typedef struct orr__file {
    struct orr__alloc *alloc;
    char *path;
    char *beside; /* the file being written; NULL when nothing is open */
    unsigned char *buffer;
    size_t buffered;
    int descriptor;
} orr__file;

/* A symbolic link at path is followed, so that its target is replaced and not the link. */
int32_t orr__file_begin(orr__file *file, struct orr__alloc *alloc, const char *path);
int32_t orr__file_write(orr__file *file, const void *data, size_t bytes);
/* Writes out, syncs file and folder: up to some 10 ms on a disk. Never inside a tick. */
int32_t orr__file_commit(orr__file *file);
/* Allowed on a zeroed struct. */
void orr__file_abort(orr__file *file);

/* ---- dynamic libraries ---- */

typedef struct orr__library {
    void *handle;
} orr__library;

/*
 * A path without a slash is looked for beside the process's working folder, not in the system's. Refused with
 * ORR_E_FILE: missing, not a library, unresolved symbols, and one that changes the floating-point state (which is put
 * back). Code of the library runs when it is opened.
 */
int32_t orr__library_open(orr__library *library, const char *path);

/* The address of a symbol, or NULL (with ORR_E_NOT_FOUND set). Copy it into a function pointer with memcpy. */
void *orr__library_symbol(const orr__library *library, const char *name);

/* Nothing of it may be in use. Allowed on a zeroed struct. */
void orr__library_close(orr__library *library);

/* `bytes` of zeroed memory from the system, aligned, in huge pages if it has them; both sizes multiples of a page,
 * bytes of the alignment. NULL when it has none, without an error set. */
void *orr__memory_map(size_t bytes, size_t alignment);
void orr__memory_unmap(void *memory, size_t bytes);

#endif
