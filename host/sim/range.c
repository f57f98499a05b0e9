#include "sim/range.h"

#include "base/os.h"
#include "sim/run.h"
#include "sim/sim.h"

#include <string.h>

static void lock(atomic_flag *flag)
{
    while (atomic_flag_test_and_set_explicit(flag, memory_order_acquire)) orr__pause();
}

static void unlock(atomic_flag *flag)
{
    atomic_flag_clear_explicit(flag, memory_order_release);
}

void orr__recordings_init(orr__recordings *recordings)
{
    atomic_flag_clear(&recordings->lock);
    recordings->free = NULL;
}

static void destroy(orr_world *world, orr__recording *recording)
{
    orr__patches_fini(&recording->patches);
    orr__arena_fini(&recording->arena);
    orr__alloc_free(&world->alloc, recording, sizeof *recording);
}

void orr__recordings_fini(orr_world *world)
{
    orr__recordings *recordings = &world->sim->recordings;
    while (recordings->free) {
        orr__recording *recording = recordings->free;
        recordings->free = recording->next;
        destroy(world, recording);
    }
}

orr__recording *orr__recording_take(orr_world *world)
{
    orr__recordings *recordings = &world->sim->recordings;
    lock(&recordings->lock);
    orr__recording *recording = recordings->free;
    if (recording) recordings->free = recording->next;
    unlock(&recordings->lock);
    if (!recording) {
        recording = orr__alloc_zero(&world->alloc, sizeof *recording, 64);
        if (!recording) return NULL;
        orr__patches_init(&recording->patches, world);
        orr__arena_init(&recording->arena, &world->alloc, 2048);
    }
    recording->next = NULL;
    return recording;
}

void orr__recording_give(orr_world *world, orr__recording *recording)
{
    orr__recordings *recordings = &world->sim->recordings;
    orr__patches_clear(&recording->patches);
    orr__arena_reset(&recording->arena);
    memset(&recording->partials, 0, sizeof recording->partials);
    memset(&recording->emitted, 0, sizeof recording->emitted);
    lock(&recordings->lock);
    recording->next = recordings->free;
    recordings->free = recording;
    unlock(&recordings->lock);
}

orr__recording *orr__range_recording(orr_range *range)
{
    if (!range->recording) {
        range->recording = orr__recording_take(range->run->world);
        if (range->recording) atomic_fetch_add_explicit(&range->run->recorded, 1, memory_order_relaxed);
    }
    return range->recording;
}

void orr__range_drop(orr_range *range)
{
    if (!range->recording) return;
    orr__recording_give(range->run->world, range->recording);
    range->recording = NULL;
    atomic_fetch_sub_explicit(&range->run->recorded, 1, memory_order_relaxed);
}

uint32_t orr__range_rows(uint64_t rows)
{
    uint64_t wanted = (rows / 64 + ORR__RANGE_ROWS - 1) / ORR__RANGE_ROWS * ORR__RANGE_ROWS;
    if (wanted < ORR__RANGE_ROWS) wanted = ORR__RANGE_ROWS;
    return wanted > ORR__CHUNK_ROWS ? ORR__CHUNK_ROWS : (uint32_t)wanted;
}
