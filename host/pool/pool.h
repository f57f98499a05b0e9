#ifndef ORR__POOL_H
#define ORR__POOL_H

#include <stddef.h>
#include <stdint.h>

/*
 * Who does the work, not which work: calls a function once for each index below a count, on several threads. The
 * calling thread works too and is worker 0. Knows nothing of rows, systems or Lua.
 *
 * What it promises: each index once; no two calls at the same time with the same worker number; everything the caller
 * wrote before run or start is seen by the function, everything the function wrote is seen after run or join. Which
 * worker gets which index, and when, is left to chance: results may depend on the index only.
 * What it does not: it never reports errors of the function, never stops early, never allocates after creation.
 *
 * One thread owns a pool: create, run, start, join and destroy come from it alone. Its helpers block all signals, and
 * as long as there are processors enough they are kept off the one the owner runs on.
 */

struct orr__alloc;
struct orr__thread;
struct orr_scheduler;

/* More threads than this are not started. */
#define ORR__POOL_WORKERS_MAX 256u

/* index below the count given; worker below orr__pool_workers. It must not use the pool, unless worker 0 calls run. */
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

/* Joins what was started, ends the threads. NULL allowed. */
void orr__pool_destroy(orr__pool *pool);

/* Worker numbers are below this: at least 1, constant for the pool's life. Size per-worker storage by it. */
uint32_t orr__pool_workers(const orr__pool *pool);

/* The workers that were asked for, at least 1. */
uint32_t orr__pool_wanted(const orr__pool *pool);

/*
 * Calls function for 0 .. count - 1 and returns when all are done. at_most_workers limits how many threads take part,
 * 0 stands for all. With one worker, fewer than two indices, or between start and join, the caller does all of it, in
 * order, as worker 0.
 * Cost of sharing: about 0.5 us back to back, 3 to 9 us when the helpers sleep (they do after 0.4 ms without work), so
 * give work below about 20 us to one worker, and make an index worth 3 us or more.
 */
void orr__pool_run(orr__pool *pool, uint32_t count, uint32_t at_most_workers, orr__pool_function function,
                   void *context);

/*
 * The same in two halves: helpers begin while the caller does something else. join: the caller takes what nobody has
 * taken yet, then waits only for indices that are being worked on. context must live until then. One start at a time;
 * join without start does nothing. The caller counts as a worker: at_most_workers 1 leaves everything to the join, and
 * so does an embedder's scheduler.
 */
void orr__pool_start(orr__pool *pool, uint32_t count, uint32_t at_most_workers, orr__pool_function function,
                     void *context);
void orr__pool_join(orr__pool *pool);

#endif
