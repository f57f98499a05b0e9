#include "chaos.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#define THREADS_MAX 64

struct chaos {
    orr_scheduler scheduler;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    pthread_t threads[THREADS_MAX];
    uint32_t workers[THREADS_MAX]; /* the worker number of each thread in this call */
    uint32_t thread_count, thread_next;
    uint64_t random; /* state of splitmix64 */
    void (*task)(void *task_context, uint32_t index, uint32_t worker);
    void *task_context;
    uint32_t *order; /* indices of this call, shuffled */
    uint32_t count, next, finished;
    uint64_t ran;
    bool stop;
};

/* Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014). */
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void shuffle(uint32_t *items, uint32_t count, uint64_t *random)
{
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t j = (uint32_t)(random_next(random) % (i + 1u));
        items[i] = items[j];
        items[j] = i;
    }
}

/* Mostly nothing, sometimes a yield or some microseconds of work, seldom real sleep. */
static void delay(uint64_t dice)
{
    const uint64_t kind = dice % 64;
    if (kind < 8) {
        sched_yield();
    } else if (kind < 16) {
        for (volatile uint32_t i = (uint32_t)(dice >> 32) % 4096; i > 0; i--) {}
    } else if (kind == 16) {
        nanosleep(&(struct timespec){ .tv_nsec = (long)((dice >> 32) % 100000) }, NULL);
    }
}

static void *thread_main(void *context)
{
    chaos *c = context;
    pthread_mutex_lock(&c->lock);
    const uint32_t self = c->thread_next++;
    for (;;) {
        while (!c->stop && c->next >= c->count) pthread_cond_wait(&c->changed, &c->lock);
        if (c->stop) break;
        const uint32_t index = c->order[c->next++], worker = c->workers[self];
        const uint64_t dice = random_next(&c->random);
        pthread_mutex_unlock(&c->lock);
        delay(dice);
        c->task(c->task_context, index, worker);
        delay(dice * 0x9e3779b97f4a7c15u);
        pthread_mutex_lock(&c->lock);
        c->ran++;
        if (++c->finished == c->count) pthread_cond_broadcast(&c->changed);
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

static void parallel_for(void *context, uint32_t count,
                         void (*task)(void *task_context, uint32_t index, uint32_t worker), void *task_context)
{
    chaos *c = context;
    uint32_t *order = malloc((count > 0 ? count : 1) * sizeof *order);
    if (!order) abort();
    pthread_mutex_lock(&c->lock);
    shuffle(order, count, &c->random);
    shuffle(c->workers, c->thread_count, &c->random);
    c->task = task;
    c->task_context = task_context;
    c->order = order;
    c->next = c->finished = 0;
    c->count = count;
    pthread_cond_broadcast(&c->changed);
    while (c->finished < count) pthread_cond_wait(&c->changed, &c->lock);
    c->count = c->next = 0;
    pthread_mutex_unlock(&c->lock);
    free(order);
}

chaos *chaos_create(uint32_t threads, uint64_t seed)
{
    chaos *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->changed, NULL);
    c->random = seed;
    while (c->thread_count < threads && c->thread_count < THREADS_MAX) {
        if (pthread_create(&c->threads[c->thread_count], NULL, thread_main, c) != 0) break;
        c->thread_count++;
    }
    if (c->thread_count != threads || threads == 0) {
        chaos_destroy(c);
        return NULL;
    }
    c->scheduler = (orr_scheduler){ .context = c, .workers = threads, .parallel_for = parallel_for };
    return c;
}

void chaos_destroy(chaos *c)
{
    if (!c) return;
    pthread_mutex_lock(&c->lock);
    c->stop = true;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->lock);
    for (uint32_t i = 0; i < c->thread_count; i++) pthread_join(c->threads[i], NULL);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

const orr_scheduler *chaos_scheduler(const chaos *c)
{
    return &c->scheduler;
}

uint64_t chaos_ran(const chaos *c)
{
    return c->ran;
}
