/* Inputs: what a run with latency reads besides its rows, as it was when the run was dispatched.
 *
 * It works while ticks go on (late.h), so it is given copies, in the arenas of the run:
 *
 *   params, reductions, events        of scripts, which ask for them by name: all of them
 *   resources, lattices, gathers      that the system declares
 *   neighbours                        no copy: what was built is held, and the world builds elsewhere meanwhile
 *
 * What it writes in resources and lattices it writes in its copies; there is a second one of these, which shows at
 * arrival what it has changed. That is put into the world, over what was written meanwhile. */
#ifndef ORR_SIM_INPUTS_H
#define ORR_SIM_INPUTS_H

#include "orrery.h"
#include "sim/cells.h"
#include "sim/event.h"
#include "sim/gather.h"
#include "sim/neighbours.h"
#include "sim/reduction.h"
#include "sim/resource.h"

struct orr__system;
struct orr__bound_slot;

typedef struct orr__input_cells {
    orr_lattice_slot out;
    const void *before; /* as it was, when it is written; else NULL */
} orr__input_cells;

typedef struct orr__input_grid {
    orr_near_index index;
    orr__near_grid *grid;          /* whose it is: another one may have its place when it is let go */
    struct orr__near_memory *held; /* NULL: not filled */
    orr_neighbours out;
    const void *carry[16]; /* out.carry: the grid's own list is written by every build */
} orr__input_grid;

typedef struct orr__input_resource {
    orr_resource id;
    orr__resource now; /* names and fields are the world's */
    orr_value *before; /* when it is written; else NULL */
    const char *text_before;
    char *fresh; /* while it is committed: the text that will be the world's */
} orr__input_resource;

typedef struct orr__inputs {
    orr_gather *gathers;     /* as in system->gathers */
    orr__input_cells *cells; /* as in system->cells */
    orr__input_grid *grids;
    orr__input_resource *resources;
    uint32_t grid_count, resource_count;
    double *params;
    orr__event *events;
    uint32_t param_count, event_count;
    orr__reductions reductions;
} orr__inputs;

/* Makes run->inputs, whose addresses stay: the plan points into it. ORR_E_MEMORY. */
int32_t orr__inputs_begin(orr_world *world, struct orr__system *system);
/* Copies. Grids must be built. ORR_E_MEMORY: what was held is let go with the rest. */
int32_t orr__inputs_fill(orr_world *world, struct orr__system *system);
/* What a job's slot that is no row slot is given. */
void *orr__inputs_slot(const struct orr__system *system, const struct orr__bound_slot *bound);

/* When the run is due and has succeeded: resources and lattices that it changed. All or nothing. */
int32_t orr__inputs_commit(orr_world *world, const struct orr__system *system, const orr_run *run);
/* Lets go of what is held; nothing for a run without inputs. */
void orr__inputs_release(orr_run *run);

/* What a run sees of what it declares, its own or the world's; `run` may be a call. The first and the last are NULL for
 * a run that looks at the world. */
const orr__inputs *orr__inputs_of(const orr_run *run);
const orr_gather *orr__inputs_gather(const orr_run *run, const orr__gathered *gathered);
const orr_neighbours *orr__inputs_neighbours(const orr_run *run, orr_near_index index, const orr_neighbours *world);
const orr_lattice_slot *orr__inputs_lattice(const orr_run *run, const orr__cells_view *view);
orr__resource *orr__inputs_resource(const orr_run *run, orr_resource resource);
int32_t orr__inputs_set_text(orr_run *run, orr__resource *resource, const char *text);

#endif
