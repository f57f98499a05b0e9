/* Resources: named values that are no components: a record of fields, or a string. */
#ifndef ORR_SIM_RESOURCE_H
#define ORR_SIM_RESOURCE_H

#include "ecs/component.h"
#include "orrery.h"

typedef struct orr__resource {
    char *name;
    orr__field *fields;          /* in order of name */
    uint32_t field_count;        /* 0: a string */
    orr_value *values;           /* [field_count]; never moves: jobs keep pointers to it */
    char *text;
} orr__resource;

typedef struct orr__resources {
    orr__resource *items;        /* resource r is items[r - 1] */
    uint32_t count, capacity;
} orr__resources;

/* Valid for 1 .. count; lives until the next resource is created. */
orr__resource *orr__resource_at(const orr_world *world, orr_resource resource);
/* Index of a field or UINT32_MAX. */
uint32_t orr__resource_field(const orr__resource *resource, const char *name);
void orr__resources_fini(orr_world *world);

#endif
