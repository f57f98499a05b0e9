/* Pictures and films that `orrery run` makes on its way. */
#ifndef ORR_APP_SHOOT_H
#define ORR_APP_SHOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "orrery.h"

typedef struct orr__shoot_options {
    const char *picture, *film, *size;
    uint64_t at, film_every; /* at: UINT64_MAX when it was not given */
    double fps, scale;       /* NaN: not given */
} orr__shoot_options;

typedef struct orr__shoot {
    const orr__shoot_options *options;
    uint32_t width, height;
    uint64_t picture_tick, every;
    orr_world *world;
    orr_film *film; /* NULL: nothing is asked for */
    bool has_picture, taken;
} orr__shoot;

/* Reads the options, and how many ticks the run takes: those of --at where --ticks was not given. ORR__EXIT_USAGE after
 * saying what is wrong. */
int orr__shoot_read(orr__shoot *shoot, const orr__shoot_options *options, uint64_t *ticks, bool ticks_given);
/* Finds out whether everything can be written. */
int32_t orr__shoot_begin(orr__shoot *shoot, orr_world *world);
/* Ticks that may pass at once from here on, at most `most`. */
uint64_t orr__shoot_stretch(const orr__shoot *shoot, uint64_t tick, uint64_t most);
/* After each stretch, and before the first one. */
int32_t orr__shoot_look(orr__shoot *shoot, uint64_t tick);
/* failed: the run was. A film up to here is kept. */
int32_t orr__shoot_end(orr__shoot *shoot, bool failed);

#endif
