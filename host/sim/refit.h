/* Mailboxes while a script is loaded again (sim/reload.h): readers keep what they have. */
#ifndef ORR_SIM_REFIT_H
#define ORR_SIM_REFIT_H

#include "orrery.h"

/* One that the script had before and declares again, with the same in it; NULL: there is none. */
orr_mailbox *orr__mailbox_again(const orr_world *world, const orr_mailbox *like);

/* When declarations have changed: what mailboxes subscribed to is looked up anew by its name. States keep their layout, for
 * readers on other threads look at it; what is not what it was has its default, or 0, from then on, and is told once. */
void orr__mailboxes_refit(orr_world *world);

#endif
