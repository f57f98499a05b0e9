/* A bar on the terminal while a run goes on. Nothing where stderr is no terminal. */
#ifndef ORR_APP_PROGRESS_H
#define ORR_APP_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct orr__progress {
    uint64_t total, started_ns, shown_ns;
    bool shown;
} orr__progress;

orr__progress orr__progress_begin(uint64_t total, bool quiet);
void orr__progress_show(orr__progress *bar, uint64_t done, uint64_t entities);
void orr__progress_end(orr__progress *bar);

#endif
