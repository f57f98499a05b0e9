#include "sim/trace.h"

#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"
#include "sim/sim.h"

#include <string.h>

enum { RING_DEFAULT = 8192, RING_LEAST = 64, RING_MOST = 1 << 22, NAMES_MOST = 4096, NAME_BYTES = 200 };

/* Writer and reader each have a line of the cache of their own. */
struct orr__trace_ring {
    _Alignas(64) _Atomic uint64_t head; /* records written so far */
    uint64_t free_until;                /* the writer's last look at `tail`, plus the capacity */
    orr_trace_record *records;          /* [capacity] */
    uint64_t span_begin_ns, span_tick;
    uint32_t span; /* number of the open span's name; 0: none */
    _Atomic uint64_t lost;
    _Alignas(64) _Atomic uint64_t tail; /* records read so far */
};

void orr__trace_init(orr__trace *trace)
{
    memset(trace, 0, sizeof *trace);
    atomic_init(&trace->on, false);
    atomic_init(&trace->zero_ns, 0);
    atomic_flag_clear(&trace->names_lock);
}

void orr__trace_fini(orr_world *world)
{
    orr__trace *trace = &world->sim->trace;
    orr__alloc *alloc = &world->alloc;
    for (uint32_t i = 0; trace->rings && i < trace->ring_count; i++)
        orr__alloc_free(alloc, trace->rings[i].records, trace->capacity * sizeof *trace->rings[i].records);
    orr__alloc_free(alloc, trace->rings, trace->ring_count * sizeof *trace->rings);
    trace->rings = NULL;
    for (uint32_t i = 0; i < trace->name_count; i++) orr__alloc_string_free(alloc, trace->names[i]);
    orr__array_free(alloc, &trace->names, &trace->name_capacity, sizeof *trace->names);
    orr__map_fini(alloc, &trace->name_of);
}

/* ---- writing ---- */

static void write_record(orr__trace *trace, orr__trace_ring *ring, const orr_trace_record *record)
{
    const uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    if (head >= ring->free_until) {
        ring->free_until = atomic_load_explicit(&ring->tail, memory_order_acquire) + trace->capacity;
        if (head >= ring->free_until) {
            atomic_fetch_add_explicit(&ring->lost, 1, memory_order_relaxed);
            return;
        }
    }
    ring->records[head & (trace->capacity - 1)] = *record;
    atomic_store_explicit(&ring->head, head + 1, memory_order_release);
}

static bool is_worth_it(const orr_trace_record *record)
{
    const uint32_t small = 1u << ORR_TRACE_PLAN | 1u << ORR_TRACE_SETTLE | 1u << ORR_TRACE_WAIT | 1u << ORR_TRACE_APPLY;
    return record->end_ns - record->begin_ns >= ORR__TRACE_WORTH_NS || !(small >> record->kind & 1);
}

void orr__trace_put(orr__trace *trace, orr_trace_record record)
{
    if (record.begin_ns == 0 || !trace->rings || record.worker >= trace->ring_count) return;
    if (record.end_ns == 0) record.end_ns = orr__clock_ns();
    if (!is_worth_it(&record)) return;
    const uint64_t zero = atomic_load_explicit(&trace->zero_ns, memory_order_relaxed);
    if (record.begin_ns < zero) return; /* it is of the last trace */
    record.begin_ns -= zero;
    record.end_ns -= zero;
    write_record(trace, &trace->rings[record.worker], &record);
}

/* ---- spans ---- */

static void lock(orr__trace *trace)
{
    while (atomic_flag_test_and_set_explicit(&trace->names_lock, memory_order_acquire)) orr__pause();
}

static void unlock(orr__trace *trace)
{
    atomic_flag_clear_explicit(&trace->names_lock, memory_order_release);
}

/* Adds a name that is not there; its number, or 0. */
static uint32_t add_name(orr_world *world, uint64_t key, const char *name)
{
    orr__trace *trace = &world->sim->trace;
    if (trace->name_count == NAMES_MOST) return 0;
    const int32_t code = orr__array_reserve(&world->alloc, &trace->names, &trace->name_capacity, trace->name_count + 1,
                                            sizeof *trace->names);
    char *copy = code == ORR_OK ? orr__alloc_string(&world->alloc, name) : NULL;
    if (!copy) return 0;
    if (orr__map_put(&world->alloc, &trace->name_of, key, trace->name_count + 1) != ORR_OK) {
        orr__alloc_string_free(&world->alloc, copy);
        return 0;
    }
    trace->names[trace->name_count++] = copy;
    return trace->name_count;
}

/* The number of a name; when there is no room for it, that of no name. Two names with one hash take turns. */
static uint32_t number_of(orr_world *world, const char *name)
{
    orr__trace *trace = &world->sim->trace;
    char text[NAME_BYTES + 1];
    const size_t length = strnlen(name, NAME_BYTES);
    memcpy(text, name, length);
    text[length] = '\0';
    uint64_t key = orr__hash_text(text);
    lock(trace);
    uint32_t number = orr__map_find(&trace->name_of, key);
    while (number != ORR__MAP_NONE && strcmp(trace->names[number - 1], text) != 0) {
        key = key + 1 ? key + 1 : 1;
        number = orr__map_find(&trace->name_of, key);
    }
    if (number == ORR__MAP_NONE) number = add_name(world, key, text);
    unlock(trace);
    return number;
}

static void end_span(orr__trace *trace, orr__trace_ring *ring, uint32_t worker, uint64_t now)
{
    if (ring->span_begin_ns == 0) return;
    orr__trace_put(trace, (orr_trace_record){ .kind = ORR_TRACE_SPAN,
                                              .worker = worker,
                                              .name = ring->span,
                                              .tick = ring->span_tick,
                                              .begin_ns = ring->span_begin_ns,
                                              .end_ns = now });
    ring->span_begin_ns = 0;
}

void orr__trace_span(orr_world *world, uint32_t worker, uint64_t tick, const char *name)
{
    orr__trace *trace = &world->sim->trace;
    if (!orr__trace_on(trace) || worker >= trace->ring_count) return;
    orr__trace_ring *ring = &trace->rings[worker];
    const uint64_t now = orr__clock_ns();
    end_span(trace, ring, worker, now);
    if (!name) return;
    ring->span = number_of(world, name);
    ring->span_tick = tick;
    ring->span_begin_ns = now;
}

void orr__trace_span_end(orr__trace *trace, uint32_t worker, uint64_t now_ns)
{
    if (!orr__trace_on(trace) || worker >= trace->ring_count || trace->rings[worker].span_begin_ns == 0) return;
    end_span(trace, &trace->rings[worker], worker, now_ns ? now_ns : orr__clock_ns());
}

void orr_run_span(orr_run *run, const char *name)
{
    orr__trace_span(run->world, run->worker, run->tick.tick, name);
}

/* ---- reading ---- */

void orr__trace_drain(orr__trace *trace)
{
    if (!orr__trace_on(trace)) return;
    trace->draining = true;
    for (uint32_t i = 0; i < trace->ring_count; i++) {
        orr__trace_ring *ring = &trace->rings[i];
        uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
        const uint64_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
        while (tail != head) {
            const uint64_t at = tail & (trace->capacity - 1), to_end = trace->capacity - at;
            const uint64_t count = head - tail < to_end ? head - tail : to_end;
            trace->sink(trace->context, ring->records + at, (uint32_t)count);
            tail += count;
        }
        atomic_store_explicit(&ring->tail, tail, memory_order_release);
    }
    trace->draining = false;
}

static int32_t make_rings(orr_world *world, uint32_t wanted)
{
    orr__trace *trace = &world->sim->trace;
    uint64_t capacity = RING_LEAST;
    while (capacity < wanted) capacity *= 2;
    const uint32_t count = orr__pool_workers(world->sim->pool);
    orr__trace_ring *rings = orr__alloc_zero(&world->alloc, count * sizeof *rings, 64);
    if (!rings) return ORR_E_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        /* zeroed: the memory is there before the first record needs it */
        rings[i].records = orr__alloc_zero(&world->alloc, capacity * sizeof *rings[i].records, 64);
        if (rings[i].records) continue;
        while (i-- > 0) orr__alloc_free(&world->alloc, rings[i].records, capacity * sizeof *rings[i].records);
        orr__alloc_free(&world->alloc, rings, count * sizeof *rings);
        return ORR_E_MEMORY;
    }
    trace->rings = rings;
    trace->ring_count = count;
    trace->capacity = capacity;
    return ORR_OK;
}

int32_t orr_trace_start(orr_world *world, const orr_trace_desc *desc)
{
    orr__trace *trace = &world->sim->trace;
    const int32_t mine = orr__world_mine(world, "orr_trace_start");
    if (mine != ORR_OK) return mine;
    if (!desc || !desc->sink) return orr__fail(ORR_E_ARGUMENT, "a trace needs a sink");
    if (desc->records > RING_MOST)
        return orr__fail(ORR_E_RANGE, "rings of %u records: %d are the most", desc->records, RING_MOST);
    if (world->locked || world->sim->stepping || trace->draining)
        return orr__fail(ORR_E_LOCKED, "a trace is started between ticks");
    if (orr__trace_on(trace)) return orr__fail(ORR_E_EXISTS, "this world is being traced already");
    const int32_t code = trace->rings ? ORR_OK : make_rings(world, desc->records ? desc->records : RING_DEFAULT);
    if (code != ORR_OK) return code;
    trace->sink = desc->sink;
    trace->context = desc->context;
    atomic_store_explicit(&trace->zero_ns, orr__clock_ns(), memory_order_relaxed);
    for (uint32_t i = 0; i < trace->ring_count; i++) {
        orr__trace_ring *ring = &trace->rings[i];
        /* what came after the end of the last trace */
        atomic_store_explicit(&ring->tail, atomic_load_explicit(&ring->head, memory_order_acquire),
                              memory_order_release);
        atomic_store_explicit(&ring->lost, 0, memory_order_relaxed);
    }
    atomic_store_explicit(&trace->on, true, memory_order_release);
    return ORR_OK;
}

int32_t orr_trace_stop(orr_world *world)
{
    orr__trace *trace = &world->sim->trace;
    const int32_t mine = orr__world_mine(world, "orr_trace_stop");
    if (mine != ORR_OK) return mine;
    if (world->locked || world->sim->stepping || trace->draining)
        return orr__fail(ORR_E_LOCKED, "a trace is stopped between ticks");
    if (!orr__trace_on(trace)) return ORR_OK;
    orr__trace_drain(trace);
    atomic_store_explicit(&trace->on, false, memory_order_release);
    return ORR_OK;
}

uint64_t orr_trace_lost(const orr_world *world)
{
    const orr__trace *trace = &world->sim->trace;
    uint64_t lost = 0;
    for (uint32_t i = 0; trace->rings && i < trace->ring_count; i++)
        lost += atomic_load_explicit(&trace->rings[i].lost, memory_order_relaxed);
    return lost;
}

const char *orr_trace_kind(uint32_t kind)
{
    static const char *const names[ORR_TRACE_KINDS] = {
        [ORR_TRACE_TICK] = "tick",       [ORR_TRACE_SYSTEM] = "system",   [ORR_TRACE_PLAN] = "plan",
        [ORR_TRACE_SETTLE] = "settle",   [ORR_TRACE_SYNC] = "sync",       [ORR_TRACE_APPLY] = "apply",
        [ORR_TRACE_HOOK] = "hook",       [ORR_TRACE_PUBLISH] = "publish", [ORR_TRACE_WAIT] = "wait",
        [ORR_TRACE_COLLECT] = "collect", [ORR_TRACE_SPAN] = "span",
    };
    return kind < ORR_TRACE_KINDS ? names[kind] : "unknown";
}

const char *orr_trace_name(orr_world *world, const orr_trace_record *record)
{
    orr__sim *sim = world->sim;
    const uint32_t name = record->name;
    const char *text = "";
    switch (record->kind) {
    case ORR_TRACE_SYSTEM:
    case ORR_TRACE_PLAN:
    case ORR_TRACE_SETTLE:
    case ORR_TRACE_APPLY:
        if (name && name <= sim->systems.count && sim->systems.items[name - 1])
            text = sim->systems.items[name - 1]->name;
        break;
    case ORR_TRACE_SYNC:
        if (name && name <= sim->schedule.stage_count) text = sim->schedule.stages[name - 1].name;
        break;
    case ORR_TRACE_HOOK:
        if (name && name <= world->component_count) text = orr_component_name(world, name);
        break;
    case ORR_TRACE_SPAN:
        lock(&sim->trace); /* a task may be adding one */
        if (name && name <= sim->trace.name_count) text = sim->trace.names[name - 1];
        unlock(&sim->trace);
        break;
    default: break;
    }
    return text;
}
