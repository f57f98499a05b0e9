/* Which entity is where, in a state as it is drawn. */
#ifndef ORR_VIEW_PICK_H
#define ORR_VIEW_PICK_H

#include "orrery.h"
#include "sim/scene.h"
#include "view/camera.h"

/* The entity that is drawn nearest to a point of the picture, at most `reach` pixels away; 0: none. */
orr_entity orr__pick_near(const orr__show *show, const orr_mail *state, const orr__camera *camera, double x, double y,
                          double reach);

/* Where an entity is, in the world's units; false: no layer shows it. */
bool orr__pick_find(const orr__show *show, const orr_mail *state, orr_entity entity, double *x, double *y);

#endif
