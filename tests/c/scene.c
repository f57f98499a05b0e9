#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("%s cannot be read", path);
    fseek(file, 0, SEEK_END);
    const long bytes = ftell(file);
    rewind(file);
    char *text = malloc((size_t)bytes + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, (size_t)bytes, file), (size_t)bytes);
    text[bytes] = 0;
    fclose(file);
    return text;
}

static char *replaced(char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    if (!at) fail_msg("the script has no '%s'", from);
    char *out = malloc(strlen(text) + strlen(to) + 1);
    assert_non_null(out);
    const size_t before = (size_t)(at - text);
    memcpy(out, text, before);
    strcpy(out + before, to);
    strcat(out, at + strlen(from));
    free(text);
    return out;
}

orr_host *scene_open_changed(const char *name, uint64_t seed, const char *const *set, const char *const (*changes)[2])
{
    char path[1024];
    snprintf(path, sizeof path, "scripts/%s", name); // tests run in the folder of the sources
    char *text = read_text(path);
    for (; changes && (*changes)[0]; changes++) text = replaced(text, (*changes)[0], (*changes)[1]);
    orr_host *host =
        orr_host_open(&(orr_host_desc){ .text = text, .script = name, .seed = seed, .set = set, .threads = 2 });
    free(text);
    if (!host) fail_msg("%s: %s", name, orr_last_error());
    return host;
}

orr_host *scene_open(const char *name, uint64_t seed, const char *const *set, const char *from, const char *to)
{
    return scene_open_changed(name, seed, set, (const char *const[][2]){ { from, to }, { NULL, NULL } });
}

void scene_step(orr_host *host, uint64_t ticks)
{
    if (orr_host_step(host, ticks) != ORR_OK) fail_msg("%s", orr_last_error());
}

static orr_query query_of(orr_world *world, const char *components)
{
    orr_component list[17] = { 0 };
    uint32_t count = 0;
    char names[256];
    snprintf(names, sizeof names, "%s", components);
    char *kept = NULL;
    for (char *name = strtok_r(names, " ", &kept); name && count < 16; name = strtok_r(NULL, " ", &kept)) {
        list[count] = orr_component_find(world, name);
        if (!list[count++]) fail_msg("%s", orr_last_error());
    }
    const orr_query query = orr_query_create(world, &(orr_query_desc){ .all = list });
    assert_int_not_equal(query, 0);
    return query;
}

uint64_t scene_count(orr_host *host, const char *components)
{
    orr_world *world = orr_host_world(host);
    return orr_query_count(world, query_of(world, components));
}

static double value_at(const void *column, uint32_t row, uint32_t type)
{
    switch (type) {
    case ORR_TYPE_F32: return (double)((const float *)column)[row];
    case ORR_TYPE_F64: return ((const double *)column)[row];
    case ORR_TYPE_U8: return ((const uint8_t *)column)[row];
    case ORR_TYPE_I32: return ((const int32_t *)column)[row];
    default: fail_msg("a field of type %s in a scene", orr_type_name(type)); return 0;
    }
}

double *scene_column(orr_host *host, const char *components, const char *field, uint64_t *count)
{
    orr_world *world = orr_host_world(host);
    const orr_query query = query_of(world, components);
    const orr_field f = orr_field_find(world, field);
    if (!f.component) fail_msg("%s", orr_last_error());
    *count = orr_query_count(world, query);
    double *values = malloc((*count + 1) * sizeof *values);
    assert_non_null(values);
    uint64_t n = 0;
    for (orr_cursor at = orr_query_begin(world, query); orr_cursor_next(&at);) {
        const void *column = orr_cursor_read(&at, f);
        for (uint32_t row = at.begin; row < at.end; row++) values[n++] = value_at(column, row, f.type);
    }
    assert_int_equal(n, *count);
    return values;
}

double scene_reduction(orr_host *host, const char *name, double otherwise)
{
    double value = otherwise;
    return orr_reduction_get(orr_host_world(host), name, &value) == ORR_OK ? value : otherwise;
}

double scene_resource(orr_host *host, const char *name, const char *field)
{
    orr_world *world = orr_host_world(host);
    orr_value value;
    if (orr_resource_get(world, orr_resource_find(world, name), field, &value) != ORR_OK)
        fail_msg("%s", orr_last_error());
    return value.f64;
}

const void *scene_cells(orr_host *host, const char *lattice, const char *field, uint32_t *width, uint32_t *height)
{
    orr_world *world = orr_host_world(host);
    const void *cells = orr_lattice_cells(world, orr_lattice_find(world, lattice), field, width, height);
    if (!cells) fail_msg("%s", orr_last_error());
    return cells;
}

int scene_long(void)
{
    return getenv("ORRERY_LONG") != NULL;
}
