#include "script/frame.h"

#include "base/error.h"
#include "ecs/world.h"
#include "script/machine.h"
#include "sim/sim.h"

int32_t orr__frame_watched(orr__machine *m)
{
    return orr_world_watched(m->world);
}

int32_t orr__frame_paint(orr__machine *m, uint32_t kind, double colour, uint32_t flags, const double *numbers,
                         const char *text)
{
    return orr_world_paint(m->world, &(orr_stroke){ .kind = kind,
                                                    .colour = (uint32_t)colour,
                                                    .a = numbers[0],
                                                    .b = numbers[1],
                                                    .c = numbers[2],
                                                    .d = numbers[3],
                                                    .width = numbers[4],
                                                    .filled = (flags & 1u) != 0,
                                                    .on_screen = (flags & 2u) != 0,
                                                    .text = text });
}

/* On a worker it only looks up what the main machine has made. */
int32_t orr__frame_series(orr__machine *m, const char *name)
{
    const orr_series series = orr_series_create(m->world, name);
    return series ? (int32_t)series : orr__error_code();
}

int32_t orr__frame_put(orr__machine *m, uint32_t series, double value)
{
    return orr_series_put(m->world, series, value);
}

const char *orr__frame_input_stage(orr__machine *m)
{
    const orr__schedule *schedule = &m->world->sim->schedule;
    m->world->sim->gestures.wanted = true;
    for (uint32_t i = 0; i < schedule->stage_count; i++) {
        if (!schedule->stages[i].once && !schedule->stages[i].render) return schedule->stages[i].name;
    }
    return "update";
}

int32_t orr__frame_input(orr__machine *m, uint32_t index, double *numbers)
{
    uint32_t count;
    const orr_input *inputs = orr_world_inputs(m->world, &count);
    if (index >= count) return 0;
    const orr_input *input = &inputs[index];
    numbers[0] = input->kind;
    numbers[1] = input->button;
    numbers[2] = input->x;
    numbers[3] = input->y;
    numbers[4] = input->dx;
    numbers[5] = input->dy;
    numbers[6] = (double)input->entity;
    return 1;
}

const char *orr__frame_key(orr__machine *m, uint32_t index)
{
    uint32_t count;
    const orr_input *inputs = orr_world_inputs(m->world, &count);
    return index < count ? inputs[index].key : "";
}
