/* diffuse: what lies on a lattice of f32 spreads to the eight cells around, and a share of it fades. `rate` is the share
 * of a cell that it shares out evenly, `decay` what is left of everything afterwards. Edges that do not wrap let nothing
 * out: there a cell that would lie outside is the nearest one inside, so the sum stays what it was.
 *
 * Arithmetic (ORR_F64; rounded to float when stored), with s the sum of the eight cells around in the order of memory,
 * ((((((a + b) + c) + d) + e) + f) + g) + h:
 *     cell = decay * (cell + rate * 0.125 * (s - 8 * cell))                                                        */
#include "simd.h"

typedef struct diffuse_params {
    double rate, decay;
} diffuse_params;

static inline float mix(double sum, double cell, double share, double decay)
{
    return (float)(decay * (cell + share * (sum - 8.0 * cell)));
}

/* Cells 1 to width - 2 of a line. */
static inline ORR__KERNEL void middle(const float *restrict up, const float *restrict line, const float *restrict down,
                                      float *restrict out, uint32_t width, double share, double decay)
{
    for (uint32_t x = 1; x + 1 < width; x++) {
        const double sum = (double)up[x - 1] + (double)up[x] + (double)up[x + 1] + (double)line[x - 1] +
                           (double)line[x + 1] + (double)down[x - 1] + (double)down[x] + (double)down[x + 1];
        out[x] = mix(sum, (double)line[x], share, decay);
    }
}

/* The cell in column x, with l and r beside it. */
static float edge(const float *up, const float *line, const float *down, uint32_t l, uint32_t x, uint32_t r,
                  double share, double decay)
{
    const double sum = (double)up[l] + (double)up[x] + (double)up[r] + (double)line[l] + (double)line[r] +
                       (double)down[l] + (double)down[x] + (double)down[r];
    return mix(sum, (double)line[x], share, decay);
}

static inline ORR__KERNEL int32_t diffuse_rows(const orr_rows *rows, const orr_tick *tick)
{
    const diffuse_params *params = orr_params(tick);
    const orr_lattice_slot *l = orr_slot(rows, 0);
    const float *cells = l->read;
    const uint32_t last = l->width - 1, top = l->height - 1;
    const int wrap_x = (l->wraps & 1u) != 0, wrap_y = (l->wraps & 2u) != 0;
    const double share = params->rate * 0.125, decay = params->decay;
    for (uint32_t y = rows->begin; y < rows->end; y++) {
        const uint32_t before = y > 0 ? y - 1 : wrap_y ? top : 0, after = y < top ? y + 1 : wrap_y ? 0 : top;
        const float *up = cells + (size_t)before * l->width, *line = cells + (size_t)y * l->width;
        const float *down = cells + (size_t)after * l->width;
        float *out = (float *)l->write + (size_t)y * l->width;
        middle(up, line, down, out, l->width, share, decay);
        out[0] = edge(up, line, down, wrap_x ? last : 0, 0, last > 0 ? 1 : 0, share, decay);
        if (last > 0) out[last] = edge(up, line, down, last - 1, last, wrap_x ? 0 : last, share, decay);
    }
    return ORR_OK;
}
ORR__VARIANTS(diffuse)

static const orr_slot_desc diffuse_slots[] = { ORR_LATTICE_RW("field.value", f32) };
static const orr_job_param diffuse_param_list[] = { ORR_PARAM(diffuse_params, rate, f64, 0.5, 0, 1),
                                                    ORR_PARAM(diffuse_params, decay, f64, 1, 0, 1) };
ORR_JOB(diffuse, diffuse_slots, .arithmetic = ORR_F64, .param_count = 2, .params = diffuse_param_list,
        .params_bytes = sizeof(diffuse_params), .choose = diffuse_choose,
        .help = "spreads and fades what lies on a lattice of f32");
