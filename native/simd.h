/* Run-time variants of a job for wider vectors.
 *
 * A job's loop is written once, as `static inline ORR__KERNEL int32_t NAME_rows(rows, tick)`, and ORR__VARIANTS(NAME)
 * makes of it `NAME`, which runs the version for the widest vectors that the processor has. The compiler does the
 * vectors; -ffp-contract=off and loops without reordered sums make every version give the same bits (a test compares).
 * The choice is a plain branch once a range and not an ifunc: resolvers run before the sanitizers are set up.
 *
 * ORRERY_NO_SIMD_VARIANTS leaves only the version for the processor that the compiler was told of. A test may define
 * ORR__SIMD_LEVEL before it includes a job's source, to choose by itself. */
#ifndef ORRERY_NATIVE_SIMD_H
#define ORRERY_NATIVE_SIMD_H

#include <orrery_job.h>

#define ORR__KERNEL __attribute__((always_inline))

#if defined(__x86_64__) && !defined(ORRERY_NO_SIMD_VARIANTS)

#define ORR__SIMD_AVX2 "avx2"
#define ORR__SIMD_AVX512 "avx512f,avx512dq,avx512bw,avx512vl"

/* 0: as the compiler was told; 1: AVX2; 2: AVX-512 as in all server processors that have it. */
static inline int orr__simd_level(void)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl"))
        return 2;
    return __builtin_cpu_supports("avx2") ? 1 : 0;
}
#ifndef ORR__SIMD_LEVEL
#define ORR__SIMD_LEVEL() orr__simd_level()
#endif

#define ORR__VARIANTS(name)                                                                                            \
    static int32_t name##_base(const orr_rows *rows, const orr_tick *tick)                                             \
    {                                                                                                                  \
        return name##_rows(rows, tick);                                                                                \
    }                                                                                                                  \
    __attribute__((target(ORR__SIMD_AVX2))) static int32_t name##_avx2(const orr_rows *rows, const orr_tick *tick)     \
    {                                                                                                                  \
        return name##_rows(rows, tick);                                                                                \
    }                                                                                                                  \
    __attribute__((target(ORR__SIMD_AVX512))) static int32_t name##_avx512(const orr_rows *rows, const orr_tick *tick) \
    {                                                                                                                  \
        return name##_rows(rows, tick);                                                                                \
    }                                                                                                                  \
    static int32_t name(const orr_rows *rows, const orr_tick *tick)                                                    \
    {                                                                                                                  \
        const int level = ORR__SIMD_LEVEL();                                                                           \
        if (level == 2) return name##_avx512(rows, tick);                                                              \
        return level == 1 ? name##_avx2(rows, tick) : name##_base(rows, tick);                                         \
    }

#else

#define ORR__VARIANTS(name)                                                                                            \
    static int32_t name(const orr_rows *rows, const orr_tick *tick)                                                    \
    {                                                                                                                  \
        return name##_rows(rows, tick);                                                                                \
    }

#endif
#endif
