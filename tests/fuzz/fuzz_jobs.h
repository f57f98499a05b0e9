/* What the systems of fuzz_schedule.c do: one way of recording for functions and for native jobs, and the jobs. All
 * that is done is a function of the seed, the tick, the system and the row: never of time, thread or grouping. */
#ifndef TESTS_FUZZ_JOBS_H
#define TESTS_FUZZ_JOBS_H

#include "orrery.h"
#include "orrery_job.h"

#include <stdio.h>
#include <string.h>

/* K0{v} K1{to v} K2{v x y} K3{v w} K4{v} K5{v x y} T */
enum { KINDS = 6, TAG = KINDS, PREFABS = 5 };

/* What a system does besides its arithmetic. */
enum { DOES_SETS = 1, DOES_STRUCTURE = 2, DOES_RESULTS = 4, DOES_FAIL = 8, DOES_OTHERS = 16, DOES_FAIL_AROUND = 32 };

typedef struct handles {
    orr_component components[KINDS + 1];
    orr_field v[KINDS], to, x, y;
    orr_prefab prefabs[PREFABS];
    orr_event event;
} handles;

/* What a job gets as params; a function from its context. */
typedef struct traits {
    uint32_t number, write, does;
    float weight;
} traits;

/* A range of a function, or of a job (run is NULL). */
typedef struct recorder {
    orr_run *run;
    const handles *h;
    const orr_rows *rows;
    const orr_tick *tick;
    const traits *is;
} recorder;

static uint64_t dice_of(const recorder *r, uint32_t row, uint32_t k)
{
    return orr_random_bits(r->tick->stream, r->rows->entity[row], k * 64 + r->tick->substep);
}

static const char *kind_name(uint32_t kind)
{
    static const char *const names[] = { "K0", "K1", "K2", "K3", "K4", "K5", "T" };
    return names[kind];
}

static const char *v_name(uint32_t kind)
{
    static const char *const names[] = { "K0.v", "K1.v", "K2.v", "K3.v", "K4.v", "K5.v" };
    return names[kind];
}

static int32_t record_set(const recorder *r, int64_t entity, uint32_t kind, uint32_t value)
{
    return r->run ? orr_patch_set(r->run, entity, r->h->v[kind], (orr_value){ .u32 = value })
                  : orr_job_set(r->rows, r->tick, entity, v_name(kind), value);
}

static int32_t record_link(const recorder *r, int64_t entity, int64_t to)
{
    return r->run ? orr_patch_set(r->run, entity, r->h->to, (orr_value){ .entity = (orr_entity)to })
                  : orr_job_set(r->rows, r->tick, entity, "K1.to", (double)to);
}

static int32_t record_add(const recorder *r, int64_t entity, uint32_t kind)
{
    return r->run ? orr_patch_add(r->run, entity, r->h->components[kind])
                  : orr_job_add(r->rows, r->tick, entity, kind_name(kind));
}

static int32_t record_remove(const recorder *r, int64_t entity, uint32_t kind)
{
    return r->run ? orr_patch_remove(r->run, entity, r->h->components[kind])
                  : orr_job_remove(r->rows, r->tick, entity, kind_name(kind));
}

static int32_t record_destroy(const recorder *r, int64_t entity)
{
    return r->run ? orr_patch_destroy(r->run, entity) : orr_job_destroy(r->rows, r->tick, entity);
}

/* Prefab 1 has K1, so that links to what is born with it mean something. */
static int32_t record_spawn(const recorder *r, uint64_t dice)
{
    static const char *const names[PREFABS] = { "P0", "P1", "P2", "P3", "P4" };
    const uint32_t prefab = (uint32_t)(dice % PREFABS), count = 1 + (uint32_t)(dice / 8 % 3);
    int64_t born = 0;
    int32_t code = r->run ? orr_patch_spawn(r->run, r->h->prefabs[prefab], count, &born)
                          : orr_job_spawn(r->rows, r->tick, names[prefab], count, &born);
    if (code == ORR_OK && prefab == 1) code = record_link(r, born, born - (int64_t)(count - 1));
    if (code == ORR_OK && dice & 64) code = record_set(r, born, 0, (uint32_t)dice);
    if (code == ORR_OK && (dice & 0x380) == 0) code = record_destroy(r, born);
    if (code == ORR_OK && (dice & 0x1C00) == 0) code = record_add(r, born, TAG);
    return code;
}

static int32_t record_structure(const recorder *r, uint32_t row, uint64_t dice)
{
    const int64_t self = (int64_t)r->rows->entity[row];
    switch (dice % 6) {
    case 0: return record_spawn(r, dice >> 8);
    case 1: return record_destroy(r, self);
    case 2: return record_add(r, self, (uint32_t)(dice >> 8) % (KINDS + 1));
    case 3: return record_remove(r, self, (uint32_t)(dice >> 8) % (KINDS + 1));
    case 4: return record_destroy(r, (int64_t)(((r->rows->entity[row] >> 20) ^ (dice >> 8 & 15)) << 20 | 1));
    default: return record_add(r, self, TAG);
    }
}

static int32_t record_results(const recorder *r, uint32_t row, uint64_t dice)
{
    static const char *const names[] = { "r0", "r1", "r2" };
    const uint32_t kind = (uint32_t)(dice % 3);
    const double value = (double)(dice >> 40) * 0.1;
    int32_t code = r->run ? orr_run_reduce(r->run, kind, names[kind], value)
                          : orr_reduce(r->rows, r->tick, kind, names[kind], value);
    if (code != ORR_OK || dice & 0x30) return code;
    const orr_entity who = r->rows->entity[row];
    if (r->run) return orr_run_emit(r->run, r->h->event, (orr_value[]){ { .entity = who }, { .f64 = value } });
    return orr_emit(r->rows, r->tick, "ev", (double[]){ (double)who, value }, 2);
}

/* A set for another entity by a guess at its handle: it may be dead, or lack the component. */
static int32_t record_others(const recorder *r, uint32_t row, uint64_t dice)
{
    const uint64_t other = ((r->rows->entity[row] >> 20) ^ (dice & 63)) << 20 | (1 + (dice >> 6) % 2);
    return record_set(r, (int64_t)other, r->is->write, (uint32_t)(dice >> 32));
}

static int32_t record_row(const recorder *r, uint32_t row)
{
    const uint32_t does = r->is->does;
    const uint64_t dice = dice_of(r, row, 1);
    int32_t code = ORR_OK;
    if (does & DOES_SETS && dice % 32 == 0)
        code = record_set(r, (int64_t)r->rows->entity[row], r->is->write, (uint32_t)(dice >> 32));
    if (code == ORR_OK && does & DOES_STRUCTURE && (dice >> 8) % 64 == 0)
        code = record_structure(r, row, dice_of(r, row, 2));
    if (code == ORR_OK && does & DOES_RESULTS && (dice >> 16) % 16 == 0)
        code = record_results(r, row, dice_of(r, row, 3));
    if (code == ORR_OK && does & DOES_OTHERS && (dice >> 24) % 64 == 0)
        code = record_others(r, row, dice_of(r, row, 4));
    if (code == ORR_OK && does & DOES_FAIL && (dice >> 32) % 2048 == 0) {
        if (r->run || dice >> 63) return (dice >> 62) & 1 ? ORR_E_JOB : 7;
        return orr_job_fail(r->rows, r->tick, "as it was told");
    }
    return code;
}

static uint32_t mixed(const recorder *r, uint32_t row, uint32_t value)
{
    return value * 2654435761u + r->is->number + (uint32_t)(orr_uniform(r->rows, r->tick, row, 0) * 1024);
}

static recorder job_recorder(const orr_rows *rows, const orr_tick *tick)
{
    return (recorder){ .rows = rows, .tick = tick, .is = orr_params(tick) };
}

#define TRAITS .param_count = 4, .params = traits_params, .params_bytes = sizeof(traits)
static const orr_job_param traits_params[] = { ORR_PARAM(traits, number, u32, 0, 0, 0),
                                               ORR_PARAM(traits, write, u32, 0, 0, 0),
                                               ORR_PARAM(traits, does, u32, 0, 0, 0),
                                               ORR_PARAM(traits, weight, f32, 0, 0, 0) };

/* ---- jobs ---- */

static int32_t job_mix(const orr_rows *rows, const orr_tick *tick)
{
    const recorder r = job_recorder(rows, tick);
    uint32_t *a = orr_slot(rows, 0);
    const uint32_t *b = orr_slot(rows, 1);
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        a[i] = mixed(&r, i, a[i]) ^ (b ? b[i] : 5u);
        const int32_t code = record_row(&r, i);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}
static const orr_slot_desc mix_slots[] = { ORR_SLOT_RW("a.v", u32), ORR_SLOT_OPTIONAL("b.v", u32) };
ORR_JOB(job_mix, mix_slots, TRAITS);

/* Of a `changed` query: the rows that qualify. */
static int32_t job_mark(const orr_rows *rows, const orr_tick *tick)
{
    const recorder r = job_recorder(rows, tick);
    uint32_t *a = orr_slot(rows, 0);
    uint64_t *marks = orr_marks(rows, 0);
    const bool some = rows->changed != NULL;
    for (uint32_t i = some ? orr_next_changed(rows, rows->begin) : rows->begin; i < rows->end;
         i = some ? orr_next_changed(rows, i + 1) : i + 1) {
        if (dice_of(&r, i, 5) % 8 == 0) {
            a[i] = mixed(&r, i, a[i]);
            orr_mark(marks, i);
        }
        const int32_t code = record_row(&r, i);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}
static const orr_slot_desc mark_slots[] = { ORR_SLOT_MARK("a.v", u32) };
ORR_JOB(job_mark, mark_slots, TRAITS);

static int32_t job_gather(const orr_rows *rows, const orr_tick *tick)
{
    const recorder r = job_recorder(rows, tick);
    uint32_t *a = orr_slot(rows, 0);
    const orr_gather *b = orr_slot(rows, 1);
    const uint32_t *all = b->data;
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        const uint64_t at = rows->gather_base + i;
        if (b->entity[at] != rows->entity[i]) return orr_job_fail(rows, tick, "the gather has another order");
        a[i] = all[(at * 7 + 3) % b->count] + r.is->number;
        const int32_t code = record_row(&r, i);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}
static const orr_slot_desc gather_slots[] = { ORR_SLOT_W("a.v", u32), ORR_GATHER("b.v", u32) };
ORR_JOB(job_gather, gather_slots, TRAITS);

/* Counts the entries near each row of K2. */
static int32_t job_near(const orr_rows *rows, const orr_tick *tick)
{
    const recorder r = job_recorder(rows, tick);
    uint32_t *a = orr_slot(rows, 0);
    const float *x = orr_slot(rows, 1), *y = orr_slot(rows, 2);
    const orr_neighbours *near_to = orr_slot(rows, 3);
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        uint32_t seen = 0;
        orr_near near = orr_near_begin(near_to, (double)x[i], (double)y[i], 0);
        while (orr_near_next(&near)) {
            for (uint32_t j = near.begin; j < near.end; j++) seen = seen * 31 + (uint32_t)(near_to->entity[j] >> 20);
        }
        a[i] ^= seen;
        const int32_t code = record_row(&r, i);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}
static const orr_slot_desc near_slots[] = { ORR_SLOT_RW("a.v", u32), ORR_SLOT_R("k2.x", f32), ORR_SLOT_R("k2.y", f32),
                                            ORR_NEIGHBOURS("near") };
ORR_JOB(job_near, near_slots, TRAITS);

static int32_t job_move(const orr_rows *rows, const orr_tick *tick)
{
    const recorder r = job_recorder(rows, tick);
    float *x = orr_slot(rows, 0), *y = orr_slot(rows, 1);
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        x[i] = (float)(orr_uniform(rows, tick, i, 2) * 20);
        y[i] = (float)orr_normal(rows, tick, i, 3) + r.is->weight;
    }
    return ORR_OK;
}
static const orr_slot_desc move_slots[] = { ORR_SLOT_RW("a.x", f32), ORR_SLOT_RW("a.y", f32) };
ORR_JOB(job_move, move_slots, TRAITS);

static int32_t job_cells(const orr_rows *rows, const orr_tick *tick)
{
    const traits *is = orr_params(tick);
    const orr_lattice_slot *heat = orr_slot(rows, 0);
    const float *in = heat->read;
    float *out = heat->write;
    for (uint32_t y = rows->begin; y < rows->end; y++) {
        for (uint32_t x = 0; x < heat->width; x++) {
            const uint32_t next = y + 1 < heat->height ? y + 1 : 0;
            out[y * heat->width + x] =
                0.5f * in[y * heat->width + x] + 0.25f * in[next * heat->width + x] + (float)is->number;
        }
        if (is->does & DOES_FAIL && (tick->tick + y) % 97 == 0) return ORR_E_JOB;
    }
    return ORR_OK;
}
static const orr_slot_desc cells_slots[] = { ORR_LATTICE_RW("heat.t", f32) };
ORR_JOB(job_cells, cells_slots, TRAITS);

/* All chunks at once. */
static int32_t job_whole(const orr_rows *rows, const orr_tick *tick)
{
    uint32_t carried = 0;
    for (uint32_t c = 0; c < rows->chunk_count; c++) {
        const recorder r = job_recorder(&rows[c], tick);
        uint32_t *a = orr_slot(&rows[c], 0);
        for (uint32_t i = rows[c].begin; i < rows[c].end; i++) carried = a[i] = mixed(&r, i, a[i] + carried);
        if (rows[c].end > rows[c].begin && c == 0) {
            const int32_t code = record_row(&r, rows[c].begin);
            if (code != ORR_OK) return code;
        }
    }
    return ORR_OK;
}
static const orr_slot_desc whole_slots[] = { ORR_SLOT_RW("a.v", u32) };
ORR_JOB(job_whole, whole_slots, TRAITS, .flags = ORR_WHOLE);

/* A resource that is written: its ranges come one after the other. */
static int32_t job_tally(const orr_rows *rows, const orr_tick *tick)
{
    const recorder r = job_recorder(rows, tick);
    const uint32_t *a = orr_slot(rows, 0);
    uint32_t *tally = orr_slot(rows, 1);
    for (uint32_t i = rows->begin; i < rows->end; i++) *tally = *tally * 31 + a[i];
    return record_row(&r, rows->begin);
}
static const orr_slot_desc tally_slots[] = { ORR_SLOT_R("a.v", u32), ORR_RESOURCE_RW("tally.n", u32) };
ORR_JOB(job_tally, tally_slots, TRAITS);

static int32_t job_told(const orr_rows *rows, const orr_tick *tick)
{
    const recorder r = job_recorder(rows, tick);
    uint32_t *a = orr_slot(rows, 0);
    const uint32_t *tally = orr_slot(rows, 1);
    for (uint32_t i = rows->begin; i < rows->end; i++) a[i] += *tally;
    return record_row(&r, rows->begin);
}
static const orr_slot_desc told_slots[] = { ORR_SLOT_RW("a.v", u32), ORR_RESOURCE_R("tally.n", u32) };
ORR_JOB(job_told, told_slots, TRAITS);

/* With something before and after, which fails now and then. */
typedef struct around_state {
    uint64_t begins, ends;
} around_state;
static int32_t around_begin(const orr_tick *tick)
{
    const traits *is = orr_params(tick);
    around_state *state = orr_state(tick);
    state->begins++;
    return is->does & DOES_FAIL_AROUND && tick->stream % 5 == 0 ? -1 : ORR_OK;
}
static int32_t around_end(const orr_tick *tick)
{
    const traits *is = orr_params(tick);
    around_state *state = orr_state(tick);
    state->ends++;
    return is->does & DOES_FAIL_AROUND && tick->stream % 5 == 1 ? ORR_E_RANGE : ORR_OK;
}
static int32_t job_around(const orr_rows *rows, const orr_tick *tick)
{
    const recorder r = job_recorder(rows, tick);
    const around_state *state = orr_state(tick);
    uint32_t *a = orr_slot(rows, 0);
    for (uint32_t i = rows->begin; i < rows->end; i++) {
        a[i] += (uint32_t)(state->begins * 3 + state->ends);
        const int32_t code = record_row(&r, i);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}
ORR_JOB(job_around, whole_slots, TRAITS, .state_bytes = sizeof(around_state), .begin = around_begin, .end = around_end);

#endif
