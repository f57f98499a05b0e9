/* Loops: where Lua is in the rows of a run, of a query or of a stage; see seam.h for what Lua sees of them. */
#ifndef ORR_SCRIPT_LOOP_H
#define ORR_SCRIPT_LOOP_H

#include "orrery.h"
#include "script/seam.h"

struct orr__stage;

typedef struct orr__loop_state {
    orr__loop seen;                /* first: the seam hands out its address */
    struct orr__loop_state *next;  /* in the machine */
    struct orr__loop_state *outer; /* of the stages that are open */
    const orr_rows *rows;          /* runs: the present range */
    orr_range *range;
    orr_cursor cursor;        /* each */
    struct orr__stage *stage; /* stages */
    bool owns_stage;          /* an immediate spawn's */
    uint64_t key;             /* of a stage's random numbers */
    uint64_t stream;
} orr__loop_state;

typedef struct orr__group_state {
    orr__group seen;   /* first */
    orr_field *fields; /* [column_count]; lattices: only `index` is used */
    uint32_t room;     /* columns allocated */
    bool foreign;      /* C writes it: see plain.h */
    uint32_t systems;  /* that there were when this was found out */
} orr__group_state;

orr__loop *orr__loop_create(orr__machine *m, uint32_t kind);
orr__group *orr__loop_group(orr__machine *m, orr__loop *loop, uint32_t id, int32_t write, int32_t mode);
int32_t orr__loop_touch(orr__machine *m, orr__loop *loop, orr__group *group);
void orr__loop_close(orr__machine *m, orr__loop *loop);
int32_t orr__loop_run_next(orr__machine *m, orr__loop *loop);
int32_t orr__loop_each_begin(orr__machine *m, orr__loop *loop, uint32_t query);
int32_t orr__loop_each_next(orr__machine *m, orr__loop *loop);
int32_t orr__loop_next_changed(orr__loop *loop, int32_t row);
int32_t orr__loop_mark(orr__machine *m, orr__loop *loop, uint32_t component, double first, double last);
double orr__loop_uniform(orr__machine *m, orr__loop *loop, double row, double k);
double orr__loop_normal(orr__machine *m, orr__loop *loop, double row, double k);

/* Opens a loop over the rows of a stage; `owns`: the loop gives it back. */
void orr__loop_open_stage(orr__machine *m, orr__loop *loop, struct orr__stage *stage, bool owns);
/* Closes the stage that a loop owns and returns it, giving back those opened after it; `loop` NULL: the innermost.
 * NULL: there is none. */
struct orr__stage *orr__loop_take_stage(orr__machine *m, const orr__loop *loop);

/* At the end of a hook: the stages of its recorded spawns are applied and gone while other Lua code still runs. */
void orr__loop_close_recorded(orr__machine *m);

/* The structure has changed: loops over queries see no rows any more and end with ORR_E_STALE. */
void orr__loop_structure_changed(orr__machine *m);
void orr__loop_close_all(orr__machine *m);
void orr__loop_fini(orr__machine *m);

orr__near_view *orr__near_view_create(orr__machine *m);
int32_t orr__near_view_open(orr__machine *m, uint32_t index, orr__near_view *view);
int32_t orr__near_view_gather(orr__machine *m, uint32_t component, uint32_t field, orr__near_view *view);
void orr__near_view_spans(const orr__near_view *view, double x, double y, double z, orr__spans *out);

#endif
