#include "app/args.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void orr__args_help(const orr__command *command)
{
    printf("usage: orrery %s%s%s [options]\n\n%s\n", command->name, *command->arguments ? " " : "", command->arguments,
           command->summary);
    puts("\noptions:");
    for (const orr__option *o = command->options; o->name; o++) {
        char left[64];
        snprintf(left, sizeof left, "%s%s%s", o->name, o->argument ? " " : "", o->argument ? o->argument : "");
        printf("  %-22s %s\n", left, o->help);
    }
    printf("  %-22s %s\n", "--help", "this text");
    if (command->examples) printf("\nexamples:\n%s", command->examples);
}

static int complain(const orr__command *command, const char *format, const char *what, const char *more)
{
    fprintf(stderr, "orrery %s: ", command->name);
    fprintf(stderr, format, what, more);
    fprintf(stderr, " (see 'orrery %s --help')\n", command->name);
    return ORR__EXIT_USAGE;
}

static int unknown(const orr__command *command, const char *name)
{
    const char *names[64];
    uint32_t count = 0;
    for (const orr__option *o = command->options; o->name && count < 63; o++) names[count++] = o->name;
    names[count++] = "--help";
    const char *near = orr__nearest(name, names, count);
    if (near) return complain(command, "unknown option '%s': did you mean '%s'?", name, near);
    return complain(command, "unknown option '%s'%s", name, "");
}

static int store_number(const orr__command *command, const orr__option *o, const char *text, void *place)
{
    char *end = NULL, range[80];
    errno = 0;
    const double number = strtod(text, &end);
    if (end == text || *end || isnan(number)) {
        return complain(command, "%s needs a number, not '%s'", o->name, text);
    }
    const bool limited = o->min < o->max;
    if (limited && !(number >= o->min && number <= o->max)) {
        snprintf(range, sizeof range, "%s (from %.15g to %.15g)", text, o->min, o->max);
        return complain(command, "%s is out of range: %s", o->name, range);
    }
    if (o->kind == ORR__OPTION_NUMBER) {
        memcpy(place, &number, sizeof number);
        return ORR__EXIT_FINE;
    }
    errno = 0;
    const uint64_t whole = strtoull(text, &end, 0);
    if (*end || errno || strchr(text, '-'))
        return complain(command, "%s needs a whole number, not '%s'", o->name, text);
    memcpy(place, &whole, sizeof whole);
    return ORR__EXIT_FINE;
}

static int store(const orr__command *command, const orr__option *o, const char *text, void *values)
{
    void *place = (char *)values + o->offset;
    if (o->kind == ORR__OPTION_WHOLE || o->kind == ORR__OPTION_NUMBER) return store_number(command, o, text, place);
    if (o->kind == ORR__OPTION_LIST) {
        orr__option_list *list = place;
        if (list->count == ORR__LIST_MAX) return complain(command, "more than 64 times %s%s", o->name, "");
        list->items[list->count++] = text;
        return ORR__EXIT_FINE;
    }
    memcpy(place, &text, sizeof text);
    return ORR__EXIT_FINE;
}

/* One option at arguments[*at], its value in the same word after '=' or in the next. */
static int read_option(const orr__command *command, int count, char **arguments, int *at, void *values)
{
    char name[64];
    const char *word = arguments[*at], *equals = strchr(word, '=');
    const size_t length = equals ? (size_t)(equals - word) : strlen(word);
    snprintf(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), word);
    const orr__option *o = command->options;
    while (o->name && strcmp(o->name, name) != 0) o++;
    if (!o->name) return unknown(command, name);
    if (o->kind == ORR__OPTION_FLAG) {
        if (equals) return complain(command, "%s takes no value%s", o->name, "");
        const bool yes = true;
        memcpy((char *)values + o->offset, &yes, sizeof yes);
        return ORR__EXIT_FINE;
    }
    const char *text = equals ? equals + 1 : (*at + 1 < count ? arguments[++*at] : NULL);
    if (!text) return complain(command, "%s needs a value: %s", o->name, o->argument);
    return store(command, o, text, values);
}

int orr__args_read(const orr__command *command, int count, char **arguments, void *values, const char **rest,
                   bool *helped)
{
    uint32_t found = 0;
    bool only_rest = false;
    *helped = false;
    for (int i = 0; i < count; i++) {
        if (!only_rest && (strcmp(arguments[i], "--help") == 0 || strcmp(arguments[i], "-h") == 0)) {
            orr__args_help(command);
            *helped = true;
            return ORR__EXIT_FINE;
        }
    }
    for (int i = 0; i < count; i++) {
        const char *word = arguments[i];
        if (!only_rest && strcmp(word, "--") == 0) {
            only_rest = true;
        } else if (!only_rest && word[0] == '-' && word[1]) {
            const int status = read_option(command, count, arguments, &i, values);
            if (status != ORR__EXIT_FINE) return status;
        } else if (found == command->argument_max) {
            return complain(command, "what is '%s'? It takes %s", word,
                            *command->arguments ? command->arguments : "options only");
        } else {
            rest[found++] = word;
        }
    }
    if (found < command->argument_min) return complain(command, "%s is missing%s", command->arguments, "");
    return ORR__EXIT_FINE;
}
