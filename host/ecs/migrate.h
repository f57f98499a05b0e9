/* Components whose fields change while a script is loaded again: rows keep what has the same name. */
#ifndef ORR_ECS_MIGRATE_H
#define ORR_ECS_MIGRATE_H

#include "ecs/component.h"
#include "orrery.h"

/* In an edition: the component is `now` (its texts are borrowed) from here on, with the same number; tables and prefabs
 * that have it are made anew, values go where the name is the same, and are converted where they fit. What becomes of
 * them is noted for people. On failure everything is as before. */
int32_t orr__component_redefine(orr_world *world, orr_component component, const orr__component *now);

/* A value as another type; false: it does not fit. */
bool orr__value_convert(uint32_t from, orr_value value, uint32_t to, orr_value *out);

/* Where fields come from: `from[i]` is the index among `old` of the one that is called like `now[i]`, or UINT32_MAX when
 * there is none or its values are of a kind that cannot be converted. */
void orr__fields_trace(const orr__field *old, uint32_t old_count, const orr__field *now, uint32_t count,
                       uint32_t *from);
/* "keeps x, y; x is f64 instead of f32; adds z; drops w" into `text`. */
void orr__fields_tell(const orr__field *old, uint32_t old_count, const orr__field *now, uint32_t count, char *text,
                      size_t bytes);

#endif
