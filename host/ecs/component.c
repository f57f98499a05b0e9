#include "ecs/component.h"

#include "base/array.h"
#include "base/error.h"
#include "base/hash.h"
#include "ecs/migrate.h"
#include "ecs/world.h"

#include <stdio.h>
#include <string.h>

enum { DESCRIBED_BYTES = 640, NAMES_AT_ONCE = 64, NAME_BYTES_MAX = 255 };

// ---- names ----------------------------------------------------------------------------------------------------------

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// `of` and `owner` say where, as in "field 'x' of component 'Position'".
static int32_t check_name(const char *name, const char *what, const char *owner)
{
    if (!name || !*name) {
        return orr__fail(ORR_E_ARGUMENT, owner ? "component '%s': a %s without a name" : "%s%s without a name",
                         owner ? owner : "", what);
    }
    const char *in = owner ? owner : name;
    if (strlen(name) > NAME_BYTES_MAX) {
        return orr__fail(ORR_E_ARGUMENT, "component '%.40s': the name %.40s... is longer than %d bytes", in, name,
                         NAME_BYTES_MAX);
    }
    for (const char *at = name; *at; at++) {
        if (is_letter(*at) || (at > name && *at >= '0' && *at <= '9')) continue;
        return orr__fail(ORR_E_ARGUMENT,
                         "component '%s': '%s' is not an identifier (letters, digits and _, no digit first)", in, name);
    }
    return ORR_OK;
}

static const char *nearest_component(const orr_world *world, const char *name)
{
    const char *names[NAMES_AT_ONCE], *best = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->component_count; i++) {
        if (count == 0) names[count++] = best; // the best so far meets the next ones, as the first among equals
        names[count++] = world->components[i].name;
        if (count == NAMES_AT_ONCE || i + 1 == world->component_count) {
            best = orr__nearest(name, names, count);
            count = 0;
        }
    }
    return best;
}

static int32_t fail_unknown(int32_t code, const char *text, const char *near)
{
    return near ? orr__fail(code, "%s (did you mean '%s'?)", text, near) : orr__fail(code, "%s", text);
}

static orr_component find(const orr_world *world, const char *name)
{
    const uint32_t at = orr__map_find(&world->component_names, orr__hash_text(name));
    if (at == ORR__MAP_NONE) return 0;
    if (strcmp(world->components[at - 1].name, name) == 0) return at;
    for (uint32_t i = 0; i < world->component_count; i++) { // another name of the same hash
        if (strcmp(world->components[i].name, name) == 0) return i + 1;
    }
    return 0;
}

orr_component orr_component_find(const orr_world *world, const char *name)
{
    if (!name) {
        orr__fail(ORR_E_ARGUMENT, "orr_component_find: no name");
        return 0;
    }
    const orr_component component = find(world, name);
    if (!component) {
        char text[128];
        (void)snprintf(text, sizeof text, "component '%.80s' is not registered", name);
        fail_unknown(ORR_E_NOT_FOUND, text, nearest_component(world, name));
    }
    return component;
}

// ---- creation -------------------------------------------------------------------------------------------------------

// "{ x: f32, y: f32 = 1 }": for messages; cut when it is long.
static void describe(char *text, const orr__field *fields, uint32_t count)
{
    size_t used = (size_t)snprintf(text, DESCRIBED_BYTES, count ? "{" : "a tag");
    for (uint32_t i = 0; i < count && used < DESCRIBED_BYTES; i++) {
        const double value = orr__value_to_double(fields[i].type, fields[i].value);
        used += (size_t)snprintf(text + used, DESCRIBED_BYTES - used, "%s %s: %s", i ? "," : "", fields[i].name,
                                 orr_type_name(fields[i].type));
        if (used < DESCRIBED_BYTES && (fields[i].value.u64 != 0)) {
            used += (size_t)snprintf(text + used, DESCRIBED_BYTES - used, " = %.9g", value);
        }
    }
    if (count && used < DESCRIBED_BYTES) (void)snprintf(text + used, DESCRIBED_BYTES - used, " }");
    if (used + 2 >= DESCRIBED_BYTES) memcpy(text + DESCRIBED_BYTES - 4, "...", 4);
}

static int32_t check_fields(const orr_component_desc *desc)
{
    if (desc->field_count > ORR__FIELDS_MAX) {
        return orr__fail(ORR_E_LIMIT, "component '%s': %u fields; at most %d are allowed", desc->name,
                         (unsigned)desc->field_count, ORR__FIELDS_MAX);
    }
    if (desc->field_count && !desc->fields) {
        return orr__fail(ORR_E_ARGUMENT, "component '%s': field_count is %u and fields is NULL", desc->name,
                         (unsigned)desc->field_count);
    }
    for (uint32_t i = 0; i < desc->field_count; i++) {
        const orr_field_desc *field = &desc->fields[i];
        const int32_t code = check_name(field->name, "field", desc->name);
        if (code) return code;
        if (field->type == ORR_TYPE_NONE || field->type >= ORR_TYPE_COUNT) {
            return orr__fail(ORR_E_TYPE, "component '%s': field '%s' has no type (%u is none of f32, f64, i8, ...)",
                             desc->name, field->name, (unsigned)field->type);
        }
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(desc->fields[j].name, field->name) != 0) continue;
            return orr__fail(ORR_E_ARGUMENT, "component '%s': field '%s' is declared twice", desc->name, field->name);
        }
    }
    return ORR_OK;
}

// Fields in order of name with their places in a record; names are borrowed from the description.
static void lay_out(const orr_component_desc *desc, orr__component *out)
{
    for (uint32_t i = 0; i < desc->field_count; i++) {
        uint32_t at = i;
        while (at > 0 && strcmp(out->fields[at - 1].name, desc->fields[i].name) > 0) {
            out->fields[at] = out->fields[at - 1];
            at--;
        }
        const orr_field_desc *from = &desc->fields[i];
        orr__field *field = &out->fields[at];
        memset(field, 0, sizeof *field);
        field->name = (char *)(uintptr_t)from->name;
        field->type = (uint8_t)from->type;
        field->bytes = (uint8_t)orr_type_bytes(from->type);
        orr__value_store(&field->value, 0, from->type, from->value);
    }
    uint32_t offset = 0, largest = 1, least = 8;
    for (uint32_t i = 0; i < desc->field_count; i++) {
        orr__field *field = &out->fields[i];
        const uint32_t bytes = field->bytes;
        offset = (offset + bytes - 1) / bytes * bytes;
        field->offset = (uint16_t)offset;
        offset += bytes;
        out->row_bytes += bytes;
        largest = bytes > largest ? bytes : largest;
        least = bytes < least ? bytes : least;
        if (field->type == ORR_TYPE_ENTITY) out->has_entities = 1;
    }
    out->field_count = desc->field_count;
    out->uniform_bytes = least == largest && least >= 4 ? least : 0;
    out->record_bytes = (offset + largest - 1) / largest * largest;
}

static bool is_same(const orr_world *world, orr_component before, const orr__component *now)
{
    const orr__component *old = &world->components[before - 1];
    bool same = old->field_count == now->field_count;
    for (uint32_t i = 0; same && i < now->field_count; i++) {
        same = strcmp(old->fields[i].name, now->fields[i].name) == 0 && old->fields[i].type == now->fields[i].type &&
               old->fields[i].value.u64 == now->fields[i].value.u64;
    }
    return same;
}

static orr_component refuse(const orr_world *world, orr_component before, const orr__component *now)
{
    const orr__component *old = &world->components[before - 1];
    char old_text[DESCRIBED_BYTES], new_text[DESCRIBED_BYTES];
    describe(old_text, old->fields, old->field_count);
    describe(new_text, now->fields, now->field_count);
    orr__fail(ORR_E_EXISTS, "component '%s' is registered already as %s; it cannot be declared again as %s", old->name,
              old_text, new_text);
    return 0;
}

void orr__component_release(orr_world *world, orr__component *component)
{
    for (uint32_t i = 0; i < component->field_count; i++) {
        orr__alloc_string_free(&world->alloc, component->fields[i].name);
    }
    orr__alloc_free(&world->alloc, component->fields, component->field_count * sizeof *component->fields);
    orr__alloc_string_free(&world->alloc, component->name);
    orr__array_free(&world->alloc, &component->trackers, &component->tracker_capacity, sizeof *component->trackers);
}

// Turns the borrowed names and the caller's fields into the world's own.
int32_t orr__component_own(orr_world *world, const char *name, orr__component *component)
{
    const orr__field *borrowed = component->fields;
    const uint32_t count = component->field_count;
    component->fields = NULL;
    component->field_count = 0;
    component->name = orr__alloc_string(&world->alloc, name);
    if (!component->name) return ORR_E_MEMORY;
    if (count == 0) return ORR_OK;
    component->fields = orr__alloc_zero(&world->alloc, count * sizeof *component->fields, 0);
    if (!component->fields) return ORR_E_MEMORY;
    component->field_count = count;
    for (uint32_t i = 0; i < count; i++) {
        component->fields[i] = borrowed[i];
        component->fields[i].name = NULL;
    }
    for (uint32_t i = 0; i < count; i++) {
        component->fields[i].name = orr__alloc_string(&world->alloc, borrowed[i].name);
        if (!component->fields[i].name) return ORR_E_MEMORY;
    }
    return ORR_OK;
}

static int32_t insert(orr_world *world, orr__component *component)
{
    int32_t code = orr__array_reserve(&world->alloc, &world->components, &world->component_capacity,
                                      world->component_count + 1, sizeof *world->components);
    const uint64_t hash = orr__hash_text(component->name);
    if (!code && orr__map_find(&world->component_names, hash) == ORR__MAP_NONE) {
        code = orr__map_put(&world->alloc, &world->component_names, hash, world->component_count + 1);
    }
    if (!code) world->components[world->component_count++] = *component;
    return code;
}

orr_component orr_component_create(orr_world *world, const orr_component_desc *desc)
{
    if (!desc) {
        orr__fail(ORR_E_ARGUMENT, "orr_component_create: no description");
        return 0;
    }
    if (check_name(desc->name, "component", NULL) || check_fields(desc)) return 0;
    orr__field fields[ORR__FIELDS_MAX];
    orr__component component = { .fields = fields };
    lay_out(desc, &component);
    const orr_component before = find(world, desc->name);
    if (before && is_same(world, before, &component)) return before;
    if (before && world->edition && world->scripted && !world->locked)
        return orr__component_redefine(world, before, &component) ? 0 : before;
    if (before) return refuse(world, before, &component);
    if (orr__world_mine(world, "orr_component_create")) return 0;
    if (world->locked) {
        orr__fail(ORR_E_LOCKED, "component '%s' cannot be created while system '%s' runs", desc->name,
                  world->locked_by ? world->locked_by : "?");
        return 0;
    }
    if (world->component_count >= ORR__COMPONENTS_MAX) {
        orr__fail(ORR_E_LIMIT, "component '%s': a world has at most %d components", desc->name, ORR__COMPONENTS_MAX);
        return 0;
    }
    orr__world_still(world);
    if (orr__component_own(world, desc->name, &component) || insert(world, &component)) {
        orr__component_release(world, &component);
        orr__fail_more("component '%s'", desc->name);
        return 0;
    }
    return world->component_count;
}

void orr__component_drop(orr_world *world, uint32_t count)
{
    while (world->component_count > count) {
        orr__component *last = &world->components[--world->component_count];
        const uint64_t hash = orr__hash_text(last->name);
        if (orr__map_find(&world->component_names, hash) == world->component_count + 1)
            orr__map_remove(&world->component_names, hash);
        orr__component_release(world, last);
    }
}

void orr__component_fini(orr_world *world)
{
    for (uint32_t i = 0; i < world->component_count; i++) orr__component_release(world, &world->components[i]);
    orr__array_free(&world->alloc, &world->components, &world->component_capacity, sizeof *world->components);
    orr__map_fini(&world->alloc, &world->component_names);
    world->component_count = 0;
}

// ---- what there is --------------------------------------------------------------------------------------------------

orr__component *orr__component_at(const orr_world *world, orr_component component)
{
    return component - 1 < world->component_count ? &world->components[component - 1] : NULL;
}

int32_t orr__component_check(const orr_world *world, orr_component component, const char *where)
{
    if (component - 1 < world->component_count) return ORR_OK;
    if (component == 0) return orr__fail(ORR_E_ARGUMENT, "%s: no component (0)", where);
    return orr__fail(ORR_E_ARGUMENT, "%s: component %u does not exist (there are %u)", where, (unsigned)component,
                     (unsigned)world->component_count);
}

int32_t orr__field_check(const orr_world *world, orr_field field, const char *where)
{
    const int32_t code = orr__component_check(world, field.component, where);
    if (code) return code;
    const orr__component *component = &world->components[field.component - 1];
    if (field.index < component->field_count && field.type == component->fields[field.index].type) return ORR_OK;
    return orr__fail(ORR_E_ARGUMENT, "%s: component '%s' has no field %u of type %s", where, component->name,
                     (unsigned)field.index, orr_type_name(field.type));
}

uint32_t orr__component_list_count(const orr_component *list)
{
    uint32_t count = 0;
    while (list && list[count]) count++;
    return count;
}

uint32_t orr__component_list_sort(const orr_component *list, orr_component *sorted)
{
    uint32_t count = 0;
    for (; list && *list; list++) {
        uint32_t at = count;
        while (at > 0 && sorted[at - 1] > *list) at--;
        if (at > 0 && sorted[at - 1] == *list) continue;
        memmove(sorted + at + 1, sorted + at, (count - at) * sizeof *sorted);
        sorted[at] = *list;
        count++;
    }
    sorted[count] = 0;
    return count;
}

int32_t orr__component_list_check(const orr_world *world, const orr_component *list, const char *where)
{
    for (; list && *list; list++) {
        const int32_t code = orr__component_check(world, *list, where);
        if (code) return code;
    }
    return ORR_OK;
}

uint32_t orr_component_count(const orr_world *world)
{
    return world->component_count;
}

const char *orr_component_name(const orr_world *world, orr_component component)
{
    return orr__component_check(world, component, "orr_component_name") ? "" : world->components[component - 1].name;
}

uint32_t orr_component_field_count(const orr_world *world, orr_component component)
{
    if (orr__component_check(world, component, "orr_component_field_count")) return 0;
    return world->components[component - 1].field_count;
}

int32_t orr_component_field(const orr_world *world, orr_component component, uint32_t index, orr_field_desc *out)
{
    const int32_t code = orr__component_check(world, component, "orr_component_field");
    if (code) return code;
    const orr__component *of = &world->components[component - 1];
    if (index >= of->field_count) {
        return orr__fail(ORR_E_RANGE, "component '%s' has %u fields; there is no field %u", of->name,
                         (unsigned)of->field_count, (unsigned)index);
    }
    *out = (orr_field_desc){ of->fields[index].name, of->fields[index].type, of->fields[index].value };
    return ORR_OK;
}

size_t orr_component_bytes(const orr_world *world, orr_component component)
{
    if (orr__component_check(world, component, "orr_component_bytes")) return 0;
    return world->components[component - 1].record_bytes;
}

static void fail_no_field(const orr__component *component, const char *name)
{
    const char *names[ORR__FIELDS_MAX];
    for (uint32_t i = 0; i < component->field_count; i++) names[i] = component->fields[i].name;
    const char *near = component->field_count ? orr__nearest(name, names, component->field_count) : NULL;
    char fields[DESCRIBED_BYTES], text[DESCRIBED_BYTES + 512];
    describe(fields, component->fields, component->field_count);
    (void)snprintf(text, sizeof text, "component '%.80s' has no field '%.80s'; it is %s", component->name, name,
                   fields);
    fail_unknown(ORR_E_NOT_FOUND, text, near);
}

orr_field orr_field_find(const orr_world *world, const char *name)
{
    const orr_field none = { 0, 0, 0, 0 };
    const char *dot = name ? strchr(name, '.') : NULL;
    char first[NAME_BYTES_MAX + 1];
    if (!dot || dot == name || !dot[1] || (size_t)(dot - name) > NAME_BYTES_MAX) {
        orr__fail(ORR_E_ARGUMENT, "field '%.80s': expected 'Component.field'", name ? name : "");
        return none;
    }
    memcpy(first, name, (size_t)(dot - name));
    first[dot - name] = 0;
    const orr_component component = orr_component_find(world, first);
    if (!component) {
        orr__fail_more("field '%.80s'", name);
        return none;
    }
    const orr__component *of = &world->components[component - 1];
    for (uint32_t i = 0; i < of->field_count; i++) {
        if (strcmp(of->fields[i].name, dot + 1) == 0) {
            return (orr_field){ component, (uint16_t)i, of->fields[i].type, of->fields[i].bytes };
        }
    }
    fail_no_field(of, dot + 1);
    return none;
}
