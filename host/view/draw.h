/* Drawing: a state of a world, as its scene says, onto a renderer of SDL. Whole layers at a time, straight from columns.
 *
 *   state + scene ──gather──> places, sizes, colours ──batches──> SDL_Renderer (a window's, or a surface's in memory)
 */
#ifndef ORR_VIEW_DRAW_H
#define ORR_VIEW_DRAW_H

#include <SDL.h>

#include "base/alloc.h"
#include "sim/scene.h"
#include "view/camera.h"

/* What is kept from picture to picture: buffers, textures. One renderer, its thread. */
typedef struct orr__drawer orr__drawer;

/* NULL with the error set. `alloc` and the renderer must outlive it. */
orr__drawer *orr__drawer_create(orr__alloc *alloc, SDL_Renderer *renderer);
void orr__drawer_destroy(orr__drawer *drawer); /* takes NULL */

/* The box of the scene, or of all that there is in the state. */
orr__box2 orr__draw_bounds(const orr__show *show, const orr_mail *state);

/* The whole picture but for what a panel puts over it; does not present it. */
int32_t orr__draw(orr__drawer *drawer, const orr__show *show, const orr_mail *state, const orr__camera *camera);

#endif
