/* Editions: a script is loaded again while its world lives. What the world learns meanwhile either takes the place of
 * what the text before declared, or leaves no trace.
 *
 *   begin ── declarations: found by name, added behind what there is, or put in the place of what they change
 *     │                                                                     (what was there goes into the list of undo)
 *     ├── keep: the list is forgotten
 *     └── undo: the list is worked off, the newest first; then what was added goes
 *
 * Here for what ecs/ owns: components, tables, queries, prefabs, lattices. sim/reload.c puts the rest around it. No row
 * comes or goes in an edition. */
#ifndef ORR_ECS_EDITION_H
#define ORR_ECS_EDITION_H

#include "orrery.h"

/* Something that was put in the place of something else. The first member of what a unit remembers of it. */
typedef struct orr__undo {
    struct orr__undo *next; /* an older one */
    size_t bytes;           /* of the allocation */
    void (*revert)(orr_world *world, struct orr__undo *undo);
    void (*forget)(orr_world *world, struct orr__undo *undo); /* releases what was there before; may be NULL */
    bool moved;        /* rows, cells or values have other places: who knew the old ones cannot go on */
    uint32_t kind, id; /* as systems declare access to it (ORR__ACCESS_x of sim/access.h); kind 0 is a component */
} orr__undo;

typedef struct orr__edition_note {
    struct orr__edition_note *next;
    int32_t level;
    size_t bytes;
    char text[];
} orr__edition_note;

typedef struct orr__edition {
    orr__undo *undo;
    orr__edition_note *notes, **last_note; /* for people, in order; told when the edition is kept */
    uint32_t component_count, table_count, query_count, prefab_count, lattice_count;
} orr__edition;

/* ORR_E_MEMORY: nothing has begun. */
int32_t orr__edition_begin(orr_world *world);
/* They end it. Cannot fail. */
void orr__edition_keep(orr_world *world);
void orr__edition_undo(orr_world *world);

/* Memory for a step, zeroed; `bytes` with the orr__undo. It counts once it was pushed. NULL: ORR_E_MEMORY. */
void *orr__undo_new(orr_world *world, size_t bytes);
void orr__undo_push(orr_world *world, orr__undo *undo);
void orr__undo_free(orr_world *world, orr__undo *undo);

/* A line about what becomes of the world's state. Without memory it is not told. */
void orr__edition_note_add(orr_world *world, int32_t level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* While a script's text is loaded again, what it declared before is hidden until it is declared again. Two bits for each
 * thing that has a name: now, and before the edition. */
typedef struct orr__hidden {
    bool scripted; /* a script declared it, not the embedder */
    bool now, before;
} orr__hidden;
static inline void orr__hidden_begin(orr__hidden *hidden)
{
    hidden->before = hidden->now;
    hidden->now |= hidden->scripted;
}

#endif
