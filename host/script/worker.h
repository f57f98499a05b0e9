/* Worker machines: the same script loaded in a worker role, for systems with on = "workers". In process for now: one
 * machine, called on the thread that steps. */
#ifndef ORR_SCRIPT_WORKER_H
#define ORR_SCRIPT_WORKER_H

#include "orrery.h"
#include "script/machine.h"

/* Makes the machine and runs the script in it; nothing when it is there or nobody needs it. */
int32_t orr__worker_start(orr_host *host);
void orr__worker_stop(orr_host *host);
/* The machine for a run of a worker system: one that ran out of memory is made anew. NULL with the reason. */
orr__machine *orr__worker_of(orr_host *host, const orr_run *run);

/* Copies the value on top of one machine's stack to another's: numbers, booleans, texts and tables of them. */
int32_t orr__worker_copy(orr__machine *from, orr__machine *to);

#endif
