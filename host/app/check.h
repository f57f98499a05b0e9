/* Comparing runs of one script: what runs there are, side by side tick by tick, and what is told of a difference. */
#ifndef ORR_APP_CHECK_H
#define ORR_APP_CHECK_H

#include <stdbool.h>

#include "orrery.h"
#include "script/variant.h"
#include "store/difference.h"
#include "store/witness.h"

/* What a run has otherwise than the reference, which is run 0. */
enum { ORR__CHECK_AGAIN = 0, ORR__CHECK_THREADS, ORR__CHECK_JIT, ORR__CHECK_MODE, ORR__CHECK_TWIN };

/* What came of it. */
enum {
    ORR__CHECK_SAME = 0,
    ORR__CHECK_DIFFERS,
    ORR__CHECK_SLOW,    /* the same as far as the time for runs without the JIT went */
    ORR__CHECK_CANNOT,  /* the system does not run in that mode: `text` says why */
    ORR__CHECK_STOPPED, /* the same until another run differed */
    ORR__CHECK_STATES
};

typedef struct orr__check_run {
    char name[160]; /* "threads 2, JIT on", "'move' by its twin" */
    uint32_t kind, state;
    uint32_t threads;
    bool no_jit;
    bool backwards; /* by orr__backwards instead of threads */
    orr__variant variant;
    uint64_t ticks; /* that were compared */
    double seconds;
    char *text; /* an error, or NULL; of check */
    int32_t code;
    bool quiet;     /* no message of the script is shown */
    orr_host *host; /* while it runs */
    orr__witness witness;
} orr__check_run;

typedef struct orr__check {
    const char *script;
    uint64_t ticks, seed;
    const char *const *set;
    bool unchecked;
    double no_jit_seconds;
    orr__check_run *runs;
    uint32_t count, capacity;
    orr__difference difference; /* kind ORR__DIFFER_NOT: none, or the runs failed otherwise */
    uint32_t other;             /* the run that differs from run 0; 0: none */
    uint64_t tick;              /* what ctx.tick was */
    char stage[64], system[128], source[300], job[128];
    uint32_t arithmetic; /* of the job */
    bool unmarked;       /* what differs was written on a snapshot, in a row that was not marked */
    char *systems;       /* those that ran, when it is not known which it was */
    bool *ran;           /* [system - 1] whether it ran at all in run 0, after a comparison */
    char *why;           /* what the system's text has in it: lines of orr__variant_why */
} orr__check;

/* The odd indices on a thread of their own, the last first, and then the even ones here: what depends on which range is
 * done before the other, or by whom, differs each time and not only when threads happen to meet. */
extern const orr_scheduler orr__backwards;

/* Opens the runs from `first` to `end` and run 0, and steps them side by side until one differs or all is done. Returns
 * an exit code: ORR__EXIT_FINE also for a difference; others when run 0 itself fails, after saying why. */
int orr__check_compare(orr__check *check, uint32_t first, uint32_t end);

/* What is told at the end, on stdout. */
void orr__check_text(const orr__check *check);
void orr__check_json(const orr__check *check);

/* The likely causes of the difference, the best first; "kind<tab>place<tab>text" in `out`. False: there is no more. */
typedef struct orr__cause {
    char kind[24], place[300], text[400];
} orr__cause;
enum { ORR__CAUSES_MOST = 4 };
uint32_t orr__check_causes(const orr__check *check, orr__cause *out);

#endif
