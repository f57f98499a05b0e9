/* A library without the view: pictures are refused. Compiled instead of the rest of this folder when ORRERY_VIEW is
 * OFF. */
#include "base/error.h"
#include "orrery.h"

int32_t orr_picture_write(orr_world *world, const orr_picture_desc *desc)
{
    (void)world;
    (void)desc;
    return orr__fail(ORR_E_NOT_FOUND, "this library was built without pictures (ORRERY_VIEW=OFF)");
}

orr_film *orr_film_open(orr_world *world, const orr_film_desc *desc)
{
    (void)world;
    (void)desc;
    orr__fail(ORR_E_NOT_FOUND, "this library was built without pictures (ORRERY_VIEW=OFF)");
    return NULL;
}

/* No film was ever opened. */
int32_t orr_film_watch(orr_film *film)
{
    (void)film;
    return orr__fail(ORR_E_ARGUMENT, "no film given");
}

int32_t orr_film_frame(orr_film *film)
{
    return orr_film_watch(film);
}

int32_t orr_film_picture(orr_film *film, const char *path)
{
    (void)path;
    return orr_film_watch(film);
}

uint32_t orr_film_memory(const orr_film *film)
{
    (void)film;
    return 0;
}

uint64_t orr_film_frames(const orr_film *film)
{
    (void)film;
    return 0;
}

const char *orr_film_series(const orr_film *film)
{
    (void)film;
    return NULL;
}

int32_t orr_film_close(orr_film *film, bool keep)
{
    (void)film;
    (void)keep;
    return ORR_OK;
}

int32_t orr_window_run(orr_world *world, const orr_window_desc *desc)
{
    (void)world;
    (void)desc;
    return orr__fail(ORR_E_NOT_FOUND, "this library was built without windows (ORRERY_VIEW=OFF)");
}
