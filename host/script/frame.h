/* What the Lua half says of pictures by hand, series and input: see lua/orrery/frame.lua. */
#ifndef ORR_SCRIPT_FRAME_H
#define ORR_SCRIPT_FRAME_H

#include "script/seam.h"

/* What the seam's functions of the same names do. */
int32_t orr__frame_watched(orr__machine *m);
int32_t orr__frame_paint(orr__machine *m, uint32_t kind, double colour, uint32_t flags, const double *numbers,
                         const char *text);
int32_t orr__frame_series(orr__machine *m, const char *name);
int32_t orr__frame_put(orr__machine *m, uint32_t series, double value);
const char *orr__frame_input_stage(orr__machine *m);
int32_t orr__frame_input(orr__machine *m, uint32_t index, double *numbers);
const char *orr__frame_key(orr__machine *m, uint32_t index);

#endif
