/* orrery.h: the public C interface of Orrery, a simulation host.
 *
 * The only header that a tool includes. A world keeps entities in columns, runs systems over them in a schedule, and
 * gives the same bits for any number of threads. A host is a world with a Lua script on top.
 *
 * Conventions
 *   - Functions that can fail return int32_t: ORR_OK (0) or a negative code; creators return 0 or NULL. The text of
 *     the last failure of this thread is orr_last_error(); it names what was asked and the nearest name.
 *   - Handles (orr_component, orr_query, ...) are small numbers that belong to one world; 0 is none.
 *   - Lists of components are arrays that end with 0. Strings are copied; nothing of the caller's is kept unless said.
 *   - Description structs: the zero value of every field is its default.
 *   - A world may be used by one thread at a time; different worlds by different threads at once. Exceptions say so.
 *   - The library never prints, exits, aborts or installs signal handlers. Without Lua (ORRERY_LUA=OFF) the functions
 *     named orr_host_* fail with ORR_E_NOT_FOUND.
 */
#ifndef ORRERY_H
#define ORRERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "orrery_job.h"

#define ORR_VERSION_MAJOR 0
#define ORR_VERSION_MINOR 1
#define ORR_VERSION_PATCH 0
#define ORR_VERSION "0.1.0"

#if defined(_WIN32)
#define ORR_API
#else
#define ORR_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- errors -------------------------------------------------------------------------------------------------------- */

enum {
    ORR_E_ARGUMENT = -1,     /* a value that is never allowed */
    ORR_E_MEMORY = -2,       /* an allocation failed; nothing was changed */
    ORR_E_NOT_FOUND = -3,    /* no such name, field, job */
    ORR_E_EXISTS = -4,       /* the name is taken, or declared again differently */
    ORR_E_TYPE = -5,         /* a value or field of another type */
    ORR_E_RANGE = -6,        /* outside its range */
    ORR_E_DEAD = -7,         /* the entity is dead, foreign or none */
    ORR_E_LOCKED = -8,       /* a structural change while a system runs; or the world runs free on another thread */
    ORR_E_ACCESS = -9,       /* a system touches what it did not declare */
    ORR_E_CYCLE = -10,       /* systems that wait for each other */
    ORR_E_SCRIPT = -11,      /* an error in a Lua script */
    ORR_E_JOB = -12,         /* a native job failed or cannot be bound */
    ORR_E_FILE = -13,        /* a file cannot be read or written */
    ORR_E_LIMIT = -14,       /* more than can be counted */
    ORR_E_THREAD = -15,      /* a thread cannot be made */
    ORR_E_STALE = -16,       /* a cursor whose world has changed its structure */
    ORR_E_INTERRUPTED = -17, /* stopped by orr_world_interrupt */
    ORR_E_ABI = -18          /* a shared object built for another version, or unsafe to load */
};

/* Text of the last failure of this thread, "" if none. Valid until the thread's next failing call. */
ORR_API const char *orr_last_error(void);

/* "ORR_E_RANGE" and so on; "unknown" for other numbers. */
ORR_API const char *orr_error_name(int32_t code);

/* Called for a broken invariant of the library itself (never for bad input). For the whole process; NULL restores the
 * default (debug builds: abort; release builds: nothing). Any thread. */
typedef void orr_assert_function(const char *file, int line, const char *what);
ORR_API void orr_assert_handler(orr_assert_function *handler);

/* ---- hooks of the embedder ----------------------------------------------------------------------------------------- */

/* Memory. `allocate` returns NULL when it fails; alignment is a power of two, at most 64. `release` gets the size that
 * was asked for. Both may be called from any thread of the world. Default: aligned_alloc and free. */
typedef struct orr_allocator {
    void *context;
    void *(*allocate)(void *context, size_t bytes, size_t alignment);
    void (*release)(void *context, void *pointer, size_t bytes);
} orr_allocator;

/* The embedder's own scheduler instead of Orrery's threads. parallel_for calls task(task_context, index, worker) once
 * for every index below count, in any order, on any threads, and returns when all are done; worker < workers, and no
 * two calls that overlap in time share a worker number. */
typedef struct orr_scheduler {
    void *context;
    uint32_t workers;
    void (*parallel_for)(void *context, uint32_t count,
                         void (*task)(void *task_context, uint32_t index, uint32_t worker), void *task_context);
} orr_scheduler;

/* Messages that are worth a line but are no failure of a call. level: 0 note, 1 warning, 2 error. */
typedef void orr_log_function(void *context, int level, const char *text);

/* ---- worlds -------------------------------------------------------------------------------------------------------- */

typedef struct orr_world orr_world;

#define ORR_THREADS_ALL UINT32_MAX

typedef struct orr_world_desc {
    uint64_t seed;                  /* of every random number; default 0 */
    double dt;                      /* simulated seconds a tick; default 1/60 */
    uint32_t threads;               /* threads that work, the caller's included; 0: no pool, all on the caller;
                                        ORR_THREADS_ALL: one for each processor */
    const orr_allocator *allocator; /* NULL: the C library's */
    const orr_scheduler *scheduler; /* NULL: Orrery's own pool */
    uint64_t memory_bytes;          /* more is ORR_E_MEMORY; default: with an allocator of yours no limit, else 7/8 of
                                        what the system has available when the world is made */
    orr_log_function *log;          /* NULL: messages are dropped */
    void *log_context;
} orr_world_desc;

/* Creates a world; NULL with ORR_E_MEMORY or ORR_E_ARGUMENT. desc may be NULL. Destroy takes NULL. */
ORR_API orr_world *orr_world_create(const orr_world_desc *desc);
ORR_API void orr_world_destroy(orr_world *world);

/* Runs `ticks` ticks. Stops after the first that fails and returns its code; the world stays valid and may be stepped
 * again. The first call runs the startup stage first. ORR_E_INTERRUPTED after orr_world_interrupt. */
ORR_API int32_t orr_world_step(orr_world *world, uint64_t ticks);

/* Asks orr_world_step to return after the tick that runs now. Any thread, also a signal handler. */
ORR_API void orr_world_interrupt(orr_world *world);

/* XXH3 of the whole state (see the manual for what it covers). Same state, same number, on every machine. */
ORR_API uint64_t orr_world_hash(orr_world *world);

ORR_API uint64_t orr_world_tick(const orr_world *world); /* ticks done */
ORR_API double orr_world_time(const orr_world *world);   /* tick * dt */
ORR_API double orr_world_dt(const orr_world *world);
ORR_API uint64_t orr_world_seed(const orr_world *world);
ORR_API uint64_t orr_world_entity_count(const orr_world *world); /* alive now */
ORR_API uint32_t orr_world_threads(const orr_world *world);      /* workers that the pool really has */
ORR_API uint64_t orr_world_dropped(const orr_world *world);      /* patches dropped so far: their entity had died */

typedef struct orr_world_memory {
    uint64_t total_bytes; /* all that the world has allocated */
    uint64_t chunk_bytes; /* of it chunks: handles, columns, changed words */
    uint64_t field_bytes; /* the fields alone: rows times bytes of a row */
    uint64_t table_count, chunk_count;
} orr_world_memory;
ORR_API orr_world_memory orr_world_memory_used(const orr_world *world);

/* Name of the system that runs at this moment, "" if none; for watchdogs. Any thread. */
ORR_API const char *orr_world_running(const orr_world *world);

/* ---- components ---------------------------------------------------------------------------------------------------- */

typedef uint32_t orr_component;

typedef union orr_value { /* one scalar; which member is told by its type */
    float f32;
    double f64;
    int8_t i8;
    uint8_t u8;
    int16_t i16;
    uint16_t u16;
    int32_t i32;
    uint32_t u32;
    int64_t i64;
    uint64_t u64;
    bool boolean;
    orr_entity entity;
} orr_value;

typedef struct orr_field_desc {
    const char *name; /* an identifier */
    uint32_t type;    /* ORR_TYPE_F32 ... */
    orr_value value;  /* default */
} orr_field_desc;

typedef struct orr_component_desc {
    const char *name;             /* an identifier, unique in the world */
    const orr_field_desc *fields; /* any order; they are kept ordered by name. None: a tag */
    uint32_t field_count;         /* at most 64 */
} orr_component_desc;

/* The same name with the same fields gives the same component; with others ORR_E_EXISTS, showing both. */
ORR_API orr_component orr_component_create(orr_world *world, const orr_component_desc *desc);
ORR_API orr_component orr_component_find(const orr_world *world, const char *name);
ORR_API uint32_t orr_component_count(const orr_world *world); /* components are 1 .. count */
ORR_API const char *orr_component_name(const orr_world *world, orr_component component);
ORR_API uint32_t orr_component_field_count(const orr_world *world, orr_component component);
/* Field `index` in order of name. The pointers live as long as the world. */
ORR_API int32_t orr_component_field(const orr_world *world, orr_component component, uint32_t index,
                                    orr_field_desc *out);
/* Bytes of a record of the component: its fields in order of name, each aligned to its size, the whole to the largest:
 * what `orrery header` prints as a C struct. */
ORR_API size_t orr_component_bytes(const orr_world *world, orr_component component);

/* A field of a component, by value. component 0: none. */
typedef struct orr_field {
    orr_component component;
    uint16_t index; /* among the component's fields, in order of name */
    uint8_t type;
    uint8_t bytes;
} orr_field;

/* "Position.x" */
ORR_API orr_field orr_field_find(const orr_world *world, const char *name);

/* "f32" for ORR_TYPE_F32 and so on; bytes of a type; the type of a name or ORR_TYPE_NONE. */
ORR_API const char *orr_type_name(uint32_t type);
ORR_API uint32_t orr_type_bytes(uint32_t type);
ORR_API uint32_t orr_type_find(const char *name);

/* ---- prefabs and entities ------------------------------------------------------------------------------------------ */

typedef uint32_t orr_prefab;

typedef struct orr_prefab_value {
    orr_field field;
    orr_value value;
} orr_prefab_value;

typedef struct orr_prefab_desc {
    const char *name;                /* NULL: an anonymous set; the same set gives the same prefab */
    orr_prefab parent;               /* its components and values come first */
    const orr_component *components; /* ends with 0 */
    const orr_prefab_value *values;  /* instead of the fields' defaults */
    uint32_t value_count;
} orr_prefab_desc;

ORR_API orr_prefab orr_prefab_create(orr_world *world, const orr_prefab_desc *desc);
ORR_API orr_prefab orr_prefab_find(const orr_world *world, const char *name);

/* Spawns `count` entities at once; `handles` (may be NULL) gets them. Nothing happens when it fails. Not while a
 * system runs (ORR_E_LOCKED): there use orr_patch_spawn. */
ORR_API int32_t orr_entity_spawn(orr_world *world, orr_prefab prefab, uint32_t count, orr_entity *handles);

/* The rest work on arrays of `count` entities; a dead, foreign or zero one is ORR_E_DEAD and nothing is changed. */
ORR_API int32_t orr_entity_destroy(orr_world *world, const orr_entity *entities, uint32_t count);
/* Adding what is there, or removing what is not, is no error and changes nothing. */
ORR_API int32_t orr_entity_add(orr_world *world, const orr_entity *entities, uint32_t count, orr_component component);
ORR_API int32_t orr_entity_remove(orr_world *world, const orr_entity *entities, uint32_t count,
                                  orr_component component);

ORR_API bool orr_entity_is_alive(const orr_world *world, orr_entity entity);
ORR_API bool orr_entity_has(const orr_world *world, orr_entity entity, orr_component component);
ORR_API uint32_t orr_entity_index(orr_entity entity);      /* 32 bits */
ORR_API uint32_t orr_entity_generation(orr_entity entity); /* 20 bits, from 1 */

/* Copies a whole record (see orr_component_bytes) out or in; set marks the row changed. */
ORR_API int32_t orr_entity_get(const orr_world *world, orr_entity entity, orr_component component, void *record);
ORR_API int32_t orr_entity_set(orr_world *world, orr_entity entity, orr_component component, const void *record);
/* The same for arrays of `count` entities and records, twice as fast when there are many in no order. When an
 * entity is dead or lacks the component, set_many changes nothing; get_many has filled the records before it. */
ORR_API int32_t orr_entity_get_many(const orr_world *world, const orr_entity *entities, uint32_t count,
                                    orr_component component, void *records);
ORR_API int32_t orr_entity_set_many(orr_world *world, const orr_entity *entities, uint32_t count,
                                    orr_component component, const void *records);

/* Borrows one field; NULL when the entity is dead or lacks it (with the reason). The pointer lives until the next
 * structural change. write marks the row changed. */
ORR_API const void *orr_entity_read(const orr_world *world, orr_entity entity, orr_field field);
ORR_API void *orr_entity_write(orr_world *world, orr_entity entity, orr_field field);

/* ---- queries ------------------------------------------------------------------------------------------------------- */

typedef uint32_t orr_query;

typedef struct orr_query_desc { /* each list ends with 0; NULL: empty */
    const orr_component *all, *any, *none, *changed, *optional;
} orr_query_desc;

/* Queries are kept: the same lists give the same query. `changed` is for systems; elsewhere use a tracker. */
ORR_API orr_query orr_query_create(orr_world *world, const orr_query_desc *desc);
ORR_API uint64_t orr_query_count(const orr_world *world, orr_query query); /* rows that match now */

/* A cursor over the matching chunks in the order of the data:
 *     for (orr_cursor at = orr_query_begin(world, query); orr_cursor_next(&at);) ... rows at.begin to at.end ...
 * No structural change while it is used: orr_cursor_next then ends with at.error = ORR_E_STALE. May be left early. */
typedef struct orr_cursor {
    orr_world *world;
    orr_query query;
    uint32_t begin, end; /* rows of this chunk, half open */
    int32_t error;
    uint32_t table_at, chunk_at; /* the library's */
    uint64_t version;
    void *table, *chunk;
} orr_cursor;
ORR_API orr_cursor orr_query_begin(orr_world *world, orr_query query);
ORR_API bool orr_cursor_next(orr_cursor *cursor);
ORR_API const orr_entity *orr_cursor_entities(const orr_cursor *cursor); /* [row] */
/* Columns of this chunk, [row]; NULL when the table lacks the component. write marks all rows of the chunk. */
ORR_API const void *orr_cursor_read(const orr_cursor *cursor, orr_field field);
ORR_API void *orr_cursor_write(orr_cursor *cursor, orr_field field);

/* Copies one field of all matching rows, in the order of the data, to or from an array of the field's type with room
 * for `capacity` rows. ORR_E_RANGE when there are more (or, writing, not exactly as many). *count may be NULL. */
ORR_API int32_t orr_query_copy(orr_world *world, orr_query query, orr_field field, void *out, uint64_t capacity,
                               uint64_t *count);
ORR_API int32_t orr_query_fill(orr_world *world, orr_query query, orr_field field, const void *in, uint64_t count);
ORR_API int32_t orr_query_copy_entities(orr_world *world, orr_query query, orr_entity *out, uint64_t capacity,
                                        uint64_t *count);

/* ---- trackers: what changed since I last asked --------------------------------------------------------------------- */

typedef uint32_t orr_tracker;

/* A tracker of these components (ends with 0). Everything that exists counts as changed at first. While systems run, a
 * tracker is made and destroyed in exclusive systems and in hooks only (ORR_E_LOCKED); one that declares what it touches,
 * on the main thread, may ask and clear a tracker of what it reads (ORR_E_ACCESS). */
ORR_API orr_tracker orr_tracker_create(orr_world *world, const orr_component *components);
ORR_API void orr_tracker_destroy(orr_world *world, orr_tracker tracker);

/* Visits the chunks with changed rows: words[i / 64] bit i % 64 of rows begin to end. Bits are consumed by
 * orr_tracker_clear, for all rows, when the reader is done. `component` 0: any of the tracker's. */
typedef struct orr_changes {
    orr_world *world;
    orr_tracker tracker;
    orr_component component;
    uint32_t begin, end;
    const uint64_t *words;
    const orr_entity *entity; /* [row] */
    orr_cursor at;
    uint64_t buffer[64];
} orr_changes;
ORR_API orr_changes orr_tracker_begin(orr_world *world, orr_tracker tracker, orr_component component);
ORR_API bool orr_changes_next(orr_changes *changes);
ORR_API uint32_t orr_changes_row(const orr_changes *changes, uint32_t from); /* next changed row >= from, or end */
ORR_API uint64_t orr_tracker_count(orr_world *world, orr_tracker tracker);   /* changed rows now */
ORR_API void orr_tracker_clear(orr_world *world, orr_tracker tracker);       /* bits and log */

/* Entities that gained (came) or lost (went) a tracked component since the last clear, in order. orr_tracker_log gives
 * NULL with ORR_E_MEMORY when some could not be logged: then read everything anew. */
typedef struct orr_arrival {
    orr_entity entity;
    orr_component component;
    int32_t came; /* 1 gained, 0 lost */
} orr_arrival;
ORR_API const orr_arrival *orr_tracker_log(const orr_world *world, orr_tracker tracker, uint64_t *count);

/* ---- params, resources, events ------------------------------------------------------------------------------------- */

typedef uint32_t orr_param, orr_resource, orr_event;

typedef struct orr_param_desc {
    const char *name;
    double value, min, max, step; /* min == max: no limit */
    const char *help;
} orr_param_desc;
ORR_API orr_param orr_param_create(orr_world *world, const orr_param_desc *desc);
ORR_API orr_param orr_param_find(const orr_world *world, const char *name);
ORR_API uint32_t orr_param_count(const orr_world *world); /* params are 1 .. count */
ORR_API int32_t orr_param_describe(const orr_world *world, orr_param param, orr_param_desc *out);
ORR_API double orr_param_get(const orr_world *world, orr_param param);
/* Seen from the start of the next tick on. ORR_E_RANGE outside min and max, and for NaN. */
ORR_API int32_t orr_param_set(orr_world *world, orr_param param, double value);

typedef struct orr_resource_desc {
    const char *name;             /* no other resource, lattice or neighbours has it */
    const orr_field_desc *fields; /* a record; or */
    uint32_t field_count;
    const char *text; /* a string (field_count 0): may be set to other strings */
} orr_resource_desc;
/* A plain number or boolean is a record of one field named "value". */
ORR_API orr_resource orr_resource_create(orr_world *world, const orr_resource_desc *desc);
ORR_API orr_resource orr_resource_find(const orr_world *world, const char *name);
ORR_API int32_t orr_resource_get(const orr_world *world, orr_resource resource, const char *field, orr_value *out);
ORR_API int32_t orr_resource_set(orr_world *world, orr_resource resource, const char *field, orr_value value);
ORR_API const char *orr_resource_text(const orr_world *world, orr_resource resource);
ORR_API int32_t orr_resource_set_text(orr_world *world, orr_resource resource, const char *text);

typedef struct orr_event_desc {
    const char *name;
    const orr_field_desc *fields; /* kept in order of name */
    uint32_t field_count;
} orr_event_desc;
ORR_API orr_event orr_event_create(orr_world *world, const orr_event_desc *desc);
ORR_API orr_event orr_event_find(const orr_world *world, const char *name);
/* Events alive: emitted in this tick or the last, in patch order. Value `field` of event `index`. */
ORR_API uint64_t orr_event_count(const orr_world *world, orr_event event);
ORR_API int32_t orr_event_get(const orr_world *world, orr_event event, uint64_t index, uint32_t field, orr_value *out);

/* A reduction by name as merged last (ctx:sum and the like); ORR_E_NOT_FOUND when there is none. */
ORR_API int32_t orr_reduction_get(const orr_world *world, const char *name, double *out);

/* ---- lattices and neighbours --------------------------------------------------------------------------------------- */

typedef uint32_t orr_lattice, orr_near_index;

typedef struct orr_lattice_desc {
    const char *name;
    uint32_t width, height;
    bool wrap_x, wrap_y;
    const orr_field_desc *fields; /* values: what every cell starts with */
    uint32_t field_count;
} orr_lattice_desc;
ORR_API orr_lattice orr_lattice_create(orr_world *world, const orr_lattice_desc *desc);
ORR_API orr_lattice orr_lattice_find(const orr_world *world, const char *name);
/* The current state of one field, [y * width + x]; lives as long as the world, but a tick swaps buffers. In a system
 * that declares its access NULL with ORR_E_ACCESS if the lattice is not declared; write only what is declared so. */
ORR_API void *orr_lattice_cells(orr_world *world, orr_lattice lattice, const char *field, uint32_t *width,
                                uint32_t *height);

typedef struct orr_neighbours_desc {
    const char *name;
    orr_query_desc query;   /* besides the position's component */
    orr_field position[3];  /* two or three f32 or f64 fields of one component */
    const orr_field *carry; /* cell-sorted copies of these too */
    uint32_t carry_count;   /* at most 16 */
    double radius;          /* largest distance that will be asked for; > 0 */
    orr_param radius_param; /* instead: follows a param */
    double min[3], max[3];  /* bounds of the axes that wrap */
    uint32_t wraps;         /* bit a: axis a is periodic */
} orr_neighbours_desc;
/* Built anew before the first system of a tick that reads it, and again after a system that wrote its positions. */
ORR_API orr_near_index orr_neighbours_create(orr_world *world, const orr_neighbours_desc *desc);
ORR_API orr_near_index orr_neighbours_find(const orr_world *world, const char *name);

/* ---- systems ------------------------------------------------------------------------------------------------------- */

typedef uint32_t orr_system;

/* One run of one system: what its function is given. Valid during the call. */
typedef struct orr_run orr_run;
typedef int32_t orr_system_function(orr_run *run, void *context);

enum { ORR_ON_MAIN = 0, ORR_ON_WORKERS = 1 };
enum { ORR_ON_ERROR_STOP = 0, ORR_ON_ERROR_SKIP, ORR_ON_ERROR_DISABLE };

/* Where a job runs: in this process, or in a helper program of its own, which may crash or hang without harm. */
enum { ORR_ISOLATION_NONE = 0, ORR_ISOLATION_PROCESS };

typedef struct orr_bind {
    const char *slot;   /* "position" or "position.x" */
    const char *target; /* "Body" or "Body.px" */
} orr_bind;
typedef struct orr_job_value {
    const char *name; /* a param of the job */
    orr_param param;  /* follows this param; 0: the constant */
    double value;
} orr_job_value;

typedef struct orr_system_desc {
    const char *name;                            /* unique */
    const char *stage;                           /* default "update" */
    orr_query_desc query;                        /* empty lists: no rows, called once */
    bool has_query;                              /* set when the query is empty on purpose: all entities */
    const orr_component *reads, *writes, *marks; /* end with 0 */
    const char *const *resource_reads, *const *resource_writes; /* resources, lattices, neighbours; end with NULL */
    const orr_field *gathers;                 /* copied over the whole query at the start; ends with component 0 */
    const char *lattice;                      /* run over bands of this lattice instead of rows */
    const char *const *after, *const *before; /* systems; end with NULL */
    bool exclusive;                           /* runs alone and may touch everything */
    uint32_t every;                           /* ticks; default 1 */
    bool disabled;
    orr_param when; /* runs only in ticks in which this param has the value when_value; 0: always */
    double when_value;
    bool skip_if_empty;
    /* ORR_ON_MAIN; ORR_ON_WORKERS: `run` is called on any thread, on several at once, each time for some of the ranges,
     * until all were handed out. It sees no world and records while it is at a range. */
    uint32_t on;
    /* ORR_ON_ERROR_STOP (the step fails), SKIP (that tick; the 1st, 2nd, 4th, 8th ... failure is logged) or DISABLE. */
    uint32_t on_error;
    uint32_t substeps; /* default 1 */
    bool snapshot;     /* sees a frozen copy of what it declares, of which it commits what it changed; for jobs and
                                 systems on workers */
    uint32_t latency;  /* of a snapshot: it is worked on while ticks go on; what it changes and records is applied so
                                 many ticks later, at the end of the same stage, and only then waited for */
    orr_system_function *run; /* or a job: */
    void *context;
    void (*release)(void *context); /* called when the world is destroyed; may be NULL */
    const char *job;
    const orr_bind *bind;
    uint32_t bind_count;
    const orr_job_value *params;
    uint32_t param_count;
    /* ORR_ISOLATION_PROCESS, for jobs over rows whose slots are all row slots and that have neither memory of their own
     * nor begin and end; Linux. A range whose helper crashes, or takes longer than timeout_ms (default 1000), is run
     * anew up to twice and then fails. What a range writes is copied to the world when it succeeds, else nothing is. */
    uint32_t isolation, timeout_ms;
    const char *source; /* "scripts/boids.lua:21", for messages; may be NULL */
} orr_system_desc;
ORR_API orr_system orr_system_create(orr_world *world, const orr_system_desc *desc);
ORR_API orr_system orr_system_find(const orr_world *world, const char *name);
ORR_API int32_t orr_system_enable(orr_world *world, orr_system system, bool enabled); /* from the next tick on */

/* The stages in order instead of startup, update, late, render, cleanup. Before any system is created. Ends with NULL.
 * A list without render gets it at its end. */
ORR_API int32_t orr_stages_set(orr_world *world, const char *const *names);

/* Inside a system's function: its ranges, in the order of the data. Each gives rows as a job sees them, without slots. */
ORR_API orr_world *orr_run_world(orr_run *run);
ORR_API const orr_tick *orr_run_tick(const orr_run *run);
ORR_API const orr_rows *orr_run_next(orr_run *run);                     /* NULL after the last */
ORR_API const void *orr_run_read(orr_run *run, orr_field field);        /* column of this range's chunk */
ORR_API void *orr_run_write(orr_run *run, orr_field field);             /* NULL with ORR_E_ACCESS if not declared */
ORR_API uint64_t *orr_run_marks(orr_run *run, orr_component component); /* of a component in `marks` */
/* Declared structures: a gather, an index of neighbours, a lattice's field. NULL with ORR_E_ACCESS if not declared. A
 * lattice that the system does not run over is written in place. */
ORR_API const orr_gather *orr_run_gather(orr_run *run, orr_field field);
ORR_API const orr_neighbours *orr_run_neighbours(orr_run *run, orr_near_index index);
ORR_API const orr_lattice_slot *orr_run_lattice(orr_run *run, orr_lattice lattice, const char *field);

/* Recorded changes of the present run, applied at the sync points in the order of the data. Entities are handles, or
 * provisional (negative) ones of the same range. A patch for an entity that has died is dropped and counted. */
ORR_API int32_t orr_patch_spawn(orr_run *run, orr_prefab prefab, uint32_t count, int64_t *provisional);
ORR_API int32_t orr_patch_destroy(orr_run *run, int64_t entity);
ORR_API int32_t orr_patch_add(orr_run *run, int64_t entity, orr_component component);
ORR_API int32_t orr_patch_remove(orr_run *run, int64_t entity, orr_component component);
ORR_API int32_t orr_patch_set(orr_run *run, int64_t entity, orr_field field, orr_value value);
ORR_API int32_t orr_run_emit(orr_run *run, orr_event event, const orr_value *values);
ORR_API int32_t orr_run_reduce(orr_run *run, uint32_t kind, const char *name, double value);

/* Lists of patches, for tools: to make, look at, keep, and apply as often as wanted. The same patches that runs record,
 * with the same rules: applied in order, those for entities that have died are dropped and counted. A spawn gives out
 * `count` provisional handles (negative, counting down; valid in this list) to be used as `entity` of later patches and
 * in entity fields. A list belongs to one world and must be destroyed before it. */
enum { ORR_PATCH_SPAWN = 1, ORR_PATCH_DESTROY, ORR_PATCH_ADD, ORR_PATCH_REMOVE, ORR_PATCH_SET };
typedef struct orr_patch {
    uint32_t kind;
    orr_component component; /* add, remove */
    int64_t entity;          /* handle or provisional; of a spawn, read back: the first that it gives out */
    orr_field field;         /* set */
    orr_value value;         /* set */
    orr_prefab prefab;       /* spawn */
    uint32_t count;          /* spawn */
} orr_patch;
typedef struct orr_patch_list orr_patch_list;
ORR_API orr_patch_list *orr_patch_list_create(orr_world *world);
ORR_API void orr_patch_list_destroy(orr_patch_list *list); /* NULL allowed */
/* Appends a copy. A failure (ORR_E_ARGUMENT, ORR_E_DEAD, ORR_E_NOT_FOUND, ORR_E_MEMORY) appends nothing. */
ORR_API int32_t orr_patch_list_put(orr_patch_list *list, const orr_patch *patch, int64_t *provisional);
ORR_API uint64_t orr_patch_list_count(const orr_patch_list *list);
ORR_API int32_t orr_patch_list_at(const orr_patch_list *list, uint64_t index, orr_patch *out);
ORR_API void orr_patch_list_clear(orr_patch_list *list);
/* Applies all, between ticks; the list stays as it is. `spawned` (may be NULL) gets the handles that stand for -1, -2,
 * ...: as many as the list's spawns ask for. Hooks run before it returns. ORR_E_LOCKED while a system runs. */
ORR_API int32_t orr_patch_list_apply(const orr_patch_list *list, orr_entity *spawned);

/* For the timeline (orr_trace_start): begins a span of the caller's own under this name, which is copied. It ends with the
 * next one, with NULL, with the range, or with the function. Costs nothing to speak of when nobody traces. */
ORR_API void orr_run_span(orr_run *run, const char *name);

/* Hooks: `function` for entities that gained, are about to lose, or changed a component. Rounds of recorded changes
 * follow; the 17th is an error. In a tick add and change hooks run at the end of the stage; between ticks add hooks run
 * before the call that caused them returns, and the call then returns their error, if any. Remove hooks run at once, while
 * the values can be read. The render stage calls none. */
enum { ORR_HOOK_ADD = 0, ORR_HOOK_REMOVE, ORR_HOOK_CHANGE };
typedef int32_t orr_hook_function(orr_run *run, const orr_entity *entities, uint32_t count, void *context);
ORR_API int32_t orr_hook_create(orr_world *world, uint32_t kind, orr_component component, orr_hook_function *function,
                                void *context);

/* Time and rows by system, for summaries; how often it failed, and the last message (NULL: none), good until the next
 * tick. */
typedef struct orr_system_stats {
    const char *name, *stage;
    uint64_t runs, rows, time_ns;
    bool enabled;
    uint64_t failures;
    const char *failure;
} orr_system_stats;
ORR_API uint32_t orr_system_count(const orr_world *world); /* systems are 1 .. count */
ORR_API int32_t orr_system_describe(const orr_world *world, orr_system system, orr_system_stats *out);

/* The timeline: what every thread did, from orr_trace_start to orr_trace_stop. It changes no result. Each worker has a ring
 * of its own, written at about 60 ns a record and emptied between ticks; what does not fit is lost and counted. */
enum {
    ORR_TRACE_TICK = 0, /* a whole tick, on worker 0 */
    ORR_TRACE_SYSTEM,   /* the function of a system, or some ranges of it */
    ORR_TRACE_PLAN,     /* before it: its ranges, gathers and neighbours */
    ORR_TRACE_SETTLE,   /* after it: changed rows, set-patches, commits */
    ORR_TRACE_SYNC,     /* the end of a stage */
    ORR_TRACE_APPLY,    /* in it: patches of one system */
    ORR_TRACE_HOOK,     /* the hooks of one component */
    ORR_TRACE_PUBLISH,  /* the state is published for drawing */
    ORR_TRACE_WAIT,     /* this thread had nothing to do, others had */
    ORR_TRACE_COLLECT,  /* a Lua machine's collector */
    ORR_TRACE_SPAN,     /* a user's own: orr_run_span, ctx:span */
    ORR_TRACE_KINDS
};
typedef struct orr_trace_record {
    uint64_t begin_ns, end_ns; /* since orr_trace_start */
    uint64_t tick;
    uint64_t rows; /* of SYSTEM: that it ran over; else 0 */
    uint32_t kind;
    uint32_t worker; /* below orr_world_threads; 0 is the thread that steps, unless the scheduler is the embedder's */
    uint32_t name;   /* for orr_trace_name */
} orr_trace_record;

/* Gets records of one worker in order of their ends, on the thread that steps, between ticks, several times a tick at
 * most. They are valid during the call. It may call orr_trace_name; nothing that changes the world. */
typedef void orr_trace_sink(void *context, const orr_trace_record *records, uint32_t count);
typedef struct orr_trace_desc {
    orr_trace_sink *sink;
    void *context;
    uint32_t records; /* room of each ring, for one tick; default 8192, 48 bytes each. A world's first trace decides */
} orr_trace_desc;
/* Between ticks; ORR_E_EXISTS when it is on already. */
ORR_API int32_t orr_trace_start(orr_world *world, const orr_trace_desc *desc);
/* Hands over what is left. Nothing happens when it is off. */
ORR_API int32_t orr_trace_stop(orr_world *world);
ORR_API uint64_t orr_trace_lost(const orr_world *world); /* records, since the start */
/* "system" and so on; the name of the system, stage, component or span that a record is about, "" where there is none. */
ORR_API const char *orr_trace_kind(uint32_t kind);
ORR_API const char *orr_trace_name(orr_world *world, const orr_trace_record *record);

/* The graph of systems as text, DOT or Mermaid, with the reason of every edge and the batches. `write` gets pieces. */
enum { ORR_GRAPH_TEXT = 0, ORR_GRAPH_DOT, ORR_GRAPH_MERMAID };
typedef void orr_write_function(void *context, const char *text, size_t bytes);
ORR_API int32_t orr_world_graph(orr_world *world, uint32_t format, orr_write_function *write, void *context);

/* ---- native jobs --------------------------------------------------------------------------------------------------- */

/* Makes the jobs of a module known to this world (the built-in ones are). The module must outlive the world. */
ORR_API int32_t orr_job_register(orr_world *world, const orr_job_module *module);
/* Loads a shared object, which stays loaded until the world is destroyed. */
ORR_API int32_t orr_job_load(orr_world *world, const char *path);
ORR_API uint32_t orr_job_count(const orr_world *world);
ORR_API const orr_job_desc *orr_job_at(const orr_world *world, uint32_t index);

/* ---- mailboxes: states for readers that must not stop the simulation ----------------------------------------------- */

/* A mailbox keeps copies of what its readers asked for, as it stood at the end of a tick: a state. States are published
 * at the end of orr_world_step, and while a world runs free after its ticks. Readers may be on any thread: they take
 * the newest state, hold it as long as they like and release it; nobody waits for anybody. */
typedef struct orr_mailbox orr_mailbox;

/* Columns of all rows that match a query, in the order of the data. */
typedef struct orr_subscription {
    orr_query query;
    const orr_field *fields; /* ends with component 0. Rows without one (`any`, `optional`) have its default */
    bool entities;           /* the handles too */
} orr_subscription;

typedef struct orr_mailbox_desc {
    const char *name;                      /* an identifier, unique in the world; NULL: cannot be found */
    const orr_subscription *subscriptions; /* copied, like the rest */
    uint32_t subscription_count;
    const char *const *resources;  /* names; end with NULL */
    const char *const *lattices;   /* "heat.t", or "heat" for all its fields */
    const char *const *reductions; /* need not exist yet */
    uint32_t readers;              /* states that may be held at once: 1 to 64; default 4. Memory: readers + 2 states */
    uint32_t every;                /* ticks from one state to the next, at least; default 1 */
} orr_mailbox_desc;

/* Not while a system runs. Destroy gives up the states that are held; the world's own end does too. Takes NULL. */
ORR_API orr_mailbox *orr_mailbox_create(orr_world *world, const orr_mailbox_desc *desc);
ORR_API void orr_mailbox_destroy(orr_mailbox *mailbox);
ORR_API orr_mailbox *orr_mailbox_find(const orr_world *world, const char *name);

/* One state. These fields are what every one begins with. */
typedef struct orr_mail {
    uint64_t sequence; /* 1, 2, ...: the same number is the same state */
    uint64_t tick;     /* ticks done */
    double time, dt;
    uint64_t entity_count; /* alive in the world */
} orr_mail;

/* The functions from here to the end of the section may be called by any thread. */

/* The newest state, the same one again when nothing new was published. NULL without an error when there is none yet;
 * NULL with ORR_E_LIMIT when as many states are held as the mailbox has readers. Release it once for each take. */
ORR_API const orr_mail *orr_mailbox_take(orr_mailbox *mailbox);
ORR_API void orr_mailbox_release(orr_mailbox *mailbox, const orr_mail *state);

/* States published so far: above state->sequence, there is a newer one. */
ORR_API uint64_t orr_mailbox_sequence(const orr_mailbox *mailbox);
/* Sleeps until more than `sequence` states were published, or so many milliseconds are over (false). */
ORR_API bool orr_mailbox_wait(orr_mailbox *mailbox, uint64_t sequence, uint32_t timeout_ms);
/* States that could not be published, for want of memory. The one before stayed the newest. */
ORR_API uint64_t orr_mailbox_missed(const orr_mailbox *mailbox);

/* What is in a state; pointers live until it is released. Subscriptions are counted from 0 as they were given. NULL or
 * a code with the reason for what was not subscribed to. count, width and height may be NULL. */
ORR_API uint64_t orr_mail_count(const orr_mail *state, uint32_t subscription); /* rows */
ORR_API const void *orr_mail_column(const orr_mail *state, uint32_t subscription, orr_field field, uint64_t *count);
ORR_API const orr_entity *orr_mail_entities(const orr_mail *state, uint32_t subscription, uint64_t *count);
ORR_API const void *orr_mail_cells(const orr_mail *state, const char *field, uint32_t *width, uint32_t *height);
ORR_API int32_t orr_mail_resource(const orr_mail *state, const char *resource, const char *field, orr_value *out);
ORR_API const char *orr_mail_text(const orr_mail *state, const char *resource);
ORR_API int32_t orr_mail_reduction(const orr_mail *state, const char *name, double *out);
ORR_API int32_t orr_mail_param(const orr_mail *state, orr_param param, double *out); /* every param is there */

/* ---- scenes: what a picture is made of ----------------------------------------------------------------------------- */

/* A number for each row: of a field, or the same for all: a param's, or a constant. */
typedef struct orr_amount {
    orr_field field; /* component 0: none */
    orr_param param; /* 0: none */
    double value;
} orr_amount;

/* Colours are 0xRRGGBBAA. Without a field all rows have colours[0]. With one, min to max is spread evenly over the
 * colours, or over those of a map; values outside are at its ends. min = max, or NaN for one of them: the least and the
 * greatest that there is in the picture; but without any bound and map whole numbers count the colours from 0. NaN is
 * drawn in grey. */
typedef struct orr_paint {
    orr_field field;         /* of `cells` for a lattice */
    const char *map;         /* "viridis" and others, see orr_colour_map; NULL: `colours` */
    const uint32_t *colours; /* at most 64; none: white */
    uint32_t colour_count;
    double min, max;
    orr_param min_param, max_param; /* instead of min, max; 0: none */
    const char *legend;             /* its title; NULL: no legend */
    const char *labels;             /* of colours that are counted, in the legend, one a line; NULL: their numbers */
} orr_paint;

enum {
    ORR_LAYER_POINTS = 0, /* discs or squares of `size` across */
    ORR_LAYER_TRIANGLES,  /* arrowheads of length `size` with a heading */
    ORR_LAYER_LINES,      /* from x, y to x2, y2 or to the row of an entity; `size` wide */
    ORR_LAYER_RECTANGLES, /* width and height around x, y */
    ORR_LAYER_TRAILS,     /* where rows were in the last `length` ticks, fading; `size` wide */
    ORR_LAYER_TEXT,       /* at x, y; `size` high */
    ORR_LAYER_LATTICE,    /* a colour a cell; cell 0, 0 is below at the left of the world's rectangle */
    ORR_LAYER_KINDS
};
enum { ORR_SHAPE_DISC = 0, ORR_SHAPE_SQUARE, ORR_SHAPE_TRIANGLE };

typedef struct orr_layer {
    uint32_t kind;
    uint32_t shape;           /* of points */
    orr_query query;          /* its rows; 0 for a lattice. It lists the components of all fields below in `all` */
    orr_amount x, y, x2, y2;  /* in the world's units, y upwards */
    orr_field to;             /* of lines: an entity field; component 0: x2 and y2 */
    orr_amount width, height; /* of rectangles */
    orr_amount size;          /* default 2; triangles 8, text 14, lines and trails 1. In pixels, or */
    bool world_units;         /* sizes are in the world's units */
    orr_amount heading_x;     /* a direction, or with heading_is_angle in heading_x */
    orr_amount heading_y;     /* radians from the x axis, counter-clockwise */
    bool heading_is_angle;
    orr_paint paint;
    const char *text; /* of text; NULL: the number of `value` */
    orr_amount value;
    uint32_t length;     /* of trails, in ticks; default 30 */
    orr_lattice lattice; /* of a lattice, with this field of it */
    const char *cells;
    double left, bottom, right, top; /* where a lattice is drawn; all 0: a cell is 1 by 1, from 0, 0 */
} orr_layer;

typedef struct orr_scene_desc {
    uint32_t background;             /* 0: the default, a dark blue */
    double left, bottom, right, top; /* what is shown at first; all 0: all that there is */
    bool wrap;                       /* that rectangle is a torus: what sticks out on one side is drawn on the other */
    const orr_layer *layers;         /* drawn in this order; copied, like the rest */
    uint32_t layer_count;
} orr_scene_desc;

/* What pictures of this world show; takes the place of what was said before. Not while a system runs. */
ORR_API int32_t orr_scene_set(orr_world *world, const orr_scene_desc *desc);
/* "#rgb", "#rrggbb", "#rrggbbaa" or a name of CSS ("tomato"), as 0xRRGGBBAA. */
ORR_API int32_t orr_colour_find(const char *text, uint32_t *out);
/* The names of colour maps; NULL past the last. */
ORR_API const char *orr_colour_map(uint32_t index);

/* By hand: what a system of the stage `render` draws over the layers of the next picture. */
enum {
    ORR_STROKE_LINE = 0,  /* from a, b to c, d */
    ORR_STROKE_CIRCLE,    /* around a, b with radius c */
    ORR_STROKE_RECTANGLE, /* from a, b, c wide and d high */
    ORR_STROKE_TEXT,      /* at a, b; `width` is its height */
    ORR_STROKE_KINDS
};
typedef struct orr_stroke {
    uint32_t kind;
    uint32_t colour;   /* 0xRRGGBBAA */
    double a, b, c, d; /* in the world's units */
    double width;      /* of lines and outlines, in pixels */
    bool filled;       /* circles and rectangles; else outlines */
    bool on_screen;    /* a, b, c, d are pixels from the top left of the picture */
    const char *text;  /* copied */
} orr_stroke;
ORR_API int32_t orr_world_paint(orr_world *world, const orr_stroke *stroke);
/* Whether anybody looks at pictures of this world now: a render system may save itself work. */
ORR_API bool orr_world_watched(const orr_world *world);

/* Numbers that are plotted over time. The same name gives the same series; put on the thread of the world, NaN: no value
 * now. 0 or NULL with the error set. */
typedef uint32_t orr_series;
ORR_API orr_series orr_series_create(orr_world *world, const char *name);
ORR_API int32_t orr_series_put(orr_world *world, orr_series series, double value);
ORR_API uint32_t orr_series_count(const orr_world *world);
ORR_API const char *orr_series_get(const orr_world *world, orr_series series, double *value);

/* ---- input --------------------------------------------------------------------------------------------------------- */

enum {
    ORR_INPUT_PRESS = 0, /* of a mouse button */
    ORR_INPUT_RELEASE,
    ORR_INPUT_MOVE, /* `button` is held, or 0 */
    ORR_INPUT_WHEEL,
    ORR_INPUT_KEY,
    ORR_INPUT_KEY_UP,
    ORR_INPUT_PARAM,  /* a slider: the param `target` becomes value.f64 */
    ORR_INPUT_EDIT,   /* `field` of `entity` becomes `value` */
    ORR_INPUT_ENABLE, /* the system `target` is on or off: value.boolean */
    ORR_INPUT_TEXT,   /* a line of the console is run: `text` */
    ORR_INPUT_KINDS
};
typedef struct orr_input {
    uint32_t kind;
    uint32_t button;   /* 1 left, 2 middle, 3 right */
    double x, y;       /* where, in the world's units */
    double dx, dy;     /* how far since the last one; of a wheel, its steps */
    orr_entity entity; /* under the pointer; 0: none */
    char key[32];      /* "a", "space", "left" */
    uint32_t target;   /* PARAM, ENABLE: which one */
    orr_field field;   /* EDIT */
    orr_value value;   /* EDIT: of the field's type; PARAM: f64; ENABLE: boolean */
    const char *text;  /* TEXT: copied when it has to wait; a sink's is valid during the call */
} orr_input;

/* What mouse and keys do is queued: systems see it in the next tick and only in that one. PARAM to TEXT are done between
 * ticks: at once on the thread of the world, ORR_E_LOCKED while it steps. From other threads while the world runs free
 * they are handed over, and what then goes wrong is said in its log. A line of the console runs without the JIT, has
 * `orrery`, prints what it gives, and is an error when it does not end within 1e8 instructions. */
ORR_API int32_t orr_world_input(orr_world *world, const orr_input *input);
/* Of the present tick, in order of arrival; for systems. */
ORR_API const orr_input *orr_world_inputs(const orr_world *world, uint32_t *count);
/* Gets every input with the tick in which it is seen or before which it is done. A world of the same script that is
 * stepped by 0, and then given the inputs of each tick before that is stepped, has the same states. NULL: nobody. */
typedef void orr_input_sink(void *context, uint64_t tick, const orr_input *input);
ORR_API int32_t orr_world_input_log(orr_world *world, orr_input_sink *sink, void *context);

/* ---- pictures and films -------------------------------------------------------------------------------------------- */

typedef struct orr_picture_desc {
    const char *path;       /* of a PNG file, written beside and renamed */
    uint32_t width, height; /* in pixels, up to 16384; default 1280 x 800 */
    double scale;           /* pixels for each pixel of a `size`: 2 on a dense display; default 1 */
} orr_picture_desc;

/* Draws the world as it is into a file, without a display. Between ticks; runs the render stage first. Trails need ticks
 * before that one: see films. One thread of the process at a time. ORR_E_NOT_FOUND in a library without the view
 * (ORRERY_VIEW=OFF). */
ORR_API int32_t orr_picture_write(orr_world *world, const orr_picture_desc *desc);

/* A film: pictures of a world as it goes on, at an even pace, however long each of them takes to make.
 *
 *     while (...) { orr_world_step(world, 1); orr_film_watch(film); if (...) orr_film_frame(film); }
 */
typedef struct orr_film orr_film;

typedef struct orr_film_desc {
    const char *path;       /* .mp4 .mkv .mov .webm .gif by the program ffmpeg, or "x.png": x-000001.png, x-000002.png
                             * and so on, as also where there is no ffmpeg. NULL: only single pictures */
    uint32_t width, height; /* as for pictures */
    double scale;
    double fps; /* frames a second, 1 to 1000; default 60 */
} orr_film_desc;

/* Finds out whether all of it can be written before anything is. NULL with the error set: ORR_E_FILE for the path. */
ORR_API orr_film *orr_film_open(orr_world *world, const orr_film_desc *desc);
/* Takes note of the world as it is, for trails. Frames are the same whatever ran before if each of the last `memory`
 * ticks was noted: 0 when the scene has no trails. */
ORR_API int32_t orr_film_watch(orr_film *film);
ORR_API uint32_t orr_film_memory(const orr_film *film);
/* The world as it is, as the next frame of the film or as a picture of its own. Frames do not move: they show what the
 * scene says, or all that there has been so far. */
ORR_API int32_t orr_film_frame(orr_film *film);
ORR_API int32_t orr_film_picture(orr_film *film, const char *path);
ORR_API uint64_t orr_film_frames(const orr_film *film);
/* The last of the numbered pictures, or what the first will be called; NULL when there are none. */
ORR_API const char *orr_film_series(const orr_film *film);
/* Completes the file. After a failure, or with `keep` false, no part of a film is left; numbered pictures are. Takes
 * NULL. Before the world ends. */
ORR_API int32_t orr_film_close(orr_film *film, bool keep);

/* ---- running free: the simulation on a thread of its own ----------------------------------------------------------- */

typedef struct orr_free_desc {
    double ticks_per_second;  /* 0: as fast as it can. What cannot be kept is not caught up with */
    uint64_t ticks;           /* ends after so many; 0: goes on until it is stopped */
    double states_per_second; /* of every mailbox, at most; 0: one after each tick */
    bool paused;              /* begins so */
} orr_free_desc;

/* From here until orr_world_stop the world belongs to that thread. Others may use what this section, the mailboxes,
 * orr_param_set and orr_world_interrupt offer; other calls are theirs no more, and those that change structure, declare
 * or step say so (ORR_E_LOCKED). desc may be NULL. ORR_E_THREAD when there is no thread to be had. */
ORR_API int32_t orr_world_run_free(orr_world *world, const orr_free_desc *desc);

/* Ends it after the present tick and gives the world back to the caller. Returns the code of the last step and sets its
 * text; ORR_OK when the world did not run free. Not from its own thread: there is orr_world_interrupt. */
ORR_API int32_t orr_world_stop(orr_world *world);

/* Any thread, until orr_world_stop returns. They return at once; what they ask for happens after the present tick. */
ORR_API int32_t orr_world_pause(orr_world *world);
ORR_API int32_t orr_world_resume(orr_world *world);
ORR_API int32_t orr_world_pace(orr_world *world, double ticks_per_second);

/* Hands a call to the thread of the world: between ticks, in order of arrival, also while it is paused, and there it
 * may do everything (step once, change entities, run Lua). A state is published after it. Every call is made, at the
 * latest in orr_world_stop. At once when the world does not run free. */
typedef void orr_post_function(orr_world *world, void *context);
ORR_API int32_t orr_world_post(orr_world *world, orr_post_function *function, void *context);

enum { ORR_FREE_NOT = 0, ORR_FREE_RUNNING, ORR_FREE_PAUSED, ORR_FREE_ENDED };
typedef struct orr_free_status {
    uint32_t state;  /* ENDED: all ticks done, or an error; orr_world_stop is still to be called */
    int32_t code;    /* ENDED: of the last step */
    uint64_t tick;   /* ticks done */
    char text[2048]; /* ENDED: of the error, "" if none */
} orr_free_status;
ORR_API int32_t orr_world_free_status(const orr_world *world, orr_free_status *out);

/* ---- windows ------------------------------------------------------------------------------------------------------- */

/* What a window cannot do to a world by itself. */
typedef struct orr_window_host {
    void *context;
    /* Another world in place of this one, which it destroys; NULL with the error set: the old one stays. The world is
     * stopped and nothing of the window refers to it. On a thread of its own: the window waits for nobody. Params that
     * were turned are set in it. */
    orr_world *(*restart)(void *context, uint64_t seed);
    /* Called on the thread of the world between ticks, some times a second: loads the script again if it was saved. 1: it
     * did, 0: nothing to do, negative: it could not, with the error set. */
    int32_t (*reload)(void *context);
    bool (*closes)(void *context); /* asked at every picture: whether to close, as after Ctrl-C */
    void (*closed)(void *context); /* the window is gone; the tick that runs is waited for, however long it takes */
} orr_window_host;

typedef struct orr_window_desc {
    const char *title;
    uint32_t width, height; /* default 1280 x 800 */
    uint64_t ticks;         /* closes after so many; 0: when somebody closes it */
    bool paused;            /* begins so */
    bool lockstep;          /* one tick a picture, on the calling thread */
    double speed;           /* 1: 60 ticks a second; negative: as fast as it can; default 1 */
    bool no_panel;
    double scale;         /* pixels for each pixel of a size, as of text; default: as dense as the display is */
    orr_window_host host; /* members may be NULL */
} orr_window_desc;

/* Shows the world in a window until that is closed. The world runs free meanwhile: the window draws the newest state
 * and neither waits for the other. On the thread that owns the world; one window a process. The code of the last tick;
 * ORR_E_NOT_FOUND when there is no display. */
ORR_API int32_t orr_window_run(orr_world *world, const orr_window_desc *desc);

/* ---- hosts: a world with a script ---------------------------------------------------------------------------------- */

typedef struct orr_host orr_host;

typedef struct orr_host_desc {
    const char *script; /* path; or */
    const char *text;   /* the script itself, called `script` (default "script") in messages */
    uint64_t seed;
    double dt; /* 0: the script's choice, or 1/60 */
    uint32_t threads;
    bool unchecked; /* raw pointers and ffi for scripts */
    bool no_jit;
    bool guard;             /* a runaway loop becomes an error; costs 25 % */
    uint64_t guard_budget;  /* loops a system run may take; default 1e9 */
    uint64_t lua_bytes;     /* soft cap of each Lua machine; default 512 MiB */
    uint64_t memory_bytes;  /* of the world, see orr_world_desc */
    const char *const *set; /* "speed=3": params, after loading; ends with NULL */
    bool test;              /* first sets the params that the script's orrery.test asks for */
    const orr_allocator *allocator;
    const orr_scheduler *scheduler;
    orr_log_function *log; /* also gets what the script prints (level 0) */
    void *log_context;
} orr_host_desc;
ORR_API orr_host *orr_host_open(const orr_host_desc *desc);
ORR_API void orr_host_close(orr_host *host);
ORR_API int32_t orr_host_step(orr_host *host, uint64_t ticks);
/* orr_world_run_free and orr_world_stop of its world; pause, pace, post and status are the world's. The thread runs the
 * script too: orr_host_eval only in a call that is posted. orr_host_close stops it. */
ORR_API int32_t orr_host_run_free(orr_host *host, const orr_free_desc *desc);
ORR_API int32_t orr_host_stop(orr_host *host);
ORR_API orr_world *orr_host_world(orr_host *host);
/* Runs Lua text in the main machine at this moment (between ticks), for consoles and tests. */
ORR_API int32_t orr_host_eval(orr_host *host, const char *text, const char *name);
/* Loads the script again while its world lives, between ticks: systems, hooks, pictures and params are those of the new
 * text, rows and values stay (lua/orrery/README.md says what becomes of what). All or nothing: when the text does not
 * load, the one before goes on, and the error says why. The world, and what tools have of it (queries, trackers,
 * mailboxes, fields of components that did not change), stay. About as long as opening. */
ORR_API int32_t orr_host_reload(orr_host *host); /* reads the script's file */
ORR_API int32_t orr_host_reload_text(orr_host *host, const char *text);
/* Does so if the script, or a module that it required, was saved since, and the files have been at rest for a moment. To
 * be called often, between ticks: costs a look at the clock, and 100 times a second a look at each file. 1: it was loaded
 * again, 0: nothing to do; negative: it was saved and does not load, told once for each time that it is saved. */
ORR_API int32_t orr_host_watch(orr_host *host);
/* "LuaJIT 2.1.0-beta3 x64, JIT on", or "none" in a library without Lua. Makes and closes a machine to find out. */
ORR_API const char *orr_host_engine(void);
/* What `orrery.test { ticks = ... }` of the script says; 0 when it says nothing. */
ORR_API uint64_t orr_host_test_ticks(const orr_host *host);

#ifdef __cplusplus
}
#endif
#endif
