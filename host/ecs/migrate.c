#include "ecs/migrate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/bitset.h"
#include "base/error.h"
#include "ecs/chunk.h"
#include "ecs/world.h"

enum { TOLD_BYTES = 800 };

/* ---- fields, old and new ---- */

/* Handles stand for nothing but entities. */
static bool converts(uint32_t from, uint32_t to)
{
    return from == to || (from != ORR_TYPE_ENTITY && to != ORR_TYPE_ENTITY);
}

bool orr__value_convert(uint32_t from, orr_value value, uint32_t to, orr_value *out)
{
    if (from == to) {
        *out = value;
        return true;
    }
    if (!converts(from, to)) return false;
    if (from == ORR_TYPE_U64 && to == ORR_TYPE_I64 && value.u64 >> 63) return false;
    if (from == ORR_TYPE_I64 && to == ORR_TYPE_U64 && value.i64 < 0) return false;
    memset(out, 0, sizeof *out);
    if ((from == ORR_TYPE_U64 && to == ORR_TYPE_I64) || (from == ORR_TYPE_I64 && to == ORR_TYPE_U64)) {
        *out = value; /* the same bits, and no detour by a double */
        return true;
    }
    if (orr__value_from_double(to, orr__value_to_double(from, value), "", out) == ORR_OK) return true;
    orr__error_clear();
    return false;
}

static uint32_t place_of(const orr__field *fields, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(fields[i].name, name) == 0) return i;
    }
    return UINT32_MAX;
}

void orr__fields_trace(const orr__field *old, uint32_t old_count, const orr__field *now, uint32_t count, uint32_t *from)
{
    for (uint32_t i = 0; i < count; i++) {
        from[i] = place_of(old, old_count, now[i].name);
        if (from[i] != UINT32_MAX && !converts(old[from[i]].type, now[i].type)) from[i] = UINT32_MAX;
    }
}

static void say(char *text, size_t bytes, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void say(char *text, size_t bytes, const char *format, ...)
{
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    const int told = vsnprintf(text + used, bytes - used, format, arguments);
    va_end(arguments);
    if (told > 0) orr__text_cut(text, bytes, used + (size_t)told);
}

void orr__fields_tell(const orr__field *old, uint32_t old_count, const orr__field *now, uint32_t count, char *text,
                      size_t bytes)
{
    text[0] = '\0';
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t from = place_of(old, old_count, now[i].name);
        const char *comma = text[0] ? ", " : "";
        if (from == UINT32_MAX)
            say(text, bytes, "%sfield '%s' added", comma, now[i].name);
        else if (old[from].type != now[i].type)
            say(text, bytes, "%sfield '%s' is %s instead of %s", comma, now[i].name, orr_type_name(now[i].type),
                orr_type_name(old[from].type));
        else if (old[from].value.u64 != now[i].value.u64)
            say(text, bytes, "%sfield '%s' has another default", comma, now[i].name);
    }
    for (uint32_t i = 0; i < old_count; i++) {
        if (place_of(now, count, old[i].name) == UINT32_MAX)
            say(text, bytes, "%sfield '%s' dropped", text[0] ? ", " : "", old[i].name);
    }
}

/* ---- what is remembered ---- */

typedef struct old_prefab {
    orr_value *values;
    uint32_t column_count;
    orr__table *table; /* one that is no table of the world; else NULL */
} old_prefab;

typedef struct redefined {
    orr__undo undo;
    orr_component component;
    orr__component old;
    orr__table **tables; /* [table_count] NULL: lacks the component */
    uint32_t table_count;
    old_prefab *prefabs; /* [prefab_count] column_count UINT32_MAX: lacks it */
    uint32_t prefab_count;
    uint32_t from[ORR__FIELDS_MAX]; /* of its fields now */
    uint64_t unfit;                 /* values */
} redefined;

static void free_lists(orr_world *world, redefined *r)
{
    if (r->tables) orr__alloc_free(&world->alloc, r->tables, r->table_count * sizeof *r->tables);
    if (r->prefabs) orr__alloc_free(&world->alloc, r->prefabs, r->prefab_count * sizeof *r->prefabs);
}

/* Trackers that came since and are gone again are still listed in a table that stood aside. */
static void untrack_gone(orr_world *world, orr__table *table)
{
    for (uint32_t i = 0; i < table->term_count;) {
        const orr_tracker tracker = table->terms[i].tracker;
        if (orr__tracker_at(world, tracker))
            i++;
        else
            orr__table_untrack(world, table, tracker);
    }
}

/* Puts what stands aside back in its place; what was there stands aside then. */
static void exchange(orr_world *world, redefined *r)
{
    for (uint32_t t = 0; t < r->table_count; t++) {
        orr__table *aside = r->tables[t];
        if (!aside) continue;
        r->tables[t] = world->tables[t];
        world->tables[t] = aside;
        for (uint32_t p = 0; p < world->prefab_count; p++) {
            orr__prefab *prefab = world->prefabs[p];
            if (prefab->table == r->tables[t]) prefab->table = aside;
            if (prefab->home == r->tables[t]) prefab->home = aside;
        }
    }
    for (uint32_t p = 0; p < r->prefab_count && p < world->prefab_count; p++) {
        orr__prefab *prefab = world->prefabs[p];
        const old_prefab aside = r->prefabs[p];
        if (aside.column_count == UINT32_MAX) continue;
        r->prefabs[p] = (old_prefab){ prefab->values, prefab->column_count, aside.table ? prefab->table : NULL };
        prefab->values = aside.values;
        prefab->column_count = aside.column_count;
        if (aside.table) prefab->table = aside.table;
    }
    world->version++;
}

static void release_aside(orr_world *world, redefined *r)
{
    for (uint32_t t = 0; r->tables && t < r->table_count; t++) {
        if (r->tables[t]) orr__table_release(world, r->tables[t]);
    }
    for (uint32_t p = 0; r->prefabs && p < r->prefab_count; p++) {
        const old_prefab *aside = &r->prefabs[p];
        if (aside->column_count == UINT32_MAX) continue;
        if (aside->values) orr__alloc_free(&world->alloc, aside->values, aside->column_count * sizeof *aside->values);
        if (aside->table) orr__table_release(world, aside->table);
    }
    free_lists(world, r);
}

/* The definition that counts, and the trackers with it. */
static void exchange_definition(orr_world *world, redefined *r)
{
    orr__component *at = &world->components[r->component - 1];
    orr__component other = r->old;
    other.trackers = at->trackers;
    other.tracker_count = at->tracker_count;
    other.tracker_capacity = at->tracker_capacity;
    other.hooked = at->hooked;
    r->old = *at;
    r->old.trackers = NULL;
    r->old.tracker_count = r->old.tracker_capacity = 0;
    *at = other;
}

static void revert(orr_world *world, orr__undo *undo)
{
    redefined *r = (redefined *)(void *)undo;
    exchange_definition(world, r);
    exchange(world, r);
    for (uint32_t t = 0; t < r->table_count; t++) {
        if (r->tables[t]) untrack_gone(world, world->tables[t]);
    }
    release_aside(world, r);
    orr__component_release(world, &r->old);
}

static void forget(orr_world *world, orr__undo *undo)
{
    redefined *r = (redefined *)(void *)undo;
    release_aside(world, r);
    orr__component_release(world, &r->old);
}

/* ---- tables ---- */

static void convert(redefined *r, const orr__field *old, const void *from, const orr__field *now, void *to,
                    uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        orr_value value;
        if (!orr__value_convert(old->type, orr__value_load(from, i, old->type), now->type, &value)) {
            value = now->value;
            r->unfit++;
        }
        orr__value_store(to, i, now->type, value);
    }
}

/* The columns of the component in one chunk. */
static void fill_columns(const orr_world *world, redefined *r, void *const *from, void **to, uint32_t count)
{
    const orr__component *now = orr__component_at(world, r->component);
    for (uint32_t f = 0; f < now->field_count; f++) {
        const orr__field *field = &now->fields[f], *old = r->from[f] == UINT32_MAX ? NULL : &r->old.fields[r->from[f]];
        if (!old)
            for (uint32_t i = 0; i < count; i++) orr__value_store(to[f], i, field->type, field->value);
        else if (old->type == field->type)
            memcpy(to[f], from[r->from[f]], (size_t)count * field->bytes);
        else
            convert(r, old, from[r->from[f]], field, to[f], count);
    }
}

static void fill_chunk(const orr_world *world, redefined *r, const orr__table *old, const orr__chunk *from,
                       const orr__table *table, orr__chunk *to)
{
    const uint32_t words = orr__bits_words(from->count);
    orr__chunk_extend(table, to, from->count);
    if (from->count) memcpy(to->entity, from->entity, from->count * sizeof *to->entity);
    for (uint32_t c = 0; c < table->component_count && from->count; c++) {
        void *const *source = &from->columns[old->first_column[c]];
        void **column = &to->columns[table->first_column[c]];
        if (table->components[c] == r->component) {
            fill_columns(world, r, source, column, from->count);
            continue;
        }
        const uint32_t columns = (uint32_t)(table->first_column[c + 1] - table->first_column[c]);
        for (uint32_t k = 0; k < columns; k++)
            memcpy(column[k], source[k], (size_t)from->count * table->column_bytes[table->first_column[c] + k]);
    }
    for (uint32_t i = 0; i < table->term_count; i++) {
        memcpy(to->tracked[i], from->tracked[i], words * sizeof(uint64_t));
        to->tracked_summary[i] = from->tracked_summary[i];
    }
}

/* The table with the component as it is now. */
static orr__table *remake(orr_world *world, redefined *r, const orr__table *old)
{
    orr__alloc *alloc = &world->alloc;
    orr__table *table = orr__table_apart(world, old->components, old->component_count);
    if (!table) return NULL;
    table->index = old->index;
    bool fine = true;
    if (old->term_capacity) {
        table->terms = orr__alloc_new(alloc, old->term_capacity * sizeof *table->terms, 0);
        fine = table->terms != NULL;
        if (fine) {
            memcpy(table->terms, old->terms, old->term_count * sizeof *table->terms);
            table->term_count = old->term_count;
            table->term_capacity = old->term_capacity;
        }
    }
    fine = fine && orr__array_reserve(alloc, &table->chunks, &table->chunk_capacity, old->chunk_count,
                                      sizeof *table->chunks) == ORR_OK;
    for (uint32_t c = 0; fine && c < old->chunk_count; c++) {
        orr__chunk *chunk = orr__chunk_create(world, table, old->chunks[c]->capacity);
        fine = chunk != NULL;
        if (!fine) break;
        table->chunks[table->chunk_count++] = chunk;
        fill_chunk(world, r, old, old->chunks[c], table, chunk);
    }
    if (!fine) {
        orr__table_release(world, table);
        return NULL;
    }
    table->row_count = old->row_count;
    table->row_capacity = old->row_capacity;
    return table;
}

/* ---- prefabs ---- */

static void fill_values(const orr_world *world, const redefined *r, const orr__prefab *prefab, orr_value *values)
{
    const orr_value *from = prefab->values;
    uint32_t at = 0;
    for (uint32_t i = 0; i < prefab->component_count; i++) {
        const orr__component *of = orr__component_at(world, prefab->components[i]);
        const bool mine = prefab->components[i] == r->component;
        for (uint32_t f = 0; f < of->field_count; f++, at++) {
            const orr__field *field = &of->fields[f];
            const uint32_t source = mine ? r->from[f] : f;
            orr_value value = field->value;
            if (source != UINT32_MAX) {
                const uint32_t type = mine ? r->old.fields[source].type : field->type;
                if (!orr__value_convert(type, from[source], field->type, &value)) value = field->value;
            }
            orr__value_store(&values[at], 0, field->type, value);
        }
        from += mine ? r->old.field_count : of->field_count;
    }
}

static int32_t remake_prefab(orr_world *world, const redefined *r, const orr__prefab *prefab, old_prefab *out)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < prefab->component_count; i++)
        count += orr__component_at(world, prefab->components[i])->field_count;
    orr_value *values = count ? orr__alloc_zero(&world->alloc, count * sizeof *values, 0) : NULL;
    if (count && !values) return ORR_E_MEMORY;
    *out = (old_prefab){ .values = values, .column_count = count };
    if (count) fill_values(world, r, prefab, values);
    if (prefab->table->index != ORR__TABLE_APART) return ORR_OK;
    out->table = orr__table_apart(world, prefab->components, prefab->component_count);
    return out->table ? ORR_OK : orr__error_code();
}

static bool has_component(const orr_component *list, orr_component component)
{
    while (*list && *list != component) list++;
    return *list == component;
}

/* ---- the whole ---- */

static bool same_layout(const redefined *r, const orr__component *now)
{
    bool same = r->old.field_count == now->field_count;
    for (uint32_t i = 0; same && i < now->field_count; i++)
        same = r->from[i] == i && r->old.fields[i].type == now->fields[i].type;
    return same;
}

static int32_t make_lists(orr_world *world, redefined *r)
{
    r->tables = orr__alloc_zero(&world->alloc, world->table_count * sizeof *r->tables, 0);
    if (!r->tables) return ORR_E_MEMORY;
    r->table_count = world->table_count;
    if (!world->prefab_count) return ORR_OK;
    r->prefabs = orr__alloc_zero(&world->alloc, world->prefab_count * sizeof *r->prefabs, 0);
    if (!r->prefabs) return ORR_E_MEMORY;
    r->prefab_count = world->prefab_count;
    for (uint32_t p = 0; p < r->prefab_count; p++) r->prefabs[p].column_count = UINT32_MAX;
    return ORR_OK;
}

/* Everything that has the component, made anew beside what is there. */
static int32_t prepare(orr_world *world, redefined *r)
{
    int32_t code = make_lists(world, r);
    for (uint32_t t = 0; t < r->table_count && code == ORR_OK; t++) {
        if (orr__table_component(world->tables[t], r->component) == ORR__NO_COLUMN) continue;
        r->tables[t] = remake(world, r, world->tables[t]);
        if (!r->tables[t]) code = orr__error_code();
    }
    for (uint32_t p = 0; p < r->prefab_count && code == ORR_OK; p++) {
        const orr__prefab *prefab = world->prefabs[p];
        if (!has_component(prefab->components, r->component)) continue;
        code = remake_prefab(world, r, prefab, &r->prefabs[p]);
    }
    return code;
}

static void tell(orr_world *world, const redefined *r, const orr__component *now)
{
    char text[TOLD_BYTES];
    orr__fields_tell(r->old.fields, r->old.field_count, now->fields, now->field_count, text, sizeof text);
    if (r->unfit) say(text, sizeof text, "; %llu values did not fit and got the default", (unsigned long long)r->unfit);
    orr__edition_note_add(world, r->unfit ? 1 : 0, "component '%s': %s", now->name, text);
}

int32_t orr__component_redefine(orr_world *world, orr_component component, const orr__component *now)
{
    redefined *r = orr__undo_new(world, sizeof *r);
    if (!r) return ORR_E_MEMORY;
    r->undo.revert = revert;
    r->undo.forget = forget;
    r->component = r->undo.id = component;
    r->old = *now;
    int32_t code = orr__component_own(world, world->components[component - 1].name, &r->old);
    if (code == ORR_OK) {
        const orr__component *was = &world->components[component - 1];
        orr__fields_trace(was->fields, was->field_count, r->old.fields, r->old.field_count, r->from);
        exchange_definition(world, r);
        now = &world->components[component - 1];
        r->undo.moved = !same_layout(r, now);
        code = r->undo.moved ? prepare(world, r) : ORR_OK;
        if (code != ORR_OK) exchange_definition(world, r);
    }
    if (code != ORR_OK) {
        release_aside(world, r);
        orr__component_release(world, &r->old);
        orr__undo_free(world, &r->undo);
        return orr__fail_more("component '%s'", orr_component_name(world, component));
    }
    exchange(world, r);
    orr__undo_push(world, &r->undo);
    tell(world, r, now);
    return ORR_OK;
}
