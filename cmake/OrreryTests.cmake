# Tests are found by folder too. Labels: c lua fuzz embed layers command docs.
# A test program in tests/c that needs the scripts says "needs: lua" in a comment, or includes "script/..." or "app/...".
# A test that says "long: soak" or "long: oracle" is run once more by make soak or make oracle, with ORRERY_LONG=1 set.
find_package(PkgConfig REQUIRED)
pkg_check_modules(CMOCKA IMPORTED_TARGET cmocka)
set(tests_dir "${PROJECT_SOURCE_DIR}/tests")

# Tests themselves are compiled quickly rather than made fast: at -O3 they would take longer to compile than to run.
add_library(orrery_test_flags INTERFACE)
target_compile_options(orrery_test_flags INTERFACE $<IF:$<BOOL:${ORRERY_SANITIZE}>,-O0,-O1>)

# orrery_labels(TEST SOURCE LABEL): the label, and where the long form of the test belongs.
function(orrery_labels test source label)
    set(labels ${label})
    foreach(verb soak oracle)
        file(STRINGS "${source}" long REGEX "long: ${verb}")
        if(long)
            list(APPEND labels ${verb})
        endif()
    endforeach()
    set_tests_properties(${test} PROPERTIES LABELS "${labels}" TIMEOUT 300)
endfunction()

function(orrery_test_program name source)
    add_executable(${name} "${source}" ${ARGN})
    if(TARGET orrery_test_helpers)
        target_link_libraries(${name} PRIVATE orrery_test_helpers)
    endif()
    target_link_libraries(${name} PRIVATE orrery_flags orrery_needs orrery_static orrery_test_flags)
    target_include_directories(${name} PRIVATE "${host_dir}" "${tests_dir}")
    target_compile_definitions(${name} PRIVATE
        ORRERY_SOURCE_DIR="${PROJECT_SOURCE_DIR}" ORRERY_BINARY_DIR="${PROJECT_BINARY_DIR}")
endfunction()

file(GLOB c_tests CONFIGURE_DEPENDS "${tests_dir}/c/test_*.c")
file(GLOB c_helpers CONFIGURE_DEPENDS "${tests_dir}/c/*.c")
set(watchdog "${tests_dir}/c/watchdog.c") # a part of every test, so that it starts by itself
list(REMOVE_ITEM c_helpers "" ${c_tests} "${watchdog}")
if(c_tests AND NOT CMOCKA_FOUND)
    message(WARNING "cmocka is missing: the tests in C are not built (install libcmocka-dev)")
    set(c_tests "")
endif()
if(TARGET orrery_static)
    add_library(orrery_test_watchdog OBJECT "${watchdog}")
    target_link_libraries(orrery_test_watchdog PRIVATE orrery_flags)
    target_include_directories(orrery_test_watchdog PRIVATE "${host_dir}" "${tests_dir}")
    if(c_helpers AND CMOCKA_FOUND)
        add_library(orrery_test_helpers STATIC ${c_helpers})
        target_link_libraries(orrery_test_helpers PRIVATE orrery_flags orrery_needs orrery_test_flags PkgConfig::CMOCKA)
        target_include_directories(orrery_test_helpers PRIVATE "${host_dir}" "${tests_dir}")
    endif()
    foreach(source IN LISTS c_tests)
        get_filename_component(name "${source}" NAME_WE)
        file(STRINGS "${source}" needs REGEX "needs: lua|#include \"(script|app)/")
        if(needs AND NOT ORRERY_HAS_LUA)
            continue()
        endif()
        file(STRINGS "${source}" needs_view REGEX "needs:.* view|#include \"view/")
        if(needs_view AND NOT ORRERY_HAS_VIEW)
            continue()
        endif()
        file(STRINGS "${source}" no_valgrind REGEX "valgrind: no")
        set(parts "")
        if(needs MATCHES "#include \"app/" AND TARGET orrery_app)
            list(APPEND parts $<TARGET_OBJECTS:orrery_app>)
        endif()
        orrery_test_program(${name} "${source}" $<TARGET_OBJECTS:orrery_test_watchdog> ${parts})
        target_link_libraries(${name} PRIVATE PkgConfig::CMOCKA orrery_command_needs)
        add_test(NAME c/${name} COMMAND ${name} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
        orrery_labels(c/${name} "${source}" c)
        if(NOT needs AND NOT no_valgrind)
            list(APPEND valgrind_list "$<TARGET_FILE:${name}>")
        endif()
    endforeach()

    # For tests/run valgrind: programs without Lua that do not say "valgrind: no".
    string(REPLACE ";" "\n" valgrind_list "${valgrind_list}")
    file(GENERATE OUTPUT "${PROJECT_BINARY_DIR}/valgrind.list" CONTENT "${valgrind_list}\n")

    file(GLOB fuzzers CONFIGURE_DEPENDS "${tests_dir}/fuzz/*.c")
    foreach(source IN LISTS fuzzers)
        get_filename_component(name "${source}" NAME_WE)
        orrery_test_program(${name} "${source}" $<TARGET_OBJECTS:orrery_test_watchdog>)
        add_test(NAME fuzz/${name} COMMAND ${name} WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
        orrery_labels(fuzz/${name} "${source}" fuzz)
    endforeach()
endif()

# The same watchdog for the command: a library that is loaded into it. Sanitizers want to be the first ones loaded.
set(watchdog_environment "")
if(TARGET orrery AND NOT ORRERY_SANITIZE AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
    add_library(orrery_watchdog MODULE "${watchdog}")
    target_link_libraries(orrery_watchdog PRIVATE orrery_flags ${CMAKE_DL_LIBS})
    target_include_directories(orrery_watchdog PRIVATE "${tests_dir}")
    target_compile_definitions(orrery_watchdog PRIVATE WATCHDOG_OF="orrery")
    set(watchdog_environment "LD_PRELOAD=$<TARGET_FILE:orrery_watchdog>")
endif()

file(GLOB lua_specs CONFIGURE_DEPENDS "${tests_dir}/lua/*_spec.lua")
if(TARGET orrery AND ORRERY_HAS_LUA)
    foreach(spec IN LISTS lua_specs)
        get_filename_component(name "${spec}" NAME_WE)
        add_test(NAME lua/${name} COMMAND orrery run --headless --quiet --ticks 8 "${spec}"
            WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
        add_test(NAME lua/${name}/no-jit COMMAND orrery run --headless --quiet --ticks 8 --no-jit --threads 0 "${spec}"
            WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
        add_test(NAME lua/${name}/threads COMMAND orrery run --headless --quiet --ticks 8 --threads 4 "${spec}"
            WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
        orrery_labels(lua/${name} "${spec}" lua)
        orrery_labels(lua/${name}/threads "${spec}" lua)
        orrery_labels(lua/${name}/no-jit "${spec}" lua)
        set_tests_properties(lua/${name} lua/${name}/threads lua/${name}/no-jit PROPERTIES
            ENVIRONMENT "${watchdog_environment}")
    endforeach()
endif()

# The rules of the house: includes, headers, symbols; and tools built against an installed copy.
include(CheckLanguage)
check_language(CXX)
set(cxx_compiler "")
if(CMAKE_CXX_COMPILER)
    set(cxx_compiler "${CMAKE_CXX_COMPILER}")
endif()
set(parts_environment "")
foreach(part LUA VIEW NET)
    if(ORRERY_HAS_${part})
        list(APPEND parts_environment ORRERY_${part}=1)
    endif()
endforeach()

function(orrery_test_script name label)
    add_test(NAME ${label}/${name} COMMAND ${ARGN})
    set(environment ${parts_environment} DISPLAY= WAYLAND_DISPLAY=) # no windows where there is a display
    if(ORRERY_SANITIZE)
        list(APPEND environment ORRERY_SANITIZED=1)
    endif()
    if(label STREQUAL "command" AND watchdog_environment) # of many runs each: sooner
        list(APPEND environment "${watchdog_environment}" ORRERY_TEST_SECONDS=120)
    endif()
    set_tests_properties(${label}/${name} PROPERTIES LABELS ${label} TIMEOUT 300 ENVIRONMENT "${environment}")
endfunction()

# The command as people meet it: scripts that get its path.
file(GLOB command_tests CONFIGURE_DEPENDS "${tests_dir}/command/*.sh")
if(TARGET orrery AND ORRERY_HAS_LUA)
    foreach(script IN LISTS command_tests)
        get_filename_component(name "${script}" NAME_WE)
        orrery_test_script(${name} command "${script}" $<TARGET_FILE:orrery>)
    endforeach()
endif()

orrery_test_script(includes layers "${tests_dir}/layers/check")
orrery_test_script(selftest layers "${tests_dir}/layers/selftest")
orrery_test_script(headers layers "${tests_dir}/layers/headers" "${CMAKE_C_COMPILER}" "${cxx_compiler}"
    ${LUAJIT_CFLAGS} ${VIEW_CFLAGS})
if(TARGET orrery_static)
    if(NOT ORRERY_SANITIZE)
        string(TOLOWER "${CMAKE_BUILD_TYPE}" symbols_kind)
        orrery_test_script(symbols layers "${tests_dir}/layers/symbols"
            $<TARGET_FILE:orrery_static> $<TARGET_FILE:orrery_shared> ${symbols_kind})
    endif()
    set(embed_lua no-lua)
    if(ORRERY_HAS_LUA)
        set(embed_lua lua)
    endif()
    set(embed_flags "")
    if(ORRERY_SANITIZE)
        set(embed_flags ${sanitizer_flags})
    endif()
    orrery_test_script(tools embed "${tests_dir}/embed/run" "${PROJECT_BINARY_DIR}" "${CMAKE_C_COMPILER}"
        "${cxx_compiler}" "${CMAKE_COMMAND}" ${embed_lua} ${embed_flags})
    if(ORRERY_HAS_LUA AND TARGET orrery)
        foreach(script run selftest)
            orrery_test_script(${script} docs "${tests_dir}/docs/${script}" "${PROJECT_BINARY_DIR}"
                "${CMAKE_C_COMPILER}" "${CMAKE_COMMAND}" ${embed_flags})
        endforeach()
    endif()
endif()

# Modules of jobs that tests load: <build>/plugins/*.so.
set(ORRERY_INCLUDE_DIR "${public_include_dir}")
add_subdirectory("${tests_dir}/plugin" "${PROJECT_BINARY_DIR}/plugins.build")

# What users do wrong: tests/command/NAME.txt are cases for run_cases.
if(TARGET orrery AND ORRERY_HAS_LUA)
    file(GLOB command_cases CONFIGURE_DEPENDS "${tests_dir}/command/*.txt")
    foreach(cases IN LISTS command_cases)
        get_filename_component(name "${cases}" NAME_WE)
        orrery_test_script(${name} command "${tests_dir}/command/run_cases" $<TARGET_FILE:orrery>
            "${PROJECT_BINARY_DIR}/plugins" "${cases}")
    endforeach()
endif()
