#include "sim/gesture.h"

#include "base/array.h"
#include "base/error.h"
#include "sim/sim.h"

#include <math.h>
#include <string.h>

static int32_t check(const orr_input *input)
{
    if (!input || input->kind >= ORR_INPUT_KINDS) return orr__fail(ORR_E_ARGUMENT, "orr_world_input: no input");
    if (!isfinite(input->x) || !isfinite(input->y) || !isfinite(input->dx) || !isfinite(input->dy))
        return orr__fail(ORR_E_RANGE, "orr_world_input: a place that is not finite");
    if (!memchr(input->key, '\0', sizeof input->key))
        return orr__fail(ORR_E_ARGUMENT, "orr_world_input: the key's name has no end");
    return ORR_OK;
}

static int32_t queue(orr_world *world, const orr_input *input)
{
    orr__gestures *gestures = &world->sim->gestures;
    const int32_t code = orr__array_reserve(&world->alloc, &gestures->queue, &gestures->queue_capacity,
                                            gestures->queue_count + 1, sizeof *gestures->queue);
    if (code == ORR_OK) gestures->queue[gestures->queue_count++] = *input;
    return code;
}

/* On the thread of the world. */
static void arrive(orr_world *world, void *context)
{
    orr_input *input = context;
    if (queue(world, input) != ORR_OK) orr__sim_log(world, 2, "input is lost: %s", orr__error_text());
    orr__alloc_free(&world->alloc, input, sizeof *input);
}

int32_t orr_world_input(orr_world *world, const orr_input *input)
{
    if (check(input) != ORR_OK) return orr__error_code();
    if (!atomic_load(&world->owner) || atomic_load(&world->owner) == orr__thread_self()) return queue(world, input);
    orr_input *copy = orr__alloc_new(&world->alloc, sizeof *copy, 0);
    if (!copy) return ORR_E_MEMORY;
    *copy = *input;
    const int32_t code = orr_world_post(world, arrive, copy);
    if (code != ORR_OK) orr__alloc_free(&world->alloc, copy, sizeof *copy);
    return code;
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
    for (uint32_t i = 0; gestures->sink && i < gestures->count; i++)
        gestures->sink(gestures->sink_context, world->sim->tick, &gestures->items[i]);
}

void orr__gestures_fini(orr_world *world)
{
    orr__gestures *gestures = &world->sim->gestures;
    orr__array_free(&world->alloc, &gestures->queue, &gestures->queue_capacity, sizeof *gestures->queue);
    orr__array_free(&world->alloc, &gestures->items, &gestures->capacity, sizeof *gestures->items);
}
