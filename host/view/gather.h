/* From the columns of a state to numbers for drawing: places on the picture, sizes, colours. One loop a type over whole
 * columns; knows nothing of SDL. */
#ifndef ORR_VIEW_GATHER_H
#define ORR_VIEW_GATHER_H

#include "orrery.h"
#include "sim/scene.h"
#include "view/camera.h"

/* A column of a state, or one number for all rows. */
typedef struct orr__source {
    const void *data; /* NULL: `value` */
    uint32_t type;
    double value;
} orr__source;

/* Amount of layer `layer` in a state. */
orr__source orr__gather_source(const orr__show *show, const orr_mail *state, uint32_t layer, const orr_amount *amount);

/* out[i] = scale * row i + shift */
void orr__gather_line(const orr__source *source, uint64_t count, double scale, double shift, float *out);

/* Least and greatest of what is no NaN; false: there is nothing. */
bool orr__gather_range(const orr__source *source, uint64_t count, double *min, double *max);

/* Colours of rows: the paint's colours between min and max as 256 steps, and the step of each row. Step 256: NaN. */
#define ORR__STEPS 257
typedef struct orr__ramp {
    uint32_t steps[ORR__STEPS]; /* 0xRRGGBBAA */
    double min, max;
} orr__ramp;
void orr__ramp_make(orr__ramp *ramp, const orr_paint *paint, uint32_t type, const orr__source *source, uint64_t count);
void orr__gather_steps(const orr__ramp *ramp, const orr__source *source, uint64_t count, uint16_t *out);

#endif
