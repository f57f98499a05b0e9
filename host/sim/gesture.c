#include "sim/gesture.h"

#include "base/array.h"
#include "base/error.h"
#include "sim/sim.h"

#include <math.h>
#include <string.h>

static bool by_hand(const orr_input *input)
{
    return input->kind >= ORR_INPUT_PARAM;
}

static int32_t check(const orr_input *input)
{
    if (!input || input->kind >= ORR_INPUT_KINDS) return orr__fail(ORR_E_ARGUMENT, "orr_world_input: no input");
    if (!isfinite(input->x) || !isfinite(input->y) || !isfinite(input->dx) || !isfinite(input->dy))
        return orr__fail(ORR_E_RANGE, "orr_world_input: a place that is not finite");
    if (!memchr(input->key, '\0', sizeof input->key))
        return orr__fail(ORR_E_ARGUMENT, "orr_world_input: the key's name has no end");
    if (input->kind == ORR_INPUT_TEXT && !input->text) return orr__fail(ORR_E_ARGUMENT, "orr_world_input: no text");
    return ORR_OK;
}

static int32_t queue(orr_world *world, const orr_input *input)
{
    orr__gestures *gestures = &world->sim->gestures;
    const int32_t code = orr__array_reserve(&world->alloc, &gestures->queue, &gestures->queue_capacity,
                                            gestures->queue_count + 1, sizeof *gestures->queue);
    if (code != ORR_OK) return code;
    gestures->queue[gestures->queue_count] = *input;
    gestures->queue[gestures->queue_count++].text = NULL;
    return ORR_OK;
}

static void note(const orr_world *world, const orr_input *input)
{
    const orr__gestures *gestures = &world->sim->gestures;
    if (gestures->sink) gestures->sink(gestures->sink_context, world->sim->tick, input);
}

static int32_t edit(orr_world *world, const orr_input *input)
{
    void *at = orr_entity_write(world, input->entity, input->field);
    if (!at) return orr__error_code();
    orr__value_store(at, 0, input->field.type, input->value);
    return ORR_OK;
}

static int32_t run_line(orr_world *world, const char *text)
{
    const orr__gestures *gestures = &world->sim->gestures;
    if (!gestures->console) return orr__fail(ORR_E_NOT_FOUND, "this world has nobody who runs lines of a console");
    orr__sim_log(world, 0, "> %s", text);
    return gestures->console(gestures->console_context, text);
}

/* What is done by hand, between ticks. It is noted first: what fails, fails again when it is repeated. */
static int32_t perform(orr_world *world, const orr_input *input)
{
    if (world->locked || world->sim->stepping)
        return orr__fail(ORR_E_LOCKED, "orr_world_input: params, fields, systems and texts are for between ticks");
    note(world, input);
    switch (input->kind) {
    case ORR_INPUT_PARAM: return orr_param_set(world, input->target, input->value.f64);
    case ORR_INPUT_EDIT: return edit(world, input);
    case ORR_INPUT_ENABLE: return orr_system_enable(world, input->target, input->value.boolean);
    default: return run_line(world, input->text);
    }
}

/* ---- from other threads ---- */

typedef struct parcel {
    orr_input input;
    size_t bytes; /* of the parcel with its text */
    char text[];
} parcel;

/* On the thread of the world. */
static void arrive(orr_world *world, void *context)
{
    parcel *what = context;
    if ((by_hand(&what->input) ? perform : queue)(world, &what->input) != ORR_OK)
        orr__sim_log(world, 2, "%s", orr__error_text());
    orr__alloc_free(&world->alloc, what, what->bytes);
}

static int32_t send(orr_world *world, const orr_input *input)
{
    const size_t length = input->kind == ORR_INPUT_TEXT ? strlen(input->text) + 1 : 0;
    parcel *what = orr__alloc_new(&world->alloc, sizeof *what + length, 0);
    if (!what) return ORR_E_MEMORY;
    what->input = *input;
    what->bytes = sizeof *what + length;
    what->input.text = length ? what->text : NULL;
    if (length) memcpy(what->text, input->text, length);
    const int32_t code = orr_world_post(world, arrive, what);
    if (code != ORR_OK) orr__alloc_free(&world->alloc, what, what->bytes);
    return code;
}

int32_t orr_world_input(orr_world *world, const orr_input *input)
{
    if (check(input) != ORR_OK) return orr__error_code();
    if (orr__world_is_foreign(world)) return send(world, input);
    return (by_hand(input) ? perform : queue)(world, input);
}

const orr_input *orr_world_inputs(const orr_world *world, uint32_t *count)
{
    *count = world->sim->gestures.count;
    return world->sim->gestures.items;
}

int32_t orr_world_input_log(orr_world *world, orr_input_sink *sink, void *context)
{
    if (orr__world_mine(world, "orr_world_input_log")) return orr__error_code();
    world->sim->gestures.sink = sink;
    world->sim->gestures.sink_context = context;
    return ORR_OK;
}

void orr__gestures_apply(orr_world *world)
{
    orr__gestures *gestures = &world->sim->gestures;
    if (!gestures->count && !gestures->queue_count) return;
    orr_input *items = gestures->items;
    const uint32_t capacity = gestures->capacity;
    gestures->items = gestures->queue;
    gestures->count = gestures->queue_count;
    gestures->capacity = gestures->queue_capacity;
    gestures->queue = items;
    gestures->queue_count = 0;
    gestures->queue_capacity = capacity;
    for (uint32_t i = 0; i < gestures->count; i++) note(world, &gestures->items[i]);
}

void orr__gestures_fini(orr_world *world)
{
    orr__gestures *gestures = &world->sim->gestures;
    orr__array_free(&world->alloc, &gestures->queue, &gestures->queue_capacity, sizeof *gestures->queue);
    orr__array_free(&world->alloc, &gestures->items, &gestures->capacity, sizeof *gestures->items);
}
