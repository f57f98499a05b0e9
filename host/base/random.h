#ifndef ORR__BASE_RANDOM_H
#define ORR__BASE_RANDOM_H

#include <stdint.h>

/*
 * What needs more than arithmetic of the counter-based random numbers; Philox itself and the uniform draws are inline
 * in orrery_job.h, so that native jobs have them without calls into the host.
 */

/*
 * Normally distributed, mean 0, deviation 1 (Box and Muller 1958), the same bits on every machine: a pure function of
 * stream, entity and k, independent of the uniform draws with the same arguments. Always finite, |result| below 9.
 */
double orr__random_normal(uint64_t stream, uint64_t entity, uint32_t k);

#endif
