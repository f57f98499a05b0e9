#include "sim/refit.h"

#include "base/error.h"
#include "sim/fields.h"
#include "sim/sim.h"

#include <string.h>

/* ---- the same again ---- */

static bool same_rows(const orr_mailbox *a, const orr_mailbox *b)
{
    bool same = a->rows_count == b->rows_count && a->column_count == b->column_count;
    for (uint32_t i = 0; same && i < a->rows_count; i++) {
        const orr__picked_rows *x = &a->rows[i], *y = &b->rows[i];
        same = x->query == y->query && x->first == y->first && x->count == y->count && x->entities == y->entities;
    }
    for (uint32_t i = 0; same && i < a->column_count; i++) {
        const orr_field x = a->columns[i].field, y = b->columns[i].field, now = a->columns[i].source;
        same = x.component == y.component && x.index == y.index && x.type == y.type && now.component == y.component &&
               now.index == y.index;
    }
    return same;
}

static bool same_names(const orr_mailbox *a, const orr_mailbox *b)
{
    bool same = a->cells_count == b->cells_count && a->resource_count == b->resource_count &&
                a->reduction_count == b->reduction_count && a->value_count == b->value_count;
    for (uint32_t i = 0; same && i < a->cells_count; i++) {
        const orr__picked_cells *x = &a->cells[i], *y = &b->cells[i];
        same = x->id == y->id && x->index == y->index && x->width == y->width && x->height == y->height &&
               x->bytes == y->bytes && strcmp(x->field, y->field) == 0;
    }
    for (uint32_t i = 0; same && i < a->resource_count; i++) {
        const orr__picked_resource *x = &a->resources[i], *y = &b->resources[i];
        same = x->id == y->id && x->count == y->count && !x->fields == !y->fields;
        for (uint32_t k = 0; same && k < x->count; k++)
            same = strcmp(x->fields[k], y->fields[k]) == 0 && x->types[k] == y->types[k];
    }
    for (uint32_t i = 0; same && i < a->reduction_count; i++) same = strcmp(a->reductions[i], b->reductions[i]) == 0;
    return same;
}

orr_mailbox *orr__mailbox_again(const orr_world *world, const orr_mailbox *like)
{
    const orr__mailboxes *all = &world->sim->mailboxes;
    for (uint32_t i = 0; i < all->count && world->edition && like->name; i++) {
        orr_mailbox *box = all->items[i];
        if (!box->hidden.now || box->hidden.before || strcmp(box->name, like->name) != 0) continue;
        if (box->every == like->every && box->channel.readers == like->channel.readers && same_rows(box, like) &&
            same_names(box, like))
            return box;
    }
    return NULL;
}

/* ---- what is not what it was ---- */

static void refit_column(orr_mailbox *box, orr__picked_column *column)
{
    orr_world *world = box->world;
    const orr__component *of = orr__component_at(world, column->field.component);
    const char *name = strchr(column->name, '.') + 1;
    const uint32_t at = orr__fields_find(of->fields, of->field_count, name);
    const bool there = at != UINT32_MAX && of->fields[at].type == column->field.type;
    if (!there && column->source.component)
        orr__sim_log(world, 1, "mailbox '%s': '%s' is not what it was: its readers get %.9g",
                     box->name ? box->name : "", column->name, orr__value_to_double(column->field.type, column->value));
    column->source = there ? column->field : (orr_field){ 0 };
    if (there) column->source.index = (uint16_t)at;
}

static void refit_cells(orr_mailbox *box, orr__picked_cells *cells)
{
    const orr__lattice *lattice = orr__lattice_at(box->world, cells->id);
    const uint32_t at = orr__lattice_field(lattice, cells->field);
    const bool gone = at == UINT32_MAX || lattice->width != cells->width || lattice->height != cells->height ||
                      (size_t)lattice->width * lattice->height * lattice->fields[at].bytes != cells->bytes;
    if (gone && !cells->gone)
        orr__sim_log(box->world, 1, "mailbox '%s': lattice '%s' is not what it was: its readers get 0",
                     box->name ? box->name : "", cells->lattice);
    cells->gone = gone;
    if (!gone) cells->index = at;
}

static void refit_resource(orr_mailbox *box, orr__picked_resource *picked)
{
    const orr__resource *of = orr__resource_at(box->world, picked->id);
    picked->gone = !picked->fields && !of->text;
    for (uint32_t i = 0; i < picked->count; i++) {
        const uint32_t at = orr__resource_field(of, picked->fields[i]);
        picked->sources[i] = at != UINT32_MAX && of->fields[at].type == picked->types[i] ? at : UINT32_MAX;
    }
}

void orr__mailboxes_refit(orr_world *world)
{
    const orr__mailboxes *all = &world->sim->mailboxes;
    for (uint32_t b = 0; b < all->count; b++) {
        orr_mailbox *box = all->items[b];
        if (box->hidden.now) continue;
        for (uint32_t i = 0; i < box->column_count; i++) refit_column(box, &box->columns[i]);
        for (uint32_t i = 0; i < box->cells_count; i++) refit_cells(box, &box->cells[i]);
        for (uint32_t i = 0; i < box->resource_count; i++) refit_resource(box, &box->resources[i]);
    }
}
