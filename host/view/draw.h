/* Drawing: a state of a world, as its scene says, onto a canvas in memory, and that onto a renderer of SDL where there
 * is one. Whole layers at a time, straight from columns.
 *
 *   state + scene ──gather──> places, sizes, colours ──batches──> canvas ──one texture──> SDL_Renderer
 *                                                                   └────> files (picture.c, film.c)
 */
#ifndef ORR_VIEW_DRAW_H
#define ORR_VIEW_DRAW_H

#include <SDL.h>

#include "base/alloc.h"
#include "sim/scene.h"
#include "view/camera.h"
#include "view/canvas.h"

/* What is kept from picture to picture: the canvas, buffers, letters, trails. One thread. */
typedef struct orr__drawer orr__drawer;

/* NULL with the error set. `alloc` and the renderer must outlive it. renderer: NULL for the canvas alone. */
orr__drawer *orr__drawer_create(orr__alloc *alloc, SDL_Renderer *renderer);
void orr__drawer_destroy(orr__drawer *drawer); /* takes NULL */

/* The box of the scene, or of all that there is in the state. */
orr__box2 orr__draw_bounds(const orr__show *show, const orr_mail *state);

/* Takes note of a state for trails. orr__draw does so by itself: this is for states that are not drawn. ORR_E_MEMORY:
 * trails begin anew. */
int32_t orr__draw_watch(orr__drawer *drawer, const orr__show *show, const orr_mail *state);

/* The whole picture but for what a panel puts over it; does not present it. The camera says how large it is. */
int32_t orr__draw(orr__drawer *drawer, const orr__show *show, const orr_mail *state, const orr__camera *camera);

/* The canvas on the renderer again, after something was painted on it. */
int32_t orr__draw_show(orr__drawer *drawer);

/* What was drawn last. */
orr__canvas *orr__drawer_canvas(orr__drawer *drawer);

/* Nanoseconds of the last orr__draw: columns to numbers; shapes on the canvas; the canvas to SDL. */
typedef struct orr__draw_times {
    uint64_t gather, paint, show;
} orr__draw_times;
orr__draw_times orr__draw_timed(const orr__drawer *drawer);

#endif
