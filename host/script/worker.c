#include "script/worker.h"

#include <string.h>

#include "base/error.h"
#include "ecs/world.h"
#include "script/host.h"

enum { DEPTH_MAX = 8 };

int32_t orr__worker_start(orr_host *host)
{
    if (!host->needs_worker || host->worker) return ORR_OK;
    orr__machine *machine = orr__alloc_zero(&host->world->alloc, sizeof *machine, 0);
    if (!machine) return ORR_E_MEMORY;
    int32_t status = orr__machine_init(machine, host, true);
    if (status != ORR_OK) {
        orr__alloc_free(&host->world->alloc, machine, sizeof *machine);
        return status;
    }
    host->worker = machine;
    status = orr__machine_load(machine, host->text, host->text_bytes, host->name);
    if (status == ORR_OK) return ORR_OK;
    status = orr__fail_more("in the worker's machine");
    orr__worker_stop(host);
    return status;
}

void orr__worker_stop(orr_host *host)
{
    if (!host->worker) return;
    orr__machine_fini(host->worker);
    orr__alloc_free(&host->world->alloc, host->worker, sizeof *host->worker);
    host->worker = NULL;
}

orr__machine *orr__worker_of(orr_host *host, const orr_run *run)
{
    (void)run;
    if (host->worker && host->worker->vm.dead && host->worker->depth == 0) orr__worker_stop(host);
    return orr__worker_start(host) == ORR_OK ? host->worker : NULL;
}

static int32_t copy_value(lua_State *from, int index, lua_State *to, int depth);

static int32_t copy_table(lua_State *from, int index, lua_State *to, int depth)
{
    if (depth > DEPTH_MAX) return orr__fail(ORR_E_TYPE, "`extra` is nested too deeply");
    lua_newtable(to);
    lua_pushnil(from);
    while (lua_next(from, index) != 0) {
        const int value = lua_gettop(from);
        int32_t status = copy_value(from, value - 1, to, depth);
        if (status == ORR_OK) {
            status = copy_value(from, value, to, depth);
            if (status == ORR_OK) lua_rawset(to, -3);
        }
        if (status != ORR_OK) return status;
        lua_pop(from, 1);
    }
    return ORR_OK;
}

static int32_t copy_value(lua_State *from, int index, lua_State *to, int depth)
{
    size_t bytes = 0;
    const char *text = NULL;
    switch (lua_type(from, index)) {
    case LUA_TNIL: lua_pushnil(to); return ORR_OK;
    case LUA_TNUMBER: lua_pushnumber(to, lua_tonumber(from, index)); return ORR_OK;
    case LUA_TBOOLEAN: lua_pushboolean(to, lua_toboolean(from, index)); return ORR_OK;
    case LUA_TSTRING:
        text = lua_tolstring(from, index, &bytes);
        lua_pushlstring(to, text, bytes);
        return ORR_OK;
    case LUA_TTABLE: return copy_table(from, index, to, depth + 1);
    default:
        return orr__fail(ORR_E_TYPE,
                         "`extra` holds a %s: numbers, booleans, texts and tables of them can be handed to "
                         "workers",
                         lua_typename(from, lua_type(from, index)));
    }
}

int32_t orr__worker_copy(orr__machine *from, orr__machine *to)
{
    lua_State *a = from->vm.L, *b = to->vm.L;
    const int from_top = lua_gettop(a), to_top = lua_gettop(b);
    if (!lua_checkstack(a, 4 * DEPTH_MAX) || !lua_checkstack(b, 4 * DEPTH_MAX)) {
        return orr__fail(ORR_E_MEMORY, "no room on a Lua stack");
    }
    const int32_t status = copy_value(a, from_top, b, 0);
    lua_settop(a, from_top);
    if (status != ORR_OK) lua_settop(b, to_top);
    return status;
}
