#include "app/reload.h"

#include <stdio.h>
#include <string.h>

#include "app/signals.h"
#include "base/os.h"

enum { WAIT_NS = 5000000 };

static void tell(const char *more)
{
    const char *text = orr_last_error();
    fflush(stdout);
    fprintf(stderr, "%s%s\norrery: %s\n", strncmp(text, "orrery:", 7) == 0 ? "" : "orrery: ", text, more);
}

void orr__reload_look(orr_host *host)
{
    if (orr_host_watch(host) < 0) tell("the script as it was before goes on");
    fflush(stdout); /* people look at it while it runs */
}

bool orr__reload_mend(orr_host *host)
{
    tell("waiting until the script is saved");
    while (!orr__signals_asked()) {
        const int32_t status = orr_host_watch(host);
        if (status > 0) {
            fflush(stdout);
            return true;
        }
        if (status < 0) tell("still waiting");
        orr__sleep_ns(WAIT_NS);
    }
    return false;
}
