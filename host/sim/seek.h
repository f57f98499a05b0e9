/* Seeking: the next entity of which something is true. Walks over the slots of all entities: for people who look at a
 * world, not for systems. */
#ifndef ORR_SIM_SEEK_H
#define ORR_SIM_SEEK_H

#include "orrery.h"

/* The living entity after `after`, in order of slots and from the first again behind the last, `after` itself being the
 * last one, that has what `text` says: "Component", "Component.field", or the latter with < <= = >= > and a number. A
 * number is rounded to f32 where it is compared with one. `after` may be dead, or 0: from the first. 0: there is none, or
 * the text is wrong (ORR_E_NOT_FOUND, ORR_E_ARGUMENT), with a message for the one who wrote it. Between ticks. */
orr_entity orr__seek(const orr_world *world, const char *text, orr_entity after);

#endif
