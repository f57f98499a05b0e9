/* Changes the floating-point state of the process when it is loaded, as an object linked with -ffast-math by gcc up to
 * 12 and some clangs does: subnormal numbers become zero everywhere. Must be refused, and the state put back. By hand,
 * so that it is bad with every compiler; on processors that we do not know it is a good module. */
#include <orrery_job.h>

#if defined(__x86_64__)
#include <xmmintrin.h>
__attribute__((constructor)) static void flush_to_zero(void)
{
    _mm_setcsr(_mm_getcsr() | 0x8040u);
}
#elif defined(__aarch64__)
__attribute__((constructor)) static void flush_to_zero(void)
{
    uint64_t state;
    __asm__ volatile("mrs %0, fpcr" : "=r"(state));
    state |= (uint64_t)1 << 24;
    __asm__ volatile("msr fpcr, %0" : : "r"(state));
}
#endif

static int32_t fast(const orr_rows *rows, const orr_tick *tick)
{
    (void)rows, (void)tick;
    return ORR_OK;
}
static const orr_slot_desc slots[] = { ORR_SLOT_RW("position.x", f32) };
ORR_JOB(fast, slots, .arithmetic = ORR_F32);
ORR_EXPORT_JOBS(&orr_job_fast);
