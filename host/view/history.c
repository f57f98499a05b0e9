#include "view/history.h"

#include <math.h>
#include <string.h>

#include "base/error.h"

void orr__histories_init(orr__histories *histories, orr__alloc *alloc)
{
    memset(histories, 0, sizeof *histories);
    histories->alloc = alloc;
}

void orr__histories_fini(orr__histories *histories)
{
    for (uint32_t i = 0; i < histories->count; i++) {
        orr__alloc_free(histories->alloc, histories->values[i], ORR__HISTORY_VALUES * sizeof(float));
        orr__alloc_string_free(histories->alloc, histories->names[i]);
    }
    histories->count = 0;
}

/* Place of a series by name, made when it is met first; -1: no room, so it is not plotted. */
static int32_t find(orr__histories *all, const char *name)
{
    for (uint32_t i = 0; i < all->count; i++) {
        if (strcmp(all->names[i], name) == 0) return (int32_t)i;
    }
    if (all->count == ORR__HISTORY_MOST) return -1;
    const uint32_t at = all->count;
    all->values[at] = orr__alloc_new(all->alloc, ORR__HISTORY_VALUES * sizeof(float), 0);
    all->names[at] = all->values[at] ? orr__alloc_string(all->alloc, name) : NULL;
    if (!all->names[at]) {
        orr__alloc_free(all->alloc, all->values[at], ORR__HISTORY_VALUES * sizeof(float));
        orr__error_clear();
        return -1;
    }
    all->items[at] = (orr__history){ .name = all->names[at], .values = all->values[at] };
    all->count++;
    return (int32_t)at;
}

/* When it is full the older half of the values makes room for the new ones. */
static void append(orr__histories *all, uint32_t at, float value)
{
    orr__history *history = &all->items[at];
    if (history->count == ORR__HISTORY_VALUES) {
        history->count /= 2;
        memmove(all->values[at], all->values[at] + history->count, history->count * sizeof value);
    }
    all->values[at][history->count++] = value;
}

void orr__histories_add(orr__histories *histories, const orr__report *report)
{
    const orr__report_series *list = ORR__REPORT_LIST(report, orr__report_series, series);
    if (histories->any && report->tick == histories->tick) return;
    if (histories->any && report->tick < histories->tick) {
        for (uint32_t i = 0; i < histories->count; i++) histories->items[i].count = 0;
    }
    histories->any = true;
    histories->tick = report->tick;
    for (uint32_t i = 0; i < report->series_count; i++) {
        if (isnan(list[i].value)) continue;
        const int32_t at = find(histories, ORR__REPORT_TEXT(report, list[i].name));
        if (at >= 0) append(histories, (uint32_t)at, (float)list[i].value);
    }
}
