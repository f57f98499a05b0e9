/* A library without the view: pictures are refused. Compiled instead of the rest of this folder when ORRERY_VIEW is OFF. */
#include "base/error.h"
#include "orrery.h"

int32_t orr_picture_write(orr_world *world, const orr_picture_desc *desc)
{
    (void)world;
    (void)desc;
    return orr__fail(ORR_E_NOT_FOUND, "this library was built without pictures (ORRERY_VIEW=OFF)");
}

int32_t orr_window_run(orr_world *world, const orr_window_desc *desc)
{
    (void)world;
    (void)desc;
    return orr__fail(ORR_E_NOT_FOUND, "this library was built without windows (ORRERY_VIEW=OFF)");
}
