/* What the tick calls: C functions that run a script's systems and hooks in a machine, one protected call each. */
#ifndef ORR_SCRIPT_BIND_H
#define ORR_SCRIPT_BIND_H

#include <stdbool.h>

#include "orrery.h"
#include "script/seam.h"

/* Creates the system that a draft of the main machine describes; its number or a negative code. */
int32_t orr__bind_system(orr__machine *m, orr_system_desc *desc);
/* The number of the hook for the Lua half, or a negative code. */
int32_t orr__bind_hook(orr__machine *m, uint32_t kind, uint32_t component);

struct orr__system;
/* Whether a system is a function of a script. */
bool orr__bind_is_script(const struct orr__system *system);

/* After the world's systems are done with them: what the hooks were given. */
void orr__bind_fini(orr_host *host);

#endif
