/* tsan: no */
/* The specs in tests/lua/plain: of parts of the Lua half that need no host. They run in LuaJIT as it is, and get every
 * Lua file of the source tree as an argument. needs: lua */
#include <glob.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

static void push_files(lua_State *L)
{
    static const char *const patterns[] = {
        ORRERY_SOURCE_DIR "/scripts/*.lua",   ORRERY_SOURCE_DIR "/lua/orrery/*.lua",
        ORRERY_SOURCE_DIR "/tests/lua/*.lua", ORRERY_SOURCE_DIR "/tests/lua/plain/*.lua",
        "/usr/share/luajit-*/jit/*.lua",      "/usr/share/lua/5.1/*/*.lua",
    };
    lua_newtable(L);
    int count = 0;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        glob_t found;
        if (glob(patterns[i], 0, NULL, &found) != 0) continue;
        for (size_t k = 0; k < found.gl_pathc; k++) {
            lua_pushstring(L, found.gl_pathv[k]);
            lua_rawseti(L, -2, ++count);
        }
        globfree(&found);
    }
    assert_true(count > 20);
    lua_setglobal(L, "arg");
}

static void run(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/lua/plain/%s_spec.lua", ORRERY_SOURCE_DIR, name);
    lua_State *L = luaL_newstate();
    assert_non_null(L);
    luaL_openlibs(L);
    lua_getglobal(L, "package");
    lua_pushstring(L, ORRERY_SOURCE_DIR "/lua/?.lua");
    lua_setfield(L, -2, "path");
    push_files(L);
    if (luaL_loadfile(L, path) != 0 || lua_pcall(L, 0, 0, 0) != 0) fail_msg("%s", lua_tostring(L, -1));
    lua_close(L);
}

static void source(void **state)
{
    (void)state;
    run("source");
}

static void pairs_of_tables(void **state)
{
    (void)state;
    run("pairs");
}

static void strings(void **state)
{
    (void)state;
    run("strings");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(source), cmocka_unit_test(pairs_of_tables),
                                        cmocka_unit_test(strings) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
