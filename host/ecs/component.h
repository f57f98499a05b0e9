/* Components: named sets of typed fields, kept in order of name. A tag has no fields. */
#ifndef ORR_ECS_COMPONENT_H
#define ORR_ECS_COMPONENT_H

#include "orrery.h"

enum { ORR__FIELDS_MAX = 64, ORR__COMPONENTS_MAX = 65534 };

typedef struct orr__field {
    char *name;
    uint8_t type, bytes;
    uint16_t offset;             /* in a record: natural alignment, fields in order of name */
    orr_value value;             /* default */
} orr__field;

typedef struct orr__component {
    char *name;
    orr__field *fields;
    uint32_t field_count;
    uint32_t record_bytes;       /* size of a record, padded to its alignment; 0 for a tag */
    uint32_t row_bytes;          /* sum of the fields' bytes */
    uint32_t has_entities;       /* a field is of type entity */
    uint32_t hooked;             /* bit ORR_HOOK_x: the tick wants to be told */
    uint32_t tracker_count;      /* trackers that list it: 0 means marks of it need not be kept */
    uint32_t *trackers;          /* their handles, in order of creation */
    uint32_t tracker_capacity;
} orr__component;

/* Valid for 1 .. count; the pointer lives until the next component is created. */
orr__component *orr__component_at(const orr_world *world, orr_component component);
void orr__component_fini(orr_world *world);

/* Checks that `value` (from a script, a double) fits a type and converts it; ORR_E_RANGE / ORR_E_TYPE with a text that
 * names `what`. NaN is refused by all but the floats; fractions by the whole-number types. */
int32_t orr__value_from_double(uint32_t type, double number, const char *what, orr_value *out);
double orr__value_to_double(uint32_t type, orr_value value);
void orr__value_store(void *column, uint32_t row, uint32_t type, orr_value value);
orr_value orr__value_load(const void *column, uint32_t row, uint32_t type);

#endif
