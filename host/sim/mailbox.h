/* Mailboxes of a world: what readers subscribed to, and the states that are published for them.
 *
 *   mailbox.c   subscribing, taking, releasing        publish.c   copying a state         state.c   reading one
 *
 * A state is one block of bytes in a slot of the channel (pool/mailbox.h), made of pieces in a fixed order, each at a
 * multiple of 64 bytes. The block is used again by the next state in that slot, so that publishing allocates nothing
 * once the world has stopped growing. What says where the pieces are never changes after creation: readers on other
 * threads look at nothing of the world. */
#ifndef ORR_SIM_MAILBOX_H
#define ORR_SIM_MAILBOX_H

#include "base/arena.h"
#include "ecs/edition.h"
#include "orrery.h"
#include "pool/mailbox.h"

/* One piece of a state for each column, each list of entities, each lattice field, each text, and the params. */
typedef struct orr__picked_rows {
    orr_query query;
    uint32_t first, count; /* its columns among the mailbox's */
    bool entities;
    uint32_t entities_piece;
} orr__picked_rows;

typedef struct orr__picked_column {
    orr_field field; /* as readers ask for it */
    orr_value value; /* of rows that lack the component */
    const char *name;
    orr_field source; /* where it is now: a component may be declared anew; component 0: gone */
} orr__picked_column;

typedef struct orr__picked_cells {
    const char *lattice, *field;
    orr_lattice id;
    uint32_t index, width, height;
    size_t bytes;
    bool gone; /* the lattice has another shape now */
} orr__picked_cells;

typedef struct orr__picked_resource {
    const char *name;
    orr_resource id;
    const char **fields;   /* [count]; NULL: a text */
    uint32_t *types;       /* [count] */
    uint32_t *sources;     /* [count] where they are now; UINT32_MAX: gone */
    bool gone;             /* a text that is a record now */
    uint32_t first, count; /* its values among the state's */
    uint32_t text_piece;
} orr__picked_resource;

typedef struct orr__mail {
    orr_mail shown; /* first: it is what readers have */
    const orr_mailbox *mailbox;
    uint32_t slot;
    char *bytes;
    size_t capacity;
    size_t *at;         /* [piece_count] offsets into bytes */
    uint64_t *rows;     /* [rows_count] of each subscription */
    orr_value *values;  /* of resources */
    double *reductions; /* [reduction_count] */
    bool *known;        /* [reduction_count] whether it had a value */
    uint32_t param_count;
} orr__mail;

struct orr_mailbox {
    orr_world *world;
    orr__arena arena; /* of all that is not changed after creation */
    const char *name; /* NULL: none */
    orr__mailbox channel;
    orr__mail *states; /* one for each slot */
    orr__picked_rows *rows;
    orr__picked_column *columns; /* piece c is column c */
    orr__picked_cells *cells;
    orr__picked_resource *resources;
    const char **reductions;
    uint32_t rows_count, column_count, cells_count, resource_count, reduction_count, value_count, piece_count;
    uint32_t first_cells_piece, params_piece, report_piece;
    bool reports; /* with a report: report.h */
    uint32_t every;
    bool kept;          /* a script has it: it lives as long as the world */
    orr__hidden hidden; /* a retired one gets no states any more */
    uint64_t last_tick; /* of the state published last */
    _Atomic uint64_t missed;
};

typedef struct orr__mailboxes {
    orr_mailbox **items;
    uint32_t count, capacity;
} orr__mailboxes;

/* End of orr_world_step: a state for each mailbox whose turn it is. Cannot fail: what cannot be allocated is missed. */
void orr__mailboxes_publish(orr_world *world);
/* For editions (sim/reload.h): those above `count` go. */
void orr__mailboxes_drop(orr_world *world, uint32_t count);
void orr__mailboxes_fini(orr_world *world);

static inline const orr__mail *orr__mail_of(const orr_mail *state)
{
    return (const orr__mail *)(const void *)state;
}

#endif
