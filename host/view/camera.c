#include "view/camera.h"

#include <math.h>

#define ZOOM_LEAST 1e-9
#define ZOOM_MOST 1e9

static double limit(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

void orr__camera_fit(orr__camera *camera, orr__box2 box, double margin)
{
    if (!(box.right >= box.left && box.top >= box.bottom)) box = (orr__box2){ -1, -1, 1, 1 };
    double width = box.right - box.left, height = box.top - box.bottom;
    camera->x = box.left + width / 2;
    camera->y = box.bottom + height / 2;
    if (width <= 0 && height <= 0) width = height = 2;
    const double left = limit(camera->left, 0, camera->width);
    const double room_x = fmax(1, camera->width - left - 2 * margin), room_y = fmax(1, camera->height - 2 * margin);
    const double zoom_x = width > 0 ? room_x / width : HUGE_VAL, zoom_y = height > 0 ? room_y / height : HUGE_VAL;
    camera->zoom = limit(fmin(zoom_x, zoom_y), ZOOM_LEAST, ZOOM_MOST);
    camera->x -= left / 2 / camera->zoom;
}

void orr__camera_zoom(orr__camera *camera, double factor, double x, double y)
{
    double world_x, world_y;
    orr__camera_to_world(camera, x, y, &world_x, &world_y);
    camera->zoom = limit(camera->zoom * factor, ZOOM_LEAST, ZOOM_MOST);
    camera->x = world_x - (x - camera->width / 2) / camera->zoom;
    camera->y = world_y + (y - camera->height / 2) / camera->zoom;
}

void orr__camera_pan(orr__camera *camera, double dx, double dy)
{
    camera->x -= dx / camera->zoom;
    camera->y += dy / camera->zoom;
}

bool orr__camera_same(const orr__camera *a, const orr__camera *b)
{
    return a->x == b->x && a->y == b->y && a->zoom == b->zoom && a->width == b->width && a->height == b->height &&
           a->scale == b->scale && a->left == b->left;
}

double orr__camera_shift_x(const orr__camera *camera)
{
    return camera->width / 2 - camera->x * camera->zoom;
}

double orr__camera_shift_y(const orr__camera *camera)
{
    return camera->height / 2 + camera->y * camera->zoom;
}

void orr__camera_to_world(const orr__camera *camera, double x, double y, double *world_x, double *world_y)
{
    *world_x = camera->x + (x - camera->width / 2) / camera->zoom;
    *world_y = camera->y - (y - camera->height / 2) / camera->zoom;
}

void orr__camera_to_picture(const orr__camera *camera, double world_x, double world_y, double *x, double *y)
{
    *x = camera->width / 2 + (world_x - camera->x) * camera->zoom;
    *y = camera->height / 2 - (world_y - camera->y) * camera->zoom;
}
