/* Systems: what was declared, checked and completed (stage, query, access, job binding, tracker). */
#ifndef ORR_SIM_SYSTEM_H
#define ORR_SIM_SYSTEM_H

#include "orrery.h"
#include "sim/access.h"
#include "sim/cells.h"
#include "sim/gather.h"
#include "sim/late.h"
#include "sim/run.h"

struct orr__binding;

/* A `before` or `after` that names a system which may be declared later. */
typedef struct orr__order {
    char *name;
    bool before;
} orr__order;

typedef struct orr__system {
    orr_system id; /* of its name, from 1: also when its script is loaded again */
    char *name;
    char *source; /* NULL: not known */
    uint64_t name_hash;
    uint32_t stage; /* index in the schedule's stages */
    bool has_rows;  /* runs over the rows of `query` */
    bool exclusive; /* alone, may touch everything */
    orr_query query;
    orr_lattice lattice; /* runs over bands of it; 0: none */
    orr__access_list access;
    orr_component *writes, *marks; /* those of `access` that the tick works on; end with 0 */
    orr_component *lists;          /* the allocation of both */
    uint32_t list_words;
    orr__gathers gathers;
    orr__cells cells;
    orr_tracker tracker; /* with `changed`; else 0 */
    orr__order *orders;
    uint32_t order_count, order_capacity;
    uint32_t every, on, on_error, substeps, latency;
    bool snapshot; /* runs on frozen copies: snapshot.h */
    bool isolated; /* its job runs in a helper program: isolate.h */
    uint32_t timeout_ms;
    const char *module; /* of its job, when isolated: its file, "" when it is built in */
    orr__late late;     /* with latency: runs that are not applied yet */

    bool skip_if_empty, render; /* render: in the stage of that name */
    bool enabled, wanted_enabled;
    bool declared_enabled; /* as the declaration says */
    bool broken;           /* an error has switched it off */
    bool scripted;         /* a script has it, not the embedder */
    uint64_t text_hash;    /* of all that its script says of it, where that is known */
    bool has_twin;         /* the script names a function that does what the job does */
    bool serial;           /* its ranges run one after the other: it writes something that all of them share */
    orr_param when;        /* 0: always */
    double when_value;
    orr_system_function *function;
    void *context;
    void (*release)(void *context);
    struct orr__binding *binding; /* NULL: a function */
    bool pooled;                  /* a function that is called on workers, for some of its ranges at a time */
    /* with pooled: called on the thread that steps before the ranges are shared; or NULL */
    orr_system_function *preface;
    bool prefaced;            /* that was done in this stage: it waits to be shared */
    bool holds;               /* it reads grids that must not be built anew */
    uint32_t place;           /* in the stage's systems */
    struct orr__system *next; /* finished before this one: see dispatch.c */
    orr_run run;
    double ns_a_row; /* moving estimate; decides who works, never what comes out */
    double last_ns;  /* by that estimate, of the last run; part of the stage's pool_ns */
    bool timed;
    uint64_t runs, rows, time_ns;
    uint64_t failures;
    char *failure; /* text of the last; NULL: none, or no memory for it */
} orr__system;

/* A function that runs on the thread that steps. */
static inline bool orr__system_on_main(const orr__system *system)
{
    return !system->binding && !system->pooled;
}

/* Whether the thread that steps has a part in it. */
static inline bool orr__system_takes_turn(const orr__system *system)
{
    return orr__system_on_main(system) || system->preface;
}

typedef struct orr__systems {
    orr__system **items; /* system s is items[s - 1]; NULL: its script has it no more */
    uint32_t count, capacity;
    orr__system **aside; /* [aside_count] of the text before, by number, while a script is loaded again; else NULL */
    uint32_t aside_count;
} orr__systems;

/* The number that a system of this name gets. */
orr_system orr__system_number(const orr_world *world, const char *name);
void orr__system_destroy(orr_world *world, orr__system *system);
orr__system *orr__system_at(const orr_world *world, orr_system system);
/* Before the first tick: a function takes the place of a system's job and keeps its access, for comparisons. */
void orr__system_replace(orr_world *world, orr_system system, orr_system_function *function, void *context,
                         void (*release)(void *context));
/* Tick boundary: orr_system_enable takes effect. */
void orr__systems_apply_enabled(orr_world *world);
/* Keeps this thread's error text, that of a run that failed, for orr_system_describe. */
void orr__system_keep_failure(orr_world *world, orr__system *system);
void orr__systems_fini(orr_world *world);

#endif
