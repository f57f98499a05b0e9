#include "app/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "app/trace_colour.h"
#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"

enum { DEPTH_MOST = 64 };

void orr__timeline_fini(orr__timeline *timeline)
{
    orr__alloc *alloc = &timeline->alloc;
    for (uint32_t i = 0; i < timeline->name_count; i++) {
        orr__alloc_string_free(alloc, timeline->names[i].kind);
        orr__alloc_string_free(alloc, timeline->names[i].text);
    }
    for (uint32_t i = 0; i < timeline->lane_count; i++) orr__alloc_string_free(alloc, timeline->lanes[i].name);
    orr__alloc_string_free(alloc, timeline->script);
    orr__array_free(alloc, &timeline->events, &timeline->event_capacity, sizeof *timeline->events);
    orr__array_free(alloc, &timeline->names, &timeline->name_capacity, sizeof *timeline->names);
    orr__array_free(alloc, &timeline->lanes, &timeline->lane_capacity, sizeof *timeline->lanes);
    orr__array_free(alloc, &timeline->ticks, &timeline->tick_capacity, sizeof *timeline->ticks);
    orr__map_fini(alloc, &timeline->name_of);
}

uint32_t orr__timeline_name_of(orr__timeline *timeline, const char *kind, const char *text)
{
    uint64_t key = orr__hash_bytes(text, strlen(text), orr__hash_text(kind));
    for (;; key++) {
        key += key == 0;
        const uint32_t known = orr__map_find(&timeline->name_of, key);
        if (known == ORR__MAP_NONE) break;
        const orr__timeline_name *name = &timeline->names[known];
        if (strcmp(name->kind, kind) == 0 && strcmp(name->text, text) == 0) return known;
    }
    orr__alloc *alloc = &timeline->alloc;
    if (orr__array_reserve(alloc, &timeline->names, &timeline->name_capacity, timeline->name_count + 1,
                           sizeof *timeline->names) != ORR_OK)
        return UINT32_MAX;
    orr__timeline_name name = { .kind = orr__alloc_string(alloc, kind), .text = orr__alloc_string(alloc, text) };
    if (!name.kind || !name.text || orr__map_put(alloc, &timeline->name_of, key, timeline->name_count) != ORR_OK) {
        orr__alloc_string_free(alloc, name.kind);
        orr__alloc_string_free(alloc, name.text);
        return UINT32_MAX;
    }
    name.own = orr__trace_is_own(kind);
    timeline->names[timeline->name_count] = name;
    return timeline->name_count++;
}

uint32_t orr__timeline_lane_of(orr__timeline *timeline, int64_t process, int64_t thread)
{
    for (uint32_t i = timeline->lane_count; i-- > 0;) {
        if (timeline->lanes[i].process == process && timeline->lanes[i].thread == thread) return i;
    }
    if (orr__array_reserve(&timeline->alloc, &timeline->lanes, &timeline->lane_capacity, timeline->lane_count + 1,
                           sizeof *timeline->lanes) != ORR_OK)
        return UINT32_MAX;
    timeline->lanes[timeline->lane_count] = (orr__timeline_lane){ .process = process, .thread = thread };
    return timeline->lane_count++;
}

/* ---- order ---- */

static int compare(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static int by_place(const void *a, const void *b)
{
    const orr__timeline_event *x = a, *y = b;
    if (x->lane != y->lane) return compare(x->lane, y->lane);
    if (x->begin_ns != y->begin_ns) return compare(x->begin_ns, y->begin_ns);
    if (x->end_ns != y->end_ns) return compare(y->end_ns, x->end_ns);
    return compare(x->name, y->name);
}

static int by_thread(const void *a, const void *b)
{
    const orr__timeline_lane *x = a, *y = b;
    if (x->process != y->process) return x->process < y->process ? -1 : 1;
    return x->thread < y->thread ? -1 : x->thread > y->thread;
}

static int by_begin(const void *a, const void *b)
{
    return compare(((const orr__timeline_tick *)a)->begin_ns, ((const orr__timeline_tick *)b)->begin_ns);
}

/* Lanes in order of thread. */
static int32_t order_lanes(orr__timeline *timeline)
{
    const uint32_t count = timeline->lane_count;
    orr__timeline_lane *before = orr__alloc_new(&timeline->alloc, count * sizeof *before, 0);
    uint32_t *place = orr__alloc_new(&timeline->alloc, count * sizeof *place, 0);
    if (before && place) {
        memcpy(before, timeline->lanes, count * sizeof *before);
        qsort(timeline->lanes, count, sizeof *timeline->lanes, by_thread);
        for (uint32_t i = 0; i < count; i++) {
            for (uint32_t k = 0; k < count; k++) {
                if (by_thread(&before[i], &timeline->lanes[k]) == 0) place[i] = k;
            }
        }
        for (uint32_t i = 0; i < timeline->event_count; i++) timeline->events[i].lane = place[timeline->events[i].lane];
    }
    const bool fine = before && place;
    orr__alloc_free(&timeline->alloc, before, count * sizeof *before);
    orr__alloc_free(&timeline->alloc, place, count * sizeof *place);
    return fine ? ORR_OK : ORR_E_MEMORY;
}

/* ---- nesting ---- */

/* Events of a lane are in order of begin, so those that are open form a stack. */
static void nest(orr__timeline *timeline)
{
    orr__timeline_event *open[DEPTH_MOST];
    uint32_t depth = 0;
    for (uint32_t i = 0; i < timeline->event_count; i++) {
        orr__timeline_event *event = &timeline->events[i];
        if (i && event->lane != event[-1].lane) depth = 0;
        while (depth && open[depth - 1]->end_ns <= event->begin_ns) depth--;
        event->depth = depth;
        event->self_ns = event->end_ns - event->begin_ns;
        if (depth) {
            orr__timeline_event *outer = open[depth - 1];
            const uint64_t end = event->end_ns < outer->end_ns ? event->end_ns : outer->end_ns;
            const uint64_t inner = end - event->begin_ns;
            outer->self_ns -= inner < outer->self_ns ? inner : outer->self_ns;
        }
        if (depth < DEPTH_MOST) open[depth++] = event;
    }
}

static void sum_up(orr__timeline *timeline)
{
    for (uint32_t i = 0; i < timeline->event_count; i++) {
        const orr__timeline_event *event = &timeline->events[i];
        orr__timeline_name *name = &timeline->names[event->name];
        name->total_ns += event->end_ns - event->begin_ns;
        name->self_ns += event->self_ns;
        if (strcmp(name->kind, "wait") != 0) timeline->lanes[event->lane].busy_ns += event->self_ns;
    }
}

/* Times count from the first of all. */
static void move_to_zero(orr__timeline *timeline)
{
    uint64_t first = UINT64_MAX, last = 0;
    for (uint32_t i = 0; i < timeline->event_count; i++) {
        const orr__timeline_event *event = &timeline->events[i];
        if (event->begin_ns < first) first = event->begin_ns;
        if (event->end_ns > last) last = event->end_ns;
    }
    for (uint32_t i = 0; i < timeline->tick_count; i++) {
        const orr__timeline_tick *tick = &timeline->ticks[i];
        if (tick->begin_ns < first) first = tick->begin_ns;
        if (tick->end_ns > last) last = tick->end_ns;
    }
    for (uint32_t i = 0; i < timeline->event_count; i++) {
        timeline->events[i].begin_ns -= first;
        timeline->events[i].end_ns -= first;
    }
    for (uint32_t i = 0; i < timeline->tick_count; i++) {
        timeline->ticks[i].begin_ns -= first;
        if (timeline->ticks[i].end_ns) timeline->ticks[i].end_ns -= first;
    }
    timeline->duration_ns = last - first;
}

int32_t orr__timeline_finish(orr__timeline *timeline)
{
    if (timeline->event_count == 0) return ORR_OK;
    const int32_t code = order_lanes(timeline);
    if (code != ORR_OK) return code;
    move_to_zero(timeline);
    qsort(timeline->events, timeline->event_count, sizeof *timeline->events, by_place);
    if (timeline->tick_count) qsort(timeline->ticks, timeline->tick_count, sizeof *timeline->ticks, by_begin);
    nest(timeline);
    sum_up(timeline);
    return ORR_OK;
}
