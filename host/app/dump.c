#include "app/dump.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

static int32_t put(orr__dump *d, const char *text)
{
    return orr__file_write(&d->file, text, strlen(text));
}

static int32_t collect_fields(orr__dump *d)
{
    const uint32_t components = orr_component_count(d->world);
    uint32_t count = 0;
    for (orr_component c = 1; c <= components; c++) count += orr_component_field_count(d->world, c);
    d->field_count = 0;
    if (!count) return ORR_OK;
    d->fields = orr__alloc_new(&d->alloc, count * sizeof *d->fields, _Alignof(orr_field));
    if (!d->fields) return ORR_E_MEMORY;
    for (orr_component c = 1; c <= components; c++) {
        for (uint32_t i = 0; i < orr_component_field_count(d->world, c); i++) {
            orr_field_desc field;
            if (orr_component_field(d->world, c, i, &field) != ORR_OK) return orr__error_code();
            d->fields[d->field_count++] =
                (orr_field){ c, (uint16_t)i, (uint8_t)field.type, (uint8_t)orr_type_bytes(field.type) };
        }
    }
    return ORR_OK;
}

static int32_t write_head(orr__dump *d)
{
    int32_t status = put(d, "tick,entity");
    for (uint32_t i = 0; i < d->field_count && status == ORR_OK; i++) {
        char name[300];
        orr_field_desc field;
        status = orr_component_field(d->world, d->fields[i].component, d->fields[i].index, &field);
        if (status != ORR_OK) return status;
        snprintf(name, sizeof name, ",%s.%s", orr_component_name(d->world, d->fields[i].component), field.name);
        status = put(d, name);
    }
    return status == ORR_OK ? put(d, "\n") : status;
}

int32_t orr__dump_begin(orr__dump *d, orr_world *world, const char *path)
{
    memset(d, 0, sizeof *d);
    orr__alloc_init(&d->alloc, NULL);
    d->world = world;
    d->query = orr_query_create(world, &(orr_query_desc){ 0 });
    if (!d->query) return orr__error_code();
    int32_t status = orr__file_begin(&d->file, &d->alloc, path);
    if (status != ORR_OK) return status;
    d->open = true;
    status = collect_fields(d);
    return status == ORR_OK ? write_head(d) : status;
}

/* NaNs count as one value, and machines give them either sign. */
static int print_number(char *text, size_t bytes, int digits, double value)
{
    return isnan(value) ? snprintf(text, bytes, ",nan") : snprintf(text, bytes, ",%.*g", digits, value);
}

/* Enough digits that reading the number back gives the same bits. */
static int print_value(char *text, size_t bytes, uint32_t type, const void *column, uint32_t row)
{
    switch (type) {
    case ORR_TYPE_F32: return print_number(text, bytes, 9, (double)((const float *)column)[row]);
    case ORR_TYPE_F64: return print_number(text, bytes, 17, ((const double *)column)[row]);
    case ORR_TYPE_I8: return snprintf(text, bytes, ",%d", ((const int8_t *)column)[row]);
    case ORR_TYPE_U8:
    case ORR_TYPE_BOOL: return snprintf(text, bytes, ",%u", ((const uint8_t *)column)[row]);
    case ORR_TYPE_I16: return snprintf(text, bytes, ",%d", ((const int16_t *)column)[row]);
    case ORR_TYPE_U16: return snprintf(text, bytes, ",%u", ((const uint16_t *)column)[row]);
    case ORR_TYPE_I32: return snprintf(text, bytes, ",%" PRId32, ((const int32_t *)column)[row]);
    case ORR_TYPE_U32: return snprintf(text, bytes, ",%" PRIu32, ((const uint32_t *)column)[row]);
    case ORR_TYPE_I64: return snprintf(text, bytes, ",%" PRId64, ((const int64_t *)column)[row]);
    default: return snprintf(text, bytes, ",%" PRIu64, ((const uint64_t *)column)[row]);
    }
}

static int32_t write_row(orr__dump *d, const orr_cursor *at, uint32_t row)
{
    char text[64];
    snprintf(text, sizeof text, "%" PRIu64 ",%" PRIu64, orr_world_tick(d->world), orr_cursor_entities(at)[row]);
    int32_t status = put(d, text);
    for (uint32_t i = 0; i < d->field_count && status == ORR_OK; i++) {
        const void *column = orr_cursor_read(at, d->fields[i]);
        if (column) print_value(text, sizeof text, d->fields[i].type, column, row);
        status = put(d, column ? text : ",");
    }
    return status == ORR_OK ? put(d, "\n") : status;
}

int32_t orr__dump_write(orr__dump *d)
{
    orr_cursor at = orr_query_begin(d->world, d->query);
    while (orr_cursor_next(&at)) {
        for (uint32_t row = at.begin; row < at.end; row++) {
            const int32_t status = write_row(d, &at, row);
            if (status != ORR_OK) return status;
        }
    }
    return at.error;
}

int32_t orr__dump_end(orr__dump *d)
{
    const int32_t status = d->open ? orr__file_commit(&d->file) : ORR_OK;
    d->open = false;
    orr__dump_abort(d);
    return status;
}

void orr__dump_abort(orr__dump *d)
{
    if (d->open) orr__file_abort(&d->file);
    d->open = false;
    orr__alloc_free(&d->alloc, d->fields, d->field_count * sizeof *d->fields);
    d->fields = NULL;
    d->field_count = 0;
}
