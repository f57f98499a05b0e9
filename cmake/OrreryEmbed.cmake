# The Lua half and the ffi declarations, as bytes in generated/embedded.c (see host/script/embedded.h).
file(GLOB embedded_lua CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/lua/orrery/*.lua")
list(REMOVE_ITEM embedded_lua "${PROJECT_SOURCE_DIR}/lua/orrery/meta.lua")      # annotations for editors, never run
set(embedded_list "")
foreach(file IN LISTS embedded_lua)
    get_filename_component(name "${file}" NAME)
    string(APPEND embedded_list "whole orrery/${name} ${file}\n")
endforeach()
set(embedded_headers "")
foreach(pair job.h:orrery_job.h seam.h:script/seam.h)
    string(REPLACE ":" ";" pair "${pair}")
    list(GET pair 0 name)
    list(GET pair 1 header)
    if(EXISTS "${PROJECT_SOURCE_DIR}/host/${header}")
        string(APPEND embedded_list "ffi ffi/${name} ${PROJECT_SOURCE_DIR}/host/${header}\n")
        list(APPEND embedded_headers "${PROJECT_SOURCE_DIR}/host/${header}")
    endif()
endforeach()
# Written only when it changes, and a dependency: a file that is added, renamed or removed embeds anew.
file(CONFIGURE OUTPUT "${generated_dir}/embedded.list" CONTENT "${embedded_list}" @ONLY)

add_custom_command(
    OUTPUT "${generated_dir}/embedded.c"
    COMMAND "${CMAKE_COMMAND}" -D "LIST=${generated_dir}/embedded.list" -D "OUTPUT=${generated_dir}/embedded.c"
            -P "${PROJECT_SOURCE_DIR}/cmake/embed.cmake"
    DEPENDS ${embedded_lua} ${embedded_headers} "${generated_dir}/embedded.list"
            "${PROJECT_SOURCE_DIR}/cmake/embed.cmake"
    COMMENT "Embedding the Lua half"
    VERBATIM)
