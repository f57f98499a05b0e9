/* The report: what is going on in a world, for people who look at it: systems and their times, tables, series, the last
 * messages, one entity in full, and the display list. Made when a state is published and published with it (a piece of
 * the show's mailbox), so that readers need nothing of the world. One block of bytes; offsets, no pointers. */
#ifndef ORR_SIM_REPORT_H
#define ORR_SIM_REPORT_H

#include "orrery.h"

enum { ORR__NOTES = 64, ORR__NOTE_BYTES = 500, ORR__ANSWER_BYTES = 400 };

/* A message as it went to the log. */
typedef struct orr__note {
    uint64_t tick, number; /* number: 1, 2, ... */
    int32_t level;
    char text[ORR__NOTE_BYTES];
} orr__note;

typedef struct orr__notes {
    orr__note items[ORR__NOTES]; /* note n is items[n % ORR__NOTES] */
    uint64_t count;
} orr__notes;

/* Texts are offsets from the beginning of the report; 0: none. */
typedef struct orr__report_system {
    uint32_t name, stage, where;
    uint32_t id;
    uint32_t batch; /* in its stage */
    bool enabled, can_switch;
    uint64_t runs, rows, time_ns; /* so far */
} orr__report_system;

typedef struct orr__report_table {
    uint32_t name; /* its components */
    uint32_t chunk_count;
    uint64_t row_count, row_capacity, bytes, column_bytes;
} orr__report_table;

typedef struct orr__report_param {
    uint32_t name, help;
    orr_param id;
    double value, initial, min, max, step;
} orr__report_param;

typedef struct orr__report_series {
    uint32_t name;
    double value; /* NaN: none now */
} orr__report_series;

typedef struct orr__report_field {
    uint32_t component, name; /* texts */
    orr_field field;
    orr_value value;
} orr__report_field;

/* What a thread did in one of the last ticks. */
typedef struct orr__report_lane {
    uint64_t begin_ns, end_ns, tick;
    uint32_t worker, kind, name; /* name: a text */
} orr__report_lane;

typedef struct orr__report_stroke {
    orr_stroke stroke;
    uint32_t text; /* instead of stroke.text */
} orr__report_stroke;

/* The world's own: where reports are made. */
typedef struct orr__reporter {
    char *block;
    uint32_t bytes, capacity;
    bool short_of_memory;
    orr_entity inspected;
    char answer[ORR__ANSWER_BYTES]; /* why nothing was found; "" */
} orr__reporter;

typedef struct orr__report {
    uint64_t bytes;
    uint64_t tick, entity_count, dropped;
    uint32_t threads;
    double seconds_a_tick; /* of the last one that was timed; 0: not known */
    uint32_t system_count, table_count, param_count, series_count, note_count, field_count, stroke_count, lane_count;
    uint32_t systems, tables, params, series, notes, fields, strokes, lanes; /* offsets of the lists */
    orr_entity inspected; /* the fields are its; 0: none, or it has died */
    bool inspected_dead;
    uint32_t answer;  /* text: why the last search found nothing; 0 */
    bool wants_input; /* of mouse and keys */
} orr__report;

#define ORR__REPORT_LIST(report, type, list) ((const type *)(const void *)((const char *)(report) + (report)->list))
#define ORR__REPORT_TEXT(report, offset) ((const char *)(report) + (offset))

/* What is published of the world now; at the end of orr_world_step. The report is the world's and is made again by the
 * next call; NULL when there is no memory. */
const orr__report *orr__report_make(orr_world *world);
/* Keeps a message for reports; any thread, one at a time. */
void orr__report_note(const orr_world *world, int32_t level, const char *text);
/* Which entity is reported in full; 0: none. On the thread of the world. */
void orr__report_inspect(orr_world *world, orr_entity entity);
/* The next one of which that is true (sim/seek.h) is reported; if there is none, why. On the thread of the world. */
void orr__report_seek(orr_world *world, const char *text);
void orr__report_fini(orr_world *world);

/* The report of a state, if its mailbox has one; else NULL. */
const orr__report *orr__report_of(const orr_mail *state);

#endif
