#ifndef TESTS_CHAOS_H
#define TESTS_CHAOS_H

#include "orrery.h"

#include <stdint.h>

/*
 * A scheduler as an embedder might plug in, made to be unkind: it runs the indices of each call in random order on
 * threads of its own, with random small delays, and hands the worker numbers out anew for each call. What depends on
 * order, on the thread or on the worker number shows here. The same seed gives the same order and the same delays; what
 * the threads make of it is theirs.
 */
typedef struct chaos chaos;

/* threads: 1 to 64. NULL when threads or memory are short. */
chaos *chaos_create(uint32_t threads, uint64_t seed);
void chaos_destroy(chaos *c);

/* Valid until chaos_destroy. */
const orr_scheduler *chaos_scheduler(const chaos *c);

/* Indices run so far. */
uint64_t chaos_ran(const chaos *c);

#endif
