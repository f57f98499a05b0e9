#include "view/trail.h"

#include <string.h>

#include "base/array.h"
#include "base/error.h"

enum { PLACE = 2 * sizeof(float) };

void orr__trail_init(orr__trail *trail, orr__alloc *alloc, uint32_t length)
{
    memset(trail, 0, sizeof *trail);
    trail->alloc = alloc;
    trail->length = length;
    trail->stride = length / ORR__TRAIL_COLUMNS + 1;
    trail->columns = length / trail->stride + 1;
}

static void forget(orr__trail *trail)
{
    orr__map_clear(&trail->found);
    trail->slot_count = trail->row_count = trail->newest = trail->gone = 0;
}

void orr__trail_fini(orr__trail *trail)
{
    if (!trail->alloc) return;
    orr__alloc_free(trail->alloc, trail->places, (size_t)trail->place_capacity * trail->columns * PLACE);
    orr__array_free(trail->alloc, &trail->slots, &trail->slot_capacity, sizeof *trail->slots);
    orr__array_free(trail->alloc, &trail->row_slots, &trail->row_capacity, sizeof *trail->row_slots);
    orr__map_fini(trail->alloc, &trail->found);
    memset(trail, 0, sizeof *trail);
}

/* ---- what is kept ---- */

const float *orr__trail_place(const orr__trail *trail, uint32_t slot, uint32_t column)
{
    return trail->places + 2 * ((size_t)slot * trail->columns + column % trail->columns);
}

static uint64_t tick_of(const orr__trail *trail, uint32_t column)
{
    return trail->tick[column % trail->columns];
}

static bool is_kept(const orr__trail *trail, uint32_t column)
{
    return column + trail->columns > trail->newest &&
           tick_of(trail, column) + trail->length >= tick_of(trail, trail->newest);
}

bool orr__trail_span(const orr__trail *trail, uint32_t slot, uint32_t *from, uint32_t *to)
{
    const orr__trail_slot *s = &trail->slots[slot];
    if (!s->entity || !trail->newest) return false;
    *to = s->last;
    *from = s->first + trail->columns > trail->newest ? s->first : trail->newest - trail->columns + 1;
    while (*from <= *to && !is_kept(trail, *from)) ++*from;
    return *from <= *to;
}

float orr__trail_strength(const orr__trail *trail, uint32_t column)
{
    return 1 - (float)(tick_of(trail, trail->newest) - tick_of(trail, column)) / (float)trail->length;
}

/* ---- feeding ---- */

static int32_t grow(orr__trail *trail, uint32_t count)
{
    int32_t code = orr__array_reserve(trail->alloc, &trail->slots, &trail->slot_capacity, count, sizeof *trail->slots);
    if (code != ORR_OK || count <= trail->place_capacity) return code;
    const size_t row = (size_t)trail->columns * PLACE;
    float *places =
        orr__alloc_resize(trail->alloc, trail->places, trail->place_capacity * row, trail->slot_capacity * row, 0);
    if (!places) return ORR_E_MEMORY;
    trail->places = places;
    trail->place_capacity = trail->slot_capacity;
    return ORR_OK;
}

static uint32_t find_slot(orr__trail *trail, uint64_t row, orr_entity entity)
{
    if (row < trail->row_count && trail->slots[trail->row_slots[row]].entity == entity) return trail->row_slots[row];
    return orr__map_find(&trail->found, entity);
}

static int32_t new_slot(orr__trail *trail, orr_entity entity, uint32_t *out)
{
    int32_t code = grow(trail, trail->slot_count + 1);
    if (code == ORR_OK) code = orr__map_put(trail->alloc, &trail->found, entity, trail->slot_count);
    if (code != ORR_OK) return code;
    trail->slots[trail->slot_count] = (orr__trail_slot){ .entity = entity };
    *out = trail->slot_count++;
    return ORR_OK;
}

/* Slots whose trail has faded are given up: the last slot takes the place of each. */
static void sweep(orr__trail *trail)
{
    for (uint32_t s = 0; s < trail->slot_count;) {
        if (is_kept(trail, trail->slots[s].last)) {
            s++;
            continue;
        }
        const uint32_t last = --trail->slot_count;
        orr__map_remove(&trail->found, trail->slots[s].entity);
        if (s == last) continue;
        trail->slots[s] = trail->slots[last];
        memcpy(trail->places + 2 * (size_t)s * trail->columns, trail->places + 2 * (size_t)last * trail->columns,
               (size_t)trail->columns * PLACE);
        (void)orr__map_put(trail->alloc, &trail->found, trail->slots[s].entity, s); /* it is there: cannot fail */
        trail->row_count = 0;
    }
}

/* The column of this tick: the newest one for as long as its stretch of ticks lasts, else a new one. */
static void turn(orr__trail *trail, uint64_t tick)
{
    const bool same = trail->newest && tick_of(trail, trail->newest) / trail->stride == tick / trail->stride;
    if (!same) trail->newest++;
    trail->tick[trail->newest % trail->columns] = tick;
}

static int32_t feed(orr__trail *trail, const orr__trail_rows *rows)
{
    for (uint64_t i = 0; i < rows->count; i++) {
        uint32_t at = find_slot(trail, i, rows->entities[i]);
        if (at == ORR__MAP_NONE && new_slot(trail, rows->entities[i], &at) != ORR_OK) return ORR_E_MEMORY;
        orr__trail_slot *slot = &trail->slots[at];
        if (!slot->last || slot->last + 1 < trail->newest) slot->first = trail->newest;
        slot->last = trail->newest;
        slot->width = orr__gather_one(&rows->width, i);
        slot->step = rows->steps ? rows->steps[i] : 0;
        float *place = trail->places + 2 * ((size_t)at * trail->columns + trail->newest % trail->columns);
        place[0] = orr__gather_one(&rows->x, i);
        place[1] = orr__gather_one(&rows->y, i);
        trail->row_slots[i] = at;
    }
    trail->row_count = (uint32_t)rows->count;
    return ORR_OK;
}

int32_t orr__trail_feed(orr__trail *trail, const orr__trail_rows *rows)
{
    if (trail->newest && rows->tick < tick_of(trail, trail->newest)) forget(trail);
    turn(trail, rows->tick);
    int32_t code = orr__array_reserve(trail->alloc, &trail->row_slots, &trail->row_capacity, (uint32_t)rows->count,
                                      sizeof *trail->row_slots);
    if (code == ORR_OK) code = feed(trail, rows);
    if (code != ORR_OK) {
        forget(trail);
        return code;
    }
    if (trail->slot_count > trail->row_count) sweep(trail);
    return ORR_OK;
}
