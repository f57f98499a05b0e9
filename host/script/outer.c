#include "script/outer.h"

#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "base/array.h"
#include "ecs/world.h"
#include "script/host.h"
#include "script/worker.h"
#include "sim/sim.h"

/* So many cells are looked at after every tick; more of them after ticks 1 to 4, 8, 16, 32 ... */
enum { FEW = 64, FIRST_TICKS = 4, TEXT_BYTES = 400, SHOWN = 40 };

/* ---- what is watched ---- */

static void forget(orr__machine *m)
{
    for (uint32_t i = 0; i < m->outer.count; i++) luaL_unref(m->vm.L, LUA_REGISTRYINDEX, m->outer.cells[i].function);
    m->outer.count = 0;
}

int orr__outer_watch(lua_State *L)
{
    orr__machine *m = lua_touserdata(L, lua_upvalueindex(1));
    orr__outer *outer = &m->outer;
    if (lua_isnoneornil(L, 1)) {
        forget(m);
        return 0;
    }
    const int index = (int)luaL_checkinteger(L, 2);
    const orr_system system = (orr_system)luaL_checkinteger(L, 3);
    if (orr__array_reserve(&m->world->alloc, &outer->cells, &outer->capacity, outer->count + 1, sizeof *outer->cells) !=
        ORR_OK)
        return 0; /* one less is watched */
    lua_pushvalue(L, 1);
    const int function = luaL_ref(L, LUA_REGISTRYINDEX);
    outer->cells[outer->count++] = (orr__outer_cell){ .function = function, .index = index, .system = system };
    return 0;
}

void orr__outer_fini(orr__machine *m)
{
    orr__array_free(&m->world->alloc, &m->outer.cells, &m->outer.capacity, sizeof *m->outer.cells);
    m->outer.count = 0;
}

/* ---- looking ---- */

/* Pushes the value; the name. NULL, and nothing pushed: there is none. */
static const char *push(lua_State *L, const orr__outer_cell *cell)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, cell->function);
    const char *name = lua_getupvalue(L, -1, cell->index);
    lua_remove(L, name ? -2 : -1);
    return name;
}

static bool is_plain(int type)
{
    return type == LUA_TNIL || type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TBOOLEAN;
}

/* Whether the values on top of two stacks may stand for the same state; all NaNs do, and what is no plain value is
 * not compared. */
static bool same(lua_State *a, lua_State *b)
{
    const int type = lua_type(a, -1);
    if (!is_plain(type) || !is_plain(lua_type(b, -1))) return true;
    if (type != lua_type(b, -1)) return false;
    if (type == LUA_TNUMBER) {
        const double x = lua_tonumber(a, -1), y = lua_tonumber(b, -1);
        return !(x < y) && !(x > y) && (x != x) == (y != y); /* NOLINT: NaN */
    }
    if (type == LUA_TBOOLEAN) return lua_toboolean(a, -1) == lua_toboolean(b, -1);
    if (type == LUA_TNIL) return true;
    size_t m = 0, n = 0;
    const char *s = lua_tolstring(a, -1, &m), *t = lua_tolstring(b, -1, &n);
    return m == n && memcmp(s, t, m) == 0;
}

/* The cell of another machine that stands for the same variable; NULL: the script is another one there. */
static const orr__outer_cell *twin_of(const orr__machine *other, const orr__outer_cell *cell, uint32_t at)
{
    const orr__outer_cell *twin = at < other->outer.count ? &other->outer.cells[at] : NULL;
    return twin && twin->index == cell->index && twin->system == cell->system ? twin : NULL;
}

static void show(lua_State *L, char *text, size_t bytes)
{
    switch (lua_type(L, -1)) {
    case LUA_TNIL: snprintf(text, bytes, "nil"); break;
    case LUA_TBOOLEAN: snprintf(text, bytes, "%s", lua_toboolean(L, -1) ? "true" : "false"); break;
    case LUA_TNUMBER: snprintf(text, bytes, "%.14g", lua_tonumber(L, -1)); break;
    case LUA_TSTRING: snprintf(text, bytes, "'%.*s'", SHOWN, lua_tostring(L, -1)); break;
    default: snprintf(text, bytes, "a %s", lua_typename(L, lua_type(L, -1)));
    }
}

static void tell(orr_host *host, uint32_t at, const char *name)
{
    char text[TEXT_BYTES] = "", value[SHOWN + 8];
    size_t used = 0;
    const orr__outer_cell *cell = &host->main->outer.cells[at];
    for (uint32_t w = 0; w <= host->worker_count && used + 80 < sizeof text; w++) {
        const orr__machine *m = w ? orr__worker_try(host, w - 1) : host->main;
        const orr__outer_cell *twin = m ? twin_of(m, cell, at) : NULL;
        const bool there = twin && push(m->vm.L, twin);
        if (there) {
            show(m->vm.L, value, sizeof value);
            lua_pop(m->vm.L, 1);
        }
        if (w && m) orr__worker_let_go(host, w - 1);
        if (!there) continue;
        if (w)
            used += (size_t)snprintf(text + used, sizeof text - used, ", %s on worker %u", value, w - 1);
        else
            used += (size_t)snprintf(text + used, sizeof text - used, "%s in the main machine", value);
    }
    orr__sim_log(
        host->world, 1,
        "system '%s': the outer local '%s' is not the same in all Lua machines: %s; it is not saved, and every "
        "machine has its own: use a component, a param or orrery.resource",
        orr__system_at(host->world, cell->system)->name, name, text);
}

/* The main machine's value is on its stack. */
static bool drifts(orr_host *host, const orr__outer_cell *cell, uint32_t at, bool *all)
{
    bool differs = false;
    for (uint32_t w = 0; w < host->worker_count && !differs; w++) {
        const orr__machine *m = orr__worker_try(host, w);
        if (!m) {
            *all = false; /* it is at work, or was closed */
            continue;
        }
        const orr__outer_cell *twin = twin_of(m, cell, at);
        if (twin && push(m->vm.L, twin)) {
            differs = !same(host->main->vm.L, m->vm.L);
            lua_pop(m->vm.L, 1);
        }
        orr__worker_let_go(host, w);
    }
    return differs;
}

void orr__outer_compare(orr_world *world, void *context)
{
    orr_host *host = context;
    orr__machine *main = host->main;
    const uint64_t tick = ++host->outer_ticks;
    if (main->outer.count == 0 || main->vm.dead || !host->workers) return;
    if (main->outer.count > FEW && tick > FIRST_TICKS && (tick & (tick - 1)) != 0) return;
    for (uint32_t i = 0; i < main->outer.count; i++) {
        orr__outer_cell *cell = &main->outer.cells[i];
        const orr__system *system = orr__system_at(world, cell->system);
        if (!system || cell->told || system->runs == cell->runs) continue;
        const char *name = push(main->vm.L, cell);
        if (!name) continue;
        bool all = true;
        cell->told = drifts(host, cell, i, &all);
        lua_pop(main->vm.L, 1);
        if (all) cell->runs = system->runs;
        if (cell->told) tell(host, i, name);
    }
}
