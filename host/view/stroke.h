/* Strokes: what systems of the stage `render` drew by hand, over the layers. */
#ifndef ORR_VIEW_STROKE_H
#define ORR_VIEW_STROKE_H

#include "orrery.h"
#include "view/camera.h"
#include "view/canvas.h"
#include "view/text.h"

/* text: may be NULL unless the stroke has one. */
int32_t orr__stroke_paint(orr__canvas *canvas, orr__text *text, const orr_stroke *stroke, const orr__camera *camera);

#endif
