/* Plain numbers: LuaJIT tells the types of its values by the bits of NaNs and takes the numbers of columns as they are,
 * so that a NaN with the bits of a pointer becomes one. Scripts cannot make such NaNs, what goes through the seam's calls
 * is looked at there, and the library's own jobs only do arithmetic. Other jobs and systems in C can: a comparison of
 * vectors leaves rows of ones. Columns that one of them writes are searched where a script opens them, for 0.25 to 0.5 ns
 * a number. Tools in C that write through pointers between ticks promise not to (host/README.md). */
#ifndef ORR_SCRIPT_PLAIN_H
#define ORR_SCRIPT_PLAIN_H

#include <stdbool.h>

#include "orrery.h"
#include "script/seam.h"

/* Whether something in C that is not of the library writes such a thing (ORR__ACCESS_x) and this machine's scripts could be misled.
 * id 0: any. */
bool orr__plain_wanted(const orr__machine *m, uint32_t kind, uint32_t id);

/* Puts the one NaN in place of the dangerous ones in rows first to end - 1 of a column; f32 and f64, others are none. */
void orr__plain_column(const void *column, uint32_t type, uint64_t first, uint64_t end);

#endif
