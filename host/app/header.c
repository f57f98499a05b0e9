/* orrery header SCRIPT: the script's components as C structs. */
#include <stdio.h>

#include "app/args.h"
#include "app/open.h"
#include "orrery.h"

typedef struct header_options {
    orr__option_list set;
} header_options;

static const orr__option options[] = {
    { "--set", "NAME=VALUE", ORR__OPTION_LIST, offsetof(header_options, set), 0, 0, "a param of the script" },
    { NULL, NULL, 0, 0, 0, 0, NULL },
};

static const char *c_type(uint32_t type)
{
    static const char *const names[ORR_TYPE_COUNT] = {
        [ORR_TYPE_F32] = "float",    [ORR_TYPE_F64] = "double",   [ORR_TYPE_I8] = "int8_t",
        [ORR_TYPE_U8] = "uint8_t",   [ORR_TYPE_I16] = "int16_t",  [ORR_TYPE_U16] = "uint16_t",
        [ORR_TYPE_I32] = "int32_t",  [ORR_TYPE_U32] = "uint32_t", [ORR_TYPE_I64] = "int64_t",
        [ORR_TYPE_U64] = "uint64_t", [ORR_TYPE_BOOL] = "bool",    [ORR_TYPE_ENTITY] = "orr_entity",
    };
    return names[type];
}

static void print_component(const orr_world *world, orr_component component)
{
    const char *name = orr_component_name(world, component);
    const uint32_t fields = orr_component_field_count(world, component);
    if (!fields) {
        printf("/* %s is a tag: it has no fields. */\n\n", name);
        return;
    }
    printf("typedef struct %s {\n", name);
    for (uint32_t i = 0; i < fields; i++) {
        orr_field_desc field;
        if (orr_component_field(world, component, i, &field) == ORR_OK)
            printf("    %s %s;\n", c_type(field.type), field.name);
    }
    printf("} %s;\n\n", name);
}

static int header(const orr__command *command, int count, char **arguments)
{
    header_options o = { 0 };
    const char *script = NULL;
    bool helped;
    const int usage = orr__args_read(command, count, arguments, &o, &script, &helped);
    if (usage != ORR__EXIT_FINE || helped) return usage;
    orr_host *host;
    const int opened = orr__open_quietly(script, o.set.items, &host);
    if (opened != ORR__EXIT_FINE) return opened;
    const orr_world *world = orr_host_world(host);
    printf(
        "/* The components of %s: records as orr_entity_get and orr_entity_set copy them. Made by `orrery header`. */\n"
        "#pragma once\n\n#include <stdbool.h>\n#include <stdint.h>\n\n#include <orrery_job.h>\n\n",
        script);
    for (orr_component c = 1; c <= orr_component_count(world); c++) print_component(world, c);
    orr_host_close(host);
    return ORR__EXIT_FINE;
}

const orr__command orr__command_header = {
    "header",
    "SCRIPT",
    1,
    1,
    "print the script's components as C structs",
    "  orrery header scripts/boids.lua > components.h\n",
    options,
    header,
};
