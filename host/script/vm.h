/* One Lua state: its memory limits, its libraries, its protected calls, and the two translators between Lua errors and
 * result codes. The only other units that see a lua_State are machine.c and sandbox functions in it.
 *
 * Memory: a state is created without a limit (LuaJIT does not survive failing allocations there). Then
 *   soft limit   the next instruction collects garbage, and if that does not help raises an ordinary error
 *   hard limit   allocations fail; the state is dead afterwards and only to be closed */
#ifndef ORR_SCRIPT_VM_H
#define ORR_SCRIPT_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lua.h>

#include "script/heap.h"

typedef struct orr__vm {
    lua_State *L;
    size_t used, soft, hard;                                  /* bytes; limits 0: none */
    orr__heap heap;                                           /* where they come from */
    bool over;                                                /* the soft limit was passed; the hook is set */
    bool dead;                                                /* the hard one was: no call any more */
    bool jit, counted;                                        /* counted: see orr__vm_count */
    uint64_t left;                                            /* instructions of what is counted */
    void (*collected)(struct orr__vm *vm, uint64_t begin_ns); /* after a whole collection; may be NULL */
} orr__vm;

/* soft_bytes 0: 512 MiB. The struct must not move while the state lives. */
int32_t orr__vm_init(orr__vm *vm, size_t soft_bytes, bool jit);
void orr__vm_fini(orr__vm *vm);

/* Calls the function below `arguments` values on the stack; keeps `results` of it. An error becomes ORR_E_SCRIPT (or
 * the code that orr__vm_raise raised, or ORR_E_MEMORY) with the thread's error text: message, place in the script,
 * traceback of the script's functions. The stack is then as before the function was pushed. */
int32_t orr__vm_call(orr__vm *vm, int arguments, int results);

/* Loads text (never bytecode) and leaves the function on the stack. `name` as for lua_load ("@file", "=what"). */
int32_t orr__vm_load(orr__vm *vm, const char *text, size_t bytes, const char *name);

/* The other way: raises the thread's error text as a Lua error. Does not return. */
int orr__vm_raise(lua_State *L, int32_t code);

/* From here on the interpreter runs everything and raises an error after so many instructions, again and again until the
 * calls are left; 0: no more. What was compiled is forgotten, because compiled code sees no count. */
void orr__vm_count(orr__vm *vm, uint64_t instructions);

/* The vm of a state. */
orr__vm *orr__vm_of(lua_State *L);

/* Where the script is now: "scripts/x.lua:21" of the innermost function that is the script's; false: nowhere. */
bool orr__vm_where(lua_State *L, char *text, size_t bytes);

#endif
