/* Fields: what resources and events declare: a name, and named values of simple types. Also look-up by name for
 * declarations that are kept in order of creation (params, resources, events, grids). */
#ifndef ORR_SIM_FIELDS_H
#define ORR_SIM_FIELDS_H

#include "ecs/component.h"
#include "orrery.h"

/* ORR_E_ARGUMENT unless `name` is an identifier of at most 255 bytes. `what`: "param" and the like, for messages. */
int32_t orr__name_check(const char *name, const char *what);

/* Name of declaration `index`, from 0. */
typedef const char *orr__name_of(const orr_world *world, uint32_t index);

/* Index + 1 of the one of `count` declarations that has this name; 0: none, no error is set. Compares one by one. */
uint32_t orr__name_find(const orr_world *world, const char *name, uint32_t count, orr__name_of *name_of);

/* The same, and when there is none ORR_E_NOT_FOUND with the nearest name (ORR_E_ARGUMENT for NULL). */
uint32_t orr__name_need(const orr_world *world, const char *name, const char *what, uint32_t count,
                        orr__name_of *name_of);

/* The fields of a declaration: identifiers, none twice, types known, at most ORR__FIELDS_MAX, defaults that are values
 * of their types. `what` and `owner` for messages, as in "event 'Bump'". */
int32_t orr__fields_check(const orr_field_desc *descs, uint32_t count, const char *what, const char *owner);

/* Copies of checked fields in order of name; *out is NULL when count is 0. ORR_E_MEMORY: nothing is left behind. */
int32_t orr__fields_create(orr_world *world, const orr_field_desc *descs, uint32_t count, orr__field **out);
void orr__fields_destroy(orr_world *world, orr__field *fields, uint32_t count);

/* Whether the description (checked) declares the same fields with the same defaults, in any order. */
bool orr__fields_same(const orr__field *fields, uint32_t count, const orr_field_desc *descs, uint32_t desc_count);

/* Index of a field or UINT32_MAX. */
uint32_t orr__fields_find(const orr__field *fields, uint32_t count, const char *name);

/* "{ x: f32, y: f32 }" into `text`, cut with "..." when it is long. */
void orr__fields_describe(const orr__field *fields, uint32_t count, char *text, size_t bytes);

/* The value with only the bytes that its type uses, bools as 0 or 1, the rest 0: so that bytes may be compared. */
orr_value orr__value_clean(uint32_t type, orr_value value);

#endif
