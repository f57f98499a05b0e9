/* Tasks: what one worker does in one go. A span of ranges of one run, worth some microseconds; how ranges are grouped
 * and who takes them changes no result. */
#ifndef ORR_SIM_TASK_H
#define ORR_SIM_TASK_H

#include "orrery.h"

#include <stdatomic.h>

struct orr__system;

/* Ranges begin to end of a run; the whole of a run that is called once. */
typedef struct orr__task {
    orr_run *run;
    uint32_t begin, end;
    uint32_t first, count;  /* the tasks of the run: index of the first, how many */
    uint32_t home;          /* the worker whose share it is of */
    _Atomic uint32_t taken; /* 1: by somebody */
} orr__task;

enum { ORR__TASK_BLOCKS = 22, ORR__TASK_FIRST = 1024 };

/* The tasks of a stage. Grows while others read what is in it: block n has ORR__TASK_FIRST << n tasks and stays where
 * it is; all are kept for the next stage. */
typedef struct orr__tasks {
    orr__task *blocks[ORR__TASK_BLOCKS];
    uint32_t count;
} orr__tasks;

/* Expected time of a run that has been begun. */
double orr__task_guess_ns(const struct orr__system *system);

/* Whether a run of a job, or of a function on workers, that has been begun has anything to do. */
bool orr__task_needed(const struct orr__system *system);

/* How many ranges of such a run are worth `task_ns`; all of those that cannot be shared. */
uint32_t orr__task_ranges(const struct orr__system *system, double task_ns);

/* Appends the tasks of such a run, each worth at most about `task_ns`, and counts them in run.unfinished. Adds none when
 * it fails. Each worker has a share of them, which is the same in every tick; tasks get smaller towards its end, so that
 * all workers are done at about the same time. */
int32_t orr__tasks_cut(orr_world *world, orr__tasks *tasks, struct orr__system *system, double task_ns);
const orr__task *orr__tasks_at(const orr__tasks *tasks, uint32_t index);
/* For a worker that holds `index`, one of as many as there are tasks: a task of the same run. Each worker begins with its
 * share, so that what it wrote in the last tick is in its own processor's cache, and goes on with what others have left. */
const orr__task *orr__tasks_take(const orr__tasks *tasks, uint32_t index, uint32_t worker, uint32_t workers);
void orr__tasks_fini(orr_world *world, orr__tasks *tasks);

/* Runs it. Failures are the run's. */
void orr__task_run(const orr__task *task, uint32_t worker);
/* All of a run as one task. */
void orr__task_run_all(struct orr__system *system, uint32_t worker);

#endif
