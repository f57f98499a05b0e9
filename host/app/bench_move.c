/* position += velocity * dt by the native job, with marks and trackers, over many tables; and rows with 64 operations
 * each on one and two threads. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/bench.h"
#include "app/bench_heavy.h"

typedef struct move_case {
    orr_world *world;
    uint64_t rows;
    uint32_t ticks;         /* a call, so that small worlds can be timed */
    orr_tracker tracker;    /* cleared after each tick when not 0 */
    float *x, *y, *vx, *vy; /* the raw loop's arrays */
    uint32_t tables;
    uint64_t stride; /* of tables in them */
} move_case;

static float *column(uint64_t rows)
{
    const size_t bytes = (rows * sizeof(float) + 127) / 64 * 64;
    float *values = aligned_alloc(64, bytes);
    if (values) memset(values, 0, bytes);
    return values;
}

static bool arrays(move_case *c)
{
    const uint64_t rows = c->stride * c->tables;
    c->x = column(rows);
    c->y = column(rows);
    c->vx = column(rows);
    c->vy = column(rows);
    return c->x && c->y && c->vx && c->vy;
}

static void end_case(move_case *c)
{
    orr_world_destroy(c->world);
    free(c->x);
    free(c->y);
    free(c->vx);
    free(c->vy);
    *c = (move_case){ 0 };
}

static void step(void *context)
{
    move_case *c = context;
    for (uint32_t k = 0; k < c->ticks; k++) {
        orr_world_step(c->world, 1);
        if (c->tracker) orr_tracker_clear(c->world, c->tracker);
    }
}

static void raw_move(void *context)
{
    const move_case *c = context;
    float *restrict x = c->x, *restrict y = c->y;
    const float *restrict vx = c->vx, *restrict vy = c->vy;
    const float dt = 1.0f / 60.0f;
    for (uint32_t k = 0; k < c->ticks; k++) {
        for (uint64_t i = 0; i < c->rows; i++) {
            x[i] += vx[i] * dt;
            y[i] += vy[i] * dt;
        }
    }
}

/* A loop for each of many small arrays. */
static void raw_tables(void *context)
{
    const move_case *c = context;
    const uint64_t rows = c->rows / c->tables;
    const float dt = 1.0f / 60.0f;
    for (uint32_t k = 0; k < c->ticks; k++) {
        for (uint64_t t = 0; t < c->tables; t++) {
            float *restrict x = c->x + t * c->stride, *restrict y = c->y + t * c->stride;
            const float *restrict vx = c->vx + t * c->stride, *restrict vy = c->vy + t * c->stride;
            for (uint64_t i = 0; i < rows; i++) {
                x[i] += vx[i] * dt;
                y[i] += vy[i] * dt;
            }
        }
    }
}

static void raw_heavy(void *context)
{
    const move_case *c = context;
    for (uint32_t k = 0; k < c->ticks; k++) orr__bench_heavy_raw(c->x, c->y, c->rows);
}

static orr_component vector(orr_world *world, const char *name)
{
    const orr_field_desc fields[] = { { .name = "x", .type = ORR_TYPE_F32 }, { .name = "y", .type = ORR_TYPE_F32 } };
    return orr_component_create(world, &(orr_component_desc){ .name = name, .fields = fields, .field_count = 2 });
}

/* A world of `tables` tables with `rows` rows in all, and a system that runs a job over them. */
static bool native_case(move_case *c, const char *job, uint64_t rows, uint32_t tables, uint32_t threads)
{
    c->rows = rows;
    c->tables = tables;
    c->stride = (rows / tables + 15) / 16 * 16; /* each starts on a cache line */
    c->ticks = rows < 100000 ? (uint32_t)(200000 / rows) : 1;
    c->world = orr_world_create(&(orr_world_desc){ .threads = threads });
    if (!c->world || !arrays(c)) return false;
    const orr_component position = vector(c->world, "Position"), velocity = vector(c->world, "Velocity");
    for (uint32_t k = 0; k < tables; k++) {
        orr_component list[17] = { position, velocity };
        uint32_t count = 2;
        for (uint32_t bit = 0; bit < 14; bit++) { /* tags tell the tables apart */
            char name[16];
            snprintf(name, sizeof name, "Tag%u", bit);
            if (k >> bit & 1u) list[count++] = orr_component_create(c->world, &(orr_component_desc){ .name = name });
        }
        const orr_prefab prefab = orr_prefab_create(c->world, &(orr_prefab_desc){ .components = list });
        if (!prefab || orr_entity_spawn(c->world, prefab, (uint32_t)(rows / tables), NULL) != ORR_OK) return false;
    }
    if (orr_job_register(c->world, &orr__bench_jobs) != ORR_OK) return false;
    const orr_component both[] = { position, velocity, 0 };
    const orr_system_desc system = { .name = "move", .query = { .all = both }, .job = job };
    return orr_system_create(c->world, &system) && orr_world_step(c->world, 1) == ORR_OK;
}

static void native_moves(orr__bench *bench)
{
    for (uint64_t rows = 1000; rows <= 1000000; rows *= 10) {
        for (uint32_t tracked = 0; tracked < 2; tracked++) {
            move_case c = { 0 };
            char name[64];
            snprintf(name, sizeof name, "native move, %.0e rows, %s", (double)rows, tracked ? "one tracker" : "marks");
            const double target = rows < 10000 ? 0 : tracked ? 1.10 : 1.05;
            if (!native_case(&c, "integrate", rows, 1, 0)) orr__bench_fail(bench, name);
            if (tracked && !bench->failed) {
                const orr_component list[] = { orr_component_find(c.world, "Position"), 0 };
                c.tracker = orr_tracker_create(c.world, list);
            }
            orr__bench_pair(bench, name, "ns a row", (double)rows * c.ticks, target, step, raw_move, NULL, &c);
            end_case(&c);
        }
    }
}

static void many_tables(orr__bench *bench)
{
    const struct {
        uint32_t tables, rows;
        double target;
        const char *name;
    } shapes[] = {
        { 26, 20, 0.6, "native move, 26 tables of 20 rows" },
        { 26, 100, 0.25, "native move, 26 tables of 100 rows" },
        { 10000, 10, 0, "native move, 10,000 tables of 10 rows" },
    };
    for (uint32_t k = 0; k < 3; k++) {
        move_case c = { 0 };
        const uint64_t rows = (uint64_t)shapes[k].tables * shapes[k].rows;
        if (!native_case(&c, "integrate", rows, shapes[k].tables, 0)) orr__bench_fail(bench, shapes[k].name);
        orr__bench_pair(bench, shapes[k].name, "ns a row", (double)rows * c.ticks, 0, step, raw_tables, NULL, &c);
        orr__bench_goal(bench, shapes[k].target);
        end_case(&c);
    }
}

typedef struct two_cases {
    move_case two, one;
} two_cases;

static void step_two(void *context)
{
    step(&((two_cases *)context)->two);
}

static void step_one(void *context)
{
    step(&((two_cases *)context)->one);
}

/* The raw loop is the same world on one thread: 0.53 is 1.9 times as fast. Some ticks a call, or the second thread sleeps
 * between them while the other world runs. */
static void two_to_one(orr__bench *bench, const char *name, const char *job, uint64_t rows, double target)
{
    two_cases c = { 0 };
    if (!native_case(&c.two, job, rows, 1, 2) || !native_case(&c.one, job, rows, 1, 1)) orr__bench_fail(bench, name);
    c.two.ticks = c.one.ticks = (uint32_t)(2000000 / rows);
    orr__bench_pair(bench, name, "ns a row", (double)rows * c.two.ticks, target, step_two, step_one, NULL, &c);
    end_case(&c.two);
    end_case(&c.one);
}

static void heavy(orr__bench *bench)
{
    for (uint32_t threads = 1; threads <= 2; threads++) {
        move_case c = { 0 };
        char name[64];
        snprintf(name, sizeof name, "64 operations a row, 1e5 rows, %u thread%s", threads, threads > 1 ? "s" : "");
        if (!native_case(&c, "bench_heavy", 100000, 1, threads)) orr__bench_fail(bench, name);
        orr__bench_pair(bench, name, "ns a row", 1e5 * c.ticks, threads == 1 ? 1.1 : 0, step, raw_heavy, NULL, &c);
        end_case(&c);
    }
    two_to_one(bench, "64 operations, 1e5 rows, 2 threads to 1", "bench_heavy", 100000, 1 / 1.9);
    two_to_one(bench, "64 operations, 1e6 rows, 2 threads to 1", "bench_heavy", 1000000, 1 / 1.9);
    two_to_one(bench, "native move, 1e6 rows, 2 threads to 1", "integrate", 1000000, 0);
}

void orr__bench_move(orr__bench *bench)
{
    if (orr__bench_wanted(bench, "native")) native_moves(bench);
    if (orr__bench_wanted(bench, "tables")) many_tables(bench);
    if (orr__bench_wanted(bench, "heavy")) heavy(bench);
}
