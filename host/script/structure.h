/* Structural changes at once (world:spawn and the like), with what they mean for open loops. */
#ifndef ORR_SCRIPT_STRUCTURE_H
#define ORR_SCRIPT_STRUCTURE_H

#include "orrery.h"
#include "script/seam.h"

struct orr__stage;

/* ORR_E_LOCKED, with the ctx: form of `call`, while a system runs. */
int32_t orr__structure_may(const orr__machine *m, const char *call);
/* `handles` gets all of them, as numbers; NULL allowed. */
int32_t orr__structure_spawn(orr__machine *m, uint32_t prefab, uint32_t count, double *handles);
/* One entity with the machine's values instead of the prefab's, where it has them; every field is one of the prefab. */
int32_t orr__structure_spawn_with(orr__machine *m, uint32_t prefab, double *handle);
/* Puts the machine's values into all rows of a stage. */
void orr__structure_fill(const orr__machine *m, const struct orr__stage *stage);
int32_t orr__structure_destroy(orr__machine *m, orr_entity entity);
int32_t orr__structure_add(orr__machine *m, orr_entity entity, uint32_t component);
int32_t orr__structure_remove(orr__machine *m, orr_entity entity, uint32_t component);
/* Spawns the rows of the stage that the loop is open over. */
int32_t orr__structure_commit(orr__machine *m, const orr__loop *loop, uint32_t count, double *handles);

#endif
