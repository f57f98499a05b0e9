#ifndef ORR__BASE_COLOUR_H
#define ORR__BASE_COLOUR_H

#include <stdint.h>

/*
 * Colours by name, and colour maps. A colour is 0xRRGGBBAA, not multiplied by its alpha.
 *
 * The names are those of CSS Color Module Level 4 (W3C), section 6.1. The maps are tables of evenly spaced colours, to
 * be read linearly between them: viridis, magma, inferno and plasma by N. Smith, S. van der Walt and E. Firing (2015),
 * sampled from matplotlib's published tables (CC0); the others are ours.
 */

/* "#rgb", "#rrggbb", "#rrggbbaa" or a name, in any case. ORR_E_ARGUMENT says what is wrong and the nearest name. */
int32_t orr__colour_find(const char *text, uint32_t *out);

/* A colour map: its colours and how many; NULL with ORR_E_NOT_FOUND when there is none of this name. */
const uint32_t *orr__colour_map_find(const char *name, uint32_t *count);

/* Name of map `index`; NULL past the last. */
const char *orr__colour_map_name(uint32_t index);

#endif
