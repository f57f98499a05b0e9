/* Ctrl-C: the first ends the run after the current tick, the second at once. A watchdog thread ends the process, and
 * says which system hangs, when the current tick does not end. */
#ifndef ORR_APP_SIGNALS_H
#define ORR_APP_SIGNALS_H

#include <stdbool.h>

#include "orrery.h"

/* From now on Ctrl-C is heard: while a script loads, and then while its world runs. */
int32_t orr__signals_begin(void);
/* The world whose ticks Ctrl-C ends; NULL before it is destroyed. */
void orr__signals_world(orr_world *world);
/* As after Ctrl-C, but nobody pressed it: what goes on for longer than a while is ended. */
void orr__signals_hurry(void);
void orr__signals_end(void);
/* Whether somebody asked to end. */
bool orr__signals_asked(void);

#endif
