#include "sim/schedule.h"

#include "base/array.h"
#include "base/bitset.h"
#include "base/error.h"
#include "sim/bind.h"
#include "sim/sim.h"

#include <stdio.h>
#include <string.h>

static const char *const default_stages[] = { "startup", "update", "late", "render", "cleanup", NULL };

enum { PLAN_ARRAYS = 8 };

/* The arrays of plan_capacity, without `order`. */
static void plan_arrays(orr__schedule_stage *stage, uint32_t **arrays[PLAN_ARRAYS])
{
    uint32_t **const all[PLAN_ARRAYS] = { &stage->batch_of, &stage->batch_end, &stage->need_count, &stage->follower_end,
                                          &stage->mains,    &stage->waiting,   &stage->ready,      &stage->group };
    memcpy(arrays, all, sizeof all);
}

static void free_plan(orr__alloc *alloc, orr__schedule_stage *stage)
{
    uint32_t **arrays[PLAN_ARRAYS];
    plan_arrays(stage, arrays);
    for (uint32_t i = 0; i < PLAN_ARRAYS; i++) {
        orr__alloc_free(alloc, *arrays[i], stage->plan_capacity * sizeof **arrays[i]);
        *arrays[i] = NULL;
    }
    orr__alloc_free(alloc, stage->order, stage->plan_capacity * sizeof(struct orr__system *));
    stage->order = NULL;
    stage->plan_capacity = 0;
}

static void fini_stage(orr_world *world, orr__schedule_stage *stage)
{
    orr__alloc *alloc = &world->alloc;
    orr__alloc_string_free(alloc, stage->name);
    orr__array_free(alloc, &stage->systems, &stage->system_capacity, sizeof *stage->systems);
    orr__array_free(alloc, &stage->edges, &stage->edge_capacity, sizeof *stage->edges);
    free_plan(alloc, stage);
    orr__array_free(alloc, &stage->followers, &stage->follower_capacity, sizeof *stage->followers);
}

static void fini_stages(orr_world *world, orr__schedule_stage *stages, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) fini_stage(world, &stages[i]);
    orr__alloc_free(&world->alloc, stages, count * sizeof *stages);
}

int32_t orr__schedule_check_name(const char *what, const char *name)
{
    if (!name || !*name) return orr__fail(ORR_E_ARGUMENT, "%s needs a name", what);
    for (const unsigned char *at = (const unsigned char *)name; *at; at++) {
        if (*at < 0x20 || *at == 0x7F) return orr__fail(ORR_E_ARGUMENT, "the name of %s has control characters", what);
    }
    return ORR_OK;
}

/* A list without the stage `render` gets it at its end: what is shown has a place in every world. */
static int32_t set_stages(orr_world *world, const char *const *names)
{
    uint32_t count = 0;
    bool render = false;
    for (; names && names[count]; count++) render |= strcmp(names[count], "render") == 0;
    if (count == 0 || count > 1000) return orr__fail(ORR_E_ARGUMENT, "%u stages: from 1 to 1000 are possible", count);
    for (uint32_t i = 0; i < count; i++) {
        if (orr__schedule_check_name("a stage", names[i]) != ORR_OK) return ORR_E_ARGUMENT;
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(names[i], names[k]) == 0) return orr__fail(ORR_E_EXISTS, "there are two stages '%s'", names[i]);
        }
    }
    const uint32_t given = count;
    if (!render) count++;
    orr__schedule_stage *stages = orr__alloc_zero(&world->alloc, count * sizeof *stages, 0);
    if (!stages) return ORR_E_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        const char *name = i < given ? names[i] : "render";
        stages[i].name = orr__alloc_string(&world->alloc, name);
        if (!stages[i].name) {
            fini_stages(world, stages, count);
            return ORR_E_MEMORY;
        }
        stages[i].once = strcmp(name, "startup") == 0;
        stages[i].render = strcmp(name, "render") == 0;
    }
    orr__schedule *schedule = &world->sim->schedule;
    fini_stages(world, schedule->stages, schedule->stage_count);
    schedule->stages = stages;
    schedule->stage_count = count;
    return ORR_OK;
}

int32_t orr__schedule_init(orr_world *world)
{
    return set_stages(world, default_stages);
}

int32_t orr_stages_set(orr_world *world, const char *const *names)
{
    if (orr__world_mine(world, "orr_stages_set")) return orr__error_code();
    const orr__schedule *schedule = &world->sim->schedule;
    for (uint32_t i = 0; i < schedule->stage_count; i++) {
        if (schedule->stages[i].system_count)
            return orr__fail(ORR_E_LOCKED, "stages are set before any system is declared");
    }
    return set_stages(world, names);
}

void orr__schedule_fini(orr_world *world)
{
    orr__schedule_release(world, &world->sim->schedule);
}

void orr__schedule_release(orr_world *world, orr__schedule *schedule)
{
    fini_stages(world, schedule->stages, schedule->stage_count);
    schedule->stages = NULL;
    schedule->stage_count = 0;
}

uint32_t orr__schedule_find(const orr_world *world, const char *stage)
{
    const orr__schedule *schedule = &world->sim->schedule;
    for (uint32_t i = 0; i < schedule->stage_count; i++) {
        if (strcmp(schedule->stages[i].name, stage) == 0) return i;
    }
    const char *best = NULL;
    for (uint32_t i = 0; i < schedule->stage_count && !best; i++) {
        const char *candidate = schedule->stages[i].name;
        best = orr__nearest(stage, &candidate, 1);
    }
    if (best)
        orr__fail(ORR_E_NOT_FOUND, "there is no stage '%s' (did you mean '%s'?)", stage, best);
    else
        orr__fail(ORR_E_NOT_FOUND, "there is no stage '%s'", stage);
    return UINT32_MAX;
}

int32_t orr__schedule_add(orr_world *world, struct orr__system *system)
{
    orr__schedule *schedule = &world->sim->schedule;
    orr__schedule_stage *stage = &schedule->stages[system->stage];
    const int32_t code = orr__array_reserve(&world->alloc, &stage->systems, &stage->system_capacity,
                                            stage->system_count + 1, sizeof *stage->systems);
    if (code != ORR_OK) return code;
    stage->systems[stage->system_count++] = system;
    schedule->built = false;
    return ORR_OK;
}

/* ---- the graph ---- */

/* What is known of a stage while its graph is built. reach[i] has bit k set when there is a chain of edges i -> k. */
typedef struct builder {
    orr_world *world;
    orr__schedule_stage *stage;
    uint32_t count, words;
    uint64_t *reach; /* [count * words] */
    size_t bytes;
} builder;

static uint64_t *reach_of(const builder *b, uint32_t index)
{
    return b->reach + (size_t)index * b->words;
}

static int32_t add_edge(builder *b, uint32_t from, uint32_t to, uint32_t reason)
{
    orr__schedule_stage *stage = b->stage;
    for (uint32_t i = 0; i < stage->edge_count; i++) {
        if (stage->edges[i].from == from && stage->edges[i].to == to) return ORR_OK;
        if (reason >= ORR__EDGE_EXCLUSIVE) break; /* pairs are met once */
    }
    const int32_t code = orr__array_reserve(&b->world->alloc, &stage->edges, &stage->edge_capacity,
                                            stage->edge_count + 1, sizeof *stage->edges);
    if (code != ORR_OK) return code;
    stage->edges[stage->edge_count++] = (orr__graph_edge){ .from = from, .to = to, .reason = reason };
    return ORR_OK;
}

static int32_t no_system(const builder *b, const orr__system *system, const orr__order *order)
{
    const orr__systems *systems = &b->world->sim->systems;
    const char *best = NULL;
    for (uint32_t i = 0; i < systems->count && !best; i++) {
        const char *candidate = systems->items[i] ? systems->items[i]->name : "";
        best = orr__nearest(order->name, &candidate, 1);
    }
    return orr__fail(ORR_E_NOT_FOUND, "system '%s': `%s` names '%s', which is no system%s%s%s%s%s", system->name,
                     order->before ? "before" : "after", order->name, best ? " (did you mean '" : "", best ? best : "",
                     best ? "'?)" : "", system->source ? "  " : "", system->source ? system->source : "");
}

/* An order between stages is either true anyway or impossible. */
static int32_t across(const builder *b, const orr__system *system, const orr__system *other, bool before)
{
    if (before == (system->stage < other->stage)) return ORR_OK;
    const orr__schedule_stage *stages = b->world->sim->schedule.stages;
    return orr__fail(ORR_E_CYCLE, "system '%s' of stage '%s' cannot run %s '%s' of stage '%s'%s%s", system->name,
                     stages[system->stage].name, before ? "before" : "after", other->name, stages[other->stage].name,
                     system->source ? "  " : "", system->source ? system->source : "");
}

static uint32_t place_of(const builder *b, const orr__system *system)
{
    uint32_t i = 0;
    while (b->stage->systems[i] != system) i++;
    return i;
}

static int32_t add_declared(builder *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        const orr__system *system = b->stage->systems[i];
        for (uint32_t k = 0; k < system->order_count; k++) {
            const orr__order *order = &system->orders[k];
            const orr__system *other = orr__system_at(b->world, orr_system_find(b->world, order->name));
            if (!other) return no_system(b, system, order);
            int32_t code;
            if (other->stage != system->stage) {
                code = across(b, system, other, order->before);
            } else {
                const uint32_t at = place_of(b, other);
                code = order->before ? add_edge(b, i, at, ORR__EDGE_BEFORE) : add_edge(b, at, i, ORR__EDGE_AFTER);
            }
            if (code != ORR_OK) return code;
        }
    }
    return ORR_OK;
}

/* Closure of the edges so far, by Warshall's algorithm on words of bits. */
static void close(builder *b)
{
    memset(b->reach, 0, b->bytes);
    for (uint32_t i = 0; i < b->stage->edge_count; i++)
        orr__bits_set(reach_of(b, b->stage->edges[i].from), b->stage->edges[i].to);
    for (uint32_t k = 0; k < b->count; k++) {
        for (uint32_t i = 0; i < b->count; i++) {
            if (orr__bits_get(reach_of(b, i), k)) orr__bits_or(reach_of(b, i), reach_of(b, k), b->words);
        }
    }
}

static int32_t add_conflicts(builder *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        const orr__system *first = b->stage->systems[i];
        for (uint32_t k = i + 1; k < b->count; k++) {
            const orr__system *second = b->stage->systems[k];
            const bool exclusive = first->exclusive || second->exclusive;
            if (!exclusive && !orr__access_conflict(&first->access, &second->access, NULL)) continue;
            if (orr__bits_get(reach_of(b, i), k) || orr__bits_get(reach_of(b, k), i)) continue;
            const int32_t code = add_edge(b, i, k, exclusive ? ORR__EDGE_EXCLUSIVE : ORR__EDGE_ACCESS);
            if (code != ORR_OK) return code;
        }
    }
    return ORR_OK;
}

/* An edge i -> k is implied when another one leads from i to something that reaches k. */
static void find_implied(builder *b)
{
    orr__schedule_stage *stage = b->stage;
    for (uint32_t e = 0; e < stage->edge_count; e++) {
        orr__graph_edge *edge = &stage->edges[e];
        if (edge->reason < ORR__EDGE_EXCLUSIVE) continue;
        const uint64_t *from = reach_of(b, edge->from);
        for (uint32_t middle = 0; middle < b->count && !edge->implied; middle++) {
            edge->implied =
                orr__bits_get(from, middle) && middle != edge->to && orr__bits_get(reach_of(b, middle), edge->to);
        }
    }
}

/* Some system reaches itself: walks its edges back to it and says why at each step. */
static int32_t cycle_error(const builder *b, uint32_t start)
{
    char text[1500], reason[300];
    const char *source;
    size_t used = (size_t)snprintf(text, sizeof text, "'%s'", b->stage->systems[start]->name);
    uint32_t at = start, steps = 0;
    do {
        const orr__graph_edge *step = NULL;
        for (uint32_t i = 0; i < b->stage->edge_count; i++) {
            const orr__graph_edge *edge = &b->stage->edges[i];
            const bool leads = edge->to == start || orr__bits_get(reach_of(b, edge->to), start);
            if (edge->from == at && leads && (!step || edge->to == start)) step = edge;
        }
        orr__schedule_reason(b->world, b->stage, step, reason, sizeof reason);
        /* where the order was declared: at the later of two that conflict */
        source = b->stage->systems[step->reason == ORR__EDGE_BEFORE ? at : step->to]->source;
        at = step->to;
        if (used < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, " -> '%s' (%s%s%s)", b->stage->systems[at]->name,
                                     reason, source ? ", " : "", source ? source : "");
    } while (at != start && ++steps < b->count);
    return orr__fail(ORR_E_CYCLE, "systems of stage '%s' wait for each other: %s", b->stage->name, text);
}

static int32_t check_cycles(const builder *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
        if (orr__bits_get(reach_of(b, i), i)) return cycle_error(b, i);
    }
    return ORR_OK;
}

/* ---- batches ---- */

static int32_t make_room(builder *b)
{
    orr__schedule_stage *stage = b->stage;
    orr__alloc *alloc = &b->world->alloc;
    if (stage->plan_capacity >= b->count) return ORR_OK;
    free_plan(alloc, stage);
    stage->plan_capacity = b->count;
    uint32_t **arrays[PLAN_ARRAYS];
    plan_arrays(stage, arrays);
    stage->order = orr__alloc_zero(alloc, b->count * sizeof(struct orr__system *), 0);
    bool all = stage->order != NULL;
    for (uint32_t i = 0; i < PLAN_ARRAYS && all; i++) {
        *arrays[i] = orr__alloc_zero(alloc, b->count * sizeof(uint32_t), 0);
        all = *arrays[i] != NULL;
    }
    if (all) return ORR_OK;
    free_plan(alloc, stage);
    return ORR_E_MEMORY;
}

static int32_t make_batches(builder *b)
{
    orr__schedule_stage *stage = b->stage;
    const int32_t code = make_room(b);
    if (code != ORR_OK) return code;
    memset(stage->batch_of, 0, b->count * sizeof *stage->batch_of);
    /* longest chains: at most count rounds, for there is no cycle */
    for (bool moved = true; moved;) {
        moved = false;
        for (uint32_t i = 0; i < stage->edge_count; i++) {
            const orr__graph_edge *edge = &stage->edges[i];
            if (stage->batch_of[edge->to] > stage->batch_of[edge->from]) continue;
            stage->batch_of[edge->to] = stage->batch_of[edge->from] + 1;
            moved = true;
        }
    }
    stage->batch_count = 0;
    for (uint32_t at = 0; at < b->count; stage->batch_count++) {
        for (uint32_t i = 0; i < b->count; i++) {
            if (stage->batch_of[i] == stage->batch_count) stage->order[at++] = stage->systems[i];
        }
        stage->batch_end[stage->batch_count] = at;
    }
    return ORR_OK;
}

static void list_mains(builder *b)
{
    orr__schedule_stage *stage = b->stage;
    stage->main_count = stage->untimed = 0;
    for (uint32_t i = 0; i < b->count; i++) {
        const orr__system *system = stage->order[i];
        if (orr__system_takes_turn(system)) stage->mains[stage->main_count++] = system->place;
        if (!orr__system_on_main(system)) stage->untimed += !system->timed;
    }
}

/* The edges that matter, from where they start: who may begin when a system is done. */
static int32_t list_followers(builder *b)
{
    orr__schedule_stage *stage = b->stage;
    const int32_t code = orr__array_reserve(&b->world->alloc, &stage->followers, &stage->follower_capacity,
                                            stage->edge_count, sizeof *stage->followers);
    if (code != ORR_OK) return code;
    memset(stage->need_count, 0, b->count * sizeof *stage->need_count);
    memset(stage->follower_end, 0, b->count * sizeof *stage->follower_end);
    for (uint32_t e = 0; e < stage->edge_count; e++)
        stage->follower_end[stage->edges[e].from] += !stage->edges[e].implied;
    for (uint32_t i = 0, begin = 0; i < b->count; i++) { /* counts become places where each list begins */
        const uint32_t count = stage->follower_end[i];
        stage->follower_end[i] = begin;
        begin += count;
        stage->systems[i]->place = i;
    }
    for (uint32_t e = 0; e < stage->edge_count; e++) {
        const orr__graph_edge *edge = &stage->edges[e];
        if (edge->implied) continue;
        stage->followers[stage->follower_end[edge->from]++] = edge->to;
        stage->need_count[edge->to]++;
    }
    list_mains(b);
    return ORR_OK;
}

static int32_t build_stage(builder *b)
{
    b->stage->edge_count = 0;
    int32_t code = add_declared(b);
    if (code != ORR_OK) return code;
    close(b);
    code = check_cycles(b);
    if (code == ORR_OK) code = add_conflicts(b);
    if (code != ORR_OK) return code;
    close(b);
    code = check_cycles(b);
    if (code != ORR_OK) return code;
    find_implied(b);
    code = make_batches(b);
    return code == ORR_OK ? list_followers(b) : code;
}

int32_t orr__schedule_build(orr_world *world)
{
    orr__schedule *schedule = &world->sim->schedule;
    if (schedule->built) return ORR_OK;
    for (uint32_t i = 0; i < schedule->stage_count; i++) {
        builder b = { .world = world, .stage = &schedule->stages[i], .count = schedule->stages[i].system_count };
        if (b.count == 0) continue;
        b.words = orr__bits_words(b.count);
        b.bytes = (size_t)b.count * b.words * sizeof *b.reach;
        b.reach = orr__alloc_new(&world->alloc, b.bytes, 0);
        if (!b.reach) return ORR_E_MEMORY;
        const int32_t code = build_stage(&b);
        orr__alloc_free(&world->alloc, b.reach, b.bytes);
        if (code != ORR_OK) {
            b.stage->batch_count = 0;
            return code;
        }
    }
    for (uint32_t i = 0; i < world->sim->systems.count; i++) {
        const orr__system *system = world->sim->systems.items[i];
        if (system && system->binding) orr__binding_resolve(world, system->binding);
    }
    schedule->built = true;
    return ORR_OK;
}

void orr__schedule_reason(const orr_world *world, const orr__schedule_stage *stage, const orr__graph_edge *edge,
                          char *text, size_t bytes)
{
    const orr__system *from = stage->systems[edge->from], *to = stage->systems[edge->to];
    if (edge->reason == ORR__EDGE_AFTER) {
        snprintf(text, bytes, "declared after");
    } else if (edge->reason == ORR__EDGE_BEFORE) {
        snprintf(text, bytes, "declared before");
    } else if (edge->reason == ORR__EDGE_EXCLUSIVE) {
        snprintf(text, bytes, "'%s' is exclusive", from->exclusive ? from->name : to->name);
    } else {
        const orr__access *theirs;
        const orr__access *mine = orr__access_conflict(&from->access, &to->access, &theirs);
        char name[160];
        orr__access_name(world, mine, name, sizeof name);
        const char *first = orr__access_verb(mine->mode), *second = orr__access_verb(theirs->mode);
        if (first == second)
            snprintf(text, bytes, "both %.*s %s", (int)strlen(first) - 1, first, name);
        else
            snprintf(text, bytes, "%s %s that '%s' %s", first, name, to->name, second);
    }
}
