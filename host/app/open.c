#include "app/open.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/args.h"
#include "base/error.h"

static int complain(int code)
{
    const char *text = orr_last_error();
    fflush(stdout);
    fprintf(stderr, "%s%s\n", strncmp(text, "orrery:", 7) == 0 ? "" : "orrery: ", text);
    return code;
}

/* NAME=VALUE for a param of the script. */
static int32_t set_param(orr_world *world, const char *text)
{
    const char *equals = strchr(text, '=');
    char name[256];
    if (!equals || equals == text || (size_t)(equals - text) >= sizeof name) {
        return orr__fail(ORR_E_ARGUMENT, "--set '%s' does not say NAME=VALUE", text);
    }
    snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    char *end = NULL;
    const double value = strtod(equals + 1, &end);
    if (end == equals + 1 || *end || !isfinite(value)) {
        return orr__fail(ORR_E_ARGUMENT, "--set '%s': the value of '%s' is no number", text, name);
    }
    const orr_param param = orr_param_find(world, name);
    const int32_t status = param ? orr_param_set(world, param, value) : orr__error_code();
    return status == ORR_OK ? ORR_OK : orr__fail_more("--set '%s'", text);
}

int orr__open(const orr_host_desc *desc, const char *const *set, orr_host **host)
{
    *host = orr_host_open(desc);
    if (!*host) return complain(orr__error_code() == ORR_E_FILE ? ORR__EXIT_USAGE : ORR__EXIT_SIMULATION);
    for (; set && *set; set++) {
        if (set_param(orr_host_world(*host), *set) == ORR_OK) continue;
        const int status = complain(ORR__EXIT_USAGE);
        orr_host_close(*host);
        *host = NULL;
        return status;
    }
    return ORR__EXIT_FINE;
}

static void log_to_stderr(void *context, int level, const char *text)
{
    (void)context;
    fprintf(stderr, "%s%s\n", level == 1 ? "orrery: warning: " : "", text);
}

int orr__open_quietly(const char *script, const char *const *set, orr_host **host)
{
    return orr__open(&(orr_host_desc){ .script = script, .log = log_to_stderr }, set, host);
}
