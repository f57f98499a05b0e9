#include "sim/lanes.h"

#include "base/error.h"
#include "sim/sim.h"

#include <string.h>

/* Records of ticks that are too old make room. */
static void forget(orr__lanes *lanes, uint64_t tick)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < lanes->count; i++) {
        if (lanes->items[i].tick + ORR__LANES_TICKS > tick) lanes->items[kept++] = lanes->items[i];
    }
    lanes->count = kept;
}

static void take(void *context, const orr_trace_record *records, uint32_t count)
{
    orr__lanes *lanes = context;
    for (uint32_t i = 0; i < count; i++) {
        const orr_trace_record *record = &records[i];
        if (record->kind == ORR_TRACE_TICK) forget(lanes, record->tick);
        if (lanes->count < ORR__LANES_RECORDS) lanes->items[lanes->count++] = *record;
    }
}

int32_t orr__lanes_watch(orr_world *world, bool on)
{
    orr__lanes *lanes = &world->sim->lanes;
    if (on == lanes->on) return ORR_OK;
    if (!on) {
        lanes->on = false;
        lanes->count = 0;
        return orr_trace_stop(world);
    }
    if (!lanes->items) lanes->items = orr__alloc_new(&world->alloc, ORR__LANES_RECORDS * sizeof *lanes->items, 0);
    if (!lanes->items) return ORR_E_MEMORY;
    lanes->count = 0;
    const int32_t code = orr_trace_start(world, &(orr_trace_desc){ .sink = take, .context = lanes });
    lanes->on = code == ORR_OK;
    return code;
}

void orr__lanes_fini(orr_world *world)
{
    orr__lanes *lanes = &world->sim->lanes;
    if (lanes->items) orr__alloc_free(&world->alloc, lanes->items, ORR__LANES_RECORDS * sizeof *lanes->items);
    lanes->items = NULL;
}
