/* A machine: one Lua state with the script loaded in a role, and what it is working on now. The main machine runs what
 * stands on the main thread; worker machines run systems with on = "workers". */
#ifndef ORR_SCRIPT_MACHINE_H
#define ORR_SCRIPT_MACHINE_H

#include "orrery.h"
#include "script/draft.h"
#include "script/outer.h"
#include "script/scene.h"
#include "script/seam.h"
#include "script/vm.h"

struct orr__stage;
struct orr__loop_state;
struct orr__group_state;

enum { ORR__MACHINE_VALUES = 64 };

struct orr__machine {
    orr__vm vm;
    orr_host *host;
    orr_world *world;
    bool worker;
    bool loaded;                    /* the script was run */
    uint64_t serial;                /* of a worker's: differs from that of the one it took the place of */
    orr_run *run;                   /* the system or hook that this machine runs now; NULL: none */
    uint32_t random_at;             /* numbers of ctx:random() so far in this run */
    struct orr__loop_state *loops;  /* all that were made; many are closed */
    uint32_t open_loops;            /* of these */
    struct orr__loop_state *stages; /* open stages of immediate spawns, innermost first */
    orr__near_view *near;           /* all that were made */
    orr__box *boxes;                /* all that were made */
    orr__draft draft;
    uint8_t *declared; /* [declared_count] of a worker's: which of the main machine's declarations it repeated */
    uint32_t declared_count, declared_capacity;
    uint32_t declared_next; /* behind the last of them */
    orr__scene_draft scene; /* of all orrery.draw so far */
    orr__outer outer;       /* of systems on workers */
    int64_t wide;
    orr_prefab_value values[ORR__MACHINE_VALUES]; /* of what is about to be spawned */
    uint32_t value_count;
    uint64_t spawned;                /* spawns with a fill outside of systems: key of their random numbers */
    const orr_entity *hook_entities; /* of the hook that runs now */
    uint32_t hook_count;
    uint32_t depth;   /* protected calls that this machine is in */
    int32_t guard[2]; /* what is counted down, see lua/orrery/guard.lua; 1: an outermost call begins */
    int enter;        /* reference of the Lua function that runs systems and hooks */
};

/* Makes the state and loads the Lua half; the script is not run yet. The struct must not move. */
int32_t orr__machine_init(orr__machine *machine, orr_host *host, bool worker);
void orr__machine_fini(orr__machine *machine);

/* For the Lua half, see variant.h: which system runs in which mode; shape(system) -> has rows, lattice or 0. */
void orr__variant_push(lua_State *L, const orr_host *host);
int orr__variant_shape(lua_State *L);

/* Runs the script's text. `name` is its path. */
int32_t orr__machine_load(orr__machine *machine, const char *text, size_t bytes, const char *name);
/* Runs a text in the script's environment. */
int32_t orr__machine_eval(orr__machine *machine, const char *text, const char *name);
/* The same for a line that a person typed: `orrery` is there, what an expression gives is printed, and what does not end
 * within a budget is an error. */
int32_t orr__machine_console(orr__machine *machine, const char *text);

/* Calls the Lua function that runs systems and hooks with `what` and a number, and keeps `results` on the stack. At the
 * end of the outermost call all loops are closed, so that no view outlives it. */
int32_t orr__machine_enter(orr__machine *machine, const char *what, uint32_t index, int results);
/* The same with the value on top of the stack, which is taken, as a third argument and without results. */
int32_t orr__machine_enter_with(orr__machine *machine, const char *what, uint32_t index);

#endif
