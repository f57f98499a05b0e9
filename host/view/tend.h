/* Tending: what a window has done on its world's thread in each frame, between ticks: the script is looked at and
 * loaded again when it was saved, and a scene that was declared anew gets a new show.
 *
 *   window's thread                          world's thread
 *   orr__tend_ask    ── posted ──────────>   reload, open a show
 *   orr__tend_take   <── `answered` ───────  what came of it                                                         */
#ifndef ORR_VIEW_TEND_H
#define ORR_VIEW_TEND_H

#include <stdatomic.h>

#include "orrery.h"
#include "sim/scene.h"

typedef struct orr__tend {
    const orr_window_host *host;
    orr_world *world;
    uint32_t readers;
    uint64_t version; /* of the scene that the window shows */
    uint64_t asked_ns;
    bool asked;
    _Atomic bool answered;
    /* the answer */
    int32_t code; /* 1: loaded again, negative: that failed, with its text */
    char text[2048];
    orr__show *fresh; /* NULL: the scene is the same */
} orr__tend;

/* Asks, if the last answer was taken and some time is over. */
void orr__tend_ask(orr__tend *tend);
/* True: there is an answer, which is the caller's until it asks again. */
bool orr__tend_take(orr__tend *tend);

#endif
