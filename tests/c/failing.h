/* For tests of systems that fail: a world in which "bad" fails in one tick of some, "beside" and "after" go on, and what
 * every tick has to leave behind, however "bad" runs. A test declares "bad" itself. */
#ifndef ORRERY_TESTS_FAILING_H
#define ORRERY_TESTS_FAILING_H

#include "c/sim_case.h"

/* "bad" adds 1 to x of every Position. In tick FAILING_TICK it records all that can be recorded, and fails in the ranges
 * with the entities of these indices, 100 rows after their beginnings; the first one late in time. */
enum { FAILING_ROWS = 6000, FAILING_AT = 1700, FAILING_TOO = 4000, FAILING_TICK = 2, FAILING_TICKS = 5 };
enum { FAILING_LOG = 4096, FAILING_TEXT = 1200 };

typedef struct failing {
    sim_case c;
    orr_event event;             /* "happened", n: f64 */
    _Atomic uint32_t after_runs; /* of "after", on the main thread */
    _Atomic uint32_t ranges;     /* that functions in C were handed */
    char log[FAILING_LOG];       /* texts, a | after each */
} failing;

typedef struct failing_result {
    uint64_t hashes[FAILING_TICKS];
    double after[FAILING_TICKS];
    char text[FAILING_TEXT]; /* of the error that stopped a tick */
    char log[FAILING_LOG];
} failing_result;

/* A log hook of worlds; the context is a failing. */
void failing_log(void *context, int level, const char *text);

/* `world`, which may hold "bad" already, becomes f's: components, the event, "beside". f->log stays. */
void failing_begin(failing *f, orr_world *world);
/* After "bad": "after" and the rows, FAILING_ROWS of prefab Mote. */
void failing_ready(failing *f);

/* One tick; `stops`: it must fail, and its text is kept. Nothing of what the failed run recorded may be seen, all that
 * the others did must be. */
void failing_step(failing *f, uint32_t tick, bool stops, failing_result *r);

/* After the last tick. Of the first row, the one before the failing one, the failing one and the last: whether that was
 * written in the tick of the failure (NULL: is not looked at). `often`: in how many other ticks. */
void failing_rows(const failing *f, float often, const bool written[4]);

/* All steps, the log, and how "bad" is left. `late`: ticks after the dispatch at which its failure is told. */
void failing_run(failing *f, uint32_t on_error, uint32_t late, const bool written[4], failing_result *r);

/* The message, which is told once: it begins with `wanted`, and says what follows. */
void failing_message(const failing_result *r, uint32_t on_error, const char *wanted, const char *where);

/* Bit by bit. `where` is for the message. */
void failing_same(const failing_result *a, const failing_result *b, const char *where);

/* Whether the rows hold the entity of that index; and whether "bad" fails in them, which for the early failure takes a
 * while. */
bool failing_holds(const orr_rows *rows, uint32_t index);
bool failing_here(const orr_rows *rows, uint64_t tick);

/* "bad" as a function, what it records in each range, and "after". The context is the failing. */
int32_t failing_function(orr_run *run, void *context);
int32_t failing_record(orr_run *run, const failing *f, const orr_rows *rows);
int32_t failing_after(orr_run *run, void *context);

#endif
