/* orrery new script|job NAME: a first file that works. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app/args.h"
#include "base/alloc.h"
#include "base/error.h"
#include "base/os.h"
#include "orrery.h"

static const orr__option options[] = { { NULL, NULL, 0, 0, 0, 0, NULL } };

/* @ stands for the name. */
static const char *const script_lines[] = {
    "-- @: what this simulation shows.",
    "--   notice   what to look at",
    "--   try      orrery run @.lua --ticks 1000 --set speed=3",
    "",
    "local orrery = require \"orrery\"",
    "local f32 = orrery.f32",
    "",
    "local Position = orrery.component(\"Position\", { x = f32, y = f32 })",
    "local Velocity = orrery.component(\"Velocity\", { x = f32, y = f32 })",
    "local speed    = orrery.param(\"speed\", 1, { min = 0, max = 10, help = \"how fast they move\" })",
    "",
    "orrery.system { name = \"populate\", stage = \"startup\", run = function(ctx)",
    "  ctx:spawn({ Position, Velocity }, 1000, function(rows)",
    "    local p, v = rows:write(Position), rows:write(Velocity)",
    "    for i = rows.first, rows.last do",
    "      p.x[i], p.y[i] = 800 * rows:uniform(i, 1), 600 * rows:uniform(i, 2)",
    "      v.x[i], v.y[i] = rows:normal(i, 3), rows:normal(i, 4)",
    "    end",
    "  end)",
    "end }",
    "",
    "orrery.system { name = \"move\", on = \"workers\", all = { Position, Velocity },",
    "  reads = { Velocity }, writes = { Position },",
    "  run = function(rows, ctx)",
    "    local p, v, k = rows:write(Position), rows:read(Velocity), ctx.dt * speed()",
    "    for i = rows.first, rows.last do",
    "      p.x[i] = p.x[i] + v.x[i] * k",
    "      p.y[i] = p.y[i] + v.y[i] * k",
    "    end",
    "  end }",
    "",
    "orrery.draw { points = { x = Position.x, y = Position.y, size = 2 } }",
    "orrery.test { ticks = 100 }",
    NULL,
};

static const char *const job_lines[] = {
    "/* @: position += velocity * dt * strength.",
    " *",
    " *   cc -std=c17 -O3 -ffp-contract=off -fPIC -shared $(pkg-config --cflags orrery) @.c -o @.so",
    " *",
    " * and in the script:",
    " *   orrery.load_jobs \"./@.so\"",
    " *   orrery.system { name = \"@\", job = \"@\", all = { Position, Velocity },",
    " *                   bind = { position = Position, velocity = Velocity } }",
    " */",
    "#include <orrery_job.h>",
    "",
    "typedef struct @_params {",
    "    float strength;",
    "} @_params;",
    "",
    "static int32_t @(const orr_rows *rows, const orr_tick *tick)",
    "{",
    "    const @_params *params = orr_params(tick);",
    "    float *restrict x = orr_slot(rows, 0), *restrict y = orr_slot(rows, 1);",
    "    const float *restrict vx = orr_slot(rows, 2), *restrict vy = orr_slot(rows, 3);",
    "    const float step = tick->dt_f32 * params->strength;",
    "    for (uint32_t i = rows->begin; i < rows->end; i++) {",
    "        x[i] += vx[i] * step;",
    "        y[i] += vy[i] * step;",
    "    }",
    "    return ORR_OK;",
    "}",
    "",
    "static const orr_slot_desc @_slots[] = {",
    "    ORR_SLOT_RW(\"position.x\", f32), ORR_SLOT_RW(\"position.y\", f32),",
    "    ORR_SLOT_R(\"velocity.x\", f32), ORR_SLOT_R(\"velocity.y\", f32),",
    "};",
    "static const orr_job_param @_param_list[] = { ORR_PARAM(@_params, strength, f32, 1, 0, 10) };",
    "",
    "ORR_JOB(@, @_slots, .params = @_param_list, .param_count = 1, .params_bytes = sizeof(@_params));",
    "ORR_EXPORT_JOBS(&orr_job_@);",
    NULL,
};

static int32_t write_lines(const char *path, const char *const *lines, const char *name)
{
    orr__alloc alloc;
    orr__file file;
    orr__alloc_init(&alloc, NULL);
    int32_t status = orr__file_begin(&file, &alloc, path);
    for (; *lines && status == ORR_OK; lines++) {
        for (const char *c = *lines; *c && status == ORR_OK; c++) {
            status = *c == '@' ? orr__file_write(&file, name, strlen(name)) : orr__file_write(&file, c, 1);
        }
        if (status == ORR_OK) status = orr__file_write(&file, "\n", 1);
    }
    if (status == ORR_OK) return orr__file_commit(&file);
    orr__file_abort(&file);
    return status;
}

/* The name without folder and ending; must be a C and Lua identifier. */
static bool plain_name(const char *path, const char *ending, char *name, size_t bytes)
{
    const char *slash = strrchr(path, '/'), *start = slash ? slash + 1 : path;
    size_t length = strlen(start);
    if (length > strlen(ending) && strcmp(start + length - strlen(ending), ending) == 0) length -= strlen(ending);
    if (length == 0 || length >= bytes) return false;
    memcpy(name, start, length);
    name[length] = 0;
    if (isdigit((unsigned char)name[0])) return false;
    for (const char *c = name; *c; c++) {
        if (!isalnum((unsigned char)*c) && *c != '_') return false;
    }
    return true;
}

/* A job's name is the name of a function. */
static bool is_keyword(const char *name)
{
    static const char *const keywords[] = {
        "auto",     "break",    "case",   "char",     "const",  "continue", "default",  "do",     "double", "else",
        "enum",     "extern",   "float",  "for",      "goto",   "if",       "inline",   "int",    "long",   "main",
        "register", "restrict", "return", "short",    "signed", "sizeof",   "static",   "struct", "switch", "typedef",
        "union",    "unsigned", "void",   "volatile", "while",  "int32_t",  "uint32_t",
    };
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) {
        if (strcmp(keywords[i], name) == 0) return true;
    }
    return false;
}

static int make(const orr__command *command, int count, char **arguments)
{
    const char *rest[2] = { NULL, NULL };
    char name[64], path[1024];
    bool helped;
    const int usage = orr__args_read(command, count, arguments, NULL, rest, &helped);
    if (usage != ORR__EXIT_FINE || helped) return usage;
    const bool job = strcmp(rest[0], "job") == 0;
    if (!job && strcmp(rest[0], "script") != 0) {
        fprintf(stderr, "orrery new: '%s' is neither 'script' nor 'job'\n", rest[0]);
        return ORR__EXIT_USAGE;
    }
    const char *ending = job ? ".c" : ".lua";
    if (!plain_name(rest[1], ending, name, sizeof name)) {
        fprintf(stderr, "orrery new: '%s' is no name: letters, digits and _ are allowed, a digit not at the start\n",
                rest[1]);
        return ORR__EXIT_USAGE;
    }
    if (job && is_keyword(name)) {
        fprintf(stderr, "orrery new: '%s' is a word of C: a job is a function of that name; '%s_rows' would do\n", name,
                name);
        return ORR__EXIT_USAGE;
    }
    const char *slash = strrchr(rest[1], '/');
    const int length =
        snprintf(path, sizeof path, "%.*s%s%s", slash ? (int)(slash + 1 - rest[1]) : 0, rest[1], name, ending);
    if (length < 0 || (size_t)length >= sizeof path) return ORR__EXIT_USAGE;
    if (orr__file_exists(path)) {
        fprintf(stderr, "orrery new: '%s' is already there; nothing was written\n", path);
        return ORR__EXIT_FILES;
    }
    if (write_lines(path, job ? job_lines : script_lines, name) != ORR_OK) {
        fprintf(stderr, "orrery new: %s\n", orr_last_error());
        return ORR__EXIT_FILES;
    }
    printf("wrote %s\n", path);
    return ORR__EXIT_FINE;
}

const orr__command orr__command_new = {
    "new",
    "script|job NAME",
    2,
    2,
    "write a first script or native job that works",
    "  orrery new script rain && orrery run rain.lua\n  orrery new job push\n",
    options,
    make,
};
