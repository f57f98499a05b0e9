#include "script/machine.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>

#include "base/error.h"
#include "base/os.h"
#include "ecs/world.h"
#include "script/chunk.h"
#include "script/columns.h"
#include "script/embedded.h"
#include "script/host.h"
#include "script/loop.h"
#include "script/mailbox.h"
#include "script/structure.h"
#include "sim/sim.h"

enum { PATH_BYTES = 1024, CONSOLE_INSTRUCTIONS = 100000000 };

static orr__machine *machine_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

/* ---- the Lua half: embedded files, and a folder in front of them while developing ---- */

static const orr__embedded *embedded(const char *name)
{
    for (const orr__embedded *file = orr__embedded_files; file->name; file++) {
        if (strcmp(file->name, name) == 0) return file;
    }
    return NULL;
}

/* embedded(name) -> text or nil */
static int lua_embedded(lua_State *L)
{
    const orr__embedded *file = embedded(luaL_checkstring(L, 1));
    if (!file) return 0;
    lua_pushlstring(L, (const char *)file->bytes, file->size);
    return 1;
}

/* Pushes a file's text; the file's memory is released before anything may raise an error. */
static int push_file(lua_State *L, orr__machine *m, const char *path)
{
    char *text = NULL;
    size_t bytes = 0;
    if (!orr__file_exists(path) || orr__file_read(&m->world->alloc, path, &text, &bytes) != ORR_OK) return 0;
    char *copy = lua_newuserdata(L, bytes + 1); /* hard limit: raises, and leaks the text; the machine is dead then */
    memcpy(copy, text, bytes + 1);
    orr__alloc_free(&m->world->alloc, text, bytes + 1);
    lua_pushlstring(L, copy, bytes);
    lua_remove(L, -2);
    return 1;
}

/* The searcher behind `require` of the Lua half itself. */
static int lua_search(lua_State *L)
{
    orr__machine *m = machine_of(L);
    const char *name = luaL_checkstring(L, 1);
    char path[PATH_BYTES], chunk[PATH_BYTES + 2];
    snprintf(path, sizeof path, "%s.lua", name);
    for (char *dot = strchr(path, '.'); dot && strcmp(dot, ".lua") != 0; dot = strchr(dot + 1, '.')) *dot = '/';
    snprintf(chunk, sizeof chunk, "=%s", path);
    const char *folder = getenv("ORRERY_LUA_PATH");
    if (folder && *folder) {
        char full[4 * PATH_BYTES];
        snprintf(full, sizeof full, "%s/%s", folder, path);
        if (push_file(L, m, full)) {
            size_t bytes = 0;
            const char *text = lua_tolstring(L, -1, &bytes);
            if (luaL_loadbufferx(L, text, bytes, chunk, "t") != 0) return lua_error(L);
            return 1;
        }
    }
    const orr__embedded *file = embedded(path);
    if (!file) {
        lua_pushfstring(L, "\n\tno module '%s' in the library", name);
        return 1;
    }
    if (orr__chunk_load(L, m->host, file->name, (const char *)file->bytes, file->size, !m->worker) != 0)
        return lua_error(L);
    return 1;
}

/* beside(name) -> text, path: a module of the script, "a.b" being a/b.lua beside it; nil, path when there is none. */
static int lua_beside(lua_State *L)
{
    orr__machine *m = machine_of(L);
    const char *name = luaL_checkstring(L, 1), *script = m->host->name;
    char module[PATH_BYTES], path[2 * PATH_BYTES];
    snprintf(module, sizeof module, "%s", name);
    for (char *dot = strchr(module, '.'); dot; dot = strchr(dot + 1, '.')) *dot = '/';
    const char *slash = strrchr(script, '/');
    snprintf(path, sizeof path, "%.*s%s.lua", slash ? (int)(slash - script + 1) : 0, script, module);
    if (!m->worker) (void)orr__files_met(m->host, path); /* else it is not watched */
    if (!push_file(L, m, path)) lua_pushnil(L);
    lua_pushstring(L, path);
    return 2;
}

/* ---- structural changes at once: they may run hooks, which are Lua functions, so these are no ffi calls ---- */

/* Room for the handles of a spawn: Lua's when a table at 3 wants them all, else the host's, for Lua's is limited. */
static double *handle_room(lua_State *L, uint32_t count)
{
    lua_settop(L, 3);
    if (lua_istable(L, 3)) return lua_newuserdata(L, (size_t)count * sizeof(double));
    return orr__alloc_new(&machine_of(L)->world->alloc, (size_t)count * sizeof(double), 0);
}

/* Puts handles into the table at 3, or pushes the first; gives the room back. Returns how many results. */
static int give_handles(lua_State *L, int32_t status, double *handles, uint32_t count)
{
    if (!lua_istable(L, 3)) {
        const double first = status == ORR_OK ? handles[0] : 0;
        orr__alloc_free(&machine_of(L)->world->alloc, handles, (size_t)count * sizeof *handles);
        lua_pushinteger(L, status);
        lua_pushnumber(L, first);
        return 2;
    }
    lua_pushinteger(L, status);
    for (uint32_t i = 0; status == ORR_OK && i < count; i++) {
        lua_pushnumber(L, handles[i]);
        lua_rawseti(L, 3, (int)i + 1);
    }
    lua_pushvalue(L, 3);
    return 2;
}

static int status_only(lua_State *L, int32_t status)
{
    lua_pushinteger(L, status);
    return 1;
}

/* spawn(prefab, count, table or nil) -> status, first handle or table */
static int lua_spawn(lua_State *L)
{
    const uint32_t prefab = (uint32_t)luaL_checkinteger(L, 1), count = (uint32_t)luaL_checknumber(L, 2);
    double *handles = handle_room(L, count);
    if (!handles) return status_only(L, ORR_E_MEMORY);
    return give_handles(L, orr__structure_spawn(machine_of(L), prefab, count, handles), handles, count);
}

/* commit(loop, count, table or nil) -> status, first handle or table: of the stage that the loop is open over */
static int lua_commit(lua_State *L)
{
    const orr__loop *loop = (const orr__loop *)(uintptr_t)luaL_checknumber(L, 1);
    const uint32_t count = (uint32_t)luaL_checknumber(L, 2);
    double *handles = handle_room(L, count);
    if (!handles) return status_only(L, ORR_E_MEMORY);
    return give_handles(L, orr__structure_commit(machine_of(L), loop, count, handles), handles, count);
}

static int lua_destroy(lua_State *L)
{
    return status_only(L, orr__seam_table.destroy(machine_of(L), luaL_checknumber(L, 1)));
}

static int lua_add(lua_State *L)
{
    return status_only(L,
                       orr__seam_table.add(machine_of(L), luaL_checknumber(L, 1), (uint32_t)luaL_checkinteger(L, 2)));
}

static int lua_remove_component(lua_State *L)
{
    return status_only(
        L, orr__seam_table.remove(machine_of(L), luaL_checknumber(L, 1), (uint32_t)luaL_checkinteger(L, 2)));
}

/* where(level) -> "scripts/x.lua:21" or nil */
static int lua_where(lua_State *L)
{
    char text[320];
    if (!orr__vm_where(L, text, sizeof text)) return 0;
    lua_pushstring(L, text);
    return 1;
}

static const luaL_Reg functions[] = {
    { "embedded", lua_embedded },       { "beside", lua_beside },      { "spawn", lua_spawn },
    { "commit", lua_commit },           { "destroy", lua_destroy },    { "add", lua_add },
    { "remove", lua_remove_component }, { "where", lua_where },        { "columns", orr__columns_functions },
    { "shape", orr__variant_shape },    { "watch", orr__outer_watch }, { NULL, NULL },
};

/* ---- starting ---- */

static void push_core(lua_State *L, orr__machine *m)
{
    lua_newtable(L);
    for (const luaL_Reg *function = functions; function->name; function++) {
        lua_pushlightuserdata(L, m);
        lua_pushcclosure(L, function->func, 1);
        lua_setfield(L, -2, function->name);
    }
    lua_pushlightuserdata(L, (void *)(uintptr_t)&orr__seam_table);
    lua_setfield(L, -2, "seam");
    lua_pushlightuserdata(L, m);
    lua_setfield(L, -2, "machine");
    lua_pushstring(L, m->worker ? "worker" : "main");
    lua_setfield(L, -2, "role");
    lua_pushboolean(L, m->host->unchecked);
    lua_setfield(L, -2, "unchecked");
    lua_pushboolean(L, m->host->jit);
    lua_setfield(L, -2, "jit");
    lua_pushboolean(L, m->host->again && !m->worker);
    lua_setfield(L, -2, "again");
    lua_pushboolean(L, m->host->guard);
    lua_setfield(L, -2, "guard");
    lua_pushnumber(L, (double)m->host->guard_budget);
    lua_setfield(L, -2, "guard_budget");
    lua_pushlightuserdata(L, m->guard);
    lua_setfield(L, -2, "guard_cell");
    lua_pushlightuserdata(L, &m->host->cut);
    lua_setfield(L, -2, "guard_cut");
    orr__variant_push(L, m->host);
}

/* Runs protected: opens the Lua half; leaves the function that enters it in the registry. */
static int start(lua_State *L)
{
    orr__machine *m = lua_touserdata(L, 1);
    lua_getglobal(L, "package");
    lua_newtable(L); /* what is built in, then the Lua half; nothing from disk or in C */
    lua_getfield(L, -2, "loaders");
    lua_rawgeti(L, -1, 1);
    lua_rawseti(L, -3, 1);
    lua_pop(L, 1);
    lua_pushlightuserdata(L, m);
    lua_pushcclosure(L, lua_search, 1);
    lua_rawseti(L, -2, 2);
    lua_setfield(L, -2, "loaders");
    lua_getglobal(L, "require");
    lua_pushstring(L, "orrery.boot");
    lua_call(L, 1, 1);
    push_core(L, m);
    lua_call(L, 1, 1);
    m->enter = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

/* For the timeline. */
static void collected(orr__vm *vm, uint64_t begin_ns)
{
    const orr__machine *m = (const orr__machine *)((char *)vm - offsetof(orr__machine, vm));
    orr__trace *trace = &m->world->sim->trace;
    if (!m->run || !orr__trace_on(trace)) return; /* while a script loads */
    orr__trace_put(trace, (orr_trace_record){ .kind = ORR_TRACE_COLLECT,
                                              .worker = m->run->worker,
                                              .tick = m->run->tick.tick,
                                              .begin_ns = begin_ns });
}

int32_t orr__machine_init(orr__machine *machine, orr_host *host, bool worker)
{
    memset(machine, 0, sizeof *machine);
    machine->host = host;
    machine->world = host->world;
    machine->worker = worker;
    orr__draft_init(&machine->draft, machine->world);
    orr__scene_draft_init(&machine->scene, machine->world);
    int32_t status = orr__vm_init(&machine->vm, (size_t)host->lua_bytes, host->jit);
    if (status != ORR_OK) {
        orr__machine_fini(machine);
        return status;
    }
    machine->vm.collected = collected;
    lua_pushcfunction(machine->vm.L, start);
    lua_pushlightuserdata(machine->vm.L, machine);
    status = orr__vm_call(&machine->vm, 1, 0);
    if (status != ORR_OK) {
        orr__machine_fini(machine);
        return orr__fail_more("the Lua half of the library");
    }
    return ORR_OK;
}

void orr__machine_fini(orr__machine *machine)
{
    if (!machine->world) return;
    orr__vm_fini(&machine->vm);
    orr__box_fini(machine);
    orr__loop_fini(machine);
    orr__draft_fini(&machine->draft, machine->world);
    orr__role_forget(machine);
    orr__scene_draft_fini(&machine->scene);
    orr__outer_fini(machine);
    machine->world = NULL;
}

/* ---- calls ---- */

/* Calls the entry function with the arguments that stand on the stack above `base`. */
static int32_t enter(orr__machine *m, int base, int results)
{
    lua_State *L = m->vm.L;
    lua_rawgeti(L, LUA_REGISTRYINDEX, m->enter);
    lua_insert(L, base + 1);
    if (m->depth == 0) m->guard[1] = 1;
    m->depth++;
    const int32_t status = orr__vm_call(&m->vm, lua_gettop(L) - base - 1, results);
    if (--m->depth == 0) orr__loop_close_all(m);
    return status;
}

int32_t orr__machine_enter(orr__machine *machine, const char *what, uint32_t index, int results)
{
    lua_State *L = machine->vm.L;
    const int base = lua_gettop(L);
    lua_pushstring(L, what);
    lua_pushinteger(L, (lua_Integer)index);
    return enter(machine, base, results);
}

int32_t orr__machine_enter_with(orr__machine *machine, const char *what, uint32_t index)
{
    lua_State *L = machine->vm.L;
    const int base = lua_gettop(L) - 1;
    lua_pushstring(L, what);
    lua_insert(L, base + 1);
    lua_pushinteger(L, (lua_Integer)index);
    lua_insert(L, base + 2);
    return enter(machine, base, 0);
}

static int32_t enter_text(orr__machine *m, const char *what, const char *text, size_t bytes, const char *name)
{
    lua_State *L = m->vm.L;
    if (m->vm.dead)
        return orr__fail(ORR_E_MEMORY,
                         "the script's Lua machine ran out of memory and is closed: open the script anew to run it");
    const int base = lua_gettop(L);
    lua_pushstring(L, what);
    lua_pushlstring(L, text, bytes);
    lua_pushfstring(L, "@%s", name);
    if (!m->worker) m->world->scripted = true; /* workers declare nothing in the world, and are on other threads */
    const int32_t status = enter(m, base, 0);
    if (!m->worker) m->world->scripted = false;
    return status;
}

int32_t orr__machine_load(orr__machine *machine, const char *text, size_t bytes, const char *name)
{
    const int32_t status = enter_text(machine, "load", text, bytes, name);
    machine->loaded = status == ORR_OK;
    return status;
}

int32_t orr__machine_eval(orr__machine *machine, const char *text, const char *name)
{
    return enter_text(machine, "eval", text, strlen(text), name);
}

int32_t orr__machine_console(orr__machine *machine, const char *text)
{
    orr__vm_count(&machine->vm, CONSOLE_INSTRUCTIONS);
    const int32_t status = enter_text(machine, "console", text, strlen(text), "console");
    orr__vm_count(&machine->vm, 0);
    return status;
}
