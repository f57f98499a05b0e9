# The orrery command. It uses the public interface, so it builds without Lua too, and says then that it runs no scripts.
file(GLOB app_sources CONFIGURE_DEPENDS "${host_dir}/app/*.c")
set(app_main "${host_dir}/app/main.c")
list(REMOVE_ITEM app_sources "" "${app_main}")

# What the command needs besides the library.
add_library(orrery_command_needs INTERFACE)
if(ORRERY_JSON)
    pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
    target_link_libraries(orrery_command_needs INTERFACE PkgConfig::JANSSON)
    target_compile_definitions(orrery_command_needs INTERFACE ORRERY_JSON=1)
endif()
if(ORRERY_HAS_VIEW AND ORRERY_PANEL)
    target_compile_definitions(orrery_command_needs INTERFACE ORRERY_PANEL=1) # for `orrery doctor`
endif()

if(TARGET orrery_static AND EXISTS "${app_main}")
    # All but main, so that tests can link the command's parts too.
    set(app_objects "")
    if(app_sources)
        add_library(orrery_app OBJECT ${app_sources})
        target_link_libraries(orrery_app PRIVATE orrery_flags orrery_needs orrery_command_needs)
        target_include_directories(orrery_app PRIVATE "${host_dir}")
        set(app_objects $<TARGET_OBJECTS:orrery_app>)
    endif()
    add_executable(orrery "${app_main}" ${app_objects})
    target_link_libraries(orrery PRIVATE orrery_flags orrery_needs orrery_command_needs orrery_static)
    target_include_directories(orrery PRIVATE "${host_dir}")
endif()

# The helper of systems with isolation = "process": see host/sim/isolate.h. Linux only.
file(GLOB worker_sources CONFIGURE_DEPENDS "${host_dir}/worker/*.c")
if(TARGET orrery_static AND worker_sources AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
    add_executable(orrery_worker ${worker_sources})
    set_target_properties(orrery_worker PROPERTIES OUTPUT_NAME orrery-worker)
    target_link_options(orrery_worker PRIVATE LINKER:--as-needed) # it starts anew after a crash: no library in vain
    target_link_libraries(orrery_worker PRIVATE orrery_flags orrery_needs orrery_static)
    target_include_directories(orrery_worker PRIVATE "${host_dir}")
endif()
