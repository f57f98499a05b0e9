#ifndef ORR__BASE_HASH_H
#define ORR__BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * XXH3, 64 bits: for maps, for files, and for the state hash that proves two runs equal. Not for secrets.
 * Everything is hashed as it lies in memory; all machines we build for are little-endian.
 */

/* The hash of a block of bytes; data may be NULL when bytes is 0. */
uint64_t orr__hash_bytes(const void *data, size_t bytes, uint64_t seed);

/* The hash of a text without its terminating zero; never 0, so that it can key an orr__map. */
uint64_t orr__hash_text(const char *text);

/* A hash in pieces: the same result for the same bytes, however they were cut. By value, no memory of its own. */
typedef struct orr__hasher {
    _Alignas(64) unsigned char storage[576];
} orr__hasher;

void orr__hasher_begin(orr__hasher *hasher, uint64_t seed);
void orr__hasher_put(orr__hasher *hasher, const void *data, size_t bytes);

/* As eight bytes. */
void orr__hasher_put_u64(orr__hasher *hasher, uint64_t value);

/* Its length as eight bytes, then the text: "ab" "c" and "a" "bc" differ. */
void orr__hasher_put_text(orr__hasher *hasher, const char *text);

/* Arrays of numbers in which every NaN counts as the same one; -0 differs from 0. */
void orr__hasher_put_f32(orr__hasher *hasher, const float *values, size_t count);
void orr__hasher_put_f64(orr__hasher *hasher, const double *values, size_t count);

/* The hash of all that was put so far; more may follow. */
uint64_t orr__hasher_end(const orr__hasher *hasher);

#endif
