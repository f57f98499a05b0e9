/* Worker machines: the same script loaded in a worker role, one machine for each thread of the pool, for systems with
 * on = "workers". Made once, kept for the life of the host; one that ran out of memory is made anew.
 *
 * A thread of the pool is in its machine during a tick and, with what has latency, whenever it likes. So a machine is
 * taken by whoever is in it: by its thread for a call, which may make it anew; by the thread that steps for a look at
 * its outer locals, unless it is taken. What is done to all of them (loading, closing) is done while nobody works in the
 * background: orr__late_still. */
#ifndef ORR_SCRIPT_WORKER_H
#define ORR_SCRIPT_WORKER_H

#include <stdatomic.h>

#include "orrery.h"
#include "script/machine.h"

typedef struct orr__worker {
    _Alignas(64) _Atomic uint32_t taken; /* 1: somebody is in it */
    orr__machine *machine;               /* NULL: made when it is needed */
    uint64_t serial;                     /* machines that this thread has had */
} orr__worker;

/* Makes the machines and runs the script in them; nothing when they are there or nobody needs them. A script that
 * declares other systems in this role is ORR_E_SCRIPT. */
int32_t orr__worker_start(orr_host *host);
void orr__worker_stop(orr_host *host);
/* What is in flight is not wanted any more, and what is worked on is cut short as far as possible: counted loops (guard)
 * end, and no range is handed out any more. */
void orr__worker_discard(orr_host *host);
/* The machine of the thread that a call of a worker system is on, taken. NULL with the reason, and not taken. */
orr__machine *orr__worker_take(orr_host *host, const orr_run *run);
void orr__worker_give(orr_host *host, const orr_run *run);
/* For others: NULL when there is none, or somebody is in it. To be given back with orr__worker_let_go. */
orr__machine *orr__worker_try(orr_host *host, uint32_t worker);
void orr__worker_let_go(orr_host *host, uint32_t worker);
/* Runs a text in all of them, after the main machine. name NULL: a line of the console. */
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
int32_t orr__unpack(orr__machine *to, const char *bytes, uint32_t count);
void orr__packed_fini(orr_world *world, orr__packed *packed);

#endif
