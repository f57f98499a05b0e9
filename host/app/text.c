#include "app/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/os.h"
#include "orrery.h"

void orr__text_fini(orr__text *text)
{
    free(text->bytes);
    *text = (orr__text){ 0 };
}

/* Room for `more` bytes and the closing zero. */
static bool reserve(orr__text *text, size_t more)
{
    if (text->capacity - text->count > more) return !text->failed;
    size_t capacity = text->capacity ? 2 * text->capacity : 256;
    while (capacity - text->count <= more) capacity *= 2;
    char *bytes = realloc(text->bytes, capacity);
    if (!bytes) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void orr__text_add_bytes(orr__text *text, const char *bytes, size_t count)
{
    if (!reserve(text, count)) return;
    memcpy(text->bytes + text->count, bytes, count);
    text->count += count;
    text->bytes[text->count] = '\0';
}

void orr__text_add(orr__text *text, const char *format, ...)
{
    va_list arguments;
    if (!reserve(text, 128)) return;
    va_start(arguments, format);
    int count = vsnprintf(text->bytes + text->count, text->capacity - text->count, format, arguments);
    va_end(arguments);
    if (count >= 0 && (size_t)count >= text->capacity - text->count) {
        if (!reserve(text, (size_t)count)) return;
        va_start(arguments, format);
        count = vsnprintf(text->bytes + text->count, text->capacity - text->count, format, arguments);
        va_end(arguments);
    }
    if (count > 0) text->count += (size_t)count;
}

int orr__text_utf8(const unsigned char *at)
{
    const int count = *at < 0x80                  ? 1
                      : *at >= 0xc2 && *at < 0xe0 ? 2
                      : *at >= 0xe0 && *at < 0xf0 ? 3
                      : *at >= 0xf0 && *at < 0xf5 ? 4
                                                  : 0;
    for (int i = 1; i < count; i++) {
        if ((at[i] & 0xc0) != 0x80) return 0;
    }
    const bool wide = (*at == 0xe0 && at[1] < 0xa0) || (*at == 0xf0 && at[1] < 0x90);
    const bool surrogate = *at == 0xed && at[1] >= 0xa0, beyond = *at == 0xf4 && at[1] >= 0x90;
    return wide || surrogate || beyond ? 0 : count;
}

static void add_character(orr__text *text, const unsigned char *at, int count)
{
    if (count)
        orr__text_add_bytes(text, (const char *)at, (size_t)count);
    else
        orr__text_add_bytes(text, "\xef\xbf\xbd", 3);
}

void orr__text_add_json(orr__text *text, const char *raw)
{
    orr__text_add_bytes(text, "\"", 1);
    for (const unsigned char *at = (const unsigned char *)raw; *at;) {
        const int count = orr__text_utf8(at);
        if (*at == '"' || *at == '\\')
            orr__text_add(text, "\\%c", *at);
        else if (*at < 0x20)
            orr__text_add(text, "\\u%04x", *at);
        else
            add_character(text, at, count);
        at += count ? count : 1;
    }
    orr__text_add_bytes(text, "\"", 1);
}

void orr__text_add_xml(orr__text *text, const char *raw)
{
    for (const unsigned char *at = (const unsigned char *)raw; *at;) {
        int count = orr__text_utf8(at);
        const int step = count ? count : 1;
        /* control characters, U+FFFE and U+FFFF have no place in XML */
        if ((*at < 0x20 && *at != '\n' && *at != '\t') || *at == 0x7f) count = 0;
        if (count == 3 && at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe) count = 0;
        switch (*at) {
        case '&': orr__text_add_bytes(text, "&amp;", 5); break;
        case '<': orr__text_add_bytes(text, "&lt;", 4); break;
        case '>': orr__text_add_bytes(text, "&gt;", 4); break;
        case '"': orr__text_add_bytes(text, "&quot;", 6); break;
        case '\'': orr__text_add_bytes(text, "&#39;", 5); break;
        case '\n': orr__text_add_bytes(text, "&#10;", 5); break;
        default: add_character(text, at, count); break;
        }
        at += step;
    }
}

void orr__text_add_grouped(orr__text *text, uint64_t number)
{
    char digits[24];
    const int count = snprintf(digits, sizeof digits, "%" PRIu64, number);
    for (int i = 0; i < count; i++) {
        if (i && (count - i) % 3 == 0) orr__text_add_bytes(text, ",", 1);
        orr__text_add_bytes(text, digits + i, 1);
    }
}

int32_t orr__text_save(const orr__text *text, const char *path)
{
    orr__alloc alloc;
    orr__file file;
    orr__alloc_init(&alloc, NULL);
    if (text->failed) return orr__fail(ORR_E_MEMORY, "no memory for '%s'", path);
    int32_t status = orr__file_begin(&file, &alloc, path);
    if (status == ORR_OK) status = orr__file_write(&file, text->bytes, text->count);
    return status == ORR_OK ? orr__file_commit(&file) : status;
}

void orr__text_print(const orr__text *text)
{
    if (text->count) fwrite(text->bytes, 1, text->count, stdout);
}
