/* Outer locals of systems on workers: numbers, texts and booleans that a system's function, or a function that it calls,
 * keeps outside of itself. Every machine has its own, so when they drift apart results depend on who did what. Watched
 * in the checked mode, and told once each. */
#ifndef ORR_SCRIPT_OUTER_H
#define ORR_SCRIPT_OUTER_H

#include <lua.h>

#include "orrery.h"
#include "script/seam.h"

typedef struct orr__outer_cell {
    int function;      /* reference in the registry */
    int index;         /* of the upvalue */
    orr_system system; /* that reaches it first */
    bool told;         /* of the main machine's only */
    uint64_t runs;     /* of the system when it was looked at last; of the main machine's only */
} orr__outer_cell;

typedef struct orr__outer {
    orr__outer_cell *cells;
    uint32_t count, capacity;
} orr__outer;

/* For the Lua half: watch(function, index, system) adds a cell of this machine, in the same order in every machine;
 * watch() forgets all. */
int orr__outer_watch(lua_State *L);
void orr__outer_fini(orr__machine *machine);

/* After a tick, on the thread that steps. The context is the host. */
void orr__outer_compare(orr_world *world, void *context);

#endif
