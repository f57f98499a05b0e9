#include "script/columns.h"

#include <math.h>

#include <lauxlib.h>

#include "orrery.h"
#include "script/seam.h"

enum { SLOW = 1, BOUNDS, POINTER, TYPE };

static int slow(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(SLOW));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

/* The row, or -1 when it is none. */
static int32_t row_of(lua_State *L)
{
    const orr__bounds *bounds = lua_touserdata(L, lua_upvalueindex(BOUNDS));
    if (lua_type(L, 2) != LUA_TNUMBER) return -1;
    const double row = lua_tonumber(L, 2);
    return row >= bounds->first && row <= bounds->last && floor(row) == row ? (int32_t)row : -1;
}

static double entity_number(uint64_t value)
{
    return value >> 63 ? -(double)(value & ~((uint64_t)1 << 63)) : (double)value;
}

static int column_index(lua_State *L)
{
    const int32_t row = row_of(L);
    if (row < 0) return slow(L);
    const void *column = *(void *const *)lua_touserdata(L, lua_upvalueindex(POINTER));
    switch (lua_tointeger(L, lua_upvalueindex(TYPE))) {
    case ORR_TYPE_F32: lua_pushnumber(L, (double)((const float *)column)[row]); return 1;
    case ORR_TYPE_F64: lua_pushnumber(L, ((const double *)column)[row]); return 1;
    case ORR_TYPE_I8: lua_pushnumber(L, ((const int8_t *)column)[row]); return 1;
    case ORR_TYPE_U8: lua_pushnumber(L, ((const uint8_t *)column)[row]); return 1;
    case ORR_TYPE_I16: lua_pushnumber(L, ((const int16_t *)column)[row]); return 1;
    case ORR_TYPE_U16: lua_pushnumber(L, ((const uint16_t *)column)[row]); return 1;
    case ORR_TYPE_I32: lua_pushnumber(L, ((const int32_t *)column)[row]); return 1;
    case ORR_TYPE_U32: lua_pushnumber(L, ((const uint32_t *)column)[row]); return 1;
    case ORR_TYPE_BOOL: lua_pushboolean(L, ((const uint8_t *)column)[row] != 0); return 1;
    case ORR_TYPE_ENTITY: lua_pushnumber(L, entity_number(((const uint64_t *)column)[row])); return 1;
    default: return slow(L);
    }
}

/* Stores what fits; false: the function in Lua decides. */
static bool store(void *column, int32_t row, lua_Integer type, double value)
{
    static const double least[] = {
        [ORR_TYPE_I8] = -128.0, [ORR_TYPE_I16] = -32768.0, [ORR_TYPE_I32] = -2147483648.0, [ORR_TYPE_U32] = 0
    };
    static const double most[] = {
        [ORR_TYPE_I8] = 127.0,    [ORR_TYPE_U8] = 255.0,         [ORR_TYPE_I16] = 32767.0,
        [ORR_TYPE_U16] = 65535.0, [ORR_TYPE_I32] = 2147483647.0, [ORR_TYPE_U32] = 4294967295.0
    };
    if (type == ORR_TYPE_F32)
        ((float *)column)[row] = (float)value;
    else if (type == ORR_TYPE_F64)
        ((double *)column)[row] = value;
    else if (type < ORR_TYPE_I8 || type > ORR_TYPE_U32)
        return false;
    else if (!(value >= least[type] && value <= most[type]) || floor(value) != value)
        return false;
    else {
        const int64_t whole = (int64_t)value;
        switch (type) {
        case ORR_TYPE_I8: ((int8_t *)column)[row] = (int8_t)whole; break;
        case ORR_TYPE_U8: ((uint8_t *)column)[row] = (uint8_t)whole; break;
        case ORR_TYPE_I16: ((int16_t *)column)[row] = (int16_t)whole; break;
        case ORR_TYPE_U16: ((uint16_t *)column)[row] = (uint16_t)whole; break;
        case ORR_TYPE_I32: ((int32_t *)column)[row] = (int32_t)whole; break;
        default: ((uint32_t *)column)[row] = (uint32_t)whole; break;
        }
    }
    return true;
}

static int column_newindex(lua_State *L)
{
    const int32_t row = row_of(L);
    if (row < 0 || lua_type(L, 3) != LUA_TNUMBER) return slow(L);
    void *column = *(void *const *)lua_touserdata(L, lua_upvalueindex(POINTER));
    return store(column, row, lua_tointeger(L, lua_upvalueindex(TYPE)), lua_tonumber(L, 3)) ? 0 : slow(L);
}

static void push_function(lua_State *L, int fallback, lua_CFunction function)
{
    lua_pushvalue(L, fallback);
    lua_pushlightuserdata(L, (void *)(uintptr_t)lua_tonumber(L, 2));
    lua_pushlightuserdata(L, (void *)(uintptr_t)lua_tonumber(L, 3));
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, function, 4);
}

int orr__columns_functions(lua_State *L)
{
    lua_settop(L, 5);
    push_function(L, 4, column_index);
    if (lua_isnil(L, 5))
        lua_pushnil(L);
    else
        push_function(L, 5, column_newindex);
    return 2;
}
