# Run with -P: writes OUTPUT, a C file with the bytes of FONT.
cmake_minimum_required(VERSION 3.25)
file(READ "${FONT}" hex HEX)
string(LENGTH "${hex}" size)
math(EXPR size "${size} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
    "\\1\n    " bytes "${bytes}")
file(WRITE "${OUTPUT}"
    "/* Written by cmake/font.cmake from DejaVuSans.ttf. */\n#include \"view/font.h\"\n\n"
    "const unsigned char orr__font_data[] = {\n    ${bytes}};\nconst size_t orr__font_bytes = ${size};\n")
