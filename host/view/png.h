#ifndef ORR_VIEW_PNG_H
#define ORR_VIEW_PNG_H

#include <stddef.h>
#include <stdint.h>

struct orr__alloc;

struct orr__canvas;

/* A canvas as a PNG file, written beside and renamed: a failure leaves what was there. ORR_E_FILE with the path and the
 * reason. */
int32_t orr__png_write(struct orr__alloc *alloc, const char *path, const struct orr__canvas *canvas);

/* Bytes R, G, B of one row of a canvas. */
void orr__png_row(const struct orr__canvas *canvas, int32_t y, uint8_t *out);

#endif
