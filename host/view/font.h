/* The font of all text, DejaVu Sans, embedded when the library is built (generated/font.c). */
#ifndef ORR_VIEW_FONT_H
#define ORR_VIEW_FONT_H

#include <stddef.h>

extern const unsigned char orr__font_data[];
extern const size_t orr__font_bytes;

#endif
