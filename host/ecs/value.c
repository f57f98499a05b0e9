// Types of fields, and values of them.

#include "ecs/component.h"

#include "base/error.h"
#include "ecs/patch.h"

#include <math.h>
#include <string.h>

// ---- types ----------------------------------------------------------------------------------------------------------

typedef struct type_row {
    const char *name;
    uint32_t bytes;
    double least, below; // whole numbers: least <= value < below
    const char *range;
} type_row;

static const type_row types[ORR_TYPE_COUNT] = {
    [ORR_TYPE_NONE] = { "none", 0, 0, 0, "" },
    [ORR_TYPE_F32] = { "f32", 4, 0, 0, "-3.4e38 to 3.4e38" },
    [ORR_TYPE_F64] = { "f64", 8, 0, 0, "" },
    [ORR_TYPE_I8] = { "i8", 1, -0x1p7, 0x1p7, "-128 to 127" },
    [ORR_TYPE_U8] = { "u8", 1, 0, 0x1p8, "0 to 255" },
    [ORR_TYPE_I16] = { "i16", 2, -0x1p15, 0x1p15, "-32768 to 32767" },
    [ORR_TYPE_U16] = { "u16", 2, 0, 0x1p16, "0 to 65535" },
    [ORR_TYPE_I32] = { "i32", 4, -0x1p31, 0x1p31, "-2147483648 to 2147483647" },
    [ORR_TYPE_U32] = { "u32", 4, 0, 0x1p32, "0 to 4294967295" },
    [ORR_TYPE_I64] = { "i64", 8, -0x1p63, 0x1p63, "-2^63 to 2^63 - 1" },
    [ORR_TYPE_U64] = { "u64", 8, 0, 0x1p64, "0 to 2^64 - 1" },
    [ORR_TYPE_BOOL] = { "bool", 1, 0, 2, "0 or 1" },
    [ORR_TYPE_ENTITY] = { "entity", 8, -0x1p52, 0x1p52, "a handle" },
};

const char *orr_type_name(uint32_t type)
{
    return type < ORR_TYPE_COUNT ? types[type].name : "unknown";
}

uint32_t orr_type_bytes(uint32_t type)
{
    return type < ORR_TYPE_COUNT ? types[type].bytes : 0;
}

uint32_t orr_type_find(const char *name)
{
    for (uint32_t type = 1; name && type < ORR_TYPE_COUNT; type++) {
        if (strcmp(types[type].name, name) == 0) return type;
    }
    return ORR_TYPE_NONE;
}

// ---- values ---------------------------------------------------------------------------------------------------------

static orr_value whole_value(uint32_t type, double number)
{
    orr_value value = { .u64 = 0 };
    switch (type) {
    case ORR_TYPE_I8: value.i8 = (int8_t)number; break;
    case ORR_TYPE_U8: value.u8 = (uint8_t)number; break;
    case ORR_TYPE_I16: value.i16 = (int16_t)number; break;
    case ORR_TYPE_U16: value.u16 = (uint16_t)number; break;
    case ORR_TYPE_I32: value.i32 = (int32_t)number; break;
    case ORR_TYPE_U32: value.u32 = (uint32_t)number; break;
    case ORR_TYPE_I64: value.i64 = (int64_t)number; break;
    case ORR_TYPE_U64: value.u64 = (uint64_t)number; break;
    case ORR_TYPE_BOOL: value.u8 = (uint8_t)number; break;
    default: value.entity = number < 0 ? ORR__PROVISIONAL | (uint64_t)-number : (uint64_t)number; break;
    }
    return value;
}

int32_t orr__value_from_double(uint32_t type, double number, const char *what, orr_value *out)
{
    if (type == ORR_TYPE_NONE || type >= ORR_TYPE_COUNT) {
        return orr__fail(ORR_E_TYPE, "%s: %u is not a type", what, (unsigned)type);
    }
    out->u64 = 0;
    if (type == ORR_TYPE_F64) {
        out->f64 = number;
        return ORR_OK;
    }
    if (type == ORR_TYPE_F32) {
        // What rounds to infinity: half a unit in the last place above FLT_MAX.
        if (fabs(number) >= 0x1.ffffffp127 && !isinf(number)) {
            return orr__fail(ORR_E_RANGE, "%s: %.9g does not fit f32 (%s)", what, number, types[type].range);
        }
        out->f32 = (float)number;
        return ORR_OK;
    }
    if (isnan(number)) {
        return orr__fail(ORR_E_TYPE, "%s: NaN is not a value of %s (%s)", what, types[type].name, types[type].range);
    }
    if (!(number >= types[type].least && number < types[type].below)) {
        return orr__fail(ORR_E_RANGE, "%s: %.17g does not fit %s (%s)", what, number, types[type].name,
                         types[type].range);
    }
    if (number != floor(number)) {
        return orr__fail(ORR_E_TYPE, "%s: %.17g is not a whole number, as %s needs", what, number, types[type].name);
    }
    *out = whole_value(type, number);
    return ORR_OK;
}

double orr__value_to_double(uint32_t type, orr_value value)
{
    switch (type) {
    case ORR_TYPE_F32: return (double)value.f32;
    case ORR_TYPE_F64: return value.f64;
    case ORR_TYPE_I8: return (double)value.i8;
    case ORR_TYPE_U8: return (double)value.u8;
    case ORR_TYPE_I16: return (double)value.i16;
    case ORR_TYPE_U16: return (double)value.u16;
    case ORR_TYPE_I32: return (double)value.i32;
    case ORR_TYPE_U32: return (double)value.u32;
    case ORR_TYPE_I64: return (double)value.i64;
    case ORR_TYPE_U64: return (double)value.u64;
    case ORR_TYPE_BOOL: return value.u8 != 0;
    case ORR_TYPE_ENTITY:
        if (value.entity & ORR__PROVISIONAL) return -(double)(value.entity & ~ORR__PROVISIONAL);
        return (double)value.entity;
    default: return 0;
    }
}

void orr__value_store(void *column, uint32_t row, uint32_t type, orr_value value)
{
    switch (type < ORR_TYPE_COUNT ? types[type].bytes : 0) {
    case 1: ((uint8_t *)column)[row] = type == ORR_TYPE_BOOL ? value.u8 != 0 : value.u8; break;
    case 2: ((uint16_t *)column)[row] = value.u16; break;
    case 4: memcpy((uint8_t *)column + (size_t)row * 4, &value, 4); break;
    case 8: memcpy((uint8_t *)column + (size_t)row * 8, &value, 8); break;
    default: break;
    }
}

orr_value orr__value_load(const void *column, uint32_t row, uint32_t type)
{
    orr_value value = { .u64 = 0 };
    switch (type < ORR_TYPE_COUNT ? types[type].bytes : 0) {
    case 1: value.u8 = ((const uint8_t *)column)[row]; break;
    case 2: value.u16 = ((const uint16_t *)column)[row]; break;
    case 4: memcpy(&value, (const uint8_t *)column + (size_t)row * 4, 4); break;
    case 8: memcpy(&value, (const uint8_t *)column + (size_t)row * 8, 8); break;
    default: break;
    }
    return value;
}
