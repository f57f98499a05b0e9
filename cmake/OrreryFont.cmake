# The font of pictures and windows, as bytes in generated/font.c (see host/view/font.h): an installed library needs no
# file beside it. Debian: fonts-dejavu-core.
find_file(ORRERY_FONT DejaVuSans.ttf
    PATHS /usr/share/fonts /usr/local/share/fonts /opt/homebrew/share/fonts
    PATH_SUFFIXES truetype/dejavu dejavu TTF truetype dejavu-sans-fonts
    DOC "DejaVuSans.ttf, which is embedded")
if(NOT ORRERY_FONT)
    message(FATAL_ERROR "DejaVuSans.ttf is missing: install fonts-dejavu-core, say where it is with "
        "-DORRERY_FONT=FILE, or build without pictures with -DORRERY_VIEW=OFF")
endif()
add_custom_command(
    OUTPUT "${generated_dir}/font.c"
    COMMAND "${CMAKE_COMMAND}" -D "FONT=${ORRERY_FONT}" -D "OUTPUT=${generated_dir}/font.c"
            -P "${PROJECT_SOURCE_DIR}/cmake/font.cmake"
    DEPENDS "${ORRERY_FONT}" "${PROJECT_SOURCE_DIR}/cmake/font.cmake"
    COMMENT "Embedding the font"
    VERBATIM)
