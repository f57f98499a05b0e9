/* The timeline: who did what when. One ring of records for each worker.
 *
 *     worker 0 (owner) ──> [ring 0] ──┐
 *     worker 1 ──────────> [ring 1] ──┼──> orr__trace_drain, by the owner between ticks ──> the embedder's sink
 *     worker n ──────────> [ring n] ──┘
 *
 * A ring has one writer, the thread that holds its worker number, and one reader, the owner thread: two counters, no
 * locks. A full ring loses what comes and counts it; it never waits. Rings stay until the world is destroyed, so that
 * a task that outlives the end of a trace still has a place to write to.
 *
 * Cost: switched off one load and one branch a call; switched on two readings of the clock (22 ns each) and a store of
 * 48 bytes a record. Callers that have read the clock already pass it on. */
#ifndef ORR_SIM_TRACE_H
#define ORR_SIM_TRACE_H

#include "base/map.h"
#include "base/os.h"
#include "orrery.h"

#include <stdatomic.h>

/* Shorter ones of these kinds say nothing: ORR_TRACE_PLAN, ORR_TRACE_SETTLE, ORR_TRACE_WAIT, ORR_TRACE_APPLY. */
#define ORR__TRACE_WORTH_NS 500

typedef struct orr__trace_ring orr__trace_ring;

typedef struct orr__trace {
    _Atomic bool on;
    bool draining;
    orr__trace_ring *rings; /* [ring_count]; NULL: never started */
    uint32_t ring_count;
    uint64_t capacity;        /* records of a ring, a power of two */
    _Atomic uint64_t zero_ns; /* orr_trace_start */
    orr_trace_sink *sink;
    void *context;
    atomic_flag names_lock;
    orr__map name_of; /* hash of a span's name -> its number */
    char **names;     /* of spans, from 1 */
    uint32_t name_count, name_capacity;
} orr__trace;

/* The clock when the trace is on, 0 when it is off. Any thread. */
static inline uint64_t orr__trace_now(const orr__trace *trace)
{
    return atomic_load_explicit(&trace->on, memory_order_acquire) ? orr__clock_ns() : 0;
}

static inline bool orr__trace_on(const orr__trace *trace)
{
    return atomic_load_explicit(&trace->on, memory_order_acquire);
}

/* Keeps a record of the worker in `record->worker`, whose times are those of orr__clock_ns. begin_ns 0: nothing, it was
 * off when it began; end_ns 0: now. Only from the thread that is this worker. */
void orr__trace_put(orr__trace *trace, orr_trace_record record);

/* What the owner thread did since `begin_ns`. */
static inline void orr__trace_did(orr__trace *trace, uint32_t kind, uint32_t name, uint64_t tick, uint64_t begin_ns)
{
    if (begin_ns)
        orr__trace_put(trace, (orr_trace_record){ .kind = kind, .name = name, .tick = tick, .begin_ns = begin_ns });
}

/* Spans of users: ends the worker's open span, if any, and opens another unless `name` is NULL. The name is copied. */
void orr__trace_span(orr_world *world, uint32_t worker, uint64_t tick, const char *name);
/* The end of a range, a system or a hook, at `now_ns`; 0: now. */
void orr__trace_span_end(orr__trace *trace, uint32_t worker, uint64_t now_ns);

/* Hands everything to the sink. Owner thread, between ticks. */
void orr__trace_drain(orr__trace *trace);

void orr__trace_init(orr__trace *trace);
void orr__trace_fini(orr_world *world);

#endif
