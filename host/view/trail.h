/* Where entities were: the places of the rows of one layer over the last ticks, kept by who draws.
 *
 *   each state ──feed──> a column of the ring, one place for each slot        an entity has a slot from the first state
 *                                                                             that shows it until its trail has faded
 *   slot 0:  . . o o o o o     since its first column
 *   slot 1:  o o o o . . .     gone: what is left of it fades
 *            oldest ... newest
 *
 * What is kept depends on the states of the last `length` ticks alone. States may leave ticks out; a state of an earlier
 * tick (a world begun anew) forgets everything. Long trails keep one place for several ticks. */
#ifndef ORR_VIEW_TRAIL_H
#define ORR_VIEW_TRAIL_H

#include "base/alloc.h"
#include "base/map.h"
#include "orrery.h"
#include "view/gather.h"

enum { ORR__TRAIL_COLUMNS = 256 };

typedef struct orr__trail_slot {
    orr_entity entity;    /* 0: free */
    uint32_t first, last; /* columns, counted from 1 on */
    float width;
    uint8_t step; /* of the colour */
} orr__trail_slot;

typedef struct orr__trail {
    orr__alloc *alloc;
    uint32_t length, stride, columns; /* ticks; ticks a column; columns of the ring */
    uint32_t newest;                  /* column; 0: none yet. Column c is at c % columns */
    uint64_t tick[ORR__TRAIL_COLUMNS];
    orr__trail_slot *slots;
    float *places; /* [slot][column][2], in the world's units */
    uint32_t slot_count, slot_capacity, place_capacity, gone;
    uint32_t *row_slots; /* of the rows of the last state */
    uint32_t row_count, row_capacity;
    orr__map found; /* entity -> slot */
} orr__trail;

/* What a state says of the rows. */
typedef struct orr__trail_rows {
    uint64_t tick, count;
    const orr_entity *entities;
    orr__source x, y, width;
    const uint8_t *steps; /* NULL: all 0 */
} orr__trail_rows;

void orr__trail_init(orr__trail *trail, orr__alloc *alloc, uint32_t length);
void orr__trail_fini(orr__trail *trail); /* allowed on a zeroed struct */
/* ORR_E_MEMORY: it has forgotten everything. */
int32_t orr__trail_feed(orr__trail *trail, const orr__trail_rows *rows);

/* Columns of a slot that have not faded, oldest first: *from to *to, both included. False: none. */
bool orr__trail_span(const orr__trail *trail, uint32_t slot, uint32_t *from, uint32_t *to);
const float *orr__trail_place(const orr__trail *trail, uint32_t slot, uint32_t column);
/* 1 now, 0 `length` ticks ago. */
float orr__trail_strength(const orr__trail *trail, uint32_t column);

#endif
