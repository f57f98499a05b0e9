/* A growing text: for output that is put together before it is written, and for names that go into JSON and XML. */
#ifndef ORR_APP_TEXT_H
#define ORR_APP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A zeroed struct is an empty text. */
typedef struct orr__text {
    char *bytes; /* ends with a zero; NULL when empty */
    size_t count, capacity;
    bool failed; /* there was no memory: what was added since is missing */
} orr__text;

void orr__text_fini(orr__text *text);
void orr__text_add(orr__text *text, const char *format, ...) ORR__PRINTF_LIKE(2, 3);
void orr__text_add_bytes(orr__text *text, const char *bytes, size_t count);

/* `raw` in any bytes as a JSON string with its quotes, or as XML character data that may stand in attributes too. What
 * is no UTF-8, and what XML cannot say, becomes U+FFFD. */
void orr__text_add_json(orr__text *text, const char *raw);
void orr__text_add_xml(orr__text *text, const char *raw);
/* 12,345,678 */
void orr__text_add_grouped(orr__text *text, uint64_t number);

/* Replaces the file at `path` (base/os.h: written beside it and renamed), or adds to stdout. */
int32_t orr__text_save(const orr__text *text, const char *path);
void orr__text_print(const orr__text *text);

/* Bytes of the UTF-8 character at `at`, 0 when there is none. */
int orr__text_utf8(const unsigned char *at);

#endif
