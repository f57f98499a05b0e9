#include "script/variant.h"

#include <lauxlib.h>

#include "base/error.h"
#include "script/host.h"
#include "sim/bind.h"
#include "sim/sim.h"

const char *orr__mode_name(uint32_t mode)
{
    switch (mode) {
    case ORR__MODE_MAIN: return "main";
    case ORR__MODE_WORKERS: return "workers";
    case ORR__MODE_JOB: return "job";
    case ORR__MODE_TWIN: return "twin";
    case ORR__MODE_SNAPSHOT: return "snapshot";
    default: return "unknown";
    }
}

uint32_t orr__mode_declared(const orr_host *host, orr_system system)
{
    const orr__system *of = orr__system_at(host->world, system);
    if (of->snapshot) return ORR__MODE_SNAPSHOT;
    if (of->binding) return ORR__MODE_JOB;
    return of->on == ORR_ON_WORKERS ? ORR__MODE_WORKERS : ORR__MODE_MAIN;
}

uint32_t orr__modes_besides(const orr_host *host, orr_system system)
{
    const orr__system *of = orr__system_at(host->world, system);
    uint32_t modes = 0;
    if (of->binding && of->has_twin) modes |= ORR__MODE_TWIN;
    if (of->latency || of->render || of->exclusive || !(of->has_rows || of->lattice)) return modes;
    modes |= of->binding ? ORR__MODE_JOB : ORR__MODE_MAIN | ORR__MODE_WORKERS;
    const bool whole = of->binding && (of->binding->job->flags & ORR_WHOLE);
    if (of->has_rows && !whole) modes |= ORR__MODE_SNAPSHOT;
    return modes & ~orr__mode_declared(host, system);
}

int orr__variant_shape(lua_State *L)
{
    const orr__machine *m = lua_touserdata(L, lua_upvalueindex(1));
    const orr__system *system = orr__system_at(m->world, (orr_system)luaL_checkinteger(L, 1));
    lua_pushboolean(L, system && system->has_rows);
    lua_pushinteger(L, system ? (lua_Integer)system->lattice : 0);
    return 2;
}

void orr__variant_push(lua_State *L, const orr_host *host)
{
    if (!host->variant.system) return;
    lua_pushstring(L, host->variant.system);
    lua_setfield(L, -2, "variant_system");
    lua_pushstring(L, orr__mode_name(host->variant.mode));
    lua_setfield(L, -2, "variant_mode");
}

const char *orr__variant_why(orr_host *host, orr_system system)
{
    lua_State *L = host->main->vm.L;
    if (host->main->vm.dead || orr__machine_enter(host->main, "why", system, 1) != ORR_OK) return "";
    const char *text = lua_tostring(L, -1);
    lua_pop(L, 1); /* the Lua half keeps it */
    return text ? text : "";
}
