/* Columns for the interpreter. Without the compiler an access through ffi costs a microsecond; these C functions do the
 * same checks in a tenth of it. What they refuse they hand to the function in Lua, which says why. */
#ifndef ORR_SCRIPT_COLUMNS_H
#define ORR_SCRIPT_COLUMNS_H

#include <lua.h>

/* columns(type, bounds, pointer, read, write or nil) -> __index, __newindex. `bounds` is the address of orr__bounds,
 * `pointer` that of the column's pointer, both as numbers; read and write are the functions in Lua. */
int orr__columns_functions(lua_State *L);

#endif
