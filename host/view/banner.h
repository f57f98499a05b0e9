/* A banner: a text over the picture, painted on its canvas, where no panel says it. */
#ifndef ORR_VIEW_BANNER_H
#define ORR_VIEW_BANNER_H

#include "view/canvas.h"
#include "view/text.h"

/* Lines of the text along the lower edge, as many as there is room for. `scale`: pixels for each pixel of a size. */
int32_t orr__banner_paint(orr__text *letters, orr__canvas *canvas, double scale, const char *text, bool error);

#endif
