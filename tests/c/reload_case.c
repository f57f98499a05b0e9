#include "reload_case.h"

heard log_heard;

static void hear(void *context, int level, const char *text)
{
    heard *h = context;
    const size_t used = strlen(h->text);
    snprintf(h->text + used, sizeof h->text - used, "%d %s\n", level, text);
}

orr_host *open_with(const char *text, uint32_t threads, const orr_allocator *allocator)
{
    log_heard.text[0] = '\0';
    orr_host *host = orr_host_open(&(orr_host_desc){ .text = text,
                                                     .script = "s.lua",
                                                     .threads = threads,
                                                     .allocator = allocator,
                                                     .log = hear,
                                                     .log_context = &log_heard });
    if (!host) fail_msg("%s", orr_last_error());
    return host;
}

orr_host *open_text(const char *text)
{
    return open_with(text, 0, NULL);
}

void close_whole(orr_host *host)
{
    assert_ok(orr__world_validate(orr_host_world(host)));
    orr_host_close(host);
}

double first_of(orr_host *host, const char *component, const char *field)
{
    orr_world *world = orr_host_world(host);
    char name[64];
    snprintf(name, sizeof name, "%s.%s", component, field);
    const orr_component all[2] = { orr_component_find(world, component), 0 };
    const orr_query query = orr_query_create(world, &(orr_query_desc){ .all = all });
    const orr_field of = orr_field_find(world, name);
    if (!of.component) fail_msg("%s", orr_last_error());
    orr_cursor at = orr_query_begin(world, query);
    if (!orr_cursor_next(&at)) fail_msg("no rows with %s", component);
    return orr__value_to_double(of.type, orr__value_load(orr_cursor_read(&at, of), 0, of.type));
}

uint64_t rows_with(orr_host *host, const char *component)
{
    orr_world *world = orr_host_world(host);
    const orr_component all[2] = { orr_component_find(world, component), 0 };
    return orr_query_count(world, orr_query_create(world, &(orr_query_desc){ .all = all }));
}

const orr_entity *rows_of(orr_world *world, orr_component component)
{
    static orr_entity entities[8192];
    uint64_t count = 0;
    const orr_query query = orr_query_create(world, &(orr_query_desc){ .all = (orr_component[]){ component, 0 } });
    assert_ok(orr_query_copy_entities(world, query, entities, 8192, &count));
    return entities;
}

double resource(orr_host *host, const char *name, const char *field)
{
    orr_world *world = orr_host_world(host);
    const orr_resource id = orr_resource_find(world, name);
    orr_value value = { 0 };
    if (!id) fail_msg("%s", orr_last_error());
    assert_ok(orr_resource_get(world, id, field, &value));
    return value.f64;
}

double param(orr_host *host, const char *name)
{
    const orr_param id = orr_param_find(orr_host_world(host), name);
    if (!id) fail_msg("%s", orr_last_error());
    return orr_param_get(orr_host_world(host), id);
}

void assert_heard(const char *wanted)
{
    if (!strstr(log_heard.text, wanted)) fail_msg("'%s' is not in '%s'", wanted, log_heard.text);
}

void refused(orr_host *host, const char *text, const char *why)
{
    const uint64_t before = orr_world_hash(orr_host_world(host));
    if (orr_host_reload_text(host, text) == ORR_OK) fail_msg("was loaded: %s", text);
    if (!strstr(orr_last_error(), why)) fail_msg("'%s' is not in '%s'", why, orr_last_error());
    assert_true(orr_world_hash(orr_host_world(host)) == before);
    assert_ok(orr__world_validate(orr_host_world(host)));
}
