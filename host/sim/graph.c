/* orr_world_graph: the schedule as text, DOT or Mermaid. */
#include "base/error.h"
#include "sim/sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct printer {
    const orr_world *world;
    orr_write_function *write;
    void *context;
} printer;

static void put(const printer *p, const char *format, ...)
{
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0) p->write(p->context, text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

/* A text in double quotes for DOT and Mermaid. */
static void put_quoted(const printer *p, const char *text)
{
    put(p, "\"");
    for (; *text; text++) {
        if (*text == '"')
            put(p, "'");
        else
            put(p, "%c", *text);
    }
    put(p, "\"");
}

static void where(const orr__system *system, char *text, size_t bytes)
{
    if (system->binding)
        snprintf(text, bytes, "job");
    else if (system->exclusive)
        snprintf(text, bytes, "main thread, exclusive");
    else
        snprintf(text, bytes, system->on == ORR_ON_WORKERS ? "workers" : "main thread");
}

static void put_access(const printer *p, const orr__system *system)
{
    for (uint32_t i = 0; i < system->access.count; i++) {
        const orr__access *access = &system->access.items[i];
        char name[160];
        orr__access_name(p->world, access, name, sizeof name);
        put(p, "%s %s %s", i ? "," : ";", orr__access_verb(access->mode), name);
    }
}

static void put_text(const printer *p, const orr__schedule_stage *stage)
{
    char reason[300], place[64];
    put(p, "stage %s\n", stage->name);
    for (uint32_t b = 0, at = 0; b < stage->batch_count; b++) {
        put(p, "  batch %u\n", b + 1);
        for (; at < stage->batch_end[b]; at++) {
            const orr__system *system = stage->order[at];
            where(system, place, sizeof place);
            put(p, "    %s (%s", system->name, place);
            put_access(p, system);
            if (system->every > 1) put(p, "; every %u ticks", system->every);
            put(p, "%s)\n", system->enabled ? "" : "; disabled");
            for (uint32_t e = 0; e < stage->edge_count; e++) {
                const orr__graph_edge *edge = &stage->edges[e];
                if (stage->systems[edge->to] != system || edge->implied) continue;
                orr__schedule_reason(p->world, stage, edge, reason, sizeof reason);
                put(p, "      after %s: %s\n", stage->systems[edge->from]->name, reason);
            }
        }
    }
}

static void put_dot(const printer *p, const orr__schedule_stage *stage, uint32_t number)
{
    char reason[300], place[64];
    put(p, "  subgraph cluster_%u {\n    label=", number);
    put_quoted(p, stage->name);
    put(p, ";\n");
    for (uint32_t i = 0; i < stage->system_count; i++) {
        where(stage->systems[i], place, sizeof place);
        put(p, "    ");
        put_quoted(p, stage->systems[i]->name);
        put(p, " [tooltip=\"%s, batch %u\"%s];\n", place, stage->batch_of[i] + 1,
            stage->systems[i]->binding ? ", shape=box" : "");
    }
    for (uint32_t e = 0; e < stage->edge_count; e++) {
        const orr__graph_edge *edge = &stage->edges[e];
        if (edge->implied) continue;
        orr__schedule_reason(p->world, stage, edge, reason, sizeof reason);
        put(p, "    ");
        put_quoted(p, stage->systems[edge->from]->name);
        put(p, " -> ");
        put_quoted(p, stage->systems[edge->to]->name);
        put(p, " [label=");
        put_quoted(p, reason);
        put(p, "];\n");
    }
    put(p, "  }\n");
}

static void put_mermaid(const printer *p, const orr__schedule_stage *stage, uint32_t number)
{
    char reason[300];
    put(p, "  subgraph stage%u[", number);
    put_quoted(p, stage->name);
    put(p, "]\n");
    for (uint32_t i = 0; i < stage->system_count; i++) {
        put(p, "    s%u[", stage->systems[i]->id);
        put_quoted(p, stage->systems[i]->name);
        put(p, "]\n");
    }
    for (uint32_t e = 0; e < stage->edge_count; e++) {
        const orr__graph_edge *edge = &stage->edges[e];
        if (edge->implied) continue;
        orr__schedule_reason(p->world, stage, edge, reason, sizeof reason);
        put(p, "    s%u -->|", stage->systems[edge->from]->id);
        put_quoted(p, reason);
        put(p, "| s%u\n", stage->systems[edge->to]->id);
    }
    put(p, "  end\n");
}

int32_t orr_world_graph(orr_world *world, uint32_t format, orr_write_function *write, void *context)
{
    if (format > ORR_GRAPH_MERMAID || !write) return orr__fail(ORR_E_ARGUMENT, "no such format of a graph");
    const int32_t code = orr__schedule_build(world);
    if (code != ORR_OK) return code;
    const printer p = { .world = world, .write = write, .context = context };
    const orr__schedule *schedule = &world->sim->schedule;
    if (format == ORR_GRAPH_DOT) put(&p, "digraph schedule {\n  compound=true;\n");
    if (format == ORR_GRAPH_MERMAID) put(&p, "flowchart LR\n");
    for (uint32_t i = 0, last = UINT32_MAX; i < schedule->stage_count; i++) {
        const orr__schedule_stage *stage = &schedule->stages[i];
        if (stage->system_count == 0) continue;
        if (format == ORR_GRAPH_TEXT)
            put_text(&p, stage);
        else if (format == ORR_GRAPH_DOT)
            put_dot(&p, stage, i);
        else
            put_mermaid(&p, stage, i);
        if (format == ORR_GRAPH_MERMAID && last != UINT32_MAX) put(&p, "  stage%u ==> stage%u\n", last, i);
        last = i;
    }
    if (format == ORR_GRAPH_DOT) put(&p, "}\n");
    return ORR_OK;
}
