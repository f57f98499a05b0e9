/* Events: records that systems emit and others read until the end of the next tick.
 *
 * While systems run, each range keeps what it emits in a list of its own (orr__emitted); at the end of the stage the
 * lists are published in patch order. */
#ifndef ORR_SIM_EVENT_H
#define ORR_SIM_EVENT_H

#include "base/arena.h"
#include "ecs/component.h"
#include "ecs/edition.h"
#include "ecs/patch.h"
#include "orrery.h"

typedef struct orr__event {
    char *name;
    orr__field *fields; /* in order of name */
    uint32_t field_count;
    orr_value *values; /* of the events alive: [count * field_count], in patch order */
    uint64_t *ticks;   /* [count] when each was emitted */
    uint64_t count, capacity;
    orr__hidden hidden;
    uint64_t pending; /* scratch of orr__events_publish: how many are about to come */
} orr__event;

typedef struct orr__events {
    orr__event *items; /* event e is items[e - 1] */
    uint32_t count, capacity;
} orr__events;

typedef struct orr__emit {
    struct orr__emit *next;
    orr_event event;
    uint32_t value_count;
    orr_value values[]; /* in order of the event's fields */
} orr__emit;

/* What one range emitted, in order. All zero: empty. The memory is the arena's that is given to each call. */
typedef struct orr__emitted {
    orr__emit *first, *last;
    uint32_t count;
} orr__emitted;

/* NULL unless 1 .. count; lives until the next event is declared. */
orr__event *orr__event_at(const orr_world *world, orr_event event);

/* orr_event_get of one that has been found. */
int32_t orr__event_value(const orr__event *event, uint64_t index, uint32_t field, orr_value *out);

/* Any thread, one at a time for each list. ORR_E_NOT_FOUND for an unknown event. Entity fields may hold provisional
 * handles of the same range. A failure adds nothing. */
int32_t orr__emitted_add(orr__emitted *emitted, orr__arena *arena, const orr_world *world, orr_event event,
                         const orr_value *values);
/* From native jobs: by name, values as doubles, checked against the types of the fields and their number. */
int32_t orr__emitted_add_named(orr__emitted *emitted, orr__arena *arena, const orr_world *world, const char *event,
                               const double *values, uint32_t count);

/* The thread that steps, after provisional handles have been given real ones (patches->reserved): makes a list alive,
 * resolving provisional handles in entity fields. All or nothing; ORR_E_DEAD for a handle that the list never gave
 * out. `patches` may be NULL: nothing was recorded. */
int32_t orr__events_publish(orr_world *world, const orr__emitted *emitted, const orr__patches *patches);
/* End of tick `tick`: drops what was emitted before it. */
void orr__events_expire(orr_world *world, uint64_t tick);
/* For editions: see sim/reload.h. */
void orr__events_drop(orr_world *world, uint32_t count);
void orr__events_fini(orr_world *world);

#endif
