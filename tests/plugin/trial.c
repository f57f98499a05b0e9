/* Jobs for tests of isolation = "process": one that crashes, hangs or writes where it must not, as often as it is told;
 * one with slots of all types; one that records. */
#include <orrery_job.h>

#include <stdio.h>
#include <stdlib.h>
#ifdef __unix__
#include <unistd.h>
#endif

typedef struct trial_params {
    uint32_t fault; /* what goes wrong in the first range: see `fall` */
    uint32_t times; /* how often, counted in the file ORRERY_TRIAL; at most once a tick if `paced` */
    uint32_t paced;
    float step;
} trial_params;

/* Whether it is to happen now; counts. Without a file it always is. */
static int now(const trial_params *params, const orr_tick *tick)
{
    const char *path = getenv("ORRERY_TRIAL");
    if (!path || !params->times) return 1;
    unsigned count = 0;
    FILE *file = fopen(path, "r");
    if (file) {
        if (fscanf(file, "%u", &count) != 1) count = 0;
        fclose(file);
    }
    if (count >= params->times || (params->paced && count > tick->tick)) return 0;
    file = fopen(path, "w");
    if (!file) return 0;
    fprintf(file, "%u\n", count + 1);
    fclose(file);
    return 1;
}

static int32_t fall(uint32_t fault, const orr_rows *rows, const orr_tick *tick)
{
    volatile int *volatile nowhere = NULL;
    float *x = orr_slot(rows, 0);
    for (uint32_t i = rows->begin; i < rows->end; i++) x[i] = -12345; /* wrong, and never to be seen */
    switch (fault) {
    case 1: *nowhere = 1; break;
    case 2:
        for (volatile int forever = 1; forever;) {}
        break;
    case 3: exit(5);
    case 4: abort();
    case 5: /* over the end of its column: stopped there */
        for (uint32_t i = rows->end; i < 1u << 20; i++) ((volatile float *)x)[i] = -1;
        break;
    case 6: return orr_job_fail(rows, tick, "has had enough");
    case 7: return -77;
    default: break;
    }
    return ORR_OK;
}

/* Forks. What comes of it goes on like its parent, or never ends. */
static void split(uint32_t fault)
{
#ifdef __unix__
    if ((fault == 9 || fault == 10) && fork() == 0 && fault == 10) {
        for (;;) pause();
    }
#endif
    (void)fault;
}

static int32_t trial(const orr_rows *rows, const orr_tick *tick)
{
    float *x = orr_slot(rows, 0);
    const float *vx = orr_slot(rows, 1);
    const trial_params *params = orr_params(tick);
    if (params->fault && params->fault < 8 && rows->begin == 0 && rows->gather_base == 0 && now(params, tick))
        return fall(params->fault, rows, tick);
    split(rows->begin == 0 && rows->gather_base == 0 ? params->fault : 0);
    const float step = params->step * tick->dt_f32;
    for (uint32_t i = rows->begin, end = orr_rows_padded_end(rows); i < end; i++) x[i] += vx[i] * step;
    if (params->fault != 8) return ORR_OK;
    for (uint32_t i = 0; i < 4096; i++) { /* rows of others: never to be seen */
        if (i < rows->begin || i >= rows->end) x[i] = -1;
    }
    return ORR_OK;
}

static const orr_slot_desc trial_slots[] = { ORR_SLOT_RW("position.x", f32), ORR_SLOT_R("velocity.x", f32) };
static const orr_job_param trial_list[] = {
    ORR_PARAM(trial_params, fault, u32, 0, 0, 0),
    ORR_PARAM(trial_params, times, u32, 0, 0, 0),
    ORR_PARAM(trial_params, paced, u32, 0, 0, 0),
    ORR_PARAM(trial_params, step, f32, 1, -1000, 1000),
};
ORR_JOB(trial, trial_slots, .arithmetic = ORR_F32, .param_count = 4, .params = trial_list,
        .params_bytes = sizeof(trial_params));

/* One of each type, each changed in its own way. */
#define ALL(X)                                                                                                         \
    X(0, float)                                                                                                        \
    X(1, double)                                                                                                       \
    X(2, int8_t) X(3, uint8_t) X(4, int16_t) X(5, uint16_t) X(6, int32_t) X(7, uint32_t) X(8, int64_t) X(9, uint64_t)
static int32_t types(const orr_rows *rows, const orr_tick *tick)
{
    const float *maybe = orr_slot(rows, 12);
    const orr_entity *entity = rows->entity;
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        const uint32_t add = (uint32_t)(entity[i] % 3) + tick->substep;
#define CHANGE(slot, type) ((type *)rows->slots[slot])[i] = (type)(((type *)rows->slots[slot])[i] + (type)add);
        ALL(CHANGE)
        uint8_t *flag = orr_slot(rows, 10);
        orr_entity *self = orr_slot(rows, 11);
        flag[i] = !flag[i];
        self[i] = entity[i];
        if (maybe) ((float *)rows->slots[0])[i] += maybe[i];
    }
    return ORR_OK;
}
static const orr_slot_desc types_slots[] = {
    ORR_SLOT_RW("all.a", f32),
    ORR_SLOT_RW("all.b", f64),
    ORR_SLOT_RW("all.c", i8),
    ORR_SLOT_RW("all.d", u8),
    ORR_SLOT_RW("all.e", i16),
    ORR_SLOT_RW("all.f", u16),
    ORR_SLOT_RW("all.g", i32),
    ORR_SLOT_RW("all.h", u32),
    ORR_SLOT_RW("all.i", i64),
    ORR_SLOT_RW("all.j", u64),
    ORR_SLOT_RW("all.k", bool),
    ORR_SLOT_RW("all.l", entity),
    ORR_SLOT_OPTIONAL("velocity.x", f32),
};
ORR_JOB(types, types_slots, .arithmetic = ORR_F64);

/* Marks every third row, looks at the changed ones, and uses every call. */
static int32_t notes(const orr_rows *rows, const orr_tick *tick)
{
    float *x = orr_slot(rows, 0), *again = orr_slot(rows, 1);
    int32_t code = ORR_OK;
    for (uint32_t i = rows->begin; i < rows->end && code == ORR_OK; i++) {
        x[i] += (float)orr_normal(rows, tick, i, 1);
        if (rows->changed && orr_next_changed(rows, i) == i) again[i] += 1;
        if (rows->entity[i] % 3 == 0) orr_mark(orr_marks(rows, 1), i);
        code = orr_reduce(rows, tick, ORR_SUM, "sum", x[i]);
        if (code == ORR_OK && rows->entity[i] % 97 == 0) {
            int64_t born = 0;
            const double values[2] = { x[i], (double)rows->entity[i] };
            code = orr_emit(rows, tick, "Met", values, 2);
            if (code == ORR_OK) code = orr_job_spawn(rows, tick, "Mote", 2, &born);
            if (code == ORR_OK) code = orr_job_set(rows, tick, born - 1, "Position.x", x[i]);
            if (code == ORR_OK) code = orr_job_add(rows, tick, born, "Frozen");
            if (code == ORR_OK) code = orr_job_remove(rows, tick, (int64_t)rows->entity[i], "Velocity");
        }
        if (code == ORR_OK && rows->entity[i] % 101 == 0) code = orr_job_destroy(rows, tick, (int64_t)rows->entity[i]);
    }
    return code;
}
static const orr_slot_desc notes_slots[] = { ORR_SLOT_MARK("position.x", f32), ORR_SLOT_MARK("position.y", f32) };
ORR_JOB(notes, notes_slots, .arithmetic = ORR_F32);

/* "bad" of tests/c/failing.h: adds 1, and in tick 2 records, and falls in two ranges. */
static int32_t stumble(const orr_rows *rows, const orr_tick *tick)
{
    float *x = orr_slot(rows, 0);
    const trial_params *params = orr_params(tick);
    if (tick->tick == 2) {
        int32_t code = orr_job_spawn(rows, tick, "Still", 1, NULL);
        if (code == ORR_OK) code = orr_job_destroy(rows, tick, (int64_t)rows->entity[rows->end - 1]);
        if (code == ORR_OK) code = orr_job_set(rows, tick, (int64_t)rows->entity[rows->begin], "Position.y", 77);
        if (code == ORR_OK) code = orr_emit(rows, tick, "happened", (double[]){ 1 }, 1);
        if (code == ORR_OK) code = orr_reduce(rows, tick, ORR_SUM, "bad", 1);
        if (code != ORR_OK) return code;
    }
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        const uint64_t index = rows->entity[i] >> 20;
        if (tick->tick == 2 && (index == 1636 || index == 4000)) return fall(params->fault, rows, tick);
        x[i] += 1;
    }
    return ORR_OK;
}
static const orr_slot_desc stumble_slots[] = { ORR_SLOT_RW("position.x", f32) };
ORR_JOB(stumble, stumble_slots, .arithmetic = ORR_F32, .param_count = 4, .params = trial_list,
        .params_bytes = sizeof(trial_params));

/* Writes what is to be spawned into the rows; with a fault a handle that nobody gave out. */
static int32_t links(const orr_rows *rows, const orr_tick *tick)
{
    orr_entity *to = orr_slot(rows, 0);
    const trial_params *params = orr_params(tick);
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        int64_t born = 0;
        if (rows->entity[i] % 7 != 0) continue;
        const int32_t code = orr_job_spawn(rows, tick, "Still", 3, &born);
        if (code != ORR_OK) return code;
        to[i] = (orr_entity)(params->fault ? -77777 : born - 1);
    }
    return ORR_OK;
}
static const orr_slot_desc links_slots[] = { ORR_SLOT_RW("link.to", entity) };
ORR_JOB(links, links_slots, .param_count = 4, .params = trial_list, .params_bytes = sizeof(trial_params));

/* What cannot be isolated. */
static int32_t nothing(const orr_rows *rows, const orr_tick *tick)
{
    (void)rows, (void)tick;
    return ORR_OK;
}
static int32_t around(const orr_tick *tick)
{
    (void)tick;
    return ORR_OK;
}
static int32_t lost(const orr_rows *rows, const orr_tick *tick)
{
    return nothing(rows, tick);
}
static int32_t framed(const orr_rows *rows, const orr_tick *tick)
{
    return nothing(rows, tick);
}
static int32_t whole(const orr_rows *rows, const orr_tick *tick)
{
    return nothing(rows, tick);
}
static const orr_slot_desc gather_slots[] = { ORR_SLOT_RW("position.x", f32), ORR_GATHER("velocity.x", f32) };
ORR_JOB(nothing, gather_slots, .arithmetic = ORR_F32);
ORR_JOB(lost, trial_slots, .arithmetic = ORR_F32, .state_bytes = 8);
ORR_JOB(framed, trial_slots, .arithmetic = ORR_F32, .begin = around);
ORR_JOB(whole, trial_slots, .arithmetic = ORR_F32, .flags = ORR_WHOLE);

static const orr_slot_desc near_slots[] = { ORR_SLOT_RW("position.x", f32), ORR_NEIGHBOURS("near") };
static const orr_slot_desc cells_slots[] = { ORR_SLOT_RW("position.x", f32), ORR_LATTICE_R("heat.t", f32) };
static const orr_slot_desc wind_slots[] = { ORR_SLOT_RW("position.x", f32), ORR_RESOURCE_R("wind.x", f32) };
static int32_t near_one(const orr_rows *rows, const orr_tick *tick)
{
    return nothing(rows, tick);
}
static int32_t cells(const orr_rows *rows, const orr_tick *tick)
{
    return nothing(rows, tick);
}
static int32_t wind(const orr_rows *rows, const orr_tick *tick)
{
    return nothing(rows, tick);
}
ORR_JOB(near_one, near_slots);
ORR_JOB(cells, cells_slots);
ORR_JOB(wind, wind_slots);

ORR_EXPORT_JOBS(&orr_job_trial, &orr_job_types, &orr_job_notes, &orr_job_nothing, &orr_job_lost, &orr_job_framed,
                &orr_job_whole, &orr_job_stumble, &orr_job_links, &orr_job_near_one, &orr_job_cells, &orr_job_wind);
