/* glow: what was seen on a lattice of u8 goes on glowing for a while. Where `seen` is not 0 the glow is 255; elsewhere it
 * loses `step` a tick until it is 0. Both lattices have the same size.
 *
 * Arithmetic (whole numbers):  left = seen ~= 0 and 255 or max(0, left - step)                                       */
#include "simd.h"

typedef struct glow_params {
    uint32_t step;
} glow_params;

static inline ORR__KERNEL int32_t glow_rows(const orr_rows *rows, const orr_tick *tick)
{
    const glow_params *params = orr_params(tick);
    const orr_lattice_slot *glow = orr_slot(rows, 0), *seen = orr_slot(rows, 1);
    if (glow->width != seen->width || glow->height != seen->height)
        return orr_job_fail(rows, tick, "glow: two lattices of different sizes");
    const size_t begin = (size_t)rows->begin * glow->width, end = (size_t)rows->end * glow->width;
    const uint8_t *restrict was = glow->read, *restrict cells = seen->read, step = (uint8_t)params->step;
    uint8_t *restrict left = glow->write;
    for (size_t i = begin; i < end; i++) {
        const uint8_t less = (uint8_t)(was[i] > step ? was[i] - step : 0);
        left[i] = cells[i] ? 255 : less;
    }
    return ORR_OK;
}
ORR__VARIANTS(glow)

static const orr_slot_desc glow_slots[] = { ORR_LATTICE_RW("glow.left", u8), ORR_LATTICE_R("seen.alive", u8) };
static const orr_job_param glow_param_list[] = { ORR_PARAM(glow_params, step, u32, 1, 0, 255) };
ORR_JOB(glow, glow_slots, .param_count = 1, .params = glow_param_list, .params_bytes = sizeof(glow_params),
        .choose = glow_choose, .help = "what was seen on a lattice of u8 glows for a while");
