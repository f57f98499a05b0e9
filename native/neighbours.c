/* neighbours: sorts the entries of orrery.neighbours by cell of a grid, and the fields that it carries with them.
 *
 * The host runs it with an orr_neighbours_build as state; scripts do not. No rows: all is in the state.
 *
 * The grid. A cell's edge is a little more than the radius, so what is near a point lies in its cell or one beside it.
 * A grid fine enough for a wide world would have far more cells than entries; so cells are folded: of axis a, cell
 * number i is kept as i mod cells[a], with about as many folded cells as entries. Outliers then cost nothing, wherever
 * they are, and a crowd in a corner is still spread over cells of its own.
 *
 *     cells of the axis   0 1 2 3 4 5 6 7 8 9 ...         cells[a] = 4
 *     folded to           0 1 2 3 0 1 2 3 0 1 ...
 *
 * On a periodic axis the number of cells across the period must be a multiple of cells[a], so that going round once
 * comes back to the same folded cell; the edge is stretched to fit.
 *
 * The little more: cell numbers are rounded, by about 2^-52 of themselves. The edge exceeds the radius by 16 times that
 * for the widest axis, by 1e-9 at least and 1 % at most, so that two entries within the radius are never two cells
 * apart (at most means: exact up to some 10^12 cells from the origin). Entries that are not numbers, or further than
 * 4e15 cells, are in the first folded cell.
 *
 * The sort is a stable counting sort, O(entries + cells): within a cell the order is that of the data. */
#include <orrery_job.h>

#include <float.h>
#include <math.h>

enum { CELLS_MIN = 64, AXIS_CELLS_MAX = 1 << 20 };

static inline double coordinate(const void *values, uint32_t type, uint32_t i)
{
    return type == ORR_TYPE_F32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

/* Smallest and largest of those that are numbers; 0 and 0 when there is none. */
static void bounds(const void *values, uint32_t type, uint32_t count, double *low, double *high)
{
    double least = DBL_MAX, most = -DBL_MAX;
    for (uint32_t i = 0; i < count; i++) {
        const double p = coordinate(values, type, i);
        least = p < least && p >= -DBL_MAX ? p : least;
        most = p > most && p <= DBL_MAX ? p : most;
    }
    *low = least <= most ? least : 0;
    *high = least <= most ? most : 0;
}

/* Makes the grid smaller, the longest axis first, until it has at most `budget` cells. */
static void narrow(uint32_t cells[3], uint64_t budget)
{
    while ((uint64_t)cells[0] * cells[1] * cells[2] > budget) {
        uint32_t a = cells[1] > cells[0] ? 1 : 0;
        a = cells[2] > cells[a] ? 2 : a;
        cells[a] -= cells[a] / 16 + 1;
    }
}

static void choose_grid(const orr_neighbours_build *build)
{
    orr_neighbours *out = build->out;
    double extent[3] = { 0, 0, 0 }, widest = 0;
    for (uint32_t a = 0; a < out->dimensions; a++) {
        double low = build->min[a], high = build->max[a];
        if (!(out->wraps >> a & 1u)) bounds(build->position[a], build->position_type, out->count, &low, &high);
        out->origin[a] = low;
        extent[a] = high - low;
        widest = extent[a] > widest ? extent[a] : widest;
    }
    const double rounding = 16 * DBL_EPSILON * (widest / out->radius);
    const double edge = out->radius * (1 + (rounding < 1e-9 ? 1e-9 : rounding > 0.01 ? 0.01 : rounding));

    for (uint32_t a = 0; a < 3; a++) {
        const double across = floor(extent[a] / edge) + (out->wraps >> a & 1u ? 0 : 1);
        out->cells[a] = across < 1 ? 1 : across < AXIS_CELLS_MAX ? (uint32_t)across : AXIS_CELLS_MAX;
        out->cell[a] = edge;
        out->size[a] = 0;
    }
    const uint32_t wanted = out->count > CELLS_MIN ? out->count : CELLS_MIN;
    narrow(out->cells, wanted < build->cells_capacity ? wanted : build->cells_capacity);

    for (uint32_t a = 0; a < out->dimensions; a++) {
        if (!(out->wraps >> a & 1u)) continue;
        const double across = floor(extent[a] / edge);
        const int64_t most = across < 1e15 ? (int64_t)across : (int64_t)1e15, cells = out->cells[a];
        const int64_t total = most < cells ? cells : most / cells * cells;
        out->size[a] = extent[a];
        out->cell[a] = extent[a] / (double)total;
    }
}

/* The folded cell of a coordinate: the same as orr_near_begin has in the middle. */
static inline uint32_t folded_cell(double p, double origin, double edge, uint32_t cells)
{
    const double c = (p - origin) / edge;
    if (c >= 0 && c < (double)cells) return (uint32_t)c;
    if (!(c > -4.0e15 && c < 4.0e15)) return 0;
    int64_t whole = (int64_t)c;
    whole -= c < (double)whole;
    const int64_t folded = whole % (int64_t)cells;
    return (uint32_t)(folded < 0 ? folded + (int64_t)cells : folded);
}

static void find_cells(const orr_neighbours_build *build)
{
    const orr_neighbours *out = build->out;
    uint32_t *cell = build->cell, stride = 1;
    for (uint32_t a = 0; a < out->dimensions; a++) {
        const void *values = build->position[a];
        const double origin = out->origin[a], edge = out->cell[a];
        const uint32_t cells = out->cells[a], type = build->position_type;
        for (uint32_t i = 0; i < out->count; i++)
            cell[i] = (a ? cell[i] : 0) + stride * folded_cell(coordinate(values, type, i), origin, edge, cells);
        stride *= cells;
    }
}

/* Fills starts and source from cell. Backwards, so that equal cells keep the order of the data. */
static void sort_by_cell(const orr_neighbours_build *build)
{
    const orr_neighbours *out = build->out;
    uint32_t *starts = build->starts, *source = build->source, sum = 0;
    const uint32_t cells = out->cells[0] * out->cells[1] * out->cells[2];
    memset(starts, 0, ((size_t)cells + 1) * sizeof *starts);
    for (uint32_t i = 0; i < out->count; i++) starts[build->cell[i]]++;
    for (uint32_t c = 0; c < cells; c++) {
        sum += starts[c];
        starts[c] = sum;
    }
    starts[cells] = sum;
    for (uint32_t i = out->count; i-- > 0;) source[--starts[build->cell[i]]] = i;
}

static void reorder_8(uint8_t *restrict to, const uint8_t *restrict from, const uint32_t *source, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) to[k] = from[source[k]];
}
static void reorder_16(uint16_t *restrict to, const uint16_t *restrict from, const uint32_t *source, uint32_t count)
{
    for (uint32_t k = 0; k < count; k++) to[k] = from[source[k]];
}
/* Wide fields are copied as bytes, whatever their type is. */
static void reorder_32(void *restrict to, const void *restrict from, const uint32_t *source, uint32_t count)
{
    char *put = to;
    for (uint32_t k = 0; k < count; k++, put += 4) memcpy(put, (const char *)from + (size_t)source[k] * 4, 4);
}
static void reorder_64(void *restrict to, const void *restrict from, const uint32_t *source, uint32_t count)
{
    char *put = to;
    for (uint32_t k = 0; k < count; k++, put += 8) memcpy(put, (const char *)from + (size_t)source[k] * 8, 8);
}

static int32_t reorder(void *to, const void *from, uint32_t bytes, const uint32_t *source, uint32_t count)
{
    switch (bytes) {
    case 1: reorder_8(to, from, source, count); return ORR_OK;
    case 2: reorder_16(to, from, source, count); return ORR_OK;
    case 4: reorder_32(to, from, source, count); return ORR_OK;
    case 8: reorder_64(to, from, source, count); return ORR_OK;
    default: return -1;
    }
}

static int32_t neighbours(const orr_rows *rows, const orr_tick *tick)
{
    const orr_neighbours_build *build = orr_state(tick);
    orr_neighbours *out = build ? build->out : NULL;
    if (!out) return orr_job_fail(rows, tick, "neighbours: is run for orrery.neighbours, not by a system of its own");
    if (out->dimensions < 2 || out->dimensions > 3 || build->cells_capacity == 0 || out->carry_count > 16)
        return orr_job_fail(rows, tick, "neighbours: two or three axes, room for a cell, at most 16 fields to carry");
    if (!(out->radius > 0 && out->radius <= DBL_MAX))
        return orr_job_fail(rows, tick, "neighbours: the radius must be above 0");
    for (uint32_t a = 0; a < out->dimensions; a++)
        if ((out->wraps >> a & 1u) && !(build->max[a] > build->min[a] && build->max[a] - build->min[a] <= DBL_MAX))
            return orr_job_fail(rows, tick, "neighbours: on a periodic axis max must be above min");

    choose_grid(build);
    find_cells(build);
    sort_by_cell(build);

    const uint32_t wide = build->position_type == ORR_TYPE_F32 ? 4 : 8;
    for (uint32_t a = 0; a < 3; a++) {
        const int has = a < out->dimensions;
        if (has) reorder(build->sorted_position[a], build->position[a], wide, build->source, out->count);
        out->position[a] = has && wide == 4 ? build->sorted_position[a] : NULL;
        out->position_f64[a] = has && wide == 8 ? build->sorted_position[a] : NULL;
    }
    reorder(build->sorted_entity, build->entity, 8, build->source, out->count);
    for (uint32_t f = 0; f < out->carry_count; f++)
        if (reorder(build->sorted_carry[f], build->carry[f], build->carry_bytes[f], build->source, out->count) != 0)
            return orr_job_fail(rows, tick, "neighbours: a field to carry has 1, 2, 4 or 8 bytes");
    out->starts = build->starts;
    out->source = build->source;
    out->entity = build->sorted_entity;
    out->carry = (const void *const *)build->sorted_carry;
    return ORR_OK;
}

/* By hand: it has no slots. */
extern const orr_job_desc orr_job_neighbours;
const orr_job_desc orr_job_neighbours = {
    .abi = ORR_ABI,
    .bytes = (uint32_t)sizeof(orr_job_desc),
    .name = "neighbours",
    .run = neighbours,
    .arithmetic = ORR_F64,
    .flags = ORR_WHOLE,
    .state_bytes = (uint32_t)sizeof(orr_neighbours_build),
    .help = "sorts entries by cell, for orrery.neighbours",
};
