#include "script/handle.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "ecs/world.h"
#include "script/draft.h"
#include "script/machine.h"
#include "sim/sim.h"

#define HANDLES 4503599627370496.0 /* 2^52: above all of them */

/* ---- numbers ---- */

int32_t orr__handle_of(double entity, int64_t *out)
{
    if (!(fabs(entity) < HANDLES) || floor(entity) != entity) {
        if (isnan(entity)) return orr__fail(ORR_E_ARGUMENT, "NaN is no entity");
        return orr__fail(ORR_E_ARGUMENT, "%.17g is no entity", entity);
    }
    if (entity == 0) return orr__fail(ORR_E_DEAD, "entity 0 is none");
    *out = (int64_t)entity;
    return ORR_OK;
}

int32_t orr__handle_real(double entity, orr_entity *out)
{
    int64_t handle = 0;
    const int32_t status = orr__handle_of(entity, &handle);
    if (status != ORR_OK) return status;
    if (handle < 0) {
        return orr__fail(ORR_E_DEAD,
                         "entity %lld is provisional: it may only be used in ctx calls and entity fields "
                         "of the same run",
                         (long long)handle);
    }
    *out = (orr_entity)handle;
    return ORR_OK;
}

int32_t orr__handle_value(orr__machine *m, orr_field field, double number, orr_value *out)
{
    if (field.type == ORR_TYPE_I64 || field.type == ORR_TYPE_U64) {
        out->i64 = m->wide;
        return ORR_OK;
    }
    if (field.type == ORR_TYPE_ENTITY) {
        int64_t handle = 0;
        if (number != 0) {
            const int32_t status = orr__handle_of(number, &handle);
            if (status != ORR_OK) return status;
        }
        out->entity = handle < 0 ? ORR__PROVISIONAL | (uint64_t)-handle : (uint64_t)handle;
        return ORR_OK;
    }
    const orr__component *component = orr__component_at(m->world, field.component);
    const char *name = component->fields[field.index].name;
    const int32_t status = orr__value_from_double(field.type, number, name, out);
    return status == ORR_OK ? ORR_OK : orr__fail_more("component '%s'", component->name);
}

double orr__handle_plain(double number)
{
    return number == number ? number : (double)NAN;
}

double orr__handle_number(orr__machine *m, uint32_t type, orr_value value)
{
    if (type == ORR_TYPE_I64 || type == ORR_TYPE_U64) m->wide = value.i64;
    if (type == ORR_TYPE_ENTITY && (value.entity & ORR__PROVISIONAL)) {
        return -(double)(value.entity & ~ORR__PROVISIONAL);
    }
    return orr__handle_plain(orr__value_to_double(type, value));
}

/* ---- one field of one entity ---- */

typedef struct place {
    orr__table *table;
    orr__chunk *chunk;
    uint32_t row, column;
} place;

/* The slot of a live entity, or NULL without a reason. */
static inline const orr__slot *alive(const orr__machine *m, double entity)
{
    if (!(entity >= 1 && entity < HANDLES)) return NULL;
    const int64_t whole = (int64_t)entity;
    return (double)whole == entity ? orr__slot_alive(&m->world->entities, (orr_entity)whole) : NULL;
}

static inline bool find(const orr__machine *m, double entity, uint32_t component, uint32_t field, place *out)
{
    const orr__slot *slot = alive(m, entity);
    if (!slot) return false;
    out->table = m->world->tables[slot->table];
    if (component > out->table->highest) return false;
    const orr__placed placed = out->table->placed[component];
    out->chunk = out->table->chunks[slot->row / ORR__CHUNK_ROWS];
    out->row = slot->row % ORR__CHUNK_ROWS;
    out->column = placed.first + field;
    return placed.at != ORR__NO_COLUMN;
}

/* Whether what runs may touch everything, as nothing and exclusive systems may: most of those that go by handles. */
static inline bool is_free(const orr__machine *m)
{
    const orr__system *system = m->run ? m->run->system : NULL;
    return !m->run || (system && system->exclusive && !system->render);
}

/* Why there is nothing to get or set. */
__attribute__((noinline, cold)) static int32_t fail(const orr__machine *m, double entity, uint32_t component)
{
    orr_entity handle = 0;
    const int32_t status = orr__handle_real(entity, &handle);
    if (status != ORR_OK) return status;
    if (!orr__entity_need(m->world, handle)) return orr__error_code();
    return orr__fail(ORR_E_NOT_FOUND, "entity %.17g has no component '%s'", entity,
                     orr_component_name(m->world, component));
}

int32_t orr__handle_get(orr__machine *m, double entity, uint32_t component, uint32_t field, double *value)
{
    place p;
    if (m->run && orr__run_may(m->run, component, false) != ORR_OK) return orr__error_code();
    if (!find(m, entity, component, field, &p)) return fail(m, entity, component);
    const uint32_t type = p.table->column_types[p.column];
    *value = orr__handle_number(m, type, orr__value_load(p.chunk->columns[p.column], p.row, type));
    return ORR_OK;
}

/* All but f32 in what is free: apart, so that the short way saves no registers. */
__attribute__((noinline)) static double get_other(orr__machine *m, double entity, uint32_t component, uint32_t field)
{
    double value = 0;
    return orr__handle_get(m, entity, component, field, &value) == ORR_OK ? value : (double)NAN;
}

double orr__handle_get_number(orr__machine *m, double entity, uint32_t component, uint32_t field)
{
    place p;
    if (is_free(m) && find(m, entity, component, field, &p) && p.table->column_types[p.column] == ORR_TYPE_F32) {
        return orr__handle_plain((double)((const float *)p.chunk->columns[p.column])[p.row]);
    }
    return get_other(m, entity, component, field);
}

__attribute__((noinline)) static int32_t set_other(orr__machine *m, double entity, uint32_t component, uint32_t field,
                                                   double value)
{
    place p;
    orr_value converted = { 0 };
    if (m->run && orr__run_may(m->run, component, true) != ORR_OK) return orr__error_code();
    if (!find(m, entity, component, field, &p)) return fail(m, entity, component);
    const uint32_t type = p.table->column_types[p.column];
    const orr_field of = { component, (uint16_t)field, (uint8_t)type, p.table->column_bytes[p.column] };
    const int32_t status = orr__handle_value(m, of, value, &converted);
    if (status != ORR_OK) return status;
    if (type == ORR_TYPE_ENTITY && (converted.entity & ORR__PROVISIONAL))
        return orr__fail(ORR_E_DEAD, "entity %.17g is provisional: use ctx:set", value);
    orr__value_store(p.chunk->columns[p.column], p.row, type, converted);
    if (p.table->term_count) orr__tracker_mark(m->world, p.table, p.chunk, component, p.row, p.row + 1, 0);
    return ORR_OK;
}

int32_t orr__handle_set(orr__machine *m, double entity, uint32_t component, uint32_t field, double value)
{
    place p;
    if (is_free(m) && find(m, entity, component, field, &p) && p.table->column_types[p.column] == ORR_TYPE_F32 &&
        !p.table->term_count && fabs(value) <= FLT_MAX) {
        ((float *)p.chunk->columns[p.column])[p.row] = (float)value;
        return ORR_OK;
    }
    return set_other(m, entity, component, field, value);
}

int32_t orr__handle_is_alive(orr__machine *m, double entity)
{
    return alive(m, entity) != NULL;
}

int32_t orr__handle_has(orr__machine *m, double entity, uint32_t component)
{
    orr_entity handle = 0;
    const orr__slot *slot = alive(m, entity);
    if (slot) return orr__table_component(m->world->tables[slot->table], component) != ORR__NO_COLUMN;
    const int32_t status = orr__handle_real(entity, &handle);
    if (status != ORR_OK) return status;
    return orr__entity_need(m->world, handle) ? 0 : orr__error_code();
}
