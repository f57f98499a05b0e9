/* Drafts: what a declaration of the script says, collected call by call and then handed to the world in one piece. */
#ifndef ORR_SCRIPT_DRAFT_H
#define ORR_SCRIPT_DRAFT_H

#include "base/arena.h"
#include "orrery.h"
#include "script/seam.h"

typedef struct orr__draft_list {
    uint32_t *items;
    uint32_t count, capacity;
} orr__draft_list;

typedef struct orr__draft_names {
    const char **items;
    uint32_t count, capacity;
} orr__draft_names;

typedef struct orr__draft {
    orr__arena arena; /* of the texts */
    orr_field_desc *fields;
    uint32_t field_count, field_capacity;
    orr__draft_list lists[ORR__LIST_COUNT];
    orr__draft_names names[ORR__NAMES_COUNT];
    orr_bind *binds;
    uint32_t bind_count, bind_capacity;
    orr_job_value *params;
    uint32_t param_count, param_capacity;
    orr_field *gathers;
    uint32_t gather_count, gather_capacity;
    orr_prefab_value *values;
    uint32_t value_count, value_capacity;
    const char *texts[ORR__TEXT_COUNT];
    double numbers[ORR__NUMBER_COUNT];
} orr__draft;

void orr__draft_init(orr__draft *draft, orr_world *world);
void orr__draft_fini(orr__draft *draft, orr_world *world);

/* The field number `index` of a component; component 0 when there is none. */
orr_field orr__draft_field_of(const orr_world *world, uint32_t component, uint32_t index);

/* What the seam's functions of the same names do. */
void orr__draft_begin(orr__machine *m);
int32_t orr__draft_field(orr__machine *m, const char *name, uint32_t type, double value);
int32_t orr__draft_list_add(orr__machine *m, uint32_t list, uint32_t component);
int32_t orr__draft_name(orr__machine *m, uint32_t list, const char *name);
int32_t orr__draft_text(orr__machine *m, uint32_t key, const char *text);
int32_t orr__draft_number(orr__machine *m, uint32_t key, double value);
int32_t orr__draft_bind(orr__machine *m, const char *slot, const char *target);
int32_t orr__draft_param(orr__machine *m, const char *name, uint32_t param, double value);
int32_t orr__draft_gather(orr__machine *m, uint32_t component, uint32_t field);
int32_t orr__draft_value(orr__machine *m, uint32_t component, uint32_t field, double value);

int32_t orr__draft_component(orr__machine *m, const char *name);
int32_t orr__draft_prefab(orr__machine *m, const char *name, uint32_t parent);
int32_t orr__draft_query(orr__machine *m);
int32_t orr__draft_param_create(orr__machine *m, const char *name, double value, double min, double max, double step,
                                const char *help);
int32_t orr__draft_resource(orr__machine *m, const char *name, const char *text);
int32_t orr__draft_event(orr__machine *m, const char *name);
int32_t orr__draft_lattice(orr__machine *m, const char *name, uint32_t width, uint32_t height, uint32_t wraps);
int32_t orr__draft_neighbours(orr__machine *m, const char *name);
int32_t orr__draft_system(orr__machine *m);
int32_t orr__draft_hook(orr__machine *m, uint32_t kind, uint32_t component);
int32_t orr__draft_stages(orr__machine *m);
int32_t orr__draft_declare(orr__machine *m, const char *kind, const char *name);

#endif
