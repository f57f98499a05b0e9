/* What makes two runs differ, most likely: by which runs differ, by the values, by what is in the system's text. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/check.h"

/* Suspicions of the text (lua/orrery/why.lua) in the order in which they explain a kind of difference. */
static const char *const suspects[][12] = {
    [ORR__CHECK_AGAIN] = { "clock", "random", "memory", "address", "unordered", "raw", "file", "outer", NULL },
    [ORR__CHECK_THREADS] = { "memory", "thread", "outer", "role", "coroutine", "beyond", "unordered", "address",
                             "clock", "random", "raw", NULL },
    [ORR__CHECK_JIT] = { "power", "memory", "address", "raw", "clock", "random", NULL },
    [ORR__CHECK_MODE] = { "role", "thread", "outer", "coroutine", "unordered", "beyond", "address", "clock", "random",
                          "memory", NULL },
    [ORR__CHECK_TWIN] = { "power", "clock", "random", "outer", "unordered", "address", NULL },
};

static void add(orr__cause *out, uint32_t *count, const char *kind, const char *place, const char *text)
{
    if (*count == ORR__CAUSES_MOST) return;
    orr__cause *cause = &out[(*count)++];
    snprintf(cause->kind, sizeof cause->kind, "%s", kind);
    snprintf(cause->place, sizeof cause->place, "%s", place);
    snprintf(cause->text, sizeof cause->text, "%s", text);
}

/* The lines of `why` of one kind. */
static void add_lines(const char *why, const char *kind, orr__cause *out, uint32_t *count)
{
    const size_t length = strlen(kind);
    for (const char *line = why, *next = NULL; line && *line; line = next) {
        const char *end = strchr(line, '\n');
        next = end ? end + 1 : NULL;
        const size_t bytes = end ? (size_t)(end - line) : strlen(line);
        if (strncmp(line, kind, length) != 0 || line[length] != '\t') continue;
        char text[700];
        snprintf(text, sizeof text, "%.*s", (int)(bytes < 690 ? bytes : 690), line);
        char *place = strchr(text, '\t'), *said = place ? strchr(place + 1, '\t') : NULL;
        if (!said) continue;
        *said = '\0';
        add(out, count, kind, place + 1, said + 1);
    }
}

/* Floats in between; UINT64_MAX when that makes no sense. */
static uint64_t steps_between(const orr__difference *d)
{
    if (d->type == ORR_TYPE_F32) {
        if (!isfinite(d->a.f32) || !isfinite(d->b.f32) || signbit(d->a.f32) != signbit(d->b.f32)) return UINT64_MAX;
        return d->a.u32 > d->b.u32 ? d->a.u32 - d->b.u32 : d->b.u32 - d->a.u32;
    }
    if (d->type == ORR_TYPE_F64) {
        if (!isfinite(d->a.f64) || !isfinite(d->b.f64) || signbit(d->a.f64) != signbit(d->b.f64)) return UINT64_MAX;
        return d->a.u64 > d->b.u64 ? d->a.u64 - d->b.u64 : d->b.u64 - d->a.u64;
    }
    return UINT64_MAX;
}

static bool is_whole(uint32_t type)
{
    return type >= ORR_TYPE_I8 && type <= ORR_TYPE_U64;
}

static void add_twin(const orr__check *check, orr__cause *out, uint32_t *count)
{
    const uint64_t steps = steps_between(&check->difference);
    const bool near = steps <= 64, single = check->arithmetic == ORR_F32;
    if (near && single)
        add(out, count, "float against double", check->source,
            "the job computes in float (ORR_F32), its twin in double: round each operation of the twin with "
            "orrery.f32r");
    else if (near)
        add(out, count, "float against double", check->source,
            "the job computes in double (ORR_F64) and rounds at the store; its twin rounds otherwise, or adds in "
            "another "
            "order");
    else
        add(out, count, "another result", check->source,
            "the twin computes something else: a term is missing or another one, or something is written elsewhere");
}

static void add_unmarked(const orr__check *check, orr__cause *out, uint32_t *count)
{
    /* where that is, when there is one place only */
    orr__cause stores[ORR__CAUSES_MOST];
    uint32_t places = 0;
    char text[400], kind[80];
    const char *field = strrchr(check->difference.what, '.');
    snprintf(kind, sizeof kind, "store %.64s", field ? field + 1 : "");
    add_lines(check->why, kind, stores, &places);
    snprintf(text, sizeof text,
             "%.120s was written in a row that was not marked: a snapshot commits marked rows only, so mark it "
             "(rows:mark), or declare the component under `writes`",
             check->difference.what);
    add(out, count, "unmarked", places == 1 ? stores[0].place : check->source, text);
}

static const char *const otherwise[] = {
    [ORR__CHECK_AGAIN] =
        "something that is another in every run: a clock, an address, memory, random numbers without a "
        "key, tables gone through in no order",
    [ORR__CHECK_THREADS] = "something that every worker has of its own (outer locals), or rows of other ranges",
    [ORR__CHECK_JIT] = "compiled code computes otherwise than the interpreter: look for the operator ^, and for stores "
                       "into raw integer columns",
    [ORR__CHECK_MODE] = "something that every machine has of its own: outer locals, orrery.role, what is done when the "
                        "script loads",
};

static void add_otherwise(const orr__check *check, uint32_t kind, orr__cause *out, uint32_t *count)
{
    char text[400];
    if (check->job[0] && kind <= ORR__CHECK_THREADS) {
        snprintf(text, sizeof text, "the job '%.100s' keeps state of its own (static or thread-local variables), %s",
                 check->job,
                 kind == ORR__CHECK_AGAIN ? "or uses a clock, an address or memory that nobody has filled"
                                          : "or touches rows of other ranges");
        add(out, count, "native state", check->source, text);
        return;
    }
    add(out, count, "unknown", check->source, otherwise[kind]);
}

/* When a loop is compiled is not the same in every run, so what depends on the compiler may differ elsewhere too. */
static uint32_t kind_of(const orr__check *check)
{
    const uint32_t kind = check->runs[check->other].kind;
    if (kind > ORR__CHECK_THREADS || check->job[0]) return kind;
    orr__cause found[ORR__CAUSES_MOST];
    uint32_t others = 0, power = 0;
    for (const char *const *list = suspects[kind]; *list; list++) {
        if (strcmp(*list, "raw") != 0) add_lines(check->why, *list, found, &others);
    }
    add_lines(check->why, "power", found, &power);
    if (others) return kind;
    bool without = power > 0 || (check->unchecked && is_whole(check->difference.type));
    for (uint32_t i = 0; i < check->count; i++)
        without |= kind == ORR__CHECK_THREADS && check->runs[i].kind == ORR__CHECK_JIT &&
                   check->runs[i].state == ORR__CHECK_DIFFERS;
    return without ? ORR__CHECK_JIT : kind;
}

uint32_t orr__check_causes(const orr__check *check, orr__cause *out)
{
    uint32_t count = 0;
    if (!check->other || check->runs[check->other].text) return 0;
    const uint32_t kind = kind_of(check);
    if (check->unmarked) add_unmarked(check, out, &count);
    if (kind == ORR__CHECK_TWIN) add_twin(check, out, &count);
    const char *const *list = suspects[kind];
    for (; *list && check->why && !check->unmarked; list++) {
        if (strcmp(*list, "raw") == 0 && kind == ORR__CHECK_JIT && is_whole(check->difference.type))
            add(out, &count, "integer store", check->source,
                "compiled code stores a number into an integer column otherwise than the interpreter: store "
                "bit.tobit(e) or math.floor(e), or use checked columns");
        add_lines(check->why, *list, out, &count);
    }
    if (kind == ORR__CHECK_JIT && is_whole(check->difference.type) && count == 0)
        add(out, &count, "integer store", check->source,
            "compiled code stores a number into an integer column otherwise than the interpreter: store bit.tobit(e) "
            "or "
            "math.floor(e), or use checked columns");
    if (count == 0) add_otherwise(check, kind, out, &count);
    return count;
}
