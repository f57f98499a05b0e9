/* Trackers: what changed since the reader last asked.
 *
 *   systems set bits in chunk->changed (row by row, `marks`)  --\
 *   or the host fills ranges at the end of a system (`writes`) ---> orr__tracker_absorb: OR into the words of every
 *                                                                   (tracker, component) term of the table, clear
 *
 * A tracker's bits stay until the reader clears them, and move with their rows. No tracker: nothing is kept. */
#ifndef ORR_ECS_TRACKER_H
#define ORR_ECS_TRACKER_H

#include "orrery.h"

struct orr__table;
struct orr__chunk;

/* A handle is index + 1 in its low 16 bits and above it how often that index was used before. */
enum { ORR__TRACKER_INDEX_BITS = 16, ORR__TRACKERS_MAX = 65535 };

typedef struct orr__tracker {
    orr_tracker handle;
    bool used;
    bool logs;                 /* keeps arrivals */
    bool lost;                 /* an arrival could not be logged for want of memory */
    orr_component *components; /* sorted, ends with 0 */
    uint32_t component_count;
    orr_arrival *log;
    uint64_t log_count, log_capacity;
} orr__tracker;

/* A tracker for the host's own use: without a log unless asked; everything present is changed when `all`. */
orr_tracker orr__tracker_create(orr_world *world, const orr_component *components, bool logs, bool all);
orr__tracker *orr__tracker_at(const orr_world *world, orr_tracker tracker);

/* Rows begin to end of a component changed: sets bits in every tracker of it but `except` (0: none). */
void orr__tracker_mark(orr_world *world, struct orr__table *table, struct orr__chunk *chunk, orr_component component,
                       uint32_t begin, uint32_t end, orr_tracker except);
/* ORs chunk->changed of a component into every tracker of it but `except`, and clears it. */
void orr__tracker_absorb(orr_world *world, struct orr__table *table, struct orr__chunk *chunk, orr_component component,
                         orr_tracker except);
/* Union of the tracker's bits in a chunk into `words` (capacity / 64 of them); returns the summary: bit w is set when
 * word w is not 0. When it is 0 nothing changed and `words` is not written. */
uint64_t orr__tracker_words(const orr_world *world, orr_tracker tracker, const struct orr__table *table,
                            const struct orr__chunk *chunk, uint64_t *words);
/* Clears the given rows (words as above) of all the tracker's terms in a chunk. */
void orr__tracker_consume(orr_world *world, orr_tracker tracker, struct orr__table *table, struct orr__chunk *chunk,
                          const uint64_t *words);
/* Sets a row of all the tracker's terms: what was consumed there was not used after all. */
void orr__tracker_restore(orr_world *world, orr_tracker tracker, const struct orr__table *table,
                          struct orr__chunk *chunk, uint32_t row);
/* Arrivals and departures: called by structural changes. Never fails: sets `lost` when there is no memory. */
void orr__tracker_came(orr_world *world, orr_component component, orr_entity entity);
void orr__tracker_went(orr_world *world, orr_component component, orr_entity entity);
/* The same for all tracked components of rows of a table. */
void orr__tracker_log_rows(orr_world *world, const struct orr__table *table, const orr_entity *entities, uint64_t count,
                           int32_t came);
void orr__tracker_fini(orr_world *world);

#endif
