#include "pool/background.h"

#include "base/error.h"
#include "base/os.h"

static void lock(orr__background *b)
{
    while (atomic_flag_test_and_set_explicit(&b->lock, memory_order_acquire)) orr__thread_yield();
}

static void unlock(orr__background *b)
{
    atomic_flag_clear_explicit(&b->lock, memory_order_release);
}

void orr__background_init(orr__background *b)
{
    atomic_flag_clear(&b->lock);
    atomic_init(&b->open, 0);
    atomic_init(&b->hushed, 0);
    atomic_init(&b->at_it, 0);
    b->first = b->last = NULL;
}

void orr__background_add(orr__background *b, orr__pool_job *job, bool listed)
{
    lock(b);
    job->next = 0;
    job->link = job->follower = NULL;
    job->listed = listed && job->count > 0;
    job->blocked = job->listed && job->after && atomic_load(&job->after->unfinished) > 0;
    atomic_store(&job->unfinished, job->count);
    if (job->blocked) job->after->follower = job;
    if (job->listed) {
        if (b->last)
            b->last->link = job;
        else
            b->first = job;
        b->last = job;
        if (!job->blocked) atomic_fetch_add(&b->open, job->count);
    }
    unlock(b);
}

static void unlist(orr__background *b, orr__pool_job *job)
{
    orr__pool_job **at = &b->first, *before = NULL;
    for (; *at != job; at = &(*at)->link) before = *at;
    *at = job->link;
    if (b->last == job) b->last = before;
    job->listed = false;
}

static uint32_t take(orr__background *b, orr__pool_job *job)
{
    const uint32_t index = job->next++;
    if (!job->listed) return index;
    atomic_fetch_sub(&b->open, 1);
    if (job->next == job->count) unlist(b, job);
    return index;
}

orr__pool_job *orr__background_take(orr__background *b, uint32_t *index)
{
    lock(b);
    orr__pool_job *job = atomic_load(&b->hushed) ? NULL : b->first;
    while (job && job->blocked) job = job->link;
    if (job) {
        *index = take(b, job);
        atomic_fetch_add(&b->at_it, 1);
    }
    unlock(b);
    return job;
}

bool orr__background_take_of(orr__background *b, orr__pool_job *job, uint32_t *index)
{
    lock(b);
    ORR__ASSERT(!job->blocked);
    const bool any = job->next < job->count;
    if (any) *index = take(b, job);
    unlock(b);
    return any;
}

void orr__background_done(orr__background *b, orr__pool_job *job)
{
    lock(b);
    orr__pool_job *follower = atomic_load(&job->unfinished) == 1 ? job->follower : NULL;
    if (follower) {
        job->follower = NULL;
        follower->blocked = false;
        atomic_fetch_add(&b->open, follower->count);
    }
    atomic_fetch_sub(&job->unfinished, 1); /* from here on it is its owner's, who takes the lock once more */
    unlock(b);
}

void orr__background_hush(orr__background *b, bool hushed)
{
    lock(b);
    atomic_store(&b->hushed, hushed);
    unlock(b);
}
