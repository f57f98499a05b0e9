/* Run-time variants of a job for wider vectors.
 *
 * A job's loop is written once, as `static inline ORR__KERNEL int32_t NAME_rows(rows, tick)`, and ORR__VARIANTS(NAME)
 * makes of it `NAME_choose`, which tells the version for the widest vectors that the processor has, and `NAME`, which
 * runs it. The compiler does the vectors; -ffp-contract=off and loops without reordered sums make every version give
 * the same bits (a test compares). Not an ifunc: resolvers run before the sanitizers are set up.
 *
 * ORRERY_NO_SIMD_VARIANTS leaves only the version for the processor that the compiler was told of. A test may define
 * ORR__SIMD_LEVEL before it includes a job's source, to choose by itself. */
#ifndef ORRERY_NATIVE_SIMD_H
#define ORRERY_NATIVE_SIMD_H

#include <orrery_job.h>

#define ORR__KERNEL __attribute__((always_inline))

/* How many rows from begin on, in whole lines of 16. The mask changes nothing: it tells the compiler that no rows are
 * left over after the vectors. */
static inline uint32_t orr__line_rows(const orr_rows *rows)
{
    return (orr_rows_padded_end(rows) - rows->begin) & ~15u;
}

/* A column, from the first row of the range on. */
static inline float *orr__column_f32(const orr_rows *rows, uint32_t slot)
{
    float *column = orr_slot(rows, slot);
    return column + rows->begin;
}
static inline double *orr__column_f64(const orr_rows *rows, uint32_t slot)
{
    double *column = orr_slot(rows, slot);
    return column + rows->begin;
}

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
    static orr_job_function *name##_choose(void)                                                                       \
    {                                                                                                                  \
        const int level = ORR__SIMD_LEVEL();                                                                           \
        return level == 2 ? name##_avx512 : level == 1 ? name##_avx2 : name##_base;                                    \
    }                                                                                                                  \
    static int32_t name(const orr_rows *rows, const orr_tick *tick)                                                    \
    {                                                                                                                  \
        return name##_choose()(rows, tick);                                                                            \
    }

#else

#define ORR__VARIANTS(name)                                                                                            \
    static int32_t name(const orr_rows *rows, const orr_tick *tick)                                                    \
    {                                                                                                                  \
        return name##_rows(rows, tick);                                                                                \
    }                                                                                                                  \
    static orr_job_function *name##_choose(void)                                                                       \
    {                                                                                                                  \
        return name;                                                                                                   \
    }

#endif
#endif
