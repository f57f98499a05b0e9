/* Hooks: functions that are told when entities gain, are about to lose, or changed a component.
 *
 *   structural change --losing--> remove hooks run at once, before the values go
 *                     --gained--> noted; add hooks run when the present round of changes is applied
 *   end of a stage    ----------> change hooks run once, for the rows that their trackers hold
 *
 * What hooks change is recorded and applied as the next round; ORR__HOOK_ROUNDS of them, then it is an error. Outside
 * of ticks the rounds follow the call that caused them. Always on the thread that owns the world. */
#ifndef ORR_SIM_HOOK_H
#define ORR_SIM_HOOK_H

#include "orrery.h"
#include "sim/run.h"

enum { ORR__HOOK_ROUNDS = 16 };

typedef struct orr__hook {
    uint32_t kind;
    orr_component component;
    orr_hook_function *function;
    void *context;
    uint32_t declared; /* place in the order of declaration */
    bool scripted;     /* a script has it */
} orr__hook;

typedef struct orr__gain {
    orr_component component;
    orr_entity entity;
} orr__gain;

typedef struct orr__hooks {
    orr__hook *items; /* sorted by component, then declaration */
    uint32_t count, capacity;
    orr_component *watched; /* components with change hooks, ascending */
    orr_tracker *watchers;  /* [watched_count] their trackers */
    uint32_t watched_count, watched_capacity, watcher_capacity;
    orr__gain *gains; /* in order of arrival */
    uint32_t gain_count, gain_capacity;
    orr_entity *entities; /* scratch */
    uint32_t entity_capacity;
    orr__recording *pending, **pending_last; /* recorded by hooks, in order; the next round */
    char chain[512];                         /* names of hooks that recorded something, by round */
    bool running;                            /* rounds are being worked off */
    bool chained;                            /* the present round has its name in the chain */
    orr_run run;                             /* of the hook that is called */
} orr__hooks;

void orr__hooks_init(orr_world *world);
void orr__hooks_fini(orr_world *world);

/* For editions (sim/reload.h): what is declared, put aside, and the world without it. */
typedef struct orr__hooks_aside {
    orr__hook *items;
    uint32_t count, capacity;
    orr_component *watched;
    orr_tracker *watchers;
    uint32_t watched_count, watched_capacity, watcher_capacity;
} orr__hooks_aside;
void orr__hooks_take(orr_world *world, orr__hooks_aside *aside);
/* Those of the embedder are hooks of the world again, behind the script's. */
int32_t orr__hooks_add_foreign(orr_world *world, const orr__hooks_aside *aside);
/* The new ones go on where those that stand aside were; then they are done with. */
void orr__hooks_keep(orr_world *world, orr__hooks_aside *aside);
/* The new ones are gone; then, when the world is as it was, the old ones are back. */
void orr__hooks_drop_new(orr_world *world);
void orr__hooks_restore(orr_world *world, orr__hooks_aside *aside);
/* Works off add hooks and rounds; with `changes` change hooks too. */
int32_t orr__hooks_run(orr_world *world, bool changes);
/* Whether hooks may have something to do at the end of a stage without systems. */
bool orr__hooks_wait(const orr_world *world);

#endif
