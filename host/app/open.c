#include "app/open.h"

#include <stdio.h>
#include <string.h>

static void log_to_stderr(void *context, int level, const char *text)
{
    (void)context;
    fprintf(stderr, "%s%s\n", level == 1 ? "orrery: warning: " : "", text);
}

orr_host *orr__open_quietly(const char *script, const char *const *set)
{
    orr_host *host = orr_host_open(&(orr_host_desc){ .script = script, .set = set, .log = log_to_stderr });
    const char *text = orr_last_error();
    if (!host) fprintf(stderr, "%s%s\n", strncmp(text, "orrery:", 7) == 0 ? "" : "orrery: ", text);
    return host;
}
