/* Numbers of scripts as handles and as values of fields, and the access by handle that goes through the seam (seam.h).
 *
 * Scripts see a field of one entity through get_number and set: no text, no allocation, and a result that needs no cell
 * in memory. What they refuse goes through get once more, which knows why. No function here hands out a NaN but the one:
 * LuaJIT tells its types by the bits of a NaN, and takes them from C as they are. */
#ifndef ORR_SCRIPT_HANDLE_H
#define ORR_SCRIPT_HANDLE_H

#include "orrery.h"
#include "script/seam.h"

/* A number of a script as a handle: whole, within 52 bits; negative ones are provisional. */
int32_t orr__handle_of(double entity, int64_t *out);
/* The same, but that provisional ones are refused. Whether it is alive is not asked. */
int32_t orr__handle_real(double entity, orr_entity *out);

/* A number of a script as the value of a field; i64 and u64 come through the machine's wide cell. And back. */
int32_t orr__handle_value(orr__machine *m, orr_field field, double number, orr_value *out);
double orr__handle_number(orr__machine *m, uint32_t type, orr_value value);
/* The one NaN for all. */
double orr__handle_plain(double number);

/* What the seam's functions of the same names do. */
int32_t orr__handle_is_alive(orr__machine *m, double entity);
int32_t orr__handle_has(orr__machine *m, double entity, uint32_t component);
int32_t orr__handle_get(orr__machine *m, double entity, uint32_t component, uint32_t field, double *value);
double orr__handle_get_number(orr__machine *m, double entity, uint32_t component, uint32_t field);
int32_t orr__handle_set(orr__machine *m, double entity, uint32_t component, uint32_t field, double value);

#endif
