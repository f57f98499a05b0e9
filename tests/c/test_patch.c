#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "ecs/patch.h"
#include "ecs/world.h"
#include "faulty.h"

/* Position{x y} Link{to} Tag; prefab Mote has Position and Link. */
typedef struct scene {
    orr_world *world;
    orr_component position, link, tag;
    orr_field x, y, to;
    orr_prefab mote;
} scene;

static scene open_scene(const orr_allocator *hooks)
{
    const orr_field_desc position[] = { { "y", ORR_TYPE_F32, { .f32 = 2 } }, { "x", ORR_TYPE_F32, { .f32 = 1 } } };
    const orr_field_desc link[] = { { "to", ORR_TYPE_ENTITY, { 0 } } };
    scene s = { .world = orr__world_create(hooks) };
    s.position = orr_component_create(s.world, &(orr_component_desc){ "Position", position, 2 });
    s.link = orr_component_create(s.world, &(orr_component_desc){ "Link", link, 1 });
    s.tag = orr_component_create(s.world, &(orr_component_desc){ "Tag", NULL, 0 });
    s.x = orr_field_find(s.world, "Position.x");
    s.y = orr_field_find(s.world, "Position.y");
    s.to = orr_field_find(s.world, "Link.to");
    s.mote = orr_prefab_create(
        s.world, &(orr_prefab_desc){ .name = "Mote", .components = (orr_component[]){ s.position, s.link, 0 } });
    return s;
}

static void close_scene(const scene *s)
{
    assert_int_equal(orr__world_validate(s->world), ORR_OK);
    orr__world_destroy(s->world);
}

static float x_of(const scene *s, orr_entity entity)
{
    const float *at = orr_entity_read(s->world, entity, s->x);
    assert_non_null(at);
    return *at;
}

static uint64_t link_of(const scene *s, orr_entity entity)
{
    const uint64_t *at = orr_entity_read(s->world, entity, s->to);
    assert_non_null(at);
    return *at;
}

static void ok(int32_t code)
{
    if (code != ORR_OK) {
        fail_msg("%s: %s", orr_error_name(code), orr_last_error());
    }
}

static void changes_are_made_in_order(void **state)
{
    (void)state;
    const scene s = open_scene(NULL);
    orr_entity e[3];
    ok(orr_entity_spawn(s.world, s.mote, 3, e));
    orr__patches list;
    orr__patches_init(&list, s.world);
    ok(orr__patches_add(&list, (int64_t)e[0], s.tag));
    ok(orr__patches_add(&list, (int64_t)e[1], s.tag));
    ok(orr__patches_remove(&list, (int64_t)e[1], s.tag));
    ok(orr__patches_set(&list, (int64_t)e[1], s.x, (orr_value){ .f32 = 5 }));
    ok(orr__patches_set(&list, (int64_t)e[1], s.x, (orr_value){ .f32 = 6 }));
    ok(orr__patches_remove(&list, (int64_t)e[2], s.position));
    ok(orr__patches_add(&list, (int64_t)e[2], s.position));
    ok(orr__patches_destroy(&list, (int64_t)e[0]));
    assert_int_equal(list.count, 8);
    assert_int_equal(orr_world_entity_count(s.world), 3); /* nothing yet */
    ok(orr__patches_apply(&list));
    assert_int_equal(list.count, 0);
    assert_int_equal(orr_world_dropped(s.world), 0);
    assert_false(orr_entity_is_alive(s.world, e[0]));
    assert_false(orr_entity_has(s.world, e[1], s.tag));
    assert_true(x_of(&s, e[1]) == 6);
    assert_true(x_of(&s, e[2]) == 1);
    ok(orr__patches_apply(&list)); /* an empty list */
    orr__patches_fini(&list);
    close_scene(&s);
}

static void provisional_handles_become_real(void **state)
{
    (void)state;
    const scene s = open_scene(NULL);
    orr_entity before;
    ok(orr_entity_spawn(s.world, s.mote, 1, &before));
    orr__patches list;
    orr__patches_init(&list, s.world);
    orr__stage *three, *one, *none;
    ok(orr__patches_spawn(&list, s.mote, 3, &three));
    ok(orr__patches_spawn(&list, s.mote, 0, &none));
    ok(orr__patches_spawn(&list, s.mote, 1, &one));
    assert_true(three->provisional == -1 && none->provisional == 0 && one->provisional == -4);
    uint64_t *to = orr__stage_column(s.world, three, s.to);
    to[0] = ORR__PROVISIONAL | 2; /* both forms */
    to[1] = (uint64_t)-4;
    to[2] = before;
    ok(orr__patches_add(&list, -2, s.tag));
    ok(orr__patches_set(&list, -4, s.to, (orr_value){ .entity = ORR__PROVISIONAL | 1 }));
    ok(orr__patches_set(&list, (int64_t)before, s.to, (orr_value){ .entity = (uint64_t)-3 }));
    ok(orr__patches_destroy(&list, -3));
    uint64_t column[] = { 0, (uint64_t)-1, before, ORR__PROVISIONAL | 4, 9 };
    ok(orr__patches_reserve(&list));
    ok(orr__patches_reserve(&list));
    ok(orr__patches_resolve(&list));
    ok(orr__patches_resolve_column(&list, column, 1, 4));
    const orr_entity *real = list.reserved;
    assert_true(column[0] == 0 && column[1] == real[0] && column[2] == before && column[3] == real[3]);
    assert_false(orr_entity_is_alive(s.world, real[0])); /* reserved only */
    ok(orr__patches_apply(&list));
    assert_true(link_of(&s, real[0]) == real[1] && link_of(&s, real[1]) == real[3] && link_of(&s, real[3]) == real[0]);
    assert_true(orr_entity_has(s.world, real[1], s.tag) && !orr_entity_has(s.world, real[0], s.tag));
    assert_false(orr_entity_is_alive(s.world, real[2]));
    assert_int_equal(link_of(&s, before), real[2]); /* dead, and is_alive tells */
    assert_int_equal(orr_world_entity_count(s.world), 4);
    orr__patches_clear(&list);
    assert_int_equal(list.provisional_count, 0);
    orr__patches_fini(&list);
    close_scene(&s);
}

static void refused(int32_t code, int32_t expected, const char *part)
{
    assert_int_equal(code, expected);
    if (!strstr(orr_last_error(), part)) {
        fail_msg("'%s' does not tell '%s'", orr_last_error(), part);
    }
}

static void bad_patches_are_not_recorded(void **state)
{
    (void)state;
    const scene s = open_scene(NULL);
    orr_entity e;
    ok(orr_entity_spawn(s.world, s.mote, 1, &e));
    orr__patches list;
    orr__patches_init(&list, s.world);
    refused(orr__patches_destroy(&list, -1), ORR_E_DEAD, "-1: this run has spawned nothing");
    ok(orr__patches_spawn(&list, s.mote, 2, NULL));
    refused(orr__patches_destroy(&list, -3), ORR_E_DEAD, "-3: this run has given out -1 to -2");
    refused(orr__patches_add(&list, INT64_MIN, s.tag), ORR_E_DEAD, "-9223372036854775808");
    refused(orr__patches_remove(&list, 0, s.tag), ORR_E_DEAD, "none");
    refused(orr__patches_destroy(&list, (int64_t)1 << 52), ORR_E_DEAD, "not the handle");
    refused(orr__patches_add(&list, (int64_t)e, 0), ORR_E_NOT_FOUND, "component 0");
    refused(orr__patches_add(&list, (int64_t)e, 4), ORR_E_NOT_FOUND, "component 4");
    refused(orr__patches_set(&list, (int64_t)e, (orr_field){ 0 }, (orr_value){ 0 }), ORR_E_NOT_FOUND, "component 0");
    orr_field wrong = s.x;
    wrong.index = 2;
    refused(orr__patches_set(&list, (int64_t)e, wrong, (orr_value){ 0 }), ORR_E_ARGUMENT, "Position");
    refused(orr__patches_set(&list, (int64_t)e, s.to, (orr_value){ .entity = (uint64_t)-3 }), ORR_E_DEAD, "-3");
    refused(orr__patches_set(&list, 0, s.x, (orr_value){ 0 }), ORR_E_DEAD, "none");
    refused(orr__patches_spawn(&list, 7, 1, NULL), ORR_E_NOT_FOUND, "prefab 7");
    refused(orr__patches_spawn(&list, s.mote, UINT32_MAX, NULL), ORR_E_LIMIT, "more than");
    refused(orr__patches_resolve(&list), ORR_E_ARGUMENT, "before they are reserved");
    assert_int_equal(list.count, 1);
    uint64_t column[] = { 3, (uint64_t)-2, ORR__PROVISIONAL | 3, (uint64_t)-1 };
    ok(orr__patches_reserve(&list));
    refused(orr__patches_resolve_column(&list, column, 0, 4), ORR_E_DEAD, "-3");
    assert_true(column[0] == 3 && column[1] == list.reserved[1] && column[2] == 0 && column[3] == list.reserved[0]);
    ok(orr__patches_apply(&list));
    assert_int_equal(orr_world_entity_count(s.world), 3);
    orr__patches_fini(&list);
    close_scene(&s);
}

static void a_bad_handle_in_a_stage_becomes_none(void **state)
{
    (void)state;
    const scene s = open_scene(NULL);
    orr__patches list;
    orr__patches_init(&list, s.world);
    orr__stage *stage;
    ok(orr__patches_spawn(&list, s.mote, 2, &stage));
    uint64_t *to = orr__stage_column(s.world, stage, s.to);
    to[0] = (uint64_t)-5;
    to[1] = (uint64_t)-1;
    ok(orr__patches_reserve(&list));
    refused(orr__patches_resolve(&list), ORR_E_DEAD, "-5");
    assert_true(to[0] == 0 && to[1] == list.reserved[0]);
    ok(orr__patches_apply(&list));
    assert_int_equal(orr_world_entity_count(s.world), 2);
    orr__patches_fini(&list);
    close_scene(&s);
}

static void patches_for_the_dead_are_dropped(void **state)
{
    (void)state;
    const scene s = open_scene(NULL);
    orr_entity e[4];
    ok(orr_entity_spawn(s.world, s.mote, 4, e));
    orr__patches list;
    orr__patches_init(&list, s.world);
    ok(orr__patches_destroy(&list, (int64_t)e[0]));
    ok(orr__patches_destroy(&list, (int64_t)e[1]));
    ok(orr__patches_destroy(&list, (int64_t)e[0]));    /* dropped: 1 */
    ok(orr__patches_add(&list, (int64_t)e[0], s.tag)); /* 2 */
    ok(orr__patches_add(&list, (int64_t)e[2], s.tag));
    ok(orr__patches_remove(&list, (int64_t)e[1], s.link));                    /* 3 */
    ok(orr__patches_set(&list, (int64_t)e[1], s.x, (orr_value){ .f32 = 1 })); /* 4 */
    ok(orr__patches_remove(&list, (int64_t)e[3], s.position));
    ok(orr__patches_set(&list, (int64_t)e[3], s.x, (orr_value){ .f32 = 1 })); /* 5: lacks it */
    ok(orr__patches_apply(&list));
    assert_int_equal(orr_world_dropped(s.world), 5);
    assert_true(orr_entity_has(s.world, e[2], s.tag));
    assert_int_equal(orr_world_entity_count(s.world), 2);
    orr__patches_fini(&list);
    close_scene(&s);
}

static void sets_are_applied_early_when_nothing_is_before_them(void **state)
{
    (void)state;
    const scene s = open_scene(NULL);
    orr_entity e[4];
    ok(orr_entity_spawn(s.world, s.mote, 4, e));
    ok(orr_entity_remove(s.world, &e[3], 1, s.position));
    orr__patches list;
    orr__patches_init(&list, s.world);
    ok(orr__patches_set(&list, (int64_t)e[0], s.x, (orr_value){ .f32 = 10 })); /* now */
    ok(orr__patches_remove(&list, (int64_t)e[1], s.position));
    ok(orr__patches_add(&list, (int64_t)e[1], s.position));
    ok(orr__patches_set(&list, (int64_t)e[1], s.x, (orr_value){ .f32 = 11 })); /* waits for the two */
    ok(orr__patches_spawn(&list, s.mote, 1, NULL));
    ok(orr__patches_set(&list, (int64_t)e[2], s.to, (orr_value){ .entity = (uint64_t)-1 })); /* waits for the spawn */
    ok(orr__patches_set(&list, (int64_t)e[2], s.to, (orr_value){ .entity = e[0] }));         /* and so does this */
    ok(orr__patches_set(&list, -1, s.x, (orr_value){ .f32 = 12 }));
    ok(orr__patches_set(&list, (int64_t)e[3], s.x, (orr_value){ .f32 = 13 })); /* somebody may add Position */
    ok(orr__patches_set(&list, (int64_t)e[0], s.y, (orr_value){ .f32 = 14 })); /* now */
    ok(orr__patches_apply_sets(&list));
    assert_int_equal(list.count, 8);
    assert_int_equal(list.set_count, 5);
    assert_true(x_of(&s, e[0]) == 10 && x_of(&s, e[1]) == 1 && link_of(&s, e[2]) == 0);
    ok(orr_entity_add(s.world, &e[3], 1, s.position));
    ok(orr__patches_reserve(&list));
    ok(orr__patches_resolve(&list));
    ok(orr__patches_apply_sets(&list)); /* also in this order: the reserved entity is not dead */
    assert_int_equal(orr_world_dropped(s.world), 0);
    assert_true(x_of(&s, e[3]) == 13);
    ok(orr__patches_apply(&list));
    assert_true(x_of(&s, e[1]) == 11 && link_of(&s, e[2]) == e[0] && x_of(&s, list.reserved[0]) == 12);
    assert_int_equal(orr_world_dropped(s.world), 0);
    orr__patches_clear(&list);
    ok(orr_entity_destroy(s.world, e, 1));
    ok(orr__patches_set(&list, (int64_t)e[0], s.x, (orr_value){ .f32 = 1 }));
    ok(orr__patches_apply_sets(&list));
    assert_int_equal(list.count, 0);
    assert_int_equal(orr_world_dropped(s.world), 1);
    orr__patches_fini(&list);
    close_scene(&s);
}

static void clearing_gives_handles_back(void **state)
{
    (void)state;
    const scene s = open_scene(NULL);
    orr__patches list;
    orr__patches_init(&list, s.world);
    for (uint32_t round = 0; round < 3; round++) {
        ok(orr__patches_spawn(&list, s.mote, 2, NULL));
        ok(orr__patches_spawn(&list, s.mote, 4000, NULL)); /* too large for the arena */
        ok(orr__patches_destroy(&list, -1));
        if (round > 0) {
            ok(orr__patches_reserve(&list));
            assert_int_equal(list.reserved[0], (uint64_t)round); /* index 0 again, a generation later */
        }
        orr__patches_clear(&list);
        assert_int_equal(orr__world_validate(s.world), ORR_OK);
    }
    assert_int_equal(orr_world_entity_count(s.world), 0);
    assert_int_equal(s.world->entities.slot_count, 4002);
    assert_int_equal(orr_world_dropped(s.world), 0);
    ok(orr__patches_spawn(&list, s.mote, 5, NULL));
    ok(orr__patches_reserve(&list));
    orr__patches_fini(&list);
    orr__patches_fini(&list);
    close_scene(&s);
}

/* Thousands at once: whole tables, every second row, an order of their own; the bits of a tracker go with them. */
static void runs_do_what_single_patches_do(void **state)
{
    (void)state;
    enum { COUNT = 9000 };
    static orr_entity e[COUNT];
    const scene s = open_scene(NULL);
    ok(orr_entity_spawn(s.world, s.mote, COUNT, e));
    const orr_tracker tracker = orr_tracker_create(s.world, (orr_component[]){ s.tag, s.position, 0 });
    orr__patches list;
    orr__patches_init(&list, s.world);
    for (uint32_t i = 0; i < COUNT; i++) {
        *(float *)orr_entity_write(s.world, e[i], s.x) = (float)i;
    }
    orr_tracker_clear(s.world, tracker);
    for (uint32_t i = 0; i < COUNT; i++) {
        ok(orr__patches_add(&list, (int64_t)e[i], s.tag));
    }
    ok(orr__patches_apply(&list));
    orr__patches_clear(&list);
    assert_int_equal(orr__world_validate(s.world), ORR_OK);
    assert_int_equal(orr_tracker_count(s.world, tracker), COUNT);
    orr_tracker_clear(s.world, tracker);
    for (uint32_t i = 0; i < COUNT; i += 2) {
        ok(orr__patches_remove(&list, (int64_t)e[(i * 7) % COUNT], s.tag));
    }
    ok(orr__patches_apply(&list));
    orr__patches_clear(&list);
    assert_int_equal(orr_tracker_count(s.world, tracker), 0);
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(orr_entity_has(s.world, e[i], s.tag), i % 2 == 1);
        assert_true(x_of(&s, e[i]) == (float)i);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        ok(orr__patches_destroy(&list, (int64_t)e[COUNT - 1 - i]));
        ok(orr__patches_destroy(&list, (int64_t)e[COUNT - 1 - i]));
    }
    ok(orr__patches_apply(&list));
    assert_int_equal(orr_world_entity_count(s.world), 0);
    assert_int_equal(orr_world_dropped(s.world), COUNT);
    orr__patches_fini(&list);
    close_scene(&s);
}

/* ---- hooks ------------------------------------------------------------------------------------------------------- */

static uint32_t came, went;
static orr_entity refuses;

static int32_t gained(orr_world *world, const orr_entity *entities, uint32_t count, orr_component component)
{
    for (uint32_t i = 0; i < count; i++) {
        assert_true(orr_entity_has(world, entities[i], component));
        came++;
        if (entities[i] == refuses) {
            return orr__fail(ORR_E_SCRIPT, "a hook failed");
        }
    }
    return ORR_OK;
}

static int32_t losing(orr_world *world, const orr_entity *entities, uint32_t count, orr_component component)
{
    for (uint32_t i = 0; i < count; i++) {
        assert_true(orr_entity_is_alive(world, entities[i]));
        assert_true(component == 0 || orr_entity_has(world, entities[i], component));
        went++;
        if (entities[i] == refuses) {
            return orr__fail(ORR_E_SCRIPT, "a hook failed");
        }
    }
    return ORR_OK;
}

static void hooks_are_told_once(void **state)
{
    (void)state;
    scene s = open_scene(NULL);
    orr_entity e[4];
    ok(orr_entity_spawn(s.world, s.mote, 4, e));
    s.world->gained = gained;
    s.world->losing = losing;
    orr__component_at(s.world, s.tag)->hooked = 1u << ORR_HOOK_ADD | 1u << ORR_HOOK_REMOVE;
    came = went = 0;
    refuses = 0;
    orr__patches list;
    orr__patches_init(&list, s.world);
    for (uint32_t i = 0; i < 4; i++) {
        ok(orr__patches_add(&list, (int64_t)e[i], s.tag));
        ok(orr__patches_add(&list, (int64_t)e[i], s.tag));
    }
    ok(orr__patches_apply(&list));
    assert_int_equal(came, 4);
    orr__patches_clear(&list);
    ok(orr__patches_remove(&list, (int64_t)e[0], s.tag));
    ok(orr__patches_remove(&list, (int64_t)e[0], s.tag));
    ok(orr__patches_destroy(&list, (int64_t)e[1]));
    ok(orr__patches_destroy(&list, (int64_t)e[1]));
    ok(orr__patches_destroy(&list, (int64_t)e[0]));
    ok(orr__patches_apply(&list));
    assert_int_equal(went, 2);
    orr__patches_fini(&list);
    close_scene(&s);
}

static void a_failing_hook_ends_the_list(void **state)
{
    (void)state;
    scene s = open_scene(NULL);
    orr_entity e[3];
    ok(orr_entity_spawn(s.world, s.mote, 3, e));
    s.world->losing = losing;
    orr__component_at(s.world, s.position)->hooked = 1u << ORR_HOOK_REMOVE;
    refuses = e[1];
    orr__patches list;
    orr__patches_init(&list, s.world);
    ok(orr__patches_add(&list, (int64_t)e[0], s.tag));
    ok(orr__patches_destroy(&list, (int64_t)e[1]));
    ok(orr__patches_spawn(&list, s.mote, 5, NULL));
    ok(orr__patches_set(&list, (int64_t)e[0], s.to, (orr_value){ .entity = (uint64_t)-1 }));
    assert_int_equal(orr__patches_apply(&list), ORR_E_SCRIPT);
    assert_int_equal(list.count, 0);
    assert_true(orr_entity_has(s.world, e[0], s.tag)); /* before it */
    assert_true(orr_entity_is_alive(s.world, e[1]));
    assert_int_equal(orr_world_entity_count(s.world), 3);
    assert_int_equal(orr_world_dropped(s.world), 3);
    assert_int_equal(link_of(&s, e[0]), 0);
    assert_false(orr_entity_is_alive(s.world, list.reserved[4]));
    orr__patches_clear(&list);
    refuses = 0;
    ok(orr__patches_destroy(&list, (int64_t)e[1]));
    ok(orr__patches_apply(&list));
    assert_int_equal(orr_world_entity_count(s.world), 2);
    orr__patches_fini(&list);
    close_scene(&s);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

enum { MANY = 300 };

/* Records as much as it can, and says how many patches that were. */
static uint64_t record_all(const scene *s, orr__patches *list, const orr_entity *e)
{
    int32_t codes[MANY + 6];
    uint32_t n = 0;
    orr__error_clear();
    codes[n++] = orr__patches_spawn(list, s->mote, 3, NULL);
    codes[n++] = orr__patches_spawn(list, s->mote, 700, NULL);
    for (uint32_t i = 0; i < MANY; i++) {
        codes[n++] = orr__patches_add(list, (int64_t)e[i], s->tag);
    }
    codes[n++] = orr__patches_remove(list, (int64_t)e[1], s->position);
    codes[n++] = orr__patches_destroy(list, (int64_t)e[2]);
    codes[n++] = orr__patches_set(list, (int64_t)e[3], s->x, (orr_value){ .f32 = 4 });
    uint64_t done = 0;
    for (uint32_t i = 0; i < n; i++) {
        assert_true(codes[i] == ORR_OK || codes[i] == ORR_E_MEMORY);
        done += codes[i] == ORR_OK;
    }
    assert_int_equal(list->count, done);
    return done;
}

static void recording_may_fail_anywhere(void **state)
{
    (void)state;
    for (int64_t n = 0, refused_now = 1; refused_now; n++) {
        faulty f;
        orr_entity e[MANY];
        const orr_allocator hooks = faulty_allocator(&f, -1);
        const scene s = open_scene(&hooks);
        ok(orr_entity_spawn(s.world, s.mote, MANY, e));
        orr__patches list;
        orr__patches_init(&list, s.world);
        atomic_store(&f.left, n);
        const uint64_t recorded = record_all(&s, &list, e);
        refused_now = atomic_load(&f.refused);
        atomic_store(&f.left, -1);
        assert_true(recorded == MANY + 5 - (uint64_t)refused_now);
        ok(orr__patches_apply(&list));
        assert_int_equal(orr_world_dropped(s.world), 0);
        orr__patches_fini(&list);
        close_scene(&s);
        assert_int_equal(f.alive, 0);
        assert_int_equal(f.overrun, 0);
    }
}

static void applying_may_fail_anywhere(void **state)
{
    (void)state;
    uint32_t failures = 0;
    for (int64_t n = 0, refused_now = 1; refused_now; n++) {
        faulty f;
        orr_entity e[MANY];
        const orr_allocator hooks = faulty_allocator(&f, -1);
        const scene s = open_scene(&hooks);
        ok(orr_entity_spawn(s.world, s.mote, MANY, e));
        orr__patches list;
        orr__patches_init(&list, s.world);
        assert_int_equal(record_all(&s, &list, e), MANY + 5);
        atomic_store(&f.left, n);
        const int32_t code = orr__patches_apply(&list);
        refused_now = atomic_load(&f.refused);
        atomic_store(&f.left, -1);
        assert_int_equal(code, refused_now ? ORR_E_MEMORY : ORR_OK);
        assert_int_equal(list.count, 0);
        assert_int_equal(orr__world_validate(s.world), ORR_OK);
        assert_true((orr_world_dropped(s.world) > 0) == (code != ORR_OK));
        failures += code != ORR_OK;
        orr__patches_clear(&list);
        /* and on it goes */
        ok(orr__patches_spawn(&list, s.mote, 3, NULL));
        ok(orr__patches_add(&list, -2, s.tag));
        ok(orr__patches_apply(&list));
        assert_true(orr_entity_has(s.world, list.reserved[1], s.tag));
        orr__patches_fini(&list);
        close_scene(&s);
        assert_int_equal(f.alive, 0);
        assert_int_equal(f.overrun, 0);
    }
    assert_true(failures >= 5);
}

static void memory_is_used_again(void **state)
{
    (void)state;
    faulty f;
    orr_entity e[MANY];
    const orr_allocator hooks = faulty_allocator(&f, -1);
    const scene s = open_scene(&hooks);
    ok(orr_entity_spawn(s.world, s.mote, MANY, e));
    orr__patches list;
    orr__patches_init(&list, s.world);
    int64_t bytes = 0;
    for (uint32_t round = 0; round < 10; round++) {
        for (uint32_t i = 0; i < MANY; i++) {
            ok(orr__patches_set(&list, (int64_t)e[i], s.x, (orr_value){ .f32 = (float)round }));
            ok(round % 2 ? orr__patches_remove(&list, (int64_t)e[i], s.tag)
                         : orr__patches_add(&list, (int64_t)e[i], s.tag));
        }
        ok(orr__patches_apply_sets(&list));
        ok(orr__patches_apply(&list));
        orr__patches_clear(&list);
        if (round > 2) {
            assert_int_equal(f.bytes, bytes);
        }
        bytes = f.bytes;
    }
    orr__patches_fini(&list);
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_made_in_order),
        cmocka_unit_test(provisional_handles_become_real),
        cmocka_unit_test(bad_patches_are_not_recorded),
        cmocka_unit_test(a_bad_handle_in_a_stage_becomes_none),
        cmocka_unit_test(patches_for_the_dead_are_dropped),
        cmocka_unit_test(sets_are_applied_early_when_nothing_is_before_them),
        cmocka_unit_test(clearing_gives_handles_back),
        cmocka_unit_test(runs_do_what_single_patches_do),
        cmocka_unit_test(hooks_are_told_once),
        cmocka_unit_test(a_failing_hook_ends_the_list),
        cmocka_unit_test(recording_may_fail_anywhere),
        cmocka_unit_test(applying_may_fail_anywhere),
        cmocka_unit_test(memory_is_used_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
