/* A timeline as it was read from a file of Chrome trace events: what `orrery trace` counts and draws. */
#ifndef ORR_APP_TIMELINE_H
#define ORR_APP_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/map.h"

/* What a name stands for, as drawn: systems get a colour each, the tick's own work has fixed ones. */
typedef struct orr__timeline_name {
    char *kind; /* "system", "plan", "wait" ...: the event's category */
    char *text;
    bool own;                   /* the tick's own work, not a system or a user's span */
    uint64_t total_ns, self_ns; /* of all its events; self: without what is nested in them */
} orr__timeline_name;

typedef struct orr__timeline_event {
    uint64_t begin_ns, end_ns; /* since the first of the file */
    uint64_t self_ns;
    uint64_t tick; /* ORR__TIMELINE_NO_TICK: none said */
    uint64_t rows;
    uint32_t name, lane;
    uint32_t of;    /* a name, or UINT32_MAX: what a plan or a settling was for */
    uint32_t depth; /* how many others of its lane it is nested in */
} orr__timeline_event;

#define ORR__TIMELINE_NO_TICK UINT64_MAX

typedef struct orr__timeline_lane {
    int64_t process, thread;
    char *name;
    uint64_t busy_ns; /* in events that are not waits */
} orr__timeline_lane;

typedef struct orr__timeline_tick {
    uint64_t tick, begin_ns, end_ns; /* end 0: it was not written */
} orr__timeline_tick;

typedef struct orr__timeline {
    orr__alloc alloc;
    orr__timeline_event *events; /* by lane, begin, the longer first */
    uint32_t event_count, event_capacity;
    orr__timeline_name *names;
    uint32_t name_count, name_capacity;
    orr__timeline_lane *lanes; /* by process and thread */
    uint32_t lane_count, lane_capacity;
    orr__timeline_tick *ticks; /* in order of time */
    uint32_t tick_count, tick_capacity;
    orr__map name_of;
    uint64_t duration_ns; /* from the first begin to the last end */
    uint64_t lost;        /* records that did not find room when the file was made */
    char *script;         /* NULL: not said */
} orr__timeline;

/* Reads a file; ORR_E_FILE with one line that says what is wrong with it. Fini is needed after a failure too. */
int32_t orr__timeline_read(orr__timeline *timeline, const char *path);
void orr__timeline_fini(orr__timeline *timeline);

/* For the reader. Kind and text are copied; UINT32_MAX when there is no memory. */
uint32_t orr__timeline_name_of(orr__timeline *timeline, const char *kind, const char *text);
uint32_t orr__timeline_lane_of(orr__timeline *timeline, int64_t process, int64_t thread);
/* Orders what was read, finds what is nested in what, and sums up. */
int32_t orr__timeline_finish(orr__timeline *timeline);

#endif
