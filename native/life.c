/* life: cellular automata of Conway's kind on a lattice of u8: a cell is born with 3 or with `born` living neighbours
 * and lives on with 2, 3 or `born`. Martin Gardner, "Mathematical games", Scientific American, October 1970.
 * Sums the living into the reduction "population". Cells hold 0 or 1; beyond an edge that does not wrap all is dead.
 *
 * Arithmetic (whole numbers): n = sum of the eight cells around;  alive = n == 3 or n == born or (n == 2 and alive)   */
#include "simd.h"

typedef struct life_params {
    uint32_t born;
} life_params;

static inline uint8_t rule(uint32_t n, uint32_t alive, uint32_t born)
{
    return (uint8_t)((n == 3) | (n == born) | ((n == 2) & alive));
}

/* Cells 1 to width - 2 of a line; a sum of eight cells fits a byte. */
static inline ORR__KERNEL uint64_t middle(const uint8_t *restrict up, const uint8_t *restrict line,
                                          const uint8_t *restrict down, uint8_t *restrict out, uint32_t width,
                                          uint8_t born)
{
    for (uint32_t x = 1; x + 1 < width; x++) {
        const uint8_t n =
            (uint8_t)(up[x - 1] + up[x] + up[x + 1] + line[x - 1] + line[x + 1] + down[x - 1] + down[x] + down[x + 1]);
        const uint8_t stays = (uint8_t)((n == 2) & line[x]), new = (uint8_t)((n == 3) | (n == born));
        out[x] = (uint8_t)(new | stays);
    }
    uint64_t population = 0;
    for (uint32_t x = 1; x + 1 < width; x++) population += out[x];
    return population;
}

/* One cell at an edge, by coordinates. */
static uint8_t edge(const orr_lattice_slot *l, uint32_t x, uint32_t y, uint32_t born)
{
    const uint8_t *cells = l->read;
    uint32_t n = 0;
    for (uint32_t k = 0; k < 9; k++) {
        const uint32_t dx = k % 3, dy = k / 3; /* 0, 1, 2 stand for -1, 0, 1 */
        const int outside_x = (x + dx == 0 || x + dx > l->width) && !(l->wraps & 1u);
        const int outside_y = (y + dy == 0 || y + dy > l->height) && !(l->wraps & 2u);
        if (k == 4 || outside_x || outside_y) continue;
        const uint32_t nx = (x + dx + l->width - 1) % l->width, ny = (y + dy + l->height - 1) % l->height;
        n += cells[(size_t)ny * l->width + nx];
    }
    return rule(n, cells[(size_t)y * l->width + x], born);
}

static inline ORR__KERNEL int32_t life_rows(const orr_rows *rows, const orr_tick *tick)
{
    const life_params *params = orr_params(tick);
    const orr_lattice_slot *l = orr_slot(rows, 0);
    uint64_t population = 0;
    for (uint32_t y = rows->begin; y < rows->end; y++) {
        const size_t at = (size_t)y * l->width;
        uint8_t *out = (uint8_t *)l->write + at;
        const uint32_t last = l->width - 1;
        if (y == 0 || y + 1 == l->height) { /* its neighbours are across the edge */
            for (uint32_t x = 1; x < last; x++) population += out[x] = edge(l, x, y, params->born);
        } else {
            const uint8_t *line = (const uint8_t *)l->read + at;
            population += middle(line - l->width, line, line + l->width, out, l->width, (uint8_t)params->born);
        }
        population += out[0] = edge(l, 0, y, params->born);
        if (last > 0) population += out[last] = edge(l, last, y, params->born);
    }
    return orr_reduce(rows, tick, ORR_SUM, "population", (double)population);
}
ORR__VARIANTS(life)

static const orr_slot_desc life_slots[] = { ORR_LATTICE_RW("life.alive", u8) };
static const orr_job_param life_param_list[] = { ORR_PARAM(life_params, born, u32, 3, 0, 8) };
ORR_JOB(life, life_slots, .param_count = 1, .params = life_param_list, .params_bytes = sizeof(life_params),
        .choose = life_choose, .help = "Conway's game of life on a lattice of u8");
