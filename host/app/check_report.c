#include "app/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/text.h"

static const char *const states[ORR__CHECK_STATES] = {
    [ORR__CHECK_SAME] = "same",
    [ORR__CHECK_DIFFERS] = "differs",
    [ORR__CHECK_SLOW] = "same so far: out of time (--no-jit-seconds)",
    [ORR__CHECK_CANNOT] = "does not run so",
    [ORR__CHECK_STOPPED] = "same so far",
};
static const char *const words[ORR__CHECK_STATES] = {
    [ORR__CHECK_SAME] = "same",     [ORR__CHECK_DIFFERS] = "differs", [ORR__CHECK_SLOW] = "slow",
    [ORR__CHECK_CANNOT] = "cannot", [ORR__CHECK_STOPPED] = "stopped",
};

/* "1.25 (0x3fa00000)"; bits are those of the type's width. */
static void value_text(uint32_t type, orr_value v, char *text, size_t bytes, bool with_bits)
{
    char number[64], bits[32];
    const uint32_t width = orr_type_bytes(type);
    const uint64_t mask = width >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * width)) - 1;
    switch (type) {
    case ORR_TYPE_F32: snprintf(number, sizeof number, "%.9g", (double)v.f32); break;
    case ORR_TYPE_F64: snprintf(number, sizeof number, "%.17g", v.f64); break;
    case ORR_TYPE_BOOL: snprintf(number, sizeof number, "%s", v.u64 & mask ? "true" : "false"); break;
    case ORR_TYPE_I8: snprintf(number, sizeof number, "%d", v.i8); break;
    case ORR_TYPE_I16: snprintf(number, sizeof number, "%d", v.i16); break;
    case ORR_TYPE_I32: snprintf(number, sizeof number, "%" PRId32, v.i32); break;
    case ORR_TYPE_I64: snprintf(number, sizeof number, "%" PRId64, v.i64); break;
    default: snprintf(number, sizeof number, "%" PRIu64, v.u64 & mask); break;
    }
    snprintf(bits, sizeof bits, " (0x%0*" PRIx64 ")", (int)(2 * width), v.u64 & mask);
    snprintf(text, bytes, "%s%s", number, with_bits ? bits : "");
}

static bool first_line(const char *text, char *out, size_t bytes)
{
    if (!text) return false;
    snprintf(out, bytes, "%.*s", (int)strcspn(text, "\n"), text);
    return true;
}

/* ---- text -------------------------------------------------------------------------------------------------------- */

static void say_place(const orr__check *check)
{
    const orr__difference *d = &check->difference;
    printf(" at tick %" PRIu64, check->tick);
    if (check->system[0])
        printf(", system '%s'%s%s%s", check->system, check->source[0] ? " (" : "", check->source,
               check->source[0] ? ")" : "");
    else if (check->stage[0])
        printf(", stage '%s' (ran: %s)", check->stage, check->systems ? check->systems : "");
    if (d->late) printf(", what arrives from earlier ticks");
    if (d->entity) printf(", entity %" PRIu64, d->entity);
    printf(", %s", d->what);
    if (d->type == ORR_TYPE_NONE) return;
    char a[120], b[120];
    value_text(d->type, d->a, a, sizeof a, true);
    value_text(d->type, d->b, b, sizeof b, true);
    printf(": %s and %s", a, b);
}

static void say_causes(const orr__check *check)
{
    orr__cause causes[ORR__CAUSES_MOST];
    const uint32_t count = orr__check_causes(check, causes);
    for (uint32_t i = 0; i < count; i++) {
        printf("  %s: %s%s%s%s\n", i ? "or" : "likely", causes[i].text, causes[i].place[0] ? " (" : "", causes[i].place,
               causes[i].place[0] ? ")" : "");
    }
}

static void say_difference(const orr__check *check)
{
    const orr__check_run *a = &check->runs[0], *b = &check->runs[check->other];
    const orr__difference *d = &check->difference;
    printf("check: %s differs: \"%s\" and \"%s\"", check->script, a->name, b->name);
    char line[1024];
    if (first_line(b->text, line, sizeof line)) {
        printf(" at tick %" PRIu64 ": %s\n", check->tick, line);
        return;
    }
    say_place(check);
    putchar('\n');
    if (d->values > 1 && d->differing)
        printf("  %" PRIu64 " of the %" PRIu64 " values that were looked at differ\n", d->differing, d->values);
    say_causes(check);
}

void orr__check_text(const orr__check *check)
{
    if (check->other)
        say_difference(check);
    else
        printf("check: %s: the same state at every tick, in all runs\n", check->script);
    for (uint32_t i = 0; i < check->count; i++) {
        const orr__check_run *run = &check->runs[i];
        char line[300];
        printf("  %-32s %6" PRIu64 " ticks  %s", run->name, run->ticks,
               i ? states[run->state] : "what the others are compared with");
        if (run->state == ORR__CHECK_CANNOT && first_line(run->text, line, sizeof line)) printf(": %s", line);
        putchar('\n');
    }
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

static void add_pair(orr__text *out, const char *name, const char *value)
{
    orr__text_add(out, ",\"%s\":", name);
    orr__text_add_json(out, value);
}

/* What it has otherwise than the reference is in threads, jit, system and mode. */
static void add_runs(orr__text *out, const orr__check *check)
{
    for (uint32_t i = 0; i < check->count; i++) {
        const orr__check_run *run = &check->runs[i];
        orr__text_add(out, "%s{\"name\":", i ? "," : "");
        orr__text_add_json(out, run->name);
        orr__text_add(out, ",\"threads\":%u,\"jit\":%s", run->threads, run->no_jit ? "false" : "true");
        if (run->variant.system) {
            add_pair(out, "system", run->variant.system);
            add_pair(out, "mode", orr__mode_name(run->variant.mode));
        }
        orr__text_add(out, ",\"ticks\":%" PRIu64 ",\"state\":\"%s\"", run->ticks, i ? words[run->state] : "reference");
        if (run->text) add_pair(out, "error", run->text);
        orr__text_add(out, "}");
    }
}

static void add_difference(orr__text *out, const orr__check *check)
{
    const orr__difference *d = &check->difference;
    orr__text_add(out, ",\"difference\":{\"runs\":[");
    orr__text_add_json(out, check->runs[0].name);
    orr__text_add(out, ",");
    orr__text_add_json(out, check->runs[check->other].name);
    orr__text_add(out, "],\"tick\":%" PRIu64, check->tick);
    if (check->stage[0]) add_pair(out, "stage", check->stage);
    if (check->system[0]) add_pair(out, "system", check->system);
    if (check->source[0]) add_pair(out, "source", check->source);
    if (d->late) orr__text_add(out, ",\"late\":true");
    if (d->entity) orr__text_add(out, ",\"entity\":%" PRIu64, d->entity);
    if (d->what[0]) add_pair(out, "what", d->what);
    if (d->type != ORR_TYPE_NONE) {
        char a[120], b[120];
        value_text(d->type, d->a, a, sizeof a, true);
        value_text(d->type, d->b, b, sizeof b, true);
        add_pair(out, "type", orr_type_name(d->type));
        add_pair(out, "a", a);
        add_pair(out, "b", b);
    }
    orr__text_add(out, ",\"differing\":%" PRIu64 ",\"values\":%" PRIu64 ",\"causes\":[", d->differing, d->values);
    orr__cause causes[ORR__CAUSES_MOST];
    const uint32_t count = orr__check_causes(check, causes);
    for (uint32_t i = 0; i < count; i++) {
        orr__text_add(out, "%s{\"kind\":", i ? "," : "");
        orr__text_add_json(out, causes[i].kind);
        add_pair(out, "place", causes[i].place);
        add_pair(out, "text", causes[i].text);
        orr__text_add(out, "}");
    }
    orr__text_add(out, "]}");
}

void orr__check_json(const orr__check *check)
{
    orr__text out = { 0 };
    orr__text_add(&out, "{\"script\":");
    orr__text_add_json(&out, check->script);
    orr__text_add(&out,
                  ",\"version\":\"" ORR_VERSION "\",\"seed\":%" PRIu64 ",\"ticks\":%" PRIu64 ",\"same\":%s,\"runs\":[",
                  check->seed, check->ticks, check->other ? "false" : "true");
    add_runs(&out, check);
    orr__text_add(&out, "]");
    if (check->other) add_difference(&out, check);
    orr__text_add(&out, "}\n");
    orr__text_print(&out);
    orr__text_fini(&out);
}
