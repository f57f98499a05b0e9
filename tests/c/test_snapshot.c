/* Snapshots: the same as in place whatever the threads; commits, drops, latency, failures. */
#include "faulty.h"
#include "sim_case.h"

#include <stdlib.h>

/* What a test is about; functions get it as their context. */
typedef struct scene {
    sim_case c;
    orr_component two[3];
    uint64_t fails_at; /* tick; UINT64_MAX: never */
    orr_entity victim;
} scene;

static scene scene_new(uint32_t threads)
{
    scene s = { .c = case_new(threads), .fails_at = UINT64_MAX };
    s.two[0] = s.c.position;
    s.two[1] = s.c.velocity;
    return s;
}

/* Position += Velocity * dt, and Velocity turns; marks rows of Velocity that it writes when it is declared so. */
static int32_t swirl(orr_run *run, void *context)
{
    const scene *s = context;
    const float dt = orr_run_tick(run)->dt_f32;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *x = orr_run_write(run, s->c.px), *y = orr_run_write(run, s->c.py);
        float *vx = orr_run_write(run, s->c.vx), *vy = orr_run_write(run, s->c.vy);
        uint64_t *marks = orr_run_marks(run, s->c.velocity);
        if (!x || !y || !vx || !vy || !marks) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) {
            x[i] += vx[i] * dt;
            y[i] += vy[i] * dt;
            if (rows->entity[i] % 3 == 0) continue;
            const float keep = vx[i];
            vx[i] -= vy[i] * dt;
            vy[i] += keep * dt;
            orr_mark(marks, i);
        }
        (void)orr_run_reduce(run, ORR_SUM, "x", (double)x[rows->begin]);
    }
    return ORR_OK;
}

static void scatter(const scene *s, uint32_t count)
{
    orr_entity *handles = malloc(count * sizeof *handles);
    assert_non_null(handles);
    assert_ok(orr_entity_spawn(s->c.world, s->c.mote, count, handles));
    for (uint32_t i = 0; i < count; i++) {
        case_set(&s->c, handles[i], s->c.px, (float)(i % 97));
        case_set(&s->c, handles[i], s->c.vx, 1 + (float)(i % 7));
    }
    for (uint32_t i = 0; i < count; i += 5) assert_ok(orr_entity_add(s->c.world, &handles[i], 1, s->c.frozen));
    free(handles);
}

static void declare_swirl(scene *s, bool snapshot)
{
    const orr_component writes[] = { s->c.position, 0 }, marks[] = { s->c.velocity, 0 };
    const orr_system_desc desc = { .name = "swirl",
                                   .query.all = s->two,
                                   .writes = writes,
                                   .marks = marks,
                                   .on = ORR_ON_WORKERS,
                                   .snapshot = snapshot,
                                   .run = swirl,
                                   .context = s };
    if (!orr_system_create(s->c.world, &desc)) fail_msg("%s", orr_last_error());
}

static void equals_in_place(void **state)
{
    (void)state;
    uint64_t wanted[10] = { 0 };
    uint64_t changed[10] = { 0 };
    for (uint32_t threads = 0; threads <= 4; threads++) {
        for (int snapshot = 0; snapshot < 2; snapshot++) {
            scene s = scene_new(threads);
            scatter(&s, 20000);
            declare_swirl(&s, snapshot);
            const orr_component watched[] = { s.c.velocity, 0 };
            const orr_tracker tracker = orr_tracker_create(s.c.world, watched);
            for (int tick = 0; tick < 10; tick++) {
                orr_tracker_clear(s.c.world, tracker);
                assert_ok(orr_world_step(s.c.world, 1));
                const uint64_t hash = orr_world_hash(s.c.world), rows = orr_tracker_count(s.c.world, tracker);
                if (threads == 0 && !snapshot) {
                    wanted[tick] = hash;
                    changed[tick] = rows;
                }
                assert_true(hash == wanted[tick]);
                assert_true(rows == changed[tick]);
                assert_true(rows > 0 && rows < 20000);
            }
            assert_int_equal(orr_world_dropped(s.c.world), 0);
            case_end(&s.c);
        }
    }
}

static void jobs_too(void **state)
{
    (void)state;
    uint64_t wanted = 0;
    for (uint32_t threads = 0; threads <= 2; threads++) {
        for (int snapshot = 0; snapshot < 2; snapshot++) {
            scene s = scene_new(threads);
            scatter(&s, 20000);
            const orr_system_desc desc = {
                .name = "move", .job = "integrate", .snapshot = snapshot, .query.all = s.two
            };
            if (!orr_system_create(s.c.world, &desc)) fail_msg("%s", orr_last_error());
            assert_ok(orr_world_step(s.c.world, 20));
            if (!wanted) wanted = orr_world_hash(s.c.world);
            assert_true(orr_world_hash(s.c.world) == wanted);
            case_end(&s.c);
        }
    }
}

/* ---- what is not marked is not committed ---- */

static int32_t scribble(orr_run *run, void *context)
{
    const scene *s = context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *x = orr_run_write(run, s->c.px);
        uint64_t *marks = orr_run_marks(run, s->c.position);
        if (!x || !marks) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) x[i] = 1000 + (float)i;
        for (uint32_t i = rows->begin + 3; i < rows->end; i += 64) orr_mark(marks, i);
        if (rows->end - rows->begin > 128) orr_mark_range(marks, rows->begin + 60, rows->begin + 70);
    }
    return orr_run_tick(run)->tick == s->fails_at ? ORR_E_ARGUMENT : ORR_OK;
}

static orr_system declare_scribble(scene *s, uint32_t latency, uint32_t on_error)
{
    const orr_component marks[] = { s->c.position, 0 };
    const orr_system system = orr_system_create(s->c.world, &(orr_system_desc){ .name = "scribble",
                                                                                .query.all = s->two,
                                                                                .marks = marks,
                                                                                .on = ORR_ON_WORKERS,
                                                                                .snapshot = true,
                                                                                .latency = latency,
                                                                                .on_error = on_error,
                                                                                .run = scribble,
                                                                                .context = s });
    if (!system) fail_msg("%s", orr_last_error());
    return system;
}

static void only_marked_rows(void **state)
{
    (void)state;
    scene s = scene_new(2);
    orr_entity handles[1000];
    assert_ok(orr_entity_spawn(s.c.world, s.c.mote, 1000, handles));
    declare_scribble(&s, 0, 0);
    assert_ok(orr_world_step(s.c.world, 1));
    for (uint32_t i = 0; i < 1000; i++) {
        const uint32_t in_range = i % 512;
        const bool marked = in_range % 64 == 3 || (in_range >= 60 && in_range < 70);
        assert_true(case_f32(&s.c, handles[i], s.c.px) == (marked ? 1000 + (float)i : 0));
    }
    case_end(&s.c);
}

/* Writes y of all rows through the pointer that it asked for at the chunk's first range, x at every other range. */
static int32_t hold(orr_run *run, void *context)
{
    const scene *s = context;
    const orr_entity *chunk = NULL;
    float *y = NULL;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        if (rows->entity != chunk) y = orr_run_write(run, s->c.py);
        chunk = rows->entity;
        float *x = rows->begin % 1024 == 0 ? orr_run_write(run, s->c.px) : NULL;
        if (!y) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) {
            y[i] += 1;
            if (x) x[i] += y[i];
        }
    }
    return ORR_OK;
}

static void fields_in_turn(void **state)
{
    (void)state;
    uint64_t wanted = 0;
    for (uint32_t threads = 0; threads <= 2; threads++) {
        for (int snapshot = 0; snapshot < 2; snapshot++) {
            scene s = scene_new(threads);
            scatter(&s, 20000);
            const orr_component writes[] = { s.c.position, 0 };
            assert_int_not_equal(0, orr_system_create(s.c.world, &(orr_system_desc){ .name = "hold",
                                                                                     .query.all = s.two,
                                                                                     .writes = writes,
                                                                                     .on = ORR_ON_WORKERS,
                                                                                     .snapshot = snapshot,
                                                                                     .run = hold,
                                                                                     .context = &s }));
            assert_ok(orr_world_step(s.c.world, 5));
            if (!wanted) wanted = orr_world_hash(s.c.world);
            assert_true(orr_world_hash(s.c.world) == wanted);
            case_end(&s.c);
        }
    }
}

static void failed_runs_commit_nothing(void **state)
{
    (void)state;
    for (uint32_t latency = 0; latency < 3; latency++) {
        scene s = scene_new(2);
        orr_entity handles[100];
        assert_ok(orr_entity_spawn(s.c.world, s.c.mote, 100, handles));
        s.fails_at = 0;
        declare_scribble(&s, latency, ORR_ON_ERROR_STOP);
        const uint64_t before = orr_world_entity_count(s.c.world);
        int32_t code = ORR_OK;
        for (uint32_t tick = 0; tick <= latency; tick++) {
            assert_int_equal(code, ORR_OK);
            code = orr_world_step(s.c.world, 1);
        }
        assert_int_equal(code, ORR_E_ARGUMENT);
        assert_says("system 'scribble'");
        assert_says("tick 0");
        for (uint32_t i = 0; i < 100; i++) assert_true(case_f32(&s.c, handles[i], s.c.px) == 0);
        assert_int_equal(orr_world_entity_count(s.c.world), before);
        assert_ok(orr_world_step(s.c.world, latency + 1)); /* the next run is not told */
        assert_true(case_f32(&s.c, handles[3], s.c.px) == 1003);
        case_end(&s.c);
    }
}

/* ---- latency ---- */

static int32_t count_up(orr_run *run, void *context)
{
    const scene *s = context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *x = orr_run_write(run, s->c.px);
        if (!x) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) x[i] += 1;
    }
    return ORR_OK;
}

static int32_t copy_late(orr_run *run, void *context)
{
    const scene *s = context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        const float *x = orr_run_read(run, s->c.px);
        float *vx = orr_run_write(run, s->c.vx);
        if (!x || !vx) return ORR_E_ACCESS;
        for (uint32_t i = rows->begin; i < rows->end; i++) vx[i] = x[i];
        int64_t made = 0;
        int32_t code = ORR_OK;
        if (rows->begin == 0) code = orr_patch_spawn(run, s->c.still, 1, &made);
        if (code == ORR_OK && made) code = orr_patch_set(run, made, s->c.px, (orr_value){ .f32 = x[0] });
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

static void comes_later(void **state)
{
    (void)state;
    uint64_t wanted[3] = { 0 };
    for (uint32_t threads = 0; threads <= 2; threads++) {
        for (uint32_t latency = 0; latency < 3; latency++) {
            scene s = scene_new(threads);
            orr_entity handles[3000];
            assert_ok(orr_entity_spawn(s.c.world, s.c.mote, 3000, handles));
            const orr_component x[] = { s.c.position, 0 }, v[] = { s.c.velocity, 0 };
            assert_int_not_equal(
                0, orr_system_create(
                       s.c.world, &(orr_system_desc){
                                      .name = "up", .query.all = s.two, .writes = x, .run = count_up, .context = &s }));
            assert_int_not_equal(0, orr_system_create(s.c.world, &(orr_system_desc){ .name = "late",
                                                                                     .query.all = s.two,
                                                                                     .reads = x,
                                                                                     .writes = v,
                                                                                     .on = ORR_ON_WORKERS,
                                                                                     .snapshot = true,
                                                                                     .latency = latency,
                                                                                     .run = copy_late,
                                                                                     .context = &s }));
            for (uint32_t tick = 0; tick < 8; tick++) {
                assert_ok(orr_world_step(s.c.world, 1));
                const float now = (float)tick + 1, then = tick < latency ? 0 : now - (float)latency;
                assert_true(case_f32(&s.c, handles[2999], s.c.px) == now);
                assert_true(case_f32(&s.c, handles[2999], s.c.vx) == then);
                const uint32_t spawned = tick < latency ? 0 : tick - latency + 1;
                assert_int_equal(orr_world_entity_count(s.c.world), 3000 + spawned);
            }
            const uint64_t hash = orr_world_hash(s.c.world);
            if (threads == 0) wanted[latency] = hash;
            assert_true(hash == wanted[latency]);
            case_end(&s.c);
        }
    }
}

static int32_t lift(orr_run *run, void *context)
{
    const scene *s = context;
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        float *vy = orr_run_write(run, s->c.vy);
        for (uint32_t i = rows->begin; i < rows->end; i++) vy[i] += 1;
    }
    return ORR_OK;
}

/* A late commit overwrites what was written meanwhile, in all fields of the component. */
static void overwrites(void **state)
{
    (void)state;
    scene s = scene_new(2);
    orr_entity handles[3000];
    assert_ok(orr_entity_spawn(s.c.world, s.c.mote, 3000, handles));
    const orr_component x[] = { s.c.position, 0 }, v[] = { s.c.velocity, 0 };
    const orr_system_desc descs[] = {
        { .name = "up", .query.all = s.two, .writes = v, .run = lift, .context = &s },
        { .name = "late",
          .query.all = s.two,
          .reads = x,
          .writes = v,
          .on = ORR_ON_WORKERS,
          .snapshot = true,
          .latency = 2,
          .run = copy_late,
          .context = &s },
    };
    for (uint32_t i = 0; i < 2; i++) assert_int_not_equal(0, orr_system_create(s.c.world, &descs[i]));
    const float wanted[] = { 1, 2, 1, 2, 3 }; /* the snapshot of two ticks before has the last word */
    const float before = case_f32(&s.c, handles[2999], s.c.vy);
    for (uint32_t tick = 0; tick < 5; tick++) {
        assert_ok(orr_world_step(s.c.world, 1));
        assert_true(case_f32(&s.c, handles[2999], s.c.vy) - before == wanted[tick]);
    }
    case_end(&s.c);
}

/* Who dies, loses the component or moves to another table between. */
static void finds_who_is_left(void **state)
{
    (void)state;
    scene s = scene_new(2);
    orr_entity handles[200];
    assert_ok(orr_entity_spawn(s.c.world, s.c.mote, 200, handles));
    const orr_component x[] = { s.c.position, 0 }, v[] = { s.c.velocity, 0 };
    assert_int_not_equal(
        0, orr_system_create(
               s.c.world,
               &(orr_system_desc){ .name = "up", .query.all = s.two, .writes = x, .run = count_up, .context = &s }));
    assert_int_not_equal(0, orr_system_create(s.c.world, &(orr_system_desc){ .name = "late",
                                                                             .query.all = s.two,
                                                                             .reads = x,
                                                                             .writes = v,
                                                                             .on = ORR_ON_WORKERS,
                                                                             .snapshot = true,
                                                                             .latency = 1,
                                                                             .run = copy_late,
                                                                             .context = &s }));
    assert_ok(orr_world_step(s.c.world, 1));
    assert_ok(orr_entity_destroy(s.c.world, &handles[10], 5));
    assert_ok(orr_entity_remove(s.c.world, &handles[20], 1, s.c.velocity));
    assert_ok(orr_entity_add(s.c.world, &handles[30], 1, s.c.frozen));
    assert_ok(orr_world_step(s.c.world, 1));
    assert_int_equal(orr_world_dropped(s.c.world), 6);
    for (uint32_t i = 0; i < 200; i++) {
        if ((i >= 10 && i < 15) || i == 20) continue;
        assert_true(case_f32(&s.c, handles[i], s.c.vx) == 1);
    }
    case_end(&s.c);
}

/* A world may end with runs in the air; every request for memory may be refused. */
static void memory(void **state)
{
    (void)state;
    for (int64_t n = 0;; n++) {
        faulty f;
        const orr_allocator hooks = faulty_allocator(&f, -1);
        scene s = { .c = case_of(&(orr_world_desc){ .allocator = &hooks, .dt = 1 }), .fails_at = UINT64_MAX };
        s.two[0] = s.c.position;
        s.two[1] = s.c.velocity;
        assert_ok(orr_entity_spawn(s.c.world, s.c.mote, 700, NULL));
        declare_scribble(&s, 2, ORR_ON_ERROR_STOP);
        declare_swirl(&s, true);
        atomic_store(&f.left, n);
        const int32_t code = orr_world_step(s.c.world, 4);
        const bool reached = atomic_load(&f.refused) > 0;
        atomic_store(&f.left, -1);
        if (!reached) assert_int_equal(code, ORR_OK);
        if (code != ORR_OK) assert_int_equal(code, ORR_E_MEMORY);
        for (int tick = 0; tick < 2; tick++) (void)orr_world_step(s.c.world, 1); /* says what is due by then */
        assert_ok(orr_world_step(s.c.world, 1));
        case_end(&s.c);
        assert_int_equal(atomic_load(&f.alive), 0);
        if (!reached) break;
    }
}

static void refused(void **state)
{
    (void)state;
    scene s = scene_new(0);
    const orr_system_desc main = { .name = "a", .query.all = s.two, .snapshot = true, .run = swirl };
    assert_int_equal(orr_system_create(s.c.world, &main), 0);
    assert_says("a snapshot is for jobs and for systems on workers");
    const orr_system_desc place = { .name = "a", .query.all = s.two, .latency = 1, .on = ORR_ON_WORKERS, .run = swirl };
    assert_int_equal(orr_system_create(s.c.world, &place), 0);
    assert_says("`latency` is for snapshots");
    const orr_system_desc once = { .name = "a",
                                   .query.all = s.two,
                                   .latency = 1,
                                   .snapshot = true,
                                   .run = swirl,
                                   .on = ORR_ON_WORKERS,
                                   .stage = "startup" };
    assert_int_equal(orr_system_create(s.c.world, &once), 0);
    assert_says("runs once");
    case_end(&s.c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_in_place),  cmocka_unit_test(jobs_too),
        cmocka_unit_test(only_marked_rows), cmocka_unit_test(fields_in_turn),
        cmocka_unit_test(overwrites),       cmocka_unit_test(failed_runs_commit_nothing),
        cmocka_unit_test(comes_later),      cmocka_unit_test(finds_who_is_left),
        cmocka_unit_test(memory),           cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
