/* The picture, from above:
 *
 *     title                              how much time
 *     tick 297      | tick 298      | tick 299
 *     main      ####   ##  ######    bars; what is nested in a bar hangs below it
 *     worker 1  ####   ##  ####
 *     0       1 ms       2 ms       the axis
 *     # flock 61 %  # move 9 % ...  the legend
 */
#include "app/trace_draw.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/trace_colour.h"
#include "base/arena.h"
#include "base/error.h"
#include "orrery.h"

enum {
    LEFT = 96,
    RIGHT = 20,
    TOP = 78,
    BAR = 34,
    NESTED = 16,
    GAP = 14,
    DEPTH_SHOWN = 4,
    LEGEND_STEP = 22,
    LEGEND_MOST = 60
};

/* Bars that are narrower are put together with their like next to them. */
#define NARROW 0.7

typedef struct pending { /* a bar that may still grow */
    uint32_t name, count;
    uint64_t length_ns, rows;
    const orr__timeline_event *event; /* the first of them; NULL: no bar */
    double from, to;
} pending;

typedef struct group { /* bars of one name side by side, which share one label */
    uint32_t name;
    uint64_t length_ns;
    double from, to, y, height; /* to <= from: none */
} group;

typedef struct picture {
    orr__text *svg;
    const orr__timeline *timeline;
    const orr__trace_part *part;
    const char **colour_of; /* [name] */
    orr__trace_rank *ranks; /* [name], for sorting */
    uint64_t *drawn_ns;     /* [name] self time within the part */
    uint32_t *depth_of;     /* [lane] levels below the first */
    double *top_of;         /* [lane] */
    uint64_t *busy_ns;      /* [lane] within the part */
    double scale;           /* pixels a nanosecond */
    double lanes_end;
    group groups[DEPTH_SHOWN];
} picture;

static double x_of(const picture *p, uint64_t ns)
{
    const uint64_t begin = p->part->begin_ns;
    return LEFT + (ns > begin ? (double)(ns - begin) * p->scale : 0);
}

static uint64_t clipped(const picture *p, const orr__timeline_event *event)
{
    const uint64_t begin = event->begin_ns > p->part->begin_ns ? event->begin_ns : p->part->begin_ns;
    const uint64_t end = event->end_ns < p->part->end_ns ? event->end_ns : p->part->end_ns;
    return end > begin ? end - begin : 0;
}

static bool is_shown(const picture *p, const orr__timeline_event *event)
{
    return event->begin_ns < p->part->end_ns && event->end_ns >= p->part->begin_ns && event->depth < DEPTH_SHOWN;
}

/* ---- bars ---- */

static void add_tip(picture *p, const pending *bar)
{
    const orr__timeline *t = p->timeline;
    const orr__timeline_event *event = bar->event;
    const orr__timeline_name *name = &t->names[bar->name];
    const char *lane = t->lanes[event->lane].name;
    char time[32];
    orr__trace_time(time, sizeof time, bar->length_ns, true);
    orr__text_add_xml(p->svg, name->text);
    if (event->of != UINT32_MAX && bar->count == 1) {
        orr__text_add(p->svg, " of ");
        orr__text_add_xml(p->svg, t->names[event->of].text);
    }
    if (bar->count > 1) orr__text_add(p->svg, ", %u times", bar->count);
    orr__text_add(p->svg, "&#10;%s", time);
    if (bar->rows) {
        orr__text_add(p->svg, " \xc2\xb7 ");
        orr__text_add_grouped(p->svg, bar->rows);
        orr__text_add(p->svg, " row%s", bar->rows == 1 ? "" : "s");
    }
    orr__text_add(p->svg, "&#10;");
    if (event->tick != ORR__TIMELINE_NO_TICK) orr__text_add(p->svg, "tick %" PRIu64 " \xc2\xb7 ", event->tick);
    orr__text_add_xml(p->svg, lane ? lane : "");
}

/* How wide a text is in letters of this size, roughly. */
static double width_of(const char *text, double size)
{
    double width = 0;
    for (const char *c = text; *c; c++) {
        if ((*c & 0xc0) == 0x80) continue;
        width += strchr("iljtfrI .,:;'|!()[]-", *c) ? 0.36 : strchr("mwMW%@", *c) ? 0.9 : 0.57;
    }
    return width * size;
}

static void write_label(picture *p, group *of)
{
    const double width = of->to - of->from, size = of->height > 20 ? 11.5 : 10, y = of->y, height = of->height;
    of->to = of->from;
    if (width <= 0) return;
    const char *name = p->timeline->names[of->name].text, *ink = orr__trace_ink(p->colour_of[of->name]);
    if (width_of(name, size) + 8 > width) return;
    char time[32];
    orr__trace_time(time, sizeof time, of->length_ns, true);
    const bool two = height > 20 && width_of(time, 10) + 8 <= width;
    orr__text_add(p->svg, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.4g\" fill=\"%s\">", of->from + 5,
                  y + (two ? 14.5 : height / 2 + size * 0.36), size, ink);
    orr__text_add_xml(p->svg, name);
    orr__text_add(p->svg, "</text>\n");
    if (two)
        orr__text_add(p->svg, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"10\" fill=\"%s\" opacity=\".8\">%s</text>\n",
                      of->from + 5, y + 27.5, ink, time);
}

/* The label of a group is written when the next one begins, over its bars. */
static void join_group(picture *p, const pending *bar, double y, double height, uint32_t depth)
{
    group *of = &p->groups[depth];
    const bool joins = of->to > of->from && of->name == bar->name && of->y == y && bar->from - of->to < 2;
    if (!joins) {
        write_label(p, of);
        *of = (group){ .name = bar->name, .from = bar->from, .y = y, .height = height };
    }
    of->to = bar->to;
    of->length_ns += bar->length_ns;
}

static void flush(picture *p, pending *bar, uint32_t depth)
{
    if (!bar->event) return;
    const double height = depth ? NESTED - 2 : BAR;
    const double y = p->top_of[bar->event->lane] + (depth ? BAR + 1 + (depth - 1) * NESTED : 0);
    double width = bar->to - bar->from;
    if (width < NARROW) width = NARROW;
    orr__text_add(p->svg, "<rect class=\"e n%u\" x=\"%.2f\" y=\"%.4g\" width=\"%.2f\" height=\"%.4g\"", bar->name,
                  bar->from, y, width, height);
    if (width > 6) orr__text_add(p->svg, " rx=\"1.5\"");
    orr__text_add(p->svg, " fill=\"%s\"><title>", p->colour_of[bar->name]);
    add_tip(p, bar);
    orr__text_add(p->svg, "</title></rect>\n");
    join_group(p, bar, y, height, depth);
    bar->event = NULL;
}

static void add_bar(picture *p, pending *bars, const orr__timeline_event *event)
{
    pending *bar = &bars[event->depth];
    const double from = x_of(p, event->begin_ns);
    const double to = x_of(p, event->end_ns < p->part->end_ns ? event->end_ns : p->part->end_ns);
    const uint64_t length = event->end_ns - event->begin_ns;
    if (bar->event && bar->name == event->name && to - from < NARROW && from - bar->to < NARROW / 2 &&
        (bar->count > 1 || bar->to - bar->from < NARROW)) {
        bar->to = to > bar->to ? to : bar->to;
        bar->count++;
        bar->length_ns += length;
        bar->rows += event->rows;
        return;
    }
    flush(p, bar, event->depth);
    *bar = (pending){ .name = event->name,
                      .count = 1,
                      .length_ns = length,
                      .rows = event->rows,
                      .event = event,
                      .from = from,
                      .to = to };
}

static void draw_bars(picture *p)
{
    const orr__timeline *t = p->timeline;
    pending bars[DEPTH_SHOWN] = { { 0 } };
    for (uint32_t i = 0; i < t->event_count; i++) {
        const orr__timeline_event *event = &t->events[i];
        if (i && event->lane != event[-1].lane) {
            for (uint32_t d = 0; d < DEPTH_SHOWN; d++) flush(p, &bars[d], d);
        }
        if (is_shown(p, event)) add_bar(p, bars, event);
    }
    for (uint32_t d = 0; d < DEPTH_SHOWN; d++) {
        flush(p, &bars[d], d);
        write_label(p, &p->groups[d]);
    }
}

/* ---- around the bars ---- */

static void measure(picture *p)
{
    const orr__timeline *t = p->timeline;
    for (uint32_t i = 0; i < t->event_count; i++) {
        const orr__timeline_event *event = &t->events[i];
        if (!is_shown(p, event)) continue;
        const uint64_t whole = event->end_ns - event->begin_ns, part = clipped(p, event);
        const bool wait = strcmp(t->names[event->name].kind, "wait") == 0;
        if (event->depth > p->depth_of[event->lane]) p->depth_of[event->lane] = event->depth;
        if (event->depth == 0 && !wait) p->busy_ns[event->lane] += part;
        p->drawn_ns[event->name] += whole == part ? event->self_ns : event->self_ns < part ? event->self_ns : part;
    }
    double y = TOP;
    for (uint32_t i = 0; i < t->lane_count; i++) {
        p->top_of[i] = y;
        y += BAR + p->depth_of[i] * NESTED + GAP;
    }
    p->lanes_end = y;
}

static void draw_ticks(picture *p)
{
    const orr__timeline *t = p->timeline;
    const double top = TOP - 28, right = p->part->width - RIGHT;
    double last_label = 0;
    for (uint32_t i = 0; i < t->tick_count; i++) {
        const orr__timeline_tick *tick = &t->ticks[i];
        if (tick->begin_ns >= p->part->end_ns || (tick->end_ns && tick->end_ns <= p->part->begin_ns)) continue;
        const double from = x_of(p, tick->begin_ns), end = x_of(p, tick->end_ns ? tick->end_ns : p->part->end_ns);
        const double to = end < right ? end : right;
        char label[40];
        snprintf(label, sizeof label, "tick %" PRIu64, tick->tick);
        orr__text_add(p->svg, "<rect class=\"b%u\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                      (unsigned)(tick->tick & 1), from, top, to - from, p->lanes_end - top);
        orr__text_add(p->svg, "<path class=\"k\" d=\"M%.1f %.1fV%.1f\"/>\n", from, top, p->lanes_end);
        if (from < last_label || width_of(label, 11) + 6 > right - from) continue;
        orr__text_add(p->svg, "<text class=\"m\" x=\"%.1f\" y=\"%.1f\" font-size=\"11\">%s</text>\n", from + 5,
                      top + 15, label);
        last_label = from + width_of(label, 11) + 12;
    }
}

static void draw_lanes(picture *p)
{
    const orr__timeline *t = p->timeline;
    const double all = (double)(p->part->end_ns - p->part->begin_ns);
    for (uint32_t i = 0; i < t->lane_count; i++) {
        const double y = p->top_of[i];
        orr__text_add(p->svg, "<rect class=\"l\" x=\"%d\" y=\"%.4g\" width=\"%u\" height=\"%d\"/>\n", LEFT, y,
                      p->part->width - LEFT - RIGHT, BAR);
        orr__text_add(p->svg,
                      "<text class=\"f\" x=\"%d\" y=\"%.1f\" font-size=\"12\" font-weight=\"600\" "
                      "text-anchor=\"end\">",
                      LEFT - 12, y + 15);
        if (t->lanes[i].name)
            orr__text_add_xml(p->svg, t->lanes[i].name);
        else
            orr__text_add(p->svg, "thread %" PRId64, t->lanes[i].thread);
        orr__text_add(p->svg,
                      "</text>\n<text class=\"m\" x=\"%d\" y=\"%.1f\" font-size=\"10.5\" text-anchor=\"end\">"
                      "%.0f %% busy</text>\n",
                      LEFT - 12, y + 28.5, all > 0 ? 100 * (double)p->busy_ns[i] / all : 0);
    }
}

/* Steps of 1, 2 or 5 times a power of ten, 110 pixels or more apart. */
static uint64_t axis_step(const picture *p)
{
    uint64_t step = 1;
    for (uint32_t i = 0; (double)step * p->scale < 110 && step < UINT64_MAX / 10; i++)
        step = i % 3 == 1 ? step / 2 * 5 : step * 2;
    return step;
}

static void draw_axis(picture *p)
{
    const uint64_t all = p->part->end_ns - p->part->begin_ns, step = axis_step(p);
    const double y = p->lanes_end;
    orr__text_add(p->svg, "<path class=\"a\" d=\"M%d %.1fH%u\"/>\n", LEFT, y, p->part->width - RIGHT);
    for (uint64_t at = 0; at <= all; at += step) {
        const double x = LEFT + (double)at * p->scale;
        char label[32] = "0";
        if (at) { /* 1, 2 and 5 with zeros: no fractions but of seconds and such */
            const double unit = step >= 1000000000 ? 1e9 : step >= 1000000 ? 1e6 : step >= 1000 ? 1e3 : 1;
            snprintf(label, sizeof label, "%.0f %s", (double)at / unit,
                     unit > 1e8   ? "s"
                     : unit > 1e5 ? "ms"
                     : unit > 1e2 ? "\xc2\xb5s"
                                  : "ns");
        }
        orr__text_add(p->svg, "<path class=\"a\" d=\"M%.1f %.1fv5\"/>\n", x, y);
        orr__text_add(p->svg,
                      "<text class=\"m\" x=\"%.1f\" y=\"%.1f\" font-size=\"10.5\" text-anchor=\"%s\">%s</text>\n", x,
                      y + 18,
                      at == 0                           ? "start"
                      : x > p->part->width - RIGHT - 16 ? "end"
                                                        : "middle",
                      label);
    }
}

static void draw_key(picture *p, uint32_t name, double x, double y, const char *share)
{
    orr__text_add(p->svg,
                  "<g class=\"g n%u\"><rect x=\"%.1f\" y=\"%.1f\" width=\"12\" height=\"12\" rx=\"3\" "
                  "fill=\"%s\"/><text class=\"f\" x=\"%.1f\" y=\"%.1f\" font-size=\"12\">",
                  name, x, y - 10, p->colour_of[name], x + 18, y);
    orr__text_add_xml(p->svg, p->timeline->names[name].text);
    orr__text_add(p->svg, "<tspan class=\"m\" dx=\"6\" font-size=\"11\">");
    orr__text_add_xml(p->svg, share);
    orr__text_add(p->svg, "</tspan></text></g>\n");
}

/* The names that are drawn, the most important first. Returns its end. */
static double draw_legend(picture *p)
{
    const orr__timeline *t = p->timeline;
    const double all = (double)(p->part->end_ns - p->part->begin_ns) * t->lane_count;
    double x = LEFT, y = p->lanes_end + 48;
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->name_count; i++) {
        if (p->drawn_ns[i])
            p->ranks[count++] = (orr__trace_rank){ .ns = p->drawn_ns[i], .name = i, .own = t->names[i].own };
    }
    orr__trace_rank_sort(p->ranks, count);
    for (uint32_t i = 0; i < count && i < LEGEND_MOST; i++) {
        char share[16];
        const double percent = all > 0 ? 100 * (double)p->ranks[i].ns / all : 0;
        snprintf(share, sizeof share, percent < 0.05 ? "<0.1 %%" : percent < 9.95 ? "%.1f %%" : "%.0f %%", percent);
        const double width = 42 + width_of(t->names[p->ranks[i].name].text, 12) + width_of(share, 11);
        if (x + width > p->part->width - RIGHT && x > LEFT) {
            x = LEFT;
            y += LEGEND_STEP;
        }
        draw_key(p, p->ranks[i].name, x, y, share);
        x += width;
    }
    return y + 18;
}

static void draw_head(picture *p)
{
    const orr__timeline *t = p->timeline;
    char time[32];
    orr__trace_time(time, sizeof time, p->part->end_ns - p->part->begin_ns, true);
    const char *slash = t->script ? strrchr(t->script, '/') : NULL;
    orr__text_add(p->svg, "<text class=\"f\" x=\"%d\" y=\"30\" font-size=\"15\" font-weight=\"600\">", LEFT);
    orr__text_add_xml(p->svg, slash ? slash + 1 : t->script ? t->script : "timeline");
    orr__text_add(p->svg,
                  "</text>\n<text class=\"m\" x=\"%u\" y=\"30\" font-size=\"12\" text-anchor=\"end\">"
                  "%u thread%s \xc2\xb7 %s</text>\n",
                  p->part->width - RIGHT, t->lane_count, t->lane_count == 1 ? "" : "s", time);
}

static const char style[] =
    "<style>text{font-family:ui-sans-serif,system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;"
    "pointer-events:none}"
    ".p{fill:#fff}.f{fill:#1d2733}.m{fill:#677484}.l{fill:#000;fill-opacity:.045}.b0{fill:none}"
    ".b1{fill:#000;fill-opacity:.03}.k{stroke:#9aa5b3;stroke-width:1;stroke-dasharray:3 3;fill:none}"
    ".a{stroke:#b6c0cc;fill:none}.w{stroke:#b6c0cc}"
    ".e{stroke:#fff;stroke-opacity:.45;stroke-width:.7}"
    "@media(prefers-color-scheme:dark){.p{fill:#12171e}.f{fill:#e6ebf1}.m{fill:#95a2b2}.l{fill:#fff;fill-opacity:.06}"
    ".b1{fill:#fff;fill-opacity:.035}.k{stroke:#566273}.a{stroke:#455161}.w{stroke:#4d5a6b}.e{stroke:#12171e}}</"
    "style>\n"
    "<defs><pattern id=\"w\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
    "patternTransform=\"rotate(45)\"><path class=\"w\" d=\"M0 0V6\" stroke-width=\"3\"/></pattern></defs>\n";

static void draw(picture *p, orr__text *svg)
{
    orr__text body = { 0 };
    p->svg = &body; /* how high it is shows at the end */
    measure(p);
    draw_head(p);
    draw_lanes(p);
    draw_ticks(p);
    draw_bars(p);
    draw_axis(p);
    const double height = draw_legend(p);
    orr__text_add(svg,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%.0f\" viewBox=\"0 0 %u %.0f\">\n%s",
                  p->part->width, height, p->part->width, height, style);
    orr__text_add(svg, "<rect class=\"p\" width=\"100%%\" height=\"100%%\" rx=\"8\"/>\n");
    if (body.count) orr__text_add_bytes(svg, body.bytes, body.count);
    orr__text_add(svg, "</svg>\n");
    svg->failed |= body.failed;
    orr__text_fini(&body);
}

int32_t orr__trace_draw(orr__text *svg, const orr__timeline *timeline, const orr__trace_part *part)
{
    orr__arena arena;
    orr__alloc alloc;
    orr__alloc_init(&alloc, NULL);
    orr__arena_init(&arena, &alloc, 0);
    const size_t names = timeline->name_count, lanes = timeline->lane_count;
    picture p = { .timeline = timeline, .part = part };
    p.colour_of = orr__arena_new(&arena, names * sizeof *p.colour_of, 0);
    p.ranks = orr__arena_new(&arena, names * sizeof *p.ranks, 0);
    p.drawn_ns = orr__arena_new(&arena, names * sizeof *p.drawn_ns, 0);
    p.depth_of = orr__arena_new(&arena, lanes * sizeof *p.depth_of, 0);
    p.top_of = orr__arena_new(&arena, lanes * sizeof *p.top_of, 0);
    p.busy_ns = orr__arena_new(&arena, lanes * sizeof *p.busy_ns, 0);
    int32_t status = ORR_E_MEMORY;
    if (p.colour_of && p.ranks && p.drawn_ns && p.depth_of && p.top_of && p.busy_ns) {
        memset(p.drawn_ns, 0, names * sizeof *p.drawn_ns);
        memset(p.depth_of, 0, lanes * sizeof *p.depth_of);
        memset(p.busy_ns, 0, lanes * sizeof *p.busy_ns);
        const uint64_t all = part->end_ns > part->begin_ns ? part->end_ns - part->begin_ns : 1;
        p.scale = (double)(part->width - LEFT - RIGHT) / (double)all;
        orr__trace_colours(timeline, p.ranks, p.colour_of);
        draw(&p, svg);
        status = svg->failed ? orr__fail(ORR_E_MEMORY, "no memory for the picture") : ORR_OK;
    }
    orr__arena_fini(&arena);
    return status;
}
