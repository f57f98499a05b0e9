/* Restarting: another world in place of the old one. It is made on a thread of its own, because to stop the one and to
 * start the other takes as long as their ticks do, and the window waits for neither.
 *
 * Params that were turned keep their values: they are how a person says what the new world begins with. */
#ifndef ORR_VIEW_RESTART_H
#define ORR_VIEW_RESTART_H

#include <stdatomic.h>

#include "base/os.h"
#include "orrery.h"
#include "sim/scene.h"
#include "view/tend.h"

enum { ORR__RESTART_PARAMS = 64 };

typedef struct orr__restart {
    const orr_window_host *host;
    uint32_t readers; /* of the new show */
    uint64_t seed;
    orr_world *world;        /* the old one; then the one that is there, which is the old one if there is no other */
    orr__tend *tend;         /* of the old world */
    orr__show *show, *fresh; /* of the old one, closed here (fresh: one that nobody has seen); then the new one's */
    bool replaced;
    int32_t code; /* with its text; show may be NULL then */
    char text[2048];
    bool active;
    _Atomic bool done;
    orr__thread thread;
    uint32_t param_count;
    struct {
        char name[64];
        double value;
    } params[ORR__RESTART_PARAMS];
} orr__restart;

/* Begins; all but `show` was set by the caller, who holds no state of them. ORR_E_THREAD. */
int32_t orr__restart_begin(orr__restart *restart);
/* True once, when it is done. */
bool orr__restart_take(orr__restart *restart);
/* Waits for it: for the end of the window. */
bool orr__restart_wait(orr__restart *restart);

#endif
