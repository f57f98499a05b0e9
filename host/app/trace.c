/* orrery trace FILE.json: what a timeline adds up to, and pictures of it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/args.h"
#include "app/trace_draw.h"
#include "app/trace_table.h"
#include "base/error.h"
#include "orrery.h"

/* Drawn when nobody says what. */
enum { TICKS_DRAWN = 3 };

typedef struct trace_options {
    bool json;
    const char *svg, *html, *ticks;
    uint64_t last, width;
} trace_options;

#define AT(field) offsetof(trace_options, field)
static const orr__option options[] = {
    { "--json", NULL, ORR__OPTION_FLAG, AT(json), 0, 0, "the table as one JSON object" },
    { "--svg", "FILE", ORR__OPTION_TEXT, AT(svg), 0, 0, "draw it: one lane a thread, one colour a system" },
    { "--html", "FILE", ORR__OPTION_TEXT, AT(html), 0, 0, "the same as a page with tool tips and the table" },
    { "--ticks", "A:B", ORR__OPTION_TEXT, AT(ticks), 0, 0, "draw these ticks" },
    { "--last", "N", ORR__OPTION_WHOLE, AT(last), 1, 1e6, "draw the last N ticks (default 3)" },
    { "--width", "N", ORR__OPTION_WHOLE, AT(width), 400, 20000, "pixels of the picture (default 1200)" },
    { NULL, NULL, 0, 0, 0, 0, NULL },
};

static int usage(const char *what, const char *text)
{
    fprintf(stderr, "orrery trace: %s '%s' (see 'orrery trace --help')\n", what, text);
    return ORR__EXIT_USAGE;
}

static int failed(void)
{
    fflush(stdout);
    fprintf(stderr, "orrery: %s\n", orr_last_error());
    return ORR__EXIT_FILES;
}

/* "A:B" */
static bool read_ticks(const char *text, uint64_t *from, uint64_t *to)
{
    char *end;
    if (*text < '0' || *text > '9') return false;
    errno = 0;
    *from = strtoull(text, &end, 10);
    if (errno || *end != ':' || end[1] < '0' || end[1] > '9') return false;
    *to = strtoull(end + 1, &end, 10);
    return !errno && *end == '\0' && *from <= *to;
}

/* From the first of the ticks that are asked for to the end of the last. */
static int choose_part(const trace_options *o, const orr__timeline *timeline, orr__trace_part *part)
{
    const uint32_t count = timeline->tick_count;
    *part = (orr__trace_part){ .end_ns = timeline->duration_ns, .width = (uint32_t)o->width };
    uint64_t from = 0, to = UINT64_MAX;
    if (o->ticks && !read_ticks(o->ticks, &from, &to)) return usage("--ticks needs A:B, two ticks, not", o->ticks);
    if (count == 0) return o->ticks ? usage("no ticks are marked in this file, so none can be drawn:", o->ticks) : 0;
    const uint64_t last = o->last ? o->last : TICKS_DRAWN;
    uint32_t first = last < count && !o->ticks ? count - (uint32_t)last : 0, end = first;
    while (first < count && timeline->ticks[first].tick < from) first++;
    for (end = first; end < count && timeline->ticks[end].tick <= to;) end++;
    if (first == end) {
        fprintf(stderr, "orrery trace: --ticks %s: the file has ticks %" PRIu64 " to %" PRIu64 "\n", o->ticks,
                timeline->ticks[0].tick, timeline->ticks[count - 1].tick);
        return ORR__EXIT_USAGE;
    }
    part->begin_ns = timeline->ticks[first].begin_ns;
    if (timeline->ticks[end - 1].end_ns) part->end_ns = timeline->ticks[end - 1].end_ns;
    return ORR__EXIT_FINE;
}

static int draw(const trace_options *o, const orr__timeline *timeline, const orr__trace_table *table)
{
    orr__trace_part part;
    const int chosen = choose_part(o, timeline, &part);
    int32_t status = ORR_OK;
    if (chosen != ORR__EXIT_FINE) return chosen;
    for (int page = 0; page < 2 && status == ORR_OK; page++) {
        const char *path = page ? o->html : o->svg;
        orr__text text = { 0 };
        if (!path) continue;
        status = page ? orr__trace_page(&text, timeline, table, &part) : orr__trace_draw(&text, timeline, &part);
        if (status == ORR_OK) status = orr__text_save(&text, path);
        orr__text_fini(&text);
    }
    return status == ORR_OK ? ORR__EXIT_FINE : failed();
}

static int show(const trace_options *o, const orr__timeline *timeline, const char *path)
{
    orr__trace_table table;
    orr__text text = { 0 };
    if (orr__trace_table_make(&table, timeline) != ORR_OK) {
        orr__trace_table_fini(&table);
        return failed();
    }
    int code = o->svg || o->html ? draw(o, timeline, &table) : ORR__EXIT_FINE;
    if (code == ORR__EXIT_FINE) {
        if (o->json)
            orr__trace_table_json(&text, &table, timeline, path);
        else
            orr__trace_table_text(&text, &table, timeline, path);
        orr__text_print(&text);
    }
    orr__text_fini(&text);
    orr__trace_table_fini(&table);
    return code;
}

static int trace(const orr__command *command, int count, char **arguments)
{
    trace_options o = { .width = 1200 };
    const char *path = NULL;
    bool helped;
    const int wrong = orr__args_read(command, count, arguments, &o, &path, &helped);
    if (wrong != ORR__EXIT_FINE || helped) return wrong;
    if (o.ticks && o.last) {
        fputs("orrery trace: --ticks or --last, not both (see 'orrery trace --help')\n", stderr);
        return ORR__EXIT_USAGE;
    }
    const char *needs = o.ticks ? "--ticks" : o.last ? "--last" : NULL;
    if (needs && !o.svg && !o.html) return usage("what is to be drawn needs --svg or --html:", needs);
    orr__timeline timeline;
    const int32_t status = orr__timeline_read(&timeline, path);
    const int code = status == ORR_OK ? show(&o, &timeline, path) : failed();
    orr__timeline_fini(&timeline);
    return code;
}

const orr__command orr__command_trace = {
    "trace",
    "FILE.json",
    1,
    1,
    "what a timeline (run --trace) adds up to, and pictures of it",
    "  orrery run scripts/boids.lua --ticks 300 --trace boids.json && orrery trace boids.json\n"
    "  orrery trace boids.json --html boids.html --ticks 100:105\n",
    options,
    trace,
};
