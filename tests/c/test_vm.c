/* One Lua state: limits, protected calls, errors both ways. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <lauxlib.h>
#include <lua.h>

#include "base/error.h"
#include "orrery.h"
#include "script/vm.h"

static void assert_says(const char *wanted)
{
    if (!strstr(orr_last_error(), wanted)) fail_msg("'%s' is not in '%s'", wanted, orr_last_error());
}

static int32_t run(orr__vm *vm, const char *text)
{
    const int32_t status = orr__vm_load(vm, text, strlen(text), "@s.lua");
    return status == ORR_OK ? orr__vm_call(vm, 0, 0) : status;
}

static void test_calls(void **state)
{
    (void)state;
    orr__vm vm;
    assert_int_equal(orr__vm_init(&vm, 0, true), ORR_OK);
    assert_true(orr__vm_of(vm.L) == &vm);
    assert_int_equal(orr__vm_load(&vm, "local a, b = ... return a + b, a * b", 36, "@s.lua"), ORR_OK);
    lua_pushnumber(vm.L, 3);
    lua_pushnumber(vm.L, 4);
    assert_int_equal(orr__vm_call(&vm, 2, 2), ORR_OK);
    assert_int_equal(lua_gettop(vm.L), 2);
    assert_true(lua_tonumber(vm.L, 1) == 7 && lua_tonumber(vm.L, 2) == 12);
    orr__vm_fini(&vm);
    orr__vm_fini(&vm);
}

static void test_errors_leave_the_stack_as_it_was(void **state)
{
    (void)state;
    orr__vm vm;
    assert_int_equal(orr__vm_init(&vm, 0, true), ORR_OK);
    lua_pushnumber(vm.L, 42);
    assert_int_equal(run(&vm, "local function f()\nerror 'no' end\nf()"), ORR_E_SCRIPT);
    assert_string_equal(orr_last_error(), "no  s.lua:2\n    in f at s.lua:2\n    in the script at s.lua:3");
    assert_int_equal(run(&vm, "error({})"), ORR_E_SCRIPT);
    assert_says("an error that is no text (a table)  s.lua:1");
    assert_int_equal(run(&vm, "error(nil)"), ORR_E_SCRIPT);
    assert_int_equal(run(&vm, "local t = setmetatable({}, { __tostring = error }) error(t)"), ORR_E_SCRIPT);
    assert_int_equal(run(&vm, "local x = "), ORR_E_SCRIPT);
    assert_says("  s.lua:1");
    assert_int_equal(run(&vm, "local function f() return f() + 1 end f()"), ORR_E_SCRIPT);
    assert_says("stack overflow");
    assert_int_equal(run(&vm, "local ok, e = pcall(error, 'in') error('out: ' .. e)"), ORR_E_SCRIPT);
    assert_says("out: in  s.lua:1");
    assert_int_equal(lua_gettop(vm.L), 1);
    assert_int_equal(run(&vm, "return 1"), ORR_OK);
    orr__vm_fini(&vm);
}

static void test_bytecode_is_refused(void **state)
{
    (void)state;
    orr__vm vm;
    assert_int_equal(orr__vm_init(&vm, 0, true), ORR_OK);
    assert_int_equal(orr__vm_load(&vm, "\x1bLJ\x02\x02", 5, "@s.lua"), ORR_E_SCRIPT);
    orr__vm_fini(&vm);
}

static int raise(lua_State *L)
{
    return orr__vm_raise(L, orr__fail(ORR_E_RANGE, "row 7 is far away"));
}

static void test_codes_go_both_ways(void **state)
{
    (void)state;
    orr__vm vm;
    assert_int_equal(orr__vm_init(&vm, 0, true), ORR_OK);
    lua_pushcfunction(vm.L, raise);
    lua_setglobal(vm.L, "raise");
    assert_int_equal(run(&vm, "\nraise()"), ORR_E_RANGE);
    assert_says("row 7 is far away  s.lua:2");
    assert_int_equal(run(&vm, "error 'later'"), ORR_E_SCRIPT);
    orr__vm_fini(&vm);
}

static void limited(bool jit, const char *text)
{
    orr__vm vm;
    assert_int_equal(orr__vm_init(&vm, 16u << 20, jit), ORR_OK);
    for (int again = 0; again < 3; again++) {
        assert_int_equal(run(&vm, text), ORR_E_SCRIPT);
        assert_says("needs more memory than it may have (16 MiB)");
        assert_int_equal(run(&vm, "local t = {} for i = 1, 1000 do t[i] = { i } end"), ORR_OK);
        assert_true(vm.used < 16u << 20);
    }
    orr__vm_fini(&vm);
}

static void test_the_soft_limit_is_an_ordinary_error(void **state)
{
    (void)state;
    for (int jit = 0; jit < 2; jit++) {
        limited(jit != 0, "local t = {} for i = 1, 1e8 do t[i] = { i } end");
        limited(jit != 0, "local t = {} while true do t = { t } end");
        limited(jit != 0, "local s, t = 'x', {} for i = 1, 1e8 do t[i] = s .. i end");
    }
}

static void test_after_the_hard_limit_the_state_is_dead(void **state)
{
    (void)state;
    orr__vm vm;
    assert_int_equal(orr__vm_init(&vm, 16u << 20, true), ORR_OK);
    assert_int_equal(run(&vm, "local s = string.rep('x', 200000000)"), ORR_E_MEMORY);
    assert_int_equal(run(&vm, "return 1"), ORR_E_MEMORY);
    assert_says("is closed");
    orr__vm_fini(&vm);
}

static void test_garbage_is_no_leak(void **state)
{
    (void)state;
    orr__vm vm;
    assert_int_equal(orr__vm_init(&vm, 16u << 20, true), ORR_OK);
    assert_int_equal(run(&vm, "for i = 1, 3e6 do local t = { i, {} } end"), ORR_OK);
    assert_true(vm.used < 16u << 20);
    orr__vm_fini(&vm);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_errors_leave_the_stack_as_it_was),
        cmocka_unit_test(test_bytecode_is_refused),
        cmocka_unit_test(test_codes_go_both_ways),
        cmocka_unit_test(test_the_soft_limit_is_an_ordinary_error),
        cmocka_unit_test(test_after_the_hard_limit_the_state_is_dead),
        cmocka_unit_test(test_garbage_is_no_leak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
