/* For tests of the tick: a world with positions and velocities. Header only. */
#ifndef ORRERY_TESTS_SIM_CASE_H
#define ORRERY_TESTS_SIM_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "c/watchdog.h"
#include "ecs/world.h"
#include "orrery.h"

#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        if ((call) != ORR_OK) fail_msg("%s: %s", #call, orr_last_error());                                             \
    } while (0)

#define assert_says(part)                                                                                              \
    do {                                                                                                               \
        if (!strstr(orr_last_error(), part)) fail_msg("'%s' does not say '%s'", orr_last_error(), part);               \
    } while (0)

typedef struct sim_case {
    orr_world *world;
    orr_component position, velocity, frozen, link;
    orr_field px, py, vx, vy, to;
    orr_prefab mote, still;
} sim_case;

static inline orr_component case_component(orr_world *world, const char *name, const char *a, const char *b,
                                           uint32_t type)
{
    const orr_field_desc fields[2] = { { .name = a, .type = type }, { .name = b, .type = type } };
    const orr_component_desc desc = { .name = name, .fields = fields, .field_count = !a ? 0 : !b ? 1 : 2 };
    return orr_component_create(world, &desc);
}

static inline orr_prefab case_prefab(orr_world *world, const char *name, orr_component a, orr_component b,
                                     orr_component c)
{
    const orr_component list[] = { a, b, c, 0 };
    const orr_prefab_desc desc = { .name = name, .components = list };
    return orr_prefab_create(world, &desc);
}

/* `world`, which may be NULL, becomes the case's. */
static inline sim_case case_in(orr_world *world)
{
    sim_case c = { .world = world };
    watchdog_watch(world);
    if (!c.world) return c;
    c.position = case_component(c.world, "Position", "x", "y", ORR_TYPE_F32);
    c.velocity = case_component(c.world, "Velocity", "x", "y", ORR_TYPE_F32);
    c.frozen = case_component(c.world, "Frozen", NULL, NULL, 0);
    c.link = case_component(c.world, "Link", "to", NULL, ORR_TYPE_ENTITY);
    c.px = orr_field_find(c.world, "Position.x");
    c.py = orr_field_find(c.world, "Position.y");
    c.vx = orr_field_find(c.world, "Velocity.x");
    c.vy = orr_field_find(c.world, "Velocity.y");
    c.to = orr_field_find(c.world, "Link.to");
    c.mote = case_prefab(c.world, "Mote", c.position, c.velocity, 0);
    c.still = case_prefab(c.world, "Still", c.position, 0, 0);
    return c;
}

static inline sim_case case_of(const orr_world_desc *desc)
{
    return case_in(orr_world_create(desc));
}

static inline sim_case case_new(uint32_t threads)
{
    const orr_world_desc desc = { .threads = threads, .dt = 0.5, .seed = 7 };
    const sim_case c = case_of(&desc);
    assert_non_null(c.world);
    return c;
}

static inline void case_end(sim_case *c)
{
    assert_ok(orr__world_validate(c->world));
    watchdog_watch(NULL);
    orr_world_destroy(c->world);
}

static inline void case_system(const sim_case *c, orr_system_desc desc)
{
    if (!orr_system_create(c->world, &desc)) fail_msg("%s", orr_last_error());
}

/* A function of systems that write Position: adds 1 to x. The context is the case. */
static inline int32_t case_add_one(orr_run *run, void *context)
{
    const sim_case *c = (const sim_case *)context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *x = (float *)orr_run_write(run, c->px);
        if (!x) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) x[i] += 1;
    }
    return ORR_OK;
}

static inline float case_f32(const sim_case *c, orr_entity entity, orr_field field)
{
    const float *at = (const float *)orr_entity_read(c->world, entity, field);
    if (!at) fail_msg("%s", orr_last_error());
    return *at;
}

static inline void case_set(const sim_case *c, orr_entity entity, orr_field field, float value)
{
    float *at = (float *)orr_entity_write(c->world, entity, field);
    if (!at) fail_msg("%s", orr_last_error());
    *at = value;
}

#endif
