#include "script/worker.h"

#include <stdio.h>
#include <string.h>

#include <lauxlib.h>

#include "base/array.h"
#include "base/error.h"
#include "base/os.h"
#include "ecs/world.h"
#include "script/host.h"
#include "sim/sim.h"

enum { DEPTH_MAX = 8 };

/* ---- machines ---- */

static void stop_one(orr_host *host, uint32_t worker)
{
    orr__machine *machine = host->workers[worker].machine;
    if (!machine) return;
    orr__machine_fini(machine);
    orr__alloc_free(&host->world->alloc, machine, sizeof *machine);
    host->workers[worker].machine = NULL;
}

static int32_t start_one(orr_host *host, uint32_t worker)
{
    orr__machine *machine = orr__alloc_zero(&host->world->alloc, sizeof *machine, 64);
    if (!machine) return ORR_E_MEMORY;
    int32_t status = orr__machine_init(machine, host, true);
    if (status != ORR_OK) {
        orr__alloc_free(&host->world->alloc, machine, sizeof *machine);
        return status;
    }
    machine->serial = ++host->workers[worker].serial;
    host->workers[worker].machine = machine;
    status = orr__machine_load(machine, host->text, host->text_bytes, host->name);
    if (status == ORR_OK) status = orr__role_complete(machine);
    if (status == ORR_OK) return ORR_OK;
    status = orr__fail_more("in a worker's machine");
    stop_one(host, worker);
    return status;
}

int32_t orr__worker_start(orr_host *host)
{
    if (!host->needs_worker || host->workers) return ORR_OK;
    const uint32_t count = orr_world_threads(host->world);
    host->workers = orr__alloc_zero(&host->world->alloc, count * sizeof *host->workers, 64);
    if (!host->workers) return ORR_E_MEMORY;
    host->worker_count = count;
    int32_t status = ORR_OK;
    for (uint32_t i = 0; status == ORR_OK && i < count; i++) status = start_one(host, i);
    if (status == ORR_OK && !host->unchecked) {
        host->world->sim->ticked = orr__outer_compare;
        host->world->sim->ticked_context = host;
    }
    if (status != ORR_OK) orr__worker_stop(host);
    return status;
}

void orr__worker_stop(orr_host *host)
{
    if (!host->workers) return;
    for (uint32_t i = 0; i < host->worker_count; i++) stop_one(host, i);
    orr__alloc_free(&host->world->alloc, host->workers, host->worker_count * sizeof *host->workers);
    host->workers = NULL;
    host->worker_count = 0;
}

void orr__worker_discard(orr_host *host)
{
    atomic_store(&host->cut, 1);
    orr__late_discard(host->world);
}

/* ---- who is in them ---- */

static uint32_t number_of(const orr_host *host, const orr_run *run)
{
    return run->worker < host->worker_count ? run->worker : 0;
}

orr__machine *orr__worker_take(orr_host *host, const orr_run *run)
{
    if (orr__worker_start(host) != ORR_OK) return NULL;
    const uint32_t at = number_of(host, run);
    orr__worker *worker = &host->workers[at];
    while (atomic_exchange(&worker->taken, 1)) orr__thread_yield(); /* somebody has a look at it */
    if (worker->machine && worker->machine->vm.dead) stop_one(host, at);
    if (worker->machine || start_one(host, at) == ORR_OK) return worker->machine;
    atomic_store(&worker->taken, 0);
    return NULL;
}

void orr__worker_give(orr_host *host, const orr_run *run)
{
    atomic_store(&host->workers[number_of(host, run)].taken, 0);
}

orr__machine *orr__worker_try(orr_host *host, uint32_t worker)
{
    orr__worker *of = &host->workers[worker];
    if (atomic_exchange(&of->taken, 1)) return NULL;
    if (of->machine && !of->machine->vm.dead) return of->machine;
    atomic_store(&of->taken, 0);
    return NULL;
}

void orr__worker_let_go(orr_host *host, uint32_t worker)
{
    atomic_store(&host->workers[worker].taken, 0);
}

int32_t orr__worker_eval(orr_host *host, const char *text, const char *name)
{
    int32_t first = ORR_OK;
    char why[1024] = "";
    for (uint32_t i = 0; i < host->worker_count; i++) {
        orr__machine *machine = host->workers[i].machine;
        if (!machine) continue;  /* loads the script again when it is needed */
        machine->loaded = false; /* what was declared is declared there too, silently */
        const int32_t status = name ? orr__machine_eval(machine, text, name) : orr__machine_console(machine, text);
        machine->loaded = true;
        if (status == ORR_OK || first != ORR_OK) continue;
        first = status; /* the others learn it all the same */
        snprintf(why, sizeof why, "%s", orr__error_text());
    }
    return first == ORR_OK ? ORR_OK : orr__fail(first, "%s", why);
}

/* ---- packing ---- */

enum { PACKED_NIL, PACKED_FALSE, PACKED_TRUE, PACKED_NUMBER, PACKED_TEXT, PACKED_TABLE, PACKED_END };

static int32_t put(orr__alloc *alloc, orr__packed *into, const void *bytes, size_t count)
{
    if (count > UINT32_MAX - into->count - 1) return orr__fail(ORR_E_LIMIT, "`extra` is too large");
    const int32_t code = orr__array_reserve(alloc, &into->bytes, &into->capacity, into->count + (uint32_t)count, 1);
    if (code != ORR_OK) return code;
    memcpy(into->bytes + into->count, bytes, count);
    into->count += (uint32_t)count;
    return ORR_OK;
}

static int32_t put_tag(orr__alloc *alloc, orr__packed *into, char tag)
{
    return put(alloc, into, &tag, 1);
}

/* Tables that lead to the one that is being packed. */
typedef struct outer_table {
    const struct outer_table *outer;
    const void *table;
    int depth;
} outer_table;

static int32_t pack_value(orr__alloc *alloc, lua_State *L, int index, orr__packed *into, const outer_table *outer);

static int32_t cannot_hold(const char *what)
{
    return orr__fail(ORR_E_TYPE,
                     "`extra` holds %s: numbers, booleans, texts and tables of them can be handed to workers", what);
}

static int32_t check_table(lua_State *L, int index, const outer_table *here)
{
    for (const outer_table *at = here->outer; at; at = at->outer) {
        if (at->table == here->table)
            return orr__fail(ORR_E_TYPE, "`extra` holds itself: a table within it leads back to it");
    }
    if (here->depth > DEPTH_MAX)
        return orr__fail(ORR_E_TYPE, "`extra` is nested too deeply: at most %d tables within each other", DEPTH_MAX);
    if (lua_getmetatable(L, index)) {
        lua_pop(L, 1);
        return cannot_hold("an object, such as a component");
    }
    return lua_checkstack(L, 4) ? ORR_OK : orr__fail(ORR_E_MEMORY, "no room on a Lua stack");
}

static int32_t pack_table(orr__alloc *alloc, lua_State *L, int index, orr__packed *into, const outer_table *outer)
{
    const outer_table here = { outer, lua_topointer(L, index), outer ? outer->depth + 1 : 1 };
    int32_t code = check_table(L, index, &here);
    if (code == ORR_OK) code = put_tag(alloc, into, PACKED_TABLE);
    if (code != ORR_OK) return code;
    lua_pushnil(L);
    while (code == ORR_OK && lua_next(L, index) != 0) {
        const int value = lua_gettop(L);
        code = pack_value(alloc, L, value - 1, into, &here);
        if (code == ORR_OK) code = pack_value(alloc, L, value, into, &here);
        lua_pop(L, 1);
    }
    return code == ORR_OK ? put_tag(alloc, into, PACKED_END) : code;
}

static int32_t pack_value(orr__alloc *alloc, lua_State *L, int index, orr__packed *into, const outer_table *outer)
{
    double number;
    size_t bytes = 0;
    const char *text;
    int32_t code;
    switch (lua_type(L, index)) {
    case LUA_TNIL: return put_tag(alloc, into, PACKED_NIL);
    case LUA_TBOOLEAN: return put_tag(alloc, into, lua_toboolean(L, index) ? PACKED_TRUE : PACKED_FALSE);
    case LUA_TNUMBER:
        number = lua_tonumber(L, index);
        code = put_tag(alloc, into, PACKED_NUMBER);
        return code == ORR_OK ? put(alloc, into, &number, sizeof number) : code;
    case LUA_TSTRING:
        text = lua_tolstring(L, index, &bytes);
        code = put_tag(alloc, into, PACKED_TEXT);
        if (code == ORR_OK) code = put(alloc, into, &bytes, sizeof bytes);
        return code == ORR_OK ? put(alloc, into, text, bytes) : code;
    case LUA_TTABLE: return pack_table(alloc, L, index, into, outer);
    default: break;
    }
    char what[40];
    snprintf(what, sizeof what, "a %s", lua_typename(L, lua_type(L, index)));
    return cannot_hold(what);
}

int32_t orr__pack(orr__machine *from, orr__packed *into)
{
    lua_State *L = from->vm.L;
    const int top = lua_gettop(L);
    into->count = 0;
    const int32_t code = pack_value(&from->world->alloc, L, top, into, NULL);
    lua_settop(L, top);
    return code;
}

static const char *unpack_value(lua_State *L, const char *at)
{
    double number;
    size_t bytes;
    switch (*at++) {
    case PACKED_FALSE: lua_pushboolean(L, 0); return at;
    case PACKED_TRUE: lua_pushboolean(L, 1); return at;
    case PACKED_NUMBER:
        memcpy(&number, at, sizeof number);
        lua_pushnumber(L, number);
        return at + sizeof number;
    case PACKED_TEXT:
        memcpy(&bytes, at, sizeof bytes);
        lua_pushlstring(L, at + sizeof bytes, bytes);
        return at + sizeof bytes + bytes;
    case PACKED_TABLE:
        luaL_checkstack(L, 4, "extra");
        lua_newtable(L);
        while (*at != PACKED_END) {
            at = unpack_value(L, at);
            at = unpack_value(L, at);
            lua_rawset(L, -3);
        }
        return at + 1;
    default: lua_pushnil(L); return at;
    }
}

static int unpack_protected(lua_State *L)
{
    const char *bytes = lua_touserdata(L, 1);
    if (bytes)
        unpack_value(L, bytes);
    else
        lua_pushnil(L);
    return 1;
}

int32_t orr__unpack(orr__machine *to, const char *bytes, uint32_t count)
{
    lua_pushcfunction(to->vm.L, unpack_protected);
    lua_pushlightuserdata(to->vm.L, count ? (void *)(uintptr_t)bytes : NULL);
    return orr__vm_call(&to->vm, 1, 1);
}

void orr__packed_fini(orr_world *world, orr__packed *packed)
{
    orr__array_free(&world->alloc, &packed->bytes, &packed->capacity, 1);
    packed->count = 0;
}
