/* The `orrery` command: finds the subcommand and hands over. */
#include <stdio.h>
#include <string.h>

#include "app/args.h"
#include "base/error.h"
#include "orrery.h"

const orr__command *const orr__commands[] = {
    &orr__command_run,   &orr__command_demos,  &orr__command_check, &orr__command_graph, &orr__command_header,
    &orr__command_trace, &orr__command_doctor, &orr__command_bench, &orr__command_new,   NULL,
};

static int help(void)
{
    puts("orrery " ORR_VERSION ": a simulation host scripted in Lua\n\n"
         "usage: orrery COMMAND [arguments] [options]\n\ncommands:");
    for (const orr__command *const *c = orr__commands; *c; c++) {
        char left[40];
        snprintf(left, sizeof left, "%s %s", (*c)->name, (*c)->arguments);
        printf("  %-20s %s\n", left, (*c)->summary);
    }
    puts("\n'orrery COMMAND --help' or 'orrery help COMMAND' tells the options of a command.\n\nexamples:\n"
         "  orrery run scripts/boids.lua --ticks 600\n"
         "  orrery new script my.lua && orrery run my.lua");
    return ORR__EXIT_FINE;
}

static int unknown(const char *name)
{
    const char *names[16];
    uint32_t count = 0;
    for (const orr__command *const *c = orr__commands; *c; c++) names[count++] = (*c)->name;
    const char *near = orr__nearest(name, names, count);
    fprintf(stderr, "orrery: unknown command '%s'%s%s%s (see 'orrery --help')\n", name, near ? ": did you mean '" : "",
            near ? near : "", near ? "'?" : "");
    return ORR__EXIT_USAGE;
}

static const orr__command *find(const char *name)
{
    for (const orr__command *const *c = orr__commands; *c; c++) {
        if (strcmp(name, (*c)->name) == 0) return *c;
    }
    return NULL;
}

static int help_with(int count, char **arguments)
{
    if (count == 0 || arguments[0][0] == '-') return help();
    const orr__command *command = find(arguments[0]);
    if (!command) return unknown(arguments[0]);
    if (count > 1) {
        fprintf(stderr, "orrery help: what is '%s'? It takes one command\n", arguments[1]);
        return ORR__EXIT_USAGE;
    }
    orr__args_help(command);
    return ORR__EXIT_FINE;
}

/* A result that could not be written is no success. */
static int finish(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    fputs("orrery: the output could not be written in full\n", stderr);
    return code == ORR__EXIT_FINE ? ORR__EXIT_FILES : code;
}

static int start(int count, char **arguments)
{
    if (count < 2) {
        help();
        return ORR__EXIT_USAGE;
    }
    const char *name = arguments[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) return help();
    if (strcmp(name, "help") == 0) return help_with(count - 2, arguments + 2);
    if (strcmp(name, "--version") == 0) {
        puts("orrery " ORR_VERSION);
        return ORR__EXIT_FINE;
    }
    const orr__command *command = find(name);
    return command ? command->run(command, count - 2, arguments + 2) : unknown(name);
}

int main(int count, char **arguments)
{
    return finish(start(count, arguments));
}
