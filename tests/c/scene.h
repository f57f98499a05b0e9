/* Scripts as test scenes: opened with params, or with one piece of their text replaced, so that a test can show that
 * it would notice. */
#ifndef ORR_TESTS_SCENE_H
#define ORR_TESTS_SCENE_H

#include "orrery.h"

/* scripts/<name>. `set` ends with NULL, may be NULL. Text `from` (NULL: none) is replaced by `to`; the test fails when
 * it is not there. Fails the test when the script does not open. */
orr_host *scene_open(const char *name, uint64_t seed, const char *const *set, const char *from, const char *to);
/* The same with several pieces replaced: pairs of `from` and `to`, the last of them NULL. */
orr_host *scene_open_changed(const char *name, uint64_t seed, const char *const *set, const char *const (*changes)[2]);
void scene_step(orr_host *host, uint64_t ticks);

/* One field of all rows with these components ("Position Velocity"), as doubles; malloc'd. */
double *scene_column(orr_host *host, const char *components, const char *field, uint64_t *count);
double scene_reduction(orr_host *host, const char *name, double otherwise);
double scene_resource(orr_host *host, const char *name, const char *field);
/* The cells of one field of a lattice, as they are now; the sizes may be NULL. */
const void *scene_cells(orr_host *host, const char *lattice, const char *field, uint32_t *width, uint32_t *height);
uint64_t scene_count(orr_host *host, const char *components);

/* Whether the long form of the test was asked for (make oracle, make soak). */
int scene_long(void);

#endif
