/* Prefabs: sets of components with values, to spawn from; and stages, blocks of rows that are being filled. */
#ifndef ORR_ECS_PREFAB_H
#define ORR_ECS_PREFAB_H

#include "orrery.h"

struct orr__table;

typedef struct orr__prefab {
    char *name;                  /* NULL: anonymous */
    orr_component *components;   /* sorted, ends with 0; the parent's included */
    uint32_t component_count;
    struct orr__table *table;    /* where they spawn */
    orr_value *values;           /* [table->column_count] what each column starts with */
} orr__prefab;

/* `count` rows of a prefab outside any table, filled with its values: to be changed by a script's fill and spawned
 * later. One allocation, columns 64-byte aligned. */
typedef struct orr__stage {
    orr_prefab prefab;
    uint32_t count;
    int64_t provisional;         /* of the first row; 0: none */
    size_t bytes;
    void **columns;              /* [table->column_count] */
} orr__stage;

orr__prefab *orr__prefab_at(const orr_world *world, orr_prefab prefab);
orr__stage *orr__stage_create(orr_world *world, orr_prefab prefab, uint32_t count);  /* any thread */
void orr__stage_destroy(orr_world *world, orr__stage *stage);
void *orr__stage_column(const orr_world *world, const orr__stage *stage, orr_field field);  /* NULL: lacks it */
/* Spawns the stage's rows. `handles` (may be NULL) gets them; with `reserved`, these handles are used instead. */
int32_t orr__stage_spawn(orr_world *world, const orr__stage *stage, const orr_entity *reserved, orr_entity *handles);
void orr__prefab_fini(orr_world *world);

#endif
