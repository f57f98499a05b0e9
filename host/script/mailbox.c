#include "script/mailbox.h"

#include <string.h>

#include "base/error.h"
#include "ecs/world.h"
#include "script/machine.h"
#include "script/role.h"
#include "sim/sim.h"

enum { VIEW_COLUMNS = sizeof((orr__near_view *)0)->columns / sizeof(void *) };

static const char *const *names_of(const orr__machine *m, uint32_t list)
{
    return m->draft.names[list].count ? m->draft.names[list].items : NULL;
}

static orr_mailbox *declare(orr__machine *m, const char *name, uint32_t query, bool entities, double readers,
                            double every)
{
    const orr_subscription rows = { query, m->draft.gather_count ? m->draft.gathers : NULL, entities };
    const orr_mailbox_desc desc = { .name = name,
                                    .subscriptions = &rows,
                                    .subscription_count = query ? 1 : 0,
                                    .resources = names_of(m, ORR__NAMES_RESOURCES),
                                    .lattices = names_of(m, ORR__NAMES_LATTICES),
                                    .reductions = names_of(m, ORR__NAMES_REDUCTIONS),
                                    .readers = (uint32_t)readers + 1, /* the script's own */
                                    .every = (uint32_t)every };
    orr_mailbox *mailbox = orr_mailbox_create(m->world, &desc);
    if (mailbox) mailbox->kept = true;
    return mailbox;
}

orr__box *orr__box_create(orr__machine *m, const char *name, uint32_t query, int32_t entities, double readers,
                          double every)
{
    orr__box *box = orr__alloc_zero(&m->world->alloc, sizeof *box, 0);
    if (!box) return NULL;
    box->mailbox =
        m->worker ? orr_mailbox_find(m->world, name) : declare(m, name, query, entities != 0, readers, every);
    const double numbers[4] = { query, entities, readers, every };
    if (!box->mailbox || orr__role_declare(m, "mailbox", name, numbers, 4, NULL) != ORR_OK) {
        orr__alloc_free(&m->world->alloc, box, sizeof *box);
        return NULL;
    }
    box->next = m->boxes;
    m->boxes = box;
    return box;
}

void orr__box_fini(orr__machine *m)
{
    for (orr__box *next; m->boxes; m->boxes = next) {
        next = m->boxes->next;
        orr_mailbox_release(m->boxes->mailbox, m->boxes->held);
        orr__alloc_free(&m->world->alloc, m->boxes, sizeof *m->boxes);
    }
}

/* Which states there are depends on how a run is cut into calls and on the clock: what a system read there would make
 * its results depend on them too. */
static int32_t may_read(const orr__machine *m)
{
    const orr_run *run = m->run;
    if (!run || (run->system && run->system->render)) return ORR_OK;
    return orr__fail(ORR_E_ACCESS,
                     "mailboxes are read between ticks and in systems of the stage 'render': what another "
                     "system found there would depend on when states are published");
}

int32_t orr__box_take(orr__machine *m, orr__box *box, double *numbers)
{
    const int32_t code = may_read(m);
    if (code != ORR_OK) return code;
    orr_mailbox_release(box->mailbox, box->held);
    box->held = orr_mailbox_take(box->mailbox);
    if (!box->held) return 0;
    numbers[0] = (double)box->held->sequence;
    numbers[1] = (double)box->held->tick;
    numbers[2] = box->held->time;
    numbers[3] = box->held->dt;
    numbers[4] = (double)box->held->entity_count;
    numbers[5] = box->mailbox->rows_count ? (double)orr_mail_count(box->held, 0) : 0;
    return 1;
}

int32_t orr__box_open(orr__machine *m, orr__box *box, uint32_t first, orr__near_view *view)
{
    (void)m;
    const orr_mailbox *mailbox = box->mailbox;
    view->bounds = (orr__bounds){ 1, 0 };
    if (!box->held || !mailbox->rows_count) return ORR_OK;
    const orr__picked_rows *rows = &mailbox->rows[0];
    for (uint32_t k = 0; k < VIEW_COLUMNS && first + k < rows->count; k++) {
        view->columns[k] = orr_mail_column(box->held, 0, mailbox->columns[first + k].field, NULL);
    }
    view->entity = rows->entities ? orr_mail_entities(box->held, 0, NULL) : NULL;
    view->bounds = (orr__bounds){ 0, (int32_t)orr_mail_count(box->held, 0) - 1 };
    return ORR_OK;
}
