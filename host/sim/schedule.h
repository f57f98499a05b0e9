/* The schedule: stages in order; in each a graph of systems. A system starts when all that have an edge to it are done.
 *
 * An edge a -> b says that b starts when a is done, and why:
 *   - `after` and `before`, as declared;
 *   - an exclusive system, or two that touch the same thing, one of them writing: in the order of declaration, unless
 *     `after` and `before` already order the two otherwise.
 * Only `after` and `before` (alone, or against the order of declaration) can make a cycle, which is an error.
 *
 * Batch n of a stage holds the systems whose longest chain of edges has n steps. Batch by batch, in order of
 * declaration in each, is the order of the stage: systems that run one after the other do so in it, main-thread systems
 * always do, and what all of them recorded is applied in it. */
#ifndef ORR_SIM_SCHEDULE_H
#define ORR_SIM_SCHEDULE_H

#include "orrery.h"

struct orr__system;

enum { ORR__EDGE_AFTER = 0, ORR__EDGE_BEFORE, ORR__EDGE_EXCLUSIVE, ORR__EDGE_ACCESS };

typedef struct orr__graph_edge {
    uint32_t from, to; /* indices in the stage's systems */
    uint32_t reason;
    bool implied; /* follows from other edges; printed, not needed */
} orr__graph_edge;

typedef struct orr__schedule_stage {
    char *name;
    bool once, render;            /* "startup", "render" */
    struct orr__system **systems; /* in order of declaration */
    uint32_t system_count, system_capacity;
    orr__graph_edge *edges;
    uint32_t edge_count, edge_capacity;
    uint32_t *batch_of;     /* [system_count] */
    uint32_t *need_count;   /* [system_count] edges to it, without those that are implied */
    uint32_t *follower_end; /* [system_count] in `followers`, which are those of system 0, then 1, ... */
    uint32_t *mains;        /* [main_count] what the thread that steps has a part in, in the order of the stage */
    uint32_t main_count;
    uint32_t *waiting, *ready, *group; /* [system_count] of dispatch.c, while the stage runs */
    uint32_t *followers; /* [follower_capacity] systems that edges lead to, without those that are implied */
    uint32_t follower_capacity;
    struct orr__system **order; /* batch by batch, in order of declaration in each */
    uint32_t *batch_end;        /* [batch_count] in `order` */
    uint32_t batch_count;
    uint32_t plan_capacity; /* of the arrays of system_count, and order and batch_end */
    uint64_t time_ns;
    double pool_ns;   /* what all that may be shared took when it last ran */
    uint32_t untimed; /* systems of which that is not known yet */
} orr__schedule_stage;

typedef struct orr__schedule {
    orr__schedule_stage *stages;
    uint32_t stage_count;
    bool built; /* false: systems were added since */
} orr__schedule;

int32_t orr__schedule_init(orr_world *world); /* the default stages */
void orr__schedule_fini(orr_world *world);
/* One that is not the world's any more. */
void orr__schedule_release(orr_world *world, orr__schedule *schedule);
/* Index of a stage, or UINT32_MAX with ORR_E_NOT_FOUND and the nearest name. */
uint32_t orr__schedule_find(const orr_world *world, const char *stage);
/* Of a system, stage or reduction: graphs, tables and messages put it on one line. ORR_E_ARGUMENT: empty, or control characters. */
int32_t orr__schedule_check_name(const char *what, const char *name);
int32_t orr__schedule_add(orr_world *world, struct orr__system *system);
/* Graph and batches, if anything was added. ORR_E_NOT_FOUND for `after` of an unknown system, ORR_E_CYCLE with the
 * cycle and the reason of each step. The script half calls it when a script has been loaded. */
int32_t orr__schedule_build(orr_world *world);
/* "after", "writes Position, reads Position", ... into `text`. */
void orr__schedule_reason(const orr_world *world, const orr__schedule_stage *stage, const orr__graph_edge *edge,
                          char *text, size_t bytes);

#endif
