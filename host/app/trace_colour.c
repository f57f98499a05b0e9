#include "app/trace_colour.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/* Colours far from each other, alternating light and dark; all of them tell apart on white and on black. */
static const char *const palette[] = { "#3a81d7", "#ed7940", "#4ea954", "#9065d0", "#e3b831", "#2bb3b9",
                                       "#dd4677", "#525dbd", "#abc63e", "#2c8671", "#da81c7", "#a06522" };
enum { COLOURS = sizeof palette / sizeof *palette };

/* The tick's own work. */
static const struct {
    const char *kind, *colour;
} own_colours[] = {
    { "plan", "#7d8aa0" }, { "settle", "#a3adbd" },  { "sync", "#5b6675" }, { "apply", "#8c9ab0" },
    { "hook", "#c2855a" }, { "publish", "#6b7f99" }, { "wait", "url(#w)" }, { "collect", "#e5484d" },
};

static int by_time(const void *a, const void *b)
{
    const orr__trace_rank *x = a, *y = b;
    if (x->own != y->own) return x->own ? 1 : -1;
    if (x->ns != y->ns) return x->ns > y->ns ? -1 : 1;
    return x->name < y->name ? -1 : x->name > y->name;
}

void orr__trace_rank_sort(orr__trace_rank *ranks, uint32_t count)
{
    qsort(ranks, count, sizeof *ranks, by_time);
}

/* Each system asks for the colour its name says, the longest first; who comes too late takes the next one that is free.
 * So a system keeps its colour from picture to picture as long as nothing bigger wants the same. */
void orr__trace_colours(const orr__timeline *t, orr__trace_rank *ranks, const char **colour_of)
{
    uint32_t taken = 0;
    for (uint32_t i = 0; i < t->name_count; i++)
        ranks[i] = (orr__trace_rank){ .ns = t->names[i].total_ns, .name = i, .own = t->names[i].own };
    orr__trace_rank_sort(ranks, t->name_count);
    for (uint32_t i = 0; i < t->name_count; i++) {
        const orr__timeline_name *name = &t->names[ranks[i].name];
        uint32_t at = 0;
        if (name->own) {
            while (strcmp(own_colours[at].kind, name->kind) != 0) at++;
            colour_of[ranks[i].name] = own_colours[at].colour;
            continue;
        }
        at = (uint32_t)(orr__hash_text(name->text) % COLOURS);
        if (taken == (1u << COLOURS) - 1) taken = 0; /* more systems than colours: once more from the start */
        while (taken >> at & 1) at = (at + 1) % COLOURS;
        taken |= 1u << at;
        colour_of[ranks[i].name] = palette[at];
    }
}

bool orr__trace_is_own(const char *kind)
{
    for (uint32_t i = 0; i < sizeof own_colours / sizeof *own_colours; i++) {
        if (strcmp(kind, own_colours[i].kind) == 0) return true;
    }
    return false;
}

const char *orr__trace_ink(const char *colour)
{
    unsigned r, g, b;
    if (sscanf(colour, "#%2x%2x%2x", &r, &g, &b) != 3) return "#8592a3";
    return 0.299 * r + 0.587 * g + 0.114 * b > 140 ? "#10151c" : "#ffffff";
}
