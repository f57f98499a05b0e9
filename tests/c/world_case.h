/* For tests of host/ecs: a small world to work on. Header only. */
#ifndef ORRERY_TESTS_WORLD_CASE_H
#define ORRERY_TESTS_WORLD_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "ecs/chunk.h"
#include "ecs/world.h"
#include "faulty.h"

#define LIST(...) ((const orr_component[]){ __VA_ARGS__, 0 })
#define assert_valid(world)                                                                                            \
    do {                                                                                                               \
        if (orr__world_validate(world) != ORR_OK) fail_msg("%s", orr_last_error());                                    \
    } while (0)
#define assert_error(text) assert_string_equal(orr_last_error(), text)
#define assert_mentions(part)                                                                                          \
    do {                                                                                                               \
        if (!strstr(orr_last_error(), part)) fail_msg("'%s' is not in: %s", part, orr_last_error());                   \
    } while (0)

typedef struct world_case {
    faulty memory;
    orr_world *world;
    orr_component position, velocity, mixed, frozen;
} world_case;

/* Position { x, y: f32 }, Velocity { x: f32 = 1, y: f32 = 2 }, Mixed { a: u8 = 7, b: f64, c: bool = true, d: entity },
 * Frozen */
static inline bool case_declare(world_case *c)
{
    const orr_field_desc xy[] = { { "x", ORR_TYPE_F32, { 0 } }, { "y", ORR_TYPE_F32, { 0 } } };
    const orr_field_desc v[] = { { "x", ORR_TYPE_F32, { .f32 = 1 } }, { "y", ORR_TYPE_F32, { .f32 = 2 } } };
    const orr_field_desc mixed[] = { { "d", ORR_TYPE_ENTITY, { .u64 = 0 } },
                                     { "b", ORR_TYPE_F64, { .f64 = 0 } },
                                     { "c", ORR_TYPE_BOOL, { .boolean = true } },
                                     { "a", ORR_TYPE_U8, { .u8 = 7 } } };
    c->position = orr_component_create(c->world, &(orr_component_desc){ "Position", xy, 2 });
    c->velocity = orr_component_create(c->world, &(orr_component_desc){ "Velocity", v, 2 });
    c->mixed = orr_component_create(c->world, &(orr_component_desc){ "Mixed", mixed, 4 });
    c->frozen = orr_component_create(c->world, &(orr_component_desc){ "Frozen", NULL, 0 });
    return c->position && c->velocity && c->mixed && c->frozen;
}

static inline void case_open(world_case *c)
{
    const orr_allocator hooks = faulty_allocator(&c->memory, -1);
    c->world = orr__world_create(&hooks);
    assert_non_null(c->world);
    assert_true(case_declare(c));
}

static inline void case_close(world_case *c)
{
    assert_valid(c->world);
    orr__world_destroy(c->world);
    assert_int_equal(c->memory.alive, 0);
    assert_int_equal(c->memory.bytes, 0);
}

/* Entities of these components (sorted, ends with 0), their fields zero. Without prefabs, which are not tested here. */
static inline int32_t case_spawn(orr_world *world, const orr_component *components, uint32_t count, orr_entity *out)
{
    orr__table *table = orr__table_of(world, components, orr__component_list_count(components));
    if (!table) return orr__error_code();
    int32_t code = orr__entity_room(world, count);
    if (!code) code = orr__table_room(world, table, count);
    if (code) return code;
    const uint64_t first = orr__table_spawn(world, table, count, out);
    for (uint64_t row = first; row < first + count; row++) {
        for (uint32_t i = 0; i < table->column_count; i++) {
            orr__value_store(orr__table_chunk(table, row)->columns[i], row & (ORR__CHUNK_ROWS - 1),
                             table->column_types[i], (orr_value){ .u64 = 0 });
        }
    }
    return ORR_OK;
}

static inline void case_put(orr_world *world, orr_entity entity, const char *field, double number)
{
    const orr_field of = orr_field_find(world, field);
    orr_value value;
    assert_int_equal(orr__value_from_double(of.type, number, field, &value), ORR_OK);
    void *at = orr_entity_write(world, entity, of);
    assert_non_null(at);
    orr__value_store(at, 0, of.type, value);
}

static inline double case_get(const orr_world *world, orr_entity entity, const char *field)
{
    const orr_field of = orr_field_find(world, field);
    const void *at = orr_entity_read(world, entity, of);
    assert_non_null(at);
    return orr__value_to_double(of.type, orr__value_load(at, 0, of.type));
}

#endif
