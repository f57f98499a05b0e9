#ifndef ORR__POOL_H
#define ORR__POOL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Who does the work, not which work: calls a function once for each index below a count, on several threads. The
 * calling thread works too and is worker 0. Knows nothing of rows, systems or Lua.
 *
 * What it promises: each index once; no two calls at the same time with the same worker number; everything the caller
 * wrote before run or add is seen by the function, everything the function wrote is seen after run or close. Which
 * worker gets which index, and when, is left to chance: results may depend on the index only.
 * What it does not: it never reports errors of the function, never stops early, never allocates after creation.
 *
 * One thread owns a pool: create, run, open, close, finish, hush and destroy come from it alone. Its helpers block all signals, and
 * as long as there are processors enough they are kept off the one the owner runs on.
 */

struct orr__alloc;
struct orr__thread;
struct orr_scheduler;

/* More threads than this are not started. */
#define ORR__POOL_WORKERS_MAX 256u

/* index below the count given; worker below orr__pool_workers. It must not use the pool, but for orr__pool_add and
 * orr__pool_ring; worker 0 may call orr__pool_run. */
typedef void (*orr__pool_function)(void *context, uint32_t index, uint32_t worker);

typedef struct orr__pool orr__pool;

/*
 * threads: workers in all, the caller included; 0 and 1 start no thread and run everything on the caller, in order;
 * ORR_THREADS_ALL: one for each processor.
 * With an embedder's scheduler (copied; its context must outlive the pool) `threads` is ignored and no thread is
 * started: worker numbers are the scheduler's, and the caller need not be worker 0.
 *
 * NULL with the error set: no memory, or a scheduler without workers or function. Threads that the system refuses are
 * no failure: the pool runs with those it got. Then orr__pool_workers is below orr__pool_wanted, the reason is the
 * thread's error text, and the owner decides how to tell.
 */
orr__pool *orr__pool_create(struct orr__alloc *alloc, const struct orr_scheduler *embedder, uint32_t threads);

/* The same with another way to start a thread (orr__thread_start): by it tests refuse the n-th one. */
typedef int32_t (*orr__pool_starter)(struct orr__thread *thread, void (*run)(void *context), void *context,
                                     const char *name, size_t stack_bytes);
orr__pool *orr__pool_create_with(struct orr__alloc *alloc, const struct orr_scheduler *embedder, uint32_t threads,
                                 orr__pool_starter starter);

/* Closes an open list, ends the threads. NULL allowed. */
void orr__pool_destroy(orr__pool *pool);

/* Worker numbers are below this: at least 1, constant for the pool's life. Size per-worker storage by it. */
uint32_t orr__pool_workers(const orr__pool *pool);

/* The workers that were asked for, at least 1. */
uint32_t orr__pool_wanted(const orr__pool *pool);

/*
 * Calls function for 0 .. count - 1 and returns when all are done. With one worker, fewer than two indices, or while a
 * list is open, the caller does all of it, in order, as worker 0.
 * Cost of sharing: about 0.3 us back to back, 3 to 9 us when the helpers sleep (they do after 0.4 ms without work), so
 * give work below about 20 us to one worker, and make an index worth 3 us or more.
 */
void orr__pool_run(orr__pool *pool, uint32_t count, orr__pool_function function, void *context);

/*
 * The same for a list that grows while it is worked on: helpers run what has been added, the owner does what it likes
 * in between and helps when it likes. False when the pool has no threads of its own (one worker, or an embedder's
 * scheduler): use orr__pool_run. One list at a time; context must live until the close.
 */
bool orr__pool_open(orr__pool *pool, orr__pool_function function, void *context);

/* Adds `count` indices after those that were added before, at most 2^32 - 1 in all. Owner (worker 0), or
 * from within a function that is being run; one call at a time. What the caller wrote before is seen by the functions. */
void orr__pool_add(orr__pool *pool, uint32_t count, uint32_t worker);

/* Owner: runs one index that nobody has taken; false when there is none. */
bool orr__pool_help(orr__pool *pool);

/* Owner: returns when there is an index to take, or `until` holds. Who makes it hold does so by sequentially consistent
 * stores and then calls orr__pool_ring, from any function that is being run. */
void orr__pool_wait(orr__pool *pool, bool (*until)(void *context), void *context);
void orr__pool_ring(orr__pool *pool);

/* Owner: takes what nobody has taken, waits for what is being worked on, ends the list. Nothing when none is open. */
void orr__pool_close(orr__pool *pool);

/*
 * Work in the background: helpers take it when the list has nothing for them, also while none is open. Who gave it
 * finishes it when it is needed, which is also how it is done when there are no helpers. The memory is the caller's,
 * from the post to the return of finish, or of destroy.
 */
typedef struct orr__pool_job {
    orr__pool_function function; /* for 0 .. count - 1 */
    void *context;
    uint32_t count;
    struct orr__pool_job *after; /* begun only when that one is done; NULL: at once */
    /* the pool's own, zero at first */
    struct orr__pool_job *link, *follower;
    uint32_t next; /* index that is taken next */
    bool listed, blocked;
    _Atomic uint32_t unfinished;
} orr__pool_job;

/* Owner (worker 0), or from within a function that is being run; one call at a time. */
void orr__pool_post(orr__pool *pool, orr__pool_job *job, uint32_t worker);
/* Owner, no list being open: runs what nobody has begun. What `after` names must be finished before. */
void orr__pool_catch_up(orr__pool *pool, orr__pool_job *job);
/* The same, and waits for what is being worked on. */
void orr__pool_finish(orr__pool *pool, orr__pool_job *job);
/* Owner: returns when nobody works in the background; nothing there is begun until the resume, but by finish. */
void orr__pool_hush(orr__pool *pool);
void orr__pool_resume(orr__pool *pool);

#endif
