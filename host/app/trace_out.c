#include "app/trace_out.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Handed to the file in pieces of this size. */
enum { PIECE_BYTES = 48 * 1024, LINE_BYTES = 256 };

static void fail(orr__trace_out *out, int32_t status)
{
    if (out->status != ORR_OK) return;
    out->status = status;
    snprintf(out->error, sizeof out->error, "%s", orr__error_text());
}

static void flush(orr__trace_out *out)
{
    if (out->status != ORR_OK) return;
    const int32_t status = out->text.failed ? orr__fail(ORR_E_MEMORY, "no memory for the trace")
                                            : orr__file_write(&out->file, out->text.bytes, out->text.count);
    if (status != ORR_OK) fail(out, status);
    out->text.count = 0;
}

/* ---- lines, without printf: there are some 50 a tick ---- */

static char *put_text(char *at, const char *text)
{
    const size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

static char *put_number(char *at, uint64_t number)
{
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    while (count > 0) *at++ = digits[--count];
    return at;
}

/* Nanoseconds as microseconds. */
static char *put_time(char *at, uint64_t ns)
{
    const uint64_t rest = ns % 1000;
    at = put_number(at, ns / 1000);
    *at++ = '.';
    *at++ = (char)('0' + rest / 100);
    *at++ = (char)('0' + rest / 10 % 10);
    *at++ = (char)('0' + rest % 10);
    return at;
}

static void put_line(orr__trace_out *out, const char *line, const char *end)
{
    orr__text_add_bytes(&out->text, line, (size_t)(end - line));
}

/* "cat":"system","name":"move","args":{ for a record; made once for each kind and name. */
static const char *label_of(orr__trace_out *out, const orr_trace_record *record)
{
    const uint64_t key = ((uint64_t)record->kind << 32 | record->name) + 1;
    const uint32_t known = orr__map_find(&out->label_of, key);
    if (known != ORR__MAP_NONE) return out->labels.bytes + known - 1;
    const char *kind = orr_trace_kind(record->kind), *of = orr_trace_name(out->world, record);
    const size_t begin = out->labels.count;
    orr__text name = { 0 };
    /* a system and a span are called by their names, all else by what it is */
    if (record->kind == ORR_TRACE_SYNC || record->kind == ORR_TRACE_HOOK)
        orr__text_add(&name, "%s %s", kind, of);
    else
        orr__text_add(&name, "%s",
                      (record->kind == ORR_TRACE_SYSTEM || record->kind == ORR_TRACE_SPAN) && *of ? of : kind);
    orr__text_add(&out->labels, "\"cat\":\"%s\",\"name\":", kind);
    orr__text_add_json(&out->labels, name.bytes ? name.bytes : kind);
    orr__text_add(&out->labels, ",\"args\":{");
    if (*of &&
        (record->kind == ORR_TRACE_PLAN || record->kind == ORR_TRACE_SETTLE || record->kind == ORR_TRACE_APPLY)) {
        orr__text_add(&out->labels, "\"of\":");
        orr__text_add_json(&out->labels, of);
        orr__text_add(&out->labels, ",");
    }
    orr__text_add_bytes(&out->labels, "", 1);
    out->text.failed |= name.failed || out->labels.failed;
    orr__text_fini(&name);
    if (out->labels.failed) return "\"args\":{";
    (void)orr__map_put(&out->alloc, &out->label_of, key, (uint32_t)begin + 1); /* else it is made again next time */
    return out->labels.bytes + begin;
}

static void write_tick(orr__trace_out *out, const orr_trace_record *record)
{
    for (int end = 0; end < 2; end++) {
        char line[LINE_BYTES], *at = put_text(line, end ? "{\"ph\":\"e\"" : "{\"ph\":\"b\"");
        at = put_text(at, ",\"cat\":\"tick\",\"id\":1,\"pid\":1,\"tid\":0,\"name\":\"tick\",\"ts\":");
        at = put_time(at, end ? record->end_ns : record->begin_ns);
        at = put_text(at, ",\"args\":{\"tick\":");
        at = put_number(at, record->tick);
        put_line(out, line, put_text(at, "}},\n"));
    }
}

static void write_event(orr__trace_out *out, const orr_trace_record *record)
{
    char line[LINE_BYTES], *at = put_text(line, "{\"ph\":\"X\",\"pid\":1,\"tid\":");
    at = put_number(at, record->worker);
    at = put_text(at, ",\"ts\":");
    at = put_time(at, record->begin_ns);
    at = put_text(at, ",\"dur\":");
    at = put_time(at, record->end_ns - record->begin_ns);
    *at++ = ',';
    put_line(out, line, at);
    const char *label = label_of(out, record);
    orr__text_add_bytes(&out->text, label, strlen(label));
    at = line;
    if (record->rows) {
        at = put_text(at, "\"rows\":");
        at = put_number(at, record->rows);
        *at++ = ',';
    }
    at = put_text(at, "\"tick\":");
    at = put_number(at, record->tick);
    put_line(out, line, put_text(at, "}},\n"));
}

static void sink(void *context, const orr_trace_record *records, uint32_t count)
{
    orr__trace_out *out = context;
    for (uint32_t i = 0; i < count && out->status == ORR_OK; i++) {
        if (records[i].kind == ORR_TRACE_TICK)
            write_tick(out, &records[i]);
        else
            write_event(out, &records[i]);
        if (out->text.count >= PIECE_BYTES) flush(out);
    }
}

/* ---- the file ---- */

static void write_head(orr__trace_out *out)
{
    orr__text *text = &out->text;
    orr__text name = { 0 };
    orr__text_add(&name, "orrery %s", out->script);
    orr__text_add(
        text, "{\"traceEvents\":[\n{\"ph\":\"M\",\"pid\":1,\"tid\":0,\"name\":\"process_name\",\"args\":{\"name\":");
    orr__text_add_json(text, name.bytes ? name.bytes : "orrery");
    orr__text_add(text, "}},\n");
    text->failed |= name.failed;
    orr__text_fini(&name);
    for (uint32_t i = 0; i < orr_world_threads(out->world); i++) {
        char thread[32] = "main";
        if (i) snprintf(thread, sizeof thread, "worker %u", i);
        orr__text_add(
            text,
            "{\"ph\":\"M\",\"pid\":1,\"tid\":%u,\"name\":\"thread_name\",\"args\":{\"name\":\"%s\"}},\n"
            "{\"ph\":\"M\",\"pid\":1,\"tid\":%u,\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":%u}},\n",
            i, thread, i, i);
    }
}

static void write_tail(orr__trace_out *out)
{
    orr__text *text = &out->text;
    /* the last event is one that is always there, so that no comma is left over */
    orr__text_add(
        text, "{\"ph\":\"M\",\"pid\":1,\"tid\":0,\"name\":\"process_sort_index\",\"args\":{\"sort_index\":0}}\n],\n");
    orr__text_add(text, "\"displayTimeUnit\":\"ms\",\"otherData\":{\"program\":\"orrery " ORR_VERSION "\",\"script\":");
    orr__text_add_json(text, out->script);
    orr__text_add(text, ",\"seed\":\"%" PRIu64 "\",\"threads\":%" PRIu32 ",\"lost\":%" PRIu64 "}}\n",
                  orr_world_seed(out->world), orr_world_threads(out->world), out->lost);
}

int32_t orr__trace_out_begin(orr__trace_out *out, orr_world *world, const char *path, const char *script)
{
    memset(out, 0, sizeof *out);
    orr__alloc_init(&out->alloc, NULL);
    out->world = world;
    out->script = script;
    int32_t status = orr__file_begin(&out->file, &out->alloc, path);
    if (status != ORR_OK) return status;
    out->open = true;
    write_head(out);
    status = orr_trace_start(world, &(orr_trace_desc){ .sink = sink, .context = out });
    if (status != ORR_OK) orr__trace_out_abort(out);
    return status;
}

int32_t orr__trace_out_status(const orr__trace_out *out)
{
    return out->status == ORR_OK ? ORR_OK : orr__fail(out->status, "%s", out->error);
}

static void release(orr__trace_out *out)
{
    out->open = false;
    orr__map_fini(&out->alloc, &out->label_of);
    orr__text_fini(&out->labels);
    orr__text_fini(&out->text);
}

int32_t orr__trace_out_end(orr__trace_out *out)
{
    if (!out->open) return ORR_OK;
    orr_trace_stop(out->world);
    out->lost = orr_trace_lost(out->world);
    write_tail(out);
    flush(out);
    int32_t status = orr__trace_out_status(out);
    if (status == ORR_OK)
        status = orr__file_commit(&out->file);
    else
        orr__file_abort(&out->file);
    release(out);
    return status;
}

void orr__trace_out_abort(orr__trace_out *out)
{
    if (!out->open) return;
    orr_trace_stop(out->world);
    orr__file_abort(&out->file);
    release(out);
}
