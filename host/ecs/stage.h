/* Stages: blocks of rows outside any table, being filled before they are spawned; and spawning itself. */
#ifndef ORR_ECS_STAGE_H
#define ORR_ECS_STAGE_H

#include "orrery.h"

struct orr__arena;

/* `count` rows of a prefab, filled with its values, to be changed by a script's fill. One block of memory; columns are
 * 64-byte aligned, those of less than 8 rows 16-byte aligned, and have no padding. */
typedef struct orr__stage {
    orr_prefab prefab;
    uint32_t count;
    int64_t provisional; /* of the first row; 0: none */
    size_t bytes;        /* of the allocation; 0: it stands in an arena */
    void **columns;      /* [table->column_count] */
} orr__stage;

/* Any thread. The caller destroys it. */
orr__stage *orr__stage_create(orr_world *world, orr_prefab prefab, uint32_t count);
/* The same, but small stages stand in the arena (and need not be destroyed, but may be). */
orr__stage *orr__stage_create_in(orr_world *world, orr_prefab prefab, uint32_t count, struct orr__arena *arena);
void orr__stage_destroy(orr_world *world, orr__stage *stage);
void *orr__stage_column(const orr_world *world, const orr__stage *stage, orr_field field); /* NULL: lacks it */

/* Spawns the stage's rows. `handles` (may be NULL) gets them; with `reserved`, these handles are used instead. When it
 * fails for want of memory nothing has happened (reserved handles stay reserved). When a hook fails the entities are
 * there and the hook's code is returned. Does not ask whether the world is locked. */
int32_t orr__stage_spawn(orr_world *world, const orr__stage *stage, const orr_entity *reserved, orr_entity *handles);

#endif
