#include "sim/mailbox.h"

#include "base/array.h"
#include "base/error.h"
#include "sim/fields.h"
#include "sim/refit.h"
#include "sim/sim.h"

#include <stdio.h>
#include <string.h>

enum { READERS_DEFAULT = 4, NAME_BYTES = 256 };

/* ---- what is asked for ---- */

static void *room(orr_mailbox *box, size_t count, size_t item_bytes)
{
    void *items = orr__arena_new(&box->arena, count * item_bytes, 0);
    return items ? memset(items, 0, count * item_bytes) : NULL;
}

static const char *keep(orr_mailbox *box, const char *text)
{
    const size_t bytes = strlen(text) + 1;
    char *copy = orr__arena_new(&box->arena, bytes, 1);
    return copy ? memcpy(copy, text, bytes) : NULL;
}

static uint32_t names_count(const char *const *names)
{
    uint32_t count = 0;
    while (names && names[count]) count++;
    return count;
}

static bool is_listed(const orr_component *list, orr_component component)
{
    for (; *list; list++) {
        if (*list == component) return true;
    }
    return false;
}

static int32_t pick_column(orr_mailbox *box, const orr__query *query, orr_field field, uint32_t subscription)
{
    orr_world *world = box->world;
    orr_field_desc desc;
    char name[2 * NAME_BYTES];
    if (orr__field_check(world, field, "field")) return orr__fail_more("subscription %u", (unsigned)subscription);
    const char *component = orr_component_name(world, field.component);
    (void)orr_component_field(world, field.component, field.index, &desc);
    snprintf(name, sizeof name, "%s.%s", component, desc.name);
    if (!is_listed(query->all, field.component) && !is_listed(query->any, field.component) &&
        !is_listed(query->optional, field.component)) {
        return orr__fail(ORR_E_ARGUMENT,
                         "subscription %u: field '%s': its query does not list '%s' in `all`, `any` "
                         "or `optional`",
                         (unsigned)subscription, name, component);
    }
    orr__picked_column *column = &box->columns[box->column_count++];
    *column = (orr__picked_column){ .field = field, .value = desc.value, .name = keep(box, name), .source = field };
    return column->name ? ORR_OK : ORR_E_MEMORY;
}

static int32_t pick_rows(orr_mailbox *box, const orr_mailbox_desc *desc)
{
    uint32_t columns = 0;
    for (uint32_t s = 0; s < desc->subscription_count; s++) {
        const orr_field *field = desc->subscriptions[s].fields;
        for (; field && field->component; field++) columns++;
    }
    box->rows = room(box, desc->subscription_count, sizeof *box->rows);
    box->columns = room(box, columns, sizeof *box->columns);
    if (!box->rows || !box->columns) return ORR_E_MEMORY;
    for (uint32_t s = 0; s < desc->subscription_count; s++) {
        const orr_subscription *from = &desc->subscriptions[s];
        const orr__query *query = orr__query_at(box->world, from->query);
        if (!query)
            return orr__fail(ORR_E_ARGUMENT, "subscription %u: query %u does not exist", (unsigned)s,
                             (unsigned)from->query);
        if (*query->changed)
            return orr__fail(ORR_E_ARGUMENT,
                             "subscription %u: its query asks for what changed; "
                             "states hold all rows",
                             (unsigned)s);
        orr__picked_rows *rows = &box->rows[box->rows_count++];
        *rows = (orr__picked_rows){ .query = from->query, .first = box->column_count, .entities = from->entities };
        for (const orr_field *field = from->fields; field && field->component; field++, rows->count++) {
            const int32_t code = pick_column(box, query, *field, s);
            if (code != ORR_OK) return code;
        }
    }
    return ORR_OK;
}

static int32_t pick_field(orr_mailbox *box, orr_lattice id, uint32_t index)
{
    const orr__lattice *lattice = orr__lattice_at(box->world, id);
    orr__picked_cells *cells = &box->cells[box->cells_count++];
    *cells = (orr__picked_cells){ .lattice = keep(box, lattice->name),
                                  .field = keep(box, lattice->fields[index].name),
                                  .id = id,
                                  .index = index,
                                  .width = lattice->width,
                                  .height = lattice->height,
                                  .bytes = (size_t)lattice->width * lattice->height * lattice->fields[index].bytes };
    return cells->lattice && cells->field ? ORR_OK : ORR_E_MEMORY;
}

/* "heat" or "heat.t" */
static int32_t pick_lattice(orr_mailbox *box, const char *text)
{
    char name[NAME_BYTES];
    const char *dot = strchr(text, '.');
    snprintf(name, sizeof name, "%.*s", dot ? (int)(dot - text) : (int)sizeof name - 1, text);
    const orr_lattice id = orr_lattice_find(box->world, name);
    if (!id) return orr__error_code();
    const orr__lattice *lattice = orr__lattice_at(box->world, id);
    if (!dot) {
        for (uint32_t i = 0; i < lattice->field_count; i++) {
            if (pick_field(box, id, i) != ORR_OK) return ORR_E_MEMORY;
        }
        return ORR_OK;
    }
    if (!orr_lattice_cells(box->world, id, dot + 1, NULL, NULL)) return orr__error_code();
    return pick_field(box, id, orr__lattice_field(lattice, dot + 1));
}

static int32_t pick_resource(orr_mailbox *box, const char *name)
{
    orr__picked_resource *picked = &box->resources[box->resource_count++];
    picked->id = orr_resource_find(box->world, name);
    if (!picked->id) return orr__error_code();
    const orr__resource *resource = orr__resource_at(box->world, picked->id);
    picked->name = keep(box, resource->name);
    if (!picked->name) return ORR_E_MEMORY;
    picked->first = box->value_count;
    picked->count = resource->field_count;
    if (resource->text) return ORR_OK;
    picked->fields = room(box, picked->count, sizeof *picked->fields);
    picked->types = room(box, picked->count, sizeof *picked->types);
    picked->sources = room(box, picked->count, sizeof *picked->sources);
    if (!picked->fields || !picked->types || !picked->sources) return ORR_E_MEMORY;
    for (uint32_t i = 0; i < picked->count; i++) {
        picked->fields[i] = keep(box, resource->fields[i].name);
        picked->types[i] = resource->fields[i].type;
        picked->sources[i] = i;
        if (!picked->fields[i]) return ORR_E_MEMORY;
    }
    box->value_count += picked->count;
    return ORR_OK;
}

static int32_t pick_names(orr_mailbox *box, const orr_mailbox_desc *desc)
{
    const uint32_t lattices = names_count(desc->lattices), reductions = names_count(desc->reductions);
    box->cells = room(box, (size_t)lattices * ORR__FIELDS_MAX, sizeof *box->cells);
    box->resources = room(box, names_count(desc->resources), sizeof *box->resources);
    box->reductions = room(box, reductions, sizeof *box->reductions);
    if (!box->cells || !box->resources || !box->reductions) return ORR_E_MEMORY;
    for (uint32_t i = 0; i < lattices; i++) {
        if (pick_lattice(box, desc->lattices[i])) return orr__error_code();
    }
    for (const char *const *name = desc->resources; name && *name; name++) {
        if (pick_resource(box, *name)) return orr__error_code();
    }
    for (uint32_t i = 0; i < reductions; i++, box->reduction_count++) {
        box->reductions[i] = keep(box, desc->reductions[i]);
        if (!box->reductions[i]) return ORR_E_MEMORY;
    }
    return ORR_OK;
}

/* ---- creation ---- */

/* Gives numbers to the pieces: columns first, so that column c is piece c. */
static void number_pieces(orr_mailbox *box)
{
    uint32_t next = box->column_count;
    for (uint32_t s = 0; s < box->rows_count; s++) {
        if (box->rows[s].entities) box->rows[s].entities_piece = next++;
    }
    box->first_cells_piece = next;
    next += box->cells_count;
    for (uint32_t i = 0; i < box->resource_count; i++) {
        if (!box->resources[i].fields) box->resources[i].text_piece = next++;
    }
    box->params_piece = next++;
    box->report_piece = next++;
    box->piece_count = next;
}

static int32_t make_states(orr_mailbox *box, uint32_t readers)
{
    if (orr__mailbox_init(&box->channel, &box->world->alloc, readers)) return ORR_E_MEMORY;
    box->states = room(box, box->channel.slot_count, sizeof *box->states);
    if (!box->states) return ORR_E_MEMORY;
    for (uint32_t i = 0; i < box->channel.slot_count; i++) {
        orr__mail *state = &box->states[i];
        state->mailbox = box;
        state->slot = i;
        state->at = room(box, box->piece_count, sizeof *state->at);
        state->rows = room(box, box->rows_count, sizeof *state->rows);
        state->values = room(box, box->value_count, sizeof *state->values);
        state->reductions = room(box, box->reduction_count, sizeof *state->reductions);
        state->known = room(box, box->reduction_count, sizeof *state->known);
        if (!state->at || !state->rows || !state->values || !state->reductions || !state->known) return ORR_E_MEMORY;
    }
    return ORR_OK;
}

static int32_t check(const orr_world *world, const orr_mailbox_desc *desc)
{
    if (orr__world_mine(world, "orr_mailbox_create")) return orr__error_code();
    if (world->locked || world->sim->stepping)
        return orr__fail(ORR_E_LOCKED, "orr_mailbox_create is called outside of systems and hooks");
    if (!desc || (desc->subscription_count && !desc->subscriptions))
        return orr__fail(ORR_E_ARGUMENT, "orr_mailbox_create: no description");
    if (desc->readers > ORR__MAILBOX_READERS_MAX)
        return orr__fail(ORR_E_RANGE, "%u readers; at most %u are allowed", (unsigned)desc->readers,
                         ORR__MAILBOX_READERS_MAX);
    if (!desc->name) return ORR_OK;
    if (orr__name_check(desc->name, "mailbox")) return orr__error_code();
    for (uint32_t i = 0; i < world->sim->mailboxes.count; i++) {
        const char *name = world->sim->mailboxes.items[i]->name;
        if (world->sim->mailboxes.items[i]->hidden.now) continue;
        if (name && strcmp(name, desc->name) == 0) return orr__fail(ORR_E_EXISTS, "the name is taken");
    }
    return ORR_OK;
}

static void release(orr_mailbox *box)
{
    orr__alloc *alloc = &box->world->alloc;
    for (uint32_t i = 0; box->states && i < box->channel.slot_count; i++) {
        orr__alloc_free(alloc, box->states[i].bytes, box->states[i].capacity);
    }
    orr__mailbox_fini(&box->channel);
    orr__arena_fini(&box->arena);
    orr__alloc_free(alloc, box, sizeof *box);
}

static int32_t fill(orr_mailbox *box, const orr_mailbox_desc *desc)
{
    orr__mailboxes *all = &box->world->sim->mailboxes;
    box->every = desc->every ? desc->every : 1;
    if (desc->name) {
        box->name = keep(box, desc->name);
        if (!box->name) return ORR_E_MEMORY;
    }
    if (pick_rows(box, desc) || pick_names(box, desc)) return orr__error_code();
    number_pieces(box);
    if (make_states(box, desc->readers ? desc->readers : READERS_DEFAULT)) return ORR_E_MEMORY;
    return orr__array_reserve(&box->world->alloc, &all->items, &all->capacity, all->count + 1, sizeof *all->items);
}

orr_mailbox *orr_mailbox_create(orr_world *world, const orr_mailbox_desc *desc)
{
    const char *name = desc && desc->name ? desc->name : "";
    orr_mailbox *box = NULL;
    orr__world_still(world);
    if (check(world, desc) == ORR_OK) box = orr__alloc_zero(&world->alloc, sizeof *box, _Alignof(orr_mailbox));
    if (box) {
        box->world = world;
        orr__arena_init(&box->arena, &world->alloc, 1024);
        if (fill(box, desc) == ORR_OK) {
            orr_mailbox *again = world->scripted ? orr__mailbox_again(world, box) : NULL;
            if (again) {
                release(box);
                again->hidden.now = false;
                return again;
            }
            box->hidden.scripted = world->scripted;
            world->sim->mailboxes.items[world->sim->mailboxes.count++] = box;
            return box;
        }
        release(box);
    }
    orr__fail_more("mailbox '%s'", name);
    return NULL;
}

void orr_mailbox_destroy(orr_mailbox *mailbox)
{
    if (!mailbox || orr__world_mine(mailbox->world, "orr_mailbox_destroy")) return;
    if (mailbox->kept) {
        orr__fail(ORR_E_LOCKED, "mailbox '%s' is a script's: it lives as long as its world", mailbox->name);
        return;
    }
    orr__world_still(mailbox->world);
    orr__mailboxes *all = &mailbox->world->sim->mailboxes;
    uint32_t at = 0;
    while (at < all->count && all->items[at] != mailbox) at++;
    ORR__ASSERT(at < all->count);
    for (all->count--; at < all->count; at++) all->items[at] = all->items[at + 1];
    release(mailbox);
}

void orr__mailboxes_drop(orr_world *world, uint32_t count)
{
    orr__mailboxes *all = &world->sim->mailboxes;
    while (all->count > count) release(all->items[--all->count]);
}

void orr__mailboxes_fini(orr_world *world)
{
    orr__mailboxes *all = &world->sim->mailboxes;
    while (all->count) release(all->items[--all->count]);
    orr__array_free(&world->alloc, &all->items, &all->capacity, sizeof *all->items);
}

static const char *name_of(const orr_world *world, uint32_t index)
{
    const orr_mailbox *box = world->sim->mailboxes.items[index];
    return box->name && !box->hidden.now ? box->name : "";
}

orr_mailbox *orr_mailbox_find(const orr_world *world, const char *name)
{
    const uint32_t found = orr__name_need(world, name, "mailbox", world->sim->mailboxes.count, name_of);
    return found ? world->sim->mailboxes.items[found - 1] : NULL;
}

/* ---- readers, on any thread ---- */

const orr_mail *orr_mailbox_take(orr_mailbox *mailbox)
{
    bool full = false;
    const uint32_t slot = orr__mailbox_take(&mailbox->channel, &full);
    if (slot != ORR__MAILBOX_NONE) return &mailbox->states[slot].shown;
    if (full) {
        orr__fail(ORR_E_LIMIT, "mailbox '%s': %u states are held, as many as it was created for; release one",
                  mailbox->name ? mailbox->name : "", (unsigned)mailbox->channel.readers);
    }
    return NULL;
}

void orr_mailbox_release(orr_mailbox *mailbox, const orr_mail *state)
{
    if (!state) return;
    ORR__ASSERT(orr__mail_of(state)->mailbox == mailbox);
    orr__mailbox_release(&mailbox->channel, orr__mail_of(state)->slot);
}

uint64_t orr_mailbox_sequence(const orr_mailbox *mailbox)
{
    return orr__mailbox_sequence(&mailbox->channel);
}

bool orr_mailbox_wait(orr_mailbox *mailbox, uint64_t sequence, uint32_t timeout_ms)
{
    return orr__mailbox_wait(&mailbox->channel, sequence, (uint64_t)timeout_ms * 1000000u);
}

uint64_t orr_mailbox_missed(const orr_mailbox *mailbox)
{
    return atomic_load_explicit(&mailbox->missed, memory_order_relaxed);
}
