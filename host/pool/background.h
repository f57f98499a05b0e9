#ifndef ORR__POOL_BACKGROUND_H
#define ORR__POOL_BACKGROUND_H

#include "pool/pool.h"

/*
 * What a pool's helpers do when nothing is open: a list of jobs under a lock, for their indices are long pieces of
 * work. Who waits for what, and who is woken, is the pool's business.
 *
 *     add ──> [job 0 | next 3 of 8] ──> [job 1 | blocked: after job 0] ──> [job 2 | next 0 of 4]
 *                  ^ helpers take the first index that is not blocked           ^ its owner takes of a job that is due
 *
 * `open` counts what helpers may take; sequentially consistent, like the pool's ticket, for those who go to sleep. A
 * job leaves the list when its last index is taken, and is its owner's again when `unfinished` is 0.
 */
typedef struct orr__background {
    atomic_flag lock;
    _Atomic uint32_t open;
    _Atomic uint32_t hushed; /* helpers take nothing */
    _Atomic uint32_t at_it;  /* helpers that are in a job */
    orr__pool_job *first, *last;
} orr__background;

void orr__background_init(orr__background *background);

/* Whether helpers may take something. */
static inline bool orr__background_calls(orr__background *background)
{
    return atomic_load(&background->open) > 0 && !atomic_load(&background->hushed);
}

/* `listed`: there are helpers; else it waits for its owner alone. */
void orr__background_add(orr__background *background, orr__pool_job *job, bool listed);
/* A helper's next index; NULL: there is none. It is at it until left. */
orr__pool_job *orr__background_take(orr__background *background, uint32_t *index);
/* The owner's; false: all are taken. */
bool orr__background_take_of(orr__background *background, orr__pool_job *job, uint32_t *index);
/* An index that was taken has been run. */
void orr__background_done(orr__background *background, orr__pool_job *job);
void orr__background_hush(orr__background *background, bool hushed);

#endif
