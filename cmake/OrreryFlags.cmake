# Flags for all of our own code. The target orrery_flags carries them; nothing is set globally.
# -ffp-contract=off is part of the promise of equal bits: gcc, clang and every vector variant agree only with it.
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release or Debug" FORCE)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

add_library(orrery_flags INTERFACE)
target_compile_features(orrery_flags INTERFACE c_std_17)
target_compile_definitions(orrery_flags INTERFACE _POSIX_C_SOURCE=200809L ORRERY_VERSION="${PROJECT_VERSION}")
target_compile_options(orrery_flags INTERFACE
    $<$<COMPILE_LANGUAGE:C>:-std=c17> $<$<COMPILE_LANGUAGE:CXX>:-std=c++17> -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
    -ffp-contract=off -fno-math-errno
    $<$<CONFIG:Release>:-O3> $<$<CONFIG:Release>:-g>)
target_link_libraries(orrery_flags INTERFACE Threads::Threads)

if(ORRERY_SANITIZE)
    set(sanitizer_flags -fsanitize=${ORRERY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_options(orrery_flags INTERFACE ${sanitizer_flags} $<$<CONFIG:Debug>:-O1>)
    target_link_options(orrery_flags INTERFACE ${sanitizer_flags})
endif()
