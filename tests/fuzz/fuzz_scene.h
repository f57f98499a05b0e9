/* The random worlds of fuzz_schedule.c: what is declared, and what their functions do, from the seed alone. */
#ifndef TESTS_FUZZ_SCENE_H
#define TESTS_FUZZ_SCENE_H

#include "fuzz_jobs.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

enum { SYSTEMS_MOST = 22, TRACKERS = 2, LOG_BYTES = 8192 };

typedef struct scene scene;

typedef struct node {
    traits is;
    scene *of;
    uint32_t read; /* a kind; KINDS: none */
    uint32_t stage;
    bool marks, exclusive, links;
    char name[16];
} node;

struct scene {
    handles h;
    orr_world *world;
    uint64_t seed;
    orr_tracker trackers[TRACKERS];
    orr_query everything;
    orr_param params[2];
    orr_resource tally;
    orr_near_index near;
    uint32_t system_count;
    node nodes[SYSTEMS_MOST];
    bool plain_order; /* no `before`: it made a cycle */
    uint64_t printed; /* by functions on the main thread, in their order */
    char log[LOG_BYTES];
};

static void die(const scene *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "fuzz_schedule: seed %" PRIu64 ": ", s->seed);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    exit(1);
}

static void must(const scene *s, bool ok, const char *what)
{
    if (!ok) die(s, "%s: %s", what, orr_last_error());
}

/* Number `k` of thing `of`, below `below`. */
static uint32_t pick(const scene *s, uint32_t of, uint32_t k, uint32_t below)
{
    return (uint32_t)(orr_random_bits(s->seed, of, k) % below);
}

/* ---- functions ---- */

static int32_t visit_range(const recorder *r, const node *n)
{
    uint32_t *out = n->is.write < KINDS ? orr_run_write(r->run, r->h->v[n->is.write]) : NULL;
    const uint32_t *in = n->read < KINDS ? orr_run_read(r->run, r->h->v[n->read]) : NULL;
    uint64_t *marks = n->marks ? orr_run_marks(r->run, r->h->components[n->is.write]) : NULL;
    if ((n->is.write < KINDS && !out) || (n->read < KINDS && !in) || (n->marks && !marks)) return ORR_E_ACCESS;
    const bool some = r->rows->changed != NULL;
    uint32_t i = some ? orr_next_changed(r->rows, r->rows->begin) : r->rows->begin;
    for (; i < r->rows->end; i = some ? orr_next_changed(r->rows, i + 1) : i + 1) {
        const bool writes = out && (!marks || dice_of(r, i, 6) % 8 == 0);
        if (writes) out[i] = mixed(r, i, out[i]) ^ (in ? in[i] : 0);
        if (writes && marks) orr_mark(marks, i);
        const int32_t code = record_row(r, i);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

/* A link written in place to what the range gives birth to. */
static int32_t visit_links(const recorder *r, const node *n)
{
    if (!n->links || dice_of(r, r->rows->begin, 7) % 4) return ORR_OK;
    orr_entity *to = orr_run_write(r->run, r->h->to);
    int64_t born = 0;
    const int32_t code = orr_patch_spawn(r->run, r->h->prefabs[0], 1, &born);
    if (code == ORR_OK && to) to[r->rows->end - 1] = (orr_entity)born;
    return code;
}

static int32_t visit_ranges(orr_run *run, const node *n)
{
    for (const orr_rows *rows; (rows = orr_run_next(run)) != NULL;) {
        const recorder r = { run, &n->of->h, rows, orr_run_tick(run), &n->is };
        int32_t code = visit_range(&r, n);
        if (code == ORR_OK) code = visit_links(&r, n);
        if (code != ORR_OK) return code;
    }
    return ORR_OK;
}

static int32_t on_workers(orr_run *run, void *context)
{
    const node *n = context;
    return visit_ranges(run, n);
}

/* One range a call. */
static int32_t on_workers_by_one(orr_run *run, void *context)
{
    const node *n = context;
    const orr_rows *rows = orr_run_next(run);
    if (!rows) return ORR_OK;
    const recorder r = { run, &n->of->h, rows, orr_run_tick(run), &n->is };
    return visit_range(&r, n);
}

/* What an exclusive function may besides. */
static int32_t rule(orr_run *run, scene *s, uint64_t dice)
{
    orr_world *world = orr_run_world(run);
    double sum = 0;
    if (orr_reduction_get(world, "r0", &sum) != ORR_OK) sum = 1;
    const uint64_t events = orr_event_count(world, s->h.event);
    s->printed = s->printed * 31 + (uint64_t)(int64_t)sum + events;
    if (dice % 4 == 0) {
        const int32_t code = orr_resource_set(world, s->tally, "n", (orr_value){ .u32 = (uint32_t)(dice >> 32) });
        if (code != ORR_OK) return code;
    }
    if (dice % 8 == 1) {
        const int32_t code = orr_param_set(world, s->params[1], (double)((dice >> 16) % 3));
        if (code != ORR_OK) return code;
    }
    if (dice % 4 == 2) return orr_patch_spawn(run, s->h.prefabs[(dice >> 8) % PREFABS], 2, NULL);
    return ORR_OK;
}

static int32_t on_main(orr_run *run, void *context)
{
    const node *n = context;
    const orr_tick *tick = orr_run_tick(run);
    n->of->printed = n->of->printed * 1099511628211u + n->is.number + tick->tick;
    if (n->exclusive) {
        const int32_t code = rule(run, n->of, tick->stream);
        if (code != ORR_OK) return code;
    }
    return visit_ranges(run, n);
}

static int32_t hook(orr_run *run, const orr_entity *entities, uint32_t count, void *context)
{
    const scene *s = context;
    int32_t code = orr_run_reduce(run, ORR_SUM, "hooks", count);
    for (uint32_t i = 0; i < count && code == ORR_OK; i++) {
        if (entities[i] >> 20 & 3 || !orr_entity_has(s->world, entities[i], s->h.components[0])) continue;
        code = orr_patch_set(run, (int64_t)entities[i], s->h.v[0], (orr_value){ .u32 = i });
    }
    return code;
}

/* ---- declarations ---- */

static void declare_components(scene *s)
{
    static const char *const fields[KINDS][4] = { { "v" },      { "to", "v" }, { "v", "x", "y" },
                                                  { "v", "w" }, { "v" },       { "v", "x", "y" } };
    for (uint32_t k = 0; k <= KINDS; k++) {
        orr_field_desc list[3];
        uint32_t count = 0;
        for (; k < KINDS && count < 3 && fields[k][count]; count++) {
            const char letter = fields[k][count][0];
            const uint32_t type = letter == 'v'   ? ORR_TYPE_U32
                                  : letter == 't' ? ORR_TYPE_ENTITY
                                  : letter == 'w' ? ORR_TYPE_F64
                                                  : ORR_TYPE_F32;
            list[count] = (orr_field_desc){ .name = fields[k][count], .type = type };
        }
        s->h.components[k] = orr_component_create(s->world, &(orr_component_desc){ kind_name(k), list, count });
        if (k < KINDS) s->h.v[k] = orr_field_find(s->world, v_name(k));
    }
    s->h.to = orr_field_find(s->world, "K1.to");
    s->h.x = orr_field_find(s->world, "K2.x");
    s->h.y = orr_field_find(s->world, "K2.y");
    must(s, s->h.y.component != 0, "components");
}

static void declare_prefabs(scene *s)
{
    static const char *const names[PREFABS] = { "P0", "P1", "P2", "P3", "P4" };
    for (uint32_t p = 0; p < PREFABS; p++) {
        uint32_t mask = p == 4 ? (1u << KINDS) - 1 : pick(s, 200, p, 1u << (KINDS + 1)) | 1u;
        if (p == 1) mask |= 2u;
        orr_component list[KINDS + 2];
        uint32_t count = 0;
        for (uint32_t k = 0; k <= KINDS; k++) {
            if (mask >> k & 1) list[count++] = s->h.components[k];
        }
        list[count] = 0;
        s->h.prefabs[p] = orr_prefab_create(s->world, &(orr_prefab_desc){ .name = names[p], .components = list });
        must(s, s->h.prefabs[p] != 0, "prefab");
    }
}

static void declare_things(scene *s)
{
    const orr_field_desc event[] = { { .name = "who", .type = ORR_TYPE_ENTITY },
                                     { .name = "x", .type = ORR_TYPE_F64 } };
    const orr_field_desc n[] = { { .name = "n", .type = ORR_TYPE_U32 } };
    const orr_field_desc t[] = { { .name = "t", .type = ORR_TYPE_F32, .value.f32 = 1 } };
    s->h.event = orr_event_create(s->world, &(orr_event_desc){ "ev", event, 2 });
    s->params[0] = orr_param_create(s->world, &(orr_param_desc){ .name = "p0" });
    s->params[1] = orr_param_create(s->world, &(orr_param_desc){ .name = "p1" });
    s->tally = orr_resource_create(s->world, &(orr_resource_desc){ .name = "tally", .fields = n, .field_count = 1 });
    must(s,
         orr_lattice_create(s->world, &(orr_lattice_desc){ .name = "heat",
                                                           .width = 16 + pick(s, 201, 0, 200),
                                                           .height = 8 + pick(s, 201, 1, 300),
                                                           .wrap_y = true,
                                                           .fields = t,
                                                           .field_count = 1 }) != 0,
         "lattice");
    s->near = orr_neighbours_create(
        s->world, &(orr_neighbours_desc){ .name = "near", .position = { s->h.x, s->h.y }, .radius = 2 });
    must(s, s->h.event && s->params[1] && s->tally && s->near, "things");
    const orr_component tracked[] = { s->h.components[0], s->h.components[3], 0 };
    for (uint32_t i = 0; i < TRACKERS; i++) {
        s->trackers[i] = orr_tracker_create(s->world, tracked + i);
        must(s, s->trackers[i] != 0, "tracker");
    }
    s->everything = orr_query_create(s->world, &(orr_query_desc){ 0 });
    for (uint32_t k = 0; k < 3; k++) {
        const orr_component of = s->h.components[k == 0 ? 3 : k == 1 ? TAG : 4];
        if (pick(s, 202, k, 3) == 0) must(s, orr_hook_create(s->world, k, of, hook, s) == ORR_OK, "hook");
    }
}

/* ---- systems ---- */

enum { MODE_MAIN = 0, MODE_WORKERS = 4, MODE_JOB = 7, MODES = 12 };

typedef struct job_kind {
    const char *name;
    bool a, b; /* has slots to bind */
    bool row_b;
} job_kind;

static const job_kind job_kinds[] = {
    { "job_mix", true, true, false },     { "job_mark", true, false, false },  { "job_gather", true, true, true },
    { "job_near", true, false, false },   { "job_move", true, false, false },  { "job_cells", false, false, false },
    { "job_whole", true, false, false },  { "job_tally", true, false, false }, { "job_told", true, false, false },
    { "job_around", true, false, false },
};
enum { JOB_KINDS = sizeof job_kinds / sizeof job_kinds[0] };

/* What the description points to while a system is made. */
typedef struct lists {
    orr_component all[4], any[3], none[2], changed[2], reads[2], writes[2];
    const char *after[2], *before[2];
    orr_bind bind[2];
    orr_job_value params[4];
} lists;

static void describe_query(const scene *s, uint32_t at, const node *n, lists *l, orr_system_desc *desc)
{
    uint32_t count = 0;
    if (!desc->job && n->is.write < KINDS) l->all[count++] = s->h.components[n->is.write];
    if (!desc->job && n->read < KINDS) l->all[count++] = s->h.components[n->read];
    if (pick(s, at, 20, 6) == 0) {
        l->any[0] = s->h.components[pick(s, at, 21, KINDS)];
        l->any[1] = s->h.components[pick(s, at, 22, KINDS + 1)];
        if (l->any[1] == l->any[0]) l->any[1] = 0;
    }
    if (pick(s, at, 23, 6) == 0) l->none[0] = s->h.components[TAG];
    if (pick(s, at, 24, 4) == 0) l->changed[0] = s->h.components[pick(s, at, 25, KINDS)];
    desc->query = (orr_query_desc){ .all = l->all, .any = l->any, .none = l->none, .changed = l->changed };
    desc->has_query = count == 0 && !desc->job && !n->exclusive;
}

/* The name of a system that was declared before, in the same stage, or NULL. */
static const char *other_of(const scene *s, uint32_t at, uint32_t k)
{
    const uint32_t other = at > 0 ? pick(s, at, k, at) : at;
    return other < at && s->nodes[other].stage == s->nodes[at].stage ? s->nodes[other].name : NULL;
}

static void describe_order(const scene *s, uint32_t at, lists *l, orr_system_desc *desc)
{
    desc->stage = s->nodes[at].stage ? "late" : "update";
    if (pick(s, at, 31, 3) == 0) l->after[0] = other_of(s, at, 32);
    if (pick(s, at, 33, 12) == 0 && !s->plain_order) l->before[0] = other_of(s, at, 34);
    desc->after = l->after;
    desc->before = l->before;
    desc->every = pick(s, at, 35, 4) ? 1 : 1 + pick(s, at, 36, 3);
    desc->when = pick(s, at, 37, 8) ? 0 : s->params[pick(s, at, 38, 2)];
    desc->when_value = pick(s, at, 39, 3);
    desc->skip_if_empty = pick(s, at, 40, 3) == 0;
    desc->on_error = pick(s, at, 41, 5)   ? ORR_ON_ERROR_SKIP
                     : pick(s, at, 42, 2) ? ORR_ON_ERROR_STOP
                                          : ORR_ON_ERROR_DISABLE;
}

static void describe_job(const scene *s, uint32_t at, node *n, lists *l, orr_system_desc *desc)
{
    const job_kind *kind = &job_kinds[pick(s, at, 50, JOB_KINDS)];
    desc->job = kind->name;
    if (strcmp(kind->name, "job_move") == 0) n->is.write = pick(s, at, 51, 2) ? 2 : 5;
    if (kind->a) l->bind[desc->bind_count++] = (orr_bind){ "a", kind_name(n->is.write) };
    if (kind->b) l->bind[desc->bind_count++] = (orr_bind){ "b", kind_name(n->read < KINDS ? n->read : 0) };
    desc->bind = l->bind;
    l->params[0] = (orr_job_value){ .name = "number", .value = n->is.number };
    l->params[1] = (orr_job_value){ .name = "write", .value = n->is.write };
    l->params[2] = (orr_job_value){ .name = "does", .value = n->is.does };
    l->params[3] = (orr_job_value){ .name = "weight", .param = s->params[1] };
    desc->params = l->params;
    desc->param_count = 4;
    if (strcmp(kind->name, "job_near") == 0 || strcmp(kind->name, "job_gather") == 0 || !kind->a) desc->substeps = 1;
    if (!kind->a) desc->query = (orr_query_desc){ 0 };
}

static void describe_function(const scene *s, uint32_t at, uint32_t mode, node *n, lists *l, orr_system_desc *desc)
{
    n->exclusive = mode == MODE_MAIN;
    desc->exclusive = n->exclusive;
    desc->on = mode >= MODE_WORKERS ? ORR_ON_WORKERS : ORR_ON_MAIN;
    desc->run = mode < MODE_WORKERS ? on_main : mode == MODE_WORKERS ? on_workers_by_one : on_workers;
    desc->context = n;
    if (n->read < KINDS) l->reads[0] = s->h.components[n->read];
    l->writes[0] = s->h.components[n->is.write];
    n->marks = pick(s, at, 60, 3) == 0;
    desc->reads = l->reads;
    *(n->marks ? &desc->marks : &desc->writes) = l->writes;
    n->links = n->is.write == 1 && n->is.does & DOES_STRUCTURE;
}

/* Of systems on workers and jobs over rows: on a copy, seen at once or later. */
static void describe_snapshot(const scene *s, uint32_t at, orr_system_desc *desc)
{
    static const uint32_t latencies[] = { 0, 0, 1, 2, 5 };
    const bool rows = desc->job ? desc->bind_count && strcmp(desc->job, "job_whole") != 0 : desc->on == ORR_ON_WORKERS;
    if (!rows || pick(s, at, 70, 3)) return;
    desc->snapshot = true;
    desc->latency = latencies[pick(s, at, 71, 5)];
}

static void declare_system(scene *s, uint32_t at)
{
    static const uint32_t habits[] = { 0, DOES_SETS, DOES_SETS | DOES_OTHERS, DOES_STRUCTURE,
                                       DOES_STRUCTURE | DOES_SETS };
    lists l = { 0 };
    orr_system_desc desc = { 0 };
    node *n = &s->nodes[at];
    *n = (node){ .of = s, .read = pick(s, at, 1, KINDS * 2) };
    n->is = (traits){ .number = at + 1, .write = pick(s, at, 2, KINDS), .does = habits[pick(s, at, 3, 5)] };
    if (pick(s, at, 4, 3) == 0) n->is.does |= DOES_RESULTS;
    if (pick(s, at, 5, 6) == 0) n->is.does |= DOES_FAIL;
    if (pick(s, at, 6, 6) == 0) n->is.does |= DOES_FAIL_AROUND;
    n->stage = pick(s, at, 11, 4) == 0;
    if (n->read == n->is.write || n->read > KINDS) n->read = KINDS;
    snprintf(n->name, sizeof n->name, "s%u", (unsigned)at);
    desc.name = n->name;
    describe_order(s, at, &l, &desc);
    const uint32_t mode = pick(s, at, 7, MODES);
    if (pick(s, at, 8, 6) == 0) desc.substeps = 2 + pick(s, at, 9, 2);
    if (desc.substeps > 1 && pick(s, at, 10, 8)) n->is.does &= ~(uint32_t)DOES_STRUCTURE;
    if (mode < MODE_JOB) describe_function(s, at, mode, n, &l, &desc);
    if (mode >= MODE_JOB) describe_job(s, at, n, &l, &desc);
    if (!desc.job || desc.bind_count) describe_query(s, at, n, &l, &desc);
    describe_snapshot(s, at, &desc);
    must(s, orr_system_create(s->world, &desc) == at + 1, "system");
}

static void scene_declare(scene *s, const orr_world_desc *desc)
{
    static const orr_job_desc *const jobs[] = { &orr_job_job_mix,   &orr_job_job_mark,  &orr_job_job_gather,
                                                &orr_job_job_near,  &orr_job_job_move,  &orr_job_job_cells,
                                                &orr_job_job_whole, &orr_job_job_tally, &orr_job_job_told,
                                                &orr_job_job_around };
    static const orr_job_module module = { ORR_ABI, sizeof module, JOB_KINDS, 0, jobs };
    s->world = orr_world_create(desc);
    must(s, s->world != NULL, "world");
    must(s, orr_job_register(s->world, &module) == ORR_OK, "jobs");
    declare_components(s);
    declare_prefabs(s);
    declare_things(s);
    s->system_count = 2 + pick(s, 203, 0, SYSTEMS_MOST - 1);
    for (uint32_t i = 0; i < s->system_count; i++) declare_system(s, i);
    const uint32_t rows = pick(s, 203, 1, 3) ? 30 : 1200;
    for (uint32_t p = 0; p < PREFABS; p++)
        must(s, orr_entity_spawn(s->world, s->h.prefabs[p], pick(s, 204, p, rows), NULL) == ORR_OK, "spawn");
}

static void ignore(void *context, const char *text, size_t bytes)
{
    (void)context;
    (void)text;
    (void)bytes;
}

static void scene_make(scene *s, uint64_t seed, const orr_world_desc *desc)
{
    s->seed = seed;
    scene_declare(s, desc);
    if (orr_world_graph(s->world, ORR_GRAPH_TEXT, ignore, NULL) == ORR_OK) return;
    orr_world_destroy(s->world);
    s->plain_order = true;
    scene_declare(s, desc);
    must(s, orr_world_graph(s->world, ORR_GRAPH_TEXT, ignore, NULL) == ORR_OK, "graph");
}

#endif
