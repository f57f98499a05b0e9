/* Snapshots: a system with `data = "snapshot"` sees private copies of the columns that it declares, and what it changed
 * is committed afterwards.
 *
 *   the world's chunk  [entity | Position.x | Position.y | Health.hp | ... | changed]
 *                          | copied when the system starts   not declared: not there
 *   frozen chunk       [entity | Position.x | Position.y |            changed: empty]
 *                          |  the same function or job runs on it; it writes and marks as it would in place
 *   commit             rows that were marked (all visited ones under `writes`) go back, component by component, to
 *                      entities that are alive and still have it; the rest are dropped and counted
 *
 * A frozen chunk is an orr__chunk like any other, so ranges, slots, marks and views of it need no second way. It lives
 * in arenas that are reused by the next snapshot of the same run. What a system with latency 0 only reads is not copied
 * but the world's own: nobody writes it until the system is settled, nor changes the structure. */
#ifndef ORR_SIM_SNAPSHOT_H
#define ORR_SIM_SNAPSHOT_H

#include "orrery.h"

struct orr__system;
struct orr__table;
struct orr__chunk;

/* A frozen copy of what `system` declares of a chunk, in its run's arenas; NULL with ORR_E_MEMORY. Columns that it does
 * not declare are NULL. Of the world it only reads: any thread, while nobody writes what is declared. */
struct orr__chunk *orr__snapshot_freeze(struct orr__system *system, const struct orr__table *table,
                                        const struct orr__chunk *chunk);

/* Commits what the first `visited` ranges of a run over frozen chunks changed, in the order of the data; returns how
 * many rows were dropped. `moved`: the structure of the world may have changed since, so that each entity is looked for.
 * Trackers but the system's own are told. Nobody else may touch the components meanwhile. */
uint64_t orr__snapshot_commit(orr_world *world, const struct orr__system *system, const orr_run *run, uint32_t visited,
                              bool moved);

#endif
