/* Opening a script, and saying why when it cannot be. */
#ifndef ORR_APP_OPEN_H
#define ORR_APP_OPEN_H

#include "orrery.h"

/* `set`: what --set says, a list that ends with NULL; NULL for none. Returns the exit code: ORR__EXIT_FINE with a host,
 * or another after saying why. A script that is not there and a bad --set are wrong usage. */
int orr__open(const orr_host_desc *desc, const char *const *set, orr_host **host);

/* For commands that only look at it: on this thread alone; what the script prints goes to stderr. */
int orr__open_quietly(const char *script, const char *const *set, orr_host **host);

#endif
