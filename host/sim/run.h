/* A run: one system (or hook) in one tick, its ranges, what came of it. Each system has one, used again every tick.
 *
 * A function on workers may be in several calls at once. Each has an orr_run of its own, on the stack of its worker,
 * that says which ranges it is handed and where it is; plan and outcome are those of the system's run, `of`. */
#ifndef ORR_SIM_RUN_H
#define ORR_SIM_RUN_H

#include "base/arena.h"
#include "orrery.h"
#include "sim/range.h"

#include <stdatomic.h>

struct orr__system;
struct orr__hook;
struct orr__inputs;

/* What failed first, in the order of the data. */
typedef struct orr__run_failure {
    int32_t code;   /* ORR_OK: nothing */
    uint32_t range; /* index; UINT32_MAX: outside the ranges */
    uint32_t row;   /* UINT32_MAX: not known */
    char text[1024];
} orr__run_failure;

enum { ORR__FROZEN_BYTES = 127 * 4096 }; /* four blocks to a huge page, with its head */

struct orr_run {
    orr_world *world;
    struct orr__system *system; /* NULL: a hook */
    const struct orr__hook *hook;
    orr_tick tick;
    orr_range *ranges; /* [range_count], in the order of the data */
    uint32_t range_count, range_capacity;
    orr_range outside; /* what is recorded before the first and after the last range, or without rows */
    uint64_t rows;     /* of all ranges */
    orr_rows *whole;   /* ORR_WHOLE: [range_count] copies, one after the other */
    uint32_t whole_capacity;
    orr__arena arena;           /* of the plan: slot pointers, changed words, with a snapshot the heads of chunks */
    orr__arena frozen;          /* of the plan: with a snapshot, copies of columns */
    struct orr__inputs *inputs; /* with latency: what it sees of the world; NULL: the world */
    const char *extra;          /* [extra_bytes] what the preface packed for this run; the script's */
    uint32_t extra_bytes;
    uint64_t extra_number;     /* tells those of one system apart */
    uint64_t version;          /* world->version that the plan was made for; UINT64_MAX: none */
    uint32_t next, end;        /* ranges that orr_run_next hands out are next to end - 1 */
    orr_range *current;        /* range handed out last, or `home` */
    orr_range *home;           /* where it is when at no range: &outside, of this run or of `of` */
    orr_run *of;               /* of a call: the system's run; else itself */
    uint32_t worker;           /* number of the thread that the call is on; 0: the one that steps */
    uint32_t row_hint;         /* orr__run_at_row; UINT32_MAX: none */
    bool active;               /* ran, or was to run, in the present stage */
    bool ready;                /* prepared: to be run */
    bool clocked;              /* the clock is read around it; otherwise time_ns is a guess */
    bool holds;                /* is counted by the grids that it reads */
    _Atomic uint32_t recorded; /* ranges with a recording */
    bool no_world;             /* on = workers */
    _Atomic bool dropped;      /* nobody wants it any more: its calls are handed no more ranges */
    _Atomic uint32_t turn;     /* of a function on the main thread: see dispatch.c */
    atomic_flag failure_lock;
    orr__run_failure failure;
    /* written by every worker after every task: on a line of their own, away from what they read */
    char before[64];
    _Atomic uint64_t time_ns;    /* of this run */
    _Atomic uint32_t unfinished; /* tasks that were shared and are not done */
    char after[64];
};

void orr__run_init(orr_run *run, orr_world *world);
void orr__run_fini(orr_run *run);

/* A call of a function on workers: ranges begin to end of the system's run `of`, or the whole of one without ranges. */
void orr__run_call(orr_run *call, orr_run *of, uint32_t begin, uint32_t end, uint32_t worker);

/* The row that is being worked on, for the message should it fail; UINT32_MAX: none. */
void orr__run_at_row(orr_run *run, uint32_t row);

/* Key of random numbers for the fill of the next spawn that the present range records: a function of its first entity
 * (or its place), the system and the sequence, never of the worker. */
uint64_t orr__run_spawn_key(orr_run *run);

/* The patches that the present range records, taken when needed; NULL with ORR_E_MEMORY. For the seam, which works on
 * stages itself. */
orr__patches *orr__run_patches(orr_run *run);

/* Notes a failure (the thread's error text) of a range; the first in the order of the data is kept. Any thread. `run`
 * may be a call. */
void orr__run_failed(orr_run *run, orr_range *range, int32_t code);

/* Whether the present run may touch a component; ORR_E_ACCESS with what to declare. */
int32_t orr__run_may(const orr_run *run, orr_component component, bool write);

/* Whether a range has given out provisional handles. */
bool orr__run_has_spawned(const orr_run *run);

/* Name for messages: "system 'move'", "hook on add of Position". */
void orr__run_name(const orr_run *run, char *text, size_t bytes);

#endif
