/* Resources: named values that are no components: a record of fields, or a string. */
#ifndef ORR_SIM_RESOURCE_H
#define ORR_SIM_RESOURCE_H

#include "ecs/component.h"
#include "ecs/edition.h"
#include "orrery.h"

typedef struct orr__resource {
    char *name;
    orr__field *fields;   /* in order of name; NULL: a string */
    uint32_t field_count; /* 0: a string */
    orr_value *values;    /* [field_count]; never moves: jobs keep pointers to it */
    char *text;           /* NULL: a record */
    uint64_t initial;     /* hash of the text as declared */
    orr__hidden hidden;
} orr__resource;

typedef struct orr__resources {
    orr__resource *items; /* resource r is items[r - 1] */
    uint32_t count, capacity;
} orr__resources;

/* NULL unless 1 .. count; lives until the next resource is created. */
orr__resource *orr__resource_at(const orr_world *world, orr_resource resource);
/* Index of a field or UINT32_MAX. */
uint32_t orr__resource_field(const orr__resource *resource, const char *name);
/* The same; NULL stands for "value". ORR_E_NOT_FOUND with the nearest name, ORR_E_TYPE for a string. */
uint32_t orr__resource_field_need(const orr__resource *resource, const char *name);
/* orr_resource_get and set of one that has been found and may be touched. */
int32_t orr__resource_value(const orr__resource *resource, const char *field, orr_value *out);
int32_t orr__resource_change(const orr__resource *resource, const char *field, orr_value value);
/* For editions: see sim/reload.h. */
void orr__resources_drop(orr_world *world, uint32_t count);
void orr__resources_fini(orr_world *world);

#endif
