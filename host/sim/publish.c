#include "sim/mailbox.h"

#include "base/error.h"
#include "ecs/chunk.h"
#include "sim/sim.h"

#include <string.h>

/* The end of a tick becomes a state: first where each piece will stand, then the room, then the copies. A state is
 * some columns as they are; so the cost is that of memcpy over what was subscribed to. */

enum { LINE = 64 };

/* ---- where pieces stand ---- */

static void place(orr__mail *state, uint32_t piece, size_t bytes, size_t *total)
{
    state->at[piece] = *total;
    *total += (bytes + LINE - 1) / LINE * LINE;
}

static size_t measure(const orr_mailbox *box, orr__mail *state, const orr__report *report)
{
    const orr_world *world = box->world;
    size_t total = 0;
    for (uint32_t s = 0; s < box->rows_count; s++) {
        const orr__picked_rows *rows = &box->rows[s];
        state->rows[s] = orr_query_count(world, rows->query);
        for (uint32_t c = rows->first; c < rows->first + rows->count; c++) {
            place(state, c, (size_t)state->rows[s] * box->columns[c].field.bytes, &total);
        }
        if (rows->entities) place(state, rows->entities_piece, (size_t)state->rows[s] * sizeof(orr_entity), &total);
    }
    for (uint32_t i = 0; i < box->cells_count; i++) {
        place(state, box->first_cells_piece + i, box->cells[i].bytes, &total);
    }
    for (uint32_t i = 0; i < box->resource_count; i++) {
        const orr__picked_resource *picked = &box->resources[i];
        if (picked->fields) continue;
        place(state, picked->text_piece, picked->gone ? 1 : strlen(orr__resource_at(world, picked->id)->text) + 1,
              &total);
    }
    state->param_count = world->sim->params.count;
    place(state, box->params_piece, state->param_count * sizeof(double), &total);
    place(state, box->report_piece, report ? report->bytes : 0, &total);
    return total + LINE; /* never nothing; and full vectors may read past the last row */
}

/* The slot's block, a quarter larger than needed when it must grow: worlds that grow do so again. */
static int32_t reserve(orr_mailbox *box, orr__mail *state, size_t bytes)
{
    if (bytes <= state->capacity) return ORR_OK;
    orr__alloc *alloc = &box->world->alloc;
    const size_t capacity = bytes + bytes / 4 / LINE * LINE;
    orr__alloc_free(alloc, state->bytes, state->capacity);
    state->capacity = 0;
    state->bytes = orr__alloc_new(alloc, capacity, LINE);
    if (!state->bytes) return ORR_E_MEMORY;
    state->capacity = capacity;
    return ORR_OK;
}

/* ---- copies ---- */

static void copy_column(const orr_mailbox *box, const orr__query *query, uint32_t c, char *to)
{
    const orr__picked_column *column = &box->columns[c];
    const size_t bytes = column->field.bytes;
    for (uint32_t t = 0; t < query->table_count; t++) {
        const orr__table *table = box->world->tables[query->tables[t]];
        for (uint32_t k = 0; k < table->chunk_count && table->chunks[k]->count; k++) {
            const orr__chunk *chunk = table->chunks[k];
            const void *from = column->source.component ? orr__chunk_column(table, chunk, column->source) : NULL;
            if (from) {
                memcpy(to, from, chunk->count * bytes);
            } else {
                for (uint32_t i = 0; i < chunk->count; i++) orr__value_store(to, i, column->field.type, column->value);
            }
            to += chunk->count * bytes;
        }
    }
}

static void copy_entities(const orr_mailbox *box, const orr__query *query, orr_entity *to)
{
    for (uint32_t t = 0; t < query->table_count; t++) {
        const orr__table *table = box->world->tables[query->tables[t]];
        for (uint32_t k = 0; k < table->chunk_count && table->chunks[k]->count; k++) {
            memcpy(to, table->chunks[k]->entity, table->chunks[k]->count * sizeof *to);
            to += table->chunks[k]->count;
        }
    }
}

static bool reduction_now(const orr_world *world, const char *name, double *out)
{
    const orr__reductions *all = &world->sim->reductions;
    for (uint32_t i = 0; i < all->count; i++) {
        if (!all->items[i].published || strcmp(all->items[i].name, name) != 0) continue;
        *out = all->items[i].value;
        return true;
    }
    return false;
}

static void copy_values(const orr_mailbox *box, orr__mail *state)
{
    const orr_world *world = box->world;
    for (uint32_t i = 0; i < box->resource_count; i++) {
        const orr__picked_resource *picked = &box->resources[i];
        const orr__resource *resource = orr__resource_at(world, picked->id);
        if (picked->fields) {
            for (uint32_t k = 0; k < picked->count; k++)
                state->values[picked->first + k] =
                    picked->sources[k] == UINT32_MAX ? (orr_value){ 0 } : resource->values[picked->sources[k]];
        } else if (picked->gone) {
            state->bytes[state->at[picked->text_piece]] = '\0';
        } else {
            memcpy(state->bytes + state->at[picked->text_piece], resource->text, strlen(resource->text) + 1);
        }
    }
    for (uint32_t i = 0; i < box->reduction_count; i++) {
        state->known[i] = reduction_now(world, box->reductions[i], &state->reductions[i]);
    }
    double *params = (double *)(void *)(state->bytes + state->at[box->params_piece]);
    for (uint32_t i = 0; i < state->param_count; i++) params[i] = world->sim->params.items[i].value;
}

static void copy(const orr_mailbox *box, orr__mail *state)
{
    const orr_world *world = box->world;
    for (uint32_t s = 0; s < box->rows_count; s++) {
        const orr__picked_rows *rows = &box->rows[s];
        const orr__query *query = orr__query_at(world, rows->query);
        for (uint32_t c = rows->first; c < rows->first + rows->count; c++) {
            copy_column(box, query, c, state->bytes + state->at[c]);
        }
        if (rows->entities)
            copy_entities(box, query, (orr_entity *)(void *)(state->bytes + state->at[rows->entities_piece]));
    }
    for (uint32_t i = 0; i < box->cells_count; i++) {
        const orr__picked_cells *cells = &box->cells[i];
        char *to = state->bytes + state->at[box->first_cells_piece + i];
        if (cells->gone)
            memset(to, 0, cells->bytes);
        else
            memcpy(to, orr__lattice_at(world, cells->id)->front[cells->index], cells->bytes);
    }
    copy_values(box, state);
}

/* ---- publishing ---- */

/* Again for the same tick when somebody asks for it: what was posted may have changed the world. */
static bool is_due(const orr_mailbox *box)
{
    const uint64_t tick = box->world->sim->tick;
    if (orr__mailbox_sequence(&box->channel) == 0 || tick <= box->last_tick) return true;
    return tick - box->last_tick >= box->every;
}

static void publish(orr_mailbox *box)
{
    orr_world *world = box->world;
    orr__mail *state = &box->states[orr__mailbox_begin(&box->channel)];
    const orr__report *report = box->reports ? orr__report_make(world) : NULL;
    if ((box->reports && !report) || reserve(box, state, measure(box, state, report)) != ORR_OK) {
        if (atomic_fetch_add_explicit(&box->missed, 1, memory_order_relaxed) == 0) {
            orr__sim_log(world, 1, "mailbox '%s': no state of tick %llu, the one before stays: %s",
                         box->name ? box->name : "", (unsigned long long)world->sim->tick, orr__error_text());
        }
        return;
    }
    copy(box, state);
    if (report) memcpy(state->bytes + state->at[box->report_piece], report, report->bytes);
    state->shown = (orr_mail){ .sequence = orr__mailbox_sequence(&box->channel) + 1,
                               .tick = world->sim->tick,
                               .time = orr_world_time(world),
                               .dt = world->sim->dt,
                               .entity_count = orr_world_entity_count(world) };
    box->last_tick = world->sim->tick;
    orr__mailbox_publish(&box->channel);
}

void orr__mailboxes_publish(orr_world *world)
{
    const orr__mailboxes *all = &world->sim->mailboxes;
    for (uint32_t i = 0; i < all->count; i++) {
        if (!all->items[i]->hidden.now && is_due(all->items[i])) publish(all->items[i]);
    }
}
