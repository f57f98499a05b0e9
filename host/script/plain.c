#include "script/plain.h"

#include "ecs/world.h"
#include "script/bind.h"
#include "script/host.h"
#include "script/machine.h"
#include "sim/bind.h"
#include "sim/job.h"
#include "sim/sim.h"

/* LuaJIT's types begin at 0xFFF98 in the upper bits of a double. Above LAST_F32 are all NaNs with a sign, for those that
 * signal become quiet ones when they are made double; the one that processors give for 0/0 is among them. */
#define LAST_F32 0xFF800000u
#define LAST_F64 0xFFF80000u /* of the upper half */
#define PLAIN_F32 0x7FC00000u
#define PLAIN_F64 0x7FF8000000000000u

enum { HIGH = 1 }; /* half of a double; all machines we build for are little-endian */

/* Those of the library only do arithmetic, which makes no such NaN of numbers that are none. */
static bool is_foreign(const orr__system *system)
{
    if (!system->binding) return !orr__bind_is_script(system);
    for (uint32_t i = 0; i < orr__native_jobs.job_count; i++) {
        if (orr__native_jobs.jobs[i] == system->binding->job) return false;
    }
    return true;
}

bool orr__plain_wanted(const orr__machine *m, uint32_t kind, uint32_t id)
{
    if (m->host->unchecked || !m->host->jit) return false; /* without the compiler, columns.c puts plain ones */
    const orr__systems *systems = &m->world->sim->systems;
    for (uint32_t i = 0; i < systems->count; i++) {
        const orr__system *system = systems->items[i];
        if (!system || !is_foreign(system)) continue;
        for (uint32_t k = 0; k < system->access.count; k++) {
            const orr__access *access = &system->access.items[k];
            if (access->kind == kind && (id == 0 || access->id == id) && (access->mode & (ORR_WRITE | ORR_MARK)))
                return true;
        }
    }
    return false;
}

/* Other threads may read the same column, look for the same and store the same. */
__attribute__((noinline, cold)) static void store_f32(uint32_t *bits, uint64_t first, uint64_t end)
{
    for (uint64_t i = first; i < end; i++) {
        if (bits[i] > LAST_F32) __atomic_store_n(&bits[i], PLAIN_F32, __ATOMIC_RELAXED);
    }
}

__attribute__((noinline, cold)) static void store_f64(uint64_t *bits, uint64_t first, uint64_t end)
{
    for (uint64_t i = first; i < end; i++) {
        if (bits[i] >> 32 > LAST_F64) __atomic_store_n(&bits[i], PLAIN_F64, __ATOMIC_RELAXED);
    }
}

void orr__plain_column(const void *column, uint32_t type, uint64_t first, uint64_t end)
{
    uint32_t found = 0;
    const uint32_t *bits = column;
    void *same = (void *)(uintptr_t)column; /* a NaN stays a NaN: what is only read may be changed so */
    if (type == ORR_TYPE_F32) {
        for (uint64_t i = first; i < end; i++) found |= (uint32_t)(bits[i] > LAST_F32);
        if (found) store_f32(same, first, end);
    } else if (type == ORR_TYPE_F64) {
        for (uint64_t i = first; i < end; i++) found |= (uint32_t)(bits[2 * i + HIGH] > LAST_F64);
        if (found) store_f64(same, first, end);
    }
}
