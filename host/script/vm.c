#include "script/vm.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lauxlib.h>
#include <luajit.h>
#include <lualib.h>

#include "base/error.h"
#include "base/os.h"
#include "orrery.h"

enum { TRACE_LEVELS = 12, TEXT_BYTES = ORR__ERROR_BYTES, STEP_MULTIPLIER = 200, PORTION = 10000 };

/* Key of the code that orr__vm_raise left, in the registry. */
static const char code_key = 0;

/* ---- counting ---- */

static void count_hook(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    orr__vm *vm = orr__vm_of(L);
    if (vm->left > PORTION) {
        vm->left -= PORTION;
        return;
    }
    vm->left = 0;
    lua_sethook(L, count_hook, LUA_MASKCOUNT, 1); /* each further one: what catches errors cannot go on either */
    luaL_where(L, 0);
    lua_pushstring(L, "did not end within its budget of instructions");
    lua_concat(L, 2);
    lua_error(L);
}

static void set_hook(const orr__vm *vm, lua_State *L)
{
    if (vm->counted)
        lua_sethook(L, count_hook, LUA_MASKCOUNT, vm->left ? PORTION : 1);
    else
        lua_sethook(L, NULL, 0, 0);
}

void orr__vm_count(orr__vm *vm, uint64_t instructions)
{
    if (vm->dead) return;
    vm->counted = instructions > 0;
    vm->left = instructions;
    if (vm->counted) {
        luaJIT_setmode(vm->L, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF);
        luaJIT_setmode(vm->L, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_FLUSH);
    } else if (vm->jit) {
        luaJIT_setmode(vm->L, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_ON);
    }
    if (!vm->over) set_hook(vm, vm->L);
}

/* ---- memory ---- */

static void collect(orr__vm *vm)
{
    const uint64_t begin_ns = orr__clock_ns();
    lua_gc(vm->L, LUA_GCCOLLECT, 0);
    if (vm->collected) vm->collected(vm, begin_ns);
}

static void over_hook(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    orr__vm *vm = orr__vm_of(L);
    set_hook(vm, L);
    vm->over = false;
    lua_gc(L, LUA_GCSETSTEPMUL, STEP_MULTIPLIER);
    collect(vm);
    if (vm->soft && vm->used > vm->soft) {
        luaL_where(L, 0); /* a hook has no level of its own: luaL_error would name the caller's line */
        lua_pushfstring(L, "the script needs more memory than it may have (%d MiB)", (int)(vm->soft >> 20));
        lua_concat(L, 2);
        lua_error(L);
    }
}

/* The soft limit was passed. The hook raises the error, but compiled code sees no hook: a whole collection is asked for
 * with it, for which compiled code returns to the interpreter. Both calls only set fields of the state. */
static void pass_soft_limit(orr__vm *vm)
{
    vm->over = true;
    lua_sethook(vm->L, over_hook, LUA_MASKCOUNT, 1);
    lua_gc(vm->L, LUA_GCSETSTEPMUL, 0);
    lua_gc(vm->L, LUA_GCRESTART, 0);
}

/* Called by Lua for all of its memory. Failing here is not safe: LuaJIT may crash when an allocation fails. */
static void *allocate(void *context, void *old, size_t old_bytes, size_t bytes)
{
    orr__vm *vm = context;
    if (bytes == 0) {
        orr__heap_release(&vm->heap, old, old_bytes);
        vm->used -= old_bytes;
        return NULL;
    }
    const size_t used = vm->used - (old ? old_bytes : 0) + bytes;
    if (vm->hard && used > vm->hard && bytes > old_bytes) {
        vm->dead = true;
        return NULL;
    }
    void *memory = orr__heap_resize(&vm->heap, old, old_bytes, bytes);
    if (!memory) {
        vm->dead = true;
        return NULL;
    }
    vm->used = used;
    if (vm->soft && used > vm->soft && !vm->over && vm->L) pass_soft_limit(vm);
    return memory;
}

orr__vm *orr__vm_of(lua_State *L)
{
    void *context = NULL;
    lua_getallocf(L, &context);
    return context;
}

/* ---- creation ---- */

static int open_libraries(lua_State *L)
{
    luaL_openlibs(L);
    return 0;
}

int32_t orr__vm_init(orr__vm *vm, size_t soft_bytes, bool jit)
{
    memset(vm, 0, sizeof *vm);
    lua_State *L = lua_newstate(allocate, vm);
    if (!L) {
        orr__heap_fini(&vm->heap);
        return orr__fail(ORR_E_MEMORY, "no memory for a Lua machine");
    }
    vm->L = L;
    lua_pushcfunction(L, open_libraries);
    const int status = lua_pcall(L, 0, 0, 0);
    if (status != 0) {
        orr__fail(ORR_E_MEMORY, "a Lua machine cannot be opened: %s", lua_tostring(L, -1));
        orr__vm_fini(vm);
        return ORR_E_MEMORY;
    }
    vm->jit = jit;
    luaJIT_setmode(L, 0, LUAJIT_MODE_ENGINE | (jit ? LUAJIT_MODE_ON : LUAJIT_MODE_OFF));
    vm->soft = soft_bytes ? soft_bytes : (size_t)512 << 20;
    vm->hard = vm->soft + vm->soft / 2 + ((size_t)16 << 20);
    return ORR_OK;
}

void orr__vm_fini(orr__vm *vm)
{
    if (!vm->L) return;
    vm->soft = vm->hard = 0;
    lua_close(vm->L);
    orr__heap_fini(&vm->heap);
    vm->L = NULL;
}

/* ---- where the script is ---- */

/* Scripts are loaded as "@path"; the Lua half as "=orrery/...". */
static bool is_script(const lua_Debug *ar)
{
    return ar->source[0] == '@';
}

bool orr__vm_where(lua_State *L, char *text, size_t bytes)
{
    lua_Debug ar;
    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        if (!lua_getinfo(L, "Sl", &ar)) continue;
        if (is_script(&ar) && ar.currentline > 0) {
            snprintf(text, bytes, "%s:%d", ar.short_src, ar.currentline);
            return true;
        }
    }
    return false;
}

/* Length of a "file:line: " at the start of a message, 0 if there is none. *ours: it is of the Lua half. */
static size_t place_length(const char *text, bool *ours)
{
    *ours = strncmp(text, "orrery/", 7) == 0 || strncmp(text, "[string \"orrery/", 16) == 0;
    for (const char *at = strchr(text, ':'); at && at - text < 300 && !memchr(text, '\n', (size_t)(at - text));
         at = strchr(at + 1, ':')) {
        const char *end = at + 1;
        while (*end >= '0' && *end <= '9') end++;
        if (end > at + 1 && end[0] == ':' && end[1] == ' ') return (size_t)(end + 2 - text);
    }
    return 0;
}

/* "file:line: message" becomes "message  file:line". */
static void place_last(lua_State *L, const char *text, char *out, size_t bytes)
{
    bool ours = false;
    const size_t skip = place_length(text, &ours);
    char place[320] = "";
    if (skip > 3 && !ours && skip < sizeof place) {
        memcpy(place, text, skip - 2);
        place[skip - 2] = '\0';
    } else {
        (void)orr__vm_where(L, place, sizeof place);
    }
    const char *message = text + skip;
    /* an error that was raised again already has its place at the end of the first line */
    const char *again = place[0] ? strstr(message, place) : NULL;
    if (!place[0] || again)
        snprintf(out, bytes, "%s", message);
    else {
        const size_t line = strcspn(message, "\n");
        snprintf(out, bytes, "%.*s  %s%s", (int)line, message, place, message + line);
    }
}

static size_t add_traceback(lua_State *L, char *out, size_t at, size_t bytes)
{
    lua_Debug ar;
    int shown = 0;
    for (int level = 0; shown < TRACE_LEVELS && at + 1 < bytes && lua_getstack(L, level, &ar); level++) {
        if (!lua_getinfo(L, "Snl", &ar) || !is_script(&ar) || ar.currentline <= 0) continue;
        const bool main = ar.what[0] == 'm';
        const int more = snprintf(out + at, bytes - at, "\n    in %s at %s:%d",
                                  main      ? "the script"
                                  : ar.name ? ar.name
                                            : "a function",
                                  ar.short_src, ar.currentline);
        if (more < 0) break;
        at += (size_t)more;
        shown++;
    }
    return at < bytes ? at : bytes - 1;
}

/* The message handler: any error value becomes a text with place and traceback. */
static int handler(lua_State *L)
{
    char text[TEXT_BYTES], out[TEXT_BYTES];
    const char *message = lua_tostring(L, 1);
    if (message)
        snprintf(text, sizeof text, "%s", message);
    else
        snprintf(text, sizeof text, "an error that is no text (a %s)", luaL_typename(L, 1));
    place_last(L, text, out, sizeof out);
    /* after a stack overflow lua_getinfo may read a frame that was only half made, and crash */
    if (!strstr(text, "stack overflow")) add_traceback(L, out, strlen(out), sizeof out);
    lua_pushstring(L, out);
    return 1;
}

/* ---- translators ---- */

static int32_t take_code(lua_State *L)
{
    lua_pushlightuserdata(L, (void *)(uintptr_t)&code_key);
    lua_rawget(L, LUA_REGISTRYINDEX);
    const int32_t code = (int32_t)lua_tointeger(L, -1);
    lua_pop(L, 1);
    lua_pushlightuserdata(L, (void *)(uintptr_t)&code_key);
    lua_pushnil(L);
    lua_rawset(L, LUA_REGISTRYINDEX);
    return code;
}

/* Lua error -> code: the error value is on top of the stack and is popped. */
static int32_t translate(orr__vm *vm, int status)
{
    lua_State *L = vm->L;
    const char *text = lua_tostring(L, -1);
    int32_t code = ORR_E_SCRIPT;
    if (vm->dead) {
        code = orr__fail(ORR_E_MEMORY,
                         "the script used up all memory it may have (%d MiB, lua_bytes); its Lua machine is closed",
                         (int)(vm->soft >> 20));
    } else if (status == LUA_ERRMEM) {
        code = orr__fail(ORR_E_MEMORY, "the script is out of memory");
    } else if (status == LUA_ERRERR) {
        /* there was no stack left for the handler */
        code = orr__fail(ORR_E_SCRIPT, "%s", text && strstr(text, "stack overflow") ? text : "stack overflow");
    } else {
        const int32_t raised = take_code(L);
        code = orr__fail(raised < 0 ? raised : ORR_E_SCRIPT, "%s", text ? text : "an error without a message");
    }
    lua_pop(L, 1);
    /* Now that the stack has been left: what it still seemed to hold in the hook is garbage here. */
    if (!vm->dead && vm->soft && vm->used > vm->soft / 2) collect(vm);
    return code;
}

/* Code -> Lua error. */
int orr__vm_raise(lua_State *L, int32_t code)
{
    lua_pushlightuserdata(L, (void *)(uintptr_t)&code_key);
    lua_pushinteger(L, code);
    lua_rawset(L, LUA_REGISTRYINDEX);
    lua_pushstring(L, orr__error_text());
    return lua_error(L);
}

/* ---- calls ---- */

int32_t orr__vm_call(orr__vm *vm, int arguments, int results)
{
    lua_State *L = vm->L;
    if (vm->dead)
        return orr__fail(ORR_E_MEMORY,
                         "the script's Lua machine ran out of memory and is closed: open the script anew to run it");
    const int function = lua_gettop(L) - arguments;
    lua_pushcfunction(L, handler);
    lua_insert(L, function);
    const int status = lua_pcall(L, arguments, results, function);
    lua_remove(L, function);
    return status == 0 ? ORR_OK : translate(vm, status);
}

int32_t orr__vm_load(orr__vm *vm, const char *text, size_t bytes, const char *name)
{
    lua_State *L = vm->L;
    const int status = luaL_loadbufferx(L, text, bytes, name, "t");
    if (status == 0) return ORR_OK;
    const char *message = lua_tostring(L, -1);
    char out[TEXT_BYTES];
    if (message) {
        place_last(L, message, out, sizeof out);
        lua_pop(L, 1);
        lua_pushstring(L, out);
    }
    return translate(vm, status);
}
