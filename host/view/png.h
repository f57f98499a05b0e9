#ifndef ORR_VIEW_PNG_H
#define ORR_VIEW_PNG_H

#include <stddef.h>
#include <stdint.h>

struct orr__alloc;

/* A picture of rows of R, G, B, A bytes as a PNG file without alpha, written beside and renamed: a failure leaves what
 * was there. ORR_E_FILE with the path and the reason. */
int32_t orr__png_write(struct orr__alloc *alloc, const char *path, const void *pixels, uint32_t width, uint32_t height,
                       size_t row_bytes);

#endif
