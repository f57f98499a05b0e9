#include "store/difference.h"

#include "ecs/world.h"
#include "sim/sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- values ------------------------------------------------------------------------------------------------------ */

static uint64_t bits_at(uint32_t type, const void *values, uint32_t i)
{
    orr_value value = { .u64 = 0 };
    const uint32_t bytes = orr_type_bytes(type);
    memcpy(&value, (const char *)values + (size_t)i * bytes, bytes);
    return orr__state_bits(type, value);
}

/* How many of `count` values differ; *first gets the first of them. */
static uint64_t differ(uint32_t type, const void *a, const void *b, uint32_t count, uint32_t *first)
{
    if (memcmp(a, b, (size_t)count * orr_type_bytes(type)) == 0) return 0;
    uint64_t many = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (bits_at(type, a, i) == bits_at(type, b, i)) continue;
        if (many++ == 0) *first = i;
    }
    return many;
}

/* Columns of the same rows in both; the first row that differs, and in it the first column, is what is told. */
typedef struct columns {
    const void *const *a, *const *b;
    const orr__field *fields;
    uint32_t field_count, count;
} columns;

static bool first_of(const columns *c, orr__difference *out, uint32_t *row, uint32_t *field)
{
    uint32_t least = UINT32_MAX;
    for (uint32_t f = 0; f < c->field_count; f++) {
        uint32_t at = 0;
        const uint64_t many = differ(c->fields[f].type, c->a[f], c->b[f], c->count, &at);
        out->differing += many;
        out->values += c->count;
        if (many == 0 || at >= least) continue;
        least = at;
        *field = f;
    }
    if (least == UINT32_MAX) return false;
    *row = least;
    return true;
}

static void set_values(orr__difference *out, const columns *c, uint32_t row, uint32_t field)
{
    const uint32_t type = c->fields[field].type, bytes = orr_type_bytes(type);
    out->type = type;
    out->a = out->b = (orr_value){ .u64 = 0 };
    memcpy(&out->a, (const char *)c->a[field] + (size_t)row * bytes, bytes);
    memcpy(&out->b, (const char *)c->b[field] + (size_t)row * bytes, bytes);
}

/* Fills *out unless it already tells of something; says whether there is a difference. */
static bool see_component(orr__difference *out, const orr_world *world, orr_component id, const columns *c,
                          const orr_entity *entity)
{
    uint32_t row, field;
    if (!first_of(c, out, &row, &field)) return false;
    if (out->kind != ORR__DIFFER_NOT) return true;
    out->kind = ORR__DIFFER_FIELD;
    out->entity = entity[row];
    out->field = (orr_field){ .component = id, .index = (uint16_t)field };
    set_values(out, c, row, field);
    snprintf(out->what, sizeof out->what, "%s.%s", orr__component_at(world, id)->name, c->fields[field].name);
    return true;
}

static bool see_lattice(orr__difference *out, const orr__lattice *lattice, const columns *c)
{
    uint32_t cell, field;
    if (!first_of(c, out, &cell, &field)) return false;
    if (out->kind != ORR__DIFFER_NOT) return true;
    out->kind = ORR__DIFFER_CELL;
    set_values(out, c, cell, field);
    snprintf(out->what, sizeof out->what, "lattice '%.80s', cell (%u, %u), field '%.60s'", lattice->name,
             cell % lattice->width, cell / lattice->width, c->fields[field].name);
    return true;
}

static bool see_resource(orr__difference *out, const orr__resource *resource, const columns *c, const char *a,
                         const char *b)
{
    uint32_t row, field;
    if (a && b && strcmp(a, b) != 0) {
        if (out->kind != ORR__DIFFER_NOT) return true;
        out->kind = ORR__DIFFER_RESOURCE;
        snprintf(out->what, sizeof out->what, "resource '%.50s': '%.60s' and '%.60s'", resource->name, a, b);
        return true;
    }
    if (!first_of(c, out, &row, &field)) return false;
    if (out->kind != ORR__DIFFER_NOT) return true;
    out->kind = ORR__DIFFER_RESOURCE;
    set_values(out, c, row, field);
    snprintf(out->what, sizeof out->what, "resource '%.90s', field '%.60s'", resource->name, c->fields[field].name);
    return true;
}

static bool tell(orr__difference *out, uint32_t kind, const char *what)
{
    if (out->kind != ORR__DIFFER_NOT) return true;
    out->kind = kind;
    snprintf(out->what, sizeof out->what, "%s", what);
    return true;
}

static bool tell_numbers(orr__difference *out, uint32_t kind, const char *what, uint64_t a, uint64_t b)
{
    char text[200];
    if (a == b) return false;
    snprintf(text, sizeof text, "%.120s: %" PRIu64 " and %" PRIu64, what, a, b);
    return tell(out, kind, text);
}

/* ---- what a system left behind ----------------------------------------------------------------------------------- */

static bool see_piece(orr__difference *out, const orr_world *world, const orr__piece *a, const orr__piece *b)
{
    if (a->kind != b->kind || a->id != b->id || a->table != b->table || a->first != b->first || a->count != b->count ||
        (a->entity && memcmp(a->entity, b->entity, a->count * sizeof *a->entity) != 0))
        return tell(out, ORR__DIFFER_STRUCTURE, "other rows or another order of rows");
    columns c = { .a = a->columns, .b = b->columns, .count = a->count };
    if (a->kind == ORR__ACCESS_COMPONENT) {
        const orr__component *component = orr__component_at(world, a->id);
        c.fields = component->fields;
        c.field_count = component->field_count;
        return see_component(out, world, a->id, &c, a->entity);
    }
    if (a->kind == ORR__ACCESS_LATTICE) {
        const orr__lattice *lattice = orr__lattice_at(world, a->id);
        c.fields = lattice->fields;
        c.field_count = lattice->field_count;
        return see_lattice(out, lattice, &c);
    }
    const orr__resource *resource = orr__resource_at(world, a->id);
    c.fields = resource->fields;
    c.field_count = resource->field_count;
    return see_resource(out, resource, &c, a->text, b->text);
}

static const char *const record_names[ORR__RECORD_KINDS] = {
    [ORR__RECORD_SPAWN] = "spawns",
    [ORR__RECORD_DESTROY] = "destroys",
    [ORR__RECORD_ADD] = "adds",
    [ORR__RECORD_REMOVE] = "removes",
    [ORR__RECORD_SET] = "sets",
    [ORR__RECORD_EVENT] = "events",
    [ORR__RECORD_REDUCTION] = "contributions to sums, minima or maxima",
};

static bool see_records(orr__difference *out, const orr__sight *a, const orr__sight *b)
{
    for (uint32_t k = 0; k < ORR__RECORD_KINDS; k++) {
        char text[120];
        if (a->record_count[k] == b->record_count[k] && a->record_hash[k] == b->record_hash[k]) continue;
        if (a->record_count[k] != b->record_count[k])
            snprintf(text, sizeof text, "%" PRIu64 " and %" PRIu64 " %s recorded", a->record_count[k],
                     b->record_count[k], record_names[k]);
        else
            snprintf(text, sizeof text, "other %s recorded (%" PRIu64 ")", record_names[k], a->record_count[k]);
        return tell(out, ORR__DIFFER_RECORD, text);
    }
    return false;
}

static bool see_sights(orr__difference *out, const orr_world *world, const orr__sight *a, const orr__sight *b)
{
    static const char *const runs[][2] = { { "does not run and runs", "runs and does not run" },
                                           { "nothing arrives and something arrives",
                                             "something arrives and nothing arrives" } };
    if (a->ran != b->ran) return tell(out, ORR__DIFFER_RUN, runs[out->late][a->ran]);
    const orr__piece *pa = a->first, *pb = b->first;
    bool found = false;
    for (; pa && pb; pa = pa->next, pb = pb->next) found |= see_piece(out, world, pa, pb);
    if ((pa || pb) && !found) found = tell(out, ORR__DIFFER_STRUCTURE, "other rows");
    return see_records(out, a, b) || found;
}

/* ---- worlds ------------------------------------------------------------------------------------------------------ */

static bool see_params(orr__difference *out, const orr_world *a, const orr_world *b)
{
    const orr__params *pa = &a->sim->params, *pb = &b->sim->params;
    for (uint32_t i = 0; i < pa->count && i < pb->count; i++) {
        const orr_value va = { .f64 = pa->items[i].value }, vb = { .f64 = pb->items[i].value };
        if (orr__state_bits(ORR_TYPE_F64, va) == orr__state_bits(ORR_TYPE_F64, vb)) continue;
        if (out->kind != ORR__DIFFER_NOT) return true;
        out->kind = ORR__DIFFER_PARAM;
        out->type = ORR_TYPE_F64;
        out->a = va;
        out->b = vb;
        snprintf(out->what, sizeof out->what, "param '%.100s'", pa->items[i].name);
        return true;
    }
    for (uint32_t i = 0; i < pa->queue_count && i < pb->queue_count; i++) {
        const orr_value va = { .f64 = pa->queue[i].value }, vb = { .f64 = pb->queue[i].value };
        const bool same = pa->queue[i].param == pb->queue[i].param;
        if (same && orr__state_bits(ORR_TYPE_F64, va) == orr__state_bits(ORR_TYPE_F64, vb)) continue;
        if (out->kind != ORR__DIFFER_NOT) return true;
        out->kind = ORR__DIFFER_PARAM;
        out->type = same ? ORR_TYPE_F64 : ORR_TYPE_NONE;
        out->a = va;
        out->b = vb;
        snprintf(out->what, sizeof out->what, "what param '%.100s' is set to%s", pa->items[pa->queue[i].param - 1].name,
                 same ? "" : ", or another one");
        return true;
    }
    return tell_numbers(out, ORR__DIFFER_PARAM, "changes of params that are queued", pa->queue_count, pb->queue_count);
}

static bool see_resources(orr__difference *out, const orr_world *a, const orr_world *b)
{
    for (orr_resource r = 1; r <= a->sim->resources.count && r <= b->sim->resources.count; r++) {
        const orr__resource *ra = orr__resource_at(a, r), *rb = orr__resource_at(b, r);
        const void *pa[ORR__FIELDS_MAX], *pb[ORR__FIELDS_MAX];
        if (ra->field_count != rb->field_count || ra->field_count > ORR__FIELDS_MAX) continue;
        for (uint32_t i = 0; i < ra->field_count; i++) {
            pa[i] = &ra->values[i];
            pb[i] = &rb->values[i];
        }
        const columns c = { .a = pa, .b = pb, .fields = ra->fields, .field_count = ra->field_count, .count = 1 };
        if (see_resource(out, ra, &c, ra->text, rb->text)) return true;
    }
    return false;
}

static bool see_lattices(orr__difference *out, const orr_world *a, const orr_world *b)
{
    for (uint32_t i = 0; i < a->lattice_count && i < b->lattice_count; i++) {
        const orr__lattice *la = a->lattices[i], *lb = b->lattices[i];
        if (la->width != lb->width || la->height != lb->height || la->field_count != lb->field_count) continue;
        const columns c = { .a = (const void *const *)la->front,
                            .b = (const void *const *)lb->front,
                            .fields = la->fields,
                            .field_count = la->field_count,
                            .count = la->width * la->height };
        if (see_lattice(out, la, &c)) return true;
    }
    return false;
}

static bool same_rows(const orr__chunk *a, const orr__chunk *b)
{
    return a->count == b->count && memcmp(a->entity, b->entity, a->count * sizeof *a->entity) == 0;
}

/* The columns of one chunk, component by component. */
static bool see_chunk(orr__difference *out, const orr_world *world, const orr__table *table, const orr__chunk *a,
                      const orr__chunk *b)
{
    bool found = false;
    for (uint32_t k = 0; k < table->component_count; k++) {
        const orr__component *component = orr__component_at(world, table->components[k]);
        const uint32_t first = table->first_column[k];
        const columns c = { .a = (const void *const *)a->columns + first,
                            .b = (const void *const *)b->columns + first,
                            .fields = component->fields,
                            .field_count = component->field_count,
                            .count = a->count };
        found |= see_component(out, world, table->components[k], &c, a->entity);
    }
    return found;
}

static bool see_tables(orr__difference *out, const orr_world *a, const orr_world *b)
{
    bool found = false, other = false;
    for (uint32_t t = 0; t < a->table_count && t < b->table_count; t++) {
        const orr__table *ta = a->tables[t], *tb = b->tables[t];
        if (ta->component_count != tb->component_count ||
            memcmp(ta->components, tb->components, ta->component_count * sizeof *ta->components) != 0) {
            other = true;
            break;
        }
        for (uint32_t c = 0; c < ta->chunk_count && c < tb->chunk_count; c++) {
            if (same_rows(ta->chunks[c], tb->chunks[c]))
                found |= see_chunk(out, a, ta, ta->chunks[c], tb->chunks[c]);
            else
                other = true;
        }
    }
    return other ? tell(out, ORR__DIFFER_STRUCTURE, "which entities there are, or the order of their rows") : found;
}

static bool see_event(orr__difference *out, const orr__event *a, const orr__event *b)
{
    char text[200];
    snprintf(text, sizeof text, "events '%.80s' alive", a->name);
    if (tell_numbers(out, ORR__DIFFER_EVENT, text, a->count, b->count)) return true;
    for (uint64_t i = 0; i < a->count * a->field_count && a->field_count == b->field_count; i++) {
        const orr__field *field = &a->fields[i % a->field_count];
        if (orr__state_bits(field->type, a->values[i]) == orr__state_bits(field->type, b->values[i])) continue;
        if (out->kind != ORR__DIFFER_NOT) return true;
        out->kind = ORR__DIFFER_EVENT;
        out->type = field->type;
        out->a = a->values[i];
        out->b = b->values[i];
        snprintf(out->what, sizeof out->what, "event '%.80s' number %" PRIu64 ", field '%.60s'", a->name,
                 i / a->field_count + 1, field->name);
        return true;
    }
    return false;
}

static bool see_events(orr__difference *out, const orr_world *a, const orr_world *b)
{
    const orr__events *ea = &a->sim->events, *eb = &b->sim->events;
    for (uint32_t i = 0; i < ea->count && i < eb->count; i++) {
        if (see_event(out, &ea->items[i], &eb->items[i])) return true;
    }
    return false;
}

static bool see_reductions(orr__difference *out, const orr_world *a, const orr_world *b)
{
    const orr__reductions *ra = &a->sim->reductions, *rb = &b->sim->reductions;
    for (uint32_t i = 0; i < ra->count && i < rb->count; i++) {
        const orr_value va = { .f64 = ra->items[i].value }, vb = { .f64 = rb->items[i].value };
        const bool other =
            strcmp(ra->items[i].name, rb->items[i].name) != 0 || ra->items[i].published != rb->items[i].published;
        if (!other && orr__state_bits(ORR_TYPE_F64, va) == orr__state_bits(ORR_TYPE_F64, vb)) continue;
        if (out->kind != ORR__DIFFER_NOT) return true;
        out->kind = ORR__DIFFER_REDUCTION;
        out->type = other ? ORR_TYPE_NONE : ORR_TYPE_F64;
        out->a = va;
        out->b = vb;
        snprintf(out->what, sizeof out->what, "reduction '%.100s'%s", ra->items[i].name,
                 other ? ": there is another one" : "");
        return true;
    }
    return tell_numbers(out, ORR__DIFFER_REDUCTION, "reductions", ra->count, rb->count);
}

bool orr__difference_worlds(const orr_world *a, const orr_world *b, orr__difference *out)
{
    memset(out, 0, sizeof *out);
    out->stage = UINT32_MAX;
    bool found = tell_numbers(out, ORR__DIFFER_CLOCK, "tick", a->sim->tick, b->sim->tick);
    found = tell_numbers(out, ORR__DIFFER_CLOCK, "seed", a->sim->seed, b->sim->seed) || found;
    found = tell_numbers(out, ORR__DIFFER_STRUCTURE, "entities", a->entities.alive, b->entities.alive) || found;
    found = see_resources(out, a, b) || found;
    found = see_lattices(out, a, b) || found;
    found = see_tables(out, a, b) || found;
    found = see_events(out, a, b) || found;
    found = see_reductions(out, a, b) || found;
    found = see_params(out, a, b) || found;
    if (found) return true;
    for (uint32_t part = 0; part < ORR__STATE_PARTS; part++) {
        if (orr__state_hash_part(a, part) == orr__state_hash_part(b, part)) continue;
        return tell(out, part == ORR__STATE_ENTITIES ? ORR__DIFFER_STRUCTURE : ORR__DIFFER_CLOCK,
                    part == ORR__STATE_ENTITIES ? "the handles that are free" : orr__state_part_name(part));
    }
    return false;
}

/* ---- a tick ------------------------------------------------------------------------------------------------------ */

/* What was recorded is told by what it has become, where that can be seen. */
static void explain(orr__difference *out, const orr__witness *a, const orr__witness *b)
{
    orr__difference seen;
    if (out->kind != ORR__DIFFER_RECORD || !orr__difference_worlds(a->world, b->world, &seen)) return;
    if (seen.type == ORR_TYPE_NONE) return;
    seen.system = out->system;
    seen.stage = out->stage;
    seen.late = out->late;
    *out = seen;
}

static bool see_stage(orr__difference *out, const orr__witness *a, const orr__witness *b, uint32_t index)
{
    const orr__schedule_stage *stage = &a->world->sim->schedule.stages[index];
    out->stage = index;
    orr_system only = 0;
    uint32_t ran = 0;
    /* what comes from earlier ticks comes when all systems are done */
    for (uint32_t s = 0; s < 2 * stage->system_count; s++) {
        const orr_system system = stage->order[s % stage->system_count]->id;
        if (system > a->system_count || system > b->system_count) continue;
        out->late = s >= stage->system_count;
        out->system = system;
        out->differing = out->values = 0;
        const orr__sight *of_a = out->late ? a->arrived : a->systems, *of_b = out->late ? b->arrived : b->systems;
        if (see_sights(out, a->world, &of_a[system - 1], &of_b[system - 1])) {
            explain(out, a, b);
            return true;
        }
        if (of_a[system - 1].ran) only = ran++ && only != system ? 0 : system;
    }
    out->late = false;
    out->system = 0;
    if (memcmp(a->stages[index], b->stages[index], sizeof a->stages[index]) == 0) return false;
    if (!orr__difference_worlds(a->world, b->world, out)) tell(out, ORR__DIFFER_STRUCTURE, "the state of the stage");
    out->stage = index;
    out->system = ran == 1 ? only : 0;
    return true;
}

bool orr__difference_find(const orr__witness *a, const orr__witness *b, orr__difference *out)
{
    memset(out, 0, sizeof *out);
    const orr__schedule *schedule = &a->world->sim->schedule;
    for (uint32_t s = 0; s < schedule->stage_count && s < b->stage_count; s++) {
        if (!schedule->stages[s].render && see_stage(out, a, b, s)) return true;
    }
    return orr__difference_worlds(a->world, b->world, out);
}

/* ---- marks ------------------------------------------------------------------------------------------------------- */

static uint32_t row_of(const orr_range *range, orr_entity entity)
{
    for (uint32_t row = range->rows.begin; row < range->rows.end; row++) {
        if (range->chunk->entity[row] == entity) return row;
    }
    return UINT32_MAX;
}

bool orr__difference_unmarked(const orr__difference *difference, const orr_world *world, orr_value other)
{
    const orr__system *system = difference->system ? orr__system_at(world, difference->system) : NULL;
    if (!system || !system->snapshot || system->latency || difference->kind != ORR__DIFFER_FIELD) return false;
    for (uint32_t i = 0; i < system->run.range_count; i++) {
        const orr_range *range = &system->run.ranges[i];
        const uint32_t row = range->chunk ? row_of(range, difference->entity) : UINT32_MAX;
        if (row == UINT32_MAX) continue;
        const uint32_t at = orr__table_component(range->table, difference->field.component);
        const void *column = orr__chunk_column(range->table, range->chunk, difference->field);
        if (at == ORR__NO_COLUMN || !column || !range->chunk->changed[at]) return false;
        if (range->chunk->changed[at][row / 64] >> (row % 64) & 1) return false;
        return bits_at(difference->type, column, row) == orr__state_bits(difference->type, other);
    }
    return false;
}
