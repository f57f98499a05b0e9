/* Entities and fields as CSV: a line an entity, a column a field, empty where the entity lacks the component. */
#ifndef ORR_APP_DUMP_H
#define ORR_APP_DUMP_H

#include "base/alloc.h"
#include "base/os.h"
#include "orrery.h"

typedef struct orr__dump {
    orr__alloc alloc;
    orr__file file;
    orr_world *world;
    orr_query query;   /* all entities */
    orr_field *fields; /* of all components, in order of their declaration */
    uint32_t field_count;
    bool open;
} orr__dump;

/* The file appears under its name only when orr__dump_end has run: until then it is written beside it. */
int32_t orr__dump_begin(orr__dump *d, orr_world *world, const char *path);
int32_t orr__dump_write(orr__dump *d); /* the state now */
int32_t orr__dump_end(orr__dump *d);
void orr__dump_abort(orr__dump *d);

#endif
