#include "sim/mailbox.h"

#include "base/error.h"

#include <string.h>

/* Reading a state, on any thread: nothing here looks at the world, which may be in the middle of a tick. */

static const char *box_name(const orr__mail *state)
{
    return state->mailbox->name ? state->mailbox->name : "";
}

static int32_t refuse(const orr__mail *state, const char *what, const char *name)
{
    return orr__fail(ORR_E_NOT_FOUND, "mailbox '%s': %s '%.200s' was not subscribed to", box_name(state), what,
                     name ? name : "");
}

static const orr__picked_rows *rows_of(const orr__mail *state, uint32_t subscription)
{
    const orr_mailbox *box = state->mailbox;
    if (subscription < box->rows_count) return &box->rows[subscription];
    orr__fail(ORR_E_RANGE, "mailbox '%s': subscription %u of %u, which are counted from 0", box_name(state),
              (unsigned)subscription, (unsigned)box->rows_count);
    return NULL;
}

uint64_t orr_mail_count(const orr_mail *state, uint32_t subscription)
{
    return rows_of(orr__mail_of(state), subscription) ? orr__mail_of(state)->rows[subscription] : 0;
}

const void *orr_mail_column(const orr_mail *of, uint32_t subscription, orr_field field, uint64_t *count)
{
    const orr__mail *state = orr__mail_of(of);
    const orr__picked_rows *rows = rows_of(state, subscription);
    if (count) *count = 0;
    if (!rows) return NULL;
    for (uint32_t c = rows->first; c < rows->first + rows->count; c++) {
        const orr_field *mine = &state->mailbox->columns[c].field;
        if (mine->component != field.component || mine->index != field.index) continue;
        if (count) *count = state->rows[subscription];
        return state->bytes + state->at[c];
    }
    const char *first = rows->count ? state->mailbox->columns[rows->first].name : "";
    orr__fail(ORR_E_NOT_FOUND,
              "mailbox '%s': subscription %u has %u fields%s%s, and field %u of component %u is none of them",
              box_name(state), (unsigned)subscription, (unsigned)rows->count, rows->count ? ", the first " : "", first,
              (unsigned)field.index, (unsigned)field.component);
    return NULL;
}

const orr_entity *orr_mail_entities(const orr_mail *of, uint32_t subscription, uint64_t *count)
{
    const orr__mail *state = orr__mail_of(of);
    const orr__picked_rows *rows = rows_of(state, subscription);
    if (count) *count = 0;
    if (!rows) return NULL;
    if (!rows->entities) {
        orr__fail(ORR_E_NOT_FOUND, "mailbox '%s': subscription %u was made without entities", box_name(state),
                  (unsigned)subscription);
        return NULL;
    }
    if (count) *count = state->rows[subscription];
    return (const orr_entity *)(const void *)(state->bytes + state->at[rows->entities_piece]);
}

/* Whether `text` is "lattice.field". */
static bool is_named(const orr__picked_cells *cells, const char *text)
{
    const size_t length = strlen(cells->lattice);
    return strncmp(cells->lattice, text, length) == 0 && text[length] == '.' &&
           strcmp(cells->field, text + length + 1) == 0;
}

const void *orr_mail_cells(const orr_mail *of, const char *field, uint32_t *width, uint32_t *height)
{
    const orr__mail *state = orr__mail_of(of);
    const orr_mailbox *box = state->mailbox;
    for (uint32_t i = 0; field && i < box->cells_count; i++) {
        if (!is_named(&box->cells[i], field)) continue;
        if (width) *width = box->cells[i].width;
        if (height) *height = box->cells[i].height;
        return state->bytes + state->at[box->first_cells_piece + i];
    }
    refuse(state, "lattice field", field);
    return NULL;
}

static const orr__picked_resource *resource_of(const orr__mail *state, const char *name, bool text)
{
    const orr_mailbox *box = state->mailbox;
    for (uint32_t i = 0; name && i < box->resource_count; i++) {
        const orr__picked_resource *picked = &box->resources[i];
        if (strcmp(picked->name, name) != 0) continue;
        if (text == !picked->fields) return picked;
        orr__fail(ORR_E_TYPE, "resource '%s' is a %s", name, text ? "record, not a string" : "string, not a record");
        return NULL;
    }
    refuse(state, "resource", name);
    return NULL;
}

int32_t orr_mail_resource(const orr_mail *of, const char *resource, const char *field, orr_value *out)
{
    const orr__mail *state = orr__mail_of(of);
    const orr__picked_resource *picked = resource_of(state, resource, false);
    if (!picked) return orr__error_code();
    if (!field) field = "value";
    for (uint32_t i = 0; i < picked->count; i++) {
        if (strcmp(picked->fields[i], field) != 0) continue;
        *out = state->values[picked->first + i];
        return ORR_OK;
    }
    const char *near = orr__nearest(field, picked->fields, picked->count);
    return orr__fail(ORR_E_NOT_FOUND, "resource '%s' has no field '%.200s'%s%s%s", resource, field,
                     near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

const char *orr_mail_text(const orr_mail *of, const char *resource)
{
    const orr__mail *state = orr__mail_of(of);
    const orr__picked_resource *picked = resource_of(state, resource, true);
    return picked ? state->bytes + state->at[picked->text_piece] : NULL;
}

int32_t orr_mail_reduction(const orr_mail *of, const char *name, double *out)
{
    const orr__mail *state = orr__mail_of(of);
    const orr_mailbox *box = state->mailbox;
    for (uint32_t i = 0; name && i < box->reduction_count; i++) {
        if (strcmp(box->reductions[i], name) != 0) continue;
        if (!state->known[i]) return orr__fail(ORR_E_NOT_FOUND, "reduction '%s' had no value then", name);
        *out = state->reductions[i];
        return ORR_OK;
    }
    return refuse(state, "reduction", name);
}

int32_t orr_mail_param(const orr_mail *of, orr_param param, double *out)
{
    const orr__mail *state = orr__mail_of(of);
    if (param - 1 >= state->param_count) {
        return orr__fail(ORR_E_ARGUMENT, "param %u does not exist (there are %u)", (unsigned)param,
                         (unsigned)state->param_count);
    }
    *out = ((const double *)(const void *)(state->bytes + state->at[state->mailbox->params_piece]))[param - 1];
    return ORR_OK;
}
