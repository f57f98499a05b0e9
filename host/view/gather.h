/* From the columns of a state to numbers for drawing: places on the picture, sizes, steps of a colour ramp. One loop a
 * type over whole columns; knows nothing of SDL. */
#ifndef ORR_VIEW_GATHER_H
#define ORR_VIEW_GATHER_H

#include "orrery.h"
#include "sim/scene.h"

/* A column of a state, or one number for all rows. */
typedef struct orr__source {
    const void *data; /* NULL: `value` */
    uint32_t type;
    double value;
} orr__source;

/* Amount of layer `layer` in a state. */
orr__source orr__gather_source(const orr__show *show, const orr_mail *state, uint32_t layer, const orr_amount *amount);

/* out[i] = scale * row i + shift, rounded to a float; in floats where that is exact to a hundredth. */
void orr__gather_line(const orr__source *source, uint64_t count, double scale, double shift, float *out);

/* Row `row` by itself. */
float orr__gather_one(const orr__source *source, uint64_t row);

/* Least and greatest of what is finite; false: there is nothing. */
bool orr__gather_range(const orr__source *source, uint64_t count, double *min, double *max);

/* Row i as one of the steps 0 to 254 between min and max, beyond them at the ends; 255: NaN. */
enum { ORR__STEP_LAST = 254, ORR__STEP_NONE = 255 };
void orr__gather_steps(const orr__source *source, uint64_t first, uint64_t count, double min, double max, uint8_t *out);

#endif
