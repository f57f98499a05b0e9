/* orrery graph SCRIPT: the order of the systems and the reason of every edge. */
#include <stdio.h>

#include "app/args.h"
#include "app/open.h"
#include "orrery.h"

typedef struct graph_options {
    bool dot, mermaid;
    orr__option_list set;
} graph_options;

static const orr__option options[] = {
    { "--dot", NULL, ORR__OPTION_FLAG, offsetof(graph_options, dot), 0, 0, "for Graphviz" },
    { "--mermaid", NULL, ORR__OPTION_FLAG, offsetof(graph_options, mermaid), 0, 0, "for Markdown" },
    { "--set", "NAME=VALUE", ORR__OPTION_LIST, offsetof(graph_options, set), 0, 0, "a param of the script" },
    { NULL, NULL, 0, 0, 0, 0, NULL },
};

static void put(void *context, const char *text, size_t bytes)
{
    fwrite(text, 1, bytes, context);
}

static int graph(const orr__command *command, int count, char **arguments)
{
    graph_options o = { 0 };
    const char *script = NULL;
    bool helped;
    const int usage = orr__args_read(command, count, arguments, &o, &script, &helped);
    if (usage != ORR__EXIT_FINE || helped) return usage;
    if (o.dot && o.mermaid) {
        fputs("orrery graph: --dot or --mermaid, not both\n", stderr);
        return ORR__EXIT_USAGE;
    }
    orr_host *host;
    const int opened = orr__open_quietly(script, o.set.items, &host);
    if (opened != ORR__EXIT_FINE) return opened;
    const uint32_t format = o.dot ? ORR_GRAPH_DOT : o.mermaid ? ORR_GRAPH_MERMAID : ORR_GRAPH_TEXT;
    const int32_t status = orr_world_graph(orr_host_world(host), format, put, stdout);
    if (status != ORR_OK) fprintf(stderr, "orrery: %s\n", orr_last_error());
    orr_host_close(host);
    return status == ORR_OK ? ORR__EXIT_FINE : ORR__EXIT_SIMULATION;
}

const orr__command orr__command_graph = {
    "graph",
    "SCRIPT",
    1,
    1,
    "print the graph of the systems, with the reason of every edge",
    "  orrery graph scripts/boids.lua\n  orrery graph scripts/boids.lua --dot | dot -Tsvg > boids.svg\n",
    options,
    graph,
};
