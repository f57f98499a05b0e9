/* The helper's side of base/os_process.h: what it is given, and what it does not leave to chance. */
#ifndef ORR_WORKER_CHILD_H
#define ORR_WORKER_CHILD_H

#include "base/os_process.h"

/* The memory that the parent gave; false when this program was started by hand. Processes that a job forks have none. */
bool orr__child_attach(orr__shared *shared);
/* Signals as a program has them by default, but those of the keyboard: the parent decides when it ends. Closes what the
 * parent left open by mistake. */
void orr__child_settle(void);
/* Pages that nobody may touch from now on; both multiples of a page of the system. */
void orr__child_guard(void *start, size_t bytes);
/* When the parent is gone, ends this process and those that jobs have started; returns when it cannot. */
void orr__child_watch(void);

#endif
