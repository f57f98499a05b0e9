# make install: headers, both libraries, the command, annotations for editors, orrery.pc and the CMake package Orrery.
# Both descriptions find everything relative to themselves, so an installed copy may be moved.
if(TARGET orrery_static)
    include(CMakePackageConfigHelpers)
    set(cmake_package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/Orrery")

    install(FILES "${host_dir}/orrery.h" "${host_dir}/orrery_job.h" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
    install(TARGETS orrery_static orrery_shared EXPORT OrreryTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
    if(TARGET orrery)
        install(TARGETS orrery RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
        install(DIRECTORY "${PROJECT_SOURCE_DIR}/scripts" DESTINATION "${CMAKE_INSTALL_DATADIR}/orrery"
            FILES_MATCHING PATTERN "*.lua")
        install(FILES "${PROJECT_SOURCE_DIR}/lua/orrery/meta.lua" DESTINATION "${CMAKE_INSTALL_DATADIR}/orrery")
    endif()
    if(ORRERY_HAS_VIEW)
        install(FILES "${PROJECT_SOURCE_DIR}/docs/font-licence.txt" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
    endif()
    if(TARGET orrery_worker)
        install(TARGETS orrery_worker RUNTIME DESTINATION "${CMAKE_INSTALL_LIBEXECDIR}/orrery")
    endif()

    file(RELATIVE_PATH pc_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
    string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
    configure_file(cmake/orrery.pc.in "${generated_dir}/orrery.pc" @ONLY)
    install(FILES "${generated_dir}/orrery.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

    configure_package_config_file(cmake/OrreryConfig.cmake.in "${generated_dir}/OrreryConfig.cmake"
        INSTALL_DESTINATION "${cmake_package_dir}" NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
    write_basic_package_version_file("${generated_dir}/OrreryConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
    install(FILES "${generated_dir}/OrreryConfig.cmake" "${generated_dir}/OrreryConfigVersion.cmake"
        DESTINATION "${cmake_package_dir}")
    install(EXPORT OrreryTargets NAMESPACE orrery:: DESTINATION "${cmake_package_dir}")

    # All that is installed, and no tests: what the Makefile's verbs for users build.
    set(installed_targets orrery_static orrery_shared)
    foreach(target orrery orrery_worker)
        if(TARGET ${target})
            list(APPEND installed_targets ${target})
        endif()
    endforeach()
    add_custom_target(orrery_installed DEPENDS ${installed_targets})
endif()
