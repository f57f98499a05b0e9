/* Where two runs of a script differ: the first system of a tick that left something else behind, and in what. */
#ifndef ORR_STORE_DIFFERENCE_H
#define ORR_STORE_DIFFERENCE_H

#include "orrery.h"
#include "store/witness.h"

enum {
    ORR__DIFFER_NOT = 0,
    ORR__DIFFER_RUN,       /* the system ran in one of them only */
    ORR__DIFFER_FIELD,     /* of an entity */
    ORR__DIFFER_CELL,      /* of a lattice */
    ORR__DIFFER_RESOURCE,  /* a field of it, or its text */
    ORR__DIFFER_RECORD,    /* the system recorded other spawns, events, ... */
    ORR__DIFFER_PARAM,     /* or the changes of params that are queued */
    ORR__DIFFER_EVENT,     /* events alive */
    ORR__DIFFER_REDUCTION, /* a sum, minimum or maximum */
    ORR__DIFFER_STRUCTURE, /* entities, tables, rows: which there are and in which order */
    ORR__DIFFER_CLOCK      /* tick or seed */
};

typedef struct orr__difference {
    uint32_t kind;
    orr_system system; /* who left it behind; 0: not known */
    bool late;         /* it did so some ticks ago, and it arrived in this one */
    uint32_t stage;    /* index in the schedule; UINT32_MAX: not known */
    orr_entity entity; /* 0: none */
    orr_field field;   /* with ORR__DIFFER_FIELD */
    char what[200];    /* "Position.x", "resource 'total', field 'value'", "5 and 6 spawns" */
    uint32_t type;     /* of the values; ORR_TYPE_NONE: there are none, `what` says all */
    orr_value a, b;
    uint64_t differing, values; /* how many of how many values of the same kind differ, as far as it is known */
} orr__difference;

/* After the same tick of two worlds that run the same script. False: they are equal. */
bool orr__difference_find(const orr__witness *a, const orr__witness *b, orr__difference *out);

/* The same from the worlds alone: the system is not known. */
bool orr__difference_worlds(const orr_world *a, const orr_world *b, orr__difference *out);

/* Of a difference in a field that a system left behind: whether it ran on a snapshot in `world` and wrote the value of
 * the other run there, but did not mark the row, so that it was not committed. Right after the tick. */
bool orr__difference_unmarked(const orr__difference *difference, const orr_world *world, orr_value other);

#endif
