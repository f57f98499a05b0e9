#include "sim/fields.h"

#include "base/error.h"
#include "ecs/patch.h"
#include "ecs/world.h"

#include <stdio.h>
#include <string.h>

enum { NAME_BYTES_MAX = 255, NAMES_AT_ONCE = 64 };

// ---- names ----------------------------------------------------------------------------------------------------------

static bool is_identifier(const char *name)
{
    for (const char *at = name; *at; at++) {
        const bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || *at == '_';
        if (!letter && (at == name || *at < '0' || *at > '9')) return false;
    }
    return *name != 0;
}

int32_t orr__name_check(const char *name, const char *what)
{
    if (!name || !*name) return orr__fail(ORR_E_ARGUMENT, "a %s without a name", what);
    if (strlen(name) > NAME_BYTES_MAX) {
        return orr__fail(ORR_E_ARGUMENT, "%s '%.40s...': the name is longer than %d bytes", what, name, NAME_BYTES_MAX);
    }
    if (!is_identifier(name)) {
        return orr__fail(ORR_E_ARGUMENT,
                         "%s '%s': the name is not an identifier (letters, digits and _, no digit "
                         "first)",
                         what, name);
    }
    return ORR_OK;
}

uint32_t orr__name_find(const orr_world *world, const char *name, uint32_t count, orr__name_of *name_of)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(name_of(world, i), name) == 0) return i + 1;
    }
    return 0;
}

uint32_t orr__name_need(const orr_world *world, const char *name, const char *what, uint32_t count,
                        orr__name_of *name_of)
{
    if (!name) {
        orr__fail(ORR_E_ARGUMENT, "%s: no name given", what);
        return 0;
    }
    const uint32_t found = orr__name_find(world, name, count, name_of);
    if (found) return found;
    const char *names[NAMES_AT_ONCE], *best = NULL;
    uint32_t held = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (held == 0) names[held++] = best; // the best so far meets the next ones, as the first among equals
        names[held++] = name_of(world, i);
        if (held < NAMES_AT_ONCE && i + 1 < count) continue;
        best = orr__nearest(name, names, held);
        held = 0;
    }
    orr__fail(ORR_E_NOT_FOUND, "%s '%.80s' does not exist%s%s%s", what, name, best ? " (did you mean '" : "",
              best ? best : "", best ? "'?)" : "");
    return 0;
}

// ---- fields ---------------------------------------------------------------------------------------------------------

int32_t orr__fields_check(const orr_field_desc *descs, uint32_t count, const char *what, const char *owner)
{
    if (count > ORR__FIELDS_MAX) {
        return orr__fail(ORR_E_LIMIT, "%s '%s': %u fields; at most %d are allowed", what, owner, (unsigned)count,
                         ORR__FIELDS_MAX);
    }
    if (count && !descs) {
        return orr__fail(ORR_E_ARGUMENT, "%s '%s': field_count is %u and fields is NULL", what, owner, (unsigned)count);
    }
    for (uint32_t i = 0; i < count; i++) {
        const orr_field_desc *field = &descs[i];
        if (orr__name_check(field->name, "field")) return orr__fail_more("%s '%s'", what, owner);
        if (field->type == ORR_TYPE_NONE || field->type >= ORR_TYPE_COUNT) {
            return orr__fail(ORR_E_TYPE, "%s '%s': field '%s' has no type (%u is none of f32, f64, i8, ...)", what,
                             owner, field->name, (unsigned)field->type);
        }
        if (field->type == ORR_TYPE_ENTITY && (field->value.entity & ORR__PROVISIONAL)) {
            return orr__fail(ORR_E_DEAD, "%s '%s': field '%s' cannot start as a provisional entity", what, owner,
                             field->name);
        }
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(descs[k].name, field->name) != 0) continue;
            return orr__fail(ORR_E_ARGUMENT, "%s '%s': field '%s' is declared twice", what, owner, field->name);
        }
    }
    return ORR_OK;
}

int32_t orr__fields_create(orr_world *world, const orr_field_desc *descs, uint32_t count, orr__field **out)
{
    *out = NULL;
    if (count == 0) return ORR_OK;
    orr__field *fields = orr__alloc_zero(&world->alloc, count * sizeof *fields, 0);
    if (!fields) return ORR_E_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        for (; at > 0 && strcmp(fields[at - 1].name, descs[i].name) > 0; at--) fields[at] = fields[at - 1];
        fields[at] = (orr__field){ .name = orr__alloc_string(&world->alloc, descs[i].name),
                                   .type = (uint8_t)descs[i].type,
                                   .bytes = (uint8_t)orr_type_bytes(descs[i].type),
                                   .value = orr__value_clean(descs[i].type, descs[i].value) };
        if (fields[at].name) continue;
        orr__fields_destroy(world, fields, count);
        return ORR_E_MEMORY;
    }
    *out = fields;
    return ORR_OK;
}

void orr__fields_destroy(orr_world *world, orr__field *fields, uint32_t count)
{
    if (!fields) return;
    for (uint32_t i = 0; i < count; i++) orr__alloc_string_free(&world->alloc, fields[i].name);
    orr__alloc_free(&world->alloc, fields, count * sizeof *fields);
}

bool orr__fields_same(const orr__field *fields, uint32_t count, const orr_field_desc *descs, uint32_t desc_count)
{
    if (count != desc_count) return false;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t at = orr__fields_find(fields, count, descs[i].name);
        if (at == UINT32_MAX || fields[at].type != descs[i].type) return false;
        if (fields[at].value.u64 != orr__value_clean(descs[i].type, descs[i].value).u64) return false;
    }
    return true;
}

uint32_t orr__fields_find(const orr__field *fields, uint32_t count, const char *name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(fields[i].name, name) == 0) return i;
    }
    return UINT32_MAX;
}

void orr__fields_describe(const orr__field *fields, uint32_t count, char *text, size_t bytes)
{
    size_t used = (size_t)snprintf(text, bytes, "{");
    for (uint32_t i = 0; i < count && used < bytes; i++) {
        used += (size_t)snprintf(text + used, bytes - used, "%s %s: %s", i ? "," : "", fields[i].name,
                                 orr_type_name(fields[i].type));
    }
    if (used < bytes) used += (size_t)snprintf(text + used, bytes - used, " }");
    if (used >= bytes && bytes > 4) memcpy(text + bytes - 4, "...", 4);
}

orr_value orr__value_clean(uint32_t type, orr_value value)
{
    orr_value clean = { .u64 = 0 };
    orr__value_store(&clean, 0, type, value);
    return clean;
}
