/* The seam: what the Lua half (lua/orrery) sees of the host.
 *
 *   script.lua ── lua/orrery      ──ffi──> orr__seam (function pointers) ──> host
 *                        ^                                                     │
 *                        └────────── one protected call a system a machine ────┘
 *
 * C hands Lua one pointer to the table of functions below; symbols are not looked up. Rules: entities and other large
 * numbers travel as double (whole, below 2^53; negative: provisional); status is int32_t, negative for an error whose
 * text is error_text(); structs only by pointer; no callbacks: nothing that Lua calls here calls Lua. What may have to
 * run hooks (structural changes at once) goes through lua_CFunctions instead, see machine.c.
 *
 * Columns reach Lua without a call a row and without garbage: a *group* is the columns of one component in one loop,
 * whose pointers and bounds C writes when the loop moves on. A checked view tests bounds, then reads through the
 * group's pointer. Closing a loop or changing the structure empties the bounds, and with them every view.
 *
 *   orr__loop   bounds first..last       orr__group   bounds ──> the loop's, or its own (what may be absent)
 *               groups ────────────────────────────>  columns[field]
 */
#ifndef ORR_SCRIPT_SEAM_H
#define ORR_SCRIPT_SEAM_H

#include "orrery_job.h"

/* ffi: begin */
typedef struct orr__machine orr__machine;
typedef struct orr__box orr__box; /* a mailbox */

/* Rows that may be touched now, both inclusive; empty: first 1, last 0. */
typedef struct orr__bounds {
    int32_t first, last;
} orr__bounds;

typedef struct orr__group {
    const orr__bounds *bounds; /* what its views test */
    orr__bounds own;           /* used when rows of the loop may lack it, or it is filled on demand */
    uint32_t component;        /* or lattice */
    uint32_t column_count;
    int32_t write; /* 0 reads, 1 writes */
    int32_t mode;  /* ORR__GROUP_x: 0 all rows have it; 1 some may lack it; 2 filled by loop_touch
                                    only; 3 a lattice, filled by loop_touch */
    struct orr__group *next;
    void **columns; /* [column_count], in order of name */
} orr__group;

typedef struct orr__loop {
    orr__bounds bounds;
    uint32_t kind;
    int32_t open;
    const uint64_t *entity; /* [row] */
    double provisional;     /* stages: of row 0, then going down; 0: none yet */
    uint32_t substep;
    orr__group *groups;
} orr__loop;

/* The spans of entries near a point: span s is first[s] to last[s], both inclusive. */
typedef struct orr__spans {
    int32_t count, at, last;
    int32_t unused;
    int32_t firsts[54], lasts[54];
} orr__spans;

/* An index of neighbours, or a gather, as a run sees it. */
typedef struct orr__near_view {
    orr__bounds bounds;
    const orr_neighbours *of;
    struct orr__near_view *next;
    const uint64_t *entity;
    const void *columns[20]; /* x, y, z, then what is carried; a gather: its data */
    double size[3];          /* period of the axes that wrap, 0 otherwise */
} orr__near_view;

typedef struct orr__layout {
    const char *type, *field; /* field NULL: the whole */
    uint32_t offset;          /* or the size */
} orr__layout;

typedef struct orr__seam {
    uint32_t bytes; /* of this table */
    uint32_t layout_count;
    const orr__layout *layout;

    const char *(*error_text)(orr__machine *m);
    int64_t *(*wide)(orr__machine *m); /* cell through which i64 and u64 values go instead of a double */
    const char *(*type_name)(uint32_t type);
    void (*log)(orr__machine *m, int32_t level, const char *text);
    void (*warn_once)(orr__machine *m, const char *of, const char *text); /* the first machine that speaks of it */

    /* declarations: a draft collects what they say */
    void (*draft_begin)(orr__machine *m);
    int32_t (*draft_field)(orr__machine *m, const char *name, uint32_t type, double value);
    int32_t (*draft_list)(orr__machine *m, uint32_t list, uint32_t component);
    int32_t (*draft_name)(orr__machine *m, uint32_t list, const char *name);
    int32_t (*draft_text)(orr__machine *m, uint32_t key, const char *text);
    int32_t (*draft_number)(orr__machine *m, uint32_t key, double value);
    int32_t (*draft_bind)(orr__machine *m, const char *slot, const char *target);
    int32_t (*draft_param)(orr__machine *m, const char *name, uint32_t param, double value);
    int32_t (*draft_gather)(orr__machine *m, uint32_t component, uint32_t field);
    int32_t (*draft_value)(orr__machine *m, uint32_t component, uint32_t field, double value);

    /* they return the number of what is declared, or a negative code */
    int32_t (*component_create)(orr__machine *m, const char *name);
    int32_t (*prefab_create)(orr__machine *m, const char *name, uint32_t parent);
    int32_t (*query_create)(orr__machine *m);
    int32_t (*param_create)(orr__machine *m, const char *name, double value, double min, double max, double step,
                            const char *help);
    int32_t (*resource_create)(orr__machine *m, const char *name, const char *text);
    int32_t (*event_create)(orr__machine *m, const char *name);
    int32_t (*lattice_create)(orr__machine *m, const char *name, uint32_t width, uint32_t height, uint32_t wraps);
    int32_t (*neighbours_create)(orr__machine *m, const char *name);
    int32_t (*system_create)(orr__machine *m);
    int32_t (*system_enable)(orr__machine *m, uint32_t system, int32_t enabled);
    int32_t (*hook_create)(orr__machine *m, uint32_t kind, uint32_t component);
    int32_t (*stages_set)(orr__machine *m);
    int32_t (*declare)(orr__machine *m, const char *kind, const char *name); /* what is Lua's alone */
    int32_t (*job_load)(orr__machine *m, const char *path);
    int32_t (*job_exists)(orr__machine *m, const char *name);
    void (*test_ticks)(orr__machine *m, double ticks);
    int32_t (*test_set)(orr__machine *m, const char *text);
    void (*timestep)(orr__machine *m, double dt);

    /* loops */
    orr__loop *(*loop_create)(orr__machine *m, uint32_t kind);
    orr__group *(*loop_group)(orr__machine *m, orr__loop *loop, uint32_t id, int32_t write, int32_t mode);
    int32_t (*loop_touch)(orr__machine *m, orr__loop *loop, orr__group *group);
    void (*loop_close)(orr__machine *m, orr__loop *loop);
    int32_t (*run_next)(orr__machine *m, orr__loop *loop); /* 1, 0 after the last */
    int32_t (*each_begin)(orr__machine *m, orr__loop *loop, uint32_t query);
    int32_t (*each_next)(orr__machine *m, orr__loop *loop);
    int32_t (*next_changed)(orr__loop *loop, int32_t row); /* or -1 */
    int32_t (*mark)(orr__machine *m, orr__loop *loop, uint32_t component, double first, double last);
    double (*uniform)(orr__machine *m, orr__loop *loop, double row, double k); /* NaN: outside */
    double (*normal)(orr__machine *m, orr__loop *loop, double row, double k);
    double (*random)(orr__machine *m);

    /* the run */
    int32_t (*run_may)(orr__machine *m, uint32_t component, int32_t write);
    orr__near_view *(*near_create)(orr__machine *m);
    int32_t (*near_open)(orr__machine *m, uint32_t index, orr__near_view *view);
    int32_t (*gather_open)(orr__machine *m, uint32_t component, uint32_t field, orr__near_view *view);
    void (*near_spans)(const orr__near_view *view, double x, double y, double z, orr__spans *out);
    double (*tick_number)(orr__machine *m, uint32_t which); /* 0 tick, 1 time, 2 dt, 3 seed */
    int32_t (*patch_spawn)(orr__machine *m, uint32_t prefab, double count, orr__loop *loop, double *provisional);
    int32_t (*patch_spawn_with)(orr__machine *m, uint32_t prefab, double count, double *provisional);
    int32_t (*patch_destroy)(orr__machine *m, double entity);
    int32_t (*patch_add)(orr__machine *m, double entity, uint32_t component);
    int32_t (*patch_remove)(orr__machine *m, double entity, uint32_t component);
    int32_t (*patch_set)(orr__machine *m, double entity, uint32_t component, uint32_t field, double value);
    int32_t (*provisional)(orr__machine *m, double entity); /* whether this run gave it out */
    int32_t (*emit)(orr__machine *m, uint32_t event, const double *values);
    int32_t (*reduce)(orr__machine *m, uint32_t kind, const char *name, double value);
    int32_t (*reduction)(orr__machine *m, const char *name, double *value);
    void (*span)(orr__machine *m, const char *name); /* NULL: ends the last */
    double (*event_count)(orr__machine *m, uint32_t event);
    int32_t (*event_get)(orr__machine *m, uint32_t event, double index, double *values);

    /* mailboxes: take gives 1 with sequence, tick, time, dt, entities alive, rows; 0 when there is no state yet */
    orr__box *(*box_create)(orr__machine *m, const char *name, uint32_t query, int32_t entities, double readers,
                            double every);
    int32_t (*box_take)(orr__machine *m, orr__box *box, double *numbers);
    int32_t (*box_open)(orr__machine *m, orr__box *box, uint32_t first, orr__near_view *view); /* 20 columns */

    /* the scene: a layer is begun, and what follows is about it; set hands over all that was said so far */
    double (*scene_colour)(orr__machine *m, const char *text); /* 0xRRGGBBAA, or -1 */
    const char *(*scene_map)(orr__machine *m, uint32_t index);
    int32_t (*scene_layer)(orr__machine *m, uint32_t kind, uint32_t query);
    int32_t (*scene_amount)(orr__machine *m, uint32_t key, uint32_t component, uint32_t field, uint32_t param,
                            double value);
    int32_t (*scene_text)(orr__machine *m, uint32_t key, const char *text);
    int32_t (*scene_number)(orr__machine *m, uint32_t key, double value);
    int32_t (*scene_set)(orr__machine *m);

    /* pictures and input. paint: a, b, c, d, width; flags 1: filled, 2: on the screen. input: kind, button, x, y, dx, dy,
     * entity; 0 after the last */
    int32_t (*watched)(orr__machine *m);
    int32_t (*paint)(orr__machine *m, uint32_t kind, double colour, uint32_t flags, const double *numbers,
                     const char *text);
    int32_t (*series_create)(orr__machine *m, const char *name);
    int32_t (*series_put)(orr__machine *m, uint32_t series, double value);
    const char *(*input_stage)(orr__machine *m); /* of systems that take input */
    int32_t (*input_get)(orr__machine *m, uint32_t index, double *numbers);
    const char *(*input_key)(orr__machine *m, uint32_t index);

    double (*hook_entity)(orr__machine *m, uint32_t index); /* of the hook that runs; 0 after the last */

    /* the world, at once */
    int32_t (*is_alive)(orr__machine *m, double entity);
    int32_t (*has)(orr__machine *m, double entity, uint32_t component);
    int32_t (*get)(orr__machine *m, double entity, uint32_t component, uint32_t field, double *value);
    double (*get_number)(orr__machine *m, double entity, uint32_t component, uint32_t field); /* NaN: ask get why */
    int32_t (*set)(orr__machine *m, double entity, uint32_t component, uint32_t field, double value);
    double (*count)(orr__machine *m, uint32_t query);
    int32_t (*spawn)(orr__machine *m, uint32_t prefab, double count, double *handles);
    void (*values_begin)(orr__machine *m); /* values of what is about to be spawned: `entity` is not looked at */
    int32_t (*values_add)(orr__machine *m, double entity, uint32_t component, uint32_t field, double value);
    int32_t (*spawn_with)(orr__machine *m, uint32_t prefab, double *handle); /* one, with these values */
    int32_t (*destroy)(orr__machine *m, double entity);
    int32_t (*add)(orr__machine *m, double entity, uint32_t component);
    int32_t (*remove)(orr__machine *m, double entity, uint32_t component);
    int32_t (*stage_begin)(orr__machine *m, uint32_t prefab, double count, orr__loop *loop);
    double (*param_get)(orr__machine *m, uint32_t param);
    int32_t (*param_set)(orr__machine *m, uint32_t param, double value);
    int32_t (*resource_may)(orr__machine *m, uint32_t resource, int32_t write);
    int32_t (*resource_get)(orr__machine *m, uint32_t resource, const char *field, double *value);
    int32_t (*resource_set)(orr__machine *m, uint32_t resource, const char *field, double value);
    const char *(*resource_text)(orr__machine *m, uint32_t resource);
    int32_t (*resource_set_text)(orr__machine *m, uint32_t resource, const char *text);

    /* arithmetic with the same bits everywhere */
    double (*sin)(double x);
    double (*cos)(double x);
    double (*exp)(double x);
    double (*log_e)(double x);
    double (*pow)(double x, double y);
    double (*atan2)(double y, double x);
} orr__seam;
/* ffi: end */

/* Lists of a draft (draft_list, draft_name), texts and numbers. The Lua half has the same numbers in seam.lua. */
enum {
    ORR__LIST_ALL = 0,
    ORR__LIST_ANY,
    ORR__LIST_NONE,
    ORR__LIST_CHANGED,
    ORR__LIST_OPTIONAL,
    ORR__LIST_READS,
    ORR__LIST_WRITES,
    ORR__LIST_MARKS,
    ORR__LIST_COUNT
};
enum {
    ORR__NAMES_READS = 0,
    ORR__NAMES_WRITES,
    ORR__NAMES_AFTER,
    ORR__NAMES_BEFORE,
    ORR__NAMES_STAGES,
    ORR__NAMES_RESOURCES,
    ORR__NAMES_LATTICES,
    ORR__NAMES_REDUCTIONS,
    ORR__NAMES_VALUES, /* that are not handed over: "Component.field place", of functions */
    ORR__NAMES_COUNT
};
enum {
    ORR__TEXT_NAME = 0,
    ORR__TEXT_STAGE,
    ORR__TEXT_LATTICE,
    ORR__TEXT_JOB,
    ORR__TEXT_SOURCE,
    ORR__TEXT_RUN,  /* where the function stands in the script */
    ORR__TEXT_BODY, /* its text */
    ORR__TEXT_COUNT
};
enum {
    ORR__NUMBER_EVERY = 0,
    ORR__NUMBER_DISABLED,
    ORR__NUMBER_WHEN,
    ORR__NUMBER_WHEN_VALUE,
    ORR__NUMBER_SKIP_IF_EMPTY,
    ORR__NUMBER_ON,
    ORR__NUMBER_ON_ERROR,
    ORR__NUMBER_SUBSTEPS,
    ORR__NUMBER_HAS_QUERY,
    ORR__NUMBER_EXCLUSIVE,
    ORR__NUMBER_RADIUS,
    ORR__NUMBER_RADIUS_PARAM,
    ORR__NUMBER_WRAPS,
    ORR__NUMBER_MIN_X,
    ORR__NUMBER_MIN_Y,
    ORR__NUMBER_MIN_Z,
    ORR__NUMBER_MAX_X,
    ORR__NUMBER_MAX_Y,
    ORR__NUMBER_MAX_Z,
    ORR__NUMBER_DIMENSIONS,
    ORR__NUMBER_EXTRA,
    ORR__NUMBER_TWIN, /* 1: the script names one; 2: and it runs now */
    ORR__NUMBER_SNAPSHOT,
    ORR__NUMBER_LATENCY,
    ORR__NUMBER_ISOLATION,
    ORR__NUMBER_TIMEOUT_MS,
    ORR__NUMBER_COUNT
};

/* What is said of a layer. */
enum {
    ORR__AMOUNT_X = 0,
    ORR__AMOUNT_Y,
    ORR__AMOUNT_X2,
    ORR__AMOUNT_Y2,
    ORR__AMOUNT_WIDTH,
    ORR__AMOUNT_HEIGHT,
    ORR__AMOUNT_SIZE,
    ORR__AMOUNT_HEADING_X,
    ORR__AMOUNT_HEADING_Y,
    ORR__AMOUNT_VALUE,
    ORR__AMOUNT_TO,
    ORR__AMOUNT_COLOUR,
    ORR__AMOUNT_COUNT
};
enum { ORR__SCENE_TEXT = 0, ORR__SCENE_LEGEND, ORR__SCENE_MAP, ORR__SCENE_CELLS, ORR__SCENE_LABELS };
enum {
    ORR__SCENE_BACKGROUND = 0,
    ORR__SCENE_WRAP,
    ORR__SCENE_VIEW_LEFT,
    ORR__SCENE_VIEW_BOTTOM,
    ORR__SCENE_VIEW_RIGHT,
    ORR__SCENE_VIEW_TOP,
    ORR__SCENE_SHAPE,
    ORR__SCENE_WORLD_UNITS,
    ORR__SCENE_ANGLE,
    ORR__SCENE_LENGTH,
    ORR__SCENE_MIN,
    ORR__SCENE_MAX,
    ORR__SCENE_MIN_PARAM,
    ORR__SCENE_MAX_PARAM,
    ORR__SCENE_LATTICE,
    ORR__SCENE_LEFT,
    ORR__SCENE_BOTTOM,
    ORR__SCENE_RIGHT,
    ORR__SCENE_TOP,
    ORR__SCENE_COLOUR
};

/* Kinds of loops and of groups. */
enum { ORR__LOOP_RUN = 0, ORR__LOOP_EACH, ORR__LOOP_STAGE, ORR__LOOP_CTX };
enum { ORR__GROUP_SHARED = 0, ORR__GROUP_OWN, ORR__GROUP_DEMAND, ORR__GROUP_LATTICE };

/* The one table. */
extern const orr__seam orr__seam_table;

#endif
