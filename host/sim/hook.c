#include "sim/hook.h"

#include "base/array.h"
#include "base/bitset.h"
#include "base/error.h"
#include "base/hash.h"
#include "sim/sim.h"
#include "sim/sync.h"

#include <stdio.h>
#include <string.h>

/* ---- declaring ---- */

static int32_t watch(orr_world *world, orr_component component)
{
    orr__hooks *hooks = &world->sim->hooks;
    uint32_t at = 0;
    while (at < hooks->watched_count && hooks->watched[at] < component) at++;
    if (at < hooks->watched_count && hooks->watched[at] == component) return ORR_OK;
    int32_t code = orr__array_reserve(&world->alloc, &hooks->watched, &hooks->watched_capacity,
                                      hooks->watched_count + 1, sizeof *hooks->watched);
    if (code == ORR_OK)
        code = orr__array_reserve(&world->alloc, &hooks->watchers, &hooks->watcher_capacity, hooks->watched_count + 1,
                                  sizeof *hooks->watchers);
    if (code != ORR_OK) return code;
    const orr_component list[2] = { component, 0 };
    const orr_tracker tracker = orr__tracker_create(world, list, false, false);
    if (!tracker) return orr__error_code();
    memmove(hooks->watched + at + 1, hooks->watched + at, (hooks->watched_count - at) * sizeof *hooks->watched);
    memmove(hooks->watchers + at + 1, hooks->watchers + at, (hooks->watched_count - at) * sizeof *hooks->watchers);
    hooks->watched[at] = component;
    hooks->watchers[at] = tracker;
    hooks->watched_count++;
    return ORR_OK;
}

/* The world is told of them with the first hook: without any, structural changes need not look for hooks. */
static int32_t losing(orr_world *world, const orr_entity *entities, uint32_t count, orr_component component);
static int32_t gained(orr_world *world, const orr_entity *entities, uint32_t count, orr_component component);

/* Between ticks the rounds follow the call; in a tick, the end of the stage. */
static int32_t settle(orr_world *world)
{
    return world->sim->stepping || world->locked ? ORR_OK : orr__hooks_run(world, false);
}

int32_t orr_hook_create(orr_world *world, uint32_t kind, orr_component component, orr_hook_function *function,
                        void *context)
{
    orr__hooks *hooks = &world->sim->hooks;
    if (kind > ORR_HOOK_CHANGE || !function) return orr__fail(ORR_E_ARGUMENT, "a hook needs a kind and a function");
    if (component == 0 || component > world->component_count)
        return orr__fail(ORR_E_ARGUMENT, "not a component of this world");
    if (orr__world_mine(world, "orr_hook_create")) return orr__error_code();
    if (world->locked) return orr__fail(ORR_E_LOCKED, "hooks are declared outside of systems");
    int32_t code =
        orr__array_reserve(&world->alloc, &hooks->items, &hooks->capacity, hooks->count + 1, sizeof *hooks->items);
    if (code == ORR_OK && kind == ORR_HOOK_CHANGE) code = watch(world, component);
    if (code != ORR_OK) return code;
    uint32_t at = 0;
    while (at < hooks->count && hooks->items[at].component <= component) at++;
    memmove(hooks->items + at + 1, hooks->items + at, (hooks->count - at) * sizeof *hooks->items);
    hooks->items[at] = (orr__hook){ .kind = kind,
                                    .component = component,
                                    .function = function,
                                    .context = context,
                                    .declared = hooks->count,
                                    .scripted = world->scripted };
    hooks->count++;
    orr__component_at(world, component)->hooked |= 1u << kind;
    world->settle = settle;
    if (kind == ORR_HOOK_REMOVE) world->losing = losing;
    if (kind == ORR_HOOK_ADD) world->gained = gained;
    return ORR_OK;
}

/* ---- calling ---- */

static void chain(orr__hooks *hooks, const char *name)
{
    const size_t used = strlen(hooks->chain);
    if (used + 8 >= sizeof hooks->chain) return;
    snprintf(hooks->chain + used, sizeof hooks->chain - used, "%s%s", used ? " -> " : "", name);
}

/* Calls one hook; what it records joins the next round. */
static int32_t call(orr_world *world, const orr__hook *hook, const orr_entity *entities, uint32_t count)
{
    orr__sim *sim = world->sim;
    orr__hooks *hooks = &sim->hooks;
    orr_run *run = &hooks->run, *outer = sim->main_run;
    char name[160];
    run->hook = hook;
    orr__run_name(run, name, sizeof name);
    orr__dispatch_tick(world, orr__hash_text(name), 1, &run->tick);
    run->current = &run->outside;
    run->failure.code = ORR_OK;
    sim->main_run = run;
    world->locked++;
    orr__error_clear();
    const uint64_t since = orr__trace_now(&sim->trace);
    const int32_t code = hook->function(run, entities, count, hook->context);
    orr__trace_span_end(&sim->trace, 0, 0);
    orr__trace_did(&sim->trace, ORR_TRACE_HOOK, hook->component, sim->tick, since);
    orr__near_touch(world, 0); /* it may write what it likes */
    world->locked--;
    sim->main_run = outer;
    if (code != ORR_OK) {
        orr__run_failed(run, &run->outside, code);
        orr__range_drop(&run->outside);
        const char *text = run->failure.text;
        const int line = (int)strcspn(text, "\n"); /* a script's text goes on with its traceback */
        /* the run whose patch it was says in which tick */
        if (hook->kind == ORR_HOOK_REMOVE && sim->stepping && !hooks->running)
            return orr__fail(run->failure.code, "%s: %s", name, text);
        return orr__fail(run->failure.code, "%s: %.*s (tick %llu)%s", name, line, text, (unsigned long long)sim->tick,
                         text + line);
    }
    orr__recording *recording = run->outside.recording;
    if (!recording) return ORR_OK;
    run->outside.recording = NULL;
    atomic_store_explicit(&run->recorded, 0, memory_order_relaxed);
    *hooks->pending_last = recording;
    hooks->pending_last = &recording->next;
    if (!hooks->chained) chain(hooks, name);
    hooks->chained = true;
    return ORR_OK;
}

static int32_t call_all(orr_world *world, uint32_t kind, orr_component component, const orr_entity *entities,
                        uint32_t count)
{
    const orr__hooks *hooks = &world->sim->hooks;
    int32_t result = ORR_OK;
    for (uint32_t i = 0; i < hooks->count && count; i++) {
        if (hooks->items[i].component != component || hooks->items[i].kind != kind) continue;
        const int32_t code = call(world, &hooks->items[i], entities, count);
        if (result == ORR_OK) result = code;
    }
    return result;
}

static int32_t add_entity(orr_world *world, uint32_t *count, orr_entity entity)
{
    orr__hooks *hooks = &world->sim->hooks;
    const int32_t code = orr__array_reserve(&world->alloc, &hooks->entities, &hooks->entity_capacity, *count + 1,
                                            sizeof *hooks->entities);
    if (code == ORR_OK) hooks->entities[(*count)++] = entity;
    return code;
}

/* ---- what the world tells ---- */

/* Before the values go: remove hooks run now. What they record waits. */
static int32_t losing(orr_world *world, const orr_entity *entities, uint32_t count, orr_component component)
{
    orr__hooks *hooks = &world->sim->hooks;
    int32_t result = ORR_OK;
    if (component) return call_all(world, ORR_HOOK_REMOVE, component, entities, count);
    for (uint32_t i = 0; i < hooks->count; i++) {
        const orr_component at = hooks->items[i].component;
        if (hooks->items[i].kind != ORR_HOOK_REMOVE || at == component) continue;
        component = at; /* each component once: its hooks stand together */
        uint32_t having = 0;
        int32_t code = ORR_OK;
        for (uint32_t e = 0; e < count && code == ORR_OK; e++) {
            if (orr_entity_has(world, entities[e], at)) code = add_entity(world, &having, entities[e]);
        }
        if (code == ORR_OK) code = call_all(world, ORR_HOOK_REMOVE, at, hooks->entities, having);
        if (result == ORR_OK) result = code;
    }
    return result;
}

static int32_t gained(orr_world *world, const orr_entity *entities, uint32_t count, orr_component component)
{
    orr__hooks *hooks = &world->sim->hooks;
    const int32_t code = orr__array_reserve(&world->alloc, &hooks->gains, &hooks->gain_capacity,
                                            hooks->gain_count + count, sizeof *hooks->gains);
    if (code != ORR_OK) return code;
    for (uint32_t i = 0; i < count; i++)
        hooks->gains[hooks->gain_count++] = (orr__gain){ .component = component, .entity = entities[i] };
    return ORR_OK;
}

/* ---- rounds ---- */

/* Add hooks, in order of component; entities in order of arrival, those that have lost it again left out. */
static int32_t run_gains(orr_world *world)
{
    orr__hooks *hooks = &world->sim->hooks;
    int32_t result = ORR_OK;
    orr_component last = 0;
    for (uint32_t i = 0; i < hooks->count && hooks->gain_count; i++) {
        const orr_component component = hooks->items[i].component;
        if (hooks->items[i].kind != ORR_HOOK_ADD || component == last) continue;
        last = component;
        uint32_t count = 0;
        int32_t code = ORR_OK;
        for (uint32_t g = 0; g < hooks->gain_count && code == ORR_OK; g++) {
            const orr__gain *gain = &hooks->gains[g];
            if (gain->component == component && orr_entity_has(world, gain->entity, component))
                code = add_entity(world, &count, gain->entity);
        }
        if (code == ORR_OK) code = call_all(world, ORR_HOOK_ADD, component, hooks->entities, count);
        if (result == ORR_OK) result = code;
    }
    hooks->gain_count = 0;
    return result;
}

static int32_t collect_changed(orr_world *world, orr_tracker tracker, orr_component component, uint32_t *count)
{
    *count = 0;
    for (uint32_t t = 0; t < world->table_count; t++) {
        const orr__table *table = world->tables[t];
        if (orr__table_component(table, component) == ORR__NO_COLUMN) continue;
        for (uint32_t c = 0; c < table->chunk_count; c++) {
            const orr__chunk *chunk = table->chunks[c];
            uint64_t words[ORR__CHUNK_ROWS / 64];
            if (chunk->count == 0 || orr__tracker_words(world, tracker, table, chunk, words) == 0) continue;
            const uint32_t word_count = orr__bits_words(chunk->count);
            for (uint32_t r = orr__bits_next(words, word_count, 0); r < chunk->count;
                 r = orr__bits_next(words, word_count, r + 1)) {
                const int32_t code = add_entity(world, count, chunk->entity[r]);
                if (code != ORR_OK) return code;
            }
        }
    }
    return ORR_OK;
}

/* Change hooks: what changed up to here; what they change themselves is for the next stage. */
static int32_t run_changes(orr_world *world)
{
    orr__hooks *hooks = &world->sim->hooks;
    int32_t result = ORR_OK;
    for (uint32_t i = 0; i < hooks->watched_count; i++) {
        uint32_t count;
        int32_t code = collect_changed(world, hooks->watchers[i], hooks->watched[i], &count);
        if (code == ORR_OK) {
            orr_tracker_clear(world, hooks->watchers[i]);
            code = call_all(world, ORR_HOOK_CHANGE, hooks->watched[i], hooks->entities, count);
        }
        if (result == ORR_OK) result = code;
    }
    return result;
}

static int32_t too_many(orr_world *world)
{
    orr__hooks *hooks = &world->sim->hooks;
    for (orr__recording *next, *at = hooks->pending; at; at = next) {
        next = at->next;
        orr__recording_give(world, at);
    }
    hooks->pending = NULL;
    hooks->pending_last = &hooks->pending;
    return orr__fail(ORR_E_LIMIT, "hooks do not come to rest after %d rounds: %s", ORR__HOOK_ROUNDS, hooks->chain);
}

/* Works off what hooks recorded until nothing is left. `rounds` counts on. */
static int32_t run_rounds(orr_world *world, uint32_t *rounds)
{
    orr__hooks *hooks = &world->sim->hooks;
    int32_t result = run_gains(world);
    while (hooks->pending) {
        if (++*rounds > ORR__HOOK_ROUNDS) {
            const int32_t code = too_many(world);
            return result == ORR_OK ? code : result;
        }
        orr__recording *round = hooks->pending;
        hooks->pending = NULL;
        hooks->pending_last = &hooks->pending;
        hooks->chained = false;
        int32_t code = orr__sync_list(world, round);
        if (result == ORR_OK) result = code;
        code = run_gains(world);
        if (result == ORR_OK) result = code;
    }
    return result;
}

int32_t orr__hooks_run(orr_world *world, bool changes)
{
    orr__hooks *hooks = &world->sim->hooks;
    if (hooks->count == 0 || hooks->running) return ORR_OK;
    hooks->running = true;
    hooks->chained = false;
    uint32_t rounds = 0;
    int32_t result = run_rounds(world, &rounds);
    if (changes && hooks->watched_count) {
        hooks->chain[0] = 0;
        hooks->chained = false;
        const int32_t code = run_changes(world), after = run_rounds(world, &rounds);
        if (result == ORR_OK) result = code != ORR_OK ? code : after;
    }
    hooks->chain[0] = 0;
    hooks->running = false;
    return result;
}

bool orr__hooks_wait(const orr_world *world)
{
    const orr__hooks *hooks = &world->sim->hooks;
    return hooks->watched_count || hooks->gain_count || hooks->pending;
}

void orr__hooks_init(orr_world *world)
{
    orr__hooks *hooks = &world->sim->hooks;
    orr__run_init(&hooks->run, world);
    hooks->pending_last = &hooks->pending;
}

/* ---- while a script is loaded again ---- */

static void swap_aside(orr__hooks *hooks, orr__hooks_aside *aside)
{
    const orr__hooks_aside were = {
        hooks->items,    hooks->count,         hooks->capacity,         hooks->watched,
        hooks->watchers, hooks->watched_count, hooks->watched_capacity, hooks->watcher_capacity
    };
    hooks->items = aside->items;
    hooks->count = aside->count;
    hooks->capacity = aside->capacity;
    hooks->watched = aside->watched;
    hooks->watchers = aside->watchers;
    hooks->watched_count = aside->watched_count;
    hooks->watched_capacity = aside->watched_capacity;
    hooks->watcher_capacity = aside->watcher_capacity;
    *aside = were;
}

/* What structural changes look at, from what is declared. */
static void mark_components(orr_world *world)
{
    const orr__hooks *hooks = &world->sim->hooks;
    for (uint32_t c = 1; c <= world->component_count; c++) orr__component_at(world, c)->hooked = 0;
    for (uint32_t i = 0; i < hooks->count; i++)
        orr__component_at(world, hooks->items[i].component)->hooked |= 1u << hooks->items[i].kind;
}

static void free_aside(orr_world *world, orr__hooks_aside *aside)
{
    orr__alloc *alloc = &world->alloc;
    for (uint32_t i = 0; i < aside->watched_count; i++) orr_tracker_destroy(world, aside->watchers[i]);
    orr__array_free(alloc, &aside->items, &aside->capacity, sizeof *aside->items);
    orr__array_free(alloc, &aside->watched, &aside->watched_capacity, sizeof *aside->watched);
    orr__array_free(alloc, &aside->watchers, &aside->watcher_capacity, sizeof *aside->watchers);
}

void orr__hooks_take(orr_world *world, orr__hooks_aside *aside)
{
    *aside = (orr__hooks_aside){ 0 };
    swap_aside(&world->sim->hooks, aside);
    mark_components(world);
}

int32_t orr__hooks_add_foreign(orr_world *world, const orr__hooks_aside *aside)
{
    int32_t code = ORR_OK;
    for (uint32_t i = 0; i < aside->count && code == ORR_OK; i++) {
        const orr__hook *hook = &aside->items[i];
        if (!hook->scripted) code = orr_hook_create(world, hook->kind, hook->component, hook->function, hook->context);
    }
    return code;
}

void orr__hooks_keep(orr_world *world, orr__hooks_aside *aside)
{
    orr__hooks *hooks = &world->sim->hooks;
    for (uint32_t i = 0; i < hooks->watched_count; i++) {
        for (uint32_t k = 0; k < aside->watched_count; k++) {
            if (aside->watched[k] != hooks->watched[i]) continue;
            const orr_tracker other = aside->watchers[k];
            aside->watchers[k] = hooks->watchers[i];
            hooks->watchers[i] = other;
        }
    }
    free_aside(world, aside);
}

void orr__hooks_drop_new(orr_world *world)
{
    orr__hooks_aside none = { 0 };
    swap_aside(&world->sim->hooks, &none);
    free_aside(world, &none);
}

void orr__hooks_restore(orr_world *world, orr__hooks_aside *aside)
{
    swap_aside(&world->sim->hooks, aside);
    free_aside(world, aside);
    mark_components(world);
}

void orr__hooks_fini(orr_world *world)
{
    orr__hooks *hooks = &world->sim->hooks;
    orr__alloc *alloc = &world->alloc;
    for (orr__recording *next, *at = hooks->pending; at; at = next) {
        next = at->next;
        orr__recording_give(world, at);
    }
    hooks->pending = NULL;
    orr__run_fini(&hooks->run);
    orr__array_free(alloc, &hooks->items, &hooks->capacity, sizeof *hooks->items);
    orr__array_free(alloc, &hooks->watched, &hooks->watched_capacity, sizeof *hooks->watched);
    orr__array_free(alloc, &hooks->watchers, &hooks->watcher_capacity, sizeof *hooks->watchers);
    orr__array_free(alloc, &hooks->gains, &hooks->gain_capacity, sizeof *hooks->gains);
    orr__array_free(alloc, &hooks->entities, &hooks->entity_capacity, sizeof *hooks->entities);
}
