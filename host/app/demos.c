/* orrery demos [NAME]: the simulations that come with Orrery: lists them with a line each, or runs one by its name. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/args.h"
#include "base/error.h"
#include "base/os.h"
#include "base/os_process.h"
#include "orrery.h"

enum { DEMOS_MOST = 128, NAME_BYTES = 64, PATH_BYTES = 4096, LINE_BYTES = 256 };

typedef struct demos {
    char folder[PATH_BYTES];
    char names[DEMOS_MOST][NAME_BYTES]; /* without ".lua", sorted */
    uint32_t count;
} demos;

/* ---- where they are ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool read_folder(demos *all, const char *folder)
{
    DIR *open = opendir(folder);
    if (!open) return false;
    all->count = 0;
    for (const struct dirent *entry; (entry = readdir(open)) != NULL && all->count < DEMOS_MOST;) {
        const size_t length = strlen(entry->d_name);
        if (length <= 4 || length - 4 >= NAME_BYTES || strcmp(entry->d_name + length - 4, ".lua") != 0) continue;
        snprintf(all->names[all->count++], NAME_BYTES, "%.*s", (int)(length - 4), entry->d_name);
    }
    closedir(open);
    qsort(all->names, all->count, sizeof *all->names, by_name);
    snprintf(all->folder, sizeof all->folder, "%s", folder);
    return all->count > 0;
}

/* ORRERY_SCRIPTS, or beside the program: as installed, or as built in a clone. */
static bool find(demos *all)
{
    static const char *const places[] = { "../share/orrery/scripts", "../../scripts", "../scripts" };
    const char *said = getenv("ORRERY_SCRIPTS");
    char program[PATH_BYTES], folder[PATH_BYTES + 64];
    if (said && *said) return read_folder(all, said);
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (slash) *slash = '\0';
    for (uint32_t i = 0; slash && i < sizeof places / sizeof *places; i++) {
        snprintf(folder, sizeof folder, "%s/%s", program, places[i]);
        if (read_folder(all, folder)) return true;
    }
    return read_folder(all, "scripts");
}

/* ---- listing ---- */

/* Whole sentences only: the last one of the line may go on in the next. */
static void cut(char *text)
{
    const size_t length = strlen(text);
    char *end = NULL;
    if (length == 0 || text[length - 1] == '.') return;
    for (char *at = text; (at = strstr(at, ". ")) != NULL; at++) end = at;
    if (end) end[1] = '\0';
}

/* The first line of a script says what it is: "-- name: text". */
static void print_line(const demos *all, const char *name)
{
    char path[PATH_BYTES + NAME_BYTES + 8], line[LINE_BYTES] = "";
    snprintf(path, sizeof path, "%s/%s.lua", all->folder, name);
    FILE *file = fopen(path, "r");
    if (file) {
        if (!fgets(line, sizeof line, file)) line[0] = '\0';
        fclose(file);
    }
    line[strcspn(line, "\r\n")] = '\0';
    cut(line);
    const char *text = strstr(line, ": ");
    printf("  %-14s %s\n", name, text ? text + 2 : line);
}

static int list(const demos *all)
{
    char plain[PATH_BYTES];
    const char *folder = orr__path_absolute(all->folder, plain, sizeof plain) == ORR_OK ? plain : all->folder;
    for (uint32_t i = 0; i < all->count; i++) print_line(all, all->names[i]);
    printf("\n'orrery demos NAME' runs one; they are in %s\n", folder);
    return ORR__EXIT_FINE;
}

static int run_one(const demos *all, const char *name, int count, char **arguments)
{
    char path[PATH_BYTES + NAME_BYTES + 8];
    const char *names[DEMOS_MOST];
    for (uint32_t i = 0; i < all->count; i++) {
        names[i] = all->names[i];
        if (strcmp(all->names[i], name) != 0) continue;
        snprintf(path, sizeof path, "%s/%s.lua", all->folder, name);
        arguments[0] = path;
        return orr__command_run.run(&orr__command_run, count, arguments);
    }
    const char *near = orr__nearest(name, names, all->count);
    fprintf(stderr, "orrery demos: there is no demo '%s'%s%s%s (see 'orrery demos')\n", name,
            near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
    return ORR__EXIT_USAGE;
}

static int show(const orr__command *command, int count, char **arguments)
{
    static demos all; /* 12 KiB */
    if (count > 0 && (strcmp(arguments[0], "--help") == 0 || strcmp(arguments[0], "-h") == 0)) {
        orr__args_help(command);
        return ORR__EXIT_FINE;
    }
    if (count > 0 && arguments[0][0] == '-') {
        fprintf(stderr, "orrery demos: the name of a demo comes before options: '%s' (see 'orrery demos --help')\n",
                arguments[0]);
        return ORR__EXIT_USAGE;
    }
    if (!find(&all)) {
        fprintf(stderr, "orrery demos: no scripts were found; ORRERY_SCRIPTS names their folder\n");
        return ORR__EXIT_FILES;
    }
    return count > 0 ? run_one(&all, arguments[0], count, arguments) : list(&all);
}

static const orr__option options[] = { { NULL, NULL, 0, 0, 0, 0, NULL } };

const orr__command orr__command_demos = {
    "demos",
    "[NAME]",
    0,
    1,
    "list the demos, or run one with the options of `orrery run`",
    "  orrery demos\n"
    "  orrery demos boids --set count=20000\n"
    "  orrery demos life --headless --ticks 1103 --picture life.png\n",
    options,
    show,
};
