/* What a timeline adds up to, a row a name. */
#ifndef ORR_APP_TRACE_TABLE_H
#define ORR_APP_TRACE_TABLE_H

#include "app/text.h"
#include "app/timeline.h"

/* A run is all that one name did in one tick, on all threads. */
typedef struct orr__trace_row {
    uint32_t name; /* UINT32_MAX: nothing at all, on some thread */
    uint64_t runs, total_ns, self_ns, mean_ns, p99_ns, rows;
    uint32_t threads;
    double share; /* of the time of all threads, 0 to 1; without what is nested in it */
} orr__trace_row;

typedef struct orr__trace_table {
    orr__alloc alloc;
    orr__trace_row *items; /* systems, then users' spans, then the tick's own work; in each the longest first */
    uint32_t count, room;
} orr__trace_table;

int32_t orr__trace_table_make(orr__trace_table *table, const orr__timeline *timeline);
void orr__trace_table_fini(orr__trace_table *table);

/* 0 systems, 1 spans, 2 the tick's own. */
uint32_t orr__trace_table_section(const orr__timeline *timeline, const orr__trace_row *row);
const char *orr__trace_table_name(const orr__timeline *timeline, const orr__trace_row *row);

void orr__trace_table_text(orr__text *text, const orr__trace_table *table, const orr__timeline *timeline,
                           const char *path);
void orr__trace_table_json(orr__text *text, const orr__trace_table *table, const orr__timeline *timeline,
                           const char *path);

/* "12.3 us" and so on; three digits. */
void orr__trace_time(char *text, size_t bytes, uint64_t ns, bool micro_sign);

#endif
