/* A script is loaded again: what its text before declared is put aside, the new text declares, and then one of the two is
 * dropped.
 *
 *   begin     systems, schedule, hooks and the scene are put aside; params, resources, events, grids, series, mailboxes
 *             (and, of ecs/, prefabs and lattices) are hidden until they are declared again
 *     ...     the new text is loaded: whatever exists by name is found, or put in the place of what it changes
 *   complete  what the embedder has declared joins; the schedule is built. May fail, like everything before
 *   keep      what is matched by name takes over: trackers, switches, counts, runs in flight. The old set is gone
 *   undo      the new set is gone, and the world as it was at `begin`
 *
 * Between two ticks, on the thread of the world. State (rows, values of params and resources, cells, reductions, events)
 * is not touched but where a declaration changes its shape; see ecs/edition.h. */
#ifndef ORR_SIM_RELOAD_H
#define ORR_SIM_RELOAD_H

#include "orrery.h"

typedef struct orr__reload orr__reload;

/* What became of systems; and of runs that were in flight. */
typedef struct orr__reload_counts {
    uint32_t added, removed, changed, dropped_runs;
} orr__reload_counts;

/* ORR_E_MEMORY: nothing has begun. */
int32_t orr__reload_begin(orr_world *world);
int32_t orr__reload_complete(orr_world *world);
/* They end it. Cannot fail. Notes about state are told by `keep`. */
void orr__reload_keep(orr_world *world, orr__reload_counts *counts);
void orr__reload_undo(orr_world *world);

#endif
