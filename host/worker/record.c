#include "worker/record.h"

#include "base/error.h"
#include "base/math.h"
#include "base/random.h"
#include "orrery.h"
#include "sim/helper.h"

#include <string.h>

static int32_t put(orr_range *range, orr__helper_record record, const double *values, const char *text)
{
    if (!text) text = "";
    const size_t length = strlen(text) + 1, data = record.count * sizeof(double);
    const size_t bytes = (sizeof record + data + length + 7) / 8 * 8;
    if (bytes > range->room - range->used)
        return orr__fail(ORR_E_LIMIT, "an isolated job records at most %u bytes a range", range->room);
    char *at = range->log + range->used;
    record.bytes = (uint32_t)bytes;
    memset(at + bytes - 8, 0, 8);
    memcpy(at, &record, sizeof record);
    if (values) memcpy(at + sizeof record, values, data);
    memcpy(at + sizeof record + data, text, length);
    range->used += record.bytes;
    return ORR_OK;
}

static int32_t call_fail(orr_range *range, const char *text)
{
    (void)range;
    return orr__fail(ORR_E_JOB, "%s", text ? text : "failed");
}

static int32_t call_reduce(orr_range *range, uint32_t kind, const char *name, double value)
{
    return put(range, (orr__helper_record){ .kind = ORR__HELPER_REDUCE, .number = kind, .value = value }, NULL, name);
}

static int32_t call_emit(orr_range *range, const char *event, const double *values, uint32_t count)
{
    if (count > 1024) return orr__fail(ORR_E_ARGUMENT, "an event of %u values", count);
    return put(range, (orr__helper_record){ .kind = ORR__HELPER_EMIT, .count = count }, values, event);
}

/* The host gives out the same handles when it does the call again. */
static int32_t call_spawn(orr_range *range, const char *prefab, uint32_t count, int64_t *provisional)
{
    if (provisional) *provisional = count ? -(int64_t)(range->spawned + 1) : 0;
    range->spawned += count;
    return put(range, (orr__helper_record){ .kind = ORR__HELPER_SPAWN, .number = count }, NULL, prefab);
}

static int32_t call_destroy(orr_range *range, int64_t entity)
{
    return put(range, (orr__helper_record){ .kind = ORR__HELPER_DESTROY, .entity = entity }, NULL, NULL);
}

static int32_t call_add(orr_range *range, int64_t entity, const char *component)
{
    return put(range, (orr__helper_record){ .kind = ORR__HELPER_ADD, .entity = entity }, NULL, component);
}

static int32_t call_remove(orr_range *range, int64_t entity, const char *component)
{
    return put(range, (orr__helper_record){ .kind = ORR__HELPER_REMOVE, .entity = entity }, NULL, component);
}

static int32_t call_set(orr_range *range, int64_t entity, const char *field, double value)
{
    const orr__helper_record record = { .kind = ORR__HELPER_SET, .entity = entity, .value = value };
    return put(range, record, NULL, field);
}

static int32_t call_find(orr_range *range, uint64_t entity, uint32_t *chunk, uint32_t *row)
{
    (void)range, (void)entity, (void)chunk, (void)row;
    return orr__fail(ORR_E_ARGUMENT, "orr_job_find is for jobs that are called with ORR_WHOLE");
}

/* The timeline is the host's. */
static void call_span(orr_range *range, const char *name)
{
    (void)range, (void)name;
}

const orr_calls orr__worker_calls = {
    .normal = orr__random_normal,
    .sin = orr__sin,
    .cos = orr__cos,
    .exp = orr__exp,
    .log = orr__log,
    .pow = orr__pow,
    .atan2 = orr__atan2,
    .fail = call_fail,
    .reduce = call_reduce,
    .emit = call_emit,
    .spawn = call_spawn,
    .destroy = call_destroy,
    .add = call_add,
    .remove = call_remove,
    .set = call_set,
    .find = call_find,
    .span = call_span,
};
