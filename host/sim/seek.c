#include "sim/seek.h"

#include "base/error.h"
#include "ecs/chunk.h"
#include "ecs/world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SPACES " \t\r\n"

enum { NAME_BYTES = 512, LESS = 1, EQUAL = 2, MORE = 4 }; /* what a comparison lets through, one bit each */

typedef struct sought {
    orr_component component;
    orr_field field;
    uint32_t passes; /* 0: nothing is compared */
    double number;
} sought;

static int32_t expected(const char *text)
{
    return orr__fail(ORR_E_ARGUMENT, "'%.80s': expected Component, or Component.field > 5 (or <, <=, =, >=)", text);
}

static int32_t parse_comparison(const char *text, const char *at, sought *what)
{
    char *end;
    for (; *at && strchr("<=>", *at); at++) what->passes |= *at == '<' ? LESS : *at == '=' ? EQUAL : MORE;
    what->number = strtod(at, &end);
    if (end == at || end[strspn(end, SPACES)] || !what->passes || what->passes == (LESS | EQUAL | MORE))
        return expected(text);
    if (what->field.type == ORR_TYPE_F32) what->number = (double)(float)what->number;
    return ORR_OK;
}

static int32_t parse(const orr_world *world, const char *text, sought *what)
{
    char name[NAME_BYTES];
    text += strspn(text, SPACES);
    const size_t length = strcspn(text, SPACES "<=>");
    const char *rest = text + length + strspn(text + length, SPACES);
    if (length == 0 || length >= sizeof name) return expected(text);
    memcpy(name, text, length);
    name[length] = '\0';
    *what = (sought){ 0 };
    const bool field = strchr(name, '.') != NULL;
    if (field)
        what->field = orr_field_find(world, name);
    else
        what->field.component = orr_component_find(world, name);
    what->component = what->field.component;
    if (!what->component) return orr__error_code();
    if (!*rest) return ORR_OK;
    return field ? parse_comparison(text, rest, what) : expected(text);
}

static bool passes(const orr_world *world, const orr__slot *slot, const sought *what)
{
    const orr__table *table = world->tables[slot->table];
    if (orr__table_component(table, what->component) == ORR__NO_COLUMN) return false;
    if (!what->passes) return true;
    const orr__chunk *chunk = table->chunks[slot->row / ORR__CHUNK_ROWS];
    const double value =
        orr__value_to_double(what->field.type, orr__value_load(orr__chunk_column(table, chunk, what->field),
                                                               slot->row % ORR__CHUNK_ROWS, what->field.type));
    const uint32_t is = value < what->number ? LESS : value > what->number ? MORE : value == what->number ? EQUAL : 0;
    return (is & what->passes) != 0;
}

orr_entity orr__seek(const orr_world *world, const char *text, orr_entity after)
{
    const orr__entities *entities = &world->entities;
    const uint32_t count = entities->slot_count;
    const uint64_t from = after ? (after >> ORR__GENERATION_BITS) + 1 : 0;
    sought what;
    if (parse(world, text, &what) != ORR_OK) return 0;
    uint32_t index = from < count ? (uint32_t)from : 0;
    for (uint32_t i = 0; i < count; i++, index = index + 1 < count ? index + 1 : 0) {
        const orr__slot *slot = orr__slot_at(entities, index);
        if (slot->state == ORR__SLOT_ALIVE && passes(world, slot, &what))
            return orr__entity_make(index, slot->generation);
    }
    orr__fail(ORR_E_NOT_FOUND, "no entity %s %.80s", what.passes ? "with" : "has", text);
    return 0;
}
