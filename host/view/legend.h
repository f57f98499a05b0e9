/* Legends: what the colours of layers mean, below at the right of the picture. */
#ifndef ORR_VIEW_LEGEND_H
#define ORR_VIEW_LEGEND_H

#include "sim/scene.h"
#include "view/canvas.h"
#include "view/ramp.h"
#include "view/text.h"

/* ramps: of each layer of the scene, as it was drawn. scale: pixels for each of a size. Legends for which there is no
 * room are left out. */
int32_t orr__legends_paint(orr__canvas *canvas, orr__text *text, const orr_scene_desc *scene, const orr__ramp *ramps,
                           double scale);

#endif
