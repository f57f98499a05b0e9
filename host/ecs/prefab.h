/* Prefabs: sets of components with values, to spawn from. They live as long as their world and never change.
 *
 * A prefab with a name is found by it; one without is found by its content, so that a script may write the same set
 * in a loop and gets the same prefab. Scripts may make such ones in systems. Both go through world->prefab_keys: the map holds the last prefab of a key, and
 * the others of equal hash follow through `next`. */
#ifndef ORR_ECS_PREFAB_H
#define ORR_ECS_PREFAB_H

#include "ecs/edition.h"
#include "orrery.h"

struct orr__table;

typedef struct orr__prefab {
    char *name;                /* NULL: anonymous */
    orr_component *components; /* sorted, ends with 0; the parent's included */
    uint32_t component_count, component_room;
    struct orr__table *table; /* how their rows are made up; perhaps one apart, for others record by it meanwhile */
    struct orr__table *home;  /* where they spawn; NULL: nothing was spawned yet */
    orr_value *values;        /* [column_count] what each column of the table starts with; unused bytes are 0 */
    uint32_t column_count;
    uint64_t key;       /* in world->prefab_keys */
    orr_prefab next;    /* an older one of the same key; 0: none */
    orr__hidden hidden; /* of one with a name */
} orr__prefab;

/* NULL with ORR_E_NOT_FOUND when there is none of that number. Any thread. */
orr__prefab *orr__prefab_at(const orr_world *world, orr_prefab prefab);

/* orr_prefab_create, also while systems run, from any of them: then its table is no table of the world yet, because the
 * order of tables must not depend on who was first. It becomes one when the first patch that spawns is applied. */
orr_prefab orr__prefab_create(orr_world *world, const orr_prefab_desc *desc);
/* The table to spawn in, made one of the world's if it is not. NULL: ORR_E_MEMORY or ORR_E_LIMIT. */
struct orr__table *orr__prefab_table(orr_world *world, orr__prefab *prefab);
/* Those above `count` go. */
void orr__prefab_drop(orr_world *world, uint32_t count);
void orr__prefab_fini(orr_world *world);

#endif
