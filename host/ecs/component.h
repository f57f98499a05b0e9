/* Components: named sets of typed fields, kept in order of name. A tag has no fields. */
#ifndef ORR_ECS_COMPONENT_H
#define ORR_ECS_COMPONENT_H

#include "orrery.h"

enum { ORR__FIELDS_MAX = 64, ORR__COMPONENTS_MAX = 65534 };

typedef struct orr__field {
    char *name;
    uint8_t type, bytes;
    uint16_t offset; /* in a record: natural alignment, fields in order of name */
    orr_value value; /* default */
} orr__field;

typedef struct orr__component {
    char *name;
    orr__field *fields;
    uint32_t field_count;
    uint32_t record_bytes;  /* size of a record, padded to its alignment; 0 for a tag */
    uint32_t row_bytes;     /* sum of the fields' bytes */
    uint32_t uniform_bytes; /* 4 or 8 when all fields have these; 0: mixed or other sizes */
    uint32_t has_entities;  /* a field is of type entity */
    uint32_t hooked;        /* bit ORR_HOOK_x: the tick wants to be told */
    uint32_t tracker_count; /* trackers that list it: 0 means marks of it need not be kept */
    uint32_t *trackers;     /* their handles, in order of creation */
    uint32_t tracker_capacity;
} orr__component;

/* Valid for 1 .. count; the pointer lives until the next component is created. */
orr__component *orr__component_at(const orr_world *world, orr_component component);
void orr__component_fini(orr_world *world);

/* For editions. Those above `count` go: nothing refers to them. */
void orr__component_drop(orr_world *world, uint32_t count);
/* Makes copies of name and of borrowed fields. On failure what there is is left for orr__component_release. */
int32_t orr__component_own(orr_world *world, const char *name, orr__component *component);
void orr__component_release(orr_world *world, orr__component *component);

/* ORR_OK, or ORR_E_ARGUMENT with a text that starts with `where`. */
int32_t orr__component_check(const orr_world *world, orr_component component, const char *where);
/* Whether `field` is a field of a component of this world, as orr_field_find gives them; same errors. */
int32_t orr__field_check(const orr_world *world, orr_field field, const char *where);
/* Lists that end with 0; NULL is empty. Copies one sorted, without repetitions, ended with 0; returns its length. */
uint32_t orr__component_list_count(const orr_component *list);
uint32_t orr__component_list_sort(const orr_component *list, orr_component *sorted);
int32_t orr__component_list_check(const orr_world *world, const orr_component *list, const char *where);

/* Checks that `value` (from a script, a double) fits a type and converts it; ORR_E_RANGE / ORR_E_TYPE with a text that
 * names `what`. NaN is refused by all but the floats; fractions by the whole-number types; a bool is 0 or 1. A
 * negative whole number is a provisional handle for an entity field: who cannot resolve it must refuse it. */
int32_t orr__value_from_double(uint32_t type, double number, const char *what, orr_value *out);
double orr__value_to_double(uint32_t type, orr_value value);
void orr__value_store(void *column, uint32_t row, uint32_t type, orr_value value);
orr_value orr__value_load(const void *column, uint32_t row, uint32_t type);

#endif
