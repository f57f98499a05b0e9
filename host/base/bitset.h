#ifndef ORR__BASE_BITSET_H
#define ORR__BASE_BITSET_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Bits in arrays of 64-bit words that the caller owns: bit i is bit i % 64 of word i / 64. All of it inline: these
 * run in the innermost loops. Nothing here is atomic; ranges handed to different threads never share a word.
 */

#define ORR__BITS_NONE UINT32_MAX

/* Words for `bits` bits. */
static inline uint32_t orr__bits_words(uint32_t bits)
{
    return bits / 64u + (bits % 64u != 0u);
}

static inline bool orr__bits_get(const uint64_t *words, uint32_t index)
{
    return (words[index >> 6] >> (index & 63u)) & 1u;
}

static inline void orr__bits_set(uint64_t *words, uint32_t index)
{
    words[index >> 6] |= UINT64_C(1) << (index & 63u);
}

static inline void orr__bits_clear(uint64_t *words, uint32_t index)
{
    words[index >> 6] &= ~(UINT64_C(1) << (index & 63u));
}

/* The bits of a range's first word, and of its last (which holds end - 1). */
static inline uint64_t orr__bits_from(uint32_t begin)
{
    return ~UINT64_C(0) << (begin & 63u);
}

static inline uint64_t orr__bits_upto(uint32_t end)
{
    return ~UINT64_C(0) >> ((64u - (end & 63u)) & 63u);
}

/* Sets bits begin to end - 1; nothing when begin >= end. */
static inline void orr__bits_set_range(uint64_t *words, uint32_t begin, uint32_t end)
{
    if (begin >= end) {
        return;
    }
    const uint32_t first = begin >> 6;
    const uint32_t last = (end - 1u) >> 6;
    if (first == last) {
        words[first] |= orr__bits_from(begin) & orr__bits_upto(end);
        return;
    }
    words[first] |= orr__bits_from(begin);
    for (uint32_t i = first + 1u; i < last; i++) {
        words[i] = ~UINT64_C(0);
    }
    words[last] |= orr__bits_upto(end);
}

/* Clears bits begin to end - 1; nothing when begin >= end. */
static inline void orr__bits_clear_range(uint64_t *words, uint32_t begin, uint32_t end)
{
    if (begin >= end) {
        return;
    }
    const uint32_t first = begin >> 6;
    const uint32_t last = (end - 1u) >> 6;
    if (first == last) {
        words[first] &= ~(orr__bits_from(begin) & orr__bits_upto(end));
        return;
    }
    words[first] &= ~orr__bits_from(begin);
    for (uint32_t i = first + 1u; i < last; i++) {
        words[i] = 0;
    }
    words[last] &= ~orr__bits_upto(end);
}

/* Whether any bit is set in word_count words. */
static inline bool orr__bits_any(const uint64_t *words, uint32_t word_count)
{
    for (uint32_t i = 0; i < word_count; i++) {
        if (words[i] != 0) {
            return true;
        }
    }
    return false;
}

/* How many bits are set in word_count words. */
static inline uint32_t orr__bits_count(const uint64_t *words, uint32_t word_count)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < word_count; i++) {
        count += (uint32_t)__builtin_popcountll(words[i]);
    }
    return count;
}

/* The first set bit at or after `from`, or ORR__BITS_NONE. */
static inline uint32_t orr__bits_next(const uint64_t *words, uint32_t word_count, uint32_t from)
{
    uint32_t at = from >> 6;
    if (at >= word_count) {
        return ORR__BITS_NONE;
    }
    uint64_t word = words[at] & orr__bits_from(from);
    while (word == 0) {
        if (++at >= word_count) {
            return ORR__BITS_NONE;
        }
        word = words[at];
    }
    return at * 64u + (uint32_t)__builtin_ctzll(word);
}

/* into |= from, word by word. */
static inline void orr__bits_or(uint64_t *into, const uint64_t *from, uint32_t word_count)
{
    for (uint32_t i = 0; i < word_count; i++) {
        into[i] |= from[i];
    }
}

#endif
