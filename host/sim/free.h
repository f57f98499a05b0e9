/* Running free: a world steps on a thread of its own.
 *
 *   other threads                                  the world's thread (live)
 *   ─────────────                                  ─────────────────────────
 *   pause, resume, pace, stop: a word changes      between two ticks: makes the calls that were posted, looks at the
 *   post, param: a node is pushed to the front     words, sleeps until its time or until the bell rings
 *   then the bell rings                            one tick; mailboxes get a state
 *
 * While it runs, world->owner is that thread, and everything of the world is its own but for the words and the nodes
 * below. Starting and joining the thread are what hands the world over and back. */
#ifndef ORR_SIM_FREE_H
#define ORR_SIM_FREE_H

#include "base/os.h"
#include "orrery.h"

struct orr__posted;

typedef struct orr__free {
    orr__thread thread;
    _Atomic uint32_t bell;    /* goes up when a word changes or a node is pushed: what the thread sleeps on */
    _Atomic uint32_t command; /* what it should do: RUN, PAUSE, STOP of free.c */
    _Atomic uint32_t state;   /* ORR_FREE_x */
    _Atomic uint64_t tick;    /* ticks done */
    _Atomic uint64_t pace;    /* bits of the double */
    _Atomic(struct orr__posted *) posted; /* newest first */
    /* of the thread, until `state` is ORR_FREE_ENDED */
    uint64_t ticks_left, state_ns; /* ticks_left UINT64_MAX: no limit */
    uint64_t tick_due, state_due;  /* by the clock */
    uint64_t seen_pace;
    bool unseen; /* ticks were done after the last state */
    int32_t code;
    char text[2048];
} orr__free;

/* As orr_world_post, many times a second: no state is published for its sake. A function that has changed something says
 * so by orr__free_changed. */
int32_t orr__free_ask(orr_world *world, orr_post_function *function, void *context);
void orr__free_changed(orr_world *world);

/* orr_param_set from another thread: checked there, set by the world's. */
int32_t orr__free_set_param(orr_world *world, orr_param param, double value);

/* Before the world is destroyed. */
void orr__free_fini(orr_world *world);

#endif
