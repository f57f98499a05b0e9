/* orrery run --watch: the script is loaded again when it is saved. */
#ifndef ORR_APP_RELOAD_H
#define ORR_APP_RELOAD_H

#include <stdbool.h>

#include "orrery.h"

/* Between ticks. A text that does not load is told of; the one before goes on. */
void orr__reload_look(orr_host *host);
/* A tick has failed, and the error says why: tells, and waits for a text that loads. False: somebody asked to end. */
bool orr__reload_mend(orr_host *host);

#endif
