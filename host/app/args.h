/* Command lines: a table of options for each subcommand, one parser for all. */
#ifndef ORR_APP_ARGS_H
#define ORR_APP_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ORR__EXIT_FINE = 0,
    ORR__EXIT_SIMULATION = 1,
    ORR__EXIT_USAGE = 2,
    ORR__EXIT_FILES = 3,
    ORR__EXIT_INTERRUPTED = 130
};

enum { ORR__OPTION_FLAG, ORR__OPTION_WHOLE, ORR__OPTION_NUMBER, ORR__OPTION_TEXT, ORR__OPTION_LIST };

enum { ORR__LIST_MAX = 64 };

typedef struct orr__option_list { /* a repeated option; ends with NULL */
    const char *items[ORR__LIST_MAX + 1];
    uint32_t count;
} orr__option_list;

typedef struct orr__option {
    const char *name;     /* "--ticks" */
    const char *argument; /* what the help calls it: "N"; NULL for a flag */
    int kind;             /* OPTION_x: bool, uint64_t, double, const char *, option_list */
    size_t offset;        /* in the subcommand's struct of options */
    double min, max;      /* of numbers; min == max: no limit */
    const char *help;
} orr__option;

typedef struct orr__command {
    const char *name;
    const char *arguments; /* "SCRIPT" */
    uint32_t argument_min, argument_max;
    const char *summary;        /* one line */
    const char *examples;       /* lines of the help */
    const orr__option *options; /* ends with a NULL name */
    int (*run)(const struct orr__command *command, int count, char **arguments);
} orr__command;

/* Reads options into `values` and moves the other arguments to `rest` (room for argument_max). Returns ORR__EXIT_FINE, or
 * ORR__EXIT_USAGE after saying what was wrong; *helped is set when --help was asked for and has been printed. */
int orr__args_read(const orr__command *command, int count, char **arguments, void *values, const char **rest,
                   bool *helped);

void orr__args_help(const orr__command *command);

/* The subcommands, ends with a NULL name. */
extern const orr__command *const orr__commands[];
extern const orr__command orr__command_run, orr__command_graph, orr__command_header, orr__command_doctor,
    orr__command_bench, orr__command_new, orr__command_trace, orr__command_check, orr__command_demos;

#endif
