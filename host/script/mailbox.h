/* Mailboxes that a script declares, and their newest state as Lua sees it. */
#ifndef ORR_SCRIPT_MAILBOX_H
#define ORR_SCRIPT_MAILBOX_H

#include "orrery.h"
#include "script/seam.h"

/* A mailbox in one machine, and the state that this machine holds. */
struct orr__box {
    orr_mailbox *mailbox;
    const orr_mail *held; /* NULL: none */
    struct orr__box *next;
};

/* What the seam's functions of the same names do. */
orr__box *orr__box_create(orr__machine *m, const char *name, uint32_t query, int32_t entities, double readers,
                          double every);
int32_t orr__box_take(orr__machine *m, orr__box *box, double *numbers);
int32_t orr__box_open(orr__machine *m, orr__box *box, uint32_t first, orr__near_view *view);

/* Lets go of what the machine holds. */
void orr__box_fini(orr__machine *m);

#endif
