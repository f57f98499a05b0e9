/* The camera: which part of the world is seen, and where on the picture a point of the world is. The world's y points
 * up, the picture's down. */
#ifndef ORR_VIEW_CAMERA_H
#define ORR_VIEW_CAMERA_H

#include <stdbool.h>

typedef struct orr__camera {
    double x, y;          /* the point of the world in the middle of the picture */
    double zoom;          /* pixels for each unit of the world */
    double width, height; /* of the picture, in pixels */
    double scale;         /* pixels for each pixel of a size: 2 on a dense display */
    double left;          /* pixels at the left that something covers: what is fitted is fitted beside it */
} orr__camera;

typedef struct orr__box2 {
    double left, bottom, right, top; /* empty when right < left */
} orr__box2;

/* All of the box in the middle of what is not covered, with `margin` pixels around it. An empty box, or one without
 * extent, gets some. */
void orr__camera_fit(orr__camera *camera, orr__box2 box, double margin);
/* The point under picture x, y stays there. zoom is kept within what floats can tell apart. */
void orr__camera_zoom(orr__camera *camera, double factor, double x, double y);
/* By so many pixels. */
void orr__camera_pan(orr__camera *camera, double dx, double dy);

/* Whether both show the same. */
bool orr__camera_same(const orr__camera *a, const orr__camera *b);

/* For whole columns: a place of the picture is zoom * x + shift_x and -zoom * y + shift_y. */
double orr__camera_shift_x(const orr__camera *camera);
double orr__camera_shift_y(const orr__camera *camera);

void orr__camera_to_world(const orr__camera *camera, double x, double y, double *world_x, double *world_y);
void orr__camera_to_picture(const orr__camera *camera, double world_x, double world_y, double *x, double *y);

#endif
