/* Reads Chrome trace events: the array alone, or an object with it as "traceEvents". Event by event, so that a long trace
 * takes the memory of its text and of what is kept, not of a tree of all of it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/timeline.h"
#include "base/array.h"
#include "base/error.h"
#include "base/os.h"

#if ORRERY_JSON
#include <jansson.h>

typedef struct reader {
    orr__timeline *timeline;
    const char *path, *text, *at, *end;
} reader;

/* ---- the text ---- */

static int32_t broken(const reader *r, const char *what)
{
    unsigned long line = 1;
    for (const char *c = r->text; c < r->at; c++) line += *c == '\n';
    return orr__fail(ORR_E_FILE, "'%s' is no trace: line %lu: %s", r->path, line, what);
}

static void skip_blanks(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')) r->at++;
}

/* Whether the next character is this one; then it is passed. */
static bool next_is(reader *r, char wanted)
{
    skip_blanks(r);
    if (r->at == r->end || *r->at != wanted) return false;
    r->at++;
    return true;
}

static bool at_end(reader *r)
{
    skip_blanks(r);
    return r->at == r->end;
}

/* One value, of any kind; NULL after orr__fail. */
static json_t *next_value(reader *r)
{
    json_error_t error;
    if (at_end(r)) {
        orr__fail(ORR_E_FILE, "'%s' is cut off: the text ends in the middle", r->path);
        return NULL;
    }
    json_t *value =
        json_loadb(r->at, (size_t)(r->end - r->at), JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (value) {
        r->at += error.position; /* with these flags: what was read */
        return value;
    }
    reader rest = *r;
    rest.at += error.position;
    r->at += error.position > 0 ? error.position - 1 : 0;
    if (json_error_code(&error) == json_error_premature_end_of_input || at_end(&rest))
        orr__fail(ORR_E_FILE, "'%s' is cut off: the text ends in the middle", r->path);
    else
        broken(r, error.text);
    return NULL;
}

/* ---- events ---- */

static const char *text_of(const json_t *object, const char *key, const char *otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? json_string_value(value) : otherwise;
}

/* A whole number that is not negative, or `otherwise`. */
static uint64_t whole_of(const json_t *object, const char *key, uint64_t otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) && json_integer_value(value) >= 0 ? (uint64_t)json_integer_value(value) : otherwise;
}

/* Microseconds as nanoseconds. Files of others may count from anywhere, but not below 0. */
static bool time_of(const json_t *object, const char *key, uint64_t *ns)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value)) return false;
    const double us = json_number_value(value);
    if (!(us >= 0 && us < 1e15)) return false;
    *ns = (uint64_t)llround(us * 1e3);
    return true;
}

static int64_t id_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? (int64_t)json_integer_value(value) : 0;
}

static uint32_t lane_of(reader *r, const json_t *object)
{
    return orr__timeline_lane_of(r->timeline, id_of(object, "pid"), id_of(object, "tid"));
}

static int32_t add_event(reader *r, const json_t *object)
{
    orr__timeline *timeline = r->timeline;
    const json_t *args = json_object_get(object, "args");
    uint64_t begin, length;
    if (!time_of(object, "ts", &begin) || !time_of(object, "dur", &length))
        return broken(r, "an event without a time (\"ts\", \"dur\")");
    const uint32_t name = orr__timeline_name_of(timeline, text_of(object, "cat", ""), text_of(object, "name", "?"));
    const uint32_t lane = lane_of(r, object);
    const char *of = text_of(args, "of", NULL);
    const uint32_t whom = of ? orr__timeline_name_of(timeline, "system", of) : UINT32_MAX;
    if (name == UINT32_MAX || lane == UINT32_MAX || (of && whom == UINT32_MAX)) return ORR_E_MEMORY;
    const int32_t code = orr__array_reserve(&timeline->alloc, &timeline->events, &timeline->event_capacity,
                                            timeline->event_count + 1, sizeof *timeline->events);
    if (code != ORR_OK) return code;
    timeline->events[timeline->event_count++] =
        (orr__timeline_event){ .begin_ns = begin,
                               .end_ns = begin + length,
                               .tick = whole_of(args, "tick", ORR__TIMELINE_NO_TICK),
                               .rows = whole_of(args, "rows", 0),
                               .name = name,
                               .lane = lane,
                               .of = whom };
    return ORR_OK;
}

static int32_t add_tick(reader *r, const json_t *object, bool end)
{
    orr__timeline *timeline = r->timeline;
    uint64_t time;
    if (strcmp(text_of(object, "cat", ""), "tick") != 0) return ORR_OK;
    if (!time_of(object, "ts", &time)) return broken(r, "a tick without a time (\"ts\")");
    const uint64_t tick = whole_of(json_object_get(object, "args"), "tick", 0);
    if (end) {
        if (timeline->tick_count && timeline->ticks[timeline->tick_count - 1].tick == tick)
            timeline->ticks[timeline->tick_count - 1].end_ns = time;
        return ORR_OK;
    }
    const int32_t code = orr__array_reserve(&timeline->alloc, &timeline->ticks, &timeline->tick_capacity,
                                            timeline->tick_count + 1, sizeof *timeline->ticks);
    if (code != ORR_OK) return code;
    timeline->ticks[timeline->tick_count++] = (orr__timeline_tick){ .tick = tick, .begin_ns = time };
    return ORR_OK;
}

static int32_t add_thread_name(reader *r, const json_t *object)
{
    const char *name = text_of(json_object_get(object, "args"), "name", NULL);
    if (!name || strcmp(text_of(object, "name", ""), "thread_name") != 0) return ORR_OK;
    const uint32_t lane = lane_of(r, object);
    if (lane == UINT32_MAX) return ORR_E_MEMORY;
    orr__timeline_lane *at = &r->timeline->lanes[lane];
    orr__alloc_string_free(&r->timeline->alloc, at->name);
    at->name = orr__alloc_string(&r->timeline->alloc, name);
    return at->name ? ORR_OK : ORR_E_MEMORY;
}

static int32_t add(reader *r, const json_t *object)
{
    if (!json_is_object(object)) return broken(r, "an event is an object");
    const char *phase = text_of(object, "ph", "");
    if (strcmp(phase, "X") == 0) return add_event(r, object);
    if (strcmp(phase, "b") == 0) return add_tick(r, object, false);
    if (strcmp(phase, "e") == 0) return add_tick(r, object, true);
    return strcmp(phase, "M") == 0 ? add_thread_name(r, object) : ORR_OK;
}

/* After the opening bracket. */
static int32_t read_events(reader *r)
{
    if (next_is(r, ']')) return ORR_OK;
    for (;;) {
        json_t *event = next_value(r);
        if (!event) return ORR_E_FILE;
        const int32_t status = add(r, event);
        json_decref(event);
        if (status != ORR_OK) return status;
        if (next_is(r, ',')) continue;
        if (next_is(r, ']')) return ORR_OK;
        return at_end(r) ? orr__fail(ORR_E_FILE, "'%s' is cut off: the list of events has no end", r->path)
                         : broken(r, "a comma or the end of the list is missing");
    }
}

static int32_t take_other(reader *r, const char *key, const json_t *value)
{
    if (strcmp(key, "otherData") != 0) return ORR_OK;
    const char *script = text_of(value, "script", NULL);
    r->timeline->lost = whole_of(value, "lost", 0);
    if (!script || r->timeline->script) return ORR_OK;
    r->timeline->script = orr__alloc_string(&r->timeline->alloc, script);
    return r->timeline->script ? ORR_OK : ORR_E_MEMORY;
}

static int32_t read_member(reader *r, bool *found)
{
    json_t *key = next_value(r);
    if (!key) return ORR_E_FILE;
    int32_t status = json_is_string(key) && next_is(r, ':') ? ORR_OK : broken(r, "a name and a colon are expected");
    if (status == ORR_OK && strcmp(json_string_value(key), "traceEvents") == 0) {
        *found = true;
        status = next_is(r, '[') ? read_events(r) : broken(r, "\"traceEvents\" is a list");
    } else if (status == ORR_OK) {
        json_t *value = next_value(r);
        status = value ? take_other(r, json_string_value(key), value) : ORR_E_FILE;
        json_decref(value);
    }
    json_decref(key);
    return status;
}

static int32_t read_object(reader *r, bool *found)
{
    if (next_is(r, '}')) return ORR_OK;
    for (;;) {
        const int32_t status = read_member(r, found);
        if (status != ORR_OK) return status;
        if (next_is(r, ',')) continue;
        if (next_is(r, '}')) return ORR_OK;
        return at_end(r) ? orr__fail(ORR_E_FILE, "'%s' is cut off: the text ends in the middle", r->path)
                         : broken(r, "a comma or the end of the object is missing");
    }
}

static int32_t read_all(reader *r)
{
    bool found = true;
    int32_t status = ORR_OK;
    if (at_end(r)) return orr__fail(ORR_E_FILE, "'%s' is no trace: it is empty", r->path);
    if (next_is(r, '[')) {
        status = read_events(r);
    } else if (next_is(r, '{')) {
        found = false;
        status = read_object(r, &found);
    } else {
        return orr__fail(ORR_E_FILE, "'%s' is no trace: it is not JSON of trace events", r->path);
    }
    if (status != ORR_OK) return status;
    if (!at_end(r)) return broken(r, "something follows after the end");
    if (!found) return orr__fail(ORR_E_FILE, "'%s' is no trace: it has no \"traceEvents\"", r->path);
    if (r->timeline->event_count == 0) return orr__fail(ORR_E_FILE, "'%s' holds no events: nothing ran", r->path);
    return orr__timeline_finish(r->timeline);
}

int32_t orr__timeline_read(orr__timeline *timeline, const char *path)
{
    char *text;
    size_t bytes;
    memset(timeline, 0, sizeof *timeline);
    orr__alloc_init(&timeline->alloc, NULL);
    int32_t status = orr__file_read(&timeline->alloc, path, &text, &bytes);
    if (status != ORR_OK) return status;
    reader r = { .timeline = timeline, .path = path, .text = text, .at = text, .end = text + bytes };
    status = read_all(&r);
    orr__alloc_free(&timeline->alloc, text, bytes + 1);
    return status;
}

#else

int32_t orr__timeline_read(orr__timeline *timeline, const char *path)
{
    memset(timeline, 0, sizeof *timeline);
    orr__alloc_init(&timeline->alloc, NULL);
    return orr__fail(ORR_E_NOT_FOUND, "'%s': this orrery reads no traces, it was built with ORRERY_JSON=OFF", path);
}

#endif
