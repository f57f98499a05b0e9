/* What a running system records to be done later: spawns, destroys, sets, events; and the values of what is about to be
 * spawned. The handles that it gives out for what is not there yet are provisional: negative numbers. */
#ifndef ORR_SCRIPT_RECORDED_H
#define ORR_SCRIPT_RECORDED_H

#include "script/seam.h"

/* ORR_E_ARGUMENT: there is no system whose run ctx:call belongs to. */
int32_t orr__recorded_nowhere(const char *call);
/* A number of entities to spawn; ORR_E_RANGE for what is none. */
int32_t orr__recorded_count(double count, uint32_t *out);

/* Functions of the seam; the first six are called patch_spawn and so on there. */
int32_t orr__recorded_spawn(orr__machine *m, uint32_t prefab, double count, orr__loop *loop, double *provisional);
int32_t orr__recorded_spawn_with(orr__machine *m, uint32_t prefab, double count, double *provisional);
int32_t orr__recorded_destroy(orr__machine *m, double entity);
int32_t orr__recorded_add(orr__machine *m, double entity, uint32_t component);
int32_t orr__recorded_remove(orr__machine *m, double entity, uint32_t component);
int32_t orr__recorded_set(orr__machine *m, double entity, uint32_t component, uint32_t field, double value);
/* Of a column: handles are put in place of provisional ones in the rows of a range and in what is being spawned. Other
 * rows would keep them. */
int32_t orr__recorded_provisional(orr__machine *m, double entity);
int32_t orr__recorded_emit(orr__machine *m, uint32_t event, const double *values);
void orr__recorded_values_begin(orr__machine *m);
int32_t orr__recorded_values_add(orr__machine *m, double entity, uint32_t component, uint32_t field, double value);

#endif
