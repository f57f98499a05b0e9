/* Ranges: pieces of the rows that a system visits, and what each of them records.
 *
 * The ranges of a system are cut by the data alone (never by the number of threads) and stay as they are until the
 * world's structure changes, so a steady tick builds nothing:
 *
 *   plan of a system:  [range 0 | table 3, chunk 0, rows 0..511][range 1 | ... 512..1023] ...   in the order of the data
 *                          |
 *                          +-- recording (taken from a free list when the range first records something):
 *                              patches, partial reductions, events. Merged in the order of the ranges, given back at
 *                              the end of the stage.
 *
 * One range is worked on by one thread; two ranges share no cache line of a column and no changed word. */
#ifndef ORR_SIM_RANGE_H
#define ORR_SIM_RANGE_H

#include "base/arena.h"
#include "ecs/patch.h"
#include "orrery.h"
#include "sim/event.h"
#include "sim/reduction.h"

#include <stdatomic.h>

struct orr__table;
struct orr__chunk;

typedef struct orr__recording {
    struct orr__recording *next; /* in the free list, or in the list of the run */
    orr__patches patches;
    orr__arena arena; /* of partials and events */
    orr__partials partials;
    orr__emitted emitted;
} orr__recording;

/* Recordings that are not used now. The list is taken and given back by any thread of the world. */
typedef struct orr__recordings {
    atomic_flag lock;
    orr__recording *free;
} orr__recordings;

struct orr_range {
    orr_rows rows; /* what the job or function sees; rows.range is this range */
    orr_run *run;
    struct orr__table *table;  /* NULL: bands of a lattice, or a system without rows */
    struct orr__chunk *chunk;  /* with a snapshot a frozen copy */
    struct orr__chunk *origin; /* the table's own, until the structure changes */
    orr__recording *recording; /* NULL: nothing recorded in this run */
    uint32_t place;            /* of the chunk in its table */
    uint32_t index;            /* in the run; the order of the data */
    int32_t code;              /* of this run */
    uint32_t worker;           /* of a native job: the thread that it is on */
    uint32_t sequence;         /* spawns with a fill so far: key of their random numbers */
    uint64_t wrote;            /* bit c: column c of the table was handed out for writing (63: it or any after it) */
    bool marked;               /* changed words were handed out */
};

/* The bit of a column in orr_range.wrote. */
static inline uint64_t orr__range_wrote(uint32_t column)
{
    return (uint64_t)1 << (column < 63 ? column : 63);
}

/* A recording, empty; and back into the free list, whatever it holds. Any thread. */
orr__recording *orr__recording_take(orr_world *world);
void orr__recording_give(orr_world *world, orr__recording *recording);

/* The recording of a range, taken from the free list if it has none; NULL with ORR_E_MEMORY. */
orr__recording *orr__range_recording(orr_range *range);
/* Drops what the range recorded and gives the recording back. */
void orr__range_drop(orr_range *range);
void orr__recordings_init(orr__recordings *recordings);
void orr__recordings_fini(orr_world *world);

/* Rows of a range for a query with `rows` matching rows. */
uint32_t orr__range_rows(uint64_t rows);

#endif
