/* For tests of threads: a world whose systems move, draw random numbers, reduce, spawn, destroy and, where wanted, fail.
 * Header only. */
#ifndef ORRERY_TESTS_BUSY_CASE_H
#define ORRERY_TESTS_BUSY_CASE_H

#include "c/sim_case.h"
#include "orrery_job.h"
#include "sim/sim.h"

/* Systems point to it: it stays where it is. */
typedef struct busy_case {
    sim_case c;
    bool fails; /* now and then, in some ranges of "shake", which are skipped */
} busy_case;

static inline int32_t busy_shake(orr_run *run, void *context)
{
    const busy_case *b = (const busy_case *)context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *x = (float *)orr_run_write(run, b->c.px);
        if (!x) return ORR_E_ACCESS;
        const orr_tick *tick = orr_run_tick(run);
        for (uint32_t i = rows->begin; i < rows->end; i++) x[i] += (float)orr_uniform(rows, tick, i, 0);
        int32_t code = orr_run_reduce(run, ORR_SUM, "x", (double)x[rows->begin]);
        if (code == ORR_OK) code = orr_patch_spawn(run, b->c.mote, 1, NULL);
        if (code == ORR_OK) code = orr_patch_destroy(run, (int64_t)rows->entity[rows->begin]);
        if (code != ORR_OK) return code;
        if (b->fails && tick->stream % 7 == rows->begin / 512) return ORR_E_JOB;
    }
    return ORR_OK;
}

/* On the main thread. */
static inline int32_t busy_look(orr_run *run, void *context)
{
    const busy_case *b = (const busy_case *)context;
    double sum = 0;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        const float *x = (const float *)orr_run_read(run, b->c.px);
        for (uint32_t i = rows->begin; x && i < rows->end; i++) sum += (double)x[i];
    }
    return orr_run_reduce(run, ORR_MAX, "sum", sum);
}

/* `world` becomes the case's. */
static inline void busy_begin(busy_case *b, orr_world *world, uint32_t rows, bool fails)
{
    *b = (busy_case){ .c = case_in(world), .fails = fails };
    assert_non_null(world);
    const orr_component position[] = { b->c.position, 0 };
    case_system(&b->c, (orr_system_desc){ .name = "move", .job = "integrate" });
    case_system(&b->c, (orr_system_desc){ .name = "shake",
                                          .run = busy_shake,
                                          .context = b,
                                          .on = ORR_ON_WORKERS,
                                          .query.all = position,
                                          .writes = position,
                                          .on_error = ORR_ON_ERROR_SKIP });
    case_system(&b->c, (orr_system_desc){
                           .name = "look", .run = busy_look, .context = b, .query.all = position, .reads = position });
    assert_ok(orr_entity_spawn(world, b->c.mote, rows, NULL));
}

/* One tick in which every system is taken for worth sharing. */
static inline int32_t busy_step(const sim_case *c)
{
    for (uint32_t i = 1; i <= orr_system_count(c->world); i++) orr__system_at(c->world, i)->ns_a_row = 300;
    return orr_world_step(c->world, 1);
}

#endif
