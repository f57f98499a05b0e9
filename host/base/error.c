#include "base/error.h"

#include "orrery.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local int32_t last_code;
static _Thread_local char last_text[ORR__ERROR_BYTES];
static _Atomic(orr_assert_function *) assert_handler;

/* Row i names code -i. */
static const char *const error_names[] = {
    "ORR_OK",      "ORR_E_ARGUMENT", "ORR_E_MEMORY", "ORR_E_NOT_FOUND",   "ORR_E_EXISTS", "ORR_E_TYPE", "ORR_E_RANGE",
    "ORR_E_DEAD",  "ORR_E_LOCKED",   "ORR_E_ACCESS", "ORR_E_CYCLE",       "ORR_E_SCRIPT", "ORR_E_JOB",  "ORR_E_FILE",
    "ORR_E_LIMIT", "ORR_E_THREAD",   "ORR_E_STALE",  "ORR_E_INTERRUPTED", "ORR_E_ABI",
};

const char *orr_last_error(void)
{
    return last_text;
}

const char *orr_error_name(int32_t code)
{
    const int32_t count = (int32_t)(sizeof error_names / sizeof error_names[0]);
    return code <= 0 && code > -count ? error_names[-code] : "unknown";
}

void orr__text_cut(char *text, size_t bytes, size_t length)
{
    if (length < bytes) return;
    size_t at = bytes - 4;
    while (at > 0 && ((unsigned char)text[at] & 0xC0u) == 0x80u) {
        at--;
    }
    memcpy(text + at, "...", 4);
}

void orr__text_copy(char *to, size_t bytes, const char *from)
{
    const int length = snprintf(to, bytes, "%s", from);
    if (length > 0) orr__text_cut(to, bytes, (size_t)length);
}

static void format_text(char text[ORR__ERROR_BYTES], const char *format, va_list arguments)
{
    const int length = vsnprintf(text, ORR__ERROR_BYTES, format, arguments);
    if (length < 0) {
        strcpy(text, "an error whose text cannot be formatted");
    } else {
        orr__text_cut(text, ORR__ERROR_BYTES, (size_t)length);
    }
}

int32_t orr__fail(int32_t code, const char *format, ...)
{
    char text[ORR__ERROR_BYTES]; // apart, because arguments may point into last_text
    va_list arguments;
    va_start(arguments, format);
    format_text(text, format, arguments);
    va_end(arguments);
    strcpy(last_text, text);
    last_code = code;
    return code;
}

int32_t orr__fail_more(const char *format, ...)
{
    char text[ORR__ERROR_BYTES];
    va_list arguments;
    va_start(arguments, format);
    format_text(text, format, arguments);
    va_end(arguments);
    if (last_code == ORR_OK) {
        strcpy(last_text, text);
        last_code = ORR_E_ARGUMENT;
        return last_code;
    }
    const size_t prefix = strlen(text);
    const size_t rest = strlen(last_text);
    if (prefix + 2 + rest < sizeof text) {
        memmove(last_text + prefix + 2, last_text, rest + 1);
        memcpy(last_text, text, prefix);
        memcpy(last_text + prefix, ": ", 2);
        return last_code;
    }
    char *whole = last_text;
    if (prefix + 2 < sizeof text) {
        memmove(whole + prefix + 2, whole, sizeof text - prefix - 2);
        memcpy(whole + prefix, ": ", 2);
    }
    memcpy(whole, text, prefix);
    orr__text_cut(whole, sizeof last_text, sizeof last_text);
    return last_code;
}

void orr__error_clear(void)
{
    last_code = ORR_OK;
    last_text[0] = '\0';
}

const char *orr__error_text(void)
{
    return last_text;
}

int32_t orr__error_code(void)
{
    return last_code;
}

/* ---- nearest name ---- */

enum { NAME_MOST = 128 };

static unsigned lower(char c)
{
    const unsigned u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? u + 32 : u;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Edit distance in halves: letters that differ in case alone cost 1, everything else 2; a swap counts as one edit
 * (optimal string alignment; Damerau 1964). Both lengths are below NAME_MOST. */
static uint32_t distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    uint32_t rows[3][NAME_MOST];
    uint32_t *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b_length; j++) {
        last[j] = 2 * (uint32_t)j;
        before[j] = 0;
    }
    for (size_t i = 1; i <= a_length; i++) {
        now[0] = 2 * (uint32_t)i;
        for (size_t j = 1; j <= b_length; j++) {
            const char p = a[i - 1], q = b[j - 1];
            const uint32_t change = p == q ? 0 : lower(p) == lower(q) ? 1 : 2;
            now[j] = least(last[j - 1] + change, least(last[j], now[j - 1]) + 2);
            if (i > 1 && j > 1 && p == b[j - 2] && a[i - 2] == q) {
                now[j] = least(now[j], before[j - 2] + 2);
            }
        }
        uint32_t *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b_length];
}

const char *orr__nearest(const char *name, const char *const *names, uint32_t count)
{
    const size_t length = strlen(name);
    if (length == 0 || length >= NAME_MOST) {
        return NULL;
    }
    const uint32_t edits = length < 4 ? 1 : length < 6 ? 2 : (uint32_t)length / 3;
    uint32_t best_distance = least(2 * edits, 2 * (uint32_t)length - 1) + 1;
    const char *best = NULL;
    for (uint32_t i = 0; i < count; i++) {
        const size_t other = names[i] ? strlen(names[i]) : 0;
        if (other == 0 || other >= NAME_MOST) {
            continue;
        }
        const uint32_t far = distance(name, length, names[i], other);
        if (far < best_distance) {
            best_distance = far;
            best = names[i];
        }
    }
    return best;
}

/* ---- assertions ---- */

void orr_assert_handler(orr_assert_function *handler)
{
    atomic_store(&assert_handler, handler);
}

void orr__assert_failed(const char *condition, const char *file, int32_t line)
{
    orr_assert_function *handler = atomic_load(&assert_handler);
    if (handler) {
        handler(file, (int)line, condition);
        return;
    }
#ifndef NDEBUG
    // the one place that prints and aborts, in debug builds only, like assert()
    fprintf(stderr, "orrery: broken invariant: %s (%s:%d)\n", condition, file, (int)line);
    abort();
#endif
}
