/* Text on a canvas: letters of the embedded font, each drawn by SDL_ttf once for each height and kept. */
#ifndef ORR_VIEW_TEXT_H
#define ORR_VIEW_TEXT_H

#include "view/canvas.h"

typedef struct orr__text orr__text;

/* The library of letters is that of the process: one thread at a time creates, paints and destroys. NULL with the error
 * set. */
orr__text *orr__text_create(orr__alloc *alloc);
void orr__text_destroy(orr__text *text); /* takes NULL */

/* Pixels that the line is wide. `height`: of the font, in pixels, held within 4 to 512. UTF-8; what is none, and letters
 * that the font lacks, show as a box. 0 for what there is no memory for. */
float orr__text_width(orr__text *text, const char *line, float height);

/* x: of its left end, or of its middle or right end by `align` 0, 0.5, 1; y: of the middle of its height. */
int32_t orr__text_paint(orr__text *text, orr__canvas *canvas, const char *line, float x, float y, float align,
                        float height, uint32_t colour);

#endif
