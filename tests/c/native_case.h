/* What the tests of native jobs share: a job is called by hand, without a world. Its columns keep to the contract: they
 * are 64-byte aligned, ranges begin at a multiple of 512, and up to the next multiple of 16 after their end the rows are
 * nobody's. */
#ifndef TESTS_NATIVE_CASE_H
#define TESTS_NATIVE_CASE_H

#include "orrery_job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

/* Opaque to jobs; here it keeps what a job said when it failed. */
struct orr_range {
    const char *failed;
};

static int32_t native_fail(orr_range *range, const char *text)
{
    range->failed = text;
    return -12;
}

typedef struct native_case {
    orr_rows rows;
    orr_tick tick;
    orr_calls calls;
    orr_range range;
    void *slots[8];
} native_case;

static inline void native_init(native_case *c, uint32_t begin, uint32_t end, double dt, const void *params)
{
    memset(c, 0, sizeof *c);
    c->calls.fail = native_fail;
    c->rows = (orr_rows){
        .begin = begin, .end = end, .chunk_count = 1, .slot_count = 8, .slots = c->slots, .range = &c->range
    };
    c->tick = (orr_tick){ .dt = dt, .dt_f32 = (float)dt, .substeps = 1, .params = params, .calls = &c->calls };
}

static inline void native_run(native_case *c, const orr_job_desc *job)
{
    assert_int_equal(job->run(&c->rows, &c->tick), ORR_OK);
    assert_null(c->range.failed);
}

/* 64 bits that follow from `state` (splitmix64, Steele et al. 2014). */
static inline uint64_t native_bits(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* Uniform in [low, high). */
static inline double native_uniform(uint64_t *state, double low, double high)
{
    return low + (high - low) * ((double)(native_bits(state) >> 11) * 0x1p-53);
}

static inline void *native_copy(const void *from, size_t bytes)
{
    void *to = malloc(bytes ? bytes : 1);
    assert_non_null(to);
    if (bytes) memcpy(to, from, bytes);
    return to;
}

/* An index of neighbours and its memory, each array exactly as long as promised. */
typedef struct native_grid {
    orr_neighbours near;
    orr_neighbours_build build;
    uint8_t carry_types[16];
    void *owned[32];
    uint32_t owned_count;
} native_grid;

static inline void *native_own(native_grid *g, size_t bytes)
{
    void *p = malloc(bytes ? bytes : 1);
    assert_non_null(p);
    assert_true(g->owned_count < 32);
    memset(p, 0xA5, bytes);
    g->owned[g->owned_count++] = p;
    return p;
}

/* Positions and entities stay the caller's. Set radius, wraps, min, max and what to carry before native_build. */
static inline void native_grid_init(native_grid *g, uint32_t dimensions, uint32_t type, uint32_t count,
                                    uint32_t cells_capacity, const void *const *position, const orr_entity *entity)
{
    memset(g, 0, sizeof *g);
    g->near.dimensions = dimensions;
    g->near.count = count;
    g->near.radius = 1;
    g->near.carry_types = g->carry_types;
    g->build.out = &g->near;
    g->build.position_type = type;
    g->build.cells_capacity = cells_capacity;
    g->build.entity = entity;
    for (uint32_t a = 0; a < dimensions; a++) {
        g->build.position[a] = position[a];
        g->build.sorted_position[a] = native_own(g, count * (size_t)(type == ORR_TYPE_F32 ? 4 : 8));
    }
    g->build.starts = native_own(g, ((size_t)cells_capacity + 1) * 4);
    g->build.source = native_own(g, count * (size_t)4);
    g->build.cell = native_own(g, count * (size_t)4);
    g->build.sorted_entity = native_own(g, count * sizeof *entity);
}

static inline void native_carry(native_grid *g, const void *field, uint8_t type)
{
    static const uint8_t all_bytes[ORR_TYPE_COUNT] = { 0, 4, 8, 1, 1, 2, 2, 4, 4, 8, 8, 1, 8 };
    const uint8_t bytes = all_bytes[type];
    const uint32_t f = g->near.carry_count++;
    g->carry_types[f] = type;
    g->build.carry[f] = field;
    g->build.carry_bytes[f] = bytes;
    g->build.sorted_carry[f] = native_own(g, g->near.count * (size_t)bytes);
}

static inline void native_grid_fini(native_grid *g)
{
    while (g->owned_count) free(g->owned[--g->owned_count]);
}

extern const orr_job_desc orr_job_neighbours;

static inline void native_build(native_grid *g)
{
    native_case c;
    native_init(&c, 0, 0, 0.1, NULL);
    c.rows.chunk_count = 0;
    c.tick.state = &g->build;
    native_run(&c, &orr_job_neighbours);
}

#endif
