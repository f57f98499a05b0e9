/* Worker machines: the same script loaded in a worker role, one machine for each thread of the pool, for systems with
 * on = "workers". Made once, kept for the life of the host; one that ran out of memory is made anew. */
#ifndef ORR_SCRIPT_WORKER_H
#define ORR_SCRIPT_WORKER_H

#include "orrery.h"
#include "script/machine.h"

/* Makes the machines and runs the script in them; nothing when they are there or nobody needs them. A script that
 * declares other systems in this role is ORR_E_SCRIPT. */
int32_t orr__worker_start(orr_host *host);
void orr__worker_stop(orr_host *host);
/* The machine of the thread that a call of a worker system is on. NULL with the reason. */
orr__machine *orr__worker_of(orr_host *host, const orr_run *run);
/* Runs a text in all of them, after the main machine. */
int32_t orr__worker_eval(orr_host *host, const char *text, const char *name);

/* A value packed as bytes, on its way from the main machine to the workers: numbers, booleans, texts and tables of
 * them. Zeroed is empty. */
typedef struct orr__packed {
    char *bytes;
    uint32_t count, capacity;
} orr__packed;

/* Packs the value on top of the stack, which stays there. ORR_E_TYPE for what cannot be packed. */
int32_t orr__pack(orr__machine *from, orr__packed *into);
/* Leaves it on another machine's stack. */
int32_t orr__unpack(orr__machine *to, const orr__packed *from);
void orr__packed_fini(orr_world *world, orr__packed *packed);

#endif
