/* A library without Lua: hosts are refused. Compiled instead of the rest of this folder when ORRERY_LUA is OFF. */
#include "base/error.h"
#include "orrery.h"
#include "script/variant.h"

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

orr_host *orr__host_open(const orr_host_desc *desc, const orr__variant *variant)
{
    (void)variant;
    return orr_host_open(desc);
}

const char *orr__mode_name(uint32_t mode)
{
    (void)mode;
    return "none";
}

uint32_t orr__mode_declared(const orr_host *host, orr_system system)
{
    (void)host;
    (void)system;
    return 0;
}

uint32_t orr__modes_besides(const orr_host *host, orr_system system)
{
    return orr__mode_declared(host, system);
}

const char *orr__variant_why(orr_host *host, orr_system system)
{
    (void)host;
    (void)system;
    return "";
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

int32_t orr_host_reload(orr_host *host)
{
    (void)host;
    return refuse();
}

int32_t orr_host_reload_text(orr_host *host, const char *text)
{
    (void)host;
    (void)text;
    return refuse();
}

int32_t orr_host_watch(orr_host *host)
{
    (void)host;
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
