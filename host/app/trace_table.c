#include "app/trace_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "orrery.h"

/* One event of one name, for counting. */
typedef struct piece {
    uint64_t tick, length_ns, rows;
    uint32_t name, lane;
} piece;

static int by_name(const void *a, const void *b)
{
    const piece *x = a, *y = b;
    if (x->name != y->name) return x->name < y->name ? -1 : 1;
    return x->tick < y->tick ? -1 : x->tick > y->tick;
}

static int by_length(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Pieces begin to end are of one name; `lengths` and `seen` are room for runs and lanes. */
static orr__trace_row count_row(const piece *pieces, uint32_t begin, uint32_t end, uint64_t *lengths, uint32_t *seen)
{
    orr__trace_row row = { .name = pieces[begin].name };
    for (uint32_t i = begin; i < end; i++) {
        const piece *at = &pieces[i];
        const bool same = i > begin && at->tick == at[-1].tick && at->tick != ORR__TIMELINE_NO_TICK;
        if (!same) lengths[row.runs++] = 0;
        lengths[row.runs - 1] += at->length_ns;
        row.total_ns += at->length_ns;
        row.rows += at->rows;
        if (seen[at->lane] != row.name + 1) row.threads++;
        seen[at->lane] = row.name + 1;
    }
    qsort(lengths, row.runs, sizeof *lengths, by_length);
    row.mean_ns = row.total_ns / row.runs;
    row.p99_ns = lengths[(row.runs * 99 + 99) / 100 - 1]; /* nearest rank */
    return row;
}

uint32_t orr__trace_table_section(const orr__timeline *timeline, const orr__trace_row *row)
{
    if (row->name == UINT32_MAX || timeline->names[row->name].own) return 2;
    return strcmp(timeline->names[row->name].kind, "span") == 0;
}

const char *orr__trace_table_name(const orr__timeline *timeline, const orr__trace_row *row)
{
    return row->name == UINT32_MAX ? "(idle)" : timeline->names[row->name].text;
}

static void order(orr__trace_table *table, const orr__timeline *timeline)
{
    for (uint32_t i = 1; i < table->count; i++) { /* few rows */
        const orr__trace_row row = table->items[i];
        const uint32_t section = orr__trace_table_section(timeline, &row);
        uint32_t at = i;
        for (; at > 0; at--) {
            const orr__trace_row *before = &table->items[at - 1];
            const uint32_t of = orr__trace_table_section(timeline, before);
            if (of < section || (of == section && before->total_ns >= row.total_ns)) break;
            table->items[at] = *before;
        }
        table->items[at] = row;
    }
}

static orr__trace_row idle_row(const orr__timeline *timeline, double all_ns)
{
    orr__trace_row row = { .name = UINT32_MAX };
    double used = 0;
    for (uint32_t i = 0; i < timeline->name_count; i++) used += (double)timeline->names[i].self_ns;
    row.total_ns = row.self_ns = used < all_ns ? (uint64_t)(all_ns - used) : 0;
    row.share = all_ns > 0 ? (double)row.total_ns / all_ns : 0;
    row.threads = timeline->lane_count;
    return row;
}

static void fill(orr__trace_table *table, const orr__timeline *timeline, piece *pieces, uint64_t *lengths,
                 uint32_t *seen)
{
    const uint32_t count = timeline->event_count;
    const double all_ns = (double)timeline->duration_ns * timeline->lane_count;
    for (uint32_t i = 0; i < count; i++) {
        const orr__timeline_event *event = &timeline->events[i];
        pieces[i] = (piece){ .tick = event->tick,
                             .length_ns = event->end_ns - event->begin_ns,
                             .rows = event->rows,
                             .name = event->name,
                             .lane = event->lane };
    }
    qsort(pieces, count, sizeof *pieces, by_name);
    for (uint32_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && pieces[end].name == pieces[begin].name;) end++;
        orr__trace_row row = count_row(pieces, begin, end, lengths, seen);
        row.self_ns = timeline->names[row.name].self_ns;
        row.share = all_ns > 0 ? (double)row.self_ns / all_ns : 0;
        table->items[table->count++] = row;
    }
    table->items[table->count++] = idle_row(timeline, all_ns);
    order(table, timeline);
}

int32_t orr__trace_table_make(orr__trace_table *table, const orr__timeline *timeline)
{
    *table = (orr__trace_table){ 0 };
    orr__alloc_init(&table->alloc, NULL);
    orr__alloc *alloc = &table->alloc;
    const size_t rows = timeline->name_count + 1u, count = timeline->event_count, lanes = timeline->lane_count;
    table->items = orr__alloc_new(alloc, rows * sizeof *table->items, 0);
    table->room = (uint32_t)rows;
    piece *pieces = orr__alloc_new(alloc, count * sizeof *pieces, 0);
    uint64_t *lengths = orr__alloc_new(alloc, count * sizeof *lengths, 0);
    uint32_t *seen = orr__alloc_zero(alloc, lanes * sizeof *seen, 0);
    const bool fine = table->items && pieces && lengths && seen;
    if (fine) fill(table, timeline, pieces, lengths, seen);
    orr__alloc_free(alloc, pieces, count * sizeof *pieces);
    orr__alloc_free(alloc, lengths, count * sizeof *lengths);
    orr__alloc_free(alloc, seen, lanes * sizeof *seen);
    return fine ? ORR_OK : ORR_E_MEMORY;
}

void orr__trace_table_fini(orr__trace_table *table)
{
    orr__alloc_free(&table->alloc, table->items, table->room * sizeof *table->items);
    table->items = NULL;
}

/* ---- printing ---- */

void orr__trace_time(char *text, size_t bytes, uint64_t ns, bool micro_sign)
{
    static const char *const units[] = { "ns", "us", "ms", "s" };
    double value = (double)ns;
    uint32_t unit = 0;
    while (value >= 999.5 && unit < 3) {
        value /= 1000;
        unit++;
    }
    const int digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    snprintf(text, bytes, "%.*f %s", digits, value, unit == 1 && micro_sign ? "\xc2\xb5s" : units[unit]);
}

static void text_row(orr__text *text, const orr__trace_row *row, const char *name)
{
    orr__text_add(text, "  %-24s ", name);
    if (row->runs)
        orr__text_add(text, "%8" PRIu64 " %12.3f %10.1f %10.1f", row->runs, (double)row->total_ns / 1e6,
                      (double)row->mean_ns / 1e3, (double)row->p99_ns / 1e3);
    else
        orr__text_add(text, "%8s %12.3f %10s %10s", "", (double)row->total_ns / 1e6, "", "");
    if (row->rows)
        orr__text_add(text, " %8u %14" PRIu64, row->threads, row->rows);
    else
        orr__text_add(text, " %8u %14s", row->threads, "");
    orr__text_add(text, " %6.1f%%\n", 100 * row->share);
}

static const char *plural(uint32_t count)
{
    return count == 1 ? "" : "s";
}

void orr__trace_table_text(orr__text *text, const orr__trace_table *table, const orr__timeline *timeline,
                           const char *path)
{
    static const char *const heads[] = { "system", "span", "the tick's own work" };
    char time[32];
    orr__trace_time(time, sizeof time, timeline->duration_ns, false);
    orr__text_add(text, "%s: ", path);
    if (timeline->script) orr__text_add(text, "%s, ", timeline->script);
    orr__text_add(text, "%u tick%s, %s, %u thread%s, %u record%s\n", timeline->tick_count, plural(timeline->tick_count),
                  time, timeline->lane_count, plural(timeline->lane_count), timeline->event_count,
                  plural(timeline->event_count));
    if (timeline->lost)
        orr__text_add(text, "  %" PRIu64 " more records were lost: too many in one tick\n", timeline->lost);
    uint32_t section = UINT32_MAX;
    for (uint32_t i = 0; i < table->count; i++) {
        const orr__trace_row *row = &table->items[i];
        const uint32_t of = orr__trace_table_section(timeline, row);
        if (of != section) {
            orr__text_add(text, "\n  %-24s %8s %12s %10s %10s %8s %14s %7s\n", heads[of], "runs", "total ms", "mean us",
                          "p99 us", "threads", "rows", "share");
        }
        section = of;
        text_row(text, row, orr__trace_table_name(timeline, row));
    }
}

static void json_rows(orr__text *text, const orr__trace_table *table, const orr__timeline *timeline)
{
    for (uint32_t i = 0; i < table->count; i++) {
        const orr__trace_row *row = &table->items[i];
        const bool idle = row->name == UINT32_MAX;
        orr__text_add(text, i ? ",{\"name\":" : "{\"name\":");
        orr__text_add_json(text, orr__trace_table_name(timeline, row));
        orr__text_add(text, ",\"kind\":");
        orr__text_add_json(text, idle ? "idle" : timeline->names[row->name].kind);
        orr__text_add(text,
                      ",\"runs\":%" PRIu64 ",\"total_ns\":%" PRIu64 ",\"self_ns\":%" PRIu64 ",\"mean_ns\":%" PRIu64
                      ",\"p99_ns\":%" PRIu64 ",\"threads\":%u,\"rows\":%" PRIu64 ",\"share\":%.6f}",
                      row->runs, row->total_ns, row->self_ns, row->mean_ns, row->p99_ns, row->threads, row->rows,
                      row->share);
    }
}

void orr__trace_table_json(orr__text *text, const orr__trace_table *table, const orr__timeline *timeline,
                           const char *path)
{
    orr__text_add(text, "{\"file\":");
    orr__text_add_json(text, path);
    if (timeline->script) {
        orr__text_add(text, ",\"script\":");
        orr__text_add_json(text, timeline->script);
    }
    orr__text_add(text, ",\"ticks\":%u,\"duration_ns\":%" PRIu64 ",\"records\":%u,\"lost\":%" PRIu64 ",\"threads\":[",
                  timeline->tick_count, timeline->duration_ns, timeline->event_count, timeline->lost);
    for (uint32_t i = 0; i < timeline->lane_count; i++) {
        const orr__timeline_lane *lane = &timeline->lanes[i];
        orr__text_add(text, i ? ",{\"name\":" : "{\"name\":");
        orr__text_add_json(text, lane->name ? lane->name : "");
        orr__text_add(text, ",\"busy_ns\":%" PRIu64 "}", lane->busy_ns);
    }
    orr__text_add(text, "],\"rows\":[");
    json_rows(text, table, timeline);
    orr__text_add(text, "]}\n");
}
