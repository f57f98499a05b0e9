/* A witness keeps what every system of the present tick left behind, so that two runs of a script can be compared
 * system by system: the first that differs is the one to look at, for the others only follow from it.
 *
 *   tick of run A   move: Position of 300 rows | count: resource 'total' | breed: 5 spawns recorded | stage: 8 hashes
 *   tick of run B   move: Position of 300 rows | count: resource 'total' | breed: 6 spawns recorded | stage: 8 hashes
 *                                                                                  ^ here
 *
 * Kept are copies of the components, lattices and resources that a system may write (with what the sets that it
 * recorded made of them), and counts and hashes of what else it recorded; of every stage the hashes of the parts of
 * the state. What a system with latency did some ticks ago belongs to it when it arrives, and is kept apart from what
 * it did in this tick.
 * Copies, because later systems write over it, and because a fault need not come again when the run is repeated. */
#ifndef ORR_STORE_WITNESS_H
#define ORR_STORE_WITNESS_H

#include "base/arena.h"
#include "orrery.h"
#include "sim/observer.h"
#include "store/statehash.h"

/* Kinds of what a system records, besides sets. */
enum {
    ORR__RECORD_SPAWN = 0,
    ORR__RECORD_DESTROY,
    ORR__RECORD_ADD,
    ORR__RECORD_REMOVE,
    ORR__RECORD_SET,
    ORR__RECORD_EVENT,
    ORR__RECORD_REDUCTION,
    ORR__RECORD_KINDS
};

/* Columns of the same rows, cells or fields. */
typedef struct orr__piece {
    struct orr__piece *next;
    uint32_t kind;            /* ORR__ACCESS_COMPONENT, _RESOURCE, _LATTICE */
    uint32_t id;              /* component, resource, lattice */
    uint32_t table;           /* of components */
    uint32_t first, count;    /* rows in the table; cells */
    const orr_entity *entity; /* [count], components only */
    const char *text;         /* resources that are texts */
    const void **columns;     /* [fields], each [count] */
} orr__piece;

typedef struct orr__sight { /* of one system in the present tick */
    bool ran;
    orr__piece *first, *last;
    uint64_t record_count[ORR__RECORD_KINDS], record_hash[ORR__RECORD_KINDS];
} orr__sight;

typedef struct orr__witness {
    orr__observer observer; /* first */
    orr_world *world;
    orr__arena arena;
    orr__sight *systems; /* [system_count], system s is [s - 1] */
    orr__sight *arrived; /* the same, of what systems with latency did some ticks ago */
    uint32_t system_count, system_capacity, arrived_capacity;
    uint64_t (*stages)[ORR__STATE_PARTS]; /* [stage_count] hashes after each stage; 0: it did not run */
    uint32_t stage_count;
    uint64_t most_bytes; /* that copies may take in a tick */
    uint64_t bytes;
    bool partial; /* there was more than that, or no memory: what is missing counts as equal */
} orr__witness;

/* Watches a world from its next tick on; fini before the world is destroyed. most_bytes 0: 512 MiB. The struct must not
 * move. ORR_E_MEMORY. */
int32_t orr__witness_init(orr__witness *witness, orr_world *world, uint64_t most_bytes);
void orr__witness_fini(orr__witness *witness); /* takes a zeroed struct */
/* Before each tick: forgets the last one. */
int32_t orr__witness_begin(orr__witness *witness);

#endif
