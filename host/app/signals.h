/* Ctrl-C: the first ends the run after the current tick, the second at once. A watchdog thread ends the process, and
 * says which system hangs, when the current tick does not end. */
#ifndef ORR_APP_SIGNALS_H
#define ORR_APP_SIGNALS_H

#include <stdbool.h>

#include "orrery.h"

/* Watches over one world for the rest of the process; only one at a time. */
int32_t orr__signals_watch(orr_world *world);
/* No signal reaches the world after this: call before it is destroyed. */
void orr__signals_release(void);
/* Whether somebody asked to end. */
bool orr__signals_asked(void);

#endif
