#include "sim/event.h"

#include "base/array.h"
#include "base/error.h"
#include "sim/fields.h"
#include "sim/sim.h"

#include <stdio.h>
#include <string.h>

static const char *name_of(const orr_world *world, uint32_t index)
{
    return world->sim->events.items[index].name;
}

static const char *shown_name_of(const orr_world *world, uint32_t index)
{
    const orr__event *event = &world->sim->events.items[index];
    return event->hidden.now ? "" : event->name;
}

orr__event *orr__event_at(const orr_world *world, orr_event event)
{
    orr__events *all = &world->sim->events;
    return event - 1 < all->count ? &all->items[event - 1] : NULL;
}

static orr__event *need(const orr_world *world, orr_event event, const char *call)
{
    orr__event *found = orr__event_at(world, event);
    if (!found) {
        orr__fail(ORR_E_NOT_FOUND, "%s: event %u does not exist (there are %u)", call, (unsigned)event,
                  (unsigned)world->sim->events.count);
    }
    return found;
}

/* ---- declaration ------------------------------------------------------------------------------------------------- */

static void release(orr_world *world, orr__event *event)
{
    orr__alloc *alloc = &world->alloc;
    orr__alloc_free(alloc, event->values, (size_t)event->capacity * event->field_count * sizeof *event->values);
    orr__alloc_free(alloc, event->ticks, (size_t)event->capacity * sizeof *event->ticks);
    orr__fields_destroy(world, event->fields, event->field_count);
    orr__alloc_string_free(alloc, event->name);
}

static int32_t insert(orr_world *world, const orr_event_desc *desc)
{
    orr__events *all = &world->sim->events;
    orr__event event = { .name = orr__alloc_string(&world->alloc, desc->name),
                         .hidden = { .scripted = world->scripted } };
    int32_t code = event.name ? ORR_OK : ORR_E_MEMORY;
    if (!code) code = orr__fields_create(world, desc->fields, desc->field_count, &event.fields);
    if (!code) {
        event.field_count = desc->field_count;
        code = orr__array_reserve(&world->alloc, &all->items, &all->capacity, all->count + 1, sizeof event);
    }
    if (code)
        release(world, &event);
    else
        all->items[all->count++] = event;
    return code;
}

/* While a script is loaded again: those alive are gone, for nobody knows what they would be now. */
typedef struct redefined {
    orr__undo undo;
    orr_event id;
    orr__event old;
} redefined;

static void forget(orr_world *world, orr__undo *undo)
{
    release(world, &((redefined *)(void *)undo)->old);
}

static void revert(orr_world *world, orr__undo *undo)
{
    redefined *r = (redefined *)(void *)undo;
    orr__event *at = orr__event_at(world, r->id), now = *at;
    *at = r->old;
    release(world, &now);
}

static int32_t redefine(orr_world *world, orr_event id, const orr_event_desc *desc)
{
    redefined *r = orr__undo_new(world, sizeof *r);
    if (!r) return ORR_E_MEMORY;
    orr__event *at = orr__event_at(world, id);
    orr__event now = { .name = orr__alloc_string(&world->alloc, desc->name), .hidden = at->hidden };
    if (!now.name || orr__fields_create(world, desc->fields, desc->field_count, &now.fields)) {
        release(world, &now);
        orr__undo_free(world, &r->undo);
        return ORR_E_MEMORY;
    }
    now.field_count = desc->field_count;
    now.hidden.now = false;
    if (at->count)
        orr__edition_note_add(world, 1, "event '%s' has other fields: %llu that were alive are dropped", now.name,
                              (unsigned long long)at->count);
    r->undo.revert = revert;
    r->undo.forget = forget;
    r->undo.moved = true;
    r->undo.kind = UINT32_MAX; /* nobody declares access to events */
    r->id = id;
    r->old = *at;
    *at = now;
    orr__undo_push(world, &r->undo);
    return ORR_OK;
}

orr_event orr_event_create(orr_world *world, const orr_event_desc *desc)
{
    if (!desc) {
        orr__fail(ORR_E_ARGUMENT, "orr_event_create: no description");
        return 0;
    }
    if (orr__name_check(desc->name, "event") || orr__fields_check(desc->fields, desc->field_count, "event", desc->name))
        return 0;
    orr__events *all = &world->sim->events;
    const orr_event before = orr__name_find(world, desc->name, all->count, name_of);
    if (before) {
        orr__event *old = orr__event_at(world, before);
        if (orr__fields_same(old->fields, old->field_count, desc->fields, desc->field_count)) {
            old->hidden.now = false;
            return before;
        }
        if (world->edition && world->scripted && old->hidden.scripted && !world->locked) {
            if (redefine(world, before, desc) == ORR_OK) return before;
            orr__fail_more("event '%s'", desc->name);
            return 0;
        }
        char text[512];
        orr__fields_describe(old->fields, old->field_count, text, sizeof text);
        orr__fail(ORR_E_EXISTS, "event '%s' exists already as %s; it cannot be declared again with other fields",
                  desc->name, text);
        return 0;
    }
    if (orr__world_mine(world, "orr_event_create")) return 0;
    if (world->locked) {
        orr__fail(ORR_E_LOCKED, "event '%s' cannot be created while systems run", desc->name);
        return 0;
    }
    orr__world_still(world);
    if (insert(world, desc)) {
        orr__fail_more("event '%s'", desc->name);
        return 0;
    }
    return all->count;
}

orr_event orr_event_find(const orr_world *world, const char *name)
{
    return orr__name_need(world, name, "event", world->sim->events.count, shown_name_of);
}

/* ---- those alive ------------------------------------------------------------------------------------------------- */

uint64_t orr_event_count(const orr_world *world, orr_event event)
{
    const orr__event *found = need(world, event, "orr_event_count");
    return found ? found->count : 0;
}

int32_t orr__event_value(const orr__event *found, uint64_t index, uint32_t field, orr_value *out)
{
    if (index >= found->count) {
        return orr__fail(ORR_E_RANGE, "event '%s': %llu are alive; there is no number %llu", found->name,
                         (unsigned long long)found->count, (unsigned long long)index);
    }
    if (field >= found->field_count) {
        return orr__fail(ORR_E_RANGE, "event '%s' has %u fields; there is no field %u", found->name,
                         (unsigned)found->field_count, (unsigned)field);
    }
    *out = found->values[index * found->field_count + field];
    return ORR_OK;
}

int32_t orr_event_get(const orr_world *world, orr_event event, uint64_t index, uint32_t field, orr_value *out)
{
    const orr__event *found = need(world, event, "orr_event_get");
    return found ? orr__event_value(found, index, field, out) : ORR_E_NOT_FOUND;
}

/* ---- what a range emits ------------------------------------------------------------------------------------------ */

static orr__emit *new_emit(orr__arena *arena, orr_event event, uint32_t value_count)
{
    orr__emit *emit = orr__arena_new(arena, sizeof *emit + value_count * sizeof *emit->values, 0);
    if (!emit) return NULL;
    emit->next = NULL;
    emit->event = event;
    emit->value_count = value_count;
    return emit;
}

static int32_t append(orr__emitted *emitted, orr__emit *emit, const char *name)
{
    if (emitted->count == UINT32_MAX) {
        return orr__fail(ORR_E_LIMIT, "event '%s': one range emits at most %u events", name, UINT32_MAX);
    }
    if (emitted->last)
        emitted->last->next = emit;
    else
        emitted->first = emit;
    emitted->last = emit;
    emitted->count++;
    return ORR_OK;
}

int32_t orr__emitted_add(orr__emitted *emitted, orr__arena *arena, const orr_world *world, orr_event event,
                         const orr_value *values)
{
    const orr__event *of = need(world, event, "emit");
    if (!of) return ORR_E_NOT_FOUND;
    if (of->field_count && !values) return orr__fail(ORR_E_ARGUMENT, "event '%s': no values given", of->name);
    orr__emit *emit = new_emit(arena, event, of->field_count);
    if (!emit) return orr__fail_more("event '%s'", of->name);
    for (uint32_t i = 0; i < of->field_count; i++) {
        emit->values[i] = orr__value_clean(of->fields[i].type, values[i]);
    }
    return append(emitted, emit, of->name);
}

/* The type fits nearly always, so the text for the message is made when it does not. */
static int32_t convert(const orr__event *of, uint32_t field, double number, orr_value *out)
{
    if (orr__value_from_double(of->fields[field].type, number, of->fields[field].name, out) == ORR_OK) return ORR_OK;
    return orr__fail_more("event '%s', field", of->name);
}

int32_t orr__emitted_add_named(orr__emitted *emitted, orr__arena *arena, const orr_world *world, const char *event,
                               const double *values, uint32_t count)
{
    const orr_event id = orr_event_find(world, event);
    if (!id) return orr__error_code();
    const orr__event *of = orr__event_at(world, id);
    if (count != of->field_count || (count && !values)) {
        char text[512];
        orr__fields_describe(of->fields, of->field_count, text, sizeof text);
        return orr__fail(ORR_E_ARGUMENT, "event '%s': %u values given; its fields are %s", of->name,
                         (unsigned)(values ? count : 0), text);
    }
    orr__emit *emit = new_emit(arena, id, count);
    if (!emit) return orr__fail_more("event '%s'", of->name);
    for (uint32_t i = 0; i < count; i++) {
        const int32_t code = convert(of, i, values[i], &emit->values[i]);
        if (code) return code;
    }
    return append(emitted, emit, of->name);
}

/* ---- publishing -------------------------------------------------------------------------------------------------- */

/* Room for `pending` more, all or nothing. */
static int32_t make_room(orr_world *world, orr__event *event)
{
    const uint64_t needed = event->count + event->pending;
    if (needed <= event->capacity) return ORR_OK;
    uint64_t room = event->capacity < 16 ? 16 : event->capacity;
    while (room < needed) room *= 2;
    orr__alloc *alloc = &world->alloc;
    const size_t width = event->field_count * sizeof *event->values;
    orr_value *values = width ? orr__alloc_new(alloc, (size_t)room * width, 0) : NULL;
    if (width && !values) return ORR_E_MEMORY;
    uint64_t *ticks = orr__alloc_resize(alloc, event->ticks, (size_t)event->capacity * sizeof *ticks,
                                        (size_t)room * sizeof *ticks, 0);
    if (!ticks) {
        orr__alloc_free(alloc, values, (size_t)room * width);
        return ORR_E_MEMORY;
    }
    if (event->count && width) memcpy(values, event->values, (size_t)event->count * width);
    orr__alloc_free(alloc, event->values, (size_t)event->capacity * width);
    event->values = values;
    event->ticks = ticks;
    event->capacity = room;
    return ORR_OK;
}

static int32_t check_handles(const orr__event *of, const orr__emit *emit, const orr__patches *patches)
{
    for (uint32_t i = 0; i < emit->value_count; i++) {
        if (of->fields[i].type != ORR_TYPE_ENTITY) continue;
        const uint64_t k = orr__provisional(emit->values[i].entity);
        if (k == 0 && !(emit->values[i].entity & ORR__PROVISIONAL)) continue;
        if (k > 0 && patches && patches->reserved && k <= patches->provisional_count) continue;
        return orr__fail(ORR_E_DEAD, "event '%s', field '%s': provisional entity -%llu was not given out here",
                         of->name, of->fields[i].name, (unsigned long long)k);
    }
    return ORR_OK;
}

static void publish(orr_world *world, const orr__emit *emit, const orr__patches *patches)
{
    orr__event *of = orr__event_at(world, emit->event);
    orr_value *to = of->values + of->count * of->field_count;
    for (uint32_t i = 0; i < emit->value_count; i++) {
        to[i] = emit->values[i];
        if (of->fields[i].type != ORR_TYPE_ENTITY) continue;
        const uint64_t k = orr__provisional(to[i].entity);
        if (k) to[i].entity = patches->reserved[k - 1];
    }
    of->ticks[of->count++] = world->sim->tick;
}

int32_t orr__events_publish(orr_world *world, const orr__emitted *emitted, const orr__patches *patches)
{
    orr__events *all = &world->sim->events;
    if (!emitted->first) return ORR_OK;
    for (uint32_t e = 0; e < all->count; e++) all->items[e].pending = 0;
    for (const orr__emit *emit = emitted->first; emit; emit = emit->next) {
        orr__event *of = orr__event_at(world, emit->event);
        const int32_t code = check_handles(of, emit, patches);
        if (code) return code;
        of->pending++;
    }
    for (uint32_t e = 0; e < all->count; e++) {
        if (all->items[e].pending && make_room(world, &all->items[e])) {
            return orr__fail_more("event '%s'", all->items[e].name);
        }
    }
    for (const orr__emit *emit = emitted->first; emit; emit = emit->next) publish(world, emit, patches);
    return ORR_OK;
}

void orr__events_expire(orr_world *world, uint64_t tick)
{
    orr__events *all = &world->sim->events;
    for (uint32_t e = 0; e < all->count; e++) {
        orr__event *event = &all->items[e];
        uint64_t old = 0; /* they come in order of tick */
        while (old < event->count && event->ticks[old] < tick) old++;
        if (old == 0) continue;
        event->count -= old;
        if (event->count == 0) continue;
        memmove(event->ticks, event->ticks + old, (size_t)event->count * sizeof *event->ticks);
        if (event->field_count == 0) continue;
        memmove(event->values, event->values + old * event->field_count,
                (size_t)event->count * event->field_count * sizeof *event->values);
    }
}

void orr__events_drop(orr_world *world, uint32_t count)
{
    orr__events *all = &world->sim->events;
    while (all->count > count) release(world, &all->items[--all->count]);
}

void orr__events_fini(orr_world *world)
{
    orr__events *all = &world->sim->events;
    for (uint32_t i = 0; i < all->count; i++) release(world, &all->items[i]);
    orr__array_free(&world->alloc, &all->items, &all->capacity, sizeof *all->items);
    memset(all, 0, sizeof *all);
}
