/* Layers: from the rows of a state to shapes on the canvas. layer.c gathers and draws rows; layer_line.c lines and
 * trails; layer_cells.c lattices. */
#ifndef ORR_VIEW_LAYER_H
#define ORR_VIEW_LAYER_H

#include "base/arena.h"
#include "sim/scene.h"
#include "view/camera.h"
#include "view/canvas.h"
#include "view/ramp.h"
#include "view/text.h"
#include "view/trail.h"

/* The rectangle of the world that repeats itself (`wrap`), in pixels. */
typedef struct orr__tile {
    bool on;
    float left, top, width, height;
} orr__tile;

/* One layer of one picture. */
typedef struct orr__pass {
    orr__canvas *canvas;
    orr__arena *arena; /* emptied after each layer */
    orr__text *text;   /* of text layers */
    orr__trail *trail; /* of trails */
    const orr__show *show;
    const orr_mail *state;
    const orr__camera *camera;
    const orr_layer *layer;
    uint32_t index; /* of the layer */
    orr__tile tile;
    orr__ramp *ramp;
    uint64_t count;
    float *x, *y; /* pixels */
    const uint8_t *steps;
    uint64_t *gather_ns; /* grows by what reading columns takes */
} orr__pass;

/* Places and colours of its rows. ORR_E_MEMORY, as for all of these. */
int32_t orr__layer_gather(orr__pass *pass);
int32_t orr__layer_rows(orr__pass *pass); /* points, triangles, rectangles, text; gathered */
int32_t orr__layer_lines(orr__pass *pass);
int32_t orr__layer_trails(orr__pass *pass);
int32_t orr__layer_cells(orr__pass *pass);

/* ---- for layer_*.c ---- */

void *orr__pass_room(const orr__pass *pass, size_t bytes);
float *orr__pass_amount(const orr__pass *pass, const orr_amount *amount, double scale, double shift);
float *orr__pass_x(const orr__pass *pass, const orr_amount *amount);
float *orr__pass_y(const orr__pass *pass, const orr_amount *amount);
/* Pixels for one of a size. */
double orr__pass_unit(const orr__pass *pass);

/* One line, and what of it is beyond the seam. */
void orr__pass_line(const orr__pass *pass, float x0, float y0, float x1, float y1, float width, uint32_t colour);

#endif
