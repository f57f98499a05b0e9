/* The benchmark's frame: pairs of functions timed in turn, medians of repeats, one row each. */
#ifndef ORR_APP_BENCH_H
#define ORR_APP_BENCH_H

#include <stdbool.h>

#include "orrery.h"

typedef void orr__bench_function(void *context);

/* One row: what ours takes a unit of work, and what the raw loop beside it takes. */
typedef struct orr__bench_row {
    char name[64];
    const char *unit; /* "ns a row" */
    double ours, raw; /* medians; raw 0: there is none */
    double p99;       /* of ours; 0: not told */
    double target;    /* of ours / raw when there is a raw loop, else of ours; 0: none */
    bool absolute;    /* the target is of ours itself, although there is a raw loop */
} orr__bench_row;

enum { ORR__BENCH_ROWS = 160, ORR__BENCH_REPEATS = 101 };

typedef struct orr__bench {
    orr__bench_row rows[ORR__BENCH_ROWS];
    uint32_t count;
    uint32_t repeats;
    const char *only; /* part of the names to run; NULL: all */
    bool failed;
} orr__bench;

/* Whether a group is asked for, to spare its preparation. */
bool orr__bench_wanted(const orr__bench *bench, const char *group);

/* Times `ours` and `raw` (NULL: none) in turn; each call does `units` units of work. `before` (may be NULL) runs before
 * each call of ours, untimed. */
void orr__bench_pair(orr__bench *bench, const char *name, const char *unit, double units, double target,
                     orr__bench_function *ours, orr__bench_function *raw, orr__bench_function *before, void *context);

/* The last row is to reach `target` itself, not as a ratio to its raw loop. */
void orr__bench_goal(orr__bench *bench, double target);

/* A row that was measured otherwise. */
void orr__bench_add(orr__bench *bench, const char *name, const char *unit, double ours, double p99, double target);

/* Says what went wrong and marks the run as failed. */
void orr__bench_fail(orr__bench *bench, const char *what);

/* The groups, one file each. */
void orr__bench_move(orr__bench *bench);     /* native moves, marks, trackers, many tables */
void orr__bench_lua(orr__bench *bench);      /* Lua moves, access by handle, single spawns */
void orr__bench_entity(orr__bench *bench);   /* spawn, destroy, add, remove, get, set, memory */
void orr__bench_snapshot(orr__bench *bench); /* freezing, committing, set-patches */
void orr__bench_workers(orr__bench *bench);  /* Lua on two workers, empty systems, many small ones */
void orr__bench_isolate(orr__bench *bench);  /* jobs in a helper program */
void orr__bench_trace(orr__bench *bench);    /* a tick with its timeline written and without */
void orr__bench_reload(orr__bench *bench);   /* from saving a script to its first tick */
void orr__bench_demo(orr__bench *bench);     /* ticks of the demos */
void orr__bench_draw(orr__bench *bench);     /* points and triangles into a picture */
void orr__bench_window(orr__bench *bench);   /* boids in a window with its panel */
void orr__bench_pool(orr__bench *bench);     /* dispatch and join */

#endif
