/* A library without Lua: hosts are refused. Compiled instead of the rest of this folder when ORRERY_LUA is OFF. */
#include "base/error.h"
#include "orrery.h"

static int32_t refuse(void)
{
    return orr__fail(ORR_E_NOT_FOUND, "this library was built without Lua (ORRERY_LUA=OFF): it runs no scripts");
}

orr_host *orr_host_open(const orr_host_desc *desc)
{
    (void)desc;
    refuse();
    return NULL;
}

void orr_host_close(orr_host *host)
{
    (void)host;
}

int32_t orr_host_step(orr_host *host, uint64_t ticks)
{
    (void)host;
    (void)ticks;
    return refuse();
}

int32_t orr_host_run_free(orr_host *host, const orr_free_desc *desc)
{
    (void)host;
    (void)desc;
    return refuse();
}

int32_t orr_host_stop(orr_host *host)
{
    (void)host;
    return refuse();
}

orr_world *orr_host_world(orr_host *host)
{
    (void)host;
    refuse();
    return NULL;
}

int32_t orr_host_eval(orr_host *host, const char *text, const char *name)
{
    (void)host;
    (void)text;
    (void)name;
    return refuse();
}

uint64_t orr_host_test_ticks(const orr_host *host)
{
    (void)host;
    return 0;
}

const char *orr_host_engine(void)
{
    return "none";
}
