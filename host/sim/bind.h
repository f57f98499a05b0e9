/* Bindings: a job's slots tied to components, lattices, grids and resources of a world, its params to values. */
#ifndef ORR_SIM_BIND_H
#define ORR_SIM_BIND_H

#include "orrery.h"

struct orr__system;

typedef struct orr__bound_slot {
    const orr_slot_desc *desc;
    orr_field field; /* row and gather slots */
    uint32_t id;     /* lattice, grid or resource */
    uint32_t index;  /* field in the lattice or resource */
    void *pointer;   /* all but row slots: what the job is given; never moves */
} orr__bound_slot;

typedef struct orr__bound_param {
    const orr_job_param *desc;
    orr_param param; /* 0: the constant */
    bool by_name;    /* falls back to the world's param of the same name, should there be one */
    double value;
} orr__bound_param;

typedef struct orr__binding {
    const orr_job_desc *job;
    orr_job_function *run;    /* the version of job->run for this processor */
    orr__bound_slot *slots;   /* [job->slot_count] */
    orr__bound_param *params; /* [job->param_count] */
    void *params_struct;      /* [job->params_bytes] */
    void *state;              /* [job->state_bytes], zero at first */
} orr__binding;

/* Binds the job of a system description: fills system->binding, adds to system->access, gathers and cells, finds the
 * lattice whose bands it runs over. `row_components` gets the components that the query must have besides those
 * declared (ends with 0; room for slot_count + 1). On failure the binding is left for orr__binding_destroy. */
int32_t orr__bind(orr_world *world, struct orr__system *system, const orr_job_desc *job, const orr_system_desc *desc,
                  orr_component *row_components);
void orr__binding_destroy(orr_world *world, orr__binding *binding);
/* When the schedule is built: params that follow the world's param of the same name. */
void orr__binding_resolve(orr_world *world, orr__binding *binding);
/* Before each run: values of params. ORR_E_RANGE. */
int32_t orr__binding_params(const orr_world *world, orr__binding *binding);

#endif
