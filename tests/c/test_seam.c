/* The seam: the table is complete, and both halves mean the same by its numbers. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "script/embedded.h"
#include "script/seam.h"

static const char *embedded(const char *name)
{
    for (const orr__embedded *file = orr__embedded_files; file->name; file++) {
        if (strcmp(file->name, name) == 0) return (const char *)file->bytes;
    }
    fail_msg("%s is not embedded", name);
    return NULL;
}

static void test_no_function_is_missing(void **state)
{
    (void)state;
    const char *table = (const char *)&orr__seam_table;
    assert_int_equal(orr__seam_table.bytes, sizeof orr__seam_table);
    for (size_t at = offsetof(orr__seam, layout); at < sizeof orr__seam_table; at += sizeof(void *)) {
        const void *pointer = NULL;
        memcpy(&pointer, table + at, sizeof pointer);
        if (!pointer) fail_msg("the function at offset %zu is missing", at);
    }
}

static void says(const char *text, const char *format, ...)
{
    char wanted[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(wanted, sizeof wanted, format, arguments);
    va_end(arguments);
    if (!strstr(text, wanted)) fail_msg("lua/orrery/seam.lua does not say '%s'", wanted);
}

static void test_numbers_agree(void **state)
{
    (void)state;
    const char *text = embedded("orrery/seam.lua");
    says(text, "all = %d, any = %d, none = %d, changed = %d, optional = %d, reads = %d, writes = %d, marks = %d",
         ORR__LIST_ALL, ORR__LIST_ANY, ORR__LIST_NONE, ORR__LIST_CHANGED, ORR__LIST_OPTIONAL, ORR__LIST_READS,
         ORR__LIST_WRITES, ORR__LIST_MARKS);
    says(text, "reads = %d, writes = %d, after = %d, before = %d, stages = %d", ORR__NAMES_READS, ORR__NAMES_WRITES,
         ORR__NAMES_AFTER, ORR__NAMES_BEFORE, ORR__NAMES_STAGES);
    says(text, "name = %d, stage = %d, lattice = %d, job = %d, source = %d", ORR__TEXT_NAME, ORR__TEXT_STAGE,
         ORR__TEXT_LATTICE, ORR__TEXT_JOB, ORR__TEXT_SOURCE);
    says(text,
         "every = %d, disabled = %d, when = %d, when_value = %d, skip_if_empty = %d, on = %d, on_error = %d, "
         "substeps = %d",
         ORR__NUMBER_EVERY, ORR__NUMBER_DISABLED, ORR__NUMBER_WHEN, ORR__NUMBER_WHEN_VALUE, ORR__NUMBER_SKIP_IF_EMPTY,
         ORR__NUMBER_ON, ORR__NUMBER_ON_ERROR, ORR__NUMBER_SUBSTEPS);
    says(text, "has_query = %d, exclusive = %d, radius = %d, radius_param = %d, wraps = %d, min = %d, max = %d",
         ORR__NUMBER_HAS_QUERY, ORR__NUMBER_EXCLUSIVE, ORR__NUMBER_RADIUS, ORR__NUMBER_RADIUS_PARAM, ORR__NUMBER_WRAPS,
         ORR__NUMBER_MIN_X, ORR__NUMBER_MAX_X);
    says(text, "dimensions = %d, extra = %d", ORR__NUMBER_DIMENSIONS, ORR__NUMBER_EXTRA);
    says(text, "run = %d, each = %d, stage = %d, ctx = %d", ORR__LOOP_RUN, ORR__LOOP_EACH, ORR__LOOP_STAGE,
         ORR__LOOP_CTX);
    says(text, "shared = %d, own = %d, demand = %d, lattice = %d", ORR__GROUP_SHARED, ORR__GROUP_OWN, ORR__GROUP_DEMAND,
         ORR__GROUP_LATTICE);
}

/* By value, a struct, an enum or a 64-bit number would be slow or unsafe across the seam. */
static void test_only_plain_types_cross(void **state)
{
    (void)state;
    const char *text = embedded("ffi/seam.h");
    const char *table = strstr(text, "typedef struct orr__seam {");
    assert_non_null(table);
    for (const char *line = table; line && *line; line = strchr(line, '\n'), line = line ? line + 1 : NULL) {
        const size_t length = strcspn(line, "\n");
        char copy[256];
        snprintf(copy, sizeof copy, "%.*s", (int)(length < 255 ? length : 255), line);
        if (strstr(copy, "int64_t") && !strstr(copy, "int64_t *")) fail_msg("a 64-bit number crosses: %s", copy);
        if (strstr(copy, "enum")) fail_msg("an enum crosses: %s", copy);
    }
    assert_non_null(embedded("ffi/job.h"));
    assert_non_null(embedded("orrery/boot.lua"));
    assert_non_null(embedded("orrery/init.lua"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_function_is_missing),
        cmocka_unit_test(test_numbers_agree),
        cmocka_unit_test(test_only_plain_types_cross),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
