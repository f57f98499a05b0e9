/* orrery_job.h: the contract that a native job is written against.
 *
 * A job is a C function that works in place on columns of a world. It includes this header alone and calls nothing
 * of the host but the inline functions below. The part between the two marker comments is plain typedefs: it is
 * embedded into the library and read by LuaJIT's ffi as well, so one text serves two readers.
 *
 *     #include <orrery_job.h>
 *
 *     static int32_t integrate(const orr_rows *rows, const orr_tick *tick) { ... return ORR_OK; }
 *     static const orr_slot_desc slots[] = { ORR_SLOT_RW("position.x", f32), ORR_SLOT_R("velocity.x", f32) };
 *     ORR_JOB(integrate, slots, .arithmetic = ORR_F32);
 *     ORR_EXPORT_JOBS(&orr_job_integrate);          // only in a shared object
 *
 * A job must depend on nothing but what it is given (no clock, no shared generator, no static variable that it
 * writes): then its results are the same for any number of threads. Compile with -ffp-contract=off and never with
 * -ffast-math. Compiles as C17 and as C++17.
 */
#ifndef ORRERY_JOB_H
#define ORRERY_JOB_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ffi: begin */
/* A handle: index and generation of an entity in a 52-bit whole number. 0 is none. */
typedef uint64_t orr_entity;

/* Where what a range records (patches, reductions, events) is kept until it is merged. Opaque to jobs. */
typedef struct orr_range orr_range;

/* One range of rows of one chunk, begin to end (half open). Lives as long as the call. Row r of a column is
 * column[r]: columns start at row 0 of the chunk, also when begin is not 0, and are 64-byte aligned. The values from
 * end up to the next multiple of 16 may be read and written too, and mean nothing (orr_rows_padded_end). */
typedef struct orr_rows {
    uint32_t begin;       /* first row; a multiple of 512 */
    uint32_t end;         /* one past the last row; a multiple of 512, or the end of the chunk's rows */
    uint32_t chunk_count; /* ORR_WHOLE: how many of these stand one after the other; otherwise 1 */
    uint32_t slot_count;
    void *const *slots;       /* [slot_count] columns, or what the slot's kind says; NULL: optional and absent */
    uint64_t *const *marks;   /* [slot_count] changed words for slots declared with ORR_SLOT_MARK, else NULL */
    const uint64_t *changed;  /* with a `changed` query: words of the rows that qualify; else NULL */
    uint64_t changed_summary; /* bit w is set when word w of `changed` is not zero */
    const orr_entity *entity; /* [row] handles */
    uint64_t gather_base;     /* what row 0 of this chunk has as index in the gathers of this system */
    orr_range *range;         /* the host's */
} orr_rows;

/* A gather slot: one field of all rows of the query, one after the other, frozen when the system starts. */
typedef struct orr_gather {
    const void *data;         /* [count], of the slot's type; 64-byte aligned, padded to 64 bytes */
    const orr_entity *entity; /* [count] whose value it is */
    uint64_t count;
} orr_gather;

/* A neighbours slot: entities sorted by cell of a grid, built before the systems that read it (orrery.neighbours).
 * A cell of coordinates (i, j, k), any whole numbers, is folded to (i mod cells[0], ...): entries of one folded cell
 * that are far apart are told by their distance. Cells are ordered x fastest, so cells that follow each other in x
 * are one span of entries; within a cell entries stand in the order of the data. */
typedef struct orr_neighbours {
    uint32_t dimensions; /* 2 or 3 */
    uint32_t count;      /* entries */
    uint32_t cells[3];   /* how many along each axis; at least 1 */
    uint32_t carry_count;
    uint32_t wraps; /* bit a: axis a is periodic with `size` */
    uint32_t reserved;
    const uint8_t *carry_types;    /* [carry_count] ORR_TYPE_... of the carried fields */
    double radius;                 /* what it was built for: no distance above it may be asked for */
    double origin[3];              /* of cell (0, 0, 0) */
    double cell[3];                /* edge of a cell along each axis, at least radius */
    double size[3];                /* period of the axes that wrap; 0 otherwise */
    const uint32_t *starts;        /* [cells + 1] first entry of each cell */
    const orr_entity *entity;      /* [count] */
    const uint32_t *source;        /* [count] index of the entry in the order of the data */
    const float *position[3];      /* [count] cell-sorted copies (f32 positions); NULL beyond dimensions or when f64 */
    const double *position_f64[3]; /* the same when the position fields are f64 */
    const void *const *carry;      /* [carry_count] cell-sorted copies of the carried fields, each of its own type */
} orr_neighbours;

/* A lattice slot: one field of a lattice. The call works on lines begin to end; it may read `read` everywhere and
 * write `write` on its own lines. Cell (x, y) has index y * width + x. `write` starts out as a copy of `read`. */
typedef struct orr_lattice_slot {
    const void *read; /* the state before this system */
    void *write;      /* the state after it; NULL for a slot that only reads */
    uint32_t width;
    uint32_t height;
    uint32_t wraps; /* bit 0: x is periodic, bit 1: y */
    uint32_t reserved;
} orr_lattice_slot;

/* What the host does for a job. Called through the inline functions below. */
typedef struct orr_calls {
    double (*normal)(uint64_t stream, uint64_t entity, uint32_t k);
    double (*sin)(double x);
    double (*cos)(double x);
    double (*exp)(double x);
    double (*log)(double x);
    double (*pow)(double x, double y);
    double (*atan2)(double y, double x);
    int32_t (*fail)(orr_range *range, const char *text);
    int32_t (*reduce)(orr_range *range, uint32_t kind, const char *name, double value);
    int32_t (*emit)(orr_range *range, const char *event, const double *values, uint32_t count);
    int32_t (*spawn)(orr_range *range, const char *prefab, uint32_t count, int64_t *provisional);
    int32_t (*destroy)(orr_range *range, int64_t entity);
    int32_t (*add)(orr_range *range, int64_t entity, const char *component);
    int32_t (*remove)(orr_range *range, int64_t entity, const char *component);
    int32_t (*set)(orr_range *range, int64_t entity, const char *field, double value);
    int32_t (*find)(orr_range *range, uint64_t entity, uint32_t *chunk, uint32_t *row);
    void (*span)(orr_range *range, const char *name);
} orr_calls;

/* The tick as a job sees it. Constant while the system runs. */
typedef struct orr_tick {
    uint64_t tick; /* number of this tick, from 0 */
    double time;   /* simulated seconds at its start */
    double dt;     /* its length in simulated seconds (divided by the substeps) */
    float time_f32;
    float dt_f32;
    uint64_t seed;      /* of the world */
    uint64_t stream;    /* key of this system's random numbers in this tick */
    uint32_t substep;   /* 0 .. substeps - 1 */
    uint32_t substeps;  /* at least 1 */
    const void *params; /* the job's own params struct, filled by the host; NULL when it declares none */
    void *state;        /* the job's own memory (state_bytes), zeroed when the world starts; NULL if none */
    const orr_calls *calls;
} orr_tick;
/* ffi: end */

/* Raised whenever anything above or the descriptions below change: an object built for another number is refused. */
#define ORR_ABI 3u

/* What a job returns; negative for a failure of its own (see orr_job_fail). */
#define ORR_OK 0

/* Types of fields and slots. */
enum {
    ORR_TYPE_NONE = 0,
    ORR_TYPE_F32,
    ORR_TYPE_F64,
    ORR_TYPE_I8,
    ORR_TYPE_U8,
    ORR_TYPE_I16,
    ORR_TYPE_U16,
    ORR_TYPE_I32,
    ORR_TYPE_U32,
    ORR_TYPE_I64,
    ORR_TYPE_U64,
    ORR_TYPE_BOOL,   /* one byte, 0 or 1 */
    ORR_TYPE_ENTITY, /* orr_entity */
    ORR_TYPE_COUNT
};
#define ORR__TYPE_f32 ORR_TYPE_F32
#define ORR__TYPE_f64 ORR_TYPE_F64
#define ORR__TYPE_i8 ORR_TYPE_I8
#define ORR__TYPE_u8 ORR_TYPE_U8
#define ORR__TYPE_i16 ORR_TYPE_I16
#define ORR__TYPE_u16 ORR_TYPE_U16
#define ORR__TYPE_i32 ORR_TYPE_I32
#define ORR__TYPE_u32 ORR_TYPE_U32
#define ORR__TYPE_i64 ORR_TYPE_I64
#define ORR__TYPE_u64 ORR_TYPE_U64
#define ORR__TYPE_bool ORR_TYPE_BOOL
#define ORR__TYPE_entity ORR_TYPE_ENTITY

/* Kinds of slots. */
enum { ORR_SLOT_ROW = 0, ORR_SLOT_GATHER, ORR_SLOT_NEIGHBOURS, ORR_SLOT_LATTICE, ORR_SLOT_RESOURCE };

/* What a job does to a slot. */
enum { ORR_READ = 1, ORR_WRITE = 2, ORR_MARK = 4, ORR_OPTIONAL = 8 };

/* Arithmetic of a job: how a Lua twin must be written to have the same bits (see the manual). */
enum { ORR_F32 = 0, ORR_F64 = 1 };

/* Flags of a job. */
enum { ORR_WHOLE = 1 }; /* called once with all chunks, alone on its slots */

/* Kinds of reductions. */
enum { ORR_SUM = 0, ORR_MIN = 1, ORR_MAX = 2 };

typedef struct orr_slot_desc {
    const char *name; /* "part.field"; the part is what `bind` maps to a component */
    uint8_t type, kind, access, reserved;
} orr_slot_desc;

#define ORR_SLOT(name, type, kind, access)                                                                             \
    {                                                                                                                  \
        name, ORR__TYPE_##type, kind, access, 0                                                                        \
    }
#define ORR_SLOT_R(name, type) ORR_SLOT(name, type, ORR_SLOT_ROW, ORR_READ)
#define ORR_SLOT_W(name, type) ORR_SLOT(name, type, ORR_SLOT_ROW, ORR_WRITE)
#define ORR_SLOT_RW(name, type) ORR_SLOT(name, type, ORR_SLOT_ROW, ORR_READ | ORR_WRITE)
/* Written like RW, but the job itself marks the rows that changed, with orr_mark. */
#define ORR_SLOT_MARK(name, type) ORR_SLOT(name, type, ORR_SLOT_ROW, ORR_READ | ORR_WRITE | ORR_MARK)
/* NULL in tables that lack the component; does not narrow the query. */
#define ORR_SLOT_OPTIONAL(name, type) ORR_SLOT(name, type, ORR_SLOT_ROW, ORR_READ | ORR_OPTIONAL)
/* The slot's pointer is an orr_gather. */
#define ORR_GATHER(name, type) ORR_SLOT(name, type, ORR_SLOT_GATHER, ORR_READ)
/* The slot's pointer is an orr_neighbours. Named after the structure. */
#define ORR_NEIGHBOURS(name)                                                                                           \
    {                                                                                                                  \
        name, ORR_TYPE_NONE, ORR_SLOT_NEIGHBOURS, ORR_READ, 0                                                          \
    }
/* The slot's pointer is an orr_lattice_slot. "lattice.field". */
#define ORR_LATTICE_R(name, type) ORR_SLOT(name, type, ORR_SLOT_LATTICE, ORR_READ)
#define ORR_LATTICE_RW(name, type) ORR_SLOT(name, type, ORR_SLOT_LATTICE, ORR_READ | ORR_WRITE)
/* The slot's pointer is the value itself. "resource" or "resource.field". */
#define ORR_RESOURCE_R(name, type) ORR_SLOT(name, type, ORR_SLOT_RESOURCE, ORR_READ)
#define ORR_RESOURCE_RW(name, type) ORR_SLOT(name, type, ORR_SLOT_RESOURCE, ORR_READ | ORR_WRITE)

/* A param of a job: filled into its params struct at each tick, from the script's `params = { name = ... }`, or from
 * the script's param of the same name, or with its default. */
typedef struct orr_job_param {
    const char *name;
    double value, min, max;    /* default and range */
    uint32_t offset;           /* in the params struct */
    uint8_t type, reserved[3]; /* f32 f64 i32 u32 bool */
} orr_job_param;
#define ORR_PARAM(struct_type, field, type, value, min, max)                                                           \
    {                                                                                                                  \
#field, value, min, max, (uint32_t)offsetof(struct_type, field), ORR__TYPE_##type,                             \
        {                                                                                                              \
            0, 0, 0                                                                                                    \
        }                                                                                                              \
    }

typedef int32_t orr_job_function(const orr_rows *rows, const orr_tick *tick);
typedef int32_t orr_job_around_function(const orr_tick *tick);
typedef orr_job_function *orr_job_choose_function(void);

typedef struct orr_job_desc {
    uint32_t abi;   /* ORR_ABI */
    uint32_t bytes; /* sizeof(orr_job_desc) */
    const char *name;
    orr_job_function *run;
    const orr_slot_desc *slots;
    uint32_t slot_count;
    uint32_t arithmetic; /* ORR_F32 or ORR_F64 */
    uint32_t flags;      /* ORR_WHOLE */
    uint32_t param_count;
    const orr_job_param *params;
    uint32_t params_bytes;           /* size of the params struct, at most 256 */
    uint32_t state_bytes;            /* size of the job's own memory for each system that runs it */
    orr_job_around_function *begin;  /* once a tick before the ranges; with latency by who works on them */
    orr_job_around_function *end;    /* and after them, when none failed */
    orr_job_choose_function *choose; /* which version of run suits this processor, asked once a binding; NULL: run */
    const char *help;                /* one line */
    uint32_t reserved;
} orr_job_desc;

/* Describes the job `function` as orr_job_<function>. What follows the slots are fields of orr_job_desc (in C++ in the
 * order in which they are declared above). */
#define ORR_JOB(function, ...) ORR__JOB(function, __VA_ARGS__, .reserved = 0)
#define ORR__JOB(function, slots_, ...)                                                                                \
    ORR__PEDANTIC_OFF                                                                                                  \
    extern const orr_job_desc orr_job_##function;                                                                      \
    const orr_job_desc orr_job_##function = { .abi = ORR_ABI,                                                          \
                                              .bytes = (uint32_t)sizeof(orr_job_desc),                                 \
                                              .name = #function,                                                       \
                                              .run = function,                                                         \
                                              .slots = slots_,                                                         \
                                              .slot_count = (uint32_t)(sizeof(slots_) / sizeof(slots_[0])),            \
                                              __VA_ARGS__ } ORR__PEDANTIC_ON
#ifdef __cplusplus
/* Designated initializers are C++20; both compilers know them in C++17 and say so under -Wpedantic. */
#define ORR__PEDANTIC_OFF                                                                                              \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wpedantic\"")                                    \
        _Pragma("GCC diagnostic ignored \"-Wc++20-extensions\"")                                                       \
            _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"")
#define ORR__PEDANTIC_ON                                                                                               \
    ;                                                                                                                  \
    _Pragma("GCC diagnostic pop") static_assert(ORR_ABI != 0, "")
#else
#define ORR__PEDANTIC_OFF
#define ORR__PEDANTIC_ON
#endif

/* A shared object exports exactly one symbol: the table of its jobs. ORR_EXPORT_JOBS(&orr_job_a, &orr_job_b); */
typedef struct orr_job_module {
    uint32_t abi, bytes; /* ORR_ABI, sizeof(orr_job_module) */
    uint32_t job_count, reserved;
    const orr_job_desc *const *jobs;
} orr_job_module;
#if defined(_WIN32)
#define ORR__EXPORT __declspec(dllexport)
#else
#define ORR__EXPORT __attribute__((visibility("default")))
#endif
#define ORR_EXPORT_JOBS(...)                                                                                           \
    static const orr_job_desc *const orr__exported_jobs[] = { __VA_ARGS__ };                                           \
    extern ORR__EXPORT const orr_job_module orr_jobs;                                                                  \
    const orr_job_module orr_jobs = { ORR_ABI, (uint32_t)sizeof(orr_job_module),                                       \
                                      (uint32_t)(sizeof(orr__exported_jobs) / sizeof(orr__exported_jobs[0])), 0,       \
                                      orr__exported_jobs }

#ifdef __cplusplus
} /* extern "C": templates cannot stand in it */
struct orr_slot_pointer {
    void *pointer;
    template <class T> operator T *() const { return static_cast<T *>(pointer); }
};
static inline orr_slot_pointer orr_slot(const orr_rows *rows, uint32_t slot)
{
    return { rows->slots[slot] };
}
static inline orr_slot_pointer orr_params(const orr_tick *tick)
{
    return { const_cast<void *>(tick->params) };
}
static inline orr_slot_pointer orr_state(const orr_tick *tick)
{
    return { tick->state };
}
extern "C" {
#else
/* The pointer of a slot, in the order of the job's slots: a column, or what the slot's kind says. */
static inline void *orr_slot(const orr_rows *rows, uint32_t slot)
{
    return rows->slots[slot];
}

/* The job's params struct, and its own memory. */
static inline const void *orr_params(const orr_tick *tick)
{
    return tick->params;
}
static inline void *orr_state(const orr_tick *tick)
{
    return tick->state;
}
#endif

/* ---- whole lines of rows ------------------------------------------------------------------------------------------ */

/* The end of the rows, rounded up to a multiple of 16. A loop that treats each row alike and for itself may run to it
 * in the columns of its row slots, those that it reads and those that it writes, and so leave out the slow last rows of
 * a loop in vectors:
 *     for (uint32_t i = rows->begin, end = orr_rows_padded_end(rows); i < end; i++) x[i] += vx[i] * dt;
 * The rows from rows->end on belong to nobody: whatever stands there is some finite or not finite number, and what is
 * written is forgotten. Nothing else goes that far: not marks, not gathers, neighbours and lattices, not what a range
 * records; and no sum may count those rows. */
static inline uint32_t orr_rows_padded_end(const orr_rows *rows)
{
    return (rows->end + 15u) & ~15u;
}

/* ---- changed rows ------------------------------------------------------------------------------------------------ */

/* The changed words of a slot declared with ORR_SLOT_MARK: bit i % 64 of word i / 64 is row i. */
static inline uint64_t *orr_marks(const orr_rows *rows, uint32_t slot)
{
    return rows->marks[slot];
}

/* Row `row` changed. Only rows of the range. */
static inline void orr_mark(uint64_t *marks, uint32_t row)
{
    marks[row >> 6] |= (uint64_t)1 << (row & 63u);
}

/* Rows begin to end (half open) changed. */
static inline void orr_mark_range(uint64_t *marks, uint32_t begin, uint32_t end)
{
    while (begin < end) {
        const uint32_t word = begin >> 6, stop = (word + 1) * 64 < end ? (word + 1) * 64 : end;
        const uint64_t high = (stop & 63u) ? ((uint64_t)1 << (stop & 63u)) - 1 : ~(uint64_t)0;
        marks[word] |= high & (~(uint64_t)0 << (begin & 63u));
        begin = stop;
    }
}

/* The next row at or after `row` that changed since this system last saw it, or rows->end. For a system with
 * `changed`: for (i = orr_next_changed(rows, rows->begin); i < rows->end; i = orr_next_changed(rows, i + 1)). */
static inline uint32_t orr_next_changed(const orr_rows *rows, uint32_t row)
{
    while (row < rows->end) {
        const uint64_t word = rows->changed[row >> 6] >> (row & 63u);
        if (word) {
            const uint32_t next = row + (uint32_t)__builtin_ctzll(word);
            return next < rows->end ? next : rows->end;
        }
        row = (row | 63u) + 1;
    }
    return rows->end;
}

/* ---- random numbers: a function of (seed, tick, system, entity, k) and nothing else --------------------------------
 * Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. */

static inline void orr_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        const uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        const uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        c0 = n0;
        c2 = n2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

/* 64 random bits: number `k` of `entity` in stream `stream` (tick->stream inside a job). */
static inline uint64_t orr_random_bits(uint64_t stream, uint64_t entity, uint32_t k)
{
    const uint32_t counter[4] = { (uint32_t)entity, (uint32_t)(entity >> 32), k, 0 };
    const uint32_t key[2] = { (uint32_t)stream, (uint32_t)(stream >> 32) };
    uint32_t out[4];
    orr_philox(counter, key, out);
    return ((uint64_t)out[1] << 32) | out[0];
}

/* Uniform in [0, 1), 53 bits. */
static inline double orr_random_uniform(uint64_t stream, uint64_t entity, uint32_t k)
{
    return (double)(orr_random_bits(stream, entity, k) >> 11) * 0x1p-53;
}

/* The same for row `row` of a range: what rows:uniform(i, k) gives in Lua. */
static inline double orr_uniform(const orr_rows *rows, const orr_tick *tick, uint32_t row, uint32_t k)
{
    return orr_random_uniform(tick->stream, rows->entity[row], k);
}

/* Normal with mean 0 and deviation 1: what rows:normal(i, k) gives in Lua. */
static inline double orr_normal(const orr_rows *rows, const orr_tick *tick, uint32_t row, uint32_t k)
{
    return tick->calls->normal(tick->stream, rows->entity[row], k);
}

/* ---- what a range records; merged in the order of the data. All return ORR_OK or a negative code to return. -------- */

/* Ends the job with a message of its own: return orr_job_fail(rows, tick, "radius is not positive"); */
static inline int32_t orr_job_fail(const orr_rows *rows, const orr_tick *tick, const char *text)
{
    return (tick->calls->fail)(rows->range, text); /* in brackets: test libraries have a macro of this name */
}

/* Adds `value` to the reduction `name` (ctx:sum, ctx:min, ctx:max in Lua); kind is ORR_SUM, ORR_MIN or ORR_MAX. */
static inline int32_t orr_reduce(const orr_rows *rows, const orr_tick *tick, uint32_t kind, const char *name,
                                 double value)
{
    return tick->calls->reduce(rows->range, kind, name, value);
}

/* Emits an event; values in the order of its fields (by name). */
static inline int32_t orr_emit(const orr_rows *rows, const orr_tick *tick, const char *event, const double *values,
                               uint32_t count)
{
    return tick->calls->emit(rows->range, event, values, count);
}

/* Recorded spawn of `count` of a prefab; *provisional (may be NULL) gets a negative number that stands for the first
 * in other calls of the same range. */
static inline int32_t orr_job_spawn(const orr_rows *rows, const orr_tick *tick, const char *prefab, uint32_t count,
                                    int64_t *provisional)
{
    return tick->calls->spawn(rows->range, prefab, count, provisional);
}
static inline int32_t orr_job_destroy(const orr_rows *rows, const orr_tick *tick, int64_t entity)
{
    return tick->calls->destroy(rows->range, entity);
}
static inline int32_t orr_job_add(const orr_rows *rows, const orr_tick *tick, int64_t entity, const char *component)
{
    return tick->calls->add(rows->range, entity, component);
}
static inline int32_t orr_job_remove(const orr_rows *rows, const orr_tick *tick, int64_t entity, const char *component)
{
    return tick->calls->remove(rows->range, entity, component);
}
/* Recorded set of one field ("Position.x"); seen when the system is done. */
static inline int32_t orr_job_set(const orr_rows *rows, const orr_tick *tick, int64_t entity, const char *field,
                                  double value)
{
    return tick->calls->set(rows->range, entity, field, value);
}

/* ORR_WHOLE only: the chunk (index in the array of orr_rows) and row of an entity; ORR_E_DEAD when it is not there. */
static inline int32_t orr_job_find(const orr_rows *rows, const orr_tick *tick, orr_entity entity, uint32_t *chunk,
                                   uint32_t *row)
{
    return tick->calls->find(rows->range, entity, chunk, row);
}

/* A span of the job's own in the timeline (ctx:span in Lua): ends the one that is open, if any, and begins another unless
 * `name` is NULL. The end of the range ends it too. The name is copied. Costs a call (2 ns) while no trace is on, 0.1 us
 * while one is; not for every row. In a helper (isolation = "process") it does nothing. */
static inline void orr_span(const orr_rows *rows, const orr_tick *tick, const char *name)
{
    tick->calls->span(rows->range, name);
}

/* What the job `neighbours` works on (its `state`): the host provides the memory, the job fills it. Positions and
 * carried fields come as gathers in the order of the data. */
typedef struct orr_neighbours_build {
    orr_neighbours *out;      /* radius, dimensions, count, wraps, carry_count are set; the rest is filled */
    double min[3], max[3];    /* of the axes that wrap */
    uint32_t position_type;   /* ORR_TYPE_F32 or ORR_TYPE_F64 */
    uint32_t cells_capacity;  /* room in `starts` is one more */
    const void *position[3];  /* [count] */
    const orr_entity *entity; /* [count] */
    const void *carry[16];    /* [count] each, of carry_bytes */
    uint8_t carry_bytes[16];
    uint32_t *starts, *source; /* results: [cells_capacity + 1], [count] */
    uint32_t *cell;            /* scratch: [count] */
    void *sorted_position[3];
    orr_entity *sorted_entity;
    void *sorted_carry[16];
} orr_neighbours_build;

/* ---- neighbours ---------------------------------------------------------------------------------------------------- */

/* Walks the entries that may lie within the radius of a point, as spans of the cell-sorted arrays, in a fixed order:
 *     orr_near near = orr_near_begin(n, x, y, 0);
 *     while (orr_near_next(&near)) for (uint32_t j = near.begin; j < near.end; j++) ... n->position[0][j] ...
 * Entries outside the radius are among them: test the distance. No entry comes twice. */
typedef struct orr_near {
    uint32_t begin, end; /* the span */
    uint32_t x0, y0, z0; /* the first folded cell along each axis */
    uint32_t nx, ny, nz; /* how many cells along each axis: 3, or all when there are fewer */
    uint32_t ix, iy, iz;
    uint32_t reserved;
    const orr_neighbours *of;
} orr_near;

/* First folded cell (of at most three) around coordinate p of axis a, and how many. */
static inline void orr__near_axis(const orr_neighbours *of, uint32_t a, double p, uint32_t *first, uint32_t *many)
{
    const uint32_t cells = of->cells[a];
    if (cells <= 3) {
        *first = 0;
        *many = cells;
        return;
    }
    /* fold the cell's whole number; floor by hand keeps this header free of the mathematics library */
    const double c = (p - of->origin[a]) / of->cell[a];
    *many = 3;
    if (c >= 1 && c < (double)cells) { /* nearly always: nothing to fold, no slow remainder */
        *first = (uint32_t)c - 1;
        return;
    }
    if (!(c > -4.0e15 && c < 4.0e15)) { /* NaN and the absurd: the first cell */
        *first = 0;
        return;
    }
    int64_t whole = (int64_t)c;
    whole -= c < (double)whole;
    int64_t folded = (whole - 1) % (int64_t)cells;
    folded += folded < 0 ? (int64_t)cells : 0;
    *first = (uint32_t)folded;
}

/* Coordinate first + i along an axis of `cells` folded cells; both are below cells. */
static inline uint32_t orr__near_fold(uint32_t first, uint32_t i, uint32_t cells)
{
    return first + i < cells ? first + i : first + i - cells;
}

static inline orr_near orr_near_begin(const orr_neighbours *of, double x, double y, double z)
{
    orr_near near;
    memset(&near, 0, sizeof near);
    near.of = of;
    orr__near_axis(of, 0, x, &near.x0, &near.nx);
    orr__near_axis(of, 1, y, &near.y0, &near.ny);
    near.nz = 1;
    if (of->dimensions == 3) orr__near_axis(of, 2, z, &near.z0, &near.nz);
    return near;
}

static inline int orr_near_next(orr_near *near)
{
    const orr_neighbours *of = near->of;
    while (near->iz < near->nz) {
        const uint32_t x = orr__near_fold(near->x0, near->ix, of->cells[0]);
        const uint32_t y = orr__near_fold(near->y0, near->iy, of->cells[1]);
        const uint32_t z = orr__near_fold(near->z0, near->iz, of->cells[2]);
        const uint32_t left = of->cells[0] - x, wanted = near->nx - near->ix, take = wanted < left ? wanted : left;
        const uint32_t cell = (z * of->cells[1] + y) * of->cells[0] + x;
        near->begin = of->starts[cell];
        near->end = of->starts[cell + take];
        near->ix += take; /* cells that follow each other in x are one span */
        if (near->ix == near->nx) {
            near->ix = 0;
            if (++near->iy == near->ny) {
                near->iy = 0;
                near->iz++;
            }
        }
        if (near->begin != near->end) return 1;
    }
    return 0;
}

#ifdef __cplusplus
}
#endif
#endif
