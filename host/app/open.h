/* Opening a script for commands that only look at it. */
#ifndef ORR_APP_OPEN_H
#define ORR_APP_OPEN_H

#include "orrery.h"

/* On this thread alone; what the script prints goes to stderr. NULL after saying why. */
orr_host *orr__open_quietly(const char *script, const char *const *set);

#endif
