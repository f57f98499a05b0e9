#include "sim_case.h"

typedef struct tale {
    sim_case c;
    char text[4000];
    bool endless;
} tale;

static void say(tale *t, const char *what, double value)
{
    const size_t used = strlen(t->text);
    snprintf(t->text + used, sizeof t->text - used, "%s%s %g", used ? ", " : "", what, value);
}

static const char *told(tale *t)
{
    static char text[4000];
    memcpy(text, t->text, sizeof text);
    t->text[0] = 0;
    return text;
}

/* Remove hooks see the values, however the entity goes. */
static int32_t going(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    tale *t = context;
    (void)run;
    for (uint32_t i = 0; i < count; i++) say(t, "went", (double)case_f32(&t->c, entities[i], t->c.px));
    return ORR_OK;
}

static int32_t record(orr_run *run, void *context)
{
    tale *t = context;
    int32_t code = ORR_OK;
    for (const orr_rows *rows; code == ORR_OK && (rows = orr_run_next(run)) != NULL;) {
        const int64_t first = (int64_t)rows->entity[rows->begin], second = (int64_t)rows->entity[rows->begin + 1];
        code = orr_patch_remove(run, first, t->c.position);
        if (code == ORR_OK) code = orr_patch_remove(run, first, t->c.position);
        if (code == ORR_OK) code = orr_patch_destroy(run, first);
        if (code == ORR_OK) code = orr_patch_set(run, second, t->c.px, (orr_value){ .f32 = 50 });
        if (code == ORR_OK) code = orr_patch_destroy(run, second);
        if (code == ORR_OK) code = orr_patch_destroy(run, second);
    }
    return code;
}

static void values_of_those_who_go(void **state)
{
    (void)state;
    tale t = { .c = case_new(0) };
    const orr_component mote[] = { t.c.position, t.c.velocity, 0 };
    orr_entity handles[6];
    assert_ok(orr_hook_create(t.c.world, ORR_HOOK_REMOVE, t.c.position, going, &t));
    assert_ok(orr_entity_spawn(t.c.world, t.c.mote, 6, handles));
    for (uint32_t i = 0; i < 6; i++) case_set(&t.c, handles[i], t.c.px, (float)i);
    assert_ok(orr_entity_remove(t.c.world, &handles[5], 1, t.c.position));
    assert_string_equal(told(&t), "went 5");
    assert_ok(orr_entity_destroy(t.c.world, &handles[4], 1));
    assert_string_equal(told(&t), "went 4");
    assert_ok(orr_entity_remove(t.c.world, &handles[2], 2, t.c.position));
    assert_string_equal(told(&t), "went 2, went 3");
    const orr_entity twice[] = { handles[0], handles[1], handles[0], handles[1] };
    assert_ok(orr_entity_remove(t.c.world, twice, 4, t.c.position));
    assert_string_equal(told(&t), "went 0, went 1");
    assert_ok(orr_entity_add(t.c.world, twice, 4, t.c.position));
    case_set(&t.c, handles[1], t.c.px, 1);
    assert_true(orr_system_create(
        t.c.world,
        &(orr_system_desc){
            .name = "record", .run = record, .context = &t, .query.all = mote, .reads = mote, .marks = mote }));
    assert_ok(orr_world_step(t.c.world, 1));
    assert_string_equal(told(&t), "went 0, went 50");
    assert_int_equal(orr_world_entity_count(t.c.world), 3);
    const orr_entity again[] = { handles[2], handles[3], handles[2] };
    assert_ok(orr_entity_add(t.c.world, handles + 3, 1, t.c.position));
    assert_ok(orr_entity_destroy(t.c.world, again, 3));
    assert_string_equal(told(&t), "went 0");
    case_end(&t.c);
}

/* Frozen comes: Link is added; Link comes: Frozen is removed and, if endless, added again. */
static int32_t on_frozen(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    tale *t = context;
    say(t, "frozen", count);
    return orr_patch_add(run, (int64_t)entities[0], t->c.link);
}

static int32_t on_link(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    tale *t = context;
    say(t, "link", count);
    if (!t->endless) return ORR_OK;
    int32_t code = orr_patch_remove(run, (int64_t)entities[0], t->c.frozen);
    if (code == ORR_OK) code = orr_patch_remove(run, (int64_t)entities[0], t->c.link);
    return code == ORR_OK ? orr_patch_add(run, (int64_t)entities[0], t->c.frozen) : code;
}

static int32_t freeze(orr_run *run, void *context)
{
    tale *t = context;
    int64_t born;
    const int32_t code = orr_patch_spawn(run, t->c.still, 1, &born);
    return code == ORR_OK ? orr_patch_add(run, born, t->c.frozen) : code;
}

static void rounds(void **state)
{
    (void)state;
    tale t = { .c = case_new(0) };
    orr_world *world = t.c.world;
    orr_entity handle;
    assert_ok(orr_hook_create(world, ORR_HOOK_ADD, t.c.frozen, on_frozen, &t));
    assert_ok(orr_hook_create(world, ORR_HOOK_ADD, t.c.link, on_link, &t));
    assert_ok(orr_entity_spawn(world, t.c.still, 1, &handle));
    assert_ok(orr_entity_add(world, &handle, 1, t.c.frozen));
    assert_string_equal(told(&t), "frozen 1, link 1");
    assert_true(orr_entity_has(world, handle, t.c.link));
    t.endless = true;
    const orr_entity before = handle;
    assert_ok(orr_entity_spawn(world, t.c.still, 1, &handle));
    assert_int_equal(orr_entity_add(world, &handle, 1, t.c.frozen), ORR_E_LIMIT);
    assert_says("16 rounds");
    assert_says("hook on add of 'Frozen' -> hook on add of 'Link' -> hook on add of 'Frozen'");
    assert_ok(orr__world_validate(world));
    told(&t);
    assert_true(orr_system_create(world, &(orr_system_desc){ .name = "freeze", .run = freeze, .context = &t }));
    assert_int_equal(orr_world_step(world, 1), ORR_E_LIMIT);
    assert_says("16 rounds");
    t.endless = false;
    told(&t);
    assert_ok(orr_world_step(world, 1));
    assert_string_equal(told(&t), "frozen 1, link 1");
    assert_true(orr_entity_is_alive(world, before));
    case_end(&t.c);
}

static int32_t fails(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    (void)run;
    (void)entities;
    (void)count;
    (void)context;
    return ORR_E_SCRIPT;
}

static int32_t structural(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    const tale *t = context;
    (void)run;
    (void)count;
    return orr_entity_destroy(t->c.world, entities, 1);
}

static void hooks_that_fail(void **state)
{
    (void)state;
    tale t = { .c = case_new(0) };
    orr_entity handles[2];
    assert_ok(orr_entity_spawn(t.c.world, t.c.mote, 2, handles));
    assert_ok(orr_hook_create(t.c.world, ORR_HOOK_REMOVE, t.c.position, fails, &t));
    assert_int_equal(orr_entity_destroy(t.c.world, handles, 2), ORR_E_SCRIPT);
    assert_says("hook on remove of 'Position'");
    assert_true(orr_entity_is_alive(t.c.world, handles[0]));
    assert_ok(orr_hook_create(t.c.world, ORR_HOOK_ADD, t.c.frozen, structural, &t));
    assert_int_equal(orr_entity_add(t.c.world, handles, 2, t.c.frozen), ORR_E_LOCKED);
    assert_true(orr_entity_has(t.c.world, handles[0], t.c.frozen));
    case_end(&t.c);
}

/* Nothing needs to run for a change to be told: at the end of the next stage, whichever it is. */
static int32_t changed(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    tale *t = context;
    (void)run;
    for (uint32_t i = 0; i < count; i++) say(t, "changed", (double)case_f32(&t->c, entities[i], t->c.px));
    return ORR_OK;
}

static void changes_without_systems(void **state)
{
    (void)state;
    tale t = { .c = case_new(0) };
    orr_entity handles[2];
    assert_ok(orr_hook_create(t.c.world, ORR_HOOK_CHANGE, t.c.position, changed, &t));
    assert_ok(orr_entity_spawn(t.c.world, t.c.mote, 2, handles));
    assert_ok(orr_world_step(t.c.world, 1));
    assert_string_equal(told(&t), "changed 0, changed 0");
    case_set(&t.c, handles[1], t.c.px, 4);
    assert_ok(orr_world_step(t.c.world, 2));
    assert_string_equal(told(&t), "changed 4");
    case_end(&t.c);
}

/* A remove hook that fails is the failure of the patch, which says when: once. */
static int32_t kill_all(orr_run *run, void *context)
{
    (void)context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        const int32_t code = orr_patch_destroy(run, (int64_t)rows->entity[rows->begin]);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

static void a_failing_hook_says_the_tick_once(void **state)
{
    (void)state;
    tale t = { .c = case_new(0) };
    const orr_component mote[] = { t.c.position, 0 };
    assert_ok(orr_entity_spawn(t.c.world, t.c.mote, 2, NULL));
    assert_ok(orr_hook_create(t.c.world, ORR_HOOK_REMOVE, t.c.position, fails, &t));
    assert_true(orr_system_create(
        t.c.world, &(orr_system_desc){ .name = "kill", .run = kill_all, .query.all = mote, .reads = mote }));
    assert_int_equal(orr_world_step(t.c.world, 1), ORR_E_SCRIPT);
    const char *first = strstr(orr_last_error(), "(tick 0");
    assert_non_null(first);
    assert_null(strstr(first + 1, "(tick 0"));
    case_end(&t.c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_those_who_go),
        cmocka_unit_test(rounds),
        cmocka_unit_test(hooks_that_fail),
        cmocka_unit_test(changes_without_systems),
        cmocka_unit_test(a_failing_hook_says_the_tick_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
