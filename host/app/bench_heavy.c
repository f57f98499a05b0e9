#include "app/bench_heavy.h"

/* 32 dependent multiplications and additions: a polynomial that stays small. */
static inline __attribute__((always_inline)) void heavy(float *restrict x, float *restrict y, uint64_t begin,
                                                        uint64_t end)
{
    for (uint64_t i = begin; i < end; i++) {
        float a = x[i], b = y[i];
        for (int k = 0; k < 16; k++) {
            a = a * 0.5f + b;
            b = b * 0.25f + 0.125f;
        }
        x[i] = a * 1e-3f;
        y[i] = b;
    }
}

static void base(float *x, float *y, uint64_t begin, uint64_t end)
{
    heavy(x, y, begin, end);
}

#if defined(__x86_64__) && !defined(ORRERY_NO_SIMD_VARIANTS)
__attribute__((target("avx2"))) static void avx2(float *x, float *y, uint64_t begin, uint64_t end)
{
    heavy(x, y, begin, end);
}

__attribute__((target("avx512f"))) static void avx512(float *x, float *y, uint64_t begin, uint64_t end)
{
    heavy(x, y, begin, end);
}

static void widest(float *x, float *y, uint64_t begin, uint64_t end)
{
    if (__builtin_cpu_supports("avx512f"))
        avx512(x, y, begin, end);
    else if (__builtin_cpu_supports("avx2"))
        avx2(x, y, begin, end);
    else
        base(x, y, begin, end);
}
#else
static void widest(float *x, float *y, uint64_t begin, uint64_t end)
{
    base(x, y, begin, end);
}
#endif

void orr__bench_heavy_raw(float *x, float *y, uint64_t rows)
{
    widest(x, y, 0, rows);
}

static int32_t bench_heavy(const orr_rows *rows, const orr_tick *tick)
{
    (void)tick;
    widest(orr_slot(rows, 0), orr_slot(rows, 1), rows->begin, orr_rows_padded_end(rows));
    return ORR_OK;
}

static const orr_slot_desc slots[] = { ORR_SLOT_RW("position.x", f32), ORR_SLOT_RW("position.y", f32) };
ORR_JOB(bench_heavy, slots, .help = "64 operations a row");

static int32_t bench_nothing(const orr_rows *rows, const orr_tick *tick)
{
    (void)rows;
    (void)tick;
    return ORR_OK;
}

static const orr_slot_desc seen[] = { ORR_SLOT_R("position.x", f32) };
ORR_JOB(bench_nothing, seen, .help = "nothing");

static const orr_job_desc *const jobs[] = { &orr_job_bench_heavy, &orr_job_bench_nothing };
const orr_job_module orr__bench_jobs = { ORR_ABI, (uint32_t)sizeof(orr_job_module), 2, 0, jobs };
