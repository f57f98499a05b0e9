/* The series of a world over time, as far as a viewer has seen them: the newest values, one a state. */
#ifndef ORR_VIEW_HISTORY_H
#define ORR_VIEW_HISTORY_H

#include "base/alloc.h"
#include "sim/report.h"
#include "view/panel.h"

enum { ORR__HISTORY_MOST = 32, ORR__HISTORY_VALUES = 2000 };

typedef struct orr__histories {
    orr__alloc *alloc;
    orr__history items[ORR__HISTORY_MOST]; /* what panels show; names and values are below */
    uint32_t count;
    char *names[ORR__HISTORY_MOST];
    float *values[ORR__HISTORY_MOST]; /* [ORR__HISTORY_VALUES] */
    uint64_t tick;                    /* of the newest */
    bool any;
} orr__histories;

void orr__histories_init(orr__histories *histories, orr__alloc *alloc);
void orr__histories_fini(orr__histories *histories);
/* Appends the values of a state that is newer than the newest. An older one begins anew: the world was restarted. */
void orr__histories_add(orr__histories *histories, const orr__report *report);

#endif
