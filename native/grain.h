/* Sums whose result does not depend on the order of their terms.
 *
 * A sum of doubles does: each addition rounds. So each term is rounded first, to a whole number of grains of 2^-bits,
 * and grains are added as whole numbers, which is exact: in the order of the data, in that of a grid or in that of
 * another numbering, in vectors of any width. What two bodies do to each other then cancels to the last bit.
 *
 * The rounding is an addition. A double of 1.5 * 2^(52 - bits) has a last place of 2^-bits, and what is left after the
 * sum is the nearest whole number of them, in the low bits:
 *
 *     (x + magic)  =  1.5 * 2^(52 - bits)  +  n * 2^-bits          n = bits of the sum - bits of magic
 *
 * The same in Lua: terms (x + magic) - magic, added as they are; a double holds up to 2^53 grains exactly.
 * A term beyond +- 2^(50 - bits), or one that is no number, counts as that bound (NaN as the lower one). */
#ifndef ORRERY_NATIVE_GRAIN_H
#define ORRERY_NATIVE_GRAIN_H

#include "simd.h"

typedef struct orr__grain {
    double magic, limit, size; /* size: of a grain */
} orr__grain;

/* At most 50 bits. */
static inline orr__grain orr__grain_of(uint32_t bits)
{
    const double size = 1.0 / (double)((uint64_t)1 << bits);
    return (orr__grain){ 0x1.8p52 * size, 0x1p50 * size, size };
}

static inline ORR__KERNEL int64_t orr__grains(double x, orr__grain g)
{
    const double high = x < g.limit ? x : g.limit, term = x > -g.limit ? high : -g.limit, sum = term + g.magic;
    int64_t bits, zero;
    memcpy(&bits, &sum, sizeof bits);
    memcpy(&zero, &g.magic, sizeof zero);
    return bits - zero;
}

#endif
