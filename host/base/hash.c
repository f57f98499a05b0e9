#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <string.h>

_Static_assert(sizeof(XXH3_state_t) <= sizeof(orr__hasher), "orr__hasher holds the state of XXH3");
_Static_assert(_Alignof(XXH3_state_t) <= _Alignof(orr__hasher), "orr__hasher is aligned for XXH3");

static XXH3_state_t *state_of(orr__hasher *hasher)
{
    return (XXH3_state_t *)(void *)hasher->storage;
}

uint64_t orr__hash_bytes(const void *data, size_t bytes, uint64_t seed)
{
    return XXH3_64bits_withSeed(bytes ? data : "", bytes, seed);
}

uint64_t orr__hash_text(const char *text)
{
    const uint64_t hash = XXH3_64bits(text, strlen(text));
    return hash ? hash : 1;
}

void orr__hasher_begin(orr__hasher *hasher, uint64_t seed)
{
    memset(hasher, 0, sizeof *hasher); // a reset reads the state's old seed
    (void)XXH3_64bits_reset_withSeed(state_of(hasher), seed);
}

void orr__hasher_put(orr__hasher *hasher, const void *data, size_t bytes)
{
    if (bytes) {
        (void)XXH3_64bits_update(state_of(hasher), data, bytes);
    }
}

void orr__hasher_put_u64(orr__hasher *hasher, uint64_t value)
{
    orr__hasher_put(hasher, &value, sizeof value);
}

void orr__hasher_put_text(orr__hasher *hasher, const char *text)
{
    const size_t length = strlen(text);
    orr__hasher_put_u64(hasher, length);
    orr__hasher_put(hasher, text, length);
}

enum { PIECE = 512 };

void orr__hasher_put_f32(orr__hasher *hasher, const float *values, size_t count)
{
    uint32_t piece[PIECE];
    for (size_t done = 0; done < count;) {
        const size_t many = count - done < PIECE ? count - done : PIECE;
        memcpy(piece, values + done, many * sizeof *piece);
        for (size_t i = 0; i < many; i++) {
            piece[i] = (piece[i] & 0x7FFFFFFFu) > 0x7F800000u ? 0x7FC00000u : piece[i];
        }
        orr__hasher_put(hasher, piece, many * sizeof *piece);
        done += many;
    }
}

void orr__hasher_put_f64(orr__hasher *hasher, const double *values, size_t count)
{
    uint64_t piece[PIECE];
    const uint64_t infinity = UINT64_C(0x7FF0000000000000), one_nan = UINT64_C(0x7FF8000000000000);
    for (size_t done = 0; done < count;) {
        const size_t many = count - done < PIECE ? count - done : PIECE;
        memcpy(piece, values + done, many * sizeof *piece);
        for (size_t i = 0; i < many; i++) {
            piece[i] = (piece[i] & (UINT64_MAX >> 1)) > infinity ? one_nan : piece[i];
        }
        orr__hasher_put(hasher, piece, many * sizeof *piece);
        done += many;
    }
}

uint64_t orr__hasher_end(const orr__hasher *hasher)
{
    return XXH3_64bits_digest((const XXH3_state_t *)(const void *)hasher->storage);
}
